"""The event-based gateway (BPMN 2.0 §13.4.4)."""

from __future__ import annotations

import pytest

from engine.bpmn.events import EventRefused
from tests.engine.bpmn.elements.model import (
    Play,
    catch,
    end,
    gate,
    on,
    on_condition,
    paths,
    start_event,
    throw,
    timer,
    users,
)

WAYS = (
    start_event(),
    gate("eventBased", "g"),
    catch("c1", on("message", "M")),
    catch("c2", timer("timeDuration", "PT1H")),
    catch("c3", on_condition("v = 1")),
    users("a1", "a2", "a3"),
    end(),
    gate("exclusive", "m"),
    paths("s g c1 a1 m e", "g c2 a2 m", "g c3 a3 m"),
)


def test_the_first_event_wins_and_the_others_are_forgotten() -> None:
    """§13.4.4: one token, one way; message, timer or condition."""
    for number, play in enumerate([Play(*WAYS).message("M", got=1), Play(*WAYS).fire("c2"), Play(*WAYS, v=1)], 1):
        assert play.open == [f"a{number}"]
        assert not play.state.timers
        assert not play.state.subscriptions
        with pytest.raises(EventRefused):
            play.message("M")
        assert play.do(f"a{number}").done


def test_a_receive_task_behind_it() -> None:
    """§10.6.6: a receive task may stand there; the message completes it."""
    play = Play(
        start_event(),
        gate("eventBased", "g"),
        '<bpmn:receiveTask id="r" messageRef="R"/>',
        catch("c", timer("timeDuration", "PT1H")),
        users("a", "b"),
        end(),
        end("e2"),
        paths("s g r a e", "g c b e2"),
    )
    play.message("R", got=4)
    assert play.open == ["a"]
    assert play.state.data["got"] == 4
    assert play.times("r") == 1
    assert play.do("a").done


def test_a_sibling_arms_its_catch_before_a_throw_acts() -> None:
    """§10.4.3: a signal thrown in one branch reaches what another branch arms in the same step, in either order."""
    for ways in (("f g c a", "f t"), ("f t", "f g c a")):
        play = Play(
            start_event(),
            gate("parallel", "f"),
            gate("eventBased", "g"),
            catch("c", on("signal", "S")),
            catch("c2", on("message", "M")),
            users("a"),
            throw("t", on("signal", "S")),
            end(),
            end("e2"),
            paths("s f", *ways, "g c2 e2", "a e", "t e"),
        )
        assert play.open == ["a"]


def test_a_parallel_catch_behind_it_wants_all() -> None:
    """§10.4.4: its triggers must all come, unless another event comes first."""
    ways = (
        start_event(),
        gate("eventBased", "g"),
        catch("both", on("signal", "S"), on("message", "M"), parallel=True),
        catch("q", on("message", "Q")),
        users("a", "b"),
        end(),
        end("e2"),
        paths("s g both a e", "g q b e2"),
    )
    assert Play(*ways).signal("S").message("M").open == ["a"]
    assert Play(*ways).signal("S").message("Q").open == ["b"]
