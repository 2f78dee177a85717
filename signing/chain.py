"""The path from a signer's certificate to a configured root, and whether anything on it was revoked at the time.

Everything is decided from what is given: no network. Revocation that cannot be decided is Undecidable, never passed.
"""

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from cryptography import x509

from signing.certificates import check_algorithms, check_dates, check_usable, der, subject_name
from signing.errors import Invalid, Undecidable

MAX_POOL = 64
MAX_PATH = 8
MAX_CRLS = 256
# The verdict is ours to tell; without this the library prints its own on a bare terminal.
logging.getLogger("pyhanko_certvalidator").addHandler(logging.NullHandler())


def check_chain(
    signer: x509.Certificate,
    spares: Sequence[x509.Certificate],
    *,
    roots: Sequence[x509.Certificate],
    crls: Sequence[bytes],
    at: datetime,
) -> tuple[x509.Certificate, ...]:
    """Check the signer's certificate at `at` and give its path, signer first, root last.

    `spares`: certificates that may lie in between, trusted for nothing. `crls`: DER. Raises Invalid, or Undecidable
    `certificate-revocation-unknown` where no CRL that was current at `at` speaks of a certificate on the path.
    """
    check_usable(signer, at)
    path = _find_path(signer, spares, roots, at)
    for certificate in path[1:]:
        check_dates(certificate, at)
        check_algorithms(certificate, authority=True)
    if len(crls) > MAX_CRLS:
        raise Invalid("crl-malformed", f"{len(crls)} CRLs; at most {MAX_CRLS} are read")
    _refuse_revoked(path, [_crl(item) for item in crls], at)
    asyncio.run(_validate(path, crls, at))
    return path


def _find_path(
    signer: x509.Certificate, spares: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], at: datetime
) -> tuple[x509.Certificate, ...]:
    """Find the shortest path by issuers whose signatures fit; each certificate is visited once, so it always ends."""
    pool = list({der(item): item for item in (*roots, *spares)}.values())
    if len(pool) > MAX_POOL:
        raise Invalid("certificate-path", f"{len(pool)} certificates to build a path from; at most {MAX_POOL}")
    # An authority renewed under the same name and key has two certificates; the one valid at the time goes first.
    pool.sort(key=lambda item: not item.not_valid_before_utc <= at <= item.not_valid_after_utc)
    trusted = {der(item) for item in roots}
    paths: list[tuple[x509.Certificate, ...]] = [(signer,)]
    seen = {der(signer)}
    for path in paths:
        if der(path[-1]) in trusted:
            return path
        for candidate in pool:
            if der(candidate) not in seen and len(path) < MAX_PATH and _issued(path[-1], candidate):
                seen.add(der(candidate))
                paths.append((*path, candidate))
    raise Invalid(
        "certificate-untrusted",
        f"the certificate of {subject_name(signer)}, issued by {signer.issuer.rfc4514_string()}, leads to no trusted "
        "root; give the root that your organisation trusts",
    )


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    if certificate.issuer != issuer.subject:
        return False
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception:
        return False
    return True


def _crl(encoded: bytes) -> x509.CertificateRevocationList:
    try:
        return x509.load_der_x509_crl(encoded)
    except Exception as error:
        raise Invalid("crl-malformed", "one of the CRLs given cannot be read") from error


def _refuse_revoked(
    path: Sequence[x509.Certificate], crls: Sequence[x509.CertificateRevocationList], at: datetime
) -> None:
    """Refuse what any authentic CRL says was revoked at or before `at`, even one issued later or out of date by now.

    The library below reads only CRLs current at `at` and lets a revocation in the very same second pass.
    """
    moment = at.astimezone(UTC).replace(microsecond=0)
    for certificate, issuer in pairwise(path):
        for crl in crls:
            if crl.issuer != issuer.subject:
                continue
            entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
            if entry is None or entry.revocation_date_utc > moment or not _signed_by(crl, issuer):
                continue
            raise Invalid(
                "certificate-revoked",
                f"the certificate of {subject_name(certificate)} was revoked on "
                f"{entry.revocation_date_utc:%Y-%m-%dT%H:%M:%SZ}, not after {moment:%Y-%m-%dT%H:%M:%SZ}",
            )


def _signed_by(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    try:
        return crl.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    except Exception:
        return False


async def _validate(path: Sequence[x509.Certificate], crls: Sequence[bytes], at: datetime) -> None:
    """Run RFC 5280 path validation with revocation required for every certificate below the root."""
    from asn1crypto import x509 as asn1_x509
    from pyhanko_certvalidator import CertificateValidator, ValidationContext, errors
    from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy, RevocationCheckingRule

    leaf, *others = [asn1_x509.Certificate.load(der(item)) for item in path]
    rule = RevocationCheckingRule.CRL_REQUIRED
    context = ValidationContext(
        trust_roots=[others[-1]] if others else [leaf],
        other_certs=others[:-1],
        moment=at,
        allow_fetching=False,
        crls=list(_unique(crls)),
        revinfo_policy=CertRevTrustPolicy(
            RevocationCheckingPolicy(ee_certificate_rule=rule, intermediate_ca_cert_rule=rule)
        ),
        time_tolerance=timedelta(0),
    )
    try:
        await CertificateValidator(leaf, validation_context=context).async_validate_path()
    except errors.InsufficientRevinfoError as error:
        raise Undecidable(
            "certificate-revocation-unknown",
            f"no CRL that was current at {at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} says whether the certificate of "
            f"{subject_name(path[0])} or its issuer was revoked; fetch the CRLs of its authorities",
        ) from error
    except errors.RevokedError as error:
        raise Invalid(
            "certificate-revoked", f"the certificate of {subject_name(path[0])} or its issuer is revoked"
        ) from error
    except (errors.ValidationError, errors.PathError) as error:
        raise Invalid(
            "certificate-path", f"the path of {subject_name(path[0])} breaks a rule of RFC 5280 §6"
        ) from error


def _unique(crls: Sequence[bytes]) -> list[bytes]:
    return list({hashlib.sha256(item).digest(): item for item in crls}.values())
