"""Procedure records: which one governs a dossier, and what an administrator should know before adopting one."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from adapters.application import views
from adapters.application.answer import Answer, refuse
from adapters.application.application import Application
from adapters.bundles import to_json
from adapters.database import definitions
from adapters.database.store import Transaction
from engine.bpmn.graph import Graph
from engine.bpmn.problems import Problem
from engine.calendar import VIETNAM
from engine.dossier import Dossier
from engine.errors import Kind, Refusal, not_found
from engine.procedure import Procedure, ProcedureError, read_procedure
from engine.required import unmet
from signing.canonical import canonical, sha256_hex

Row = Mapping[str, Any]


def of(tx: Transaction, dossier: Dossier) -> Procedure | Refusal | None:
    """The procedure that the dossier was received under; None: under none."""
    row = definitions.find_procedure(tx, dossier.procedure) if dossier.procedure else None
    try:
        return read_procedure(row["body"]) if row else None
    except ProcedureError as error:  # this release reads more strictly than the one that took it
        remedy = "adopt the procedure anew, and receive the dossier again under it"
        return Refusal(kind=Kind.FORBIDDEN, code="procedure-invalid", message=str(error), remedy=remedy)


def governing(tx: Transaction, *, process: str, code: str | None, day: date) -> Row | Refusal | None:
    """The record under which a dossier of the process is received that day; None where the process has none.

    Where several procedures share the process, the intake names one.
    """
    found = definitions.procedures_in_force(tx, day=day, code=code, process=process)
    if code is not None and not found:
        return not_found("procedure", code, f"list those in force for process {process}: hoso procedure list")
    if len(found) > 1:
        codes = ", ".join(row["code"] for row in found)
        message = f"process {process} serves several procedures: {codes}"
        return Refusal(kind=Kind.INVALID, code="procedure-unclear", message=message, remedy="name one: --procedure")
    return found[0] if found else None


def read(subject: str, body: Row) -> Procedure | Refusal:
    """The record to adopt of the procedure of that code, read strictly."""
    try:
        procedure = read_procedure(body)
    except ProcedureError as error:
        return _invalid(str(error), "correct the record; docs/reference/procedure.md tells the fields")
    if procedure.code != subject:
        return _invalid(f"the record is of procedure {procedure.code}, not {subject}", "name its own code")
    return procedure


def refuses(app: Application, tx: Transaction, procedure: Procedure, body: Row) -> Refusal | None:
    """Why the record may not be adopted: it would be in force on no day to come, or changes nothing."""
    subject = procedure.code
    today = _today(app.clock())
    if procedure.valid_until is not None and procedure.valid_until < today:
        return _past(f"its last day, {procedure.valid_until}, has passed", "adopt the one that is in force now")
    for current in definitions.procedures_in_force(tx, day=today, code=subject, ended=True):
        if date.fromisoformat(current["valid_from"]) > procedure.valid_from:
            message = f"procedure {subject} has a record of {current['valid_from']}, before which this one begins"
            return _past(message, "give it the same date, to replace that one, or a later one")
    replaced = definitions.latest_adopted(tx, subject, procedure.valid_from)
    digest = sha256_hex(canonical(body))
    if replaced is not None and replaced["sha256"] == digest:
        message = f"procedure {subject} has this very record of {procedure.valid_from} already"
        remedy = "nothing is to be done; what is to change, change in the record"
        return Refusal(kind=Kind.CONFLICT, code="procedure-unchanged", message=message, remedy=remedy)
    if replaced is not None and definitions.find_procedure(tx, digest) is not None:
        message = f"this very record of procedure {subject} was adopted, and replaced by another of its date"
        return _past(message, "say in decided_by what is decided now")
    return None


def warnings(app: Application, tx: Transaction, body: Row) -> list[dict[str, Any]]:
    """What an administrator should know before adopting the record; it can be adopted all the same."""
    procedure = read_procedure(body)
    today = _today(app.clock())
    found: list[dict[str, Any]] = []
    latest = definitions.latest_version(tx, procedure.process, None)
    definition = None if latest is None else app.definitions.deployed(tx, procedure.process, latest)
    if definition is None:
        message = f"process {procedure.process} is not deployed: the record governs nothing yet"
        found.append(_warning("process-unknown", message, "deploy it, or correct the field process"))
    else:
        found += map(to_json, unmet(definition.graph, procedure))
    in_force = definitions.procedures_in_force(tx, day=today, process=procedure.process)
    if others := [row["code"] for row in in_force if row["code"] != procedure.code]:
        message = f"process {procedure.process} serves {', '.join(others)}, too"
        found.append(_warning("procedure-second", message, "who receives a dossier must name one: --procedure"))
    if procedure.valid_from < today and any(row["code"] == procedure.code for row in in_force):
        message = f"it begins on {procedure.valid_from}: dossiers received since keep the record that was in force"
        found.append(_warning("procedure-backdated", message, "nothing to do if that is meant"))
    return found


def unmet_by(app: Application, tx: Transaction, graph: Graph) -> list[Problem]:
    """What the process cannot give of what its procedures require, those in force and those to come."""
    found: list[Problem] = []
    for code in definitions.procedure_codes(tx, graph.process_id):
        states = _states(app, tx, code)
        rows = [row for row in definitions.procedures_of(tx, code) if states[row["sha256"]] in ("in force", "to come")]
        for row in rows:
            try:
                procedure = read_procedure(row["body"])
            except ProcedureError:
                continue  # told where it matters: when the result should leave
            found += unmet(graph, procedure) if procedure.process == graph.process_id else ()
    return list(dict.fromkeys(found))


def _warning(code: str, message: str, remedy: str) -> dict[str, Any]:
    return {"severity": "warning", "code": code, "message": message, "remedy": remedy}


def _invalid(message: str, remedy: str) -> Refusal:
    return Refusal(kind=Kind.INVALID, code="procedure-invalid", message=message, remedy=remedy)


def _past(message: str, remedy: str) -> Refusal:
    return Refusal(kind=Kind.INVALID, code="procedure-past", message=message, remedy=remedy)


def _today(now: datetime) -> date:
    return now.astimezone(VIETNAM).date()


def list_procedures(app: Application, after: int, limit: int) -> Answer:
    """A page of procedure records, in the order of their adoption, each with what it is today."""
    with app.store.read() as tx:
        rows = definitions.procedures(tx, after=after, limit=limit)
        states = {code: _states(app, tx, code) for code in {row["code"] for row in rows}}
    items = [_shown(row, states[row["code"]]) for row in rows]
    return Answer(body={"items": items, "next": str(rows[-1]["leaf"]) if len(rows) == limit else None})


def show_procedure(app: Application, code: str, day: date | None) -> Answer:
    """The procedure record in force on that day (None: today), and the dates of all of its code."""
    on = day or _today(app.clock())
    with app.store.read() as tx:
        found = definitions.procedures_in_force(tx, day=on, code=code)
        rows = definitions.procedures_of(tx, code)
        states = _states(app, tx, code)
    if not found:
        message = f"no record of procedure {code} is in force on {on}"
        remedy = "list them with their dates: hoso procedure list"
        return refuse(Refusal(kind=Kind.NOT_FOUND, code="procedure-unknown", message=message, remedy=remedy))
    versions = [_shown(row, states) for row in rows]
    return Answer(body={**_shown(found[0], states), "body": found[0]["body"], "versions": versions})


def _states(app: Application, tx: Transaction, code: str) -> Mapping[str, str]:
    """What each record of the code is today: in force, to come, ended, or replaced by a later one."""
    today = _today(app.clock())
    current = {row["sha256"] for row in definitions.procedures_in_force(tx, day=today, code=code, ended=True)}
    rows = definitions.procedures_of(tx, code)
    last = {row["valid_from"]: row["sha256"] for row in rows}  # of one date, the last adopted
    return {row["sha256"]: _state(row, current, last, today) for row in rows}


def _state(row: Row, current: set[str], last: Mapping[str, str], today: date) -> str:
    if last[row["valid_from"]] != row["sha256"]:
        return "replaced"
    if date.fromisoformat(row["valid_from"]) > today:
        return "to come"
    until = row["body"].get("valid_until")
    if row["sha256"] not in current:
        return "replaced"
    return "ended" if until is not None and date.fromisoformat(until) < today else "in force"


def _shown(row: Row, states: Mapping[str, str]) -> dict[str, Any]:
    shown = {name: row[name] for name in ("code", "process", "valid_from", "sha256", "leaf")}
    body = row["body"]
    told = {"name": body["name"], "valid_until": body.get("valid_until"), "adopted": views.moment(row["adopted"])}
    return {**shown, **told, "state": states[row["sha256"]]}
