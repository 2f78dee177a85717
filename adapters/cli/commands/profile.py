"""`hoso profile`: which server, as which officer."""

from typing import Annotated

import typer

from adapters.cli.errors import CommandFailed
from adapters.cli.language import _
from adapters.cli.profiles import Profile, chosen_name, load, names, use
from adapters.cli.session import Session, open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import out, out_json, show, table
from adapters.cli.tokens import read_token

app = Commands(_("Profiles: which server, as which officer."), group=True)
Json = Annotated[bool, typer.Option("--json", help=_("Print JSON."))]


@app.verb("list", _("List the profiles of this machine."), "hoso profile list")
def list_(ctx: typer.Context, json: Json = False) -> None:
    """List profiles."""
    session = open_session(ctx)
    profiles = [load(session.config, name) for name in names(session.config)]
    used = chosen_name(None, session.environment, session.config)
    if json:
        out_json({"items": [{**_plain(profile), "used": profile.name == used} for profile in profiles]})
        return
    rows = [("*" if p.name == used else "", p.name, p.officer, p.officer_name, p.server) for p in profiles]
    table(["", _("PROFILE"), _("OFFICER"), _("NAME"), _("SERVER")], rows)


@app.verb("use", _("Use a profile from now on."), "hoso profile use lan")
def use_(ctx: typer.Context, name: Annotated[str, typer.Argument(metavar=_("PROFILE"), help=_("Its name."))]) -> None:
    """Choose a profile."""
    session = open_session(ctx)
    _existing(session, name)
    use(session.config, name)
    out(_("Profile {name} is used from now on.").format(name=name))


@app.verb("show", _("Show a profile: server, officer, pinned log key; never the token."), "hoso profile show")
def show_(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar=_("PROFILE"), help=_("Its name (else the one in use)."))] = None,
    json: Json = False,
) -> None:
    """Show a profile."""
    session = open_session(ctx)
    profile = _existing(session, name) if name else session.profile
    signed_in = read_token(profile, session.environment) is not None
    value = {**_plain(profile), "signed_in": signed_in, "directory": str(profile.directory)}
    out_json(value) if json else show(value, _labels())


@app.verb(
    "set",
    _("Set with which key you sign where no --key is named; an empty value unsets it. Keys stay where they lie."),
    "hoso profile set --key ~/lan.p12",
    "hoso profile set --key 'pkcs11:token=Lan;object=sign' --pkcs11-module /usr/lib/libtoken.so",
    "hoso profile set --organ-key 'pkcs11:token=UBND;object=seal'",
)
def set_(
    ctx: typer.Context,
    key: Annotated[str | None, typer.Option("--key", metavar=_("KEY"), help=_("Your own key."))] = None,
    organ_key: Annotated[
        str | None,
        typer.Option("--organ-key", metavar=_("KEY"), help=_("The agency's key, for who keeps its seal.")),
    ] = None,
    pkcs11_module: Annotated[
        str | None,
        typer.Option("--pkcs11-module", metavar=_("FILE"), help=_("The library of your token (PKCS#11).")),
    ] = None,
    json: Json = False,
) -> None:
    """Set a profile's keys."""
    from dataclasses import replace

    from adapters.cli.profiles import save

    session = open_session(ctx)
    old = session.profile
    profile = replace(
        old,
        key=old.key if key is None else _whole(key),
        organ_key=old.organ_key if organ_key is None else _whole(organ_key),
        pkcs11_module=old.pkcs11_module if pkcs11_module is None else pkcs11_module or None,
    )
    save(profile)
    out_json(_plain(profile)) if json else show(_plain(profile), _labels())


def _whole(text: str) -> str | None:
    """A key's name as it is kept: a file with its whole path, for the profile is used from every folder."""
    from adapters.cli.key_faults import failure
    from adapters.keystore.naming import read_name
    from signing.errors import SigningError

    try:
        return read_name(text).canonical if text else None
    except SigningError as error:
        raise failure(error) from None


def _plain(profile: Profile) -> dict[str, object]:
    return {
        "profile": profile.name,
        "server": profile.server,
        "officer": profile.officer,
        "name": profile.officer_name,
        "device": profile.device,
        "log_key": profile.log_key,
        "key": profile.key,
        "organ_key": profile.organ_key,
        "pkcs11_module": profile.pkcs11_module,
    }


def _labels() -> dict[str, str]:
    return {
        "profile": _("Profile"),
        "server": _("Server"),
        "officer": _("Officer"),
        "name": _("Name"),
        "device": _("Device"),
        "log_key": _("Log key"),
        "key": _("Key"),
        "organ_key": _("Agency's key"),
        "pkcs11_module": _("Token's library"),
        "signed_in": _("Signed in"),
        "directory": _("Folder"),
    }


def _existing(session: Session, name: str) -> Profile:
    if name not in names(session.config):
        raise CommandFailed(
            "profile-unknown",
            _("no profile {name}").format(name=repr(name)),
            remedy=_("create it with hoso --profile NAME login --server URL"),
        )
    return load(session.config, name)
