"""Signing with a private key in this process, and checking what a key elsewhere gave back."""

import hashlib

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from signing.errors import SigningError
from signing.sign import digest_of

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
_HASHES: dict[str, hashes.HashAlgorithm] = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384()}


def sign_with(private: PrivateKey, mechanism: str, data: bytes) -> bytes:
    """Sign the bytes: RSA PKCS#1 v1.5, RSA PSS (salt as long as the hash), or ECDSA (DER)."""
    digest = _HASHES[digest_of(mechanism)]
    if isinstance(private, rsa.RSAPrivateKey):
        return private.sign(data, _padding(mechanism), digest)
    return private.sign(data, ec.ECDSA(digest))


def check_own(certificate: x509.Certificate, mechanism: str, data: bytes, signature: bytes) -> None:
    """Check what a token or an agent gave: SigningError `key-mismatch` where the certificate does not fit it."""
    digest, public = _HASHES[digest_of(mechanism)], certificate.public_key()
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, data, _padding(mechanism), digest)
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, data, ec.ECDSA(digest))
        else:
            raise _unfit()
    except InvalidSignature:
        raise _unfit() from None


def hashed(mechanism: str, data: bytes) -> bytes:
    """The digest that a mechanism signs."""
    return hashlib.new(digest_of(mechanism), data).digest()


def digest_info(data: bytes) -> bytes:
    """The DigestInfo that RSA PKCS#1 v1.5 signs (RFC 8017 §9.2), for tokens that do not hash themselves."""
    return _SHA256_INFO + hashlib.sha256(data).digest()


def _unfit() -> SigningError:
    return SigningError("key-mismatch", "what the key signed does not fit its certificate; they do not belong together")


def _padding(mechanism: str) -> padding.PKCS1v15 | padding.PSS:
    if not mechanism.endswith("_pss"):
        return padding.PKCS1v15()
    digest = _HASHES[digest_of(mechanism)]
    return padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)
