"""Each request gets an id, a line in the log and a count: by its route's template, never by its path.

The id is the caller's, where it is one that tells nothing of anybody: a trace id (W3C Trace Context) or a UUID.
"""

import re
import time
import uuid
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.http import metrics
from adapters.http.problems import defect

API = "/v1"
GONE = 499  # whoever asked went away, or the server was stopped, before there was an answer
HEADER = "X-Request-ID"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUIET = frozenset({"/livez", "/readyz", "/v1/metrics"})  # asked every few seconds: only what fails is logged
_TRACE = re.compile(r"00-([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
log = structlog.get_logger()


class Watching:
    """The outermost of our middleware: what breaks within is answered here, so that the answer bears the id."""

    def __init__(self, app: ASGIApp, requests: metrics.Requests) -> None:
        self.app = app
        self.requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["path"] == metrics.PATH:  # where monitoring programs look: the same route, by the same right
            scope = {**scope, "path": f"/v1{metrics.PATH}"}
        id, began, status = request_id(Headers(scope=scope)), time.perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = id
            await send(message)

        with structlog.contextvars.bound_contextvars(request=id):
            try:
                await self.app(scope, receive, sending)
            except Exception:
                log.exception("request broke", route=route_of(scope))
                if not status:
                    await defect()(scope, receive, sending)
                raise
            finally:
                self._tell(scope, status or GONE, time.perf_counter() - began)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else "other"
        route = route_of(scope)
        self.requests.count(method, route, status, seconds)
        if route in QUIET and status < 400:
            return
        officer: Any = scope.get("state", {}).get("officer")
        who = {} if officer is None else {"officer": officer.id}
        log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000), **who)


def request_id(headers: Headers) -> str:
    """The caller's own id of this request, else a new one: 32 hexadecimal digits."""
    trace = _TRACE.fullmatch(headers.get("traceparent", ""))
    if trace and trace[1].strip("0"):
        return trace[1]
    given = _UUID.fullmatch(headers.get(HEADER, ""))
    return given[0].replace("-", "").lower() if given else uuid.uuid4().hex


def route_of(scope: Scope) -> str:
    """The template of the route that was found, such as /v1/dossiers/{code}."""
    path = getattr(scope.get("route"), "path", "")
    if not path:
        return "none"
    return f"{API}{path}" if scope["path"].startswith(f"{API}/") and not path.startswith(f"{API}/") else str(path)
