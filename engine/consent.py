"""Consent to post: who agreed, when, by which means, to which address. Without it nothing goes by post.

It can be revoked until the parcel is handed over, and what was agreed before a revocation is never in force again. Its
address goes only where a person confirmed in which commune of today it lies.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from engine.calendar import VIETNAM, YEARS
from engine.delivery import State
from engine.errors import Kind, Refusal
from engine.parcels import ON_THE_WAY, Payer

MISSING = "consent-missing"
UNCONFIRMED = "address-unconfirmed"
LONGEST_NAME = 200  # characters
SKEW = timedelta(minutes=5)  # between the clocks of an officer and of the server
FIELDS = ("who", "when", "channel", "address")
"""What the data of a process must say of a consent, in texts."""


class Means(StrEnum):
    """How somebody agreed."""

    TELEPHONE = "telephone"
    IN_PERSON = "in-person"
    EMAIL = "email"
    ONLINE_FORM = "online-form"
    PAPER = "paper"
    OTHER = "other"  # the data of a process say it in their own words


class Standing(StrEnum):
    """What a person decided on an address."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REFUSED = "refused"  # it lies nowhere, or cannot be told


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where an address lies. `old`: `province/district/ward` until 30/6/2025, where the text names them.

    `province` and `commune` are today's codes, of a confirmed address.
    """

    standing: Standing = Standing.OPEN
    old: str | None = None
    province: str | None = None
    commune: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A consent as recorded, with the address as the citizen gave it. `revoked`: since when it holds no more."""

    number: int
    dossier: str
    who: str
    at: datetime
    means: Means
    address: str
    payer: Payer
    location: Location
    revoked: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """From `at` on, what was given before to `address` holds no more, `number` among it; without these, nothing."""

    at: datetime
    number: int | None = None
    address: str | None = None

    def ends(self, given: datetime, address: str) -> bool:
        """Whether a consent that was given then, to that address, is over."""
        return given <= self.at and (self.address is None or same_address(self.address, address))


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A consent as the data of a process tell it."""

    who: str
    at: datetime
    means: Means
    address: str
    commune: str | None = None  # the officer who entered it confirmed that the address lies there


_MEANS: Mapping[Means, tuple[str, ...]] = {
    Means.TELEPHONE: ("telephone", "phone", "điện thoại", "gọi điện"),
    Means.IN_PERSON: ("in-person", "trực tiếp", "tại quầy"),
    Means.EMAIL: ("email", "thư điện tử"),
    Means.ONLINE_FORM: ("online-form", "online", "trực tuyến"),
    Means.PAPER: ("paper", "văn bản", "đơn", "phiếu"),
}


def means_of(text: str) -> Means:
    """The means that a word for it tells: it begins with one that is known."""
    word = unicodedata.normalize("NFC", text).strip().lower()
    return next((means for means, words in _MEANS.items() if word.startswith(words)), Means.OTHER)


def said(given: object, now: datetime) -> Said | None:
    """The consent that the data of a process tell; None where a field is missing, or its time lies ahead or is none.

    A day without a time is its beginning: a revocation on that day is taken to be later.
    """
    if not isinstance(given, Mapping) or not all(isinstance(given.get(name), str) and given[name] for name in FIELDS):
        return None
    at = _time(given["when"])
    if at is None or at > now + SKEW:
        return None
    commune = given.get("commune")
    return Said(
        who=given["who"][:LONGEST_NAME],
        at=min(at, now),
        means=means_of(given["channel"]),
        address=given["address"],
        commune=commune if isinstance(commune, str) and commune else None,
    )


def refuses_data(given: Said, revocations: Sequence[Revocation]) -> bool:
    """Whether what data tell was revoked. Their time is by somebody's clock: one that is fast makes nothing newer."""
    return any(each.ends(given.at - SKEW, given.address) for each in revocations)


def same_address(one: str, other: str) -> bool:
    """Whether two texts are the same address but for spaces."""
    return _plain(one) == _plain(other)


def standing_for(consents: Sequence[Consent], address: str) -> Consent | None:
    """The consent under which something goes to the address: the latest that holds, else the latest that did not."""
    fitting = [consent for consent in consents if same_address(consent.address, address)]
    return max(fitting, key=lambda each: (each.revoked is None, each.at, each.number), default=None)


def told(consent: Consent) -> dict[str, object]:
    """The consent as a dispatch keeps it: what it was under which it was prepared."""
    return {
        "number": consent.number,
        "who": consent.who,
        "when": consent.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "channel": consent.means.value,
        "address": consent.address,
        "payer": consent.payer.value,
        "province": consent.location.province,
        "commune": consent.location.commune,
    }


def refuses_use(consent: Consent | None, dossier: str, address: str) -> Refusal | None:
    """Why nothing goes by post to that address, or None."""
    fits = consent is not None and consent.dossier == dossier and same_address(consent.address, address)
    if consent is None or not fits:
        message = f"the recipient of dossier {dossier} has not agreed to post to this address"
        return _forbidden(MISSING, message, f"record who agreed to which address: hoso consent give {dossier}")
    if consent.revoked is not None:
        message = f"the consent {consent.number} of dossier {dossier} to post was revoked on {_day(consent.revoked)}"
        return _forbidden(MISSING, message, "hand the result over at the counter, or ask the recipient again")
    if consent.location.standing is Standing.CONFIRMED:
        return None
    found = "was refused" if consent.location.standing is Standing.REFUSED else "was not confirmed by anybody"
    message = f"the address of consent {consent.number} of dossier {dossier} {found}"
    return _forbidden(UNCONFIRMED, message, f"see what is proposed, and confirm: hoso consent address {dossier}")


def refuses_time(at: datetime, address: str, revocations: Sequence[Revocation], now: datetime) -> Refusal | None:
    """Why no consent is recorded that was given then, or None."""
    if at > now + SKEW:
        message = f"the consent is said to be of {at.astimezone(VIETNAM):%Y-%m-%d %H:%M}, which lies ahead"
        return Refusal(kind=Kind.INVALID, code="consent-ahead", message=message, remedy="say when it was given: --at")
    ended = [each.at for each in revocations if each.ends(at, address)]
    if not ended:
        return None
    message = f"the consent is of {_time_told(at)}, and was revoked on {_time_told(max(ended))}"
    return Refusal(kind=Kind.CONFLICT, code="consent-old", message=message, remedy="ask again, and record the new one")


def refuses_revocation(dossier: str, states: Sequence[State]) -> Refusal | None:
    """Why a consent can be revoked no more, or None: its parcel is on its way. `states`: of all under it."""
    left = [state for state in states if state in ON_THE_WAY]
    if not left or State.PREPARED in left:
        return None
    message = f"the parcel of dossier {dossier} was handed over: it is {left[-1].value}"
    remedy = "the recipient may refuse to take it; the carrier then returns it"
    return Refusal(kind=Kind.CONFLICT, code="consent-used", message=message, remedy=remedy)


def refuses_address(consent: Consent, states: Sequence[State]) -> Refusal | None:
    """Why nothing is decided on the consent's address, or None. `states`: of what went under it."""
    if consent.revoked is not None:
        message = f"consent {consent.number} of dossier {consent.dossier} was revoked on {_day(consent.revoked)}"
        return Refusal(kind=Kind.CONFLICT, code="consent-revoked", message=message, remedy="record a new one")
    if consent.location.standing is not Standing.CONFIRMED or not any(state in ON_THE_WAY for state in states):
        return None
    message = f"a parcel of dossier {consent.dossier} is on its way to the address of consent {consent.number}"
    remedy = "revoke the consent while the parcel is not handed over, and record a new one"
    return Refusal(kind=Kind.CONFLICT, code="address-used", message=message, remedy=remedy)


def _forbidden(code: str, message: str, remedy: str) -> Refusal:
    return Refusal(kind=Kind.FORBIDDEN, code=code, message=message, remedy=remedy)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _time(text: str) -> datetime | None:
    """A day or a time of ISO 8601; without a zone it is Vietnam's."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if found.year not in YEARS:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=VIETNAM)


def _day(at: datetime) -> str:
    return f"{at.astimezone(VIETNAM):%Y-%m-%d}"


def _time_told(at: datetime) -> str:
    return f"{at.astimezone(VIETNAM):%Y-%m-%d %H:%M}"
