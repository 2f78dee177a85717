"""Complete a task: answer a repeated key, load, verify outside any lock; then one transaction that looks again, asks
the engine, saves the outcome whatever it is, and appends its leaves. A refusal is raised at the very edge.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.application import capacities, counter, order, pdfs, views
from adapters.application.answer import Answer, Request, known_answer, once, refuse
from adapters.application.application import Application
from adapters.application.assigning import assigned
from adapters.application.covered import signed_documents
from adapters.application.pdfs import Finished
from adapters.application.save import save
from adapters.application.sight import definition_of, task_in_sight
from adapters.application.since import open_task, refuses_stale
from adapters.application.stamp_requests import ask
from adapters.application.submission import Checked, Submission, refuses_certificate, verify
from adapters.application.trail import receipt
from adapters.database import acts, devices
from adapters.database.store import Transaction
from adapters.form_data import refuses_data
from engine.acts.complete import CompleteTask, complete, refused
from engine.dossier import Dossier
from engine.errors import Kind, Refusal, not_found
from engine.officer import Officer
from engine.outcome import Outcome
from engine.people.capacity import Capacity
from engine.process import ProcessDefinition
from engine.task import Task
from signing.record import ApprovalRecord
from signing.verify import Verified


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What the client sends: a signed submission, or the bare data where the step wants no signature."""

    task: str
    submission: Submission | None
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A completion with what was found out before any lock: its statement, and the verdict on its signature."""

    completion: Completion
    statement: Mapping[str, Any] | None
    checked: Checked | Refusal | None
    finished: tuple[Finished, ...] = ()  # the PDFs with the officer's signature in them

    @property
    def data(self) -> Mapping[str, Any]:
        """The form's data: what the statement offered, which is what was signed."""
        data: Mapping[str, Any] = self.statement["facts"]["data"] if self.statement else self.completion.data
        return data

    @property
    def approval(self) -> Verified | None:
        """The verified approval, where there is one."""
        return self.checked.verified if isinstance(self.checked, Checked) else None


def complete_task(app: Application, officer: Officer, request: Request, completion: Completion) -> Answer:
    """Complete a task; every answer but 'unknown' is in the trail, accepted or refused."""
    if known := known_answer(app, request):
        return known
    prepared = _prepare(app, officer, completion)
    if isinstance(prepared, Refusal):
        return refuse(prepared)
    return once(app, request, lambda tx: _act(app, tx, officer, prepared, request))


def _prepare(app: Application, officer: Officer, completion: Completion) -> Prepared | Refusal:
    submission = completion.submission
    if submission is None:
        return Prepared(completion=completion, statement=None, checked=None)
    with app.store.read() as tx:
        statement = acts.find_statement(tx, submission.statement)
    if statement is None or (statement["officer"], statement["subject"]) != (officer.id, completion.task):
        return not_found("statement", submission.statement, "prepare and sign again")
    checked = verify(app, submission, statement["facts"], statement["nonce"])
    finished = () if isinstance(checked, Refusal) else pdfs.finish(app, submission, statement["facts"], checked)
    if isinstance(finished, Refusal):
        return Prepared(completion=completion, statement=statement, checked=finished)
    if finished and isinstance(checked, Checked):
        checked = checked.resting_on(each for item in finished for each in sorted(item.judged))
    return Prepared(completion=completion, statement=statement, checked=checked, finished=finished)


def _act(app: Application, tx: Transaction, officer: Officer, prepared: Prepared, request: Request) -> Answer:
    found = task_in_sight(tx, officer, prepared.completion.task, lock=True)
    if isinstance(found, Refusal):
        return refuse(found)
    dossier, number = found
    now = app.clock()
    submission = prepared.completion.submission
    outcome = _decide(app, tx, officer, dossier, number, prepared, request, now)
    outcome = assigned(app, tx, dossier, outcome, now)
    if submission is not None and outcome.refusal is None and prepared.approval is not None:
        ask(tx, str(submission.objects()["record"]), now)  # before a job that sends: a result waits for it
    leaves = save(app, tx, dossier, outcome, now)
    if submission is not None and leaves:  # of what is only counted, no leaf names the bytes
        submission.keep(tx, of=dossier.code)
    if outcome.refusal is not None:
        return refuse(outcome.refusal)
    assert outcome.dossier is not None
    if submission is not None and prepared.approval is not None:
        _keep_record(tx, officer, dossier, submission, prepared.approval, leaves[0].index, now)
        if app.device is not None:
            devices.signed_on(tx, app.device, prepared.approval.signature.fingerprint)
    after = {"dossier": dossier.code, "status": int(outcome.dossier.status)}
    tasks = [views.task_alone(task) for task in outcome.opened]
    return Answer(body={**after, "opened": tasks, "receipt": views.receipt(receipt(tx, leaves[0], app.witnessed))})


def _decide(
    app: Application,
    tx: Transaction,
    officer: Officer,
    dossier: Dossier,
    number: int,
    prepared: Prepared,
    request: Request,
    now: datetime,
) -> Outcome:
    definition = definition_of(app, tx, dossier)
    submission = prepared.completion.submission
    objects: dict[str, object] = submission.refused_objects() if submission else {}
    task = open_task(tx, dossier, number)
    if isinstance(task, Refusal):
        return Outcome.refused(task, refused(dossier, number, officer, task, objects))
    signing: Capacity | Refusal | None = None
    if prepared.statement is not None and task.signature == capacities.APPROVAL:
        allowed = capacities.allowed_by(definition, task)
        signing = capacities.signs(app, tx, officer, dossier, task, prepared.data, now, allowed=allowed)
    refusal = (
        refuses_stale(app, tx, dossier, request)
        or dossier.refuses_while_suspended()
        or task.refuses_holder(officer)
        or _refuses_capacity(app, tx, task, prepared, signing)
        or _refuses_order(tx, officer, dossier, definition, task, prepared, signing)
        or _refuses(tx, officer, dossier, definition, task, prepared, now)
        or refuses_data(dossier, definition, task, prepared.data, now)
    )
    if refusal:
        return Outcome.refused(refusal, refused(dossier, number, officer, refusal, objects))
    if submission is not None and isinstance(prepared.checked, Checked):
        objects = {**submission.objects(), **prepared.checked.keep(tx)}
        objects["document"] = _covered(prepared.checked.verified)
        if prepared.finished:
            objects["pdf"] = [{"name": item.name, "sha256": item.sha256} for item in prepared.finished]
        if isinstance(signing, Capacity) and (digest := capacities.keep(app, tx, signing)):
            objects["delegation"] = digest
    ready, unchecked = counter.at_counter(tx, dossier)
    act = CompleteTask(
        number=number,
        data=prepared.data,
        approval=prepared.approval,
        objects=objects,
        capacity=signing if isinstance(signing, Capacity) else None,
        ready=ready,
        unchecked=unchecked,
        documents=pdfs.revisions(tx, dossier, prepared.finished),
    )
    return complete(dossier, act, officer, definition, now=now)


def _refuses_capacity(
    app: Application, tx: Transaction, task: Task, prepared: Prepared, signing: Capacity | Refusal | None
) -> Refusal | None:
    """Why the officer may no longer sign as the statement said: a mandate may have ended, its giver be back."""
    if signing is None or isinstance(signing, Refusal) or prepared.statement is None:
        return signing if isinstance(signing, Refusal) else None
    facts = prepared.statement["facts"]
    if (facts["capacity"], facts["delegation"]) == (signing.kind, capacities.keep(app, tx, signing)):
        return None
    return _stale("capacity-changed", f"the capacity in which task {task.id} is signed changed since it was shown")


def _refuses_order(
    tx: Transaction,
    officer: Officer,
    dossier: Dossier,
    definition: ProcessDefinition,
    task: Task,
    prepared: Prepared,
    signing: Capacity | Refusal | None,
) -> Refusal | None:
    """Why it may not be signed yet, or not by this officer: an approval may have been taken back meanwhile."""
    if prepared.statement is None:
        return None
    documents = signed_documents(dossier, definition, task)
    capacity = signing if isinstance(signing, Capacity) else None
    return order.refuses(tx, officer, dossier, task, documents, capacity, prepared.data)


def _covered(verified: Verified) -> list[dict[str, str]]:
    assert isinstance(verified.record, ApprovalRecord)
    return [{"name": item.name, "sha256": item.sha256} for item in verified.record.documents]


def _refuses(
    tx: Transaction,
    officer: Officer,
    dossier: Dossier,
    definition: ProcessDefinition,
    task: Task,
    prepared: Prepared,
    now: datetime,
) -> Refusal | None:
    """What may have changed since the statement: its use, its expiry, the documents, the certificate's status."""
    statement, checked = prepared.statement, prepared.checked
    if isinstance(checked, Refusal):
        return checked
    if statement is None or checked is None:
        return None
    if now >= statement["expires"]:
        until = views.moment(statement["expires"])
        return _stale("statement-expired", f"the statement for task {task.id} expired at {until}")
    under = (definition.key, definition.version, definition.bundle_hash, task.element)
    if under != tuple(
        statement["facts"][name] for name in ("process_key", "process_version", "bundle_hash", "element")
    ):
        return _stale("process-changed", f"the process of task {task.id} changed since it was shown")
    current = [views.document(item) for item in signed_documents(dossier, definition, task)]
    if current != statement["facts"]["documents"]:
        return _stale("documents-changed", f"the documents of task {task.id} changed since they were shown")
    refusal = refuses_certificate(tx, officer, checked, now)
    if refusal is None and not acts.use_statement(tx, statement["id"], now):
        return _stale("statement-used", f"the statement for task {task.id} was used before")
    return refusal


def _stale(code: str, message: str) -> Refusal:
    return Refusal(kind=Kind.CONFLICT, code=code, message=message, remedy="look at it again and sign again")


def _keep_record(
    tx: Transaction,
    officer: Officer,
    dossier: Dossier,
    submission: Submission,
    approval: Verified,
    leaf: int,
    now: datetime,
) -> None:
    assert isinstance(approval.record, ApprovalRecord)
    objects = submission.objects()
    acts.add_record(
        tx,
        {
            "sha256": objects["record"],
            "dossier": dossier.code,
            "officer": officer.id,
            "roles": sorted(_roles(dossier, approval.record, officer)),
            "purpose": approval.record.purpose,
            "manifest": objects["manifest"],
            "signature": objects["signature"],
            "accepted": now,
            "leaf": leaf,
        },
        approval.record.prior,
    )


def _roles(dossier: Dossier, record: ApprovalRecord, officer: Officer) -> frozenset[str]:
    task = dossier.tasks[int(record.task.rpartition(".")[2])]
    return order.roles_of(task, officer, by_mandate=record.delegation is not None)
