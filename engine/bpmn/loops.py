"""Multiple instances of a task (BPMN 2.0 §10.3.8), one after another or all at once.

What waits for all of them holds the token and the boundary events; each instance waits on its own and knows it. What
an instance gives is put into the data as it is completed; the collected list when all are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.bpmn.automatic import Automatic, compute
from engine.bpmn.effects import ElementEntered
from engine.bpmn.graph import Activity, BusinessRuleTask, MultiInstance, ScriptTask
from engine.bpmn.mappings import inputs_of, outcome
from engine.bpmn.scope import Scope, Stuck, because
from engine.bpmn.state import Loop, Token, Waiting
from engine.bpmn.wait import Working, cancel, disarm, open_work, prepare, subscribe
from engine.bpmn.work import Work

MOST_INSTANCES = 1_000


def begin(work: Work, node: Activity) -> bool:
    """Begin the instances of a task; True when all are done already. On Stuck nothing has changed but data."""
    plan = _plan(node)
    loop = _counted(work, node, plan)
    if isinstance(node, ScriptTask | BusinessRuleTask):
        _run_all(work, node, plan, loop)
        return True
    assert isinstance(node, Working)
    armed = prepare(work.scope(node.id), node)
    ready = [_prepared(work, node, plan, loop, number) for number in _first(plan, loop)]
    work.effects.append(ElementEntered(element=node.id))
    if not loop.total:
        _collected(work, node, plan, loop)
        return True
    owner = work.next_id()
    work.waiting[owner] = Waiting(element=node.id, kind="loop")
    work.loops[owner] = replace(loop, begun=len(ready), items=loop.items[1:] if plan.sequential else ())
    for number, local in enumerate(ready, 1):
        open_work(work, node, local, (owner, number))
    subscribe(work, owner, armed)
    return False


def done(work: Work, instance: int, result: Mapping[str, object]) -> None:
    """An instance is completed with its result. On Stuck nothing has changed; else the next one is opened."""
    waiting = work.waiting[instance]
    assert waiting.loop is not None
    owner, number = waiting.loop
    node = work.graph.nodes[waiting.element]
    assert isinstance(node, Working)
    plan = _plan(node)
    given, after = _given(work, node, plan, waiting.locals, result)
    loop = _completed(work.loops[owner], number, plan, after)
    enough = _enough(plan, loop, after)
    work.merge(given)
    del work.waiting[instance]
    work.loops[owner] = loop
    if enough or loop.completed == loop.total:
        _end(work, owner, node, plan)
    elif plan.sequential:
        go_on(work, owner)


def go_on(work: Work, owner: int) -> None:
    """Open the next instance of a sequence; what hinders it is an incident."""
    node, loop = work.graph.nodes[work.waiting[owner].element], work.loops[owner]
    assert isinstance(node, Working)
    plan = _plan(node)
    number = loop.begun + 1
    try:
        local = _prepared(work, node, plan, loop, number, first=number)
    except Stuck as stuck:
        work.raise_incident(stuck.element, stuck.code, stuck.message, owner=owner)
        return
    work.loops[owner] = replace(loop, begun=number, items=loop.items[1:])
    open_work(work, node, local, (owner, number))


def _plan(node: Activity) -> MultiInstance:
    assert node.loop is not None
    return node.loop


def _counted(work: Work, node: Activity, plan: MultiInstance) -> Loop:
    """How many instances there are to be, with their members; raises Stuck."""
    scope = work.scope(node.id)
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


def _first(plan: MultiInstance, loop: Loop) -> range:
    return range(1, min(loop.total, 1 if plan.sequential else loop.total) + 1)


def _own(plan: MultiInstance, loop: Loop, number: int, first: int) -> dict[str, object]:
    """What an instance has for itself; `first` is the number of the instance to which the first item belongs."""
    own: dict[str, object] = dict.fromkeys(plan.own)
    own["loopCounter"] = number
    if plan.item is not None:
        own[plan.item] = loop.items[number - first] if loop.items else None
    return own


def _prepared(
    work: Work, node: Activity, plan: MultiInstance, loop: Loop, number: int, first: int = 1
) -> dict[str, object]:
    own = _own(plan, loop, number, first)
    return {**own, **inputs_of(node.inputs, work.scope(node.id, own))}


def _given(
    work: Work, node: Activity, plan: MultiInstance, local: Mapping[str, object], result: Mapping[str, object]
) -> tuple[dict[str, object], Scope]:
    """What an instance gives to the data, and what its expressions see then."""
    scope = work.scope(node.id, local)
    every = outcome(node.outputs, scope, result)
    return {name: value for name, value in every.items() if name not in plan.own}, scope.within({**result, **every})


def _completed(loop: Loop, number: int, plan: MultiInstance, after: Scope) -> Loop:
    results = loop.results
    if plan.results is not None:
        value = after.json(plan.element) if plan.element is not None else None
        results = (*results[: number - 1], value, *results[number:])
        after.plain(list(results), f"the list {plan.results!r}")
    return replace(loop, completed=loop.completed + 1, results=results)


def _enough(plan: MultiInstance, loop: Loop, after: Scope) -> bool:
    """Whether the completion condition ends the whole; raises Stuck."""
    if plan.until is None:
        return False
    numbers = {
        "numberOfInstances": loop.total,
        "numberOfActiveInstances": loop.begun - loop.completed,
        "numberOfCompletedInstances": loop.completed,
        "numberOfTerminatedInstances": 0,
    }
    answer = after.within(numbers).answer(plan.until)
    if answer.value is None or isinstance(answer.value, bool):
        return answer.value is True
    message = f"the completion condition {plan.until.text!r} gives {type(answer.value).__name__}, not true or false"
    raise Stuck(after.element, "condition-not-boolean", message)


def _end(work: Work, owner: int, node: Activity, plan: MultiInstance) -> None:
    loop = work.loops.pop(owner)
    for instance in [key for key, item in work.waiting.items() if item.loop is not None and item.loop[0] == owner]:
        cancel(work, instance)
    del work.waiting[owner]
    disarm(work, owner)
    _collected(work, node, plan, loop)
    work.tokens.append(Token(element=node.id, phase="leave"))


def _collected(work: Work, node: Activity, plan: MultiInstance, loop: Loop) -> None:
    if plan.results is not None:
        work.merge({plan.results: list(loop.results)})


def _run_all(work: Work, node: Automatic, plan: MultiInstance, loop: Loop) -> None:
    """Run every instance of an automatic task within this step."""
    work.effects.append(ElementEntered(element=node.id))
    for number in range(1, loop.total + 1):
        work.moved(node.id)
        scope, result, seconds = compute(work, node, _own(plan, loop, number, 1))
        if seconds:
            raise Stuck(node.id, "script-waits", "a script of several instances takes time")
        given, after = _given(work, node, plan, scope.data, result)
        loop = _completed(replace(loop, begun=number), number, plan, after)
        enough = _enough(plan, loop, after)
        work.merge(given)
        if enough:
            break
    _collected(work, node, plan, loop)
