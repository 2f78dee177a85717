"""Move all visits of a day: planned by the server, done one by one; what is refused is told, and the others go on.

Each names the visit that it moves. Interrupted, the same command plans the rest anew, and moves nobody twice.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.cli.bulk import OF_ONE, progress
from adapters.cli.client import Client, Problem, fresh_key, path
from adapters.cli.errors import REFUSED, CommandFailed
from adapters.cli.language import _
from adapters.cli.terminal import confirm, escape, out, out_json, refuse_unless, say
from adapters.cli.times import local

Json = dict[str, Any]
FULL = "visit-no-slot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """From which day to which, why, and how the counter works there."""

    day: str
    to: str
    reason: str
    minutes: str
    at_once: str
    hours: str


def move_day(client: Client, asked: Day, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Plan, ask, and move each; ends with exit code 6 when any was refused, or found no slot."""
    where = {"minutes": asked.minutes, "at_once": asked.at_once, "hours": asked.hours}
    plan = client.get(path("visits", "plan"), day=asked.day, to=asked.to, **where)["items"]
    if not dry_run and plan:
        question = _("Move {count} visits from {day} to {to}?")
        names = {"count": len(plan), "day": escape(asked.day), "to": escape(asked.to)}
        refuse_unless(confirm(question.format(**names), assume_yes=yes))
    results: list[Json] = []
    for item in _each(client, plan, asked, dry_run):
        results.append(item)
        if not as_json:
            out(_line(item))
    refused = sum(item["refused"] for item in results)
    if as_json:
        out_json({"items": results, "dry_run": dry_run, "moved": len(results) - refused, "refused": refused})
    else:
        say(_("{count} visits, {refused} refused.").format(count=len(results), refused=refused))
    if refused:
        raise CommandFailed(
            "some-refused",
            _("{refused} of {count} visits were not moved").format(refused=refused, count=len(results)),
            remedy=_("see why above; move those that are left to another day by the same command"),
            exit_code=REFUSED,
        )


def _each(client: Client, plan: list[Json], asked: Day, dry_run: bool) -> Iterator[Json]:
    for number, item in enumerate(plan, start=1):
        progress(number, len(plan))
        told = {"dispatch": item["dispatch"], "dossier": item["dossier"], "from": item["at"], "to": item["to"]}
        if item["to"] is None:
            yield {**told, "refused": True, "code": FULL, "message": _("no slot is left on that day")}
            continue
        sent = {"to": item["to"], "reason": asked.reason, "visit": item["id"]}
        try:
            if not dry_run:
                client.post_safely(path("dispatches", item["dispatch"], "visit"), sent, key=fresh_key())
        except Problem as problem:
            if problem.status not in OF_ONE:
                raise
            yield {**told, "refused": True, "code": problem.code, "message": problem.message}
        else:
            yield {**told, "refused": False}


def _line(item: Mapping[str, Any]) -> str:
    if item["refused"]:
        return f"{escape(item['dispatch'])}: {escape(item['message'])}   [{escape(item['code'])}]"
    return f"{escape(item['dispatch'])}: {local(item['from'])} → {local(item['to'])}"
