"""A verdict on an evidence pack, three-valued, with reasons, in the reader's language (TT 15/2025/TT-BKHCN)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from adapters.cli.certificates import read_certificates
from adapters.cli.codes import in_words
from adapters.cli.input import read_file
from adapters.cli.language import _, current
from adapters.cli.story import sentence
from adapters.cli.strangers import patient
from adapters.cli.terminal import escape
from adapters.cli.times import local
from adapters.cli.words import decision_word, purpose_word
from signing.canonical import sha256_hex
from signing.certificates import fingerprint, subject_name
from signing.errors import SigningError, Undecidable
from signing.evidence.page import Verified, write_page
from signing.evidence.report import ActLine, Deed, Report, SignatureLine, SuccessionLine, WitnessLine
from signing.evidence.verify import verify_pack
from signing.reasons import NAMES, REASONS
from signing.verdict import Check

LARGEST_PACK = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`word`: valid, invalid or undecidable. `report`: what was proven; None unless valid.

    `checks`: where one signature is to blame, how each check of it went. `pinned`: the administrators' certificates
    whom the auditor named. `verified`: the same, as a page is made of it.
    """

    word: str
    file: str
    report: Report | None = None
    code: str = ""
    reason: str = ""
    checks: tuple[Check, ...] = ()
    pinned: Collection[str] = ()
    verified: Verified

    def to_json(self) -> dict[str, Any]:
        """The same for programs."""
        report = self.report.to_json() if self.report else {}
        checks = {"checks": [check.to_json() for check in self.checks]} if self.checks else {}
        return {"verdict": self.word, "file": self.file, "code": self.code, "reason": self.reason, **checks, **report}

    def page(self) -> str:
        """The same as a page of HTML, in the reader's language."""
        return write_page(self.verified, language=current())

    def lines(self) -> Iterator[str]:
        """Yield the lines for people; the last one is the verdict."""
        if self.report is not None:
            yield from _report(self.report, self.pinned)
        yield from _checks(self.checks)
        reason = escape(self.reason) + _REMEDIES().get(self._blamed(), "")
        last = {
            "valid": _("VALID: every act stands in the log, every signature and every document holds."),
            "invalid": _("INVALID: {reason}   [{code}]"),
            "undecidable": _("CANNOT BE DECIDED: {reason}   [{code}]"),
        }[self.word]
        yield last.format(reason=reason, code=escape(self.code))

    def _blamed(self) -> str:
        """The code whose remedy helps: a signer's own certificate that leads nowhere goes before its stamp's."""
        codes = {check.code for check in self.checks}
        return "certificate-untrusted" if "certificate-untrusted" in codes else self.code


def _REMEDIES() -> Mapping[str, str]:  # noqa: N802  (a table in the language of the moment)
    return {
        "note-key": _("; is --log-key the key of the log that the pack is from?"),
        "log-key": _("; is --log-key a log's verifier key?"),
        "certificate-untrusted": _("; is --root the authority that the agency uses?"),
        "stamp-certificate-untrusted": _("; does the authority of its stamps have a root of its own? add --stamp-root"),
        "witness-missing": _("; did the witness start later? ask for the pack under a newer checkpoint"),
        "administrator-unpinned": _("; pin that administrator's certificate too (--admin), if you know it is theirs"),
    }


def judge(
    pack: Path,
    roots: Sequence[Path],
    log_key: str,
    at: datetime | None,
    *,
    stamp_roots: Sequence[Path] = (),
    admins: Collection[str] = (),
    witnesses: Collection[str] = (),
) -> Verdict:
    """Verify a pack; what cannot be read at all stops, what does not hold is a verdict."""
    content = read_file(pack, limit=LARGEST_PACK)
    trusted, stamping = tuple(read_certificates(*roots)), tuple(read_certificates(*stamp_roots))
    common: dict[str, Any] = {
        "file": pack.name,
        "sha256": sha256_hex(content),
        "log_key": log_key,
        "roots": [f"{subject_name(each)} ({fingerprint(each)})" for each in trusted],
        "pinned": admins,
        "at": at,
    }
    try:
        report = verify_pack(
            content,
            roots=trusted,
            log_key=log_key,
            at=at,
            stamp_roots=stamping,
            admins=admins,
            witnesses=witnesses,
            read=patient,
        )
    except SigningError as error:
        return Verdict(
            word="undecidable" if isinstance(error, Undecidable) else "invalid",
            file=str(pack),
            code=error.code,
            reason=in_words(error.code, error.message),
            checks=error.checks,
            verified=Verified(outcome=error, **common),
        )
    verified = Verified(outcome=report, **common)
    return Verdict(word="valid", file=str(pack), report=report, pinned=admins, verified=verified)


def _report(report: Report, pinned: Collection[str]) -> Iterator[str]:
    yield _("Evidence of dossier {dossier}, from the log {origin} with {size} leaves:").format(
        dossier=escape(report.dossier), origin=escape(report.origin), size=report.size
    )
    yield _("It tells the dossier up to that checkpoint; what happened later is not in it.")
    yield from map(_followed, report.successions)
    yield from map(_cosigned, report.cosigned)
    signatures: dict[int, list[SignatureLine]] = {}
    for signature in report.signatures:
        signatures.setdefault(signature.index, []).append(signature)
    for act in report.acts:
        yield _act(act)
        for signature in signatures.get(act.index, ()):
            yield f"      {_signature(signature)}"
            yield f"        {_standing(signature)}"
    yield from _checked(report.signatures)
    for unknown in sorted(set(report.bootstrap) - set(pinned)):
        yield _(
            "note: certificate {fingerprint} was bound by its own signature; ask the agency whether it is theirs"
        ).format(fingerprint=escape(unknown))
    if report.on_server:
        text = _("note: done on the server, unsigned: leaves {leaves}")
        more = "" if pinned else _("; pin administrators whom you know (--admin)")
        yield text.format(leaves=_listed(report.on_server)) + more
    if report.sole:
        text = _("note: done by one administrator alone, when nobody else could approve it: leaves {leaves}")
        yield text.format(leaves=_listed(report.sole))
    for code in report.remarks:
        yield _("note: {remark}   [{code}]").format(remark=REASONS[code].text(current()), code=code)


def _cosigned(witness: WitnessLine) -> str:
    known = _("with the key that you name") if witness.pinned else _("with the key that the log tells")
    text = _("Cosigned by the witness {witness}, {time}, {known}.")
    return text.format(witness=escape(witness.witness), time=local(witness.time), known=known)


def _followed(line: SuccessionLine) -> str:
    text = _("The log went on under another key, {time}: {after}; {kept} leaves kept, {lost} lost; reason: {reason}")
    told = {"after": escape(line.after), "kept": line.kept, "lost": line.lost, "reason": escape(line.reason)}
    return text.format(time=local(line.time), **told)


def _checked(signatures: Sequence[SignatureLine]) -> Iterator[str]:
    """Say once what every signature was checked for, and of which ones less could be asked."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for signature in signatures:
        groups.setdefault(tuple(check.name for check in signature.checks), []).append(signature.index)
    if not groups:
        return
    most = max(groups, key=len)
    yield _("The signatures were checked for: {names}.").format(names=_names(most))
    for names, leaves in groups.items():
        if lacking := [name for name in most if name not in names]:
            text = _("  except {names}: a signature of each of the leaves {leaves}")
            yield text.format(names=_names(lacking), leaves=_listed(leaves))


def _names(checks: Iterable[str]) -> str:
    return ", ".join(NAMES[name].text(current()) for name in checks)


def _listed(leaves: Sequence[int]) -> str:
    return ", ".join(map(str, dict.fromkeys(leaves)))


def _checks(checks: Sequence[Check]) -> Iterator[str]:
    marks = {"valid": "✓", "invalid": "✗", "undecidable": "?"}
    for check in checks:
        yield f"  {marks[check.result]} {escape(check.line(current()))}"


def _act(act: ActLine) -> str:
    step = act.step or act.details.get("element")
    item = {
        "actor": act.actor,
        "act": act.act,
        "subject": act.subject,
        "details": act.details,
        "element_name": step,
    }
    return f"  ✓ {act.index:>4}  {local(act.time)}  {sentence(item)}"


def _signature(signature: SignatureLine) -> str:
    text = _("signature ({purpose}) of {signer}, certificate {certificate}…, bound: {deed}").format(
        purpose=purpose_word(signature.purpose),
        signer=escape(signature.signer),
        certificate=escape(signature.certificate[:16]),
        deed=_deed(signature.bound),
    )
    if signature.decision:
        text += _("; decision: {decision}").format(decision=decision_word(signature.decision))
    if signature.documents:
        text += _("; documents: {names}").format(names=escape(", ".join(signature.documents)))
    if signature.stamped:
        text += _("; time stamp: {time}").format(time=local(signature.stamped))
    return text


def _standing(signature: SignatureLine) -> str:
    """What the signer held, and whose word that is."""
    held = escape(signature.position) or _("no position, by role alone")
    told = "; ".join(_deed(each) for each in signature.appointed)
    if signature.capacity:
        held = f"{escape(signature.capacity)} {held}"
    return _("{officer}: {position}; by {deeds}").format(officer=escape(signature.officer), position=held, deeds=told)


def _deed(deed: Deed) -> str:
    texts = {
        "signed": _("leaf {index} of {by}, approved by {approver}"),
        "sole": _("leaf {index} of {by} alone"),
        "bootstrap": _("by itself in leaf {index}"),
        "on-server": _("leaf {index}, done on the server, unsigned"),
        "unsigned": _("leaf {index} of {by}, unsigned"),
    }
    approver = escape(deed.approved_by or "-")
    return texts.get(deed.how, texts["unsigned"]).format(index=deed.index, by=escape(deed.by), approver=approver)
