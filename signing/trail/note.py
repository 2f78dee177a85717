"""C2SP signed notes with Ed25519 (c2sp.org/signed-note): text, an empty line, signature lines.

Stricter than the specification on purpose: only the signature lines that are expected, each of a key that is known, and
canonical base64, so that no byte of a note can change unnoticed.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from signing.errors import Invalid, SigningError

ED25519 = b"\x01"
"""The kind of key that signs a note's text as it is."""
COSIGNATURE = b"\x04"
"""The kind of key with which a witness signs a checkpoint and when it saw it (c2sp.org/tlog-cosignature)."""
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]{1,200}")
MAX_NOTE_BYTES = 64 * 1024
MAX_LINES = 17
"""Signature lines that a note has at most: the log's, and 16 of witnesses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKey:
    """The key that signs checkpoints; its name is the log's origin. Never shown: `repr` gives the public half only."""

    origin: str
    _private: Ed25519PrivateKey = field(repr=False, compare=False)

    @classmethod
    def generate(cls, origin: str) -> "LogKey":
        """Make a new key for a log, named e.g. `hoso.example/log`: no spaces, no plus sign."""
        check_name(origin, "log-origin")
        return cls(origin=origin, _private=Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, text: str) -> "LogKey":
        """Read the text that `dump` wrote; SigningError `log-key` otherwise."""
        name, private = load_secret(text, ED25519, "log-key")
        return cls(origin=name, _private=private)

    def dump(self) -> str:
        """Write the secret key as one line, `PRIVATE+KEY+<origin>+<key ID>+<base64>`: keep it out of the database."""
        return dump_secret(self.origin, self._private, ED25519)

    @property
    def public(self) -> bytes:
        """The public key: 32 bytes (RFC 8032)."""
        return self._private.public_key().public_bytes_raw()

    @property
    def key_id(self) -> bytes:
        """Four bytes that, with the origin, name the key in a note."""
        return key_id(self.origin, self.public, ED25519)

    @property
    def vkey(self) -> str:
        """The verifier key as text, `<origin>+<key ID>+<base64>`: what an auditor is given."""
        return write_vkey(self.origin, self.public, ED25519)

    def sign(self, message: bytes) -> bytes:
        """Sign bytes: 64 bytes (RFC 8032)."""
        return self._private.sign(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A public key, read from its text: of a log (`ED25519`) or of a witness (`COSIGNATURE`)."""

    name: str
    key_id: bytes
    public: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A signature line of a note, which nobody has verified yet."""

    name: str
    key_id: bytes
    signature: bytes


def read_vkey(text: str, kind: bytes = ED25519) -> VerifierKey:
    """Read a verifier key of that kind, `<name>+<key ID>+<base64>`; Invalid `log-key` or `witness-key` otherwise."""
    code = _code(kind)
    parts = text.strip().split("+", 2)
    if len(parts) != 3 or not _NAME.fullmatch(parts[0]):
        raise Invalid(code, "this is no C2SP verifier key; it looks like name+0123abcd+AQ…")
    key = decode_base64(parts[2], code, "the verifier key")
    if len(key) != 33 or key[:1] != kind:
        raise Invalid(code, f"the verifier key is not one of kind {kind[0]} with 32 bytes")
    if parts[1] != key_id(parts[0], key[1:], kind).hex():
        raise Invalid(code, "the verifier key does not fit its own key ID; copy it again")
    return VerifierKey(name=parts[0], key_id=key_id(parts[0], key[1:], kind), public=key[1:])


def write_vkey(name: str, public: bytes, kind: bytes) -> str:
    """Write a verifier key, `<name>+<key ID>+<base64>`."""
    return f"{name}+{key_id(name, public, kind).hex()}+{base64.b64encode(kind + public).decode('ascii')}"


def load_secret(text: str, kind: bytes, code: str) -> tuple[str, Ed25519PrivateKey]:
    """Read a secret key's line: its name and the key; SigningError with `code` otherwise."""
    parts = text.strip().split("+", 4)
    if len(parts) != 5 or parts[:2] != ["PRIVATE", "KEY"]:
        raise SigningError(code, "this is no C2SP private key; it must begin with PRIVATE+KEY+")
    secret = decode_base64(parts[4], code, "the private key")
    if len(secret) != 33 or secret[:1] != kind:
        raise SigningError(code, f"the key is not an Ed25519 key of kind {kind[0]}")
    check_name(parts[2], code)
    private = Ed25519PrivateKey.from_private_bytes(secret[1:])
    if parts[3] != key_id(parts[2], private.public_key().public_bytes_raw(), kind).hex():
        raise SigningError(code, "the key does not fit its own key ID; the file is damaged")
    return parts[2], private


def dump_secret(name: str, private: Ed25519PrivateKey, kind: bytes) -> str:
    """Write a secret key as one line, `PRIVATE+KEY+<name>+<key ID>+<base64>`."""
    secret = base64.b64encode(kind + private.private_bytes_raw()).decode("ascii")
    return f"PRIVATE+KEY+{name}+{key_id(name, private.public_key().public_bytes_raw(), kind).hex()}+{secret}\n"


def sign_note(text: str, *keys: LogKey) -> str:
    """Sign a text that ends in a newline, and give the whole note: a line for each key, in that order."""
    if not text.endswith("\n") or _has_controls(text):
        raise ValueError("a note's text ends in a newline and has no other control characters")
    lines = (write_line(key.origin, key.key_id, key.sign(text.encode("utf-8"))) for key in keys)
    return f"{text}\n{''.join(lines)}"


def write_line(name: str, id: bytes, signature: bytes) -> str:
    """Write a signature line, with its newline."""
    return f"— {name} {base64.b64encode(id + signature).decode('ascii')}\n"


def split_note(note: str) -> tuple[str, tuple[Line, ...]]:
    """Give a note's text (final newline included) and its signature lines, unverified; Invalid `note-malformed`."""
    if len(note) > MAX_NOTE_BYTES or _has_controls(note):
        raise Invalid("note-malformed", "the signed note is too long or has control characters in it")
    text, separator, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if not separator or lines.pop() or not 0 < len(lines) <= MAX_LINES:
        raise Invalid(
            "note-malformed", "a signed note is a text, an empty line and signature lines; found another form"
        )
    return text + "\n", tuple(map(parse_line, lines))


def verify_note(note: str, *vkeys: str) -> str:
    """Check a note that these keys alone signed, in this order, and give its text (final newline included); Invalid
    otherwise.
    """
    text, lines = split_note(note)
    if len(lines) != len(vkeys):
        raise Invalid("note-malformed", f"the note has {len(lines)} signature lines, expected {len(vkeys)}")
    for line, vkey in zip(lines, vkeys, strict=True):
        verify_line(line, read_vkey(vkey), text.encode("utf-8"))
    return text


def verify_line(line: Line, key: VerifierKey, message: bytes, prefix: int = 0) -> None:
    """Check that the key signed the message; Invalid `note-key` or `note-signature` otherwise.

    `prefix`: bytes of the signature's field that come before the signature's own 64.
    """
    if (line.name, line.key_id) != (key.name, key.key_id) or len(line.signature) != prefix + 64:
        raise Invalid("note-key", f"the note is not signed by the expected key {key.name}+{key.key_id.hex()}")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(line.signature[prefix:], message)
    except (InvalidSignature, ValueError) as error:
        raise Invalid("note-signature", f"the signature of {key.name} does not fit the note's text") from error


def decode_base64(text: str, code: str, what: str) -> bytes:
    """Read standard base64 (RFC 4648 §4) that has one spelling only; Invalid with `code` otherwise."""
    try:
        content = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid(code, f"{what} is not base64") from error
    # Unused bits of the last character would give one value many spellings (RFC 4648 §3.5).
    if base64.b64encode(content).decode("ascii") != text:
        raise Invalid(code, f"{what} is not written in canonical base64")
    return content


def check_name(name: str, code: str) -> None:
    """Raise SigningError with `code` unless the name may stand in a note."""
    if not _NAME.fullmatch(name):
        raise SigningError(code, "the name of a log or a witness is not empty and has no spaces nor a plus sign")


def key_id(name: str, public: bytes, kind: bytes) -> bytes:
    """Give the four bytes that, with the name, say which key signed (c2sp.org/signed-note)."""
    return hashlib.sha256(name.encode("utf-8") + b"\n" + kind + public).digest()[:4]


def parse_line(written: str) -> Line:
    """Read a signature line without its newline; Invalid `note-malformed` otherwise. Nothing is verified."""
    dash, _, rest = written.partition(" ")
    name, _, encoded = rest.partition(" ")
    blob = decode_base64(encoded, "note-malformed", "the signature")
    if dash != "—" or not _NAME.fullmatch(name) or len(blob) < 5:
        raise Invalid("note-malformed", "a signature line is a dash, a name and base64; found another form")
    return Line(name=name, key_id=blob[:4], signature=blob[4:])


def _code(kind: bytes) -> str:
    return "log-key" if kind == ED25519 else "witness-key"


def _has_controls(text: str) -> bool:
    """Or lone surrogates, which no UTF-8 has."""
    return any((ord(each) < 0x20 and each != "\n") or 0xD800 <= ord(each) <= 0xDFFF for each in text)
