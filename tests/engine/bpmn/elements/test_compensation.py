"""Compensation (BPMN 2.0 §10.7, §13.5.5)."""

from __future__ import annotations

import pytest

from tests.engine.bpmn.elements.model import (
    Play,
    boundary,
    catch,
    end,
    event_sub,
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
    throw,
    undo,
    undone_by,
    user,
    users,
)

HANDLER = 'isForCompensation="true"'


def test_what_completed_is_undone_in_reverse_order_and_once() -> None:
    """§13.5.5: the reverse of the order of completion; what did not complete, or was undone, is left."""
    play = Play(
        start_event(),
        gate("parallel", "f"),
        users("a", "b", "c"),
        undone_by("a", "ua"),
        undone_by("b", "ub"),
        undone_by("c", "uc"),
        throw("t", undo()),
        throw("t2", undo()),
        catch("w", on("signal", "go")),
        end(),
        end("e2"),
        paths("s f a b t t2 e", "f c w e2"),
    )
    play.do("a", "c", "b")
    assert play.open == ["ub"]
    play.do("ub")
    assert play.open == ["uc"]
    play.do("uc")
    assert play.open == ["ua"]
    assert play.times("e") == 0, "the throw waits"
    play.do("ua").signal("go")
    assert play.done
    assert [play.times(each) for each in ("ua", "ub", "uc")] == [1, 1, 1]


def test_a_loop_is_undone_as_often_as_it_went_round() -> None:
    """§13.5.5: each completion is compensated."""
    play = Play(
        start_event(),
        gate("exclusive", "m", "x"),
        users("a"),
        undone_by("a", "ua"),
        throw("t", undo("a")),
        end(),
        paths("s m a x", "t e"),
        flow("x", "m", "more"),
        flow("x", "t", "not(more)"),
        more=True,
    )
    play.do("a", "a").do("a", more=False)
    assert play.do("ua", "ua", "ua").done


def test_one_activity_is_undone_and_the_others_stay() -> None:
    """§10.7.2: the activity that the throw names, and only that."""
    play = Play(
        start_event(),
        users("a", "b"),
        undone_by("a", "ua"),
        undone_by("b", "ub"),
        throw("t", undo("a")),
        throw("t2", undo()),
        end(),
        paths("s a b t t2 e"),
    )
    play.do("a", "b")
    assert play.open == ["ua"]
    play.do("ua")
    assert play.open == ["ub"]
    assert play.do("ub").done


def test_a_throw_that_does_not_wait_goes_on_at_once() -> None:
    """§10.4.5 (waitForCompletion): the token goes on while the handlers run; the scope waits for them."""
    inner = plain_sub("S", "a", "b", more=undone_by("a", "ua"))
    inner = inner.replace('<bpmn:endEvent id="S9"></bpmn:endEvent>', end("S9", undo(wait=False)))
    play = Play(start_event(), inner, users("n"), end(), paths("s S n e"))
    play.do("a", "b")
    assert play.open == ["ua"]
    play.do("ua")
    assert play.open == ["n"]
    whole = Play(
        start_event(), users("a", "n"), undone_by("a", "ua"), throw("t", undo(wait=False)), end(), paths("s a t n e")
    )
    whole.do("a")
    assert whole.open == ["n", "ua"]
    whole.do("n")
    assert whole.state.status == "running"
    assert whole.do("ua").done


def test_a_throw_beside_does_not_hold_an_inclusive_join() -> None:
    """§13.4.3: what is undone beside comes nowhere."""
    play = Play(
        start_event(),
        users("a", "n"),
        undone_by("a", "ua"),
        gate("parallel", "f"),
        gate("inclusive", "j"),
        throw("t", undo(wait=False)),
        end(),
        paths("s a f t j n e", "f j"),
    )
    play.do("a")
    assert play.open == ["n", "ua"]
    assert play.do("ua", "n").done


def test_a_completed_subprocess_is_undone_inside_with_its_data() -> None:
    """§13.5.5: without a handler of its own its activities are undone, and see the data as they were."""
    mapped = '<zeebe:ioMapping><zeebe:output source="=v" target="seen"/></zeebe:ioMapping>'
    handler = user("ux", mapped, HANDLER)
    inner = plain_sub("S", "x", "y", more=undone_by("x", "ux", handler) + undone_by("y", "uy"), data="v")
    play = Play(start_event(), inner, users("n"), throw("t", undo()), end(), paths("s S n t e"), v="outer")
    play.do("x", v="inner")
    play.do("y", "n")
    assert play.state.data["v"] == "outer"
    assert play.open == ["uy"]
    play.do("uy")
    assert play.open == ["ux"]
    play.do("ux")
    assert play.done
    assert play.state.data["seen"] == "inner"


def test_nested_subprocesses_are_undone_from_the_inside_of_the_last() -> None:
    """§13.5.5: records lie within records."""
    deep = plain_sub("D", "d", more=undone_by("d", "ud"))
    outer = sub(
        "S",
        start_event("Ss"),
        users("x"),
        undone_by("x", "ux"),
        deep,
        end("Se"),
        paths("Ss x D Se"),
    )
    play = Play(start_event(), users("a"), undone_by("a", "ua"), outer, throw("t", undo()), end(), paths("s a S t e"))
    play.do("a", "x", "d")
    for each in ("ud", "ux", "ua"):
        assert play.open == [each]
        play.do(each)
    assert play.done


def test_each_instance_is_undone_the_last_one_first() -> None:
    """§13.5.5: a multi-instance activity is compensated instance by instance, each with its snapshot."""
    inner = plain_sub("S", "x", more=undone_by("x", "ux"), loop=instances("3"))
    play = Play(start_event(), inner, throw("t", undo()), end(), paths("s S t e"))
    play.do("x", "x", "x")
    counters = []
    for _ in range(3):
        (task,) = play.state.open_tasks
        counters.append(play.state.seen_by(task)["loopCounter"])
        play.do("ux")
    assert counters == [3, 2, 1]
    assert play.done


def test_an_event_subprocess_undoes_the_whole() -> None:
    """§10.7.1: a compensation event subprocess replaces the default; it may undo the parts itself."""
    begin = f'<bpmn:startEvent id="Es">{on("compensate")}</bpmn:startEvent>'
    undoing = sub(
        "E",
        begin,
        users("before", "after"),
        throw("again", undo()),
        end("Ee"),
        paths("Es before again after Ee"),
        attributes='triggeredByEvent="true"',
    )
    inner = plain_sub("S", "x", more=undone_by("x", "ux") + undoing)
    play = Play(start_event(), inner, throw("t", undo()), end(), paths("s S t e"))
    play.do("x")
    for each in ("before", "ux", "after"):
        assert play.open == [each]
        play.do(each)
    assert play.done


def test_an_event_subprocess_names_an_activity_around_it() -> None:
    """§10.7.2: also when something in it completed that can be undone."""
    undoing = sub(
        "E",
        start_event("Es", on("signal", "bad")),
        users("x"),
        undone_by("x", "ux"),
        end("Ee", undo("a")),
        paths("Es x Ee"),
        attributes='triggeredByEvent="true"',
    )
    play = Play(start_event(), users("a", "b"), undone_by("a", "ua"), end(), paths("s a b e"), undoing)
    play.do("a").signal("bad").do("x")
    assert play.open == ["ua"]
    assert play.do("ua").done


def test_a_handler_may_be_a_subprocess_and_done_several_times() -> None:
    """§10.7.1: any activity may compensate; with no instance there is nothing to wait for."""
    handler = plain_sub("H", "h", attributes=HANDLER)
    several = looped(user("ub", attributes=HANDLER), instances("=n"))
    parts = (
        start_event(),
        users("a", "b"),
        undone_by("a", "H", handler),
        undone_by("b", "ub", several),
        throw("t", undo()),
        end(),
        paths("s a b t e"),
    )
    play = Play(*parts, n=2)
    play.do("a", "b")
    assert play.open == ["ub", "ub"]
    play.do("ub", "ub")
    assert play.open == ["h"]
    assert play.do("h").done
    none = Play(*parts, n=0).do("a", "b")
    assert none.open == ["h"]
    assert none.do("h").done


def test_a_handler_that_is_interrupted_is_over() -> None:
    """§13.5.3: the boundary event of a handler; what comes after it belongs to the compensation."""
    play = Play(
        start_event(),
        users("a", "n"),
        undone_by("a", "ua"),
        boundary("lb", "ua", on("signal", "late")),
        throw("t", undo()),
        end(),
        end("e2"),
        paths("s a t e", "lb n e2"),
    )
    play.do("a").signal("late")
    assert play.open == ["n"]
    assert play.times("e") == 0
    assert play.do("n").done
    assert play.times("e") == 1


def test_a_compensation_that_is_interrupted_leaves_nothing() -> None:
    """§13.5.4: the handlers live within the throw, and go with it."""
    inner = plain_sub("S", "a", more=undone_by("a", "ua"))
    inner = inner.replace('<bpmn:endEvent id="S9"></bpmn:endEvent>', end("S9", undo()))
    play = Play(
        start_event(),
        inner,
        boundary("b", "S", on("signal", "stop")),
        users("n"),
        end(),
        paths("s S e", "b n e"),
    )
    play.do("a")
    assert play.open == ["ua"]
    play.signal("stop")
    assert play.open == ["n"]
    assert play.do("n").done


def test_an_incident_of_a_handler_holds_the_compensation() -> None:
    """Never dropped: the throw waits until the handler is mended."""
    condition = looped(user("ua", attributes=HANDLER), instances("=n"))
    play = Play(
        start_event(), users("a"), undone_by("a", "ua", condition), throw("t", undo()), end(), paths("s a t e"), n="x"
    )
    play.do("a")
    assert play.incidents == [("ua", "cardinality-unreadable")]
    play.retry("ua", n=1)
    assert play.open == ["ua"]
    assert play.do("ua").done


def test_an_error_while_a_subprocess_is_undone_does_not_come_to_its_own_border() -> None:
    """§10.7: the subprocess completed long since; what stands around the throw catches."""
    handler = plain_sub("H", "h", attributes=HANDLER).replace(
        '<bpmn:endEvent id="H9"></bpmn:endEvent>', end("H9", on("error", "E"))
    )
    inner = plain_sub("S", "x", more=undone_by("x", "H", handler))
    play = Play(
        start_event(),
        inner,
        boundary("own", "S", on("error", "E")),
        throw("t", undo()),
        end(),
        end("e2"),
        paths("s S t e", "own e2"),
        event_sub("R", on("error", "E"), "rescue"),
    )
    play.do("x", "h")
    assert play.open == ["rescue"]
    assert play.do("rescue").done
    assert play.times("own") == 0


def test_nothing_to_undo_is_no_hindrance() -> None:
    """§10.7.2: a throw finds nothing that completed and goes on."""
    assert Play(start_event(), throw("t", undo()), end(), paths("s t e")).done


def test_what_was_interrupted_is_not_undone() -> None:
    """§13.5.5: only completed activities are compensated, with those completed within them."""
    inner = plain_sub("S", "x", "y", more=undone_by("x", "ux"))
    play = Play(
        start_event(),
        inner,
        boundary("b", "S", on("signal", "stop")),
        gate("exclusive", "m"),
        throw("t", undo()),
        end(),
        paths("s S m t e", "b m"),
    )
    play.do("x").signal("stop")
    assert play.done
    assert play.times("ux") == 0


def test_an_adhoc_subprocess_is_undone_too() -> None:
    """§13.3.5 and §13.5.5 together."""
    condition = expression("completionCondition", "true")
    inner = sub("S", users("x", "y"), undone_by("x", "ux"), condition, kind="adHocSubProcess")
    play = Play(start_event(), inner, throw("t", undo()), end(), paths("s S t e"))
    play.do("x")
    assert play.open == ["ux"]
    assert play.do("ux").done


def test_an_end_event_undoes_and_then_ends_its_scope() -> None:
    """§13.5.6: all that an end event has is thrown; what it waits for comes before what ends everything."""
    play = Play(start_event(), gate("parallel", "f"), users("a", "b", "w"), undone_by("a", "ua"), end("e2"),
                end("e", undo() + on("terminate")), paths("s f a w e", "f b e2"))  # fmt: skip
    play.do("a", "w")
    assert play.open == ["b", "ua"]
    assert play.do("ua").done


def test_an_end_event_undoes_and_then_throws_its_error() -> None:
    """§13.5.6: the error is caught at the border once all is undone."""
    inner = start_event("S0") + users("a") + undone_by("a", "ua") + end("S9", undo() + on("error", "bad"))
    play = Play(start_event(), sub("S", inner, paths("S0 a S9")), boundary("b", "S", on("error", "bad")), end("e2"),
                users("n", "z"), end(), paths("s S n e", "b z e2"))  # fmt: skip
    assert play.do("a").open == ["ua"]
    assert play.do("ua").open == ["z"]


@pytest.mark.parametrize("order", ["", 'isSequential="true"'])
def test_each_instance_of_a_subprocess_is_undone_with_its_own_data(order: str) -> None:
    """§13.5.5: inside, by its event subprocess, or by the handler of the whole; each once, the last first."""
    loop, ways = instances("2", attributes=order), throw("t", undo("S")) + users("n") + end() + paths("s S t n e")
    inside = plain_sub("S", "a", more=undone_by("a", "u"), loop=loop)
    within = plain_sub("S", "a", more=event_sub("E", on("compensate"), "u"), loop=loop)
    for parts in ((inside,), (within,), (plain_sub("S", "a", loop=loop), undone_by("S", "u"))):
        play = Play(start_event(), *parts, ways)
        play.do("a", "a")
        counters = []
        while "u" in play.open:
            counters.append(play.state.seen_by(next(iter(play.state.open_tasks))).get("loopCounter"))
            play.do("u")
        assert play.open == ["n"]
        assert len(counters) == 2
        if parts[1:] == ():
            assert counters == [2, 1]


def test_an_error_handler_undoes_what_its_scope_had_done() -> None:
    """§10.7.3: the event subprocess that catches the error may still compensate the activities of its scope."""
    handler = sub("E", start_event("E0", on("error", "bad")), throw("t", undo("a")), users("x"), end("E9"),
                  paths("E0 t x E9"), attributes='triggeredByEvent="true"')  # fmt: skip
    inner = start_event("S0") + users("a") + undone_by("a", "ua") + end("S9", on("error", "bad")) + paths("S0 a S9")
    play = Play(start_event(), sub("S", inner, handler), users("n"), end(), paths("s S n e"))
    assert play.do("a").open == ["ua"]
    assert play.do("ua").open == ["x"]
    assert play.do("x").open == ["n"]
