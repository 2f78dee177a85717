"""Profiles: which server an officer talks to, as whom, and which log key was pinned at the first sign-in.

A setting comes from the flag, else the environment, else the profile, else the default. A profile is a folder: its own
token, the last checkpoint seen, receipts, and what was sent but not yet answered.
"""

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from adapters.cli.errors import USAGE, CommandFailed
from adapters.cli.language import _

DEFAULT = "default"
_SIZE = re.compile(r"[1-9][0-9]{0,14}")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One officer at one server. `log_key` is the pinned C2SP verifier key; `token_in` says where the token lies.

    `device` is what the server calls this machine; `renew_after`: from when on the token is renewed (UTC, ISO 8601).
    `key` signs where no --key is named, `organ_key` the steps for the organ; `pkcs11_module`: the tokens' library.
    """

    name: str
    directory: Path
    server: str | None = None
    officer: str | None = None
    officer_name: str | None = None
    log_key: str | None = None
    token_in: str = "file"  # noqa: S105  (a place, not a secret)
    device: str | None = None
    renew_after: str | None = None
    key: str | None = None
    organ_key: str | None = None
    pkcs11_module: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict)


_KEYS = ("key", "organ_key", "pkcs11_module")
_KEPT = ("server", "officer", "officer_name", "log_key", "token_in", "device", "renew_after", *_KEYS)


def config_directory(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of all profiles: HOSO_CONFIG_DIR, else the platform's own."""
    if named := environment.get("HOSO_CONFIG_DIR"):
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("hoso", appauthor=False)


def chosen_name(flag: str | None, environment: Mapping[str, str], config: Path) -> str:
    """Return the profile's name: flag, HOSO_PROFILE, the one in use, "default"."""
    name = flag or environment.get("HOSO_PROFILE") or _used(config) or DEFAULT
    if not _NAME.fullmatch(name):
        raise CommandFailed(
            "bad-profile-name",
            _("profile name {name}: only a-z, 0-9, dot, dash and underscore, at most 40").format(name=repr(name)),
            exit_code=USAGE,
        )
    return name


def _used(config: Path) -> str | None:
    value = _read_json(config / "config.json").get("profile")
    return value if isinstance(value, str) else None


def use(config: Path, name: str) -> None:
    """Make a profile the one that is used when nothing else names one."""
    write_private(config / "config.json", _dump({"profile": name}))


def names(config: Path) -> list[str]:
    """Return the names of the profiles that exist, sorted."""
    return sorted(path.parent.name for path in (config / "profiles").glob("*/profile.json"))


def load(config: Path, name: str) -> Profile:
    """Read a profile; one that does not exist yet is empty."""
    directory = config / "profiles" / name
    stored = _read_json(directory / "profile.json")
    known = {key: str(stored[key]) for key in _KEPT if isinstance(stored.get(key), str)}
    extra = {key: value for key, value in stored.items() if key not in _KEPT}
    return replace(Profile(name=name, directory=directory, extra=extra), **known)  # type: ignore[arg-type]


def save(profile: Profile) -> None:
    """Write a profile, durable before it returns."""
    values = {key: getattr(profile, key) for key in _KEPT if getattr(profile, key) is not None}
    write_private(profile.directory / "profile.json", _dump({**profile.extra, **values}))


def witnessed(profile: Profile) -> int | None:
    """Return how many leaves the kept checkpoint has, as its text says; its signature is checked before it counts."""
    try:
        size = (profile.directory / "checkpoint").read_text(encoding="utf-8").split("\n")[1]
    except (OSError, UnicodeDecodeError, IndexError):
        return None
    return int(size) if _SIZE.fullmatch(size) else None


def _dump(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def _read_json(path: Path) -> dict[str, object]:
    try:
        value = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise CommandFailed(
            "bad-profile",
            _("cannot read {path}: {reason}").format(path=path, reason=error),
            remedy=_("repair or remove that file, then run hoso login again"),
        ) from None
    return value if isinstance(value, dict) else {}


@contextmanager
def alone(profile: Profile) -> Iterator[None]:
    """Keep other processes with this profile out, from reading a file until it is written."""
    profile.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(profile.directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(handle)
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX)


def write_private(path: Path, content: bytes) -> None:
    """Replace a file at once, readable by its owner only (0600, folders 0700), durable before it returns."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
