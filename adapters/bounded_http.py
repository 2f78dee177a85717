"""One HTTP request to a program that we need and do not trust: bounded in size and time, no redirects."""

import contextlib
import http.client
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from ipaddress import ip_address
from threading import Event, Timer
from urllib.parse import SplitResult, urlsplit

TIMEOUT = 10.0  # seconds without a byte
DEADLINE = 20.0  # seconds for all of it
_PIECE = 64 * 1024


class Unanswered(Exception):
    """Nobody answered in time, or not as HTTP wants it; the message says what happened and no more."""


class Unreached(Unanswered):
    """Nobody was reached: not a byte of the request was sent."""


class TooLong(Unanswered):
    """The answer is longer than what was asked for can be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: the status, the media type in lower case without its parameters, and the body."""

    status: int
    kind: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a program listens. `timeout`: seconds without a byte; `deadline`: seconds for all of it."""

    scheme: str
    host: str
    port: int | None
    path: str
    timeout: float = TIMEOUT
    deadline: float = DEADLINE

    @property
    def url(self) -> str:
        """The address."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}{f':{self.port}' if self.port else ''}{self.path}"

    @property
    def origin(self) -> str:
        """The address without its path, which may hold a secret."""
        return replace(self, path="").url

    @property
    def is_here(self) -> bool:
        """Whether it is on this very machine, by its name or address."""
        return loopback(self.host)

    def post(self, content: bytes, headers: Mapping[str, str], *, largest: int) -> Answer:
        """Send and give what is answered, whatever the status; raises Unanswered."""
        return self.ask("POST", content, headers, largest=largest)

    def ask(self, method: str, content: bytes | None, headers: Mapping[str, str], *, largest: int) -> Answer:
        """The same by another method; raises Unanswered, or Unreached where it is known that nothing was sent."""
        reached = False
        try:
            with self._connected() as connection:
                reached = True
                connection.request(method, self.path, content, {**headers, "Connection": "close"})
                answer = connection.getresponse()
                kind = (answer.headers.get("Content-Type") or "").partition(";")[0].strip().lower()
                body = read_bounded(answer, largest)
        except (OSError, http.client.HTTPException) as error:
            message = f"{self.origin} does not answer ({type(error).__name__})"
            raise (Unanswered(message) if reached else Unreached(message)) from error
        if len(body) > largest:
            raise TooLong(f"{self.origin} answers more than {largest} bytes")
        return Answer(status=answer.status, kind=kind, body=body)

    @contextmanager
    def _connected(self) -> Iterator[http.client.HTTPConnection]:
        """A connection that is cut when the time is up: one that drips would otherwise hold the worker for ever."""
        secure = self.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection, over = kind(self.host, self.port, timeout=self.timeout), Event()
        timer = Timer(self.deadline, _cut, [connection, over])
        timer.daemon = True
        timer.start()
        try:
            found = socket.create_connection((self.host, connection.port), self.timeout)
            if secure:  # the handshake by itself, so that what is cut is known by then
                context = ssl.create_default_context()
                found = context.wrap_socket(found, server_hostname=self.host, do_handshake_on_connect=False)
            connection.sock = found
            if over.is_set():
                raise TimeoutError
            if isinstance(found, ssl.SSLSocket):
                found.do_handshake()
            yield connection
        finally:
            timer.cancel()
            connection.close()


def read_bounded(answer: http.client.HTTPResponse, largest: int) -> bytes:
    """Read an answer, or a little more than the most that is wanted: never more, whatever sizes it tells of itself."""
    parts, size = list[bytes](), 0
    while size <= largest and (part := answer.read1(_PIECE)):
        parts.append(part)
        size += len(part)
    if size <= largest and answer.length:
        raise http.client.IncompleteRead(b"", answer.length)
    return b"".join(parts)


def read_web_address(url: str) -> tuple[SplitResult, int | None] | None:
    """Give the parts and the port of an http or https address; None where it is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.fragment or not url.isascii():
        return None
    return parts, port


def loopback(host: str) -> bool:
    """Whether a host is this very machine, by its name or address."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _cut(connection: http.client.HTTPConnection, over: Event) -> None:
    over.set()
    with contextlib.suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)
