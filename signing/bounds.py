"""How large the certificates of a verdict may be: each verdict ends soon, and at the same place on every machine."""

from collections.abc import Sequence
from typing import Any

from cryptography import x509

from signing.errors import Invalid
from signing.policy import MAX_RSA_BITS, MAX_RSA_EXPONENT

MAX_POOL = 64
MAX_PATH = 8
MAX_SIGNATURE_CHECKS = 256
"""Signatures tried while a path is looked for: with equal names everywhere, each could be by each."""
MAX_EXTENSIONS = 40
MAX_NAMES = 256
MAX_CONSTRAINTS = 128
MAX_POLICIES = 64
MAX_MAPPINGS = 64


def check_pool(certificates: Sequence[x509.Certificate]) -> None:
    """Check that a path can be looked for among these; Invalid `certificate-path` or `certificate-too-large`."""
    if len(certificates) > MAX_POOL:
        raise Invalid("certificate-path", f"{len(certificates)} certificates to build a path from; at most {MAX_POOL}")
    for certificate in certificates:
        check_certificate(certificate)


def check_certificate(certificate: x509.Certificate) -> None:
    """Check one certificate's parts against the bounds; Invalid `certificate-too-large` or `certificate-malformed`."""
    if certificate.serial_number <= 0:
        raise Invalid("certificate-malformed", "one of the certificates has a serial number that is not positive")
    try:
        values = [item.value for item in certificate.extensions]
        key = certificate.public_key()
    except Exception as error:
        raise Invalid("certificate-malformed", "one of the certificates has a part that cannot be read") from error
    numbers = key.public_numbers() if hasattr(key, "public_numbers") else None
    if getattr(key, "key_size", 0) > MAX_RSA_BITS or getattr(numbers, "e", 0) >= MAX_RSA_EXPONENT:
        raise Invalid("certificate-too-large", "one of the certificates has a key or an exponent that is too large")
    counts = [("extensions", len(values), MAX_EXTENSIONS), *(count for value in values for count in _counts(value))]
    for what, found, most in counts:
        if found > most:
            raise Invalid("certificate-too-large", f"one of the certificates has {found} {what}; at most {most}")


def _counts(value: Any) -> list[tuple[str, int, int]]:
    if isinstance(value, x509.SubjectAlternativeName):
        return [("names", len(list(value)), MAX_NAMES)]
    if isinstance(value, x509.NameConstraints):
        both = len(value.permitted_subtrees or ()) + len(value.excluded_subtrees or ())
        return [("name constraints", both, MAX_CONSTRAINTS)]
    if isinstance(value, x509.CertificatePolicies):
        return [("policies", len(list(value)), MAX_POLICIES)]
    if isinstance(value, x509.UnrecognizedExtension) and value.oid.dotted_string == "2.5.29.33":
        # Each mapping takes at least ten octets.
        return [("policy mappings", len(value.value) // 10, MAX_MAPPINGS)]
    return []
