"""What a carrier's list may tell: of its own parcels, at times that can be true, in text that can be kept."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from unicodedata import normalize

import pytest

from adapters.application import marking, parcel_words
from adapters.application.answer import Request
from adapters.application.parcel_words import Line, read_lines
from adapters.application.tracking import heard
from adapters.database import jobs
from tests.adapters.application.test_handing_over import make, make_clerk, posted
from tests.adapters.application.world import World
from tests.pki import NOW

ASKED = Request(officer="hoa")


@pytest.fixture
def office(world: World) -> World:
    """Hoa is the clerk."""
    make_clerk(world)
    return world


def line(number: int, parcel: str, status: str, at: datetime = NOW) -> Line:
    return Line(number=number, parcel=parcel, status=status, at=at, raw=f"{parcel};{status}")


def told(world: World, carrier: str, *lines: Line) -> list[Any]:
    found = read_lines(world.app, world.officer("hoa"), ASKED, carrier, lines).body_or_raise()["items"]
    return [each["refusal"]["code"] if each["refusal"] else each["state"] for each in found]


def test_an_item_is_one_carrier_s(office: World) -> None:
    """Another carrier's list names it in vain; its own names it in small letters with spaces; a code is any list's."""
    code = posted(office)
    marking.set_item(office.app, office.officer("hoa"), ASKED, code, "vnpost", "RR123456785VN").body_or_raise()
    assert told(office, "viettel", line(1, "RR123456785VN", "delivered")) == ["parcel-unknown"]
    assert told(office, "vnpost", line(1, "rr 12345678 5 vn", "in-transit"), line(2, code, "delivered")) == [
        "in-transit",
        "delivered",
    ]


def test_a_line_that_cannot_be_stops_no_other(office: World) -> None:
    """Times near the ends of the calendar and before the parcel was, and text that no database keeps, are refused; an
    accent may be written apart from its letter.
    """
    code = posted(office)
    east, west = timezone(timedelta(hours=7)), timezone(-timedelta(hours=7))
    lines = [
        line(1, code, "lost", datetime(1, 1, 1, tzinfo=east)),
        line(2, code, "lost", datetime(9999, 12, 31, 23, tzinfo=west)),
        line(3, code, "lost", datetime(1900, 1, 2, tzinfo=UTC)),
        line(4, code, "lost", NOW - timedelta(days=2)),
        line(5, f"{code}\0", "lost"),
        line(6, code, "mất\ud800"),
        line(7, code, normalize("NFD", "Đang vận chuyển")),
        line(8, code, "ﬁ" * 61),
    ]
    refused = "word-unfit"
    expected = [refused, "word-ahead", refused, refused, refused, refused, "in-transit", refused]
    assert told(office, "vnpost", *lines) == expected


def test_a_list_and_a_record_wait_for_one_another(office: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that names parcels in another order than a record takes them brings neither to a stop."""
    codes = [posted(office), posted(office)]
    with office.app.store.read() as tx:
        found = [row for code in codes if (row := jobs.find_dispatch(tx, code)) is not None]
    backwards = [str(row["code"]) for row in sorted(found, key=lambda row: str(row["key"]), reverse=True)]
    begun, outcome = threading.Event(), list[Any]()

    def slow(*given: Any, **named: Any) -> Any:
        answer = heard(*given, **named)
        if not begun.is_set():
            begun.set()
            other.join(0.4)
        return answer

    def record() -> None:
        begun.wait(10)
        outcome.append(make(office).body_or_raise()["parcels"])

    monkeypatch.setattr(parcel_words, "heard", slow)
    other = threading.Thread(target=record)
    other.start()
    states = told(office, "vnpost", *(line(number, code, "?") for number, code in enumerate(backwards)))
    other.join(20)
    assert (states, outcome) == (["prepared", "prepared"], [2])
