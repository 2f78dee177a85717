"""Every live task stands in exactly one queue that somebody sees, and no queue shows another office's dossier."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from adapters.application import inbox, people, placing, queries
from adapters.application.save import save
from adapters.database import dossiers, leads, organisation, queues, trail
from adapters.database.dossiers import Wanted
from adapters.database.queues import View
from adapters.database.search import asked
from adapters.database.store import Store
from adapters.database.tables import appointment, mandate, placement, task
from engine.officer import AUDITOR
from engine.outcome import LeafDraft, Outcome
from engine.people.organisation import Absence, Appointment, Mandate, Position, RoleGrant, Scope, day_of
from tests.adapters.application.working import delegate, take_back
from tests.adapters.application.world import CAST, Founded, World, build, opened, refusal_of
from tests.adapters.database.test_concurrency import at_once
from tests.databases import Templates

SINCE = date(2026, 1, 1)
EVER: tuple[View, ...] = ("all", "soon", "overdue", "returned")


def headed(store: Store, founded: Founded) -> Founded:
    """The agency with a chairman, his deputy who may sign for him, and a head of the office."""
    with store.write() as tx:
        for id, unit, rank, roles in (
            ("chu-tich", "agency", "head", {"lanh-dao"}),
            ("pho-chu-tich", "agency", "deputy", set()),
            ("chanh-van-phong", "van-phong", "head", set()),
        ):
            organisation.add(tx, Position(id=id, title=id, unit=unit, rank=rank, roles=frozenset(roles)))
        for officer, position in (("hang", "chu-tich"), ("hoa", "pho-chu-tich"), ("mai", "chanh-van-phong")):
            organisation.add(tx, Appointment(officer=officer, position=position, document="QĐ 2", since=SINCE))
        positions = {"given_by": "chu-tich", "given_to": "pho-chu-tich"}
        kt = Mandate(id="kt", kind="KT", **positions, document="QĐ 3", scope=Scope(), since=SINCE)
        organisation.add(tx, kt)
    return founded


@pytest.fixture
def office(templates: Templates) -> Any:
    with templates.copy(headed, upon=build) as (store, founded), opened(store, founded) as world:
        yield world


# What happens to people


def away(world: World, who: str, substitute: str | None, *, hours: float = 8) -> None:
    now = world.clock.now
    until = now + timedelta(hours=hours)
    absence = Absence(officer=who, since=now, until=until, substitute=substitute, document="Đơn nghỉ phép")
    with world.app.store.write() as tx:
        organisation.add(tx, absence)


def leave(world: World, who: str) -> None:
    """The officer holds no position from now on."""
    yesterday = day_of(world.clock.now) - timedelta(days=1)
    with world.app.store.write() as tx:
        this = update(appointment).where(appointment.c.officer == who, appointment.c.until.is_(None))
        tx.execute(this.values(until=yesterday.isoformat()))
        organisation.changed(tx)


def grant(world: World, who: str, role: str, unit: str) -> None:
    since = day_of(world.clock.now)
    with world.app.store.write() as tx:
        organisation.add(tx, RoleGrant(officer=who, role=role, unit=unit, document="QĐ 4", since=since))


def hand(world: World, id: str, to: str | None) -> None:
    """The task changes hands by an act."""
    code, _, number = id.rpartition(".")
    with world.app.store.write() as tx:
        before = dossiers.load(tx, code, lock=True)
        assert before is not None
        held = replace(before.tasks[int(number)], holder=to)
        after = replace(before, tasks={**before.tasks, held.number: held}, revision=before.revision + 1)
        leaf = LeafDraft(actor="an", act="task-reassigned", subject=id, dossier=code)
        save(world.app, tx, before, Outcome(dossier=after, leaves=(leaf,)), world.clock.now)


# What is seen


def items(world: World, who: str, view: View = "mine", **query: Any) -> list[dict[str, Any]]:
    answer = inbox.show(world.app, world.officer(who), view, "", 200, counted=False, deferred=True, **query)
    found: list[dict[str, Any]] = answer.body_or_raise()["items"]
    return found


def in_inbox(world: World, who: str, view: View = "mine", **query: Any) -> list[str]:
    return [item["id"] for item in items(world, who, view, **query)]


def open_tasks(world: World) -> dict[str, str]:
    """Open tasks with the units that they ask."""
    with world.app.store.read() as tx:
        return {row.id: row.unit for row in tx.execute(select(task.c.id, task.c.unit).where(task.c.state == "open"))}


def in_office(world: World) -> list[str]:
    with world.app.store.read() as tx:
        return [id for id in CAST if people.find(world.app, tx, id) is not None]


def each_stands_once(world: World) -> None:
    """The promise, for all open tasks at once, as all officers see them."""
    now, who = world.clock.now, in_office(world)
    seen: dict[str, dict[str, str]] = {id: {} for id in open_tasks(world)}
    for officer in who:
        for item in items(world, officer, "all"):
            assert officer not in seen[item["id"]], "one queue shows it twice"
            seen[item["id"]][officer] = item["queue"]
    with world.app.store.read() as tx:
        here = world.app.organisations.get(tx)
    for id, by in seen.items():
        if set(by.values()) == {"mine"}:
            assert len(by) == 1, f"{id} stands with {by}"
            assert here.there(next(iter(by)), now)
        elif set(by.values()) == {"unit"}:
            assert any(here.there(officer, now) for officer in by), f"{id} waits for nobody who is there: {by}"
        else:
            assert set(by.values()) == {"unattended"}, f"{id} stands in {by or 'no queue'}"


def nothing_of_another_office(world: World) -> None:
    """No list, search or page tells an officer of a dossier in which none of their units takes part."""
    units = open_tasks(world)
    with world.app.store.read() as tx:
        codes = {row["code"]: row["unit"] for row in dossiers.listed(tx, world.officer("kiem"), after="", limit=200)}
    asked_for = {code: {of for id, of in units.items() if id.startswith(f"{code}.")} for code in codes}
    parts = {code: {unit} | asked_for[code] for code, unit in codes.items()}
    for id in in_office(world):
        officer = world.officer(id)
        mine = {code for code, taking in parts.items() if taking & officer.units or AUDITOR in officer.roles}
        for view in EVER:
            for item in items(world, id, view):
                assert item["unit"] in officer.units, f"{id} is shown {item['id']} of {item['unit']}"
        for wanted in (Wanted(), Wanted(words=asked("anh tuy")), Wanted(running=True)):
            listed = queries.list_dossiers(world.app, officer, "", 200, wanted).body_or_raise()["items"]
            assert {item["code"] for item in listed} <= mine
        for code in codes:
            shown = queries.show_dossier(world.app, officer, code)
            assert (shown.refusal is None) == (code in mine)


# One by one


def test_a_substitute_has_what_the_holder_had_and_claims_it(office: World) -> None:
    """The leaf says instead of whom; what is claimed stays when the absence ends."""
    [code, other] = [office.start("cho"), office.start("cho")]
    first, second = office.task(code, "work"), office.task(other, "work")
    for each in (first, second):
        office.claim("lan", each).body_or_raise()
    assert refusal_of(office.claim("mai", first)).code == "task-held"
    away(office, "lan", "mai")
    assert in_inbox(office, "lan") == []
    assert {item["id"]: item["instead_of"] for item in items(office, "mai")} == {first: "lan", second: "lan"}
    office.claim("mai", first).body_or_raise()
    assert office.last(code)["details"]["instead_of"] == "lan"
    office.clock.go(hours=9)
    assert in_inbox(office, "mai") == [first]
    assert in_inbox(office, "lan") == [second]


def test_what_a_substitute_claimed_comes_back(office: World) -> None:
    """Released, it is with its holder again, so with the substitute while the absence lasts; or it is taken back."""
    first, second = (office.task(office.start("cho"), "work") for _ in range(2))
    for each in (first, second):
        office.claim("lan", each).body_or_raise()
    away(office, "lan", "mai")
    for each in (first, second):
        assert office.claim("mai", each).body_or_raise()["owner"] == "lan"
    assert office.release("mai", first).body_or_raise()["holder"] == "lan"
    assert in_inbox(office, "mai") == [first, second]
    office.clock.go(hours=9)
    assert in_inbox(office, "lan") == [first]
    assert take_back(office, "lan", second).body_or_raise()["holder"] == "lan"


def test_who_delegated_and_stands_in_has_it_simply_again(office: World) -> None:
    """Lan delegated to mai and stands in for her: claimed, it is lan's own, and goes to its queue when released."""
    held = office.task(office.start("cho"), "work")
    office.claim("lan", held).body_or_raise()
    delegate(office, "lan", held, "mai").body_or_raise()
    away(office, "mai", "lan")
    assert office.claim("lan", held).body_or_raise()["owner"] is None
    assert office.release("lan", held).body_or_raise()["holder"] is None


def test_an_asked_unit_sees_the_dossier_and_only_its_own_tasks(office: World) -> None:
    """The unit that a task asked takes part in the dossier; the dossier's own unit sees all."""
    code = office.start("cho")
    with office.app.store.write() as tx:
        dossiers.take_part(tx, code, "khu-pho-3")
    shown = office.dossier(code, "nam")
    assert (shown["tasks"], shown["open_tasks"]) == ([], 0)
    assert len(office.dossier(code, "lan")["tasks"]) == 1
    nam = office.officer("nam")
    found = queries.list_dossiers(office.app, nam, "", 50, Wanted(words=asked("ANH  tuyet"))).body_or_raise()["items"]
    assert [item["code"] for item in found] == [code]
    assert refusal_of(office.claim("nam", office.task(code, "work"))).code == "not-candidate"


@pytest.mark.parametrize("words", ["ánh tuyết", "TUYET", "anh tuy", "work", "hồ sơ cho", "{code}", "{end}"])
def test_a_search_finds_by_code_title_applicant_and_step(office: World, words: str) -> None:
    """Without accents, whatever the letters' case; the last word may be a beginning."""
    code = office.start("cho")
    other = office.start("tra-ket-qua", "lan")
    words = words.format(code=code, end=code.rpartition("-")[2])
    assert office.task(code, "work") in in_inbox(office, "lan", "unit", words=words)
    assert in_inbox(office, "lan", "unit", words="khong co") == []
    assert in_inbox(office, "lan", "unit", words=f"{other} work") == []


def test_a_deputy_finds_what_a_mandate_lets_them_do(office: World) -> None:
    """In the shared queue of the role, as long as the mandate holds."""
    code = office.start("tra-ket-qua")
    office.do("lan", code, "prepare", {"note": "đủ"})
    decide = office.task(code, "decide")
    assert decide in in_inbox(office, "hoa", "unit")
    assert decide not in in_inbox(office, "lan", "unit")


def test_nobody_waits_for_a_boundary_to_be_noticed(office: World) -> None:
    """Whoever looks first after it sees the queues as they are then; a second look settles nothing."""
    office.claim("lan", office.task(office.start("cho"), "work")).body_or_raise()
    away(office, "lan", "mai", hours=1)
    assert placing.settle(office.app) is True
    assert placing.settle(office.app) is False
    office.clock.go(hours=1)
    assert len(in_inbox(office, "lan")) == 1
    office.clock.go(minutes=1)
    assert placing.settle(office.app) is True  # once more after the boundary, for acts that began before it
    assert placing.settle(office.app) is False


def test_many_tasks_are_moved_batch_by_batch(office: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after an upgrade, when none is placed yet: acts go on in between, and nobody is shown half of it."""
    monkeypatch.setattr(placing, "BATCH", 2)
    monkeypatch.setattr(placing, "BATCHES", 2)
    mine = [office.task(office.start("cho", files={}), "work") for _ in range(7)]
    with office.app.store.write() as tx:
        tx.execute(update(task).values(queue="-"))
        tx.execute(placement.delete())
    lan = office.officer("lan")
    assert refusal_of(inbox.show(office.app, lan, "unit", "", 50)).code == "queues-moving"  # four of them are there
    assert refusal_of(inbox.show(office.app, lan, "unit", "", 50)).code == "queues-moving"  # who looks on moves none
    with office.app.store.read() as tx:
        assert tx.execute(select(func.count()).where(task.c.queue == "-")).scalar_one() == 3
    office.claim("lan", mine[-1]).body_or_raise()
    office.clock.go(minutes=1)  # whoever moved them has ended
    assert set(in_inbox(office, "lan", "unit")) == set(mine[:-1])
    assert in_inbox(office, "lan") == [mine[-1]]
    assert placing.settle(office.app) is False
    each_stands_once(office)


@pytest.mark.parametrize("procedures", [True, False])
def test_batches_move_what_one_transaction_would(
    office: World, monkeypatch: pytest.MonkeyPatch, procedures: bool
) -> None:
    """Also where the procedure decides; and the worker's next look goes on."""
    monkeypatch.setattr(placing, "BATCH", 1)
    monkeypatch.setattr(placing, "BATCHES", 1)
    if not procedures:
        with office.app.store.write() as tx:
            tx.execute(mandate.delete())
            organisation.changed(tx)
    for who in ("lan", "nam"):
        office.start("tra-ket-qua", who, files={})
    office.claim("lan", office.task(office.start("cho", files={}), "work")).body_or_raise()
    right = stands(office)
    with office.app.store.write() as tx:
        tx.execute(update(task).values(queue="-", instead_of="hoa"))
        tx.execute(placement.delete())
    looks = 0
    while placing.settle(office.app):
        looks += 1
    assert stands(office) == right
    assert looks == 2


def stands(world: World) -> set[tuple[str, ...]]:
    with world.app.store.read() as tx:
        return {tuple(row) for row in tx.execute(select(task.c.id, task.c.queue, task.c.instead_of))}


def test_a_search_for_common_words_is_bounded(office: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page looks at so many and no more; going on behind it, each is found once."""
    monkeypatch.setattr(leads, "RARE", 0)
    monkeypatch.setattr(leads, "LOOKS", (1, 2))
    monkeypatch.setattr(queues, "LOOKS", (1, 2))
    codes = [office.start(*of, files={}) for of in [("cho",), ("cho",), ("tra-ket-qua", "lan")] * 3]
    wanted = {id.rpartition(".")[0]: id for id in open_tasks(office)}
    for words, found in (("tuyet work", codes[0::3] + codes[1::3]), ("anh tuy", codes), (codes[4], [codes[4]])):
        for who in ("lan", "kiem"):
            assert searched(office, who, words) == sorted(found, reverse=True)
        tasks, cursor, pages = [], "", 0
        while cursor is not None:
            lan = office.officer("lan")
            page = inbox.show(office.app, lan, "all", cursor, 5, words=words, deferred=True).body_or_raise()
            tasks += [item["id"] for item in page["items"]]
            cursor, pages = page["next"], pages + 1
            assert len(page["items"]) <= 3
        assert sorted(tasks) == sorted(wanted[code] for code in found if code in wanted)
        assert pages >= 2


@pytest.mark.parametrize("spellings", [0, 32])
def test_a_search_that_reads_in_order_finds_all_and_newest_first(
    office: World, monkeypatch: pytest.MonkeyPatch, spellings: int
) -> None:
    """Whether the words of a beginning are followed one by one, or are too many for that."""
    monkeypatch.setattr(leads, "RARE", 0)
    monkeypatch.setattr(leads, "_SPELLINGS", spellings)
    codes = sorted((office.start("cho", files={}) for _ in range(4)), reverse=True)
    for words in ("anh tuyet", "t", "ho so cho", codes[0][:-2]):
        assert searched(office, "lan", words) == searched(office, "kiem", words) == codes
    assert searched(office, "nam", "anh tuyet") == searched(office, "lan", "khong") == []


def searched(world: World, who: str, words: str) -> list[str]:
    """What all pages of the list give."""
    officer, found, cursor = world.officer(who), [], ""
    while cursor is not None:
        page = queries.list_dossiers(world.app, officer, cursor, 3, Wanted(words=asked(words))).body_or_raise()
        found += [item["code"] for item in page["items"]]
        cursor = page["next"]
    return found


def test_counts_are_bounded(office: World) -> None:
    """What is more than fifty is told so, and a page goes on where the last one ended."""
    for _ in range(52):
        office.start("cho", files={})
    lan = office.officer("lan")
    told = inbox.show(office.app, lan, "unit", "", 30).body_or_raise()
    assert told["counts"]["unit"] == {"count": 50, "more": True}
    assert told["counts"]["mine"] == {"count": 0, "more": False}
    rest = inbox.show(office.app, lan, "unit", told["next"], 30).body_or_raise()
    assert len({item["id"] for item in [*told["items"], *rest["items"]]}) == 52
    assert rest["next"] is None


def test_what_is_due_soon_and_what_is_late(office: World) -> None:
    """By when it is due, page by page; a cursor of another view is refused."""
    codes = [office.start("khong-ky", files={}) for _ in range(3)]
    office.clock.go(days=1)
    assert in_inbox(office, "lan", "overdue") == []
    office.clock.go(days=2)
    soon = in_inbox(office, "lan", "soon")
    assert {id.rpartition(".")[0] for id in soon} == set(codes)
    office.clock.go(days=5)
    lan = office.officer("lan")
    found, cursor = [], ""
    while cursor is not None:
        page = inbox.show(office.app, lan, "overdue", cursor, 1).body_or_raise()
        found += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert found == in_inbox(office, "lan", "overdue") == soon
    assert refusal_of(inbox.show(office.app, lan, "overdue", "x", 50)).code == "cursor-unknown"


def test_acts_absences_and_settling_at_once_leave_nothing_behind(office: World) -> None:
    """No act waits for ever, and none leaves a task where it stood before the organisation changed."""
    mine = [office.task(office.start("cho", files={}), "work") for _ in range(6)]

    def busy(number: int) -> None:
        for id in mine:
            match number:
                case 0:
                    office.claim("lan", id)
                case 1:
                    office.start("cho", files={})
                    office.release("lan", id)
                case 2:
                    with office.app.store.write() as tx:
                        trail.head(tx, lock=True)
                        now = office.clock.now
                        until = now + timedelta(hours=1)
                        organisation.add(
                            tx, Absence(officer="lan", since=now, until=until, substitute="mai", document="Đơn")
                        )
                case _:
                    placing.settle(office.app)

    at_once(4, busy)
    each_stands_once(office)
    assert in_inbox(office, "lan") == []


# Whatever comes


@dataclass(frozen=True)
class Step:
    """Something that happens; it may be refused, but must break no promise."""

    name: str
    does: Callable[[World], object]

    def __repr__(self) -> str:
        return self.name


OFFICERS = st.sampled_from(sorted(CAST))
SOMEBODY = st.none() | OFFICERS
WHICH = st.integers(0, 5)


def nth(world: World, which: int) -> str | None:
    ids = sorted(open_tasks(world))
    return ids[which % len(ids)] if ids else None


def attempt(act: Callable[[World, str, str], object], who: str, which: int) -> Callable[[World], object]:
    def does(world: World) -> object:
        id = nth(world, which)
        return act(world, who, id) if id is not None and who in in_office(world) else None

    return does


STARTS = st.sampled_from([("cho", "lan"), ("cho", "nam"), ("tra-ket-qua", "mai"), ("tra-ket-qua", "nam")]).map(
    lambda of: Step(f"start {of}", lambda w: w.start(*of, files={}) if of[1] in in_office(w) else None)
)


def of_task(words: str, act: Callable[[World, str, str], object]) -> st.SearchStrategy[Step]:
    return st.builds(lambda who, n: Step(words.format(who=who, n=n), attempt(act, who, n)), OFFICERS, WHICH)


STEPS = st.one_of(
    STARTS,
    of_task("{who} claims {n}", lambda world, who, id: world.claim(who, id)),
    of_task("{who} releases {n}", lambda world, who, id: world.release(who, id)),
    of_task("{n} goes to {who}", lambda world, who, id: hand(world, id, who)),
    st.builds(
        lambda who, by, hours: Step(f"{who} is away, {by} instead", lambda w: away(w, who, by, hours=hours)),
        OFFICERS,
        SOMEBODY,
        st.sampled_from([1, 30, 80]),
    ),
    OFFICERS.filter(lambda who: who not in ("an", "kiem")).map(
        lambda who: Step(f"{who} leaves", lambda w: leave(w, who))
    ),
    st.builds(
        lambda who, role, unit: Step(f"{who} becomes {role} in {unit}", lambda w: grant(w, who, role, unit)),
        OFFICERS,
        st.sampled_from(["chuyen-vien", "lanh-dao", "head"]),
        st.sampled_from(["agency", "van-phong", "khu-pho-3"]),
    ),
    st.sampled_from([1, 24, 72]).map(lambda hours: Step(f"{hours} h pass", lambda w: w.clock.go(hours=hours))),
)


def live_through(templates: Templates, steps: list[Step]) -> None:
    with templates.copy(headed, upon=build) as (store, founded), opened(store, founded) as world:
        world.start("cho", files={})
        world.start("tra-ket-qua", "nam", files={})
        for step in steps:
            step.does(world)
            each_stands_once(world)
        nothing_of_another_office(world)


BOTH = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


@given(steps=st.lists(STEPS, min_size=1, max_size=8))
@settings(max_examples=10, suppress_health_check=BOTH)
def test_whatever_comes_each_task_stands_in_one_queue(templates: Templates, steps: list[Step]) -> None:
    """Absences, people who leave, new roles, claims, hand-overs, time: after each, every open task stands once."""
    live_through(templates, steps)


@pytest.mark.nightly
@given(steps=st.lists(STEPS, min_size=5, max_size=30))
@settings(max_examples=150, suppress_health_check=BOTH)
def test_whatever_comes_for_long(templates: Templates, steps: list[Step]) -> None:
    """The same, longer."""
    live_through(templates, steps)
