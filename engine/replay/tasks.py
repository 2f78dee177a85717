"""Replay what officers do with tasks: they get them, hand them on, complete them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from engine.acts.complete import CompleteTask, complete
from engine.acts.hand import changed
from engine.acts.move import excluded
from engine.dossier import Dossier
from engine.outcome import LeafDraft, Outcome
from engine.replay.competence import asked, check_signer, got
from engine.replay.report import Differs, Untold
from engine.replay.run import Run, actor_of
from engine.replay.sending import approved
from engine.replay.telling import listed, shown, told
from engine.task import Task
from signing.canonical import canonical
from signing.evidence.contents import Opened, digest_of, stored_object
from signing.record import ActRecord, ApprovalRecord, decode_record

GIVEN, UNCHECKED = "result-given", "unchecked"
_CODES = {
    "not-holder": "holder-other",
    "dossier-suspended": "moved-while-suspended",
    "signature-missing": "approval-missing",
    "four-eyes": "four-eyes-missing",
    "nothing-to-hand-over": "hand-over-unready",
    "identity-unchecked": "hand-over-unready",
}


def completed(run: Run, item: Opened, now: datetime) -> Outcome:
    """A task is completed, by who held it, with the data that its form asks for and the signature that it wants."""
    number, data = _number(run, item), told(item, "data", dict)
    task = run.task(number, item)
    if refusal := run.fits(run.dossier, run.definition, task, data, now):
        raise Differs("form-otherwise", found=refusal.message, expected="what the form asks for")
    handed = item.details.get("handed_over")
    act = CompleteTask(
        number=number,
        data=data,
        approval=_approval(run, item, task),
        objects=item.objects,
        ready=frozenset(run.ready),
        unchecked=_unchecked(run),
    )
    officer = actor_of(item, run.dossier.unit, frozenset(map(str, listed(item, "roles"))))
    if run.people is not None and act.approval is not None and task.signature != "none":
        assert isinstance(act.approval, ApprovalRecord)
        _competent(run, item, task, act.approval, now)
    outcome = complete(run.dossier, act, officer, run.definition, now=now)
    if (refusal := outcome.refusal) is not None:
        raise Differs(
            _CODES.get(refusal.code, "act-not-allowed"), found=f"completed by {officer.id}", expected=refusal.message
        )
    if isinstance(handed, str):
        run.ready.discard(handed)
        run.checked.discard(handed)
    return run.moved(outcome)


def given(run: Run, item: Opened) -> None:
    """Note that a result was given at the counter to somebody whose identity was checked."""
    document = item.details.get("document")
    if isinstance(document, str) and item.details.get("identity", UNCHECKED) != UNCHECKED:
        run.checked.add(document)


def _unchecked(run: Run) -> frozenset[str]:
    """What no step may hand over before a receipt tells whose identity was checked."""
    demanded = run.procedure is not None and run.procedure.identity_check
    return frozenset(run.ready - run.checked) if demanded else frozenset()


def _competent(run: Run, item: Opened, task: Task, record: ApprovalRecord, now: datetime) -> None:
    """Who signed is one of those whom the step asks; from now on it may count for a result."""
    if record.officer != item.leaf.actor or record.purpose != task.signature:
        found, expected = f"{record.purpose} of {record.officer}", f"{task.signature} of {item.leaf.actor}"
        raise Differs("record-other", found=found, expected=expected)
    approved(run, record, check_signer(run, item, asked(run, task), record, now))


def holder_noted(run: Run, item: Opened, now: datetime) -> None:
    """Note since when the task's holder has it."""
    got(run, item, _number(run, item), now)


def _approval(run: Run, item: Opened, task: Task) -> ApprovalRecord | None:
    """The record that was accepted; Differs where it approves another step, or other data, than the leaf tells."""
    record = record_of(run, item)
    if record is None:
        return None
    if not isinstance(record, ApprovalRecord):
        raise Differs("record-other", found=f"a record of {record.act}", expected=f"an approval of task {task.id}")
    definition = run.definition
    signed = (record.task, record.element, record.process_key, record.process_version, record.bundle_hash)
    stands = (task.id, task.element, definition.key, definition.version, definition.bundle_hash)
    if signed != stands:
        raise Differs("record-other", found=shown(signed), expected=shown(stands))
    if canonical(record.data) != canonical(item.details.get("data")):
        raise Differs(
            "record-otherwise", found=shown(item.details.get("data")), expected=f"as signed: {shown(record.data)}"
        )
    return record


def record_of(run: Run, item: Opened) -> ApprovalRecord | ActRecord | None:
    """What was signed, where the act was."""
    if "record" not in item.objects:
        return None
    return decode_record(stored_object(run.objects, digest_of(item, "record")))


# Who has it


def _held(run: Run, item: Opened, holder: Callable[[Task], str | None]) -> Dossier:
    task = run.task(_number(run, item), item)
    if item.details.get("element") != task.element:
        raise Differs("element-other", found=shown(item.details.get("element")), expected=task.element)
    named = [item.details.get("task"), item.details.get("name")]
    if named != [task.id, task.name]:
        raise Differs("told-otherwise", found=shown(named), expected=shown([task.id, task.name]))
    run.awake()
    to = holder(task)
    if to not in (None, task.holder) and to in excluded(run.dossier, run.definition.graph, task.element):
        raise Differs("four-eyes-missing", found=f"{task.id} held by {to}", expected="somebody who did no other step")
    leaf = LeafDraft(actor=item.leaf.actor, act=item.leaf.act, subject=item.leaf.subject)
    moved = changed(run.dossier, replace(task, holder=to), leaf).dossier
    assert moved is not None
    return moved


def _by_holder(item: Opened, task: Task) -> None:
    if task.holder != item.leaf.actor:
        raise Differs("holder-other", found=f"{item.leaf.act} by {item.leaf.actor}", expected=f"by {task.holder}")


def _claimed(run: Run, item: Opened) -> Dossier:
    return _held(run, item, lambda _task: item.leaf.actor)


def _assigned(run: Run, item: Opened) -> Dossier:
    """Given as it opened, in the act that opened it: that counts as no act of its own."""
    before = run.dossier
    given = _held(run, item, lambda _task: told(item, "officer", str))
    return replace(given, revision=before.revision, status=before.status)


def _handed(run: Run, item: Opened) -> Dossier:
    def to(task: Task) -> str | None:
        _by_holder(item, task)
        return told(item, "to", str) or None if "to" in item.details else None

    return _held(run, item, to)


def _reassigned(run: Run, item: Opened) -> Dossier:
    return _held(run, item, lambda _task: told(item, "to", str) or None)


def _steered(run: Run, item: Opened) -> Dossier:
    return _held(run, item, lambda task: task.holder)


HOLDING: Mapping[str, Callable[[Run, Opened], Dossier]] = {
    "task-claimed": _claimed,
    "task-assigned": _assigned,
    "task-released": _handed,
    "task-delegated": _handed,
    "task-returned": _handed,
    "task-taken-back": _claimed,
    "task-reassigned": _reassigned,
    "follow-up-set": _steered,
    "priority-set": _steered,
}
"""Acts that move the dossier nowhere, and say who has a task."""
STEERING = frozenset({"follow-up-set", "priority-set"})
"""Of these, acts that leave it with whoever has it."""


def _number(run: Run, item: Opened) -> int:
    code, _, number = item.leaf.subject.rpartition(".")
    if code != run.code or not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Untold("act-untold", found=f"subject {item.leaf.subject}", expected=f"a task of {run.code}")
    return int(number)
