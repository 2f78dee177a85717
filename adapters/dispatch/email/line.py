"""A line to a mail server under one deadline: a peer that says a byte a minute, or never stops, is left in time."""

import re
import socket
import ssl
from dataclasses import dataclass
from time import monotonic
from typing import Self

LONGEST_LINE, MOST_LINES = 2000, 100  # RFC 5321 §4.5.3.1.5 asks for 512
_REPLY = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)
_STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
_PIECE = 64 * 1024


class LineLost(Exception):
    """The peer hung up, fell silent, or says what is no SMTP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the server answered: the code, and the text of each line."""

    code: int
    lines: tuple[str, ...]

    @property
    def shown(self) -> str:
        """The code, with the status (RFC 3463) where one is given; no text: it may repeat the address."""
        status = _STATUS.match(self.lines[0])
        return f"{self.code} {status[0]}" if status else str(self.code)


class Line:
    """A connection. Every wait counts towards one deadline, which the caller may set anew."""

    def __init__(self, connected: socket.socket, until: float) -> None:
        self._socket = connected
        self._heard = b""
        self._until = until

    @classmethod
    def connect(cls, host: str, port: int, *, seconds: float) -> Self:
        """Try each of the host's addresses, all of them within that time."""
        until, failed = monotonic() + seconds, "no address"
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise LineLost(type(error).__name__) from error
        for family, kind, protocol, _, address in found:
            connected = socket.socket(family, kind, protocol)
            try:
                connected.settimeout(_left(until))
                connected.connect(address)
            except OSError as error:
                connected.close()
                failed = type(error).__name__
                continue
            return cls(connected, until)
        raise LineLost(failed)

    @property
    def own_address(self) -> str:
        """Our end of the line, as an address literal (RFC 5321 §4.1.3)."""
        host = self._socket.getsockname()[0]
        return f"[IPv6:{host}]" if ":" in host else f"[{host}]"

    def give(self, seconds: float) -> None:
        """Begin a new deadline."""
        self._until = monotonic() + seconds

    def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Go on under TLS. What was said before it ends there: it could be anybody's (CVE-2011-0411)."""
        if self._heard:
            raise LineLost("something was said before TLS began")
        self._socket.settimeout(_left(self._until))
        self._socket = context.wrap_socket(self._socket, server_hostname=host)

    def ask(self, command: str) -> Reply:
        """Say a command and hear the answer."""
        self.say(command.encode() + b"\r\n")
        return self.hear()

    def say(self, data: bytes) -> None:
        """Write it all."""
        rest = memoryview(data)
        try:
            while rest:
                self._socket.settimeout(_left(self._until))
                rest = rest[self._socket.send(rest[:_PIECE]) :]
        except OSError as error:
            raise LineLost(type(error).__name__) from error

    def hear(self) -> Reply:
        """Read one answer, of as many lines as it has."""
        lines: list[str] = []
        while len(lines) < MOST_LINES:
            told = _REPLY.fullmatch(self._line())
            if told is None:
                break
            lines.append((told[3] or b"").decode("utf-8", "replace"))
            if told[2] != b"-":
                return Reply(code=int(told[1]), lines=tuple(lines))
        raise LineLost("what it says is no answer of SMTP")

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _line(self) -> bytes:
        while b"\n" not in self._heard:
            if len(self._heard) > LONGEST_LINE:
                raise LineLost("a line without end")
            try:
                self._socket.settimeout(_left(self._until))
                more = self._socket.recv(4096)
            except OSError as error:
                raise LineLost(type(error).__name__) from error
            if not more:
                raise LineLost("it hung up")
            self._heard += more
        line, _, self._heard = self._heard.partition(b"\n")
        return line.removesuffix(b"\r")


def _left(until: float) -> float:
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError("the time is up")
    return left
