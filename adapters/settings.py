"""Settings: one table, read from the environment and from the data directory, checked at start."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adapters.database.store import sqlite_url

# name → what it means; `docs/reference/settings.md` shows the same.
VARIABLES: Mapping[str, str] = {
    "HOSO_DATA": "the data directory (default: hoso-data)",
    "HOSO_DATABASE_URL": "the database, e.g. postgresql+psycopg://… (default: SQLite in the data directory)",
    "HOSO_OIDC_ISSUER": "the identity provider where officers sign in: its issuer, https://…",
    "HOSO_OIDC_CLIENT_ID": "what the provider knows this server by; its device flow must be allowed",
    "HOSO_OIDC_CLIENT_SECRET": "this server's secret at the provider, if it has one",
    "HOSO_OIDC_CLIENT_SECRET_FILE": "a file that holds that secret, in place of the variable",
    "HOSO_SMTP_URL": "the mail server: smtp+starttls://user:password@host, smtps://host, smtp://127.0.0.1:port",
    "HOSO_TSA_URL": "the time-stamp authority (RFC 3161): https://host/path, http://host/path; without it results wait",
    "HOSO_WITNESSES": "who cosign the log: `<verifier key> <URL>` each, separated by commas or new lines",
}


class SettingError(Exception):
    """A setting is missing or wrong; the message names it and says what is expected."""


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
    tsa_url: str | None = None
    witnesses: str = ""
    oidc: Oidc | None = None

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
    """Read the settings: flag, then environment, then default."""
    folder = data or Path(environment.get("HOSO_DATA") or "hoso-data")
    url = environment.get("HOSO_DATABASE_URL") or sqlite_url(folder.absolute() / "hoso.db")
    return Settings(
        data=folder,
        database_url=url,
        smtp_url=environment.get("HOSO_SMTP_URL"),
        tsa_url=environment.get("HOSO_TSA_URL"),
        witnesses=environment.get("HOSO_WITNESSES", ""),
        oidc=_oidc(environment),
    )


def _oidc(environment: Mapping[str, str]) -> Oidc | None:
    issuer, client = environment.get("HOSO_OIDC_ISSUER"), environment.get("HOSO_OIDC_CLIENT_ID")
    if not issuer and not client:
        return None
    if not issuer or not client:
        missing = "HOSO_OIDC_CLIENT_ID" if issuer else "HOSO_OIDC_ISSUER"
        raise SettingError(
            f"{missing} is missing: the identity provider needs HOSO_OIDC_ISSUER and HOSO_OIDC_CLIENT_ID"
        )
    return Oidc(issuer=issuer, client=client, secret=_secret(environment))


def _secret(environment: Mapping[str, str]) -> str | None:
    file = environment.get("HOSO_OIDC_CLIENT_SECRET_FILE")
    if not file:
        return environment.get("HOSO_OIDC_CLIENT_SECRET") or None
    try:
        return Path(file).read_text("utf-8").strip() or None
    except (OSError, ValueError) as error:
        raise SettingError(f"HOSO_OIDC_CLIENT_SECRET_FILE: {file} is missing or unreadable") from error
