"""Processes and subprocesses: how they begin, how they end, what may stand in them."""

from __future__ import annotations

from engine.bpmn.constraints.model import ACTIVITIES, SUBPROCESSES, Model, flag
from engine.bpmn.document import Element, children, name_of

# Parts of choreographies and collaborations, with the clause that says where they stand.
_ELSEWHERE = {
    **dict.fromkeys(("choreographyTask", "subChoreography", "callChoreography"), "11.5"),
    **dict.fromkeys(("conversation", "subConversation", "callConversation", "conversationLink"), "9.5"),
}


def check_scopes(model: Model) -> None:
    """Starts and ends, event subprocesses, ad-hoc subprocesses."""
    for scope in model.each("process", "subProcess", "transaction"):
        _check_pair(scope, model)
    for scope in model.each(*SUBPROCESSES):
        if flag(scope, "triggeredByEvent"):
            _check_event_subprocess(scope, model)
        elif name_of(scope) != "adHocSubProcess":
            _check_embedded(scope, model)
    for scope in model.each("adHocSubProcess"):
        _check_adhoc(scope, model)
    for part in model.each(*_ELSEWHERE):
        message = f"{name_of(part)} stands in a process, but belongs to what goes on between pools"
        model.breaks(part, _ELSEWHERE[name_of(part)], "part-elsewhere", message, "remove it")


def _check_pair(scope: Element, model: Model) -> None:
    starts, ends = list(children(scope, "startEvent")), list(children(scope, "endEvent"))
    what = name_of(scope)
    if ends and not starts and not any(flag(item, "instantiate") for item in children(scope)):
        message = f"the {what} has an end event and no start event"
        model.breaks(ends[0], "10.5.2", "end-without-start", message, "add a start event, or remove the end events")
    if starts and not ends:
        message = f"the {what} has a start event and no end event"
        model.breaks(starts[0], "10.5.3", "start-without-end", message, "add an end event, or remove the start events")


def _check_event_subprocess(scope: Element, model: Model) -> None:
    for flow in (*model.incoming(scope), *model.outgoing(scope)):
        message = f"flow {flow.get('id')} is connected to an event subprocess, which its start event alone begins"
        model.breaks(scope, "10.3.5", "event-subprocess-flow", message, "remove the flow")
    starts = list(children(scope, "startEvent"))
    if len(starts) != 1:
        message = f"the event subprocess has {len(starts)} start events; it must have one"
        remedy = "give it one start event; several triggers can stand in one event"
        model.breaks(scope, "10.3.5", "event-subprocess-start", message, remedy)
    for start in starts:
        if not model.definitions(start):
            message = "the start event of an event subprocess has no trigger"
            model.breaks(start, "10.5.2", "start-untriggered", message, "give it one, such as a message or a timer")


def _check_embedded(scope: Element, model: Model) -> None:
    for start in children(scope, "startEvent"):
        if model.definitions(start):
            message = f"the start event of a {name_of(scope)} has a trigger, but its parent's flow begins it"
            model.breaks(start, "10.5.2", "start-triggered", message, "remove the trigger, or use an event subprocess")


def _check_adhoc(scope: Element, model: Model) -> None:
    parts = list(children(scope))
    if not any(name_of(item) in ACTIVITIES for item in parts):
        message = "the ad-hoc subprocess has no activity"
        model.breaks(scope, "10.3.5", "adhoc-empty", message, "add one")
    for item in parts:
        name = name_of(item)
        if name in ("startEvent", "endEvent"):
            message = f"{name} stands in an ad-hoc subprocess, which begins and ends by itself"
            model.breaks(item, "10.3.5", "adhoc-part", message, "remove it, or make it a subprocess")
