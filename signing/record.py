"""What an officer signs: an approval of one task, or an act outside any dossier (binding a certificate, …).

The client builds the record from what the officer typed and the server's facts. Encoding is injective: two records that
differ in anything have different bytes, because the bytes are canonical JSON of all fields and decoding is strict.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from signing.canonical import canonical, parse_canonical
from signing.errors import Invalid

APPROVAL_FORMAT = "hoso-approval/1"
ACT_FORMAT = "hoso-act/1"
PURPOSES = ("initial", "approval", "organ")
MAX_RECORD_BYTES = 256 * 1024
MAX_DOCUMENTS = 200
MAX_PRIOR = 1000

HEX256 = re.compile(r"[0-9a-f]{64}")
OFFICER = re.compile(r"[a-z0-9-]{1,40}")
CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,78}[A-Za-z0-9])?")
NONCE = re.compile(r"[A-Za-z0-9_-]{16,128}")
ACT = re.compile(r"[a-z]+(?:-[a-z]+){0,7}")
MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,63}/[a-z0-9][a-z0-9.+-]{0,99}")
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentReference:
    """One document as the officer was shown it. `sha256`: 64 lower-case hex digits; `size`: bytes."""

    name: str
    media_type: str
    sha256: str
    size: int

    def __post_init__(self) -> None:
        _text("document.name", self.name, 120)
        if self.name in {".", ".."} or "/" in self.name or "\\" in self.name:
            raise _wrong("document.name", "must be a plain file name without / or \\")
        _match("document.media_type", self.media_type, MEDIA_TYPE)
        _match("document.sha256", self.sha256, HEX256)
        _count("document.size", self.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCheckpoint:
    """The last checkpoint of the trail that the signer's client verified. `root`: 64 lower-case hex digits."""

    size: int
    root: str

    def __post_init__(self) -> None:
        _count("seen_checkpoint.size", self.size)
        _match("seen_checkpoint.root", self.root, HEX256)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRecord:
    """An officer's approval, bound to the task, the definition, the data and the documents it approves.

    `prior`: SHA-256 (hex) of the records on this token's causal path, sorted. `time`: the server's, in whole seconds.
    Raises Invalid with code `record-field` for a value that is not of its shape.
    """

    format: str = field(default=APPROVAL_FORMAT)
    dossier: str
    task: str
    element: str
    process_key: str
    process_version: int
    bundle_hash: str
    officer: str
    capacity: str
    delegation: str | None
    purpose: str
    decision: str | None
    data: Mapping[str, object]
    documents: tuple[DocumentReference, ...]
    prior: tuple[str, ...]
    nonce: str
    time: str
    seen_checkpoint: SeenCheckpoint | None

    def __post_init__(self) -> None:
        _same("format", self.format, APPROVAL_FORMAT)
        _match("dossier", self.dossier, CODE)
        _match("task", self.task, CODE)
        if not re.fullmatch(r"[0-9]{1,12}", self.task.removeprefix(f"{self.dossier}.")):
            raise _wrong("task", "must be the dossier's code, a dot and the task's number")
        _text("element", self.element, 400)
        _text("process_key", self.process_key, 200)
        _count("process_version", self.process_version, least=1)
        _match("bundle_hash", self.bundle_hash, HEX256)
        _text("capacity", self.capacity, 40, empty=True)
        if self.delegation is not None:
            _text("delegation", self.delegation, 200)
        if self.purpose not in PURPOSES:
            raise _wrong("purpose", f"must be one of {', '.join(PURPOSES)}")
        if self.decision is not None:
            _text("decision", self.decision, 200)
        _documents(self.documents)
        _prior(self.prior)
        _common(self.officer, self.nonce, self.time, self.data, self.seen_checkpoint)

    def encode(self) -> bytes:
        """Give the canonical JSON that is signed: at most 256 KiB."""
        return _encode(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRecord:
    """A signed act outside any task: `certificate-bound`, `certificate-revoked`, `procedure-adopted`, …

    `subject`: what it is about (officer id, certificate fingerprint, procedure code); `body`: its details.
    """

    format: str = field(default=ACT_FORMAT)
    act: str
    subject: str
    body: Mapping[str, object]
    officer: str
    nonce: str
    time: str
    seen_checkpoint: SeenCheckpoint | None

    def __post_init__(self) -> None:
        _same("format", self.format, ACT_FORMAT)
        _match("act", self.act, ACT)
        _text("subject", self.subject, 200)
        _common(self.officer, self.nonce, self.time, self.body, self.seen_checkpoint)

    def encode(self) -> bytes:
        """Give the canonical JSON that is signed: at most 256 KiB."""
        return _encode(self)


def decode(encoded: bytes) -> ApprovalRecord:
    """Read an approval record strictly: Invalid for another format, a missing or an unknown field, or loose JSON."""
    record = decode_record(encoded)
    if not isinstance(record, ApprovalRecord):
        raise Invalid("record-format", f"this record is a {ACT_FORMAT}; an approval ({APPROVAL_FORMAT}) is needed here")
    return record


def decode_record(encoded: bytes) -> ApprovalRecord | ActRecord:
    """Read a record of either kind, by its `format`; strict as `decode`."""
    if len(encoded) > MAX_RECORD_BYTES:
        raise Invalid("record-too-large", f"a record of {len(encoded)} bytes; at most {MAX_RECORD_BYTES} are accepted")
    value = parse_canonical(encoded)
    found = value.get("format") if isinstance(value, dict) else None
    if not isinstance(value, dict) or found not in (APPROVAL_FORMAT, ACT_FORMAT):
        raise Invalid(
            "record-format", f"the record's format is not {APPROVAL_FORMAT} or {ACT_FORMAT}; update this program"
        )
    kind: type[ApprovalRecord] | type[ActRecord] = ApprovalRecord if found == APPROVAL_FORMAT else ActRecord
    values = _exactly(value, kind)
    values["seen_checkpoint"] = _part(values["seen_checkpoint"], SeenCheckpoint, "seen_checkpoint")
    if kind is ApprovalRecord:
        values["documents"] = tuple(_part(item, DocumentReference, "documents") for item in _list(values, "documents"))
        values["prior"] = tuple(_list(values, "prior"))
    return kind(**values)


def time_text(at: datetime) -> str:
    """Write an aware time as records and leaves do: UTC, whole seconds, `2026-11-21T08:30:00Z`."""
    if at.tzinfo is None:
        raise Invalid("time-naive", "a time without a zone cannot be recorded; give an aware datetime")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_time(text: str) -> datetime:
    """Read a time written by `time_text`; Invalid for any other spelling."""
    if not isinstance(text, str) or not TIME.fullmatch(text) or not text.isascii():
        raise _wrong("time", "must look like 2026-11-21T08:30:00Z")
    try:
        found = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise _wrong("time", "is no date that exists") from error
    if found.year >= 9000:  # in another zone it might be past the last year that there is
        raise _wrong("time", "is later than anything here")
    return found


def _encode(record: ApprovalRecord | ActRecord) -> bytes:
    encoded = canonical(asdict(record))
    if len(encoded) > MAX_RECORD_BYTES:
        raise Invalid("record-too-large", f"a record of {len(encoded)} bytes; at most {MAX_RECORD_BYTES} are accepted")
    return encoded


def _common(officer: str, nonce: str, time: str, body: Mapping[str, object], seen: SeenCheckpoint | None) -> None:
    _match("officer", officer, OFFICER)
    _match("nonce", nonce, NONCE)
    parse_time(time)
    if not isinstance(body, Mapping):
        raise _wrong("data", "must be a JSON object")
    canonical(body)
    if seen is not None and not isinstance(seen, SeenCheckpoint):
        raise _wrong("seen_checkpoint", "must be an object or null")


def _documents(documents: Sequence[DocumentReference]) -> None:
    if not isinstance(documents, tuple) or not all(isinstance(item, DocumentReference) for item in documents):
        raise _wrong("documents", "must be a tuple of document references")
    if len(documents) > MAX_DOCUMENTS:
        raise _wrong("documents", f"may hold at most {MAX_DOCUMENTS}")
    if len({item.name for item in documents}) != len(documents):
        raise _wrong("documents", "must have different names")


def _prior(prior: Sequence[str]) -> None:
    if not isinstance(prior, tuple) or len(prior) > MAX_PRIOR:
        raise _wrong("prior", f"must be a tuple of at most {MAX_PRIOR} hashes")
    for item in prior:
        _match("prior", item, HEX256)
    if list(prior) != sorted(set(prior)):
        raise _wrong("prior", "must be sorted, each hash once")


def _exactly(value: dict[str, object], kind: type) -> dict[str, Any]:
    names = {item.name for item in fields(kind)}
    if odd := sorted(names.symmetric_difference(value)):
        raise Invalid(
            "record-field", f"the record's fields do not fit its format: {', '.join(odd)[:200]} missing or unknown"
        )
    return dict(value)


def _part(value: object, kind: type[SeenCheckpoint] | type[DocumentReference], name: str) -> object:
    if value is None and kind is SeenCheckpoint:
        return None
    if not isinstance(value, dict):
        raise _wrong(name, "must be an object")
    return kind(**_exactly(value, kind))


def _list(values: Mapping[str, object], name: str) -> list[object]:
    found = values[name]
    if not isinstance(found, list):
        raise _wrong(name, "must be a list")
    return found


def _text(name: str, value: object, longest: int, *, empty: bool = False) -> None:
    if not isinstance(value, str) or len(value) > longest or not (value or empty):
        raise _wrong(name, f"must be text of {0 if empty else 1} to {longest} characters")
    if any(unicodedata.category(character)[0] == "C" for character in value) or value != value.strip():
        raise _wrong(name, "must have no control characters and no spaces at its ends")
    if unicodedata.normalize("NFC", value) != value:
        raise _wrong(name, "must be in Unicode normal form C")


def _match(name: str, value: object, pattern: re.Pattern[str]) -> None:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise _wrong(name, f"must match {pattern.pattern}")


def _count(name: str, value: object, *, least: int = 0) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value < 2**53:
        raise _wrong(name, f"must be a whole number from {least}")


def _same(name: str, value: object, expected: str) -> None:
    if value != expected:
        raise _wrong(name, f"must be {expected}")


def _wrong(name: str, rule: str) -> Invalid:
    return Invalid("record-field", f"the record's {name} {rule}")
