"""Shadow attacks: the PDF was made before signing so that it can show something else afterwards.

Nothing is appended later, so only what the PDF contains tells. `prepare` and the client refuse them; here the insider
signs all the same.
"""

from collections.abc import Callable
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_string
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from adapters.letters.fields import add_fields
from adapters.letters.render import render
from adapters.letters.typeset import Box
from signing.pdf.fields import add_signature_field
from signing.pdf.update import Update, dictionary, name
from tests.pki import NOW
from tests.signing.attacks.pdf.attack import attack, insider, swapped, updated
from tests.signing.pdfs import HEAD, LETTER, PLACES, by_head, letter

BOX = Box(page=1, x=10, y=10, width=80, height=20)


def _in_catalog(key: str, value: Callable[[Update], object]) -> bytes:
    def change(update: Update) -> None:
        update.root[name(key)] = value(update)
        update.update_root()

    return updated(letter(), change)


def hidden_layer_draft() -> bytes:
    def layers(update: Update) -> object:
        layer = update.add_object(dictionary(Type=name("OCG"), Name=pdf_string("thứ hai")))
        return dictionary(OCGs=generic.ArrayObject([layer]), D=dictionary(OFF=generic.ArrayObject([layer])))

    return _in_catalog("OCProperties", layers)


def script_draft() -> bytes:
    return _in_catalog("OpenAction", lambda update: dictionary(S=name("JavaScript"), JS=pdf_string("app.alert(1)")))


def attachment_draft() -> bytes:
    return _in_catalog("Names", lambda update: dictionary(EmbeddedFiles=dictionary(Names=generic.ArrayObject())))


def note_draft() -> bytes:
    def change(update: Update) -> None:
        corners = generic.ArrayObject([generic.NumberObject(value) for value in (50, 500, 250, 700)])
        page, _ = update.find_page_for_modification(0)
        note = dictionary(Type=name("Annot"), Subtype=name("FreeText"), Rect=corners, Contents=pdf_string("đã duyệt"))
        update.register_annotation(page, update.add_object(note))

    return updated(letter(), change)


def field_script_draft() -> bytes:
    def change(update: Update) -> None:
        entry = update.root["/AcroForm"]["/Fields"].raw_get(0)
        action = dictionary(S=name("JavaScript"), JS=pdf_string("event.value=1"))
        entry.get_object()[name("AA")] = dictionary(F=action)
        update.mark_update(entry.reference)

    return updated(letter(), change)


DRAFTS = (hidden_layer_draft, script_draft, attachment_draft, note_draft, field_script_draft)


@attack("pdf-active", twin=by_head)
def hidden_layer() -> bytes:
    return insider(hidden_layer_draft())


@attack("pdf-active", twin=by_head)
def script() -> bytes:
    return insider(script_draft())


@attack("pdf-active", twin=by_head)
def attachment() -> bytes:
    return insider(attachment_draft())


@attack("pdf-active", twin=by_head)
def note_on_the_page() -> bytes:
    return insider(note_draft())


@attack("pdf-active", twin=by_head)
def script_in_a_field() -> bytes:
    return insider(field_script_draft())


@attack("pdf-form", twin=by_head)
def viewer_draws_the_fields_anew() -> bytes:
    def change(update: Update) -> None:
        update.root["/AcroForm"][name("NeedAppearances")] = generic.BooleanObject(True)
        update.update_container(update.root["/AcroForm"])

    return insider(updated(letter(), change))


@attack("pdf-form", twin=by_head)
def text_field_that_passes_for_a_signature() -> bytes:
    """Its name would let it be filled after the head signed, as if somebody signed in it."""
    draft = add_fields(render("a.typ", {"a.typ": LETTER.encode()}, {}, at=NOW, fields=()), {"note-organ-x": BOX})
    with_place = add_signature_field(draft, HEAD, PLACES[HEAD])
    return insider(with_place, change=lambda prepared: swapped(prepared, rb"(note\055", rb"(sign\055"))


@attack("pdf-form", twin=by_head)
def button_in_the_form() -> bytes:
    def change(update: Update) -> None:
        fields = update.root["/AcroForm"]["/Fields"]
        button = dictionary(FT=name("Btn"), T=pdf_string("button"))
        fields.append(update.add_object(button))
        update.update_container(update.root["/AcroForm"])

    return updated(by_head(), change)


@attack("pdf-form", twin=by_head)
def two_fields_of_one_name() -> bytes:
    """Appended after signing: our own writer would refuse the draft."""

    def change(update: Update) -> None:
        fields = update.root["/AcroForm"]["/Fields"]
        fields.append(update.add_object(generic.DictionaryObject(dict(fields[0].items()))))
        update.update_container(update.root["/AcroForm"])

    return updated(by_head(), change)


@attack("pdf-encrypted", "pdf-malformed", twin=by_head)
def encrypted() -> bytes:
    writer = copy_into_new_writer(PdfFileReader(BytesIO(by_head())))
    writer.encrypt("owner", "")
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()
