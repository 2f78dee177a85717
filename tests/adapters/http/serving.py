"""The real server on loopback, over a world whose clock the test moves."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn

from adapters.application import people
from adapters.http.server import build
from engine.outcome import SYSTEM
from tests.adapters.application.world import World

PATIENCE = 10  # seconds


@dataclass
class Serving:
    """A server over a world, and who calls it."""

    world: World
    url: str
    http: httpx.Client
    server: uvicorn.Server

    def stop(self) -> None:
        """What a signal to the server does."""
        self.server.should_exit = True

    def post(self, who: str, path: str, key: str | None = None, **body: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.world.tokens[who]}", **({"Idempotency-Key": key} if key else {})}
        return self.http.post(f"/v1{path}", json=body, headers=headers)

    def appoint(self, id: str, *roles: str, unit: str = "agency") -> str:
        """A new officer; gives the token."""
        new = people.Newcomer(id=id, name=id.title(), position="Phần mềm", unit=unit, roles=frozenset(roles))
        with self.world.app.store.write() as tx:
            token = str(people.appoint(self.world.app, tx, SYSTEM, new, with_token=True)["token"])
        self.world.tokens = {**self.world.tokens, id: token}
        return token


@contextmanager
def serving(world: World) -> Iterator[Serving]:
    """Run the server without its own worker: the tests do those jobs."""
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    api = build(world.app, worker=False)
    server = uvicorn.Server(uvicorn.Config(api, log_config=None, timeout_graceful_shutdown=5))
    api.state.stopping = lambda: server.should_exit
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + PATIENCE
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        with httpx.Client(base_url=url, timeout=40) as client:
            yield Serving(world, url, client, server)
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        listening.close()
    assert not thread.is_alive()
