"""Run a process: a pure function from state and event to state and effects.

`step` reads no clock and draws no number. It works on a copy (`Work`), moves every token until all rest, and gives the
new state with what it asks of the world. At rest, in this order: scopes that ended, conditions that became true,
gateways for which nothing more can come, throws that waited. A token that cannot go on is held by an incident; none is
ever dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from engine.bpmn import activities, catching, compensation, gateways, parts, throwing
from engine.bpmn.automatic import Thrown
from engine.bpmn.effects import Completed, Effect, ElementEntered, ElementLeft
from engine.bpmn.events import (
    Event,
    EventRefused,
    JobCompleted,
    JobFailed,
    JobThrew,
    MessageReceived,
    Modified,
    Retried,
    SignalReceived,
    TaskCompleted,
    TimerFired,
    given,
)
from engine.bpmn.flows import choose
from engine.bpmn.graph import (
    Activity,
    CatchEvent,
    EndEvent,
    EventNode,
    Graph,
    Node,
    ServiceTask,
    StartEvent,
    ThrowEvent,
    start_names,
)
from engine.bpmn.listening import rearm
from engine.bpmn.modification import modify
from engine.bpmn.scope import Stuck
from engine.bpmn.state import ROOT, State, Subscription, Thing, Token
from engine.bpmn.triggers import Error, Link, StartedBy
from engine.bpmn.work import Work
from engine.record import record

MOST_TOKENS = 10_000


@record
class Step:
    """The state after a step, and what it asks of the world, in order."""

    state: State
    effects: tuple[Effect, ...]


def start(
    graph: Graph,
    data: Mapping[str, object],
    *,
    now: datetime,
    message: str | None = None,
    signal: str | None = None,
    timer: str | None = None,
) -> Step:
    """Start an instance at its start event without trigger, or at the one that awaits `message` or `signal`.

    `timer` is the id of a start event whose time has come. `now` is an aware time. Raises EventRefused
    (`no-such-start`, `data-not-json`).
    """
    asked = StartedBy(message=message, signal=signal, timer=timer)
    events = graph.started_by(message=message, signal=signal, timer=timer)
    work, data = Work(graph, State(process=graph.process_id), now), given(data)
    root = work.add(Thing(element=graph.process_id, kind="scope"))
    if not events and (graph.starts or asked != StartedBy()):
        known = ", ".join(sorted({str(by) for event in graph.starts for by in start_names(event)})) or "nothing"
        raise EventRefused("no-such-start", f"{graph.process_id} cannot start by {asked}; it starts by {known}")
    if not events:
        work.merge(root, data)
        activities.start_within(work, root, graph.process_id)
    for event in events:
        catching.started(work, event, root, data)
    if events:
        activities.listen(work, root, graph.process_id)
    return _settle(work)


def step(graph: Graph, state: State, event: Event, *, now: datetime) -> Step:
    """Let `event` happen to a running instance; `now` is an aware time.

    Raises EventRefused if it does not fit the state (unknown task, timer, …); `state` is never changed.
    """
    if state.process != graph.process_id:
        raise EventRefused("wrong-process", f"the state is of process {state.process}, not of {graph.process_id}")
    work = Work(graph, state if parts.enough(state, event) else parts.whole(state), now)
    try:
        _HANDLERS[type(event)](work, event)
    except Stuck as stuck:
        work.raise_incident(stuck.element, stuck.code, stuck.message, None)
    return _settle(work)


# Until everything rests


def _settle(work: Work) -> Step:
    while _moved(work):
        pass
    if work.joins:
        gateways.stalled(work)
    if not work.alive(ROOT) and not work.joins:
        _complete(work)
    return Step(work.state(), tuple(work.effects))


def _complete(work: Work) -> None:
    """Nothing lives any more, so nothing is listened for; what people must still see keeps the instance open."""
    work.disarm(ROOT, {event.id for event in activities.event_starts(work.graph, work.graph.process_id)})
    work.done.pop(ROOT, None)
    if not work.incidents:
        work.effects.append(Completed())


def _moved(work: Work) -> bool:
    """Whatever comes first: a move, or all that tokens can move; False when everything rests."""
    if work.armed:
        # What holds already as it is armed comes before everything that begins with it.
        work.armed = _guarded(work, catching.conditions)
        return True
    if work.tokens:
        if work.moves >= work.budget:
            _stop_loop(work)
        while work.tokens and not work.armed and work.moves < work.budget:
            work.moves += 1
            _advance(work, work.tokens.popleft())
        return True
    if work.cancelled:
        throwing.leave_cancelled(work, work.cancelled.pop(0))
        return True
    if work.touched and _ended(work):
        return True
    if not (work.subscriptions or work.joins or work.activated or work.deferred):
        return False
    return _guarded(work, _at_rest)


def _at_rest(work: Work) -> bool:
    return catching.conditions(work) or gateways.settle(work) or throwing.deliver_next(work)


def _guarded(work: Work, move: Callable[[Work], bool]) -> bool:
    """What hinders a move at rest is an incident."""
    try:
        return move(work)
    except Stuck as stuck:
        work.raise_incident(stuck.element, stuck.code, stuck.message, None)
        return True


def _stop_loop(work: Work) -> None:
    message = f"{work.moves} automatic moves in one step: the process loops without waiting for anything"
    while work.tokens:
        scope = work.tokens[0].scope
        tokens = [token for token in work.tokens if token.scope == scope]
        for token in tokens:
            work.tokens.remove(token)
        work.moving[scope] = 0
        work.hold(tokens, tokens[0].element, "step-budget", message)


def _ended(work: Work) -> bool:
    """End one scope in which nothing moves, lives or waits any more; the innermost first."""
    work.touched.discard(ROOT)
    for key in sorted(work.touched, reverse=True):
        work.touched.discard(key)
        thing = work.things.get(key)
        if thing is None or work.alive(key) or work.moving[key] or key in work.joins:
            continue
        if thing.kind == "scope":
            activities.ended(work, key)
            return True
        if thing.kind == "throw":
            compensation.go_on(work, key)
            return True
        if thing.kind == "loop":
            activities.loop_ended(work, key)
            return True
    return False


def _advance(work: Work, token: Token) -> None:
    element, scope, _, phase = token
    node = work.graph.nodes[element]
    work.moving[scope] -= 1
    work.touched.add(scope)
    try:
        _MOVES[phase](work, node, token)
    except Thrown:
        _thrown(work, node, token)
    except Stuck as stuck:
        phase = stuck.phase if stuck.phase == "leave" else token.phase
        held = Token(element=node.id, scope=token.scope, flow=token.flow, phase=phase)
        work.hold([held], stuck.element, stuck.code, stuck.message)


def _thrown(work: Work, node: Node, token: Token) -> None:
    """A script ended in an error; its own boundary events come before what stands around it."""
    loop = work.things[token.scope].loop
    number = loop.begun + 1 if loop is not None else 0
    if not number:
        work.effects.append(ElementEntered(element=node.id))
    key = work.add(Thing(element=node.id, kind="event", parent=token.scope, number=number))
    if not throwing.error(work, key, Error(code=None), {}):
        work.remove(key)
        work.hold([token], node.id, "error-uncaught", "the script threw a BPMN error, which nothing caught")


def _enter(work: Work, node: Node, token: Token) -> None:
    match node:
        case Activity():
            activities.arrive(work, node, token)
        case EventNode():
            _enter_event(work, node, token)
        case _:
            gateways.arrive(work, node, token)


def _enter_event(work: Work, node: EventNode, token: Token) -> None:
    match node:
        case EndEvent() | ThrowEvent():
            throwing.throw(work, node, token.scope)
        case CatchEvent() if not any(isinstance(trigger, Link) for trigger in node.triggers):
            catching.wait(work, node, token.scope)
        case _:
            work.effects.append(ElementEntered(element=node.id))
            work.leave(node, token.scope)


def _begin(work: Work, node: Node, token: Token) -> None:
    assert isinstance(node, Activity)
    activities.begin_within(work, node, token.scope)


def _leave(work: Work, node: Node, token: Token) -> None:
    flows = choose(work, node, token.scope)
    times = node.completion_quantity if isinstance(node, Activity) else 1
    if len(work.tokens) + times * len(flows) > MOST_TOKENS:
        raise Stuck(node.id, "step-budget", f"more than {MOST_TOKENS} tokens on their way in one step", "leave")
    work.effects.append(ElementLeft(node.id))
    for _ in range(times):
        for flow in flows:
            work.send(Token(flow.target, token.scope, flow.id))


def _ends(work: Work, node: Node, token: Token) -> None:
    assert isinstance(node, EventNode)
    throwing.ends(work, node, token.scope)


_MOVES: Mapping[str, Callable[[Work, Node, Token], None]] = {
    "enter": _enter,
    "begin": _begin,
    "leave": _leave,
    "ends": _ends,
}


# What comes from outside


def _complete_task(work: Work, event: TaskCompleted) -> None:
    thing = work.things.get(event.task)
    if thing is None or thing.kind != "task":
        raise EventRefused("no-such-task", f"task {event.task} is not open; open are {_known(work, 'task')}")
    activities.complete(work, event.task, given(event.data))


def _complete_job(work: Work, event: JobCompleted) -> None:
    activities.complete(work, _owner_of_job(work, event.job), given(event.data))


def _fail_job(work: Work, event: JobFailed) -> None:
    owner = _owner_of_job(work, event.job)
    work.change(owner, job=None)
    work.raise_incident(work.things[owner].element, event.code, event.message, owner)


def _throw_from_job(work: Work, event: JobThrew) -> None:
    owner = _owner_of_job(work, event.job)
    if throwing.error(work, owner, Error(code=event.code), given(event.data)):
        return
    work.change(owner, job=None)
    message = event.message or "nothing around the task catches it"
    work.raise_incident(work.things[owner].element, "error-uncaught", f"error {event.code!r}: {message}", owner)


def _owner_of_job(work: Work, job: int) -> int:
    first = work.things.get(job)  # a job that was asked for once has the id of its task
    if first is not None and first.job == job:
        return job
    for owner, thing in work.things.items():
        if thing.job == job:
            return owner
    raise EventRefused("no-such-job", f"job {job} is not open; open are {_known(work, 'job')}")


def _known(work: Work, kind: str) -> str:
    keys = [item.job if kind == "job" else key for key, item in work.things.items() if item.kind == kind]
    return ", ".join(str(key) for key in keys if key is not None) or "none"


def _fire_timer(work: Work, event: TimerFired) -> None:
    timer = work.timers.get(event.timer)
    if timer is None:
        raise EventRefused("no-such-timer", f"timer {event.timer} is not armed")
    if work.now < timer.schedule.due:
        raise EventRefused("timer-not-due", f"timer {event.timer} is due at {timer.schedule.due.isoformat()}")
    del work.timers[event.timer]
    if catching.caught(work, timer, {}) and timer.owner in work.things:
        rearm(work, timer)


def _receive_message(work: Work, event: MessageReceived) -> None:
    key = next((key for key, item in work.subscriptions.items() if _takes(key, item, event)), None)
    if key is None:
        named = f"{event.name!r}" + (f" with key {event.key!r}" if event.key is not None else "")
        raise EventRefused("message-not-awaited", f"no element awaits message {named} now")
    if not catching.caught(work, work.subscriptions[key], given(event.data)) and key in work.subscriptions:
        work.forget(key)


def _takes(key: int, item: Subscription, event: MessageReceived) -> bool:
    meant = item.key in (None, event.key) if event.subscription is None else key == event.subscription
    return item.kind == "message" and item.name == event.name and meant


def _receive_signal(work: Work, event: SignalReceived) -> None:
    if not catching.signalled(work, event.name, given(event.data)):
        raise EventRefused("signal-not-awaited", f"no element listens for signal {event.name!r} now")


def _retry(work: Work, event: Retried) -> None:
    incident = work.incidents.get(event.incident)
    if incident is None:
        known = ", ".join(map(str, work.incidents)) or "none"
        raise EventRefused("no-such-incident", f"incident {event.incident} is not open; open are {known}")
    work.merge(work.things[incident.thing].parent if incident.thing is not None else ROOT, given(event.data))
    work.resolve(event.incident)
    if incident.thing is not None:
        _retry_thing(work, incident.thing, work.graph.nodes[incident.element])


def _retry_thing(work: Work, key: int, node: Node) -> None:
    """Try again what stands still at `node`; conditions and joins are looked at in every step."""
    thing = work.things[key]
    if thing.element != node.id:
        if isinstance(node, StartEvent) and not work.listens(key, node.id):
            activities.listen_to(work, key, node)
    elif thing.kind == "held":
        for token in thing.tokens:
            work.send(token)
        work.remove(key)
    elif thing.kind == "done" and isinstance(node, EventNode):
        catching.again(work, node, key)
    elif thing.kind == "done":
        activities.complete(work, key, thing.result)
    elif isinstance(node, ServiceTask):
        try:
            activities.ask_again(work, node, key)
        except Stuck as stuck:
            work.raise_incident(stuck.element, stuck.code, stuck.message, key)


_HANDLERS: Mapping[type[Event], Callable[[Work, Any], None]] = {
    TaskCompleted: _complete_task,
    JobCompleted: _complete_job,
    JobFailed: _fail_job,
    JobThrew: _throw_from_job,
    TimerFired: _fire_timer,
    MessageReceived: _receive_message,
    SignalReceived: _receive_signal,
    Modified: modify,
    Retried: _retry,
}
