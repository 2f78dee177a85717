"""Take up certificates and revocation lists into the trust folder, and list what lies there."""

from pathlib import Path
from typing import Any

from cryptography import x509

from adapters.trust_folder import STAMP_ROOTS, files, list_name, write
from signing.certificates import der, fingerprint, load_certificates, load_crls, subject_name
from signing.crl import read_lists
from signing.errors import Invalid
from signing.ocsp import read_answer
from signing.record import time_text


def add(folder: Path, content: bytes, *, stamps: bool = False) -> list[tuple[str, str]]:
    """Take up certificates or CRLs; gives (kind, name) of each; raises Invalid when it is neither.

    `stamps`: roots among them are trusted for time stamps, and from then on no other root is.
    """
    try:
        certificates = load_certificates(content)
    except Invalid:
        return [_add_crl(folder, crl) for crl in load_crls(content)]
    return [_add_certificate(folder, certificate, STAMP_ROOTS if stamps else "roots") for certificate in certificates]


def listed(folder: Path) -> list[dict[str, Any]]:
    """What lies there."""
    found = []
    for kind in ("roots", STAMP_ROOTS, "intermediates"):
        for path in files(folder / kind):
            for certificate in load_certificates(path.read_bytes()):
                until = time_text(certificate.not_valid_after_utc)
                found.append({"kind": kind, "name": subject_name(certificate), "until": until})
    for path in files(folder / "crls"):
        crl = x509.load_der_x509_crl(path.read_bytes())
        until = time_text(crl.next_update_utc) if crl.next_update_utc else ""
        found.append({"kind": "crls", "name": crl.issuer.rfc4514_string(), "until": until})
    for path in files(folder / "ocsps"):
        single = read_answer(path.read_bytes()).singles[0]
        until = time_text(single.next_update_utc) if single.next_update_utc else ""
        found.append({"kind": "ocsps", "name": f"{single.serial_number:x}", "until": until})
    return found


def _add_certificate(folder: Path, certificate: x509.Certificate, roots: str) -> tuple[str, str]:
    kind = roots if certificate.subject == certificate.issuer else "intermediates"
    write(folder / kind / f"{fingerprint(certificate)[:32]}.cer", der(certificate))
    return kind, subject_name(certificate)


def _add_crl(folder: Path, crl: bytes) -> tuple[str, str]:
    (found,) = read_lists([crl])
    write(folder / "crls" / list_name(found), crl)
    return "crls", found.crl.issuer.rfc4514_string()
