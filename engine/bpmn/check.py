"""Check a process before it is deployed: it runs as the standard says, or it is refused here with the reason."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from engine.bpmn.constraints import check_constraints
from engine.bpmn.document import children, line_of, parse
from engine.bpmn.graph import (
    Activity,
    AdHocSubProcess,
    BoundaryEvent,
    BusinessRuleTask,
    CatchEvent,
    ComplexGateway,
    EndEvent,
    EventBasedGateway,
    EventNode,
    ExclusiveGateway,
    Graph,
    InclusiveGateway,
    Node,
    ParallelGateway,
    ReceiveTask,
    ScriptTask,
    ServiceTask,
    StartEvent,
    SubProcess,
    ThrowEvent,
    UserTask,
    begins,
    start_names,
)
from engine.bpmn.instantiation import check_instantiation
from engine.bpmn.link import calls_of
from engine.bpmn.problems import Mark, Problem, Problems
from engine.bpmn.read import NO_SCRIPTS, read_tree
from engine.bpmn.scripts import FeelScript, Language
from engine.bpmn.second_engine import compare, validate_schema
from engine.bpmn.triggers import Compensation, Link, StartedBy
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
    elsewhere: bool = False,
    second: bool = False,
    although: str | None = None,
) -> tuple[Graph | None, tuple[Problem, ...]]:
    """The process ready to run, or None when a problem is an error.

    `forms` are the bundle's forms by id and `files` its paths; where they are None, references to them are not checked.
    `decisions` are the models of the bundle's decisions, by decision id. `scripts` are languages of script tasks beside
    FEEL, by `scriptFormat`: nothing that is deployed can bring one. `elsewhere`: its calls of processes of
    other bundles are judged, and linked, by the caller. `second` asks the second engine too, as every
    deploy does; with a recorded reason `although`, where it disagrees is a warning.
    """
    graphs, problems = check_file(
        xml,
        source=source,
        forms=forms,
        files=files,
        decisions=decisions,
        scripts=scripts,
        elsewhere=elsewhere,
        one=True,
        second=second,
        although=although,
    )
    return (graphs[0] if graphs else None), problems


def check_file(
    xml: bytes,
    *,
    source: str,
    forms: Mapping[str, object] | None = None,
    files: Collection[str] | None = None,
    decisions: Mapping[str, Model] = NO_DECISIONS,
    scripts: Mapping[str, Language] = NO_SCRIPTS,
    elsewhere: bool = False,
    one: bool = False,
    second: bool = False,
    although: str | None = None,
) -> tuple[tuple[Graph, ...], tuple[Problem, ...]]:
    """Every executable process of the file ready to run (there: just one), or none when a problem is an error."""
    problems = Problems(source)
    root = parse(xml, problems)
    if root is None:
        return (), problems.found()
    graphs = read_tree(root, problems, scripts)
    if not graphs or (one and len(graphs) > 1):
        line = line_of(next(children(root, "process"), root))
        names = ", ".join(graph.process_id for graph in graphs) or "none"
        message = f"the file has {len(graphs)} executable processes ({names}); a bundle has one"
        problems.error(line, None, "executable-processes", message, 'set isExecutable="true" on exactly one')
    for graph in graphs:
        check_graph(graph, problems)
        _check_bundle(graph, forms, files, problems)
        _check_decisions(graph, decisions, problems)
        for call in () if elsewhere else calls_of(graph):
            message = f"it calls {call.elsewhere}, which is no process or global task of this file"
            problems.error(call.line, call.id, "called-unknown", message, "name a process or global task of this file")
    check_constraints(root, problems)
    validate_schema(root, problems)
    if second and not problems.refused:
        for graph in graphs:
            problems.take(compare(graph, root, source=source, reason=although))
    found = () if problems.refused else tuple(replace(graph, decisions=decisions) for graph in graphs)
    return found, problems.found()


def check_graph(graph: Graph, problems: Problems) -> None:
    """The rules of structure; a bare node was refused when it was read and is not judged again."""
    _check_starts(graph, problems)
    nodes = [node for node in graph.nodes.values() if node.kind]
    begun = {node.scope for node in nodes if begins(node)}
    for node in nodes:
        _check_connected(node, graph, begun, problems)
        _check_conditions(node, problems)
        if isinstance(node, UserTask):
            _check_user_task(node, graph, problems)
        if isinstance(node, EventBasedGateway):
            _check_awaited(node, graph, problems)
        if isinstance(node, Activity) and _done_at_once(node):
            _check_at_once(node, problems)
    check_instantiation(graph, problems)
    _check_reachable(graph, problems)


def _check_starts(graph: Graph, problems: Problems) -> None:
    seen: dict[StartedBy, str] = {}
    for node in graph.starts:
        for by in start_names(node):
            if by in seen:
                message = f"it starts by {by}, as {seen[by]} does"
                problems.error(node.line, node.id, "start-twice", message, "keep one of them")
            seen.setdefault(by, node.id)


def _check_connected(node: Node, graph: Graph, begun: Collection[str], problems: Problems) -> None:
    """Where tokens come from and go to (BPMN 2.0 §10.5.2, §10.5.3, §10.5.4, §13.2); `begun`: scopes with a start."""
    starts = isinstance(node, StartEvent | BoundaryEvent)
    if starts and node.incoming:
        message = f"flow {node.incoming[0].id} leads into a {node.kind}"
        problems.error(node.line, node.id, "flow-into-start", message, "lead it to the element behind the event")
    if isinstance(node, EndEvent) and node.outgoing:
        message = f"flow {node.outgoing[0].id} leads out of an end event"
        problems.error(node.line, node.id, "flow-from-end", message, "remove the flow, or use an intermediate event")
    if _stands_alone(node, graph):
        return
    around = graph.kinds(node.scope)
    between = isinstance(node, CatchEvent | ThrowEvent)  # no token begins at these, with start events or without
    if not starts and not begins(node) and not node.incoming and (between or node.scope in begun):
        problems.error(node.line, node.id, "no-incoming", f"no flow leads to this {node.kind}", "connect it")
    goes_on = between or isinstance(node, BoundaryEvent)
    if not isinstance(node, EndEvent) and not node.outgoing and (goes_on or EndEvent in around):
        problems.error(
            node.line, node.id, "no-outgoing", f"no flow leads on from this {node.kind}", "draw one, to an end event"
        )


def _stands_alone(node: Node, graph: Graph) -> bool:
    """Whether a node needs no flows: what compensates, event subprocesses, links, what is ad hoc or global."""
    if isinstance(node, Activity) and node.for_compensation:
        return True
    if isinstance(node, SubProcess) and node.triggered_by_event:
        return True
    if isinstance(node, EventNode) and any(isinstance(trigger, Link | Compensation) for trigger in node.triggers):
        return not isinstance(node, ThrowEvent) or any(isinstance(trigger, Link) for trigger in node.triggers)
    return node.scope == node.id or isinstance(graph.nodes.get(node.scope), AdHocSubProcess)


_CONDITIONAL = Activity | ExclusiveGateway | InclusiveGateway | ComplexGateway


def _check_conditions(node: Node, problems: Problems) -> None:
    """Where conditions and defaults may stand (BPMN 2.0 §8.3.13, §10.6.2)."""
    conditional = [flow for flow in node.outgoing if flow.condition is not None]
    default = node.default if isinstance(node, _CONDITIONAL) else None
    if conditional and isinstance(node, ParallelGateway):
        for flow in conditional:
            message = "a parallel gateway takes every flow; this condition is ignored (BPMN 2.0.2 §10.6.4)"
            problems.warning(flow.line, flow.id, "condition-ignored", message, "remove it, or use an inclusive gateway")
        return
    if conditional and not isinstance(node, _CONDITIONAL):
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
    if isinstance(node, ExclusiveGateway) and len(node.outgoing) > 1:
        for flow in node.outgoing:
            # A condition that does not compile is told where it stands.
            if flow.condition is None and flow.id != default and not problems.refuses(flow.id):
                message = "a flow out of a splitting exclusive gateway has no condition"
                problems.error(flow.line, flow.id, "condition-missing", message, "write one, or make it the default")


def _check_user_task(node: UserTask, graph: Graph, problems: Problems) -> None:
    if not (node.role or node.assignee or node.candidate_users or node.candidate_groups):
        message = "nobody can do this task: it stands in no named lane and has no assignment"
        problems.error(node.line, node.id, "no-candidates", message, "put it into a lane, or give it candidate groups")
    for other in node.not_same_as:
        if not isinstance(graph.nodes.get(other), UserTask) or other == node.id:
            message = f"hoso:notSameAs names {other!r}, which is no other user task"
            problems.error(node.line, node.id, "not-same-as", message, "name the ids of user tasks", Mark(text=other))


def _check_awaited(gateway: EventBasedGateway, graph: Graph, problems: Problems) -> None:
    """A receive task behind the gateway begins by its message: once, and with nothing that comes before (§10.6.6)."""
    for node in (graph.nodes[flow.target] for flow in gateway.outgoing):
        if isinstance(node, ReceiveTask) and (node.loop or node.inputs or node.start_quantity > 1):
            message = f"a task that is repeated, counts tokens or has inputs stands behind gateway {gateway.id}"
            problems.error(node.line, node.id, "choice-target", message, "draw that behind it, or catch the message")


def _done_at_once(node: Activity) -> bool:
    if isinstance(node, ReceiveTask):
        return node.instantiate
    return isinstance(node, BusinessRuleTask) or (isinstance(node, ScriptTask) and isinstance(node.script, FeelScript))


def _check_at_once(node: Activity, problems: Problems) -> None:
    for event in node.boundaries:
        if any(isinstance(trigger, Compensation) for trigger in event.triggers):
            continue  # it is set off after the activity
        message = f"it never comes: {node.id} is done as soon as it is entered"
        problems.warning(
            event.line, event.id, "boundary-never", message, "remove it, or attach it to a task that waits"
        )


def _check_reachable(graph: Graph, problems: Problems) -> None:
    # What lies behind a refused node is not its own fault, so refused nodes count as reached.
    borders = [node.id for node in graph.nodes.values() if isinstance(node, BoundaryEvent)]
    pending = [node.id for node in graph.nodes.values() if not (node.incoming or node.id in borders) or not node.kind]
    reached = set(pending)
    while pending:
        for target in _next(graph.nodes[pending.pop()], graph):
            if target not in reached:
                reached.add(target)
                pending.append(target)
    for node in graph.nodes.values():
        if node.id not in reached:
            problems.error(
                node.line,
                node.id,
                "unreachable",
                f"no token can reach this {node.kind}",
                "connect it to the start, or remove it",
            )


def _next(node: Node, graph: Graph) -> Iterator[str]:
    yield from (flow.target for flow in node.outgoing)
    if isinstance(node, Activity):
        yield from (event.id for event in node.boundaries)
    if isinstance(node, EventNode) and (target := graph.link(node)):
        yield target


def _check_bundle(
    graph: Graph, forms: Mapping[str, object] | None, files: Collection[str] | None, problems: Problems
) -> None:
    """What the process names must be in the bundle."""
    for node in graph.nodes.values():
        if isinstance(node, UserTask) and node.form and forms is not None and node.form not in forms:
            known = ", ".join(sorted(forms)) or "none"
            message = f"form {node.form!r} is not in the bundle"
            remedy, mark = f"add it, or use one of: {known}", Mark(text=node.form)
            problems.error(node.line, node.id, "form-unknown", message, remedy, mark)
        if isinstance(node, ServiceTask) and node.job_type in _WITH_TEMPLATE and files is not None:
            template = node.headers.get("template")
            if template and template not in files:
                message = f"template {template!r} is not in the bundle"
                remedy, mark = "add the file, or correct its path", Mark(text=template)
                problems.error(node.line, node.id, "template-unknown", message, remedy, mark)


def _check_decisions(graph: Graph, decisions: Mapping[str, Model], problems: Problems) -> None:
    for node in graph.nodes.values():
        if isinstance(node, BusinessRuleTask) and node.decision not in decisions:
            known = ", ".join(sorted(decisions)) or "none"
            message = f"decision {node.decision!r} is not in the bundle"
            remedy, mark = f"add it, or use one of: {known}", Mark(text=node.decision)
            problems.error(node.line, node.id, "decision-unknown", message, remedy, mark)
