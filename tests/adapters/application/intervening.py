"""Administrators at work on running dossiers, and small processes that show one thing each."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from adapters.application import interventions, people
from adapters.application.answer import Answer, Request
from adapters.database import tables
from engine.acts.intervene import Intervention, Resume, Suspend
from engine.officer import Officer
from engine.outcome import SYSTEM
from tests.adapters.application.bundles import Bundle, bundle, job, task
from tests.adapters.application.world import World
from tests.engine.bpmn.models import chain, end, flow, start_event, timer, xor

WHY = "theo chỉ đạo của lãnh đạo"


def revision(world: World, code: str) -> int:
    return int(world.dossier(code)["revision"])


def perform(world: World, act: Intervention, code: str, who: str = "an", key: str | None = None) -> Answer:
    """Signed where it must be."""
    asked = interventions.perform(world.app, world.officer(who), Request(officer=who, key=key), code, act, sign=True)
    return world.signed(who, asked)


def suspend(world: World, code: str) -> Mapping[str, Any]:
    return perform(world, Suspend(revision=revision(world, code), reason=WHY), code).body_or_raise()


def resume(world: World, code: str) -> Mapping[str, Any]:
    return perform(world, Resume(revision=revision(world, code), reason=WHY), code).body_or_raise()


def tokens(world: World, code: str) -> dict[str, int]:
    """What lives in the dossier: element → number."""
    items = interventions.list_tokens(world.app, world.officer("an"), code).body_or_raise()["items"]
    return {item["element"]: item["number"] for item in items}


def states(world: World, code: str) -> dict[str, str]:
    """The dossier's jobs: element → state."""
    with world.app.store.read() as tx:
        rows = tx.execute(select(tables.job.c.element, tables.job.c.state).where(tables.job.c.dossier == code))
        return {row.element: row.state for row in rows}


def body_of(world: World, code: str) -> Mapping[str, Any]:
    """The body that stands in the last leaf of the dossier."""
    body: Mapping[str, Any] = world.last(code)["details"]["body"]
    return body


def incidents(world: World, who: str = "an") -> list[dict[str, Any]]:
    """What stands still within the officer's sight."""
    items: list[dict[str, Any]] = interventions.list_incidents(world.app, world.officer(who), "", 50).body_or_raise()[
        "items"
    ]
    return items


def appoint(world: World) -> Officer:
    """An external worker."""
    robot = people.Newcomer(id="may", name="Máy", position="Phần mềm", unit="agency", roles=frozenset({"worker"}))
    with world.app.store.write() as tx:
        people.appoint(world.app, tx, SYSTEM, robot, with_token=False)
    return world.officer("may")


def one_after_another(key: str, *tasks: str) -> Bundle:
    ids = [item.partition('id="')[2].partition('"')[0] for item in tasks]
    return bundle(key, start_event() + "".join(tasks) + end() + chain("s", *ids, "e"))


FIRST = one_after_another("doi", task("look", "chuyen-vien"))
SECOND = one_after_another("doi", task("inspect", "chuyen-vien", form="note"), task("check", "van-thu"))
OTHER_ROLE = one_after_another("doi", task("look", "van-thu"))
EYES = one_after_another("mat", task("draft", "lanh-dao"), task("check", "lanh-dao", properties={"notSameAs": "draft"}))
RENAMED_EYES = one_after_another(
    "mat", task("write", "lanh-dao"), task("check", "lanh-dao", properties={"notSameAs": "write"})
)
BROKEN = bundle(
    "hong",
    start_event()
    + xor("count", 'name="Đếm"')
    + task("file", "chuyen-vien")
    + end()
    + end("few")
    + chain("s", "count")
    + flow("count", "file", "=copies > 1")
    + flow("count", "few", "=copies <= 1")
    + chain("file", "e"),
)


def outside(job_id: str, timer_id: str) -> Bundle:
    return bundle(
        "ngoai",
        start_event()
        + job(job_id, "tra-cuu")
        + f'<bpmn:boundaryEvent id="{timer_id}" attachedToRef="{job_id}" cancelActivity="false">'
        + f"{timer('timeDuration', 'P1D')}</bpmn:boundaryEvent>"
        + task("remind", "van-thu")
        + end("reminded")
        + task("file", "chuyen-vien")
        + end()
        + chain("s", job_id, "file", "e")
        + chain(timer_id, "remind", "reminded"),
    )


OUTSIDE, OUTSIDE_RENAMED = outside("look_up", "slow"), outside("search", "too_slow")
