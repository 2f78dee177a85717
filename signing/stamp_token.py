"""Read a time-stamp token (RFC 3161 §2.4.2) strictly: one signer, one TSTInfo, and the certificate that signed it.

The signer's certificate is looked up once, by what the signature itself names; its hash, the signature, its purpose and
its path are all checked on that very certificate. A token may carry others: they help to find a path and prove nothing.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import cms, core, tsp

from signing.errors import Invalid, SigningError
from signing.kept import Kept

MAX_STAMP_BYTES = 64 * 1024
MAX_STAMP_CERTIFICATES = 16
LEAST_ACCURACY = timedelta(minutes=1)
"""A stamp that says its time less exactly than that proves too little."""
USUAL_ACCURACY = timedelta(seconds=1)
"""What is taken where a token names none (EN 319 421 §7.7.2 demands one second or better)."""
_DIGESTS = ("sha256", "sha384", "sha512")
_MECHANISMS = ("rsassa_pkcs1v15", "rsassa_pss", "ecdsa")
_REQUIRED = {"content_type", "message_digest", "signing_certificate_v2"}
_MAX_SERIAL_BITS = 160  # RFC 3161 §2.4.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a token says. `time`: aware, with its fractions; `nonce`: None where it names none."""

    algorithm: str
    imprint: bytes
    time: datetime
    accuracy: timedelta
    policy: str
    serial: int
    nonce: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token taken apart; nothing of it is proven yet. `others`: DER of the certificates beside the signer's.

    `sha256`: of all its bytes.
    """

    told: Told
    content: bytes
    info: Any
    signer: Any
    others: tuple[bytes, ...]
    sha256: bytes


def read_token(token: bytes) -> Token:
    """Take a token apart; Invalid `stamp-*` for whatever is not one, or more than one."""
    if len(token) > MAX_STAMP_BYTES:
        raise Invalid("stamp-too-large", f"a time stamp of {len(token)} bytes; at most {MAX_STAMP_BYTES} are read")
    try:
        return _read(token)
    except SigningError:
        raise
    except Exception as error:
        raise malformed("cannot be read") from error


def check_token(token: Token) -> None:
    """Check that the token's signer signed what it tells, and named itself; raises Invalid `stamp-*`."""
    try:
        _CHECKED.of(token.sha256, lambda: _check(token))
    except SigningError:
        raise
    except Exception as error:
        raise malformed("has a signature that cannot be read") from error


_CHECKED: Kept[bytes, None] = Kept(4096)


def malformed(what: str) -> Invalid:
    """The refusal of a token that is none."""
    return Invalid("stamp-malformed", f"the time stamp {what}; ask the authority again")


def _read(token: bytes) -> Token:
    outer = cms.ContentInfo.load(token, strict=True)
    if outer["content_type"].native != "signed_data":
        raise malformed("is not signed data")
    data = outer["content"]
    inner = data["encap_content_info"]
    if inner["content_type"].native != "tst_info":
        raise malformed("signs something else than a time")
    content = bytes(inner["content"])
    if len(data["signer_infos"]) != 1:
        raise Invalid("stamp-signers", f"the time stamp has {len(data['signer_infos'])} signers, expected one")
    info = data["signer_infos"][0]
    if not isinstance(info["unsigned_attrs"], core.Void):
        raise malformed("has unsigned attributes, which nobody vouches for")
    certificates = _certificates(data)
    signer = _signer(info, certificates)
    own = signer.dump()
    others = tuple(item.dump() for item in certificates if item.dump() != own)
    return Token(
        told=_told(content),
        content=content,
        info=info,
        signer=signer,
        others=others,
        sha256=hashlib.sha256(token).digest(),
    )


def _certificates(data: Any) -> list[Any]:
    choices = data["certificates"]
    if not isinstance(choices, cms.CertificateSet) or not 1 <= len(choices) <= MAX_STAMP_CERTIFICATES:
        raise malformed(f"must carry 1 to {MAX_STAMP_CERTIFICATES} certificates")
    if any(choice.name != "certificate" for choice in choices):
        raise malformed("carries something other than X.509 certificates")
    return [choice.chosen for choice in choices]


def _signer(info: Any, certificates: list[Any]) -> Any:
    if info["sid"].name != "issuer_and_serial_number":
        raise malformed("names its signer by key identifier; issuer and serial number are needed")
    sid = info["sid"].chosen
    named = sid["serial_number"].native, sid["issuer"].dump()
    fits = [item for item in certificates if (item.serial_number, item.issuer.dump()) == named]
    if len(fits) != 1:
        raise Invalid("stamp-certificate", "the time stamp does not carry exactly the one certificate that it names")
    return fits[0]


def _told(content: bytes) -> Told:
    found = tsp.TSTInfo.load(content, strict=True)
    if found["version"].native != "v1":
        raise malformed("is of another version than 1")
    extensions = found["extensions"]
    if not isinstance(extensions, core.Void) and any(item["critical"].native for item in extensions):
        raise malformed("has a critical extension that is not known here")
    imprint = found["message_imprint"]
    serial = int(found["serial_number"].native)
    if serial.bit_length() > _MAX_SERIAL_BITS:
        raise malformed("has a serial number of more than 160 bits")
    return Told(
        algorithm=str(imprint["hash_algorithm"]["algorithm"].native),
        imprint=bytes(imprint["hashed_message"].native),
        time=_moment(found["gen_time"].native),
        accuracy=_accuracy(found["accuracy"]),
        policy=str(found["policy"].dotted),
        serial=serial,
        nonce=found["nonce"].native,
    )


def _moment(time: datetime) -> datetime:
    # RFC 3161 §2.4.2: GeneralizedTime in UTC, so that nobody must guess a zone.
    if time.utcoffset() != timedelta(0):
        raise malformed("tells its time in no zone, or not in UTC")
    return time.astimezone(UTC)


def _accuracy(found: Any) -> timedelta:
    if isinstance(found, core.Void):
        return USUAL_ACCURACY
    units: Mapping[str, int] = {name: found[name].native or 0 for name in ("seconds", "millis", "micros")}
    if units["seconds"] < 0 or not 0 <= units["millis"] <= 999 or not 0 <= units["micros"] <= 999:
        raise malformed("tells an accuracy that is none")
    if units["seconds"] > LEAST_ACCURACY.total_seconds():
        message = f"the time stamp is exact to {units['seconds']} s only; at most {LEAST_ACCURACY} are accepted"
        raise Invalid("stamp-accuracy", message)
    return timedelta(seconds=units["seconds"], milliseconds=units["millis"], microseconds=units["micros"])


def _check(token: Token) -> None:
    # pyHanko takes a quarter of a second to import: only those who verify pay for it.
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    attributes = _attributes(token.info)
    digest = _algorithms(token.info)
    _check_certificate_hash(attributes["signing_certificate_v2"], token.signer)
    intact, valid = validate_sig_integrity(
        token.info,
        token.signer,
        expected_content_type="tst_info",
        actual_digest=hashlib.new(digest, token.content).digest(),
    )
    if not valid:
        raise Invalid("stamp-wrong", "the time stamp's signature does not fit the certificate that it names")
    if not intact:
        raise Invalid("stamp-wrong", "the time stamp's signature is over another time than the one it tells")


def _attributes(info: Any) -> dict[str, Any]:
    if isinstance(info["signed_attrs"], core.Void):
        raise Invalid("stamp-attributes", "the time stamp has no signed attributes")
    found: dict[str, Any] = {}
    for attribute in info["signed_attrs"]:
        name = attribute["type"].native
        if name in found or len(attribute["values"]) != 1:
            raise Invalid("stamp-attributes", f"the time stamp's signed attribute {name} stands twice")
        found[name] = attribute["values"][0]
    if missing := _REQUIRED - found.keys():
        # RFC 5816: the older signing-certificate names the certificate by SHA-1.
        raise Invalid("stamp-attributes", f"the time stamp lacks the signed attribute {', '.join(sorted(missing))}")
    return found


def _algorithms(info: Any) -> str:
    digest = str(info["digest_algorithm"]["algorithm"].native)
    mechanism = info["signature_algorithm"]
    if digest not in _DIGESTS or mechanism.signature_algo not in _MECHANISMS:
        raise Invalid("stamp-algorithm", f"the time stamp uses {digest[:40]} or a mechanism that is not accepted")
    named = mechanism["algorithm"].native
    if (named != "rsassa_pkcs1v15" or mechanism["parameters"].native) and mechanism.hash_algo not in _DIGESTS:
        raise Invalid("stamp-algorithm", f"the time stamp is signed over {mechanism.hash_algo}, which is not accepted")
    return digest


def _check_certificate_hash(attribute: Any, signer: Any) -> None:
    """RFC 5035: without it, a certificate with the same key could be put in the authority's place."""
    from pyhanko.sign.general import check_ess_certid

    first = tsp.SigningCertificateV2.load(attribute.dump(), strict=True)["certs"][0]
    algorithm = first["hash_algorithm"]["algorithm"].native
    if algorithm not in _DIGESTS or not hmac.compare_digest(
        first["cert_hash"].native, hashlib.new(algorithm, signer.dump()).digest()
    ):
        raise Invalid("stamp-certificate", "the certificate that the time stamp vouches for is not the one it names")
    if not check_ess_certid(signer, first):
        raise Invalid("stamp-certificate", "the time stamp's certificate reference is not to its signer's certificate")
