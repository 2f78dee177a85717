"""What is known after a mail was handed to a relay, whatever the relay does: real servers on loopback."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from adapters.console.demo.mail import free_port
from adapters.dispatch.email.address import Address, read_address
from adapters.dispatch.email.envelope import Envelope, return_path, xtext
from adapters.dispatch.email.errors import Away, MailError, MailSettingError
from adapters.dispatch.email.relay import hand_over, probe
from adapters.dispatch.email.server import MailServer, read_url
from tests.adapters.dispatch.relays import certificate, for_ever, once, saying, scripted
from tests.adapters.jobs.mail import DROPPED, LOST, Keeper, serving

MAIL = b"Subject: x\r\n\r\nbody\r\n.\r\n..dots\r\n"
ENVELOPE = Envelope(
    sender=Address(local="box+H29.5", domain="benthanh.example"),
    to=Address(local="anh.tuyet", domain="example.vn"),
    key="0123456789abcdef" * 2,
)
MOST = 3.0  # seconds that any of them may take, with servers that are given one


def outcome(server: MailServer, envelope: Envelope = ENVELOPE) -> tuple[str, int]:
    """What came of it, in one code, and how many copies were counted."""
    dots: list[int] = []
    began = monotonic()
    try:
        hand_over(server, envelope, MAIL, lambda: dots.append(1))
    except MailError as error:
        return error.code if "anh.tuyet" not in error.message else "address told", len(dots)
    finally:
        assert monotonic() - began < MOST
    return "taken", len(dots)


@pytest.mark.parametrize(
    ("keeper", "expected", "kept"),
    [
        (Keeper(), ("taken", 1), 1),
        (Keeper(recipients=["450 4.2.0 greylisted anh.tuyet"]), ("mail-put-off", 0), 0),
        (Keeper(data=["451 4.3.0 later"]), ("mail-put-off", 1), 0),
        (Keeper(recipients=["550 5.1.1 no anh.tuyet"]), ("mail-refused", 0), 0),
        (Keeper(data=["554 5.7.1 spam"]), ("mail-refused", 1), 0),
        (Keeper(recipients=["421 closing"]), ("mail-away", 0), 0),
        (Keeper(data=["421 closing"]), ("mail-put-off", 1), 0),
        (Keeper(recipients=[DROPPED]), ("mail-away", 0), 0),
        (Keeper(data=[DROPPED]), ("mail-unconfirmed", 1), 0),
        (Keeper(data=[LOST]), ("mail-unconfirmed", 1), 1),
    ],
)
def test_what_a_relay_answers(keeper: Keeper, expected: tuple[str, int], kept: int) -> None:
    """A copy is counted where the relay may have it: whatever it kept was counted before."""
    with serving(keeper) as server:
        assert outcome(server) == expected
    assert len(keeper.taken) == kept
    assert all(content == MAIL for content in keeper.taken)


@pytest.mark.parametrize(
    ("say", "expected"),
    [
        (once(b""), ("mail-away", 0)),  # hangs at the greeting
        (for_ever(b"2", 0.2), ("mail-away", 0)),  # a byte now and then
        (for_ever(b"220-welcome\r\n"), ("mail-away", 0)),  # a banner without end
        (for_ever(b"220 welcome"), ("mail-away", 0)),  # a line without end
        (once(b"HTTP/1.1 400 Bad Request\r\n"), ("mail-away", 0)),
        (once(b"554 5.7.1 you are on a list\r\n"), ("mail-away", 0)),
        (scripted(b"", []), ("mail-away", 0)),  # hangs up at DATA
        (scripted(b"", [], after_data=b"354 go\r\n", ending=b""), ("mail-unconfirmed", 1)),  # silent after the dot
        (scripted(b"", [], after_data=b"354 go\r\n", ending=b"354 what\r\n"), ("mail-unconfirmed", 1)),
    ],
)
def test_a_relay_that_is_slow_or_speaks_nonsense(say: Callable[[Any], None], expected: tuple[str, int]) -> None:
    """The whole sending has a deadline, not each read; what is no answer after the dot confirms nothing."""
    with saying(say) as server:
        assert outcome(server) == expected


def test_a_relay_that_is_not_there() -> None:
    """Nobody listens, or the name is nobody's."""
    assert outcome(MailServer(host="127.0.0.1", port=free_port(), scheme="smtp")) == ("mail-away", 0)
    assert outcome(MailServer(host="no.such.host.invalid", port=25, scheme="smtp")) == ("mail-away", 0)


def test_what_stops_before_the_dot_hands_over_nothing() -> None:
    """A worker that lost its lease meanwhile: all but the dot was written, and the relay keeps nothing."""
    keeper = Keeper()

    def lost() -> None:
        raise LookupError("lease lost")

    with serving(keeper) as server, pytest.raises(LookupError):
        hand_over(server, ENVELOPE, MAIL, lost)
    assert keeper.taken == []


Serve = Callable[[Keeper, Path], tuple[AbstractContextManager[MailServer], str | None]]


def _starttls(**made: Any) -> Serve:
    def serve(keeper: Keeper, folder: Path) -> tuple[AbstractContextManager[MailServer], str | None]:
        context, pem = certificate(folder, **made)
        return serving(keeper, tls_context=context, require_starttls=True), pem

    return serve


def _without(keeper: Keeper, _folder: Path) -> tuple[AbstractContextManager[MailServer], str | None]:
    return serving(keeper), None


def _unknown(keeper: Keeper, folder: Path) -> tuple[AbstractContextManager[MailServer], str | None]:
    return serving(keeper, tls_context=certificate(folder)[0]), None


@pytest.mark.parametrize(
    ("serve", "why"),
    [
        (_starttls(), None),
        (_starttls(days=-1), "has expired"),
        (_starttls(name="mail.example.vn"), "IP address mismatch"),
        (_unknown, "self-signed"),
        (_without, "offers no STARTTLS"),
    ],
)
def test_without_tls_that_fits_nothing_is_sent(serve: Serve, why: str | None, tmp_path: Path) -> None:
    """No STARTTLS, an expired certificate, another's, one of nobody we trust: no mail goes in plain."""
    keeper = Keeper()
    served, ca = serve(keeper, tmp_path)
    with served as server:
        server = replace(server, scheme="smtp+starttls", ca=ca)
        if why is None:
            assert "SIZE" in probe(server)
            assert outcome(server) == ("taken", 1)
            return
        assert outcome(server) == ("mail-tls", 0)
        with pytest.raises(Away, match=why):
            probe(server)
    assert keeper.taken == []


def test_what_is_said_before_tls_is_not_believed() -> None:
    """Somebody in between answers ahead for the time after TLS (CVE-2011-0411)."""
    heard: list[bytes] = []
    with saying(scripted(b"250-STARTTLS\r\n", heard)) as server:
        assert outcome(replace(server, scheme="smtp+starttls")) == ("mail-tls", 0)
    assert [line.split()[0] for line in heard] == [b"EHLO", b"STARTTLS"]


def test_a_plain_server_where_tls_is_spoken_from_the_start() -> None:
    """smtps:// against one that speaks plain: no mail."""
    with saying(once(b"220 plain\r\n")) as server:
        assert outcome(replace(server, scheme="smtps")) == ("mail-tls", 0)


def test_what_the_relay_does_not_take_is_not_tried() -> None:
    """Its SIZE, and an address that is not ASCII where it knows no SMTPUTF8: final, before anything was said."""
    wide = replace(ENVELOPE, to=read_address("ánh.tuyết@đất.vn"))
    assert wide.to.domain == "xn--t-kia038t.vn"
    keeper = Keeper()
    with serving(keeper, data_size_limit=10) as server:
        assert outcome(server) == ("mail-too-large", 0)
        assert outcome(server, wide) == ("mail-too-large", 0)
    with serving(keeper, enable_SMTPUTF8=False) as server:
        assert outcome(server, wide) == ("mail-not-international", 0)
    with serving(keeper) as server:
        assert outcome(server, wide) == ("taken", 1)
        assert outcome(server) == ("taken", 1)


def test_delivery_reports_are_asked_for_where_the_relay_knows_them() -> None:
    """RFC 3461: the key comes back in ENVID, and only headers; SMTPUTF8 is asked for where it is needed alone."""
    heard: list[bytes] = []
    extensions = b"250-DSN\r\n250-SIZE\r\n250-SMTPUTF8\r\n"
    to = Address(local="a+b=c", domain="example.vn")
    with saying(scripted(extensions, heard, after_data=b"354 go\r\n")) as server:
        assert outcome(server, replace(ENVELOPE, to=to)) == ("taken", 1)
        assert outcome(server, replace(ENVELOPE, to=read_address("ánh+1@example.vn"))) == ("taken", 1)
    key = ENVELOPE.key.encode()
    mail, rcpt = ([line for line in heard if line.startswith(word)] for word in (b"MAIL", b"RCPT"))
    assert mail == [
        b"MAIL FROM:<box+H29.5@benthanh.example> SIZE=31 RET=HDRS ENVID=" + key,
        b"MAIL FROM:<box+H29.5@benthanh.example> SIZE=31 SMTPUTF8 BODY=8BITMIME RET=HDRS ENVID=" + key,
    ]
    assert rcpt == [
        b"RCPT TO:<a+b=c@example.vn> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;a+2Bb+3Dc@example.vn",
        "RCPT TO:<ánh+1@example.vn> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=utf-8;ánh\\x{2B}1@example.vn".encode(),
    ]


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # on loopback
@pytest.mark.parametrize("ways", [{"PLAIN"}, {"LOGIN"}])
def test_signing_in(ways: set[str]) -> None:
    """With the password that the URL gives; a wrong one is our trouble, not the mail's."""

    def judge(_server: Any, _session: Any, _envelope: Any, _way: str, given: Any) -> AuthResult:
        return AuthResult(success=(given.login, given.password) == (b"hoso", b"right"), handled=False)

    excluded = {"PLAIN", "LOGIN"} - ways
    keeper = Keeper()
    options = {"auth_require_tls": False, "auth_required": True, "authenticator": judge}
    with serving(keeper, auth_exclude_mechanism=excluded, **options) as server:
        assert outcome(replace(server, user="hoso", password="right")) == ("taken", 1)
        assert outcome(replace(server, user="hoso", password="wrong")) == ("mail-login", 0)
        assert outcome(server) == ("mail-login", 0)


def test_where_bounces_go() -> None:
    """The code is the address's tag; a code that is too long for it gives way to the key."""
    agency, box = Address(local="vanthu", domain="a.vn"), Address(local="bounces", domain="a.vn")
    code, key = "H29.5-261121-0001-F3762734", "a" * 32
    assert str(return_path(box, agency=agency, code=code, key=key)) == f"bounces+{code}@a.vn"
    assert str(return_path(box, agency=agency, code="X" * 60, key=key)) == f"bounces+{key}@a.vn"
    assert return_path(None, agency=agency, code=code, key=key) == agency
    assert xtext("a b+=") == "a+20b+2B+3D"


@pytest.mark.parametrize(
    "url", ["smtp://mail.example.vn", "http://x", "smtps://", "smtps://host:port", "smtp+starttls://[::1"]
)
def test_urls_that_are_refused(url: str) -> None:
    """Plain SMTP to another machine above all."""
    with pytest.raises(MailSettingError, match="HOSO_SMTP_URL"):
        read_url(url)


def test_an_authority_that_cannot_be_read_is_refused_at_start(tmp_path: Path) -> None:
    """Missing, or no certificate."""
    (tmp_path / "none.pem").write_text("nothing")
    for file in (tmp_path / "missing.pem", tmp_path / "none.pem"):
        with pytest.raises(MailSettingError, match="HOSO_SMTP_CA"):
            read_url("smtps://mail.example.vn", file)
