"""The server over an agency."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from adapters.http.server import build
from tests.adapters.application.world import World
from tests.adapters.http.client import Caller


@pytest.fixture
def caller(world: World) -> Iterator[Caller]:
    """The server without its worker: the tests do the jobs."""
    with TestClient(build(world.app, worker=False), raise_server_exceptions=False) as client:
        yield Caller(world, client)
