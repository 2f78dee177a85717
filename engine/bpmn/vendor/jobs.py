"""Which job a service task asks for, and its headers."""

from __future__ import annotations

from engine.bpmn.document import CAMUNDA, Element
from engine.bpmn.expressions import compile_at, is_foreign
from engine.bpmn.vendor.place import Place, known_attributes

BUILT_IN = "hoso."
"""What the names of job types begin with that Hoso does itself."""


def read_topic(place: Place) -> None:
    """Camunda 7: `camunda:type="external"` with its topic."""
    element = place.element
    kind, topic = element.get(f"{{{CAMUNDA}}}type"), element.get(f"{{{CAMUNDA}}}topic")
    if kind not in (None, "external"):
        place.refuse(
            element, "job-unsupported", f"camunda:type {kind!r} is not executed", 'use type="external" and a topic'
        )
    if topic and is_foreign(topic):
        compile_at(topic, element, place.owner, place.problems)
    elif topic and kind is None:
        message = f"camunda:topic {topic!r} has no effect without a type"
        place.refuse(element, "job-unsupported", message, 'add camunda:type="external", or remove it')
    elif kind == "external":
        place.found.job_type = topic or None


def read_task_definition(item: Element, place: Place) -> None:
    """Camunda 8: `zeebe:taskDefinition`."""
    if place.kind != "serviceTask":
        place.note(
            item, "extension-without-effect", "taskDefinition has no effect: Hoso sends the message itself", "remove it"
        )
        return
    known_attributes(item, place, "type", "retries")
    job_type, retries = (item.get("type") or "").strip(), (item.get("retries") or "").strip()
    if job_type.startswith("=") or is_foreign(job_type):
        place.refuse(item, "job-expression", f"the job type {job_type!r} is an expression", "name the type")
        return
    place.found.job_type = job_type or None
    if retries:
        _read_retries(item, place, job_type, retries)


def _read_retries(item: Element, place: Place, job_type: str, retries: str) -> None:
    if not (retries.isascii() and retries.isdigit() and 1 <= int(retries[:4]) <= 999):
        place.refuse(item, "job-retries", f"retries is {retries!r}", "write a number from 1 to 999")
    elif job_type.startswith(BUILT_IN):
        message = "retries has no effect: a built-in job is tried again until it is done or cannot be done"
        place.note(item, "retries-without-effect", message, "remove it")
    else:
        place.found.retries = int(retries)


def read_headers(item: Element, place: Place) -> None:
    """Camunda 8: `zeebe:taskHeaders`."""
    for header in item:
        key, value = header.get("key"), header.get("value")
        if not key or key in place.found.headers:
            place.refuse(header, "header-key", f"header {key!r} has no key or is given twice", "give each header once")
        else:
            place.found.headers[key] = value or ""
