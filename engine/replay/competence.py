"""Whether who signed a step was one of those whom it asks: by an appointment, a granted role or a mandate of the pack.

Asked by the functions that the server asked, over the organisation that the pack tells. An approval is asked as it is
signed. Another signature is its holder's, who had the role as they got the task; a head may also have got it because
nobody who could was there, which no pack tells: that is undecided, and so is whatever else the pack leaves open.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.bpmn.graph import UserTask
from engine.capacities import told as in_words
from engine.officer import ADMINISTRATOR
from engine.people.capacity import Capacity, Denied, Matter, authorities_of, capacity
from engine.people.delegation import delegation
from engine.people.eligible import acting
from engine.people.organisation import Organisation, day_of
from engine.procedure import APPROVAL
from engine.replay.organisation import reaches, roles_in, with_unit
from engine.replay.report import Differs, Untold
from engine.replay.run import Run
from engine.replay.telling import shown
from engine.task import Task
from signing.canonical import sha256_hex
from signing.evidence.contents import Opened
from signing.record import ApprovalRecord

_OF_GIVER = frozenset({"mandate-giver-there", "mandate-vacant"})
"""What of a mandate depends on who gave it: packs of before do not tell who was away."""


def asked(run: Run, task: Task) -> Task:
    """The task as it was asked: where `hoso:unit` gave no unit of the agency, which no pack tells, it went to the
    administrators of the dossier's unit, as its leaf says. Differs where that tells anything else than the model.
    """
    node = run.definition.graph.nodes[task.element]
    if not isinstance(node, UserTask) or node.unit is None:
        return task
    if (said := run.told.get(task.id)) is None:
        raise _untold("in which unit the step was asked", task)
    found, fallen = (said.get("role") or None, said.get("unit", run.dossier.unit)), (ADMINISTRATOR, run.dossier.unit)
    if found == (task.role, task.unit):
        return task
    if found != fallen:
        raise Differs("told-otherwise", found=f"{task.id} for {shown(list(found))}", expected=_wanted(task))
    return replace(task, role=ADMINISTRATOR, unit=run.dossier.unit, candidates=frozenset())


def check_signer(run: Run, item: Opened, task: Task, record: ApprovalRecord, now: datetime) -> frozenset[str]:
    """Give the roles in which the step was done; Differs `role-missing`, `capacity-otherwise`, Untold `role-untold`."""
    assert run.people is not None
    organisation = with_unit(run.people.before(item.leaf.index), task.unit)
    officer, day = item.leaf.actor, day_of(now)
    if not (organisation.held(officer, day) or organisation.granted(officer, day)):
        if not (organisation.appointments_of(officer) or organisation.grants_of(officer)):
            raise _untold(f"no act in the pack gives {officer} anything", task)
        raise Differs("role-missing", found=f"{officer} held nothing on {day}", expected=_wanted(task))
    if task.signature == APPROVAL:
        _check_approval(run, organisation, task, record, now)
    else:
        _check_holder(run, organisation, task, officer, now)
    known = roles_in(organisation, officer, task.unit, now)
    by_mandate = record.delegation is not None
    return frozenset({task.role}) if task.role is not None and (by_mandate or task.role in known) else known


def got(run: Run, item: Opened, number: int, now: datetime) -> None:
    """Note as of when a task's holder has it."""
    if run.people is not None:
        run.got[number] = (run.people.before(item.leaf.index), now)


# Approvals


def _check_approval(run: Run, organisation: Organisation, task: Task, record: ApprovalRecord, now: datetime) -> None:
    node = run.definition.graph.nodes[task.element]
    allowed = node.capacities if isinstance(node, UserTask) else None
    if allowed is not None and record.capacity not in allowed:
        signed = f"{record.officer} signed {in_words([record.capacity])}"
        raise Differs("capacity-otherwise", found=signed, expected=in_words(allowed))
    for data in ({}, record.data) if record.data else ({},):
        found = _signs(run, organisation, task, record, data, now)
        content = delegation(organisation, found)
        if record.delegation != (None if content is None else sha256_hex(content)):
            given = f"{record.officer} signed by {shown(record.delegation)}"
            raise Differs("capacity-otherwise", found=given, expected=f"by {', '.join(found.mandates) or 'no mandate'}")


def _signs(
    run: Run,
    organisation: Organisation,
    task: Task,
    record: ApprovalRecord,
    data: Mapping[str, Any],
    now: datetime,
) -> Capacity:
    """The capacity of the record, as the officer has it by the pack."""
    officer, named, kinds = record.officer, record.officer in task.candidates, frozenset({record.capacity})
    _check_named(task, officer)
    matter = _matter(run, task, data)
    found = acting(organisation, officer, matter, now, named=named, allowed=kinds)
    if matter is not None and not named and isinstance(found, Capacity):
        proper = capacity(organisation, officer, matter, now, allowed=kinds)
        if isinstance(proper, Denied):  # as nobody had the role: of that, a pack cannot tell
            if _had(run, task, officer):
                raise _untold(f"{officer} had the role, and has it no more; whether anybody has it still", task)
            raise _without(organisation, task, officer, now, heads=frozenset({"head"}))
    if isinstance(found, Capacity):
        return found
    if found.code in _OF_GIVER:
        raise _untold(found.reason, task)
    if found.code == "capacity-excluded":
        raise Differs("capacity-otherwise", found=in_words(kinds), expected=found.reason)
    raise _denied(organisation, task, officer, found)


def _matter(run: Run, task: Task, data: Mapping[str, Any]) -> Matter | None:
    if task.role is None:
        return None
    seen = {**run.dossier.state.seen_by(task.number), **data}
    code = run.procedure.code if run.procedure is not None else None
    return Matter(role=task.role, unit=task.unit, procedure=code, kind=task.kind, data=seen)


def _denied(organisation: Organisation, task: Task, officer: str, denied: Denied) -> Differs:
    """Why they may not sign; undecided where the pack does not say how their unit and the task's stand together."""
    return _apart(organisation, task, officer) or Differs("role-missing", found=denied.reason, expected=_wanted(task))


# Other signatures: whoever holds the task


def _check_holder(run: Run, organisation: Organisation, task: Task, officer: str, now: datetime) -> None:
    _check_named(task, officer)
    able = officer in task.candidates or task.role is None
    if able or task.role in roles_in(organisation, officer, task.unit, now) or _had(run, task, officer):
        return
    # A deputy and a head may have got it by a mandate, which their own signature does not name.
    raise _without(organisation, task, officer, now, heads=frozenset({"head", "deputy"}))


def _check_named(task: Task, officer: str) -> None:
    """A step that names officers and has no role is theirs; whether it was handed on to others is not asked here."""
    if task.role is None and task.candidates and officer not in task.candidates:
        named = ", ".join(sorted(task.candidates))
        raise _untold(f"the step names {named}, and {officer} signed; whether it was handed to them", task)


def _had(run: Run, task: Task, officer: str) -> bool:
    """Whether the officer had the role as they got the task."""
    if task.number not in run.got:
        return False
    since, then = run.got[task.number]
    return task.role in roles_in(with_unit(since, task.unit), officer, task.unit, then)


def _without(organisation: Organisation, task: Task, officer: str, now: datetime, *, heads: frozenset[str]) -> Differs:
    """They had not the role: undecided for those to whom a task falls when nobody who could do it is there."""
    if (apart := _apart(organisation, task, officer)) is not None:
        return apart
    held = [position for _, position in organisation.held(officer, day_of(now))]
    known = authorities_of(organisation, task.role or "", task.unit) if task.signature == APPROVAL else ()
    if not known and any(each.rank in heads for each in held):
        return _untold(f"{officer} is {held[0].title}, without the role; whether nobody else could do it", task)
    titles = ", ".join(each.title for each in held) or "without a position"
    return Differs("role-missing", found=f"{officer} ({titles})", expected=_wanted(task))


def _apart(organisation: Organisation, task: Task, officer: str) -> Untold | None:
    units = {organisation.position(each.position).unit for each in organisation.appointments_of(officer)}
    units |= {each.unit for each in organisation.grants_of(officer)}
    apart = sorted(unit for unit in units if not reaches(organisation, unit, task.unit))
    return _untold(f"how {', '.join(apart)} and {task.unit} stand to each other", task) if apart else None


def _wanted(task: Task) -> str:
    return f"{task.role or 'somebody named'} for {task.unit} ({task.element})"


def _untold(what: str, task: Task) -> Untold:
    return Untold("role-untold", found=f"the pack does not tell enough: {what}", expected=_wanted(task))
