"""Who of several gets a task that is given to somebody as it opens: fewest in hand, or longest without one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from engine.bpmn.graph import Strategy

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Who it is, and why."""

    officer: str
    why: str


def choose(
    strategy: Strategy, able: Iterable[str], load: Mapping[str, int], last: Mapping[str, datetime]
) -> Chosen | None:
    """Whose turn it is; None where nobody is able, or the task waits in its queue.

    `load` is how many open tasks each holds, `last` when each was given one so (absent: none, never). Equal ones come
    by the other measure and then by id, so that the same state always gives the same answer.
    """
    there = sorted(set(able))
    if strategy == "queue" or not there:
        return None
    busy = {officer: load.get(officer, 0) for officer in there}
    since = {officer: last.get(officer, _NEVER) for officer in there}
    if strategy == "least-loaded":
        officer = min(there, key=lambda each: (busy[each], since[each], each))
        return Chosen(officer=officer, why=f"fewest tasks in hand ({busy[officer]}), of {len(there)} who could")
    officer = min(there, key=lambda each: (since[each], each))
    when = f"since {last[officer]:%Y-%m-%dT%H:%M:%SZ}" if officer in last else "so far"
    return Chosen(officer=officer, why=f"given none {when}, of {len(there)} who could")
