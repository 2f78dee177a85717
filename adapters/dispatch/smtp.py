"""Hand a mail to a relay. What comes back is one of: taken, try later, never. Taken is not delivered."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

TIMEOUT = 30  # seconds
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class TemporaryFailure(Exception):
    """The relay is away or asks to come again (4xx)."""


class PermanentFailure(Exception):
    """The relay refuses for good (5xx)."""


class MailSettingError(ValueError):
    """The mail server's URL is not one that we may use; the message says what is expected."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MailServer:
    """Where mail goes. TLS is required but on this machine's own loopback."""

    host: str
    port: int
    scheme: str
    user: str | None = None
    password: str | None = None


def read_url(url: str) -> MailServer:
    """Read `smtp+starttls://user:password@host:port`, `smtps://…`, or `smtp://127.0.0.1:port`."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise MailSettingError("HOSO_SMTP_URL: expected smtp+starttls://host, smtps://host or smtp://127.0.0.1:port")
    if parts.scheme == "smtp" and not _loopback(parts.hostname):
        raise MailSettingError(
            "HOSO_SMTP_URL: plain smtp:// is for this machine only; use smtp+starttls:// or smtps://"
        )
    return MailServer(
        host=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        scheme=parts.scheme,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def send(server: MailServer, message: EmailMessage) -> None:
    """Hand it over; returns once the relay has taken it, raises TemporaryFailure or PermanentFailure."""
    try:
        with _connect(server) as connection:
            connection.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        _, (code, reason) = next(iter(error.recipients.items()))
        raise _failure(code, reason) from error
    except smtplib.SMTPResponseException as error:
        raise _failure(error.smtp_code, error.smtp_error) from error
    except (OSError, smtplib.SMTPException) as error:
        raise TemporaryFailure(f"mail server {server.host}:{server.port}: {type(error).__name__}") from error


def _connect(server: MailServer) -> smtplib.SMTP:
    """A greeted and signed-in connection. What fails here says nothing of the mail: it may be tried again."""
    connection = None
    try:
        connection = _open(server)
        if server.user is not None:
            connection.login(server.user, server.password or "")
    except smtplib.SMTPResponseException as error:
        if connection is not None:
            connection.close()
        raise TemporaryFailure(f"the mail server {server.host} lets us not in ({error.smtp_code})") from error
    return connection


def _open(server: MailServer) -> smtplib.SMTP:
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=ssl.create_default_context())
    connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    if server.scheme == "smtp+starttls":
        connection.starttls(context=ssl.create_default_context())
    return connection


def _failure(code: int, reason: bytes | str) -> Exception:
    """The reply's code only: its text may repeat the address."""
    del reason
    if 500 <= code < 600:
        return PermanentFailure(f"the mail server refused for good ({code})")
    return TemporaryFailure(f"the mail server asks to come again ({code})")


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
