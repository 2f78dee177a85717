"""Before an auditor is shown anything, the trail is told what they ask for. Pages of one list are one question."""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from fastapi.routing import APIRoute

from adapters.application import reading
from adapters.http.caller import May, application
from engine import policy
from engine.officer import Officer
from signing.canonical import sha256_hex

PAGING = frozenset({"cursor", "limit", "from", "sha256"})
MOST = 1000  # characters of a question that its leaf holds
MOST_SUBJECT = 200  # what a leaf can have


def told(request: Request) -> None:
    """Record the read of an auditor; where that fails, so does the read. Reading again within the hour is counted."""
    officer: Officer | None = getattr(request.state, "officer", None)
    route = request.scope["route"]
    if request.method != "GET" or officer is None or not isinstance(route, APIRoute):
        return
    act = _act(route)
    if act is None or not policy.told_of(officer, act) or policy.refuses_early(officer, act):
        return
    path = request.url.path
    subject = path if len(path) <= MOST_SUBJECT and path.isprintable() else route.path
    reading.record(application(request), officer, subject, _question(route, path, request.url.query))


def _question(route: APIRoute, path: str, query: str) -> str:
    """What is asked for, whichever page of it: what the route does not know asks for nothing. A very long question is
    told by its beginning and its SHA-256.
    """
    known = {each.alias for each in route.dependant.query_params}
    known -= PAGING - {"from"} if "to" in known else PAGING  # the beginning of a period is asked for, not a page
    pairs = sorted(pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] in known)
    asked = f"{path}?{urlencode(pairs)}" if pairs else path
    return asked if len(asked) <= MOST else f"{asked[:MOST]}… {sha256_hex(asked.encode())}"


def _act(route: APIRoute) -> str | None:
    """The act that a route declares."""
    declared: Sequence[object] = [each.dependency for each in route.dependencies]
    return next((each.act for each in declared if isinstance(each, May)), None)
