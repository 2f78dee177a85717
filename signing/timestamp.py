"""Time stamps (RFC 3161): build the request, read the answer, verify the token. Sending is the caller's.

A stamp proves that bytes existed at its time. For a signature these bytes are its value, as in CAdES B-T (EN 319 122-1
§5.3), so that `with_stamp` can make that form of it; Hoso itself keeps it beside the signature, whose bytes stay.
Who the authority is, its purpose and its path are judged on the certificate that verified the token and on no other.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Protocol

from asn1crypto import algos, cms, core, tsp
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from signing.certificates import check_dates, der, fingerprint, load_certificates
from signing.errors import Invalid, SigningError, Undecidable
from signing.record import time_text
from signing.stamp_token import MAX_STAMP_BYTES, check_token, malformed, read_token
from signing.verify import Trust

STAMP_SKEW = timedelta(minutes=1)
"""How far the clocks of the authority and of the server may be apart."""
_HASHES = {"sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}
_SECOND = timedelta(seconds=1)


class StampUnavailable(Exception):
    """No stamp now: the authority is away, or answers what cannot be used; ask again later."""


class TimeStampAuthority(Protocol):
    """Whoever gives time stamps."""

    def stamp(self, imprint: bytes) -> bytes:
        """Stamp a SHA-256 digest: a TimeStampToken (DER), which the caller verifies; else StampUnavailable."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A time, proven. `fingerprint`: SHA-256 of the authority's certificate (hex); `accuracy`: give or take.

    `path`: the certificates judged (DER), the authority's first.
    """

    time: datetime
    accuracy: timedelta
    policy: str
    serial: int
    fingerprint: str
    path: tuple[bytes, ...]

    @property
    def latest(self) -> datetime:
        """By when, at the latest, what was stamped existed, in whole seconds: its time and its accuracy, rounded up."""
        return _round_up(self.time + self.accuracy)


class _Answer(core.Sequence):  # type: ignore[misc]
    """TimeStampResp; a refusal has no token (RFC 3161 §2.4.2), which asn1crypto's own does not allow."""

    _fields: ClassVar = [("status", tsp.PKIStatusInfo), ("time_stamp_token", cms.ContentInfo, {"optional": True})]


def request(imprint: bytes, nonce: int) -> bytes:
    """Build the request (DER) for a SHA-256 digest. `nonce`: fresh, at least 64 random bits; the answer repeats it."""
    if len(imprint) != hashlib.sha256().digest_size:
        raise Invalid("stamp-imprint", f"a SHA-256 digest of 32 bytes is stamped, found {len(imprint)}")
    asked = tsp.TimeStampReq(
        {
            "version": "v1",
            "message_imprint": {
                "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
                "hashed_message": imprint,
            },
            "nonce": nonce,
            "cert_req": True,
        }
    )
    return bytes(asked.dump())


def read_answer(answer: bytes, imprint: bytes, nonce: int) -> bytes:
    """Give the token of an answer (DER); Invalid `stamp-*` unless it was granted for this very question.

    Its signature and its authority are not checked here: `verify_stamp` does.
    """
    if len(answer) > MAX_STAMP_BYTES:
        raise Invalid("stamp-too-large", f"an answer of {len(answer)} bytes; at most {MAX_STAMP_BYTES} are read")
    try:
        status, token = _opened(answer)
    except SigningError:
        raise
    except Exception as error:
        raise Invalid("stamp-answer", "the answer of the time-stamp authority cannot be read") from error
    if status not in {"granted", "granted_with_mods"} or token is None:
        raise Invalid("stamp-refused", f"the time-stamp authority refused: {status}; see its policy")
    told = read_token(token).told
    if told.nonce != nonce:
        raise Invalid("stamp-nonce", "the time stamp answers another question; ask again")
    if told.algorithm != "sha256" or not hmac.compare_digest(told.imprint, imprint):
        raise Invalid("stamp-imprint", "the time stamp is over something else than what was asked")
    return token


def verify_stamp(token: bytes, content: bytes, *, trust: Trust, at: datetime) -> Stamp:
    """Verify a token (DER) over `content`, judged at `at` (aware): the earliest time at which it is known to have been.

    That is the time of its own leaf, or now. The authority's certificate must hold then, and at the stamp's own time
    lie within its dates: whoever got hold of the key of a revoked one could back-date at will. Raises Invalid, or
    Undecidable where no revocation list speaks of the authority; the codes begin with `stamp-`.
    """
    if at.tzinfo is None:
        raise Invalid("time-naive", "a time stamp cannot be judged at a time without a zone")
    at = at.astimezone(UTC).replace(microsecond=0)
    found = read_token(token)
    told = found.told
    if told.algorithm not in _HASHES:
        raise Invalid("stamp-algorithm", f"the time stamp is over a digest by {told.algorithm[:40]}, not accepted")
    if not hmac.compare_digest(told.imprint, _HASHES[told.algorithm](content).digest()):
        raise Invalid("stamp-imprint", "the time stamp is over something else than these bytes")
    check_token(found)
    if told.time > at + STAMP_SKEW:
        message = f"the time stamp is of {time_text(told.time)}, after {time_text(at)}; set the clock of the server"
        raise Invalid("stamp-future", message)
    authority = load_certificates(found.signer.dump())[0]
    _check_purpose(authority)
    path = _check_authority(authority, found.others, trust, at, told.time)
    return Stamp(
        time=told.time,
        accuracy=told.accuracy,
        policy=told.policy,
        serial=told.serial,
        fingerprint=fingerprint(authority),
        path=tuple(map(der, path)),
    )


def latest_time(token: bytes) -> datetime:
    """By when, at the latest, a token claims that its content existed; proven by `verify_stamp` alone."""
    told = read_token(token).told
    return _round_up(told.time + told.accuracy)


def signature_value(signature: bytes) -> bytes:
    """Give the value of a CMS signature by one signer: what is stamped. Invalid `signature-malformed` for others."""
    return bytes(_signer_info(_content(signature))["signature"].native)


def with_stamp(signature: bytes, token: bytes) -> bytes:
    """Put a stamp over a signature's value into it: its B-T form (EN 319 122-1 §6.3), for export."""
    told = read_token(token).told
    value = signature_value(signature)
    if told.algorithm not in _HASHES or told.imprint != _HASHES[told.algorithm](value).digest():
        raise Invalid("stamp-imprint", "the time stamp is over another signature than this one")
    content = _content(signature)
    info = _signer_info(content)
    if not isinstance(info["unsigned_attrs"], core.Void):
        raise Invalid("signature-unsigned-attributes", "the signature has unsigned attributes; only B-B is stamped")
    stamped = cms.CMSAttribute({"type": "signature_time_stamp_token", "values": [cms.ContentInfo.load(token)]})
    info["unsigned_attrs"] = cms.CMSAttributes([stamped])
    return bytes(content.dump())


def _opened(answer: bytes) -> tuple[str, bytes | None]:
    found = _Answer.load(answer, strict=True)
    token = found["time_stamp_token"]
    return str(found["status"]["status"].native), None if isinstance(token, core.Void) else bytes(token.dump())


def _check_purpose(authority: x509.Certificate) -> None:
    """RFC 3161 §2.3: its key stamps and does nothing else, and whoever does not understand that refuses it."""
    try:
        usage = authority.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        alone = usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        alone = False
    if not alone:
        raise Invalid("stamp-usage", "the time stamp is by a certificate that is not for time stamps alone")


def _check_authority(
    authority: x509.Certificate, others: tuple[bytes, ...], trust: Trust, at: datetime, time: datetime
) -> tuple[x509.Certificate, ...]:
    from signing.chain import check_chain

    try:
        spares = [load_certificates(item)[0] for item in others]
        check_dates(authority, time)
        return check_chain(
            authority,
            (*trust.intermediates, *spares),
            roots=trust.stamp_roots or trust.roots,
            crls=trust.crls,
            ocsps=trust.ocsps,
            at=at,
        )
    except (Invalid, Undecidable) as error:
        raise type(error)(f"stamp-{error.code}", f"of the time stamp's authority: {error.message}") from error
    except Exception as error:
        raise malformed("has a certificate path that cannot be read") from error


def _content(signature: bytes) -> Any:
    try:
        return cms.ContentInfo.load(signature, strict=True)
    except Exception as error:
        raise Invalid("signature-malformed", "the signature to be stamped cannot be read") from error


def _signer_info(content: Any) -> Any:
    try:
        [info] = content["content"]["signer_infos"]
    except Exception as error:
        raise Invalid("signature-malformed", "the signature to be stamped is not one by one signer") from error
    return info


def _round_up(moment: datetime) -> datetime:
    whole = moment.replace(microsecond=0)
    return whole if whole == moment else whole + _SECOND
