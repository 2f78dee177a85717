"""Changes of the organisation: one form in JSON, every rule refuses what breaks it, whatever comes leaves it whole."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Refusal
from engine.people import changes as to
from engine.people.applying import apply
from engine.people.changes import Change, from_json, needs_approval, to_json
from engine.people.holding import overlap
from engine.people.organisation import Contact, Organisation, Person, Position, RoleGrant, day_of
from tests.engine.people.office import HOLDERS, NOW, SINCE, mandate, office

TODAY = day_of(NOW)
KHAC = date(2026, 12, 1)


def staffed() -> Organisation:
    """The commune; an is also its administrator, tra only audits, quyen holds nothing."""
    started = office(
        mandate("tl-1", "TL", "chu-tich", "truong-phong"),
        mandate("tuq-1", "TUQ", "chu-tich", "chanh-van-phong"),
        grants=(
            RoleGrant(id=1, officer="an", role="administrator", unit="ubnd", document="QĐ", since=SINCE),
            RoleGrant(id=2, officer="tra", role="auditor", unit="ubnd", document="QĐ", since=SINCE),
        ),
    )
    numbered = tuple(replace(each, id=number) for number, each in enumerate(started.appointments, 1))
    people = tuple(Person(id=id, name=id.title()) for id in (*HOLDERS, "tra", "quyen", "phuc"))
    mixed = Position(id="kiem-tra", title="Kiểm tra", unit="ubnd", roles=frozenset({"auditor"}))
    return replace(
        started,
        appointments=numbered,
        people=(*people, Person(id="son", name="Sơn", subject="https://id son")),
        positions=(*started.positions, mixed),
    )


def moment(day: int, hour: int = 0, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


BEGIN, END = moment(1), moment(10)


def appointed(officer: str, position: str, **more: Any) -> to.OfficerAppointed:
    return to.OfficerAppointed(officer=officer, position=position, document="QĐ 1", since=KHAC, **more)


def granted(officer: str, role: str, unit: str = "ubnd", **more: Any) -> to.RoleGranted:
    return to.RoleGranted(officer=officer, role=role, unit=unit, document="QĐ 2", since=KHAC, **more)


def given_mandate(**more: Any) -> to.MandateGiven:
    of: dict[str, Any] = {
        "id": "m-1", "capacity": "TL", "given_by": "chu-tich", "given_to": "truong-phong", "document": "QĐ 3",
        "since": KHAC, "kinds": frozenset({"cong-van"}),
    }  # fmt: skip
    return to.MandateGiven(**of | more)


def away(officer: str, substitute: str | None, since: datetime = BEGIN, until: datetime = END) -> Change:
    return to.AbsenceRecorded(officer=officer, since=since, until=until, substitute=substitute)


FITS: dict[str, Change] = {
    "unit-added": to.UnitAdded(id="to-2", name="Tổ 2", parent="tu-phap"),
    "unit-moved": to.UnitChanged(id="ho-tich", parent="van-phong", name="Tổ Hộ tịch", contact=Contact(phone="1900")),
    "position-added": to.PositionAdded(id="van-thu", title="Văn thư", unit="van-phong", roles=frozenset({"van-thu"})),
    "position-changed": to.PositionChanged(
        id="to-truong", title="Tổ trưởng tổ", rank="staff", roles=frozenset({"ho-tich"})
    ),
    "officer-added": to.OfficerAdded(id="uyen", name="Uyên", contact=Contact(email="uyen@example.vn")),
    "officer-changed": to.OfficerChanged(id="an", name="An An", subject="https://id an"),
    "subject-cleared": to.OfficerChanged(id="son", subject=""),
    "appointed": appointed("quyen", "ho-tich-vien", until=date(2027, 1, 1)),
    "acting-after-the-head": appointed("quyen", "ho-tich-vien", acting=True),
    "appointment-ended": to.AppointmentEnded(appointment=2, until=TODAY),
    "role-granted": granted("quyen", "van-thu"),
    "role-ended": to.RoleEnded(grant=2, until=SINCE - timedelta(days=1)),
    "mandate-given": given_mandate(condition="=amount <= 50000000"),
    "mandate-passed-on": given_mandate(capacity="KT", given_by="truong-phong", given_to="pho-phong", under="tl-1"),
    "mandate-ended": to.MandateEnded(id="tuq-1", until=TODAY),
    "absence": away("minh", "lan"),
    "absence-falls-to-the-head": away("minh", None),
    "absence-of-a-head": away("hoa", "khanh"),
}


@pytest.mark.parametrize("change", FITS.values(), ids=FITS)
def test_what_fits_is_applied_and_read_back_from_json(change: Change) -> None:
    """Each kind of change is applied; its JSON gives the same change, and knows no other field."""
    after = apply(staffed(), change, today=TODAY)
    assert isinstance(after, Organisation)
    assert after != staffed()
    assert from_json(to_json(change)) == change
    stranger = from_json({**to_json(change), "colour": "red"})
    assert isinstance(stranger, Refusal)
    assert stranger.code == "change-malformed"


REFUSED: list[tuple[str, Change]] = [
    ("unit-id", to.UnitAdded(id="Tổ", name="Tổ", parent="ubnd")),
    ("unit-id", to.UnitAdded(id="a" * 41, name="Tổ", parent="ubnd")),
    ("unit-exists", to.UnitAdded(id="ubnd", name="Tổ", parent="ubnd")),
    ("text-missing", to.UnitAdded(id="to", name="", parent="ubnd")),
    ("unit-top", to.UnitAdded(id="to", name="Tổ")),
    ("unit-unknown", to.UnitAdded(id="to", name="Tổ", parent="nowhere")),
    ("unit-unknown", to.UnitChanged(id="nowhere", name="X")),
    ("unit-unknown", to.UnitChanged(id="ho-tich", parent="nowhere")),
    ("unit-top", to.UnitChanged(id="ubnd", parent="ho-tich")),
    ("unit-circle", to.UnitChanged(id="tu-phap", parent="ho-tich")),
    ("unit-circle", to.UnitChanged(id="tu-phap", parent="tu-phap")),
    ("position-exists", to.PositionAdded(id="chu-tich", title="X", unit="ubnd")),
    ("unit-unknown", to.PositionAdded(id="x", title="X", unit="nowhere")),
    ("auditor-alone", to.PositionAdded(id="x", title="X", unit="ubnd", roles=frozenset({"auditor", "head"}))),
    ("role-name", to.PositionAdded(id="x", title="X", unit="ubnd", roles=frozenset({""}))),
    ("position-unknown", to.PositionChanged(id="x", title="X")),
    ("head-taken", to.PositionChanged(id="pho-phong", rank="head")),
    ("auditor-alone", to.PositionChanged(id="chu-tich", roles=frozenset({"auditor"}))),
    ("officer-exists", to.OfficerAdded(id="an", name="An")),
    ("officer-id", to.OfficerAdded(id="-", name="An")),
    ("officer-unknown", to.OfficerChanged(id="nobody", name="X")),
    ("subject-taken", to.OfficerChanged(id="an", subject="https://id son")),
    ("subject-taken", to.OfficerAdded(id="x", name="X", subject="https://id son")),
    ("officer-unknown", appointed("nobody", "chu-tich")),
    ("position-unknown", appointed("quyen", "nowhere")),
    ("dates-order", appointed("quyen", "ho-tich-vien", until=TODAY)),
    ("head-taken", appointed("quyen", "chu-tich")),
    ("head-taken", appointed("quyen", "chu-tich", acting=True)),
    ("appointment-twice", appointed("minh", "ho-tich-vien")),
    ("auditor-alone", appointed("tra", "ho-tich-vien")),
    ("auditor-alone", appointed("minh", "kiem-tra")),
    ("appointment-unknown", to.AppointmentEnded(appointment=99, until=TODAY)),
    ("dates-order", to.AppointmentEnded(appointment=1, until=date(2025, 1, 1))),
    ("officer-unknown", granted("nobody", "van-thu")),
    ("unit-unknown", granted("quyen", "van-thu", "nowhere")),
    ("auditor-alone", granted("tra", "van-thu")),
    ("auditor-alone", granted("an", "auditor")),
    ("grant-twice", granted("an", "administrator")),
    ("dates-order", granted("quyen", "van-thu", until=TODAY)),
    ("grant-unknown", to.RoleEnded(grant=99, until=TODAY)),
    ("last-administrator", to.RoleEnded(grant=1, until=TODAY)),
    ("last-administrator", to.RoleEnded(grant=1, until=date(2030, 1, 1))),
    ("mandate-exists", given_mandate(id="tl-1")),
    ("text-missing", given_mandate(document="")),
    ("position-unknown", given_mandate(given_to="nowhere")),
    ("mandate-void", given_mandate(given_to="pho-phong")),
    ("mandate-void", given_mandate(kinds=None)),
    ("mandate-void", given_mandate(capacity="TUQ")),
    ("mandate-void", given_mandate(capacity="KT")),
    ("mandate-unknown", given_mandate(under="nothing")),
    ("mandate-passed-on", given_mandate(capacity="KT", given_by="truong-phong", given_to="pho-phong", under="tuq-1")),
    ("mandate-condition", given_mandate(condition="=amount <=")),
    ("mandate-unknown", to.MandateEnded(id="nothing", until=TODAY)),
    ("ended-already", to.MandateEnded(id="tl-1", until=date(2027, 1, 1))),
    ("dates-order", away("minh", "lan", moment(10), moment(1))),
    ("absence-long", away("minh", "lan", moment(1), moment(1) + timedelta(days=367))),
    ("officer-unknown", away("nobody", "lan")),
    ("officer-unknown", away("minh", "nobody")),
    ("substitute-self", away("minh", "minh")),
    ("substitute-out-of-office", away("minh", "quyen")),
    ("cover-missing", away("hoa", None)),
    ("absence-unknown", to.AbsenceEnded(absence=99, until=moment(1))),
]


@pytest.mark.parametrize(("code", "change"), REFUSED, ids=[f"{code}-{n}" for n, (code, _) in enumerate(REFUSED)])
def test_what_breaks_a_rule_is_refused_with_its_code(code: str, change: Change) -> None:
    """Each rule refuses, says why, and what to do."""
    refusal = apply(staffed(), change, today=TODAY)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code
    assert refusal.message


def after(*changes: Change) -> Organisation:
    organisation = staffed()
    for change in changes:
        applied = apply(organisation, change, today=TODAY)
        assert isinstance(applied, Organisation), applied
        organisation = applied
    return organisation


def refused(organisation: Organisation, change: Change) -> str:
    refusal = apply(organisation, change, today=TODAY)
    assert isinstance(refusal, Refusal)
    return refusal.code


def test_an_officer_is_not_away_twice_and_comes_back_within_the_absence() -> None:
    """Absences of one officer do not overlap; one ends earlier, never later."""
    started = after(away("minh", "lan"))
    assert refused(started, away("minh", "lan", moment(9), moment(12))) == "absence-twice"
    assert refused(started, to.AbsenceEnded(absence=1, until=moment(11))) == "dates-order"
    back = apply(started, to.AbsenceEnded(absence=1, until=moment(5)), today=TODAY)
    assert isinstance(back, Organisation)
    assert isinstance(apply(back, away("minh", "lan", moment(5), moment(12)), today=TODAY), Organisation)


def test_a_substitute_is_there_at_some_time() -> None:
    """Who is away all that time, even in two absences that meet, does not stand in; who is away for a part does."""
    started = after(away("lan", "hoa", moment(1), moment(5)), away("lan", "hoa", moment(5), moment(11)))
    assert refused(started, away("minh", "lan")) == "substitute-away"
    assert isinstance(apply(started, away("minh", "lan", moment(9), moment(12)), today=TODAY), Organisation)


def test_substitutes_do_not_lead_in_a_circle() -> None:
    """Nobody's work comes back to themself while they are away, through however many substitutes."""
    started = after(away("minh", "lan", moment(1), moment(4)), away("lan", "hoa", moment(3), moment(8)))
    assert refused(started, away("hoa", "minh", moment(3), moment(6))) == "cover-circle"
    assert isinstance(apply(started, away("hoa", "minh", moment(4), moment(9)), today=TODAY), Organisation)


def test_where_nobody_heads_a_substitute_is_named() -> None:
    """Without a head to whom the work would fall, an absence without a substitute is refused."""
    ends = [to.AppointmentEnded(appointment=number, until=TODAY) for number in (1, 6, 8)]
    assert refused(after(*ends), away("minh", None)) == "cover-missing"


def test_another_administrator_lets_the_first_one_go() -> None:
    """The last administrator of the agency stays until there is another; one of a part of it is not enough."""
    part = after(granted("quyen", "administrator", "van-phong"))
    assert refused(part, to.RoleEnded(grant=1, until=KHAC)) == "last-administrator"
    whole = after(granted("quyen", "administrator"))
    assert refused(whole, to.RoleEnded(grant=1, until=TODAY)) == "last-administrator"  # quyen begins later
    assert isinstance(apply(whole, to.RoleEnded(grant=1, until=KHAC), today=TODAY), Organisation)
    gap = after(granted("quyen", "administrator", until=date(2027, 1, 1)))
    assert refused(gap, to.RoleEnded(grant=1, until=KHAC)) == "last-administrator"


def test_a_new_head_begins_after_the_old_one() -> None:
    """Ending the head's appointment frees the position from the next day on; not on the same."""
    started = after(to.AppointmentEnded(appointment=6, until=KHAC - timedelta(days=1)))
    assert isinstance(apply(started, appointed("quyen", "truong-phong", acting=True), today=TODAY), Organisation)
    late = after(to.AppointmentEnded(appointment=6, until=KHAC))
    assert refused(late, appointed("quyen", "truong-phong")) == "head-taken"


@pytest.mark.parametrize(
    ("change", "needed"),
    [
        (FITS["appointed"], True), (FITS["appointment-ended"], True), (FITS["role-granted"], True),
        (FITS["role-ended"], True), (FITS["mandate-given"], True), (FITS["position-added"], True),
        (FITS["position-changed"], True), (FITS["officer-changed"], True),
        (to.PositionAdded(id="x", title="X", unit="ubnd", rank="head"), True),
        (to.PositionAdded(id="x", title="X", unit="ubnd"), True), (to.PositionChanged(id="x", title="X"), True),
        (to.OfficerAdded(id="x", name="X", subject="s"), True), (to.OfficerAdded(id="x", name="X"), False),
        (to.OfficerChanged(id="an", name="An"), False), (FITS["officer-added"], False), (FITS["unit-moved"], True),
        (FITS["unit-added"], True), (FITS["mandate-ended"], False), (FITS["absence"], False),
        (to.UnitAdded(id="x", name="X", parent="ubnd", collective=True), True),
        (to.UnitChanged(id="x", collective=False), True), (to.UnitChanged(id="x", name="X"), True),
        (to.UnitChanged(id="x", contact=Contact(phone="1900")), False),
    ],
)  # fmt: skip
def test_what_gives_or_takes_rights_needs_somebody_else(change: Change, needed: bool) -> None:
    """Appointments, roles, mandates, who signs in as whom, units; not how one is reached, absences."""
    assert needs_approval(change) is needed


@pytest.mark.parametrize(
    "told",
    [
        None, [], "unit-added", {}, {"kind": "unit-exploded"}, {"kind": "unit-added", "id": "x"},
        {"kind": "unit-added", "id": 7, "name": "X"}, {"kind": "unit-added", "id": "x", "name": "a\nb"},
        {"kind": "unit-added", "id": "x", "name": "X", "collective": 1},
        {"kind": "unit-added", "id": "x", "name": "X", "contact": {"fax": "1"}},
        {"kind": "position-added", "id": "x", "title": "X", "unit": "u", "rank": "king"},
        {"kind": "position-added", "id": "x", "title": "X", "unit": "u", "roles": "head"},
        {"kind": "appointment-ended", "appointment": True, "until": "2026-01-01"},
        {"kind": "appointment-ended", "appointment": 1, "until": "2026-1-1"},
        {"kind": "appointment-ended", "appointment": 1, "until": "9999-12-31"},
        {"kind": "absence-ended", "absence": 1, "until": "2026-01-01T00:00:00"},
        {"kind": "absence-ended", "absence": 1, "until": "0001-01-01T00:00:00+14:00"},
    ],
)  # fmt: skip
def test_malformed_json_is_refused(told: object) -> None:
    """Unknown kinds and fields, missing ones, and values of another type are refused, never guessed."""
    refusal = from_json(told)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "change-malformed"


# Whatever comes

OFFICERS = st.sampled_from([*HOLDERS, "tra", "quyen", "phuc"])
UNITS = st.sampled_from(["ubnd", "van-phong", "tu-phap", "ho-tich", "trung-tam", "u-1", "u-2"])
PLACES = st.sampled_from(["chu-tich", "pho-phong", "truong-phong", "to-truong", "ho-tich-vien", "kiem-tra", "p-1"])
ROLES = st.sampled_from(["administrator", "auditor", "van-thu"])
DAYS = st.dates(date(2026, 10, 1), date(2027, 2, 1))
TIMES = st.integers(0, 60 * 24).map(lambda hours: moment(1, month=11) + timedelta(hours=hours))
NUMBERS = st.integers(1, 15)
ANY = st.one_of(
    st.builds(to.UnitAdded, id=UNITS, name=st.just("Đơn vị"), parent=st.none() | UNITS),
    st.builds(to.UnitChanged, id=UNITS, parent=UNITS),
    st.builds(to.PositionAdded, id=PLACES, title=st.just("Chức vụ"), unit=UNITS, rank=st.just("head")),
    st.builds(to.PositionChanged, id=PLACES, rank=st.sampled_from(["head", "staff"]), roles=st.frozensets(ROLES)),
    st.builds(
        to.OfficerAppointed,
        officer=OFFICERS,
        position=PLACES,
        document=st.just("QĐ"),
        since=DAYS,
        until=st.none() | DAYS,
    ),
    st.builds(to.AppointmentEnded, appointment=NUMBERS, until=DAYS),
    st.builds(to.RoleGranted, officer=OFFICERS, role=ROLES, unit=UNITS, document=st.just("QĐ"), since=DAYS),
    st.builds(to.RoleEnded, grant=NUMBERS, until=DAYS),
    st.builds(to.AbsenceRecorded, officer=OFFICERS, since=TIMES, until=TIMES, substitute=st.none() | OFFICERS),
    st.builds(to.AbsenceEnded, absence=NUMBERS, until=TIMES),
)


CHANGES = st.lists(ANY, max_size=40)


@given(CHANGES)
def test_whatever_changes_come_the_organisation_stays_whole(changes: list[Change]) -> None:
    """One tree; nothing names what is not there; no two heads, double absences, mixed auditors; an administrator."""
    organisation = staffed()
    for change in changes:
        applied = apply(organisation, change, today=TODAY)
        organisation = applied if isinstance(applied, Organisation) else organisation
    whole(organisation)


def whole(organisation: Organisation) -> None:
    """Check all that must hold on every day of these months, and that the indexes tell what the records do."""
    fresh = replace(organisation)
    for index in (name for name in vars(organisation) if name.startswith("_")):
        assert getattr(fresh, index) == getattr(organisation, index)
    [top] = [each.id for each in organisation.units if each.parent is None]
    assert organisation.within(top) == {each.id for each in organisation.units}
    for each in organisation.appointments:
        assert organisation.person(each.officer)
        assert organisation.find_position(each.position)
    for officer in {each.officer for each in organisation.absences}:
        for first, second in combinations(organisation.absences_of(officer), 2):
            assert first.until <= second.since or second.until <= first.since
    for one, other in combinations(organisation.appointments, 2):
        if (one.officer, one.position) == (other.officer, other.position):
            assert not overlap(one, other)
    for ahead in range(100):
        day = TODAY + timedelta(days=ahead)
        assert organisation.with_role("administrator", top, day)
        for unit in organisation.units:
            heads = [each for each in organisation.positions_of(unit.id) if each.rank == "head"]
            assert sum(len(organisation.holders(each.id, day)) for each in heads) <= 1
        for auditor in organisation.with_role("auditor", "ho-tich", day):
            held = [position.roles for _, position in organisation.held(auditor, day)]
            granted_roles = {each.role for each in organisation.granted(auditor, day)}
            assert frozenset(granted_roles).union(*held) == {"auditor"}
