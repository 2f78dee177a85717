"""Place open tasks: each stands in exactly one queue, and nobody is ever shown a stale one.

An act places the tasks that it opens or changes, in its own transaction and last, under the lock of the trail's head:
every change of the organisation takes that lock, too, so that none happens between placing and commit. Whatever the
organisation or the time moves afterwards, `settle` moves.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from adapters.application.application import Application
from adapters.application.assigning import asked
from adapters.application.capacities import code_of
from adapters.database import dossiers, placement, trail
from adapters.database import organisation as stored
from adapters.database.store import Transaction
from engine.dossier import Dossier
from engine.outcome import Outcome
from engine.people.cover import Live, Personal, next_change, queue
from engine.people.organisation import Organisation
from engine.task import Task

GRACE = timedelta(seconds=10)  # after a change, in which an act that began before it may still place by what was
BATCH = 5_000  # tasks that one transaction moves
BATCHES = 10  # of them that one call does
PATIENCE = timedelta(seconds=30)  # after the last batch, in which whoever looks leaves it to who moves them
_TRIES = 3

_DECIDES = ("unit", "role", "candidates", "excluded", "holder", "kind", "met")


def place(app: Application, tx: Transaction, before: Dossier | None, outcome: Outcome, now: datetime) -> None:
    """Let the tasks that opened or changed stand where they belong."""
    if outcome.dossier is None or not (moved := _moved(before, outcome)):
        return
    trail.head(tx, lock=True)
    organisation = app.organisations.get(tx)
    procedure = _procedure(organisation, tx, outcome.dossier)
    stands: dict[placement.Standing, list[str]] = {}
    for task in moved:
        at = placement.named(queue(organisation, live_of(task, procedure), now))
        stands.setdefault(at, []).append(task.id)
    for at, ids in stands.items():
        placement.put(tx, ids, at)


def standing(app: Application, tx: Transaction, dossier: Dossier, number: int, now: datetime) -> Dossier:
    """The dossier with its open task as it stands just now: in whose own queue, and instead of whom."""
    task = dossier.tasks.get(number)
    if task is None:
        return dossier
    organisation = app.organisations.get(tx)
    found = queue(organisation, live_of(task, _procedure(organisation, tx, dossier)), now)
    if isinstance(found, Personal):
        told = replace(task, stands_with=found.officer, instead_of=found.instead_of)
    else:
        told = replace(task, stands_with=None, instead_of=None)
    return replace(dossier, tasks={**dossier.tasks, number: told})


class QueuesMoving(Exception):
    """So many tasks are moved to other queues just now that nobody waits for it; try again in a minute."""


def settle(app: Application) -> bool:
    """Move the tasks that the organisation or the time has moved; False when nothing could have.

    Many tasks are moved in transactions of `BATCH` each, so that acts go on meanwhile and an end in between loses
    nothing; after `BATCHES` of them it leaves the rest to the next call, and no queue is shown until all is done.
    """
    with app.store.read() as tx:
        if not placement.stale(tx, app.clock()):
            return False
    _settle(app)
    return True


@contextmanager
def settled(app: Application) -> Iterator[Transaction]:
    """A read in which every task stands where it belongs; but for those on which an act is under way just now.

    Raises QueuesMoving when so many have to move that this takes long.
    """
    for _ in range(_TRIES):
        with app.store.read() as tx:
            if not placement.stale(tx, app.clock()):
                yield tx
                return
            if placement.moving(tx, app.clock()):
                raise QueuesMoving
        if not _settle(app):
            raise QueuesMoving
    with app.store.read() as tx:
        yield tx


def live_of(task: Task, procedure: str | None) -> Live:
    """What of the task decides where it stands."""
    return Live(**{name: getattr(task, name) for name in _DECIDES}, procedure=procedure)


def _moved(before: Dossier | None, outcome: Outcome) -> list[Task]:
    after, known = outcome.dossier, before.tasks if before is not None else {}
    tasks = after.tasks if after is not None else {}
    opened = {task.number: task for task in outcome.opened if task.number in tasks}
    changed = {number: task for number, task in tasks.items() if number in known and _differs(known[number], task)}
    return list((opened | changed).values())


def _differs(one: Task, other: Task) -> bool:
    return any(getattr(one, name) != getattr(other, name) for name in _DECIDES)


def _procedure(organisation: Organisation, tx: Transaction, dossier: Dossier) -> str | None:
    """The code of the dossier's procedure, where mandates could ask for it."""
    return code_of(tx, dossier) if organisation.mandates else None


def _settle(app: Application) -> bool:
    """Whether nothing is left to move; but for tasks on which an act is under way."""
    left, now = BATCHES, app.clock()
    while True:
        with app.store.write() as tx:
            placement.lock(tx)
            many = _settle_at_once(app, tx, now) if placement.stale(tx, now) else []
        if not many or not left:
            return not many
        for source in many:
            left = _move_apart(app, source, now, left)


def _settle_at_once(app: Application, tx: Transaction, now: datetime) -> list[str]:
    """Move what has to move, if it is not too much: then the queues are given that it has to leave."""
    revision = stored.revision(tx)  # before it is read: a change after that is settled next time
    organisation = app.organisations.get(tx)
    by_procedure, whole = bool(organisation.mandates), True
    found = placement.classes(tx, by_procedure=by_procedure)
    if by_procedure:  # before any task is locked: an act under way holds its dossier, then its tasks
        whole = _share(tx, organisation, found, now)
    wrong = [
        (each, at) for each in found if (at := placement.named(queue(organisation, each.live, now))) != each.stands
    ]
    if sum(each.size for each, _ in wrong) > BATCH:
        placement.begin_moving(tx, app.clock() + PATIENCE)
        return sorted({each.stands.queue for each, _ in wrong})
    moved = [placement.move(tx, each, at, by_procedure=by_procedure) == each.size for each, at in wrong]
    if whole and all(moved):
        placement.settled(tx, revision, _until(organisation, now))
    return []


def _move_apart(app: Application, source: str, now: datetime, left: int) -> int:
    """Let the tasks of a queue stand where they belong, batch by batch; gives how many batches are left."""
    after = ""
    while left > 0:
        with app.store.write() as tx:
            placement.lock(tx)
            if not placement.stale(tx, now):
                break  # another has done it
            organisation = app.organisations.get(tx)
            batch = placement.batch(tx, source, after, BATCH, by_procedure=bool(organisation.mandates))
            belong = {live: placement.named(queue(organisation, live, now)) for live in {task.live for task in batch}}
            stands: dict[placement.Standing, list[str]] = {}
            for task in batch:
                if belong[task.live] != task.stands:
                    stands.setdefault(belong[task.live], []).append(task.id)
            for at, ids in stands.items():
                placement.put(tx, ids, at)
            placement.begin_moving(tx, app.clock() + PATIENCE)
        left -= 1
        if len(batch) < BATCH:
            break
        after = batch[-1].rank
    return left


def _share(tx: Transaction, organisation: Organisation, found: list[placement.Class], now: datetime) -> bool:
    """Let the units take part whom mandates that came later let act; False where acts are under way just now."""
    wanted = {
        (each.live.unit, each.live.role, each.live.kind, unit)
        for each in found
        for unit in asked(organisation, each.live, now)
        if unit != each.live.unit
    }
    whole = True
    for each in sorted(wanted, key=repr):
        whole &= dossiers.all_take_part(tx, *each)
    return whole


def _until(organisation: Organisation, now: datetime) -> datetime | None:
    """When to look again: at the next change, or once more soon after the last one."""
    change = next_change(organisation, now - GRACE)
    return change + GRACE if change is not None and change <= now else change
