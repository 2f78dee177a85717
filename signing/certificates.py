"""Certificates: reading them, naming them, and saying whether one can sign here.

Policy (TT 15/2025/TT-BKHCN and current practice): RSA of at least 2048 bits, ECDSA on P-256 or P-384 (a certificate
authority may also use P-521), no SHA-1, keyUsage digitalSignature or nonRepudiation, within its dates.
"""

import hashlib
import re
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from signing.errors import Invalid

MAX_CERTIFICATES = 64
MAX_CERTIFICATE_BYTES = 64 * 1024
MAX_CRL_BYTES = 16 << 20
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----")
_SIGNER_CURVES = ("secp256r1", "secp384r1")
_AUTHORITY_CURVES = (*_SIGNER_CURVES, "secp521r1")
_HASHES = ("sha256", "sha384", "sha512")
MIN_RSA_BITS = 2048
MAX_RSA_BITS = 8192


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


def subject_name(certificate: x509.Certificate) -> str:
    """Name whom the certificate is for: the common name, else the whole subject (RFC 4514)."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


def check_usable(certificate: x509.Certificate, at: datetime) -> None:
    """Check that this certificate may sign approvals at `at` (aware); Invalid with the code of the first fault.

    Says nothing of the chain or of revocation: `signing.verify` does.
    """
    check_dates(certificate, at)
    check_algorithms(certificate, authority=False)
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


def check_algorithms(certificate: x509.Certificate, *, authority: bool) -> None:
    """Check the key's kind and size and the hash that the certificate was signed with."""
    key = certificate.public_key()
    curves = _AUTHORITY_CURVES if authority else _SIGNER_CURVES
    if isinstance(key, rsa.RSAPublicKey):
        if not MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS:
            raise Invalid(
                "certificate-key-weak",
                f"{_who(certificate)} has an RSA key of {key.key_size} bits; from {MIN_RSA_BITS} are accepted",
            )
    elif not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name not in curves:
        raise Invalid(
            "certificate-key-weak", f"{_who(certificate)} has a key of another kind than RSA or ECDSA on {curves}"
        )
    digest = certificate.signature_hash_algorithm
    if digest is None or digest.name not in _HASHES:
        raise Invalid(
            "certificate-algorithm",
            f"{_who(certificate)} was signed with {digest.name if digest else 'an unknown hash'}; "
            f"accepted are {', '.join(_HASHES)}",
        )


def _who(certificate: x509.Certificate) -> str:
    return f"the certificate {fingerprint(certificate)[:16]} of {subject_name(certificate)}"
