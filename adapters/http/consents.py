"""Consents to post, and where addresses lie."""

from datetime import UTC
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field, StringConstraints, model_validator

from adapters.application import consenting, places
from adapters.application.consents import NewConsent
from adapters.http.caller import App, Caller, Limit, Once, may
from adapters.http.models import Model, Time
from adapters.http.organisation import told
from engine.acts.intervene import LONGEST_REASON
from engine.consent import LONGEST_NAME, Means
from engine.parcels import Payer
from engine.places.text import LONGEST

router = APIRouter()
Body = dict[str, Any]
Number = Annotated[int, Path(ge=1, lt=2**53)]
Address = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST, strip_whitespace=True)]
Commune = Annotated[str, StringConstraints(pattern=r"^([0-9]{2}/)?[0-9]{5}$")]


class GivenConsent(Model):
    """Who agreed to post, when (null: just now), by which means, to which address, and who pays (null: as the procedure
    says). `commune`: whoever records it confirms that the address lies there.
    """

    who: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME, strip_whitespace=True)]
    at: Time | None = None
    means: Means
    address: Address
    payer: Payer | None = None
    commune: Commune | None = None


class Revocation(Model):
    """Which consent is revoked (null: all that were given so far), and why."""

    consent: Annotated[int, Field(ge=1, lt=2**53)] | None = None
    reason: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_REASON, strip_whitespace=True)]


class Decision(Model):
    """In which commune of today the address lies, or that it is refused: one of the two."""

    commune: Commune | None = None
    refuse: bool = False

    @model_validator(mode="after")
    def _one(self) -> "Decision":
        if (self.commune is None) is not self.refuse:
            raise ValueError("expected a commune, or refuse: true")
        return self


class Text(Model):
    """An address as somebody wrote it."""

    text: Address


@router.get("/dossiers/{code}/consents", dependencies=[may("see dossiers")])
def list_consents(
    app: App, caller: Caller, code: str, cursor: Annotated[int, Query(ge=0, lt=2**53)] = 0, limit: Limit = 50
) -> Body:
    """A page of a dossier's consents to post."""
    return dict(consenting.list_consents(app, caller, code, cursor, limit).body_or_raise())


@router.post("/dossiers/{code}/consents", status_code=201, dependencies=[may("record consents")])
def give(app: App, caller: Caller, once: Once, code: str, given: GivenConsent, response: Response) -> Body:
    """Record a consent to post; answered with what is proposed for its address."""
    at = given.at.astimezone(UTC) if given.at is not None else app.clock()
    new = NewConsent(
        who=given.who, at=at, means=given.means, address=given.address, payer=given.payer, commune=given.commune
    )
    return told(consenting.give(app, caller, once, code, new), response)


@router.post("/dossiers/{code}/consents/revoke", dependencies=[may("record consents")])
def revoke(app: App, caller: Caller, once: Once, code: str, given: Revocation) -> Body:
    """Revoke a consent; its parcel is called off, unless it was handed over."""
    return dict(consenting.revoke(app, caller, once, code, given.consent, given.reason).body_or_raise())


@router.post("/dossiers/{code}/consents/{consent}/address", dependencies=[may("record consents")])
def decide_address(app: App, caller: Caller, once: Once, code: str, consent: Number, decision: Decision) -> Body:
    """Confirm in which commune the address of a consent lies, or refuse it."""
    return dict(consenting.decide_address(app, caller, once, code, consent, decision.commune).body_or_raise())


@router.post("/addresses", dependencies=[may("propose addresses")])
def propose(caller: Caller, given: Text) -> Body:
    """Say where an address may lie today, with the doubts; nothing is recorded, and no other server is asked."""
    return dict(places.proposed(given.text).body_or_raise())
