"""Sign a manifest on the officer's machine: detached CAdES-B-B (EN 319 122-1), checkable with `openssl cms`.

The key stays behind `SigningKey`: a PKCS#12 file or a token gives a certificate and signs bytes, nothing more.

What a signature commits to (EN 319 122-1 §5.2.3): `approval` and `organ` are proofOfApproval. `initial` (ký nháy) has a
type of our own. The standard's others all claim something else: proofOfCreation that the signer wrote the content,
proofOfReceipt and proofOfSender that something was sent; an initial says only "seen, on its way up". The type's number
lies under 2.25 (ITU-T X.667: an arc that anybody may use with a UUID of their own), so nobody's number is taken, and no
verifier that does not know it can take it for an approval.
"""

import asyncio
from datetime import datetime
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from signing.certificates import check_usable, der
from signing.errors import Invalid, SigningError
from signing.manifest import MAX_MANIFEST_BYTES
from signing.record import PURPOSES

INITIAL_COMMITMENT = "2.25.204330683571223207319796958467478855259"
"""UUID 99b8a880-1a4f-47f3-86d1-f0d302cd1e5b: seen and passed on, not approved."""
APPROVAL_COMMITMENT = "1.2.840.113549.1.9.16.6.5"
"""id-cti-ets-proofOfApproval (RFC 5126 §5.11.1)."""
COMMITMENTS = {"initial": INITIAL_COMMITMENT, "approval": APPROVAL_COMMITMENT, "organ": APPROVAL_COMMITMENT}


class SigningKey(Protocol):
    """A key that signs and never leaves its place (file loaded in this process, token, …)."""

    @property
    def certificate(self) -> x509.Certificate:
        """The signer's certificate, whose public key checks what `sign` gives."""
        ...

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """The authorities' certificates between it and a root, in any order; may be empty."""
        ...

    def sign(self, data: bytes) -> bytes:
        """Sign the bytes themselves (hashing included) with the algorithm of `algorithm_for`."""
        ...


def algorithm_for(certificate: x509.Certificate) -> tuple[str, str]:
    """Say how keys of this certificate sign: mechanism (asn1crypto's name) and hash, e.g. (`sha256_ecdsa`, `sha256`).

    RSA is PKCS#1 v1.5 with SHA-256; P-256 goes with SHA-256, P-384 with SHA-384. ECDSA signatures are DER (RFC 3279).
    """
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return "sha256_rsa", "sha256"
    if isinstance(key, ec.EllipticCurvePublicKey):
        digest = "sha384" if key.curve.name == "secp384r1" else "sha256"
        return f"{digest}_ecdsa", digest
    raise Invalid("certificate-key-weak", "only RSA and ECDSA keys sign here")


def sign_manifest(manifest: bytes, key: SigningKey, *, purpose: str, at: datetime) -> bytes:
    """Sign a manifest and give the CMS (DER). `at` (aware): the claimed signing time, best that of the record.

    Raises Invalid where the certificate cannot sign here at `at`, SigningError `sign-failed` where the key refuses.
    Needs no running event loop in this thread.
    """
    if purpose not in PURPOSES:
        raise Invalid("signature-purpose", f"the purpose must be one of {', '.join(PURPOSES)}")
    if len(manifest) > MAX_MANIFEST_BYTES:
        raise Invalid("signature-manifest", f"a manifest of {len(manifest)} bytes; at most {MAX_MANIFEST_BYTES}")
    check_usable(key.certificate, at)
    return asyncio.run(_sign(manifest, key, COMMITMENTS[purpose], at.replace(microsecond=0)))


async def _sign(manifest: bytes, key: SigningKey, commitment: str, at: datetime) -> bytes:
    # pyHanko takes a quarter of a second to import: only those who sign pay for it.
    from asn1crypto import algos
    from asn1crypto import x509 as asn1_x509
    from pyhanko.sign.ades.api import CAdESSignedAttrSpec
    from pyhanko.sign.ades.cades_asn1 import CommitmentTypeIndication
    from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes, Signer
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    class _KeySigner(Signer):  # type: ignore[misc]
        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            return _signature(key, data)

    mechanism, digest = algorithm_for(key.certificate)
    signer = _KeySigner(
        signing_cert=asn1_x509.Certificate.load(der(key.certificate)),
        cert_registry=SimpleCertificateStore.from_certs(asn1_x509.Certificate.load(der(item)) for item in key.chain),
        signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": mechanism}),
        embed_roots=False,
    )
    settings = PdfCMSSignedAttributes(
        signing_time=at,
        cades_signed_attrs=CAdESSignedAttrSpec(
            commitment_type=CommitmentTypeIndication({"commitment_type_id": commitment})
        ),
    )
    signed = await signer.async_sign_general_data(manifest, digest, use_cades=True, signed_attr_settings=settings)
    return bytes(signed.dump())


def _signature(key: SigningKey, data: bytes) -> bytes:
    try:
        return key.sign(data)
    except SigningError:
        raise
    except Exception as error:
        raise SigningError("sign-failed", "the key did not sign; is the token still in its place?") from error
