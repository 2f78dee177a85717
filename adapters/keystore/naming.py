"""How a key is named: a file (`lan.p12`), or a key on a token by its labels (`pkcs11:token=…;object=…`).

A subset of RFC 7512, read strictly: what is not understood is refused, for a name that is read loosely finds another
key than the one that was meant. A PIN has no place in a name: names stand in shell histories and process lists.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from signing.errors import SigningError

SCHEME = "pkcs11:"
MAX_NAME = 1024
_PATH = {"token": "token", "serial": "serial", "object": "object", "id": "id", "type": "type"}
_QUERY = {"module-path": "module"}
_SAFE = "-._~"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileName:
    """A PKCS#12 file."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    @property
    def canonical(self) -> str:
        """The same for every way to write it."""
        return str(self.path.expanduser().resolve())


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenName:
    """A key on a token. `serial` tells tokens of one label apart, `id` (CKA_ID) keys of one label."""

    token: str | None = None
    serial: str | None = None
    object: str | None = None
    id: bytes | None = None
    module: str | None = None

    def __str__(self) -> str:
        parts = [
            f"{name}={quote(value, safe=_SAFE)}"
            for name, value in (("token", self.token), ("serial", self.serial), ("object", self.object))
            if value is not None
        ]
        if self.id is not None:
            parts.append("id=" + "".join(f"%{byte:02X}" for byte in self.id))
        query = f"?module-path={quote(self.module, safe='/' + _SAFE)}" if self.module else ""
        return SCHEME + ";".join(parts) + query

    @property
    def canonical(self) -> str:
        """The same for every way to write it."""
        return str(self)


KeyName = FileName | TokenName


def read_name(text: str) -> KeyName:
    """Read a key's name; SigningError `key-name` where it is none."""
    if not text.lower().startswith(SCHEME):
        return FileName(path=Path(text))
    if len(text) > MAX_NAME:
        raise _bad(f"it has {len(text)} characters; at most {MAX_NAME}")
    path, _, query = text[len(SCHEME) :].partition("?")
    found: dict[str, Any] = {**_attributes(path, ";", _PATH), **_attributes(query, "&", _QUERY)}
    if found.pop("type", "private") not in {"private", "cert"}:
        raise _bad("its type must be private or cert")
    if not found.keys() & {"token", "serial", "object", "id"}:
        raise _bad("it names neither token nor object")
    if "id" in found:
        found["id"] = unquote_to_bytes(found["id"])
    return TokenName(**found)


def _attributes(text: str, separator: str, known: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in text.split(separator) if text else ():
        name, equals, value = part.partition("=")
        if name in {"pin-value", "pin-source"}:
            raise _bad("a PIN has no place in it; it is asked, or read from --pin-file")
        if name not in known:
            raise _bad(f"{name[:40]!r} is not known here; known are {', '.join([*_PATH, *_QUERY])}")
        if not equals or not value or known[name] in found:
            raise _bad(f"{name} is empty, or stands twice")
        found[known[name]] = value if name == "id" else _plain(name, value)
        if name == "id":
            _decoded(name, value)
    return found


def _plain(name: str, value: str) -> str:
    try:
        text = _decoded(name, value).decode("utf-8")
    except UnicodeDecodeError:
        raise _bad(f"{name} is not UTF-8") from None
    if not text.isprintable():
        raise _bad(f"{name} holds control characters")
    return text


def _decoded(name: str, value: str) -> bytes:
    for piece in value.split("%")[1:]:
        if len(piece) < 2 or any(char not in "0123456789abcdefABCDEF" for char in piece[:2]):
            raise _bad(f"{name} holds a % that no two hex digits follow")
    return unquote_to_bytes(value)


def _bad(why: str) -> SigningError:
    # The name itself is not repeated: somebody may have written a PIN into it.
    return SigningError(
        "key-name", f"this is no name of a key on a token: {why}; write pkcs11:token=LABEL;object=LABEL"
    )
