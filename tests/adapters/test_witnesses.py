"""The server's side of a witness: a cosignature that holds, or "not now", within bounds; whatever it answers."""

import base64
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from adapters.witnesses import (
    MAX_ANSWER_BYTES,
    HttpWitness,
    WitnessRefuses,
    WitnessSettingError,
    WitnessUnavailable,
    read_witnesses,
)
from signing.trail.cosignature import WitnessKey
from signing.trail.note import LogKey, split_note
from tests.adapters.witness.logs import NOW, GrowingLog
from tests.adapters.witness.serving import serving

LOG = GrowingLog().grow(9)
KEY, OTHER = WitnessKey.generate("w.example"), WitnessKey.generate("w.example")
Answer = tuple[int, str, bytes]


def asked(witness: HttpWitness, size: int = 9, known: int = 0, log: GrowingLog = LOG) -> str:
    return witness.cosign(log.note(size), size, lambda old: log.proof(old, size), known=known, at=NOW)


def line(size: int = 9, key: WitnessKey = KEY, **later: float) -> bytes:
    return key.cosign(split_note(LOG.note(size))[0], NOW + timedelta(**later)).encode()


@contextmanager
def answering(answer: Callable[[bytes], Answer]) -> Iterator[HttpWitness]:
    """Whoever answers in place of the witness."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, kind, body = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Location", "http://127.0.0.1:9/")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield read_witnesses(f"{KEY.vkey} http://127.0.0.1:{server.server_address[1]}/w")[0]
    finally:
        server.shutdown()
        server.server_close()


def test_an_honest_witness(tmp_path: Path) -> None:
    """Whatever was thought that it knows, it is asked again from where it stands."""
    with serving(tmp_path / "w", LOG.key.vkey) as witness:
        for size, known in ((3, 0), (5, 3), (7, 0), (9, 8), (9, 2), (9, 9)):
            assert asked(witness.asked(), size, known).startswith("— w.example ")
            assert witness.held() == size
        with pytest.raises(WitnessRefuses, match="saw 9 leaves of this log, which has 8") as ahead:
            asked(witness.asked(), 8)
        assert ahead.value.size == 9
        for fork in (GrowingLog(key=LOG.key).grow(9, "x"), GrowingLog(key=LOG.key).grow(12, "x")):
            with pytest.raises(WitnessRefuses):
                asked(witness.asked(), fork.size, known=9, log=fork)
        with pytest.raises(WitnessUnavailable, match="hoso witness trust"):
            asked(witness.asked(), 9, log=GrowingLog(key=LogKey.generate("new")).grow(9))


LIES: dict[str, Callable[[bytes], Answer]] = {
    "nothing": lambda _: (200, "text/plain", b""),
    "garbage": lambda _: (200, "text/plain", b"\xff\x00 rubbish\n"),
    "no newline": lambda _: (200, "text/plain", line().rstrip(b"\n")),
    "another note": lambda _: (200, "text/plain", line(8)),
    "another key of its name": lambda _: (200, "text/plain", line(key=OTHER)),
    "a key ID that is not its key's": lambda _: (200, "text/plain", forged()),
    "of tomorrow": lambda _: (200, "text/plain", line(days=1)),
    "of yesterday": lambda _: (200, "text/plain", line(days=-1)),
    "much": lambda _: (200, "text/plain", line() * (MAX_ANSWER_BYTES // len(line()) + 1)),
    "ten megabytes": lambda _: (200, "text/plain", b"x" * 10_000_000),
    "redirect": lambda _: (302, "text/plain", b""),
    "broken": lambda _: (500, "text/plain", b""),
    "web page": lambda _: (409, "text/html", b"5\n"),
    "a size that is none": lambda _: (409, "text/x.tlog.size", b"-5\n"),
    "endless size": lambda _: (409, "text/x.tlog.size", b"9" * 5000 + b"\n"),
    "never content": lambda sent: (409, "text/x.tlog.size", b"%d\n" % (int(sent.split()[1]) + 1)),
    "always the same size": lambda sent: (409, "text/x.tlog.size", sent.split()[1] + b"\n"),
    "proof refused": lambda _: (422, "text/plain", b""),
}


def forged() -> bytes:
    blob = base64.b64decode(line(key=OTHER).split()[-1])
    own = base64.b64decode(line().split()[-1])[:4]
    return b"\xe2\x80\x94 w.example " + base64.b64encode(own + blob[4:]) + b"\n"


@pytest.mark.parametrize("lie", LIES)
def test_a_witness_that_lies(lie: str) -> None:
    """Nothing but its own cosignature of this very note, of now, is taken; all else is "not now"."""
    with answering(LIES[lie]) as witness, pytest.raises(WitnessUnavailable):
        asked(witness)


def test_lines_of_others_are_passed_over() -> None:
    """A witness may answer by several keys (tlog-witness); ours counts."""
    with answering(lambda _: (200, "text/plain", line(key=OTHER) + line())) as witness:
        assert asked(witness) == line().decode()


def test_a_witness_that_is_down_or_drips() -> None:
    """Nobody listens, or a byte comes now and then: it is given up in time."""
    (down,) = read_witnesses(f"{KEY.vkey} http://127.0.0.1:9")
    with pytest.raises(WitnessUnavailable, match=r"http://127.0.0.1:9 does not answer"):
        asked(down)
    listening = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = listening.accept()
        with connection:
            try:
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while True:
                    connection.sendall(b"X-Slow: 1\r\n")
                    time.sleep(0.05)
            except OSError:
                return

    threading.Thread(target=drip, daemon=True).start()
    (slow,) = read_witnesses(f"{KEY.vkey} http://127.0.0.1:{listening.getsockname()[1]}")
    slow = replace(slow, place=replace(slow.place, deadline=0.5))
    began = time.monotonic()
    with pytest.raises(WitnessUnavailable):
        asked(slow)
    assert time.monotonic() - began < 8
    listening.close()


GOOD = f"{KEY.vkey} https://w.example"


@pytest.mark.parametrize(
    "text",
    [
        KEY.vkey,
        f"{KEY.vkey} w.example",
        f"{KEY.vkey} https://user:pass@w.example",
        f"{KEY.vkey} https://w.example/?a=1",
        f"{KEY.vkey} ftp://w.example",
        f"{KEY.vkey[:-1]} https://w.example",
        f"{LOG.key.vkey} https://w.example",
        f"{GOOD}, {KEY.vkey} https://other.example",
        ",".join(f"{WitnessKey.generate('w').vkey} https://w.example" for _ in range(17)),
    ],
    ids=["no-address", "no-scheme", "password", "query", "other-scheme", "cut-key", "log-key", "twice", "too-many"],
)
def test_settings_that_name_no_witness(text: str) -> None:
    """A key of another kind, no address, one named twice, more than a note takes: refused as a setting."""
    with pytest.raises(WitnessSettingError, match="HOSO_WITNESSES"):
        read_witnesses(text)


def test_settings() -> None:
    """Separated by commas or new lines; the protocol's path is put behind the address."""
    found = read_witnesses(f"\n{GOOD},\n{OTHER.vkey}   http://10.0.0.7:8090/hoso/\n")
    urls = ["https://w.example/add-checkpoint", "http://10.0.0.7:8090/hoso/add-checkpoint"]
    assert [each.place.url for each in found] == urls
    assert read_witnesses("") == ()
    assert [each.is_here for each in read_witnesses(f"{KEY.vkey} http://[::1]:8090, {OTHER.vkey} http://w/")] == [
        True,
        False,
    ]
