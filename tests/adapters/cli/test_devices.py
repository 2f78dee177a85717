"""`hoso login`, `logout`, `device` against the real server: first tokens end, tokens are renewed, lost devices end."""

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.application import people
from adapters.cli.profiles import Profile, load, save
from tests.adapters.application.world import World
from tests.adapters.cli.conftest import Result, process, signing
from tests.adapters.http.serving import Serving, serving

Hoso = Callable[..., Result]
PAST = "2026-01-01T00:00:00Z"


@pytest.fixture
def served(world: World) -> Iterator[Serving]:
    with serving(world) as found:
        yield found


@pytest.fixture
def login(served: Serving, hoso: Hoso, tmp_path: Path) -> Callable[[str], Profile]:
    """Sign in with the officer's first token, in a profile of their name."""

    def signed_in(who: str) -> Profile:
        done = hoso(
            *("--profile", who, "login", "--server", served.url, "--token", served.world.tokens[who]),
            *("--device", f"máy của {who}"),
        )
        assert done.code == 0, done.err
        return load(tmp_path / "config", who)

    return signed_in


def kept(profile: Profile) -> str:
    return (profile.directory / "token").read_text().strip()


def good(served: Serving, token: str) -> bool:
    return served.http.get("/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_login_ends_the_first_token(served: Serving, login: Callable[[str], Profile], hoso: Hoso) -> None:
    """Before the command returns; the device has the name that was given."""
    profile = login("lan")
    assert not good(served, served.world.tokens["lan"])
    assert good(served, kept(profile))
    [device] = json.loads(hoso("--profile", "lan", "device", "list", "--json").out)["items"]
    assert (device["id"], device["name"], device["state"]) == (profile.device, "máy của lan", "bound")
    assert "máy của lan" in hoso("--profile", "lan", "device", "list").out


def test_a_token_in_the_environment_stays(served: Serving, hoso: Hoso, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script's token is its own matter."""
    monkeypatch.setenv("HOSO_TOKEN", served.world.tokens["lan"])
    assert hoso("login", "--server", served.url).code == 0
    assert good(served, served.world.tokens["lan"])


def test_a_server_without_a_provider_asks_for_a_token(served: Serving) -> None:
    """Where there is no terminal to ask on: how to give it."""
    done = process("login", "--server", served.url)
    assert (done.code, "[no-terminal]" in done.err) == (2, True)


def test_a_wrong_log_key_binds_nothing(served: Serving, hoso: Hoso) -> None:
    """The first token is as good as before."""
    wrong = "hoso/H29.5+00000000+AQID"
    done = hoso("login", "--server", served.url, "--token", served.world.tokens["lan"], "--log-key", wrong)
    assert (done.code, "[log-key-changed]" in done.err) == (5, True)
    assert good(served, served.world.tokens["lan"])


def test_tokens_are_renewed_by_use(served: Serving, login: Callable[[str], Profile], hoso: Hoso) -> None:
    """Silently, once two thirds of their time are gone; not before."""
    profile = login("lan")
    first = kept(profile)
    assert profile.renew_after == "2026-12-11T08:30:00Z", "twenty of thirty days"
    save(replace(profile, renew_after="2999-01-01T00:00:00Z"))
    hoso("--profile", "lan", "task", "list")
    assert kept(profile) == first
    save(replace(profile, renew_after=PAST))
    done = hoso("--profile", "lan", "task", "list", "--json")
    assert (done.code, json.loads(done.out)["items"]) == (0, [])
    assert kept(profile) != first
    served.world.clock.go(minutes=2)
    assert (good(served, first), good(served, kept(profile))) == (False, True)


def test_only_one_process_renews(served: Serving, login: Callable[[str], Profile], hoso: Hoso) -> None:
    """While another does, the command goes on with the token there is; a lock that was left behind holds nobody up."""
    profile = login("lan")
    first = kept(profile)
    save(replace(profile, renew_after=PAST))
    lock = profile.directory / "renew.lock"
    lock.touch()
    assert hoso("--profile", "lan", "task", "list").code == 0
    assert kept(profile) == first
    os.utime(lock, (time.time() - 100,) * 2)
    assert hoso("--profile", "lan", "task", "list").code == 0
    assert kept(profile) != first
    assert not lock.exists()


def test_a_renewal_that_fails_stops_nothing(served: Serving, login: Callable[[str], Profile], hoso: Hoso) -> None:
    """The token that is there serves on, and is tried again another day."""
    profile = login("lan")
    with served.world.app.store.write() as tx:
        unbound = people.new_token(served.world.app, tx, "lan", "script")["token"]
    (profile.directory / "token").write_text(str(unbound) + "\n")
    save(replace(profile, renew_after=PAST))
    assert hoso("--profile", "lan", "task", "list").code == 0
    assert kept(profile) == unbound
    assert str(load(profile.directory.parents[1], "lan").renew_after) > PAST


def test_logout(served: Serving, login: Callable[[str], Profile], hoso: Hoso) -> None:
    """The token ends at the server and leaves this machine; doing it again says that nobody is signed in."""
    profile = login("lan")
    token = kept(profile)
    assert hoso("--profile", "lan", "logout").code == 0
    assert not good(served, token)
    assert not (profile.directory / "token").exists()
    assert load(profile.directory.parents[1], "lan").log_key == profile.log_key
    assert hoso("--profile", "lan", "logout").code == 4


def test_logout_where_the_token_ended_before(served: Serving, login: Callable[[str], Profile], hoso: Hoso) -> None:
    """It is forgotten here all the same."""
    profile = login("lan")
    served.world.clock.go(days=40)
    assert hoso("--profile", "lan", "logout").code == 0
    assert not (profile.directory / "token").exists()


def test_a_lost_device(
    served: Serving, login: Callable[[str], Profile], hoso: Hoso, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An administrator ends it and sees what was done on it and what is suspended; and lets the key sign again, by a
    signed act that is shown before.
    """
    lost = login("hang").device
    login("an")
    assert hoso("--profile", "hang", "device", "revoke", lost, "--reason", "x", "--since", "yesterday").code == 2
    done = hoso(
        *("--profile", "an", "device", "revoke", lost, "--reason", "Mất máy"),
        *("--since", "2026-11-21T08:00:00Z", "--json"),
    )
    told = json.loads(done.out)
    assert [item["act"] for item in told["acts"]] == ["device-bound"]
    [own] = told["suspended"]
    assert hoso("--profile", "hang", "task", "list").code == 4
    assert "suspended" in hoso("--profile", "an", "certificate", "list").out
    assert "device-bound" in hoso("--profile", "an", "device", "acts", lost).out
    again = ("--profile", "an", "certificate", "reinstate", own[:12], "--reason", "USB token còn đây")
    assert (hoso(*again).code, "suspended" in hoso("--profile", "an", "certificate", "list").out) == (2, True)
    signed = hoso(*again, *signing(monkeypatch, tmp_path))
    assert (signed.code, own in signed.out) == (0, True)
    assert all(each in signed.err for each in ("certificate-reinstated", own, "officer: hang", "USB token còn đây"))
    assert hoso("--profile", "an", "device", "revoke", lost, "--reason", "x").code == 3


def test_the_device_at_hand_ends_itself(served: Serving, login: Callable[[str], Profile], hoso: Hoso) -> None:
    """Its acts are told although it may ask nothing any more."""
    profile = login("lan")
    revoke = ("--profile", "lan", "device", "revoke", profile.device, "--reason", "đổi máy")
    done = hoso(*revoke, "--since", "2026-11-21T08:00:00Z")
    assert (done.code, "device-bound" in done.out) == (0, True)
    assert not good(served, kept(profile))
