"""Messages and signals for whom they concern."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field, StringConstraints

from adapters.application import messages
from adapters.http.caller import App, Caller, Limit, Once, may
from adapters.http.models import Data, Id, Model
from adapters.http.organisation import told

router = APIRouter()
Body = dict[str, Any]
Key = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class NewMessage(Model):
    """A message: its name, its correlation key, how long it may wait (ISO 8601, such as P7D; PT0S: not at all)."""

    name: Id
    key: Key | None = None
    data: Data = Field(default_factory=dict)
    ttl: Annotated[str, Field(max_length=50)] | None = None


class NewSignal(Model):
    """A signal."""

    name: Id
    data: Data = Field(default_factory=dict)


@router.post(
    "/messages",
    responses={201: {"description": "started"}, 202: {"description": "buffered"}},
    dependencies=[may("send messages")],
)
def send(app: App, caller: Caller, once: Once, sent: NewMessage, response: Response) -> Body:
    """Send a message to who waits for it, to the process that it starts, or to wait until its time to live ends."""
    return told(messages.send(app, caller, once, sent.name, sent.key, sent.data, sent.ttl), response)


@router.get("/messages", dependencies=[may("see messages")])
def list_waiting(
    app: App, caller: Caller, cursor: Annotated[int, Query(ge=0, lt=2**53)] = 0, limit: Limit = 50
) -> Body:
    """A page of the messages that wait."""
    return dict(messages.list_waiting(app, caller, cursor, limit).body_or_raise())


@router.post("/signals", dependencies=[may("send signals")])
def send_signal(app: App, caller: Caller, once: Once, sent: NewSignal, response: Response) -> Body:
    """Broadcast a signal (administrator)."""
    return told(messages.send_signal(app, caller, once, sent.name, sent.data), response)
