"""Consents: what data of a process say of one, which holds, and what a revocation ends. Pure."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.consent import (
    Consent,
    Location,
    Means,
    Revocation,
    Standing,
    means_of,
    refuses_address,
    refuses_data,
    refuses_revocation,
    refuses_time,
    said,
    same_address,
    standing_for,
)
from engine.delivery import State
from engine.errors import Refusal
from engine.parcels import Payer

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
GIVEN = {"who": "Bà Ánh", "when": "2026-11-20", "channel": "Điện thoại bàn", "address": "12 Lê Lợi"}
CONSENT = Consent(
    number=1,
    dossier="D",
    who="Bà Ánh",
    at=NOW,
    means=Means.TELEPHONE,
    address="12 Lê Lợi",
    payer=Payer.AGENCY,
    location=Location(standing=Standing.CONFIRMED, province="79", commune="26743"),
)


def code(refusal: Refusal | None) -> str | None:
    return refusal.code if refusal else None


def test_what_data_say() -> None:
    """A day is its beginning in Vietnam; a commune stands only where it is named."""
    found = said(GIVEN, NOW)
    assert found is not None
    assert (found.at, found.means, found.commune) == (datetime(2026, 11, 19, 17, tzinfo=UTC), Means.TELEPHONE, None)
    found = said({**GIVEN, "when": "2026-11-20T02:15:00Z", "commune": "26743"}, NOW)
    assert found is not None
    assert (found.at, found.commune) == (datetime(2026, 11, 20, 2, 15, tzinfo=UTC), "26743")


@pytest.mark.parametrize(
    "given",
    [
        None,
        "có",
        {},
        *({**GIVEN, name: ""} for name in GIVEN),
        *({**GIVEN, name: 7} for name in GIVEN),
        {**GIVEN, "when": "hôm qua"},
        {**GIVEN, "when": "2099-01-01"},
        {**GIVEN, "when": "0001-01-01"},
        {**GIVEN, "when": "9999-12-31T23:59:59-12:00"},
        {**GIVEN, "when": "2026-W47"[:7]},
    ],
)
def test_what_is_no_consent(given: object) -> None:
    """A field is missing or no text; its time is none, or lies ahead: that would outlive every revocation."""
    assert said(given, NOW) is None


@pytest.mark.parametrize(
    ("word", "means"),
    [("điện thoại", "telephone"), ("Trực tiếp tại khu phố", "in-person"), ("biểu mẫu trực tuyến", "other"),
     ("trực tuyến", "online-form"), ("thư điện tử", "email"), ("văn bản", "paper"), ("Zalo", "other")],
)  # fmt: skip
def test_means(word: str, means: str) -> None:
    """Words that processes use become codes; others stay in the data."""
    assert means_of(word) == means


def test_the_latest_that_holds_counts() -> None:
    """One that was revoked counts only where no other holds, and then refuses; another address never."""
    older = Consent(**{**_fields(CONSENT), "number": 2, "at": NOW - timedelta(days=1)})
    gone = Consent(**{**_fields(CONSENT), "number": 3, "at": NOW + timedelta(days=1), "revoked": NOW})
    other = Consent(**{**_fields(CONSENT), "number": 4, "address": "13 Lê Lợi"})
    assert standing_for([older, CONSENT, gone, other], " 12  Lê Lợi ") == CONSENT
    assert standing_for([gone], "12 Lê Lợi") == gone
    assert standing_for([other], "12 Lê Lợi") is None
    assert same_address("H\u00f2a", "Ho\u0300a"), "composed or not is one text"


def test_data_of_a_clock_that_is_fast() -> None:
    """They are not taken for newer than a revocation that came just before."""
    found = said({**GIVEN, "when": (NOW + timedelta(minutes=4)).isoformat()}, NOW + timedelta(minutes=5))
    assert found is not None
    assert refuses_data(found, [Revocation(at=NOW + timedelta(minutes=1))])
    assert not refuses_data(found, [Revocation(at=NOW - timedelta(minutes=2))])


def _fields(consent: Consent) -> dict[str, object]:
    return {name: getattr(consent, name) for name in Consent.__slots__}


def test_what_a_revocation_ends() -> None:
    """All that was given before it, or at that address; what is given later stands; no old one is recorded after it."""
    whole, one = Revocation(at=NOW), Revocation(at=NOW, number=1, address="12 Lê Lợi")
    before, after = NOW - timedelta(minutes=1), NOW + timedelta(minutes=1)
    assert (whole.ends(before, "x"), whole.ends(NOW, "x"), whole.ends(after, "x")) == (True, True, False)
    assert (one.ends(before, "12 Lê Lợi"), one.ends(before, "x")) == (True, False)
    assert code(refuses_time(before, "x", [whole], after)) == "consent-old"
    assert code(refuses_time(after, "x", [whole], after)) is None
    assert code(refuses_time(NOW + timedelta(hours=1), "x", [], NOW)) == "consent-ahead"


@pytest.mark.parametrize(
    ("states", "found"),
    [
        ([], None),
        ([State.PREPARED], None),
        ([State.CANCELLED], None),
        ([State.RETURNED], None),
        ([State.LOST], None),
        ([State.DELIVERED], None),
        ([State.RETURNED, State.PREPARED], None),
        *(([state], "consent-used") for state in (State.HANDED_OVER, State.IN_TRANSIT, State.ATTEMPT_2)),
    ],
)
def test_revocable_until_the_hand_over(states: list[State], found: str | None) -> None:
    """Then the parcel is gone; one that is prepared anew can be stopped, and none follows one whose way ended."""
    assert code(refuses_revocation("D", states)) == found


def test_an_address_that_is_used_stays() -> None:
    """A parcel is on its way there; before, a decision may be corrected; under a revoked consent nothing is decided."""
    opened = Consent(**{**_fields(CONSENT), "location": Location()})
    assert code(refuses_address(CONSENT, [State.IN_TRANSIT])) == "address-used"
    assert code(refuses_address(CONSENT, [State.CANCELLED])) is None
    assert code(refuses_address(opened, [State.PREPARED])) is None
    assert code(refuses_address(Consent(**{**_fields(CONSENT), "revoked": NOW}), [])) == "consent-revoked"
