"""Start a dossier: it is received under a process version and a procedure version, and keeps both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.acts.move import move
from engine.bpmn import run
from engine.document import Document
from engine.dossier import Dossier, Status
from engine.officer import Officer
from engine.outcome import LeafDraft, Outcome
from engine.process import ProcessDefinition


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


def start(act: StartDossier, officer: Officer, definition: ProcessDefinition, *, now: datetime) -> Outcome:
    """Decide how the dossier begins. The code and the term were found by the caller, in the same transaction."""
    step = run.start(definition.graph, act.data, now=now)
    dossier = Dossier(
        code=act.code,
        title=act.title,
        process_key=definition.key,
        process_version=definition.version,
        bundle_hash=definition.bundle_hash,
        procedure=act.procedure,
        unit=officer.unit,
        applicant=act.applicant,
        submitter=act.submitter,
        channel=act.channel,
        status=Status.RECEIVED,
        started=now,
        due=act.due,
        state=step.state,
        tasks={},
        documents={document.name: document for document in act.documents},
    )
    leaf = LeafDraft(
        actor=officer.id,
        act="dossier-started",
        subject=act.code,
        dossier=act.code,
        details={
            "process": definition.key,
            "version": definition.version,
            "bundle": definition.bundle_hash,
            "channel": act.channel,
            "title": act.title,
            "applicant": dict(act.applicant),
            "submitter": act.submitter,
            "data": dict(act.data),
        },
        objects=_objects(act),
    )
    return move(dossier, definition.graph, step, leaf, now=now)


def starter_role(definition: ProcessDefinition) -> str | None:
    """The role whose officers start this process: that of the lane in which its start event stands.

    Without start event it starts at everything that nothing leads to (BPMN 2.0 §13.1), and the first of it has a say.
    """
    graph = definition.graph
    starts = graph.started_by() or [node for node in graph.within(graph.process_id) if not node.incoming]
    return next((role for node in starts if (role := graph.role_of(node.id)) is not None), None)


def _objects(act: StartDossier) -> dict[str, object]:
    objects: dict[str, object] = {}
    if act.documents:
        objects["document"] = [{"name": document.name, "sha256": document.sha256} for document in act.documents]
    if act.procedure:
        objects["procedure"] = act.procedure
    return objects
