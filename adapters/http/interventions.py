"""What administrators do to running dossiers: suspend, resume, cancel, modify, migrate; incidents and their end."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import Field, StringConstraints

from adapters.application import interventions
from adapters.http.caller import After, App, Caller, Limit, Once, may
from adapters.http.models import Data, Model
from adapters.http.organisation import told
from engine.acts.intervene import LONGEST_REASON, Cancel, Intervention, Migrate, Modify, Resolve, Resume, Suspend

router = APIRouter()
Body = dict[str, Any]
Number = Annotated[int, Field(ge=1, lt=2**31)]
Element = Annotated[str, StringConstraints(min_length=1, max_length=400)]  # of a called process: `key@version/id`
IncidentId = Annotated[int, Path(ge=1, lt=2**31)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_REASON, strip_whitespace=True)]


class Reasoned(Model):
    """The dossier's revision that was looked at, and why the act is done."""

    revision: Annotated[int, Field(ge=0, lt=2**31)]
    reason: Reason


class Planned(Reasoned):
    """With `dry_run` nothing is done; the answer says what would be."""

    dry_run: bool = False


class Beginning(Model):
    """An element that begins, within one live scope where there are several."""

    element: Element
    within: Number | None = None


class Signable(Model):
    """With `sign`, the answer (201) to what must be signed is its statement; else it is refused."""

    sign: bool = False


class Modification(Planned, Signable):
    """What ends, by its number; what begins; data to set before."""

    end: Annotated[list[Number], Field(max_length=1000)] = Field(default_factory=list)
    begin: Annotated[list[Beginning], Field(max_length=100)] = Field(default_factory=list)
    data: Data = Field(default_factory=dict)


class Migration(Planned, Signable):
    """The version to go on under; `mapping` names elements that are called otherwise there, old → new."""

    version: Number
    mapping: Annotated[dict[Element, Element], Field(max_length=1000)] = Field(default_factory=dict)


class Resolution(Reasoned, Signable):
    """Data to change before what stands still tries again."""

    data: Data = Field(default_factory=dict)


@router.post("/dossiers/{code}/suspend", dependencies=[may("suspend dossiers")])
def suspend(app: App, caller: Caller, once: Once, code: str, sent: Reasoned, response: Response) -> Body:
    """Suspend a dossier (administrator): nothing moves it until it is resumed."""
    act = Suspend(revision=sent.revision, reason=sent.reason)
    return told(interventions.perform(app, caller, once, code, act), response)


@router.post("/dossiers/{code}/resume", dependencies=[may("resume dossiers")])
def resume(app: App, caller: Caller, once: Once, code: str, sent: Reasoned, response: Response) -> Body:
    """Resume a suspended dossier (administrator)."""
    act = Resume(revision=sent.revision, reason=sent.reason)
    return told(interventions.perform(app, caller, once, code, act), response)


@router.post("/dossiers/{code}/cancel", dependencies=[may("cancel dossiers")])
def cancel(app: App, caller: Caller, once: Once, code: str, sent: Planned, response: Response) -> Body:
    """Cancel a dossier (administrator): everything that lives in it ends."""
    act = Cancel(revision=sent.revision, reason=sent.reason)
    return _planned(app, caller, once, code, sent, act, response)


@router.post("/dossiers/{code}/modify", dependencies=[may("move tokens")])
def modify(app: App, caller: Caller, once: Once, code: str, sent: Modification, response: Response) -> Body:
    """Give the statement of moving a dossier's tokens by hand (administrator)."""
    act = Modify(
        revision=sent.revision,
        reason=sent.reason,
        end=tuple(sent.end),
        begin=tuple((item.element, item.within) for item in sent.begin),
        data=sent.data,
    )
    return _planned(app, caller, once, code, sent, act, response)


@router.post("/dossiers/{code}/migrate", dependencies=[may("migrate dossiers")])
def migrate(app: App, caller: Caller, once: Once, code: str, sent: Migration, response: Response) -> Body:
    """Give the statement of letting a dossier go on under another version of its process (administrator)."""
    act = Migrate(revision=sent.revision, reason=sent.reason, version=sent.version, mapping=sent.mapping)
    return _planned(app, caller, once, code, sent, act, response)


@router.get("/dossiers/{code}/tokens", dependencies=[may("see dossiers")])
def tokens(app: App, caller: Caller, code: str) -> Body:
    """What lives in a dossier: where its tokens stand."""
    return dict(interventions.list_tokens(app, caller, code).body_or_raise())


@router.get("/incidents", dependencies=[may("see incidents")])
def incidents(app: App, caller: Caller, cursor: After = "", limit: Limit = 50) -> Body:
    """A page of what stands still within the caller's sight."""
    return dict(interventions.list_incidents(app, caller, cursor, limit).body_or_raise())


@router.post("/dossiers/{code}/incidents/{incident}/retry", dependencies=[may("retry incidents")])
def retry(app: App, caller: Caller, once: Once, code: str, incident: IncidentId, response: Response) -> Body:
    """Let what stands still try again as it is (administrator)."""
    return told(interventions.retry(app, caller, once, code, incident), response)


@router.post("/dossiers/{code}/incidents/{incident}/resolve", dependencies=[may("resolve incidents")])
def resolve(
    app: App, caller: Caller, once: Once, code: str, incident: IncidentId, sent: Resolution, response: Response
) -> Body:
    """Let what stands still try again (administrator); where data changes, give the statement of it."""
    act = Resolve(revision=sent.revision, reason=sent.reason, incident=incident, data=sent.data)
    return told(interventions.perform(app, caller, once, code, act, sign=sent.sign), response)


def _planned(
    app: App, caller: Caller, once: Once, code: str, sent: Planned, act: Intervention, response: Response
) -> Body:
    if sent.dry_run:
        return dict(interventions.rehearse(app, caller, code, act).body_or_raise())
    sign = isinstance(sent, Signable) and sent.sign
    return told(interventions.perform(app, caller, once, code, act, sign=sign), response)
