"""Event subprocesses (BPMN 2.0 §10.3.5, §13.5.4)."""

from __future__ import annotations

import pytest

from engine.bpmn.events import EventRefused
from tests.engine.bpmn.elements.model import (
    Play,
    boundary,
    end,
    event_sub,
    expression,
    instances,
    on,
    on_condition,
    paths,
    plain_sub,
    start_event,
    sub,
    timer,
    undo,
    undone_by,
    users,
)

MAIN = start_event() + users("a", "b") + end() + paths("s a b e")


def test_one_that_does_not_interrupt_runs_beside_as_often_as_it_is_set_off() -> None:
    """§13.5.4: the scope goes on, and completes only when all of them have."""
    play = Play(MAIN, event_sub("E", on("signal", "S"), "x", interrupting=False))
    play.signal("S").signal("S").do("a", "b")
    assert play.open == ["x", "x"]
    play.do("x")
    assert play.state.status == "running"
    play.do("x")
    assert play.done


def test_one_that_interrupts_ends_its_scope_and_runs_once() -> None:
    """§13.5.4: everything else in the scope ends; nothing there is listened for any more."""
    play = Play(
        MAIN, event_sub("E", on("signal", "S"), "x"), event_sub("F", on("signal", "T"), "y", interrupting=False)
    )
    play.signal("T").signal("S")
    assert play.open == ["x"]
    for name in ("S", "T"):
        with pytest.raises(EventRefused, match="signal-not-awaited"):
            play.signal(name)
    assert play.do("x").done


def test_a_completed_process_hears_nothing() -> None:
    """§13.5.4: an event subprocess listens only as long as its scope is active."""
    for trigger in (on("signal", "S"), on("message", "M"), timer("timeDuration", "PT1H"), on_condition("x = 1")):
        play = Play(MAIN, event_sub("E", trigger, "x", interrupting=False), x=0)
        assert not play.done
        assert play.do("a", "b").done


def test_a_completed_subprocess_hears_nothing() -> None:
    """§13.5.4: the same within."""
    play = Play(
        start_event(),
        plain_sub("S", "a", more=event_sub("E", on("signal", "sig"), "x")),
        users("b"),
        end(),
        paths("s S b e"),
    )
    play.do("a")
    with pytest.raises(EventRefused, match="signal-not-awaited"):
        play.signal("sig")


def test_one_within_another() -> None:
    """§10.3.5: an event subprocess is a scope, with event subprocesses of its own."""
    inner = event_sub("F", on("signal", "T"), "y")
    play = Play(MAIN, event_sub("E", on("signal", "S"), "x", interrupting=False, more=inner))
    with pytest.raises(EventRefused, match="signal-not-awaited"):
        play.signal("T")
    play.signal("S")
    play.signal("T")
    assert play.open == ["a", "y"], "it interrupts the event subprocess alone"
    play.do("y", "a", "b")
    assert play.done


def test_the_inner_and_the_outer_hear_the_same_signal() -> None:
    """§10.4.3: a signal goes to everybody; what an outer one interrupts hears it no more."""
    inner = plain_sub("S", "c", more=event_sub("F", on("signal", "T"), "y", interrupting=False))
    play = Play(start_event(), inner, end(), paths("s S e"), event_sub("E", on("signal", "T"), "x"))
    play.signal("T")
    assert play.open == ["x"]
    assert play.do("x").done


def test_a_cycle_sets_it_off_again_and_again() -> None:
    """§10.4.5 (timer): a cycle at a start that does not interrupt gives as many runs as it says."""
    play = Play(MAIN, event_sub("E", timer("timeCycle", "R3/PT1H"), "x", interrupting=False))
    for number in range(1, 4):
        play.fire("E0")
        assert play.times("x") == number
    assert not play.state.timers
    play.do("a", "b", "x", "x", "x")
    assert play.done


def test_one_that_interrupts_by_a_cycle_runs_once() -> None:
    """§13.5.4: it interrupts, so there is nothing to repeat."""
    play = Play(MAIN, event_sub("E", timer("timeCycle", "R3/PT1H"), "x"))
    play.fire("E0")
    assert not play.state.timers
    assert play.do("x").done


def test_a_condition_that_holds_already_sets_it_off_before_the_body_starts() -> None:
    """§10.4.5 (conditional): what is true as it is armed fires then; the body of the scope never begins."""
    inner = plain_sub("S", "c", more=event_sub("E", on_condition("v = 1"), "x"))
    play = Play(start_event(), inner, end(), paths("s S e"), v=1)
    assert play.open == ["x"]
    assert play.times("c") == 0
    assert play.do("x").done


def test_a_condition_fires_each_time_it_becomes_true() -> None:
    """§10.4.5 (conditional): on the edge, not while it stays true."""
    play = Play(MAIN, event_sub("E", on_condition("v > 1"), "x", interrupting=False), v=0)
    play.do("a", v=2)
    assert play.times("x") == 1
    play.do("x", v=3)
    assert play.times("x") == 1
    assert play.do("b").done


def test_an_error_within_it_goes_outwards() -> None:
    """§10.4.6: an event subprocess does not catch what is thrown within it."""
    again = event_sub("E", on("error", "X"), "r").replace(
        '<bpmn:endEvent id="E9"></bpmn:endEvent>', end("E9", on("error", "X"))
    )
    inner = plain_sub("S", "c", more=again).replace(
        '<bpmn:endEvent id="S9"></bpmn:endEvent>', end("S9", on("error", "X"))
    )
    play = Play(
        start_event(),
        inner,
        boundary("b", "S", on("error", "X")),
        users("n"),
        end(),
        end("e2"),
        paths("s S e", "b n e2"),
    )
    play.do("c")
    assert play.open == ["r"]
    play.do("r")
    assert play.open == ["n"]
    assert play.do("n").done


def test_after_an_interrupting_one_the_scope_completes_and_the_token_goes_on() -> None:
    """§13.5.4: the scope completes when its event subprocess has."""
    play = Play(
        start_event(),
        plain_sub("S", "c", more=event_sub("E", on("signal", "sig"), "x")),
        users("n"),
        end(),
        paths("s S n e"),
    )
    play.signal("sig").do("x")
    assert play.open == ["n"]
    assert play.times("c") == 1


def test_a_timer_that_cannot_be_read_is_an_incident_and_armed_when_it_is_mended() -> None:
    """Never silently skipped: people see it; the scope goes on meanwhile, and takes the incident with it."""
    sla = event_sub("E", timer("timeDuration", "=limit"), "x", interrupting=False)
    play = Play(MAIN, sla)
    assert play.open == ["a"]
    assert play.incidents == [("E0", "timer-unreadable")]
    play.retry("E0", limit="PT1H")
    assert not play.incidents
    play.fire("E0")
    assert play.open == ["a", "x"]
    assert Play(MAIN, sla).do("a", "b").done
    inner = Play(start_event(), plain_sub("S", "c", more=sla), users("n"), end(), paths("s S n e"))
    assert inner.incidents == [("E0", "timer-unreadable")]
    inner.do("c")
    assert not inner.incidents
    assert inner.do("n").done


def test_all_of_parallel_triggers_must_come() -> None:
    """§10.4.4 (parallel multiple): in any order; then it listens for all of them anew."""
    begin = (
        f'<bpmn:startEvent id="Es" isInterrupting="false" parallelMultiple="true">{on("signal", "S")}'
        f"{on('message', 'M')}</bpmn:startEvent>"
    )
    both = sub("E", begin, users("x"), end("Ee"), paths("Es x Ee"), attributes='triggeredByEvent="true"')
    play = Play(MAIN, both)
    play.signal("S", from_signal=1)
    assert play.open == ["a"]
    with pytest.raises(EventRefused, match="signal-not-awaited"):
        play.signal("S")
    play.message("M")
    assert play.open == ["a", "x"]
    assert play.state.data["from_signal"] == 1
    play.message("M").signal("S")
    assert play.open == ["a", "x", "x"]
    assert play.do("a", "b", "x", "x").done


def test_any_of_several_triggers_is_enough() -> None:
    """§10.4.4 (multiple)."""
    triggers = on("signal", "S") + on("message", "M") + on_condition("v = 1") + on_condition("v < 2")
    play = Play(MAIN, event_sub("E", triggers, "x", interrupting=False), v=5)
    play.signal("S").message("M")
    assert play.open == ["a", "x", "x"]
    play.do("a", v=1)
    assert play.times("x") == 4, "each condition for itself"


def test_data_of_an_event_subprocess_live_in_it() -> None:
    """§10.5.1 (data): a property is gone with its scope; each run has its own."""
    begin = start_event("Es", on("signal", "S")).replace("id=", 'isInterrupting="false" id=')
    own = sub("E", begin, users("x"), end("Ee"), paths("Es x Ee"), attributes='triggeredByEvent="true"', data="v")
    play = Play(MAIN, own, v=1)
    play.signal("S").signal("S").do("x", v=2)
    assert play.state.data["v"] == 1
    play.do("x", "a", "b")
    assert play.done


def test_an_interrupted_scope_can_still_undo_what_completed_in_it() -> None:
    """§13.5.5 and §13.5.4: an error event subprocess that undoes the work of its scope."""
    rescue = event_sub("E", on("error", "X"), "r").replace('<bpmn:endEvent id="E9"></bpmn:endEvent>', end("E9", undo()))
    inner = sub(
        "S", start_event("Ss"), users("c", "d"), undone_by("c", "uc"), undone_by("d", "ud"),
        end("Se", on("error", "X")), paths("Ss c d Se"), rescue,
    )  # fmt: skip
    play = Play(start_event(), inner, end(), paths("s S e"))
    play.do("c", "d", "r")
    for each in ("ud", "uc"):
        assert play.open == [each]
        play.do(each)
    assert play.done


def test_in_an_adhoc_sequence_nothing_begins_after_an_interruption() -> None:
    """§13.5.4 and §13.3.5: what was still to begin ends too."""
    condition = expression("completionCondition", "false")
    adhoc = sub(
        "A", users("c", "d"), event_sub("E", on("signal", "S"), "x"), condition,
        kind="adHocSubProcess", attributes='ordering="Sequential"',
    )  # fmt: skip
    play = Play(start_event(), adhoc, users("n"), end(), paths("s A n e"))
    assert play.open == ["c"]
    play.signal("S").do("x")
    assert play.open == ["n"]


def test_a_scope_of_parallel_instances_is_interrupted_alone() -> None:
    """§13.5.4: each instance is a scope of its own."""
    inner = plain_sub("S", "c", more=event_sub("E", on("message", "M"), "x"), loop=instances("2"))
    play = Play(start_event(), inner, end(), paths("s S e"))
    play.message("M")
    assert play.open == ["c", "x"]
    play.message("M")
    assert play.open == ["x", "x"]
    assert play.do("x", "x").done
