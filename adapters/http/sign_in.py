"""Sign in at the identity provider: the only requests under /v1 that need no token."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import StringConstraints

from adapters.application import sign_in, throttle
from adapters.http.caller import App, address, may
from adapters.http.models import Model
from adapters.http.organisation import told
from adapters.http.problems import problem, too_many
from adapters.oidc.errors import IdTokenError, ProviderError

ROOT = "/v1/sign-in"
router = APIRouter(prefix="/sign-in")
Body = dict[str, Any]
DeviceName = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]


def open_to_strangers(path: str) -> bool:
    """Whether the path needs no token."""
    return path == ROOT or path.startswith(ROOT + "/")


class NewSignIn(Model):
    """On which device: its name."""

    device: DeviceName


class Asked(Model):
    """What the client asks with."""

    secret: Annotated[str, StringConstraints(pattern=r"^hp_[A-Za-z0-9_-]{20,60}$")]


@router.get("", dependencies=[may("sign in")])
def ways(app: App) -> Body:
    """How one may sign in at this server."""
    return dict(sign_in.ways(app).body_or_raise())


@router.post("", status_code=201, response_model=None, dependencies=[may("sign in")])
def begin(app: App, new: NewSignIn, request: Request, response: Response) -> Body | Response:
    """Begin: what the officer types where, and the secret to ask with."""
    wait = throttle.count(app, throttle.BEGUN, address(request))
    if wait is not None:
        return too_many(wait)
    try:
        return told(sign_in.begin(app, new.device), response)
    except ProviderError as error:
        return _unavailable(error)


@router.post("/token", response_model=None, dependencies=[may("sign in")])
def ask(app: App, asked: Asked, request: Request, response: Response) -> Body | Response:
    """Whether the officer has signed in: pending, slow_down, denied, expired, or signed-in with token and device."""
    try:
        answer = sign_in.ask(app, asked.secret)
    except ProviderError as error:
        return _unavailable(error)
    except IdTokenError as error:
        remedy = "tell the operator; compare HOSO_OIDC_CLIENT_ID and the clocks"
        return problem(502, "id-token-refused", str(error), remedy)
    if answer.body is not None and answer.body["state"] == "expired":
        wait = throttle.count(app, throttle.FAILED, address(request))
        if wait is not None:
            return too_many(wait)
    return told(answer, response)


def _unavailable(error: ProviderError) -> Response:
    return problem(503, "identity-provider-unavailable", str(error), "try again later, or sign in with an access token")
