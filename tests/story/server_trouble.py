"""Servers that are no help: one that answers garbage, one that cuts the connection."""

import socket
import threading
from types import TracebackType


class _Listener:
    """Accepts connections on loopback until its block ends, each in a thread."""

    def __enter__(self) -> "_Listener":
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        raise NotImplementedError


def _request(connection: socket.socket) -> bytes:
    """One whole HTTP request."""
    content = b""
    while b"\r\n\r\n" not in content:
        if not (part := connection.recv(65536)):
            return content
        content += part
    head, _, body = content.partition(b"\r\n\r\n")
    lengths = [int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while len(body) < sum(lengths):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


class Garbage(_Listener):
    """Answers everything with the same bytes."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            _request(connection)
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(self._content)}\r\nConnection: close\r\n\r\n"
            connection.sendall(head.encode() + self._content)


class Proxy(_Listener):
    """Stands before a server; an answer to a request that contains `cut` never gets back.

    `deaf`: such a request does not even reach the server.
    """

    def __init__(self, port: int, *, cut: bytes, deaf: bool = False) -> None:
        self._port = port
        self._deaf = deaf
        self.cut = cut
        self.cuts = 0

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            request = _request(connection)
            cut = self.cut in request.partition(b"\r\n")[0]
            self.cuts += cut
            if cut and self._deaf:
                return
            with socket.create_connection(("127.0.0.1", self._port), timeout=30) as server:
                server.sendall(request)
                answer = b""
                while part := server.recv(65536):
                    answer += part
            if not cut:
                connection.sendall(answer)
