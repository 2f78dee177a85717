"""Parallel and exclusive gateways (BPMN 2.0 §13.4.1, §13.4.2)."""

from __future__ import annotations

from engine.bpmn.events import Modified
from tests.engine.bpmn.elements.model import Play, end, event_sub, flow, gate, on, paths, start_event, sub, users


def test_a_parallel_join_takes_one_token_of_each_flow_and_leaves_the_rest() -> None:
    """§13.4.1: excess tokens stay for the next activation."""
    play = Play(
        start_event(),
        gate("parallel", "f", "j"),
        gate("exclusive", "m"),
        users("a", "b", "c", "d"),
        end(),
        paths("s f a m c j d e", "f b m", "f j"),
    )
    play.do("a", "b", "c")
    assert play.open == ["c", "d"]
    play.do("c", "d")
    assert play.incidents == [("j", "join-starved")]
    assert play.state.joins == {1: {"j": {"c_j": 1}}}


def test_a_starved_join_in_a_subprocess_is_shown_there_and_goes_with_it() -> None:
    """§13.4.1: a join that can never fire is no end; when its scope is interrupted nothing of it stays."""
    starved = sub(
        "S",
        start_event("Ss"),
        gate("exclusive", "x"),
        gate("parallel", "j"),
        users("a", "b"),
        end("Se"),
        flow("x", "a", "true"),
        flow("x", "b", "false"),
        paths("Ss x", "a j Se", "b j"),
    )
    caught = f'<bpmn:boundaryEvent id="t" attachedToRef="S">{on("signal", "stop")}</bpmn:boundaryEvent>'
    play = Play(start_event(), starved, caught, users("n"), end(), paths("s S n e", "t e"))
    play.do("a")
    assert play.incidents == [("j", "join-starved")]
    assert play.state.status == "incident"
    play.retry("j")
    assert play.incidents == [("j", "join-starved")]
    play.signal("stop")
    assert play.done


def test_two_instances_of_a_starved_subprocess_are_both_shown() -> None:
    """§13.4.1: each scope has its own tokens, and its own incident."""
    starved = sub(
        "S",
        start_event("Ss"),
        gate("exclusive", "x"),
        gate("parallel", "j"),
        users("a", "b"),
        end("Se"),
        flow("x", "a", "true"),
        flow("x", "b", "false"),
        paths("Ss x", "a j Se", "b j"),
    )
    play = Play(start_event(), gate("parallel", "f"), starved, end(), flow("f", "S", name="f_S2"), paths("s f S e"))
    assert play.open == ["a", "a"]
    play.do("a", "a")
    assert play.incidents == [("j", "join-starved")] * 2


def test_an_exclusive_merge_passes_every_token() -> None:
    """§13.4.2: a merge does not wait."""
    play = Play(
        start_event(), gate("parallel", "f"), gate("exclusive", "m"), users("a", "b", "c"), end(),
        paths("s f a m c e", "f b m"),
    )  # fmt: skip
    play.do("b", "a")
    assert play.open == ["c", "c"]
    assert play.do("c", "c").done


def test_a_choice_without_a_true_condition_is_held_and_tried_again() -> None:
    """§13.4.2: without default an exception is thrown: the token waits, in its scope."""
    inner = sub(
        "S",
        start_event("Ss"),
        gate("exclusive", "x"),
        users("a", "b"),
        end("Se"),
        flow("x", "a", "v = 1"),
        flow("x", "b", "v = 2"),
        paths("Ss x", "a Se", "b Se"),
        data="v",
    )
    play = Play(start_event(), inner, end(), paths("s S e"))
    assert play.incidents == [("x", "no-flow-taken")]
    play.retry("x", v=3)
    assert play.incidents == [("x", "no-flow-taken")]
    play.retry("x", v=2)
    assert play.open == ["b"]
    assert play.do("b").done
    assert "v" not in play.state.data, "it lived in the subprocess"


def test_interrupting_takes_the_tokens_that_wait_at_joins() -> None:
    """§13.5.4: an interrupting event subprocess ends everything in its scope, waiting tokens too."""
    play = Play(
        start_event(),
        gate("parallel", "f", "j"),
        users("a", "b"),
        end(),
        paths("s f a j e", "f b j"),
        event_sub("E", on("signal", "stop"), "x"),
    )
    play.do("a")
    assert play.state.joins
    play.signal("stop")
    assert play.open == ["x"]
    assert not play.state.joins
    assert play.do("x").done


def test_a_starved_join_is_healed_by_the_token_that_it_missed() -> None:
    """§13.4.1: as it fires, what people were shown is over, and the process completes."""
    play = Play(
        start_event(),
        gate("exclusive", "x", attributes='default="x_a"'),
        users("a", "b"),
        gate("parallel", "j"),
        end(),
        paths("s x a j e", "b j"),
        flow("x", "b", "no"),
    )
    play.do("a")
    assert play.incidents == [("j", "join-starved")]
    play.send(Modified(begin=(("b", None),)))
    assert play.incidents == [("j", "join-starved")]
    assert play.do("b").done
