"""Whether a task's data is what its form asks for: as it is prepared, as it is completed, as it is replayed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapters import forms
from engine.calendar import VIETNAM
from engine.dossier import Dossier
from engine.errors import Kind, Refusal
from engine.feel import FeelError, compile_expression
from engine.process import ProcessDefinition
from engine.task import Task


def refuses_data(
    dossier: Dossier, definition: ProcessDefinition, task: Task, data: Mapping[str, Any], now: datetime
) -> Refusal | None:
    """Why the form's data is not what the form asks for, field by field, or None."""
    form = definition.home(task.element).forms.get(task.form or "")
    known = {**dossier.state.seen_by(task.number), **data}
    problems = forms.check(form or {}, data, hidden=lambda text: _holds(text, known, now))
    if not problems:
        return None
    fields = "; ".join(f"{problem.field}: {problem.message}" for problem in problems)
    return Refusal(
        kind=Kind.INVALID,
        code="form-invalid",
        message=f"task {task.id}: {fields}",
        remedy=f"see what the form asks for: hoso task show {task.id}",
        problems=tuple({"field": item.field, "code": item.code, "message": item.message} for item in problems),
    )


def _holds(text: str, data: Mapping[str, Any], now: datetime) -> bool:
    """Whether a form's condition holds; one that cannot be read hides nothing."""
    try:
        return compile_expression(text).evaluate(data, now=now.astimezone(VIETNAM)) is True
    except FeelError:
        return False
