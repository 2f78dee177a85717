"""Where mail goes: the relay's address, and how its TLS certificate is judged."""

import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

from adapters.dispatch.email.errors import MailSettingError

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
EXPECTED = "expected smtp+starttls://host, smtps://host or smtp://127.0.0.1:port"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MailServer:
    """Where mail goes. TLS is required but on this machine's own loopback.

    `ca`: certificates (PEM) that are trusted in place of the system's. `seconds` bounds a sending as a whole up to the
    final dot, however slowly the relay answers, and `answer` the wait after it: who gives up there sends twice.
    """

    host: str
    port: int
    scheme: str
    user: str | None = None
    password: str | None = None
    ca: str | None = None
    seconds: float = 300.0
    answer: float = 300.0

    @property
    def encrypted(self) -> bool:
        """Whether nothing is said without TLS."""
        return self.scheme != "smtp"

    def context(self) -> ssl.SSLContext:
        """Judges the relay's certificate: by name, dates and the authorities that are trusted."""
        return ssl.create_default_context(cadata=self.ca)


def read_url(url: str, ca: Path | None = None) -> MailServer:
    """Read `smtp+starttls://user:password@host:port`, `smtps://…`, or `smtp://127.0.0.1:port`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise MailSettingError(f"HOSO_SMTP_URL: {EXPECTED}") from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise MailSettingError(f"HOSO_SMTP_URL: {EXPECTED}")
    if parts.scheme == "smtp" and not _loopback(parts.hostname):
        raise MailSettingError(
            "HOSO_SMTP_URL: plain smtp:// is for this machine only; use smtp+starttls:// or smtps://"
        )
    return MailServer(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        scheme=parts.scheme,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        ca=_authorities(ca) if ca is not None else None,
    )


def _authorities(file: Path) -> str:
    """The certificates in a file, known to be some."""
    try:
        found = file.read_text("ascii")
        ssl.create_default_context(cadata=found)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise MailSettingError(f"HOSO_SMTP_CA: {file} is missing, or holds no certificates (PEM)") from error
    return found


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
