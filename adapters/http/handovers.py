"""Handing parcels over: what is marked on them, their papers, and the records that office and carrier sign."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field, StringConstraints, model_validator

from adapters.application import countersigning, handing_over, handover_signed, marking, parcel_papers
from adapters.application.countersigning import Countersigned
from adapters.application.handing_over import MOST, Wish
from adapters.dispatch.manifest import manifest_csv
from adapters.http.caller import After, App, Caller, Limit, Once, may
from adapters.http.models import Id, Model, Sha256, Text
from adapters.http.organisation import told
from engine.calendar import VIETNAM
from engine.errors import Refusal, Refused
from engine.handing import CARRIER, LONGEST_TITLE, MOST_ORIGINALS

router = APIRouter()
Body = dict[str, Any]
Carrier = Annotated[str, StringConstraints(pattern=f"^{CARRIER.pattern}$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TITLE, strip_whitespace=True)]
Number = Annotated[int, Query(alias="cursor", ge=0, lt=2**53)]
# Days that have a next day, in every zone.
Day = Annotated[date, Query(ge=date(2000, 1, 1), le=date(2999, 12, 31))]
PDF = "application/pdf"


class Item(Model):
    """The carrier's code of a parcel."""

    carrier: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    item: Annotated[str, StringConstraints(min_length=1, max_length=60)]


class Originals(Model):
    """The papers in a parcel that exist once."""

    originals: Annotated[list[Title], Field(max_length=MOST_ORIGINALS)]


class NewHandover(Model):
    """What a carrier is to get: these dispatches, or all that wait (`all`), of one day (`date`) or whenever; of one
    unit and what lies within it.
    """

    carrier: Carrier
    dispatches: Annotated[list[Id], Field(min_length=1, max_length=MOST)] | None = None
    all: bool = False
    date: Day | None = None
    unit: Id | None = None

    @model_validator(mode="after")
    def _either(self) -> "NewHandover":
        if (self.dispatches is not None) == self.all:
            raise ValueError("either dispatches or all")
        return self


class ToSign(Model):
    """`sign`: answer with the statement to sign."""

    sign: bool = False


class CarrierSide(Model):
    """The record as the carrier signed it, uploaded before: the PDF itself, or a scan of the paper; and by whom."""

    sha256: Sha256
    means: Literal["signature", "scan"]
    by: Text


class Reason(Model):
    """Why."""

    reason: Text


@router.post("/dispatches/{id}/item", dependencies=[may("hand over parcels")])
def set_item(app: App, caller: Caller, once: Once, id: str, given: Item) -> Body:
    """Give a parcel its carrier and that carrier's item code."""
    return dict(marking.set_item(app, caller, once, id, given.carrier, given.item).body_or_raise())


@router.post("/dispatches/{id}/originals", dependencies=[may("hand over parcels")])
def set_originals(app: App, caller: Caller, once: Once, id: str, given: Originals) -> Body:
    """Tell which papers in a parcel exist once."""
    return dict(marking.set_originals(app, caller, once, id, given.originals).body_or_raise())


@router.get("/originals", dependencies=[may("see dispatches")])
def list_originals(app: App, caller: Caller, cursor: After = "", limit: Limit = 50) -> Body:
    """A page of the parcels that hold papers which exist once, and where these lie."""
    return dict(marking.list_originals(app, caller, cursor, limit).body_or_raise())


@router.get("/dispatches/{id}/label", dependencies=[may("see dispatches")])
def label(app: App, caller: Caller, id: str) -> Response:
    """The address label of a parcel (PDF)."""
    return Response(_bytes(parcel_papers.label(app, caller, id)), media_type=PDF)


@router.get("/dispatches/{id}/slip", dependencies=[may("see dispatches")])
def slip(app: App, caller: Caller, id: str) -> Response:
    """The slip that lies in a parcel: phiếu gửi hồ sơ (PDF)."""
    return Response(_bytes(parcel_papers.slip_of(app, caller, id)), media_type=PDF)


@router.get("/dispatch-manifest", dependencies=[may("see dispatches")])
def manifest(
    app: App,
    caller: Caller,
    date: Day | None = None,
    carrier: Annotated[str | None, Query(pattern=f"^{CARRIER.pattern}$")] = None,
    format: Literal["csv", "pdf"] = "csv",
) -> Response:
    """The day's manifest of parcels: PDF, or CSV (UTF-8 with a byte order mark, as spreadsheets want it)."""
    day = date or app.clock().astimezone(VIETNAM).date()
    if format == "pdf":
        return Response(_bytes(parcel_papers.manifest_pdf(app, caller, day, carrier)), media_type=PDF)
    text = manifest_csv(parcel_papers.parcels_of_day(app, caller, day, carrier))
    return Response(text.encode("utf-8-sig"), media_type="text/csv; charset=utf-8")


@router.post("/handovers", status_code=201, dependencies=[may("hand over parcels")])
def create(app: App, caller: Caller, once: Once, new: NewHandover) -> Body:
    """Make the record of a hand-over; `left_out`: how many wait in other units of the caller."""
    wish = Wish(carrier=new.carrier, day=new.date, dispatches=new.dispatches, unit=new.unit)
    return dict(handing_over.create(app, caller, once, wish).body_or_raise())


@router.get("/handovers", dependencies=[may("see dispatches")])
def list_records(app: App, caller: Caller, cursor: Number = 0, limit: Limit = 50) -> Body:
    """A page of the records of hand-overs."""
    return dict(handing_over.list_records(app, caller, cursor, limit).body_or_raise())


@router.get("/handovers/{handover}", dependencies=[may("see dispatches")])
def show(app: App, caller: Caller, handover: str) -> Body:
    """One record; `left`: of how many parcels it was not told yet that they were handed over."""
    return dict(handing_over.show(app, caller, handover).body_or_raise())


@router.get("/handovers/{handover}/parcels", dependencies=[may("see dispatches")])
def parcels(app: App, caller: Caller, handover: str, cursor: After = "", limit: Limit = 50) -> Body:
    """A page of the parcels in a record."""
    return dict(handing_over.parcels_in(app, caller, handover, cursor, limit).body_or_raise())


@router.get("/handovers/{handover}/paper", dependencies=[may("see dispatches")])
def paper(app: App, caller: Caller, handover: str, countersigned: bool = False) -> Response:
    """The record as PDF: as it was made, or as the carrier signed it."""
    found = handing_over.paper(app, caller, handover, countersigned=countersigned)
    return Response(_bytes(found), media_type=PDF)


@router.post("/handovers/{handover}/sign", dependencies=[may("hand over parcels")])
def sign(app: App, caller: Caller, once: Once, handover: str, how: ToSign, response: Response) -> Body:
    """Prepare the office's signature: a signed act, `parcels-handed-over`."""
    return told(handover_signed.prepare(app, caller, once, handover, sign=how.sign), response)


@router.post("/handovers/{handover}/countersign", dependencies=[may("hand over parcels")])
def countersign(app: App, caller: Caller, once: Once, handover: str, given: CarrierSide) -> Body:
    """Keep the carrier's signature."""
    side = Countersigned(sha256=given.sha256, means=given.means, by=given.by)
    return dict(countersigning.countersign(app, caller, once, handover, side).body_or_raise())


@router.post("/handovers/{handover}/tell", dependencies=[may("hand over parcels")])
def tell(app: App, caller: Caller, handover: str) -> Body:
    """Tell some of the parcels of a record that both sides signed that they were handed over; until none is left."""
    return dict(countersigning.told(app, caller, handover).body_or_raise())


@router.post("/handovers/{handover}/withdraw", dependencies=[may("hand over parcels")])
def withdraw(app: App, caller: Caller, once: Once, handover: str, why: Reason) -> Body:
    """Take back a record that the carrier has not signed."""
    return dict(handing_over.withdraw(app, caller, once, handover, why.reason).body_or_raise())


def _bytes(found: bytes | Refusal) -> bytes:
    if isinstance(found, Refusal):
        raise Refused(found)
    return found
