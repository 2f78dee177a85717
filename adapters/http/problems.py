"""Problems as RFC 9457 tells them: one table from refusals to HTTP statuses."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from adapters.application.appointing import WitnessesDisputed
from adapters.application.log_keys import LogKeyUnfit, StoredNoteDamaged
from adapters.application.mails import QuarantineFull
from adapters.database.store import StoreUnavailable
from adapters.limits.limited import LimitsUnavailable
from engine.errors import Kind, Refusal, Refused
from signing.errors import SigningError

STATUS = {
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.FORBIDDEN: 403,
    Kind.STALE: 412,
    Kind.INVALID: 422,
    Kind.SIGNATURE: 422,
}
AGAIN = "repeat the request with the same Idempotency-Key: what was done is not done twice"
MEDIA_TYPE = "application/problem+json"


def problem(status: int, code: str, message: str, remedy: str = "", **more: Any) -> JSONResponse:
    """A problem document."""
    body = {"type": "about:blank", "title": code, "status": status, "detail": message, "code": code, "remedy": remedy}
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse({**body, **more}, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def etag(revision: int) -> str:
    """A dossier's revision as an entity tag (RFC 9110 §8.8.3): what `If-Match` names."""
    return f'"{revision}"'


def too_many(seconds: int) -> JSONResponse:
    """Too many failed attempts came from there."""
    message = f"too many attempts to sign in from your address; wait {seconds} seconds"
    answer = problem(429, "too-many-attempts", message, "a good token works meanwhile; check the one you use")
    answer.headers["Retry-After"] = str(seconds)
    return answer


def not_signed_in() -> JSONResponse:
    """No good token came with the request."""
    return problem(401, "not-signed-in", "the access token is missing, unknown or expired", "sign in: hoso login")


def database_unavailable() -> JSONResponse:
    """The answer while the database is away."""
    return problem(503, "database-unavailable", "the database does not answer now", AGAIN)


def defect() -> JSONResponse:
    """The answer to what broke the server itself: it tells nothing of how."""
    return problem(500, "server-broken", "the server met a defect", f"tell the operator; {AGAIN}")


def register(api: FastAPI) -> None:
    """Teach the server to answer each kind of failure with a problem document."""

    @api.exception_handler(Refused)
    def refused(_request: Request, error: Refused) -> JSONResponse:
        refusal: Refusal = error.refusal
        more = {"problems": list(refusal.problems)} if refusal.problems else {}
        now = {} if refusal.revision is None else {"revision": refusal.revision}
        told = problem(STATUS[refusal.kind], refusal.code, refusal.message, refusal.remedy, **more, **now)
        if refusal.revision is not None:
            told.headers["ETag"] = etag(refusal.revision)
        return told

    @api.exception_handler(RequestValidationError)
    def malformed(_request: Request, error: RequestValidationError) -> JSONResponse:
        found = [{"field": ".".join(map(str, item["loc"][1:])), "message": item["msg"]} for item in error.errors()]
        fields = "; ".join(f"{item['field']}: {item['message']}" for item in found[:20])
        return problem(422, "request-malformed", fields, "see /openapi.json", problems=found[:20])

    @api.exception_handler(StoreUnavailable)
    def unavailable(_request: Request, _error: StoreUnavailable) -> JSONResponse:
        return database_unavailable()

    @api.exception_handler(QuarantineFull)
    def full(_request: Request, error: QuarantineFull) -> JSONResponse:
        return problem(503, "quarantine-full", str(error), "release or discard mails; hand this one over again later")

    @api.exception_handler(LimitsUnavailable)
    def unlimited(_request: Request, error: LimitsUnavailable) -> JSONResponse:
        return problem(503, "limits-unavailable", str(error), AGAIN)

    @api.exception_handler(LogKeyUnfit)
    def unfit(_request: Request, _error: LogKeyUnfit) -> JSONResponse:
        return problem(503, "log-key-unfit", "this server has not the log's present key yet", AGAIN)

    @api.exception_handler(StoredNoteDamaged)
    def damaged(_request: Request, error: StoredNoteDamaged) -> JSONResponse:
        return problem(500, error.code, error.message, "tell the operator: hoso doctor says what is wrong")

    @api.exception_handler(WitnessesDisputed)
    def disputed(_request: Request, error: WitnessesDisputed) -> JSONResponse:
        return problem(503, error.code, error.message, "tell the operator: all servers need the same HOSO_WITNESSES")

    @api.exception_handler(SigningError)
    def unsignable(_request: Request, error: SigningError) -> JSONResponse:
        return problem(422, error.code, error.message, "correct what was sent")

    @api.exception_handler(HTTPException)
    def other(_request: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, "http", str(error.detail))

    @api.exception_handler(Exception)
    def broken(_request: Request, _error: Exception) -> JSONResponse:
        return defect()
