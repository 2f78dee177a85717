"""Receive tasks and event-based gateways that start a process (BPMN 2.0.2 §10.3.3, §10.6.6, §13.2)."""

from __future__ import annotations

import pytest

from engine.bpmn import Graph, start
from engine.bpmn.dataflow import check_data_flow
from engine.bpmn.events import EventRefused
from engine.bpmn.triggers import StartedBy
from tests.engine.bpmn.elements.model import (
    Play,
    boundary,
    built,
    called,
    catch,
    drawn,
    end,
    gate,
    looped,
    on,
    on_condition,
    outputs,
    paths,
    start_event,
    sub,
    timer,
    undone_by,
    users,
)
from tests.engine.bpmn.models import NOW, deploy, errors_of, problems_of

INSTANTIATES = 'instantiate="true"'
PARALLEL = f'{INSTANTIATES} eventGatewayType="Parallel"'


def receive(name: str, message: str, attributes: str = INSTANTIATES, inner: str = "") -> str:
    return f'<bpmn:receiveTask id="{name}" messageRef="{message}" {attributes}>{inner}</bpmn:receiveTask>'


class Started(Play):
    """A process that was started by what comes from outside."""

    def __init__(self, *parts: str, graph: Graph | None = None, by: StartedBy, **data: object) -> None:
        self.graph = graph or built(*parts)
        self.now = NOW
        self.entered: list[str] = []
        self._take(start(self.graph, data, now=NOW, **by._asdict()))


def by(message: str) -> StartedBy:
    return StartedBy(message=message)


TASK = (receive("r", "R"), users("a"), end(), paths("r a e"))


def test_a_receive_task_starts_by_its_message() -> None:
    """§10.3.3: it is the first activity; the token goes on behind it, with what the message brought."""
    play = Started(*TASK, by=by("R"), got=4)
    assert play.open == ["a"]
    assert play.entered == ["r", "a"]
    assert play.state.data == {"got": 4}
    assert not play.state.subscriptions
    assert play.do("a").done


def test_its_outputs_are_mapped() -> None:
    """§10.3.3: what its message brought is put where its outputs say."""
    play = Started(receive("r", "R", inner=outputs("=got + 1", "more")), *TASK[1:], by=by("R"), got=4)
    assert play.state.data == {"more": 5}


@pytest.mark.parametrize("asked", [StartedBy(), by("Q"), StartedBy(signal="R")])
def test_nothing_else_starts_it(asked: StartedBy) -> None:
    """§13.2: such a process has no start without trigger."""
    with pytest.raises(EventRefused, match="it starts by message 'R'"):
        Started(*TASK, by=asked)


def test_it_stands_beside_start_events() -> None:
    """§13.2: each start is another way to begin; the others do nothing in that instance."""
    ways = (start_event(), receive("r", "R"), receive("q", "Q"), gate("exclusive", "m"), users("a"), end())
    way = paths("s m a e", "r m", "q m")
    assert Play(*ways, way).entered == ["s", "m", "a"]
    assert Started(*ways, way, by=by("R")).entered == ["r", "m", "a"]
    assert Started(*ways, way, by=by("Q")).do("a").done


def test_it_can_be_compensated() -> None:
    """§10.7.1: it completed, so its handler undoes it."""
    throws = f'<bpmn:intermediateThrowEvent id="t">{on("compensate")}</bpmn:intermediateThrowEvent>'
    ways = (receive("r", "R"), undone_by("r", "h"), users("a"), throws, end("e"), paths("r a t e"))
    assert problems_of(*drawn(*ways)) == ()
    play = Started(*ways, by=by("R")).do("a")
    assert play.open == ["h"]
    assert play.do("h").done


EXCLUSIVE = (
    gate("eventBased", "g", attributes=INSTANTIATES),
    catch("c1", on("message", "M")),
    catch("c2", on("signal", "S"), on("message", "N")),
    users("a", "b"),
    end(),
    end("e2"),
    paths("g c1 a e", "g c2 b e2"),
)


@pytest.mark.parametrize(
    ("asked", "event", "task"), [(by("M"), "c1", "a"), (StartedBy(signal="S"), "c2", "b"), (by("N"), "c2", "b")]
)
def test_an_exclusive_gateway_starts_by_the_first_event(asked: StartedBy, event: str, task: str) -> None:
    """§10.6.6: each of its events makes an instance, which awaits none of the others."""
    play = Started(*EXCLUSIVE, by=asked, v=1)
    assert play.entered == ["g", event, task]
    assert not play.state.subscriptions
    assert play.state.data == {"v": 1}
    assert play.do(task).done


def test_receive_tasks_behind_a_gateway_start_it() -> None:
    """§10.6.6: receive tasks may stand for messages."""
    tasks = receive("r", "R", "") + receive("q", "Q", "")
    ways = (EXCLUSIVE[0], tasks, users("a", "b"), end(), end("e2"), paths("g r a e", "g q b e2"))
    assert Started(*ways, by=by("Q"), v=1).do("b").done


BOTH = (
    gate("eventBased", "g", attributes=PARALLEL),
    catch("c1", on("message", "M")),
    catch("c2", on("message", "N")),
    catch("c3", on("message", "O")),
    users("a", "b", "c"),
    end(),
    paths("g c1 a e", "g c2 b e", "g c3 c e"),
)


def test_a_parallel_gateway_awaits_all_others_in_the_instance() -> None:
    """§13.2: the first message starts it; it completes when all came, and their tokens ended."""
    play = Started(*BOTH, by=by("N"), v=1)
    assert play.entered == ["g", "c2", "c1", "c3", "b"]
    assert play.open == ["b"]
    play.do("b")
    assert play.state.status == "running"
    play.message("O", w=2)
    assert play.open == ["c"]
    play.message("M").do("c", "a")
    assert play.done
    assert play.state.data == {"v": 1, "w": 2}


def test_a_message_comes_to_an_instance_once() -> None:
    """§13.2: what started the instance, or came, is awaited there no longer."""
    play = Started(*BOTH, by=by("M"))
    with pytest.raises(EventRefused):
        play.message("M")
    play.message("N")
    with pytest.raises(EventRefused):
        play.message("N")


def test_receive_tasks_behind_a_parallel_gateway_are_awaited() -> None:
    """§10.6.6: with receive tasks for the messages."""
    tasks = receive("r", "R", "") + receive("q", "Q", "")
    play = Started(BOTH[0], tasks, users("a"), end(), gate("parallel", "j"), paths("g r j a e", "g q j"), by=by("Q"))
    assert play.open == []
    assert play.message("R").open == ["a"]
    assert play.do("a").done


def keyed(key: str) -> Graph:
    """A parallel gateway whose messages carry a correlation key."""
    own = f'<bpmn:extensionElements><zeebe:subscription correlationKey="{key}"/></bpmn:extensionElements>'
    roots = "".join(f'<bpmn:message id="{name}" name="{name}">{own}</bpmn:message>' for name in "MNO")
    return deploy("".join(BOTH), roots)


def test_what_is_awaited_has_the_key_that_the_first_message_brought() -> None:
    """§13.4.4: all messages of the gateway share their correlation information."""
    play = Started(graph=keyed("=case"), by=by("M"), case="7")
    with pytest.raises(EventRefused):
        play.message("N", "8")
    assert play.message("N", "7").open == ["a", "b"]


def test_a_key_that_the_first_message_did_not_bring_is_an_incident() -> None:
    """What cannot be awaited holds its token until somebody gives the key."""
    play = Started(graph=keyed("=case"), by=by("M"))
    assert play.incidents == [("c2", "no-correlation-key"), ("c3", "no-correlation-key")]
    play.retry("c2", case="7").retry("c3")
    assert play.message("O", "7").open == ["a", "c"]


LOOP = '<bpmn:standardLoopCharacteristics loopMaximum="2"/>'
INPUT = (
    "<bpmn:extensionElements><zeebe:ioMapping>"
    '<zeebe:input source="=1" target="one"/></zeebe:ioMapping></bpmn:extensionElements>'
)
TWO = (users("a", "b"), end(), end("e2"), paths("g c1 a e", "g c2 b e2"))
DEFECTS: dict[str, tuple[tuple[str, ...], tuple[str, str]]] = {
    "in a subprocess": (
        (start_event(), sub("S", receive("r", "R"), end("Se"), paths("r Se")), end(), paths("s S e")),
        ("r", "task-instantiate"),
    ),
    "a gateway in a subprocess": (
        (start_event(), sub("S", *EXCLUSIVE), end("z"), paths("s S z")),
        ("g", "gateway-instantiate"),
    ),
    "repeated": ((looped(receive("r", "R"), LOOP), *TASK[1:]), ("r", "task-instantiate")),
    "with inputs": ((receive("r", "R", inner=INPUT), *TASK[1:]), ("r", "task-instantiate")),
    "counting tokens": ((receive("r", "R", f'{INSTANTIATES} startQuantity="2"'), *TASK[1:]), ("r", "task-instantiate")),
    "by a flow": (
        (start_event(), receive("r", "R"), users("a"), end(), paths("s r a e")),
        ("r", "instantiate-incoming"),
    ),
    "beside what nothing leads to": ((*TASK, users("lost"), paths("lost e")), ("lost", "no-incoming")),
    "by a message that starts it already": (
        (receive("r", "R"), receive("q", "R"), *TASK[1:], paths("q a")),
        ("q", "start-twice"),
    ),
    "by a timer": (
        (EXCLUSIVE[0], catch("c1", on("message", "M")), catch("c2", timer("timeDuration", "PT1H")), *TWO),
        ("c2", "gateway-instantiate"),
    ),
    "by a condition": (
        (EXCLUSIVE[0], catch("c1", on("message", "M")), catch("c2", on_condition("v = 1")), *TWO),
        ("c2", "gateway-instantiate"),
    ),
    "by several triggers together": (
        (EXCLUSIVE[0], catch("c1", on("message", "M"), on("signal", "S"), parallel=True), EXCLUSIVE[2], *TWO),
        ("c1", "gateway-instantiate"),
    ),
    "by a signal of a parallel gateway": (
        (BOTH[0], catch("c1", on("message", "M")), catch("c2", on("signal", "S")), *TWO),
        ("c2", "gateway-instantiate"),
    ),
    "by one of several messages of a parallel gateway": (
        (BOTH[0], catch("c1", on("message", "M"), on("message", "N")), catch("c2", on("message", "O")), *TWO),
        ("c1", "gateway-instantiate"),
    ),
    "a parallel gateway within the process": (
        (start_event(), gate("eventBased", "g", attributes='eventGatewayType="Parallel"'), *BOTH[1:], paths("s g")),
        ("g", "gateway-parallel"),
    ),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_what_cannot_start_a_process_is_refused(defect: str) -> None:
    """§10.3.3, §10.6.6, §13.4.4: only what comes without an instance starts one, at the top level, once."""
    parts, expected = DEFECTS[defect]
    assert expected in errors_of(*drawn(*parts))


def test_a_called_process_is_not_started_by_them() -> None:
    """§10.3.6: a call begins it; what instantiates would be passed by."""
    inner = called("q", receive("r", "R"), users("b"), end("qe"), paths("r b qe"))
    parts = (start_event(), '<bpmn:callActivity id="c" calledElement="q"/>', end(), paths("s c e"), inner)
    assert ("r", "task-instantiate") in errors_of(*drawn(*parts))


def test_what_has_no_effect_is_told() -> None:
    """Boundary events never come; a key is asked for only where a message is awaited."""
    own = '<bpmn:extensionElements><zeebe:subscription correlationKey="=k"/></bpmn:extensionElements>'
    body = (
        *TASK,
        boundary("b", "r", timer("timeDuration", "PT1H")),
        users("late"),
        end("e2"),
        paths("b late e2"),
    )
    found = problems_of("".join(body), f'<bpmn:message id="R" name="R">{own}</bpmn:message>')
    assert {(item.element, item.code) for item in found} >= {("b", "boundary-never"), ("r", "key-without-effect")}


def test_data_that_any_start_may_have_brought_are_not_told() -> None:
    """The way of the data begins at each start, and goes through every event of a parallel gateway."""
    computed = receive("r", "R", inner=outputs("=1", "found"))
    reads = '<bpmn:scriptTask id="x"><bpmn:extensionElements><zeebe:script expression="=found" resultVariable="y"/>'
    reads += "</bpmn:extensionElements></bpmn:scriptTask>"
    beside = (start_event(), computed, gate("exclusive", "m"), reads, end(), paths("s m x e", "r m"))
    assert read_too_early(*beside) == []
    mapped = catch("c1", on("message", "M")).replace(">", f">{outputs('=1', 'found')}", 1)
    both = (BOTH[0], mapped, catch("c2", on("message", "N")), reads, users("a"), end(), paths("g c1 a e", "g c2 x e"))
    assert read_too_early(*both) == []
    one = tuple(part.replace(PARALLEL, INSTANTIATES) for part in both)
    assert read_too_early(*one) == [("x", "data-not-set-yet")], "of an exclusive gateway the other event never comes"


def read_too_early(*parts: str) -> list[tuple[str | None, str]]:
    found = check_data_flow(built(*parts), source="p.bpmn", fields={})
    return [(item.element, item.code) for item in found]
