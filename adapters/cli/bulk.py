"""Migrate all running dossiers of a version, one by one: what is refused is told, and the others go on."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.cli.client import Client, Problem, fresh_key, path
from adapters.cli.errors import REFUSED, CommandFailed
from adapters.cli.language import _
from adapters.cli.terminal import confirm, escape, out, out_json, refuse_unless, say

Json = dict[str, Any]
# What one dossier's answer says of itself; anything else (no sign-in, no server) stops the whole run.
_OF_ONE = frozenset({403, 404, 409, 422})


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """The running dossiers of this process and version, and what is asked for each of them."""

    process: str
    version: int
    sent: Mapping[str, Any]


def migrate_all(client: Client, many: Many, *, dry_run: bool, assume_yes: bool, as_json: bool) -> None:
    """Rehearse and ask, then migrate each; ends with exit code 6 when any was refused."""
    found = list(client.items(path("dossiers"), process=many.process, version=many.version, running="true"))
    if not assume_yes and not dry_run:
        for item in _each(client, many, found, dry_run=True):
            if item["refused"]:
                say(_line(item))
        question = _("Migrate {count} dossiers of {process} from version {old} to {new}?")
        names = {"process": many.process, "old": many.version, "new": many.sent["version"]}
        refuse_unless(confirm(question.format(count=len(found), **names), assume_yes=False))
    results = []
    for item in _each(client, many, found, dry_run=dry_run):
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


def _each(client: Client, many: Many, found: Iterable[Json], *, dry_run: bool) -> Iterator[Json]:
    """Yield each dossier's result, as its revision stood in the list."""
    waiting = list(found)
    for number, item in enumerate(waiting, start=1):
        _progress(number, len(waiting))
        code = str(item["code"])
        sent = {**many.sent, "revision": item["revision"], "dry_run": dry_run}
        try:
            value = client.post_safely(path("dossiers", code, "migrate"), sent, key=fresh_key())
        except Problem as problem:
            if problem.status not in _OF_ONE:
                raise
            told = {"code": problem.code, "message": problem.message, "details": list(problem.details)}
            yield {"dossier": code, "refused": True, **told}
        else:
            yield {"dossier": code, "refused": False, "version": value.get("version", many.sent["version"])}


def _line(item: Json) -> str:
    if item["refused"]:
        return f"{escape(item['dossier'])}: {item['message']}   [{item['code']}]"
    return _("{code}: version {version}").format(code=escape(item["dossier"]), version=escape(item["version"]))


def _progress(number: int, count: int) -> None:
    """Tell on a terminal how far it is, on one line."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{number}/{count}" + ("\r\x1b[K" if number == count else ""))
        sys.stderr.flush()
