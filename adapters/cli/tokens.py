"""Where the access token lies: the environment, else the desktop's keyring, else a file that only its owner reads.

`keyring` takes a quarter of a second to import, so it is touched at login and for profiles that keep their token in it.
"""

import contextlib
import os
import sys
from collections.abc import Mapping
from dataclasses import replace

from adapters.cli.errors import NOT_SIGNED_IN, CommandFailed
from adapters.cli.language import _
from adapters.cli.profiles import Profile, save, write_private

_SERVICE = "hoso"
_KEYRING = "keyring:"


def read_token(profile: Profile, environment: Mapping[str, str]) -> str | None:
    """Return the token, or None when nobody signed in with this profile."""
    if token := environment.get("HOSO_TOKEN", "").strip():
        return token
    if profile.token_in.startswith(_KEYRING):
        return _from_keyring(profile)
    try:
        return (profile.directory / "token").read_text(encoding="ascii").strip() or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailed(
            "bad-token-file",
            _("cannot read the token of profile {name}: {reason}").format(name=profile.name, reason=error),
            remedy=_("run hoso login again"),
            exit_code=NOT_SIGNED_IN,
        ) from None


def keep_token(profile: Profile, token: str, environment: Mapping[str, str]) -> Profile:
    """Store the token and the profile; return the profile, which now says where the token lies."""
    backend = _working_backend(environment)
    if backend and _into_keyring(profile, token):
        kept = replace(profile, token_in=_KEYRING + backend)
        (profile.directory / "token").unlink(missing_ok=True)
    else:
        kept = replace(profile, token_in="file")  # noqa: S106  (a place, not a password)
        write_private(profile.directory / "token", token.encode("ascii") + b"\n")
    save(kept)
    return kept


def forget_token(profile: Profile) -> None:
    """Forget the stored token; the profile stays, signed out."""
    if profile.token_in.startswith(_KEYRING):
        os.environ.setdefault("PYTHON_KEYRING_BACKEND", profile.token_in.removeprefix(_KEYRING))
        with contextlib.suppress(Exception):  # locked or gone: at the server the token has ended
            import keyring

            keyring.delete_password(_SERVICE, _account(profile))
    (profile.directory / "token").unlink(missing_ok=True)
    save(replace(profile, token_in="file", device=None, renew_after=None))  # noqa: S106  (a place, not a password)


def _account(profile: Profile) -> str:
    return f"{profile.name}@{profile.server}"


def _working_backend(environment: Mapping[str, str]) -> str | None:
    """Return the keyring backend's class, or None. Without a desktop session there is none to ask."""
    desktop = sys.platform in {"darwin", "win32"} or "DBUS_SESSION_BUS_ADDRESS" in environment
    if environment.get("HOSO_CONFIG_DIR") or not desktop:
        return None
    try:
        import keyring

        backend = keyring.get_keyring()
        working = float(backend.priority) >= 1
    except Exception:  # a broken desktop must not keep anyone from signing in; the file serves
        return None
    name = f"{type(backend).__module__}.{type(backend).__name__}"
    return name if working and "chainer" not in name else None


def _into_keyring(profile: Profile, token: str) -> bool:
    try:
        import keyring

        keyring.set_password(_SERVICE, _account(profile), token)
        return bool(keyring.get_password(_SERVICE, _account(profile)) == token)
    except Exception:  # locked, refused, no service: the file serves
        return False


def _from_keyring(profile: Profile) -> str | None:
    # With the backend named, keyring does not look for others, which is most of its start-up time.
    os.environ.setdefault("PYTHON_KEYRING_BACKEND", profile.token_in.removeprefix(_KEYRING))
    try:
        import keyring

        found = keyring.get_password(_SERVICE, _account(profile))
    except Exception as error:
        raise CommandFailed(
            "keyring-locked",
            _("the keyring does not give the token of profile {name}: {reason}").format(
                name=profile.name, reason=type(error).__name__
            ),
            remedy=_("unlock it, or set HOSO_TOKEN, or run hoso login again"),
            exit_code=NOT_SIGNED_IN,
        ) from None
    return found if isinstance(found, str) and found else None
