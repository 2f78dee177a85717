"""How a signature looks on the page: the picture that a PDF viewer shows in its field, as NĐ 30/2020 wants it.

The head's is their own image in blue; the agency's is its seal in red, in true size; that on a separate appendix and on
a digital copy is text alone. Each is a PDF of one page, of the size of its field, typeset by the press that makes
letters; the same input gives the same bytes. The decree asks for Times New Roman; what is embedded here is Libertinus
Serif, which may be given away with a document and looks much like it.
"""

from datetime import datetime
from pathlib import Path

from adapters.letters.typeset import Box, typeset
from engine.calendar import VIETNAM

TEMPLATE = Path(__file__).with_name("looks.typ")
POINTS_PER_MM = 72 / 25.4
COPIES = {"sao-y": "SAO Y", "sao-luc": "SAO LỤC", "trich-sao": "TRÍCH SAO"}


def head_look(box: Box, *, name: str, image: bytes | None, at: datetime) -> bytes:
    """The signature of a person: their image, or their name in blue where no image is known."""
    if image is not None:
        return _look(box, "image", at=at, image=image)
    return _look(box, "name", at=at, name=name, lines=["Đã ký số", iso_time(at)])


def organ_look(box: Box, *, agency: str, image: bytes | None, diameter_mm: int, at: datetime) -> bytes:
    """The agency's signature: its seal in true size, or its name in a red ring where no image is known."""
    if image is not None:
        return _look(box, "seal", at=at, image=image, diameter=diameter_mm * POINTS_PER_MM)
    return _look(box, "organ", at=at, lines=[agency, "đã ký số"])


def appendix_look(box: Box, *, number: str, symbol: str, at: datetime) -> bytes:
    """The agency's signature on an appendix in a file of its own, top right of its first page: no image."""
    return _look(box, "text", at=at, lines=[f"Số, ký hiệu: {number}/{symbol}", f"Thời gian ký: {iso_time(at)}"])


def copy_look(box: Box, *, form: str, agency: str, at: datetime) -> bytes:
    """The agency's signature on a digital copy, top right of its first page. `form`: a key of `COPIES`."""
    return _look(box, "text", at=at, lines=[COPIES[form], agency, f"Thời gian ký: {iso_time(at)}"])


def iso_time(at: datetime) -> str:
    """A time as the decree writes it: ISO 8601 in Vietnam's zone, `2026-11-21T15:30:00+07:00`."""
    return at.astimezone(VIETNAM).replace(microsecond=0).isoformat()


def _look(box: Box, kind: str, *, at: datetime, image: bytes | None = None, **data: object) -> bytes:
    files = {"looks.typ": TEMPLATE.read_bytes(), **({"image.png": image} if image is not None else {})}
    given = {"kind": kind, "width": box.width, "height": box.height, "lines": [], **data}
    return typeset("looks.typ", files, given, at=at, tags=False).content
