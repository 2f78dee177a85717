"""The mail that carries a result: what stands in it, what never does, and whose it is."""

import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from adapters.dispatch.email.address import Address, read_address
from adapters.dispatch.email.compose import Enclosed, compose, heading
from adapters.dispatch.email.errors import Away, MailSettingError, MailUnfit
from adapters.dispatch.email.smime import Smime, open_key
from tests.pki import NOW, Person, authority, file_of, person

AT = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
KEY = "0123456789abcdef" * 2
PDF = bytes(range(256)) * 40
GIVEN: dict[str, Any] = {
    "agency": "Uỷ ban nhân dân phường Bến Thành, Quận 1",
    "sender": "vanthu@benthanh.example",
    "reply_to": Address(local="hoi-dap", domain="benthanh.example"),
    "name": "Bà Nguyễn Thị Ánh Tuyết",
    "to": "anh.tuyet@đất.vn",
    "subject": "Kết quả giải quyết hồ sơ đăng ký khai tử của ông Nguyễn Văn Bình, " * 2,
    "language": "vi",
    "file": "Trích lục khai tử.pdf",
}
ENCLOSED = Enclosed(text="", file="Trích lục khai tử.pdf", content=PDF)


def made(signer: Smime | None = None, enclosed: Enclosed = ENCLOSED, **changes: Any) -> bytes:
    return compose(heading(**{**GIVEN, **changes}), enclosed, key=KEY, code="H29.5-1", at=AT, signer=signer)


def read(mail: bytes) -> EmailMessage:
    parsed = message_from_bytes(mail, policy=default)
    assert isinstance(parsed, EmailMessage)
    assert not [part.defects for part in parsed.walk() if part.defects]
    return parsed


def shown(mail: bytes, header: str) -> str:
    """A header as people see it (`email`'s newer parser puts blanks between encoded words)."""
    return str(make_header(decode_header(message_from_bytes(mail)[header].replace("\r\n", ""))))


def test_what_a_mail_says() -> None:
    """Names, subject and file name in Vietnamese; lines within bounds, ASCII, the same bytes each time."""
    mail = made()
    assert mail == made()
    assert mail.isascii()
    assert max(map(len, mail.split(b"\r\n"))) <= 200
    assert b"\n" not in mail.replace(b"\r\n", b"")
    read_ = read(mail)
    assert shown(mail, "From") == f"{GIVEN['agency']} <vanthu@benthanh.example>"
    assert shown(mail, "To") == f"{GIVEN['name']} <anh.tuyet@xn--t-kia038t.vn>"
    assert read_["Subject"] == GIVEN["subject"]
    assert (read_["Message-ID"], read_["Date"].datetime) == (f"<{KEY}@benthanh.example>", AT)
    assert (read_["Auto-Submitted"], read_["Reply-To"]) == ("auto-generated", "hoi-dap@benthanh.example")
    [attached] = read_.iter_attachments()
    assert attached.get_filename() == "Trích lục khai tử.pdf"
    assert b'filename="Trich luc khai tu.pdf"' in mail
    assert attached.get_payload(decode=True) == PDF


@pytest.mark.parametrize(
    ("language", "said"),
    [("vi", "gửi kèm kết quả giải quyết hồ sơ H29.5-1"), ("en", "sends you the result of dossier H29.5-1")],
)
def test_both_parts_speak_the_recipients_language(language: str, said: str) -> None:
    """Plain and HTML say the same; what stands in them is text and no markup."""
    mail = read(made(language=language))
    for kind in ("plain", "html"):
        body = mail.get_body((kind,))
        assert body is not None
        assert said in body.get_content()
        assert body["Content-Language"] == language
    told = read(made(enclosed=replace(ENCLOSED, text="<script>1</script>\n.\n\nFrom x"))).get_body(("html",))
    assert told is not None
    assert "<script>" not in told.get_content()
    assert "&lt;script&gt;" in told.get_content()


@given(
    field=st.sampled_from(["name", "subject", "agency", "file", "to", "sender"]),
    broken=st.sampled_from(["\r\nBcc: x@y.vn", "\n x", "\r", "\0", "\x1b[2J", "\x85", "\u2028", "\ud800"]),
    before=st.text("ab ", max_size=3),
)
def test_what_would_break_a_header_is_refused(field: str, broken: str, before: str) -> None:
    """In no field, by no kind of line end; the mail is not mended and sent."""
    with pytest.raises(MailUnfit) as refused:
        made(**{field: f"{before}{broken}@example.vn"})
    assert refused.value.code == "header-injection"
    assert "Bcc" not in refused.value.message


@given(st.text(st.characters(blacklist_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=200))
def test_any_other_text_comes_back_as_it_was(text: str) -> None:
    """Subject, name and file name, whatever they hold: one mail, one recipient, the headers that we wrote."""
    mail = message_from_bytes(made(subject=text, name=text, file=f"{text}.pdf"), policy=SMTP)
    assert [name for name, _ in mail.items()] == [
        *("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"),
        "Content-Type",
    ]
    assert [each.addr_spec for each in mail["To"].addresses] == ["anh.tuyet@xn--t-kia038t.vn"]
    assert mail["Subject"].split() == text.split()


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "nobody",
            "a@",
            "@b.vn",
            "a@b.vn, c@d.vn",
            "A <a@b.vn>",
            "a b@c.vn",
            '"a b"@c.vn',
            "a..b@c.vn",
            "a.@c.vn",
        ),
        *("a@-b.vn", "a@b..vn", "a@[127.0.0.1]", "a@b_c.vn", f"{'a' * 65}@b.vn", f"a@{'b.' * 130}vn", "a@b.vn>"),
        "a@đ-.vn",
    ],
)
def test_what_is_no_address(text: str) -> None:
    """One bare address, and nothing else."""
    with pytest.raises(MailUnfit) as refused:
        read_address(text)
    assert refused.value.code == "address-invalid"


def test_a_language_that_we_do_not_write_is_refused() -> None:
    """And a result that no relay takes."""
    for changes, enclosed, code in [
        ({"language": "fr"}, ENCLOSED, "language-unknown"),
        ({}, replace(ENCLOSED, content=bytes(64 * 1024 * 1024 + 1)), "mail-too-large"),
    ]:
        with pytest.raises(MailUnfit) as refused:
            made(enclosed=enclosed, **changes)
        assert refused.value.code == code


# -- S/MIME


def signer_of(who: Person) -> Smime:
    return Smime(certificate=who.certificate, chain=who.key.chain, key=who.private)


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_openssl_verifies_the_signature_and_no_changed_byte(kind: str, tmp_path: Path) -> None:
    """RFC 8551 multipart/signed: the whole content is covered, text and attachment; a try signs the same bytes."""
    mail = made(signer_of(person("vanthu", kind=kind)))
    content = read(mail).get_payload(0)
    assert isinstance(content, EmailMessage)
    assert content.get_content_type() == "multipart/mixed"
    (tmp_path / "ca.pem").write_bytes(authority().root.public_bytes(Encoding.PEM))
    assert _verified(mail, tmp_path)
    begin, end = (
        mail.index(each) for each in (b"Content-Type: multipart/mixed", b"Content-Type: application/pkcs7-signature")
    )
    for place in (begin + 20, mail.index(b"Content-Language"), mail.index(b"application/pdf") + 100, end - 80):
        changed = bytearray(mail)
        changed[place] ^= 1
        assert not _verified(bytes(changed), tmp_path), place
    again = made(signer_of(person("vanthu", kind=kind)))
    assert again[begin:end] == mail[begin:end]


def _verified(mail: bytes, folder: Path) -> bool:
    openssl = shutil.which("openssl")
    assert openssl is not None, "this test needs openssl: apt-get install openssl"
    (folder / "mail.eml").write_bytes(mail)
    asked = [
        "cms",
        "-verify",
        "-in",
        "mail.eml",
        "-CAfile",
        "ca.pem",
        "-out",
        "out",
        "-attime",
        str(int(NOW.timestamp())),
    ]
    return subprocess.run([openssl, *asked], cwd=folder, capture_output=True, check=False).returncode == 0


def test_a_certificate_that_may_not_sign_the_agencys_mail_is_refused_at_start(tmp_path: Path) -> None:
    """Another's address, out of date, another purpose, a file that others can read, a wrong password."""
    file = tmp_path / "mail.p12"

    def opened(who: Person, *, sender: str = "vanthu@example.vn", password: str = "246810", mode: int = 0o600) -> Smime:
        file.write_bytes(file_of(who))
        file.chmod(mode)
        return open_key(file, password, sender=sender, at=NOW)

    good = person("vanthu")
    assert opened(good).certificate == good.certificate
    old = person("vanthu", not_after=NOW - timedelta(days=1))
    for why, attempt in {
        "expected other@example.vn": lambda: opened(good, sender="other@example.vn"),
        "out of date": lambda: opened(old),
        "chmod 600": lambda: opened(good, mode=0o640),
        "password is wrong": lambda: opened(good, password="wrong"),
        "extended key usage": lambda: opened(_for_servers_alone(good)),
    }.items():
        with pytest.raises(MailSettingError, match=why):
            attempt()
    with pytest.raises(Away, match="out of date"):
        signer_of(good).demand_current(NOW + timedelta(days=400))


def _for_servers_alone(who: Person) -> Person:
    made_ = authority().certify(
        who.private,
        "vanthu",
        "vanthu@example.vn",
        not_before=NOW - timedelta(days=1),
        not_after=NOW + timedelta(days=1),
        purposes=[ExtendedKeyUsageOID.SERVER_AUTH],
    )
    return replace(who, key=replace(who.key, certificate=made_))
