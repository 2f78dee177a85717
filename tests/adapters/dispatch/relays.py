"""Mail servers that misbehave below what a library allows, and the TLS certificates of good and bad ones."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from time import sleep

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from adapters.dispatch.email.server import MailServer

Say = Callable[[socket.socket], None]


@contextmanager
def saying(say: Say) -> Iterator[MailServer]:
    """A server on loopback that does that with each connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connected, _ = listening.accept()
                    threading.Thread(target=one, args=(connected,), daemon=True).start()

        def one(connected: socket.socket) -> None:
            with connected, suppress(OSError):
                say(connected)

        threading.Thread(target=serve, daemon=True).start()
        yield MailServer(host="127.0.0.1", port=listening.getsockname()[1], scheme="smtp", seconds=1.0, answer=1.0)
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)


def once(data: bytes, wait: float = 10.0) -> Say:
    """Says that, and then nothing."""

    def say(connected: socket.socket) -> None:
        connected.sendall(data)
        connected.settimeout(wait)
        while connected.recv(4096):
            pass

    return say


def for_ever(data: bytes, pause: float = 0.0) -> Say:
    """Says that again and again."""

    def say(connected: socket.socket) -> None:
        while True:
            connected.sendall(data)
            sleep(pause)

    return say


def scripted(extensions: bytes, heard: list[bytes], *, after_data: bytes = b"", ending: bytes = b"250 kept\r\n") -> Say:
    """Greets, offers these extensions, notes each command; hangs up after DATA where it is told nothing to say."""

    def say(connected: socket.socket) -> None:
        file = connected.makefile("rb")
        connected.sendall(b"220 test\r\n")
        while line := file.readline():
            heard.append(line.rstrip())
            if line.startswith(b"EHLO"):
                connected.sendall(b"250-test\r\n" + extensions + b"250 HELP\r\n")
            elif line.startswith(b"STARTTLS"):
                connected.sendall(b"220 go\r\n250 injected\r\n")
            elif line.startswith(b"DATA"):
                connected.sendall(after_data)
                if not after_data:
                    return
                while file.readline() != b".\r\n":
                    pass
                connected.sendall(ending)
            else:
                connected.sendall(b"250 OK\r\n")

    return say


def certificate(folder: Path, *, name: str = "127.0.0.1", days: int = 30) -> tuple[ssl.SSLContext, str]:
    """A server's TLS with a self-signed certificate for that name or address, and the certificate (PEM)."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "relay")])
    named = x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([named]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(Encoding.PEM)
    file = folder / f"{name}{days}.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context, pem.decode("ascii")
