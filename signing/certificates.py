"""Certificates: reading them, naming them, and saying whether one can sign here.

A signer's certificate lies within its dates, has keyUsage digitalSignature or nonRepudiation, is no authority's, and
uses what `signing.policy` accepts at that time.
"""

import hashlib
import re
from datetime import UTC, datetime

from cryptography import x509
from cryptography.x509.oid import NameOID

from signing.errors import Invalid
from signing.policy import accepted_hash, accepted_padding, key_fault, names_of

MAX_CERTIFICATES = 64
MAX_CERTIFICATE_BYTES = 64 * 1024
MAX_CRL_BYTES = 16 << 20
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----")


def load_certificates(pem_or_der: bytes) -> tuple[x509.Certificate, ...]:
    """Read one DER certificate or any number of PEM ones; Invalid `certificate-malformed` where there is none."""
    if len(pem_or_der) > MAX_CERTIFICATES * MAX_CERTIFICATE_BYTES:
        raise Invalid("certificate-malformed", "the certificate file is too large to be one")
    try:
        if _PEM.search(pem_or_der):
            found = tuple(x509.load_pem_x509_certificates(pem_or_der))
        else:
            found = (x509.load_der_x509_certificate(pem_or_der),)
        for certificate in found:
            certificate.public_key()
    except Exception as error:
        raise Invalid("certificate-malformed", "this is no X.509 certificate, neither PEM nor DER") from error
    if len(found) > MAX_CERTIFICATES:
        raise Invalid("certificate-malformed", f"{len(found)} certificates in one file; at most {MAX_CERTIFICATES}")
    return found


def load_crls(pem_or_der: bytes) -> tuple[bytes, ...]:
    """Read one DER CRL or any number of PEM ones, and give each as DER; Invalid `crl-malformed` otherwise."""
    from cryptography.hazmat.primitives.serialization import Encoding

    if len(pem_or_der) > MAX_CRL_BYTES:
        raise Invalid("crl-malformed", f"a CRL of {len(pem_or_der)} bytes; at most {MAX_CRL_BYTES} are accepted")
    try:
        if not _PEM.search(pem_or_der):
            x509.load_der_x509_crl(pem_or_der)
            return (pem_or_der,)
        blocks = re.findall(rb"-----BEGIN X509 CRL-----.*?-----END X509 CRL-----", pem_or_der, re.DOTALL)
        return tuple(x509.load_pem_x509_crl(block).public_bytes(Encoding.DER) for block in blocks)
    except Exception as error:
        raise Invalid("crl-malformed", "this is no X.509 CRL, neither PEM nor DER") from error


def der(certificate: x509.Certificate) -> bytes:
    """Give a certificate's DER bytes."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.DER)


def fingerprint(certificate: x509.Certificate) -> str:
    """Name a certificate: SHA-256 of its DER, 64 lower-case hex digits."""
    return hashlib.sha256(der(certificate)).hexdigest()


def public_key(certificate: bytes) -> bytes:
    """The public key (DER, SubjectPublicKeyInfo) of a certificate (DER or PEM)."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = load_certificates(certificate)[0].public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def subject_name(certificate: x509.Certificate) -> str:
    """Name whom the certificate is for: the common name, else the whole subject (RFC 4514)."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


def check_usable(certificate: x509.Certificate, at: datetime) -> None:
    """Check that this certificate may sign approvals at `at` (aware); Invalid with the code of the first fault.

    Says nothing of the chain or of revocation: `signing.verify` does.
    """
    check_dates(certificate, at)
    check_algorithms(certificate, authority=False, at=at)
    check_usage(certificate)


def check_usage(certificate: x509.Certificate) -> None:
    """Check that the certificate says its key is for signing by a person; Invalid `certificate-usage`."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        basic = [item.value for item in certificate.extensions if isinstance(item.value, x509.BasicConstraints)]
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError) as error:
        raise Invalid("certificate-usage", f"{_who(certificate)} does not say what its key may be used for") from error
    if not (usage.digital_signature or usage.content_commitment):
        raise Invalid(
            "certificate-usage",
            f"{_who(certificate)} allows neither digitalSignature nor nonRepudiation; ask for a signing certificate",
        )
    if any(item.ca for item in basic):
        raise Invalid("certificate-usage", f"{_who(certificate)} is that of an authority; people sign with their own")


def check_dates(certificate: x509.Certificate, at: datetime) -> None:
    """Check that `at` (aware) lies within the certificate's dates, both ends included (RFC 5280 §4.1.2.5)."""
    moment = at.astimezone(UTC).replace(microsecond=0)
    if moment > certificate.not_valid_after_utc:
        raise Invalid(
            "certificate-expired",
            f"{_who(certificate)} expired on {certificate.not_valid_after_utc:%Y-%m-%dT%H:%M:%SZ}, "
            f"before {moment:%Y-%m-%dT%H:%M:%SZ}; sign with a renewed one",
        )
    if moment < certificate.not_valid_before_utc:
        raise Invalid(
            "certificate-not-yet-valid",
            f"{_who(certificate)} is valid only from {certificate.not_valid_before_utc:%Y-%m-%dT%H:%M:%SZ}, "
            f"after {moment:%Y-%m-%dT%H:%M:%SZ}",
        )


def check_algorithms(certificate: x509.Certificate, *, authority: bool, at: datetime) -> None:
    """Check the key, and how the certificate itself was signed, by the policy at `at` (aware)."""
    if fault := key_fault(certificate.public_key(), authority=authority, at=at):
        raise Invalid("certificate-key-weak", f"{_who(certificate)} has {fault}")
    try:
        digest = certificate.signature_hash_algorithm
        plain = digest is not None and accepted_padding(certificate.signature_algorithm_parameters, digest)
    except Exception as error:
        raise Invalid("certificate-algorithm", f"{_who(certificate)} was signed in an unknown way") from error
    if digest is None or not accepted_hash(digest.name, at) or not plain:
        raise Invalid(
            "certificate-algorithm",
            f"{_who(certificate)} was signed with {digest.name if digest else 'an unknown hash'}, or with odd "
            f"parameters; accepted are {names_of()}",
        )


def _who(certificate: x509.Certificate) -> str:
    return f"the certificate {fingerprint(certificate)[:16]} of {subject_name(certificate)}"
