"""What the outside sees of dossiers, tasks and the rest: plain JSON, one function each."""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapters.application.trail import Continued, Receipt
from adapters.database.trail import StoredLeaf
from engine.document import Document
from engine.dossier import Dossier
from engine.people.officers import officer_at
from engine.people.organisation import Contact, Organisation, Unit
from engine.task import Task
from signing.canonical import parse_canonical
from signing.record import time_text

Json = dict[str, Any]
Row = Mapping[str, Any]


def moment(at: datetime | None) -> str | None:
    """A time as `2026-11-21T08:30:00Z`."""
    return None if at is None else time_text(at)


def task(dossier: Dossier, of: Task, now: datetime) -> Json:
    """A task with what its dossier says of it, and whether it is late."""
    return {
        **task_alone(of),
        "dossier": dossier.code,
        "dossier_title": dossier.title,
        **_due(of, dossier.due, now),
        "note": of.note or None,
        "revision": dossier.revision,
    }


def _due(of: Task, dossier_due: datetime | None, now: datetime) -> Json:
    due = of.due or dossier_due
    return {"due": moment(due), "overdue": due is not None and due < now}


def task_alone(of: Task) -> Json:
    """A task as a list shows it."""
    return {
        "id": of.id,
        "dossier": of.id.rpartition(".")[0],
        "element": of.element,
        "name": of.name,
        "role": of.role,
        "holder": of.holder,
        "owner": of.owner,
        "returned": moment(of.returned),
        "opened": moment(of.opened),
        "due": moment(of.due),
        "follow_up": moment(of.follow_up),
        "priority": of.priority,
        "place": of.place,
        "signature": of.signature,
    }


def listed_task(of: Task, row: Row, now: datetime) -> Json:
    """A task as a list shows it, with its dossier's title and term, and whether it is late."""
    return {**task_alone(of), "dossier_title": row["dossier_title"], **_due(of, row["dossier_due"], now)}


def document(of: Document) -> Json:
    """A document as the record will name it."""
    return {"name": of.file_name, "media_type": of.media_type, "sha256": of.sha256, "size": of.size}


def dossier_row(row: Row) -> Json:
    """A dossier as a list shows it."""
    return {
        "code": row["code"],
        "title": row["title"],
        "process": row["process_key"],
        "version": row["process_version"],
        "unit": row["unit"],
        "channel": row["channel"],
        "status": row["status"],
        "incidents": row["incidents"],
        "revision": row["revision"],
        "started": moment(row["started"]),
        "due": moment(row["due"]),
        "finished": moment(row["finished"]),
        "erased": moment(row["erased"]),
        "suspended": moment(row["suspended"]),
    }


def dossier(of: Dossier, procedure: Row | None, incidents: list[Row], jobs: list[Row], dispatches: list[Row]) -> Json:
    """A dossier whole, but for its past, which is its history."""
    return {
        "code": of.code,
        "title": of.title,
        "process": of.process_key,
        "version": of.process_version,
        "bundle_hash": of.bundle_hash,
        "procedure": procedure["code"] if procedure else None,
        "procedure_record": of.procedure,
        "unit": of.unit,
        "channel": of.channel,
        "applicant": dict(of.applicant),
        "submitter": of.submitter,
        "status": int(of.status),
        "started": moment(of.started),
        "due": moment(of.due),
        "finished": moment(of.finished),
        "erased": moment(of.erased),
        "suspended": moment(of.suspended),
        "revision": of.revision,
        "data": dict(of.state.data),
        "tasks": [task_alone(task) for task in of.tasks.values()],
        "documents": [document(item) for item in of.documents.values()],
        "incidents": [incident(row) for row in incidents],
        "jobs": [job(row) for row in jobs],
        "dispatches": [dispatch(row) for row in dispatches],
    }


def comment(row: Row, organisation: Organisation) -> Json:
    """A comment on a dossier."""
    return {"id": row["id"], "task": row["task"], **_by(row, organisation), "text": row["text"]}


def attachment(row: Row, organisation: Organisation) -> Json:
    """A working paper beside a dossier."""
    told = {name: row[name] for name in ("name", "media_type", "sha256", "size")}
    return {"id": row["id"], "task": row["task"], **_by(row, organisation), **told, "removed": moment(row["removed"])}


def _by(row: Row, organisation: Organisation) -> Json:
    person = organisation.person(row["officer"])
    return {"officer": row["officer"], "officer_name": person.name if person else "", "time": moment(row["at"])}


def incident(row: Row) -> Json:
    """What stands still in a dossier; `id` names it there."""
    told = {name: row[name] for name in ("element", "name", "code", "message")}
    return {"id": row["number"], **told, "since": moment(row["since"])}


def job(row: Row) -> Json:
    """A job as its dossier shows it."""
    shown = {
        name: row[name] for name in ("id", "element", "type", "state", "attempts", "error", "retries_left", "worker")
    }
    return {**shown, "due": moment(row["due"])}


def dispatch(row: Row) -> Json:
    """A dispatch; its code is what the label prints."""
    return {
        "id": row["code"],
        "dossier": row["dossier"],
        "channel": row["channel"],
        "state": row["state"],
        "recipient": row["recipient"],
        "document": row["document"],
        "sha256": row["sha256"],
        "attempts": row["attempts"],
        "copies": row["copies"],
        "created": moment(row["created"]),
        "updated": moment(row["updated"]),
        "note": row["note"],
        "label": row["label"] is not None,
    }


def unit(of: Unit) -> Json:
    """A unit of the tree."""
    return {"id": of.id, "name": of.name, "parent": of.parent, "collective": of.collective, **contact(of.contact)}


def officer(organisation: Organisation, id: str, now: datetime) -> Json:
    """Somebody who is or was an officer, with what they hold now; `active`: they hold something."""
    person, found = organisation.person(id), officer_at(organisation, id, now)
    assert person is not None
    held = {"position": found.position, "unit": found.unit} if found else {"position": "", "unit": None}
    roles = sorted(found.roles) if found else []
    return {"id": id, "name": person.name, **held, "active": found is not None, "roles": roles}


def contact(of: Contact) -> Json:
    """How somebody is reached, as far as that is known."""
    return {"email": of.email or None, "phone": of.phone or None}


def certificate(row: Row) -> Json:
    """A binding of a certificate to its officer."""
    return {
        "fingerprint": row["fingerprint"],
        "officer": row["officer"],
        "kind": row["kind"],
        "subject": row["subject"],
        "issuer": row["issuer"],
        "not_before": moment(row["not_before"]),
        "not_after": moment(row["not_after"]),
        "bound": moment(row["bound"]),
        "revoked": moment(row["revoked"]),
        "suspended": moment(row["suspended"]),
        "state": "revoked" if row["revoked"] else "suspended" if row["suspended"] else "bound",
    }


def closed_leaf(of: StoredLeaf) -> Json:
    """A leaf without what opens it, which may have been erased."""
    return {"index": of.index, "leaf": base64.b64encode(of.encoded).decode()}


def leaf(of: StoredLeaf) -> Json:
    """A leaf with its opening, as it was made just now."""
    assert of.salt is not None
    assert of.evidence is not None
    return {**closed_leaf(of), "salt": of.salt.hex(), "evidence": base64.b64encode(of.evidence).decode()}


def receipt(of: Receipt) -> Json:
    """A receipt: the leaf, its opening, the signed checkpoint, the proofs of inclusion and of consistency."""
    told = {**leaf(of.leaf), "checkpoint": of.checkpoint, "inclusion": [item.hex() for item in of.inclusion]}
    return {**told, **continued(of.continued)}


def continued(of: Continued | None) -> Json:
    """The proof that a checkpoint continues the one that the client verified last; empty without."""
    return {} if of is None else {"consistency": {"old": of.old, "proof": [item.hex() for item in of.proof]}}


def although(of: StoredLeaf) -> Json:
    """The reason for which a process was deployed although the second engine disagreed, from its leaf; else nothing."""
    assert of.evidence is not None  # deployments are kept for good
    opened = parse_canonical(of.evidence)
    details = opened.get("details") if isinstance(opened, dict) else None
    found = details.get("although") if isinstance(details, dict) else None
    return {"although": found} if found is not None else {}


def event(of: StoredLeaf, people: Mapping[str, Row]) -> Json:
    """A line of a dossier's history: the leaf, opened, with the actor's name.

    `erased` where its contents were: that it happened, when and by whom, is all that is left.
    """
    told = parse_canonical(of.encoded)
    opened = parse_canonical(of.evidence) if of.evidence is not None else {"details": {}}
    assert isinstance(told, dict)
    assert isinstance(opened, dict)
    who = people.get(str(told["actor"]), {})
    details = opened["details"]
    return {
        "index": of.index,
        "time": told["time"],
        "actor": told["actor"],
        "actor_name": who.get("name", told["actor"]),
        "actor_position": who.get("position", ""),
        "act": told["act"],
        "subject": told["subject"],
        "task": details.get("task"),
        "element": details.get("element"),
        "element_name": details.get("name"),
        "details": details,
        "erased": of.evidence is None,
    }
