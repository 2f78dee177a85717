"""Administrators at work on a wide dossier: what they change lies in parts as before, and goes with its instance."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from adapters.application import evidence
from adapters.database import dossiers
from adapters.database.tables import dossier_part, job, subscription, task
from engine.acts.intervene import Cancel, Migrate, Modify
from engine.bpmn.parts import places, whole
from tests.adapters.application.bundles import Bundle
from tests.adapters.application.intervening import WHY, perform, resume, revision, suspend
from tests.adapters.application.wide import found, opinions
from tests.adapters.application.world import World, build, opened, refusal_of
from tests.databases import Templates

COUNT = 30
NAMES = {"ask": "inquire", "answer": "reply", "late": "tardy", "each": "every", "more": "again", "known": "told"}


@pytest.fixture
def wide(templates: Templates) -> Iterator[World]:
    """The agency with wide processes."""
    with templates.copy(found, upon=build) as (store, founded), opened(store, founded) as world:
        yield world


def renamed() -> Bundle:
    """The same process, whose elements have other ids."""
    files = opinions()
    xml = files["process.bpmn"]
    for old, new in NAMES.items():
        for name in ("id", "sourceRef", "targetRef", "attachedToRef"):
            xml = xml.replace(f'{name}="{old}"'.encode(), f'{name}="{new}"'.encode())
    return {**files, "process.bpmn": xml}


def started(world: World) -> str:
    return world.start("y-kien", data={"count": COUNT, "copies": 1}, files={})


def open_tasks(world: World, code: str) -> dict[int, str]:
    with world.app.store.read() as tx:
        return {item.number: item.element for item in dossiers.open_tasks(tx, code)}


def complete(world: World, code: str, number: int, **data: object) -> None:
    world.claim("lan", f"{code}.{number}").body_or_raise()
    world.complete("lan", f"{code}.{number}", data).body_or_raise()


def agrees(world: World, code: str) -> None:
    """Each task, timer and part is kept where the state has it, and what is listened for by its present name."""
    with world.app.store.read() as tx:
        dossier = dossiers.load(tx, code)
        assert dossier is not None
        state = whole(dossier.state)
        home = places(state)
        rows = tx.execute(select(task.c.number, task.c.part).where(task.c.dossier == code, task.c.state == "open"))
        assert {row.number: row.part for row in rows} == {number: home.get(number) for number in state.open_tasks}
        rows = tx.execute(select(job.c.number, job.c.part).where(job.c.dossier == code, job.c.state == "open"))
        assert {row.number: row.part for row in rows} == {number: home.get(number) for number in state.timers}
        kept = tx.execute(select(dossier_part.c.part).where(dossier_part.c.dossier == code)).scalars()
        assert set(kept) == set(home.values())
        rows = tx.execute(select(subscription).where(subscription.c.dossier == code))
        assert {row.number: row.element for row in rows} == {
            number: item.element for number, item in state.subscriptions.items()
        }


def test_it_is_suspended_and_moved(wide: World) -> None:
    """One instance is ended at a step and begins at another; all others stay; then the loop begins once more."""
    code = started(wide)
    first, other, *rest = sorted(open_tasks(wide, code))
    suspend(wide, code)
    resume(wide, code)
    complete(wide, code, first, note="x", copies=1)
    with wide.app.store.read() as tx:
        dossier = dossiers.load(tx, code)
        assert dossier is not None
        scope = dossier.state.things[other].parent
    act = Modify(revision=revision(wide, code), reason=WHY, end=(other,), begin=(("answer", scope),))
    perform(wide, act, code).body_or_raise()
    agrees(wide, code)
    assert sorted(open_tasks(wide, code).values()) == ["answer"] * 2 + ["ask"] * len(rest)
    perform(wide, Modify(revision=revision(wide, code), reason=WHY, begin=(("each", None),)), code).body_or_raise()
    agrees(wide, code)
    assert len(open_tasks(wide, code)) == 2 * COUNT
    perform(wide, Cancel(revision=revision(wide, code), reason=WHY), code).body_or_raise()
    agrees(wide, code)
    assert open_tasks(wide, code) == {}


def test_it_goes_on_under_other_names(wide: World) -> None:
    """Tasks, timers and messages of every instance have the new names, and each goes on by its own part."""
    code = started(wide)
    first, second, *_ = sorted(open_tasks(wide, code))
    complete(wide, code, first, note="x", copies=1)
    wide.deploy(renamed()).body_or_raise()
    perform(wide, Migrate(revision=revision(wide, code), reason=WHY, version=2, mapping=NAMES), code).body_or_raise()
    agrees(wide, code)
    assert sorted(open_tasks(wide, code).values()) == ["inquire"] * (COUNT - 1) + ["reply"]
    complete(wide, code, second, note="x", copies=1)
    wide.clock.go(hours=2)
    assert wide.work() == 2  # each reminder
    agrees(wide, code)
    assert isinstance(evidence.pack(wide.app, wide.officer("kiem"), code), bytes)


def test_a_refusal_names_some_of_what_lives(wide: World) -> None:
    """It stands in the trail and in the answer, however many instances there are."""
    code = started(wide)
    for act in (
        Modify(revision=revision(wide, code), reason=WHY, end=(99_999,)),
        Modify(revision=revision(wide, code), reason=WHY, begin=(("answer", None),)),
    ):
        message = refusal_of(perform(wide, act, code)).message
        assert (" more" in message, len(message) < 500) == (True, True)
