"""Errors, escalations and terminate (BPMN 2.0 §10.4.6, §10.4.7, §13.5.2)."""

from __future__ import annotations

import pytest

from tests.engine.bpmn.elements.model import (
    Play,
    boundary,
    end,
    event_sub,
    gate,
    instances,
    on,
    paths,
    plain_sub,
    start_event,
    sub,
    throw,
    users,
)


def ended_by(name: str, trigger: str, *tasks: str, more: str = "", loop: str = "") -> str:
    """A subprocess of tasks whose end event throws."""
    made = plain_sub(name, *tasks, more=more, loop=loop)
    return made.replace(f'<bpmn:endEvent id="{name}9"></bpmn:endEvent>', end(f"{name}9", trigger))


def test_an_error_ends_every_scope_up_to_its_catcher() -> None:
    """§10.4.6: open tasks on all levels between end with it."""
    deep = ended_by("D", on("error", "E"), "d")
    middle = sub(
        "M", start_event("Ms"), gate("parallel", "f"), deep, users("m"), end("Me"), end("Me2"),
        paths("Ms f D Me", "f m Me2"),
    )  # fmt: skip
    outer = sub("O", start_event("Os"), middle, end("Oe"), paths("Os M Oe"))
    play = Play(
        start_event(),
        gate("parallel", "g"),
        outer,
        boundary("b", "O", on("error", "E")),
        users("n", "beside"),
        end(),
        end("e2"),
        end("e3"),
        paths("s g O e", "b n e2", "g beside e3"),
    )
    assert play.open == ["beside", "d", "m"]
    play.do("d")
    assert play.open == ["beside", "n"]
    assert play.do("n", "beside").done


def test_an_error_that_nobody_catches_is_held_and_can_be_retried() -> None:
    """§10.4.6 says nothing of it: people see it; a retry finds what then catches it, or the same again."""
    play = Play(start_event(), ended_by("S", on("error", "E"), "a"), end(), paths("s S e"))
    play.do("a")
    assert play.incidents == [("S9", "error-uncaught")]
    assert play.retry("S9").incidents == [("S9", "error-uncaught")]


@pytest.mark.parametrize(("code", "caught"), [("E1", "y"), ("E2", "x")])
def test_the_catcher_that_names_the_code_comes_before_the_one_for_any(code: str, caught: str) -> None:
    """§10.4.6: on one border, and in one scope's event subprocesses."""
    border = boundary("any", "S", on("error")) + boundary("own", "S", on("error", "E1"))
    play = Play(
        start_event(), ended_by("S", on("error", code), "a"), border, users("x", "y"), end(), end("e2"),
        end("e3"), paths("s S e", "any x e2", "own y e3"),
    )  # fmt: skip
    assert play.do("a").open == [caught]
    scope = event_sub("X", on("error"), "x") + event_sub("Y", on("error", "E1"), "y")
    play = Play(start_event(), ended_by("S", on("error", code), "a", more=scope), end(), paths("s S e"))
    assert play.do("a").open == [caught]


def test_an_error_in_one_of_several_ends_them_all() -> None:
    """§10.3.8: the border belongs to all instances together."""
    play = Play(
        start_event(),
        ended_by("S", on("error", "E"), "a", loop=instances("3")),
        boundary("b", "S", on("error", "E")),
        users("n"),
        end(),
        end("e2"),
        paths("s S e", "b n e2"),
    )
    assert play.open == ["a", "a", "a"]
    play.do("a")
    assert play.open == ["n"]
    assert play.do("n").done


def test_an_escalation_interrupts_or_not_and_uncaught_it_is_over() -> None:
    """§10.4.7: without a catcher the thrower simply goes on."""
    body = plain_sub("S", "a", "c", more=throw("t", on("escalation", "X"))).replace(
        'sourceRef="a" targetRef="c"', 'sourceRef="a" targetRef="t"'
    )
    body = body.replace("</bpmn:subProcess>", paths("t c") + "</bpmn:subProcess>")
    rest = users("n", "x") + end() + end("e2") + paths("s S n e")
    play = Play(start_event(), body, rest.replace(end("e2"), "").replace(users("x"), ""))
    assert play.do("a").open == ["c"]
    for interrupting in (True, False):
        play = Play(start_event(), body, boundary("b", "S", on("escalation", "X"), interrupting), rest, paths("b x e2"))
        play.do("a")
        assert play.open == (["x"] if interrupting else ["c", "x"])


def test_an_escalation_at_the_end_of_an_instance() -> None:
    """§10.4.7 and §10.3.8: it does not interrupt; the others go on."""
    play = Play(
        start_event(),
        ended_by("S", on("escalation", "X"), "a", loop=instances("2")),
        boundary("b", "S", on("escalation"), False),
        users("n", "x"),
        end(),
        end("e2"),
        paths("s S n e", "b x e2"),
    )
    play.do("a")
    assert play.open == ["a", "x"]
    play.do("a")
    assert play.open == ["n", "x", "x"]


def test_an_escalation_reaches_the_event_subprocess_of_an_outer_scope() -> None:
    """§10.4.7: it rises until it is caught."""
    play = Play(
        start_event(),
        ended_by("S", on("escalation", "X"), "a"),
        users("n"),
        end(),
        paths("s S n e"),
        event_sub("E", on("escalation", "X"), "x", interrupting=False),
    )
    play.do("a")
    assert play.open == ["n", "x"]


def test_terminate_ends_its_own_scope_alone() -> None:
    """§13.5.2: everything in its subprocess, nothing around it, nothing in the other instances."""
    inner = sub(
        "S", start_event("Ss"), gate("parallel", "f"), users("a", "b"), end("Se"), end("St", on("terminate")),
        paths("Ss f a Se", "f b St"), loop=instances("2"),
    )  # fmt: skip
    play = Play(
        start_event(), gate("parallel", "g"), inner, users("n", "z"), end(), end("e2"), paths("s g S n e", "g z e2")
    )
    play.do("b")
    assert play.open == ["a", "b", "z"]
    play.do("b")
    assert play.open == ["n", "z"]
    assert play.do("n", "z").done


def test_terminate_of_the_process_ends_all_with_what_listens() -> None:
    """§13.5.2: also tokens at joins, event subprocesses that run."""
    play = Play(
        start_event(),
        gate("parallel", "f", "j"),
        users("a", "b", "c"),
        end(),
        end("et", on("terminate")),
        paths("s f a j e", "f b j", "f c et"),
        event_sub("E", on("signal", "S"), "q", interrupting=False),
    )
    play.signal("S").do("a")
    assert play.open == ["b", "c", "q"]
    assert play.do("c").done
