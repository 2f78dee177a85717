"""Real letters with places to sign, and what people do to them, for tests of PDF signatures."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from adapters.letters.fields import fill_fields
from adapters.letters.render import render
from adapters.letters.typeset import typeset
from signing.pdf.byte_range import covered
from signing.pdf.check import check_prepared
from signing.pdf.extend import extend
from signing.pdf.fields import add_signature_field
from signing.pdf.prepare import embed, prepare
from signing.pdf.sign import sign_pdf
from tests.pki import NOW, Person, known, trust
from tests.stamps import honest

CLERK, HEAD, ORGAN = "sign-approval-ho-tich", "sign-approval-lanh-dao", "sign-organ-van-thu"
PERMITS = frozenset({"number", "date"})
VALUES = {"number": "12/TLKT-BS", "date": "Hà Nội, ngày 21 tháng 11 năm 2026"}
LETTER = """
#import "hoso.typ": *
#show: letter.with(title: "Công văn")
Số: #field("number", width: 60pt, align: "left")
#field("date", width: 180pt, style: "italic")

Trích lục khai tử: Nguyễn Văn Ánh.
"""
LOOK = """
#set page(width: 120pt, height: 60pt, margin: 4pt, fill: none)
#set text(fill: blue, lang: "vi")
Nguyễn Thị Hương
"""


@dataclass(frozen=True, kw_only=True)
class Place:
    page: int = 1
    x: float
    y: float
    width: float
    height: float


PLACES = {
    CLERK: Place(x=80, y=500, width=120, height=60),
    HEAD: Place(x=380, y=500, width=120, height=60),
    ORGAN: Place(x=340, y=480, width=100, height=100),
}


@cache
def letter(*fields: str) -> bytes:
    """Make a letter with its text fields and these signature fields; all three without any."""
    pdf = render("a.typ", {"a.typ": LETTER.encode()}, {}, at=NOW, fields=("number", "date"))
    for field in fields or (CLERK, HEAD, ORGAN):
        pdf = add_signature_field(pdf, field, PLACES[field])
    return pdf


def plain(field: str, place: Place) -> bytes:
    """Make a letter with its text fields and one place to sign."""
    pdf = render("a.typ", {"a.typ": LETTER.encode()}, {}, at=NOW, fields=("number", "date"))
    return add_signature_field(pdf, field, place)


@cache
def look(source: str = LOOK) -> bytes:
    return typeset("look.typ", {"look.typ": source.encode()}, {}, at=NOW, tags=False).content


def sign(
    pdf: bytes,
    field: str,
    who: Person,
    *,
    permits: frozenset[str] | None = PERMITS,
    drawn: bytes | None = None,
    at: datetime = NOW,
) -> bytes:
    """Sign as three processes do: prepare, check and sign, embed."""
    prepared = prepare(pdf, field=field, permits=permits, look=drawn, at=at)
    assert check_prepared(pdf, prepared, field=field, permits=permits) == at
    assert len(covered(prepared, field)) == 32
    return embed(prepared, sign_pdf(prepared, who.key, field=field, at=at), field)


def seal(pdf: bytes, who: Person | None = None, *, at: datetime = NOW) -> bytes:
    """Sign for the organ: everything is locked."""
    return sign(pdf, ORGAN, who or known("seal"), permits=None, at=at)


@cache
def by_head() -> bytes:
    """The letter, signed by its head; number and date are still empty."""
    return sign(letter(), HEAD, known("otto"), drawn=look())


@cache
def numbered() -> bytes:
    return fill_fields(by_head(), VALUES)


@cache
def sealed() -> bytes:
    """The whole story: head, number and date, organ."""
    return seal(numbered())


@cache
def extended() -> bytes:
    """The whole story, extended to B-LTA: as it leaves."""
    return extend(sealed(), trust=trust(), stamp=honest().stamp)
