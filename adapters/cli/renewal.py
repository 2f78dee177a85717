"""A token is renewed by use: silently, when less than a third of its time is left.

Whatever fails, the command goes on with the token it has. One process renews at a time.
"""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from adapters.cli.client import Client, Json, NoAnswer
from adapters.cli.errors import CommandFailed
from adapters.cli.profiles import Profile, load, save
from adapters.cli.tokens import keep_token, read_token

_STALE = 60  # seconds after which a lock is that of a process that died
_PATIENCE = 5  # seconds


def renew_after(answer: Json) -> str | None:
    """From when on a token is to be renewed that the server gave so: with two thirds of its time gone."""
    try:
        since, expires = (datetime.fromisoformat(str(answer.get(name))) for name in ("since", "expires"))
        return _text(since + (expires - since) * 2 / 3)
    except (ValueError, TypeError):
        return None


def renew(profile: Profile, token: str, environment: Mapping[str, str]) -> str:
    """Return the token's successor, kept in the profile; the token itself when it cannot be renewed now."""
    with _alone(profile) as alone:
        if not alone or profile.server is None:
            return token
        now = load(profile.directory.parents[1], profile.name)
        if now.renew_after != profile.renew_after:
            return read_token(now, environment) or token  # another process was faster
        try:
            answer = Client(profile.server, token, timeout=_PATIENCE).post("/v1/devices/renew", {})
        except NoAnswer:
            return token
        except CommandFailed:
            save(replace(now, renew_after=_text(datetime.now(UTC) + timedelta(days=1))))
            return token
        new = answer.get("token")
        if not isinstance(new, str):
            return token
        keep_token(replace(now, renew_after=renew_after(answer)), new, environment)
        return new


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def _alone(profile: Profile) -> Iterator[bool]:
    """Whether no other process renews this profile's token now."""
    lock = profile.directory / "renew.lock"
    try:
        if time.time() - lock.stat().st_mtime > _STALE:
            lock.unlink(missing_ok=True)
    except OSError:
        pass  # there is none
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError:
        yield False
        return
    try:
        yield True
    finally:
        lock.unlink(missing_ok=True)
