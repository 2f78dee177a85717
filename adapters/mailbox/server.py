"""Where the mailbox is: read from its URL. TLS is required but on this machine's own loopback."""

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

PORTS = {"imaps": 993, "imap": 143}


class MailboxSettingError(ValueError):
    """The mailbox cannot be read as it is named; the message says what is expected, and never the password."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MailboxServer:
    """The mailbox of the agency, and how to get in. `authority`: the file of a private certificate authority."""

    host: str
    port: int
    secure: bool
    user: str
    password: str
    folder: str = "INBOX"
    authority: Path | None = None


def read_url(url: str, authority: Path | None = None) -> MailboxServer:
    """Read `imaps://user:password@host/INBOX`; `imap://` for loopback only. Raises MailboxSettingError."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise MailboxSettingError("HOSO_MAILBOX_URL: expected imaps://user:password@host/INBOX") from error
    if parts.scheme not in PORTS or not parts.hostname or not parts.username or not parts.password:
        raise MailboxSettingError("HOSO_MAILBOX_URL: expected imaps://user:password@host/INBOX")
    if parts.scheme == "imap" and not _loopback(parts.hostname):
        raise MailboxSettingError("HOSO_MAILBOX_URL: plain imap:// is for this machine only; use imaps://")
    user, password = unquote(parts.username), unquote(parts.password)
    if not password.isascii() or not all("!" <= each <= "~" and each not in '"\\(){%*' for each in user):
        raise MailboxSettingError("HOSO_MAILBOX_URL: user and password must be plain ASCII, as IMAP's LOGIN takes them")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    if not folder.isascii() or not folder.isprintable():
        raise MailboxSettingError("HOSO_MAILBOX_URL: the folder's name must be plain ASCII, such as INBOX")
    if authority is not None and not authority.is_file():
        raise MailboxSettingError(f"HOSO_MAILBOX_CA: {authority} is missing")
    return MailboxServer(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        secure=parts.scheme == "imaps",
        user=user,
        password=password,
        folder=folder,
        authority=authority,
    )


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
