"""Something was appended after, or between, the signatures."""

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.writer import PageObject

from adapters.letters.fields import fill_fields
from signing.pdf.update import Update, dictionary, name
from tests.signing.attacks.pdf.attack import attack, swapped, updated
from tests.signing.pdfs import ORGAN, VALUES, by_head, extended, letter, numbered, seal, sealed


def _numbers(*values: float) -> generic.ArrayObject:
    return generic.ArrayObject([generic.NumberObject(int(value)) for value in values])


def _repaint(update: Update) -> None:
    page, _ = update.find_page_for_modification(0)
    page.get_object()["/Contents"] = update.add_object(generic.StreamObject(stream_data=b"BT (Bai bo) Tj ET"))
    update.update_container(page.get_object())


def _drawing(update: Update, width: int = 200, height: int = 200) -> generic.IndirectObject:
    look = dictionary(Type=name("XObject"), Subtype=name("Form"), BBox=_numbers(0, 0, width, height))
    return update.add_object(generic.StreamObject(look, stream_data=b"1 g 0 0 200 200 re f"))


def _field(update: Update, place: int) -> generic.DictionaryObject:
    return update.root["/AcroForm"]["/Fields"][place]


def _refill(update: Update, value: str = "99/TLKT-BS") -> None:
    for entry in update.root["/AcroForm"]["/Fields"]:
        field = entry.get_object()
        if field["/T"] == "number":
            field["/V"] = pdf_string(value)
            update.mark_update(entry.reference)


@attack("pdf-changed")
def content_appended() -> bytes:
    return updated(sealed(), _repaint)


@attack("pdf-changed", twin=by_head)
def content_appended_after_the_head() -> bytes:
    return updated(by_head(), _repaint)


@attack("pdf-changed")
def content_appended_between_head_and_organ() -> bytes:
    return seal(updated(numbered(), _repaint))


@attack("pdf-active")
def annotation_laid_over_the_text() -> bytes:
    def change(update: Update) -> None:
        note = dictionary(Type=name("Annot"), Subtype=name("Stamp"), Rect=_numbers(50, 500, 250, 700))
        note[pdf_name("/AP")] = dictionary(N=_drawing(update))
        page, _ = update.find_page_for_modification(0)
        update.register_annotation(page, update.add_object(note))

    return updated(sealed(), change)


@attack("pdf-changed")
def form_field_laid_over_the_text() -> bytes:
    def change(update: Update) -> None:
        field = dictionary(Type=name("Annot"), Subtype=name("Widget"), FT=name("Tx"), T=pdf_string("cover"))
        field.update({pdf_name("/Rect"): _numbers(50, 500, 250, 700), pdf_name("/AP"): dictionary(N=_drawing(update))})
        page, _ = update.find_page_for_modification(0)
        reference = update.add_object(field)
        update.register_annotation(page, reference)
        update.root["/AcroForm"]["/Fields"].append(reference)
        update.update_container(update.root["/AcroForm"])

    return updated(sealed(), change)


@attack("pdf-changed")
def visible_stamp_field_laid_over_the_text() -> bytes:
    def change(update: Update) -> None:
        field = dictionary(Type=name("Annot"), Subtype=name("Widget"), FT=name("Sig"), T=pdf_string("stamp-1"))
        field.update({pdf_name("/Rect"): _numbers(50, 500, 250, 700), pdf_name("/AP"): dictionary(N=_drawing(update))})
        update.root["/AcroForm"]["/Fields"].append(update.add_object(field))
        update.update_container(update.root["/AcroForm"])

    return updated(sealed(), change)


@attack("pdf-changed")
def number_refilled_after_the_organ() -> bytes:
    return updated(sealed(), _refill)


@attack("pdf-changed")
def number_filled_only_after_the_organ() -> bytes:
    return fill_fields(seal(fill_fields(by_head(), {"date": VALUES["date"]})), {"number": "1"})


@attack("pdf-changed")
def number_filled_twice_before_the_organ() -> bytes:
    return seal(updated(numbered(), _refill))


@attack("pdf-changed", twin=numbered)
def number_drawn_beyond_its_field() -> bytes:
    def change(update: Update) -> None:
        for entry in update.root["/AcroForm"]["/Fields"]:
            field = entry.get_object()
            if field["/T"] == "number":
                field["/Rect"] = _numbers(0, 0, 595, 842)
                field["/V"] = pdf_string("1")
                update.mark_update(entry.reference)

    return updated(by_head(), change)


@attack("pdf-changed")
def signature_field_moved() -> bytes:
    def change(update: Update) -> None:
        for entry in update.root["/AcroForm"]["/Fields"]:
            if entry.get_object()["/T"] == ORGAN:
                entry.get_object()["/Rect"] = _numbers(0, 0, 100, 100)
                update.mark_update(entry.reference)

    return updated(sealed(), change)


@attack("pdf-locked")
def signature_taken_out() -> bytes:
    def change(update: Update) -> None:
        for entry in update.root["/AcroForm"]["/Fields"]:
            if entry.get_object()["/T"] == ORGAN:
                del entry.get_object()["/V"]
                update.mark_update(entry.reference)

    return updated(sealed(), change)


@attack("pdf-changed")
def font_swapped() -> bytes:
    def change(update: Update) -> None:
        page, _ = update.find_page_for_modification(0)
        fonts = page.get_object()["/Resources"]["/Font"]
        font = fonts[next(iter(fonts))]
        font["/BaseFont"] = name("Other")
        update.mark_update(font.container_ref)

    return updated(sealed(), change)


@attack("pdf-changed")
def page_added() -> bytes:
    def change(update: Update) -> None:
        content = update.add_object(generic.StreamObject(stream_data=b""))
        update.insert_page(PageObject(contents=content, media_box=(0, 0, 595, 842)))

    return updated(sealed(), change)


@attack("pdf-active")
def script_added() -> bytes:
    def change(update: Update) -> None:
        update.root["/OpenAction"] = dictionary(S=name("JavaScript"), JS=pdf_string("app.alert(1)"))
        update.update_root()

    return updated(sealed(), change)


@attack("pdf-changed")
def catalog_exchanged() -> bytes:
    def change(update: Update) -> None:
        other = update.add_object(generic.DictionaryObject(dict(update.root.items())))
        update.trailer[name("Root")] = other
        update._root = other

    return updated(sealed(), change)


@attack("pdf-changed")
def unused_object_added() -> bytes:
    return updated(sealed(), lambda update: update.add_object(generic.StreamObject(stream_data=b"hidden")))


@attack("pdf-changed")
def page_rewritten_by_a_cross_reference_stream() -> bytes:
    def change(update: Update) -> None:
        update.stream_xrefs = True
        _repaint(update)

    return updated(sealed(), change)


@attack("pdf-changed", "pdf-malformed", "pdf-unsigned")
def other_document_appended() -> bytes:
    other = letter()
    at = other.rindex(b"startxref") + 10
    moved = str(int(other[at:].split()[0]) + len(sealed())).encode()
    return sealed() + other[:at] + moved + b"\n%%EOF\n"


@attack("pdf-malformed")
def bytes_behind_the_end() -> bytes:
    return sealed() + b"% anything\n"


@attack("pdf-malformed")
def second_end_behind_the_end() -> bytes:
    return sealed() + b"%%EOF\n"


@attack("pdf-validation-data", twin=extended)
def validation_data_of_garbage() -> bytes:
    def change(update: Update) -> None:
        garbage = update.add_object(generic.StreamObject(stream_data=b"no list"))
        store = dictionary(CRLs=generic.ArrayObject([garbage]))
        update.root[name("DSS")] = update.add_object(store)
        update.update_root()

    return updated(sealed(), change)


@attack("pdf-changed", "pdf-validation-data", twin=extended)
def validation_data_with_a_passenger() -> bytes:
    def change(update: Update) -> None:
        store = dictionary(Note=update.add_object(generic.StreamObject(stream_data=b"anything")))
        update.root[name("DSS")] = update.add_object(store)
        update.update_root()

    return updated(sealed(), change)


@attack("pdf-active")
def file_attached() -> bytes:
    def change(update: Update) -> None:
        update.root[name("Names")] = dictionary(EmbeddedFiles=dictionary(Names=generic.ArrayObject()))
        update.update_root()

    return updated(sealed(), change)


@attack("stamp-imprint", twin=extended)
def stamp_of_another_file() -> bytes:
    def token(pdf: bytes) -> bytes:
        return pdf[pdf.rindex(b"/Contents <") :].split(b"<")[1].split(b">")[0]

    from signing.pdf.extend import extend
    from tests.pki import trust
    from tests.stamps import honest

    other = extend(by_head(), trust=trust(), stamp=honest().stamp)
    own, foreign = token(extended()), token(other)
    return swapped(extended(), own, foreign[: len(own)].ljust(len(own), b"0"))
