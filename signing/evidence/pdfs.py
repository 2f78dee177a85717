"""The PDFs that a signed completion signed, too: each is the document that its record names, and one signature more.

The signature is of the record's own certificate, stands in a field of the record's purpose, and was good when the act
was accepted; so were those that the file held before. Whoever signs the record signs the PDF, or nobody does.
"""

from collections.abc import Callable, Collection, Mapping
from typing import ParamSpec, Protocol, TypeVar

from signing.canonical import sha256_hex
from signing.errors import Invalid
from signing.evidence.contents import Opened, digests_of, stored_object
from signing.record import ApprovalRecord, parse_time
from signing.verify import Trust, Verified

PDF, APPROVE, LASTING = "pdf", "approve", "B-LTA"
EXTENDED = "document-extended"
PERMITS: Mapping[str, frozenset[str] | None] = {"approval": frozenset({"number", "date"}), "organ": None}
_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


class Reader(Protocol):
    """Does a piece of work that reads a stranger's PDF, where it can do no harm: gives or raises what that does.

    Undecidable `pdf-limits` where the work takes more than is allowed there.
    """

    def __call__(self, work: Callable[_Given, _Result], *given: _Given.args, **named: _Given.kwargs) -> _Result:
        """Do it."""


def read_here(work: Callable[_Given, _Result], *given: _Given.args, **named: _Given.kwargs) -> _Result:
    """Do the work in this process, without limits."""
    return work(*given, **named)


def check_pdfs(
    item: Opened, verified: Verified, stored: Mapping[str, bytes], trust: Trust, read: Reader = read_here
) -> None:
    """Judge the finished PDFs of a completion at its leaf's time; Invalid `record-other-act`, `pdf-…`."""
    listed = item.objects.get(PDF, [])
    record = verified.record
    if not listed:
        return
    if (
        not isinstance(record, ApprovalRecord)
        or record.purpose not in PERMITS
        or record.decision not in (None, APPROVE)
    ):
        raise _other("it signs a PDF beside a record that approves nothing")
    before = {document.name: document.sha256 for document in record.documents}
    names = [entry.get("name") for entry in listed if isinstance(entry, Mapping)]
    if len(set(names)) != len(listed) or not set(names) <= before.keys():
        raise _other("it signs a PDF that its record does not name, or one twice")
    for entry in listed:
        shown = stored_object(stored, before[entry["name"]])
        finished = stored_object(stored, entry["sha256"])
        _check(read, shown, finished, purpose=record.purpose, verified=verified, trust=trust, item=item)


def check_extended(
    item: Opened,
    stored: Mapping[str, bytes],
    trust: Trust,
    finished: Collection[tuple[str, str]],
    read: Reader = read_here,
) -> None:
    """Judge the PDFs that were extended before they left, at the leaf's time: B-LTA, each signature by itself.

    `finished`: SHA-256 of the PDFs that completions before signed, each with its signer's certificate; there are no
    others.
    """
    from signing.pdf.verify import verify_pdf

    at = parse_time(item.leaf.time)
    digests = digests_of(item, PDF)
    if not digests:
        raise Invalid("evidence-malformed", f"leaf {item.leaf.index} extends no PDF")
    for digest in digests:
        pdf = stored_object(stored, digest)
        for found in read(verify_pdf, pdf, trust=trust, at=at, accepted=None):
            if (sha256_hex(pdf[: found.covered]), found.signature.fingerprint) not in finished:
                raise Invalid("pdf-signer", f"the PDF signature in {found.field} was made in no step of this dossier")
            if found.level != LASTING:
                raise Invalid("pdf-level", f"the PDF signature in {found.field} reaches {found.level}, not {LASTING}")


def _check(
    read: Reader, shown: bytes, finished: bytes, *, purpose: str, verified: Verified, trust: Trust, item: Opened
) -> None:
    # pyHanko takes a quarter of a second to import: only packs with PDFs pay for it.
    from signing.pdf.check import check_prepared
    from signing.pdf.verify import verify_pdf

    if not finished.startswith(shown):
        raise Invalid("pdf-not-appended", "the signed PDF does not begin with the document that the record names")
    accepted = parse_time(item.leaf.time)
    last = read(verify_pdf, finished, trust=trust, at=accepted, accepted=accepted)[-1]
    if last.covered != len(finished) or not last.field.startswith(f"sign-{purpose}-"):
        raise _other("the last signature of the PDF is not that of the step, or does not cover the whole file")
    if last.signature.fingerprint != verified.signature.fingerprint:
        raise Invalid("pdf-signer", f"the PDF signature in {last.field} was made by another key than the record's")
    read(check_prepared, shown, _emptied(shown, finished), field=last.field, permits=PERMITS[purpose])


def _emptied(shown: bytes, finished: bytes) -> bytes:
    """The PDF as it was prepared: with zeros in place of its last signature."""
    start = finished.rindex(b"/Contents <", len(shown)) + len(b"/Contents <")
    end = finished.index(b">", start)
    return finished[:start] + b"0" * (end - start) + finished[end:]


def _other(what: str) -> Invalid:
    return Invalid("record-other-act", f"the act does not fit its record: {what}")
