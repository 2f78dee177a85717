"""An order at a carrier is neither forgotten nor written over, wherever its parcel is."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from adapters.application import marking, ordering, parcel_acts
from adapters.application.answer import Answer, Request
from adapters.application.parcel_words import Line, read_lines
from adapters.database import jobs, parcels
from adapters.dispatch.post.setup import Carriers
from tests.adapters.application.test_handing_over import make_clerk
from tests.adapters.application.test_tracking import parcel
from tests.adapters.application.world import World, refusal_of
from tests.pki import NOW

ASKED = Request(officer="hoa")


class Acme:
    """A carrier that answers as it is told to."""

    certified = True

    def __init__(self, order: Mapping[str, str], ask: str | None = None, words: Sequence[Any] = ()) -> None:
        self.said, self.words, self.answer = order, words, ask
        self.sent, self.cancelled = 0, list[str]()
        self.statuses: Mapping[str, str | None] = {"d": "delivered", "đã giao": None}
        self.ask = (lambda _reference: {"outcome": self.answer}) if ask else None

    def order(self, _parcel: Mapping[str, str]) -> Mapping[str, str]:
        self.sent += 1
        return self.said

    def cancel(self, item: str) -> Mapping[str, str]:
        self.cancelled.append(item)
        return {"outcome": "done"}

    def read_callback(self, _headers: Mapping[str, str], _body: bytes) -> Sequence[Any]:
        return self.words


DONE = {"outcome": "done", "item": "XX9999"}


@pytest.fixture
def office(world: World) -> World:
    """Hoa is a clerk."""
    make_clerk(world)
    return world


def with_acme(office: World, carrier: Acme) -> tuple[str, str]:
    """The key and code of a parcel that was ordered, or was to be."""
    office.change(carriers=Carriers(default="acme", by_name={"acme": carrier}))
    key = parcel(office)
    with office.app.store.read() as tx:
        row = jobs.find_dispatch(tx, key)
    assert row is not None
    return key, str(row["code"])


def stands(office: World, key: str) -> tuple[str, str, str | None, list[str]]:
    """The parcel's state, its order, its item, and the orders' jobs that are not done."""
    with office.app.store.read() as tx:
        row, beside = jobs.find_dispatch(tx, key), parcels.find(tx, key)
        assert row is not None
        assert beside is not None
        left = [each["type"] for each in jobs.jobs_of(tx, row["dossier"]) if each["type"].startswith("hoso.parcel")]
    return row["state"], beside["ordering"], beside["item"], left


def mark(office: World, code: str, carrier: str, item: str) -> Answer:
    return marking.set_item(office.app, office.officer("hoa"), ASKED, code, carrier, item)


def hand_over(office: World, code: str) -> None:
    line = Line(number=1, parcel=code, status="handed-over", at=NOW, raw="x")
    read_lines(office.app, office.officer("hoa"), ASKED, "acme", [line]).body_or_raise()


def test_an_order_that_stands_is_not_written_over(office: World) -> None:
    """Neither by another item nor by another carrier; the same says nothing new. Refused and unknown names are told."""
    key, code = with_acme(office, Acme(DONE))
    assert stands(office, key) == ("prepared", "ordered", "XX9999", [])
    mark(office, code, "acme", "XX9999").body_or_raise()
    assert refusal_of(mark(office, code, "acme", "AB1234")).code == "order-stands"
    assert refusal_of(mark(office, code, "ghn", "AB1234")).code == "carrier-unknown"
    assert refusal_of(mark(office, code, "hoso", "AB1234")).code == "carrier-own"
    for ordering_ in ("asked", "unclear"):
        with office.app.store.write() as tx:
            parcels.change(tx, key, ordering=ordering_, item=None)
        assert refusal_of(mark(office, code, "acme", "AB1234")).code == "order-stands"


def test_an_order_that_was_not_clear_is_looked_for_after_the_parcel_left(office: World) -> None:
    """What the carrier does not know then is neither ordered nor open; one that cannot be asked waits for people."""
    acme = Acme({"outcome": "unclear"}, ask="later")
    key, code = with_acme(office, acme)
    hand_over(office, code)
    office.clock.go(hours=3)
    office.work()
    assert stands(office, key) == ("handed-over", "asked", None, [ordering.ORDER])
    acme.answer = "none"
    office.clock.go(hours=3)
    office.work()
    assert stands(office, key) == ("handed-over", "none", None, [])
    assert acme.sent == 1


def test_an_order_at_a_carrier_that_cannot_be_asked_waits_after_the_parcel_left(office: World) -> None:
    key, code = with_acme(office, Acme({"outcome": "later"}))
    with office.app.store.write() as tx:  # as a worker that died leaves it
        parcels.change(tx, key, carrier="acme", ordering="asked", asked=NOW)
    hand_over(office, code)
    office.clock.go(hours=3)
    office.work()
    assert stands(office, key) == ("handed-over", "unclear", None, [])


def test_a_parcel_with_the_item_of_a_carrier_that_is_gone_is_not_ordered(office: World) -> None:
    """Its job ends."""
    key, _ = with_acme(office, Acme({"outcome": "later"}))
    with office.app.store.write() as tx:
        parcels.change(tx, key, carrier="ghn", item="AB1234")
    office.clock.go(hours=3)
    office.work()
    assert stands(office, key) == ("prepared", "none", "AB1234", [])


def test_the_item_of_a_parcel_that_was_called_off_is_cancelled(office: World) -> None:
    """An officer names it, where nobody knew whether an order stood."""
    acme = Acme({"outcome": "refused"})
    key, code = with_acme(office, acme)
    with office.app.store.write() as tx:
        parcels.change(tx, key, carrier="acme", ordering="asked", asked=NOW)
    parcel_acts.cancel(office.app, office.officer("hoa"), ASKED, code, "x").body_or_raise()
    with office.app.store.write() as tx:
        parcels.change(tx, key, ordering="cancel-unclear")
    ordering.decide(office.app, office.officer("hoa"), ASKED, code, item="AB1234").body_or_raise()
    ordering.keep_scheduled(office.app)
    office.work()
    assert stands(office, key) == ("cancelled", "cancelled", "AB1234", [])
    assert acme.cancelled == ["AB1234"]


def test_a_word_that_moves_nothing_moves_nothing_in_a_list(office: World) -> None:
    """Also where it means something in every other carrier's."""
    _, code = with_acme(office, Acme(DONE))
    line = Line(number=1, parcel=code, status="Đã giao", at=NOW + timedelta(hours=1), raw="x")
    office.clock.go(hours=2)
    [told] = read_lines(office.app, office.officer("hoa"), ASKED, "acme", [line]).body_or_raise()["items"]
    assert (told["effect"], told["state"]) == ("unknown", "prepared")
