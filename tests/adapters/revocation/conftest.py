"""A real HTTP server in an authority's place."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.adapters.cli.conftest import _english, hoso

__all__ = ["_english", "hoso"]


@dataclass
class Site:
    """A real HTTP server that gives what is put there, and remembers what was asked."""

    url: str
    pages: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    moved: str | None = None


@pytest.fixture
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(f"{self.command} {self.path}")
            page = found.pages.get(self.path)
            self.send_response(302 if found.moved else 404 if page is None else 200)
            if found.moved:
                self.send_header("Location", found.moved)
            self.end_headers()
            self.wfile.write(page or b"")

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Site(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
