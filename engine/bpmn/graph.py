"""The process as an immutable graph: what was read from the XML and checked, with its expressions compiled.

A graph is shared by all dossiers of a definition and never stored with one. Nodes know flows, flows know nodes by id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from engine.bpmn.calls import CalledProcess
from engine.bpmn.lane import Lane
from engine.bpmn.schedule import Schedule
from engine.bpmn.scripts import Script
from engine.bpmn.triggers import Link, MessageDefinition, StartedBy, Trigger, names_of
from engine.dmn import Model
from engine.feel import Expression

Signature = Literal["none", "initial", "approval", "organ"]
Place = Literal["anywhere", "office"]
Strategy = Literal["queue", "least-loaded", "least-recent"]
ResultShape = Literal["singleEntry", "singleResult", "collectEntries", "resultList"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A sequence flow (BPMN 2.0 §8.3.13)."""

    id: str
    name: str
    line: int
    source: str
    target: str
    condition: Expression | None = None


Mappings = tuple[tuple[str, Expression], ...]
"""Targets, perhaps with dots, and what gives their values, in order."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Node:
    """A flow node. `kind` is its BPMN element name, `scope` the id of the process or subprocess around it.

    Flows are in the order in which the node lists them.
    """

    kind: ClassVar[str] = ""
    id: str
    name: str
    line: int
    scope: str = ""
    incoming: tuple[Flow, ...] = ()
    outgoing: tuple[Flow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventNode(Node):
    """An event. Of several triggers any one is enough, with `parallel` all must come (BPMN 2.0 §10.4.4)."""

    triggers: tuple[Trigger, ...] = ()
    parallel: bool = False
    inputs: Mappings = ()
    outputs: Mappings = ()
    accepts: tuple[str, ...] = ()  # the data that a message from outside may bring


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StartEvent(EventNode):
    """Starts an instance or an event subprocess; `interrupting` matters there alone."""

    kind: ClassVar[str] = "startEvent"
    interrupting: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EndEvent(EventNode):
    """Consumes its token, and throws what it has."""

    kind: ClassVar[str] = "endEvent"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CatchEvent(EventNode):
    """Holds its token until it is set off."""

    kind: ClassVar[str] = "intermediateCatchEvent"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ThrowEvent(EventNode):
    """Throws what it has and goes on."""

    kind: ClassVar[str] = "intermediateThrowEvent"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BoundaryEvent(EventNode):
    """Waits while its activity is active; interrupts it or not (BPMN 2.0 §13.5.3)."""

    kind: ClassVar[str] = "boundaryEvent"
    attached_to: str
    interrupting: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiInstance:
    """How often a task's work is done (BPMN 2.0 §10.3.8): once for each member of `collection`, or `cardinality` times.

    Each instance has `loopCounter`, from 1, and its member as `item`. `element` gives its part of the list `results`.
    `own` are the names that stay within an instance. `behaviour` are triggers thrown to the boundary events as
    instances complete: after the first, or after each whose condition holds.
    """

    sequential: bool = False
    collection: Expression | None = None
    cardinality: Expression | None = None
    item: str | None = None
    results: str | None = None
    element: Expression | None = None
    until: Expression | None = None
    own: frozenset[str] = frozenset()
    after_first: Trigger | None = None
    after_each: tuple[tuple[Expression | None, Trigger], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardLoop:
    """Repeats while `condition` holds, at most `maximum` times (BPMN 2.0 §10.3.8)."""

    condition: Expression | None = None
    maximum: int | None = None
    test_before: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Activity(Node):
    """A task or subprocess; conditions and a default flow may stand behind it. With `loop` it is done several times.

    `handler` is the activity that compensates it.
    """

    default: str | None = None
    boundaries: tuple[BoundaryEvent, ...] = ()
    inputs: Mappings = ()
    outputs: Mappings = ()
    loop: MultiInstance | StandardLoop | None = None
    for_compensation: bool = False
    handler: str | None = None
    start_quantity: int = 1
    completion_quantity: int = 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlainTask(Activity):
    """A task without anything to do for the engine: abstract or manual."""

    kind: ClassVar[str] = "task"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UserTask(Activity):
    """Work for an officer."""

    kind: ClassVar[str] = "userTask"
    role: str | None = None
    assignee: Expression | None = None
    candidate_users: Expression | None = None
    candidate_groups: Expression | None = None
    form: str | None = None
    signature: Signature = "none"
    place: Place = "anywhere"
    documents: tuple[str, ...] | None = None
    not_same_as: tuple[str, ...] = ()
    schedule: Schedule = field(default_factory=Schedule)
    hand_over: str | None = None  # the document that completing this task hands over at the counter
    unit: Expression | None = None  # whose officers are asked; without, the dossier's unit's
    document_kind: str | None = None  # the kind of document that it decides on
    strategy: Strategy = "queue"
    capacities: frozenset[str] | None = None  # in which its approval may be signed, as records write them; None: any


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ServiceTask(Activity):
    """Work for a program: a job of `job_type`, tried `retries` times. Without `inputs` the job gets all data."""

    kind: ClassVar[str] = "serviceTask"
    job_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
    retries: int = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SendTask(Activity):
    """Sends a message."""

    kind: ClassVar[str] = "sendTask"
    message: MessageDefinition


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReceiveTask(Activity):
    """Waits for a message; `instantiate`: starts an instance by it (BPMN 2.0.2 §10.3.3)."""

    kind: ClassVar[str] = "receiveTask"
    message: MessageDefinition
    accepts: tuple[str, ...] = ()
    instantiate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScriptTask(Activity):
    """Computes its result within the step (BPMN 2.0 §10.3.3)."""

    kind: ClassVar[str] = "scriptTask"
    script: Script


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BusinessRuleTask(Activity):
    """Asks a decision of the bundle within the step (BPMN 2.0 §10.3.3); its value becomes `result_variable`.

    `shape` gives it as Camunda 7 does; without one it is the value as DMN says.
    """

    kind: ClassVar[str] = "businessRuleTask"
    decision: str
    result_variable: str
    shape: ResultShape | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SubProcess(Activity):
    """A process within the process, with a scope of its own; a transaction can be cancelled (BPMN 2.0 §13.3.4)."""

    kind: ClassVar[str] = "subProcess"
    triggered_by_event: bool = False
    transaction: bool = False
    properties: tuple[str, ...] = ()  # names of data that live in this scope: properties and data objects


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AdHocSubProcess(SubProcess):
    """Its activities run in any order, until `condition` holds (BPMN 2.0 §13.3.5)."""

    kind: ClassVar[str] = "adHocSubProcess"
    sequential: bool = False
    condition: Expression | None = None
    cancel_remaining: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CallActivity(Activity):
    """Runs a global task or another process of the file; `elsewhere`, one of another bundle, which is linked later.

    Without `sees`, nothing but its inputs is seen within; without `gives`, nothing but its outputs comes out.
    """

    kind: ClassVar[str] = "callActivity"
    called: str
    properties: tuple[str, ...] = ()  # names of data that live in what it calls
    elsewhere: CalledProcess | None = None
    sees: bool = True
    gives: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExclusiveGateway(Node):
    """Takes the first flow whose condition is true, else the default (BPMN 2.0 §13.4.2)."""

    kind: ClassVar[str] = "exclusiveGateway"
    default: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ParallelGateway(Node):
    """Takes one token from each incoming flow, gives one to each outgoing flow (BPMN 2.0 §13.4.1)."""

    kind: ClassVar[str] = "parallelGateway"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InclusiveGateway(Node):
    """Waits for every token that can still come; takes each flow whose condition is true (BPMN 2.0 §13.4.3)."""

    kind: ClassVar[str] = "inclusiveGateway"
    default: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ComplexGateway(Node):
    """Activated as `activation` becomes true over `activationCount`, reset as all others came (BPMN 2.0 §13.4.5)."""

    kind: ClassVar[str] = "complexGateway"
    default: str | None = None
    activation: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventBasedGateway(Node):
    """Goes on with, or starts by, the first event behind it; `parallel` wants all of them (BPMN 2.0.2 §13.4.4)."""

    kind: ClassVar[str] = "eventBasedGateway"
    instantiate: bool = False
    parallel: bool = False


Starting = StartEvent | CatchEvent | ReceiveTask
"""Where an instance of a process starts: beside start events, what `instantiate` says."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Graph:
    """One process, ready to run, with the models of the bundle's decisions by id. Hashable by identity."""

    process_id: str
    name: str
    line: int
    nodes: Mapping[str, Node]
    flows: Mapping[str, Flow]
    lanes: tuple[Lane, ...] = ()
    decisions: Mapping[str, Model] = field(default_factory=dict)
    properties: tuple[str, ...] = ()
    """Names of data that live in a call of it; the dossier's own process has all that live nowhere else anyway."""
    version_tag: str | None = None
    declared: tuple[str, ...] = ()
    """Names of the data objects and properties that are drawn in the process; expressions see the data anyway."""
    reached: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict, repr=False)
    """What `engine.bpmn.reach` found out."""
    _links: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)
    _kinds: dict[str, frozenset[type[Node]]] = field(default_factory=dict, repr=False)
    _within: dict[str, tuple[Node, ...]] = field(default_factory=dict, repr=False)

    def within(self, scope: str) -> tuple[Node, ...]:
        """The nodes that stand directly in a process or subprocess, in the order of the file."""
        if not self._within:
            found: dict[str, list[Node]] = {}
            for node in self.nodes.values():
                found.setdefault(node.scope, []).append(node)
            self._within.update({name: tuple(nodes) for name, nodes in found.items()})
        return self._within.get(scope, ())

    def kinds(self, scope: str) -> frozenset[type[Node]]:
        """The kinds of nodes that stand directly in a process or subprocess."""
        if scope not in self._kinds:
            self._kinds[scope] = frozenset(map(type, self.within(scope)))
        return self._kinds[scope]

    def link(self, node: EventNode) -> str | None:
        """The event that catches what a link throws."""
        names = _links(node) if isinstance(node, ThrowEvent) else ()
        if names and not self._links:
            for other in self.nodes.values():
                for name in _links(other) if isinstance(other, CatchEvent) else ():
                    self._links.setdefault((other.scope, name), other.id)
        return next((found for name in names if (found := self._links.get((node.scope, name)))), None)

    def role_of(self, element: str) -> str | None:
        """The role of the innermost lane in which the element stands; within a subprocess, that of the subprocess."""
        while element:
            for lane in reversed(self.lanes):  # a lane comes after those around it
                if lane.role and element in lane.nodes:
                    return lane.role
            node = self.nodes.get(element)
            element = node.scope if node is not None and node.scope != element else ""
        return None

    @property
    def starts(self) -> tuple[Starting, ...]:
        """The start events of the process itself, its receive tasks that instantiate, the events of such gateways."""
        within = [node for node in self.within(self.process_id) if begins(node)]
        behind = {flow.target for node in within if isinstance(node, EventBasedGateway) for flow in node.outgoing}
        nodes = (*within, *(self.nodes[target] for target in sorted(behind)))
        return tuple(node for node in nodes if isinstance(node, Starting))

    def started_by(
        self, *, message: str | None = None, signal: str | None = None, timer: str | None = None
    ) -> tuple[Starting, ...]:
        """What of `starts` a message or signal of this name, or its own timer, sets off; else those without."""
        wanted = StartedBy(message=message, signal=signal, timer=timer)
        return tuple(event for event in self.starts if wanted in start_names(event))


def inner(node: Node) -> str:
    """The id around the nodes that an activity with a scope of its own runs."""
    return node.called if isinstance(node, CallActivity) else node.id


def _links(node: EventNode) -> list[str]:
    return [trigger.name for trigger in node.triggers if isinstance(trigger, Link)]


def begins(node: Node) -> bool:
    """Whether it stands where a process begins: a start event, or what instantiates."""
    return isinstance(node, StartEvent) or (isinstance(node, ReceiveTask | EventBasedGateway) and node.instantiate)


def start_names(node: Starting) -> tuple[StartedBy, ...]:
    """What sets off a start of a process."""
    if isinstance(node, ReceiveTask):
        return (StartedBy(message=node.message.name),)
    if isinstance(node, StartEvent) and not node.triggers:
        return (StartedBy(),)
    return tuple(names_of(node.triggers, node.id))
