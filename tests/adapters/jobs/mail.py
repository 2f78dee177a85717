"""Real mail servers that take, put off or refuse."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from adapters.console.demo.mail import free_port
from adapters.dispatch.smtp import MailServer


@dataclass
class Keeper:
    """Answers RCPT and DATA as told, one answer after another and then `250`; keeps what it took."""

    recipients: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    taken: list[bytes] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self.recipients.pop(0) if self.recipients else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = self.data.pop(0) if self.data else "250 kept"
        if answer.startswith("250"):
            self.taken.append(envelope.content)
        return answer

    def mails(self) -> list[EmailMessage]:
        """What was taken, parsed."""
        parsed = [message_from_bytes(content, policy=default) for content in self.taken]
        return [mail for mail in parsed if isinstance(mail, EmailMessage)]


@contextmanager
def serving(keeper: Keeper, **options: Any) -> Iterator[MailServer]:
    """A server on loopback with these manners."""
    port = free_port()
    controller = Controller(keeper, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield MailServer(host="127.0.0.1", port=port, scheme="smtp")
    finally:
        controller.stop()
