"""Dossiers, their documents, history, messages, evidence, labels and manifests."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from adapters.application import documents, evidence, message, queries
from adapters.application.start import Intake, start_dossier
from adapters.database.dossiers import Wanted
from adapters.database.search import asked
from adapters.http.caller import After, App, Caller, Limit, Once, may
from adapters.http.inbox import Search
from adapters.http.models import Message, NewDossier, Sha256
from adapters.http.organisation import told
from engine.errors import Refusal, Refused

router = APIRouter()
Body = dict[str, Any]
Number = Annotated[int, Query(ge=0, lt=2**31)]
Checkpoint = Annotated[Annotated[int, Field(ge=1, lt=2**53)] | Literal["latest"] | None, Query()]


@router.post("/dossiers", status_code=201, dependencies=[may("start dossiers")])
def start(app: App, caller: Caller, once: Once, new: NewDossier, response: Response) -> Body:
    """Start a dossier."""
    intake = Intake(
        process=new.process,
        procedure=new.procedure,
        title=new.title or new.process,
        channel=new.channel,
        applicant=new.applicant,
        submitter=new.submitter or caller.name,
        data=new.data,
        unit=new.unit,
        documents=[(item.name, item.media_type, item.sha256) for item in new.documents],
    )
    return told(start_dossier(app, caller, once, intake), response)


@router.get("/dossiers", dependencies=[may("see dossiers")])
def list_dossiers(
    app: App,
    caller: Caller,
    cursor: After = "",
    limit: Limit = 50,
    process: Annotated[str | None, Query(max_length=200)] = None,
    version: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
    running: bool = False,
    search: Search = "",
) -> Body:
    """A page of the dossiers within the caller's sight: of one process, of one version, those that run still.

    `search`: whose code, title, applicant or steps have these words, without accents; the last may be a beginning.
    """
    wanted = Wanted(process=process, version=version, running=running, words=asked(search))
    return dict(queries.list_dossiers(app, caller, cursor, limit, wanted).body_or_raise())


@router.get("/dossiers/{code}", dependencies=[may("see dossiers")])
def show(app: App, caller: Caller, code: str, response: Response) -> Body:
    """A dossier as it stands."""
    return told(queries.show_dossier(app, caller, code), response)


@router.get("/dossiers/{code}/tasks", dependencies=[may("see dossiers")])
def list_tasks(app: App, caller: Caller, code: str, cursor: Number = 0, limit: Limit = 50) -> Body:
    """A page of a dossier's open tasks."""
    return dict(queries.tasks_of(app, caller, code, cursor, limit).body_or_raise())


@router.get("/dossiers/{code}/jobs", dependencies=[may("see dossiers")])
def list_jobs(app: App, caller: Caller, code: str, cursor: Number = 0, limit: Limit = 50) -> Body:
    """A page of a dossier's open and failed jobs."""
    return dict(queries.jobs_of(app, caller, code, cursor, limit).body_or_raise())


@router.get("/dossiers/{code}/history", dependencies=[may("see dossiers")])
def history(app: App, caller: Caller, code: str) -> Body:
    """What happened to a dossier."""
    return dict(queries.history(app, caller, code).body_or_raise())


@router.post("/dossiers/{code}/messages", dependencies=[may("send messages")])
def send_message(app: App, caller: Caller, once: Once, code: str, sent: Message, response: Response) -> Body:
    """Give a dossier the message that it waits for."""
    return told(message.send(app, caller, once, code, sent.name, sent.data), response)


@router.get("/dossiers/{code}/evidence", dependencies=[may("export evidence")])
def export(app: App, caller: Caller, code: str, checkpoint: Checkpoint = None) -> Response:
    """The evidence pack of a dossier (ASiC-E), under the published checkpoint of that size."""
    pack = _bytes(evidence.pack(app, caller, code, checkpoint))
    return Response(
        pack,
        media_type="application/vnd.etsi.asic-e+zip",
        headers={"Content-Disposition": f'attachment; filename="{code}.asice"'},
    )


@router.put("/documents/{sha256}", status_code=201, dependencies=[may("upload documents")])
async def upload(app: App, caller: Caller, sha256: Sha256, request: Request) -> Body:
    """Upload a document's bytes under their SHA-256."""
    body = await request.body()
    answer = await run_in_threadpool(documents.upload, app, caller, sha256, body)
    return dict(answer.body_or_raise())


@router.get("/documents/{sha256}", dependencies=[may("see documents")])
def download(app: App, caller: Caller, sha256: Sha256) -> Response:
    """A document's bytes."""
    content = _bytes(queries.content(app, caller, sha256))
    return Response(content, media_type="application/octet-stream", headers={"X-Content-Type-Options": "nosniff"})


def _bytes(found: bytes | Refusal) -> bytes:
    if isinstance(found, Refusal):
        raise Refused(found)
    return found
