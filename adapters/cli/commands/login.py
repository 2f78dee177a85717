"""`hoso login`: who am I at which server, and which log key do I hold it to."""

import os
import platform
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.client import Client, Json, check_server_url, fresh_key
from adapters.cli.errors import NOT_SIGNED_IN, SIGNATURE, USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.profiles import Profile, use
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import ask_secret, escape, out, out_json, say
from adapters.cli.tokens import keep_token

app = Commands(_("Sign in at a server and pin its log key."))


@app.verb(
    "login",
    _(
        "Sign in on this device, at the office's identity provider or with an access token, and pin the key that signs"
        " the server's log. A first token is replaced by one that only this device knows. From then on this profile"
        " accepts no other log: compare the key with the one your office publishes. There are no passwords."
    ),
    "hoso login --server https://hoso.example.vn",
    "hoso login --server https://hoso.example.vn --token - --device 'máy ở cơ quan'",
    "HOSO_TOKEN=hs_… hoso --profile lan login --server http://127.0.0.1:8000",
    "hoso login --server https://hoso.example.vn --token - --log-key log.vkey",
)
def login(
    ctx: typer.Context,
    token: Annotated[
        str | None, typer.Option(metavar="-|TOKEN", help=_("The access token; - reads it from stdin."))
    ] = None,
    device: Annotated[
        str | None,
        typer.Option("--device", metavar=_("NAME"), help=_("What to call this device (else its host name).")),
    ] = None,
    log_key: Annotated[
        str | None, typer.Option(metavar="FILE|VKEY", help=_("The log's verifier key as published; refuse any other."))
    ] = None,
    replace_log_key: Annotated[
        bool, typer.Option("--replace-log-key", help=_("Pin the log key anew, giving up the earlier one."))
    ] = False,
    json: Annotated[bool, typer.Option("--json", help=_("Print JSON."))] = False,
) -> None:
    """Sign in and pin."""
    session = open_session(ctx)
    if session.server is None:
        raise CommandFailed("no-server", _("which server?"), remedy=_("add --server URL"), exit_code=USAGE)
    server, name = check_server_url(session.server), (device or platform.node() or "hoso")[:100]
    expected = _expected_key(log_key)
    entry = _entry(server, token, name)
    me = _me(server, entry)
    try:
        profile = _pinned(session.profile, me, Client(server, entry.token), expected=expected, again=replace_log_key)
    except CommandFailed:
        if entry.bound:
            Client(server, entry.token).post("/v1/sign-out", {})
        raise
    if entry.binds:
        entry = _bound(server, entry.token, name)
    profile = replace(profile, server=server, officer=_text(me, "officer"), officer_name=_text(me, "name"))
    profile = replace(profile, device=entry.device, renew_after=entry.renew_after)
    keep_token(profile, entry.token, os.environ)
    if entry.bound:
        _me(server, entry)  # with its first use the token that asked for it ends
    if not (session.config / "config.json").exists():
        use(session.config, profile.name)
    if server.startswith("http://") and "//127." not in server and "//localhost" not in server:
        say(_("warning: {server} is not encrypted; anyone on the way can read the token").format(server=escape(server)))
    _print(profile, me, as_json=json)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A token to go on with. `binds`: another made it, it is to be replaced; `bound`: only this device has it."""

    token: str
    binds: bool = False
    bound: bool = False
    device: str | None = None
    renew_after: str | None = None


def _entry(server: str, given: str | None, name: str) -> _Entry:
    """Find the way in: the flag, HOSO_TOKEN (which stays as it is), the identity provider, the prompt."""
    if given is None and (text := os.environ.get("HOSO_TOKEN", "").strip()):
        return _Entry(token=_checked(text))
    if given is None:
        from adapters.cli import device_flow

        if device_flow.offered(server):
            return _kept_here(device_flow.sign_in(server, name))
    return _Entry(token=_checked(_typed(given)), binds=True)


def _kept_here(answer: Json) -> _Entry:
    from adapters.cli.renewal import renew_after

    token, device = answer.get("token"), _text(answer, "device")
    if not isinstance(token, str):
        raise CommandFailed("bad-answer", _("the server gave no token"), remedy=_("run hoso login again"))
    return _Entry(token=_checked(token), bound=True, device=device, renew_after=renew_after(answer))


def _bound(server: str, token: str, name: str) -> _Entry:
    """Replace the token by one that only this device knows; a lost answer is asked for again."""
    client = Client(server, token)
    answer = client.post_safely("/v1/devices/bind", {"name": name}, key=fresh_key())
    if "token" not in answer:  # it was told once, and that answer did not arrive
        answer = client.post("/v1/devices/bind", {"name": name})
    return _kept_here(answer)


def _me(server: str, entry: _Entry) -> Json:
    return Client(server, entry.token).get("/v1/me")


def _typed(given: str | None) -> str:
    """Return the token of the flag, stdin or the prompt; it is never shown."""
    if given == "-" and not sys.stdin.isatty():
        return sys.stdin.readline()
    if given and given != "-":
        return given
    return ask_secret(_("Access token"), variable="HOSO_TOKEN")


def _checked(text: str) -> str:
    token = text.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise CommandFailed(
            "bad-token", _("that is not an access token: expected one word, hs_…"), exit_code=NOT_SIGNED_IN
        )
    return token


def _expected_key(given: str | None) -> str | None:
    if given is None:
        return None
    return Path(given).read_text(encoding="utf-8").strip() if Path(given).is_file() else given.strip()


def _pinned(profile: Profile, me: Json, client: Client, *, expected: str | None, again: bool) -> Profile:
    """Pin the log key: trusted at first use, or held to the one that was published; never changed silently, but to the
    one to which the pinned key itself passed on.
    """
    log = me.get("log")
    found = log.get("vkey") if isinstance(log, dict) else None
    if not isinstance(found, str) or found.count("+") < 2:
        raise CommandFailed("bad-answer", _("the server names no log key"), remedy=_("check the server's address"))
    pinned = None if again else profile.log_key
    if pinned not in (None, found) and expected in (None, found):
        try:
            pinned = _followed(profile, client)
        except CommandFailed as failure:
            if failure.code != "log-restored":
                raise
            # Only who is signed in can accept the restore; until then the pinned key stays, and nothing is signed.
            for line in (failure.line, *failure.details):
                say(line)
            return profile
    held = expected or pinned
    if held is not None and held != found:
        raise CommandFailed(
            "log-key-changed",
            _("the log key of this server is not the one expected: found {found}, expected {held}").format(
                found=escape(found), held=escape(held)
            ),
            remedy=_(
                "ask your administrator; if it was announced, sign in with a new profile, or use --replace-log-key"
            ),
            exit_code=SIGNATURE,
        )
    return replace(profile, log_key=found)


def _followed(profile: Profile, client: Client) -> str:
    from adapters.cli.following import follow_log
    from adapters.cli.witness import Witness

    witness = Witness(profile, client)
    follow_log(witness)
    return witness.keys.present


def _text(me: Json, name: str) -> str | None:
    return me[name] if isinstance(me.get(name), str) else None


def _print(profile: Profile, me: Json, *, as_json: bool) -> None:
    if as_json:
        out_json(
            {
                "profile": profile.name,
                "server": profile.server,
                "officer": profile.officer,
                "device": profile.device,
                "log_key": profile.log_key,
            }
        )
        return
    out(
        _("Signed in at {server} as {name} ({officer}), profile {profile}.").format(
            server=escape(profile.server),
            name=escape(profile.officer_name),
            officer=escape(profile.officer),
            profile=profile.name,
        )
    )
    out(_("Log key pinned: {key}").format(key=escape(profile.log_key)))
