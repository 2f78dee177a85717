"""What a migration finds in the midst of something: calls that part, borders, what has not begun or is undone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.bpmn import Graph, State, step
from engine.bpmn.events import Modified, Retried, TaskCompleted
from engine.bpmn.migration import migrate, plan
from tests.engine.bpmn.elements.model import (
    Play,
    boundary,
    built,
    call,
    catch,
    end,
    event_sub,
    expression,
    gate,
    instances,
    looped,
    on,
    on_condition,
    paths,
    plain_sub,
    start_event,
    sub,
    throw,
    undo,
    undone_by,
    user,
    users,
)
from tests.engine.bpmn.elements.test_linked_calls import linked, read, row, zeebe
from tests.engine.bpmn.models import NOW

CLOSED = 'propagateAllParentVariables="false" propagateAllChildVariables="false"'
LATE = on("timer", inner=expression("timeDuration", "PT1H"))


def moved(play: Play, graph: Graph) -> State:
    """The play's state in another model, as it is after a store."""
    found = plan(play.graph, graph, play.state, {})
    assert found.refused == ()
    state, _ = migrate(found, play.state, now=NOW)
    return State.decode(state.encode())


def late(host: str) -> str:
    """A border that is late after an hour, and what stands behind it."""
    return boundary("b", host, LATE) + user("late") + end("b_e") + paths("b late b_e")


@pytest.mark.parametrize("done", [False, True], ids=["lives", "can be undone"])
def test_two_calls_of_one_process_that_part_are_named(done: bool) -> None:
    """Both run `q`; in the new version the second runs `r`, though `q` is still there: nothing of it stays in `q`."""

    def own(second: str) -> Graph:
        ways = "s f k1 j n e", "f k2 j"
        return read(
            "p",
            start_event(),
            gate("parallel", "f", "j"),
            call("k1", "q"),
            call("k2", second),
            users("n"),
            end(),
            paths(*ways),
        )

    def inner(key: str) -> Graph:
        return read(key, start_event(), users("a"), undone_by("a", "h"), end(), paths("s a e"))

    old = linked(own("q"), (inner("q"), 1))
    new = linked(own("r"), (inner("q"), 1), (inner("r"), 1))
    play = Play(graph=old)
    if done:
        play.do("q@1/a", "q@1/a")
    found = plan(old, new, play.state, {})
    assert {(each.element, each.reason) for each in found.refused} == {
        ("q@1/a", "k2 calls r@1/r there, not q@1/q"),
    }


def test_the_border_of_a_closed_call_is_armed_over_the_callers_data() -> None:
    """A timer that reads otherwise is evaluated where it was at first: with the caller's data and the call's inputs."""

    def own(text: str) -> Graph:
        border = boundary("b", "k", on("timer", inner=expression("timeDuration", text)))
        closed = zeebe("q", CLOSED, "input days: =n")
        return read("p", start_event(), call("k", "q", closed), border, end(), end("e2"), paths("s k e", "b e2"))

    old, new = (linked(own(text), (row("q", "a"), 1)) for text in ("P1D", '="P" + string(days) + wait'))
    state = moved(Play(graph=old, wait="DT1H", n=2), new)
    assert [item.schedule.due - NOW for item in state.timers.values()] == [timedelta(days=2, hours=1)]


def test_what_has_not_begun_gets_no_border() -> None:
    """A token that an incident holds before an activity: its borders begin with it, not with the migration."""

    def own(*more: str) -> Graph:
        return built(start_event(), looped(user("a"), instances("=n")), *more, end(), paths("s a e"))

    play = Play(graph=own(), n="many")
    new = own(late("a"))
    state = moved(play, new)
    assert not state.timers
    (incident,) = state.incidents
    begun = step(new, state, Retried(incident=incident, data={"n": 2}), now=NOW).state
    assert [item.element for item in begun.timers.values()] == ["b"]


def test_what_is_undone_gets_no_border() -> None:
    """A completed subprocess that is revived to be undone: its borders are over (BPMN 2.0 §13.5.5)."""

    def own(*more: str) -> Graph:
        body = plain_sub("x", "a", more=undone_by("a", "h"))
        return built(start_event(), body, *more, throw("w", undo()), end(), paths("s x w e"))

    assert not moved(Play(graph=own()).do("a"), own(late("x"))).timers


def test_a_cancelled_transaction_hears_nothing_new() -> None:
    """What listens within it hears nothing while it is undone, in whatever version (BPMN 2.0 §13.3.4)."""

    def own(*more: str) -> Graph:
        parts = start_event("xs"), users("a"), undone_by("a", "h"), end("xe", on("cancel")), paths("xs a xe")
        body = sub("x", *parts, *more, kind="transaction")
        return built(start_event(), body, boundary("c", "x", on("cancel")), end("ce"), end(), paths("s x e", "c ce"))

    play = Play(graph=own()).do("a")
    assert play.open == ["h"]
    assert not moved(play, own(event_sub("v", LATE, "later"))).timers


def test_a_join_whose_last_flow_is_gone_goes_on() -> None:
    """All that it waits for in the new model has come: it goes on, and is not starved for ever."""

    def own(*names: str) -> Graph:
        ways = (f"s f {name} j n e" for name in names)
        return built(start_event(), gate("parallel", "f", "j"), users(*names, "n"), end(), paths(*ways))

    play, new = Play(graph=own("a", "b", "c")).do("a", "b"), own("a", "b")
    play.send(Modified(cancel=(next(iter(play.state.open_tasks)),)))
    assert play.incidents == [("j", "join-starved")]
    after = moved(play, new)
    assert (list(after.open_tasks.values()), after.incidents) == (["n"], {})
    assert step(new, after, TaskCompleted(task=next(iter(after.open_tasks))), now=NOW).state.status == "completed"


def test_a_condition_that_reads_otherwise_and_holds_goes_on_at_once() -> None:
    """As where it is armed as a token comes: no later event would ask for it."""

    def own(text: str) -> Graph:
        return built(start_event(), catch("c", on_condition(text)), users("n"), end(), paths("s c n e"))

    assert list(moved(Play(graph=own("v = 2"), v=1), own("v = 1")).open_tasks.values()) == ["n"]
