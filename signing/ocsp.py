"""OCSP answers (RFC 6960): what one says of a certificate, and whether who signed it may say so.

An answer counts when the issuer itself signed it, or a responder that the issuer certified for this
(id-kp-OCSPSigning), within its dates at the answer's time, and not revoked by then. Nothing is asked here: answers come
from outside. The library (`signing.chain`) lets one clear only a certificate that names a responder.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from signing.crl import RevocationList, statuses_in_lists
from signing.errors import Invalid
from signing.names import issued
from signing.policy import accepted_hash, key_fault
from signing.status import Status, fault

MAX_OCSPS = 4096
MAX_OCSP_BYTES = 64 * 1024
MAX_SINGLE_RESPONSES = 16
MAX_RESPONDERS = 4
_CERT_ID_HASHES = (hashes.SHA1, hashes.SHA256, hashes.SHA384, hashes.SHA512)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as read; nothing about it is checked."""

    encoded: bytes
    response: ocsp.OCSPResponse
    singles: tuple[ocsp.OCSPSingleResponse, ...]


def read_answers(ocsps: Sequence[bytes]) -> tuple[Answer, ...]:
    """Read OCSP responses (DER), each once; Invalid `ocsp-malformed` where one is none, or there are too many."""
    unique = dict.fromkeys(ocsps)
    if len(unique) > MAX_OCSPS:
        raise Invalid("ocsp-malformed", f"{len(unique)} OCSP responses; at most {MAX_OCSPS} are read")
    return tuple(read_answer(item) for item in unique)


def read_answer(encoded: bytes) -> Answer:
    """Read one; Invalid `ocsp-malformed`, also where the responder gave an error instead of an answer."""
    if len(encoded) > MAX_OCSP_BYTES:
        raise Invalid("ocsp-malformed", f"an OCSP response of {len(encoded)} bytes; at most {MAX_OCSP_BYTES}")
    try:
        response = ocsp.load_der_ocsp_response(encoded)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise Invalid("ocsp-malformed", f"the responder answered {response.response_status.name}")
        singles = tuple(response.responses)
        critical = [item for item in response.extensions if item.critical]
    except Invalid:
        raise
    except Exception as error:
        raise Invalid("ocsp-malformed", "one of the OCSP responses given cannot be read") from error
    if not 1 <= len(singles) <= MAX_SINGLE_RESPONSES or critical:
        raise Invalid(
            "ocsp-malformed", f"{len(singles)} answers in one OCSP response, or an unknown critical extension"
        )
    return Answer(encoded=encoded, response=response, singles=singles)


def statuses_in_answers(
    certificate: x509.Certificate,
    path: Sequence[x509.Certificate],
    answers: Sequence[Answer],
    lists: Sequence[RevocationList],
) -> Iterator[tuple[Status, Answer]]:
    """Give what authentic answers say of a certificate. `path`: its issuer and those above; `lists`: for responders."""
    for answer in answers:
        about = [item for item in answer.singles if _is_about(item, certificate, path[0])]
        if about and _authentic(answer, path, lists):
            yield from ((_status(item), answer) for item in about)


def _status(single: ocsp.OCSPSingleResponse) -> Status:
    status = single.certificate_status
    return Status(
        issued=single.this_update_utc,
        until=single.next_update_utc,
        source=b"ocsp",
        revoked=single.revocation_time_utc if status is ocsp.OCSPCertStatus.REVOKED else None,
        on_hold=single.revocation_reason is x509.ReasonFlags.certificate_hold,
        known=status is not ocsp.OCSPCertStatus.UNKNOWN,
    )


def _is_about(single: ocsp.OCSPSingleResponse, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    if single.serial_number != certificate.serial_number:
        return False
    kind = single.hash_algorithm
    if not isinstance(kind, _CERT_ID_HASHES):
        return False
    name = _hash(kind, certificate.issuer.public_bytes())
    return single.issuer_name_hash == name and single.issuer_key_hash == _hash(kind, _key_bits(issuer))


def _authentic(answer: Answer, path: Sequence[x509.Certificate], lists: Sequence[RevocationList]) -> bool:
    responders = [path[0], *answer.response.certificates[:MAX_RESPONDERS]]
    return any(
        _names(answer.response, item) and _signed(answer, item) and _may_answer(item, path, lists, answer)
        for item in responders
    )


def _names(response: ocsp.OCSPResponse, responder: x509.Certificate) -> bool:
    if response.responder_name is not None:
        return response.responder_name == responder.subject
    return response.responder_key_hash == _hash(hashes.SHA1(), _key_bits(responder))  # noqa: S303  (RFC 6960 §4.2.1)


def _signed(answer: Answer, responder: x509.Certificate) -> bool:
    response, key = answer.response, cast("Any", responder.public_key())
    try:
        digest = response.signature_hash_algorithm
        if digest is None or not accepted_hash(digest.name, _time(answer)):
            return False
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(response.signature, response.tbs_response_bytes, padding.PKCS1v15(), digest)
        else:
            key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(digest))
    except Exception:
        return False
    return True


def _time(answer: Answer) -> datetime:
    return answer.singles[0].this_update_utc


def _may_answer(
    responder: x509.Certificate,
    path: Sequence[x509.Certificate],
    lists: Sequence[RevocationList],
    answer: Answer,
) -> bool:
    """Whether this is the issuer, or one whom the issuer let answer (RFC 6960 §4.2.2.2), as of the answer's time."""
    if responder == path[0]:
        return True
    when = _time(answer)
    if not _is_responder(responder) or not issued(responder, path[0]):
        return False
    if not responder.not_valid_before_utc <= when <= responder.not_valid_after_utc:
        return False
    if key_fault(responder.public_key(), authority=True, at=when):
        return False
    # Without ocsp-nocheck the library demands a list that clears the responder; here only what speaks against it.
    return fault(responder, [status for status, _ in statuses_in_lists(responder, path, lists, ())], when) is None


def _is_responder(certificate: x509.Certificate) -> bool:
    purposes = [item.value for item in certificate.extensions if isinstance(item.value, x509.ExtendedKeyUsage)]
    return any(ExtendedKeyUsageOID.OCSP_SIGNING in item for item in purposes)


def _hash(kind: hashes.HashAlgorithm, content: bytes) -> bytes:
    digest = hashes.Hash(kind)
    digest.update(content)
    return digest.finalize()


def _key_bits(certificate: x509.Certificate) -> bytes:
    """The bits of a public key without their frame, as certificate identifiers hash them (RFC 6960 §4.1.1)."""
    from asn1crypto import keys

    key = certificate.public_key()
    return bytes(
        keys.PublicKeyInfo.load(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))["public_key"]
    )
