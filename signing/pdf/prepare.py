"""Prepare a PDF for a signature on the server, and put the signature in when the officer's machine has made it.

Three processes: `prepare` (server), `signing.pdf.sign.sign_pdf` (where the key is), `embed` (server). Between them goes
nothing but the bytes of the PDF and of the CMS; each side reads them anew.
"""

from datetime import datetime
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_string
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.pdf_byterange import PdfSignedData

from signing.errors import Invalid
from signing.pdf.byte_range import Hole, prepared_hole
from signing.pdf.fields import field_named, open_signature_fields, purpose_of, time_text
from signing.pdf.lock import check_unlocked
from signing.pdf.look import check_look
from signing.pdf.reading import check_plain, closed, read_pdf
from signing.pdf.update import Update, dictionary, name, number

RESERVE = 12 * 1024
"""Bytes kept for a signature: certificates of four authorities with RSA-4096 and a time stamp fit."""


@closed
def prepare(
    pdf: bytes,
    *,
    field: str,
    permits: frozenset[str] | None,
    look: bytes | None,
    at: datetime,
    reserve: int = RESERVE,
) -> bytes:
    """Append an empty signature to the field: the same input, the same bytes. Raises Invalid.

    `permits`: the text fields that may still be filled afterwards; signature fields that are empty now may be signed,
    too. None: nothing may. `look`: a one-page PDF of the field's size, drawn in the field. `at` (aware): the time that
    the signature claims.
    """
    purpose_of(field)
    if at.tzinfo is None:
        raise Invalid("time-naive", "a PDF cannot be signed at a time without a zone")
    check_plain(read_pdf(pdf))
    update = Update(pdf)
    widget = field_named(update.root, field)
    if "/V" in widget:
        raise Invalid("pdf-signed", f"the field {field} holds a signature already; a field is signed once")
    check_unlocked(update.root, field)
    locked = None if permits is None else permits | (set(open_signature_fields(update.root)) - {field})
    signature = PdfSignedData(name("Sig"), SigSeedSubFilter.PADES, bytes_reserved=2 * reserve)
    signature[name("M")] = pdf_string(time_text(at))
    signature[name("Reference")] = _reference(update, locked)
    widget[name("V")] = update.add_object(signature)
    if look is not None:
        widget[name("AP")] = dictionary(N=_imported(update, look))
        check_look(widget)
        widget["/AP"]["/N"][name("BBox")] = _box_of(widget)
    update.mark_update(widget.container_ref)
    written = update.bytes_for(f"sign {field} {sorted(locked or ())} {time_text(at)} {reserve}")
    return with_range(written, signature)


def _reference(update: Update, permitted: frozenset[str] | None) -> Any:
    """Lock all fields but those permitted (ISO 32000-2 §12.8.2.4)."""
    parameters = dictionary(Type=name("TransformParams"), V=name("1.2"), Action=name("All"))
    if permitted is not None:
        parameters[name("Action")] = name("Exclude")
        parameters[name("Fields")] = generic.ArrayObject(pdf_string(item) for item in sorted(permitted))
    catalog = generic.IndirectObject(update.root_ref.idnum, update.root_ref.generation, update)
    reference = dictionary(
        Type=name("SigRef"), TransformMethod=name("FieldMDP"), TransformParams=parameters, Data=catalog
    )
    return generic.ArrayObject([reference])


def _imported(update: Update, look: bytes) -> Any:
    page = read_pdf(look)
    check_plain(page)
    if int(page.root["/Pages"]["/Count"]) != 1:
        raise Invalid("pdf-look", "the appearance of a signature must be a PDF of one page")
    return update.import_page_as_xobject(page)


def _box_of(widget: Any) -> Any:
    """The field's own size, to the thousandth: EU DSS calls another one, however close, an undefined modification."""
    left, bottom, right, top = map(float, widget["/Rect"])
    return generic.ArrayObject(map(number, (0, 0, right - left, top - bottom)))


def with_range(written: bytes, signature: Any) -> bytes:
    """Write into the file which bytes of it the signature covers."""
    stream = BytesIO(written)
    start, end = signature.contents.offsets
    signature.byte_range.fill_offsets(stream, start, end, len(written))
    return stream.getvalue()


@closed
def embed(prepared: bytes, cms: bytes, field: str) -> bytes:
    """Put the CMS (DER) into the place prepared for it; Invalid `signature-too-large` where it does not fit."""
    return embed_in(prepared, prepared_hole(prepared, field), cms)


def embed_in(prepared: bytes, hole: Hole, contents: bytes) -> bytes:
    """Put contents into a hole, zeros behind them."""
    if len(contents) > hole.room:
        raise Invalid("signature-too-large", f"a signature of {len(contents)} bytes; the PDF has room for {hole.room}")
    padded = contents.hex().upper().ljust(2 * hole.room, "0").encode()
    return prepared[: hole.start + 1] + padded + prepared[hole.end - 1 :]
