"""Run a process: a pure function from state and event to state and effects.

`step` reads no clock and draws no number. It works on a copy (`Work`), moves every token until all rest, and gives the
new state with what it asks of the world. A token that cannot go on is held by an incident; none is ever dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.bpmn.automatic import Automatic, compute
from engine.bpmn.effects import Completed, Effect, ElementEntered, ElementLeft, MessageThrown
from engine.bpmn.events import (
    Event,
    EventRefused,
    JobCompleted,
    JobFailed,
    MessageReceived,
    Retried,
    TaskCompleted,
    TimerFired,
)
from engine.bpmn.finish import caught, finish
from engine.bpmn.flows import choose
from engine.bpmn.graph import (
    Activity,
    BoundaryEvent,
    BusinessRuleTask,
    CatchEvent,
    EndEvent,
    Graph,
    Node,
    ParallelGateway,
    ScriptTask,
    ServiceTask,
    StartEvent,
    ThrowEvent,
    UserTask,
)
from engine.bpmn.loops import begin, go_on
from engine.bpmn.mappings import inputs_of, outcome
from engine.bpmn.scope import Stuck
from engine.bpmn.state import State, Token
from engine.bpmn.wait import arm, open_job, pause, rearm
from engine.bpmn.work import Work, given


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The state after a step, and what it asks of the world, in order."""

    state: State
    effects: tuple[Effect, ...]


def start(graph: Graph, data: Mapping[str, object], *, now: datetime, message: str | None = None) -> Step:
    """Start an instance at its start event without trigger, or at the one that awaits `message`.

    `now` is an aware time. Raises EventRefused (`no-such-start`, `data-not-json`).
    """
    events = graph.starts(message)
    if not events:
        asked = f"message {message!r}" if message is not None else "no message"
        known = ", ".join(_start_messages(graph)) or "nothing"
        raise EventRefused("no-such-start", f"{graph.process_id} cannot start by {asked}; it starts by {known}")
    work = Work(graph, State(process=graph.process_id), now)
    for event in events:
        try:
            work.merge(_received(work, event, data))
            work.tokens.append(Token(element=event.id))
        except Stuck as stuck:
            work.merge(data)
            work.raise_incident(stuck.element, stuck.code, stuck.message, tokens=(Token(element=event.id),))
    return _settle(work)


def _received(work: Work, event: StartEvent, data: Mapping[str, object]) -> Mapping[str, object]:
    """What an instance starts with; of a message with outputs only what they give, else its data and theirs."""
    scope = work.scope(event.id)
    found = outcome(event.outputs, scope, given(data))
    return found if event.message is not None else {**data, **found}


def step(graph: Graph, state: State, event: Event, *, now: datetime) -> Step:
    """Let `event` happen to a running instance; `now` is an aware time.

    Raises EventRefused if it does not fit the state (unknown task, timer, …); `state` is never changed.
    """
    if state.process != graph.process_id:
        raise EventRefused("wrong-process", f"the state is of process {state.process}, not of {graph.process_id}")
    work = Work(graph, state, now)
    _HANDLERS[type(event)](work, event)
    return _settle(work)


def _start_messages(graph: Graph) -> list[str]:
    starts = (node for node in graph.nodes.values() if isinstance(node, StartEvent))
    return sorted(f"message {node.message.name!r}" if node.message else "no message" for node in starts)


def _settle(work: Work) -> Step:
    while work.tokens:
        if work.moves >= work.budget:
            _stop_loop(work)
            break
        work.moves += 1
        _advance(work, work.tokens.popleft())
    if not work.waiting and not work.incidents:
        _finish(work)
    return Step(state=work.state(), effects=tuple(work.effects))


def _stop_loop(work: Work) -> None:
    tokens = tuple(work.tokens)
    work.tokens.clear()
    message = f"{work.moves} automatic moves in one step: the process loops without waiting for anything"
    work.raise_incident(tokens[0].element, "step-budget", message, tokens=tokens)


def _finish(work: Work) -> None:
    """Nothing waits any more: the process is done, unless a join still holds tokens that nothing can free."""
    for element, flows in work.joins.items():
        missing = [flow.id for flow in work.graph.nodes[element].incoming if not flows.get(flow.id)]
        work.stall(element, f"the join waits for {', '.join(missing)}, where no token can come")
    if not work.joins:
        work.effects.append(Completed())


def _advance(work: Work, token: Token) -> None:
    """Move a token; where it cannot enter, nothing has changed but that an incident holds it."""
    node = work.graph.nodes[token.element]
    data, effects = work.data, len(work.effects)
    try:
        if token.phase == "leave":
            _leave(work, node)
        elif isinstance(node, ParallelGateway):
            _join(work, node, token)
        else:
            _enter(work, node)
    except Stuck as stuck:
        if stuck.phase == "enter":
            work.data = data
            del work.effects[effects:]
        work.raise_incident(stuck.element, stuck.code, stuck.message, tokens=(_held(token, node, stuck),))


def _held(token: Token, node: Node, stuck: Stuck) -> Token:
    return Token(element=node.id, phase="leave") if stuck.phase == "leave" else token


def _enter(work: Work, node: Node) -> None:
    if isinstance(node, Activity) and node.loop is not None:
        if begin(work, node):
            _leave(work, node)
    elif isinstance(node, UserTask | ServiceTask | CatchEvent):
        arm(work, node)
    elif isinstance(node, ScriptTask | BusinessRuleTask):
        _compute(work, node)
    else:
        _pass(work, node)


def _compute(work: Work, node: Automatic) -> None:
    work.effects.append(ElementEntered(element=node.id))
    scope, result, seconds = compute(work, node, {})
    if seconds:
        pause(work, node, seconds)
        return
    work.merge(outcome(node.outputs, scope, result))
    _leave(work, node)


def _pass(work: Work, node: Node) -> None:
    """An event or gateway at which no token waits."""
    work.effects.append(ElementEntered(element=node.id))
    if isinstance(node, ThrowEvent | EndEvent):
        scope = work.scope(node.id)
        local = inputs_of(node.inputs, scope)
        if node.message is not None:
            work.effects.append(MessageThrown(element=node.id, name=node.message.name, data=local))
        work.merge(outcome(node.outputs, scope.within(local), {}))
    _leave(work, node)


def _join(work: Work, node: ParallelGateway, token: Token) -> None:
    """Take one token from each incoming flow; what comes in excess stays (BPMN 2.0 §13.4.1)."""
    if len(node.incoming) > 1 and token.flow is not None:
        flows = work.joins.setdefault(node.id, {})
        flows[token.flow] = flows.get(token.flow, 0) + 1
        if len(flows) < len(node.incoming):
            return
        work.joins[node.id] = {flow: count - 1 for flow, count in flows.items() if count > 1}
        if not work.joins[node.id]:
            del work.joins[node.id]
    work.effects.append(ElementEntered(element=node.id))
    _leave(work, node)


def _leave(work: Work, node: Node) -> None:
    flows = choose(node, work.scope(node.id))
    work.effects.append(ElementLeft(element=node.id))
    work.tokens.extend(Token(element=flow.target, flow=flow.id) for flow in flows)


def _complete_task(work: Work, event: TaskCompleted) -> None:
    waiting = work.waiting.get(event.task)
    if waiting is None or waiting.kind != "task":
        raise EventRefused("no-such-task", f"task {event.task} is not open; open are {_known(work, 'task')}")
    finish(work, event.task, given(event.data))


def _complete_job(work: Work, event: JobCompleted) -> None:
    finish(work, _owner_of_job(work, event.job), given(event.data))


def _fail_job(work: Work, event: JobFailed) -> None:
    owner = _owner_of_job(work, event.job)
    element = work.waiting[owner].element
    work.replace_waiting(owner, job=None)
    work.raise_incident(element, event.code, event.message, owner=owner)


def _owner_of_job(work: Work, job: int) -> int:
    for owner, waiting in work.waiting.items():
        if waiting.job == job:
            return owner
    raise EventRefused("no-such-job", f"job {job} is not open; open are {_known(work, 'job')}")


def _known(work: Work, kind: str) -> str:
    keys = [item.job if kind == "job" else key for key, item in work.waiting.items() if item.kind == kind]
    return ", ".join(str(key) for key in keys if key is not None) or "none"


def _fire_timer(work: Work, event: TimerFired) -> None:
    timer = work.timers.get(event.timer)
    if timer is None:
        raise EventRefused("no-such-timer", f"timer {event.timer} is not armed")
    if work.now < timer.schedule.due:
        raise EventRefused("timer-not-due", f"timer {event.timer} is due at {timer.schedule.due.isoformat()}")
    del work.timers[event.timer]
    if _catch(work, timer.element, timer.owner, {}):
        rearm(work, timer)


def _receive_message(work: Work, event: MessageReceived) -> None:
    for waits in work.subscriptions.values():
        if waits.name == event.name and (waits.key is None or waits.key == event.key):
            break
    else:
        named = f"{event.name!r}" + (f" with key {event.key!r}" if event.key is not None else "")
        raise EventRefused("message-not-awaited", f"no element awaits message {named} now")
    _catch(work, waits.element, waits.owner, given(event.data))


def _catch(work: Work, element: str, owner: int, data: Mapping[str, object]) -> bool:
    """A timer or message came for `element`; True while its owner goes on waiting (non-interrupting)."""
    node = work.graph.nodes[element]
    if not isinstance(node, BoundaryEvent):
        finish(work, owner, data)
        return False
    work.effects.append(ElementEntered(element=element))
    caught(work, node, owner, data)
    return not node.interrupting


def _retry(work: Work, event: Retried) -> None:
    incident = work.incidents.get(event.incident)
    if incident is None:
        known = ", ".join(map(str, work.incidents)) or "none"
        raise EventRefused("no-such-incident", f"incident {event.incident} is not open; open are {known}")
    work.merge(event.data)
    work.resolve(event.incident)
    work.tokens.extend(incident.tokens)
    if incident.owner is not None:
        _retry_waiting(work, incident.owner)


def _retry_waiting(work: Work, owner: int) -> None:
    waiting = work.waiting[owner]
    if waiting.kind == "loop":
        go_on(work, owner)
    elif waiting.kind == "done":
        finish(work, owner, waiting.result or {})
    else:
        try:
            open_job(work, owner)
        except Stuck as stuck:
            work.raise_incident(stuck.element, stuck.code, stuck.message, owner=owner)


_HANDLERS: Mapping[type[Event], Callable[[Work, Any], None]] = {
    TaskCompleted: _complete_task,
    JobCompleted: _complete_job,
    JobFailed: _fail_job,
    TimerFired: _fire_timer,
    MessageReceived: _receive_message,
    Retried: _retry,
}
