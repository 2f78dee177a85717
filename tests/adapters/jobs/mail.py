"""Real mail servers that take, put off or refuse."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from adapters.console.demo.mail import free_port
from adapters.dispatch.email.server import MailServer

LOST, DROPPED = "250 lost", "450 dropped"  # it hangs up and answers nothing: after it kept the mail, or without it


@dataclass
class Keeper:
    """Answers MAIL, RCPT and DATA as told, one answer after another and then `250`; keeps what it took."""

    senders: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    taken: list[bytes] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None  # done before RCPT is answered
    afterwards: Callable[[], None] = lambda: None  # done when it kept a mail, before it says so

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        envelope.mail_from = address
        return self.senders.pop(0) if self.senders else "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        self.meanwhile()
        answer = self.recipients.pop(0) if self.recipients else "250 OK"
        if answer in (LOST, DROPPED):
            server.transport.abort()
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = self.data.pop(0) if self.data else "250 kept"
        if answer.startswith("250"):
            self.taken.append(envelope.content)
            self.afterwards()
        if answer in (LOST, DROPPED):
            server.transport.abort()
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
