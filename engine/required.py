"""Whether a process can give what a procedure requires of its result; told to whoever deploys one or adopts the other.

Only warnings: the process and the record are changed one after the other. What is missed here stops at the dispatch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine import capacities
from engine.bpmn.graph import Graph, ServiceTask, UserTask
from engine.bpmn.problems import Problem
from engine.bpmn.signatures import covers, roles_of, signing_steps, unseen
from engine.bpmn.without import reached_without
from engine.dispatch import told
from engine.procedure import ORGAN, Procedure, RequiredApproval
from engine.process import PROCESS

SENDING = frozenset({"hoso.email", "hoso.post", "hoso.counter"})


def unmet(graph: Graph, procedure: Procedure) -> tuple[Problem, ...]:
    """What the process cannot give, or not on every way to where the result goes out."""
    steps = {required: _giving(graph, procedure, required) for required in procedure.approvals}
    found = [*_missing(graph, procedure, steps), *_unsent(graph, procedure)]
    return tuple(found or _around(graph, procedure, steps))


def _giving(graph: Graph, procedure: Procedure, required: RequiredApproval) -> list[UserTask]:
    """The steps that may give it."""
    asked = signing_steps(graph, required.purpose)
    return [step for step in asked if _why_not(step, procedure.result, required) is None]


def _why_not(step: UserTask, result: str, required: RequiredApproval) -> str | None:
    roles = roles_of(step)
    if not covers(step, result):
        return f"{step.id} does not sign {result}"
    if roles is not None and required.role not in roles:
        return f"{step.id} is for {', '.join(sorted(roles)) or 'nobody'}"
    if required.purpose != ORGAN and step.capacities is not None and step.capacities.isdisjoint(required.capacities):
        return f"{step.id} is signed {capacities.told(step.capacities)}"
    return None


def _missing(graph: Graph, procedure: Procedure, steps: Mapping[RequiredApproval, list[UserTask]]) -> Iterator[Problem]:
    """Each approval for which there are fewer steps than the procedure asks for; calls elsewhere may have them."""
    for required in () if unseen(graph) else dict.fromkeys(procedure.approvals):
        wanted, there = procedure.approvals.count(required), len(steps[required])
        if there >= wanted:
            continue
        near = (_why_not(step, procedure.result, required) for step in signing_steps(graph, required.purpose))
        but = "; ".join(filter(None, near))
        times = f", {wanted} times" if wanted > 1 else ""
        message = f"procedure {procedure.code} requires {told([required])}{times}, over {procedure.result}"
        message += f": the process has {there or 'no'} such step" + (f" ({but})" if but else "")
        yield _problem(graph.line, graph.process_id, message, "draw the step, or correct role, documents or record")


def _unsent(graph: Graph, procedure: Procedure) -> Iterator[Problem]:
    """A record for a result that the process never sends."""
    sending = list(_sending(graph))
    if unseen(graph) or not sending or any(document == procedure.result for _, document in sending):
        return
    node, _ = sending[0]
    sent = ", ".join(sorted({document or "nothing" for _, document in sending}))
    message = f"procedure {procedure.code} has the result {procedure.result}; the process sends {sent}"
    yield _problem(node.line, node.id, message, "name the result in its header document, or in the record")


def _around(graph: Graph, procedure: Procedure, steps: Mapping[RequiredApproval, list[UserTask]]) -> Iterator[Problem]:
    """Where the result may be sent though a required step was passed by: it would stay."""
    for required, giving in steps.items():
        reached = reached_without(graph, {step.id for step in giving} | unseen(graph))
        sent = (node for node, document in _sending(graph) if document == procedure.result and node.id in reached)
        if (node := next(sent, None)) is not None:
            message = f"it can be reached without {told([required])}, which procedure {procedure.code} requires"
            yield _problem(node.line, node.id, message, "lead every way to it through that step")


def _sending(graph: Graph) -> Iterator[tuple[ServiceTask, str]]:
    """The steps that send something out, with the document that they send."""
    for node in graph.nodes.values():
        if isinstance(node, ServiceTask) and node.job_type in SENDING:
            yield node, node.headers.get("document", "")


def _problem(line: int, element: str, message: str, remedy: str) -> Problem:
    return Problem(
        severity="warning",
        file=PROCESS,
        line=line,
        element=element,
        code="procedure-unmet",
        message=message,
        remedy=remedy,
    )
