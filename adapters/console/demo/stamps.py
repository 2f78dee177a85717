"""A time-stamp authority for demonstrations and tests (RFC 3161): real requests, real answers, a clock of its own.

Its key lives in this process only. Used in process (`stamp`) or over HTTP (`StampServer`).
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.x509.oid import ExtendedKeyUsageOID

from adapters.console.demo.authority import DemoAuthority, PrivateKey, make_key
from signing.certificates import der
from signing.sign import encoded_once, signing_certificate
from signing.timestamp import read_answer, request

POLICY = "2.25.204330683571223207319796958467478855260"
ANSWER = "application/timestamp-reply"
_MAX_REQUEST = 16 * 1024
_HASHES: Mapping[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),  # noqa: S303 - for tests of what must be refused
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalStamps:
    """An authority that stamps whatever it is asked to, at what its clock says."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    clock: Callable[[], datetime]
    accuracy: timedelta = timedelta(seconds=1)
    _key: PrivateKey = field(repr=False)

    @classmethod
    def create(
        cls, issuer: DemoAuthority, *, clock: Callable[[], datetime], not_before: datetime, not_after: datetime
    ) -> "LocalStamps":
        """Have the issuer certify a new key for time stamps alone."""
        key = make_key("ec")
        certificate = issuer.certify(
            key,
            "Hoso Demo TSA",
            "tsa@demo.example",
            not_before=not_before,
            not_after=not_after,
            purposes=[ExtendedKeyUsageOID.TIME_STAMPING],
        )
        return cls(certificate=certificate, chain=(issuer.issuing,), clock=clock, _key=key)

    def stamp(self, imprint: bytes) -> bytes:
        """Stamp a SHA-256 digest, by way of a real request and answer."""
        nonce = secrets.randbits(64)
        return read_answer(self.answer(request(imprint, nonce)), imprint, nonce)

    def answer(self, asked: bytes) -> bytes:
        """Answer a request (DER) as RFC 3161 §2.4.2 says; whatever is none is refused as bad data."""
        try:
            found = tsp.TimeStampReq.load(asked, strict=True)
            told = self.tell(found["message_imprint"], found["nonce"])
        except ValueError:
            return refusal("bad_data_format")
        return granted(make_token(told, self._key, self.certificate, self.chain))

    def tell(self, imprint: Any, nonce: Any) -> tsp.TSTInfo:
        """What the token says: the imprint, the nonce as asked, the time."""
        values = {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": imprint,
            "serial_number": secrets.randbits(63),
            "gen_time": self.clock().astimezone(UTC),
            "accuracy": {"seconds": int(self.accuracy.total_seconds())},
        }
        return tsp.TSTInfo(values if isinstance(nonce, core.Void) else {**values, "nonce": nonce})


def granted(token: bytes) -> bytes:
    """The answer that carries a token."""
    answer = {"status": {"status": "granted"}, "time_stamp_token": cms.ContentInfo.load(token)}
    return bytes(tsp.TimeStampResp(answer).dump())


def refusal(why: str) -> bytes:
    """The answer of an authority that refuses: a status, no token."""
    status = tsp.PKIStatusInfo({"status": "rejection", "fail_info": {why}})
    return bytes(core.SequenceOf([status], spec=tsp.PKIStatusInfo).dump())


def make_token(
    told: tsp.TSTInfo,
    key: PrivateKey,
    certificate: x509.Certificate,
    chain: tuple[x509.Certificate, ...],
    *,
    digest: str = "sha256",
) -> bytes:
    """Sign what is told, as the holder of that certificate (RFC 5652 §5, RFC 5816)."""
    content = told.dump()
    own = _loaded(der(certificate))
    values = {
        "content_type": cms.ContentType("tst_info"),
        "message_digest": core.OctetString(hashlib.new(digest, content).digest()),
        "signing_certificate_v2": signing_certificate(der(certificate)),
    }
    listed = [encoded_once(cms.CMSAttribute({"type": name, "values": [value]})) for name, value in values.items()]
    attributes = encoded_once(cms.CMSAttributes(listed))
    mechanism = f"{digest}_ecdsa" if isinstance(key, ec.EllipticCurvePrivateKey) else f"{digest}_rsa"
    signer = cms.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number})
    info = {
        "version": "v1",
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": signer}),
        "digest_algorithm": algos.DigestAlgorithm({"algorithm": digest}),
        "signed_attrs": attributes,
        "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": mechanism}),
        "signature": _sign(key, attributes.dump(), _HASHES[digest]),
    }
    data = {
        "version": "v3",
        "digest_algorithms": [algos.DigestAlgorithm({"algorithm": digest})],
        "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(content)},
        "certificates": [own, *(_loaded(der(item)) for item in chain)],
        "signer_infos": [encoded_once(cms.SignerInfo(info))],
    }
    signed = encoded_once(cms.SignedData(data))
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())


def _loaded(encoded: bytes) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(encoded)


def _sign(key: PrivateKey, data: bytes, digest: hashes.HashAlgorithm) -> bytes:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(digest))
    return key.sign(data, padding.PKCS1v15(), digest)


class StampServer:
    """An authority behind HTTP (RFC 3161 §3.4), on loopback."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = min(int(self.headers.get("Content-Length") or 0), _MAX_REQUEST)
                answered = answer(self.rfile.read(length))
                self.send_response(200)
                self.send_header("Content-Type", ANSWER)
                self.send_header("Content-Length", str(len(answered)))
                self.end_headers()
                self.wfile.write(answered)

            def log_message(self, format: str, *arguments: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """What HOSO_TSA_URL takes."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
