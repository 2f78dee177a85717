"""`hoso message` and `hoso signal` against the real server."""

import json
from collections.abc import Callable, Iterator

import pytest

from tests.adapters.application.world import World
from tests.adapters.cli.conftest import Result
from tests.adapters.http.serving import Serving, serving
from tests.adapters.jobs.speaking import MESSAGE, receiving, started_by, waits
from tests.engine.bpmn.models import start_event

Hoso = Callable[..., Result]


@pytest.fixture
def served(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    """The server; the officer at the command line is Lan."""
    with serving(world) as found:
        monkeypatch.setenv("HOSO_SERVER", found.url)
        monkeypatch.setenv("HOSO_TOKEN", world.tokens["lan"])
        yield found


def test_a_message_says_what_became_of_it(served: Serving, hoso: Hoso) -> None:
    """Received by which dossier, started which, or waits until when."""
    world = served.world
    world.deploy(receiving(key="=so")).body_or_raise()
    world.deploy(started_by("mo", start_event("m1", MESSAGE), name="mo-moi")).body_or_raise()
    code = waits(world, so=7)
    told = hoso("message", "send", "tra-loi", "--key", "7", "--set", "answer=có")
    assert (told.code, told.out) == (0, f"Dossier {code} has received message tra-loi.\n")
    assert hoso("message", "send", "mo-moi").out.startswith("Message mo-moi has started dossier H29.5-")
    waiting = hoso("message", "send", "tra-loi", "--key", "8", "--ttl", "PT1H")
    assert waiting.out.startswith("Message tra-loi waits for its receiver until ")
    listed = hoso("message", "list", "--json")
    assert [(item["name"], item["key"]) for item in json.loads(listed.out)["items"]] == [("tra-loi", "8")]
    assert "tra-loi" in hoso("message", "list").out
    refused = hoso("message", "send", "tra-loi", "--ttl", "PT0S")
    assert (refused.code, "[message-unexpected]" in refused.err) == (3, True)


def test_a_signal_needs_an_administrator(served: Serving, hoso: Hoso, monkeypatch: pytest.MonkeyPatch) -> None:
    """And says how many listen."""
    served.world.start("bao-tin")
    assert hoso("signal", "send", "tin").code == 6
    monkeypatch.setenv("HOSO_TOKEN", served.world.tokens["an"])
    told = hoso("signal", "send", "tin", "--set", "note=lũ")
    assert told.out == "Signal tin is on its way: dossiers that listen: 1; processes that start: 0.\n"
