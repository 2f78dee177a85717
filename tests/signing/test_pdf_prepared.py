"""The officer's program refuses whatever a server prepares that is not the PDF it showed and one signature."""

from collections.abc import Callable

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string

from adapters.letters.fields import fill_fields
from signing.errors import Invalid
from signing.pdf.check import check_prepared
from signing.pdf.prepare import prepare
from signing.pdf.update import Update, dictionary, name
from tests.pki import NOW
from tests.signing.attacks.pdf.attack import placed, updated
from tests.signing.pdfs import CLERK, HEAD, PERMITS, letter, look


def _page(update: Update) -> generic.DictionaryObject:
    reference, _ = update.find_page_for_modification(0)
    return reference.get_object()


def _entry(update: Update, field: str) -> generic.IndirectObject:
    fields = update.root["/AcroForm"]["/Fields"]
    return next(entry for entry in fields if entry.get_object()["/T"] == field)


def page_repainted(update: Update) -> None:
    _page(update)["/Contents"] = update.add_object(generic.StreamObject(stream_data=b"BT (khac) Tj ET"))
    update.update_container(_page(update))


def field_filled(update: Update) -> None:
    _entry(update, "number").get_object()["/V"] = pdf_string("1")
    update.mark_update(_entry(update, "number").reference)


def field_moved(update: Update) -> None:
    corners = generic.ArrayObject([generic.NumberObject(value) for value in (0, 0, 120, 60)])
    _entry(update, HEAD).get_object()["/Rect"] = corners


def look_of_the_page(update: Update) -> None:
    """The appearance is an object that was there: its change would change the page."""
    contents = _page(update).raw_get("/Contents")
    _entry(update, HEAD).get_object()["/AP"] = dictionary(N=contents)


def look_that_leads_elsewhere(update: Update) -> None:
    page, _ = update.find_page_for_modification(0)
    drawing = dictionary(
        Type=name("XObject"),
        Subtype=name("Form"),
        BBox=generic.ArrayObject([generic.NumberObject(value) for value in (0, 0, 120, 60)]),
        Resources=dictionary(XObject=dictionary(P=generic.IndirectObject(page.idnum, page.generation, update))),
    )
    reference = update.add_object(generic.StreamObject(drawing, stream_data=b"/P Do"))
    _entry(update, HEAD).get_object()["/AP"] = dictionary(N=reference)


def look_too_large(update: Update) -> None:
    drawing = dictionary(Type=name("XObject"), Subtype=name("Form"))
    drawing[pdf_name("/BBox")] = generic.ArrayObject([generic.NumberObject(value) for value in (0, 0, 595, 842)])
    reference = update.add_object(generic.StreamObject(drawing, stream_data=b"1 g 0 0 595 842 re f"))
    _entry(update, HEAD).get_object()["/AP"] = dictionary(N=reference)


def look_under_the_pointer(update: Update) -> None:
    field = _entry(update, HEAD).get_object()
    field["/AP"] = dictionary(N=field["/AP"].raw_get("/N"), R=field["/AP"].raw_get("/N"))


def look_in_a_layer(update: Update) -> None:
    layer = update.add_object(dictionary(Type=name("OCG"), Name=pdf_string("ẩn")))
    drawing = dictionary(Type=name("XObject"), Subtype=name("Form"), OC=layer)
    drawing[pdf_name("/BBox")] = generic.ArrayObject([generic.NumberObject(value) for value in (0, 0, 120, 60)])
    reference = update.add_object(generic.StreamObject(drawing, stream_data=b""))
    _entry(update, HEAD).get_object()["/AP"] = dictionary(N=reference)


def unused_object(update: Update) -> None:
    update.add_object(generic.StreamObject(stream_data=b"hidden"))


def script_on_the_field(update: Update) -> None:
    _entry(update, HEAD).get_object()[pdf_name("/A")] = dictionary(S=name("JavaScript"), JS=pdf_string("1"))


def two_signatures(update: Update) -> None:
    _entry(update, CLERK).get_object()[pdf_name("/V")] = update.add_object(dictionary(Type=name("Sig")))
    update.mark_update(_entry(update, CLERK).reference)


def catalog_changed(update: Update) -> None:
    update.root[name("PageMode")] = name("UseNone")
    update.update_root()


CHANGES = (
    page_repainted,
    field_filled,
    field_moved,
    look_of_the_page,
    look_that_leads_elsewhere,
    look_too_large,
    look_under_the_pointer,
    look_in_a_layer,
    unused_object,
    script_on_the_field,
    two_signatures,
    catalog_changed,
)


@pytest.mark.parametrize("change", CHANGES)
def test_a_server_that_prepares_more_is_refused(change: Callable[[Update], None]):
    """In the same update as the signature, where nothing would be appended later."""
    honest = placed(letter(), HEAD, alter=lambda update: None)[0]
    assert check_prepared(letter(), honest, field=HEAD, permits=PERMITS) == NOW
    prepared = placed(letter(), HEAD, alter=change)[0]
    with pytest.raises(Invalid):
        check_prepared(letter(), prepared, field=HEAD, permits=PERMITS)


def test_an_update_of_its_own_before_or_behind_is_refused():
    """Filled on the way, or changed after the place for the signature was made."""
    honest = prepare(letter(), field=HEAD, permits=PERMITS, look=look(), at=NOW)
    check_prepared(letter(), honest, field=HEAD, permits=PERMITS)
    between = prepare(fill_fields(letter(), {"number": "1"}), field=HEAD, permits=PERMITS, look=look(), at=NOW)
    for prepared in (between, updated(honest, page_repainted), honest + b"\n", honest[:-1], letter()):
        with pytest.raises(Invalid):
            check_prepared(letter(), prepared, field=HEAD, permits=PERMITS)


def test_another_document_is_refused():
    """What was shown must be the first bytes of what is signed."""
    other = prepare(letter(HEAD), field=HEAD, permits=PERMITS, look=look(), at=NOW)
    with pytest.raises(Invalid) as found:
        check_prepared(letter(), other, field=HEAD, permits=PERMITS)
    assert found.value.code == "pdf-not-appended"
