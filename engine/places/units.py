"""The administrative units: 63 provinces with districts and wards until 30/6/2025, since then 34 with communes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.places.text import glued, spelled

TYPES: Mapping[str, tuple[str, ...]] = {
    "Tỉnh": ("tinh", "t"),
    "Thành phố": ("thanhpho", "tp", "t/p"),
    "Quận": ("quan", "q"),
    "Huyện": ("huyen", "h"),
    "Thị xã": ("thixa", "tx"),
    "Phường": ("phuong", "p", "f"),
    "Thị trấn": ("thitran", "tt"),
    "Xã": ("xa", "x"),
    "Đặc khu": ("dackhu", "dk"),
}
"""How each kind of unit is written before a name, folded and glued: in full first, then abbreviated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit. `code` is its own, `above` that of the unit above it (none: a province).

    `became`: the codes of what it is since 1/7/2025, what got most of it first; empty where it is of today. `also`:
    former names, glued.
    """

    code: str
    name: str
    above: str = ""
    became: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Its kind as its name begins: `Phường`."""
        return next((kind for kind in TYPES if self.name.startswith(f"{kind} ")), "")

    @property
    def short(self) -> str:
        """Its name without its kind."""
        return self.name.removeprefix(f"{self.kind} ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Units of one level by what is written for them, glued: with their kind and without, but no bare number."""

    found: Mapping[str, tuple[Unit, ...]]

    def of(self, key: str) -> tuple[Unit, ...]:
        """The units that may be meant by these glued words."""
        return self.found.get(key, ())


def named(units: Iterable[Unit]) -> Names:
    """The units by all that is written for them."""
    found: dict[str, dict[str, Unit]] = {}
    for unit in units:
        for key in _keys(unit):
            found.setdefault(key, {})[unit.code] = unit
    return Names(found={key: tuple(units.values()) for key, units in found.items()})


def _keys(unit: Unit) -> set[str]:
    short = glued(unit.short)
    numbered = short.isdigit()
    keys = {written + short for written in TYPES.get(unit.kind, ()) if numbered or written != "f"}
    return keys | set(unit.also) | (set() if numbered or not short else {short})


def spelled_so(unit: Unit, written: str) -> bool:
    """Whether the unit is written with just these accents."""
    return written.endswith(spelled(unit.short))


@dataclass(frozen=True, slots=True, kw_only=True)
class Gazetteer:
    """All units, to be found by name and by code. Former provinces and those of today share codes."""

    old_provinces: Mapping[str, Unit]
    provinces: Mapping[str, Unit]
    districts: Mapping[str, Unit]
    wards: Mapping[str, Unit]
    communes: Mapping[str, Unit]
    old_province_names: Names
    province_names: Names
    district_names: Names
    commune_names: Names
    wards_of: Mapping[str, tuple[Unit, ...]]
    ward_names: Names = field(repr=False)

    def told(self, code: str) -> str:
        """A commune of today with its province, for people; empty where there is none of that code."""
        unit = self.communes.get(code)
        return f"{unit.name}, {self.provinces[unit.above].name}" if unit else ""


def gazetteer(
    old_provinces: Sequence[Unit],
    provinces: Sequence[Unit],
    districts: Sequence[Unit],
    wards: Sequence[Unit],
    communes: Sequence[Unit],
) -> Gazetteer:
    """The units, with what is needed to find them."""
    inside: dict[str, list[Unit]] = {}
    for ward in wards:
        inside.setdefault(ward.above, []).append(ward)
    return Gazetteer(
        old_provinces={unit.code: unit for unit in old_provinces},
        provinces={unit.code: unit for unit in provinces},
        districts={unit.code: unit for unit in districts},
        wards={unit.code: unit for unit in wards},
        communes={unit.code: unit for unit in communes},
        old_province_names=named(old_provinces),
        province_names=named(provinces),
        district_names=named(districts),
        commune_names=named(communes),
        wards_of={code: tuple(units) for code, units in inside.items()},
        ward_names=named(wards),
    )
