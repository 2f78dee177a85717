"""What will be signed, as the officer sees it: nobody signs blind."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.cli.documents import keep
from adapters.cli.language import _
from adapters.cli.terminal import escape
from adapters.cli.times import local, parse_time
from adapters.cli.words import act_word, purpose_word
from adapters.forms import Field, read_fields
from signing.record import ActRecord, ApprovalRecord, DocumentReference

_SKEW = timedelta(minutes=10)


def preview(
    task: Mapping[str, Any],
    record: ApprovalRecord,
    contents: Mapping[str, bytes],
    *,
    save_to: Path | None,
    block: object = None,
) -> Iterator[str]:
    """Yield the lines to show. `contents`: digest computed here → bytes; copies go to `save_to`.

    `block` are the lines above the signature, as the server says them.
    """
    title = task.get("dossier_title")
    yield _("What will be signed:")
    yield _("  Dossier:   {code}").format(code=escape(record.dossier)) + (f" — {escape(title)}" if title else "")
    yield _("  Step:      {name} ({task})").format(
        name=escape(task.get("name") or record.element), task=escape(record.task)
    )
    yield _("  Signature: {purpose}, as {officer}").format(
        purpose=purpose_word(record.purpose), officer=escape(" ".join(filter(None, (record.capacity, record.officer))))
    )
    if lines := signature_block(block):
        yield _("  You sign:  {block}").format(block=lines)
    yield _("  Process:   {key}, version {version}, bundle {hash}…").format(
        key=escape(record.process_key), version=record.process_version, hash=record.bundle_hash[:16]
    )
    yield _("  Time:      {time}").format(time=local(record.time))
    fields = {field.key: field for field in read_fields(task.get("form"))}
    if record.decision is not None:
        yield _("  Decision:  {decision}").format(decision=_shown(fields.get("decision"), record.decision))
    yield from _data(record.data, fields)
    yield from _documents(record, contents, save_to)
    yield from warn_of_skew(record)


def signature_block(lines: object) -> str:
    """The lines above a signature as one: `KT. CHỦ TỊCH / PHÓ CHỦ TỊCH`; empty where none are known."""
    return " / ".join(escape(line) for line in lines) if isinstance(lines, list) else ""


def _data(data: Mapping[str, object], fields: Mapping[str, Field]) -> Iterator[str]:
    others = {key: value for key, value in data.items() if key != "decision"}
    if others:
        yield _("  Data:")
    for key, value in others.items():
        label = f" ({escape(fields[key].label)})" if key in fields and fields[key].label != key else ""
        yield f"    {escape(key)}{label}: {_shown(fields.get(key), value)}"


def _shown(field: Field | None, value: object) -> str:
    """Return a value as it is signed, and what the form calls it."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    label = field.values.get(str(value)) if field else None
    return f"{escape(text)} ({escape(label)})" if label and label != text else escape(text)


def _documents(record: ApprovalRecord, contents: Mapping[str, bytes], save_to: Path | None) -> Iterator[str]:
    if not record.documents:
        yield _("  Documents: none")
        return
    yield _("  Documents (digests computed on this machine):")
    for document in record.documents:
        content = contents[document.sha256]
        digest = hashlib.sha256(content).hexdigest()
        yield _("    {name}, {size} bytes").format(name=escape(document.name), size=len(content))
        yield f"      SHA-256 {digest}"
        yield _saved(document, content, digest, save_to)


def _saved(document: DocumentReference, content: bytes, digest: str, save_to: Path | None) -> str:
    if save_to is None:
        return _("      to read it first: hoso document get {digest} -o FILE").format(digest=digest)
    return _("      saved as {file}").format(
        file=escape(keep(content, name=document.name, digest=digest, directory=save_to))
    )


def warn_of_skew(record: ApprovalRecord | ActRecord) -> Iterator[str]:
    """Warn when the server's time, which is signed, is far from this machine's."""
    if abs(parse_time(record.time) - datetime.now(UTC)) > _SKEW:
        yield _("  warning: the server's clock and this machine's differ by more than ten minutes")


def preview_act(record: ActRecord) -> Iterator[str]:
    """Yield the lines to show for an act outside any task."""
    yield _("What will be signed:")
    yield _("  Act:     {act}").format(act=act_word(record.act))
    yield _("  Subject: {subject}").format(subject=escape(record.subject))
    yield _("  Officer: {officer}").format(officer=escape(record.officer))
    yield _("  Time:    {time}").format(time=local(record.time))
    for key, value in record.body.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        yield f"    {escape(key)}: {escape(text if len(text) <= 400 else text[:400] + '…')}"
    yield from warn_of_skew(record)
