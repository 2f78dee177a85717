"""Settings: one table, read from the environment, checked at start: all that is wrong is told at once.

What holds a password may lie in a file of its own, which `NAME_FILE` names in place of `NAME`.
"""

import difflib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adapters import time_stamps
from adapters.database.store import UrlUnfit, check_url, sqlite_url
from adapters.dispatch.email import server as email_server
from adapters.dispatch.email.sender import read_box
from adapters.mailbox import server as mailbox_server
from adapters.oidc.errors import ProviderError
from adapters.oidc.transport import demand_safe
from adapters.witnesses import read_witnesses

# name → what it means; `docs/reference/settings.md` shows the same.
VARIABLES: Mapping[str, str] = {
    "HOSO_DATA": "the data directory (default: hoso-data)",
    "HOSO_DATABASE_URL": "the database, e.g. postgresql+psycopg://… (default: SQLite in the data directory)",
    "HOSO_DATABASE_URL_FILE": "a file that holds that URL, in place of the variable",
    "HOSO_LOG": "how the server writes its log to stderr: json or text (default: json)",
    "HOSO_OIDC_ISSUER": "the identity provider where officers sign in: its issuer, https://…",
    "HOSO_OIDC_CLIENT_ID": "what the provider knows this server by; its device flow must be allowed",
    "HOSO_OIDC_CLIENT_SECRET": "this server's secret at the provider, if it has one",
    "HOSO_OIDC_CLIENT_SECRET_FILE": "a file that holds that secret, in place of the variable",
    "HOSO_SMIME_KEY": "the agency's key for signed mail: a PKCS#12 file, relative to the data directory",
    "HOSO_SMIME_PASSWORD_FILE": "a file that holds that key's password, if it has one",
    "HOSO_SMTP_CA": "authorities (PEM) that the mail server's certificate must come from, in place of the system's",
    "HOSO_SMTP_REPLY_TO": "where people answer to results, if not to the agency's address",
    "HOSO_SMTP_RETURN_PATH": "the mailbox that bounces come to; each mail's code becomes its tag: box+code@host",
    "HOSO_SMTP_URL": "the mail server: smtp+starttls://user:password@host, smtps://host, smtp://127.0.0.1:port",
    "HOSO_SMTP_URL_FILE": "a file that holds that URL, in place of the variable",
    "HOSO_MAILBOX_URL": "the mailbox of bounces and incoming mail: imaps://user:password@host/INBOX; without it, none",
    "HOSO_MAILBOX_URL_FILE": "a file that holds that URL, in place of the variable",
    "HOSO_MAILBOX_CA": "a file with the certificate authority of the mailbox's server, if it is a private one",
    "HOSO_TSA_URL": "the time-stamp authority (RFC 3161): https://host/path, http://host/path; without it results wait",
    "HOSO_TSA_URL_FILE": "a file that holds that URL, in place of the variable",
    "HOSO_WITNESSES": "who cosign the log: `<verifier key> <URL>` each, separated by commas or new lines",
}
OURS, FILE = "HOSO_", "_FILE"
DEFAULTS: Mapping[str, str] = {"HOSO_DATA": "hoso-data", "HOSO_LOG": "json"}
SECRET = frozenset({"HOSO_OIDC_CLIENT_SECRET"})  # shown nowhere; of URLs, their passwords are not shown
OTHERS = frozenset(
    {
        *("HOSO_CONFIG_DIR", "HOSO_PROFILE", "HOSO_SERVER", "HOSO_TOKEN", "HOSO_LANG", "HOSO_DEBUG"),
        *("HOSO_WITNESS_DIR", "HOSO_KEY", "HOSO_ORGAN_KEY", "HOSO_PIN", "HOSO_ORGAN_PIN", "HOSO_PKCS11_MODULE"),
    }
)
"""What the officer's client and `hoso witness` read: docs/reference/client.md."""
LOGS = ("json", "text")
_PASSWORD = re.compile(r"(?<=password=)[^&\s]*")
_USER = re.compile(r"(?<=://)[^\n,]*@")


class SettingError(Exception):
    """A setting is missing or wrong; the message names it and says what is expected; all of them are told at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A setting as people may see it: the value without secrets, and where it comes from."""

    name: str
    value: str | None
    source: str  # environment | file | default | unset


@dataclass(frozen=True, slots=True, kw_only=True)
class Oidc:
    """The identity provider, and this server as its client. The secret is shown nowhere."""

    issuer: str
    client: str
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where this installation keeps its things. The log's key lies outside the database and its backup."""

    data: Path
    database_url: str
    smtp_url: str | None
    smtp_ca: Path | None = None
    smtp_return_path: str | None = None
    smtp_reply_to: str | None = None
    smime_key: Path | None = None
    smime_password_file: Path | None = None
    tsa_url: str | None = None
    mailbox_url: str | None = None
    mailbox_ca: Path | None = None
    witnesses: str = ""
    oidc: Oidc | None = None
    log: str = "json"

    @property
    def agency_file(self) -> Path:
        """The agency's identifier, name and addresses."""
        return self.data / "agency.json"

    @property
    def log_key_file(self) -> Path:
        """The log's signing key (secret)."""
        return self.data / "log.key"

    @property
    def log_vkey_file(self) -> Path:
        """The log's verifier key, to be given to auditors."""
        return self.data / "log.vkey"

    @property
    def trust(self) -> Path:
        """Folder of roots/, stamp-roots/, intermediates/ and crls/."""
        return self.data / "trust"

    @property
    def days_off(self) -> Path:
        """The agency's own days off and swapped working days, on top of the public holidays."""
        return self.data / "days-off.json"


def read_settings(data: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings: flag, then environment, then default. SettingError names everything that is wrong."""
    found, faults = _values(environment)
    faults += [fault for name in CHECKS if (fault := _fault(name, found.get(name)))]
    faults += _halves(found)
    if faults:
        raise SettingError("; ".join(faults))
    folder = data or Path(found.get("HOSO_DATA") or DEFAULTS["HOSO_DATA"])
    return Settings(
        data=folder,
        database_url=found.get("HOSO_DATABASE_URL") or sqlite_url(folder.absolute() / "hoso.db"),
        smtp_url=found.get("HOSO_SMTP_URL"),
        smtp_ca=_file(found, "HOSO_SMTP_CA", folder),
        smtp_return_path=found.get("HOSO_SMTP_RETURN_PATH"),
        smtp_reply_to=found.get("HOSO_SMTP_REPLY_TO"),
        smime_key=_file(found, "HOSO_SMIME_KEY", folder),
        smime_password_file=_file(found, "HOSO_SMIME_PASSWORD_FILE", folder),
        tsa_url=found.get("HOSO_TSA_URL"),
        mailbox_url=found.get("HOSO_MAILBOX_URL"),
        mailbox_ca=Path(ca) if (ca := found.get("HOSO_MAILBOX_CA")) else None,
        witnesses=found.get("HOSO_WITNESSES", ""),
        oidc=_oidc(found),
        log=found.get("HOSO_LOG", DEFAULTS["HOSO_LOG"]),
    )


def _file(found: Mapping[str, str], name: str, folder: Path) -> Path | None:
    """A file that a setting names, relative to the data directory."""
    given = found.get(name)
    return folder / given if given else None


def unknown(environment: Mapping[str, str] = os.environ) -> Iterator[tuple[str, str | None]]:
    """The variables that begin as ours do and are none, each with the known name that is nearest."""
    known = {name.removeprefix(OURS): name for name in (*VARIABLES, *OTHERS)}
    for name in sorted(environment):
        if name.startswith(OURS) and name.removeprefix(OURS) not in known:
            near = difflib.get_close_matches(name.removeprefix(OURS), known, n=1)
            yield name, known[near[0]] if near else None


def listed(data: Path | None = None, environment: Mapping[str, str] = os.environ) -> Iterator[Shown]:
    """All settings, as they would be read; a file that cannot be read is told without its value."""
    found, _ = _values(environment)
    for name in VARIABLES:
        if name == "HOSO_DATA" and data is not None:
            yield Shown(name=name, value=str(data), source="flag")
        elif environment.get(name):
            yield Shown(name=name, value=shown(name, environment[name]), source="environment")
        elif name in found:
            yield Shown(name=name, value=shown(name, found[name]), source="file")
        else:
            default = DEFAULTS.get(name)
            yield Shown(name=name, value=default, source="default" if default else "unset")


def shown(name: str, value: str) -> str:
    """The value of a setting without what is secret in it."""
    return "***" if name in SECRET else _without_passwords(value)


def _without_passwords(text: str) -> str:
    return _USER.sub("***@", _PASSWORD.sub("***", text))


def _values(environment: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """What is set, by itself or by its file, and what is wrong with files."""
    found = {name: environment[name] for name in VARIABLES if environment.get(name)}
    faults = []
    for named in [name for name in found if name.endswith(FILE) and name.removesuffix(FILE) in VARIABLES]:
        name, file = named.removesuffix(FILE), found[named]
        if name in found:
            faults.append(f"{name} and {named} are both set: keep one of them")
            continue
        try:
            if value := Path(file).read_text("utf-8").strip():
                found[name] = value
        except (OSError, ValueError):
            faults.append(f"{named}: {file} is missing or unreadable")
    return found, faults


def _halves(found: Mapping[str, str]) -> list[str]:
    """What is missing of settings that belong together."""
    named = [name for name in ("HOSO_OIDC_ISSUER", "HOSO_OIDC_CLIENT_ID") if name not in found]
    if len(named) != 1:
        return []
    return [f"{named[0]} is missing: the identity provider needs HOSO_OIDC_ISSUER and HOSO_OIDC_CLIENT_ID"]


def _oidc(found: Mapping[str, str]) -> Oidc | None:
    issuer, client = found.get("HOSO_OIDC_ISSUER"), found.get("HOSO_OIDC_CLIENT_ID")
    secret = found.get("HOSO_OIDC_CLIENT_SECRET")
    return Oidc(issuer=issuer, client=client, secret=secret) if issuer and client else None


def _log(value: str) -> None:
    if value not in LOGS:
        raise ValueError(f"HOSO_LOG: found {value!r}, expected {' or '.join(LOGS)}")


CHECKS: Mapping[str, Callable[[str], object]] = {
    "HOSO_DATABASE_URL": check_url,
    "HOSO_LOG": _log,
    "HOSO_OIDC_ISSUER": lambda value: demand_safe(value, "HOSO_OIDC_ISSUER"),
    "HOSO_MAILBOX_URL": mailbox_server.read_url,
    "HOSO_SMTP_REPLY_TO": lambda value: read_box("HOSO_SMTP_REPLY_TO", value),
    "HOSO_SMTP_RETURN_PATH": lambda value: read_box("HOSO_SMTP_RETURN_PATH", value),
    "HOSO_SMTP_URL": email_server.read_url,
    "HOSO_TSA_URL": lambda value: time_stamps.read_url(value, lambda count: bytes(count)),
    "HOSO_WITNESSES": read_witnesses,
}
"""What reads a value, and raises where it cannot be used; the message never holds a password."""


def _fault(name: str, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        CHECKS[name](value)
    except (ValueError, UrlUnfit, ProviderError) as error:
        told = _without_passwords(str(error))
        return told if name in told else f"{name}: it cannot be read"
    return None
