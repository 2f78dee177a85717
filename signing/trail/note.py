"""C2SP signed notes with Ed25519 (c2sp.org/signed-note): text, an empty line, signature lines.

Stricter than the specification on purpose: exactly one signature line, that of the expected key, and canonical base64,
so that no byte of a note can change unnoticed. Cosignatures of witnesses need their own, equally strict rule.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from signing.errors import Invalid, SigningError

_ED25519 = b"\x01"
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]{1,200}")
MAX_NOTE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKey:
    """The key that signs checkpoints; its name is the log's origin. Never shown: `repr` gives the public half only."""

    origin: str
    _private: Ed25519PrivateKey = field(repr=False, compare=False)

    @classmethod
    def generate(cls, origin: str) -> "LogKey":
        """Make a new key for a log, named e.g. `hoso.example/log`: no spaces, no plus sign."""
        _check_name(origin)
        return cls(origin=origin, _private=Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, text: str) -> "LogKey":
        """Read the text that `dump` wrote; SigningError `log-key` otherwise."""
        parts = text.strip().split("+", 4)
        if len(parts) != 5 or parts[:2] != ["PRIVATE", "KEY"]:
            raise SigningError("log-key", "this is no C2SP private key; it must begin with PRIVATE+KEY+")
        secret = _decode_base64(parts[4], "log-key", "the private key")
        if len(secret) != 33 or secret[:1] != _ED25519:
            raise SigningError("log-key", "the log's key is not an Ed25519 key")
        _check_name(parts[2])
        key = cls(origin=parts[2], _private=Ed25519PrivateKey.from_private_bytes(secret[1:]))
        if parts[3] != key.key_id.hex():
            raise SigningError("log-key", "the log's key does not fit its own key ID; the file is damaged")
        return key

    def dump(self) -> str:
        """Write the secret key as one line, `PRIVATE+KEY+<origin>+<key ID>+<base64>`: keep it out of the database."""
        secret = base64.b64encode(_ED25519 + self._private.private_bytes_raw()).decode("ascii")
        return f"PRIVATE+KEY+{self.origin}+{self.key_id.hex()}+{secret}\n"

    @property
    def public(self) -> bytes:
        """The public key: 32 bytes (RFC 8032)."""
        return self._private.public_key().public_bytes_raw()

    @property
    def key_id(self) -> bytes:
        """Four bytes that, with the origin, name the key in a note."""
        return _key_id(self.origin, self.public)

    @property
    def vkey(self) -> str:
        """The verifier key as text, `<origin>+<key ID>+<base64>`: what an auditor is given."""
        return f"{self.origin}+{self.key_id.hex()}+{base64.b64encode(_ED25519 + self.public).decode('ascii')}"

    def sign(self, message: bytes) -> bytes:
        """Sign bytes: 64 bytes (RFC 8032)."""
        return self._private.sign(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A log's public key, read from its text."""

    name: str
    key_id: bytes
    public: bytes


def read_vkey(text: str) -> VerifierKey:
    """Read a verifier key, `<name>+<key ID>+<base64>`; Invalid `log-key` otherwise."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3 or not _NAME.fullmatch(parts[0]):
        raise Invalid("log-key", "this is no C2SP verifier key; it looks like name+0123abcd+AQ…")
    key = _decode_base64(parts[2], "log-key", "the verifier key")
    if len(key) != 33 or key[:1] != _ED25519:
        raise Invalid("log-key", "the verifier key is not an Ed25519 key")
    if parts[1] != _key_id(parts[0], key[1:]).hex():
        raise Invalid("log-key", "the verifier key does not fit its own key ID; copy it again")
    return VerifierKey(name=parts[0], key_id=_key_id(parts[0], key[1:]), public=key[1:])


def sign_note(text: str, key: LogKey) -> str:
    """Sign a text that ends in a newline, and give the whole note."""
    if not text.endswith("\n") or _has_controls(text):
        raise ValueError("a note's text ends in a newline and has no other control characters")
    signature = base64.b64encode(key.key_id + key.sign(text.encode("utf-8"))).decode("ascii")
    return f"{text}\n— {key.origin} {signature}\n"


def verify_note(note: str, vkey: str) -> str:
    """Check a note that this key alone signed, and give its text (final newline included); Invalid otherwise."""
    key = read_vkey(vkey)
    if len(note) > MAX_NOTE_BYTES or _has_controls(note):
        raise Invalid("note-malformed", "the signed note is too long or has control characters in it")
    text, separator, signature = note.rpartition("\n\n")
    if not separator or not signature.endswith("\n") or signature.count("\n") != 1:
        raise Invalid(
            "note-malformed", "a signed note is a text, an empty line and one signature line; found another form"
        )
    text += "\n"
    dash, _, rest = signature[:-1].partition(" ")
    name, _, encoded = rest.partition(" ")
    blob = _decode_base64(encoded, "note-malformed", "the signature")
    if dash != "—" or name != key.name or blob[:4] != key.key_id or len(blob) != 68:
        raise Invalid("note-key", f"the note is not signed by the expected key {key.name}+{key.key_id.hex()}")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(blob[4:], text.encode("utf-8"))
    except (InvalidSignature, ValueError) as error:
        raise Invalid("note-signature", f"the signature of {key.name} does not fit the note's text") from error
    return text


def decode_base64(text: str, code: str, what: str) -> bytes:
    """Read standard base64 (RFC 4648 §4) that has one spelling only; Invalid with `code` otherwise."""
    return _decode_base64(text, code, what)


def _decode_base64(text: str, code: str, what: str) -> bytes:
    try:
        content = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid(code, f"{what} is not base64") from error
    # Unused bits of the last character would give one value many spellings (RFC 4648 §3.5).
    if base64.b64encode(content).decode("ascii") != text:
        raise Invalid(code, f"{what} is not written in canonical base64")
    return content


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise SigningError("log-origin", "a log's origin must not be empty nor contain spaces or a plus sign")


def _key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode("utf-8") + b"\n" + _ED25519 + public).digest()[:4]


def _has_controls(text: str) -> bool:
    return any(ord(character) < 0x20 and character != "\n" for character in text)
