"""Signals, messages, conditions, links and timers between activities (BPMN 2.0 §10.4)."""

from __future__ import annotations

import pytest

from engine.bpmn.effects import MessageThrown, SignalThrown
from engine.bpmn.events import EventRefused
from tests.engine.bpmn.elements.model import (
    Play,
    catch,
    end,
    flow,
    gate,
    link,
    on,
    on_condition,
    outputs,
    paths,
    plain_sub,
    start_event,
    sub,
    throw,
    timer,
    users,
)


def test_a_signal_reaches_everybody_at_every_depth() -> None:
    """§10.4.3: all that listen in the process, wherever they stand, and all at once."""
    inner = sub("S", start_event("Ss"), catch("c1", on("signal", "X")), users("a"), end("Se"), paths("Ss c1 a Se"))
    play = Play(
        start_event(),
        gate("parallel", "f"),
        inner,
        catch("c2", on("signal", "X")),
        users("b", "z"),
        throw("t", on("signal", "X")),
        end(),
        end("e2"),
        end("e3"),
        paths("s f S e", "f c2 b e2", "f z t e3"),
    )
    assert play.open == ["z"]
    play.do("z")
    assert [effect.name for effect in play.effects if isinstance(effect, SignalThrown)] == ["X"]
    assert play.open == ["a", "b"]
    assert play.do("a", "b").done


def test_a_signal_that_nobody_hears_is_gone() -> None:
    """§10.4.3: it is not kept for later."""
    play = Play(start_event(), throw("t", on("signal", "X")), catch("c", on("signal", "X")), end(), paths("s t c e"))
    assert play.state.status == "running"
    assert play.signal("X").done


def test_a_signal_acts_before_its_thrower_goes_on() -> None:
    """§10.4.3: what it interrupts is interrupted, the thrower too."""
    inner = plain_sub("S", "a", more=throw("t", on("signal", "X")) + users("after") + end("z") + paths("a t after z"))
    inner = inner.replace(flow("a", "S9"), "").replace('<bpmn:endEvent id="S9"></bpmn:endEvent>', "")
    border = f'<bpmn:boundaryEvent id="b" attachedToRef="S">{on("signal", "X")}</bpmn:boundaryEvent>'
    play = Play(start_event(), inner, border, users("n"), end(), end("e2"), paths("s S e", "b n e2"))
    play.do("a")
    assert play.open == ["n"]
    assert play.times("after") == 0
    assert play.do("n").done


def test_an_end_event_throws_all_it_has() -> None:
    """§10.4.4 (multiple): every trigger of an end event is thrown; what ends the scope comes last."""
    both = end("e", on("signal", "X") + on("message", "M") + on("terminate"))
    play = Play(
        start_event(),
        gate("parallel", "f"),
        users("a", "b"),
        both,
        end("e2"),
        paths("s f a e", "f b e2"),
    )
    play.do("a")
    assert [type(effect) for effect in play.effects if isinstance(effect, MessageThrown | SignalThrown)] == [
        MessageThrown,
        SignalThrown,
    ]
    assert play.done


def test_a_message_goes_to_one_receiver_the_oldest() -> None:
    """§10.4.3: one message, one receiver."""
    play = Play(
        start_event(),
        gate("parallel", "f"),
        catch("c1", on("message", "M")),
        catch("c2", on("message", "M")),
        users("a", "b"),
        end(),
        end("e2"),
        paths("s f c1 a e", "f c2 b e2"),
    )
    play.message("M")
    assert play.open == ["a"]
    play.message("M")
    assert play.open == ["a", "b"]
    with pytest.raises(EventRefused, match="message-not-awaited"):
        play.message("M")


def test_a_condition_waits_until_data_make_it_true() -> None:
    """§10.4.5 (conditional): at arming, or by what any other branch brings."""
    body = (
        start_event(),
        gate("parallel", "f"),
        catch("c", on_condition("v > 2")),
        users("a", "n"),
        end(),
        end("e2"),
        paths("s f a e", "f c n e2"),
    )
    assert Play(*body, v=3).open == ["a", "n"]
    play = Play(*body, v=1)
    assert play.open == ["a"]
    play.do("a", v=3)
    assert play.open == ["n"]


def test_a_condition_sees_the_data_of_its_scope() -> None:
    """§10.5.1 (data): a property hides data of the same name outside."""
    inner = sub(
        "S",
        start_event("Ss"),
        gate("parallel", "f"),
        catch("c", on_condition("v = 1")),
        users("a"),
        end("Se"),
        end("Se2"),
        paths("Ss f c Se", "f a Se2"),
        data="v",
    )
    play = Play(start_event(), inner, end(), paths("s S e"), v=1)
    assert play.times("Se") == 0
    play.do("a", v=1)
    assert play.done


def test_a_condition_that_cannot_be_evaluated_is_seen_and_does_not_stop_the_others() -> None:
    """Bounded: a condition out of fuel is an incident of what waits; others fire, and the step ends."""
    endless = "every i in 1..1000000 satisfies (every j in 1..1000000 satisfies i + j + v &gt; 0)".replace("&gt;", ">")
    play = Play(
        start_event(),
        gate("parallel", "f"),
        catch("c1", on_condition(f"v = 1 and {endless}")),
        catch("c2", on_condition("w = 1")),
        users("a", "n1", "n2"),
        end(),
        end("e2"),
        end("e3"),
        paths("s f a e", "f c1 n1 e2", "f c2 n2 e3"),
        v=0,
        w=0,
    )
    play.do("a", v=1, w=1)
    assert [element for element, _ in play.incidents] == ["c1"]
    assert play.open == ["n2"]
    play.retry("c1")
    assert [element for element, _ in play.incidents] == ["c1"]
    play.retry("c1", v=0)
    assert not play.incidents


def test_a_cycle_gives_a_token_each_time() -> None:
    """§10.4.5 (timer): an intermediate event with a cycle goes on n times; then it is over."""
    play = Play(start_event(), catch("c", timer("timeCycle", "R3/PT1H")), users("a"), end(), paths("s c a e"))
    play.fire("c").fire("c")
    assert play.open == ["a", "a"]
    play.do("a", "a")
    assert play.state.status == "running"
    play.fire("c").do("a")
    assert play.done


def test_all_of_parallel_triggers_must_come_in_any_order() -> None:
    """§10.4.4 (parallel multiple): each once; two conditions are two triggers; a message is not a signal."""
    triggers = (
        on("signal", "X"),
        on("message", "X2"),
        on_condition("v = 1"),
        on_condition("w = 1"),
        timer("timeDuration", "PT1H"),
    )
    play = Play(
        start_event(),
        gate("parallel", "f"),
        catch("c", *triggers, parallel=True),
        users("a", "b", "n"),
        end(),
        end("e2"),
        paths("s f a b e", "f c n e2"),
        v=1,
        w=0,
    )
    play.fire("c").signal("X")
    play.do("a").message("X2", got=1)
    assert "n" not in play.open
    assert play.state.data["got"] == 1
    play.do("b", w=1)
    assert play.open == ["n"]
    assert play.do("n").done


def test_any_of_several_triggers_is_enough() -> None:
    """§10.4.4 (multiple): and the others are forgotten."""
    body = (
        start_event(),
        catch("c", on("signal", "X"), on("message", "M"), timer("timeDuration", "PT1H")),
        end(),
        paths("s c e"),
    )
    assert Play(*body).signal("X").done
    assert Play(*body).message("M").done
    assert Play(*body).fire("c").done


def test_links_lead_from_many_throws_to_one_catch_in_their_scope() -> None:
    """§10.4.5 (link): each token that comes to a throw goes on at the catch."""
    play = Play(
        start_event(),
        gate("parallel", "f"),
        users("a", "b", "n"),
        throw("l1", link("L")),
        throw("l2", link("L")),
        catch("l3", link("L")),
        end(),
        paths("s f a l1", "f b l2", "l3 n e"),
    )
    play.do("b", "a")
    assert play.open == ["n", "n"]
    assert play.do("n", "n").done


def test_a_start_event_keeps_what_its_outputs_cannot_put() -> None:
    """Never dropped: the instance exists, and starts when the cause is mended."""
    play = Play(
        start_event("s", outputs("=got", "box.in.deep")), users("a"), end(), paths("s a e"), box={"in": 5}, got=7
    )
    assert play.incidents == [("s", "mapping-overlaps")]
    assert not play.open
    play.retry("s", box={})
    assert play.open == ["a"]
    assert play.state.data["box"] == {"in": {"deep": 7}}


def test_a_catch_keeps_what_its_outputs_cannot_put() -> None:
    """Never dropped: the message came once and is not asked for again."""
    play = Play(
        start_event(),
        catch("c", outputs("=got", "box.in.deep"), on("message", "M")),
        users("a"),
        end(),
        paths("s c a e"),
        box={"in": 5},
    )
    play.message("M", got=1)
    assert play.incidents == [("c", "mapping-overlaps")]
    assert not play.state.subscriptions
    assert play.retry("c", box={}).open == ["a"]
