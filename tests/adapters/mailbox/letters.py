"""Mails as citizens and mail servers write them."""

from email.message import EmailMessage

_OBJECTS = (b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n", b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n")
_HEAD = b"%PDF-1.4\n"
_XREF = b"xref\n0 3\n0000000000 65535 f \n%010d 00000 n \n%010d 00000 n \n" % (9, 9 + len(_OBJECTS[0]))
_END = b"trailer<</Size 3/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % sum(map(len, (_HEAD, *_OBJECTS)))
PDF = b"".join((_HEAD, *_OBJECTS, _XREF, _END))
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
TO = "mot-cua@benthanh.example"


def letter(
    number: int = 1,
    *,
    sender: str = "Ánh Tuyết <anh.tuyet@example.vn>",
    to: str = TO,
    subject: str = "Đơn xin khai tử",
    text: str = "Kính gửi ủy ban.",
    files: dict[str, tuple[str, bytes]] | None = None,
    **headers: str,
) -> bytes:
    """A mail with these files (name → type, bytes); `headers` with `_` for `-`."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = f"<{number}@example.vn>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    for name, (kind, content) in (files or {}).items():
        main, _, sub = kind.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail.as_bytes()


def bounce(
    *,
    envelope: str = "",
    returned: str = "",
    to: str = "vanthu@benthanh.example",
    action: str = "failed",
    status: str = "5.1.1",
    recipients: tuple[str, ...] = ("anh.tuyet@example.vn",),
    number: int = 1,
) -> bytes:
    """A delivery status notification as Postfix writes it."""
    about = f"Reporting-MTA: dns; mx.example.vn\n{f'Original-Envelope-Id: {envelope}' if envelope else 'X-Queue: 1'}\n"
    each = [f"Final-Recipient: rfc822; {one}\nAction: {action}\nStatus: {status}\n" for one in recipients]
    blocks = "\n".join([about, *each])
    head = f"Message-ID: {returned}\n" if returned else ""
    return (
        f"From: MAILER-DAEMON@mx.example.vn (Mail Delivery System)\nTo: {to}\nSubject: Undelivered Mail\n"
        f"Message-ID: <dsn{number}@mx.example.vn>\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nThis is the mail system.\n"
        f"--b\nContent-Type: message/delivery-status\n\n{blocks}\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nFrom: vanthu@benthanh.example\n{head}Subject: x\n--b--\n"
    ).encode()
