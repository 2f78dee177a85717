"""Multiple instances, standard loops, quantities, ad-hoc subprocesses (BPMN 2.0 §10.3.8, §13.3.5)."""

from __future__ import annotations

import time
from typing import Any

import pytest

from engine.bpmn.events import Modified
from tests.engine.bpmn.elements.model import (
    Play,
    boundary,
    end,
    expression,
    flow,
    gate,
    instances,
    looped,
    on,
    paths,
    plain_sub,
    start_event,
    sub,
    user,
    users,
)
from tests.engine.bpmn.models import mapping, script, service

UNTIL = expression("completionCondition", "numberOfCompletedInstances >= 2")


def standard(condition: str = "", attributes: str = "") -> str:
    inner = expression("loopCondition", condition) if condition else ""
    return f"<bpmn:standardLoopCharacteristics {attributes}>{inner}</bpmn:standardLoopCharacteristics>"


def counters(play: Play) -> list[object]:
    return [play.state.seen_by(task)["loopCounter"] for task in play.state.open_tasks]


@pytest.mark.parametrize("element", ["task", "subprocess"])
def test_parallel_instances_end_in_any_order(element: str) -> None:
    """§10.3.8: all at once; the token goes on when all are done."""
    loop = instances("=n")
    host = looped(user("a"), loop) if element == "task" else plain_sub("S", "a", loop=loop)
    name = "a" if element == "task" else "S"
    play = Play(start_event(), host, users("z"), end(), paths(f"s {name} z e"), n=3)
    assert counters(play) == [1, 2, 3]
    play.do("a", "a")
    assert play.open == ["a"]
    play.do("a")
    assert play.open == ["z"]
    assert Play(start_event(), host, users("z"), end(), paths(f"s {name} z e"), n=0).open == ["z"]


@pytest.mark.parametrize("element", ["task", "subprocess"])
def test_a_sequence_has_one_at_a_time(element: str) -> None:
    """§10.3.8 (isSequential)."""
    loop = instances("3", attributes='isSequential="true"')
    host = looped(user("a"), loop) if element == "task" else plain_sub("S", "a", loop=loop)
    play = Play(start_event(), host, users("z"), end(), paths(f"s {'a' if element == 'task' else 'S'} z e"))
    for number in (1, 2, 3):
        assert counters(play) == [number]
        play.do("a")
    assert play.open == ["z"]


def test_the_completion_condition_ends_the_rest() -> None:
    """§10.3.8 (completionCondition): running instances are cancelled with all that lives in them."""
    deep = plain_sub("S", "a", "b", loop=instances("4", UNTIL))
    play = Play(start_event(), deep, users("z"), end(), paths("s S z e"))
    play.do("a", "b", "a")
    assert play.open == ["a", "a", "b"]
    play.do("b")
    assert play.open == ["z"]
    assert play.do("z").done


def test_loops_in_loops() -> None:
    """§10.3.8: sequences of parallels; the inner counter hides the outer."""
    inner = looped(user("a"), instances("2"))
    outer = sub("S", inner, loop=instances("2", attributes='isSequential="true"'))
    play = Play(start_event(), outer, end(), paths("s S e"))
    assert counters(play) == [1, 2]
    play.do("a", "a")
    assert counters(play) == [1, 2]
    assert play.do("a", "a").done


def test_an_instance_that_cannot_begin_is_the_same_when_it_is_retried() -> None:
    """§10.3.8: no instance is skipped and no member lost."""
    stuck = user("a", mapping("input to: =address", "input to.name.first: =x"))
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics "
        'inputCollection="=list" inputElement="x"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>'
    )
    play = Play(start_event(), looped(stuck, loop), end(), paths("s a e"), list=["p", "q"], address={"name": "?"})
    assert play.incidents == [("a", "mapping-overlaps")] * 2
    play.retry("a").retry("a")
    assert play.incidents == [("a", "mapping-overlaps")] * 2
    play.retry("a", address={}).retry("a")
    assert [play.state.seen_by(task)["x"] for task in play.state.open_tasks] == ["p", "q"]
    assert counters(play) == [1, 2]
    assert play.do("a", "a").done


def test_a_job_in_a_loop_keeps_its_number_over_a_retry() -> None:
    """§10.3.8: what an instance has for itself is there when its inputs are evaluated again."""
    for loop in (instances("2"), standard("loopCounter < 2"), instances("2", attributes='isSequential="true"')):
        job = looped(service("j", extra=mapping("input n: =loopCounter * 10", "output last: =n")), loop)
        play = Play(start_event(), job, end(), paths("s j e"))
        play.fail("j").retry("j")
        while play.state.open_jobs:
            play.job("j")
        assert play.done
        assert play.state.data["last"] in (10, 20)


def test_a_thousand_instances() -> None:
    """§10.3.8: as many as are allowed, behind other tasks, within one step's budget; also of subprocesses."""
    small = paths("s x1 x2 x3 S z e")
    for host in (
        looped(user("S"), instances("1000")),
        sub("S", script("b", "1"), user("a"), paths("b a"), loop=instances("1000")),
    ):
        begun = time.monotonic()
        scripts = "".join(script(f"x{number}", "1") for number in (1, 2, 3))
        play = Play(start_event(), scripts, host, users("z"), end(), small)
        assert len(play.open) == 1000
        assert not play.incidents
        play.do(play.open[0])
        assert len(play.open) == 999
        assert time.monotonic() - begun < 5


def test_an_endless_loop_around_instances_is_still_stopped() -> None:
    """Bounded: instances widen the budget of a step once, not in every round."""
    several = looped(script("b", "1"), instances("50"))
    play = Play(
        start_event(),
        gate("exclusive", "m", "x"),
        several,
        end(),
        paths("s m b x"),
        flow("x", "m", "true"),
        flow("x", "e", "false"),
    )
    assert {code for _, code in play.incidents} == {"step-budget"}


@pytest.mark.parametrize("element", ["task", "subprocess"])
def test_a_standard_loop_tests_after_or_before(element: str) -> None:
    """§10.3.8 (testBefore, loopMaximum): at least once, or perhaps never; at most as often as it says."""

    def rounds(loop: str, **data: Any) -> int:
        host = looped(user("a"), loop) if element == "task" else plain_sub("S", "a", loop=loop)
        play = Play(start_event(), host, end(), paths(f"s {'a' if element == 'task' else 'S'} e"), **data)
        times = 0
        while play.open:
            assert play.open == ["a"]
            play.do("a")
            times += 1
        assert play.done
        return times

    assert rounds(standard("more"), more=False) == 1
    assert rounds(standard("more", 'testBefore="true"'), more=False) == 0
    assert rounds(standard("loopCounter < 3"), more=False) == 3
    assert rounds(standard("", 'loopMaximum="2"')) == 2
    assert rounds(standard("more", 'loopMaximum="2"'), more=True) == 2


def test_a_loop_condition_that_fails_keeps_the_result() -> None:
    """Never dropped: the round is done; its result is put when the condition can be evaluated."""
    play = Play(start_event(), looped(user("a"), standard("v")), end(), paths("s a e"), v=5)
    play.do("a", got=1)
    assert play.incidents == [("a", "condition-not-boolean")]
    play.retry("a", v=False)
    assert play.done
    assert play.state.data["got"] == 1


def test_an_interrupted_loop_leaves_nothing() -> None:
    """§13.5.3: instances, members to come, timers."""
    play = Play(
        start_event(),
        plain_sub("S", "a", loop=instances("5", attributes='isSequential="true"')),
        boundary("b", "S", on("signal", "stop")),
        end(),
        end("e2"),
        paths("s S e", "b e2"),
    )
    assert play.do("a").signal("stop").done


def test_start_quantity_waits_for_its_tokens_and_completion_quantity_gives_several() -> None:
    """§10.3 table 10.3: tokens are collected over all flows; too few are shown, none is lost."""
    body = (
        start_event(),
        gate("parallel", "f"),
        users("a", "b", "c"),
        user("q", attributes='startQuantity="2" completionQuantity="3"'),
        users("z"),
        end(),
        paths("s f a q z e", "f b q", "f c q"),
    )
    play = Play(*body)
    play.do("b")
    assert "q" not in play.open
    play.do("a")
    assert play.open == ["c", "q"]
    play.do("q")
    assert play.open == ["c", "z", "z", "z"]
    play.do("z", "z", "z", "c")
    assert play.incidents == [("q", "join-starved")]


def test_an_activity_that_cannot_begin_keeps_all_the_tokens_it_wants() -> None:
    """Table 10.3: the tokens were taken once; a retry begins it, without waiting for more."""
    host = looped(user("q", attributes='startQuantity="2"'), instances("=n"))
    play = Play(
        start_event(), gate("parallel", "f"), gate("exclusive", "m"), host, end(),
        flow("f", "m", name="f2"), paths("s f m q e"), n="x",
    )  # fmt: skip
    assert play.incidents == [("q", "cardinality-unreadable")]
    play.retry("q", n=1)
    assert play.open == ["q"]
    assert play.do("q").done


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_instances_ended_by_hand_do_not_keep_the_loop(sequential: str) -> None:
    """§10.3.8: what is ended does not complete; the others do, and the token goes on."""
    loop = instances("3", attributes=f'isSequential="{sequential}"')
    play = Play(start_event(), looped(user("a"), loop), users("z"), end(), paths("s a z e"))
    play.do("a")
    first = next(iter(play.state.open_tasks))
    play.send(Modified(cancel=(first,))).do("a")
    assert play.open == ["z"]
    assert play.do("z").done


def adhoc(condition: str, attributes: str = "") -> str:
    part = expression("completionCondition", condition)
    return sub("A", users("a", "b", "c"), part, kind="adHocSubProcess", attributes=attributes)


def test_an_adhoc_subprocess_ends_by_its_condition() -> None:
    """§13.3.5: looked at as each activity completes; what still runs is cancelled, or awaited."""
    play = Play(start_event(), adhoc("ready"), users("z"), end(), paths("s A z e"), ready=False)
    assert play.open == ["a", "b", "c"]
    play.do("b")
    assert play.open == ["a", "c"]
    play.do("a", ready=True)
    assert play.open == ["z"]
    waits = Play(
        start_event(),
        adhoc("ready", 'cancelRemainingInstances="false"'),
        users("z"),
        end(),
        paths("s A z e"),
        ready=True,
    )
    waits.do("b")
    assert waits.open == ["a", "c"]
    waits.do("a", "c")
    assert waits.open == ["z"]


def test_an_adhoc_sequence_goes_one_by_one_until_its_condition() -> None:
    """§13.3.5 (ordering): the rest does not begin when the condition holds."""
    play = Play(start_event(), adhoc("ready", 'ordering="Sequential"'), end(), paths("s A e"), ready=False)
    for each in ("a", "b", "c"):
        assert play.open == [each]
        play.do(each)
    assert play.done
    early = Play(start_event(), adhoc("ready", 'ordering="Sequential"'), end(), paths("s A e"), ready=False)
    assert early.do("a", ready=True).done
