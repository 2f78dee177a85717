"""The complex gateway (BPMN 2.0 §13.4.5)."""

from __future__ import annotations

from tests.engine.bpmn.elements.model import (
    Play,
    end,
    expression,
    flow,
    gate,
    paths,
    start_event,
    sub,
    users,
)


def two_of(*ways: str) -> str:
    activation = expression("activationCondition", "activationCount >= 2")
    node = f'<bpmn:complexGateway id="j">{activation}</bpmn:complexGateway>'
    names = [way.split()[0] for way in ways]
    return gate("parallel", "f") + node + users(*names, "n") + paths(*(f"f {way} j" for way in ways))


def test_it_is_activated_once_and_gives_nothing_when_it_is_reset() -> None:
    """§13.4.5: what comes late is taken as it is reset, and no token goes on then."""
    play = Play(start_event(), two_of("a", "b", "c"), end(), paths("s f", "j n e"))
    play.do("a", "c")
    assert play.open == ["b", "n"]
    assert play.state.activated == {1: {"j": ("a_j", "c_j")}}
    play.do("n", "b")
    assert play.done
    assert play.times("n") == 1


def test_in_a_subprocess_the_late_token_does_not_keep_the_scope() -> None:
    """§13.4.5: the reset takes the last token of the scope, which then ends."""
    inner = sub("S", start_event("Ss"), two_of("a", "b", "c"), end("Se"), paths("Ss f", "j n Se"))
    play = Play(start_event(), inner, users("z"), end(), paths("s S z e"))
    play.do("a", "b", "n")
    assert play.open == ["c"]
    play.do("c")
    assert play.open == ["z"]
    assert play.do("z").done


def test_after_a_reset_it_counts_anew() -> None:
    """§13.4.5: a second round activates it again."""
    play = Play(
        start_event(),
        two_of("a", "b", "c"),
        gate("exclusive", "x"),
        end(),
        gate("exclusive", "m"),
        paths("s m f", "j n x"),
        flow("x", "m", "again"),
        flow("x", "e", "not(again)"),
        again=True,
    )
    play.do("a", "b", "c").do("n")
    assert play.open == ["a", "b", "c"]
    play.do("b", "c").do("n", again=False)
    assert play.open == ["a"]
    assert play.do("a").done


def test_tokens_that_came_twice_while_it_waited_for_its_reset_activate_it_again() -> None:
    """§13.4.5: only one token of each flow belongs to a round; the others are there for the next."""
    play = Play(
        start_event(),
        two_of("a", "b", "c"),
        gate("parallel", "g"),
        gate("exclusive", "m"),
        end(),
        flow("g", "m", name="g_m2"),
        paths("s g m f", "j n e"),
    )
    assert play.open == ["a", "a", "b", "b", "c", "c"]
    play.do("a", "b")
    assert play.open.count("n") == 1
    play.do("a", "b")
    assert play.open == ["c", "c", "n"]
    play.do("c", "c")
    assert play.times("n") == 2
    play.do("n", "n")
    assert play.state.status in ("completed", "incident")


def test_conditions_may_ask_whether_it_starts_or_is_reset() -> None:
    """§13.4.5: `waitingForStart` is true at the activation and false at the reset, which may give tokens too."""
    two = expression("activationCondition", "activationCount >= 2")
    body = start_event() + gate("parallel", "f") + users("a", "b", "c", "x", "y") + end()
    body += f'<bpmn:complexGateway id="g">{two}</bpmn:complexGateway>' + paths(
        "s f a g", "f b g", "f c g", "x e", "y e"
    )
    play = Play(body, flow("g", "x", "waitingForStart"), flow("g", "y", "not(waitingForStart)"))
    assert play.do("a", "b").open == ["c", "x"]
    assert play.do("c").open == ["x", "y"]
    assert play.do("x", "y").done
