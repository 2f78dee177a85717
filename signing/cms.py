"""The one form of CMS that is accepted: a detached CAdES-B-B signature by one signer, and nothing beside it.

Inside a PDF it is the same but for the time, which stands in the PDF (PAdES, EN 319 142-1 §6.3).
Whatever a signature could carry that no signature covers (unsigned attributes, embedded content, CRLs, attribute
certificates) is refused; the only loose part left are spare certificates, which help to find a path and prove nothing.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms, core, tsp
from pyhanko.sign.ades import cades_asn1  # registers the CAdES attributes with asn1crypto
from pyhanko.sign.general import check_ess_certid
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from signing.errors import Invalid
from signing.kept import Kept
from signing.sign import APPROVAL_COMMITMENT, INITIAL_COMMITMENT

MAX_CMS_BYTES = 64 * 1024
MAX_CMS_CERTIFICATES = 16
_DIGESTS = ("sha256", "sha384", "sha512")
_MECHANISMS = ("rsassa_pkcs1v15", "rsassa_pss", "ecdsa")
_REQUIRED = {"content_type", "message_digest", "signing_time", "signing_certificate_v2", "commitment_type"}
_OPTIONAL = {"cms_algorithm_protection"}
_PURPOSES = {APPROVAL_COMMITMENT: "approval", INITIAL_COMMITMENT: "initial"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedManifest:
    """What a CMS holds: its signature is checked against content and certificate, the certificate itself is not."""

    certificate: bytes
    others: tuple[bytes, ...]
    purpose: str
    signing_time: datetime | None


def read_signature(signature: bytes, manifest: bytes, *, told: bool = True) -> SignedManifest:
    """Read a CMS strictly and check that its signer signed this manifest; raises Invalid, on rot anything.

    `told`: it must tell its signing time; otherwise it must not, because a PDF around it does.
    """
    if len(signature) > MAX_CMS_BYTES:
        raise Invalid("signature-too-large", f"a signature of {len(signature)} bytes; at most {MAX_CMS_BYTES}")
    asked = (hashlib.sha256(signature).digest(), hashlib.sha256(manifest).digest(), told)
    return _READ.of(asked, lambda: _read(signature, manifest, told=told))


_READ: Kept[tuple[bytes, bytes, bool], SignedManifest] = Kept(512)
"""Who accepted a signature verifies it again with its stamp, and once more in the pack."""


def _read(signature: bytes, manifest: bytes, *, told: bool) -> SignedManifest:
    content = cms.ContentInfo.load(signature, strict=True)
    if content["content_type"].native != "signed_data":
        raise _malformed("is not signed data")
    data = content["content"]
    certificates = _certificates(data)
    info = _signer_info(data)
    attributes = _attributes(info, _REQUIRED if told else _REQUIRED - {"signing_time"})
    signer = _signer(info, certificates)
    _check_certificate_hash(attributes["signing_certificate_v2"], signer)
    digest = _check_algorithms(info)
    intact, valid = validate_sig_integrity(
        info, signer, expected_content_type="data", actual_digest=hashlib.new(digest, manifest).digest()
    )
    if not valid:
        raise Invalid("signature-wrong", "the signature does not fit the signer's certificate")
    if not intact:
        raise Invalid("signature-other-data", "the signature is over another manifest than the one given")
    encoded = [bytes(item.dump()) for item in certificates]
    own = bytes(signer.dump())
    return SignedManifest(
        certificate=own,
        others=tuple(item for item in encoded if item != own),
        purpose=_purpose(attributes["commitment_type"]),
        signing_time=attributes["signing_time"].native if told else None,
    )


def _certificates(data: Any) -> list[Any]:
    if data["encap_content_info"]["content_type"].native != "data":
        raise _malformed("signs another content type than data")
    if data["encap_content_info"]["content"].native is not None:
        raise _malformed("carries content of its own; a detached signature is needed")
    if data["crls"].native is not None:
        raise _malformed("carries revocation data; that belongs beside it")
    choices = data["certificates"]
    if not isinstance(choices, cms.CertificateSet) or not 1 <= len(choices) <= MAX_CMS_CERTIFICATES:
        raise _malformed(f"must carry 1 to {MAX_CMS_CERTIFICATES} certificates")
    if any(choice.name != "certificate" for choice in choices):
        raise _malformed("carries something other than X.509 certificates")
    found = [choice.chosen for choice in choices]
    if len({item.dump() for item in found}) != len(found):
        raise _malformed("carries one certificate twice")
    return found


def _signer_info(data: Any) -> Any:
    if len(data["signer_infos"]) != 1:
        raise _malformed(f"has {len(data['signer_infos'])} signers, expected one")
    info = data["signer_infos"][0]
    if not isinstance(info["unsigned_attrs"], core.Void):
        raise Invalid(
            "signature-unsigned-attributes",
            "the signature has unsigned attributes; only the plain B-B form is accepted",
        )
    return info


def _attributes(info: Any, required: set[str]) -> dict[str, Any]:
    if isinstance(info["signed_attrs"], core.Void):
        raise Invalid("signature-attributes", "the signature has no signed attributes; a CAdES signature is needed")
    found: dict[str, Any] = {}
    for attribute in info["signed_attrs"]:
        name = attribute["type"].native
        if name in found or name not in required | _OPTIONAL or len(attribute["values"]) != 1:
            raise Invalid("signature-attributes", f"the signed attribute {name} is not accepted, or stands twice")
        found[name] = attribute["values"][0]
    if missing := required - found.keys():
        raise Invalid("signature-attributes", f"the signature lacks the signed attribute {', '.join(sorted(missing))}")
    return found


def _signer(info: Any, certificates: list[Any]) -> Any:
    if info["sid"].name != "issuer_and_serial_number":
        raise _malformed("names its signer by key identifier; issuer and serial number are needed")
    sid = info["sid"].chosen
    serial, issuer = sid["serial_number"].native, sid["issuer"].dump()
    fits = [item for item in certificates if item.serial_number == serial and item.issuer.dump() == issuer]
    if len(fits) != 1:
        raise _malformed("does not carry exactly the one certificate that its signer names")
    return fits[0]


def _check_certificate_hash(attribute: Any, signer: Any) -> None:
    # RFC 5035: without it, a certificate with the same key could be put in the signer's place.
    value = tsp.SigningCertificateV2.load(attribute.dump(), strict=True)
    first = value["certs"][0]
    algorithm = first["hash_algorithm"]["algorithm"].native
    if algorithm not in _DIGESTS or not hmac.compare_digest(
        first["cert_hash"].native, hashlib.new(algorithm, signer.dump()).digest()
    ):
        raise Invalid("signature-certificate", "the signed certificate hash is not that of the signer's certificate")
    if not check_ess_certid(signer, first):
        raise Invalid("signature-certificate", "the signed certificate reference is not to the signer's certificate")


def _check_algorithms(info: Any) -> str:
    digest = str(info["digest_algorithm"]["algorithm"].native)
    mechanism = info["signature_algorithm"]
    if digest not in _DIGESTS or mechanism.signature_algo not in _MECHANISMS:
        raise Invalid("signature-algorithm", f"the signature uses {digest} or a mechanism that is not accepted")
    if mechanism.signature_algo == "rsassa_pss":
        _check_pss(mechanism["parameters"], digest)
    named = mechanism["algorithm"].native
    if (named != "rsassa_pkcs1v15" or mechanism["parameters"].native) and mechanism.hash_algo != digest:
        raise Invalid("signature-algorithm", "the signature mixes two hash algorithms")
    return digest


def _check_pss(parameters: Any, digest: str) -> None:
    """One hash for content and mask, a salt of at least its length (RFC 4055 §3.1; OpenSSL takes the longest)."""
    mask = parameters["mask_gen_algorithm"]
    hashes = (parameters["hash_algorithm"]["algorithm"].native, mask["parameters"]["algorithm"].native)
    size = hashlib.new(digest).digest_size
    plain = hashes == (digest, digest) and mask["algorithm"].native == "mgf1"
    if not plain or parameters["salt_length"].native < size or parameters["trailer_field"].native != "trailer_field_bc":
        raise Invalid("signature-algorithm", "the signature uses PSS with two hashes, a short salt or an odd trailer")


def _purpose(attribute: Any) -> str:
    value = cades_asn1.CommitmentTypeIndication.load(attribute.dump(), strict=True)
    commitment = value["commitment_type_id"].dotted
    if commitment not in _PURPOSES or not isinstance(value["commitment_type_qualifier"], core.Void):
        raise Invalid(
            "signature-purpose", f"the signature commits to {commitment}, which is neither approval nor initial"
        )
    return _PURPOSES[commitment]


def _malformed(what: str) -> Invalid:
    return Invalid("signature-malformed", f"the signature {what}")
