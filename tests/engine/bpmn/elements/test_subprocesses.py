"""Subprocesses, call activities and the data that live in them (BPMN 2.0 §10.3.5, §10.3.6, §13.3.4)."""

from __future__ import annotations

from tests.engine.bpmn.elements.model import (
    Play,
    boundary,
    call,
    called,
    catch,
    end,
    flow,
    gate,
    instances,
    on,
    on_condition,
    paths,
    plain_sub,
    start_event,
    sub,
    user,
    users,
)
from tests.engine.bpmn.models import mapping, service


def test_it_completes_when_nothing_moves_or_lives_in_it() -> None:
    """§13.3.4: every branch ends before the token goes on, once."""
    inner = sub(
        "S",
        start_event("Ss"),
        gate("parallel", "f"),
        users("a", "b"),
        end("Se"),
        end("Se2"),
        paths("Ss f a Se", "f b Se2"),
    )
    play = Play(start_event(), inner, users("n"), end(), paths("s S n e"))
    play.do("b")
    assert play.open == ["a"]
    play.do("a")
    assert play.open == ["n"]
    assert play.do("n").done


def test_an_empty_subprocess_is_done_at_once() -> None:
    """§13.3.4: nothing lives in it."""
    assert Play(start_event(), sub("S"), end(), paths("s S e")).done


def test_without_start_events_everything_that_nothing_leads_to_begins() -> None:
    """§10.3.5: activities without incoming flows start in parallel; event subprocesses and handlers do not."""
    inner = sub(
        "S",
        users("a", "b", "c"),
        paths("a c"),
        user("h", attributes='isForCompensation="true"'),
        boundary("bd", "a", on("signal", "never")),
        users("d"),
        paths("bd d"),
    )
    play = Play(start_event(), inner, end(), paths("s S e"))
    assert play.open == ["a", "b"]
    assert play.do("a", "b", "c").done


def test_several_tokens_make_several_scopes() -> None:
    """§13.3.4: each token has its own subprocess, with its own data."""
    inner = plain_sub("S", "a", data="v")
    play = Play(
        start_event(), gate("parallel", "f"), inner, users("n"), end(), flow("f", "S", name="f2"), paths("s f S n e")
    )
    play.do("a", v=1)
    assert play.open == ["a", "n"]
    assert "v" not in play.state.data
    assert play.do("a", "n", "n").done


def test_nested_scopes_hide_data_and_give_the_rest_to_the_process() -> None:
    """§10.5.1 (data): a name is put where it lives, seen from inside; what lives nowhere goes to the process."""
    deep = plain_sub("D", "d", data="x")
    outer = sub("O", start_event("Os"), deep, users("o"), end("Oe"), paths("Os D o Oe"), data="x y")
    play = Play(start_event(), outer, end(), paths("s O e"), x=0)
    play.do("d", x=1, y=2, z=3)
    (task,) = play.state.open_tasks
    assert {name: play.state.seen_by(task)[name] for name in "xyz"} == {"x": None, "y": 2, "z": 3}
    play.do("o")
    assert play.done
    assert play.state.data == {"x": 0, "z": 3}


def test_inputs_live_in_the_subprocess_and_outputs_go_out() -> None:
    """§10.5.2 (mappings): inner changes of an input stay inside; the outputs alone are put outside."""
    mapped = f"<bpmn:extensionElements>{mapping('input v: =v + 1', 'output out: =v * 10')}</bpmn:extensionElements>"
    inner = plain_sub("S", "a").replace('<bpmn:subProcess id="S" >', f'<bpmn:subProcess id="S">{mapped}')
    assert "ioMapping" in inner
    play = Play(start_event(), inner, end(), paths("s S e"), v=1)
    (task,) = play.state.open_tasks
    assert play.state.seen_by(task)["v"] == 2
    play.do("a", v=5)
    assert play.done
    assert play.state.data == {"v": 1, "out": 50}


def test_a_call_runs_the_process_with_what_it_is_given() -> None:
    """§10.3.6: the called process is a scope of its own; its tasks open, the caller waits."""
    play = Play(
        start_event(),
        call("k", "other", mapping("input v: =1", "output out: =v")),
        users("n"),
        end(),
        paths("s k n e"),
        called("other", start_event("Ps"), users("a"), end("Pe"), paths("Ps a Pe")),
    )
    assert play.open == ["a"]
    play.do("a", v=7)
    assert play.open == ["n"]
    assert play.state.data == {"out": 7}


def test_an_error_of_a_called_process_comes_to_the_border_of_the_call() -> None:
    """§10.4.6 over §10.3.6."""
    play = Play(
        start_event(),
        call("k", "other"),
        boundary("b", "k", on("error", "E")),
        users("n"),
        end(),
        end("e2"),
        paths("s k e", "b n e2"),
        called("other", start_event("Ps"), users("a"), end("Pe", on("error", "E")), paths("Ps a Pe")),
    )
    assert play.do("a").open == ["n"]


def test_the_same_process_called_at_once_in_many_places() -> None:
    """§10.3.6: each call has its own scope, its own joins."""
    body = called(
        "other",
        start_event("Ps"),
        gate("parallel", "f", "j"),
        users("a", "b"),
        end("Pe"),
        paths("Ps f a j Pe", "f b j"),
    )
    play = Play(start_event(), call("k", "other", loop=instances("2")), users("n"), end(), paths("s k n e"), body)
    assert play.open == ["a", "a", "b", "b"]
    play.do("a", "b")
    assert play.times("j") == 1
    play.do("a", "b")
    assert play.open == ["n"]


def test_a_process_that_calls_itself_is_stopped() -> None:
    """Bounded: calls without end are an incident, not a crash; interrupting it leaves nothing."""
    play = Play(
        start_event(),
        call("k", "other"),
        boundary("b", "k", on("signal", "stop")),
        end(),
        end("e2"),
        paths("s k e", "b e2"),
        called("other", start_event("Ps"), call("again", "other"), end("Pe"), paths("Ps again Pe")),
    )
    assert play.incidents == [("again", "too-deep")]
    play.retry("again")
    assert play.incidents == [("again", "too-deep")]
    assert play.signal("stop").done


def test_a_called_process_that_starts_by_a_message_alone_is_done_at_once() -> None:
    """§10.5.2: only a start event without trigger starts with a call; the caller does not wait for ever."""
    play = Play(
        start_event(),
        call("k", "other"),
        end(),
        paths("s k e"),
        called("other", start_event("Ps", on("message", "M")), users("a"), end("Pe"), paths("Ps a Pe")),
    )
    assert play.done


def test_an_endless_loop_in_a_subprocess_hits_the_budget_and_a_retry_goes_on() -> None:
    """Bounded: it is held in its scope with its tokens; a retry with other data ends it."""
    loop = sub(
        "S",
        start_event("Ss"),
        gate("exclusive", "m", "x"),
        end("Se"),
        paths("Ss m x"),
        flow("x", "m", "more"),
        flow("x", "Se", "not(more)"),
    )
    play = Play(start_event(), loop, users("n"), end(), paths("s S n e"), more=True)
    ((element, code),) = play.incidents
    assert code == "step-budget"
    play.retry(element)
    assert [code for _, code in play.incidents] == ["step-budget"]
    play.retry(play.incidents[0][0], more=False)
    assert play.open == ["n"]
    assert play.do("n").done


def test_an_incident_held_in_a_scope_goes_with_the_scope() -> None:
    """§13.5.3: a token, a job and a result that are held, each in its own scope."""
    bad = '<zeebe:ioMapping><zeebe:output source="=1" target="box.in.deep"/></zeebe:ioMapping>'
    inner = sub(
        "S",
        start_event("Ss"),
        gate("parallel", "f"),
        gate("exclusive", "x"),
        service("j"),
        user("a", bad),
        end("Se"),
        end("Se2"),
        end("Se3"),
        end("Se4"),
        paths("Ss f x", "f j Se2", "f a Se3"),
        flow("x", "Se", "false"),
        flow("x", "Se4", "false"),
    )
    play = Play(
        start_event(),
        inner,
        boundary("b", "S", on("signal", "stop")),
        users("n"),
        end(),
        end("e2"),
        paths("s S e", "b n e2"),
        box={"in": 1},
    )
    play.fail("j").do("a")
    assert {element for element, _ in play.incidents} == {"x", "j", "a"}
    play.signal("stop")
    assert not play.incidents
    assert play.do("n").done


def test_a_scope_whose_last_thing_is_an_incident_completes_by_the_retry() -> None:
    """§13.3.4: what is held lives; once mended it is the end of the scope."""
    inner = sub(
        "S",
        start_event("Ss"),
        gate("exclusive", "x"),
        end("Se"),
        end("Se2"),
        paths("Ss x"),
        flow("x", "Se", "ok = 1"),
        flow("x", "Se2", "ok = 2"),
    )
    play = Play(start_event(), inner, users("n"), end(), paths("s S n e"))
    assert play.incidents == [("x", "no-flow-taken")]
    play.retry("x", ok=1)
    assert play.open == ["n"]
    job = Play(start_event(), sub("S", service("j")), users("n"), end(), paths("s S n e"))
    job.fail("j").retry("j").job("j")
    assert job.open == ["n"]


def test_a_scope_that_cannot_put_its_outputs_waits_and_hears_nothing() -> None:
    """Never dropped: its end is held; its event subprocesses are over, its boundary events are not."""
    begin = start_event("Es", on("signal", "late")).replace("id=", 'isInterrupting="false" id=')
    event = sub("E", begin, users("q"), end("Ee"), paths("Es q Ee"), attributes='triggeredByEvent="true"')
    inner = plain_sub("S", "a", more=event).replace(
        '<bpmn:subProcess id="S" >',
        f'<bpmn:subProcess id="S"><bpmn:extensionElements>{mapping("output box.in.deep: =1")}</bpmn:extensionElements>',
    )
    play = Play(
        start_event(),
        inner,
        boundary("b", "S", on("signal", "stop")),
        users("n"),
        end(),
        end("e2"),
        paths("s S n e", "b e2"),
        box={"in": 1},
    )
    play.do("a")
    assert play.incidents == [("S", "mapping-overlaps")]
    assert [item.name for item in play.state.subscriptions.values()] == ["stop"]
    play.retry("S", box={})
    assert play.open == ["n"]


def test_a_catch_waits_in_its_scope() -> None:
    """§13.3.4: what waits for an event keeps the scope open; the event moves it on from there."""
    inner = sub("S", start_event("Ss"), catch("c", on_condition("v = 1")), end("Se"), paths("Ss c Se"))
    play = Play(start_event(), gate("parallel", "f"), inner, users("a"), end(), end("e2"), paths("s f S e", "f a e2"))
    play.do("a")
    assert play.state.status == "running"
