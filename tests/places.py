"""Write `adapters/addresses/data` from the data of `vietnamadminunits` (MIT): `python -m tests.places WHEEL`.

Only its data is taken. Its code needs Unidecode, which is under the GNU GPL, and asks a server abroad where a street
lies whenever a ward was split.
"""

import json
import sqlite3
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[1] / "adapters/addresses/data"
PACKAGE = "vietnamadminunits"
Rows = list[dict[str, Any]]
MORE = {"tphcm": "79", "hcm": "79", "saigon": "79", "sg": "79", "hn": "01", "hue": "46"}
"""What people write for a province beside its name; `baria` and `vungtau` are cities of their province."""


def main(wheel: str) -> None:
    """Write the four tables."""
    with zipfile.ZipFile(wheel) as packed:
        converter = json.loads(packed.read(f"{PACKAGE}/data/converter_2025.json"))
        with tempfile.NamedTemporaryFile() as kept:
            kept.write(packed.read(f"{PACKAGE}/data/dataset.db"))
            kept.flush()
            now, then = (_rows(kept.name, table) for table in ("admin_units", "admin_units_legacy"))
        [licence] = [name for name in packed.namelist() if name.endswith("/LICENSE")]
        HERE.joinpath("LICENSE").write_bytes(packed.read(licence))
    codes = {(row["provinceKey"], row["wardKey"]): row["wardCode"] for row in now}
    provinces = {row["provinceKey"]: row["provinceCode"] for row in now}
    became = {old: provinces[new] for new, olds in converter["DICT_PROVINCE"].items() for old in olds}
    targets = dict(_targets(converter, codes))
    _write("provinces.tsv", _provinces(now, then, became))
    _write("communes.tsv", [(row["provinceCode"], row["wardCode"], row["ward"]) for row in now])
    _write("districts.tsv", map(_district, then))
    _write("wards.tsv", [_ward(row, targets) for row in then])


def _rows(database: str, table: str) -> Rows:
    with sqlite3.connect(database) as opened:
        opened.row_factory = sqlite3.Row
        return [dict(row) for row in opened.execute(f"SELECT * FROM {table}")]


def _targets(converter: Mapping[str, Any], codes: Mapping[Any, str]) -> Iterable[tuple[str, list[str]]]:
    """The new communes of each former ward: the one that got most of it first."""
    for province, wards in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, olds in wards.items():
            for old in olds:
                yield old, [codes[province, ward]]
    for province, parts in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old, news in parts.items():
            first = sorted(news, key=lambda new: not new["isDefaultNewWard"])
            yield old, [codes[province, new["newWardKey"]] for new in first]


def _provinces(now: Rows, then: Rows, became: Mapping[str, str]) -> Iterable[tuple[str, ...]]:
    """Former ones with what they became, new ones with a dash; the same code may be both."""
    for row in then:
        also = "|".join(name for name, code in MORE.items() if code == row["provinceCode"])
        yield row["provinceCode"], row["province"], became[row["provinceKey"]], also
    for row in now:
        yield row["provinceCode"], row["province"], "-", ""


def _district(row: Mapping[str, Any]) -> tuple[str, ...]:
    return row["provinceCode"], row["districtCode"], row["district"], _also(row["districtAlias"])


def _ward(row: Mapping[str, Any], targets: Mapping[str, list[str]]) -> tuple[str, ...]:
    """An island without wards is a ward without code and name."""
    new = targets[f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey'] or ''}"]
    also = _also(row["wardAlias"]) if row["ward"] else ""
    return row["districtCode"], row["wardCode"] or "", row["ward"] or "", ",".join(new), also


def _also(given: str | None) -> str:
    """Former names, glued and without accents, as the package writes them; English ones and plain numbers left out."""
    names = {name for name in json.loads(given or "[]") if not name.startswith(("ward", "district", "f"))}
    return "|".join(sorted(names))


def _write(name: str, rows: Iterable[tuple[str, ...]]) -> None:
    lines = dict.fromkeys("\t".join(row) + "\n" for row in rows)
    (HERE / name).write_text("".join(lines), encoding="utf-8", newline="\n")
    print(name, len(lines))


if __name__ == "__main__":
    main(sys.argv[1])
