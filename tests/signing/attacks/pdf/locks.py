"""The signatures hold, but do not lock what they must."""

from signing.pdf.update import Update, dictionary, name
from tests.signing.attacks.pdf.attack import attack, insider, swapped, updated
from tests.signing.pdfs import ORGAN, PERMITS, by_head, letter, numbered, seal, sealed


@attack("pdf-lock-missing", twin=by_head)
def lock_taken_out() -> bytes:
    return insider(letter(), change=lambda pdf: swapped(pdf, b"/Reference ", b"/Referenze "))


@attack("pdf-lock-missing", twin=by_head)
def lock_of_the_named_fields_only() -> bytes:
    return insider(letter(), change=lambda pdf: swapped(pdf, b"/Exclude", b"/Include"))


@attack("pdf-lock-missing", twin=by_head)
def lock_of_the_whole_document_instead() -> bytes:
    return insider(letter(), change=lambda pdf: swapped(pdf, b"/FieldMDP", b"/DocMDP  "))


@attack("pdf-lock-missing", twin=by_head)
def head_permits_a_third_field() -> bytes:
    return insider(letter(), permits=PERMITS | {"other"})


@attack("pdf-lock-missing")
def organ_permits_the_number() -> bytes:
    return insider(numbered(), ORGAN, permits=frozenset({"number"}))


@attack("pdf-lock-missing")
def organ_permits_later_signatures() -> bytes:
    return insider(numbered(), ORGAN, permits=frozenset())


@attack("pdf-locked", twin=lambda: seal(by_head()))
def signed_after_the_organ() -> bytes:
    return insider(seal(letter()))


@attack("pdf-active", twin=sealed)
def certified_for_something_else() -> bytes:
    """A catalog that claims a certification (DocMDP) beside the locks."""

    def change(update: Update) -> None:
        update.root[name("Perms")] = dictionary(DocMDP=update.root["/AcroForm"]["/Fields"].raw_get(0))
        update.update_root()

    return updated(sealed(), change)
