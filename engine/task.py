"""A task: what one officer is asked to do in a dossier."""

from dataclasses import dataclass, field
from datetime import datetime

from engine.bpmn.schedule import DEFAULT_PRIORITY
from engine.errors import Kind, Refusal
from engine.officer import Officer
from engine.people.capacity import Capacity, Denied

_STRANGER = ("no-mandate", "no-position")  # nobody gave the officer anything that could count


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
    unit: str  # whose officers are asked
    signature: str
    form: str | None
    follow_up: datetime | None = None  # until then it need not be looked at
    priority: int = DEFAULT_PRIORITY  # 0 to 100, the higher the sooner
    note: str = ""  # what its model says of it and could not be evaluated
    owner: str | None = None  # who delegated it to its holder, and gets it back
    returned: datetime | None = None  # since when it is back, to be done again
    kind: str | None = None  # of the document that it decides on, which mandates may name
    met: frozenset[str] = frozenset()  # the mandates whose condition the dossier's data meets
    stands_with: str | None = field(default=None, compare=False)  # whose own queue it stands in, held or not
    instead_of: str | None = field(default=None, compare=False)  # who would have it, were that officer there

    def open_to(self, officer: Officer) -> bool:
        """Whether the officer may claim this task."""
        named = officer.id in self.candidates or (self.role is not None and self.role in officer.roles_in(self.unit))
        return named and officer.id not in self.excluded

    def refuses_claim(self, officer: Officer, capacity: Capacity | Denied | None = None) -> Refusal | None:
        """Why the officer may not claim, or None; `capacity` is what a mandate gives who has not the role.

        Who stands in for somebody, or heads them, may take it.
        """
        stands_in = self.stands_with == officer.id
        if self.holder not in (None, officer.id) and not stands_in:
            return _conflict("task-held", f"task {self.id} is held by {self.holder}", "wait for its release")
        if officer.id in self.excluded:
            message = f"task {self.id} needs other eyes: {officer.id} did a step that it must not share an officer with"
            return _forbidden("four-eyes", message, "leave it to a colleague")
        able = stands_in or self.open_to(officer)
        if isinstance(capacity, Denied) and capacity.code not in _STRANGER and not able:
            remedy = "leave it to who is competent"
            return _forbidden(capacity.code, f"task {self.id}: {capacity.reason}", remedy)
        if not isinstance(capacity, Capacity) and not able:
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
