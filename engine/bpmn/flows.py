"""Which flows a token takes."""

from __future__ import annotations

from engine.bpmn.graph import Activity, ComplexGateway, ExclusiveGateway, Flow, InclusiveGateway, Node
from engine.bpmn.scope import Scope, Stuck, because
from engine.bpmn.work import Work

Choosing = Activity | InclusiveGateway | ComplexGateway
"""What gives a token to every flow whose condition is true."""
_STATE = "waitingForStart"
_CHOOSING = (Activity, InclusiveGateway, ComplexGateway)


def choose(work: Work, node: Node, scope: int) -> tuple[Flow, ...]:
    """The flows that a token in `scope` takes out of `node`; Stuck when conditions leave it none."""
    if isinstance(node, ExclusiveGateway):
        return _choose_one(node, work.scope(node.id, scope))
    if isinstance(node, _CHOOSING) and (node.default or any(flow.condition for flow in node.outgoing)):
        return _choose_several(node, _asked(node, work.scope(node.id, scope), starting=True))
    return node.outgoing


def choose_again(node: ComplexGateway, seen: Scope) -> tuple[Flow, ...]:
    """The flows that a complex gateway takes as it is reset: those whose conditions ask for that (BPMN 2.0.2 §13.4.5).

    The standard evaluates all conditions again; one that does not name `waitingForStart` chose at the activation.
    """
    scope, reasons = _asked(node, seen, starting=False), list[str]()
    asking = [flow for flow in node.outgoing if flow.condition and _STATE in flow.condition.names]
    return tuple(flow for flow in asking if flow.id != node.default and _holds(flow, scope, reasons))


def _asked(node: Choosing, scope: Scope, *, starting: bool) -> Scope:
    """What the conditions behind a node see: behind a complex gateway also whether it waits for its start."""
    return scope.within({_STATE: starting}) if isinstance(node, ComplexGateway) else scope


def _choose_one(node: ExclusiveGateway, scope: Scope) -> tuple[Flow, ...]:
    """The first flow that holds, in the order in which the gateway lists them, else the default (BPMN 2.0 §13.4.2)."""
    default: Flow | None = None
    reasons: list[str] = []
    for flow in node.outgoing:
        if flow.id == node.default:
            default = flow
        elif flow.condition is None or _holds(flow, scope, reasons):
            return (flow,)
    if default is None:
        raise _none_taken(node, reasons)
    return (default,)


def _choose_several(node: Choosing, scope: Scope) -> tuple[Flow, ...]:
    """Every flow that is unconditional or holds; the default if no condition is true (BPMN 2.0 §8.3.13, §13.2.1)."""
    reasons: list[str] = []
    plain = {flow.id for flow in node.outgoing if flow.condition is None and flow.id != node.default}
    conditional = [flow for flow in node.outgoing if flow.condition and flow.id != node.default]
    true = {flow.id for flow in conditional if _holds(flow, scope, reasons)}
    taken = plain | true | ({node.default} if node.default and not true else set())
    if node.outgoing and not taken:
        raise _none_taken(node, reasons)
    return tuple(flow for flow in node.outgoing if flow.id in taken)


def _holds(flow: Flow, scope: Scope, reasons: list[str]) -> bool:
    """Whether the condition is true; why it is neither true nor false is added to `reasons`."""
    assert flow.condition is not None
    answer = scope.answer(flow.condition, "leave")
    if answer.value is None:
        reasons.append(f"the condition of flow {flow.id} is null{because(answer.problems)}")
    if answer.value is None or isinstance(answer.value, bool):
        return answer.value is True
    text = f"the condition of flow {flow.id} gives {type(answer.value).__name__}, not true or false"
    raise Stuck(scope.element, "condition-not-boolean", text, "leave")


def _none_taken(node: Node, reasons: list[str]) -> Stuck:
    why = "".join(f"; {reason}" for reason in reasons)
    return Stuck(node.id, "no-flow-taken", f"no condition is true and there is no default flow{why}"[:1000], "leave")
