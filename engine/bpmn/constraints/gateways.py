"""Gateways: they merge or split, and what may stand behind an event-based one."""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn.constraints.model import Model, flag
from engine.bpmn.document import Element, name_of, reference

_GATEWAYS = ("exclusiveGateway", "inclusiveGateway", "parallelGateway", "complexGateway", "eventBasedGateway")
_AWAITED = {"message", "signal", "timer", "conditional"}


def check_gateways(model: Model) -> None:
    """Every gateway of what may run."""
    for gateway in model.each(*_GATEWAYS):
        ways = len(model.incoming(gateway)), len(model.outgoing(gateway))
        if max(ways) < 2 and name_of(gateway) != "eventBasedGateway":
            message = f"the gateway neither merges nor splits: {ways[0]} incoming, {ways[1]} outgoing flows"
            model.breaks(gateway, "10.6.1", "gateway-idle", message, "remove it, or draw its other flows")
    attached = {reference(event.get("attachedToRef") or "", event): event for event in model.each("boundaryEvent")}
    for gateway in model.each("eventBasedGateway"):
        _check_event_based(gateway, attached, model)
    for task in model.each("receiveTask"):
        _check_instantiating(task, model)


def _check_event_based(gateway: Element, attached: Mapping[str, Element], model: Model) -> None:
    _check_instantiating(gateway, model)
    if len(model.outgoing(gateway)) < 2:
        message = f"it has {len(model.outgoing(gateway))} outgoing flows; a choice needs two"
        model.breaks(gateway, "10.6.6", "choice-of-one", message, "draw another, or remove the gateway")
    behind = [target for flow in model.outgoing(gateway) if (target := model.at(flow, "targetRef")) is not None]
    for target in behind:
        _check_awaited(target, gateway, model)
        boundary = attached.get(target.get("id") or "")
        if boundary is not None:
            message = f"event {boundary.get('id')} is attached to it behind an event-based gateway"
            model.breaks(target, "10.6.6", "choice-boundary", message, "make it another event behind the gateway")
    messages = any("message" in model.kinds(target) for target in behind)
    if messages and (tasks := [target for target in behind if name_of(target) == "receiveTask"]):
        message = f"receive task and message event stand behind gateway {gateway.get('id')}"
        model.breaks(tasks[0], "10.6.6", "choice-mixed", message, "use one kind for the messages")


def _check_awaited(target: Element, gateway: Element, model: Model) -> None:
    name, kinds = name_of(target), model.kinds(target)
    waits = name == "receiveTask" or (name == "intermediateCatchEvent" and set(kinds) <= _AWAITED)
    if not waits:
        what = f"{name} ({', '.join(kinds)})" if kinds else name
        message = f"{what} stands behind event-based gateway {gateway.get('id')}"
        remedy = "use a receive task, or catch a message, signal, timer or condition"
        model.breaks(target, "10.6.6", "choice-target", message, remedy)
    if len(model.incoming(target)) > 1:
        message = f"other flows than that of event-based gateway {gateway.get('id')} lead to it"
        model.breaks(target, "10.6.6", "choice-joined", message, "give the other flows an event of their own")


def _check_instantiating(element: Element, model: Model) -> None:
    if flag(element, "instantiate") and model.incoming(element):
        clause = "10.6.6" if name_of(element) == "eventBasedGateway" else "10.3.3"
        message = f"it starts the process, but flow {model.incoming(element)[0].get('id')} leads to it"
        model.breaks(element, clause, "instantiate-incoming", message, "remove the flow, or instantiate")
