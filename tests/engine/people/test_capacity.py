"""The capacity in which an officer signs (NĐ 30/2020 Đ13): the worked cases, and what no organisation can break."""

from collections.abc import Iterator
from datetime import date, datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.calendar import VIETNAM
from engine.people.capacity import Capacity, Matter, capacity
from engine.people.eligible import able_officers, met_by
from engine.people.organisation import (
    Absence,
    Appointment,
    Mandate,
    Organisation,
    Position,
    Rank,
    RoleGrant,
    Scope,
    Unit,
)
from tests.engine.people.cases import CASES, Case


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_capacity_is_the_one_that_the_law_gives(case: Case) -> None:
    """Each case gives its kind and the lines above the signature, or its code; and always a reason."""
    matter = Matter(role=case.role, unit=case.unit, procedure=case.procedure, kind=case.kind, data=case.data)
    found = capacity(case.office, case.who, matter, case.now)
    assert (found.kind if isinstance(found, Capacity) else found.code) == case.gives, found.reason
    assert found.reason
    if isinstance(found, Capacity):
        assert found.block == case.block


def test_there_are_at_least_sixty_cases() -> None:
    """What is promised, and no case twice."""
    assert len({case.name for case in CASES}) == len(CASES) >= 60


# Any organisation, against a slow judge that was written from the law, not from the code

UNITS = ("top", "mid", "low", "side")
PARENTS = {"top": None, "mid": "top", "low": "mid", "side": "top"}
NAMES = [f"{unit}-{rank}" for unit in UNITS for rank in ("head", "deputy", "staff")]
PEOPLE = [f"p{number}" for number in range(8)]
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=VIETNAM)
TODAY = date(2026, 11, 20)
SINCE = [date(2026, 11, day) for day in (1, 1, 19, 20, 20, 21)]
UNTIL = [None, None, date(2026, 11, 19), date(2026, 11, 20), date(2026, 12, 1), date(2026, 12, 1)]
SOME = [None, frozenset({"a"}), frozenset({"a", "b"}), frozenset[str]()]
CONDITIONS = [None, None, None, "=n <= 2", "=n > 1", "=missing", "=n <"]


def some_mandate(by: Random, id: str, others: list[Mandate]) -> Mandate:
    """Any, sensible or not; often of a form that the law knows, so that some count."""
    kind = by.choice(("KT", "TL", "TUQ"))
    giver, taker, under = by.choice(NAMES), by.choice(NAMES), None
    if by.random() < 0.8:
        unit = by.choice(UNITS if kind == "KT" else ("top", "mid"))
        below = [each for each in UNITS if each != unit and unit in above(each)]
        giver, taker = f"{unit}-head", f"{unit}-deputy" if kind == "KT" else f"{by.choice(below or UNITS)}-head"
    if others and by.random() < 0.4:
        passed = by.choice(others)
        under = passed.id
        if by.random() < 0.8:
            kind, giver, taker = "KT", passed.given_to, f"{passed.given_to.partition('-')[0]}-deputy"
    return Mandate(
        id=id,
        kind=kind,  # type: ignore[arg-type]
        given_by=giver,
        given_to=taker,
        since=by.choice(SINCE),
        until=by.choice(UNTIL),
        document=f"QĐ {id}",
        scope=Scope(kinds=by.choice(SOME), procedures=by.choice((None, *SOME)), condition=by.choice(CONDITIONS)),
        under=under,
        when_away=by.random() < 0.3,
    )


def some_organisation(by: Random) -> Organisation:
    """A small agency with any appointments, grants, absences and mandates."""
    given_: list[Mandate] = []
    for number in range(by.randint(0, 7)):
        given_.append(some_mandate(by, f"m{number}", given_))
    roles = [frozenset({"sign"}), frozenset({"seal", "sign"}), frozenset[str]()]
    ranks: list[Rank] = ["head", "deputy", "staff"]
    positions = [
        Position(
            id=f"{unit}-{rank}",
            title=f"{unit} {rank}",
            unit=unit,
            rank=rank,
            roles=by.choice(roles) if rank == "head" or by.random() < 0.1 else frozenset(),
        )
        for unit in UNITS
        for rank in ranks
    ]
    return Organisation(
        units=tuple(Unit(id=id, name=id, parent=PARENTS[id], collective=by.random() < 0.5) for id in UNITS),
        positions=tuple(positions),
        appointments=tuple(
            Appointment(
                id=number,
                officer=by.choice(PEOPLE),
                position=each,
                document="",
                since=by.choice(SINCE),
                until=by.choice(UNTIL),
                acting=by.random() < 0.2,
            )
            for number, each in enumerate([*NAMES, *by.choices(NAMES, k=3)])
            if by.random() < 0.8
        ),
        grants=tuple(
            RoleGrant(
                id=number,
                officer=by.choice(PEOPLE),
                role="seal",
                unit=by.choice(UNITS),
                document="",
                since=by.choice(SINCE),
                until=by.choice(UNTIL),
            )
            for number in range(by.randint(0, 2))
        ),
        absences=tuple(
            Absence(
                officer=who,
                since=datetime(2026, 11, 20, tzinfo=VIETNAM),
                until=datetime(2026, 11, 21, tzinfo=VIETNAM),
                substitute=None,
                document="",
            )
            for who in by.sample(PEOPLE, by.randint(0, 3))
        ),
        mandates=tuple(given_),
    )


# By a seed, since an organisation drawn value by value takes Hypothesis too long, and few mandates would count.
organisations = st.integers(0, 2**63).map(lambda seed: some_organisation(Random(seed)))
MATTERS = st.builds(
    Matter,
    role=st.sampled_from(["sign", "sign", "seal"]),
    unit=st.sampled_from(UNITS),
    kind=st.sampled_from(["a", "b", None]),
    procedure=st.sampled_from(["a", "b", None]),
    data=st.fixed_dictionaries({"n": st.integers(0, 4)}),
)


def above(unit: str) -> Iterator[str]:
    """The unit and those around it."""
    at: str | None = unit
    while at is not None:
        yield at
        at = PARENTS[at]


def current(dated: Appointment | RoleGrant | Mandate) -> bool:
    """Whether it holds today."""
    return dated.since <= TODAY and (dated.until is None or dated.until >= TODAY)


def judged(found: Organisation, mandate: Mandate, matter: Matter) -> bool:
    """Whether the law lets this document count for the matter today: date, form, scope, who gave it."""
    giver, taker = found.position(mandate.given_by), found.position(mandate.given_to)
    holders = {each.officer for each in found.appointments if each.position == giver.id and current(each)}
    absent = {each.officer for each in found.absences}
    truth = {None: True, "=n <= 2": matter.data["n"] <= 2, "=n > 1": matter.data["n"] > 1}  # type: ignore[operator]
    if mandate.kind == "KT":
        form = taker.rank == "deputy" and taker.unit == giver.unit
    else:
        form = taker.rank == "head" and taker.unit != giver.unit and giver.unit in above(taker.unit)
        form = form and (mandate.scope.kinds is not None or mandate.scope.procedures is not None)
        form = form and not (mandate.kind == "TUQ" and mandate.until is None)
    return (
        current(mandate)
        and giver.rank == "head"
        and form
        and bool(holders)
        and not (mandate.when_away and holders - absent)
        and (mandate.scope.kinds is None or matter.kind in mandate.scope.kinds)
        and (mandate.scope.procedures is None or matter.procedure in mandate.scope.procedures)
        and truth.get(mandate.scope.condition, False)
    )


def may(found: Organisation, who: str, matter: Matter) -> set[tuple[str, ...]]:
    """Every ground on which the officer may sign: () in their own position, else the mandates, the giver's first."""
    if who in {each.officer for each in found.absences}:
        return set()
    around = set(above(matter.unit))
    held = [found.position(each.position) for each in found.appointments if each.officer == who and current(each)]
    competent = {each.id for each in found.positions if matter.role in each.roles and each.unit in around}
    mine = {each.id for each in held}
    grants = [each for each in found.grants if (each.officer, each.role) == (who, matter.role) and current(each)]
    grounds: set[tuple[str, ...]] = {()} if mine & competent or any(each.unit in around for each in grants) else set()
    good = [each for each in found.mandates if judged(found, each, matter)]
    first = {each.id: each for each in good if each.under is None and each.given_by in competent}
    grounds |= {(each.id,) for each in first.values() if each.given_to in mine}
    for each in good:
        passed = first.get(each.under or "")
        if passed is not None and passed.kind == "TL" and each.kind == "KT" and each.given_to in mine:
            grounds |= {(passed.id, each.id)} if each.given_by == passed.given_to else set()
    return grounds


@settings(max_examples=300)
@given(organisations, MATTERS)
def test_no_capacity_is_granted_outside_its_document(found: Organisation, matter: Matter) -> None:
    """What is granted is what the judge allows, what the judge allows is granted, and oneself comes first."""
    for who in PEOPLE:
        granted, grounds = capacity(found, who, matter, NOW), may(found, who, matter)
        assert isinstance(granted, Capacity) == bool(grounds), granted.reason
        if isinstance(granted, Capacity):
            assert granted.mandates in grounds
            assert granted.mandates == () or () not in grounds
            kind = found.mandate(granted.mandates[0]).kind if granted.mandates else None  # type: ignore[union-attr]
            assert granted.kind == f"{kind}." if kind else granted.kind in ("", "TM.", "Q.")


def test_the_random_organisations_grant_something_of_every_kind() -> None:
    """The properties are not empty: every kind of capacity and of denial comes out of the first seeds."""
    found, matter = set(), Matter(role="sign", unit="low", kind="a", procedure="a", data={"n": 2})
    for seed in range(1500):
        organisation = some_organisation(Random(seed))
        for who in PEOPLE:
            given_ = capacity(organisation, who, matter, NOW)
            found.add((given_.kind, len(given_.mandates)) if isinstance(given_, Capacity) else given_.code)
    kinds = {("", 0), ("TM.", 0), ("Q.", 0), ("KT.", 1), ("TL.", 1), ("TL.", 2), ("TUQ.", 1)}
    codes = {"no-mandate", "no-position", "absent", "mandate-passed-on", "mandate-giver-there", "mandate-void"}
    codes |= {"mandate-vacant", "mandate-not-in-force", "mandate-out-of-scope"}
    assert found >= kinds | codes


@settings(max_examples=300)
@given(organisations, MATTERS)
def test_who_could_do_a_task_is_who_has_a_capacity_for_it(found: Organisation, matter: Matter) -> None:
    """What queues are told without the data agrees with what each officer is told over them, but for who is away."""
    met = met_by(found, matter.role, matter.unit, matter.data, NOW)
    able = able_officers(
        found,
        role=matter.role,
        unit=matter.unit,
        procedure=matter.procedure,
        kind=matter.kind,
        met=met,
        now=NOW,
    )
    there = {who for who in able if found.away(who, NOW) is None}
    assert there == {who for who in PEOPLE if may(found, who, matter)}
    assert list(able) == sorted(able)
