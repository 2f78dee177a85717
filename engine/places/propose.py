"""Propose where an address lies today, with its doubts. A proposal decides nothing: a person confirms it.

Addresses are read from their end: province, district, ward or commune; before these stand street and house. Until
30/6/2025 there were three levels, since then two. A name of one may be another place in the other; wards were split.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.places.text import LONGEST, Word, words
from engine.places.units import TYPES, Gazetteer, Names, Unit, spelled_so

MOST = 12  # candidates that a person is asked to choose from
_LONGEST_NAME = 9  # words
_COMMUNE = ("Phường", "Thị trấn", "Xã", "Đặc khu")
_DISTRICT = ("Thành phố", "Quận", "Huyện", "Thị xã")
_PROVINCE = ("Tỉnh", "Thành phố")


class Doubt(StrEnum):
    """Why a proposal must be looked at with care."""

    OLD_LEVEL = "old-level"  # units are named that there are no more
    SPLIT = "split"  # the former ward lies in several communes of today: only who knows the street can tell
    AMBIGUOUS = "ambiguous"  # several places are written so
    OTHER_KIND = "other-kind"  # phường is written for a xã, or the like
    NO_COMMUNE = "no-commune"  # no ward or commune is named, or none of that name lies there
    NO_PROVINCE = "no-province"
    NO_HOUSE = "no-house-number"
    UNKNOWN = "unknown"
    TOO_LONG = "too-long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A commune of today, with its province."""

    province: str
    commune: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Where the address may lie, the likeliest first. `old`: `province/district/ward`, where one such is named."""

    text: str
    candidates: tuple[Candidate, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    old: str | None = None
    old_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    """Units that the last words may mean, and the words before these."""

    units: tuple[Unit, ...]
    rest: Sequence[Word]
    other_kind: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """A way to read the address: the communes of today, the former ward that was named, the words before."""

    communes: tuple[str, ...]
    rest: Sequence[Word]
    doubts: frozenset[Doubt] = frozenset()
    ward: Unit | None = None


def propose(text: str, units: Gazetteer) -> Proposal:
    """Where the address may lie; in time proportional to the text, which is not read where it is too long."""
    if len(text) > LONGEST:
        return Proposal(text=text, doubts=(Doubt.TOO_LONG,))
    found = _without_country(words(text))
    old, new, rest, doubts = _provinces(found, units)
    readings = _readings(rest, old, new, units)
    if not readings:
        return Proposal(text=text, doubts=(Doubt.UNKNOWN,))
    codes = tuple(dict.fromkeys(code for reading in readings for code in reading.communes))
    wards = {reading.ward.code: reading.ward for reading in readings if reading.ward is not None}
    doubts |= readings[0].doubts | ({Doubt.AMBIGUOUS} if _differ(readings) or len(codes) > MOST else frozenset())
    if not any(letter.isdigit() for word in readings[0].rest for letter in word.folded):
        doubts |= {Doubt.NO_HOUSE}
    [ward] = wards.values() if len(wards) == 1 else [None]
    return Proposal(
        text=text,
        candidates=tuple(_candidate(code, units) for code in codes[:MOST]),
        doubts=tuple(doubt for doubt in Doubt if doubt in doubts),
        old=_old_code(ward, units) if ward else None,
        old_name=_old_name(ward, units) if ward else None,
    )


def _readings(rest: Sequence[Word], old: Iterable[str], new: Iterable[str], units: Gazetteer) -> list[_Reading]:
    """What can be meant, the likeliest first: what names a ward and its district leaves no other reading."""
    old, new = frozenset(old), frozenset(new)
    wide = {
        code for code, unit in units.old_provinces.items() if unit.became[0] in new
    }  # also what joined the province
    districts = _ends(rest, units.district_names, lambda unit: unit.above in old, _DISTRICT)
    districts = districts or _ends(rest, units.district_names, lambda unit: unit.above in wide, _DISTRICT)
    whole = [reading for match in districts for reading in _in_district(match, units)]
    if whole:
        return whole
    communes = _ends(rest, units.commune_names, lambda unit: unit.above in new, _COMMUNE)
    readings = [_today(unit, match) for match in communes for unit in match.units]
    wards = _ends(rest, units.ward_names, lambda unit: units.districts[unit.above].above in old, _COMMUNE)
    readings += [_former(unit, match) for match in wards for unit in match.units]
    return readings + [_district(unit, match, units) for match in districts for unit in match.units]


def _in_district(match: _Match, units: Gazetteer) -> list[_Reading]:
    """The wards that stand before their district."""
    inside = {unit.code for unit in match.units}
    wards = _ends(match.rest, units.ward_names, lambda unit: unit.above in inside, _COMMUNE)
    return [_former(unit, ward) for ward in wards for unit in ward.units]


def _today(unit: Unit, match: _Match) -> _Reading:
    doubts = frozenset({Doubt.OTHER_KIND} if match.other_kind else ())
    return _Reading(communes=(unit.code,), rest=match.rest, doubts=doubts)


def _former(unit: Unit, match: _Match) -> _Reading:
    doubts = {Doubt.OLD_LEVEL} | ({Doubt.SPLIT} if len(unit.became) > 1 else set())
    doubts |= {Doubt.OTHER_KIND} if match.other_kind else set()
    return _Reading(communes=unit.became, rest=match.rest, doubts=frozenset(doubts), ward=unit)


def _district(unit: Unit, match: _Match, units: Gazetteer) -> _Reading:
    """A former district alone: what its wards became. An island had no wards, and is one commune."""
    wards = units.wards_of[unit.code]
    codes = tuple(dict.fromkeys(code for ward in wards for code in ward.became))
    doubts = {Doubt.OLD_LEVEL} if len(codes) == 1 else {Doubt.OLD_LEVEL, Doubt.NO_COMMUNE}
    return _Reading(communes=codes, rest=match.rest, doubts=frozenset(doubts))


def _differ(readings: Sequence[_Reading]) -> bool:
    return len({frozenset(reading.communes) for reading in readings}) > 1


# Words


def _ends(rest: Sequence[Word], names: Names, where: Callable[[Unit], bool], kinds: tuple[str, ...]) -> list[_Match]:
    """The longest name at the end of the words, with all units that may be meant by it; at most one match.

    A name without a kind counts, unless the kind of another level stands before it.
    """
    for size in range(min(_LONGEST_NAME, len(rest)), 0, -1):
        last, before = rest[-size:], rest[:-size]
        if last[0].part != last[-1].part:
            continue
        key = "".join(word.folded for word in last)
        found = tuple(unit for unit in names.of(key) if where(unit))
        kind, before = _kind(before, last[0].part)
        if not found or (kind is not None and not set(kind) & set(kinds)):
            continue
        same = tuple(unit for unit in found if kind is None or unit.kind in kind)
        written = "".join(word.spelled for word in last)
        return [_Match(units=_as_spelled(same or found, written, key), rest=before, other_kind=not same)]
    return []


def _kind(before: Sequence[Word], part: int) -> tuple[tuple[str, ...] | None, Sequence[Word]]:
    """The kinds that the words before a name say, and the words before these."""
    for size in (2, 1):
        last = before[-size:]
        if len(last) == size and last[0].part == last[-1].part == part:
            written = "".join(word.folded for word in last)
            if kinds := tuple(kind for kind, ways in TYPES.items() if written in ways):
                return kinds, before[:-size]
    return None, before


def _as_spelled(found: tuple[Unit, ...], written: str, key: str) -> tuple[Unit, ...]:
    """Those with the accents that were written; all where none is written so, or none was written."""
    if written == key:
        return found
    return tuple(unit for unit in found if spelled_so(unit, written)) or found


def _without_country(found: list[Word]) -> list[Word]:
    for country in (["viet", "nam"], ["vietnam"], ["vn"]):
        if [word.folded for word in found[-len(country) :]] == country and len(found) > len(country):
            return found[: -len(country)]
    return found


def _provinces(
    found: Sequence[Word], units: Gazetteer
) -> tuple[frozenset[str], frozenset[str], Sequence[Word], frozenset[Doubt]]:
    """The codes of the former provinces and of those of today that may be meant, and the words before."""
    matches = _ends(found, units.old_province_names, lambda _: True, _PROVINCE)
    now = _ends(found, units.province_names, lambda _: True, _PROVINCE)
    if not matches and not now:
        return frozenset(units.old_provinces), frozenset(units.provinces), found, frozenset({Doubt.NO_PROVINCE})
    old = {unit.code for match in matches for unit in match.units}
    new = {unit.code for match in now for unit in match.units} | {units.old_provinces[code].became[0] for code in old}
    former: frozenset[Doubt] = frozenset() if now else frozenset({Doubt.OLD_LEVEL})
    return frozenset(old), frozenset(new), (now or matches)[0].rest, former


# What is told


def _candidate(code: str, units: Gazetteer) -> Candidate:
    return Candidate(province=units.communes[code].above, commune=code, name=units.told(code))


def _old_code(ward: Unit, units: Gazetteer) -> str:
    return f"{units.districts[ward.above].above}/{ward.above}/{ward.code}"


def _old_name(ward: Unit, units: Gazetteer) -> str:
    district = units.districts[ward.above]
    return f"{ward.name}, {district.name}, {units.old_provinces[district.above].name}"
