"""`hoso consent` and `hoso address`: over the real server, as an officer uses them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.cli.language import activate
from adapters.main import run
from tests.adapters.application.world import World
from tests.adapters.http.client import Caller, problem
from tests.adapters.http.serving import serving

ADDRESS = "58 Nguyễn Đình Chiểu, P. Đa Kao, Q.1, TP.HCM"


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("HOSO_LANG", "en")
    monkeypatch.setenv("HOSO_CONFIG_DIR", str(tmp_path / "config"))
    activate("en")
    yield
    activate("en")


def test_from_the_telephone_call_to_the_revocation(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    """Given, its address looked at and confirmed, listed, revoked: told in words, as JSON, and in Vietnamese."""

    def said(*words: str, code: int = 0) -> str:
        capfd.readouterr()
        assert run(list(words)) == code, words
        captured = capfd.readouterr()
        return captured.out + captured.err

    code = world.approved(channel="post", address=ADDRESS, consent=None)
    given = ("consent", "give", code, "--who", "Bà Tuyết", "--by")
    with serving(world) as running:
        assert run(["login", "--server", running.url, "--token", world.tokens["lan"]]) == 0
        proposed = said("address", "propose", ADDRESS)
        assert "1  Phường Sài Gòn, Thành phố Hồ Chí Minh   [79/26740]" in proposed
        assert "until 30/6/2025: Phường Đa Kao, Quận 1, Thành phố Hồ Chí Minh   [79/760/26737]" in proposed
        assert "doubt: the former ward was split" in proposed
        assert "nghi vấn: phường, xã cũ đã chia" in said("address", "propose", ADDRESS, "--lang", "vi")
        said(*given, "zalo", "--address", ADDRESS, code=2)
        told = said(*given, "telephone", "--address", ADDRESS)
        assert "Not confirmed yet" in told
        assert "2  Phường Tân Định" in told
        assert "not confirmed" in said("consent", "list", code)
        said("consent", "address", code, "--confirm", "3", code=2)
        said("consent", "address", code, "--confirm", "1", "--refuse", code=2)
        assert "Phường Tân Định" in said("consent", "address", code, "--confirm", "2")
        [item] = json.loads(said("consent", "list", code, "--json"))["items"]
        assert (item["location"]["commune"], item["location"]["old"]) == ("26737", "79/760/26737")
        assert item["payer"] == "agency"
        world.work()
        [parcel] = [each["id"] for each in world.dossier(code)["dispatches"]]
        assert f"Called off: {parcel}" in said("consent", "revoke", code, "--reason", "Bà sẽ đến nhận")
        assert "cơ quan" in said("consent", "list", code, "--lang", "vi")
        assert "consents that hold" in said("consent", "address", code, "--refuse", code=2)


def test_what_is_malformed(caller: Caller) -> None:
    """Bounded and strict; another office sees nothing; the answer to a repeated key is the first."""
    code = caller.world.approved(channel="post")
    where = f"/dossiers/{code}/consents"
    good = {"who": "Bà Tuyết", "means": "paper", "address": ADDRESS, "commune": "79/26737"}
    bad = (
        {"who": " "},
        {"means": "other way"},
        {"address": "a" * 241},
        {"payer": "state"},
        {"commune": "1"},
        {"at": "2026-11-20"},
        {"x": 1},
    )
    for each in bad:
        problem(caller.post("lan", where, {**good, **each}), 422, "request-malformed")
    problem(caller.post("lan", where, {**good, "commune": "01/26737"}), 422, "commune-unknown")
    problem(caller.post("nam", where, good), 404, "dossier-unknown")
    first = caller.post("lan", where, good, key="k")
    assert (first.status_code, caller.post("lan", where, good, key="k").json()) == (201, first.json())
    assert [item["id"] for item in caller.get("lan", where).json()["items"]] == [first.json()["id"]]
    problem(caller.post("lan", f"{where}/1/address", {}), 422, "request-malformed")
    problem(caller.post("lan", f"{where}/1/address", {"commune": "26740", "refuse": True}), 422, "request-malformed")
    problem(caller.post("lan", "/addresses", {"text": "a" * 241}), 422, "request-malformed")
