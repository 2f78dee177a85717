"""What each construct does when it runs."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from engine.bpmn import EventRefused, start, step
from engine.bpmn.effects import (
    Completed,
    ElementEntered,
    ElementLeft,
    IncidentRaised,
    IncidentResolved,
    JobCancelled,
    JobRequested,
    MessageAwaited,
    MessageForgotten,
    MessageThrown,
    TaskCancelled,
    TaskOpened,
    TimerCancelled,
    TimerSet,
)
from engine.bpmn.events import JobCompleted, JobFailed, MessageReceived, Retried, TaskCompleted, TimerFired
from tests.engine.bpmn.models import (
    NOW,
    Walk,
    boundary,
    catch,
    chain,
    deploy,
    end,
    flow,
    message,
    on_message,
    par,
    service,
    start_event,
    throw,
    timer,
    user,
    xor,
)

HOUR = timedelta(hours=1)
ONE_TASK = start_event() + user("a") + end() + chain("s", "a", "e")


def test_a_sequence_opens_its_task_and_completes() -> None:
    """A user task waits for its officer; its data is merged at top level; then the process is done."""
    walk = Walk(deploy(ONE_TASK), {"x": 1, "y": [1.5, {"b": None}]})
    assert walk.seen(TaskOpened) == [TaskOpened(task=2, element="a")]
    assert walk.state.status == "running"
    walk.send(TaskCompleted(task=2, data={"x": 2, "z": "ü"}))
    assert walk.state.status == "completed"
    assert walk.effects[-1] == Completed()
    assert walk.state.data == {"x": 2, "y": [1.5, {"b": None}], "z": "ü"}


def test_an_event_that_does_not_fit_is_refused_and_changes_nothing() -> None:
    """Unknown ids, a second completion, data that is not JSON: EventRefused with a code, the state as it was."""
    graph = deploy(ONE_TASK)
    state = start(graph, {}, now=NOW).state
    before = state.encode()
    for event, code in (
        (TaskCompleted(task=7), "no-such-task"),
        (JobCompleted(job=1), "no-such-job"),
        (JobFailed(job=1, code="c", message="m"), "no-such-job"),
        (TimerFired(timer=1), "no-such-timer"),
        (MessageReceived(name="m"), "message-not-awaited"),
        (Retried(incident=1), "no-such-incident"),
        (TaskCompleted(task=2, data={"x": object()}), "data-not-json"),
        (TaskCompleted(task=2, data={"x": float("nan")}), "data-not-json"),
    ):
        with pytest.raises(EventRefused) as refused:
            step(graph, state, event, now=NOW)
        assert refused.value.code == code
        assert state.encode() == before
    done = step(graph, state, TaskCompleted(task=2), now=NOW).state
    with pytest.raises(EventRefused, match="task 2 is not open; open are none"):
        step(graph, done, TaskCompleted(task=2), now=NOW)


def test_an_exclusive_gateway_takes_the_first_true_flow_and_else_its_default() -> None:
    """Conditions are tried in the order of the flows; null is not true; the default comes last wherever it stands."""
    body = (
        start_event()
        + xor("g", 'default="g_c"')
        + "".join(user(name) for name in "abc")
        + end()
        + flow("s", "g")
        + flow("g", "c")
        + flow("g", "a", '=n > 1 and kind = "x"')
        + flow("g", "b", "n > 0")
        + "".join(flow(name, "e") for name in "abc")
    )
    graph = deploy(body)
    assert Walk(graph, {"n": 2, "kind": "x"}).open == ["a"]
    assert Walk(graph, {"n": 2}).open == ["b"]
    assert Walk(graph, {}).open == ["c"]


def test_an_exclusive_gateway_without_a_true_flow_is_an_incident_that_retries_with_data() -> None:
    """The token stands at the gateway until the data is mended."""
    body = start_event() + xor("g") + user("a") + user("b") + end()
    body += flow("s", "g") + flow("g", "a", "n = 1") + flow("g", "b", "n = 2") + flow("a", "e") + flow("b", "e")
    walk = Walk(deploy(body), {"n": 3})
    assert (walk.incidents, walk.state.status, walk.open) == ([("g", "no-flow-taken")], "incident", [])
    (incident,) = walk.state.incidents
    walk.send(Retried(incident=incident))
    assert walk.incidents == [("g", "no-flow-taken")]
    assert walk.seen(ElementEntered) == []
    (incident,) = walk.state.incidents
    walk.send(Retried(incident=incident, data={"n": 2}))
    assert walk.seen(IncidentResolved) == [IncidentResolved(incident=incident)]
    assert (walk.state.status, walk.open) == ("running", ["b"])


def test_an_incident_says_why_no_flow_was_taken() -> None:
    """Which condition was null, and which name was missing; never what the data holds."""
    body = start_event() + xor("g") + user("a") + user("b") + end()
    body += (
        flow("s", "g") + flow("g", "a", "amout > 3") + flow("g", "b", 'kind = "x"') + flow("a", "e") + flow("b", "e")
    )
    walk = Walk(deploy(body), {"amount": 4711, "kind": "secret"})
    (incident,) = walk.state.incidents.values()
    assert "the condition of flow g_a is null (line 1, column 1: there is no `amout`;" in incident.message
    assert ("4711" in incident.message, "secret" in incident.message) == (False, False)


def test_a_condition_that_gives_no_boolean_is_an_incident() -> None:
    """A number is neither true nor false; the message names the flow and no data."""
    body = start_event() + xor("g", 'default="g_b"') + user("a") + user("b") + end()
    body += flow("s", "g") + flow("g", "a", "n") + flow("g", "b") + flow("a", "e") + flow("b", "e")
    walk = Walk(deploy(body), {"n": 4711})
    (raised,) = walk.seen(IncidentRaised)
    assert raised == IncidentRaised(
        incident=3,
        element="g",
        code="condition-not-boolean",
        message="the condition of flow g_a gives Decimal, not true or false",
    )


def test_a_task_forks_by_conditions_and_takes_its_default_when_none_is_true() -> None:
    """Every flow that holds or has no condition gets a token; the default only if no condition is true."""
    body = start_event() + user("t", attributes='default="t_d"') + "".join(user(name) for name in "abd") + end()
    body += flow("s", "t") + flow("t", "d") + flow("t", "a", "x") + flow("t", "b", "y")
    body += "".join(flow(name, "e") for name in "abd")
    graph = deploy(body)
    for data, opened in (({"x": True, "y": True}, ["a", "b"]), ({"y": True}, ["b"]), ({}, ["d"])):
        walk = Walk(graph)
        assert walk.send(TaskCompleted(task=walk.task("t"), data=data)).open == opened


def test_a_task_whose_conditions_all_fail_keeps_its_token_in_an_incident() -> None:
    """Without default the completed task's token waits for mended data; the task is not opened again."""
    body = start_event() + user("t") + user("a") + user("b") + end()
    body += flow("s", "t") + flow("t", "a", "n = 1") + flow("t", "b", "n = 2") + flow("a", "e") + flow("b", "e")
    walk = Walk(deploy(body))
    walk.send(TaskCompleted(task=2, data={"n": 0}))
    assert (walk.incidents, walk.open) == ([("t", "no-flow-taken")], [])
    (incident,) = walk.state.incidents
    assert walk.send(Retried(incident=incident, data={"n": 1})).open == ["a"]


def test_unconditional_flows_fork_and_several_incoming_merge_without_waiting() -> None:
    """Two flows out of a task give two tokens; each of two flows into a task opens it."""
    body = start_event() + user("t") + user("a") + end() + flow("s", "t")
    body += flow("t", "a", name="one") + flow("t", "a", name="two") + flow("a", "e")
    walk = Walk(deploy(body))
    walk.send(TaskCompleted(task=2))
    assert walk.open == ["a", "a"]
    walk.send(TaskCompleted(task=walk.task("a")))
    assert walk.state.status == "running"
    walk.send(TaskCompleted(task=walk.task("a")))
    assert walk.state.status == "completed"


PARALLEL = (
    start_event() + par("f") + user("a") + user("b") + par("j") + user("c") + end()
    + flow("s", "f") + flow("f", "a") + flow("f", "b") + flow("a", "j") + flow("b", "j") + chain("j", "c", "e")
)  # fmt: skip


def test_a_parallel_gateway_forks_and_its_join_waits_for_every_flow() -> None:
    """The join fires when each of its incoming flows has brought a token."""
    walk = Walk(deploy(PARALLEL))
    assert walk.open == ["a", "b"]
    walk.send(TaskCompleted(task=walk.task("a")))
    assert (walk.open, walk.state.joins) == (["b"], {1: {"j": {"a_j": 1}}})
    walk.send(TaskCompleted(task=walk.task("b")))
    assert (walk.open, walk.state.joins) == (["c"], {})


def test_excess_tokens_at_a_join_are_kept_for_its_next_firing() -> None:
    """Two tokens on one flow and two on the other make the join fire twice."""
    body = start_event() + user("t") + user("a") + user("b") + par("j") + user("c") + end() + flow("s", "t")
    body += (
        flow("t", "a", name="a1") + flow("t", "a", name="a2") + flow("t", "b", name="b1") + flow("t", "b", name="b2")
    )
    body += flow("a", "j") + flow("b", "j") + chain("j", "c", "e")
    walk = Walk(deploy(body))
    walk.send(TaskCompleted(task=2))
    for element in "aab":
        walk.send(TaskCompleted(task=walk.task(element)))
    assert (walk.open, walk.state.joins) == (["b", "c"], {1: {"j": {"a_j": 1}}})
    walk.send(TaskCompleted(task=walk.task("b")))
    assert (walk.open, walk.state.joins) == (["c", "c"], {})


def test_a_join_that_can_never_fire_is_an_incident_when_the_rest_is_done() -> None:
    """Its token stays, the process is not called completed, and the message names the flow that is missing."""
    body = start_event() + xor("g", 'default="g_b"') + user("a") + user("b") + par("j") + end()
    body += flow("s", "g") + flow("g", "a", "true") + flow("g", "b") + flow("a", "j") + flow("b", "j") + flow("j", "e")
    walk = Walk(deploy(body))
    walk.send(TaskCompleted(task=2))
    assert (walk.incidents, walk.state.status) == ([("j", "join-starved")], "incident")
    assert walk.state.joins == {1: {"j": {"a_j": 1}}}
    assert "b_j" in next(iter(walk.state.incidents.values())).message
    walk.send(Retried(incident=next(iter(walk.state.incidents))))
    assert (walk.incidents, walk.state.joins) == ([("j", "join-starved")], {1: {"j": {"a_j": 1}}})


def test_a_service_task_asks_for_its_job_with_mapped_input() -> None:
    """Inputs are FEEL or text, dotted targets nest; without inputs the job gets all data."""
    mapping = (
        '<zeebe:taskHeaders><zeebe:header key="template" value="letters/a.typ" /></zeebe:taskHeaders>'
        '<zeebe:ioMapping><zeebe:input source="=applicant.name" target="letter.to" />'
        '<zeebe:input source="=n + 1" target="letter.n" />'
        '<zeebe:input source="plain" target="kind" /></zeebe:ioMapping>'
    )
    graph = deploy(
        start_event() + service("a", "hoso.letter", mapping) + service("b") + end() + chain("s", "a", "b", "e")
    )
    walk = Walk(graph, {"applicant": {"name": "Lan"}, "n": 1})
    assert walk.seen(JobRequested) == [
        JobRequested(
            job=2,
            element="a",
            type="hoso.letter",
            headers={"template": "letters/a.typ"},
            input={"letter": {"to": "Lan", "n": 2}, "kind": "plain"},
        )
    ]
    walk.send(JobCompleted(job=2, data={"number": "01"}))
    (job,) = walk.seen(JobRequested)
    assert isinstance(job, JobRequested)
    assert job.input == {"applicant": {"name": "Lan"}, "n": 1, "number": "01"}


def test_a_failed_job_is_an_incident_and_retrying_asks_again() -> None:
    """A retry makes a new job with a new id; what the old worker reports is refused."""
    walk = Walk(deploy(start_event() + service("a") + end() + chain("s", "a", "e")))
    walk.send(JobFailed(job=2, code="smtp-down", message="no answer"))
    assert walk.incidents == [("a", "smtp-down")]
    with pytest.raises(EventRefused, match="no-such-job"):
        walk.send(JobCompleted(job=2))
    walk.send(Retried(incident=3, data={"to": "x"}))
    (job,) = walk.seen(JobRequested)
    assert isinstance(job, JobRequested)
    assert (job.job, job.input, walk.incidents) == (4, {"to": "x"}, [])
    assert walk.send(JobCompleted(job=4)).state.status == "completed"


@pytest.mark.parametrize(
    ("kind", "text", "due"),
    [
        ("timeDuration", "PT1H30M", datetime(2026, 11, 21, 10, 0, tzinfo=UTC)),
        ("timeDuration", "P1Y3M", datetime(2028, 2, 21, 8, 30, tzinfo=UTC)),
        ("timeDuration", "=wait", datetime(2026, 11, 23, 8, 30, tzinfo=UTC)),
        ("timeDate", "2026-12-01T08:00:00+07:00", datetime(2026, 12, 1, 1, 0, tzinfo=UTC)),
    ],
)
def test_a_catching_timer_waits_until_it_is_due(kind: str, text: str, due: datetime) -> None:
    """The due time counts from arming; firing early is refused."""
    walk = Walk(deploy(start_event() + catch("t", timer(kind, text)) + end() + chain("s", "t", "e")), {"wait": "P2D"})
    (armed,) = walk.seen(TimerSet)
    assert armed == TimerSet(timer=3, element="t", due=due)
    with pytest.raises(EventRefused, match="timer-not-due"):
        walk.send(TimerFired(timer=3), due - NOW - timedelta(seconds=1))
    walk.send(TimerFired(timer=3), timedelta(seconds=1))
    assert walk.state.status == "completed"


def test_a_timer_whose_expression_gives_no_time_is_an_incident_and_the_token_waits() -> None:
    """The task is not opened half-armed; the message holds the model's text and no data."""
    body = start_event() + user("a") + boundary("b", "a", timer("timeDuration", "=wait")) + end() + end("f")
    graph = deploy(body + chain("s", "a", "e") + flow("b", "f"))
    walk = Walk(graph, {"wait": "soon-secret"})
    assert (walk.incidents, walk.open) == ([("b", "timer-unreadable")], [])
    assert "secret" not in next(iter(walk.state.incidents.values())).message
    walk.send(Retried(incident=3, data={"wait": "PT1H"}))
    assert (walk.open, len(walk.state.timers)) == (["a"], 1)


def test_an_interrupting_timer_takes_the_task_away() -> None:
    """The task, and everything else armed with it, is cancelled; the token leaves by the event."""
    body = (
        start_event() + user("a") + boundary("t", "a", timer("timeDuration", "PT1H"))
        + boundary("m1", "a", on_message()) + user("late") + end()
        + chain("s", "a", "e") + chain("t", "late", "e") + flow("m1", "late")
    )  # fmt: skip
    walk = Walk(deploy(body, message()))
    walk.send(TimerFired(timer=walk.timer("t")), HOUR)
    assert walk.seen(TaskCancelled) == [TaskCancelled(task=2, element="a")]
    assert len(walk.seen(MessageForgotten)) == 1
    assert (walk.open, walk.state.timers, walk.state.subscriptions) == (["late"], {}, {})


def test_a_completed_task_takes_its_boundary_events_with_it() -> None:
    """Timers are cancelled and messages forgotten."""
    body = (
        start_event() + user("a") + boundary("t", "a", timer("timeDuration", "PT1H")) + boundary("n", "a", on_message())
    )
    walk = Walk(deploy(body + end() + chain("s", "a", "e") + flow("t", "e") + flow("n", "e"), message()))
    walk.send(TaskCompleted(task=2))
    assert walk.seen(TimerCancelled) == [TimerCancelled(timer=3)]
    assert walk.seen(MessageForgotten) == [MessageForgotten(subscription=4)]
    assert walk.state.status == "completed"


def test_a_non_interrupting_cycle_repeats_and_counts_from_its_anchor() -> None:
    """R3/P1M fires three times; a late firing does not shift the next; the task stays open."""
    body = start_event() + user("a") + boundary("t", "a", timer("timeCycle", "R3/P1M"), False) + user("n") + end()
    walk = Walk(deploy(body + chain("s", "a", "e") + chain("t", "n", "e")))
    dues = []
    for _ in range(3):
        key = walk.timer("t")
        dues.append(walk.state.timers[key].schedule.due)
        walk.send(TimerFired(timer=key), dues[-1] - walk.now + timedelta(minutes=5))
    assert [(due.month, due.day, due.hour, due.minute) for due in dues] == [
        (12, 21, 8, 30),
        (1, 21, 8, 30),
        (2, 21, 8, 30),
    ]
    assert (walk.open, walk.state.timers) == (["a", "n", "n", "n"], {})


def test_a_service_task_is_interrupted_even_while_its_job_has_failed() -> None:
    """The open job is cancelled; the failed one's incident is resolved."""
    body = start_event() + service("a") + boundary("t", "a", timer("timeDuration", "PT1H")) + user("late") + end()
    graph = deploy(body + chain("s", "a", "e") + chain("t", "late", "e"))
    walk = Walk(graph).send(TimerFired(timer=3), HOUR)
    assert walk.seen(JobCancelled) == [JobCancelled(job=2)]
    walk = Walk(graph).send(JobFailed(job=2, code="c", message="m"))
    walk.send(TimerFired(timer=3), HOUR)
    assert (walk.seen(JobCancelled), walk.seen(IncidentResolved)) == ([], [IncidentResolved(incident=4)])
    assert (walk.state.status, walk.open) == ("running", ["late"])


def test_a_message_finds_its_element_by_name_and_key() -> None:
    """The key is evaluated when the element is armed; another key, or none, is refused; data is merged."""
    body = start_event() + catch("c", on_message()) + end() + chain("s", "c", "e")
    walk = Walk(deploy(body, message(key="=dossier")), {"dossier": "H29"})
    assert walk.seen(MessageAwaited) == [MessageAwaited(subscription=3, element="c", name="m-name", key="H29")]
    for key in (None, "H30"):
        with pytest.raises(EventRefused, match="message-not-awaited"):
            walk.send(MessageReceived(name="m-name", key=key))
    walk.send(MessageReceived(name="m-name", key="H29", data={"paid": True}))
    assert walk.seen(MessageForgotten) == [MessageForgotten(subscription=3)]
    assert (walk.state.status, walk.state.data) == ("completed", {"dossier": "H29", "paid": True})


def test_a_correlation_key_without_value_is_an_incident() -> None:
    """An awaited message that nobody could ever address must be seen."""
    body = start_event() + catch("c", on_message()) + end() + chain("s", "c", "e")
    assert Walk(deploy(body, message(key="=dossier"))).incidents == [("c", "no-correlation-key")]


def test_a_non_interrupting_message_can_come_again_and_the_oldest_takes_it() -> None:
    """The task stays open, each message starts the event's path, one element gets one message."""
    body = start_event() + par("f") + user("a") + user("b") + user("n") + end()
    body += boundary("x", "a", on_message(), False) + boundary("y", "b", on_message(), False)
    body += flow("s", "f") + flow("f", "a") + flow("f", "b") + flow("a", "e") + flow("b", "e") + chain("x", "n", "e")
    walk = Walk(deploy(body + flow("y", "e"), message()))
    walk.send(MessageReceived(name="m-name"))
    walk.send(MessageReceived(name="m-name"))
    assert walk.open == ["a", "b", "n", "n"]


def test_messages_are_thrown_by_intermediate_and_end_events() -> None:
    """What they carry is what their inputs map; without inputs, nothing."""
    mapping = '<zeebe:ioMapping><zeebe:input source="=n" target="n" /></zeebe:ioMapping>'
    mapping = f"<bpmn:extensionElements>{mapping}</bpmn:extensionElements>"
    body = start_event() + throw("t", mapping + on_message()) + end("e", on_message()) + chain("s", "t", "e")
    walk = Walk(deploy(body, message()), {"n": 1, "secret": "x"})
    assert walk.seen(MessageThrown) == [
        MessageThrown(element="t", name="m-name", data={"n": 1}),
        MessageThrown(element="e", name="m-name", data={}),
    ]
    assert walk.effects[-1] == Completed()


def test_a_process_starts_by_the_start_event_of_its_trigger() -> None:
    """Each start event has its own; an unknown message is refused and names the known ones."""
    body = start_event() + start_event("s2", on_message()) + user("a") + user("b") + end()
    graph = deploy(body + chain("s", "a", "e") + chain("s2", "b", "e"), message())
    assert Walk(graph).open == ["a"]
    assert Walk(graph, message="m-name").open == ["b"]
    with pytest.raises(EventRefused, match=r"starts by message 'm-name', no trigger   \[no-such-start\]"):
        start(graph, {}, now=NOW, message="other")


def test_an_endless_automatic_loop_stops_at_its_budget_and_loses_no_token() -> None:
    """It stops at the same place every time, as an incident; mended data lets it go on."""
    body = start_event() + xor("m") + xor("g", 'default="g_m"') + user("a") + end()
    body += flow("s", "m") + flow("m", "g") + flow("g", "m") + flow("g", "a", "stop") + flow("a", "e")
    graph = deploy(body)
    first, second = start(graph, {}, now=NOW), start(graph, {}, now=NOW)
    assert first == second
    walk = Walk(graph)
    ((element, code),) = walk.incidents
    assert (element in "mg", code) == (True, "step-budget")
    walk.send(Retried(incident=next(iter(walk.state.incidents)), data={"stop": True}))
    assert walk.open == ["a"]


def test_the_expressions_of_one_step_have_one_tank() -> None:
    """A loop whose every condition is dear stops by what it took together, soon, at the same place every time."""
    dear = "count(for i in 1..2000 return i * i) &lt; 0"
    body = start_event() + xor("m") + xor("g", 'default="g_m"') + user("a") + end()
    body += flow("s", "m") + flow("m", "g") + flow("g", "m") + flow("g", "a", dear) + flow("a", "e")
    graph = deploy(body)
    began = time.process_time()
    first = Walk(graph)
    assert time.process_time() - began < 10
    assert first.incidents == Walk(graph).incidents
    ((_, code),) = first.incidents
    assert code == "step-fuel"


def test_an_endless_loop_that_forks_keeps_every_token() -> None:
    """Tokens that multiply are held by one incident, all of them: each pass through the fork made two more."""
    body = start_event() + xor("m") + par("f") + user("a") + end()
    body += (
        flow("s", "m")
        + flow("m", "f")
        + flow("f", "m", name="l1")
        + flow("f", "m", name="l2")
        + flow("f", "a")
        + flow("a", "e")
    )
    walk = Walk(deploy(body))
    (incident,) = walk.state.incidents.values()
    assert incident.thing is not None
    held, forked = walk.state.things[incident.thing].tokens, walk.seen(ElementLeft).count(ElementLeft(element="f"))
    assert forked > 50
    assert len(held) + len(walk.state.open_tasks) == 1 + 2 * forked
    assert (incident.code, len(held) > 50) == ("step-budget", True)


def test_a_naive_time_is_a_mistake_of_the_caller() -> None:
    """Times are aware, always."""
    with pytest.raises(ValueError, match="aware"):
        start(deploy(ONE_TASK), {}, now=datetime(2026, 1, 1))  # noqa: DTZ001


def test_a_state_of_another_process_is_refused() -> None:
    """Ids of one process mean nothing in another."""
    graph = deploy(ONE_TASK)
    other = start(graph, {}, now=NOW).state.to_json() | {"process": "q"}
    with pytest.raises(EventRefused, match="wrong-process"):
        step(graph, type(start(graph, {}, now=NOW).state).from_json(other), TaskCompleted(task=2), now=NOW)
