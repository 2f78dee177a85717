"""Whether two distinguished names are the same, as RFC 5280 §7.1 compares them, and who signed what."""

from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa


def same_name(one: x509.Name, other: x509.Name) -> bool:
    """Compare without regard to case, spaces and string type."""
    return one == other or prepared(one) == prepared(other)


def prepared(name: x509.Name) -> str | bytes:
    """Give what is equal exactly for names that are the same."""
    return _prepared(name.public_bytes())


@lru_cache(maxsize=1024)
def _prepared(encoded: bytes) -> str | bytes:
    from asn1crypto import x509 as asn1_x509

    try:
        return str(asn1_x509.Name.load(encoded, strict=True).hashable)
    except Exception:  # a name that cannot be prepared is equal only to itself
        return encoded


def issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the issuer's name and key made this certificate; says nothing of what the issuer may do."""
    if not same_name(certificate.issuer, issuer.subject):
        return False
    try:
        key, digest = issuer.public_key(), certificate.signature_hash_algorithm
        parameters = certificate.signature_algorithm_parameters
        rest = (parameters, digest) if isinstance(key, rsa.RSAPublicKey) else (parameters,)
        key.verify(certificate.signature, certificate.tbs_certificate_bytes, *rest)  # type: ignore[union-attr]
    except Exception:
        return False
    return True


def may_sign_lists(certificate: x509.Certificate) -> bool:
    """Whether a certificate's key may sign CRLs."""
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except Exception:
        return False
