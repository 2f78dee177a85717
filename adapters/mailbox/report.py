"""Delivery status notifications (RFC 3464): what a mail server reports of a mail that was sent, read from its parts.

Whoever can write to the mailbox can write such a report: it says nothing of a dispatch unless it names its key.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from adapters.mailbox.text import line

ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
MOST_RECIPIENTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of the mail for one recipient (RFC 3464 §2.3): `action` is one of ACTIONS, `status` as 5.1.1."""

    action: str
    status: str
    recipient: str
    original: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a report names: the envelope id we gave, the Message-ID of what it returns, and each recipient's outcome."""

    envelope: str
    message_id: str
    outcomes: tuple[Outcome, ...]


def read_report(message: Message) -> Report | None:
    """The report that this mail is, or None: what is no whole `multipart/report` of this kind is no report."""
    if message.get_content_type() == "message/delivery-status":
        return _read(message, "")
    kind = str(message.get_param("report-type", "")).lower()
    parts = parts_of(message)
    if message.get_content_type() != "multipart/report" or kind != "delivery-status":
        return None
    status = next((each for each in parts if each.get_content_type() == "message/delivery-status"), None)
    return None if status is None else _read(status, _returned(parts))


def parts_of(message: Message) -> list[Message]:
    """The parts of a mail, or of one of its parts; none where it has none."""
    payload = message.get_payload()
    return [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []


def _read(status: Message, message_id: str) -> Report | None:
    blocks = parts_of(status)
    if not 2 <= len(blocks) <= MOST_RECIPIENTS + 1:
        return None
    about, *recipients = blocks
    outcomes = tuple(_outcomes([each for each in recipients if each.keys()]))
    if not outcomes or any(each.action not in ACTIONS for each in outcomes):
        return None
    return Report(envelope=_field(about, "Original-Envelope-Id"), message_id=message_id, outcomes=outcomes)


def _outcomes(blocks: list[Message]) -> Iterator[Outcome]:
    for block in blocks:
        found = STATUS.match(_field(block, "Status"))
        yield Outcome(
            action=_field(block, "Action").lower(),
            status=found[0] if found else "",
            recipient=_address(_field(block, "Final-Recipient")),
            original=_address(_field(block, "Original-Recipient")),
        )


def _field(block: Message, name: str) -> str:
    return line(str(block.get(name, "")), 300)


def _address(field: str) -> str:
    """Without its type (`rfc822;`)."""
    return field.partition(";")[2].strip().strip("<>")


def _returned(parts: list[Message]) -> str:
    """The Message-ID of the mail, or of its headers, that the report gives back."""
    for part in parts:
        kind, payload = part.get_content_type(), part.get_payload()
        if kind == "message/rfc822" and (inner := parts_of(part)):
            return line(str(inner[0].get("Message-ID", "")), 300)
        if kind == "text/rfc822-headers" and isinstance(payload, str):
            found = re.search(r"^message-id:\s*(<[^<>\s]{1,290}>)", payload, re.IGNORECASE | re.MULTILINE)
            return found[1] if found else ""
    return ""
