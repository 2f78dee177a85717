"""What bytes of a PDF a signature covers: all but one hole, which holds nothing but the signature.

A hole that is wider than its contents, two holes, or a hole beside the dictionary that names it would each leave room
that no signature covers, so the range is read strictly and the padding must be zeros.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from asn1crypto.core import Sequence
from pyhanko.pdf_utils import generic

from signing.errors import Invalid
from signing.pdf.fields import field_named
from signing.pdf.reading import closed, read_pdf

MAX_RESERVE = 256 * 1024
_HEX = re.compile(rb"[0-9A-F]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """Where the signature stands in the file: the offsets of `<`, after `>`, and of the end of what it covers."""

    start: int
    end: int
    covered_to: int

    @property
    def room(self) -> int:
        """How many bytes of signature fit."""
        return (self.end - self.start - 2) // 2


def hole_of(pdf: bytes, reader: Any, signature: Any) -> Hole:
    """Read the hole of a signature dictionary; Invalid `pdf-byte-range` unless it is the one place of its contents."""
    numbers = list(signature["/ByteRange"])
    if len(numbers) != 4 or any(not isinstance(item, generic.NumberObject) for item in numbers):
        raise _odd("is not made of two parts")
    first, start, end, rest = (int(item) for item in numbers)
    hole = Hole(start=start, end=end, covered_to=end + rest)
    if first != 0 or not 0 < start < end - 2 < end < hole.covered_to <= len(pdf) or hole.room > MAX_RESERVE:
        raise _odd("does not lie within the file")
    if pdf[start : start + 1] != b"<" or pdf[end - 1 : end] != b">" or not _HEX.fullmatch(pdf, start + 1, end - 1):
        raise _odd("leaves out more than the signature")
    # The hole must be the contents of this very dictionary: another one could name somebody else's.
    at = reader.xrefs[signature.container_ref]
    if not isinstance(at, int) or not 0 <= at < start:
        raise _odd("leaves out another place than the signature's")
    head = pdf[at:start]
    if not re.match(rb"\d+ \d+ obj\s*<<", head) or not head.endswith(b"/Contents ") or head.count(b"/Contents") != 1:
        raise _odd("leaves out another place than the signature's")
    if b"endobj" in head or b"stream" in head or contents_of(signature) != bytes.fromhex(_inside(pdf, hole).decode()):
        raise _odd("leaves out another place than the signature's")
    return hole


def contents_of(signature: Any) -> bytes:
    """Give the bytes in the contents of a signature dictionary, padding included."""
    value = signature.raw_get("/Contents")
    return bytes(value.original_bytes)


def bytes_covered(pdf: bytes, hole: Hole) -> bytes:
    """Give the bytes that a signature in the hole is over."""
    return pdf[: hole.start] + pdf[hole.end : hole.covered_to]


def unpadded(contents: bytes) -> bytes:
    """Give the one DER structure in the contents; Invalid `pdf-padding` unless nothing but zeros follows it."""
    length = len(Sequence.load(contents, strict=False).dump())
    if any(contents[length:]):
        raise Invalid("pdf-padding", "the PDF holds bytes behind a signature that nothing covers")
    return contents[:length]


def signature_in(root: Any, field: str) -> Any:
    """Give the signature dictionary of a field; Invalid `pdf-unsigned` where it is empty."""
    widget = field_named(root, field)
    if "/V" not in widget:
        raise Invalid("pdf-unsigned", f"nobody signed in the field {field}, and no signature is prepared there")
    return widget["/V"]


def prepared_hole(prepared: bytes, field: str) -> Hole:
    """Find the hole prepared for this field: at the end revision, covering the file to its end, all zeros."""
    reader = read_pdf(prepared)
    hole = hole_of(prepared, reader, signature_in(reader.root, field))
    if hole.covered_to != len(prepared):
        raise _odd("does not cover the file to its end")
    if _inside(prepared, hole).strip(b"0"):
        raise Invalid("pdf-signed", f"the field {field} holds a signature already; prepare the PDF again")
    return hole


@closed
def covered(prepared: bytes, field: str) -> bytes:
    """Hash what the signature prepared in this field is over: SHA-256, 32 bytes. Raises Invalid."""
    return hashlib.sha256(bytes_covered(prepared, prepared_hole(prepared, field))).digest()


def _inside(pdf: bytes, hole: Hole) -> bytes:
    return pdf[hole.start + 1 : hole.end - 1]


def _odd(what: str) -> Invalid:
    return Invalid("pdf-byte-range", f"the range of bytes that a PDF signature covers {what}")
