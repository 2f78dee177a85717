"""The process as an immutable graph: what was read from the XML and checked, with its expressions compiled.

A graph is shared by all dossiers of a definition and never stored with one. Nodes know flows, flows know nodes by id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from engine.bpmn.scripts import Script
from engine.bpmn.timer_values import TimerDefinition
from engine.dmn import Model
from engine.feel import Expression

Signature = Literal["none", "initial", "approval", "organ"]
Place = Literal["anywhere", "office"]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDefinition:
    """The message that an event throws or awaits; `key` says which dossier it means when it is awaited."""

    name: str
    key: Expression | None = None


Mappings = tuple[tuple[str, Expression], ...]
"""Targets, perhaps with dots, and what gives their values, in order."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Node:
    """A flow node. `kind` is its BPMN element name; flows are in the order in which the node lists them."""

    kind: ClassVar[str] = ""
    id: str
    name: str
    line: int
    incoming: tuple[Flow, ...] = ()
    outgoing: tuple[Flow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StartEvent(Node):
    """Starts an instance: without a trigger, or by a message."""

    kind: ClassVar[str] = "startEvent"
    message: MessageDefinition | None = None
    outputs: Mappings = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EndEvent(Node):
    """Consumes its token, and throws its message if it has one."""

    kind: ClassVar[str] = "endEvent"
    message: MessageDefinition | None = None
    inputs: Mappings = ()
    outputs: Mappings = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiInstance:
    """How often a task's work is done (BPMN 2.0 §10.3.8): once for each member of `collection`, or `cardinality` times.

    Each instance has `loopCounter`, from 1, and its member as `item`. `element` gives its part of the list `results`.
    `own` are the names that stay within an instance.
    """

    sequential: bool = False
    collection: Expression | None = None
    cardinality: Expression | None = None
    item: str | None = None
    results: str | None = None
    element: Expression | None = None
    until: Expression | None = None
    own: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Activity(Node):
    """A task; conditions and a default flow may stand behind it. With `loop` its work is done several times."""

    default: str | None = None
    boundaries: tuple[BoundaryEvent, ...] = ()
    inputs: Mappings = ()
    outputs: Mappings = ()
    loop: MultiInstance | None = None


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
    hand_over: str | None = None  # the document that completing this task hands over at the counter


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ServiceTask(Activity):
    """Work for a program: a job of `job_type`. Without `inputs` the job gets all data."""

    kind: ClassVar[str] = "serviceTask"
    job_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


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
class ExclusiveGateway(Node):
    """Takes the first flow whose condition is true, else the default (BPMN 2.0 §13.4.2)."""

    kind: ClassVar[str] = "exclusiveGateway"
    default: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ParallelGateway(Node):
    """Takes one token from each incoming flow, gives one to each outgoing flow (BPMN 2.0 §13.4.1)."""

    kind: ClassVar[str] = "parallelGateway"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CatchEvent(Node):
    """Holds its token until the timer fires or the message comes."""

    kind: ClassVar[str] = "intermediateCatchEvent"
    timer: TimerDefinition | None = None
    message: MessageDefinition | None = None
    accepts: tuple[str, ...] = ()  # the data that the message may bring
    outputs: Mappings = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ThrowEvent(Node):
    """Throws its message and goes on."""

    kind: ClassVar[str] = "intermediateThrowEvent"
    message: MessageDefinition
    inputs: Mappings = ()
    outputs: Mappings = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BoundaryEvent(Node):
    """Waits while its activity is active; interrupts it or not (BPMN 2.0 §13.5.3)."""

    kind: ClassVar[str] = "boundaryEvent"
    attached_to: str
    interrupting: bool = True
    timer: TimerDefinition | None = None
    message: MessageDefinition | None = None
    accepts: tuple[str, ...] = ()  # the data that the message may bring
    outputs: Mappings = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A lane: the role that does what stands in it."""

    id: str
    name: str
    line: int
    role: str | None
    nodes: tuple[str, ...]


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

    def role_of(self, element: str) -> str | None:
        """The role of the lane in which the element stands."""
        return next((lane.role for lane in self.lanes if element in lane.nodes), None)

    def starts(self, message: str | None) -> tuple[StartEvent, ...]:
        """The start events that `message` (None: no trigger) sets off."""
        events = (node for node in self.nodes.values() if isinstance(node, StartEvent))
        return tuple(event for event in events if (event.message.name if event.message else None) == message)
