"""Signature fields: their names, their places, and how a letter gets one before anybody signs.

A signature field is named `sign-<purpose>-<role>`: whoever looks at the file knows what a signature in it means, and
the verifier knows which lock it must carry.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Protocol

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_string

from signing.errors import Invalid
from signing.pdf.reading import closed
from signing.pdf.update import Update, dictionary, name, number

PRINT_AND_LOCKED = 4 | 128  # ISO 32000-2 table 167: printed (PDF/A wants it), neither moved nor deleted in a viewer
SIGNATURES_EXIST, APPEND_ONLY = 1, 2  # table 225
MAX_FIELDS = 64
SIGNATURE_FIELD, STAMP_FIELD = "sign-", "stamp-"
_NAME = re.compile(r"sign-(initial|approval|organ)-[a-z0-9][a-z0-9-]{0,47}")
_TIME = re.compile(r"D:(\d{14})Z")


class Place(Protocol):
    """Where a field stands: page (from 1), then left, top, width and height in points from the page's top left."""

    @property
    def page(self) -> int: ...  # noqa: D102
    @property
    def x(self) -> float: ...  # noqa: D102
    @property
    def y(self) -> float: ...  # noqa: D102
    @property
    def width(self) -> float: ...  # noqa: D102
    @property
    def height(self) -> float: ...  # noqa: D102


def purpose_of(field: str) -> str:
    """Say what a signature in this field means: `initial`, `approval` or `organ`; Invalid `pdf-field-name`."""
    found = _NAME.fullmatch(field)
    if found is None:
        raise Invalid("pdf-field-name", f"the signature field {field[:64]!r} is not named sign-<purpose>-<role>")
    return found[1]


@closed
def add_signature_field(pdf: bytes, field: str, box: Place) -> bytes:
    """Append an empty, visible signature field; do it before anybody signs. Raises Invalid."""
    purpose_of(field)
    update = Update(pdf)
    if any(found == field for found, _ in form_fields(update.root)):
        raise Invalid("pdf-field-name", f"the PDF has a field {field} already; name each field once")
    page_reference, _ = update.find_page_for_modification(box.page - 1)
    top = float(page_reference.get_object()["/MediaBox"][3])
    corners = (box.x, top - box.y - box.height, box.x + box.width, top - box.y)
    page = generic.IndirectObject(page_reference.idnum, page_reference.generation, update)
    widget = dictionary(
        Type=name("Annot"),
        Subtype=name("Widget"),
        FT=name("Sig"),
        T=pdf_string(field),
        F=generic.NumberObject(PRINT_AND_LOCKED),
        Rect=generic.ArrayObject(map(number, corners)),
        P=page,
        AP=dictionary(N=update.add_object(_blank(box.width, box.height))),
    )
    reference = update.add_object(widget)
    update.register_annotation(page_reference, reference)
    _enter(update, reference)
    return update.bytes_for(f"field {field} {box.page} {corners}")


def _blank(width: float, height: float) -> Any:
    look = dictionary(
        Type=name("XObject"),
        Subtype=name("Form"),
        BBox=generic.ArrayObject([generic.NumberObject(0), generic.NumberObject(0), number(width), number(height)]),
        Resources=dictionary(),
    )
    blank = generic.StreamObject(look, stream_data=b"")
    blank.compress()  # as what will be drawn there is: EU DSS calls a change of /Filter an undefined modification
    return blank


def _enter(update: Update, reference: Any) -> None:
    """Enter the field in the form, and say all that signing would otherwise have to change in the catalog."""
    if "/AcroForm" not in update.root:
        update.root[name("AcroForm")] = update.add_object(dictionary(Fields=generic.ArrayObject()))
    form = update.root["/AcroForm"]
    form["/Fields"].append(reference)
    form[name("SigFlags")] = generic.NumberObject(SIGNATURES_EXIST | APPEND_ONLY)
    update.update_container(form["/Fields"])
    update.update_container(form)
    # PAdES signatures are an extension of PDF 1.7 (EN 319 142-1 §5.6).
    extension = dictionary(BaseVersion=name("1.7"), ExtensionLevel=generic.NumberObject(1))
    update.root[name("Extensions")] = dictionary(ESIC=extension)
    update.update_root()


def form_fields(root: Any) -> Iterator[tuple[str, Any]]:
    """Give each form field's name and dictionary: texts, signatures, stamps; Invalid `pdf-form` for all others."""
    if "/AcroForm" not in root:
        return
    entries = root["/AcroForm"]["/Fields"]
    if len(entries) > MAX_FIELDS:
        raise Invalid("pdf-form", f"the PDF has {len(entries)} form fields; at most {MAX_FIELDS} are read")
    seen: set[str] = set()
    for entry in entries:
        field = entry.get_object()
        found = str(field["/T"])
        if "/Kids" in field or "/Parent" in field or found in seen or "." in found:
            raise Invalid("pdf-form", f"the form field {found[:64]!r} stands twice, or in a tree of fields")
        if field["/FT"] != ("/Sig" if found.startswith((SIGNATURE_FIELD, STAMP_FIELD)) else "/Tx"):
            raise Invalid("pdf-form", f"the form field {found[:64]!r} is of another kind than its name says")
        seen.add(found)
        yield found, field


def field_named(root: Any, field: str) -> Any:
    """Give the signature field of this name; Invalid `pdf-field-missing` where there is none."""
    for found, widget in form_fields(root):
        if found == field and widget["/FT"] == "/Sig":
            return widget
    raise Invalid("pdf-field-missing", f"the PDF has no signature field {field}; give its letter the place to sign")


def open_signature_fields(root: Any) -> list[str]:
    """Name the signature fields in which nobody has signed, in order."""
    return sorted(found for found, field in form_fields(root) if field["/FT"] == "/Sig" and "/V" not in field)


def time_text(at: datetime) -> str:
    """Write a time as a PDF does: `D:20261121083000Z`, whole seconds of UTC."""
    return f"D:{at.astimezone(UTC):%Y%m%d%H%M%S}Z"


def read_time(text: str) -> datetime:
    """Read what `time_text` writes, and nothing else; Invalid `pdf-signature-malformed`."""
    found = _TIME.fullmatch(text)
    try:
        if found:
            return datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        pass
    raise Invalid("pdf-signature-malformed", "the PDF signature does not tell its time (/M) in UTC")
