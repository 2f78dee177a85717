"""Read a mailbox over IMAP (RFC 3501) within bounds: of bytes, and of time for the whole round, however slow it drips.

Nothing is marked by reading (`BODY.PEEK`); a mail is moved only when the caller says so.
"""

import imaplib
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from adapters.mailbox.server import MailboxServer

TIMEOUT = 20  # seconds for one answer
MOST_BYTES = 200 << 20  # that the server may send in one round
MOST_AT_ONCE = 24 << 20  # more than any mail that is fetched
Told = bytes | tuple[bytes, bytes] | None
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,19})\b", re.IGNORECASE)
_DELIMITER = re.compile(rb'\([^)]*\) "(\\?.)"')


class MailboxUnavailable(Exception):
    """The mailbox cannot be read now: it is away, refuses us, or sends what it should not. Nothing was lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a mail lies: UIDVALIDITY of its folder and its UID there; together they name one mail (RFC 3501 §2.3.1)."""

    validity: int
    uid: int


class Mailbox:
    """An open folder."""

    def __init__(self, connection: imaplib.IMAP4, folder: str) -> None:
        self._imap = connection
        self._select(folder)
        self.validity = self._validity()
        self._able = self._capabilities()
        self._delimiter: str | None = None
        self._made = set[str]()

    def waiting(self, most: int) -> list[Place]:
        """The first mails that lie in the folder, the oldest first."""
        told = [each for each in self._ask("SEARCH", "UNDELETED") if isinstance(each, bytes)]
        uids = sorted({int(each) for line in told for each in line.split() if each.isdigit() and len(each) < 11})
        return [Place(validity=self.validity, uid=uid) for uid in uids[:most]]

    def size(self, uid: int) -> int | None:
        """How large the server says that the mail is; None where it is gone."""
        told = self._ask("FETCH", str(uid), "(RFC822.SIZE)")
        sizes = [int(found[1]) for each in told if isinstance(each, bytes) and (found := _SIZE.search(each))]
        return sizes[0] if sizes else None

    def fetch(self, uid: int) -> bytes | None:
        """The whole mail as it came; None where it is gone."""
        told = self._ask("FETCH", str(uid), "(BODY.PEEK[])")
        bodies = [each[1] for each in told if isinstance(each, tuple)]
        return bodies[0] if bodies else None

    def move(self, uid: int, folder: str) -> None:
        """Move the mail to another folder, which is made where it is missing (RFC 6851, else copied and deleted)."""
        where = self._named(folder)
        if where not in self._made:
            with suppress(MailboxUnavailable):
                self._ask_plainly("CREATE", where)  # mostly it is there
            self._made.add(where)
        if "MOVE" in self._able:
            self._ask("MOVE", str(uid), where)
            return
        self._ask("COPY", str(uid), where)
        self._ask("STORE", str(uid), "+FLAGS.SILENT", r"(\Deleted)")
        if "UIDPLUS" in self._able:  # else others' deleted mails would go, too
            self._ask("EXPUNGE", str(uid))

    def _named(self, folder: str) -> str:
        """The folder's name, with the delimiter of this server."""
        if self._delimiter is None:
            told = self._ask_plainly("LIST", '""', '""')
            found = [match[1] for each in told if isinstance(each, bytes) and (match := _DELIMITER.match(each))]
            self._delimiter = found[0].decode("ascii", "replace")[-1] if found else "/"
        return f'"{folder.replace("/", self._delimiter)}"'

    def _capabilities(self) -> frozenset[str]:
        """What the server can do for who is signed in: most tell less before (RFC 3501 §6.1.1)."""
        told = [each for each in self._ask_plainly("CAPABILITY") if isinstance(each, bytes)]
        return frozenset(b" ".join(told).decode("ascii", "replace").upper().split())

    def _select(self, folder: str) -> None:
        quoted = '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
        with _clear(self._imap):
            _checked(self._imap.select(quoted), "SELECT")

    def _validity(self) -> int:
        _, told = self._imap.response("UIDVALIDITY")
        first = told[-1] if told else None
        if not isinstance(first, bytes) or not first.isdigit() or len(first) > 10:
            raise MailboxUnavailable("the mailbox has no UIDVALIDITY; mails cannot be told apart in it")
        return int(first)

    def _ask(self, command: str, *given: str) -> list[Told]:
        with _clear(self._imap):
            return _checked(self._imap.uid(command, *given), command)

    def _ask_plainly(self, command: str, *given: str) -> list[Told]:
        with _clear(self._imap):
            return _checked(getattr(self._imap, command.lower())(*given), command)


def _checked(answer: tuple[str, list[Any]], command: str) -> list[Told]:
    """What came; MailboxUnavailable where it is no OK. The server's text is not told: it may hold what a mail says."""
    if answer[0] != "OK":
        raise MailboxUnavailable(f"the mailbox refuses {command}")
    return list(answer[1])


class _Bounded:
    """A connection that is counted and timed: a server that sends without end, or slowly without end, is left."""

    def __init__(self, seconds: float, **given: Any) -> None:
        self.seconds, self.budget, self.over = seconds, MOST_BYTES, False
        self.alarm: threading.Timer | None = None
        super().__init__(**given)

    def open(self, *given: Any) -> None:
        """Connect; from now on the time runs."""
        super().open(*given)  # type: ignore[misc]
        self.alarm = threading.Timer(self.seconds, self._cut)
        self.alarm.daemon = True
        self.alarm.start()

    def shutdown(self) -> None:
        """Close."""
        if self.alarm is not None:
            self.alarm.cancel()
        super().shutdown()  # type: ignore[misc]

    def read(self, size: int) -> bytes:
        """Read a literal, if it is no larger than a mail may be."""
        if size > MOST_AT_ONCE:
            raise imaplib.IMAP4.abort("the mailbox sends a mail that is larger than it said")
        self._spend(size)
        return super().read(size)  # type: ignore[misc,no-any-return]

    def readline(self) -> bytes:
        """Read a line."""
        found: bytes = super().readline()  # type: ignore[misc]
        self._spend(len(found))
        return found

    def _spend(self, size: int) -> None:
        self.budget -= size
        if self.budget < 0:
            raise imaplib.IMAP4.abort("the mailbox sends more than it may")

    def _cut(self) -> None:
        """End the connection under whoever reads from it; below TLS, which another thread must not touch."""
        self.over = True
        with suppress(OSError):
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)  # type: ignore[attr-defined]


class _Plain(_Bounded, imaplib.IMAP4):
    pass


class _Secure(_Bounded, imaplib.IMAP4_SSL):
    pass


@contextmanager
def opened(server: MailboxServer, seconds: float) -> Iterator[Mailbox]:
    """The mailbox, signed in, for at most that long; whatever goes wrong with it is MailboxUnavailable."""
    connection = _connected(server, seconds)
    try:
        with _clear(connection):
            _sign_in(connection, server)
        yield Mailbox(connection, server.folder)
        with suppress(OSError, imaplib.IMAP4.error):
            connection.logout()
    finally:
        with suppress(OSError):
            connection.shutdown()


@contextmanager
def _clear(connection: imaplib.IMAP4 | None) -> Iterator[None]:
    """imaplib lets what it cannot parse fall through as ValueError, IndexError and the like."""
    try:
        yield
    except (OSError, imaplib.IMAP4.error, EOFError, ValueError, LookupError, TypeError, AttributeError) as error:
        late = getattr(connection, "over", False)
        raise MailboxUnavailable("the mailbox takes too long" if late else f"the mailbox: {_kind(error)}") from error


def _kind(error: Exception) -> str:
    return "the connection was lost" if isinstance(error, imaplib.IMAP4.abort) else type(error).__name__


def _connected(server: MailboxServer, seconds: float) -> imaplib.IMAP4:
    with _clear(None):
        if not server.secure:
            return _Plain(seconds, host=server.host, port=server.port, timeout=TIMEOUT)
        context = ssl.create_default_context(cafile=str(server.authority) if server.authority else None)
        given = {"host": server.host, "port": server.port, "ssl_context": context, "timeout": TIMEOUT}
        return _Secure(seconds, **given)


def _sign_in(connection: imaplib.IMAP4, server: MailboxServer) -> None:
    try:
        connection.login(server.user, server.password)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise MailboxUnavailable(f"the mailbox {server.host}:{server.port} does not let us in") from error
