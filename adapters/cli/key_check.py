"""Why a key cannot sign here: everything that speaks against it, not only the first thing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509

from adapters.cli.certificates import read_certificates
from adapters.cli.client import Client, path
from adapters.cli.errors import CommandFailed
from adapters.cli.key_faults import describe_fault, remedy_for
from adapters.cli.keys import load_key, require_key
from adapters.cli.language import _
from adapters.cli.session import Session
from adapters.cli.terminal import escape
from adapters.cli.tokens import read_token
from adapters.keystore.naming import read_name
from signing.certificates import check_algorithms, check_dates, check_usage, fingerprint, subject_name
from signing.errors import SigningError
from signing.paths import find_path
from signing.record import time_text
from signing.sign import SigningKey, algorithm_for

Json = dict[str, Any]
_SOON_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which key is asked about; `roots`: files of the authorities that its chain must lead to."""

    key: str | None
    pin_file: Path | None
    roots: tuple[Path, ...] = ()


def check_key(session: Session, question: Question) -> Json:
    """Open the key, and say what it is, whether it can sign, and what speaks against it."""
    name = read_name(require_key(question.key, session, why=_("no key was named")))
    roots = read_certificates(*question.roots) if question.roots else []
    key, now = load_key(name, question.pin_file), datetime.now(UTC)
    reasons = [_reason(error) for error in _faults(key, roots, now)]
    bound = _ask_server(session, key.certificate)
    reasons += [_told(code, message) for code, message in _unbound(bound)]
    left = (key.certificate.not_valid_after_utc - now).days
    notes = [_("it expires in {days} days").format(days=left)] if 0 <= left < _SOON_DAYS else []
    if getattr(key, "extractable", False):
        notes.append(_("the token would give the key out; let a new one be made on it that cannot leave"))
    if bound is None:
        notes.append(_("whether it is bound was not asked: not signed in, or the server does not answer"))
    return {**describe(key), "key": str(name), "usable": not reasons, "reasons": reasons, "notes": notes}


def save_certificate(session: Session, key: str | None, pin_file: Path | None, output: Path) -> Json:
    """Write the certificate and what the key has of its chain; never replaces a file."""
    from cryptography.hazmat.primitives.serialization import Encoding

    found = load_key(read_name(require_key(key, session, why=_("no key was named"))), pin_file)
    content = b"".join(item.public_bytes(Encoding.PEM) for item in (found.certificate, *found.chain))
    try:
        with output.open("xb") as file:
            file.write(content)
    except OSError as error:
        raise CommandFailed(
            "file-error",
            _("cannot write {file}: {reason}").format(file=escape(output), reason=error.strerror),
            remedy=_("name another file with -o"),
        ) from None
    own = found.certificate
    return {"file": str(output), "fingerprint": fingerprint(own), "subject": subject_name(own)}


def describe(key: SigningKey) -> Json:
    """What a key's certificate says."""
    certificate = key.certificate
    return {
        "subject": certificate.subject.rfc4514_string(),
        "issuer": certificate.issuer.rfc4514_string(),
        "serial": f"{certificate.serial_number:x}",
        "fingerprint": fingerprint(certificate),
        "not_before": time_text(certificate.not_valid_before_utc),
        "not_after": time_text(certificate.not_valid_after_utc),
        "algorithm": _algorithm(certificate),
        "chain": [subject_name(item) for item in key.chain],
    }


def _algorithm(certificate: x509.Certificate) -> str | None:
    try:
        return algorithm_for(certificate)[0]
    except SigningError:
        return None


def _faults(key: SigningKey, roots: list[x509.Certificate], now: datetime) -> Iterator[SigningError]:
    certificate = key.certificate
    checks: list[Callable[[], object]] = [
        lambda: check_dates(certificate, now),
        lambda: check_algorithms(certificate, authority=False, at=now),
        lambda: algorithm_for(certificate),
        lambda: check_usage(certificate),
        *([lambda: find_path(certificate, key.chain, roots, now)] if roots else []),
    ]
    seen: set[str] = set()
    for check in checks:
        try:
            check()
        except SigningError as error:
            if error.code not in seen:
                seen.add(error.code)
                yield error


def _ask_server(session: Session, certificate: x509.Certificate) -> tuple[Json, Json | None] | None:
    """Who asks, and the binding of the certificate (None: there is none); None where nobody can be asked."""
    if not session.server or not read_token(session.profile, session.environment):
        return None
    try:
        return session.client.get("/v1/me"), _binding(session.client, fingerprint(certificate))
    except CommandFailed:
        return None


def _binding(client: Client, wanted: str) -> Json | None:
    """The list is in the order of fingerprints, so one page behind the number before it has it."""
    before = f"{int(wanted, 16) - 1:064x}"
    items = client.get(path("certificates"), cursor=before, limit=1).get("items") or ()
    return next((item for item in items if item.get("fingerprint") == wanted), None)


def _unbound(asked: tuple[Json, Json | None] | None) -> Iterator[tuple[str, str]]:
    if asked is None:
        return
    me, binding = asked
    if binding is None:
        yield "certificate-unbound", "no officer is bound to this certificate on the server"
        return
    if binding.get("officer") != me.get("officer"):
        yield "certificate-of-another", f"it is bound to {binding.get('officer')}, not to {me.get('officer')}"
    state = binding.get("state")
    if state in {"revoked", "suspended"}:
        yield f"certificate-{state}", f"its binding is {state} on the server since {binding.get(state)}"


def _reason(error: SigningError) -> Json:
    return _told(error.code, error.message)


def _told(code: str, message: str) -> Json:
    return {"code": code, "message": describe_fault(code, message), "remedy": remedy_for(code)}
