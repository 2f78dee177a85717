"""The client of Hoso's HTTP interface: JSON in, JSON out, every failure one clear line.

It stands on urllib and not on httpx, whose import alone takes longer than everything else `hoso task list` does.
Redirects are not followed: the token must not travel to another host.
"""

import http.client
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.cli.codes import in_words, remedy_in_words
from adapters.cli.errors import NOT_SIGNED_IN, USAGE, CommandFailed, exit_code_for
from adapters.cli.language import _, current
from adapters.cli.terminal import escape

Json = dict[str, Any]
LARGEST_ANSWER = 64 * 1024 * 1024
RETRY_PAUSES = (0.3, 0.7, 1.5, 2.5, 4.0)  # about ten seconds with the attempts between them
_TRANSIENT = frozenset({502, 503, 504})


class NoAnswer(CommandFailed):
    """The server gave no answer at all: whether it did what was asked is not known."""


class Problem(CommandFailed):
    """The server answered with a problem (RFC 9457)."""

    def __init__(self, status: int, code: str, message: str, *, remedy: str = "", details: Sequence[str] = ()) -> None:
        super().__init__(code, message, remedy=remedy, exit_code=exit_code_for(status, code), details=details)
        self.status = status


def path(*parts: str) -> str:
    """Return `/v1/…` from its parts, each quoted: an id cannot reach another resource."""
    for part in parts:
        if not part or "/" in part or part in {".", ".."}:
            raise CommandFailed(
                "bad-id",
                _("{id}: an id is not empty and has no slash").format(id=repr(escape(part))),
                remedy=_("copy it from the list"),
                exit_code=USAGE,
            )
    return "/v1/" + "/".join(urllib.parse.quote(part, safe="") for part in parts)


class Client:
    """Talks to one server as one officer (or as nobody, with `token` None).

    `witnessed`: how many leaves the last checkpoint has that was verified here. It goes with each act, so that the
    answer brings the proof that the log of now continues it.
    """

    def __init__(self, server: str, token: str | None, *, timeout: float = 30, witnessed: int | None = None) -> None:
        self.server = server.rstrip("/")
        self.witnessed = witnessed
        self._token = token
        self._timeout = timeout
        self._opener = _opener(urllib.parse.urlsplit(self.server).hostname or "")

    def patient(self, timeout: float) -> "Client":
        """The same, for what takes the server long."""
        return Client(self.server, self._token, timeout=timeout, witnessed=self.witnessed)

    def get(self, where: str, **query: object) -> Json:
        """Return the JSON object at a path."""
        return self._json("GET", where, query=query)

    def get_bytes(self, where: str, **query: object) -> bytes:
        """Return the bytes at a path: a document, a label, an evidence pack."""
        status, kind, body = self._send("GET", where, query=query)
        self._raise_unless_ok(status, kind, body)
        return body

    def items(self, where: str, **query: object) -> Iterator[Json]:
        """Yield every item of a list, page after page."""
        cursor: object = None
        while True:
            page = self.get(where, **{**query, "cursor": cursor})
            items = page.get("items")
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise self._bad_answer(200, _("a list without items"))
            yield from items
            following = page.get("next")
            if not following or following == cursor:
                return
            cursor = following

    def post(
        self, where: str, body: object, *, key: str | None = None, seen: int | None = None, **query: object
    ) -> Json:
        """Send a JSON body; `key` is the Idempotency-Key (a fresh one when None), `seen` the revision looked at."""
        return self._json("POST", where, body=_encode(body), key=key or fresh_key(), seen=seen, query=query)

    def post_safely(self, where: str, body: object, *, key: str, seen: int | None = None) -> Json:
        """Send, and send again with the same key while no answer comes, for about ten seconds."""
        encoded = _encode(body)
        for pause in (*RETRY_PAUSES, None):
            try:
                return self._json("POST", where, body=encoded, key=key, seen=seen)
            except (NoAnswer, Problem) as failure:
                transient = isinstance(failure, NoAnswer) or failure.status in _TRANSIENT
                if not transient or pause is None:
                    raise
            time.sleep(pause)
        raise AssertionError("unreachable")

    def delete(self, where: str, *, key: str) -> Json:
        """Take away what stands at a path."""
        return self._json("DELETE", where, key=key)

    def put_bytes(self, where: str, body: bytes, *, media_type: str) -> None:
        """Store bytes under a path."""
        status, kind, answer = self._send("PUT", where, body=body, content_type=media_type)
        self._raise_unless_ok(status, kind, answer)

    def _json(
        self,
        method: str,
        where: str,
        *,
        body: bytes | None = None,
        key: str | None = None,
        seen: int | None = None,
        query: Mapping[str, object] | None = None,
    ) -> Json:
        status, kind, answer = self._send(method, where, body=body, key=key, seen=seen, query=query or {})
        self._raise_unless_ok(status, kind, answer)
        try:
            value = json.loads(answer)
        except (ValueError, RecursionError):
            raise self._bad_answer(status, kind or _("no JSON")) from None
        if not isinstance(value, dict):
            raise self._bad_answer(status, _("JSON, but not an object"))
        return value

    def _send(
        self,
        method: str,
        where: str,
        *,
        body: bytes | None = None,
        key: str | None = None,
        seen: int | None = None,
        query: Mapping[str, object] | None = None,
        content_type: str = "application/json",
    ) -> tuple[int, str, bytes]:
        from adapters.bounded_http import read_bounded

        given = {name: value for name, value in (query or {}).items() if value is not None}
        url = self.server + where + ("?" + urllib.parse.urlencode(given, doseq=True) if given else "")
        request = urllib.request.Request(url, data=body, method=method, headers=self._headers(key))  # noqa: S310
        if seen is not None:
            request.add_header("If-Match", f'"{seen}"')
        if self.witnessed and method != "GET":
            request.add_header("Hoso-Checkpoint", str(self.witnessed))
        if body is not None:
            request.add_header("Content-Type", content_type)
        try:
            with self._opener.open(request, timeout=self._timeout) as response:
                answer = read_bounded(response, LARGEST_ANSWER)
                status, kind = response.status, response.headers.get_content_type()
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise self._no_answer(error) from None
        if len(answer) > LARGEST_ANSWER:
            raise self._bad_answer(status, _("more than 64 MiB"))
        return status, kind, answer

    def _headers(self, key: str | None) -> dict[str, str]:
        headers = {"Accept-Language": current(), "User-Agent": "hoso"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if key:
            headers["Idempotency-Key"] = key
        return headers

    def _raise_unless_ok(self, status: int, kind: str, body: bytes) -> None:
        if 200 <= status < 300:
            return
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict) and ("code" in value or "title" in value):
            raise _problem(status, value)
        if status == 401:
            raise Problem(401, "not-signed-in", _("the server does not accept this token"), remedy=_SIGN_IN())
        if 300 <= status < 400 or status not in _TRANSIENT | {500}:
            raise self._bad_answer(status, kind)
        raise Problem(status, "server-failure", _("the server failed: HTTP {status}").format(status=status))

    def _no_answer(self, error: Exception) -> CommandFailed:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        text = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        return NoAnswer(
            "no-connection",
            _("no answer from the server {server}: {reason}").format(server=escape(self.server), reason=escape(text)),
            remedy=_("check that it runs and that the address is right (hoso profile show)"),
        )

    def _bad_answer(self, status: int, found: str) -> CommandFailed:
        return CommandFailed(
            "bad-answer",
            _("{server} does not answer like a Hoso server: HTTP {status}, {found}").format(
                server=escape(self.server), status=status, found=escape(found)
            ),
            remedy=_("check the address (hoso profile show); a proxy may stand between"),
        )


def _SIGN_IN() -> str:  # noqa: N802  (a constant, but in the language of the moment)
    return _("sign in with hoso login --server URL --token -")


def _problem(status: int, value: Mapping[str, object]) -> Problem:
    code = escape(value.get("code") or value.get("title") or "problem")
    message = str(value.get("detail") or value.get("title") or code)
    remedy = str(value.get("remedy") or "")
    if status == 401:
        remedy = _SIGN_IN()
    elif remedy and current() != "en":
        known = remedy_in_words(code)
        # Where it is not known here, the server's English stands together, behind what it means.
        message, remedy = (in_words(code, message), known) if known else (in_words(code, f"{message}; {remedy}"), "")
    else:
        message = in_words(code, message)
    return Problem(status, code, escape(message), remedy=escape(remedy), details=_details(value))


def _details(value: Mapping[str, object]) -> list[str]:
    """One line for each entry of the problem's list: bad fields of a form, problems of a process, what happened since.

    A single bad field is in the problem's own sentence already.
    """
    named = (value.get(name) for name in ("problems", "errors", "fields"))
    entries: list[object] = next((found for found in named if isinstance(found, list)), [])
    happened = [entry for entry in entries if isinstance(entry, Mapping) and "act" in entry]
    if len(happened) > 1 or (happened and value.get("code") == "stale-view"):
        from adapters.cli.story import tell

        return list(tell(happened))
    return [_detail(entry) for entry in entries] if len(entries) > 1 else []


def _detail(entry: object) -> str:
    if not isinstance(entry, Mapping):
        return escape(entry)
    place = ":".join(str(entry[name]) for name in ("file", "line") if entry.get(name) not in (None, ""))
    subject = next((str(entry[name]) for name in ("field", "element", "loc") if entry.get(name)), "")
    text = str(entry.get("message") or entry.get("detail") or entry.get("msg") or "")
    remedy, code = entry.get("remedy"), entry.get("code")
    line = ": ".join(part for part in (place, subject, text) if part)
    return escape(line + (f"; {remedy}" if remedy else "") + (f"   [{code}]" if code else ""))


def _encode(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def fresh_key() -> str:
    """Return a new Idempotency-Key: 128 random bits."""
    return os.urandom(16).hex()


def _opener(host: str) -> urllib.request.OpenerDirector:
    """Return an opener that honours proxy variables, follows no redirect and raises for no status."""
    opener = urllib.request.OpenerDirector()
    # A proxy cannot reach this machine's own loopback, whether or not no_proxy says so.
    proxy = urllib.request.ProxyHandler({} if host in {"localhost", "127.0.0.1", "::1"} else None)
    for handler in (proxy, urllib.request.HTTPHandler(), urllib.request.HTTPSHandler()):
        opener.add_handler(handler)
    return opener


def check_server_url(text: str) -> str:
    """Return the server's address without a trailing slash, or say what is wrong with it."""
    parts = urllib.parse.urlsplit(text.strip())
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.query
        or parts.fragment
        or "@" in parts.netloc
    ):
        raise CommandFailed(
            "bad-server-url",
            _("server address {url}: expected http(s)://host[:port]").format(url=repr(text)),
            exit_code=2,
        )
    return text.strip().rstrip("/")


__all__ = ["NOT_SIGNED_IN", "Client", "Json", "NoAnswer", "Problem", "check_server_url", "fresh_key", "path"]
