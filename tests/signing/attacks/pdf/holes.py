"""The signature does not cover what it seems to: holes, wrapping, padding. The signer may be in it."""

import re

from signing.pdf.byte_range import prepared_hole
from signing.pdf.prepare import prepare
from tests.pki import NOW
from tests.signing.attacks.pdf.attack import attack, insider, signed_over, swapped
from tests.signing.pdfs import HEAD, PERMITS, by_head, letter, sealed

_RANGE = re.compile(rb"/ByteRange \[[0-9 ]+\] *")


def _prepared() -> bytes:
    return prepare(letter(), field=HEAD, permits=PERMITS, look=None, at=NOW)


def _with_range(numbers: list[int]) -> bytes:
    """Sign over whatever range of an honestly prepared file."""
    prepared = _prepared()
    hole = prepared_hole(prepared, HEAD)
    place = list(_RANGE.finditer(prepared))[-1]
    text = b"/ByteRange [%s]" % b" ".join(b"%d" % number for number in numbers)
    changed = prepared[: place.start()] + text.ljust(place.end() - place.start()) + prepared[place.end() :]
    content = b"".join(changed[at : at + size] for at, size in zip(numbers[::2], numbers[1::2], strict=True))
    return signed_over(changed, hole, content)


def _range() -> tuple[int, int, int]:
    prepared = _prepared()
    hole = prepared_hole(prepared, HEAD)
    return hole.start, hole.end, len(prepared)


@attack("pdf-byte-range", twin=by_head)
def hole_wider_than_the_signature() -> bytes:
    start, end, size = _range()
    return _with_range([0, start, end + 40, size - end - 40])


@attack("pdf-byte-range", twin=by_head)
def hole_wider_at_its_front() -> bytes:
    start, end, size = _range()
    return _with_range([0, start - 9, end, size - end])


@attack("pdf-byte-range", twin=by_head)
def two_holes() -> bytes:
    start, end, size = _range()
    return _with_range([0, start, end, 20, end + 60, size - end - 60])


@attack("pdf-byte-range", "pdf-malformed", twin=by_head)
def range_that_ends_early() -> bytes:
    start, end, size = _range()
    return _with_range([0, start, end, size - end - 30])


@attack("pdf-byte-range", twin=by_head)
def range_that_begins_late() -> bytes:
    start, end, size = _range()
    return _with_range([9, start - 9, end, size - end])


@attack("pdf-byte-range", twin=by_head)
def range_over_the_whole_file() -> bytes:
    start, _, size = _range()
    return _with_range([0, start, start, size - start])


@attack("pdf-byte-range")
def signature_wrapped() -> bytes:
    """The organ's dictionary names the place of the head's, whose contents it carries."""
    pdf = sealed()
    head, organ = list(_RANGE.finditer(pdf))[-2:]
    size = organ.end() - organ.start()
    return pdf[: organ.start()] + head[0].ljust(size)[:size] + pdf[organ.end() :]


@attack("pdf-padding", twin=sealed)
def padding_filled() -> bytes:
    return swapped(sealed(), b"0" * 64 + b">", b"41" * 32 + b">")


@attack("pdf-byte-range")
def signature_in_small_letters() -> bytes:
    at = sealed().rindex(b"/Contents <") + 11
    return sealed()[:at] + sealed()[at : at + 200].lower() + sealed()[at + 200 :]


@attack("pdf-signature-malformed", twin=by_head)
def another_kind_of_signature() -> bytes:
    return insider(letter(), change=lambda pdf: swapped(pdf, b"/ETSI.CAdES.detached", b"/adbe.pkcs7.detached"))
