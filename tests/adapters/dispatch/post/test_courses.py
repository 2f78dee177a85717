"""Whatever a carrier does and tells, each parcel ends in the right state, with the right proof, ordered once."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.application import ordering
from adapters.application.alarms import alarms
from adapters.application.tracking import OFFICE, Word, tell
from adapters.database import definitions, jobs, parcels
from adapters.database.parcels import Row
from engine.calendar import VIETNAM
from engine.parcels import Event
from tests.adapters.application.world import World
from tests.adapters.dispatch.post.courses import COURSES, Course, Step
from tests.adapters.dispatch.post.simulator import Simulator, body_of, carriers, running, signed, word
from tests.adapters.http.serving import Serving, serving


@dataclass
class Stage:
    """A server, a carrier, and a first parcel, of which the others are copies."""

    serving: Serving
    simulator: Simulator
    first: Row

    @property
    def world(self) -> World:
        return self.serving.world


@dataclass
class Playing:
    """A course that is being played."""

    stage: Stage
    course: Course
    key: str
    code: str
    sent: list[bytes] = field(default_factory=list)  # bodies that the server took

    @property
    def item(self) -> str:
        return self.stage.simulator.item_of(self.key) or "RR999999999VN".replace("999999999", "473124829")

    def do(self, step: Step) -> None:
        getattr(self, f"do_{step.do}")(step)

    def do_say(self, step: Step) -> None:
        """The carrier calls back; `how` it differs from a plain callback."""
        then = self.stage.world.clock() + timedelta(hours=step.hours)
        at = f"{then.astimezone(VIETNAM):{step.text}}" if step.text else then
        item = "EE473124829VN" if step.how == "stranger" else self.item
        one = word(item, step.status, at, self.key if step.how == "reference" else None)
        body = body_of(*[one] * step.times)
        body = {"broken": b"{", "huge": body + b" " * 70_000}.get(step.how, body)
        headers = signed(body, "khác" if step.how == "forged" else "bí-mật-gọi-lại")
        headers = {"other": signed(b"{}"), "bare": {}}.get(step.how, headers)
        path = f"/v1/carriers/{self.course.carrier}/callback"
        for _ in range(2 if step.how == "again" else 1):
            answer = self.stage.serving.http.post(path, content=body, headers=headers)
            assert answer.status_code == step.answer, (answer.status_code, answer.text)
        if step.answer == 200:
            self.sent.append(body)

    def do_hand(self, step: Step) -> None:
        world = self.stage.world
        at = world.clock() + timedelta(hours=step.hours)
        said = Word(
            carrier=OFFICE, item=self.code, status="handed-over", event=Event.HANDED_OVER, at=at, raw=self.key.encode()
        )
        with world.app.store.write() as tx:
            tell(world.app, tx, self.key, said)

    def do_wait(self, step: Step) -> None:
        self.stage.world.clock.go(hours=step.hours)
        ordering.keep_scheduled(self.stage.world.app)
        self.stage.world.work()

    def do_call_off(self, _step: Step) -> None:
        """What the office does to one that has not left: its order is to be cancelled."""
        world = self.stage.world
        said = Word(
            carrier=OFFICE, item=self.code, status="called-off", event=Event.CALLED_OFF, at=world.clock(), raw=b"x"
        )
        with world.app.store.write() as tx:
            tell(world.app, tx, self.key, said)
            parcels.change(tx, self.key, ordering="cancel-asked")

    def do_decide(self, step: Step) -> None:
        body = {"again": step.how == "again", **({"item": self.item} if step.how == "item" else {})}
        answer = self.stage.serving.post("an", f"/dispatches/{self.code}/order", **body)
        assert answer.status_code == step.answer, answer.text
        self.stage.world.work()

    def do_crash(self, _step: Step) -> None:
        """A worker died after it wrote that the order is about to be sent."""
        with self.stage.world.app.store.write() as tx:
            parcels.change(tx, self.key, ordering="asked", asked=self.stage.world.clock())


@pytest.fixture
def stage(world: World, tmp_path: Path) -> Iterator[Stage]:
    with running() as simulator:
        world.change(carriers=carriers(tmp_path, simulator.url))
        code = world.approved(channel="post")
        world.work()
        with world.app.store.read() as tx:
            [row] = jobs.dispatches_of(tx, code)
        with serving(world) as served:
            yield Stage(serving=served, simulator=simulator, first=row)


def begun(stage: Stage, course: Course) -> Playing:
    """A prepared parcel, to be ordered at the course's carrier."""
    world, key = stage.world, uuid.uuid4().hex
    code = f"{stage.first['dossier']}-{key[:8].upper()}"
    with world.app.store.write() as tx:
        row = {**stage.first, "key": key, "code": code, "created": world.clock(), "updated": world.clock()}
        jobs.add_dispatch(tx, {**row, "state": "prepared", "note": None})
        parcels.add(tx, key, course.carrier)
        ordering.add_job(world.app, tx, row, ordering.ORDER)
    return Playing(stage=stage, course=course, key=key, code=code)


def play(stage: Stage, course: Course) -> None:
    simulator, world = stage.simulator, stage.world
    playing = begun(stage, course)
    simulator.answers, simulator.cancels = list(course.answers), list(course.cancels)
    simulator.early = _early(playing) if course.early else None
    crash = course.steps[:1] and course.steps[0].do == "crash"
    if crash:
        playing.do(course.steps[0])
    world.work()
    for step in course.steps[1 if crash else 0 :]:
        playing.do(step)
    with world.app.store.read() as tx:
        row, parcel, events = jobs.find_dispatch(tx, playing.key), parcels.find(tx, playing.key), None
        events = parcels.events(tx, playing.key)
        proof = definitions.get_content(tx, parcel["proof"]) if parcel and parcel["proof"] else None
    assert row is not None
    assert parcel is not None
    effects = [each["effect"] for each in events]
    found = (row["state"], parcel["ordering"], simulator.orders(playing.key))
    assert found == (course.state, course.ordering, course.orders)
    assert (effects.count("contradicted"), effects.count("unknown")) == (course.contradicted, course.unknown)
    told = proof is not None and any(proof in body for body in playing.sent)  # of several words one is kept alone
    assert told == (proof is not None) == (course.state == "delivered")
    if course.ordering == "ordered":
        assert parcel["item"] == simulator.item_of(playing.key)


def _early(playing: Playing):  # type: ignore[no-untyped-def]
    def call(_reference: str, _item: str) -> None:
        playing.do_say(Step(do="say", status="PICKED", hours=1, how=playing.course.early))

    return call


def test_each_course_ends_in_the_right_state_with_the_right_proof(stage: Stage) -> None:
    """All of them over HTTP, on one server; what went wrong is told by the course's name."""
    assert len(COURSES) >= 40
    wrong = []
    for course in COURSES:
        try:
            play(stage, course)
        except AssertionError as error:
            wrong.append(f"{course.name}: {error}")
    assert wrong == []
    assert stage.simulator.orders(stage.first["key"]) == 1  # the first one, ordered by itself once prepared
    heard = stage.simulator.heard[0]
    assert (heard["address"], heard["payer"]) == ("12/5 Lê Thị Riêng", "agency")
    told = {each.code: each.count for each in alarms(stage.world.app)}
    waiting = [each for each in COURSES if each.ordering in ("refused", "unclear", "cancel-refused", "cancel-unclear")]
    assert told["parcels-unordered"] == len(waiting)
    leaves = stage.world.acts(stage.first["dossier"])
    assert {"parcel-ordered", "parcel-order-refused", "parcel-order-unclear", "parcel-order-cancelled"} <= set(leaves)
    assert {"parcel-cancel-refused", "parcel-order-decided", "parcel-contradicted"} <= set(leaves)


def names(courses: Sequence[Course]) -> list[str]:
    return [each.name for each in courses]


def test_no_course_is_played_twice() -> None:
    assert len(set(names(COURSES))) == len(COURSES)
