"""What can change in the organisation: one record per kind, and its one form as JSON.

A kind is a participle, as the trail tells it. What a record leaves None in a `…-changed` stays as it was. Whether a
change fits the organisation is decided by `engine.people.applying.apply`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from datetime import date, datetime
from functools import cache
from types import UnionType
from typing import Any, ClassVar, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from engine.errors import Kind, Refusal
from engine.people.organisation import Contact, MandateKind, Rank

LONGEST = 500
EARLIEST, LATEST = 1900, 2200  # years
D = TypeVar("D", date, datetime)
UNREACHED = Contact()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitAdded:
    """A unit below `parent`; only the first of all has none."""

    kind: ClassVar[str] = "unit-added"
    id: str
    name: str
    parent: str | None = None
    collective: bool = False
    contact: Contact = UNREACHED


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitChanged:
    """A unit has another name, stands elsewhere in the tree, decides as a body or no more, is reached otherwise."""

    kind: ClassVar[str] = "unit-changed"
    id: str
    name: str | None = None
    parent: str | None = None
    collective: bool | None = None
    contact: Contact | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionAdded:
    """A position in a unit."""

    kind: ClassVar[str] = "position-added"
    id: str
    title: str
    unit: str
    rank: Rank = "staff"
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionChanged:
    """A position has another title, rank or other roles, from now on."""

    kind: ClassVar[str] = "position-changed"
    id: str
    title: str | None = None
    rank: Rank | None = None
    roles: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerAdded:
    """A person, who holds nothing yet."""

    kind: ClassVar[str] = "officer-added"
    id: str
    name: str
    contact: Contact = UNREACHED
    subject: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerChanged:
    """A person has another name, contact or subject at the identity provider (an empty one: none any more)."""

    kind: ClassVar[str] = "officer-changed"
    id: str
    name: str | None = None
    contact: Contact | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerAppointed:
    """A person holds a position from a day on; `document` is the decision that says so."""

    kind: ClassVar[str] = "officer-appointed"
    officer: str
    position: str
    document: str
    since: date
    until: date | None = None
    acting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentEnded:
    """The last day of an appointment; the day before its first one: it never holds."""

    kind: ClassVar[str] = "appointment-ended"
    appointment: int
    until: date
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGranted:
    """A person has a role in a unit and below, beside those of the positions."""

    kind: ClassVar[str] = "role-granted"
    officer: str
    role: str
    unit: str
    document: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleEnded:
    """The last day of a role that was granted; the day before its first one: it never holds."""

    kind: ClassVar[str] = "role-ended"
    grant: int
    until: date
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateGiven:
    """A position may sign for another one: `capacity` is KT, TL or TUQ; the rest as in `Mandate`."""

    kind: ClassVar[str] = "mandate-given"
    id: str
    capacity: MandateKind
    given_by: str
    given_to: str
    document: str
    since: date
    until: date | None = None
    procedures: frozenset[str] | None = None
    kinds: frozenset[str] | None = None
    condition: str | None = None
    under: str | None = None
    when_away: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateEnded:
    """The last day of a mandate; the day before its first one: it never counts."""

    kind: ClassVar[str] = "mandate-ended"
    id: str
    until: date
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceRecorded:
    """An officer is away from one time to another (the end excluded)."""

    kind: ClassVar[str] = "absence-recorded"
    officer: str
    since: datetime
    until: datetime
    substitute: str | None = None
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceEnded:
    """The officer is back earlier; at its beginning: there was no absence."""

    kind: ClassVar[str] = "absence-ended"
    absence: int
    until: datetime


Change = (
    UnitAdded
    | UnitChanged
    | PositionAdded
    | PositionChanged
    | OfficerAdded
    | OfficerChanged
    | OfficerAppointed
    | AppointmentEnded
    | RoleGranted
    | RoleEnded
    | MandateGiven
    | MandateEnded
    | AbsenceRecorded
    | AbsenceEnded
)
KINDS: Mapping[str, type[Change]] = {each.kind: each for each in get_args(Change)}


def needs_approval(change: Change) -> bool:
    """Whether somebody else must approve it: what gives rights or takes them, or says who somebody is."""
    match change:
        case OfficerAppointed() | AppointmentEnded() | RoleGranted() | RoleEnded() | MandateGiven():
            return True
        case PositionAdded() | PositionChanged():  # its title stands in the name of whoever signs
            return True
        case UnitAdded():  # who administers what lies around it administers it, too; for a body one signs TM.
            return True
        case UnitChanged():  # all but how it is reached
            return (change.name, change.parent, change.collective) != (None, None, None)
        case OfficerAdded() | OfficerChanged():  # whoever signs in as that subject is this officer
            return change.subject is not None
        case _:
            return False


def to_json(change: Change) -> dict[str, Any]:
    """The change as JSON: its `kind`, then its fields; what is as when nothing was said is left out."""
    told: dict[str, Any] = {"kind": change.kind}
    for field in fields(change):
        value = getattr(change, field.name)
        if field.default is MISSING or value != field.default:
            told[field.name] = _plain(value)
    return told


def from_json(told: object) -> Change | Refusal:
    """The change that this JSON tells; anything unknown, missing or of another type is refused."""
    if not isinstance(told, Mapping):
        return _invalid("change", "expected an object")
    kind = told.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        return _invalid("kind", f"expected one of {', '.join(KINDS)}, found {kind!r}")
    made, types = KINDS[kind], _types(kind)
    if unknown := sorted(str(name) for name in told if name not in types and name != "kind"):
        return _invalid(f"{kind} {unknown[0]}", f"unknown; known: {', '.join(types)}")
    values: dict[str, Any] = {}
    for field in fields(made):
        if field.name not in told:
            if field.default is MISSING:
                return _invalid(f"{kind} {field.name}", "missing")
            continue
        try:
            values[field.name] = _read(types[field.name], told[field.name])
        except ValueError as error:
            return _invalid(f"{kind} {field.name}", str(error))
    return made(**values)


def _invalid(where: str, problem: str) -> Refusal:
    remedy = "correct it; the fields of each kind are in docs/reference/organisation.md"
    return Refusal(kind=Kind.INVALID, code="change-malformed", message=f"{where}: {problem}", remedy=remedy)


def _plain(value: object) -> object:
    match value:
        case frozenset():
            return sorted(value)
        case date():  # a datetime is one, too
            return value.isoformat()
        case Contact():
            return {name: part for name, part in asdict(value).items() if part}
        case _:
            return value


@cache
def _types(kind: str) -> Mapping[str, Any]:
    hints = get_type_hints(KINDS[kind])
    return {field.name: hints[field.name] for field in fields(KINDS[kind])}


def _read(wanted: Any, value: object) -> object:
    """The value as the type wants it; ValueError says what is wrong."""
    if get_origin(wanted) in (Union, UnionType):  # a Literal or None is the former
        inner, _none = get_args(wanted)
        return None if value is None else _read(inner, value)
    if get_origin(wanted) is Literal:
        if value not in get_args(wanted):
            raise ValueError(f"expected one of {', '.join(get_args(wanted))}, found {value!r}")
        return value
    return _READERS[wanted](value)


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST or any(ord(each) < 32 for each in value):
        raise ValueError(f"expected a line of text of at most {LONGEST} characters")
    return value.strip()


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("expected true or false")
    return value


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise ValueError("expected a number above 0")
    return value


def _day(value: object) -> date:
    try:
        if isinstance(value, str) and len(value) == len("2026-11-21"):
            return _in_reach(date.fromisoformat(value))
    except ValueError:
        pass
    raise ValueError(f"expected a day such as 2026-11-21, found {value!r}")


def _moment(value: object) -> datetime:
    try:
        if isinstance(value, str) and (found := datetime.fromisoformat(value)).tzinfo is not None:
            return _in_reach(found)
    except ValueError:
        pass
    raise ValueError(f"expected a time with its zone such as 2026-11-21T08:00:00+07:00, found {value!r}")


def _in_reach(found: D) -> D:
    """The day or time, if it may be reckoned with."""
    if not EARLIEST <= found.year <= LATEST:
        raise ValueError(found)
    return found


def _names(value: object) -> frozenset[str]:
    if not isinstance(value, list | tuple) or len(value) > 200:
        raise ValueError("expected a list of at most 200 names")
    return frozenset(_text(each) for each in value)


def _contact(value: object) -> Contact:
    if not isinstance(value, Mapping) or not set(value) <= {"email", "phone"}:
        raise ValueError("expected an object with email and phone")
    return Contact(**{str(name): _text(each) for name, each in value.items()})


_READERS: Mapping[Any, Callable[[object], object]] = {
    str: _text,
    bool: _flag,
    int: _number,
    date: _day,
    datetime: _moment,
    frozenset[str]: _names,
    Contact: _contact,
}
