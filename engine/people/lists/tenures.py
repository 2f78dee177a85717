"""Compare what officers have from one day to another: positions and roles.

What has begun is not rewritten: a list may end it, let it go on, or begin it; that it began on another day, or by
another document, is only told. What has not begun yet may move.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol, TypeVar

from engine.people.changes import AppointmentEnded, Change, OfficerAppointed, RoleEnded, RoleGranted
from engine.people.lists.comparison import Comparison, Step
from engine.people.lists.problems import Place
from engine.people.lists.wanted import Wanted, WantedAppointment, WantedGrant, WantedTenure
from engine.people.organisation import Appointment, Organisation, RoleGrant

Key = tuple[str, ...]  # the officer first
DAY = timedelta(days=1)
Of = TypeVar("Of", Appointment, RoleGrant)
Row = TypeVar("Row", bound=WantedTenure)


class _Kind(Protocol):
    """How a tenure of one kind is named and changed."""

    def what(self, key: Key) -> str:
        """The tenure in words."""

    def named(self, key: Key) -> Mapping[str, object]:
        """The tenure for programs."""

    def begin(self, row: WantedTenure, since: date, until: date | None) -> Change:
        """What begins it."""

    def end(self, of: Appointment | RoleGrant, until: date, document: str) -> Change:
        """What ends it."""


class _Appointments:
    def what(self, key: Key) -> str:
        return f"position {key[1]}"

    def named(self, key: Key) -> Mapping[str, object]:
        return {"position": key[1]}

    def begin(self, row: WantedTenure, since: date, until: date | None) -> Change:
        assert isinstance(row, WantedAppointment)
        return OfficerAppointed(
            officer=row.officer,
            position=row.position,
            document=row.document,
            since=since,
            until=until,
            acting=row.acting,
        )

    def end(self, of: Appointment | RoleGrant, until: date, document: str) -> Change:
        return AppointmentEnded(appointment=of.id, until=until, document=document)


class _Grants:
    def what(self, key: Key) -> str:
        return f"role {key[1]} in {key[2]}"

    def named(self, key: Key) -> Mapping[str, object]:
        return {"role": key[1], "unit": key[2]}

    def begin(self, row: WantedTenure, since: date, until: date | None) -> Change:
        assert isinstance(row, WantedGrant)
        return RoleGranted(
            officer=row.officer, role=row.role, unit=row.unit, document=row.document, since=since, until=until
        )

    def end(self, of: Appointment | RoleGrant, until: date, document: str) -> Change:
        return RoleEnded(grant=of.id, until=until, document=document)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparing:
    """One kind of tenure, while it is compared."""

    kind: _Kind
    found: Comparison
    today: date
    missing_until: Callable[[Key], date] | None  # the last day of what a complete list lacks

    def compare(self, now: Mapping[Key, list[Appointment | RoleGrant]], rows: Mapping[Key, list[WantedTenure]]) -> None:
        for key, wanted in rows.items():
            self._one(key, now.get(key, []), wanted)
        for key in sorted(now.keys() - rows.keys()):
            self._missing(key, [each for each in now[key] if each.until is None or each.until > self.today])

    def _one(self, key: Key, now: list[Appointment | RoleGrant], rows: list[WantedTenure]) -> None:
        for run in _runs(rows):
            since, until = run[0].since, run[-1].until
            over = [each for each in now if _overlap(each.since, each.until, since, until)]
            same = [each for each in over if _acting(each) == _acting(run[0])]
            if len(same) < len(over) and not self._replaced(key, [each for each in over if each not in same], run[0]):
                continue
            begun = [each for each in same if each.since <= self.today]
            if not begun and not _agree(same, run):
                for each in same:
                    self._end(key, each, each.since - DAY, run[-1])
                same = []
            if same:
                self._going_on(key, same, run)
            else:
                for row in run:
                    self._begin(key, row, row.since, row.until)
        ends = [each for each in now if not any(_overlap(each.since, each.until, row.since, row.until) for row in rows)]
        self._missing(key, [each for each in ends if each.until is None or each.until > self.today])

    def _replaced(self, key: Key, others: list[Appointment | RoleGrant], row: WantedTenure) -> bool:
        """Acting and full holder follow each other; False where the past would have to be rewritten."""
        if any(each.since >= row.since and each.since <= self.today for each in others):
            message = f"{self.kind.what(key)}: acting or not differs from what has begun; end it, then begin anew"
            self.found.note(row.place, "acting-kept", key[0], message)
            return False
        for each in others:
            self._end(key, each, max(row.since, each.since) - DAY, row)
        return True

    def _going_on(self, key: Key, same: list[Appointment | RoleGrant], run: list[WantedTenure]) -> None:
        last, row = max(same, key=lambda each: each.since), run[-1]
        self._tell_kept(key, same, run)
        if row.until is not None and (last.until is None or row.until < last.until):
            for each in same:
                if each.until is None or each.until > row.until:
                    self._end(key, each, max(row.until, each.since - DAY), row)
        elif last.until is not None and (row.until is None or row.until > last.until):
            self._begin(key, row, last.until + DAY, row.until)

    def _tell_kept(self, key: Key, same: list[Appointment | RoleGrant], run: list[WantedTenure]) -> None:
        begins = {each.since: each for each in same}
        if run[0].since not in begins:
            first = min(begins)
            message = f"{self.kind.what(key)} began on {first}, in the list on {run[0].since}; what has begun stays"
            self.found.note(run[0].place, "begin-kept", key[0], message)
        for row in run:
            known = begins.get(row.since)
            if known is not None and known.document != row.document:
                message = f"{self.kind.what(key)}: by {known.document!r}, in the list {row.document!r}; it stays"
                self.found.note(row.place, "document-kept", key[0], message)

    def _missing(self, key: Key, going_on: list[Appointment | RoleGrant]) -> None:
        for each in going_on:
            if self.missing_until is None:
                message = f"{self.kind.what(key)} is not in the list; it goes on (--complete ends it)"
                self.found.note(None, "not-listed", key[0], message)
            else:
                self._end(key, each, max(self.missing_until(key), each.since - DAY), None)

    def _begin(self, key: Key, row: WantedTenure, since: date, until: date | None) -> None:
        change = self.kind.begin(row, since, until)
        self.found.begins.append(Step(change=change, place=row.place, sign="+", subject=key[0]))

    def _end(self, key: Key, of: Appointment | RoleGrant, until: date, row: WantedTenure | None) -> None:
        change = self.kind.end(of, until, row.document if row else "")
        before = {**self.kind.named(key), "since": of.since, "until": of.until}
        place: Place | None = row.place if row else None
        self.found.ends.append(Step(change=change, place=place, sign="-", subject=key[0], before=before))


def compare_tenures(
    organisation: Organisation, wanted: Wanted, found: Comparison, *, today: date, complete: bool
) -> None:
    """Appointments and roles granted, of those lists that were given."""
    _check_references(organisation, wanted, found)
    if "officers" in wanted.given:
        ends = _before_successor(organisation, wanted, today) if complete else None
        comparing = _Comparing(kind=_Appointments(), found=found, today=today, missing_until=ends)
        now = _by(organisation.appointments, lambda each: (each.officer, each.position))
        comparing.compare(now, _rows(wanted.appointments, lambda each: (each.officer, each.position)))
    if "roles" in wanted.given:
        comparing = _Comparing(
            kind=_Grants(), found=found, today=today, missing_until=(lambda _key: today) if complete else None
        )
        granted = _by(organisation.grants, lambda each: (each.officer, each.role, each.unit))
        comparing.compare(granted, _rows(wanted.grants, lambda each: (each.officer, each.role, each.unit)))


def _check_references(organisation: Organisation, wanted: Wanted, found: Comparison) -> None:
    units = {each.id for each in organisation.units} | {each.id for each in wanted.units}
    people = {each.id for each in organisation.people} | {each.id for each in wanted.people}
    positions = {each.id for each in organisation.positions} | {each.id for each in wanted.positions}
    for row in wanted.appointments:
        if row.position not in positions:
            message = f"no position {row.position}; give its title and its unit"
            found.problems.add(row.place, "position-unknown", message, "position")
    for grant in wanted.grants:
        if grant.officer not in people:
            found.problems.add(grant.place, "officer-unknown", f"no officer {grant.officer}", "officer")
        if grant.unit not in units:
            found.problems.add(grant.place, "unit-unknown", f"no unit {grant.unit}", "unit")


def _before_successor(organisation: Organisation, wanted: Wanted, today: date) -> Callable[[Key], date]:
    """Who is missing ends today; a head earlier, where the list has the successor begin earlier."""
    heads = {each.id for each in organisation.positions if each.rank == "head"}
    begun: dict[str, date] = {}
    for row in wanted.appointments:
        if row.position in heads and (row.until is None or row.until >= today):
            begun[row.position] = min(row.since, begun.get(row.position, row.since))

    def until(key: Key) -> date:
        return min(today, begun[key[1]] - DAY) if key[1] in begun else today

    return until


def _by(items: Iterable[Of], key: Callable[[Of], Key]) -> dict[Key, list[Appointment | RoleGrant]]:
    """By their key, in the order of their days, without those that never hold."""
    found: dict[Key, list[Appointment | RoleGrant]] = {}
    for each in sorted(items, key=lambda each: each.since):
        if each.until is None or each.until >= each.since:
            found.setdefault(key(each), []).append(each)
    return found


def _rows(items: Iterable[Row], key: Callable[[Row], Key]) -> dict[Key, list[WantedTenure]]:
    found: dict[Key, list[WantedTenure]] = {}
    for each in items:
        found.setdefault(key(each), []).append(each)
    return found


def _runs(rows: list[WantedTenure]) -> list[list[WantedTenure]]:
    """The rows, those together that follow each other without a gap."""
    runs: list[list[WantedTenure]] = []
    for row in rows:
        before = runs[-1][-1] if runs else None
        if before and before.until and before.until + DAY == row.since and _acting(before) == _acting(row):
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


def _acting(of: Appointment | RoleGrant | WantedTenure) -> bool:
    return isinstance(of, Appointment | WantedAppointment) and of.acting


def _agree(same: list[Appointment | RoleGrant], run: list[WantedTenure]) -> bool:
    return bool(same) and same[0].since == run[0].since and same[-1].until == run[-1].until


def _overlap(since: date, until: date | None, other: date, other_until: date | None) -> bool:
    return (until is None or other <= until) and (other_until is None or since <= other_until)
