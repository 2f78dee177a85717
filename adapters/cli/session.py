"""A session: the profile, the server and the client that a command works with."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import typer

from adapters.cli.client import Client, check_server_url
from adapters.cli.errors import NOT_SIGNED_IN, CommandFailed
from adapters.cli.language import _
from adapters.cli.profiles import Profile, chosen_name, config_directory, load, witnessed
from adapters.cli.tokens import read_token

UTC = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(slots=True, kw_only=True)
class Given:
    """The global options as typed; `ctx.obj` of every command."""

    profile: str | None = None
    server: str | None = None


class Session:
    """Settings in their order of precedence: flag, environment, profile, default."""

    def __init__(self, given: Given, environment: Mapping[str, str]) -> None:
        self._given = given
        self.environment = environment
        self.config = config_directory(environment)

    @cached_property
    def profile(self) -> Profile:
        """The profile in use, perhaps still empty."""
        return load(self.config, chosen_name(self._given.profile, self.environment, self.config))

    @property
    def server(self) -> str | None:
        """The server's address, or None when nobody named one."""
        named = self._given.server or self.environment.get("HOSO_SERVER") or self.profile.server
        return check_server_url(named) if named else None

    @cached_property
    def client(self) -> Client:
        """A signed-in client; stops with exit code 4 when nobody signed in."""
        server, token = self.server, read_token(self.profile, self.environment)
        if not server or not token:
            missing = _("no server address") if not server else _("no access token")
            raise CommandFailed(
                "not-signed-in",
                _("not signed in: profile {name} has {missing}").format(name=self.profile.name, missing=missing),
                remedy=_("sign in with hoso login --server URL --token -"),
                exit_code=NOT_SIGNED_IN,
            )
        return Client(server, self._renewed(server, token), witnessed=witnessed(self.profile))

    def _renewed(self, server: str, token: str) -> str:
        """Return the token, or its successor when little of its time is left."""
        profile = self.profile
        due = profile.renew_after is not None and profile.renew_after <= time.strftime(UTC, time.gmtime())
        if not due or self.environment.get("HOSO_TOKEN") or server != profile.server:
            return token
        from adapters.cli.renewal import renew

        return renew(profile, token, self.environment)


def open_session(ctx: typer.Context) -> Session:
    """Return the session of a command's context."""
    given = ctx.obj if isinstance(ctx.obj, Given) else Given()
    return Session(given, os.environ)
