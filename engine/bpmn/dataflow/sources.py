"""Where data come from: which names an element may set as it is left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.bpmn.graph import (
    Activity,
    BoundaryEvent,
    BusinessRuleTask,
    CallActivity,
    EndEvent,
    EventNode,
    Graph,
    MultiInstance,
    Node,
    ReceiveTask,
    ScriptTask,
    ServiceTask,
    StartEvent,
    SubProcess,
    ThrowEvent,
    UserTask,
)
from engine.bpmn.scripts import FeelScript
from engine.bpmn.triggers import Error, Escalation, Signal
from engine.bpmn.vendor.jobs import BUILT_IN

Fields = Mapping[str, frozenset[str]]
"""The names of a form's fields, by the form's id."""

_BRINGING = (Signal, Escalation, Error)
# What built-in jobs add to the data (docs/reference/job-types.md); others nothing but their resultVariable.
_RESULTS = {"hoso.number": frozenset(("number", "date"))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sets:
    """What an element may set: these names, or `anything`. `computed`: by a program, as no start brings it."""

    names: frozenset[str] = frozenset()
    anything: bool = False
    computed: bool = False


NOTHING = Sets()
ANYTHING = Sets(anything=True, computed=True)


class Facts:
    """The graph with what is asked of it again and again, found out once."""

    def __init__(self, graph: Graph, fields: Fields) -> None:
        self.graph = graph
        self.fields = fields
        self.callers: dict[str, list[Node]] = {}
        self.thrown: dict[type, frozenset[str]] = {}
        """What signals, escalations and errors that are thrown within the process bring, by kind."""
        for node in graph.nodes.values():
            if isinstance(node, CallActivity):
                self.callers.setdefault(node.called, []).append(node)
            if isinstance(node, EndEvent | ThrowEvent):
                for kind in {type(trigger) for trigger in node.triggers if isinstance(trigger, _BRINGING)}:
                    self.thrown[kind] = self.thrown.get(kind, frozenset()) | frozenset(roots(node.inputs))
        work = (node for node in graph.nodes.values() if not isinstance(node, EventNode))
        self.unbound = any(result_of(node, self).anything for node in work)
        """Whether something may bring any name, and end in an error that does."""
        self._around: dict[str, frozenset[str]] = {}

    def holders(self, scope: str) -> list[Node]:
        """What runs the nodes of a scope: the subprocess of that id, or what calls it."""
        here = self.graph.nodes.get(scope)
        return self.callers.get(scope) or ([here] if here is not None else [])

    def around(self, node: Node) -> frozenset[str]:
        """The names that are local to what lies around; a boundary event sees those of its host."""
        host = self.graph.nodes.get(node.attached_to) if isinstance(node, BoundaryEvent) else None
        return self._within(node.scope) | (local_to(host) if host is not None else frozenset())

    def _within(self, scope: str) -> frozenset[str]:
        if scope not in self._around:
            found, seen, pending = set[str](), set[str](), [scope]
            while pending:
                at = pending.pop()
                if at not in seen:
                    seen.add(at)
                    for holder in self.holders(at):
                        found |= local_to(holder)
                        pending.append(holder.scope)
            self._around[scope] = frozenset(found)
        return self._around[scope]


def result_of(node: Node, facts: Facts) -> Sets:
    """What its work gives, before outputs are mapped."""
    match node:
        case UserTask(form=None):
            return NOTHING
        case UserTask():
            return Sets(names=facts.fields[node.form or ""]) if node.form in facts.fields else ANYTHING
        case ServiceTask():
            return _of_job(node)
        case ScriptTask(script=FeelScript() as script):
            return Sets(names=frozenset((script.result,)), computed=True)
        case ScriptTask():
            return ANYTHING
        case BusinessRuleTask():
            return Sets(names=frozenset((node.result_variable,)), computed=True)
        case ReceiveTask():
            return Sets(names=frozenset(node.accepts))
        case CallActivity() if not facts.graph.within(node.called):
            return ANYTHING
        case EventNode():
            return _of_event(node, facts)
    return NOTHING


def _of_job(node: ServiceTask) -> Sets:
    if not node.job_type.startswith(BUILT_IN):
        return ANYTHING
    variable = node.headers.get("resultVariable")
    named = frozenset((variable,) if variable else ())
    return Sets(names=_RESULTS.get(node.job_type, frozenset()) | named, computed=True)


def _of_event(node: EventNode, facts: Facts) -> Sets:
    if isinstance(node, EndEvent | ThrowEvent):
        return NOTHING
    if facts.unbound and any(isinstance(trigger, Error) for trigger in node.triggers):
        return ANYTHING
    thrown = (name for trigger in node.triggers for name in facts.thrown.get(type(trigger), ()))
    return Sets(names=frozenset((*node.accepts, *thrown)))


def sets_of(node: Node, facts: Facts) -> Sets:
    """What joins the data as the element is left: its outputs, or without any its result."""
    outputs = node.outputs if isinstance(node, Activity | EventNode) else ()
    starts = isinstance(node, StartEvent) and node.scope == facts.graph.process_id and not node.triggers
    found = result_of(node, facts)
    if outputs:
        kept = found.names if starts else frozenset()
        found = Sets(names=frozenset(roots(outputs)) | kept, computed=True)
    loop = node.loop if isinstance(node, Activity) else None
    if isinstance(loop, MultiInstance) and loop.results is not None:
        found = Sets(names=found.names | {loop.results}, anything=found.anything, computed=found.computed)
    return found


def roots(mappings: tuple[tuple[str, object], ...]) -> Iterator[str]:
    """The names that mappings set: of `a.b` it is `a`."""
    return (target.partition(".")[0] for target, _ in mappings)


def local_to(node: Node) -> frozenset[str]:
    """The names that only the element and what stands within it see."""
    if not isinstance(node, Activity):
        return frozenset()
    own = node.loop.own if isinstance(node.loop, MultiInstance) else {"loopCounter"} if node.loop else frozenset()
    properties = node.properties if isinstance(node, SubProcess) else ()
    return frozenset((*own, *properties, *roots(node.inputs)))
