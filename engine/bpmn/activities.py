"""Activities: begun, completed, done several times, remembered for compensation (BPMN 2.0 §13.3)."""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn import calling, compensation, gateways, loops
from engine.bpmn.automatic import Thrown, compute
from engine.bpmn.effects import ElementEntered, JobRequested, TaskOpened
from engine.bpmn.graph import (
    Activity,
    AdHocSubProcess,
    BoundaryEvent,
    BusinessRuleTask,
    CallActivity,
    CatchEvent,
    Graph,
    MultiInstance,
    Node,
    ReceiveTask,
    ScriptTask,
    SendTask,
    ServiceTask,
    StartEvent,
    SubProcess,
    UserTask,
    inner,
)
from engine.bpmn.listening import Armed, arm, prepare
from engine.bpmn.mappings import inputs_of
from engine.bpmn.messages import message_thrown
from engine.bpmn.scope import Stuck
from engine.bpmn.state import Done, Thing, Token
from engine.bpmn.timers import after_seconds
from engine.bpmn.triggers import Compensation, Error, Escalation, Link, Trigger
from engine.bpmn.work import Work

ANY: dict[type, Trigger] = {Error: Error(code=None), Escalation: Escalation(code=None)}
"""What catches every trigger of its kind."""

MOST_NESTED = 100
"""How deep subprocesses and calls may lie in each other."""

SCOPED = (SubProcess, CallActivity)
"""What has a scope of its own."""
WORKING = {UserTask: "task", ServiceTask: "job", ReceiveTask: "event"}


def arrive(work: Work, node: Activity, token: Token) -> None:
    """A token came to an activity; it begins when as many came as it wants (BPMN 2.0 table 10.3)."""
    if node.start_quantity == 1:
        begin(work, node, token.scope)
        return
    flows = work.wait_at(node.id, token.scope, token.flow or "")
    if sum(flows.values()) == node.start_quantity:
        gateways.take(work, node.id, token.scope, dict(flows))
        work.send(Token(element=node.id, scope=token.scope, phase="begin"))


def begin(work: Work, node: Activity, scope: int) -> None:
    """Begin an activity in a scope; raises Stuck before anything changed."""
    if node.loop is None:
        open_(work, node, scope, {})
        return
    armed = boundaries(work, node, scope, {})
    key = loops.begin(work, node, scope)
    if key is None:
        _go_on(work, node, scope)
    else:
        arm(work, key, armed)


def begin_within(work: Work, node: Activity, parent: int) -> None:
    """Begin the next instance of a loop, a handler that compensates, or an event subprocess; raises Stuck."""
    loop = work.things[parent].loop
    if loop is None:
        begin(work, node, parent)
        return
    own, number = loops.instance(work, parent)
    try:
        open_(work, node, parent, own, number)
    except (Stuck, Thrown):
        work.change(parent, loop=loop)  # the same instance tries again
        raise


def boundaries(work: Work, node: Activity, scope: int, local: Mapping[str, object]) -> list[Armed]:
    """What the boundary events of an activity listen for, evaluated; raises Stuck."""
    return [armed for event in node.boundaries for armed in prepare(work, event, scope, local)]


def open_(work: Work, node: Activity, parent: int, own: Mapping[str, object], number: int = 0) -> None:
    """Let one instance of an activity live within `parent`; `own` is what an instance of several has for itself."""
    local = {**own, **inputs_of(node.inputs, work.scope(node.id, parent, own))} if node.inputs else own
    armed = boundaries(work, node, parent, local) if node.boundaries and not number else []
    if isinstance(node, SCOPED):
        _open_scope(work, node, Thing(element=node.id, kind="scope", parent=parent, locals=local, number=number), armed)
        return
    if kind := WORKING.get(type(node)):
        if isinstance(node, ReceiveTask):
            armed += prepare(work, node, parent, local)
        _entered(work, node, number)
        key = work.add(Thing(element=node.id, kind=kind, parent=parent, locals=local, number=number))  # type: ignore[arg-type]
        if isinstance(node, UserTask):
            work.effects.append(TaskOpened(key, node.id))
        elif isinstance(node, ServiceTask):
            work.change(key, job=key)
            request(work, node, key, key, local)
        arm(work, key, armed)
        return
    _compute(work, node, Thing(element=node.id, kind="event", parent=parent, locals=local, number=number), armed)


def _entered(work: Work, node: Activity, number: int) -> None:
    """An activity is entered once, however many instances it has."""
    if not number:
        work.effects.append(ElementEntered(node.id))


def _compute(work: Work, node: Activity, thing: Thing, armed: list[Armed]) -> None:
    """A task that is done within the step."""
    scope = work.scope(node.id, thing.parent, thing.locals)
    result: dict[str, object] = {}
    seconds = 0
    if isinstance(node, ScriptTask | BusinessRuleTask):
        result, seconds = compute(work, node, scope)
    sent = [message_thrown(node.message, scope, thing.locals)] if isinstance(node, SendTask) else []
    _entered(work, node, thing.number)
    work.effects.extend(sent)
    if not seconds:
        complete(work, work.add(thing), result)
        return
    key = work.add(thing._replace(result=result))
    arm(work, key, [Armed(element=node.id, schedule=after_seconds(work.now, seconds)), *armed])


def request(work: Work, node: ServiceTask, owner: int, job: int, local: Mapping[str, object]) -> None:
    """Ask for the job: it gets what the task's inputs give, or without any all that the task sees."""
    names = {target.partition(".")[0] for target, _ in node.inputs}
    data = {name: local[name] for name in local if name in names} if names else dict(work.seen(owner))
    work.effects.append(
        JobRequested(
            job=job,
            element=node.id,
            type=node.job_type,
            headers=dict(node.headers),
            input=data,
            retries=node.retries,
        )
    )


def ask_again(work: Work, node: ServiceTask, key: int) -> None:
    """Ask for the job of a waiting service task again, with its inputs as they are now, under a new id; or Stuck."""
    thing = work.things[key]
    names = node.loop.own if isinstance(node.loop, MultiInstance) else {loops.COUNTER}
    own = {name: thing.locals[name] for name in names if name in thing.locals}
    local = {**own, **inputs_of(node.inputs, work.scope(node.id, thing.parent, own))}
    job = work.next_id()
    work.change(key, job=job, locals=local)
    request(work, node, key, job, local)


def complete(work: Work, key: int, result: Mapping[str, object]) -> None:
    """What lives is done, with this result; what hinders its outputs is an incident that keeps the result."""
    thing, node = work.things[key], work.activity(key)
    if isinstance(node, CallActivity):
        result = calling.brought(node, thing)
    try:
        given = calling.given(work, node, thing, result)
        seen = work.scope(node.id, thing.parent, {**thing.locals, **result, **given}) if thing.number else None
        after = loops.after(work, key, given, seen) if seen is not None else None
    except Stuck as stuck:
        work.change(key, kind="done", job=None, result=dict(result))
        work.disarm(key, {start.id for start in event_starts(work.graph, inner(node))})
        work.raise_incident(stuck.element, stuck.code, stuck.message, key)
        return
    close(work, key)
    if after is None:
        work.merge(thing.parent, given)
        _go_on(work, node, thing.parent)
        return
    work.change(thing.parent, loop=after.loop)
    work.merge(thing.parent, loops.kept(node, given))
    _tell(work, node, thing.parent, after.thrown)
    if after.last:
        end_loop(work, thing.parent)
    else:
        loops.follows(work, thing.parent)


def _tell(work: Work, node: Activity, key: int, triggers: tuple[Trigger, ...]) -> None:
    """Instances that complete set off boundary events as the model says; these do not interrupt."""
    for thrown in triggers:
        catches = (thrown, ANY.get(type(thrown)))
        for event in node.boundaries:
            if any(trigger in catches for trigger in event.triggers):
                work.effects.append(ElementEntered(element=event.id))
                work.leave(event, work.scope_of(key))


def loop_ended(work: Work, key: int) -> None:
    """No instance lives any more, though not all completed: some were ended by hand."""
    loop = work.things[key].loop
    assert loop is not None
    if loop.begun < loop.total:
        work.send(Token(element=work.things[key].element, scope=key, phase="begin"))
    else:
        end_loop(work, key)


def end_loop(work: Work, key: int) -> None:
    """All instances that are wanted are done."""
    node, loop, scope = work.activity(key), work.things[key].loop, work.things[key].parent
    work.empty(key)
    work.remove(key)
    if loop is not None and isinstance(node.loop, MultiInstance) and node.loop.results is not None:
        work.merge(scope, {node.loop.results: list(loop.results)})
    _go_on(work, node, scope)


def close(work: Work, key: int) -> None:
    """It lives no longer; what can be compensated of it is remembered where it lived."""
    node, within = work.activity(key), work.done.get(key, ())
    if node.for_compensation or not (node.handler or within or _undoes_itself(work.graph, node)):
        work.remove(key)
        return
    scope = work.scope_of(key)
    work.remember(scope, Done(element=node.id, locals=work.remove(key).locals, within=within))


def _undoes_itself(graph: Graph, node: Activity) -> bool:
    return isinstance(node, SCOPED) and compensation.undoing(graph, inner(node)) is not None


def _go_on(work: Work, node: Activity, parent: int) -> None:
    """Tokens go on from a completed activity; from one that compensates, the compensation goes on."""
    if work.things[parent].kind == "throw" and node.for_compensation:
        work.touched.add(parent)
    elif not _enough(work, parent):
        work.leave(node, parent)


def _enough(work: Work, key: int) -> bool:
    """Whether no more is wanted in an ad-hoc subprocess: its completion condition holds (BPMN 2.0 §13.3.5)."""
    node = work.graph.nodes.get(work.things[key].element)
    if not isinstance(node, AdHocSubProcess) or node.condition is None or work.things[key].kind != "scope":
        return False
    try:
        enough = work.scope(node.id, key).answer(node.condition).value is True
    except Stuck as stuck:
        if not work.has_incident(node.id, key):
            work.raise_incident(stuck.element, stuck.code, stuck.message, key)
        return False
    if enough and node.cancel_remaining:
        work.empty(key)
    elif enough:
        work.change(key, rest=())
    return enough


# Scopes


def _open_scope(work: Work, node: SubProcess | CallActivity, thing: Thing, armed: list[Armed]) -> None:
    if work.depth(thing.parent) >= MOST_NESTED:
        message = f"subprocesses and calls lie {MOST_NESTED} deep in each other; does one call itself?"
        raise Stuck(node.id, "too-deep", message)
    own = dict.fromkeys(node.properties)
    wall = calling.wall(node)
    _entered(work, node, thing.number)
    key = work.add(thing._replace(wall=wall) if wall else thing)
    if own:
        work.change(key, locals={**own, **thing.locals})
    arm(work, key, armed)
    start_within(work, key, inner(node))


def start_within(work: Work, key: int, element: str) -> None:
    """Tokens start in a scope: at its start events, without any at everything that nothing leads to."""
    nodes = work.graph.within(element)
    listen(work, key, element)
    starts: list[Node] = [node for node in nodes if isinstance(node, StartEvent) and _untriggered(node)]
    if not starts and not any(isinstance(node, StartEvent) for node in nodes):
        starts = [node for node in nodes if _begins_by_itself(node)]
    container = work.graph.nodes.get(element)
    if isinstance(container, AdHocSubProcess) and container.sequential:
        work.change(key, rest=tuple(node.id for node in starts[1:]))
        starts = starts[:1]
    for node in starts:
        work.send(Token(element=node.id, scope=key))
    work.touched.add(key)  # where nothing starts, it ends


def _untriggered(node: StartEvent) -> bool:
    """Whether it starts with its scope; an event subprocess that compensates is begun as a whole."""
    return all(isinstance(trigger, Compensation) for trigger in node.triggers)


def listen(work: Work, key: int, element: str) -> None:
    """Arm the event subprocesses of a scope; one that cannot be armed is an incident, which tries it again."""
    for start in event_starts(work.graph, element):
        listen_to(work, key, start)


def listen_to(work: Work, key: int, start: StartEvent) -> None:
    """Arm one event subprocess; what hinders it is an incident of the scope, which goes on."""
    try:
        arm(work, key, prepare(work, start, key, {}))
    except Stuck as stuck:
        work.raise_incident(stuck.element, stuck.code, stuck.message, key)


def event_starts(graph: Graph, element: str) -> list[StartEvent]:
    """The start events of the event subprocesses that stand in a scope."""
    subs = [node for node in graph.within(element) if isinstance(node, SubProcess) and node.triggered_by_event]
    return [start for sub in subs for start in graph.within(sub.id) if isinstance(start, StartEvent)]


def _begins_by_itself(node: Node) -> bool:
    if node.incoming or isinstance(node, BoundaryEvent):
        return False
    if isinstance(node, SubProcess) and node.triggered_by_event:
        return False
    if isinstance(node, CatchEvent) and any(isinstance(trigger, Link) for trigger in node.triggers):
        return False
    return not (isinstance(node, Activity) and node.for_compensation)


def ended(work: Work, key: int) -> None:
    """Nothing moves or lives in a scope any more."""
    thing = work.things[key]
    node = work.activity(key)
    undone = work.things[thing.parent].kind == "throw" and not node.for_compensation
    if undone or (isinstance(node, SubProcess) and node.triggered_by_event):
        work.remove(key)
    elif thing.rest:  # in an ad-hoc sequence, the next activity begins
        work.change(key, rest=thing.rest[1:])
        work.send(Token(element=thing.rest[0], scope=key))
    else:
        complete(work, key, {})
