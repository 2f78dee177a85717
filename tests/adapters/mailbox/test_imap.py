"""A mailbox is read over IMAP within bounds of bytes and time; what the server does wrong is one clear failure."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.mailbox import imap as reader
from adapters.mailbox.imap import MailboxUnavailable, opened
from adapters.mailbox.server import MailboxServer, MailboxSettingError, read_url
from tests.adapters.dispatch.relays import certificate
from tests.adapters.mailbox.imap_server import Imap, serving

MAIL = b"From: a@b.example\r\nSubject: x\r\n\r\n" + b"xin ch\xc3\xa0o\r\n" * 20


def look(server: MailboxServer, uid: int, *, seconds: float = 10, times: int = 1) -> None:
    """Read one mail, as often as told."""
    with opened(server, seconds) as box:
        box.waiting(5)
        for _ in range(times):
            box.fetch(uid)


@pytest.mark.parametrize(
    ("capabilities", "delimiter", "left"),
    [("IMAP4rev1 UIDPLUS MOVE", "/", 0), ("IMAP4rev1 UIDPLUS", ".", 0), ("IMAP4rev1", "/", 1)],
)
def test_a_mail_is_fetched_and_moved(capabilities: str, delimiter: str, left: int) -> None:
    """The very bytes; moved with MOVE, or copied and deleted, and without UIDPLUS nobody else's deleted mail goes."""
    imap = Imap(capabilities=capabilities, delimiter=delimiter)
    other = imap.put(b"deleted by somebody, kept")
    imap.folders["INBOX"][0].deleted = True
    uid = imap.put(MAIL)
    with serving(imap) as server, opened(server, 10) as box:
        [place] = box.waiting(5)
        assert (place.validity, place.uid, box.size(uid), box.fetch(uid)) == (7, uid, len(MAIL), MAIL)
        box.move(uid, "hoso/done")
        assert box.waiting(5) == []
        assert (box.size(999), box.fetch(999)) == (None, None)
    assert imap.raws(f"hoso{delimiter}done") == [MAIL]
    assert [each.uid for each in imap.folders["INBOX"]] == [other, uid][: 1 + left]


@pytest.mark.parametrize(
    ("manners", "told"),
    [
        ({"refuse": {"LOGIN"}}, "does not let us in"),
        ({"refuse": {"SELECT"}}, "refuses SELECT"),
        ({"refuse": {"FETCH"}}, "refuses FETCH"),
        ({"drop": ["FETCH"]}, "the connection was lost"),
        ({"drop": ["SELECT"]}, "the connection was lost"),
        ({"greeting": b"* BYE go away\r\n"}, "mailbox"),
        ({"greeting": b"\x00\xff" * 2_000_000}, "mailbox"),
        ({"greeting": b"* OK no newline"}, "mailbox"),
        ({"literal": 1 << 30}, "the connection was lost"),
        ({"drip": 0.2}, "takes too long"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_a_server_does_wrong_ends_soon(manners: dict[str, object], told: str) -> None:
    """However it misbehaves, one failure, within the time of the round; a literal of 1 GiB is not waited for."""
    imap = Imap(**manners)  # type: ignore[arg-type]
    uid, begun = imap.put(MAIL), time.monotonic()
    with serving(imap) as server, pytest.raises(MailboxUnavailable, match=told):
        look(server, uid, seconds=1)
    assert time.monotonic() - begun < 5


def test_a_server_that_sends_without_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that it sends in one round is counted."""
    monkeypatch.setattr(reader, "MOST_BYTES", 20_000)
    imap = Imap()
    uid = imap.put(MAIL)
    with serving(imap) as server, pytest.raises(MailboxUnavailable):
        look(server, uid, times=200)


def test_a_wrong_password_is_told_without_it() -> None:
    """The message names the server."""
    with serving(Imap()) as server, pytest.raises(MailboxUnavailable) as failure:
        look(replace(server, password="falsch"), 1)
    assert "falsch" not in str(failure.value)


def test_a_failure_of_the_reader_is_its_own() -> None:
    """What goes wrong while a mail is recorded is not the mailbox's fault."""
    with serving(Imap()) as server, pytest.raises(ValueError, match="ours"), opened(server, 5):
        raise ValueError("ours")


@pytest.mark.parametrize(
    "url",
    [
        "imap://a:b@mail.example/INBOX",
        "imaps://mail.example",
        "https://a:b@mail.example",
        "imaps://a:b@h:x/",
        "imaps://a:b@h/%0d%0aX",
        "imaps://a%20b:c@h",
        "imaps://a:m%E1%BA%ADt@h",
    ],
)
def test_a_url_that_cannot_be_used_is_refused(url: str) -> None:
    """Plain only on loopback, never without user; the password is not repeated."""
    with pytest.raises(MailboxSettingError, match="HOSO_MAILBOX_URL"):
        read_url(url)
    assert read_url("imap://a:b%40c@127.0.0.1:1143/Van%20thu").folder == "Van thu"
    assert read_url("imaps://a:b%40c@mail.example").port == 993


def test_tls_is_required_and_checked(tmp_path: Path) -> None:
    """By the private authority that is named: the mailbox opens; for another's name, or an authority unknown, never."""
    context, pem = certificate(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    wrong, wrong_pem = certificate(other, name="mail.example.vn")
    files = {"good": pem, "wrong": wrong_pem}
    for name, content in files.items():
        (tmp_path / f"{name}.pem").write_text(content)
    imap = Imap()
    uid = imap.put(MAIL)
    with serving(imap, context) as server:
        look(replace(server, authority=tmp_path / "good.pem"), uid)
        with pytest.raises(MailboxUnavailable, match="SSLCertVerificationError"):
            look(server, uid)
    with serving(imap, wrong) as server, pytest.raises(MailboxUnavailable, match="SSLCertVerificationError"):
        look(replace(server, authority=tmp_path / "wrong.pem"), uid)
    with serving(imap) as server, pytest.raises(MailboxUnavailable, match="SSL"):
        look(replace(server, secure=True), uid)
