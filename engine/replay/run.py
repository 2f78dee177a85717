"""A dossier as its recorded acts have brought it so far, by the model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from engine.dispatch import ResultApproval
from engine.dossier import Dossier
from engine.errors import Refusal
from engine.officer import ADMINISTRATOR, OPERATOR, Officer
from engine.outcome import JobRequest, Outcome
from engine.people.organisation import Organisation
from engine.procedure import Procedure
from engine.process import ProcessDefinition
from engine.replay.library import Recorded
from engine.replay.organisation import RecordedOrganisation
from engine.replay.report import Differs
from engine.task import Task
from signing.evidence.contents import Opened

Fits = Callable[[Dossier, ProcessDefinition, Task, Mapping[str, object], datetime], Refusal | None]
"""Why a task's data is not what its form asks for, or None."""
Extends = Callable[[bytes, bytes], bool]
"""Whether a document is an earlier one, with nothing added but what its signatures permit."""


@dataclass(slots=True, kw_only=True)
class Run:
    """It moves act by act. `asked`: the jobs as they were asked for, by number; `numbers`: those issued, by job.

    `people`, `extends`: by what is judged who signed and what left; None: the path alone is. `adopted`: the leaves that
    adopt procedures; `got`: since when, and in which organisation, the holder of a task has it; `told`: what leaves say
    of the tasks that opened, by id.
    """

    code: str
    library: Recorded
    objects: Mapping[str, bytes]
    fits: Fits
    started: tuple[Dossier, ProcessDefinition] | None = None
    asked: dict[int, JobRequest] = field(default_factory=dict)
    numbers: dict[int, str] = field(default_factory=dict)
    ready: set[str] = field(default_factory=set)
    """The documents that lie ready at the counter."""
    checked: set[str] = field(default_factory=set)
    """Those of them that were given after the taker's identity was checked."""
    people: RecordedOrganisation | None = None
    extends: Extends | None = None
    adopted: tuple[Opened, ...] = ()
    procedure: Procedure | None = None
    approvals: list[ResultApproval] = field(default_factory=list)
    got: dict[int, tuple[Organisation, datetime]] = field(default_factory=dict)
    told: dict[str, Mapping[str, object]] = field(default_factory=dict)

    @property
    def dossier(self) -> Dossier:
        """As it stands; Differs before it was received."""
        return self._begun()[0]

    @property
    def definition(self) -> ProcessDefinition:
        """What it runs under."""
        return self._begun()[1]

    def _begun(self) -> tuple[Dossier, ProcessDefinition]:
        if self.started is None:
            raise Differs("start-missing", found="another act", expected="dossier-started")
        return self.started

    def became(self, dossier: Dossier, definition: ProcessDefinition | None = None) -> None:
        """The dossier as an act left it, perhaps under another version."""
        self.started = (dossier, definition or self.definition)

    def moved(self, outcome: Outcome, definition: ProcessDefinition | None = None) -> Outcome:
        """What the engine decided has happened."""
        if outcome.dossier is not None:
            self.became(outcome.dossier, definition)
        self.asked |= {job.number: job for job in outcome.jobs if job.number}
        return outcome

    def task(self, number: int, item: Opened) -> Task:
        """The open task of that number; Differs where none is."""
        found = self.dossier.tasks.get(number)
        if found is None:
            named = f"{item.leaf.subject} ({item.details.get('element')})"
            raise Differs("task-not-open", found=named, expected=f"one of {self.open()}")
        return found

    def open(self) -> str:
        """The open tasks, in words."""
        return ", ".join(f"{task.id} ({task.element})" for task in self.dossier.tasks.values()) or "none"

    def awake(self) -> None:
        """Differs while the dossier is suspended: nothing moves it then."""
        if refusal := self.dossier.refuses_while_suspended():
            raise Differs("moved-while-suspended", found="an act", expected=refusal.message)


def actor_of(item: Opened, unit: str, roles: frozenset[str] = frozenset({ADMINISTRATOR, OPERATOR})) -> Officer:
    """Who acted, with these roles there: whether they had them is proven by other leaves, not by the path."""
    actor, position = item.leaf.actor, item.details.get("position")
    held = position if isinstance(position, str) else ""
    return Officer(id=actor, name=actor, position=held, unit=unit, rights={unit: roles})
