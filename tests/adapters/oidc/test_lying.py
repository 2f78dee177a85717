"""A provider that does not answer as it should: nothing of it is believed, followed, or read without end."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from fastapi.testclient import TestClient

from adapters.http.server import build
from adapters.oidc import transport
from adapters.oidc.errors import ProviderError
from adapters.oidc.provider import IdentityProvider
from adapters.settings import SettingError, read_settings
from adapters.wiring import provider as read_provider
from tests.adapters.application.world import World
from tests.adapters.http.client import problem

Answers = dict[str, tuple[int, Any]]
Provider = Callable[..., tuple[IdentityProvider, Answers]]


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider on loopback; a test changes what it answers by path: status and JSON, bytes, or another address."""
    answers: Answers = {}

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, value = answers.get(self.path, (404, {}))
            body = value if isinstance(value, bytes) else json.dumps(value).encode()
            self.send_response(status)
            if status == 302:
                self.send_header("Location", value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    issuer = f"http://127.0.0.1:{server.server_port}"

    def made(**metadata: Any) -> tuple[IdentityProvider, Answers]:
        told = {"issuer": issuer, "jwks_uri": f"{issuer}/keys", "token_endpoint": f"{issuer}/token"}
        told["device_authorization_endpoint"] = f"{issuer}/device"
        answers["/.well-known/openid-configuration"] = (200, {**told, **metadata})
        begun = {"device_code": "d", "user_code": "A-B", "verification_uri": f"{issuer}/go"}
        answers["/device"] = (200, begun)
        return IdentityProvider(issuer=issuer, client="hoso", secret=None, clock=lambda: datetime.now(UTC)), answers

    yield made
    server.shutdown()
    server.server_close()


def test_what_it_should_say(provider: Provider) -> None:
    """The others differ from this in one thing."""
    known, answers = provider()
    begun = known.begin("n")
    with pytest.raises(ProviderError, match="404"):
        known.check()  # it publishes no keys
    answers["/keys"] = (200, {"keys": []})
    known.check()
    assert (begun.user_code, begun.interval, begun.expires_in) == ("A-B", 5, 600)


@pytest.mark.parametrize(
    ("metadata", "told"),
    [
        ({"issuer": "https://other.example.vn"}, "issuer"),
        ({"device_authorization_endpoint": None}, "device flow"),
        ({"device_authorization_endpoint": "http://id.example.vn/device"}, "expected https"),
        ({"device_authorization_endpoint": "https://a:b@id.example.vn/"}, "expected a URL"),
        ({"device_authorization_endpoint": ["x"]}, "expected a URL"),
    ],
)
def test_what_it_says_of_itself(provider: Provider, metadata: dict[str, Any], told: str) -> None:
    """Another's name, no device flow, an address that is not encrypted."""
    known, _ = provider(**metadata)
    with pytest.raises(ProviderError, match=told):
        known.begin("n")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((302, "http://127.0.0.1:1/"), "302"),
        ((200, b"<html>"), "without a JSON object"),
        ((200, []), "without a JSON object"),
        ((200, b"[" * 100_000), "without a JSON object"),
        ((200, b" " * (transport.LARGEST + 1)), "more than"),
        ((200, {"device_code": "d"}), "verification_uri"),
        ((200, {"device_code": "d", "verification_uri": "javascript:alert(1)"}), "expected a URL"),
        ((200, {"device_code": "d", "user_code": "\x1b[2J", "verification_uri": "https://id.example.vn"}), "user_code"),
        ((400, {"error": "invalid_client"}), "invalid_client"),
    ],
)
def test_what_it_answers(provider: Provider, answer: tuple[int, Any], told: str) -> None:
    """No redirect is followed, nothing large read, nothing shown that is no address or code."""
    known, answers = provider()
    answers["/device"] = answer
    with pytest.raises(ProviderError, match=told):
        known.begin("n")


def test_a_provider_that_speaks_another_protocol(provider: Provider) -> None:
    """An unknown error is no state; an answer without an ID token is none."""
    known, answers = provider()
    for answer in ((400, {"error": "server_error"}), (200, {"access_token": "x"})):
        answers["/token"] = answer
        with pytest.raises(ProviderError):
            known.ask("d", "n")


def test_settings_come_together(tmp_path: Any) -> None:
    """Issuer without client, an issuer that is not encrypted, a secret's file that is not there: said at start."""
    for environment in (
        {"HOSO_OIDC_ISSUER": "https://id.example.vn"},
        {"HOSO_OIDC_CLIENT_ID": "hoso"},
        {
            "HOSO_OIDC_ISSUER": "https://id.example.vn",
            "HOSO_OIDC_CLIENT_ID": "hoso",
            "HOSO_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "none"),
        },
    ):
        with pytest.raises(SettingError, match="HOSO_OIDC"):
            read_settings(tmp_path, environment)
    (tmp_path / "secret").write_text("s3cret\n")
    good = {"HOSO_OIDC_CLIENT_ID": "hoso", "HOSO_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "secret")}
    with pytest.raises(SettingError, match="https"):
        read_settings(tmp_path, {**good, "HOSO_OIDC_ISSUER": "http://id.example.vn"})
    found = read_settings(tmp_path, {**good, "HOSO_OIDC_ISSUER": "https://id.example.vn"}).oidc
    assert found is not None
    known = read_provider(found)
    assert (known.issuer, known.client, known.secret) == ("https://id.example.vn", "hoso", "s3cret")
    assert "s3cret" not in repr(found) + repr(known)


# -- over HTTP


def test_sign_in_without_a_provider(world: World) -> None:
    """The server says which way there is."""
    asked = {"secret": "hp_" + "A" * 43}
    with TestClient(build(world.app, worker=False)) as client:
        assert client.get("/v1/sign-in").json() == {"ways": ["token"], "issuer": None}
        problem(client.post("/v1/sign-in", json={"device": "x"}), 409, "sign-in-not-offered")
        problem(client.post("/v1/sign-in/token", json=asked), 409, "sign-in-not-offered")


def test_sign_ins_are_begun_in_bounds(world: World, provider: Provider) -> None:
    """Sixty in five minutes from one address; questions for sign-ins that are none count as failures."""
    known, _ = provider()
    world.change(identity=known)
    with TestClient(build(world.app, worker=False)) as client:
        for _ in range(60):
            assert client.post("/v1/sign-in", json={"device": "x"}).status_code == 201
        problem(client.post("/v1/sign-in", json={"device": "x"}), 429, "too-many-attempts")
        asked = {"secret": "hp_" + "A" * 43}
        for _ in range(20):
            assert client.post("/v1/sign-in/token", json=asked).json() == {"state": "expired"}
        problem(client.post("/v1/sign-in/token", json=asked), 429, "too-many-attempts")


def test_an_unverified_token_signs_nobody_in(world: World, provider: Provider) -> None:
    """The provider's answer holds an ID token that no key of it signed."""
    known, answers = provider()
    world.change(identity=known)
    answers["/keys"] = (200, {"keys": []})
    answers["/token"] = (200, {"id_token": "eyJhbGciOiJub25lIn0.e30."})
    with TestClient(build(world.app, worker=False)) as client:
        begun = client.post("/v1/sign-in", json={"device": "x"}).json()
        problem(client.post("/v1/sign-in/token", json={"secret": begun["secret"]}), 502, "id-token-refused")
