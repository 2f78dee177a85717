"""A real IMAP4rev1 server on loopback, as far as a reader of one folder needs it, with manners that a test chooses."""

import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from adapters.mailbox.server import MailboxServer

USER, PASSWORD = "vanthu@benthanh.example", r"""a "quoted\\ word"""
_LITERAL = re.compile(rb"\{(\d+)\}$")


@dataclass
class Lying:
    """One mail in a folder."""

    uid: int
    raw: bytes
    deleted: bool = False


@dataclass
class Imap:
    """What the server holds, and how it behaves.

    `drop`: commands after which, once each, the line is cut with the act done, but not answered. `refuse`: commands
    answered with NO. `sizes`: what it says of mails instead of the truth. `drip`: seconds between bytes of a fetch.
    """

    validity: int = 7
    capabilities: str = "IMAP4rev1 UIDPLUS MOVE"
    delimiter: str = "/"
    folders: dict[str, list[Lying]] = field(default_factory=lambda: {"INBOX": []})
    drop: list[str] = field(default_factory=list)
    refuse: set[str] = field(default_factory=set)
    sizes: dict[int, int] = field(default_factory=dict)
    literal: int | None = None  # the size that a fetched literal announces
    drip: float = 0
    greeting: bytes = b"* OK ready\r\n"
    commands: list[str] = field(default_factory=list)
    _uids: int = 0

    def put(self, raw: bytes, folder: str = "INBOX") -> int:
        """Deliver a mail; gives its UID."""
        self._uids += 1
        self.folders.setdefault(folder, []).append(Lying(uid=self._uids, raw=raw))
        return self._uids

    def raws(self, folder: str) -> list[bytes]:
        """What lies there."""
        return [each.raw for each in self.folders.get(folder, []) if not each.deleted]


class _Line:
    """One connection."""

    def __init__(self, imap: Imap, connection: socket.socket) -> None:
        self.imap, self.connection = imap, connection
        self.stream = connection.makefile("rb")
        self.folder = ""
        self.known = False

    def serve(self) -> None:
        self.connection.sendall(self.imap.greeting)
        while line := self.stream.readline():
            text = line.rstrip(b"\r\n")
            while found := _LITERAL.search(text):
                self.connection.sendall(b"+ go on\r\n")
                text = text[: found.start()] + self.stream.read(int(found[1])) + self.stream.readline().rstrip(b"\r\n")
            tag, _, rest = text.decode("latin-1").partition(" ")
            name, _, given = rest.partition(" ")
            if name.upper() == "UID":
                name, _, given = given.partition(" ")
            self.imap.commands.append(name.upper())
            if not self.answer(tag, name.upper(), given):
                return

    def answer(self, tag: str, name: str, given: str) -> bool:
        if name in self.imap.refuse:
            self.say(f"{tag} NO not now")
            return True
        act = getattr(self, f"do_{name.lower()}", None)
        if act is None:
            self.say(f"{tag} BAD what")
            return True
        verdict = act(given) or "OK done"
        if name in self.imap.drop:
            self.imap.drop.remove(name)
            return False
        self.say(f"{tag} {verdict}")
        return name != "LOGOUT"

    def say(self, text: str) -> None:
        self.connection.sendall(text.encode() + b"\r\n")

    def here(self) -> list[Lying]:
        return self.imap.folders[self.folder]

    def of(self, uid: str) -> list[Lying]:
        return [each for each in self.here() if each.uid == int(uid)]

    def do_capability(self, _given: str) -> None:
        self.say(f"* CAPABILITY {self.imap.capabilities if self.known else 'IMAP4rev1 AUTH=PLAIN'}")

    def do_login(self, given: str) -> str | None:
        wanted = '"' + PASSWORD.replace("\\", "\\\\").replace('"', '\\"') + '"'
        self.known = given in (f"{USER} {wanted}", f'"{USER}" {wanted}')
        return None if self.known else "NO who are you"

    def do_select(self, given: str) -> str | None:
        self.folder = given.strip('"')
        if self.folder not in self.imap.folders:
            return "NO no such folder"
        self.say(f"* {len(self.here())} EXISTS")
        self.say(f"* OK [UIDVALIDITY {self.imap.validity}] valid")
        return "OK [READ-WRITE] selected"

    def do_search(self, _given: str) -> None:
        self.say("* SEARCH " + " ".join(str(each.uid) for each in self.here() if not each.deleted))

    def do_fetch(self, given: str) -> None:
        uid, _, what = given.partition(" ")
        for place, each in enumerate(self.here(), 1):
            if each.uid != int(uid):
                continue
            if "RFC822.SIZE" in what:
                self.say(f"* {place} FETCH (UID {uid} RFC822.SIZE {self.imap.sizes.get(each.uid, len(each.raw))})")
                continue
            size = len(each.raw) if self.imap.literal is None else self.imap.literal
            self.connection.sendall(f"* {place} FETCH (UID {uid} BODY[] {{{size}}}\r\n".encode())
            for byte in each.raw if self.imap.drip else b"":
                self.connection.sendall(bytes([byte]))
                time.sleep(self.imap.drip)
            self.connection.sendall((b"" if self.imap.drip else each.raw) + b")\r\n")

    def do_create(self, given: str) -> str | None:
        name = given.strip('"')
        if name in self.imap.folders:
            return "NO [ALREADYEXISTS] there"
        self.imap.folders[name] = []
        return None

    def do_list(self, _given: str) -> None:
        self.say(f'* LIST (\\Noselect) "{self.imap.delimiter}" ""')

    def do_copy(self, given: str) -> str | None:
        uid, _, name = given.partition(" ")
        if name.strip('"') not in self.imap.folders:
            return "NO [TRYCREATE] no such folder"
        for each in self.of(uid):
            self.imap.put(each.raw, name.strip('"'))
        return None

    def do_move(self, given: str) -> str | None:
        refused = self.do_copy(given)
        if refused is None:
            self.imap.folders[self.folder] = [each for each in self.here() if each.uid != int(given.split(" ")[0])]
        return refused

    def do_store(self, given: str) -> None:
        for each in self.of(given.split(" ")[0]):
            each.deleted = True

    def do_expunge(self, given: str) -> None:
        uids = {int(given)} if given else {each.uid for each in self.here()}
        self.imap.folders[self.folder] = [each for each in self.here() if not (each.deleted and each.uid in uids)]

    def do_logout(self, _given: str) -> None:
        self.say("* BYE")


@contextmanager
def serving(imap: Imap, context: ssl.SSLContext | None = None) -> Iterator[MailboxServer]:
    """The server on loopback; over TLS where a context is given."""
    listening = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()

    def accept() -> None:
        while not stopped.is_set():
            with suppress(OSError):
                connection, _ = listening.accept()
                threading.Thread(target=talk, args=(connection,), daemon=True).start()

    def talk(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            held = context.wrap_socket(connection, server_side=True) if context else connection
            with held:
                _Line(imap, held).serve()
                with suppress(OSError):
                    held.shutdown(socket.SHUT_RDWR)

    threading.Thread(target=accept, daemon=True).start()
    try:
        port = listening.getsockname()[1]
        yield MailboxServer(host="127.0.0.1", port=port, secure=context is not None, user=USER, password=PASSWORD)
    finally:
        stopped.set()
        listening.close()
