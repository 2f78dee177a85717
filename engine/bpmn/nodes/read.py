"""From an element of the XML to a node of the graph."""

from __future__ import annotations

from collections.abc import Callable

from engine.bpmn.graph import Node
from engine.bpmn.nodes.calls import read_call_activity
from engine.bpmn.nodes.events import read_boundary, read_catch, read_end, read_start, read_throw
from engine.bpmn.nodes.gateways import read_complex, read_event_based, read_exclusive, read_inclusive, read_parallel
from engine.bpmn.nodes.scopes import read_adhoc, read_subprocess
from engine.bpmn.nodes.scripts import read_script_task
from engine.bpmn.nodes.source import SUPPORTED, Source, check_attributes, check_properties
from engine.bpmn.nodes.tasks import (
    read_business_rule_task,
    read_plain_task,
    read_receive_task,
    read_send_task,
    read_service_task,
    read_user_task,
)
from engine.bpmn.vendor import Extensions, read_extensions


def read_node(source: Source) -> Node | None:
    """The node, without its flows; None (with a problem) when it cannot be executed."""
    read = _READERS.get(source.kind)
    if read is None:
        source.refuse("element-unsupported", f"{source.kind} is not executed yet", f"model it with {SUPPORTED}")
        return None
    extensions = read_extensions(source.element, source.id, source.problems)
    check_attributes(source)
    check_properties(source, extensions)
    return read(source, extensions)


_READERS: dict[str, Callable[[Source, Extensions], Node | None]] = {
    "startEvent": read_start,
    "endEvent": read_end,
    "userTask": read_user_task,
    "serviceTask": read_service_task,
    "scriptTask": read_script_task,
    "businessRuleTask": read_business_rule_task,
    "task": read_plain_task,
    "manualTask": read_plain_task,
    "sendTask": read_send_task,
    "receiveTask": read_receive_task,
    "callActivity": read_call_activity,
    "subProcess": read_subprocess,
    "transaction": read_subprocess,
    "adHocSubProcess": read_adhoc,
    "globalTask": read_plain_task,
    "globalManualTask": read_plain_task,
    "globalScriptTask": read_script_task,
    "exclusiveGateway": read_exclusive,
    "inclusiveGateway": read_inclusive,
    "parallelGateway": read_parallel,
    "complexGateway": read_complex,
    "eventBasedGateway": read_event_based,
    "intermediateCatchEvent": read_catch,
    "intermediateThrowEvent": read_throw,
    "boundaryEvent": read_boundary,
}
