"""Read a mail of a stranger within bounds. Meant to run in a child (`adapters/limits`): what takes more is refused."""

import re
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage, Message
from email.policy import default
from typing import Any

from adapters.mailbox.authentication import vouched
from adapters.mailbox.html_text import words_of
from adapters.mailbox.mail import Attachment, Mail
from adapters.mailbox.report import parts_of, read_report
from adapters.mailbox.text import line, plain
from signing.errors import Invalid

MALFORMED, TOO_MANY = "mail-malformed", "mail-over-bounds"
LARGEST = 20 << 20  # bytes of a whole mail
LARGEST_HEAD, LONGEST_HEADER = 64 << 10, 8 << 10
MOST_PARTS, DEEPEST = 100, 10
LONGEST_TEXT = 100_000  # characters
MOST_ADDRESSES = 50
_HEADER = re.compile(rb"\n(?![ \t])")
_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"})
"""Kept in the raw mail, and no document."""


def read_mail(raw: bytes, authserv: str = "") -> Mail:
    """What the mail says; `authserv`: the server whose word on the sender's domain counts, if any.

    Raises Invalid: `mail-malformed`, `mail-over-bounds`.
    """
    _check_bounds(raw)
    try:
        return _read(raw, authserv)
    except (ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError) as error:
        # The library stumbles over some hostile headers with whatever comes.
        raise Invalid(MALFORMED, f"the mail cannot be read ({type(error).__name__})") from error


def _check_bounds(raw: bytes) -> None:
    """Before anything is parsed: each part begins with a boundary line, each level with a type."""
    if len(raw) > LARGEST:
        raise Invalid(TOO_MANY, f"a mail of {len(raw)} bytes, expected at most {LARGEST}")
    head = raw.partition(b"\r\n\r\n" if b"\r\n\r\n" in raw else b"\n\n")[0]
    if len(head) > LARGEST_HEAD:
        raise Invalid(TOO_MANY, f"a mail with {len(head)} bytes of headers, expected at most {LARGEST_HEAD}")
    # The library takes the square of a header's length.
    if (longest := max(map(len, _HEADER.split(head)))) > LONGEST_HEADER:
        raise Invalid(TOO_MANY, f"a mail with a header of {longest} bytes, expected at most {LONGEST_HEADER}")
    if (found := raw.count(b"\n--")) > 2 * MOST_PARTS:
        raise Invalid(TOO_MANY, f"a mail with {found} lines that may bound parts, expected at most {2 * MOST_PARTS}")


def _read(raw: bytes, authserv: str) -> Mail:
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    texts: list[str] = []
    pages: list[str] = []
    attachments: list[Attachment] = []
    report = read_report(message)
    for part in _leaves(message) if report is None else ():
        kind, name = part.get_content_type(), line(part.get_filename() or "", 100)
        if not name and kind == "text/plain" and part.get_content_disposition() != "attachment":
            texts.append(_text(part))
        elif not name and kind == "text/html" and part.get_content_disposition() != "attachment":
            pages.append(_text(part))
        elif kind not in _SIGNATURES:
            attachments.append(Attachment(name=name, media_type=kind, content=_content(part)))
    sender, shown = _sender(message)
    return Mail(
        message_id=line(str(message.get("Message-ID", "")), 300),
        sender=sender,
        name=shown,
        subject=line(str(message.get("Subject", "")), 300),
        addresses=tuple(_addresses(message)),
        text=plain("\n\n".join(texts) or "\n\n".join(map(words_of, pages)), LONGEST_TEXT).strip(),
        attachments=tuple(attachments),
        automatic=_automatic(message),
        domain=vouched(_raw(message, "Authentication-Results"), authserv, sender),
        report=report,
    )


def _raw(message: EmailMessage, name: str) -> list[str]:
    """The headers of that name as they came: an encoded word is no syntax, and may hold any (RFC 2047 §5)."""
    return [str(value) for each, value in message.raw_items() if each.lower() == name.lower()]


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold no others, in order. A mail within a mail is one part, and is not opened."""
    todo: list[tuple[Message, int]] = [(message, 0)]
    count = 0
    while todo:
        part, depth = todo.pop()
        count += 1
        if count > MOST_PARTS or depth > DEEPEST:
            raise Invalid(TOO_MANY, f"a mail of more than {MOST_PARTS} parts, or {DEEPEST} levels of them")
        if part.get_content_maintype() == "multipart":
            if not part.is_multipart():
                raise Invalid(MALFORMED, "a mail whose parts cannot be told apart")
            todo += [(each, depth + 1) for each in reversed(parts_of(part))]
        else:
            yield part


def _content(part: Message) -> bytes:
    found = part.get_payload(decode=True) if not part.is_multipart() else b""
    return found if isinstance(found, bytes) else b""


def _text(part: Message) -> str:
    charset = part.get_content_charset() or "utf-8"
    try:
        return _content(part).decode(charset, "replace")
    except LookupError:
        return _content(part).decode("utf-8", "replace")


def _sender(message: EmailMessage) -> tuple[str, str]:
    """Address and name of From, where there is one From with one address (RFC 5322 §3.6.2)."""
    found: list[Any] = message.get_all("From", [])
    addresses: Sequence[Address] = found[0].addresses if len(found) == 1 else ()
    if len(addresses) != 1 or not addresses[0].username or not addresses[0].domain:
        return "", ""
    return line(addresses[0].addr_spec, 320).lower(), line(addresses[0].display_name, 200)


def _addresses(message: EmailMessage) -> Iterator[str]:
    """Whom it is to, by its headers and by what our own mail server noted."""
    count = 0
    for name in ("To", "Cc", "Delivered-To", "X-Original-To"):
        headers: list[Any] = message.get_all(name, [])
        for header in headers:
            given = [each.addr_spec for each in header.addresses] if hasattr(header, "addresses") else [str(header)]
            for each in given[: MOST_ADDRESSES - count]:
                count += 1
                yield line(each, 320).strip("<>").lower()


def _automatic(message: EmailMessage) -> str:
    """Why no person wrote it to us (RFC 3834 §2, RFC 2919): what would make two programs write to each other."""
    submitted = line(str(message.get("Auto-Submitted", "no")), 50).partition(";")[0].strip().lower()
    precedence = line(str(message.get("Precedence", "")), 50).lower()
    replied = any(name in message for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress"))
    if submitted != "no" or precedence in ("auto_reply", "junk") or replied:
        return "mail-automatic"
    if str(message.get("Return-Path", "")).strip() == "<>" or message.get_content_type() == "multipart/report":
        return "mail-automatic"
    listed = any(name in message for name in ("List-Id", "List-Post", "List-Unsubscribe"))
    return "mail-list" if listed or precedence in ("bulk", "list") else ""
