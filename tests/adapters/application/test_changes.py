"""Changes of the organisation as acts: all or none, by whom they may, one leaf each, stored as they were decided."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from adapters.application import changes as acts
from adapters.application import directory
from adapters.application.answer import Answer, Request
from adapters.application.people import Newcomer
from adapters.database import organisation as stored
from adapters.database import trail
from adapters.database.store import Store
from engine.errors import Kind
from engine.people import changes as to
from engine.people.changes import Change
from engine.people.deciding import Decided, decide
from engine.people.organisation import Contact, Organisation, RoleGrant
from tests.adapters.application.world import World, refusal_of
from tests.adapters.database.test_concurrency import at_once
from tests.engine.people.office import NOW
from tests.engine.people.test_changes import CHANGES, staffed

HEADED = (
    to.PositionAdded(id="truong", title="Trưởng", unit="agency", rank="head", roles=frozenset({"lanh-dao"})),
    to.PositionAdded(id="pho", title="Phó", unit="agency", rank="deputy"),
)
WHY = "Theo Quyết định 12/QĐ-UBND"
TODAY = date(2026, 11, 21)
BEGIN = datetime(2026, 12, 1, tzinfo=UTC)
YEAR = date(2027, 1, 1)
END = BEGIN + timedelta(days=3)
EVERY: Sequence[Change] = [
    to.UnitAdded(id="to-1", name="Tổ 1", parent="van-phong", contact=Contact(email="to1@example.vn")),
    to.UnitAdded(id="to-2", name="Tổ 2", parent="to-1"),
    to.UnitChanged(id="to-2", parent="khu-pho-3", name="Tổ Hai", collective=True),
    *HEADED,
    to.PositionAdded(id="to-truong", title="Tổ trưởng", unit="to-1", rank="head"),
    to.PositionChanged(id="pho", title="Phó Trưởng", roles=frozenset({"lanh-dao"})),
    to.OfficerAdded(id="moi", name="Mới", subject="https://id moi"),
    to.OfficerAdded(id="nua", name="Nữa", contact=Contact(phone="0903")),
    to.OfficerChanged(id="moi", name="Mới Hơn", subject=""),
    to.OfficerChanged(id="nua", subject="https://id moi"),
    to.OfficerAppointed(officer="moi", position="truong", document="QĐ 1", since=TODAY),
    to.OfficerAppointed(officer="nua", position="pho", document="Q. 2", since=TODAY, until=YEAR, acting=True),
    to.AppointmentEnded(appointment=11, until=date(2026, 12, 1), document="QĐ 3"),
    to.RoleGranted(officer="nua", role="van-thu", unit="to-1", document="QĐ 4", since=TODAY),
    to.RoleEnded(grant=1, until=date(2026, 12, 31)),
    to.MandateGiven(
        id="tl-1", capacity="TL", given_by="truong", given_to="to-truong", document="QĐ 5", since=TODAY,
        kinds=frozenset({"cong-van"}), condition="=amount < 5",
    ),
    to.MandateEnded(id="tl-1", until=date(2026, 12, 1)),
    to.AbsenceRecorded(officer="lan", since=BEGIN, until=END, substitute="mai", document="Giấy nghỉ phép"),
    to.AbsenceEnded(absence=1, until=BEGIN + timedelta(days=1)),
]  # fmt: skip


def change(world: World, who: str, *changes: Change, key: str | None = None, dry_run: bool = False) -> Answer:
    """Signed where it must be; `key` of the request that does it."""
    asked = acts.change(
        world.app,
        world.officer(who),
        Request(officer=who, key=key),
        changes,
        acts.How(reason=WHY, sign=True),
        dry_run=dry_run,
    )
    return world.signed(who, asked)


def known(world: World) -> Organisation:
    with world.app.store.read() as tx:
        return stored.load(tx)


def in_order(organisation: Organisation) -> Organisation:
    """The same, as it is loaded: each kind by its id."""
    ordered = {
        each.name: tuple(sorted(getattr(organisation, each.name), key=lambda one: one.id))
        for each in fields(organisation)
    }
    return Organisation(**ordered)


def leaves(world: World, start: int) -> list[tuple[str, str, str, Mapping[str, Any]]]:
    """Actor, act, subject and details of the leaves from there on."""
    with world.app.store.read() as tx:
        found = trail.leaves(tx, start=start, limit=1000)
    told = [(json.loads(each.encoded), json.loads(each.evidence)) for each in found]
    return [(leaf["actor"], leaf["act"], leaf["subject"], evidence["details"]) for leaf, evidence in told]


def grant(world: World, officer: str, role: str, unit: str) -> None:
    """Beside all rules: as it may have come before."""
    with world.app.store.write() as tx:
        stored.add(tx, RoleGrant(officer=officer, role=role, unit=unit, document="QĐ", since=TODAY))


def test_every_kind_of_change_is_stored_as_it_was_decided(world: World) -> None:
    """What the database holds afterwards is what the pure decision said; each change has its leaf with the reason."""
    decided = decide(known(world), "an", EVERY, world.clock())
    assert isinstance(decided, Decided), decided
    size = world.size()
    body = change(world, "an", *EVERY).body_or_raise()
    assert known(world) == in_order(decided.after)
    assert [each["kind"] for each in body["changes"]] == [each.kind for each in EVERY]
    told = leaves(world, size)
    assert [act for _, act, _, _ in told] == [each.kind for each in EVERY]
    assert all(actor == "an" and details["reason"] == WHY for actor, _, _, details in told)
    assert told[11][2:] == (
        "moi",
        {"officer": "moi", "position": "truong", "document": "QĐ 1", "since": "2026-11-21", "number": 10,
         "reason": WHY, "sole": True},
    )  # fmt: skip


def test_what_no_longer_fits_makes_nothing_of_the_list(world: World) -> None:
    """One that does not fit refuses all, says which it is, and leaves neither rows nor leaves."""
    before, size = known(world), world.size()
    refusal = refusal_of(change(world, "an", EVERY[0], to.UnitChanged(id="agency", parent="to-1")))
    assert (refusal.code, refusal.problems[0]["change"]) == ("unit-top", 2)
    assert "change 2, unit-changed" in refusal.message
    assert (known(world), world.size()) == (before, size)


def test_a_dry_run_tells_and_changes_nothing(world: World) -> None:
    """It says what would change, whether somebody must approve it, and refuses what would be refused."""
    before, size = known(world), world.size()
    body = change(world, "an", *EVERY, dry_run=True).body_or_raise()
    assert (body["dry_run"], body["needs_approval"], len(body["changes"])) == (True, False, len(EVERY))
    assert refusal_of(change(world, "lan", EVERY[0], dry_run=True)).code == "right-missing"
    assert (known(world), world.size()) == (before, size)


def test_a_repeated_request_changes_once(world: World) -> None:
    """The same key gives the same answer."""
    away = to.AbsenceRecorded(officer="lan", since=BEGIN, until=END, substitute="mai")
    first = change(world, "an", away, key="k1").body_or_raise()
    size = world.size()
    assert change(world, "an", away, key="k1").body_or_raise() == first
    assert world.size() == size
    assert refusal_of(change(world, "an", away, key="k2")).code == "absence-twice"


def test_of_two_heads_appointed_at_once_one_is(world: World) -> None:
    """The unit has one head whatever is done at the same time; the other is told who it is."""
    change(world, "an", *HEADED).body_or_raise()

    def appoint(number: int) -> Answer:
        who = ("lan", "mai")[number]
        one = to.OfficerAppointed(officer=who, position="truong", document="QĐ", since=TODAY)
        return change(world, "an", one)

    answers: list[Any] = at_once(2, appoint)
    assert sorted(each.refusal.code if each.refusal else "" for each in answers) == ["", "head-taken"]


def test_administrators_change_what_lies_within_their_units(world: World) -> None:
    """An administrator of a part adds units there and nowhere else; others add none."""
    grant(world, "nam", "administrator", "khu-pho-3")
    for unit in (
        to.UnitAdded(id="to-1", name="Tổ 1", parent="khu-pho-3"),
        to.UnitAdded(id="to-2", name="Tổ 2", parent="to-1"),
    ):
        waits = change(world, "nam", unit).body_or_raise()["proposal"]["id"]
        world.approve("an", waits).body_or_raise()
    for refused in (
        to.UnitAdded(id="to-3", name="Tổ 3", parent="van-phong"),
        to.UnitChanged(id="to-1", parent="van-phong"),
        to.UnitChanged(id="van-phong", parent="khu-pho-3"),
        to.OfficerChanged(id="lan", name="Lan Lan"),
        to.RoleGranted(officer="nam", role="administrator", unit="agency", document="", since=TODAY),
        to.PositionChanged(id="an", roles=frozenset()),
        to.AppointmentEnded(appointment=1, until=TODAY),
        to.AbsenceRecorded(officer="lan", since=BEGIN, until=END, substitute="mai"),
    ):
        refusal = refusal_of(change(world, "nam", refused))
        assert (refusal.kind, refusal.code) == (Kind.FORBIDDEN, "right-missing"), refused


def test_where_there_is_another_administrator_rights_change_by_two_persons(world: World) -> None:
    """One alone gives no rights any more; names and absences need nobody else."""
    grant(world, "nam", "administrator", "agency")
    before = known(world)
    one = to.RoleGranted(officer="lan", role="van-thu", unit="agency", document="QĐ", since=TODAY)
    assert change(world, "an", one, dry_run=True).body_or_raise()["needs_approval"] is True
    change(world, "an", one)
    assert known(world).grants == before.grants
    change(world, "an", to.OfficerChanged(id="lan", name="Lan Lan")).body_or_raise()


def test_who_else_administers_elsewhere_is_nobody_to_ask(world: World) -> None:
    """What only one administers is changed at once, and its leaf says so."""
    grant(world, "nam", "administrator", "khu-pho-3")
    size = world.size()
    change(world, "an", to.RoleGranted(officer="lan", role="van-thu", unit="agency", document="QĐ", since=TODAY))
    [(_, act, _, details)] = leaves(world, size)
    assert (act, details["sole"]) == ("role-granted", True)
    size = world.size()
    change(world, "an", to.RoleGranted(officer="nam", role="x", unit="khu-pho-3", document="QĐ", since=TODAY))
    assert [act for _, act, _, _ in leaves(world, size)] == ["organisation-change-proposed"]


def test_what_was_proposed_and_is_approved_is_made(world: World) -> None:
    """It names both persons in every leaf; what no longer fits then is refused."""
    grant(world, "nam", "administrator", "agency")
    one = to.RoleGranted(officer="lan", role="van-thu", unit="agency", document="QĐ", since=TODAY)
    other = to.RoleGranted(officer="lan", role="van-thu", unit="agency", document="QĐ 2", since=TODAY)
    first = change(world, "an", one).body_or_raise()["proposal"]["id"]
    second = change(world, "an", other).body_or_raise()["proposal"]["id"]
    size = world.size()
    world.approve("nam", first).body_or_raise()
    assert refusal_of(world.approve("nam", second)).code == "grant-twice"
    [(actor, act, subject, details)] = leaves(world, size)
    assert (actor, act, subject, details["approved_by"]) == ("an", "role-granted", "lan", "nam")


def test_absences_are_recorded_by_oneself_heads_and_administrators(world: World) -> None:
    """And by nobody else; why somebody is away is told to them and to auditors only."""
    change(world, "an", *HEADED, to.OfficerAppointed(officer="hang", position="truong", document="", since=TODAY))

    def away(days: int) -> Change:
        begin = BEGIN + timedelta(days=days)
        until = begin + timedelta(days=1)
        return to.AbsenceRecorded(officer="lan", since=begin, until=until, substitute="mai", document="Nghỉ ốm")

    for days, who in enumerate(("lan", "hang", "an")):
        change(world, who, away(days)).body_or_raise()
    for who in ("mai", "nam", "kiem"):
        assert refusal_of(change(world, who, away(9))).code == "right-missing"
        assert refusal_of(change(world, who, to.AbsenceEnded(absence=1, until=BEGIN))).code == "right-missing"
    for who, reads in {"lan": True, "hang": True, "an": True, "kiem": True, "mai": False, "nam": False}.items():
        page = directory.list_absences(world.app, world.officer(who), "lan", None, "", 50).body_or_raise()
        assert len(page["items"]) == 3
        assert all(("document" in each) is reads for each in page["items"])


def test_a_new_officer_is_a_person_a_position_and_an_appointment(world: World) -> None:
    """Added in one act with rank, day and document; from that day on they hold it."""
    new = Newcomer(
        id="moi", name="Mới", position="Trưởng phòng", unit="van-phong", roles=frozenset({"chuyen-vien"}), rank="head",
        since=TODAY + timedelta(days=5), document="QĐ 7",
    )  # fmt: skip
    size = world.size()
    asked = acts.add_officer(world.app, world.officer("an"), Request(officer="an"), new, with_token=True, sign=True)
    body = world.signed("an", asked).body_or_raise()
    assert body["token"].startswith("hs_")
    told = [act for _, act, _, _ in leaves(world, size)]
    assert told == ["officer-added", "position-added", "officer-appointed", "token-created"]
    world.clock.go(days=5)
    unit = directory.show_unit(world.app, "van-phong").body_or_raise()
    assert (unit["head"]["officer"], unit["head"]["title"]) == ("moi", "Trưởng phòng")


def test_the_head_of_record_is_the_nearest_above(world: World) -> None:
    """A unit without a head of its own has that of the unit around it; without any, none."""
    assert directory.show_unit(world.app, "van-phong").body_or_raise()["head"] is None
    change(world, "an", *HEADED, to.OfficerAppointed(officer="hang", position="truong", document="", since=TODAY))
    head = directory.show_unit(world.app, "van-phong").body_or_raise()["head"]
    assert (head["officer"], head["unit"]) == ("hang", "agency")


def test_lists_go_page_by_page(world: World) -> None:
    """Each list gives all in its order, whatever the size of a page."""
    change(world, "an", *EVERY).body_or_raise()
    caller = world.officer("an")
    asks: list[Callable[[str, int], Answer]] = [
        lambda after, limit: directory.list_positions(world.app, None, after, limit),
        lambda after, limit: directory.list_appointments(world.app, None, None, None, after, limit),
        lambda after, limit: directory.list_grants(world.app, None, None, None, after, limit),
        lambda after, limit: directory.list_mandates(world.app, None, None, after, limit),
        lambda after, limit: directory.list_absences(world.app, caller, None, None, after, limit),
    ]
    for ask in asks:
        whole, found, cursor = ask("", 200).body_or_raise()["items"], [], ""
        while cursor is not None:
            page = ask(cursor, 1).body_or_raise()
            found += page["items"]
            cursor = page["next"]
        assert found == whole
        assert whole
    held = directory.list_appointments(world.app, "moi", "agency", TODAY, "", 50).body_or_raise()["items"]
    assert [each["position"] for each in held] == ["truong"]


@given(CHANGES)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_changed_the_database_holds_what_was_decided(store: Store, changes: list[Change]) -> None:
    """Changes one after the other: what is loaded is what the pure rules made of them, on both databases."""
    with store.write() as tx:
        before = stored.load(tx)
        if not before.units:
            stored.save(tx, before, before := staffed())
        after = before
        for one in changes:
            decided = decide(after, None, [one], NOW)
            after = decided.after if isinstance(decided, Decided) else after
        stored.save(tx, before, after)
    with store.read() as tx:
        assert stored.load(tx) == in_order(after)


@pytest.mark.parametrize("who", ["kiem", "lan", "tuan", "hang"])
def test_whoever_is_no_administrator_changes_nothing_of_it(world: World, who: str) -> None:
    """Neither the auditor, nor integrators, nor leaders: each kind is refused, with the same code."""
    for one in EVERY:
        if isinstance(one, to.AbsenceRecorded | to.AbsenceEnded) and who == "lan":
            continue
        assert refusal_of(change(world, who, one)).code == "right-missing", one
