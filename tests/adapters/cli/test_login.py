"""Signing in, profiles, settings: flag before environment before profile; the log key is pinned and held to."""

import os
import stat
from pathlib import Path

import pytest

from adapters.cli.profiles import Profile, load, names
from adapters.cli.session import Given, Session
from adapters.cli.tokens import keep_token, read_token
from signing.trail.note import LogKey
from tests.adapters.cli.center import TOKEN
from tests.adapters.cli.conftest import process


def test_profile_after_login(signed_in, hoso, tmp_path):
    """The profile knows server, officer and log key; the token lies in a file of its owner's alone."""
    profile = load(tmp_path / "config", "default")
    assert (profile.server, profile.officer, profile.log_key) == (signed_in.url, "lan", signed_in.key.vkey)
    token = profile.directory / "token"
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    assert TOKEN not in hoso("profile", "show").out


def test_token_from_stdin(center):
    """`--token -` reads the token from a pipe."""
    result = process("login", "--server", center.url, "--token", "-", stdin=TOKEN + "\n")
    assert result.code == 0, result.err
    assert center.key.vkey in result.out
    assert TOKEN not in result.out + result.err


def test_log_key_changed(signed_in, hoso):
    """A server with another log key is refused at the next login, unless it is replaced knowingly."""
    signed_in.key = LogKey.generate("hoso.test/log")
    again = ("login", "--server", signed_in.url, "--token", TOKEN)
    result = hoso(*again)
    assert (result.code, "[log-key-changed]" in result.err) == (5, True)
    assert hoso(*again, "--replace-log-key").code == 0


def test_published_log_key(center, hoso, tmp_path):
    """With --log-key only that key is accepted, from the first time on."""
    (tmp_path / "log.vkey").write_text(LogKey.generate("hoso.test/log").vkey)
    result = hoso("login", "--server", center.url, "--token", TOKEN, "--log-key", tmp_path / "log.vkey")
    assert result.code == 5
    (tmp_path / "log.vkey").write_text(center.key.vkey + "\n")
    assert hoso("login", "--server", center.url, "--token", TOKEN, "--log-key", tmp_path / "log.vkey").code == 0


def test_precedence(tmp_path, monkeypatch):
    """Flag > environment > profile for server and profile."""
    monkeypatch.setenv("HOSO_SERVER", "http://environment")
    directory = str(tmp_path / "c")
    keep_token(
        Profile(name="lan", directory=Path(directory) / "profiles/lan", server="http://profile"),
        "hs_a",
        {"HOSO_CONFIG_DIR": directory},
    )
    environment = {"HOSO_CONFIG_DIR": directory, "HOSO_PROFILE": "lan"}
    assert Session(Given(), environment).server == "http://profile"
    assert Session(Given(), {**environment, "HOSO_SERVER": "http://e"}).server == "http://e"
    assert Session(Given(server="http://flag"), {**environment, "HOSO_SERVER": "http://e"}).server == "http://flag"
    assert Session(Given(profile="an"), environment).profile.name == "an"
    assert Session(Given(), environment).profile.name == "lan"


def test_token_precedence(tmp_path):
    """HOSO_TOKEN goes before the stored token; with HOSO_CONFIG_DIR the keyring is not asked."""
    environment = {"HOSO_CONFIG_DIR": str(tmp_path)}
    profile = keep_token(Profile(name="lan", directory=tmp_path / "profiles/lan"), "hs_stored", environment)
    assert profile.token_in == "file"
    assert read_token(profile, environment) == "hs_stored"
    assert read_token(profile, {**environment, "HOSO_TOKEN": "hs_env"}) == "hs_env"


def test_profiles(signed_in, hoso, tmp_path):
    """A second profile stands beside the first; `use` chooses."""
    assert hoso("--profile", "an", "login", "--server", signed_in.url, "--token", TOKEN).code == 0
    assert names(tmp_path / "config") == ["an", "default"]
    assert hoso("profile", "use", "an").code == 0
    assert "*  an" in hoso("profile", "list").out
    assert hoso("profile", "use", "nobody").code == 1


@pytest.mark.parametrize("name", ["../x", "A", "", ".x", "x" * 41])
def test_profile_names(hoso, name):
    """A profile's name cannot lead out of its folder."""
    result = hoso("--profile", name or "/", "task", "list")
    assert (result.code, "[bad-profile-name]" in result.err) == (2, True)


def test_broken_profile(signed_in, hoso, tmp_path):
    """A damaged file is named, not a traceback."""
    (tmp_path / "config/profiles/default/profile.json").write_text("{")
    result = hoso("task", "list")
    assert (result.code, "[bad-profile]" in result.err) == (1, True)


def test_unreadable_config(hoso, monkeypatch, tmp_path, center):
    """A config folder that is a file: one line."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HOSO_CONFIG_DIR", str(tmp_path / "file"))
    result = hoso("login", "--server", center.url, "--token", TOKEN)
    assert result.code == 1
    assert len(result.err.splitlines()) == 1
    assert os.environ["HOSO_CONFIG_DIR"] in result.err
