"""Form fields of a letter: empty in the draft, filled or signed later, each by an incremental update.

Number and date follow the head's signature (NĐ 30/2020, Đ15), so the draft keeps text fields for them, and filling one
appends to the file: whatever was signed stays a byte prefix of the result. The filled text is typeset by the same press
as the letter and imported as the field's appearance, so that Vietnamese letters are embedded and can be extracted.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from adapters.letters.errors import LetterError
from adapters.letters.typeset import Box, typeset
from adapters.limits.limited import limited
from signing.errors import Invalid

__all__ = ["SIGNATURE", "Box", "add_fields", "fill_fields", "letter_date", "signing_places"]

PRINT, READ_ONLY, LOCKED = (
    4,
    1,
    128,
)  # ISO 32000-2 tables 167 and 227: PDF/A wants printed widgets; only the program fills them
SIGNATURE = "signature"  # the kind of a box in which a signature will stand
SIGNED, APPENDED = 1, 2  # ISO 32000-2 table 225: it has signature fields, and grows by appending alone
ALIGNMENTS = ("left", "center", "right")
FONTS = {"normal": "HosoSerif", "italic": "HosoSerif-Italic"}
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
TOO_LONG = "this field value is too long"
APPEARANCE = b"""
#let d = json("/data.json")
#set text(font: "Libertinus Serif", lang: "vi", top-edge: "baseline", bottom-edge: "baseline")
#for f in d.fields {
  set page(width: f.width * 1pt, height: f.height * 1pt, margin: 0pt, fill: none)
  set text(size: f.size * 1pt, style: f.style)
  let h = if f.align == "left" { left } else if f.align == "right" { right } else { center }
  context {
    let shrink = calc.min(1.0, f.width * 1pt / calc.max(measure(f.value).width, 0.1pt))
    assert(shrink >= 0.6, message: "this field value is too long")
    place(top + h, dy: f.height * 1pt - f.size * 0.35pt, text(size: f.size * shrink * 1pt, f.value))
  }
  pagebreak(weak: true)
}
"""


class _Update(IncrementalPdfFileWriter):  # type: ignore[misc]
    """An incremental update that depends on its input only: no clock in the metadata, no random file identifier."""

    def _update_meta(self) -> None:
        """Leave the metadata as the letter was made."""

    def bytes_for(self, content: str) -> bytes:
        """Write the update; the second file identifier comes from the file before and `content`."""
        before = self.prev.stream.getvalue()
        identifier = hashlib.sha256(before + content.encode()).digest()[:16]
        self._document_id[1] = generic.ByteStringObject(identifier)
        stream = BytesIO()
        self.write(stream)
        return stream.getvalue()


def letter_date(day: datetime) -> str:
    """The text of the `date` field as NĐ 30/2020, Phụ lục I, II.4 writes it: `ngày 02 tháng 01 năm 2026`."""
    # Days under 10 and the months January and February take a leading zero, the others do not.
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def add_fields(pdf: bytes, fields: Mapping[str, Box]) -> bytes:
    """Append empty fields at the given places, read-only text or signature; without any the letter stays as it is."""
    if not fields:
        return pdf
    writer = _open(pdf)
    references = [_add_field(writer, name, box) for name, box in sorted(fields.items())]
    form = generic.DictionaryObject({pdf_name("/Fields"): generic.ArrayObject(references)})
    if any(box.kind == SIGNATURE for box in fields.values()):
        form[pdf_name("/SigFlags")] = generic.NumberObject(SIGNED | APPENDED)
        writer.root[pdf_name("/Extensions")] = _extensions()
    writer.root[pdf_name("/AcroForm")] = writer.add_object(form)
    writer.update_root()
    return writer.bytes_for(repr(sorted(fields.items())))


def fill_fields(pdf: bytes, values: Mapping[str, str]) -> bytes:
    """Fill text fields in one incremental update: the result starts with `pdf`; only /V and /AP of them change.

    Raises `LetterError` (`letter-field`) if a field is missing, is no text field or is filled already, and
    (`pdf-malformed`) if the file cannot be read within the limits.
    """
    try:
        boxes = limited(_empty_boxes, pdf, sorted(values))
        return limited(_filled, pdf, dict(values), _appearances(boxes, values))
    except Invalid as error:
        raise LetterError(error.code, error.message) from error


def _empty_boxes(pdf: bytes, names: Sequence[str]) -> dict[str, Box]:
    writer = _open(pdf)
    return {name: _box(_empty_field(writer, name)) for name in names}


def _filled(pdf: bytes, values: Mapping[str, str], looks: bytes) -> bytes:
    """Fill the fields in the order of their names; `looks` has a page for each, in that order."""
    writer, pages = _open(pdf), PdfFileReader(BytesIO(looks))
    for page, name in enumerate(sorted(values)):
        widget = _empty_field(writer, name)
        look = writer.import_page_as_xobject(pages, page_ix=page)
        widget[pdf_name("/V")] = pdf_string(values[name])
        widget[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): look})
        writer.mark_update(widget.container_ref)
    return writer.bytes_for(repr(sorted(values.items())))


def _open(pdf: bytes) -> _Update:
    try:
        return _Update(BytesIO(pdf))
    except (PdfError, ValueError) as error:
        raise LetterError("letter-field", "the document is no readable PDF; make the letter again") from error


def signing_places(pdf: bytes) -> dict[str, Box]:
    """The empty signature fields of a document, with their sizes; none where it cannot be read, or is no letter.

    Raises Invalid `pdf-malformed` where reading it takes more than the limits: nobody can say what it is.
    """
    return limited(_signing_places, pdf)


def _signing_places(pdf: bytes) -> dict[str, Box]:
    try:
        root = PdfFileReader(BytesIO(pdf)).root
        entries = [entry.get_object() for entry in (root["/AcroForm"]["/Fields"] if "/AcroForm" in root else ())]
        empty = [field for field in entries if field.get("/FT") == "/Sig" and "/V" not in field]
        return {str(field["/T"]): _signing_box(field) for field in empty}
    except MemoryError:
        raise
    except Exception:
        # What an applicant uploads as a PDF breaks in every way; it has no place for us then.
        return {}


def _signing_box(field: Any) -> Box:
    left, bottom, right, top = (float(corner) for corner in field["/Rect"])
    width, height, look = round(right - left, 2), round(top - bottom, 2), str(field.get("/TU", ""))
    return Box(page=1, x=left, y=bottom, width=width, height=height, kind=SIGNATURE, look=look)


def _add_field(writer: _Update, name: str, box: Box) -> Any:
    page_reference, _ = writer.find_page_for_modification(box.page - 1)
    page = page_reference.get_object()
    top = float(page["/MediaBox"][3])
    corners = (box.x, top - box.y - box.height, box.x + box.width, top - box.y)
    field = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Widget"),
            pdf_name("/T"): pdf_string(name),
            pdf_name("/F"): generic.NumberObject(PRINT | (LOCKED if box.kind == SIGNATURE else 0)),
            pdf_name("/Rect"): generic.ArrayObject(generic.FloatObject(f"{corner:.3f}") for corner in corners),
            pdf_name("/P"): generic.IndirectObject(page_reference.idnum, page_reference.generation, writer),
            pdf_name("/AP"): generic.DictionaryObject({pdf_name("/N"): writer.add_object(_empty_look(box))}),
            **(_signature_entries(box) if box.kind == SIGNATURE else _text_entries(box)),
        }
    )
    reference = writer.add_object(field)
    writer.register_annotation(page_reference, reference)
    return reference


def _extensions() -> Any:
    """Say at once what signing would otherwise have to add to the catalog: PAdES (EN 319 142-1 §5.6)."""
    pades = {pdf_name("/BaseVersion"): pdf_name("/1.7"), pdf_name("/ExtensionLevel"): generic.NumberObject(1)}
    return generic.DictionaryObject({pdf_name("/ESIC"): generic.DictionaryObject(pades)})


def _text_entries(box: Box) -> dict[Any, Any]:
    return {
        pdf_name("/FT"): pdf_name("/Tx"),
        pdf_name("/Ff"): generic.NumberObject(READ_ONLY),
        pdf_name("/DA"): pdf_string(f"/{FONTS[box.style]} {box.size:g} Tf 0 g"),
        pdf_name("/Q"): generic.NumberObject(ALIGNMENTS.index(box.align)),
        # Means nothing beside a single look; but without it pyHanko 0.38 takes the look of a field that the organ's
        # signature locked for changed by every later update, be it only validation data.
        pdf_name("/AS"): pdf_name("/N"),
    }


def _signature_entries(box: Box) -> dict[Any, Any]:
    told = {pdf_name("/TU"): pdf_string(box.look)} if box.look else {}
    return {pdf_name("/FT"): pdf_name("/Sig"), **told}


def _empty_look(box: Box) -> Any:
    """Nothing, of that size: PDF/A wants an appearance of every field."""
    size = [generic.NumberObject(0), generic.NumberObject(0), *(_length(v) for v in (box.width, box.height))]
    entries = {
        pdf_name("/Type"): pdf_name("/XObject"),
        pdf_name("/Subtype"): pdf_name("/Form"),
        pdf_name("/BBox"): generic.ArrayObject(size),
        pdf_name("/Resources"): generic.DictionaryObject(),
    }
    empty = generic.StreamObject(entries, stream_data=b"")
    empty.compress()  # as what will be drawn there is: EU DSS calls a change of /Filter an undefined modification
    return empty


def _length(points: float) -> Any:
    return generic.FloatObject(f"{points:.3f}")


def _empty_field(writer: _Update, name: str) -> Any:
    entries = writer.root["/AcroForm"]["/Fields"] if "/AcroForm" in writer.root else ()
    found = {str(field["/T"]): field for field in (entry.get_object() for entry in entries)}
    if name not in found:
        names = ", ".join(sorted(found)) or "none"
        raise LetterError(
            "letter-field", f"the document has no field {name} (found: {names}); render it with this field"
        )
    if found[name]["/FT"] != "/Tx":
        raise LetterError("letter-field", f"field {name} is no text field; render the letter again")
    if "/V" in found[name]:
        raise LetterError("letter-field", f"field {name} is filled already; a number is given once, make a new letter")
    return found[name]


def _box(widget: Any) -> Box:
    """Read a field's place and look back from what `add_fields` wrote."""
    left, bottom, right, top = (float(corner) for corner in widget["/Rect"])
    font, size, *_ = str(widget["/DA"]).split()
    styles = {f"/{name}": style for style, name in FONTS.items()}
    return Box(
        page=1,
        x=left,
        y=bottom,
        width=right - left,
        height=top - bottom,
        size=float(size),
        style=styles.get(font, "normal"),
        align=ALIGNMENTS[int(widget["/Q"])],
    )


def _appearances(boxes: Mapping[str, Box], values: Mapping[str, str]) -> bytes:
    """One page for each field, in the order of `boxes`, with the value typeset as the letter is."""
    wanted = [
        {
            "width": b.width,
            "height": b.height,
            "size": b.size,
            "style": b.style,
            "align": b.align,
            "value": values[name],
        }
        for name, b in boxes.items()
    ]
    try:
        made = typeset("appearance.typ", {"appearance.typ": APPEARANCE}, {"fields": wanted}, at=EPOCH, tags=False)
    except LetterError as error:
        if TOO_LONG not in error.message:
            raise
        names = ", ".join(boxes)
        raise LetterError(
            "letter-field", f"a value is too long for its field ({names}); shorten it or widen it"
        ) from None
    return made.content
