"""Sign a manifest on the officer's machine: detached CAdES-B-B (EN 319 122-1), checkable with `openssl cms`.

The key stays behind `SigningKey`: a PKCS#12 file or a token gives a certificate and signs bytes, nothing more.

What a signature commits to (EN 319 122-1 §5.2.3): `approval` and `organ` are proofOfApproval. `initial` (ký nháy) has a
type of our own. The standard's others all claim something else: proofOfCreation that the signer wrote the content,
proofOfReceipt and proofOfSender that something was sent; an initial says only "seen, on its way up". The type's number
lies under 2.25 (ITU-T X.667: an arc that anybody may use with a UUID of their own), so nobody's number is taken, and no
verifier that does not know it can take it for an approval.

The message is put together here from asn1crypto's structures; pyHanko, which verifies it (`signing/cms`), would do so
too, but takes up to a second to import, at every signature of an officer. So signer and verifier are two programs.
"""

import hashlib
from datetime import UTC, datetime
from functools import lru_cache
from typing import ClassVar, Protocol, TypeVar

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import PublicKeyAlgorithmOID

from signing.certificates import check_usable, der
from signing.errors import Invalid, SigningError
from signing.manifest import MAX_MANIFEST_BYTES
from signing.record import PURPOSES

INITIAL_COMMITMENT = "2.25.204330683571223207319796958467478855259"
"""UUID 99b8a880-1a4f-47f3-86d1-f0d302cd1e5b: seen and passed on, not approved."""
APPROVAL_COMMITMENT = "1.2.840.113549.1.9.16.6.5"
"""id-cti-ets-proofOfApproval (RFC 5126 §5.11.1)."""
COMMITMENT_TYPE_INDICATION = "1.2.840.113549.1.9.16.2.16"
"""id-aa-ets-commitmentType (EN 319 122-1 §5.2.3)."""
MECHANISMS = {"sha256_rsa": "sha256", "sha256_rsa_pss": "sha256", "sha256_ecdsa": "sha256", "sha384_ecdsa": "sha384"}
"""Every mechanism that keys sign by here (asn1crypto's names; PSS: ours), and its hash."""
PSS = "sha256_rsa_pss"
PSS_SALT = 32
_Value = TypeVar("_Value", bound=core.Asn1Value)
COMMITMENTS = {"initial": INITIAL_COMMITMENT, "approval": APPROVAL_COMMITMENT, "organ": APPROVAL_COMMITMENT}


class _Commitment(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [("commitment", core.ObjectIdentifier)]


class _Commitments(core.SetOf):  # type: ignore[misc]
    _child_spec = _Commitment


class _CommitmentAttribute(core.Sequence):  # type: ignore[misc]
    """CommitmentTypeIndication as an attribute: asn1crypto itself does not know it (EN 319 122-1 §5.2.3)."""

    _fields: ClassVar = [("type", core.ObjectIdentifier), ("values", _Commitments)]


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

    @property
    def mechanism(self) -> str:
        """How it signs, one of MECHANISMS: `algorithm_for` tells what its certificate allows."""
        ...

    def sign(self, data: bytes) -> bytes:
        """Sign the bytes themselves (hashing included) by its mechanism."""
        ...


def algorithm_for(certificate: x509.Certificate) -> tuple[str, str]:
    """Say how keys of this certificate sign: mechanism (asn1crypto's name) and hash, e.g. (`sha256_ecdsa`, `sha256`).

    RSA is PKCS#1 v1.5 with SHA-256, and PSS where the certificate says that its key is for PSS only (RFC 4055 §1.2);
    P-256 goes with SHA-256, P-384 with SHA-384. ECDSA signatures are DER (RFC 3279).
    """
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        if certificate.public_key_algorithm_oid == PublicKeyAlgorithmOID.RSASSA_PSS:
            _check_pss_key(certificate)
            return PSS, "sha256"
        return "sha256_rsa", "sha256"
    if isinstance(key, ec.EllipticCurvePublicKey):
        digest = "sha384" if key.curve.name == "secp384r1" else "sha256"
        return f"{digest}_ecdsa", digest
    raise Invalid("certificate-key-weak", "only RSA and ECDSA keys sign here")


def digest_of(mechanism: str) -> str:
    """Name the hash of a mechanism; SigningError `sign-failed` where it is none of ours."""
    if mechanism not in MECHANISMS:
        raise SigningError("sign-failed", f"the key would sign by {mechanism[:40]!r}, which nobody accepts here")
    return MECHANISMS[mechanism]


def signature_algorithm(mechanism: str) -> algos.SignedDigestAlgorithm:
    """Give the identifier of a mechanism. PSS: MGF1 with the same hash, and salt as long as it (RFC 4055 §3.1)."""
    if mechanism != PSS:
        return encoded_once(algos.SignedDigestAlgorithm({"algorithm": mechanism}))
    digest = algos.DigestAlgorithm({"algorithm": "sha256"})
    mask = algos.MaskGenAlgorithm({"algorithm": "mgf1", "parameters": digest})
    parameters = {"hash_algorithm": digest, "mask_gen_algorithm": mask, "salt_length": PSS_SALT}
    given = {"algorithm": "rsassa_pss", "parameters": algos.RSASSAPSSParams(parameters)}
    return encoded_once(algos.SignedDigestAlgorithm(given))


def _check_pss_key(certificate: x509.Certificate) -> None:
    """A PSS key may be tied to one hash and a least salt; ours must be allowed by it (RFC 4055 §1.2)."""
    algorithm = asn1_x509.Certificate.load(der(certificate)).public_key["algorithm"]
    parameters = algorithm["parameters"]
    if isinstance(parameters, core.Void | core.Null):
        return
    mask = parameters["mask_gen_algorithm"]
    hashes = {parameters["hash_algorithm"]["algorithm"].native, mask["parameters"]["algorithm"].native}
    if hashes != {"sha256"} or mask["algorithm"].native != "mgf1" or parameters["salt_length"].native > PSS_SALT:
        raise Invalid("certificate-algorithm", "the certificate ties its key to other PSS parameters than SHA-256's")


def sign_manifest(manifest: bytes, key: SigningKey, *, purpose: str, at: datetime) -> bytes:
    """Sign a manifest and give the CMS (DER). `at` (aware): the claimed signing time, best that of the record.

    Raises Invalid where the certificate cannot sign here at `at`, SigningError `sign-failed` where the key refuses.
    """
    if purpose not in PURPOSES:
        raise Invalid("signature-purpose", f"the purpose must be one of {', '.join(PURPOSES)}")
    if len(manifest) > MAX_MANIFEST_BYTES:
        raise Invalid("signature-manifest", f"a manifest of {len(manifest)} bytes; at most {MAX_MANIFEST_BYTES}")
    return sign_content(manifest, key, purpose=purpose, at=at, claimed=True)


def sign_content(content: bytes, key: SigningKey, *, purpose: str, at: datetime, claimed: bool) -> bytes:
    """Sign bytes and give the detached CMS (DER); `claimed`: `at` goes into it (a PDF tells its time itself)."""
    check_usable(key.certificate, at)
    mechanism = key.mechanism
    digest = digest_of(mechanism)
    attributes = _attributes(content, key.certificate, mechanism, digest, COMMITMENTS[purpose], at if claimed else None)
    signed = _signature(key, attributes.dump())
    return bytes(_content(key, mechanism, digest, attributes, signed).dump())


def encoded_once(value: _Value) -> _Value:
    """The same value, encoded once: asn1crypto encodes what was put together anew at each look, with all below it."""
    loaded: _Value = type(value).load(value.dump())
    return loaded


def _attributes(
    content: bytes, certificate: x509.Certificate, mechanism: str, digest: str, commitment: str, at: datetime | None
) -> cms.CMSAttributes:
    """The signed attributes of CAdES-B-B (EN 319 122-1 §6.3) or, without a time, of PAdES (EN 319 142-1 §6.3)."""
    values: dict[str, core.Asn1Value] = {
        "content_type": cms.ContentType("data"),
        "message_digest": core.OctetString(hashlib.new(digest, content).digest()),
        "signing_certificate_v2": signing_certificate(der(certificate)),
        "cms_algorithm_protection": _algorithm_protection(mechanism, digest),
    }
    if at is not None:
        values["signing_time"] = cms.Time({"utc_time": core.UTCTime(at.astimezone(UTC).replace(microsecond=0))})
    standard = [encoded_once(cms.CMSAttribute({"type": name, "values": [value]})) for name, value in values.items()]
    commits = _CommitmentAttribute({"type": COMMITMENT_TYPE_INDICATION, "values": [{"commitment": commitment}]})
    return encoded_once(cms.CMSAttributes([*standard, cms.CMSAttribute.load(commits.dump())]))


@lru_cache(maxsize=64)
def signing_certificate(encoded: bytes) -> tsp.SigningCertificateV2:
    """Which certificate signed, so that no other with the same key can be put in its place (RFC 5035 §3)."""
    own = asn1_x509.Certificate.load(encoded)
    issuer = asn1_x509.GeneralNames([asn1_x509.GeneralName("directory_name", own.issuer)])
    identifier = {
        "cert_hash": hashlib.sha256(encoded).digest(),
        "issuer_serial": {"issuer": issuer, "serial_number": own.serial_number},
    }
    return encoded_once(tsp.SigningCertificateV2({"certs": [tsp.ESSCertIDv2(identifier)]}))


def _algorithm_protection(mechanism: str, digest: str) -> cms.CMSAlgorithmProtection:
    """Which algorithms were used, so that none can be exchanged for a weaker one (RFC 6211)."""
    return cms.CMSAlgorithmProtection(
        {
            "digest_algorithm": algos.DigestAlgorithm({"algorithm": digest}),
            "signature_algorithm": signature_algorithm(mechanism),
        }
    )


def _content(
    key: SigningKey, mechanism: str, digest: str, attributes: cms.CMSAttributes, signed: bytes
) -> cms.ContentInfo:
    own = asn1_x509.Certificate.load(der(key.certificate))
    others = [asn1_x509.Certificate.load(der(item)) for item in key.chain if item.subject != item.issuer]
    signer = cms.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number})
    info = {
        "version": "v1",
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": signer}),
        "digest_algorithm": algos.DigestAlgorithm({"algorithm": digest}),
        "signed_attrs": attributes,
        "signature_algorithm": signature_algorithm(mechanism),
        "signature": signed,
    }
    data = {
        "version": "v1",
        "digest_algorithms": [algos.DigestAlgorithm({"algorithm": digest})],
        "encap_content_info": {"content_type": "data"},
        "certificates": [cms.CertificateChoices({"certificate": item}) for item in (own, *others)],
        "signer_infos": [encoded_once(cms.SignerInfo(info))],
    }
    return cms.ContentInfo({"content_type": "signed_data", "content": encoded_once(cms.SignedData(data))})


def _signature(key: SigningKey, data: bytes) -> bytes:
    try:
        return key.sign(data)
    except SigningError:
        raise
    except Exception as error:
        raise SigningError("sign-failed", "the key did not sign; is the token still in its place?") from error
