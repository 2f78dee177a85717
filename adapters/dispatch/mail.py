"""Compose the mail that carries a result: plain and HTML parts, the PDF attached, Message-ID from the dispatch key."""

import html
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime


def compose(
    *,
    agency: str,
    sender: str,
    to: str,
    recipient: str,
    subject: str,
    text: str,
    attachment: tuple[str, bytes],
    key: str,
    code: str,
    at: datetime,
) -> EmailMessage:
    """Compose it; the same dispatch gives the same Message-ID, so that a repeat is recognised."""
    message = EmailMessage(policy=SMTP)
    user, _, domain = sender.rpartition("@")
    message["From"] = Address(display_name=_line(agency), username=user, domain=domain)
    to_user, _, to_domain = to.rpartition("@")
    message["To"] = Address(display_name=_line(recipient), username=to_user, domain=to_domain)
    message["Subject"] = _line(subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{key}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    body = text.strip() or f"{agency} gửi kèm kết quả của hồ sơ {code}."
    body = f"{body}\n\n{agency}\nHồ sơ / dossier: {code}\n"
    message.set_content(body)
    message.add_alternative(_html(body), subtype="html")
    name, content = attachment
    message.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    return message


def _line(text: str) -> str:
    """One header line: a line break in it would begin another header."""
    return " ".join(text.split())


def _html(body: str) -> str:
    paragraphs = "".join(f"<p>{html.escape(part).replace(chr(10), '<br>')}</p>" for part in body.strip().split("\n\n"))
    return f'<!doctype html><html lang="vi"><meta charset="utf-8"><body>{paragraphs}</body></html>'
