"""Rows to fill a database with: the least that its constraints ask for."""

from dataclasses import replace
from datetime import UTC, date, datetime

from adapters.database import dossiers, organisation, placement
from adapters.database.store import Transaction
from engine.bpmn.state import State
from engine.dossier import Dossier, Status
from engine.officer import Officer
from engine.outcome import JobRequest, Outcome
from engine.people.cover import Live, queue
from engine.people.organisation import Appointment, Person, Position, Unit
from engine.task import Task

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
CODE = "H29.5-261121-0001"


def officer(id: str, unit: str, *roles: str) -> Officer:
    """Somebody who has these roles in that unit alone."""
    return Officer(id=id, name=id.title(), position="Chuyên viên", unit=unit, rights={unit: frozenset(roles)})


def add_unit(tx: Transaction, id: str, parent: str | None) -> None:
    organisation.add(tx, Unit(id=id, name=id.title(), parent=parent))


def add_officer(tx: Transaction, id: str, unit: str, *roles: str) -> None:
    """An officer in a position of their own, as long as anybody remembers."""
    organisation.add(tx, Person(id=id, name=id.title()))
    organisation.add(tx, Position(id=id, title="Chuyên viên", unit=unit, roles=frozenset(roles)))
    since = date(2020, 1, 1)
    organisation.add(tx, Appointment(officer=id, position=id, document="QĐ 1", since=since))


DOSSIER_0003 = (
    "INSERT INTO dossier (code, title, process_key, process_version, bundle_hash, unit, applicant, submitter, channel,"
    " status, started, state, performers, revision) VALUES (:code, 't', 'p', 1, 'h', 'agency', '{}', 's', 'direct', 2,"
    " :at, :state, '{}', 0)"
)
"""A dossier of a database at revision 0003, from which upgrades are tested."""
EMPTY_STATE = '{"format":3,"process":"p","counter":0}'


def people_of(tx: Transaction) -> None:
    """A tree of units (agency over north and south, east below north) with an officer in each."""
    for id, parent in (("agency", None), ("north", "agency"), ("east", "north"), ("south", "agency")):
        add_unit(tx, id, parent)
        add_officer(tx, f"of-{id}", id, "clerk")


def dossier(code: str = CODE, unit: str = "agency", **changes: object) -> Dossier:
    values = {
        "code": code,
        "title": "Đơn",
        "process_key": "p",
        "process_version": 1,
        "bundle_hash": "0" * 64,
        "procedure": None,
        "unit": unit,
        "applicant": {"name": "Bà Ánh"},
        "submitter": "Bà Ánh",
        "channel": "direct",
        "status": Status.RECEIVED,
        "started": NOW,
        "due": None,
        "state": State(process="p"),
        "tasks": {},
        "documents": {},
    }
    return Dossier(**{**values, **changes})


def task(number: int, code: str = CODE, **changes: object) -> Task:
    values = {
        "id": f"{code}.{number}",
        "number": number,
        "element": "look",
        "name": "Xem",
        "role": "clerk",
        "candidates": frozenset(),
        "excluded": frozenset(),
        "holder": None,
        "opened": NOW,
        "due": None,
        "place": "anywhere",
        "unit": "agency",
        "signature": "none",
        "form": None,
    }
    return Task(**{**values, **changes})


def add_dossier(tx: Transaction, of: Dossier, *tasks: Task) -> Dossier:
    """Insert a dossier with open tasks, which stand where they belong."""
    tasks = tuple(replace(item, unit=of.unit) for item in tasks)
    full = replace(of, tasks={item.number: item for item in tasks})
    dossiers.add(tx, full)
    dossiers.save(tx, None, Outcome(dossier=full, opened=tasks), NOW)
    here = organisation.load(tx)
    for item in tasks:
        live = Live(
            unit=item.unit, role=item.role, candidates=item.candidates, excluded=item.excluded, holder=item.holder
        )
        placement.put(tx, [item.id], placement.named(queue(here, live, NOW)))
    return full


def job(number: int = 1, due: datetime = NOW) -> JobRequest:
    return JobRequest(number=number, element="send", type="hoso.email", payload={"headers": {}, "input": {}}, due=due)
