"""Start a dossier: it is received under a process version and a procedure version, and keeps both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from engine.acts.move import move
from engine.bpmn import run
from engine.bpmn.graph import start_names
from engine.bpmn.triggers import StartedBy
from engine.document import Document
from engine.dossier import Dossier, Status
from engine.errors import Kind, Refusal
from engine.officer import Officer
from engine.outcome import LeafDraft, Outcome
from engine.process import ProcessDefinition, told

COUNTER = StartedBy()
"""A start by an officer who receives a dossier: by no event."""
RECEIVED = "received"
"""In the details of a start: when the dossier was received by law, where that was before it was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartDossier:
    """What the officer (or the channel) hands in. `procedure` is the SHA-256 of the procedure record in force."""

    code: str
    title: str
    procedure: str | None
    applicant: Mapping[str, str]
    submitter: str
    channel: str
    data: Mapping[str, object]
    documents: Sequence[Document]
    due: datetime | None
    unit: str | None = None  # where it begins (`starting_unit`); None: in the officer's own
    by: StartedBy = COUNTER  # the event that starts it, if any
    actor: str | None = None  # who acts, if not the officer in whose name it starts
    told: Mapping[str, object] = field(default_factory=dict)  # what its leaf says more


def start(act: StartDossier, officer: Officer, definition: ProcessDefinition, *, now: datetime) -> Outcome:
    """Decide how the dossier begins. The code and the term were found by the caller, in the same transaction."""
    step = run.start(definition.graph, act.data, now=now, **act.by._asdict())
    dossier = Dossier(
        code=act.code,
        title=act.title,
        process_key=definition.key,
        process_version=definition.version,
        bundle_hash=definition.bundle_hash,
        procedure=act.procedure,
        unit=act.unit or officer.unit,
        applicant=act.applicant,
        submitter=act.submitter,
        channel=act.channel,
        status=Status.RECEIVED,
        started=now,
        due=act.due,
        state=step.state,
        tasks={},
        documents={document.name: document for document in act.documents},
        called=definition.versions,
    )
    leaf = LeafDraft(
        actor=act.actor or officer.id,
        act="dossier-started",
        subject=act.code,
        dossier=act.code,
        details={
            "process": definition.key,
            "version": definition.version,
            "bundle": definition.bundle_hash,
            "bundles": told(definition.bundles),
            **({"called": dict(definition.versions)} if definition.versions else {}),
            "unit": dossier.unit,
            "channel": act.channel,
            "title": act.title,
            "applicant": dict(act.applicant),
            "submitter": act.submitter,
            "data": dict(act.data),
            **_cause(act.by),
            **act.told,
        },
        objects=_objects(act),
    )
    return move(dossier, definition, step, leaf, now=now)


def _cause(by: StartedBy) -> dict[str, object]:
    """What the leaf tells of the event that started it."""
    return {"started_by": told} if (told := {kind: name for kind, name in by._asdict().items() if name}) else {}


def refuses_start(definition: ProcessDefinition, officer: Officer, by: StartedBy = COUNTER) -> Refusal | None:
    """Why the process does not start so in this officer's name, or None."""
    graph, key = definition.graph, definition.key
    if graph.starts and not graph.started_by(**by._asdict()):
        known = ", ".join(sorted({str(name) for event in graph.starts for name in start_names(event)}))
        message = f"process {key} does not start by {by}; it starts by {known}"
        return Refusal(kind=Kind.CONFLICT, code="no-such-start", message=message, remedy="send what it starts by")
    role = starter_role(definition, by)
    if role is None or role in officer.roles:
        return None
    message = f"dossiers of {key} are started by {role}, which {officer.id} is not"
    return Refusal(kind=Kind.FORBIDDEN, code="not-starter", message=message, remedy="ask somebody who has the role")


def starting_unit(
    definition: ProcessDefinition, officer: Officer, by: StartedBy = COUNTER, wanted: str | None = None
) -> str | Refusal:
    """The unit in which a dossier begins that this officer starts: the `wanted` one, else the first where they may."""
    role = starter_role(definition, by)
    may = [unit for unit, roles in officer.rights.items() if role is None or role in roles]
    if wanted is None:
        return officer.unit if role is None or not may else may[0]
    if wanted in may:
        return wanted
    message = f"{officer.id} starts no dossiers of {definition.key} in unit {wanted}"
    remedy = "name a unit where you have the role, or leave it out"
    return Refusal(kind=Kind.FORBIDDEN, code="not-starter", message=message, remedy=remedy)


def start_refused(key: str, version: int, by: StartedBy, refusal: Refusal, actor: str) -> LeafDraft:
    """The leaf of an event that did not start a dossier."""
    told = {"process": key, "version": version, **_cause(by)}
    details = {**told, "code": refusal.code, "message": refusal.message}
    return LeafDraft(actor=actor, act="start-refused", subject=key, details=details)


def starter_role(definition: ProcessDefinition, by: StartedBy = COUNTER) -> str | None:
    """The role whose officers start this process: that of the lane in which its start event (for `by`) stands.

    Without start event it starts at everything that nothing leads to (BPMN 2.0 §13.1), and the first of it has a say.
    """
    graph = definition.graph
    plain = [node for node in graph.within(graph.process_id) if not node.incoming]
    starts = graph.started_by(**by._asdict()) or plain
    return next((role for node in starts if (role := graph.role_of(node.id)) is not None), None)


def _objects(act: StartDossier) -> dict[str, object]:
    objects: dict[str, object] = {}
    if act.documents:
        objects["document"] = [{"name": document.name, "sha256": document.sha256} for document in act.documents]
    if act.procedure:
        objects["procedure"] = act.procedure
    return objects
