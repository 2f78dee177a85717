"""Certificates as files and as fingerprints."""

import re
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509

from adapters.cli.client import Client, path
from adapters.cli.errors import FAILURE, SIGNATURE, USAGE, CommandFailed
from adapters.cli.input import read_file
from adapters.cli.language import _
from adapters.cli.terminal import escape
from signing.certificates import fingerprint, load_certificates
from signing.errors import SigningError


def read_certificates(*files: Path) -> list[x509.Certificate]:
    """Read every certificate in these files (PEM or DER), at least one."""
    found: list[x509.Certificate] = []
    for file in files:
        try:
            found += load_certificates(read_file(file, limit=4 * 1024 * 1024))
        except SigningError as error:
            raise CommandFailed(
                error.code,
                _("{file} holds no certificate (PEM or DER)").format(file=escape(file)),
                remedy=_("name the file of the certificate"),
                exit_code=SIGNATURE,
            ) from None
    return found


def pinned_fingerprints(named: Sequence[str]) -> frozenset[str]:
    """Return the fingerprints of certificates that are named by their file, or by their whole fingerprint."""
    found: set[str] = set()
    for each in named:
        text = each.replace(":", "").lower()
        whole = re.fullmatch(r"[0-9a-f]{64}", text)
        if not whole and not Path(each).exists() and re.fullmatch(r"[0-9a-f]{4,63}", text):
            raise CommandFailed(
                "bad-fingerprint",
                _("{text} is no file, and no whole fingerprint (64 characters 0-9 a-f)").format(text=repr(each)),
                remedy=_("name the certificate's file, or its whole fingerprint"),
                exit_code=USAGE,
            )
        found |= {text} if whole else {fingerprint(certificate) for certificate in read_certificates(Path(each))}
    return frozenset(found)


def whole_fingerprint(client: Client, beginning: str) -> str:
    """Return the fingerprint that begins so; at least eight characters, and only one may."""
    text = beginning.replace(":", "").lower()
    if not re.fullmatch(r"[0-9a-f]{8,64}", text):
        raise CommandFailed(
            "bad-fingerprint",
            _("fingerprint {text}: expected 8 to 64 characters 0-9 a-f").format(text=repr(beginning)),
            exit_code=USAGE,
        )
    if len(text) == 64:
        return text
    found = [str(item.get("fingerprint")) for item in client.items(path("certificates"))]
    matching = sorted({item for item in found if item.startswith(text)})
    if len(matching) != 1:
        raise CommandFailed(
            "fingerprint-unclear",
            _("{count} certificates begin with {text}").format(count=len(matching), text=text),
            remedy=_("see hoso certificate list"),
            exit_code=FAILURE,
        )
    return matching[0]
