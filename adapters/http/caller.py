"""Who calls, and under which key: what every endpoint needs first."""

import hashlib
from typing import Annotated

from fastapi import Depends, Header, Query, Request
from fastapi.security import HTTPBearer

from adapters.application.answer import Request as Asked
from adapters.application.application import Application
from engine.officer import Officer

bearer = HTTPBearer(auto_error=False, description="an access token: hs_…")


def application(request: Request) -> Application:
    """The application that this server runs."""
    app: Application = request.app.state.application
    return app


App = Annotated[Application, Depends(application)]


def bearer_token(request: Request) -> str:
    """The access token that came with the request, or an empty text."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def signed_in(request: Request, _described: Annotated[object, Depends(bearer)]) -> Officer:
    """The officer whose token came with the request; the server's middleware looked it up."""
    officer: Officer = request.state.officer
    return officer


Caller = Annotated[Officer, Depends(signed_in)]


async def fingerprint(request: Request) -> str:
    """A hash of what is asked: a key that comes back with another request is a mistake."""
    body = await request.body()
    asked = f"{request.method} {request.url.path}?{request.url.query}\n"
    return hashlib.sha256(asked.encode() + body).hexdigest()


def asked(
    officer: Caller,
    print_: Annotated[str, Depends(fingerprint)],
    idempotency_key: Annotated[str | None, Header(pattern=r"^[\x21-\x7e]{1,100}$")] = None,
) -> Asked:
    """The request's key and fingerprint."""
    return Asked(officer=officer.id, key=idempotency_key, fingerprint=print_)


Once = Annotated[Asked, Depends(asked)]
Limit = Annotated[int, Query(ge=1, le=200)]
After = Annotated[str, Query(max_length=300, alias="cursor")]
