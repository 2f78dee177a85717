"""Parcels that come in, the dossiers that are filed by them, and their originals."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field, StringConstraints

from adapters.application import filing, inbound
from adapters.application.filing import Filing
from adapters.application.inbound import MOST_DOCUMENTS, Listed, Parcel
from adapters.http.caller import App, Caller, Limit, Once, may
from adapters.http.models import Data, Id, Model, Sha256, Text, Time
from adapters.http.organisation import told
from engine.errors import Refusal, Refused

router = APIRouter()
Body = dict[str, Any]
Number = Annotated[int, Path(ge=1, lt=2**53)]
Cursor = Annotated[int, Query(ge=0, lt=2**53)]
State = Literal["received", "filed", "refused"]
Name = Annotated[str, StringConstraints(pattern=r"^[^/\\\x00-\x1f]{1,100}$")]


class Scan(Model):
    """A scan that was uploaded before."""

    media_type: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.+-]+/[a-z0-9.+-]+$", max_length=100)]
    sha256: Sha256


class NewListed(Model):
    """A document on a parcel's list. `kind`: none: as it is known, else an original."""

    name: Name
    title: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
    kind: Literal["original", "copy"] | None = None
    present: bool = True
    scan: Scan | None = None


class NewParcel(Model):
    """A parcel that came in; `signed`: when the record of its hand-over was signed, `paper`: that record."""

    carrier: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,39}$")]
    item: Annotated[str, StringConstraints(min_length=4, max_length=60)]
    sender: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
    signed: Time
    paper: Sha256
    documents: Annotated[list[NewListed], Field(min_length=1, max_length=MOST_DOCUMENTS)]


class NewFiling(Model):
    """As what a parcel is filed."""

    process: Id
    procedure: Id | None = None
    title: Text | None = None
    applicant: Annotated[
        dict[Id, Annotated[str, StringConstraints(max_length=500)]], Field(max_length=20, default_factory=dict)
    ]
    data: Data = Field(default_factory=dict)
    unit: Id | None = None


class Later(Model):
    """What came later."""

    documents: Annotated[list[NewListed], Field(min_length=1, max_length=MOST_DOCUMENTS)]


class Reason(Model):
    """Why."""

    reason: Text


class GivenBack(Model):
    """Which originals went back, and how; no names: all that the office holds."""

    documents: Annotated[list[Name], Field(max_length=MOST_DOCUMENTS)] = Field(default_factory=list)
    by: Literal["counter", "post"] = "counter"


@router.get("/inbound-parcels", dependencies=[may("see incoming parcels")])
def list_parcels(
    app: App,
    caller: Caller,
    state: State | None = None,
    incomplete: bool = False,
    cursor: Cursor = 0,
    limit: Limit = 50,
) -> Body:
    """A page of the parcels that came in; `incomplete`: those of which something is missing."""
    return dict(inbound.list_parcels(app, caller, state, incomplete, cursor, limit).body_or_raise())


@router.post("/inbound-parcels", status_code=201, dependencies=[may("receive parcels")])
def receive(app: App, caller: Caller, once: Once, new: NewParcel, response: Response) -> Body:
    """Record a parcel that came in."""
    parcel = Parcel(
        carrier=new.carrier,
        item=new.item,
        sender=new.sender,
        signed=new.signed,
        paper=new.paper,
        documents=[_listed(each) for each in new.documents],
    )
    return told(inbound.receive(app, caller, once, parcel), response)


@router.get("/inbound-parcels/{parcel}", dependencies=[may("see incoming parcels")])
def show_parcel(app: App, caller: Caller, parcel: Number) -> Body:
    """A parcel with its list."""
    return dict(inbound.show_parcel(app, caller, parcel).body_or_raise())


@router.get("/inbound-parcels/{parcel}/paper", dependencies=[may("see incoming parcels")])
def paper(app: App, caller: Caller, parcel: Number) -> Response:
    """The record of its hand-over."""
    found = inbound.paper(app, caller, parcel)
    if isinstance(found, Refusal):
        raise Refused(found)
    return Response(found, media_type="application/octet-stream", headers={"X-Content-Type-Options": "nosniff"})


@router.post("/inbound-parcels/{parcel}/file", status_code=201, dependencies=[may("receive parcels")])
def file(app: App, caller: Caller, once: Once, parcel: Number, new: NewFiling, response: Response) -> Body:
    """File a parcel: its dossier starts, received when the hand-over was signed."""
    how = Filing(
        process=new.process,
        procedure=new.procedure,
        title=new.title,
        applicant=new.applicant,
        data=new.data,
        unit=new.unit,
    )
    return told(filing.file(app, caller, once, parcel, how), response)


@router.post("/inbound-parcels/{parcel}/refuse", dependencies=[may("receive parcels")])
def refuse(app: App, caller: Caller, once: Once, parcel: Number, why: Reason) -> Body:
    """Refuse a parcel that is not for this office."""
    return dict(inbound.reject(app, caller, once, parcel, why.reason).body_or_raise())


@router.post("/inbound-parcels/{parcel}/documents", dependencies=[may("receive parcels")])
def add(app: App, caller: Caller, once: Once, parcel: Number, later: Later) -> Body:
    """Add what came later."""
    return dict(inbound.add(app, caller, once, parcel, [_listed(each) for each in later.documents]).body_or_raise())


@router.get("/dossiers/{code}/originals", dependencies=[may("see dossiers")])
def originals(app: App, caller: Caller, code: str) -> Body:
    """The originals that came in for a dossier."""
    return dict(filing.originals(app, caller, code).body_or_raise())


@router.post("/dossiers/{code}/originals/return", dependencies=[may("receive parcels")])
def give_back(app: App, caller: Caller, once: Once, code: str, gone: GivenBack) -> Body:
    """Note that originals went back."""
    return dict(filing.give_back(app, caller, once, code, gone.documents, gone.by).body_or_raise())


def _listed(each: NewListed) -> Listed:
    scan = (each.scan.media_type, each.scan.sha256) if each.scan is not None else None
    return Listed(name=each.name, title=each.title, kind=each.kind, present=each.present, scan=scan)
