"""A job may end in a BPMN error: what catches it goes on, else people see it (BPMN 2.0 §10.4.3)."""

from __future__ import annotations

from engine.bpmn import start, step
from engine.bpmn.events import JobThrew, Retried
from tests.engine.bpmn.models import NOW, chain, deploy, end, service, start_event, user

ERROR = '<bpmn:error id="refused" name="refused" errorCode="REFUSED" />'


def caught_by(reference: str) -> str:
    event = f"<bpmn:errorEventDefinition {reference} />"
    return f'<bpmn:boundaryEvent id="caught" attachedToRef="call">{event}</bpmn:boundaryEvent>'


def body(reference: str) -> str:
    nodes = start_event() + service("call") + end() + chain("s", "call", "e")
    return nodes + caught_by(reference) + user("mend") + end("e2") + chain("caught", "mend", "e2")


def test_the_boundary_event_of_the_code_goes_on_with_what_the_error_brings() -> None:
    """The job is over, its data are those of the error."""
    graph = deploy(body('errorRef="refused"'), ERROR)
    first = start(graph, {}, now=NOW).state
    (job,) = first.open_jobs
    after = step(graph, first, JobThrew(job=job, code="REFUSED", data={"reason": "no stamp"}), now=NOW).state
    assert list(after.open_tasks.values()) == ["mend"]
    assert after.open_jobs == {}
    assert after.data == {"reason": "no stamp"}


def test_a_boundary_event_without_code_catches_every_error() -> None:
    """Any code at all."""
    graph = deploy(body(""), ERROR)
    first = start(graph, {}, now=NOW).state
    after = step(graph, first, JobThrew(job=next(iter(first.open_jobs)), code="OTHER"), now=NOW).state
    assert list(after.open_tasks.values()) == ["mend"]


def test_an_error_that_nothing_catches_is_an_incident_that_can_be_retried() -> None:
    """The job is asked for again."""
    graph = deploy(body('errorRef="refused"'), ERROR)
    first = start(graph, {}, now=NOW).state
    after = step(graph, first, JobThrew(job=next(iter(first.open_jobs)), code="OTHER"), now=NOW).state
    ((key, incident),) = after.incidents.items()
    assert (incident.element, incident.code) == ("call", "error-uncaught")
    again = step(graph, after, Retried(incident=key), now=NOW).state
    assert list(again.open_jobs.values()) == ["call"]
    assert not again.incidents
