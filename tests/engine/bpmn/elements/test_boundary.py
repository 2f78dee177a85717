"""Boundary events (BPMN 2.0 §13.5.3)."""

from __future__ import annotations

import pytest

from engine.bpmn.effects import TaskCancelled
from engine.bpmn.events import EventRefused
from tests.engine.bpmn.elements.model import (
    Play,
    boundary,
    end,
    event_sub,
    flow,
    gate,
    instances,
    looped,
    on,
    on_condition,
    outputs,
    paths,
    plain_sub,
    start_event,
    timer,
    user,
    users,
)
from tests.engine.bpmn.models import mapping

BEHIND = users("n", "x") + end() + end("e2") + paths("s a n e", "b x e2")
TRIGGERS = [on("signal", "S"), on("message", "M"), timer("timeDuration", "PT1H"), on_condition("v = 1")]


def set_off(play: Play, trigger: str) -> Play:
    """Let what the trigger awaits happen."""
    if "signal" in trigger:
        return play.signal("S")
    if "message" in trigger:
        return play.message("M")
    return play.fire("b") if "timer" in trigger else play.do("v", v=1)


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize("host", [users("a"), plain_sub("a", "inner"), looped(user("a"), instances("3"))])
@pytest.mark.parametrize("interrupting", [True, False])
def test_it_interrupts_or_not(trigger: str, host: str, interrupting: bool) -> None:
    """§13.5.3: whatever it is attached to; an interrupted activity ends with all its instances."""
    beside = gate("parallel", "f") + users("v") + end("e3") + paths("f v e3")
    play = Play(
        start_event(), beside, host, boundary("b", "a", trigger, interrupting), users("n", "x"), end(), end("e2"),
        paths("s f a n e", "b x e2"),
    )  # fmt: skip
    before = [each for each in play.open if each != "v"]
    set_off(play, trigger)
    now = [each for each in play.open if each != "v"]
    assert now == sorted([*([] if interrupting else before), "x"])
    cancelled = [effect for effect in play.effects if isinstance(effect, TaskCancelled)]
    assert len(cancelled) == (len(before) if interrupting else 0)
    while play.open:
        play.do(play.open[0])
    assert play.done
    assert play.times("n") == (0 if interrupting else 1)


def test_a_cycle_that_does_not_interrupt_fires_as_often_as_it_says() -> None:
    """§10.4.5 (timer): until the activity ends."""
    play = Play(start_event(), users("a"), boundary("b", "a", timer("timeCycle", "R/PT1H"), False), BEHIND)
    play.fire("b").fire("b").fire("b")
    assert play.times("x") == 3
    play.do("a")
    assert not play.state.timers
    limited = Play(start_event(), users("a"), boundary("b", "a", timer("timeCycle", "R2/PT1H"), False), BEHIND)
    limited.fire("b").fire("b")
    assert not limited.state.timers


def test_conditions_that_hold_already_fire_before_the_body() -> None:
    """§10.4.5 (conditional): all of them, and the subprocess begins after them."""
    play = Play(
        start_event(),
        plain_sub("a", "inner"),
        boundary("b", "a", on_condition("v = 1"), False),
        boundary("b2", "a", on_condition("w = 1"), False),
        users("n", "x", "y"),
        end(),
        end("e2"),
        paths("s a n e", "b x e2", "b2 y e2"),
        v=1,
        w=1,
    )
    assert play.open == ["inner", "x", "y"]
    order = [each for each in play.entered if each in ("b", "b2", "a0")]
    assert order == ["b", "b2", "a0"]
    gone = Play(start_event(), plain_sub("a", "inner"), boundary("b", "a", on_condition("v = 1")), BEHIND, v=1)
    assert gone.open == ["x"]
    assert gone.times("inner") == 0


def test_conditions_that_set_each_other_off_hit_the_budget() -> None:
    """An endless loop is held where it is, and goes on when someone retries; nothing is lost."""
    play = Play(
        start_event(),
        users("a"),
        boundary("b", "a", outputs("=1", "v") + on_condition("v = 0"), False),
        boundary("c", "a", outputs("=0", "v") + on_condition("v = 1"), False),
        end(),
        end("e2"),
        paths("s a e", "b e2", "c e2"),
        v=0,
    )
    assert {code for _, code in play.incidents} == {"step-budget"}
    assert play.open == ["a"]
    play.do("a")
    while play.incidents:
        play.retry(play.incidents[0][0])
    assert play.done


def test_what_its_outputs_hinder_is_kept_and_tried_again() -> None:
    """Never dropped: the activity is interrupted, and the token waits with what the message brought."""
    play = Play(
        start_event(),
        users("a"),
        boundary("b", "a", outputs("=got", "box.in.deep") + on("message", "M")),
        BEHIND,
        box={"in": 5},
    )
    play.message("M", got=7)
    assert play.open == []
    assert play.incidents == [("b", "mapping-overlaps")]
    play.retry("b")
    assert play.incidents == [("b", "mapping-overlaps")]
    play.retry("b", box={})
    assert play.open == ["x"]
    assert play.state.data["box"] == {"in": {"deep": 7}}
    assert play.do("x").done


def test_its_own_code_comes_before_any_and_the_inner_border_before_the_outer() -> None:
    """§10.4.6: the nearest that catches; there the one that names the code."""
    inner = plain_sub("I", "c").replace('<bpmn:endEvent id="I9"></bpmn:endEvent>', end("I9", on("error", "E1")))
    outer = plain_sub("O", more=inner + end("Oz") + paths("O0 I Oz")).replace(flow("O0", "O9"), "")
    outer = outer.replace('<bpmn:endEvent id="O9"></bpmn:endEvent>', "")
    play = Play(
        start_event(),
        outer,
        boundary("any", "O", on("error")),
        boundary("own", "O", on("error", "E1")),
        boundary("else", "O", on("error", "E2")),
        users("x", "y", "z"),
        end(),
        end("e2"),
        paths("s O e", "any x e2", "own y e2", "else z e2"),
    )
    play.do("c")
    assert play.open == ["y"]


def test_the_event_subprocess_within_comes_before_the_border() -> None:
    """§10.4.6: even one that catches any error is nearer than a border that names the code."""
    inner = plain_sub("S", "c", more=event_sub("E", on("error"), "r"))
    inner = inner.replace('<bpmn:endEvent id="S9"></bpmn:endEvent>', end("S9", on("error", "E1")))
    play = Play(
        start_event(), inner, boundary("b", "S", on("error", "E1")), users("n", "x"), end(), end("e2"),
        paths("s S n e", "b x e2"),
    )  # fmt: skip
    play.do("c")
    assert play.open == ["r"]
    play.do("r")
    assert play.open == ["n"]


def test_parallel_triggers_must_all_come() -> None:
    """§10.4.4 (parallel multiple): until then the activity goes on; with it what came is forgotten."""
    both = boundary("b", "a", on("signal", "S") + on("message", "M") + timer("timeDuration", "PT1H"))
    both = both.replace('cancelActivity="true"', 'cancelActivity="true" parallelMultiple="true"')
    play = Play(start_event(), users("a"), both, BEHIND)
    play.signal("S").fire("b")
    assert play.open == ["a"]
    with pytest.raises(EventRefused, match="signal-not-awaited"):
        play.signal("S")
    play.message("M")
    assert play.open == ["x"]
    gone = Play(start_event(), users("a"), both, BEHIND).signal("S").do("a")
    assert not gone.state.timers
    assert not gone.state.subscriptions


def test_an_activity_that_cannot_put_its_result_can_still_be_interrupted() -> None:
    """§13.5.3: what an incident holds is still active; interrupted, its incident is over."""
    held = user("a", mapping("output box.in.deep: =3"))
    play = Play(start_event(), held, boundary("b", "a", on("signal", "S")), BEHIND, box={"in": 1})
    play.do("a")
    assert play.incidents == [("a", "mapping-overlaps")]
    play.signal("S")
    assert play.open == ["x"]
    assert not play.incidents
    assert play.do("x").done
