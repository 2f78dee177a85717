"""The administrative units, read once, when first asked for: about 14,000 rows that stand beside this file."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from engine.places.units import Gazetteer, Unit, gazetteer


@cache
def units() -> Gazetteer:
    """All units. Reading them takes a moment and some memory (docs/reference/dispatch-post.md); later calls neither."""
    old = [(row[0], row[1], row[2], _names(row[3])) for row in _rows("provinces.tsv") if row[2] != "-"]
    new = [Unit(code=row[0], name=row[1]) for row in _rows("provinces.tsv") if row[2] == "-"]
    return gazetteer(
        [Unit(code=code, name=name, became=(became,), also=also) for code, name, became, also in old],
        [Unit(code=unit.code, name=unit.name, also=_also(unit.code, old)) for unit in new],
        [
            Unit(code=code, name=name, above=above, also=_names(also))
            for above, code, name, also in _rows("districts.tsv")
        ],
        list(_wards()),
        [Unit(code=code, name=name, above=above) for above, code, name in _rows("communes.tsv")],
    )


def _also(code: str, old: list[tuple[str, str, str, tuple[str, ...]]]) -> tuple[str, ...]:
    return next((also for other, _, _, also in old if other == code), ())


def _wards() -> Iterator[Unit]:
    """An island that had no wards has one here, without a name."""
    for above, code, name, became, also in _rows("wards.tsv"):
        yield Unit(code=code or f"{above}-", name=name, above=above, became=tuple(became.split(",")), also=_names(also))


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


def _rows(name: str) -> Iterator[list[str]]:
    text = (files("adapters.addresses") / "data" / name).read_text(encoding="utf-8")
    return (line.split("\t") for line in text.splitlines())
