"""The witness over HTTP (c2sp.org/tlog-witness), on the standard library alone; TLS is a proxy's before it.

Bounded in everything that a stranger decides: the size of a request, the time of a connection, their number.
"""

import contextlib
import re
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore, Timer
from typing import Any

from adapters.witness.cosigning import PLAIN, Answered, Cosigner
from adapters.witness.keeping import Damaged
from signing.trail.witnessing import MAX_REQUEST_BYTES

CONNECTIONS = 32
LONGEST = 30.0  # seconds that a connection is served
_NAME = re.compile(r"/checkpoints/([0-9a-f]{64})")
_LENGTH = re.compile(r"[0-9]{1,9}", re.ASCII)


class WitnessServer(ThreadingHTTPServer):
    """Serves one witness. `longest`: seconds that a connection may last."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], cosigner: Cosigner, *, longest: float = LONGEST) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.cosigner = cosigner
        self.longest = longest
        self._free = BoundedSemaphore(CONNECTIONS)
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection, unless too many are open: then it is closed at once."""
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve it for as long as a connection may last."""
        timer = Timer(self.longest, _cut, [request])
        timer.daemon = True
        timer.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            timer.cancel()
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say what broke, without the traceback of a connection that merely ended."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            _tell(f"request broke: {type(error).__name__}")


class _Handler(BaseHTTPRequestHandler):
    server: WitnessServer
    protocol_version = "HTTP/1.1"
    server_version = "hoso-witness"
    sys_version = ""
    timeout = 10  # seconds without a byte

    def do_POST(self) -> None:
        """A checkpoint is to be cosigned."""
        length = self.headers.get("Content-Length", "")
        if self._is_ambiguous():
            self._refuse(400, "where this request ends can be read in more than one way")
        elif "Transfer-Encoding" in self.headers or not _LENGTH.fullmatch(length):
            self._refuse(411, "a request says its length")
        elif int(length) > MAX_REQUEST_BYTES:
            self._refuse(413, f"a request has at most {MAX_REQUEST_BYTES} bytes")
        elif self.path != "/add-checkpoint":
            self._refuse(404, "there is nothing here")
        else:
            body = self.rfile.read(int(length))
            if len(body) < int(length):
                self.close_connection = True
                return
            self._guarded(lambda: self.server.cosigner.add_checkpoint(body))

    def do_GET(self) -> None:
        """The last checkpoint of a log that was cosigned.

        A question has no body. One that came with one would be left in the connection, and read as the next request:
        behind a proxy that pools connections, as that of somebody else (RFC 9112 §11.2).
        """
        found = _NAME.fullmatch(self.path)
        has_body = "Transfer-Encoding" in self.headers or self.headers.get("Content-Length", "0") != "0"
        if has_body or self._is_ambiguous():
            self._refuse(400, "a question has no body")
        elif found is None:
            self._refuse(404, "there is nothing here")
        else:
            self._guarded(lambda: self._last(found[1]))

    def _is_ambiguous(self) -> bool:
        """Whether a proxy may see another end of this request: two lengths, or headers that were not all read."""
        return len(self.headers.get_all("Content-Length", [])) > 1 or bool(self.headers.defects)

    def _last(self, name: str) -> Answered:
        note = self.server.cosigner.last(name)
        if note is None:
            return Answered(
                status=404, body=b"no checkpoint of such a log was cosigned here\n", code="witness-log-unknown"
            )
        return Answered(status=200, body=note.encode())

    def _guarded(self, decide: Any) -> None:
        try:
            answered: Answered = decide()
        except (Damaged, OSError) as error:
            # Whoever runs the witness must look; a stranger need not know which file it is.
            _tell(f"cannot cosign: {error}")
            answered = Answered(status=500, body=b"the witness cannot cosign now\n", code="witness-broken")
        if answered.code:
            _tell(f"refused: {answered.status} {answered.code}")
        self._send(answered)

    def _refuse(self, status: int, why: str) -> None:
        # What came after is not read: the connection cannot be used again.
        self.close_connection = True
        self._send(Answered(status=status, body=f"{why}\n".encode()))

    def _send(self, answered: Answered) -> None:
        self.send_response(answered.status)
        self.send_header("Content-Type", answered.kind or PLAIN)
        self.send_header("Content-Length", str(len(answered.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answered.body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing of what was well."""


def _cut(request: socket.socket) -> None:
    with contextlib.suppress(OSError):
        request.shutdown(socket.SHUT_RDWR)


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
