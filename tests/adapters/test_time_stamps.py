"""The HTTP client of a time-stamp authority: an answer to the question, or "not now", within bounds."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from adapters.console.demo.stamps import StampServer, granted, refusal
from adapters.time_stamps import HttpStamps, StampSettingError, read_url
from signing.timestamp import StampUnavailable, verify_stamp
from tests.pki import NOW, trust
from tests.stamps import digest, honest, token

CONTENT = b"what is stamped"


def entropy(count: int) -> bytes:
    return b"\x01" * count


@contextmanager
def served(answer: Callable[[bytes], bytes]) -> Iterator[HttpStamps]:
    server = StampServer(answer)
    server.start()
    try:
        yield read_url(server.url, entropy)
    finally:
        server.stop()


@contextmanager
def raw(status: int, kind: str, body: bytes) -> Iterator[HttpStamps]:
    """A server that answers just so."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Location", "http://127.0.0.1:9/")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield read_url(f"http://127.0.0.1:{server.server_address[1]}/tsa", entropy)
    finally:
        server.shutdown()
        server.server_close()


def test_it_asks_and_gets_a_stamp() -> None:
    """A real question over HTTP, a real answer, which verifies."""
    with served(honest().answer) as stamps:
        found = verify_stamp(stamps.stamp(digest(CONTENT)), CONTENT, trust=trust(), at=NOW)
    assert found.time == NOW


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: b"",
        lambda _: b"rubbish",
        lambda _: refusal("system_failure"),
        lambda _: granted(token(CONTENT, honest(), nonce=7)),
        lambda _: granted(token(b"other", honest(), nonce=int.from_bytes(entropy(12), "big"))),
    ],
    ids=["nothing", "rubbish", "refusal", "wrong nonce", "wrong imprint"],
)
def test_what_is_no_answer_to_the_question_is_none(answer: Callable[[bytes], bytes]) -> None:
    """Whatever the authority says wrongly, the caller hears one thing: not now."""
    with served(answer) as stamps, pytest.raises(StampUnavailable):
        stamps.stamp(digest(CONTENT))


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (500, "application/timestamp-reply", b""),
        (302, "application/timestamp-reply", b""),
        (200, "text/html", b"<html>sign in</html>"),
        (200, "application/timestamp-reply", b"\x30" * 70_000),
    ],
    ids=["broken", "redirect", "web page", "too large"],
)
def test_other_answers_are_refused(status: int, kind: str, body: bytes) -> None:
    """No redirect is followed, no page read, nothing larger than a stamp."""
    with raw(status, kind, body) as stamps, pytest.raises(StampUnavailable):
        stamps.stamp(digest(CONTENT))


def test_an_authority_that_is_down() -> None:
    """Nobody listens: not now, and the message names the host without its password."""
    stamps = read_url("http://user:secret@127.0.0.1:9/", entropy)
    with pytest.raises(StampUnavailable) as found:
        stamps.stamp(digest(CONTENT))
    assert "http://127.0.0.1:9 does not answer" in str(found.value)
    assert "secret" not in str(found.value) + repr(stamps)


def test_an_authority_that_drips_is_cut() -> None:
    """A byte now and then does not hold the worker for ever."""
    listening = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = listening.accept()
        with connection:
            try:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\n")
                while True:
                    connection.sendall(b"X-Slow: 1\r\n")
                    time.sleep(0.05)
            except OSError:
                return

    threading.Thread(target=drip, daemon=True).start()
    stamps = read_url(f"http://127.0.0.1:{listening.getsockname()[1]}/", entropy)
    stamps = replace(stamps, place=replace(stamps.place, deadline=0.5))
    began = time.monotonic()
    with pytest.raises(StampUnavailable):
        stamps.stamp(digest(CONTENT))
    assert time.monotonic() - began < 8
    listening.close()


@pytest.mark.parametrize(
    "url",
    ["", "tsa.example", "ftp://tsa.example/", "https://", "http://user:pass@tsa.example/", "https://tsa.example:x/"],
)
def test_urls_that_cannot_be_used(url: str) -> None:
    """A password goes over TLS alone; whatever is no web address is refused as a setting."""
    with pytest.raises(StampSettingError):
        read_url(url, entropy)
    assert read_url("https://user:p%40ss@tsa.example/t?x=1", entropy).password == "p@ss"
