"""What the lists want: their rows as records, each with its place. None is what a list does not tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from engine.people.lists.columns import List
from engine.people.lists.problems import Place
from engine.people.organisation import MandateKind, Rank


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedUnit:
    """A unit; an empty `parent` is told, too: nothing stands above it."""

    place: Place
    id: str
    name: str
    parent: str | None = None
    collective: bool | None = None
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPosition:
    """A position, from the list of positions or beside those who hold it."""

    place: Place
    id: str
    title: str | None = None
    unit: str | None = None
    rank: Rank | None = None
    roles: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPerson:
    """Somebody, whatever they hold."""

    place: Place
    id: str
    name: str
    email: str | None = None
    phone: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedTenure:
    """From when until when an officer has something: a position, or a role in a unit."""

    place: Place
    officer: str
    since: date
    until: date | None = None
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedAppointment(WantedTenure):
    """An officer in a position."""

    position: str
    acting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedGrant(WantedTenure):
    """An officer with a role in a unit."""

    role: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedMandate:
    """A mandate; those that stand cannot be changed, only ended."""

    place: Place
    id: str
    kind: MandateKind
    given_by: str
    given_to: str
    since: date
    until: date | None = None
    document: str
    procedures: frozenset[str] | None = None
    kinds: frozenset[str] | None = None
    condition: str | None = None
    under: str | None = None
    when_away: bool = False


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """All that the lists want. `given`: which lists there were; of the others nothing is known."""

    given: frozenset[List]
    units: tuple[WantedUnit, ...] = ()
    positions: tuple[WantedPosition, ...] = ()
    people: tuple[WantedPerson, ...] = ()
    appointments: tuple[WantedAppointment, ...] = ()
    grants: tuple[WantedGrant, ...] = ()
    mandates: tuple[WantedMandate, ...] = ()


Files = Mapping[str, str]  # name → text
