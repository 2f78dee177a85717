"""A task: what one officer is asked to do in a dossier."""

from dataclasses import dataclass
from datetime import datetime

from engine.bpmn.schedule import DEFAULT_PRIORITY
from engine.errors import Kind, Refusal
from engine.officer import Officer


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """An open task. `number` is the kernel's id of it; `id` is the dossier's code, a dot, and that number."""

    id: str
    number: int
    element: str
    name: str
    role: str | None
    candidates: frozenset[str]  # officers named one by one; they may claim beside those of the role
    excluded: frozenset[str]  # four eyes: who did the steps that this one must not share an officer with
    holder: str | None
    opened: datetime
    due: datetime | None
    place: str
    signature: str
    form: str | None
    follow_up: datetime | None = None  # until then it need not be looked at
    priority: int = DEFAULT_PRIORITY  # 0 to 100, the higher the sooner
    note: str = ""  # what its model says of it and could not be evaluated

    def open_to(self, officer: Officer) -> bool:
        """Whether the officer may claim this task."""
        named = officer.id in self.candidates or (self.role is not None and self.role in officer.roles)
        return named and officer.id not in self.excluded

    def refuses_claim(self, officer: Officer) -> Refusal | None:
        """Why the officer may not claim, or None."""
        if self.holder not in (None, officer.id):
            return _conflict("task-held", f"task {self.id} is held by {self.holder}", "wait for its release")
        if officer.id in self.excluded:
            message = f"task {self.id} needs other eyes: {officer.id} did a step that it must not share an officer with"
            return _forbidden("four-eyes", message, "leave it to a colleague")
        if not self.open_to(officer):
            message = f"task {self.id} is for {self.role or 'others'}, which {officer.id} is not"
            return _forbidden("not-candidate", message, "list the tasks open to you: hoso task list")
        return None

    def refuses_holder(self, officer: Officer) -> Refusal | None:
        """Why the officer may not complete or release, or None: only the holder may."""
        if self.holder == officer.id:
            return None
        held = f"held by {self.holder}, not by {officer.id}" if self.holder else "held by nobody"
        return _forbidden("not-holder", f"task {self.id} is {held}", f"claim it first: hoso task claim {self.id}")


def _conflict(code: str, message: str, remedy: str) -> Refusal:
    return Refusal(kind=Kind.CONFLICT, code=code, message=message, remedy=remedy)


def _forbidden(code: str, message: str, remedy: str) -> Refusal:
    return Refusal(kind=Kind.FORBIDDEN, code=code, message=message, remedy=remedy)
