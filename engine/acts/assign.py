"""Who may do a task: what its assignment gives now, else the role of its lane; and the officers of which unit."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from engine.bpmn.graph import UserTask
from engine.bpmn.scope import Scope, Stuck, because
from engine.feel import Expression
from engine.officer import ADMINISTRATOR

LONGEST_NAME = 100  # characters of a role; nobody has a longer one


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The role and the officers named one by one; `why` says what was wrong with what the modeler assigned."""

    role: str | None
    people: frozenset[str] = frozenset()
    why: str = ""
    unit: str | None = None  # whose officers are asked; None: the dossier's unit's


def assign(node: UserTask, scope: Scope, units: Collection[str] | None = None) -> Assignment:
    """Who may do the task that opens, over what it sees. What the modeler assigns takes the place of the lane's role.

    An assignment that gives nobody, several groups, or a unit that is none of `units`, goes to the administrators of
    the dossier's unit: no task is without a queue.
    """
    assignment = _who(node, scope)
    if node.unit is None:
        return assignment
    found, reason = _texts(node.unit, scope)
    if len(found) == 1 and (units is None or found[0] in units):
        return replace(assignment, unit=found[0])
    why = "; ".join(filter(None, (assignment.why, f"hoso:unit gives no unit of the agency: {reason}")))
    return Assignment(role=ADMINISTRATOR, why=why)


def _who(node: UserTask, scope: Scope) -> Assignment:
    assigned = (node.assignee, node.candidate_users, node.candidate_groups)
    if all(expression is None for expression in assigned):
        return Assignment(role=node.role)
    (assignee, users, groups), reasons = zip(*(_texts(expression, scope) for expression in assigned), strict=True)
    people = frozenset([*assignee, *users])
    if len(groups) > 1:
        return Assignment(role=ADMINISTRATOR, why=f"the assignment gives {len(groups)} groups where one can be")
    if not (groups or people):
        why = "; ".join(reason for reason in reasons if reason)
        return Assignment(role=ADMINISTRATOR, why=f"the assignment gives nobody: {why}")
    return Assignment(role=groups[0] if groups else None, people=people)


def _texts(expression: Expression | None, scope: Scope) -> tuple[list[str], str]:
    """The names that the expression gives, and why it gives none; the reason holds no data."""
    if expression is None:
        return [], ""
    try:
        answer = scope.answer(expression)
    except Stuck as stuck:
        return [], stuck.message
    values = answer.value if isinstance(answer.value, list) else [answer.value]
    parts = [part.strip() for item in values if isinstance(item, str) for part in item.split(",")]
    return [part for part in parts if 0 < len(part) <= LONGEST_NAME], f"{expression.text!r}{because(answer.problems)}"
