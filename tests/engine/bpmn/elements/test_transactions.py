"""Transactions (BPMN 2.0 §13.3.4)."""

from __future__ import annotations

from tests.engine.bpmn.elements.model import (
    Play,
    boundary,
    catch,
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
    undo,
    undone_by,
    users,
)

HANDLER = 'isForCompensation="true"'


def transaction(*more: str, loop: str = "") -> str:
    """Two tasks that can be undone, a third beside them; the second branch cancels on a signal."""
    return sub(
        "T",
        start_event("Ts"),
        gate("parallel", "f"),
        users("a", "b", "c"),
        undone_by("a", "ua"),
        undone_by("b", "ub"),
        catch("w", on("signal", "no")),
        end("Te"),
        end("Tc", on("cancel")),
        paths("Ts f a b c Te", "f w Tc"),
        *more,
        kind="transaction",
        loop=loop,
    )


BORDER = boundary("x", "T", on("cancel")) + users("n", "z") + end() + end("e2") + paths("s T n e", "x z e2")


def test_a_cancelled_transaction_ends_its_tasks_is_undone_and_left() -> None:
    """§13.3.4: open tasks end, what completed is undone in reverse, then the cancel boundary event goes on."""
    play = Play(start_event(), transaction(), BORDER)
    play.do("a", "b")
    assert play.open == ["c"]
    play.signal("no")
    assert play.open == ["ub"]
    assert play.times("z") == 0
    play.do("ub", "ua")
    assert play.open == ["z"]
    assert play.do("z").done


def test_a_transaction_with_nothing_to_undo_is_left_at_once() -> None:
    """§13.3.4."""
    play = Play(start_event(), transaction(), BORDER)
    play.signal("no")
    assert play.open == ["z"]


def test_without_a_boundary_event_the_token_goes_on() -> None:
    """§13.3.4: the standard names no other way; the transaction is undone and left as it stands."""
    play = Play(start_event(), transaction(), users("n"), end(), paths("s T n e"))
    play.do("a").signal("no").do("ua")
    assert play.open == ["n"]
    assert play.do("n").done


def test_an_error_in_a_handler_leaves_the_cancelled_transaction_by_its_border() -> None:
    """§13.3.4: a hazard; the whole transaction is interrupted, with what was still to be undone."""
    failing = plain_sub("H", "h", attributes=HANDLER).replace(
        '<bpmn:endEvent id="H9"></bpmn:endEvent>', end("H9", on("error", "E"))
    )
    body = sub(
        "T",
        start_event("Ts"),
        users("a", "b"),
        undone_by("a", "ua"),
        undone_by("b", "H", failing),
        end("Tc", on("cancel")),
        paths("Ts a b Tc"),
        kind="transaction",
    )
    border = boundary("x", "T", on("cancel")) + boundary("hazard", "T", on("error", "E"))
    play = Play(
        start_event(),
        body,
        border,
        users("n", "y", "z"),
        end(),
        end("e2"),
        end("e3"),
        paths("s T n e", "x y e2", "hazard z e3"),
    )
    play.do("a", "b", "h")
    assert play.open == ["z"]
    assert play.do("z").done
    assert play.times("ua") == play.times("y") == 0


def test_one_of_several_transactions_cancels_them_all() -> None:
    """§13.3.4 and §10.3.8: the boundary event belongs to the whole."""
    play = Play(start_event(), transaction(loop=instances("2")), BORDER)
    play.do("a", "a").signal("no")
    play.do("ua")
    assert play.times("z") >= 1
    play.do("z")
    assert play.done


def test_an_inner_transaction_is_cancelled_alone() -> None:
    """§13.3.4: the nearest transaction around."""
    outer = sub(
        "O",
        start_event("Os"),
        transaction(),
        boundary("x", "T", on("cancel")),
        users("n", "z"),
        end("Oe"),
        end("Oe2"),
        paths("Os T n Oe", "x z Oe2"),
        kind="transaction",
    )
    play = Play(start_event(), outer, boundary("ox", "O", on("cancel")), end(), end("e2"), paths("s O e", "ox e2"))
    play.do("a").signal("no").do("ua", "z")
    assert play.done
    assert play.times("ox") == 0


def test_what_completed_in_a_subprocess_that_still_runs_is_undone_too() -> None:
    """§10.3.5: nothing of a cancelled transaction stays done, however deep it lies; the latest goes first."""
    inner = plain_sub("M", "d", "g", more=undone_by("d", "ud"), loop=instances("2"))
    nested = sub(
        "N",
        start_event("Ns"),
        users("b"),
        undone_by("b", "ub"),
        inner,
        end("Ne"),
        paths("Ns b M Ne"),
        data="k",
    )
    play = Play(
        start_event(),
        sub(
            "T",
            start_event("Ts"),
            users("a", "c"),
            undone_by("a", "ua"),
            gate("parallel", "f"),
            nested,
            undone_by("N", "uN"),
            end("Te"),
            end("Tc", on("cancel")),
            paths("Ts a f N Te", "f c Tc"),
            kind="transaction",
        ),
        BORDER,
    )
    play.do("a").do("b", k=5).do("d", "d", "c")
    assert play.open == ["ud"]
    play.do("ud", "ud")
    assert play.open == ["ub"]
    assert play.state.seen_by(next(iter(play.state.open_tasks)))["k"] == 5
    assert play.do("ub").open == ["ua"]
    assert play.times("uN") == 0, "what never completed has nothing for its own handler"
    assert play.do("ua").open == ["z"]
    assert play.do("z").done


def test_what_a_throw_had_still_to_undo_is_undone_by_the_cancel() -> None:
    """§10.3.5: a compensation on its way is part of what the transaction did."""
    play = Play(
        start_event(),
        sub(
            "T",
            start_event("Ts"),
            gate("parallel", "f"),
            users("a", "b", "c"),
            undone_by("a", "ua"),
            undone_by("b", "ub"),
            throw("t", undo()),
            end("Te"),
            end("Tc", on("cancel")),
            paths("Ts f a b t Te", "f c Tc"),
            kind="transaction",
        ),
        BORDER,
    )
    play.do("a", "b")
    assert play.open == ["c", "ub"]
    assert play.do("c").open == ["ua"], "the handler that ran is interrupted, and over"
    assert play.do("ua").open == ["z"]


def test_a_cancelled_transaction_hears_nothing_while_it_is_undone() -> None:
    """§10.3.5: it is over but for its undoing; its event subprocesses do not bring it back."""
    play = Play(start_event(), transaction(event_sub("E", on("signal", "again"), "q")), BORDER)
    play.do("a").signal("no")
    assert play.open == ["ua"]
    assert not [item for item in play.state.subscriptions.values() if item.name == "again"]
    assert play.do("ua").open == ["z"]
