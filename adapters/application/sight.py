"""Who sees what, decided in one place: nothing of another office's dossier leaves this module."""

from adapters.application.application import Application
from adapters.database import dossiers
from adapters.database.store import Transaction
from engine.dossier import Dossier
from engine.errors import Refusal, not_found
from engine.officer import Officer
from engine.process import ProcessDefinition


def dossier_in_sight(tx: Transaction, officer: Officer, code: str, *, lock: bool = False) -> Dossier | Refusal:
    """The dossier, or a refusal that does not tell if it exists; `lock` for a change, for which sight is not enough."""
    dossier = dossiers.load(tx, code, lock=lock)
    if dossier is None or not (officer.works_in(dossier.unit) if lock else officer.sees(dossier.unit)):
        return not_found("dossier", code, "list those you may see: hoso dossier list")
    return dossier


def task_in_sight(tx: Transaction, officer: Officer, id: str, *, lock: bool = False) -> tuple[Dossier, int] | Refusal:
    """The dossier of a task and the task's number. The task itself may be closed; the engine says so."""
    code, _, number = id.rpartition(".")
    found = dossier_in_sight(tx, officer, code, lock=lock) if number.isascii() and number.isdigit() else None
    if isinstance(found, Dossier) and len(number) < 10 and dossiers.find_task(tx, id):
        return found, int(number)
    return not_found("task", id, "list the open ones: hoso task list")


def definition_of(app: Application, tx: Transaction, dossier: Dossier) -> ProcessDefinition:
    """The compiled definition that the dossier runs on."""
    return app.definitions.get(tx, dossier.process_key, dossier.process_version)
