"""Who calls, and under which key: what every endpoint needs first."""

import hashlib
import re
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request
from fastapi.security import HTTPBearer

from adapters.application.answer import Request as Asked
from adapters.application.application import Application
from engine import policy
from engine.errors import Refused
from engine.officer import Officer

_ETAG = re.compile(r'"([0-9]{1,9})"')
_SIZE = re.compile(r"[1-9][0-9]{0,14}")
bearer = HTTPBearer(auto_error=False, description="an access token: hs_…")


def application(request: Request) -> Application:
    """The application that this server runs, as the caller's device uses it."""
    app: Application = request.app.state.application
    return replace(app, device=request.state.device, witnessed=_witnessed(request.headers.get("hoso-checkpoint", "")))


def _witnessed(header: str) -> int | None:
    """How many leaves the client's last checkpoint has. What is no such number asks for no proof."""
    return int(header) if _SIZE.fullmatch(header) else None


App = Annotated[Application, Depends(application)]


def bearer_token(request: Request) -> str:
    """The access token that came with the request, or an empty text."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def address(request: Request) -> str:
    """Where the request comes from: the peer's address, as the server got it."""
    return request.client.host if request.client else ""


def signed_in(request: Request, _described: Annotated[object, Depends(bearer)]) -> Officer:
    """The officer whose token came with the request; the server's middleware looked it up."""
    officer: Officer = request.state.officer
    return officer


Caller = Annotated[Officer, Depends(signed_in)]


class May:
    """Refuses, before the endpoint runs, who may not do its act to anything at all."""

    def __init__(self, act: str) -> None:
        self.act = act

    async def __call__(self, request: Request) -> None:
        """Look at the rights of the officer who called; a coroutine, since it waits for nothing."""
        officer: Officer | None = getattr(request.state, "officer", None)
        if officer is not None and (refusal := policy.refuses_early(officer, self.act)):
            raise Refused(refusal)


def may(act: str) -> Any:
    """What a route declares of itself (`dependencies=[may("claim tasks")]`): its act in `engine.policy.RIGHTS`."""
    return Depends(May(act))


async def fingerprint(request: Request) -> str:
    """A hash of what is asked: a key that comes back with another request is a mistake."""
    body = await request.body()
    asked = f"{request.method} {request.url.path}?{request.url.query}\n"
    return hashlib.sha256(asked.encode() + body).hexdigest()


def asked(
    request: Request,
    officer: Caller,
    print_: Annotated[str, Depends(fingerprint)],
    idempotency_key: Annotated[str | None, Header(pattern=r"^[\x21-\x7e]{1,100}$")] = None,
    if_match: Annotated[str | None, Header(max_length=200)] = None,
) -> Asked:
    """The request's key and fingerprint, and over which revisions alone its act is to be done."""
    seen = _revisions(if_match)
    return Asked(officer=officer.id, key=idempotency_key, fingerprint=print_, seen=seen, dossier=_dossier(request))


def _dossier(request: Request) -> str | None:
    """The dossier that the path names, itself or by its task."""
    if request.url.path.startswith("/v1/tasks/"):
        return str(request.path_params["id"]).rpartition(".")[0] or None
    return request.path_params.get("code") if request.url.path.startswith("/v1/dossiers/") else None


def _revisions(if_match: str | None) -> frozenset[int] | None:
    """RFC 9110 §13.1.1; `*` is whatever there is. A weak tag matches nothing, nor does what no server of ours gave."""
    if if_match is None or if_match.strip() == "*":
        return None
    return frozenset(int(found[1]) for tag in if_match.split(",") if (found := _ETAG.fullmatch(tag.strip())))


Once = Annotated[Asked, Depends(asked)]
Limit = Annotated[int, Query(ge=1, le=200)]
After = Annotated[str, Query(max_length=300, alias="cursor")]
