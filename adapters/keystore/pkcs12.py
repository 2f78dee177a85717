"""An officer's key in a PKCS#12 file: read once with its PIN, used in this process, never shown."""

from dataclasses import dataclass, field
from pathlib import Path

from asn1crypto import pkcs12 as asn1_pkcs12
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from adapters.keystore.mechanisms import sign_with
from signing.errors import SigningError
from signing.sign import algorithm_for

MAX_FILE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pkcs12Key:
    """A `signing.sign.SigningKey` out of a file."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    _private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def mechanism(self) -> str:
        """RSA PKCS#1 v1.5, RSA PSS or ECDSA, by `algorithm_for`."""
        return algorithm_for(self.certificate)[0]

    def sign(self, data: bytes) -> bytes:
        """Sign the bytes by its mechanism; ECDSA gives DER."""
        return sign_with(self._private, self.mechanism, data)


def load_pkcs12(path: Path | str, pin: str) -> Pkcs12Key:
    """Read a key file of at most 1 MiB. Whether its certificate can sign here: `certificates.check_usable`.

    SigningError: `key-file-missing`, `key-file-too-large`, `key-file-malformed`, `key-pin-wrong`, `key-missing`,
    `key-unsupported`, `key-mismatch`.
    """
    content = _read(Path(path))
    try:
        private, certificate, others = pkcs12.load_key_and_certificates(content, pin.encode("utf-8"))
    except Exception:
        # Not chained: some of these messages quote what they could not read.
        raise _unreadable(Path(path), content) from None
    if private is None or certificate is None:
        raise SigningError("key-missing", f"{path} holds no private key with its certificate; export it with the key")
    if not isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise SigningError("key-unsupported", f"the key in {path} is neither RSA nor ECDSA; use another certificate")
    if private.public_key() != certificate.public_key():
        raise SigningError("key-mismatch", f"the key and the certificate in {path} do not belong together")
    return Pkcs12Key(certificate=certificate, chain=tuple(others), _private=private)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise SigningError("key-file-missing", f"the key file {path} cannot be read: {error.strerror}") from error
    if len(content) > MAX_FILE_BYTES:
        raise SigningError("key-file-too-large", f"{path} is larger than {MAX_FILE_BYTES} bytes; it is no key file")
    return content


def _unreadable(path: Path, content: bytes) -> SigningError:
    try:
        readable = asn1_pkcs12.Pfx.load(content, strict=True)["auth_safe"]["content_type"].native == "data"
    except Exception:
        readable = False
    if not readable:
        return SigningError("key-file-malformed", f"{path} is no PKCS#12 file (.p12, .pfx), or it is damaged")
    return SigningError("key-pin-wrong", f"the PIN does not open {path}; try again, or ask who issued the key")
