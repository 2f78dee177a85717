"""Mails of strangers are read within bounds, and nothing they say is more than said."""

import time
from contextlib import suppress

import pytest

from adapters.mailbox.authentication import vouched
from adapters.mailbox.reading import read_mail
from adapters.mailbox.text import line
from signing.errors import Invalid
from tests.adapters.mailbox.letters import PDF, letter

HEAD = b"From: a@b.vn\r\n"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (HEAD + b"\r\nxin ch\xc3\xa0o", "xin chào"),
        (HEAD + b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\n\xe0", "à"),
        (HEAD + b"Content-Type: text/plain; charset=no-such\r\n\r\nx\x00\x1b[2Jy", "x[2Jy"),
        (HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n!!!eGlu!!!", "xin"),
        (HEAD + b"Content-Type: text/plain; charset=utf-16\r\n\r\n\xff\xfe\x00\xd8", ""),
        (
            HEAD + b"Content-Type: text/html\r\n\r\n<style>a</style><p>m\xe1\xbb\x99t<br>hai<script>x()</script>",
            "một\nhai",
        ),
        (HEAD + b"Content-Type: text/html\r\n\r\n" + "İ<b>x</b><script>y</script>z".encode(), "İxz"),
    ],
)
def test_text_is_read_whatever_its_encoding(raw: bytes, text: str) -> None:
    """No control characters, no marks of direction, no half characters; scripts are no text."""
    assert read_mail(raw).text.replace("\ufffd", "") == text


def test_what_is_attached_is_told_apart_from_the_text() -> None:
    """A named text is a file; a signature of the mail is none; a mail within a mail is one part."""
    files = {"thu.txt": ("application/pdf", PDF), "smime.p7s": ("application/pkcs7-signature", b"x")}
    mail = read_mail(letter(files=files, to="Một cửa <mot-cua@b.vn>, reply+x@b.vn", Delivered_To="hop-thu@b.vn"))
    assert [(each.name, each.media_type, each.content) for each in mail.attachments] == [
        ("thu.txt", "application/pdf", PDF)
    ]
    assert mail.addresses == ("mot-cua@b.vn", "reply+x@b.vn", "hop-thu@b.vn")
    assert (mail.sender, mail.name, mail.subject) == ("anh.tuyet@example.vn", "Ánh Tuyết", "Đơn xin khai tử")
    inner = read_mail(HEAD + b"Content-Type: message/rfc822\r\n\r\nFrom: x@y.vn\r\n\r\nhi")
    assert [each.media_type for each in inner.attachments] == ["message/rfc822"]


@pytest.mark.parametrize(
    "sender",
    ["", "a@b.vn, c@d.vn", "Nhóm: a@b.vn, c@d.vn;", "<>", "root", "=?utf-8?q?a=40b.vn?="],
)
def test_a_sender_that_is_not_one_address_is_none(sender: str) -> None:
    """Nobody is guessed."""
    assert read_mail(f"From: {sender}\r\n\r\nx".encode()).sender == ""
    assert read_mail(b"From: a@b.vn\r\nFrom: c@d.vn\r\n\r\nx").sender == ""


def test_line_breaks_in_headers_end_there() -> None:
    """What is kept of a subject or a name is one line without marks that turn the direction."""
    raw = HEAD + b"Subject: =?utf-8?q?a=0D=0ABcc=3A_x=E2=80=AEy=00?=\r\n\r\nx"
    assert read_mail(raw).subject.count("\n") == 0
    assert line("a\r\nb\x00\u202ec\ud800", 10) == "a bc?"


TRUSTED = "mx.b.vn"
GOOD = f"{TRUSTED}; spf=pass smtp.mailfrom=x.vn; dmarc=pass (p=reject) header.from=x.vn"


@pytest.mark.parametrize(
    ("headers", "domain"),
    [
        ([GOOD], "x.vn"),
        ([GOOD.upper()], "x.vn"),
        (["other.vn; dmarc=fail header.from=x.vn", GOOD], "x.vn"),
        ([GOOD.replace("dmarc=pass", "dmarc=fail"), GOOD], ""),
        ([GOOD.replace("header.from=x.vn", "header.from=y.vn")], ""),
        ([GOOD.replace("header.from=x.vn", "header.from=x.vn header.from=y.vn")], ""),
        ([GOOD.replace(TRUSTED, "mx.evil.vn")], ""),
        ([GOOD.replace(TRUSTED, f"mx.evil.vn ({TRUSTED}")], ""),
        ([GOOD + "; dmarc=fail header.from=x.vn"], ""),
        ([f'{TRUSTED}; spf=fail smtp.mailfrom="; dmarc=pass header.from=x.vn"@e.vn'], ""),
        ([f'{TRUSTED}; spf=fail (") x) smtp.mailfrom="; dmarc=pass header.from=x.vn; "@e.vn'], ""),
        ([f"{TRUSTED}; spf=fail reason=(dmarc=pass header.from=x.vn)"], ""),
        ([f"{TRUSTED}; xdmarc=pass header.from=x.vn"], ""),
        ([f"{TRUSTED}; dmarc=passable header.from=x.vn"], ""),
        ([f"{TRUSTED}; dmarc=pass header.from=x.vn (spf"], ""),
        ([f'{TRUSTED}; dmarc=pass header.from=x.vn; x="'], ""),
        ([f"{TRUSTED}; dmarc=pass header.from=x.vn ; spf=pass)"], ""),
        ([GOOD + "; x=" + "y" * 4000], ""),
        ([], ""),
    ],
)
def test_only_the_trusted_servers_topmost_word_counts(headers: list[str], domain: str) -> None:
    """Forged below, in a comment, in quoted text, of another domain, twice: nothing is proven."""
    assert vouched(headers, TRUSTED, "a@x.vn") == domain
    assert vouched(headers, "", "a@x.vn") == ""


def test_an_encoded_word_is_no_word_of_the_server() -> None:
    """Whoever sends chooses MAIL FROM, which an honest server repeats: decoded, it could say anything."""
    forged = "=?utf-8?q?a=3Bdmarc=3Dpass_header.from=3Dx.vn_=28?=@evil.com"
    honest = f"{TRUSTED};\r\n\tspf=pass smtp.mailfrom={forged};\r\n\tdmarc=fail (p=REJECT) header.from=x.vn\r\n"
    head = "From: a@x.vn\r\nAuthentication-Results: "
    assert read_mail(f"{head}{honest}\r\nhi".encode(), TRUSTED).domain == ""
    passed = honest.replace("dmarc=fail", "dmarc=pass")
    assert read_mail(f"{head}{passed}\r\nhi".encode(), TRUSTED).domain == "x.vn"


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\nhi\r\n" * 10_000,
        b"From: " + b"a@b.vn," * 15_000 + b"\r\n\r\nx",
        b"From: " + b'"' * 60_000 + b"\r\n\r\nx",
        b"From: " + b'"' * 8_000 + b"\r\n\r\nx",
        HEAD + b"Subject: " + b"=?utf-8?b?4buj?= " * 430 + b"\r\n\r\nx",
        HEAD + b"Content-Type: text/plain; " + b"a*0*=b; " * 1_000 + b"\r\n\r\nx",
        HEAD + b"Content-Type: text/html\r\n\r\n" + b"<" * 1_000_000,
        HEAD + b"Content-Type: text/html\r\n\r\n" + b"<!--" * 100_000,
        HEAD + b"\n" + b"\n--" * 6_000_000,
        b"a" * (20 << 20),
    ],
    ids=[
        "parts",
        "addresses",
        "quotes",
        "fewer quotes",
        "encoded words",
        "parameters",
        "tags",
        "comments",
        "dashes",
        "one header",
    ],
)
def test_hostile_mails_cost_little(raw: bytes) -> None:
    """Read or refused, within seconds; in the server a child does it, which can take no more than ten."""
    begun = time.process_time()
    with suppress(Invalid):
        read_mail(raw)
    assert time.process_time() - begun < 8
