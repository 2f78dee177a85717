"""The inclusive gateway waits for what can still come (BPMN 2.0 §13.4.3)."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from tests.engine.bpmn.elements.model import (
    Play,
    boundary,
    catch,
    end,
    flow,
    gate,
    link,
    on,
    paths,
    plain_sub,
    start_event,
    throw,
    users,
)

SPLIT = start_event() + gate("inclusive", "f", "j") + users("a", "b", "c", "n") + end()
FLOWS = paths("s f", "a j n e", "b j", "c j") + "".join(flow("f", each, f"use{each}") for each in "abc")


@pytest.mark.parametrize("chosen", ["a", "ab", "bc", "abc"])
def test_the_join_fires_once_when_all_that_were_chosen_came(chosen: str) -> None:
    """§13.4.3: in any order of completion."""
    for order in permutations(chosen):
        used: dict[str, Any] = {f"use{each}": each in chosen for each in "abc"}
        play = Play(SPLIT, FLOWS, **used)
        for each in order:
            assert play.times("j") == 0
            play.do(each)
        assert play.open == ["n"]
        assert play.do("n").done
        assert play.times("j") == 1


def test_a_boundary_upstream_is_a_way_to_the_join() -> None:
    """§13.4.3: a token in an activity may come by its boundary event."""
    play = Play(
        start_event(),
        gate("parallel", "f"),
        gate("inclusive", "j"),
        users("a", "b", "c", "n"),
        boundary("t", "b", on("signal", "late")),
        end(),
        end("e2"),
        paths("s f a j n e", "f b e2", "t c j"),
    )
    play.do("a")
    assert play.times("j") == 0
    play.signal("late")
    assert play.open == ["c"]
    play.do("c")
    assert play.open == ["n"]


def test_a_link_upstream_is_a_way_to_the_join() -> None:
    """§13.4.3 and §10.4.5: a token before a link may come by its other end."""
    play = Play(
        start_event(),
        gate("parallel", "f"),
        gate("inclusive", "j"),
        users("a", "b", "n"),
        throw("l1", link("L")),
        catch("l2", link("L")),
        end(),
        paths("s f a j n e", "f b l1", "l2 j"),
    )
    play.do("a")
    assert play.open == ["b"]
    play.do("b")
    assert play.open == ["n"]
    assert play.times("j") == 1


def test_a_loop_back_to_the_join_does_not_make_it_wait_for_itself() -> None:
    """§13.4.3: ways through the join itself do not count; round by round it fires."""
    play = Play(
        start_event(),
        gate("inclusive", "j"),
        gate("exclusive", "x"),
        users("a"),
        end(),
        paths("s j a x"),
        flow("x", "j", "more"),
        flow("x", "e", "not(more)"),
        more=True,
    )
    for _ in range(3):
        assert play.open == ["a"]
        play.do("a")
    assert play.do("a", more=False).done
    assert play.times("j") == 4


def test_two_joins_that_wait_for_each_other_fire_in_the_order_of_their_tokens() -> None:
    """§13.4.3 leaves a cycle of joins open: neither waits for ever, the one whose token came first goes first."""
    play = Play(
        start_event(),
        gate("parallel", "f"),
        gate("inclusive", "j1", "j2"),
        gate("exclusive", "x1", "x2"),
        users("a", "b"),
        end(),
        paths("s f a j1 x1", "f b j2 x2"),
        flow("x1", "j2", "once"),
        flow("x1", "e", "not(once)"),
        flow("x2", "j1", "false"),
        flow("x2", "e", "true"),
        once=False,
    )
    play.do("b", "a")
    assert play.done
    assert [each for each in play.entered if each in ("j1", "j2")] == ["j2", "j1"]


def test_a_token_that_already_holds_one_flow_does_not_make_the_join_wait() -> None:
    """§13.4.3: a token that can come by a flow which has one already is not awaited on another."""
    play = Play(
        start_event(),
        gate("parallel", "f"),
        gate("exclusive", "x"),
        gate("inclusive", "j"),
        users("a", "b", "c", "n"),
        end(),
        paths("s f a x", "f b x", "c j n e"),
        flow("x", "j", "direct", name="d"),
        flow("x", "c", "not(direct)"),
        direct=False,
    )
    play.do("a", "c")
    assert play.open == ["b", "n"], "b can come by d, but also by the flow that has a token"
    play.do("b", direct=True)
    assert play.open == ["n", "n"]


def test_a_held_token_upstream_is_awaited() -> None:
    """§13.4.3: what an incident holds can still come."""
    play = Play(
        start_event(),
        gate("parallel", "f"),
        gate("exclusive", "x"),
        gate("inclusive", "j"),
        users("a", "n"),
        end(),
        end("e2"),
        paths("s f a j n e", "f x"),
        flow("x", "j", "v = 1"),
        flow("x", "e2", "v = 2"),
    )
    play.do("a")
    assert play.times("j") == 0
    play.retry("x", v=2)
    assert play.open == ["n"]


def test_each_subprocess_joins_its_own_tokens() -> None:
    """§13.4.3: tokens of another scope are not awaited."""
    inner = plain_sub("S", more=gate("inclusive", "k", "j") + users("a", "b") + end("z") + paths("S0 k a j z", "k b j"))
    play = Play(start_event(), gate("parallel", "f"), inner, end(), flow("f", "S", name="f_S2"), paths("s f S e"))
    first = [key for key, at in play.state.open_tasks.items() if at == "a"]
    assert len(first) == 2
    play.do("a", "b")
    assert play.times("j") == 1
    assert play.do("a", "b").done
