"""What may be added to a PDF between its approval and its dispatch: signatures, and what they permit.

The approval record names the PDF as it was shown, before the head's signature went into it. What leaves is that PDF,
the signatures of head and organ, number and date, validation data and a time stamp; nothing else was slipped in.
"""

from signing.errors import Invalid
from signing.pdf.fields import SIGNATURE_FIELD, form_fields
from signing.pdf.lock import lock_of
from signing.pdf.reading import check_continues, check_ends, check_plain, closed, read_pdf
from signing.pdf.revisions import check_revisions, signed_fields


@closed
def only_signed_additions(before: bytes, after: bytes, fields: frozenset[str]) -> None:
    """Check that `after` is `before` and signatures, stamps, validation data, or values of these text fields.

    A field counts only where every signature before permits it. Whether the signatures hold says `verify_pdf`. Raises
    Invalid: `pdf-not-appended` where `before` is not a prefix of `after`, else the code of what else was added. Equal
    bytes are fine.
    """
    if not after.startswith(before):
        raise Invalid(
            "pdf-not-appended", "the PDF does not begin with the bytes that were approved; dispatch the right one"
        )
    if after == before:
        return
    old, new = read_pdf(before), read_pdf(after)
    check_ends(after, new)
    check_plain(new)
    permitted = fields | {name for name, _ in form_fields(old.root) if name.startswith(SIGNATURE_FIELD)}
    for name, signature in signed_fields(old).items():
        if name.startswith(SIGNATURE_FIELD):
            permitted &= lock_of(signature) or frozenset()
    last = check_continues(old, new)
    if new.xrefs.total_revisions == last + 1:
        raise Invalid("pdf-changed", "bytes were added to the PDF that belong to no update of it")
    check_revisions(new, after=last, permitted=permitted)
