"""Signing in at a real identity provider on loopback: `hoso login`, a person with a browser, and all that can fail."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from adapters.database import organisation, tables
from adapters.main import run
from adapters.oidc.errors import IdTokenError
from adapters.oidc.provider import IdentityProvider, Known
from tests.adapters.application.world import World
from tests.adapters.http.serving import Serving, serving
from tests.adapters.oidc.real import SECRET, free_port, open_address, running

pytestmark = pytest.mark.system
LAN = "lan@id.example.vn"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with running(free_port()) as issuer:
        yield issuer


def now() -> datetime:
    """The provider knows no other time."""
    return datetime.now(UTC)


def provider(issuer: str, **changes: Any) -> IdentityProvider:
    values = {"issuer": issuer, "client": "hoso", "secret": SECRET, "clock": now}
    return IdentityProvider(**{**values, **changes})


@pytest.fixture
def served(world: World, issuer: str) -> Iterator[Serving]:
    """The server, whose officer lan is linked to a person at the provider."""
    world.change(clock=now, identity=provider(issuer))
    with world.app.store.write() as tx:
        organisation.link(tx, "lan", f"{issuer} {LAN}")
    with serving(world) as serving_:
        yield serving_


def begin(served: Serving) -> dict[str, Any]:
    answer = served.http.post("/v1/sign-in", json={"device": "laptop"})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def ask(served: Serving, begun: dict[str, Any]) -> httpx.Response:
    return served.http.post("/v1/sign-in/token", json={"secret": begun["secret"]})


# -- over HTTP


def test_an_officer_signs_in(served: Serving) -> None:
    """Pending until the person has signed in; then a token of a device of its own, told once."""
    assert served.http.get("/v1/sign-in").json()["ways"] == ["token", "device-flow"]
    begun = begin(served)
    assert ask(served, begun).json() == {"state": "pending", "interval": 5}
    assert "success" in open_address(begun["verification_uri_complete"], LAN)
    slow = ask(served, begun).json()
    assert slow == {"state": "slow_down", "interval": 10}, "asked sooner than every five seconds"
    _wait(served)
    told = ask(served, begun).json()
    assert (told["state"], told["officer"], told["name"]) == ("signed-in", "lan", "laptop")
    me = served.http.get("/v1/me", headers={"Authorization": f"Bearer {told['token']}"})
    assert me.json()["officer"] == "lan"
    assert ask(served, begun).json() == {"state": "expired"}


def _wait(served: Serving) -> None:
    """As if the pause between two questions had passed."""
    with served.world.app.store.write() as tx:
        tx.execute(update(tables.sign_in).values(asked=None))


def test_a_person_who_declines(served: Serving) -> None:
    """Denied, and over."""
    begun = begin(served)
    open_address(begun["verification_uri_complete"], LAN, abort=True)
    assert ask(served, begun).json() == {"state": "denied"}
    assert ask(served, begun).json() == {"state": "expired"}


def test_an_unknown_subject_is_shown(served: Serving) -> None:
    """So that an administrator can link it; no device is made."""
    begun = begin(served)
    open_address(begun["verification_uri_complete"], "stranger@id.example.vn")
    answer = ask(served, begun)
    assert (answer.status_code, answer.json()["code"]) == (403, "not-an-officer")
    assert "stranger@id.example.vn" in answer.json()["remedy"]


def test_a_code_that_nobody_enters_expires() -> None:
    """The provider says so; the sign-in is forgotten."""
    with running(free_port(), lifetime=1) as issuer:
        known = provider(issuer)
        begun = known.begin("n")
        assert begun.expires_in == 1
        threading.Event().wait(1.5)
        assert known.ask(begun.device_code, "n") == "expired"


def test_a_provider_that_is_away(world: World) -> None:
    """503 with what to do; nothing else of the server suffers."""
    world.change(identity=provider(f"http://127.0.0.1:{free_port()}"))
    with serving(world) as served:
        answer = served.http.post("/v1/sign-in", json={"device": "laptop"})
        assert (answer.status_code, answer.json()["code"]) == (503, "identity-provider-unavailable")
        assert served.http.get("/v1/me", headers={"Authorization": f"Bearer {world.tokens['lan']}"}).status_code == 200


# -- the provider's keys


@pytest.mark.parametrize("alg", ["PS256", "ES256", "EdDSA"])
def test_each_algorithm(alg: str) -> None:
    """Which the provider's tokens are signed with."""
    with running(free_port(), alg=alg) as issuer:
        assert _signed_in(provider(issuer)) == Known(subject=LAN)


def test_the_provider_changes_its_keys() -> None:
    """A token that names a key which was not there is verified with the keys of now."""
    port = free_port()
    moved = [datetime.now(UTC)]
    with running(port) as issuer:
        known = provider(issuer, clock=lambda: max(moved[0], datetime.now(UTC)))
        assert _signed_in(known) == Known(subject=LAN)
    with running(port, kid="second"):
        begun = known.begin("n")
        open_address(str(begun.address_with_code), LAN)
        with pytest.raises(IdTokenError, match="publish"):
            known.ask(begun.device_code, "n")  # a moment ago the keys were read
        moved[0] = datetime.fromtimestamp(datetime.now(UTC).timestamp() + 20, UTC)
        assert _signed_in(known) == Known(subject=LAN)


def test_a_token_for_another_client(issuer: str) -> None:
    """A real token of the provider, signed rightly, that was made for somebody else."""
    tokens: list[str] = []

    class Listening(IdentityProvider):
        def verify(self, token: str, nonce: str) -> str:
            tokens.append(token)
            return super().verify(token, nonce)

    known = Listening(issuer=issuer, client="hoso", secret=SECRET, clock=now)
    assert _signed_in(known) == Known(subject=LAN)
    with pytest.raises(IdTokenError, match="aud: expected other"):
        provider(issuer, client="other").verify(tokens[0], "n")


def _signed_in(known: IdentityProvider) -> Known | str:
    begun = known.begin("n")
    open_address(str(begun.address_with_code), LAN)
    return known.ask(begun.device_code, "n")


# -- on the command line


def test_hoso_login(
    served: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The command shows address and code and waits; afterwards the profile is signed in, and no secret was shown."""
    monkeypatch.setenv("HOSO_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("HOSO_LANG", "en")
    for name in ("HOSO_TOKEN", "HOSO_SERVER", "HOSO_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    shown: list[str] = []
    person = threading.Thread(target=_read_and_open, args=(shown, capfd))
    person.start()
    code = run(["login", "--server", served.url, "--device", "laptop"])
    person.join()
    captured = capfd.readouterr()
    told = "".join(shown) + captured.out + captured.err
    assert code == 0, told
    assert "Signed in" in told
    token = (tmp_path / "profiles/default/token").read_text().strip()
    assert token not in told
    assert "hp_" not in told
    assert run(["device", "list"]) == 0
    assert "laptop" in capfd.readouterr().out
    assert run(["logout"]) == 0
    assert not (tmp_path / "profiles/default/token").exists()
    assert served.http.get("/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def _read_and_open(shown: list[str], capfd: Any) -> None:
    for _ in range(100):
        threading.Event().wait(0.1)
        shown.append(capfd.readouterr().err)
        if found := re.search(r"or open: (\S+)", "".join(shown)):
            open_address(found[1], LAN)
            return
