"""What the first kernel refused runs now: for each element the shortest process that shows what it does."""

# ruff: noqa: E501 - the table of processes reads better in rows

from __future__ import annotations

import pytest

from engine.bpmn.effects import MessageThrown, SignalThrown
from engine.bpmn.events import Event, MessageReceived, SignalReceived, TaskCompleted, TimerFired
from tests.engine.bpmn.models import (
    Walk,
    boundary,
    catch,
    chain,
    deploy,
    end,
    flow,
    message,
    on_message,
    par,
    problems_of,
    start_event,
    throw,
    timer,
    user,
)

SIGNAL = '<bpmn:signal id="n" name="news"/>'
ERROR = '<bpmn:error id="er" name="broken" errorCode="E1"/>'
ESCALATION = '<bpmn:escalation id="es" name="late" escalationCode="L"/>'
BEFORE = message() + SIGNAL + ERROR + ESCALATION
ON_SIGNAL = '<bpmn:signalEventDefinition signalRef="n"/>'
ON_ERROR = '<bpmn:errorEventDefinition errorRef="er"/>'
ON_ESCALATION = '<bpmn:escalationEventDefinition escalationRef="es"/>'
COMPENSATE = "<bpmn:compensateEventDefinition/>"
TERMINATE = "<bpmn:terminateEventDefinition/>"
CANCEL = "<bpmn:cancelEventDefinition/>"


def empty(kind: str, name: str = "x", attributes: str = "", inner: str = "") -> str:
    """An element of any kind."""
    return f'<bpmn:{kind} id="{name}" {attributes}>{inner}</bpmn:{kind}>'


def when(text: str) -> str:
    """A conditional trigger."""
    condition = f'<bpmn:condition xsi:type="bpmn:tFormalExpression">{text}</bpmn:condition>'
    return f"<bpmn:conditionalEventDefinition>{condition}</bpmn:conditionalEventDefinition>"


def sub(name: str, body: str, kind: str = "subProcess", attributes: str = "") -> str:
    """A subprocess `x` with its start `x1`, body, and its end `x9`."""
    return empty(kind, name, attributes, start_event(f"{name}1") + body + end(f"{name}9"))


def around(element: str, after: str = "") -> str:
    return start_event() + element + after + end() + chain("s", "x", "e")


FORK = start_event() + empty("inclusiveGateway", "f", 'default="f_c"') + "".join(map(user, "abc")) + flow("s", "f")
FORK += flow("f", "a", "n > 0") + flow("f", "b", "n > 1") + flow("f", "c")
JOIN = flow("a", "j") + flow("b", "j") + flow("c", "j") + user("z") + end() + chain("j", "z", "e")
HANDLER = user("undo", attributes='isForCompensation="true"')
HANDLED = '<bpmn:association id="as" associationDirection="One" sourceRef="b" targetRef="undo"/>'
INSIDE = user("i") + chain("x1", "i", "x9")

# name: (body, data, steps: the act, then the elements that wait)
RUNS: dict[str, tuple[str, dict[str, object], list[tuple[str, list[str]]]]] = {
    "no start and no end": (user("a") + user("b") + flow("a", "b"), {}, [("", ["a"]), ("a", ["b"]), ("b", [])]),
    "abstract task": (around(empty("task")), {}, [("", [])]),
    "manual task": (around(empty("manualTask")), {}, [("", [])]),
    "receive task": (around(empty("receiveTask", attributes='messageRef="m"')), {}, [("", ["x"]), ("m-name", [])]),
    "throw without trigger": (around(throw("x", "")), {}, [("", [])]),
    "inclusive gateways": (
        FORK + empty("inclusiveGateway", "j") + JOIN,
        {"n": 2},
        [("", ["a", "b"]), ("b", ["a"]), ("a", ["z"]), ("z", [])],
    ),
    "inclusive gateway by default": (
        FORK + empty("inclusiveGateway", "j") + JOIN,
        {"n": 0},
        [("", ["c"]), ("c", ["z"]), ("z", [])],
    ),
    "complex gateway": (
        FORK + empty("complexGateway", "j", "", '<bpmn:activationCondition xsi:type="bpmn:tFormalExpression">'
        "activationCount >= 1</bpmn:activationCondition>") + JOIN,
        {"n": 2},
        [("", ["a", "b"]), ("b", ["a", "z"]), ("z", ["a"]), ("a", [])],
    ),
    "event-based gateway": (
        start_event() + empty("eventBasedGateway", "g") + catch("c", on_message()) + catch("d", timer("timeDuration", "PT1H"))
        + user("a") + user("b") + end() + chain("s", "g", "c", "a", "e") + chain("g", "d", "b", "e"),
        {},
        [("", ["g"]), ("m-name", ["a"]), ("a", [])],
    ),
    "subprocess": (around(sub("x", INSIDE)), {}, [("", ["i"]), ("i", [])]),
    "empty subprocess": (around(empty("subProcess")), {}, [("", [])]),
    "call activity": (
        around(empty("callActivity", attributes='calledElement="q"')), {}, [("", ["work"]), ("work", [])],
    ),
    "interrupting event subprocess": (
        start_event() + user("a") + end() + chain("s", "a", "e")
        + empty("subProcess", "v", 'triggeredByEvent="true"', start_event("v1", on_message()) + user("b") + end("v9") + chain("v1", "b", "v9")),
        {},
        [("", ["a"]), ("m-name", ["b"]), ("b", [])],
    ),
    "event subprocess beside": (
        start_event() + user("a") + end() + chain("s", "a", "e")
        + empty("subProcess", "v", 'triggeredByEvent="true"', f'<bpmn:startEvent id="v1" isInterrupting="false">{on_message()}</bpmn:startEvent>'
        + user("b") + end("v9") + chain("v1", "b", "v9")),
        {},
        [("", ["a"]), ("m-name", ["a", "b"]), ("m-name", ["a", "b", "b"]), ("a", ["b", "b"]), ("b", ["b"]), ("b", [])],
    ),
    "transaction that is cancelled": (
        start_event() + empty("transaction", "x", "", start_event("x1") + user("a") + boundary("b", "a", COMPENSATE) + HANDLER
        + user("k") + end("x9", CANCEL) + chain("x1", "a", "k", "x9") + HANDLED)
        + boundary("c", "x", CANCEL) + user("after") + end() + end("e2") + chain("s", "x", "e") + chain("c", "after", "e2"),
        {},
        [("", ["a"]), ("a", ["k"]), ("k", ["undo"]), ("undo", ["after"]), ("after", [])],
    ),
    "ad-hoc in sequence": (
        around(empty("adHocSubProcess", "x", 'ordering="Sequential"', user("a") + user("b"))), {}, [("", ["a"]), ("a", ["b"]), ("b", [])],
    ),
    "ad-hoc at once": (
        around(empty("adHocSubProcess", "x", "", user("a") + user("b"))), {}, [("", ["a", "b"]), ("b", ["a"]), ("a", [])],
    ),
    "standard loop": (
        around(user("x").replace("</bpmn:userTask>", '<bpmn:standardLoopCharacteristics loopMaximum="2"/></bpmn:userTask>')),
        {}, [("", ["x"]), ("x", ["x"]), ("x", [])],
    ),
    "start quantity": (
        start_event() + par("f") + user("a") + user("b") + user("x", attributes='startQuantity="2"') + end()
        + flow("s", "f") + chain("f", "a", "x") + chain("f", "b", "x") + flow("x", "e"),
        {},
        [("", ["a", "b"]), ("a", ["b"]), ("b", ["x"]), ("x", [])],
    ),
    "completion quantity": (
        start_event() + user("x", attributes='completionQuantity="2"') + user("a") + end() + chain("s", "x", "a", "e"),
        {},
        [("", ["x"]), ("x", ["a", "a"]), ("a", ["a"]), ("a", [])],
    ),
    "cycle on a catch event": (
        start_event() + catch("x", timer("timeCycle", "R2/PT1H")) + user("a") + end() + chain("s", "x", "a", "e"),
        {},
        [("", ["x"]), ("timer", ["a", "x"]), ("timer", ["a", "a"]), ("a", ["a"]), ("a", [])],
    ),
    "two triggers": (around(catch("x", on_message() + ON_SIGNAL)), {}, [("", ["x"]), ("news", [])]),
    "parallel triggers": (
        around(catch("x", on_message() + ON_SIGNAL).replace('id="x"', 'id="x" parallelMultiple="true"')),
        {},
        [("", ["x"]), ("news", ["x"]), ("m-name", [])],
    ),
    "signal within the dossier": (
        start_event() + par("f") + catch("c", ON_SIGNAL) + user("a") + throw("t", ON_SIGNAL) + user("b") + end()
        + chain("s", "f", "c", "b", "e") + chain("f", "a", "t", "e"),
        {},
        [("", ["a", "c"]), ("a", ["b"]), ("b", [])],
    ),
    "condition that becomes true": (
        start_event() + par("f") + catch("c", when("done = true")) + user("a") + user("b") + end()
        + chain("s", "f", "c", "b", "e") + chain("f", "a", "e"),
        {},
        [("", ["a", "c"]), ("a", ["b"]), ("b", [])],
    ),
    "error": (
        start_event() + empty("subProcess", "x", "", start_event("x1") + user("i") + end("x9", ON_ERROR) + chain("x1", "i", "x9"))
        + boundary("c", "x", ON_ERROR) + user("late") + end() + end("e2") + chain("s", "x", "e") + chain("c", "late", "e2"),
        {},
        [("", ["i"]), ("i", ["late"]), ("late", [])],
    ),
    "escalation": (
        start_event() + sub("x", throw("t", ON_ESCALATION) + INSIDE.replace(flow("x1", "i"), chain("x1", "t", "i")))
        + boundary("c", "x", ON_ESCALATION, interrupting=False) + user("boss") + end() + end("e2")
        + chain("s", "x", "e") + chain("c", "boss", "e2"),
        {},
        [("", ["boss", "i"]), ("i", ["boss"]), ("boss", [])],
    ),
    "link": (
        start_event() + throw("t", '<bpmn:linkEventDefinition name="l"/>') + catch("c", '<bpmn:linkEventDefinition name="l"/>')
        + user("a") + end() + flow("s", "t") + chain("c", "a", "e"),
        {},
        [("", ["a"]), ("a", [])],
    ),
    "compensation": (
        start_event() + user("a") + boundary("b", "a", COMPENSATE) + HANDLER + end("e", COMPENSATE) + chain("s", "a", "e") + HANDLED,
        {},
        [("", ["a"]), ("a", ["undo"]), ("undo", [])],
    ),
    "terminate": (
        start_event() + par("f") + user("a") + user("b") + end() + end("k", TERMINATE)
        + chain("s", "f", "a", "e") + chain("f", "b", "k"),
        {},
        [("", ["a", "b"]), ("b", [])],
    ),
    "conditions out of a parallel gateway": (
        start_event() + par("g") + user("a") + user("b") + end() + flow("s", "g") + flow("g", "a", "false") + flow("g", "b")
        + flow("a", "e") + flow("b", "e"),
        {},
        [("", ["a", "b"]), ("a", ["b"]), ("b", [])],
    ),
}  # fmt: skip

CALLED = (
    f'<bpmn:process id="q">{start_event("q_s")}{user("work")}{end("q_e")}{chain("q_s", "work", "q_e")}</bpmn:process>'
)


def event(walk: Walk, act: str) -> Event:
    """A name of a task, message or signal, or `timer`: the one that is armed."""
    if act == "m-name":
        return MessageReceived(name=act)
    if act == "news":
        return SignalReceived(name=act)
    if act == "timer":
        (armed,) = walk.state.timers
        return TimerFired(timer=armed)
    return TaskCompleted(task=walk.task(act), data={"done": True})


@pytest.mark.parametrize("name", RUNS)
def test_an_element_that_was_refused_runs(name: str) -> None:
    """After each act exactly these elements wait; after the last the process is done, and nothing is left of it."""
    body, data, steps = RUNS[name]
    walk = Walk(deploy(body, BEFORE + CALLED), data)
    for act, waiting in steps:
        if act:
            due = [timer.schedule.due - walk.now for timer in walk.state.timers.values()]
            walk.send(event(walk, act), *due if act == "timer" else ())
        assert (walk.open, walk.incidents) == (waiting, [])
    assert walk.state.status == "completed"
    assert (list(walk.state.things), walk.state.timers, walk.state.subscriptions, walk.state.joins) == ([1], {}, {}, {})


def test_a_send_task_and_a_signal_end_event_tell_the_world() -> None:
    """What they carry is what their inputs map."""
    mapping = '<zeebe:ioMapping><zeebe:input source="=n" target="n"/></zeebe:ioMapping>'
    inputs = f"<bpmn:extensionElements>{mapping}</bpmn:extensionElements>"
    body = start_event() + empty("sendTask", "x", 'messageRef="m"', inputs) + end("e", inputs + ON_SIGNAL)
    walk = Walk(deploy(body + chain("s", "x", "e"), BEFORE), {"n": 1, "secret": "x"})
    assert walk.seen(MessageThrown) == [MessageThrown(element="x", name="m-name", data={"n": 1})]
    assert walk.seen(SignalThrown) == [SignalThrown(element="e", name="news", data={"n": 1})]


def test_a_signal_starts_a_process() -> None:
    """By the start event that listens for it; what it brings becomes data."""
    body = start_event() + start_event("s2", ON_SIGNAL) + user("a") + user("b") + end()
    graph = deploy(body + chain("s", "a", "e") + chain("s2", "b", "e"), BEFORE)
    walk = Walk(graph, {"n": 1}, signal="news")
    assert (walk.open, walk.state.data) == (["b"], {"n": 1})


def test_a_condition_that_a_parallel_gateway_ignores_is_told() -> None:
    """BPMN 2.0 §13.4.1: it gives a token to every flow; the modeler learns that the condition plays no part."""
    found = problems_of(RUNS["conditions out of a parallel gateway"][0])
    assert [(problem.severity, problem.element, problem.code) for problem in found] == [
        ("warning", "g_a", "condition-ignored")
    ]


def test_a_boundary_event_takes_a_subprocess_away_with_all_that_lives_in_it() -> None:
    """Its tasks, and the tokens that wait at its joins."""
    inner = par("f") + user("a") + user("b") + par("j") + user("z")
    inner += chain("x1", "f", "a", "j") + chain("f", "b", "j") + chain("j", "z", "x9")
    body = start_event() + sub("x", inner) + boundary("c", "x", on_message()) + user("late") + end() + end("e2")
    walk = Walk(deploy(body + chain("s", "x", "e") + chain("c", "late", "e2"), BEFORE))
    walk.send(TaskCompleted(task=walk.task("a")))
    assert (walk.open, len(walk.state.joins)) == (["b"], 1)
    walk.send(MessageReceived(name="m-name"))
    assert (walk.open, walk.state.joins) == (["late"], {})
