"""Who sees what, decided in one place: nothing of another office's dossier leaves this module."""

from adapters.application.application import Application
from adapters.application.since import open_task
from adapters.application.terms import deployed
from adapters.database import dossiers, scope
from adapters.database.parts import Part
from adapters.database.store import Transaction
from engine import policy
from engine.dossier import Dossier
from engine.errors import Refusal, not_found
from engine.officer import Officer
from engine.process import ProcessDefinition
from engine.task import Task


def dossier_in_sight(
    tx: Transaction, officer: Officer, code: str, *, lock: bool = False, part: Part = "every"
) -> Dossier | Refusal:
    """The dossier, or a refusal that does not tell whether it exists; `lock` for a change.

    An auditor sees every office's dossiers and changes none; an officer sees those in which their office takes part,
    and changes those. `part`: how much of a wide one is loaded (`dossiers.load`).
    """
    dossier = dossiers.load(tx, code, lock=lock, part=part)
    if dossier is None or not scope.sees(tx, officer, code):
        return not_found("dossier", code, "list those you may see: hoso dossier list")
    return (policy.refuses_change(officer) if lock else None) or dossier


def task_in_sight(tx: Transaction, officer: Officer, id: str, *, lock: bool = False) -> tuple[Dossier, int] | Refusal:
    """The dossier of a task and the task's number. The task itself may be closed; the engine says so.

    A task is in sight of who sees its dossier.
    """
    code, _, number = id.rpartition(".")
    if not (number.isascii() and number.isdigit()):
        return not_found("task", id, "list the open ones: hoso task list")
    row = dossiers.find_task(tx, id)
    found = dossiers.load(tx, code, lock=lock, part=row["part"] if row else None)
    if found is not None and row is not None and len(number) < 10 and scope.sees(tx, officer, code):
        return (policy.refuses_change(officer) if lock else None) or (found, int(number))
    return not_found("task", id, "list the open ones: hoso task list")


def open_task_in_sight(tx: Transaction, officer: Officer, id: str) -> tuple[Dossier, Task] | Refusal:
    """The dossier and its open task, for looking at it."""
    found = task_in_sight(tx, officer, id)
    if isinstance(found, Refusal):
        return found
    dossier, number = found
    task = open_task(tx, dossier, number)
    return task if isinstance(task, Refusal) else (dossier, task)


def definition_of(app: Application, tx: Transaction, dossier: Dossier) -> ProcessDefinition:
    """The compiled definition that the dossier runs on."""
    return deployed(app, tx, dossier.process_key, dossier.process_version, dossier.called)
