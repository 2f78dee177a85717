"""Write the present organisation as lists; read again, they change nothing.

What has ended is left out. A position stands in its own list alone, so that each thing is told in one place.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Literal

from engine.people.lists.columns import COLUMNS, FILES, List
from engine.people.lists.mandates import mandate_row
from engine.people.lists.table import write_table
from engine.people.organisation import Contact, Dated, Organisation, Person, Rank

Language = Literal["en", "vi"]
Line = Mapping[str, object]
_BESIDE = frozenset({"title", "unit", "rank", "roles"})  # of an officer's row: what the list of positions tells
_RANKS: Mapping[Rank, str] = {"head": "trưởng", "deputy": "phó", "staff": "nhân viên"}


def export(organisation: Organisation, *, today: date, language: Language = "en") -> Mapping[str, str]:
    """The lists by their files' names."""
    lines: Mapping[List, Iterable[Line]] = {
        "units": (
            {**_own(each, "id", "name", "parent", "collective"), **_reached(each.contact)}
            for each in organisation.units
        ),
        "positions": (
            {**_own(each, "id", "title", "unit", "roles"), "rank": _RANKS[each.rank] if language == "vi" else each.rank}
            for each in organisation.positions
        ),
        "officers": (line for each in organisation.people for line in _officer(organisation, each, today)),
        "roles": (
            _own(each, "officer", "role", "unit", "since", "until", "document")
            for each in organisation.grants
            if _present(each, today)
        ),
        "mandates": (
            {**mandate_row(each), "id": each.id, "until": each.until}
            for each in organisation.mandates
            if _present(each, today)
        ),
    }
    return {_name(of, language): _written(of, found, language) for of, found in lines.items()}


def _name(of: List, language: Language) -> str:
    english, vietnamese = (name for name, each in FILES.items() if each == of)
    return (vietnamese if language == "vi" else english) + ".csv"


def _written(of: List, lines: Iterable[Line], language: Language) -> str:
    columns = [each for each in COLUMNS[of] if of != "officers" or each not in _BESIDE]
    titles = [COLUMNS[of][each] if language == "vi" else each for each in columns]
    return write_table(titles, ([_cell(line.get(each)) for each in columns] for line in lines))


def _officer(organisation: Organisation, person: Person, today: date) -> Iterator[Line]:
    """A row for each position; contacts stand in the first alone. Somebody who holds nothing more is left out."""
    all_held = organisation.appointments_of(person.id)
    held = [each for each in all_held if _present(each, today)]
    granted = [each for each in organisation.grants_of(person.id) if _present(each, today)]
    if not held and not granted and (all_held or organisation.grants_of(person.id)):
        return
    who = {"id": person.id, "name": person.name}
    first: Line = {"subject": person.subject, **_reached(person.contact)}
    if not held:
        yield {**who, **first}
    for each in held:
        yield {**who, **first, **_own(each, "position", "acting", "since", "until", "document")}
        first = {}


def _own(of: object, *names: str) -> Line:
    return {name: getattr(of, name) for name in names}


def _reached(contact: Contact) -> Line:
    return {"email": contact.email, "phone": contact.phone}


def _present(each: Dated, today: date) -> bool:
    return each.until is None or each.until >= max(today, each.since)


def _cell(value: object) -> str:
    match value:
        case None | False:
            return ""
        case True:
            return "x"
        case frozenset():
            return ", ".join(sorted(value))
        case date():
            return value.isoformat()
        case _:
            return str(value)
