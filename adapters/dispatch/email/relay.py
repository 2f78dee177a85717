"""Hand a mail to a relay (RFC 5321). Taken is not delivered, and where the line breaks decides what is known.

Before the final dot nothing was handed over: it can be tried again. After it only the answer tells whether the relay
has the mail. TLS is never given up for a relay that does not offer it, or whose certificate does not fit.
"""

import base64
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from adapters.dispatch.email.envelope import Envelope, mail_from, rcpt_to
from adapters.dispatch.email.errors import Away, PutOff, Refused, Unconfirmed
from adapters.dispatch.email.line import Line, LineLost, Reply
from adapters.dispatch.email.server import MailServer

NOT_LET_IN = frozenset({530, 534, 535, 538})  # RFC 4954 §6: who we are is at stake, not the mail
PARTING = 2.0  # seconds for a polite end


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """A relay that let us in; `offered` are its extensions, upper case, with their parameters."""

    line: Line
    offered: Mapping[str, str]


def hand_over(server: MailServer, envelope: Envelope, mail: bytes, before_dot: Callable[[], None]) -> None:
    """Returns once the relay has taken it; raises Away, PutOff, Refused or Unconfirmed.

    `before_dot` is called when all but the final dot was written; where it raises, the relay takes nothing.
    """
    with _let_in(server) as relay:
        _refuse_unfit(relay, envelope, mail)
        try:
            _announce(relay, envelope, mail)
            relay.line.say(re.sub(rb"(?m)^\.", b"..", mail))
        except LineLost as error:
            raise _away(server, error) from error
        before_dot()
        _finish(server, relay.line)
        relay.line.give(PARTING)
        with suppress(LineLost):  # it has the mail, and said so
            relay.line.ask("QUIT")


def probe(server: MailServer) -> Mapping[str, str]:
    """Connect, begin TLS, sign in, and send nothing: the relay's extensions; raises Away with the reason."""
    with _let_in(server) as relay:
        relay.line.give(PARTING)
        with suppress(LineLost):
            relay.line.ask("QUIT")
        return relay.offered


@contextmanager
def _let_in(server: MailServer) -> Iterator[Relay]:
    """Connected, secured, signed in. What fails here says nothing of the mail."""
    try:
        line = Line.connect(server.host, server.port, seconds=server.seconds)
    except LineLost as error:
        raise _away(server, error) from error
    try:
        try:
            yield Relay(line=line, offered=_begin(server, line))
        except LineLost as error:
            raise _away(server, error) from error
    finally:
        line.close()


def _begin(server: MailServer, line: Line) -> Mapping[str, str]:
    if server.scheme == "smtps":
        _secure(server, line)
    _let(server, line.hear(), 220, "its greeting")
    offered = _greet(server, line)
    if server.scheme == "smtp+starttls":
        if "STARTTLS" not in offered:
            raise Away("mail-tls", f"the mail server {server.host} offers no STARTTLS; nothing is sent without TLS")
        _let(server, line.ask("STARTTLS"), 220, "STARTTLS", code="mail-tls")
        _secure(server, line)
        offered = _greet(server, line)
    if server.user is not None:
        _sign_in(server, line, offered)
    return offered


def _greet(server: MailServer, line: Line) -> Mapping[str, str]:
    name = socket.gethostname()
    reply = line.ask(f"EHLO {name if '.' in name and name.isascii() else line.own_address}")
    _let(server, reply, 250, "EHLO")
    told = (text.strip().partition(" ") for text in reply.lines[1:])
    return {word.upper(): parameters for word, _, parameters in told}


def _secure(server: MailServer, line: Line) -> None:
    try:
        line.secure(server.context(), server.host)
    except ssl.SSLCertVerificationError as error:
        raise Away("mail-tls", f"the certificate of {server.host} does not fit: {error.verify_message}") from error
    except (OSError, LineLost) as error:
        raise Away("mail-tls", f"no TLS with {server.host}: {getattr(error, 'reason', None) or error}") from error


def _sign_in(server: MailServer, line: Line, offered: Mapping[str, str]) -> None:
    user, password = (server.user or "").encode(), (server.password or "").encode()
    ways = offered.get("AUTH", "").upper().split()
    if "PLAIN" in ways:
        both = _base64(b"\0" + user + b"\0" + password)
        reply = line.ask(f"AUTH PLAIN {both}")
    elif "LOGIN" in ways:
        reply = line.ask("AUTH LOGIN")
        for said in (user, password):
            reply = line.ask(_base64(said)) if reply.code == 334 else reply
    else:
        raise Away("mail-login", f"the mail server {server.host} offers no way to sign in that we know")
    _let(server, reply, 235, "who we are", code="mail-login")


def _let(server: MailServer, reply: Reply, wanted: int, what: str, *, code: str = "mail-away") -> None:
    """What is answered before the mail begins concerns us, not the mail."""
    if reply.code != wanted:
        raise Away(code, f"the mail server {server.host} lets us not in ({reply.code}, at {what})")


def _refuse_unfit(relay: Relay, envelope: Envelope, mail: bytes) -> None:
    """What the relay says that it will not take need not be tried (RFC 1870 §5, RFC 6531 §3.4)."""
    told = relay.offered.get("SIZE", "").strip()
    most = int(told) if told.isdecimal() and len(told) < 20 else 0  # 0: it names none
    if 0 < most < len(mail):
        raise Refused("mail-too-large", f"the mail has {len(mail)} bytes, the mail server takes at most {most}")
    if envelope.international and "SMTPUTF8" not in relay.offered:
        raise Refused("mail-not-international", "the address is not ASCII, and the mail server knows no SMTPUTF8")


def _announce(relay: Relay, envelope: Envelope, mail: bytes) -> None:
    offered = frozenset(relay.offered)
    sender = relay.line.ask(mail_from(envelope, len(mail), offered))
    if sender.code in NOT_LET_IN:
        raise Away("mail-login", f"the mail server wants to know first who we are ({sender.shown})")
    _judge(sender, {250}, ours=True)
    _judge(relay.line.ask(rcpt_to(envelope, offered)), {250, 251, 252})
    _judge(relay.line.ask("DATA"), {354})


def _finish(server: MailServer, line: Line) -> None:
    line.give(server.answer)
    try:
        line.say(b".\r\n")
        reply = line.hear()
    except LineLost as error:
        raise Unconfirmed("mail-unconfirmed", f"no answer after the final dot: {error}") from error
    if 300 <= reply.code < 400:
        raise Unconfirmed("mail-unconfirmed", f"an answer without sense after the final dot ({reply.code})")
    _judge(reply, set(range(200, 300)), ended=True)


def _judge(reply: Reply, wanted: set[int], *, ours: bool = False, ended: bool = False) -> None:
    if reply.code in wanted:
        return
    if reply.code == 421 and not ended:  # it shuts down: of the mail that says nothing
        raise Away("mail-away", f"the mail server shuts down ({reply.shown})")
    if 500 <= reply.code < 600:
        code = "mail-sender-refused" if ours else "mail-refused"
        raise Refused(code, f"the mail server refused for good ({reply.shown})", ours=ours)
    raise PutOff("mail-put-off", f"the mail server asks to come again ({reply.shown})")


def _away(server: MailServer, error: LineLost) -> Away:
    return Away("mail-away", f"mail server {server.host}:{server.port}: {error}")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
