"""Where constructs meet: what the standard says of one within another."""

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
    link,
    on,
    on_condition,
    paths,
    start_event,
    sub,
    throw,
    undone_by,
    user,
    users,
)

AFTER = users("n") + end() + paths("s S n e")
LOOPS = {
    "parallel": (instances("2"), "aabb"),
    "sequential": (instances("2", attributes='isSequential="true"'), "abab"),
    "rounds": ('<bpmn:standardLoopCharacteristics loopMaximum="2"/>', "abab"),
}


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("kind", ["subProcess", "transaction", "adHocSubProcess"])
def test_every_kind_of_subprocess_is_repeated(kind: str, loop: str) -> None:
    """§13.3.6, §13.3.7: the kinds of subprocess are activities like any other."""
    inner = start_event("S0") + users("a", "b") + end("S9") + paths("S0 a b S9")
    body = users("a", "b") + paths("a b") if kind == "adHocSubProcess" else inner
    repeated, order = LOOPS[loop]
    play = Play(start_event(), sub("S", body, kind=kind, loop=repeated), AFTER)
    for name in order:
        play.do(name)
    assert play.open == ["n"]
    assert play.do("n").done


@pytest.mark.parametrize("order", ["", 'isSequential="true"'])
def test_an_error_in_an_instance_of_a_subprocess_ends_the_whole(order: str) -> None:
    """§10.5.6, §13.3.7: the boundary event belongs to all instances; those not yet begun never begin."""
    inner = start_event("S0") + users("a") + gate("exclusive", "x", attributes='default="x_S9"') + end("S9")
    inner += end("S8", on("error", "bad")) + paths("S0 a x S9") + flow("x", "S8", "bad")
    play = Play(start_event(), sub("S", inner, loop=instances("3", attributes=order)), AFTER,
                boundary("b", "S", on("error", "bad")), users("z"), end("e2"), paths("b z e2"))  # fmt: skip
    play.do("a").do("a", bad=True)
    assert play.open == ["z"]
    assert play.do("z").done


BEHAVIOURS = {
    'behavior="One" oneBehaviorEventRef="told"': ("", 1),
    'behavior="None" noneBehaviorEventRef="told"': ("", 3),
    'behavior="All"': ("", 0),
    'behavior="Complex"': (
        '<bpmn:complexBehaviorDefinition id="cb">'
        + expression("condition", "numberOfCompletedInstances >= 2")
        + '<bpmn:event id="ce"><bpmn:signalEventDefinition id="cs" signalRef="sig"/></bpmn:event>'
        + "</bpmn:complexBehaviorDefinition>",
        2,
    ),
}


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_instances_set_off_their_boundary_events(behaviour: str) -> None:
    """§10.3.8 (behavior): after the first, after each, after those that fit, or never; the others run on."""
    inner, times = BEHAVIOURS[behaviour]
    loop = instances("3", inner, behaviour)
    task = user("S").replace("</bpmn:userTask>", f"{loop}</bpmn:userTask>")
    told = '<bpmn:signalEventDefinition id="told" signalRef="sig"/>'
    play = Play(start_event(), task, boundary("b", "S", told), users("z"), end("e2"), paths("b z e2"), AFTER)
    play.do("S", "S", "S")
    assert play.open == ["n", *["z"] * times]


def test_an_error_leaves_a_transaction_without_undoing_it() -> None:
    """§10.3.5: a hazard is no cancel; whoever catches it decides what is undone."""
    inner = start_event("S0") + users("a") + undone_by("a", "ua") + end("S9", on("error", "bad")) + paths("S0 a S9")
    play = Play(start_event(), sub("S", inner, kind="transaction"), AFTER, boundary("b", "S", on("error", "bad")),
                users("z"), end("e2"), paths("b z e2"))  # fmt: skip
    assert play.do("a").open == ["z"]
    assert play.times("ua") == 0


def test_several_starts_of_a_subprocess_all_begin() -> None:
    """§13.3.4: each of its start events without trigger gets a token."""
    inner = start_event("S0") + start_event("S1") + users("a", "b") + end("S9") + paths("S0 a S9", "S1 b S9")
    play = Play(start_event(), sub("S", inner), AFTER)
    assert play.open == ["a", "b"]
    assert play.do("a", "b").open == ["n"]


def test_event_subprocesses_three_deep() -> None:
    """§13.5.4: each stands while the one around it runs; the innermost interrupts its own scope alone."""
    third = event_sub("G", on("signal", "c"), "z")
    second = event_sub("F", on("signal", "b"), "y", interrupting=False, more=third)
    first = event_sub("E", on("signal", "a"), "x", interrupting=False, more=second)
    play = Play(start_event(), users("m"), end(), paths("s m e"), first)
    play.signal("a").signal("b").signal("c")
    assert play.open == ["m", "x", "z"]
    assert play.do("z", "x", "m").done


def test_a_loop_of_links() -> None:
    """§10.5.5 (link): a link may lead back; each round is a token that passes both ends."""
    play = Play(start_event(), gate("exclusive", "m"), user("a"), gate("exclusive", "x", attributes='default="x_t"'),
                throw("t", link("L")), catch("c", link("L")), end(), paths("s m a x t", "c m"),
                flow("x", "e", "over"))  # fmt: skip
    play.do("a", "a")
    assert (play.open, play.times("c")) == (["a"], 2)
    assert play.do("a", over=True).done


def test_a_signal_goes_from_one_scope_to_another() -> None:
    """§10.5.6: signals know no scopes; what does not interrupt runs beside."""
    inner = start_event("S0") + users("a") + end("S9") + paths("S0 a S9")
    other = event_sub("E", on("signal", "go"), "x", interrupting=False)
    thrower = users("w") + throw("t", on("signal", "go"))
    play = Play(start_event(), gate("parallel", "f"), sub("S", inner, other), thrower, end(),
                end("e2"), paths("s f S e", "f w t e2"))  # fmt: skip
    assert play.do("w").open == ["a", "x"]
    assert play.do("a", "x").done


def test_a_border_condition_fires_each_time_it_becomes_true() -> None:
    """§10.5.5 (conditional): from false to true; while it stays true nothing comes."""
    play = Play(start_event(), gate("parallel", "f"), users("k", "m", "z"), gate("exclusive", "i"), end(), end("e2"),
                boundary("b", "k", on_condition("v > 5"), interrupting=False), paths("s f k e", "b z e2", "f i m i"),
                v=0)  # fmt: skip
    for value, times in ((6, 1), (7, 1), (1, 1), (9, 2)):
        play.do("m", v=value)
        assert play.times("b") == times, value


def test_terminate_ends_one_instance() -> None:
    """§10.5.3: it ends the scope in which it stands; the other instances are scopes of their own."""
    inner = start_event("S0") + gate("parallel", "f") + users("a", "b") + end("S9") + end("S8", on("terminate"))
    play = Play(start_event(), sub("S", inner, paths("S0 f a S8", "f b S9"), loop=instances("2")), AFTER)
    assert play.do("a").open == ["a", "b"]
    assert play.do("a").open == ["n"]


def test_an_inclusive_join_awaits_what_a_boundary_event_began() -> None:
    """§13.4.3: a token that left by a boundary event which does not interrupt is awaited as well."""
    play = Play(start_event(), gate("inclusive", "g", "j"), users("a", "b", "x", "n"), end(),
                boundary("o", "a", on("signal", "go"), interrupting=False),
                paths("s g a j n e", "g b j", "o x j"))  # fmt: skip
    play.do("b").signal("go").do("a")
    assert play.open == ["x"]
    assert play.do("x").open == ["n"]
    assert play.do("n").done
