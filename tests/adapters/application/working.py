"""What officers do with a task beside doing it."""

from adapters.application import notes, people, task_work
from adapters.application.answer import Answer, Request
from adapters.database import organisation
from engine.acts.hand import Delegate, Handing, Reassign, Return, TakeBack
from engine.outcome import SYSTEM
from engine.people.organisation import Absence, Appointment, Position, day_of
from tests.adapters.application.world import World

WHY = "Đang họp ở quận"


def hand(world: World, who: str, task: str, act: Handing, key: str | None = None) -> Answer:
    return task_work.hand_on(world.app, world.officer(who), Request(officer=who, key=key), task, act)


def delegate(world: World, who: str, task: str, to: str, reason: str = WHY) -> Answer:
    return hand(world, who, task, Delegate(to=to, reason=reason))


def take_back(world: World, who: str, task: str) -> Answer:
    return hand(world, who, task, TakeBack())


def give_back(world: World, who: str, task: str, reason: str = WHY) -> Answer:
    return hand(world, who, task, Return(reason=reason))


def reassign(world: World, who: str, task: str, to: str | None, reason: str = WHY) -> Answer:
    return hand(world, who, task, Reassign(to=to, reason=reason))


def comment(world: World, who: str, code: str, text: str, task: str | None = None, key: str | None = None) -> Answer:
    return notes.comment(world.app, world.officer(who), Request(officer=who, key=key), code, text, task)


def attach(
    world: World, who: str, code: str, content: bytes, name: str = "nháp.txt", task: str | None = None
) -> Answer:
    paper = (name, "text/plain", world.upload(who, content))
    return notes.attach(world.app, world.officer(who), Request(officer=who), code, paper, task)


def make_head(world: World, id: str, unit: str) -> None:
    """The officer also heads that unit, from today."""
    with world.app.store.write() as tx:
        organisation.add(tx, Position(id=f"head-{unit}", title="Trưởng", unit=unit, rank="head"))
        since = day_of(world.clock())
        organisation.add(tx, Appointment(officer=id, position=f"head-{unit}", document="QĐ 1", since=since))


def away(world: World, id: str, hours: float = 24) -> None:
    """The officer is away from now on, for so long, without substitute."""
    now = world.clock()
    with world.app.store.write() as tx:
        until = now.__class__.fromtimestamp(now.timestamp() + hours * 3600, now.tzinfo)
        organisation.add(tx, Absence(officer=id, since=now, until=until, substitute=None, document="Đơn nghỉ"))


def newcomer(world: World, id: str, unit: str, *roles: str) -> None:
    """Somebody else in office."""
    new = people.Newcomer(id=id, name=id.title(), position="Chức vụ", unit=unit, roles=frozenset(roles))
    with world.app.store.write() as tx:
        people.appoint(world.app, tx, SYSTEM, new, with_token=False)
