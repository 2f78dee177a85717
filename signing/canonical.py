"""Canonical JSON (RFC 8785): one value, one sequence of bytes, so that a hash of the bytes is a hash of the value.

Invariant: `parse_canonical(canonical(value)) == value` for every JSON value, and `parse_canonical` refuses every other
sequence of bytes, so nobody can make two encodings of one record.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import NoReturn

import rfc8785

from signing.errors import Invalid

MAX_BYTES = 1 << 20
MAX_DEPTH = 32
_SAFE_INTEGER = 2**53 - 1


def canonical(value: object) -> bytes:
    """Encode a JSON value (None, bool, int, float, str, sequence, mapping with text keys); Invalid for others."""
    try:
        encoded: bytes = rfc8785.dumps(_plain(value, MAX_DEPTH))
    except (ValueError, TypeError, RecursionError) as error:
        raise Invalid("json-value", f"a value cannot be written as canonical JSON (RFC 8785): {error}") from error
    if len(encoded) > MAX_BYTES:
        raise Invalid("json-too-large", f"canonical JSON of {len(encoded)} bytes; at most {MAX_BYTES} are accepted")
    return encoded


def parse_canonical(encoded: bytes) -> object:
    """Read JSON that must be canonical already: Invalid for a repeated key, another order, spaces, over 1 MiB."""
    if len(encoded) > MAX_BYTES:
        raise Invalid("json-too-large", f"JSON of {len(encoded)} bytes; at most {MAX_BYTES} are accepted")
    try:
        value: object = json.loads(
            encoded.decode("utf-8"), object_pairs_hook=_unique, parse_int=_number, parse_constant=_refuse_constant
        )
        again = canonical(value)
    except (ValueError, RecursionError) as error:
        raise Invalid("json-malformed", "this is not JSON text; nothing of it was read") from error
    if again != encoded:
        raise Invalid("json-not-canonical", "the JSON is not in canonical form (RFC 8785); write it with canonical()")
    return value


def sha256_hex(content: bytes) -> str:
    """SHA-256 as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def _plain(value: object, depth: int) -> object:
    """Turn mappings and sequences into dict and list, so that frozen views encode like what they show."""
    if depth < 0:
        raise ValueError(f"nested deeper than {MAX_DEPTH}")
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("an object's keys must be text")
        return {key: _plain(item, depth - 1) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return [_plain(item, depth - 1) for item in value]
    raise TypeError(f"{type(value).__name__} is not a JSON type")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    items = dict(pairs)
    if len(items) != len(pairs):
        raise Invalid("json-duplicate-key", "a JSON object names a key twice; each key may stand once")
    return items


def _number(digits: str) -> int | float:
    # RFC 8785 §3.2.2.3: numbers are IEEE 754 doubles; 1e20 is written in digits only and must come back as it was.
    return int(digits) if len(digits) <= 17 and abs(int(digits)) <= _SAFE_INTEGER else float(digits)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
