"""A verdict on an evidence pack, three-valued, with reasons, in the reader's language (TT 15/2025/TT-BKHCN)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from adapters.cli.certificates import read_certificates
from adapters.cli.codes import in_words
from adapters.cli.input import read_file
from adapters.cli.language import _
from adapters.cli.story import sentence
from adapters.cli.terminal import escape
from adapters.cli.times import local
from adapters.cli.words import decision_word, purpose_word
from signing.errors import SigningError, Undecidable
from signing.evidence.report import ActLine, Report, SignatureLine
from signing.evidence.verify import BOOTSTRAP, verify_pack

LARGEST_PACK = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`word`: valid, invalid or undecidable. `report`: what was proven; None unless valid."""

    word: str
    file: str
    report: Report | None = None
    code: str = ""
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """The same for programs."""
        report = self.report.to_json() if self.report else {}
        return {"verdict": self.word, "file": self.file, "code": self.code, "reason": self.reason, **report}

    def lines(self) -> Iterator[str]:
        """Yield the lines for people; the last one is the verdict."""
        if self.report is not None:
            yield from _report(self.report)
        reason = escape(self.reason) + _REMEDIES().get(self.code, "")
        last = {
            "valid": _("VALID: every act stands in the log, every signature and every document holds."),
            "invalid": _("INVALID: {reason}   [{code}]"),
            "undecidable": _("CANNOT BE DECIDED: {reason}   [{code}]"),
        }[self.word]
        yield last.format(reason=reason, code=escape(self.code))


def _REMEDIES() -> Mapping[str, str]:  # noqa: N802  (a table in the language of the moment)
    return {
        "note-key": _("; is --log-key the key of the log that the pack is from?"),
        "log-key": _("; is --log-key a log's verifier key?"),
        "certificate-untrusted": _("; is --root the authority that the agency uses?"),
    }


def judge(pack: Path, roots: Sequence[Path], log_key: str, at: datetime | None) -> Verdict:
    """Verify a pack; what cannot be read at all stops, what does not hold is a verdict."""
    content = read_file(pack, limit=LARGEST_PACK)
    trusted = tuple(read_certificates(*roots))
    try:
        report = verify_pack(content, roots=trusted, log_key=log_key, at=at)
    except SigningError as error:
        word = "undecidable" if isinstance(error, Undecidable) else "invalid"
        return Verdict(word=word, file=str(pack), code=error.code, reason=in_words(error.code, error.message))
    return Verdict(word="valid", file=str(pack), report=report)


def _report(report: Report) -> Iterator[str]:
    yield _("Evidence of dossier {dossier}, from the log {origin} with {size} leaves:").format(
        dossier=escape(report.dossier), origin=escape(report.origin), size=report.size
    )
    signatures = {signature.index: signature for signature in report.signatures}
    for act in report.acts:
        yield _act(act)
        if act.index in signatures:
            yield f"      {_signature(signatures[act.index])}"
    for fingerprint in report.bootstrap:
        yield _(
            "note: certificate {fingerprint} was bound by its own signature; ask the agency whether it is theirs"
        ).format(fingerprint=escape(fingerprint))


def _act(act: ActLine) -> str:
    item = {"actor": act.actor, "act": act.act, "subject": act.subject, "details": act.details}
    return f"  ✓ {act.index:>4}  {local(act.time)}  {sentence(item)}"


def _signature(signature: SignatureLine) -> str:
    text = _("signature ({purpose}) of {signer}, certificate {certificate}…, bound by {binder}").format(
        purpose=purpose_word(signature.purpose),
        signer=escape(signature.signer),
        certificate=escape(signature.certificate[:16]),
        binder=_("itself") if signature.bound_by == BOOTSTRAP else escape(signature.bound_by),
    )
    if signature.decision:
        text += _("; decision: {decision}").format(decision=decision_word(signature.decision))
    if signature.documents:
        text += _("; documents: {names}").format(names=escape(", ".join(signature.documents)))
    return text
