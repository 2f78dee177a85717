"""What an act decided: the new dossier and everything that must be saved with it, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from engine.bpmn.graph import Strategy
from engine.dispatch import Dispatch
from engine.document import Document
from engine.dossier import Dossier
from engine.errors import Refusal
from engine.task import Task

SYSTEM = "hoso"  # the actor of what programs do


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafDraft:
    """A leaf before it has an index: who did what to which subject, with its details and the objects that prove it.

    `objects` maps a role (record, manifest, signature, document, …) to SHA-256 names of stored bytes.
    """

    actor: str
    act: str
    subject: str
    dossier: str | None = None
    details: Mapping[str, object] = field(default_factory=dict)
    objects: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """Work for a program. `number` is the kernel's id of the job, timer or throw; `due` when it may begin.

    `retries` says how often an external worker may try; None is a job that Hoso's own worker does.
    """

    number: int
    element: str
    type: str
    payload: Mapping[str, object]
    due: datetime
    retries: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """What a dossier listens for: a `message`, perhaps of one key, or a `signal`. `number` is the kernel's id of it."""

    number: int
    kind: str
    name: str
    key: str | None = None
    element: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIncident:
    """What stands still: `number` is the kernel's id of the incident, `name` what people call the element."""

    number: int
    element: str
    name: str
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of an act. With a refusal, the dossier is unchanged and only the leaves are saved."""

    dossier: Dossier | None = None
    opened: tuple[Task, ...] = ()
    closed: Mapping[int, str] = field(default_factory=dict)  # task number → completed | cancelled
    jobs: tuple[JobRequest, ...] = ()
    cancelled_jobs: frozenset[int] = frozenset()
    awaited: tuple[Awaited, ...] = ()
    forgotten: frozenset[int] = frozenset()
    raised: tuple[OpenIncident, ...] = ()  # incidents that stand now, or stand under another element
    resolved: frozenset[int] = frozenset()
    documents: tuple[Document, ...] = ()
    dispatches: tuple[Dispatch, ...] = ()
    called_off: bool = False  # what has not left goes out no more
    handed_over: str | None = None  # the document whose dispatch at the counter is delivered by this act
    choose: Mapping[int, Strategy] = field(default_factory=dict)  # opened tasks that are to be given to somebody
    given: tuple[str, ...] = ()  # who was chosen
    leaves: tuple[LeafDraft, ...] = ()
    refusal: Refusal | None = None

    @staticmethod
    def refused(refusal: Refusal, *leaves: LeafDraft) -> "Outcome":
        """Nothing changes; the refusal is recorded by its leaves."""
        return Outcome(refusal=refusal, leaves=leaves)
