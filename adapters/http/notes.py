"""Comments and attachments of dossiers."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import StringConstraints

from adapters.application import notes
from adapters.http.caller import App, Caller, Limit, Once, may
from adapters.http.models import Id, Model, UploadedDocument
from adapters.http.organisation import told
from engine.acts.notes import LONGEST_COMMENT
from engine.errors import Refusal, Refused

router = APIRouter()
Body = dict[str, Any]
Number = Annotated[int, Query(ge=0, lt=2**31)]
AttachmentId = Annotated[int, Path(ge=1, lt=2**31)]


class NewComment(Model):
    """A comment, perhaps at one of the dossier's tasks."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_COMMENT, strip_whitespace=True)]
    task: Id | None = None


class NewAttachment(UploadedDocument):
    """A document uploaded before, to lie beside the dossier."""

    task: Id | None = None


@router.get("/dossiers/{code}/comments", dependencies=[may("see dossiers")])
def list_comments(app: App, caller: Caller, code: str, cursor: Number = 0, limit: Limit = 50) -> Body:
    """A page of a dossier's comments."""
    return dict(notes.list_comments(app, caller, code, cursor, limit).body_or_raise())


@router.post("/dossiers/{code}/comments", status_code=201, dependencies=[may("comment on dossiers")])
def comment(app: App, caller: Caller, once: Once, code: str, sent: NewComment, response: Response) -> Body:
    """Comment on a dossier."""
    return told(notes.comment(app, caller, once, code, sent.text, sent.task), response)


@router.get("/dossiers/{code}/attachments", dependencies=[may("see dossiers")])
def list_attachments(app: App, caller: Caller, code: str, cursor: Number = 0, limit: Limit = 50) -> Body:
    """A page of a dossier's attachments."""
    return dict(notes.list_attachments(app, caller, code, cursor, limit).body_or_raise())


@router.post("/dossiers/{code}/attachments", status_code=201, dependencies=[may("attach documents")])
def attach(app: App, caller: Caller, once: Once, code: str, sent: NewAttachment, response: Response) -> Body:
    """Lay a document that was uploaded before beside a dossier."""
    paper = (sent.name, sent.media_type, sent.sha256)
    return told(notes.attach(app, caller, once, code, paper, sent.task), response)


@router.get("/dossiers/{code}/attachments/{id}", dependencies=[may("see dossiers")])
def download(app: App, caller: Caller, code: str, id: AttachmentId) -> Response:
    """An attachment's bytes."""
    found = notes.attachment(app, caller, code, id)
    if isinstance(found, Refusal):
        raise Refused(found)
    return Response(found, media_type="application/octet-stream", headers={"X-Content-Type-Options": "nosniff"})


@router.delete("/dossiers/{code}/attachments/{id}", dependencies=[may("attach documents")])
def remove(app: App, caller: Caller, once: Once, code: str, id: AttachmentId, response: Response) -> Body:
    """Take an attachment away (who added it, or a head)."""
    return told(notes.remove_attachment(app, caller, once, code, id), response)
