"""A verdict on an evidence pack, three-valued, with reasons, in the reader's language (TT 15/2025/TT-BKHCN)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from signing.evidence.verify import verify_pack

from adapters.cli.certificates import read_certificates
from adapters.cli.input import read_file
from adapters.cli.language import _
from adapters.cli.terminal import escape
from adapters.cli.times import local
from adapters.cli.words import purpose_word
from signing.errors import SigningError, Undecidable

LARGEST_PACK = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`word`: valid, invalid or undecidable. `report`: what was verified, as plain JSON; empty unless valid."""

    word: str
    file: str
    report: Mapping[str, Any]
    code: str = ""
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {"verdict": self.word, "file": self.file, "code": self.code, "reason": self.reason, **self.report}

    def lines(self) -> Iterator[str]:
        """Yield the lines for people; the last one is the verdict."""
        if self.report:
            yield _("Evidence of dossier {dossier}:").format(dossier=escape(self.report.get("dossier")))
        for act in _list(self.report, "acts"):
            yield _act_line(act)
        for signature in _list(self.report, "signatures"):
            yield _signature_line(signature)
        yield {
            "valid": _("VALID: every act stands in the log, every signature and every document holds."),
            "invalid": _("INVALID: {reason}   [{code}]"),
            "undecidable": _("CANNOT BE DECIDED: {reason}   [{code}]"),
        }[self.word].format(reason=escape(self.reason), code=escape(self.code))


def judge(pack: Path, roots: Sequence[Path], log_key: str, at: datetime | None) -> Verdict:
    """Verify a pack; what cannot be read at all stops, what does not hold is a verdict."""
    content = read_file(pack, limit=LARGEST_PACK)
    try:
        report = verify_pack(content, roots=tuple(read_certificates(*roots)), log_key=log_key, at=at)
    except SigningError as error:
        word = "undecidable" if isinstance(error, Undecidable) else "invalid"
        return Verdict(word=word, file=str(pack), report={}, code=error.code, reason=error.message)
    return Verdict(word="valid", file=str(pack), report=_plain(report))


def _plain(value: object) -> Any:
    """Turn a report into plain JSON: times as text, bytes as hex."""
    if is_dataclass(value) and not isinstance(value, type):
        return {key: _plain(part) for key, part in asdict(value).items()}
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(part) for part in value]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.hex() if isinstance(value, bytes) else value


def _list(report: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [item for item in report.get(name) or () if isinstance(item, Mapping)]


def _act_line(act: Mapping[str, Any]) -> str:
    return _("  ✓ leaf {index}  {time}  {act}  {subject}  by {actor}").format(
        index=escape(act.get("index")),
        time=local(act.get("time")),
        act=escape(act.get("act")),
        subject=escape(act.get("subject")),
        actor=escape(act.get("actor")),
    )


def _signature_line(signature: Mapping[str, Any]) -> str:
    return _("  ✓ signature ({purpose}) of {subject} at {time}").format(
        purpose=purpose_word(signature.get("purpose")),
        subject=escape(signature.get("subject")),
        time=local(signature.get("signing_time") or signature.get("time")),
    )
