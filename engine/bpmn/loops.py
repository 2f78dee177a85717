"""Activities that are done several times: multiple instances and the standard loop (BPMN 2.0 §10.3.8).

What lives for all of them holds the token and the boundary events; each instance lives within it and has its number.
What an instance gives is put into the data as it is completed; the collected list when all are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from engine.bpmn.effects import ElementEntered
from engine.bpmn.graph import Activity, MultiInstance, StandardLoop, inner
from engine.bpmn.scope import Scope, Stuck, because
from engine.bpmn.state import Loop, Thing, Token
from engine.bpmn.triggers import Trigger
from engine.bpmn.work import Work
from engine.feel import Expression

MOST_INSTANCES = 1_000
COUNTER = "loopCounter"


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """What an instance that completes makes of the loop: whether it was the last, what is thrown to the boundary."""

    loop: Loop
    last: bool
    thrown: tuple[Trigger, ...] = ()


def begin(work: Work, node: Activity, scope: int) -> int | None:
    """Begin the instances of an activity; None where there are none. On Stuck nothing has changed."""
    plan = node.loop
    if isinstance(plan, MultiInstance):
        loop = _counted(work, node, plan, scope)
    else:
        assert plan is not None
        none = plan.test_before and not _again(work.scope(node.id, scope), plan, 0)
        loop = Loop(total=0 if none else 1)
    work.effects.append(ElementEntered(element=node.id))
    if not loop.total:
        if isinstance(plan, MultiInstance) and plan.results is not None:
            work.merge(scope, {plan.results: []})
        return None
    work.widen(node.id, loop.total * (2 + 2 * len(work.graph.within(inner(node)))))
    key = work.add(Thing(element=node.id, kind="loop", parent=scope, loop=loop))
    parallel = isinstance(plan, MultiInstance) and not plan.sequential
    for _ in range(loop.total if parallel else 1):
        work.send(Token(element=node.id, scope=key, phase="begin"))
    return key


def instance(work: Work, key: int) -> tuple[dict[str, object], int]:
    """What the next instance has for itself, and its number from 1."""
    node, loop = work.activity(key), work.things[key].loop
    assert loop is not None
    plan, number = node.loop, loop.begun + 1
    own: dict[str, object] = {COUNTER: number}
    if isinstance(plan, MultiInstance):
        own = dict.fromkeys(plan.own) | own
        if plan.item is not None:
            own[plan.item] = loop.items[0] if loop.items else None
    work.change(key, loop=replace(loop, begun=number, items=loop.items[1:]))
    return own, number


def after(work: Work, key: int, given: Mapping[str, object], seen: Scope) -> After:
    """What follows when an instance is completed; changes nothing, raises Stuck.

    `given` is what its outputs give, `seen` what its expressions see then.
    """
    thing = work.things[key]
    node, loop = work.activity(key), work.things[thing.parent].loop
    assert loop is not None
    if isinstance(node.loop, StandardLoop):
        loop = replace(loop, completed=loop.completed + 1)
        return After(loop=loop, last=not _again(seen.within(given), node.loop, loop.completed))
    assert node.loop is not None
    loop = _completed(loop, thing.number, node.loop, seen)
    alone = loop.begun == loop.total and work.alive(thing.parent) == 1
    last = _enough(node.loop, loop, seen) or alone
    return After(loop=loop, last=last, thrown=_behaviour(node.loop, loop, seen))


def follows(work: Work, key: int) -> None:
    """Let the next instance of a sequence begin."""
    plan = work.activity(key).loop
    if isinstance(plan, StandardLoop) or (plan is not None and plan.sequential):
        work.send(Token(element=work.things[key].element, scope=key, phase="begin"))


def kept(node: Activity, given: Mapping[str, object]) -> dict[str, object]:
    """What an instance gives to the data: all but what each has for itself."""
    own = node.loop.own if isinstance(node.loop, MultiInstance) else frozenset()
    return {name: value for name, value in given.items() if name not in own}


def _behaviour(plan: MultiInstance, loop: Loop, seen: Scope) -> tuple[Trigger, ...]:
    """What is thrown to the boundary events as an instance completes (BPMN 2.0 table 10.30)."""
    first = [plan.after_first] if plan.after_first is not None and loop.completed == 1 else []
    scope = seen.within(_numbers(loop))
    each = [trigger for holds, trigger in plan.after_each if holds is None or scope.answer(holds).value is True]
    return (*first, *each)


def _counted(work: Work, node: Activity, plan: MultiInstance, at: int) -> Loop:
    """How many instances there are to be, with their members; raises Stuck."""
    scope = work.scope(node.id, at)
    expression = plan.collection or plan.cardinality
    assert expression is not None
    answer = scope.answer(expression)
    why = because(answer.problems)
    value = scope.as_json(answer.value, repr(expression.text))
    if plan.collection is not None:
        if not isinstance(value, list):
            raise Stuck(node.id, "collection-unreadable", f"the collection {expression.text!r} is no list{why}")
        total, items = len(value), tuple(value)
    else:
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            message = f"the cardinality {expression.text!r} is no whole number from 0{why}"
            raise Stuck(node.id, "cardinality-unreadable", message)
        total, items = value, ()
    if total > MOST_INSTANCES:
        raise Stuck(node.id, "too-many-instances", f"{total} instances; at most {MOST_INSTANCES} are run")
    return Loop(total=total, items=items, results=(None,) * total if plan.results else ())


def _completed(loop: Loop, number: int, plan: MultiInstance, after: Scope) -> Loop:
    results = loop.results
    if plan.results is not None:
        value = after.json(plan.element) if plan.element is not None else None
        results = (*results[: number - 1], value, *results[number:])
        after.plain(list(results), f"the list {plan.results!r}")
    return replace(loop, completed=loop.completed + 1, results=results)


def _enough(plan: MultiInstance, loop: Loop, after: Scope) -> bool:
    """Whether the completion condition ends the whole; raises Stuck."""
    return plan.until is not None and _true(plan.until, after.within(_numbers(loop)), "completion condition")


def _numbers(loop: Loop) -> dict[str, object]:
    return {
        "numberOfInstances": loop.total,
        "numberOfActiveInstances": loop.begun - loop.completed,
        "numberOfCompletedInstances": loop.completed,
        "numberOfTerminatedInstances": loop.terminated,
    }


def _again(scope: Scope, plan: StandardLoop, times: int) -> bool:
    """Whether a standard loop goes round once more after `times` rounds; raises Stuck."""
    if plan.maximum is not None and times >= plan.maximum:
        return False
    seen = scope.within({"loopCounter": times})
    return plan.condition is None or _true(plan.condition, seen, "loop condition")


def _true(expression: Expression, scope: Scope, what: str) -> bool:
    answer = scope.answer(expression)
    if answer.value is None or isinstance(answer.value, bool):
        return answer.value is True
    message = f"the {what} {expression.text!r} gives {type(answer.value).__name__}, not true or false"
    raise Stuck(scope.element, "condition-not-boolean", message)
