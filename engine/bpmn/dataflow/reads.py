"""Where data are read: by expressions, mappings and decisions, with the place of each name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.bpmn.dataflow.sources import Facts, local_to, result_of, roots
from engine.bpmn.graph import (
    Activity,
    AdHocSubProcess,
    BusinessRuleTask,
    ComplexGateway,
    EventNode,
    Graph,
    MultiInstance,
    Node,
    ReceiveTask,
    ScriptTask,
    StandardLoop,
    UserTask,
)
from engine.bpmn.problems import Mark
from engine.bpmn.scripts import FeelScript
from engine.bpmn.triggers import Condition, Message, MessageDefinition, Timer, Trigger
from engine.feel import Expression

_NUMBERS = ("numberOfInstances", "numberOfActiveInstances", "numberOfCompletedInstances", "numberOfTerminatedInstances")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """An element, or a flow out of it, reads a name of the data: as it is entered, or (`after`) as it is left."""

    name: str
    node: Node
    line: int
    element: str
    what: str
    mark: Mark
    after: bool = False


def reads_of(node: Node, facts: Facts) -> Iterator[Read]:
    """What the element reads that is not local to it or to what lies around it."""
    around = facts.around(node)
    own = local_to(node) | around
    yield from _inputs(node, around)
    result = result_of(node, facts)
    for expression, what in _before(node):
        yield from _of(expression, node, what, own)
    if not result.anything:
        for expression, what, more in _after(node):
            yield from _of(expression, node, what, own | result.names | frozenset(more), after=True)
    if isinstance(node, BusinessRuleTask):
        yield from _of_decision(node, facts.graph, own)
    for flow in node.outgoing:
        if flow.condition is not None:
            seen = around | ({"activationCount"} if isinstance(node, ComplexGateway) else frozenset())
            for read in _of(flow.condition, node, "the condition", seen, after=True):
                yield Read(
                    name=read.name,
                    node=node,
                    line=flow.line,
                    element=flow.id,
                    what=read.what,
                    mark=read.mark,
                    after=True,
                )


def _inputs(node: Node, around: frozenset[str]) -> Iterator[Read]:
    """Inputs in their order: later ones see earlier ones."""
    if not isinstance(node, Activity | EventNode):
        return
    loop = node.loop if isinstance(node, Activity) else None
    seen = set(around) | (loop.own if isinstance(loop, MultiInstance) else {"loopCounter"} if loop else set())
    for target, expression in node.inputs:
        yield from _of(expression, node, f"the input {target}", seen)
        seen.update(roots(((target, expression),)))


def _before(node: Node) -> Iterator[tuple[Expression | None, str]]:
    """The expressions that are evaluated as a token comes."""
    if isinstance(node, Activity):
        if isinstance(node.loop, MultiInstance):
            yield node.loop.collection, "the collection"
            yield node.loop.cardinality, "the cardinality"
        elif isinstance(node.loop, StandardLoop) and node.loop.test_before:
            yield node.loop.condition, "the loop condition"
    match node:
        case UserTask():
            yield node.assignee, "the assignee"
            yield node.candidate_users, "the candidate users"
            yield node.candidate_groups, "the candidate groups"
            yield node.unit, "the unit"
        case ScriptTask(script=FeelScript() as script):
            yield script.expression, "the script"
        case EventNode():
            for trigger in node.triggers:
                yield _of_trigger(trigger)
    if isinstance(node, ReceiveTask):
        yield _key(node.message)


def _of_trigger(trigger: Trigger) -> tuple[Expression | None, str]:
    match trigger:
        case Timer():
            return trigger.definition.expression, "the timer"
        case Message():
            return _key(trigger.message)
        case Condition():
            return trigger.expression, "the condition"
    return None, ""


def _key(message: MessageDefinition) -> tuple[Expression | None, str]:
    return message.key, "the correlation key"


def _after(node: Node) -> Iterator[tuple[Expression | None, str, Iterable[str]]]:
    """The expressions that are evaluated as the work is done; they see its result."""
    if isinstance(node, Activity | EventNode):
        seen: set[str] = set()
        for target, expression in node.outputs:
            yield expression, f"the output {target}", tuple(seen)
            seen.update(roots(((target, expression),)))
    if isinstance(node, Activity):
        given = tuple(roots(node.outputs))
        if isinstance(node.loop, MultiInstance):
            yield node.loop.element, "the output element", given
            yield node.loop.until, "the completion condition", (*given, *_NUMBERS)
        elif isinstance(node.loop, StandardLoop) and not node.loop.test_before:
            yield node.loop.condition, "the loop condition", given
    if isinstance(node, AdHocSubProcess):
        yield node.condition, "the completion condition", ()
    if isinstance(node, ComplexGateway):
        yield node.activation, "the activation condition", ("activationCount",)


def _of(
    expression: Expression | None, node: Node, what: str, seen: Iterable[str], *, after: bool = False
) -> Iterator[Read]:
    if expression is None:
        return
    for name, at in expression.reads.items():
        if name not in seen:
            mark = Mark(text=expression.text, line=at.line, column=at.column, length=len(name))
            yield Read(name=name, node=node, line=node.line, element=node.id, what=what, mark=mark, after=after)


def _of_decision(node: BusinessRuleTask, graph: Graph, seen: frozenset[str]) -> Iterator[Read]:
    model = graph.decisions.get(node.decision)
    for name in model.inputs_of(node.decision) if model is not None else ():
        if name not in seen:
            mark = Mark(text=node.decision)
            yield Read(
                name=name, node=node, line=node.line, element=node.id, what=f"decision {node.decision}", mark=mark
            )
