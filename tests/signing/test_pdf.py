"""After an approval only the number and the date may be filled in: every other change of a PDF is refused."""

from collections.abc import Callable
from contextlib import suppress
from io import BytesIO

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter

from signing.errors import Invalid
from signing.pdf.signed_additions import only_signed_additions

FIELDS = frozenset({"number", "date"})


class Update(IncrementalPdfFileWriter):
    def _update_meta(self) -> None:
        """Leave the metadata alone, as an honest numbering does."""


def draft(text: bytes = b"BT (Quyet dinh) Tj ET") -> bytes:
    writer = PdfFileWriter()
    content = writer.add_object(generic.StreamObject(stream_data=text))
    page = PageObject(contents=content, media_box=(0, 0, 595, 842))
    reference = writer.insert_page(page)
    fields = generic.ArrayObject()
    for name in ("number", "date", "other"):
        field = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Annot"),
                pdf_name("/Subtype"): pdf_name("/Widget"),
                pdf_name("/FT"): pdf_name("/Tx"),
                pdf_name("/T"): pdf_string(name),
                pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (10, 10, 90, 30))),
                pdf_name("/P"): reference,
            }
        )
        fields.append(writer.add_object(field))
    reference.get_object()["/Annots"] = generic.ArrayObject(fields)
    form = generic.DictionaryObject({pdf_name("/Fields"): fields})
    writer.root["/AcroForm"] = writer.add_object(form)
    return written(writer)


def written(writer) -> bytes:
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()


def update(before: bytes, change: Callable[[Update], None]) -> bytes:
    writer = Update(BytesIO(before))
    change(writer)
    return written(writer)


def fill(**values: str) -> Callable[[Update], None]:
    def change(writer: Update) -> None:
        for reference in writer.root["/AcroForm"].raw_get("/Fields", decrypt=generic.EncryptedObjAccess.RAW):
            field = reference.get_object()
            if field["/T"] in values:
                look = generic.StreamObject(
                    {
                        pdf_name("/Type"): pdf_name("/XObject"),
                        pdf_name("/Subtype"): pdf_name("/Form"),
                        pdf_name("/BBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 80, 20))),
                    },
                    stream_data=b"",
                )
                field["/V"] = pdf_string(values[field["/T"]])
                field["/AP"] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(look)})
                writer.mark_update(field.container_ref)

    return change


def repaint(writer: Update) -> None:
    page, _ = writer.find_page_for_modification(0)
    page.get_object()["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT (Bai bo) Tj ET"))
    writer.update_container(page.get_object())


def add_page(writer: Update) -> None:
    content = writer.add_object(generic.StreamObject(stream_data=b""))
    writer.insert_page(PageObject(contents=content, media_box=(0, 0, 595, 842)))


def open_action(writer: Update) -> None:
    script = {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): pdf_string("app.alert(1)")}
    writer.root["/OpenAction"] = generic.DictionaryObject(script)
    writer.update_root()


def orphan(writer: Update) -> None:
    fill(number="01")(writer)
    writer.add_object(generic.StreamObject(stream_data=b"hidden"))


def move_field(writer: Update) -> None:
    fill(number="01")(writer)
    field = writer.root["/AcroForm"]["/Fields"][0]
    field["/Rect"] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 595, 842)))


def test_filling_number_and_date_is_fine():
    """The two values may come at once or one after the other; nothing at all is fine too."""
    before = draft()
    only_signed_additions(before, before, FIELDS)
    only_signed_additions(before, update(before, fill(number="01", date="02/01")), FIELDS)
    only_signed_additions(before, update(update(before, fill(number="01")), fill(date="02/01")), FIELDS)


@pytest.mark.parametrize(
    "change",
    [repaint, add_page, open_action, orphan, move_field, fill(other="x"), fill(number="01", other="x")],
    ids=["page", "new-page", "script", "orphan", "moved-field", "other-field", "one-field-too-many"],
)
def test_every_other_change_is_refused(change):
    """Pages, scripts, hidden objects, other fields: refused, also when a permitted value comes with them or after."""
    before = draft()
    for after in (update(before, change), update(update(before, change), fill(date="02/01"))):
        with pytest.raises(Invalid) as found:
            only_signed_additions(before, after, FIELDS)
        assert found.value.code in {"pdf-active", "pdf-changed", "pdf-malformed"}


def test_what_was_appended_must_continue_the_document():
    """A whole other PDF appended, with its own cross-references, is refused: viewers would show that one."""
    before, other = draft(), update(draft(b"BT (Gia mao) Tj ET"), fill(number="01"))
    at = other.rindex(b"startxref") + 10
    moved = other[:at] + str(int(other[at:].split()[0]) + len(before)).encode() + b"\n%%EOF\n"
    for after in (before + other, before + moved, before + b"%%EOF\n", before + b"junk"):
        with pytest.raises(Invalid):
            only_signed_additions(before, after, FIELDS)


def test_the_approved_bytes_must_come_first():
    """Another document, a cut one, or an earlier revision is not the approved one."""
    before = draft()
    filled = update(before, fill(number="01"))
    for after in (draft(b"other"), before[:-1], b"", before):
        with pytest.raises(Invalid) as found:
            only_signed_additions(filled, after, FIELDS)
        assert found.value.code == "pdf-not-appended"


def test_a_changed_byte_in_the_update_never_raises_anything_else():
    """Broken updates are one clear refusal, whatever the library throws."""
    before = draft()
    after = update(before, fill(number="01", date="02/01"))
    for position in range(len(before), len(after), 7):
        damaged = bytearray(after)
        damaged[position] ^= 0x15
        with suppress(Invalid):
            only_signed_additions(before, bytes(damaged), FIELDS)
