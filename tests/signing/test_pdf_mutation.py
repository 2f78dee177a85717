"""Any byte changed in a signed PDF is refused, its padding and the loose parts of its CMS included."""

import random

import pytest

from signing.errors import Invalid, Undecidable
from signing.pdf.byte_range import contents_of, hole_of, unpadded
from signing.pdf.reading import read_pdf
from signing.pdf.revisions import signed_fields
from signing.pdf.verify import verify_pdf
from tests.pki import NOW, trust
from tests.signing.pdfs import HEAD, by_head, extended, sealed


def refused(pdf: bytes, position: int, dice: random.Random) -> bool:
    """Change one byte, of a hexadecimal string into another of its digits, and verify."""
    damaged = bytearray(pdf)
    digits = b"0123456789ABCDEF"
    others = digits if pdf[position] in digits else bytes(range(256))
    damaged[position] = dice.choice([other for other in others if other != pdf[position]])
    try:
        verify_pdf(bytes(damaged), trust=trust(), at=NOW, accepted=None)
    except (Invalid, Undecidable):
        return True
    return False


def places(pdf: bytes, field: str) -> tuple[range, range]:
    """The signature dictionary with what its contents say, and its padding."""
    reader = read_pdf(pdf)
    value = signed_fields(reader)[field]
    hole = hole_of(pdf, reader, value)
    end = hole.start + 1 + 2 * len(unpadded(contents_of(value)))
    return range(hole.start - 40, end), range(end, hole.end)


def test_a_changed_byte_is_refused():
    """A sample over the whole file, and more of it where the signature stands."""
    dice, pdf = random.Random(11), by_head()
    said, padding = places(pdf, HEAD)
    chosen = [*dice.sample(said, 45), *dice.sample(padding, 10), *dice.sample(range(len(pdf)), 45)]
    assert [at for at in chosen if not refused(pdf, at, dice)] == []


@pytest.mark.parametrize(("pdf", "field"), [(sealed, "sign-organ-van-thu"), (extended, "stamp-1")])
def test_a_changed_byte_of_the_last_place_is_refused(pdf, field):
    """Nothing else covers the place of the last signature, or of the last stamp."""
    dice = random.Random(12)
    said, padding = places(pdf(), field)
    chosen = [*dice.sample(said, 25), *dice.sample(padding, 5)]
    assert [at for at in chosen if not refused(pdf(), at, dice)] == []


@pytest.mark.nightly
@pytest.mark.parametrize(("pdf", "field"), [(by_head, HEAD), (sealed, "sign-organ-van-thu"), (extended, "stamp-1")])
def test_no_changed_byte_at_all_is_accepted(pdf, field):
    """Every byte of the last signature, and a close sample of the rest."""
    dice, content = random.Random(13), pdf()
    said, padding = places(content, field)
    chosen = [*said, *padding[::50], *range(0, len(content), 89)]
    assert [at for at in chosen if not refused(content, at, dice)] == []
