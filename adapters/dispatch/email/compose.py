"""Compose the mail that carries a result: plain and HTML parts in the recipient's language, the PDF attached.

The same dispatch gives the same bytes however often it is tried, but for the signing time of an S/MIME signature. A
line break or control character in what becomes a header is refused, never mended: somebody tried, or something broke.
"""

import html
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from adapters.dispatch.email import mime
from adapters.dispatch.email.address import Address, read_address
from adapters.dispatch.email.errors import MailUnfit
from adapters.dispatch.email.smime import Smime
from engine.addresses import breaks_line

LANGUAGES = ("vi", "en")
LARGEST = 64 * 1024 * 1024  # bytes of what is attached: more than any relay takes
_DEFAULT = {
    "vi": "{agency} gửi kèm kết quả giải quyết hồ sơ {code}.",
    "en": "{agency} sends you the result of dossier {code}, attached to this mail.",
}
_CLOSING = {
    "vi": "{agency}\nMã hồ sơ: {code}\nVăn bản đính kèm: {file}",
    "en": "{agency}\nDossier: {code}\nAttached: {file}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Who writes to whom about what, checked: `heading` makes it."""

    agency: str
    sender: Address
    reply_to: Address | None
    name: str
    to: Address
    subject: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """What the mail brings: text (empty: a usual one), and the result under its file name."""

    text: str
    file: str
    content: bytes


def heading(
    *, agency: str, sender: str, reply_to: Address | None, name: str, to: str, subject: str, language: str, file: str
) -> Heading:
    """Check what becomes a header; raises MailUnfit with a code that says what is wrong."""
    for field, text in (("agency's name", agency), ("name", name), ("subject", subject), ("file name", file)):
        if breaks_line(text):
            raise MailUnfit("header-injection", f"the {field} holds a line break or control character")
    if language not in LANGUAGES:
        raise MailUnfit("language-unknown", f"language {language[:20]!r}: expected one of {', '.join(LANGUAGES)}")
    return Heading(
        agency=agency,
        sender=read_address(sender),
        reply_to=reply_to,
        name=name,
        to=read_address(to),
        subject=subject,
        language=language,
    )


def compose(of: Heading, enclosed: Enclosed, *, key: str, code: str, at: datetime, signer: Smime | None) -> bytes:
    """The whole mail as it goes to the relay. `key` is the dispatch's, `code` the dossier's, `at` its creation."""
    if len(enclosed.content) > LARGEST:
        raise MailUnfit("mail-too-large", f"the result has {len(enclosed.content)} bytes, at most {LARGEST} are mailed")
    content = _content(of, enclosed, key, code)
    if signer is None:
        return _headed(of, key, at, content)
    kind = 'multipart/signed; protocol="application/pkcs7-signature";\r\n micalg=sha-256'
    signature = mime.leaf(
        'application/pkcs7-signature; name="smime.p7s"', signer.sign(content), mime.attachment("smime.p7s")
    )
    return _headed(of, key, at, mime.multipart(kind, f"=_{key}_3", [content, signature]))


def _headed(of: Heading, key: str, at: datetime, content: bytes) -> bytes:
    """The headers of a mail before those of its content (RFC 5322, RFC 3834)."""
    reply = [("Reply-To", str(of.reply_to))] if of.reply_to is not None else []
    headers = (
        ("From", mime.mailbox(of.agency, str(of.sender), "From")),
        ("To", mime.mailbox(of.name, str(of.to), "To")),
        *reply,
        ("Subject", mime.words(of.subject, "Subject")),
        ("Date", format_datetime(at)),
        ("Message-ID", message_id(key, of.sender)),
        ("Auto-Submitted", "auto-generated"),
        ("MIME-Version", "1.0"),
    )
    return mime.entity(headers, b"")[: -len(mime.LINE)] + content


def message_id(key: str, sender: Address) -> str:
    """The same for every try of a dispatch, so that a repeat is recognised."""
    return f"<{key}@{sender.domain}>"


def _content(of: Heading, enclosed: Enclosed, key: str, code: str) -> bytes:
    said = {"agency": of.agency, "code": code, "file": enclosed.file}
    text = enclosed.text.strip() or _DEFAULT[of.language].format(**said)
    body = f"{text}\n\n{_CLOSING[of.language].format(**said)}\n"
    language = ("Content-Language", of.language)
    written = [("text/plain", body), ("text/html", _html(body, of.language))]
    texts = [
        mime.leaf(f"{kind}; charset=utf-8", "\r\n".join(content.splitlines()).encode("utf-8", "replace"), language)
        for kind, content in written
    ]
    attached = mime.leaf("application/pdf", enclosed.content, mime.attachment(enclosed.file))
    both = mime.multipart("multipart/alternative", f"=_{key}_1", texts)
    return mime.multipart("multipart/mixed", f"=_{key}_2", [both, attached])


def _html(body: str, language: str) -> str:
    paragraphs = "".join(f"<p>{html.escape(part).replace(chr(10), '<br>')}</p>" for part in body.strip().split("\n\n"))
    return f'<!doctype html><html lang="{language}"><meta charset="utf-8"><body>{paragraphs}</body></html>'
