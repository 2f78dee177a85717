"""What leaves tell: read what a replay needs of one, and compare one with what the engine drafts."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from engine.bpmn.graph import Graph, UserTask
from engine.outcome import LeafDraft
from engine.replay.report import Differs, Untold
from signing.canonical import canonical
from signing.evidence.contents import Opened

T = TypeVar("T")
LONGEST = 400  # characters of what was found, or expected
# In which capacity an approval was signed is proven by its mandates, not by the path.
_OF_PEOPLE = frozenset({"capacity", "block", "mandates"})
# First what says most.
_ORDER = ("element", "ended", "opened")
_CODES = {"element": "element-other", "ended": "ended-otherwise", "opened": "opened-otherwise"}
_NOTHING = object()


def told(item: Opened, name: str, kind: type[T]) -> T:
    """A detail of the leaf; Untold where it is not there, or is no such thing."""
    value = item.details.get(name)
    if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
        return value
    found = f"leaf {item.leaf.index} ({item.leaf.act}) tells {name}: {shown(value)}"
    raise Untold("act-untold", found=found, expected=f"{name} ({kind.__name__})")


def listed(item: Opened, name: str) -> list[Any]:
    """A list among the details; empty where there is none."""
    return told(item, name, list) if name in item.details else []


def shown(value: object) -> str:
    """A value as people read it, cut where it is long."""
    if value is _NOTHING:
        return "-"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def same_act(item: Opened, expected: LeafDraft, graph: Graph) -> None:
    """Differs unless the leaf tells what the engine drafts of this act, and that the same follows from it."""
    said = (item.leaf.actor, item.leaf.subject)
    if said != (expected.actor, expected.subject):
        raise Differs("told-otherwise", found=" ".join(said), expected=f"{expected.actor} {expected.subject}")
    drafted = expected.details
    names = [*_ORDER, *sorted({*item.details, *drafted} - {*_ORDER} - _OF_PEOPLE)]
    for name in names:
        found, wanted = item.details.get(name, _NOTHING), drafted.get(name, _NOTHING)
        if name == "opened":
            found, wanted = _opened(found, graph), _opened(wanted, graph)
        if found is not wanted and (_NOTHING in (found, wanted) or canonical(found) != canonical(wanted)):
            raise Differs(_CODES.get(name, "told-otherwise"), found=_named(name, found), expected=_named(name, wanted))


def same_consequence(item: Opened | None, expected: LeafDraft) -> None:
    """Differs unless the leaf is the consequence that the engine drafts: a decision, an incident."""
    element = shown(expected.details.get("element"))
    if item is None or item.leaf.act != expected.act:
        found = item.leaf.act if item is not None else "no leaf"
        raise Differs("consequence-missing", found=found, expected=f"{expected.act} ({element})")
    if expected.act == "decision-evaluated":
        _compare(item, expected, "decision-otherwise", ("element", "decision", "tables"))
    else:  # how it is worded may change with a release
        _compare(item, expected, "incident-otherwise", ("element", "code"))


def _compare(item: Opened, expected: LeafDraft, code: str, names: Iterable[str]) -> None:
    for name in names:
        found, wanted = item.details.get(name), expected.details.get(name)
        if canonical(found) != canonical(wanted):
            raise Differs(code, found=_named(name, found), expected=_named(name, wanted))


def _named(name: str, value: object) -> str:
    if name != "opened":
        return f"{name}: {shown(value)}"
    tasks = [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
    return "; ".join(", ".join(f"{key} {shown(item)}" for key, item in each.items()) for each in tasks) or "no task"


def _opened(value: object, graph: Graph) -> object:
    """The tasks that opened, without what is free text, or depends on facts of the office that no pack holds: its days
    off, by which terms are counted; its units, to which a task may go.
    """
    if value is _NOTHING:
        return []
    if not isinstance(value, list):
        return value
    tasks = [node for node in graph.nodes.values() if isinstance(node, UserTask)]
    counted = {node.name or node.id for node in tasks if node.schedule.term is not None}
    asked = {node.name or node.id for node in tasks if node.unit is not None}
    return [_open(each, counted, asked) if isinstance(each, Mapping) else each for each in value]


def _open(each: Mapping[str, object], counted: set[str], asked: set[str]) -> dict[str, object]:
    name, left = str(each.get("name")), {"why", "note"}
    left |= {"due"} if name in counted else set()
    left |= {"role", "unit"} if name in asked else set()
    return {key: value for key, value in each.items() if key not in left}
