"""The path from a signer's certificate to a configured root, and whether anything on it was revoked at the time.

Everything is decided from what is given: no network. Revocation that cannot be decided is Undecidable, never passed.
Two readings must agree: ours (finding the path, dates, policy, statements against a certificate) and the library's
(RFC 5280 §6, and that each certificate is cleared by a current list or answer).
"""

import asyncio
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography import x509

from signing.certificates import check_algorithms, check_dates, check_usable, der, subject_name
from signing.crl import SMALL, current_list_signers
from signing.errors import Invalid, SigningError, Undecidable
from signing.kept import Kept
from signing.paths import find_path
from signing.questions import Question, question
from signing.revocation import Known, read_known, refuse_revoked

# The verdict is ours to tell; without this the library prints its own on a bare terminal.
logging.getLogger("pyhanko_certvalidator").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True, kw_only=True)
class PathRules:
    """What RFC 5280 §6.1.1 leaves to who relies on a path; `policies`: OIDs, empty for any."""

    policies: frozenset[str] = frozenset()
    explicit_policy: bool = False
    inhibit_mapping: bool = False
    inhibit_any: bool = False


ANY_POLICY = PathRules()


def check_chain(
    signer: x509.Certificate,
    spares: Sequence[x509.Certificate],
    *,
    roots: Sequence[x509.Certificate],
    crls: Sequence[bytes],
    ocsps: Sequence[bytes] = (),
    at: datetime,
    rules: PathRules = ANY_POLICY,
) -> tuple[x509.Certificate, ...]:
    """Check the signer's certificate at `at` and give its path, signer first, root last.

    `spares`: certificates that may lie in between, trusted for nothing. `crls`, `ocsps`: DER. Raises Invalid, or
    Undecidable `certificate-revocation-unknown` where no CRL or OCSP response that was current at `at` speaks of a
    certificate on the path, `certificate-on-hold` where one was suspended.
    """
    check_usable(signer, at)
    return check_path(signer, spares, roots=roots, crls=crls, ocsps=ocsps, at=at, rules=rules)


def check_path(
    signer: x509.Certificate,
    spares: Sequence[x509.Certificate],
    *,
    roots: Sequence[x509.Certificate],
    crls: Sequence[bytes],
    ocsps: Sequence[bytes],
    at: datetime,
    rules: PathRules = ANY_POLICY,
) -> tuple[x509.Certificate, ...]:
    """The same for a certificate that need not be one for signing by a person (a stamp's, say)."""
    check_dates(signer, at)
    check_algorithms(signer, authority=False, at=at)
    path = find_path(signer, spares, roots, at)
    check_authorities(path, at)
    check_revocation(path, spares, read_known(crls, ocsps), at, rules=rules)
    return path


def check_authorities(path: Sequence[x509.Certificate], at: datetime) -> None:
    """Check dates and algorithms of all above the signer; Invalid."""
    for certificate in path[1:]:
        check_dates(certificate, at)
        check_algorithms(certificate, authority=True, at=at)


def check_rules(path: Sequence[x509.Certificate], at: datetime, *, rules: PathRules = ANY_POLICY) -> None:
    """Check a path by RFC 5280 §6 without revocation; Invalid `certificate-path`."""
    _ask(path, (), Known(lists=(), answers=()), at, rules, revocation=False)


def check_revocation(
    path: Sequence[x509.Certificate],
    spares: Sequence[x509.Certificate],
    known: Known,
    at: datetime,
    *,
    rules: PathRules = ANY_POLICY,
) -> None:
    """Check a path by RFC 5280 §6 with revocation demanded of every certificate below the root."""
    clearing = refuse_revoked(path, spares, known, at)
    signers = current_list_signers(clearing.lists, spares, path)
    _ask(path, signers, clearing, at, rules, revocation=True)


_HELD: Kept[Question, None] = Kept(4096)


def _ask(
    path: Sequence[x509.Certificate],
    signers: Sequence[x509.Certificate],
    known: Known,
    at: datetime,
    rules: PathRules,
    *,
    revocation: bool,
) -> None:
    """Ask the library, unless it has said already that this holds."""
    asked = None if known.answers else question(path, signers, known.lists, at, rules, revocation=revocation)

    def judge() -> None:
        asyncio.run(_validate(path, signers, known, at, rules, revocation=revocation))

    if asked is None:
        judge()
    else:
        _HELD.of(asked, judge)


async def _validate(
    path: Sequence[x509.Certificate],
    signers: Sequence[x509.Certificate],
    known: Known,
    at: datetime,
    rules: PathRules,
    *,
    revocation: bool,
) -> None:
    from pyhanko_certvalidator import errors
    from pyhanko_certvalidator.authority import CertTrustAnchor
    from pyhanko_certvalidator.path import ValidationPath
    from pyhanko_certvalidator.validate import async_validate_path

    certificates = [_loaded(item) for item in path]
    # The library is given the path: left to find one, it does not end on some pools.
    between = list(reversed(certificates[1:-1]))
    leaf = certificates[0] if len(path) > 1 else None
    given = ValidationPath(CertTrustAnchor(certificates[-1]), between, leaf)
    context = _context(path, signers, known, at, revocation=revocation)
    try:
        await async_validate_path(context, given, parameters=_parameters(rules))
    except (errors.ValidationError, errors.PathError) as error:
        raise _told(error, path[0], at) from error


def _context(
    path: Sequence[x509.Certificate],
    signers: Sequence[x509.Certificate],
    known: Known,
    at: datetime,
    *,
    revocation: bool,
) -> Any:
    from asn1crypto import ocsp as asn1_ocsp
    from pyhanko_certvalidator import ValidationContext
    from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy, RevocationCheckingRule

    rule = RevocationCheckingRule.CRL_OR_OCSP_REQUIRED if revocation else RevocationCheckingRule.NO_CHECK
    return ValidationContext(
        trust_roots=[_loaded(path[-1])],
        other_certs=[_loaded(item) for item in (*path[1:-1], *signers)],
        moment=at,
        allow_fetching=False,
        crls=[_loaded_list(item.encoded) for item in known.lists],
        ocsps=[asn1_ocsp.OCSPResponse.load(item.encoded) for item in known.answers],
        revinfo_policy=CertRevTrustPolicy(
            RevocationCheckingPolicy(ee_certificate_rule=rule, intermediate_ca_cert_rule=rule)
        ),
        time_tolerance=timedelta(0),
    )


def _parameters(rules: PathRules) -> Any:
    from pyhanko_certvalidator.policy_decl import PKIXValidationParams

    return PKIXValidationParams(
        user_initial_policy_set=rules.policies or frozenset({"any_policy"}),
        initial_explicit_policy=rules.explicit_policy,
        initial_policy_mapping_inhibit=rules.inhibit_mapping,
        initial_any_policy_inhibit=rules.inhibit_any,
    )


def _told(error: Exception, signer: x509.Certificate, at: datetime) -> SigningError:
    from pyhanko_certvalidator import errors

    who = subject_name(signer)
    if isinstance(error, errors.InsufficientRevinfoError):
        return Undecidable(
            "certificate-revocation-unknown",
            f"no CRL or OCSP response that was current at {at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} says whether the "
            f"certificate of {who} or its issuer was revoked; fetch the CRLs of its authorities",
        )
    if isinstance(error, errors.RevokedError):
        return Invalid("certificate-revoked", f"the certificate of {who} or its issuer is revoked")
    return Invalid("certificate-path", f"the path of {who} breaks a rule of RFC 5280 §6")


class _Again(threading.local):
    """Authorities and their lists come again with every signature. asn1crypto reads them bit by bit, when asked, and
    keeps what it read: so each thread has its own.
    """

    def __init__(self) -> None:
        self.certificate = lru_cache(maxsize=256)(_read_certificate)
        self.list = lru_cache(maxsize=64)(_read_list)


def _read_certificate(encoded: bytes) -> Any:
    from asn1crypto import x509 as asn1_x509

    return asn1_x509.Certificate.load(encoded)


def _read_list(encoded: bytes) -> Any:
    from asn1crypto import crl as asn1_crl

    return asn1_crl.CertificateList.load(encoded)


_again = _Again()


def _loaded(certificate: x509.Certificate) -> Any:
    return _again.certificate(der(certificate))


def _loaded_list(encoded: bytes) -> Any:
    return _again.list(encoded) if len(encoded) <= SMALL else _read_list(encoded)
