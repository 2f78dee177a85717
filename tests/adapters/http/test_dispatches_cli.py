"""`hoso dispatch`: what is known of a mail, for people, over the real server."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.application.dispatch_reports import report
from adapters.cli.language import activate
from adapters.jobs.worker import work_once
from adapters.main import run
from engine.delivery import Event
from tests.adapters.application.world import World
from tests.adapters.http.serving import serving
from tests.adapters.jobs.mail import LOST, Keeper
from tests.adapters.jobs.mail import serving as relay
from tests.pki import NOW


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("HOSO_LANG", "en")
    monkeypatch.setenv("HOSO_CONFIG_DIR", str(tmp_path / "config"))
    activate("en")
    yield
    activate("en")


def test_a_mail_is_told_as_it_is_known(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    """Unconfirmed, and how many copies; then what a report says: in both languages, and as JSON."""

    def said(*words: str) -> str:
        capfd.readouterr()
        assert run(list(words)) == 0
        return capfd.readouterr().out

    def listed(*words: str) -> list[str]:
        return [item["id"] for item in json.loads(said("dispatch", "list", *words, "--json"))["items"]]

    with relay(Keeper(data=[LOST] * 9)) as server:
        world.change(mail=replace(server, answer=3.0))
        code = world.approved(channel="email")
        for _ in range(2):
            assert work_once(world.app)
            world.clock.go(seconds=300)
    [id] = [item["id"] for item in world.dossier(code)["dispatches"]]
    with serving(world) as running:
        assert run(["login", "--server", running.url, "--token", world.tokens["hoa"]]) == 0
        assert listed("--failed") == listed("--state", "sent", "--state", "sent-unconfirmed") == [id]
        assert listed("--state", "sent") == []
        shown = said("dispatch", "show", id)
        assert "sent, not confirmed" in shown
        assert "up to 2" in shown
        assert "no answer after the final dot" in shown
        vietnamese = said("dispatch", "show", id, "--lang", "vi")
        assert "đã gửi, chưa được xác nhận" in vietnamese
        assert "tối đa 2" in vietnamese
        assert "máy chủ thư không xác nhận đã nhận thư hay chưa" in vietnamese
        report(world.app, id, Event.BOUNCED, NOW, b"report", status="5.1.1")
        assert "báo phát cho biết thư không phát được" in said("dispatch", "show", id, "--lang", "vi")
        assert "came back" in said("dossier", "history", code, "--lang", "en")
