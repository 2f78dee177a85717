"""Compensation: a boundary event leads to one activity, which stands outside of the flow (BPMN 2.0.2 §10.7.1)."""

from __future__ import annotations

from engine.bpmn.constraints.model import ACTIVITIES, Model, flag
from engine.bpmn.document import MODEL, Element, name_of, reference


def check_compensation(model: Model) -> None:
    """Compensation events and their handlers."""
    led: dict[str, list[Element]] = {}
    for association in model.root.iter(f"{{{MODEL}}}association"):
        target = model.at(association, "targetRef")
        if target is not None and name_of(target) in ACTIVITIES:
            led.setdefault(reference(association.get("sourceRef") or "", association), []).append(target)
    for event in model.each("boundaryEvent"):
        if "compensate" not in model.kinds(event):
            continue
        handlers = len(led.get(event.get("id") or "", ()))
        if handlers != 1:
            message = f"{handlers} associations lead from the compensation event to an activity; one must"
            model.breaks(event, "10.7.1", "handlers", message, "draw one association to the activity that compensates")
    for activity in model.each(*ACTIVITIES):
        if flag(activity, "isForCompensation") and (model.incoming(activity) or model.outgoing(activity)):
            message = "an activity for compensation stands in the flow"
            model.breaks(activity, "10.7.1", "handler-flow", message, "remove its flows")
    for event in model.each("intermediateThrowEvent", "endEvent"):
        for definition in model.definitions(event):
            if name_of(definition) == "compensateEventDefinition" and definition.get("activityRef"):
                _check_seen(event, model.at(definition, "activityRef"), model)


def _check_seen(event: Element, activity: Element | None, model: Model) -> None:
    """What is compensated stands beside the event, or beside the event subprocesses around it."""
    if activity is None:
        return  # the reference is refused
    scope = event.getparent()
    while scope is not None and activity.getparent() is not scope and flag(scope, "triggeredByEvent"):
        scope = scope.getparent()
    if name_of(activity) not in ACTIVITIES or activity.getparent() is not scope:
        message = f"it compensates {activity.get('id')}, which is no activity of the same scope"
        remedy = "name an activity that stands beside it, or the subprocess around that"
        model.breaks(event, "10.7.2", "compensation-unseen", message, remedy)
