"""A model with every kind of element on which a modeler may write something of Camunda, and what its reading gives."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator, Mapping

from lxml import etree

from engine.bpmn import Problem
from engine.bpmn.document import CAMUNDA, MODEL, ZEEBE
from engine.bpmn.read import read_process
from engine.feel import Expression
from tests.engine.bpmn.models import file

SPACES = {"camunda": CAMUNDA, "zeebe": ZEEBE}
_FORMAL = 'xsi:type="bpmn:tFormalExpression"'
_TIMER = f"<bpmn:timerEventDefinition><bpmn:timeDuration {_FORMAL}>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>"
_BESIDE = """
<bpmn:collaboration id="collaboration"><bpmn:participant id="participant" processRef="p" /></bpmn:collaboration>
<bpmn:message id="m" name="M" /><bpmn:signal id="signal" name="S" /><bpmn:error id="error" errorCode="E" />
<bpmn:escalation id="escalation" escalationCode="E" /><bpmn:itemDefinition id="item" />
<bpmn:dataStore id="store" name="D" /><bpmn:globalTask id="global" />"""
_BODY = f"""
<bpmn:laneSet id="laneSet"><bpmn:lane id="lane" name="l"><bpmn:flowNodeRef>s</bpmn:flowNodeRef></bpmn:lane>
</bpmn:laneSet>
<bpmn:startEvent id="s" />
<bpmn:userTask id="user" />
<bpmn:userTask id="repeated"><bpmn:multiInstanceLoopCharacteristics id="several">
  <bpmn:loopCardinality {_FORMAL}>2</bpmn:loopCardinality>
  <bpmn:completionCondition {_FORMAL}>true</bpmn:completionCondition>
</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>
<bpmn:userTask id="over"><bpmn:multiInstanceLoopCharacteristics id="each"><bpmn:extensionElements>
  <zeebe:loopCharacteristics inputCollection="=items" inputElement="item" />
</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>
<bpmn:serviceTask id="service"><bpmn:extensionElements><zeebe:taskDefinition type="w" /></bpmn:extensionElements>
</bpmn:serviceTask>
<bpmn:serviceTask id="external" camunda:type="external" camunda:topic="w" />
<bpmn:scriptTask id="script" scriptFormat="feel" camunda:resultVariable="r"><bpmn:script>1</bpmn:script>
</bpmn:scriptTask>
<bpmn:businessRuleTask id="rules" camunda:decisionRef="d" camunda:resultVariable="x" />
<bpmn:sendTask id="send" messageRef="m" /><bpmn:receiveTask id="receive" messageRef="m" />
<bpmn:manualTask id="manual" />
<bpmn:task id="task"><bpmn:standardLoopCharacteristics loopMaximum="2">
  <bpmn:loopCondition {_FORMAL}>true</bpmn:loopCondition></bpmn:standardLoopCharacteristics></bpmn:task>
<bpmn:callActivity id="call" calledElement="global" />
<bpmn:subProcess id="sub"><bpmn:task id="in_sub" /></bpmn:subProcess>
<bpmn:transaction id="transaction"><bpmn:task id="in_transaction" /></bpmn:transaction>
<bpmn:adHocSubProcess id="adhoc"><bpmn:task id="in_adhoc" />
  <bpmn:completionCondition {_FORMAL}>true</bpmn:completionCondition></bpmn:adHocSubProcess>
<bpmn:exclusiveGateway id="exclusive" /><bpmn:parallelGateway id="parallel" /><bpmn:inclusiveGateway id="inclusive" />
<bpmn:complexGateway id="complex" /><bpmn:eventBasedGateway id="events" />
<bpmn:intermediateCatchEvent id="message_comes"><bpmn:messageEventDefinition messageRef="m" />
</bpmn:intermediateCatchEvent>
<bpmn:intermediateCatchEvent id="time_comes">{_TIMER}</bpmn:intermediateCatchEvent>
<bpmn:intermediateCatchEvent id="condition_holds"><bpmn:conditionalEventDefinition id="conditional">
  <bpmn:condition {_FORMAL}>=x</bpmn:condition></bpmn:conditionalEventDefinition></bpmn:intermediateCatchEvent>
<bpmn:intermediateCatchEvent id="signal_comes"><bpmn:signalEventDefinition signalRef="signal" />
</bpmn:intermediateCatchEvent>
<bpmn:intermediateCatchEvent id="link_comes"><bpmn:linkEventDefinition name="L" /></bpmn:intermediateCatchEvent>
<bpmn:intermediateThrowEvent id="sends"><bpmn:messageEventDefinition messageRef="m" /></bpmn:intermediateThrowEvent>
<bpmn:intermediateThrowEvent id="escalates"><bpmn:escalationEventDefinition escalationRef="escalation" />
</bpmn:intermediateThrowEvent>
<bpmn:intermediateThrowEvent id="compensates"><bpmn:compensateEventDefinition /></bpmn:intermediateThrowEvent>
<bpmn:endEvent id="fails"><bpmn:errorEventDefinition errorRef="error" /></bpmn:endEvent>
<bpmn:endEvent id="terminates"><bpmn:terminateEventDefinition /></bpmn:endEvent>
<bpmn:boundaryEvent id="late" attachedToRef="user">{_TIMER}</bpmn:boundaryEvent>
<bpmn:sequenceFlow id="flow" sourceRef="s" targetRef="user">
  <bpmn:conditionExpression {_FORMAL}>=true</bpmn:conditionExpression></bpmn:sequenceFlow>
<bpmn:dataObjectReference id="data" dataObjectRef="object" /><bpmn:dataObject id="object" />
<bpmn:textAnnotation id="annotation" /><bpmn:group id="group" />"""
_NO_HOSTS = ("extensionElements", "flowNodeRef", "incoming", "outgoing")
_ROOT = etree.fromstring(file(_BODY, _BESIDE))


class Host:
    """A copy of the model, to be written into at one of its elements."""

    def __init__(self, path: str) -> None:
        self.root = copy.deepcopy(_ROOT)
        found = self.root if path == "." else self.root.find(path)
        assert found is not None
        self.element = found

    def write(self, prefix: str, name: str, value: str) -> None:
        """Write an attribute, but for what is there."""
        key = f"{{{SPACES[prefix]}}}{name}"
        if self.element.get(key) is None:
            self.element.set(key, value)

    def extend(self, prefix: str, name: str, given: Mapping[str, str] | None = None) -> etree._Element:
        """Add an extension element with these attributes."""
        tag = f"{{{MODEL}}}extensionElements"
        found = self.element.find(tag)
        if found is None:
            found = etree.Element(tag)
            self.element.insert(0, found)
        return etree.SubElement(found, f"{{{SPACES[prefix]}}}{name}", dict(given or {}))

    def problems(self) -> list[Problem]:
        """What is found in it beyond what is found in the model itself."""
        return [found for found in read_process(etree.tostring(self.root)).problems if _key(found) not in _KNOWN]

    def graph(self) -> object:
        """What its reading gives, as plain values."""
        reading = read_process(etree.tostring(self.root))
        return [_plain((graph.nodes, graph.flows, graph.lanes, graph.version_tag)) for graph in reading.graphs]


def hosts() -> Iterator[tuple[str, str]]:
    """The name of each BPMN element of the model, with the path to it."""
    tree = _ROOT.getroottree()
    for element in _ROOT.iter(etree.Element):
        name = etree.QName(element)
        if name.namespace == MODEL and name.localname not in _NO_HOSTS:
            yield name.localname, "." if element is _ROOT else tree.getelementpath(element)


def _key(problem: Problem) -> tuple[str, str | None, str]:
    return problem.code, problem.element, problem.message


def _plain(value: object) -> object:
    if isinstance(value, Expression):
        return value.text
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return type(value).__name__, [(name, _plain(part)) for name, part in fields if name != "line"]
    if isinstance(value, Mapping):
        return [(key, _plain(part)) for key, part in value.items()]
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value if isinstance(value, str | int | frozenset | None) else repr(type(value))


_KNOWN = {_key(found) for found in read_process(etree.tostring(_ROOT)).problems}
GRAPH = Host(".").graph()
