"""A real witness on loopback."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from adapters.witness import trusting
from adapters.witness.cosigning import Cosigner
from adapters.witness.keeping import Folder
from adapters.witness.server import WitnessServer
from adapters.witnesses import HttpWitness, read_witnesses
from signing.trail.note import read_vkey
from signing.trail.witnessing import log_name
from tests.adapters.witness.logs import NOW

Answer = tuple[int, str, bytes]


class Serving:
    """A witness that trusts one log, and who sends it something."""

    def __init__(self, path: Path, vkey: str, clock: Callable[[], datetime], *, longest: float) -> None:
        self.folder = Folder(path=path)
        self.origin = read_vkey(vkey).name
        self.key = self.folder.make_key("w.example") if not self.folder.key_file.exists() else self.folder.key()
        trusting.trust(self.folder, self.key, vkey, None)
        cosigner = Cosigner(folder=self.folder, key=self.key, clock=clock)
        self.server = WitnessServer(("127.0.0.1", 0), cosigner, longest=longest)
        self.address = ("127.0.0.1", self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def send(self, body: bytes, path: str = "/add-checkpoint", method: str = "POST") -> Answer:
        connection = http.client.HTTPConnection(*self.address, timeout=10)
        connection.request(method, path, body)
        answer = connection.getresponse()
        found = (answer.status, answer.headers.get("Content-Type", ""), answer.read())
        connection.close()
        return found

    def last(self) -> Answer:
        return self.send(b"", f"/checkpoints/{log_name(self.origin)}", "GET")

    def held(self) -> int:
        log = self.folder.find(log_name(self.origin), self.key)
        assert log is not None
        return log.held.size

    @property
    def setting(self) -> str:
        """What HOSO_WITNESSES takes."""
        return f"{self.key.vkey} http://127.0.0.1:{self.address[1]}"

    def asked(self) -> HttpWitness:
        """The server's side of it."""
        return read_witnesses(self.setting)[0]


@contextmanager
def serving(
    path: Path, vkey: str, clock: Callable[[], datetime] = lambda: NOW, *, longest: float = 30
) -> Iterator[Serving]:
    served = Serving(path, vkey, clock, longest=longest)
    try:
        yield served
    finally:
        served.server.shutdown()
        served.server.server_close()
