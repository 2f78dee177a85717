"""Sign in at the identity provider: the server asks it, this client only shows where to go and waits."""

import sys
import time
from typing import NoReturn

from adapters.cli.client import Client, Json, NoAnswer, Problem
from adapters.cli.errors import NOT_SIGNED_IN, CommandFailed
from adapters.cli.language import _
from adapters.cli.terminal import escape, say

WAY = "device-flow"
_LONGEST = 30 * 60  # seconds
_TRANSIENT = frozenset({502, 503, 504})


def offered(server: str) -> bool:
    """Whether the server has an identity provider; one that knows nothing of this has none."""
    try:
        ways = Client(server, None).get("/v1/sign-in").get("ways")
    except Problem:
        return False
    return isinstance(ways, list) and WAY in ways


def sign_in(server: str, device: str) -> Json:
    """Show address and code, and wait for the officer; returns the server's answer with token and device."""
    client = Client(server, None)
    begun = client.post("/v1/sign-in", {"device": device})
    say(_("Open this address in a browser, on this machine or another:"))
    say(f"  {escape(begun.get('verification_uri'))}")
    say(_("and enter the code: {code}").format(code=escape(begun.get("user_code"))))
    if begun.get("verification_uri_complete"):
        say(_("or open: {address}").format(address=escape(begun["verification_uri_complete"])))
    say(_("Waiting until you have signed in there (Ctrl-C stops)…"))
    return _wait(client, str(begun.get("secret")), _seconds(begun))


def _wait(client: Client, secret: str, interval: int) -> Json:
    deadline = time.monotonic() + _LONGEST
    while time.monotonic() < deadline:
        time.sleep(interval)
        answer = _asked(client, secret)
        state = answer.get("state")
        if state == "signed-in":
            return answer
        if state not in ("pending", "slow_down"):
            _stop(str(state))
        interval = _seconds(answer, interval)
        if sys.stderr.isatty():
            sys.stderr.write(".")
            sys.stderr.flush()
    _stop("expired")


def _asked(client: Client, secret: str) -> Json:
    try:
        return client.post("/v1/sign-in/token", {"secret": secret})
    except NoAnswer:
        return {"state": "pending"}
    except Problem as problem:
        if problem.status not in _TRANSIENT or problem.code == "id-token-refused":
            raise
        return {"state": "pending"}


def _seconds(answer: Json, default: int = 5) -> int:
    value = answer.get("interval")
    return min(max(value, 1), 60) if isinstance(value, int) else default


def _stop(state: str) -> NoReturn:
    if state == "denied":
        message, code = _("the sign-in was denied at the identity provider"), "sign-in-denied"
    else:
        message, code = _("the code was not entered in time"), "sign-in-expired"
    raise CommandFailed(code, message, remedy=_("run hoso login again"), exit_code=NOT_SIGNED_IN)
