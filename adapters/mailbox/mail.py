"""What a mail says, as far as we look at it. Nothing here is proven by having been written."""

from dataclasses import dataclass

from adapters.mailbox.report import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A part that is not the text: its name as sent, the type it claims, its bytes."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail within bounds. `sender` is what From claims, empty where it names not exactly one address.

    `domain`: the sender's domain, where a server that we trust says that the mail came from there (DMARC); else empty.
    `automatic`: why no person wrote it to us (`mail-automatic`, `mail-list`), or empty. `addresses`: whom it is to.
    """

    message_id: str
    sender: str
    name: str
    subject: str
    addresses: tuple[str, ...]
    text: str
    attachments: tuple[Attachment, ...]
    automatic: str
    domain: str
    report: Report | None
