"""The trust folder: roots/, intermediates/, crls/. A newer revocation list of an issuer takes the older one's place."""

from pathlib import Path
from typing import Any

from cryptography import x509

from signing.canonical import sha256_hex
from signing.certificates import der, fingerprint, load_certificates, load_crls, subject_name
from signing.errors import Invalid
from signing.record import time_text


def add(folder: Path, content: bytes) -> list[tuple[str, str]]:
    """Take up certificates or CRLs; gives (kind, name) of each; raises Invalid when it is neither."""
    try:
        certificates = load_certificates(content)
    except Invalid:
        return [_add_crl(folder, crl) for crl in load_crls(content)]
    return [_add_certificate(folder, certificate) for certificate in certificates]


def listed(folder: Path) -> list[dict[str, Any]]:
    """What lies there."""
    found = []
    for kind in ("roots", "intermediates"):
        for path in _files(folder / kind):
            for certificate in load_certificates(path.read_bytes()):
                until = time_text(certificate.not_valid_after_utc)
                found.append({"kind": kind, "name": subject_name(certificate), "until": until})
    for path in _files(folder / "crls"):
        crl = x509.load_der_x509_crl(path.read_bytes())
        until = time_text(crl.next_update_utc) if crl.next_update_utc else ""
        found.append({"kind": "crls", "name": crl.issuer.rfc4514_string(), "until": until})
    return found


def _add_certificate(folder: Path, certificate: x509.Certificate) -> tuple[str, str]:
    kind = "roots" if certificate.subject == certificate.issuer else "intermediates"
    _write(folder / kind / f"{fingerprint(certificate)[:32]}.cer", der(certificate))
    return kind, subject_name(certificate)


def _add_crl(folder: Path, crl: bytes) -> tuple[str, str]:
    issuer = x509.load_der_x509_crl(crl).issuer
    _write(folder / "crls" / f"{sha256_hex(issuer.public_bytes())[:32]}.crl", crl)
    return "crls", issuer.rfc4514_string()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(content)
    fresh.replace(path)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
