"""Opening an officer's key: the file, its PIN, and what went wrong in one line."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.cli.codes import in_words
from adapters.cli.errors import FAILURE, SIGNATURE, USAGE, CommandFailed
from adapters.cli.input import read_file
from adapters.cli.language import _
from adapters.cli.terminal import ask_secret, escape
from adapters.keystore.pkcs12 import load_pkcs12
from signing.certificates import check_usable, fingerprint, subject_name
from signing.errors import SigningError
from signing.record import time_text
from signing.sign import SigningKey

_WORDS = {
    "key-file-missing": lambda file: _("cannot read the key file {file}").format(file=file),
    "key-file-malformed": lambda file: _("{file} is no PKCS#12 key file (.p12, .pfx), or it is damaged").format(
        file=file
    ),
    "key-file-too-large": lambda file: _("{file} is too large for a key file").format(file=file),
    "key-pin-wrong": lambda file: _("the PIN does not open {file}").format(file=file),
    "key-missing": lambda file: _("{file} holds no private key with its certificate").format(file=file),
}


def require_key(name: str | None, *, why: str) -> str:
    """Say early that a key is needed or not there, before anything is asked or fetched."""
    if name is None:
        raise CommandFailed("key-needed", why, remedy=_("add --key FILE.p12"), exit_code=USAGE)
    read_file(Path(name), limit=1 << 20)
    return name


def open_key(name: str, pin_file: Path | None, *, at: datetime | None = None) -> SigningKey:
    """Ask for the PIN (a file, HOSO_PIN, a hidden prompt), open the key, and check that it can sign at that time."""
    key = _load(name, pin_file)
    try:
        check_usable(key.certificate, at or datetime.now(UTC))
    except SigningError as error:
        raise _failure(Path(name), error) from None
    return key


def _load(name: str, pin_file: Path | None) -> SigningKey:
    file = Path(name)
    read_file(file, limit=1 << 20)
    try:
        return load_pkcs12(file, _pin(file, pin_file))
    except SigningError as error:
        raise _failure(file, error) from None


def _failure(file: Path, error: SigningError) -> CommandFailed:
    words = _WORDS.get(error.code)
    return CommandFailed(
        error.code,
        words(escape(file)) if words else escape(in_words(error.code, error.message)),
        remedy=_("nothing was signed or sent"),
        exit_code=SIGNATURE if error.code.startswith("certificate-") else FAILURE,
    )


def describe_key(name: str, pin_file: Path | None) -> dict[str, Any]:
    """Return what a key file is: whose, from whom, until when, and whether it can sign now."""
    key = _load(name, pin_file)
    certificate = key.certificate
    try:
        check_usable(certificate, datetime.now(UTC))
        reason = None
    except SigningError as error:
        reason = in_words(error.code, error.message)
    return {
        "subject": certificate.subject.rfc4514_string(),
        "issuer": certificate.issuer.rfc4514_string(),
        "serial": f"{certificate.serial_number:x}",
        "fingerprint": fingerprint(certificate),
        "not_before": time_text(certificate.not_valid_before_utc),
        "not_after": time_text(certificate.not_valid_after_utc),
        "algorithm": key.mechanism,
        "usable": reason is None,
        "chain": [subject_name(item) for item in key.chain],
        **({"reason": reason} if reason else {}),
    }


def _pin(file: Path, pin_file: Path | None) -> str:
    if pin_file is not None:
        return read_file(pin_file, limit=4096).decode("utf-8", "replace").rstrip("\r\n")
    named = os.environ.get("HOSO_PIN")
    return named if named is not None else ask_secret(_("PIN of {file}").format(file=escape(file)), variable="HOSO_PIN")
