"""PDFs that a task signs: what the server prepared is held against what was shown, then signed on this machine."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from adapters.cli.client import Client
from adapters.cli.codes import in_words
from adapters.cli.documents import fetch_all, keep
from adapters.cli.errors import SIGNATURE, CommandFailed
from adapters.cli.language import _
from adapters.cli.statement import Statement, malformed
from adapters.cli.strangers import limited
from adapters.cli.terminal import escape
from signing.errors import SigningError
from signing.record import ApprovalRecord, parse_time
from signing.sign import SigningKey

# NĐ 30/2020: after the head, number and date alone are filled; after the agency nothing is. Whatever the server says.
PERMITS: Mapping[str, frozenset[str] | None] = {"approval": frozenset({"number", "date"}), "organ": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfToSign:
    """A PDF prepared for this officer's signature, found to be the one shown plus the signature."""

    name: str
    field: str
    prepared: bytes
    sha256: str


def checked(
    client: Client, statement: Statement, record: ApprovalRecord, role: object, contents: Mapping[str, bytes]
) -> tuple[PdfToSign, ...]:
    """Fetch what was prepared and check it; stops at the first that is not the document shown, or another signature.

    `contents`: the documents as shown, by digest.
    """
    offered = _offered(statement)
    if not offered:
        return ()
    shown = {document.name: contents[document.sha256] for document in record.documents}
    prepared = fetch_all(client, offered)
    found = []
    for item in offered:
        name, field = str(item["name"]), f"sign-{record.purpose}-{role}"
        if record.purpose not in PERMITS or name not in shown or item.get("field") != field:
            raise malformed()
        content = prepared[str(item["sha256"])]
        _check(shown[name], content, name, field, record)
        found.append(PdfToSign(name=name, field=field, prepared=content, sha256=str(item["sha256"])))
    if len({item.name for item in found}) != len(found):
        raise malformed()
    return tuple(found)


def signed(pdfs: tuple[PdfToSign, ...], key: SigningKey, record: ApprovalRecord) -> dict[str, bytes]:
    """Sign each; the signature (CMS) by the document's name."""
    if not pdfs:
        return {}
    from signing.pdf.sign import sign_pdf

    at = parse_time(record.time)
    try:
        return {item.name: sign_pdf(item.prepared, key, field=item.field, at=at) for item in pdfs}
    except SigningError as error:
        raise _refused(error) from None


def preview(pdfs: tuple[PdfToSign, ...], *, save_to: Path | None) -> Iterator[str]:
    """Yield the lines to show of the PDFs that get a signature of their own."""
    for item in pdfs:
        text = _("  PDF signature: in {name}, at its place {field}; nothing else is added to it (checked here)")
        yield text.format(name=escape(item.name), field=escape(item.field))
        if save_to is not None:
            kept = keep(item.prepared, name=f"signed-{item.name}", digest=item.sha256, directory=save_to)
            yield _("      as it will look: {file}").format(file=escape(kept))


def _offered(statement: Statement) -> list[Mapping[str, Any]]:
    found = statement.facts.get("pdf", [])
    whole = isinstance(found, list) and all(
        isinstance(item, dict) and {"name", "field", "sha256", "size"} <= set(item) for item in found
    )
    if not whole:
        raise malformed()
    return list(found)


def _check(shown: bytes, prepared: bytes, name: str, field: str, record: ApprovalRecord) -> None:
    try:
        claimed = _claimed(shown, prepared, field, PERMITS[record.purpose])
    except SigningError as error:
        raise _refused(error) from None
    if claimed != parse_time(record.time):
        raise CommandFailed(
            "pdf-time",
            _("DO NOT SIGN. The PDF {name} was prepared for another time than the record").format(name=escape(name)),
            remedy=_("nothing was signed; tell your administrator"),
            exit_code=SIGNATURE,
        )


def _claimed(shown: bytes, prepared: bytes, field: str, permits: frozenset[str] | None) -> datetime:
    """Check the PDF within limits of memory and time, and give the time that its signature would claim."""
    from signing.pdf.check import check_prepared

    return limited(check_prepared, shown, prepared, field=field, permits=permits)


def _refused(error: SigningError) -> CommandFailed:
    return CommandFailed(
        error.code,
        escape(in_words(error.code, error.message)),
        remedy=_("nothing was signed or sent"),
        exit_code=SIGNATURE,
    )
