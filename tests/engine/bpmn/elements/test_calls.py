"""Call activities: what runs in a called process, and what comes out of it (BPMN 2.0.2 §10.3.6, §13.3.4)."""

from __future__ import annotations

import pytest

from tests.engine.bpmn.elements.model import (
    Play,
    boundary,
    call,
    called,
    end,
    event_sub,
    gate,
    instances,
    on,
    paths,
    start_event,
    throw,
    undo,
    undone_by,
    users,
)

AROUND = users("n") + end() + paths("s c n e")


def process(*parts: str, ways: str = "q0 a q9") -> str:
    return called("q", start_event("q0"), users("a"), end("q9"), paths(ways), *parts)


def test_each_call_has_the_data_of_its_process() -> None:
    """§10.4.1: properties of a called process live as long as the call; two calls do not share them."""
    data = '<bpmn:property id="k" name="k"/>'
    inner = called("q", data, start_event("q0"), users("a", "b"), end("q9"), paths("q0 a b q9"))
    play = Play(start_event(), gate("parallel", "f"), call("c", "q"), call("d", "q"), end(), end("e2"), inner,
                paths("s f c e", "f d e2"), k=0)  # fmt: skip
    play.do("a", k=1).do("a", k=2)
    first, second = play.state.open_tasks
    assert (play.state.seen_by(first)["k"], play.state.seen_by(second)["k"]) == (1, 2)
    assert play.state.data == {"k": 0}
    assert play.do("b", "b").done


def test_what_completed_in_a_call_is_undone_within_it() -> None:
    """§10.7: compensation thrown in the called process undoes what completed there."""
    inner = called(
        "q", start_event("q0"), users("a"), undone_by("a", "ua"), throw("t", undo()), end("q9"), paths("q0 a t q9")
    )
    play = Play(start_event(), call("c", "q"), AROUND, inner)
    assert play.do("a").open == ["ua"]
    assert play.do("ua").open == ["n"]


def test_a_completed_call_is_undone_inside() -> None:
    """§13.5.5: without a handler of its own, activity by activity; with an event subprocess in it, by that."""
    ways = users("n") + end() + paths("s c t n e")
    play = Play(start_event(), call("c", "q"), throw("t", undo("c")), ways, process(undone_by("a", "ua")))
    assert play.do("a").open == ["ua"]
    assert play.do("ua").open == ["n"]
    whole = process(event_sub("E", on("compensate"), "u"))
    play = Play(start_event(), call("c", "q"), throw("t", undo("c")), ways, whole)
    assert play.do("a").open == ["u"]
    assert play.do("u").open == ["n"]


def test_an_escalation_comes_to_the_border_of_the_call() -> None:
    """§10.5.6: the called process goes on beside what the event begins."""
    border = boundary("b", "c", on("escalation", "up"), interrupting=False) + users("z") + end("e2") + paths("b z e2")
    inner = process(throw("t", on("escalation", "up")), ways="q0 t a q9")
    play = Play(start_event(), call("c", "q"), AROUND, border, inner)
    assert play.open == ["a", "z"]
    assert play.do("a", "z", "n").done


def test_terminate_ends_the_called_process_alone() -> None:
    """§13.5.6: the caller goes on."""
    inner = called(
        "q", start_event("q0"), gate("parallel", "qf"), users("a", "b"), end("q9", on("terminate")), end("q8"),
        paths("q0 qf a q9", "qf b q8"),
    )  # fmt: skip
    play = Play(start_event(), call("c", "q"), AROUND, inner)
    assert play.do("a").open == ["n"]


@pytest.mark.parametrize("interrupting", [True, False])
def test_an_event_subprocess_of_a_called_process(interrupting: bool) -> None:
    """§13.5.4: it stands in the call, once for each of several."""
    inner = process(event_sub("E", on("signal", "go"), "x", interrupting=interrupting))
    play = Play(start_event(), call("c", "q", loop=instances("2")), AROUND, inner)
    play.signal("go")
    assert play.open == (["x", "x"] if interrupting else ["a", "a", "x", "x"])
    play.do(*play.open)
    assert play.open == ["n"]
    assert play.do("n").done
