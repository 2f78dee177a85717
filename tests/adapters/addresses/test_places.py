"""Forty addresses, each proposed, then confirmed or refused; and that no text hangs or breaks the reading."""

import random
import time
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.addresses.gazetteer import units
from adapters.application.places import confirmed
from engine.consent import Location, Standing
from engine.places.propose import MOST, Proposal, propose
from engine.places.text import LONGEST

ADDRESSES: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("addresses.toml").read_text(encoding="utf-8"))[
    "address"
]


@pytest.mark.parametrize("told", ADDRESSES, ids=[each["text"][:40] for each in ADDRESSES])
def test_an_address_is_proposed_and_decided(told: dict[str, Any]) -> None:
    """The communes in their order, the former ward, every doubt; what the person decides is a commune of today."""
    found = propose(told["text"], units())
    assert [_short(each.name) for each in found.candidates] == told["communes"]
    assert (found.old_name or "").rpartition(", ")[0] == told.get("old", "")
    assert [doubt.value for doubt in found.doubts] == told["doubts"]
    place = _decided(found, told["decision"])
    assert (place.standing is Standing.REFUSED) is (told["decision"] == "refuse")


def _short(name: str) -> str:
    return name.partition(", ")[0].removeprefix("Phường ").removeprefix("Xã ")


def _decided(found: Proposal, decision: int | str) -> Location:
    if decision == "refuse":
        return Location(standing=Standing.REFUSED, old=found.old)
    chosen = found.candidates[decision - 1].commune if isinstance(decision, int) else decision
    place = confirmed(Location(old=found.old), chosen)
    assert isinstance(place, Location)
    assert place.old == found.old, "both codes stand"
    return place


def test_there_are_forty() -> None:
    """Confirmed as proposed, confirmed otherwise, refused: each happens."""
    decisions = Counter(str(each["decision"]) for each in ADDRESSES)
    assert len(ADDRESSES) == 40
    assert decisions["refuse"] == 3
    assert len(decisions) >= 5


def test_the_tables_are_whole() -> None:
    """34 provinces and 3,321 communes of today, 63 and 10,035 before; what a ward became exists, in its province."""
    found = units()
    assert (len(found.provinces), len(found.communes)) == (34, 3321)
    assert (len(found.old_provinces), len(found.districts)) == (63, 696)
    islands = [ward for ward in found.wards.values() if not ward.name]
    assert (len(found.wards), len(islands)) == (10040, 5)
    for ward in found.wards.values():
        province = found.old_provinces[found.districts[ward.above].above].became[0]
        assert ward.became
        assert {found.communes[code].above for code in ward.became} == {province}


@given(st.text(max_size=LONGEST))
def test_any_text_is_read(text: str) -> None:
    """No text breaks it; at most so many candidates, each of today."""
    found = propose(text, units())
    assert len(found.candidates) <= MOST
    assert all(each.commune in units().communes for each in found.candidates)


def test_no_text_hangs() -> None:
    """The worst that fits, of names and of signs, takes a moment; a longer one is not read at all."""
    words = ["phường 1", "xã Tân Thành", "huyện Châu Thành", ",", "a", "t", "p", "x", "-", "TP.", "Quận 1"]
    draw = random.Random(7)
    texts = [" ".join(draw.choices(words, k=120))[:LONGEST] for _ in range(50)]
    begun = time.process_time()
    for text in (*texts, "," * LONGEST, "a " * 120, "\u0323" * LONGEST, "\ufdfa" * LONGEST):
        propose(text, units())
    assert time.process_time() - begun < 2
    assert [doubt.value for doubt in propose("a" * (LONGEST + 1), units()).doubts] == ["too-long"]


def test_a_name_in_many_districts() -> None:
    """More than a person can choose from: the first few, and that it is unclear."""
    found = propose("xã Tân Thành, huyện Châu Thành", units())
    assert "no-province" in {doubt.value for doubt in found.doubts}
    found = propose("xã Tân Thành", units())
    assert (len(found.candidates), "ambiguous" in {doubt.value for doubt in found.doubts}) == (MOST, True)


def test_accents_tell_apart_what_is_written_alike() -> None:
    """Without them both are proposed; the wrong kind is a doubt."""
    names = {text: [each.name for each in propose(text, units()).candidates] for text in (
        "xã Cẩm Giàng, Hải Phòng", "xã Cẩm Giang, Hải Phòng", "xa cam giang, hai phong")}  # fmt: skip
    assert [len(each) for each in names.values()] == [1, 1, 2]
    assert names["xã Cẩm Giàng, Hải Phòng"] != names["xã Cẩm Giang, Hải Phòng"]
    assert "other-kind" in {doubt.value for doubt in propose("5 Bạch Đằng, xã Hội An, Đà Nẵng", units()).doubts}
