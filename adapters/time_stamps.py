"""Ask a time-stamp authority over HTTP (RFC 3161 §3.4): bounded in size and time, no redirects.

Plain HTTP will do, as with most authorities: what comes back is signed, and verified by whoever asked. A password is
sent over TLS alone.
"""

import base64
import contextlib
import http.client
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from threading import Timer
from urllib.parse import unquote, urlsplit

from signing.errors import Invalid
from signing.stamp_token import MAX_STAMP_BYTES
from signing.timestamp import StampUnavailable, read_answer, request

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
TIMEOUT = 10.0  # seconds without a byte
DEADLINE = 20.0  # seconds for all of it
_NONCE_BYTES = 12


class StampSettingError(ValueError):
    """The authority's URL is not one that we may use; the message says what is expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpStamps:
    """An authority at a URL. The password is shown nowhere. `entropy`: random bytes, for nonces."""

    scheme: str
    host: str
    port: int | None
    path: str
    entropy: Callable[[int], bytes] = field(repr=False)
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: float = TIMEOUT
    deadline: float = DEADLINE

    @property
    def url(self) -> str:
        """The address, without user and password."""
        return f"{self.scheme}://{self.host}{f':{self.port}' if self.port else ''}{self.path}"

    def stamp(self, imprint: bytes) -> bytes:
        """Ask for a token over a SHA-256 digest; StampUnavailable for whatever comes but an answer to this question."""
        nonce = int.from_bytes(self.entropy(_NONCE_BYTES), "big")
        try:
            answer = self._send(request(imprint, nonce))
            return read_answer(answer, imprint, nonce)
        except (OSError, http.client.HTTPException) as error:
            raise StampUnavailable(f"{self.url} does not answer ({type(error).__name__})") from error
        except Invalid as error:
            raise StampUnavailable(f"{self.url}: {error}") from error

    def _send(self, asked: bytes) -> bytes:
        with self._connected() as connection:
            connection.request("POST", self.path, asked, self._headers())
            answer = connection.getresponse()
            kind = (answer.headers.get("Content-Type") or "").partition(";")[0].strip().lower()
            if answer.status != http.client.OK or kind != REPLY:
                raise StampUnavailable(f"{self.url} answers {answer.status} {kind[:60]!r}, expected 200 {REPLY}")
            body = answer.read(MAX_STAMP_BYTES + 1)
        if len(body) > MAX_STAMP_BYTES:
            raise StampUnavailable(f"{self.url} answers more than {MAX_STAMP_BYTES} bytes")
        return body

    @contextmanager
    def _connected(self) -> Iterator[http.client.HTTPConnection]:
        """A connection that is cut when the time is up: one that drips would otherwise hold the worker for ever."""
        if self.scheme == "https":
            context = ssl.create_default_context()
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                self.host, self.port, timeout=self.timeout, context=context
            )
        else:
            connection = http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)
        timer = Timer(self.deadline, _cut, [connection])
        timer.daemon = True
        timer.start()
        try:
            yield connection
        finally:
            timer.cancel()
            connection.close()

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": QUERY, "Accept": REPLY, "Connection": "close"}
        if self.user is None:
            return headers
        known = base64.b64encode(f"{self.user}:{self.password or ''}".encode()).decode("ascii")
        return {**headers, "Authorization": f"Basic {known}"}


def read_url(url: str, entropy: Callable[[int], bytes]) -> HttpStamps:
    """Read `https://tsa.example/path`, `https://user:password@…`, `http://…` (without a password)."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise StampSettingError("HOSO_TSA_URL: expected a URL like https://tsa.example/path") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.fragment or not url.isascii():
        raise StampSettingError("HOSO_TSA_URL: expected a URL like https://tsa.example/path")
    if parts.username is not None and parts.scheme != "https" and not _loopback(parts.hostname):
        raise StampSettingError("HOSO_TSA_URL: a password is sent over https:// alone")
    return HttpStamps(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port,
        path=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        entropy=entropy,
        user=unquote(parts.username) if parts.username is not None else None,
        password=unquote(parts.password) if parts.password is not None else None,
    )


def _cut(connection: http.client.HTTPConnection) -> None:
    with contextlib.suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
