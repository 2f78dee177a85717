"""Migrate all running dossiers of a version, one by one: what is refused is told, and the others go on."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adapters.cli.client import Client, Problem, path
from adapters.cli.consent import Consent
from adapters.cli.errors import REFUSED, CommandFailed
from adapters.cli.language import _
from adapters.cli.session import Session
from adapters.cli.terminal import confirm, escape, out, out_json, refuse_unless, say

Json = dict[str, Any]
Do = Callable[[str, Json], Json]
# What one dossier's answer says of itself; anything else (no sign-in, no server) stops the whole run.
OF_ONE = frozenset({403, 404, 409, 422})


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """The running dossiers of this process and version, and what is asked for each of them."""

    process: str
    version: int
    sent: Mapping[str, Any]


def migrate_all(session: Session, many: Many, consent: Consent, *, dry_run: bool, as_json: bool) -> None:
    """Rehearse and ask, then migrate each, by a signature of its own; ends with exit code 6 when any was refused."""
    client = session.client
    found = list(client.items(path("dossiers"), process=many.process, version=many.version, running="true"))
    if not consent.assume_yes and not dry_run:
        for item in _each(found, many, lambda code, sent: _rehearsed(client, code, sent)):
            if item["refused"]:
                say(_line(item))
        question = _("Sign to migrate {count} dossiers of {process} from version {old} to {new}?")
        names = {"process": many.process, "old": many.version, "new": many.sent["version"]}
        refuse_unless(confirm(question.format(count=len(found), **names), assume_yes=False))
    results, do = [], _signing(session, consent) if not dry_run else lambda code, sent: _rehearsed(client, code, sent)
    for item in _each(found, many, do):
        results.append(item)
        if not as_json:
            out(_line(item))
    refused = sum(item["refused"] for item in results)
    if as_json:
        out_json({"items": results, "dry_run": dry_run, "migrated": len(results) - refused, "refused": refused})
    else:
        say(_("{count} dossiers, {refused} refused.").format(count=len(results), refused=refused))
    if refused:
        raise CommandFailed(
            "some-refused",
            _("{refused} of {count} dossiers cannot move").format(refused=refused, count=len(results)),
            remedy=_("see why above; say what becomes of an element with --map, or move its tokens first"),
            exit_code=REFUSED,
        )


def _rehearsed(client: Client, code: str, sent: Json) -> Json:
    return client.post(path("dossiers", code, "migrate"), {**sent, "dry_run": True})


def _signing(session: Session, consent: Consent) -> Do:
    """Ask for the PIN once; then each dossier's act is built, checked and signed here, one after the other."""
    from adapters.cli.acts import Act, checked, send
    from adapters.cli.witness import Witness

    key = consent.keys(session).open(at=datetime.now(UTC))
    witness = Witness(session.profile, session.client)

    def do(code: str, sent: Json) -> Json:
        answer = session.client.post(path("dossiers", code, "migrate"), {**sent, "sign": True})
        act = Act(act="dossier-migrated", subject=code, body=sent)
        return send(session, *checked(session, answer, act, witness), key, witness)

    return do


def _each(found: Iterable[Json], many: Many, do: Do) -> Iterator[Json]:
    """Yield each dossier's result, as its revision stood in the list."""
    waiting = list(found)
    for number, item in enumerate(waiting, start=1):
        progress(number, len(waiting))
        code = str(item["code"])
        try:
            value = do(code, {**many.sent, "revision": item["revision"]})
        except Problem as problem:
            if problem.status not in OF_ONE:
                raise
            told = {"code": problem.code, "message": problem.message, "details": list(problem.details)}
            yield {"dossier": code, "refused": True, **told}
        else:
            yield {"dossier": code, "refused": False, "version": value.get("version", many.sent["version"])}


def _line(item: Json) -> str:
    if item["refused"]:
        return f"{escape(item['dossier'])}: {item['message']}   [{item['code']}]"
    return _("{code}: version {version}").format(code=escape(item["dossier"]), version=escape(item["version"]))


def progress(number: int, count: int) -> None:
    """Tell on a terminal how far it is, on one line."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{number}/{count}" + ("\r\x1b[K" if number == count else ""))
        sys.stderr.flush()
