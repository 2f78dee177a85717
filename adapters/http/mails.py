"""Mail that came in: the quarantine, and reports that a mail server hands over."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, Request
from starlette.concurrency import run_in_threadpool

from adapters.application import mails, quarantine
from adapters.http.caller import App, Caller, Limit, Once, may
from adapters.http.models import Id, Model
from engine.errors import Refusal, Refused

router = APIRouter()
Body = dict[str, Any]
Number = Annotated[int, Path(ge=1, lt=2**53)]
State = Literal["waiting", "taken", "released", "discarded"]


class Release(Model):
    """By which rule the mail opens a dossier, or beside which dossier it is laid: one of the two."""

    rule: Id | None = None
    dossier: Id | None = None


@router.get("/mails", dependencies=[may("see incoming mail")])
def list_mails(
    app: App,
    caller: Caller,
    state: State = "waiting",
    cursor: Annotated[int, Query(ge=0, lt=2**53)] = 0,
    limit: Limit = 50,
) -> Body:
    """A page of the mails that wait in quarantine, or of those in another state."""
    return dict(quarantine.list_mails(app, caller, state, cursor, limit).body_or_raise())


@router.get("/mails/{mail}", dependencies=[may("see incoming mail")])
def show_mail(app: App, caller: Caller, mail: Number) -> Body:
    """A mail, with its text while it waits."""
    return dict(quarantine.show_mail(app, caller, mail).body_or_raise())


@router.post("/mails/{mail}/release", dependencies=[may("release mail")])
def release(app: App, caller: Caller, once: Once, mail: Number, how: Release) -> Body:
    """Take a mail out of quarantine: open a dossier by a rule, or lay it beside one."""
    return dict(quarantine.release(app, caller, once, mail, how.rule, how.dossier).body_or_raise())


@router.post("/mails/{mail}/discard", dependencies=[may("discard mail")])
def discard(app: App, caller: Caller, once: Once, mail: Number) -> Body:
    """Throw a mail in quarantine away."""
    return dict(quarantine.discard(app, caller, once, mail).body_or_raise())


@router.post("/mail-reports", dependencies=[may("report deliveries")])
async def report(
    app: App, caller: Caller, request: Request, content_type: Annotated[str, Header(max_length=200)] = ""
) -> Body:
    """Hand over a delivery status notification (RFC 3464): the whole mail, or its `message/delivery-status` part."""
    body = await request.body()
    if content_type.partition(";")[0].strip().lower() == "message/delivery-status":
        body = b"Content-Type: message/delivery-status\r\n\r\n" + body
    found = await run_in_threadpool(mails.report_by_http, app, body)
    if isinstance(found, Refusal):
        raise Refused(found)
    return {"state": found.state, "reason": found.reason, "known": found.again}
