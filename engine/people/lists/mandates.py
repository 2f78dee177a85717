"""Compare mandates: a new one is given, one may end earlier; what it covers never changes under its id."""

from dataclasses import replace
from datetime import date, timedelta

from engine.people.changes import MandateEnded, MandateGiven
from engine.people.lists.comparison import Comparison, Step
from engine.people.lists.wanted import Wanted, WantedMandate
from engine.people.organisation import Mandate, Organisation


def compare_mandates(
    organisation: Organisation, wanted: Wanted, found: Comparison, *, today: date, complete: bool
) -> None:
    """Mandates, in the order of the list: those that are passed on stand behind what they pass on."""
    positions = {each.id for each in organisation.positions} | {each.id for each in wanted.positions}
    listed = {each.id for each in wanted.mandates}
    for row in wanted.mandates:
        for column, position in (("given_by", row.given_by), ("given_to", row.given_to)):
            if position not in positions:
                found.problems.add(row.place, "position-unknown", f"no position {position}", column)
        known = organisation.mandate(row.id)
        if known is None:
            found.begins.append(Step(change=_given(row), place=row.place, sign="+", subject=row.id))
        else:
            _compare(known, row, found)
    if "mandates" in wanted.given:
        for mandate in organisation.mandates:
            if mandate.id not in listed and _goes_on(mandate, today):
                _missing(mandate, found, today=today, complete=complete)


def mandate_row(mandate: Mandate) -> dict[str, object]:
    """What a list tells of a mandate, but its id."""
    names = ("kind", "given_by", "given_to", "since", "document", "under", "when_away")
    scope = mandate.scope
    within = {"procedures": scope.procedures, "kinds": scope.kinds, "condition": scope.condition}
    return {**{name: getattr(mandate, name) for name in names}, **within}


def _given(row: WantedMandate) -> MandateGiven:
    return MandateGiven(
        id=row.id,
        capacity=row.kind,
        given_by=row.given_by,
        given_to=row.given_to,
        document=row.document,
        since=row.since,
        until=row.until,
        procedures=row.procedures,
        kinds=row.kinds,
        condition=row.condition,
        under=row.under,
        when_away=row.when_away,
    )


def _compare(known: Mandate, row: WantedMandate, found: Comparison) -> None:
    differs = [name for name, value in mandate_row(known).items() if getattr(row, name) != value]
    if known.until is not None and (row.until is None or row.until > known.until):
        differs.append("until")
    if differs:
        message = f"mandate {row.id} stands with another {', '.join(differs)}; end it, and give one with another id"
        found.problems.add(row.place, "mandate-differs", message, differs[0])
    elif row.until != known.until and row.until is not None:
        _end(known, replace(row, until=row.until), found, row.until)


def _missing(mandate: Mandate, found: Comparison, *, today: date, complete: bool) -> None:
    if complete:
        _end(mandate, None, found, max(today, mandate.since - timedelta(days=1)))
    else:
        found.note(None, "not-listed", mandate.id, "the mandate is not in the list; it goes on (--complete ends it)")


def _end(mandate: Mandate, row: WantedMandate | None, found: Comparison, until: date) -> None:
    before = {"since": mandate.since, "until": mandate.until}
    change = MandateEnded(id=mandate.id, until=until, document="")
    place = row.place if row else None
    found.ends.append(Step(change=change, place=place, sign="-", subject=mandate.id, before=before))


def _goes_on(mandate: Mandate, today: date) -> bool:
    return mandate.until is None or (mandate.until > today and mandate.until >= mandate.since)
