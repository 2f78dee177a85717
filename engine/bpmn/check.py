"""Check a process before it is deployed: it runs as the standard says, or it is refused here with the reason."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from engine.bpmn.document import children, line_of, parse
from engine.bpmn.graph import (
    Activity,
    BoundaryEvent,
    BusinessRuleTask,
    EndEvent,
    ExclusiveGateway,
    Graph,
    Node,
    ParallelGateway,
    ScriptTask,
    ServiceTask,
    StartEvent,
    UserTask,
)
from engine.bpmn.problems import Problem, Problems
from engine.bpmn.read import NO_SCRIPTS, read_tree
from engine.bpmn.scripts import FeelScript, Language
from engine.bpmn.second_engine import validate_schema
from engine.dmn import Model

NO_DECISIONS: Mapping[str, Model] = MappingProxyType({})
# Job types whose header `template` names a file of the bundle.
_WITH_TEMPLATE = ("hoso.letter", "hoso.email")


def check_process(
    xml: bytes,
    *,
    source: str,
    forms: Mapping[str, object] | None = None,
    files: Collection[str] | None = None,
    decisions: Mapping[str, Model] = NO_DECISIONS,
    scripts: Mapping[str, Language] = NO_SCRIPTS,
) -> tuple[Graph | None, tuple[Problem, ...]]:
    """The process ready to run, or None when a problem is an error.

    `forms` are the bundle's forms by id and `files` its paths; where they are None, references to them are not checked.
    `decisions` are the models of the bundle's decisions, by decision id. `scripts` are languages of script tasks beside
    FEEL, by `scriptFormat`: nothing that is deployed can bring one.
    """
    problems = Problems(source)
    root = parse(xml, problems)
    if root is None:
        return None, problems.found()
    graphs = read_tree(root, problems, scripts)
    if len(graphs) != 1:
        line = line_of(next(children(root, "process"), root))
        names = ", ".join(graph.process_id for graph in graphs) or "none"
        message = f"the file has {len(graphs)} executable processes ({names}); a bundle has one"
        problems.error(line, None, "executable-processes", message, 'set isExecutable="true" on exactly one')
    for graph in graphs:
        check_graph(graph, problems)
        _check_bundle(graph, forms, files, problems)
        _check_decisions(graph, decisions, problems)
    validate_schema(root, problems)
    return (None if problems.refused else replace(graphs[0], decisions=decisions)), problems.found()


def check_graph(graph: Graph, problems: Problems) -> None:
    """The rules of structure; a bare node was refused when it was read and is not judged again."""
    _check_starts(graph, problems)
    nodes = [node for node in graph.nodes.values() if node.kind]
    if not any(isinstance(node, EndEvent) for node in graph.nodes.values()) and len(nodes) == len(graph.nodes):
        problems.error(graph.line, graph.process_id, "no-end", "the process has no end event", "draw one")
    for node in nodes:
        _check_connected(node, problems)
        _check_conditions(node, problems)
        if isinstance(node, UserTask):
            _check_user_task(node, graph, problems)
        if isinstance(node, BusinessRuleTask) or (isinstance(node, ScriptTask) and isinstance(node.script, FeelScript)):
            _check_at_once(node, problems)
    _check_reachable(graph, problems)


def _check_starts(graph: Graph, problems: Problems) -> None:
    starts = [node for node in graph.nodes.values() if isinstance(node, StartEvent)]
    if not starts and all(node.kind for node in graph.nodes.values()):
        problems.error(graph.line, graph.process_id, "no-start", "the process has no start event", "draw one")
    seen: dict[str | None, str] = {}
    for node in starts:
        trigger = node.message.name if node.message else None
        if trigger in seen:
            what = f"message {trigger!r}" if trigger else "no trigger"
            message = f"it starts by {what}, as {seen[trigger]} does"
            problems.error(node.line, node.id, "start-twice", message, "keep one of them")
        seen.setdefault(trigger, node.id)


def _check_connected(node: Node, problems: Problems) -> None:
    """Where tokens come from and go to (BPMN 2.0 §10.5.2, §10.5.3, §10.5.4, §13.2)."""
    starts = isinstance(node, StartEvent | BoundaryEvent)
    if starts and node.incoming:
        message = f"flow {node.incoming[0].id} leads into a {node.kind}"
        problems.error(node.line, node.id, "flow-into-start", message, "lead it to the element behind the event")
    if not starts and not node.incoming:
        problems.error(node.line, node.id, "no-incoming", f"no flow leads to this {node.kind}", "connect it")
    if isinstance(node, EndEvent) and node.outgoing:
        message = f"flow {node.outgoing[0].id} leads out of an end event"
        problems.error(node.line, node.id, "flow-from-end", message, "remove the flow, or use an intermediate event")
    if not isinstance(node, EndEvent) and not node.outgoing:
        problems.error(
            node.line, node.id, "no-outgoing", f"no flow leads on from this {node.kind}", "draw one, to an end event"
        )
    if isinstance(node, ExclusiveGateway | ParallelGateway) and len(node.incoming) == len(node.outgoing) == 1:
        problems.warning(node.line, node.id, "gateway-idle", "the gateway neither splits nor joins", "remove it")


def _check_conditions(node: Node, problems: Problems) -> None:
    """Where conditions and defaults may stand (BPMN 2.0 §8.3.13, §10.6.2)."""
    conditional = [flow for flow in node.outgoing if flow.condition is not None]
    default = node.default if isinstance(node, Activity | ExclusiveGateway) else None
    if conditional and not isinstance(node, Activity | ExclusiveGateway):
        for flow in conditional:
            message = f"a flow out of a {node.kind} has a condition"
            problems.error(flow.line, flow.id, "condition-forbidden", message, "remove it, or use an exclusive gateway")
        return
    if default and default not in {flow.id for flow in node.outgoing}:
        message = f"its default {default!r} is not one of its outgoing flows"
        problems.error(node.line, node.id, "default-elsewhere", message, "choose the default in the modeler")
    for flow in conditional:
        if flow.id == default:
            message = "the default flow has a condition, which is ignored"
            problems.warning(flow.line, flow.id, "condition-on-default", message, "remove the condition")
    if isinstance(node, Activity) and conditional and len(node.outgoing) == 1:
        message = "the only flow out of the task has a condition"
        problems.error(
            conditional[0].line, conditional[0].id, "condition-alone", message, "add a flow for the other case"
        )
    if isinstance(node, ExclusiveGateway) and len(node.outgoing) > 1:
        for flow in node.outgoing:
            if flow.condition is None and flow.id != default:
                message = "a flow out of a splitting exclusive gateway has no condition"
                problems.error(flow.line, flow.id, "condition-missing", message, "write one, or make it the default")


def _check_user_task(node: UserTask, graph: Graph, problems: Problems) -> None:
    if not (node.role or node.assignee or node.candidate_users or node.candidate_groups):
        message = "nobody can do this task: it stands in no named lane and has no assignment"
        problems.error(node.line, node.id, "no-candidates", message, "put it into a lane, or give it candidate groups")
    for other in node.not_same_as:
        if not isinstance(graph.nodes.get(other), UserTask) or other == node.id:
            message = f"hoso:notSameAs names {other!r}, which is no other user task"
            problems.error(node.line, node.id, "not-same-as", message, "name the ids of user tasks")


def _check_at_once(node: Activity, problems: Problems) -> None:
    for event in node.boundaries:
        message = f"it never comes: {node.id} is done as soon as it is entered"
        problems.warning(
            event.line, event.id, "boundary-never", message, "remove it, or attach it to a task that waits"
        )


def _check_reachable(graph: Graph, problems: Problems) -> None:
    # What lies behind a refused node is not its own fault, so refused nodes count as reached.
    pending = [node.id for node in graph.nodes.values() if isinstance(node, StartEvent) or not node.kind]
    reached = set(pending)
    while pending:
        for target in _next(graph.nodes[pending.pop()]):
            if target not in reached:
                reached.add(target)
                pending.append(target)
    for node in graph.nodes.values():
        if node.id not in reached and node.incoming:
            problems.error(
                node.line,
                node.id,
                "unreachable",
                f"no token can reach this {node.kind}",
                "connect it to the start, or remove it",
            )


def _next(node: Node) -> Iterator[str]:
    yield from (flow.target for flow in node.outgoing)
    if isinstance(node, Activity):
        yield from (event.id for event in node.boundaries)


def _check_bundle(
    graph: Graph, forms: Mapping[str, object] | None, files: Collection[str] | None, problems: Problems
) -> None:
    """What the process names must be in the bundle."""
    for node in graph.nodes.values():
        if isinstance(node, UserTask) and node.form and forms is not None and node.form not in forms:
            known = ", ".join(sorted(forms)) or "none"
            message = f"form {node.form!r} is not in the bundle"
            problems.error(node.line, node.id, "form-unknown", message, f"add it, or use one of: {known}")
        if isinstance(node, ServiceTask) and node.job_type in _WITH_TEMPLATE and files is not None:
            template = node.headers.get("template")
            if template and template not in files:
                message = f"template {template!r} is not in the bundle"
                problems.error(node.line, node.id, "template-unknown", message, "add the file, or correct its path")


def _check_decisions(graph: Graph, decisions: Mapping[str, Model], problems: Problems) -> None:
    for node in graph.nodes.values():
        if isinstance(node, BusinessRuleTask) and node.decision not in decisions:
            known = ", ".join(sorted(decisions)) or "none"
            message = f"decision {node.decision!r} is not in the bundle"
            problems.error(node.line, node.id, "decision-unknown", message, f"add it, or use one of: {known}")
