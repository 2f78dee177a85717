"""Opening an officer's keys: which one, its PIN (asked once), and what went wrong in one line.

A key is the one that --key names, else HOSO_KEY, else the profile's. Who keeps the agency's seal has a second one,
HOSO_ORGAN_KEY or the profile's, which signs the steps for the organ. An agent that holds the key spares the PIN.
"""

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from adapters.cli.errors import USAGE, CommandFailed
from adapters.cli.input import read_file
from adapters.cli.key_faults import failure
from adapters.cli.language import _
from adapters.cli.profiles import config_directory
from adapters.cli.session import Session
from adapters.cli.terminal import ask_secret, escape
from adapters.keystore.naming import FileName, KeyName, TokenName, read_name
from signing.certificates import check_usable
from signing.errors import SigningError
from signing.sign import SigningKey

PIN, ORGAN_PIN = "HOSO_PIN", "HOSO_ORGAN_PIN"
_MAX_FILE = 1 << 20


class Keys:
    """The keys of one command: each is opened when it first signs, and asked for its PIN once."""

    def __init__(self, session: Session, *, key: str | None, pin_file: Path | None) -> None:
        self._session, self._key, self._pin_file = session, key, pin_file
        self._open: dict[str, SigningKey] = {}

    def require(self, purpose: str = "approval", *, why: str) -> str:
        """Give the name of the key that signs for a purpose; stops early where there is none."""
        return require_key(self._key or self._organ(purpose), self._session, why=why)

    def open(self, purpose: str = "approval", *, at: datetime) -> SigningKey:
        """Open it, the first time by its PIN, and check that it can sign at that time."""
        name = self.require(purpose, why=_("this must be signed"))
        if name not in self._open:
            own = self._key is not None or self._organ(purpose) is None
            self._open[name] = _load(name, self._pin_file if own else None, PIN if own else ORGAN_PIN)
        return _usable(self._open[name], name, at)

    def _organ(self, purpose: str) -> str | None:
        if purpose != "organ":
            return None
        return self._session.environment.get("HOSO_ORGAN_KEY") or self._session.profile.organ_key


def require_key(name: str | None, session: Session, *, why: str) -> str:
    """Say early that a key is needed or not there, before anything is asked or fetched; gives its whole name."""
    chosen = name or session.environment.get("HOSO_KEY") or session.profile.key
    if not chosen:
        remedy = _("add --key FILE.p12, or name it once: hoso profile set --key FILE.p12")
        raise CommandFailed("key-needed", why, remedy=remedy, exit_code=USAGE)
    found = whole_name(chosen, session)
    if isinstance(found, FileName):
        read_file(found.path, limit=_MAX_FILE)
    return str(found)


def whole_name(text: str, session: Session) -> KeyName:
    """Read a key's name; a token's gets the module by which it is reached."""
    try:
        name = read_name(text)
        return replace(name, module=module_for(session, name.module)) if isinstance(name, TokenName) else name
    except SigningError as error:
        raise failure(error) from None


def module_for(session: Session, named: str | None = None) -> str:
    """Find the PKCS#11 module: named, HOSO_PKCS11_MODULE, the profile's, the usual places; may raise SigningError."""
    from adapters.keystore.modules import VARIABLE, find_module

    chosen = named or session.environment.get(VARIABLE) or session.profile.pkcs11_module
    return find_module(chosen, session.environment)


def load_key(name: KeyName, pin_file: Path | None, *, variable: str = PIN) -> SigningKey:
    """Open a key whether it can sign or not; the agent's where it holds it."""
    try:
        return _held(name) or _opened(name, pin_file, variable)
    except SigningError as error:
        raise failure(error, name) from None


def _load(name: str, pin_file: Path | None, variable: str) -> SigningKey:
    try:
        found = read_name(name)
    except SigningError as error:
        raise failure(error) from None
    return load_key(found, pin_file, variable=variable)


def _usable(key: SigningKey, name: str, at: datetime) -> SigningKey:
    try:
        check_usable(key.certificate, at)
    except SigningError as error:
        raise failure(error, read_name(name)) from None
    return key


def _held(name: KeyName) -> SigningKey | None:
    from adapters.keystore.agent import find_key

    return find_key(agent_folder(), name)


def _opened(name: KeyName, pin_file: Path | None, variable: str) -> SigningKey:
    from adapters.keystore.opening import open_named

    if isinstance(name, FileName):
        read_file(name.path, limit=_MAX_FILE)
    return open_named(name, ask_pin(name, pin_file, variable=variable))


def ask_pin(name: KeyName, pin_file: Path | None, *, variable: str = PIN) -> str | None:
    """Get the PIN from a file, the environment or a hidden prompt; None where the token's reader asks itself."""
    if isinstance(name, TokenName):
        from adapters.keystore.pkcs11 import asks_itself

        if asks_itself(name):
            return None
    given = os.environ.get(variable)
    if pin_file is not None:
        given = read_file(pin_file, limit=4096).decode("utf-8", "replace").rstrip("\r\n")
    if given is None:
        given = ask_secret(_("PIN of {file}").format(file=escape(shown(name))), variable=variable)
    if not given:  # never tried: on a token it would cost one of few tries
        raise CommandFailed(
            "key-pin-empty",
            _("the PIN is empty; it was not tried"),
            remedy=_("type it, or set {variable}").format(variable=variable),
            exit_code=USAGE,
        )
    return given


def shown(name: KeyName) -> str:
    """Name a key as people do: the file, or the labels on the token."""
    if isinstance(name, FileName):
        return str(name)
    return " / ".join(part for part in (name.token or name.serial, name.object) if part)


def agent_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of the agent's socket: beside the profiles where HOSO_CONFIG_DIR says so, else of this session."""
    runtime = environment.get("XDG_RUNTIME_DIR")
    if environment.get("HOSO_CONFIG_DIR") or not runtime:
        return config_directory(environment) / "agent"
    return Path(runtime) / "hoso"
