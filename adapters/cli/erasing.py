"""Erase the data of dossiers, one by one, each by a signature of its own: what is refused is told, the others go on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adapters.cli.bulk import OF_ONE, progress
from adapters.cli.client import Client, Problem, path
from adapters.cli.consent import Consent
from adapters.cli.errors import REFUSED, CommandFailed
from adapters.cli.language import _
from adapters.cli.retention import kept
from adapters.cli.session import Session
from adapters.cli.terminal import confirm, escape, out, out_json, refuse_unless, say

Json = dict[str, Any]
ACT = "data-erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The reason, and the number of the decision, if it is not that the retention is over."""

    reason: str
    decision: str | None

    def body(self, dossier: Mapping[str, Any]) -> Json:
        """The act's body for that dossier, as it is signed."""
        rule = dossier.get("retention") or {}
        by = {"basis": "decision", "document": self.decision} if self.decision is not None else {"basis": "retention"}
        told = {"document": str(rule.get("decided_by")), "period": str(rule.get("period")), **by}
        return {**told, "reason": self.reason.strip(), "unit": str(dossier.get("unit"))}


def erase_all(session: Session, codes: Sequence[str], why: Why, consent: Consent, *, as_json: bool) -> None:
    """Show what is kept how long, ask once, then sign each; ends with exit code 6 when any was refused."""
    consent.keys(session)
    found = [session.client.get(path("dossiers", code)) for code in dict.fromkeys(codes)]
    _foresee(found, why)
    question = _("Sign to erase the data of {count} dossiers? Nothing brings them back.")
    refuse_unless(confirm(question.format(count=len(found)), assume_yes=consent.assume_yes))
    results = []
    for item in _each(session, found, why, consent):
        results.append(item)
        if not as_json:
            out(_line(item))
    refused = sum(item["refused"] for item in results)
    if as_json:
        out_json({"items": results, "refused": refused})
    if refused:
        raise CommandFailed(
            "some-refused",
            _("{refused} of {count} dossiers were not erased").format(refused=refused, count=len(results)),
            remedy=_("see why above"),
            exit_code=REFUSED,
        )


def _foresee(found: Sequence[Json], why: Why) -> None:
    say(_("What would be erased for good:"))
    for item in found:
        rule = item.get("retention")
        told = kept(rule) if isinstance(rule, Mapping) else _("received under no rule of retention")
        say(f"  {escape(item.get('code'))}  {told}")
    if why.decision is not None:
        say(_("  by decision {document}").format(document=escape(why.decision)))
    say(_("  Because: {reason}").format(reason=escape(why.reason)))


def _each(session: Session, found: Sequence[Json], why: Why, consent: Consent) -> Iterator[Json]:
    """Yield each dossier's result; the PIN is asked for once."""
    from adapters.cli.witness import Witness

    key, witness = consent.keys(session).open(at=datetime.now(UTC)), Witness(session.profile, session.client)
    for number, item in enumerate(found, start=1):
        progress(number, len(found))
        code = str(item["code"])
        try:
            value = _sign(session, code, why.body(item), key, witness)
        except Problem as problem:
            if problem.status not in OF_ONE:
                raise
            yield {"dossier": code, "refused": True, "code": problem.code, "message": problem.message}
        else:
            yield {"dossier": code, "refused": False, "proposal": _proposal(value), "erased": value.get("erased")}


def _sign(session: Session, code: str, body: Json, key: Any, witness: Any) -> Json:
    from adapters.cli.acts import Act, checked, offers, send

    client: Client = session.client
    answer = client.post("/v1/statements", {"act": ACT, "subject": code, "body": body})
    if not offers(answer):
        return answer
    return send(session, *checked(session, answer, Act(act=ACT, subject=code, body=body), witness), key, witness)


def _proposal(value: Json) -> str | None:
    found = value.get("proposal")
    return str(found.get("id")) if isinstance(found, Mapping) else None


def _line(item: Json) -> str:
    if item["refused"]:
        return f"{escape(item['dossier'])}: {item['message']}   [{item['code']}]"
    if item["proposal"] is None:
        return _("{code}: erased").format(code=escape(item["dossier"]))
    words = _("{code}: proposed as {id}; another administrator approves it: hoso proposal approve {id} --key FILE")
    return words.format(code=escape(item["dossier"]), id=escape(item["proposal"]))
