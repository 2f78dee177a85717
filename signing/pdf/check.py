"""Check on the officer's machine that what will be signed is what was shown, plus the signature and nothing else.

The server prepares the signature, so the client trusts nothing of it: it reads both files, and compares every object.
"""

from datetime import datetime

from signing.errors import Invalid
from signing.pdf.byte_range import prepared_hole, signature_in
from signing.pdf.fields import open_signature_fields, purpose_of, read_time
from signing.pdf.lock import check_unlocked, lock_of
from signing.pdf.reading import check_continues, check_plain, closed, read_pdf
from signing.pdf.revisions import changed, check_revisions


@closed
def check_prepared(shown: bytes, prepared: bytes, *, field: str, permits: frozenset[str] | None) -> datetime:
    """Check that `prepared` is `shown` and one empty signature in this field; gives the time that it will claim.

    `permits` as in `prepare`. Raises Invalid: `pdf-not-appended`, `pdf-changed`, `pdf-lock-missing`, `pdf-look`,
    `pdf-byte-range`, `pdf-active`, `pdf-malformed`, ….
    """
    purpose_of(field)
    if not prepared.startswith(shown):
        raise Invalid("pdf-not-appended", "the PDF to sign does not begin with the one that was shown")
    old, new = read_pdf(shown), read_pdf(prepared)
    check_plain(old)
    check_plain(new)
    prepared_hole(prepared, field)
    check_unlocked(old.root, field)
    last = check_continues(old, new)
    if check_revisions(new, after=last, permitted=frozenset({field})) != {field: last + 1}:
        raise changed("something else than this one signature was added")
    if new.xrefs.total_revisions != last + 2:
        raise changed("more than one update was added")
    signature = signature_in(new.root, field)
    expected = None if permits is None else permits | (set(open_signature_fields(old.root)) - {field})
    if (found := lock_of(signature)) != expected:
        raise Invalid(
            "pdf-lock-missing",
            f"the signature would permit {_listed(found)} to change afterwards, expected {_listed(expected)}",
        )
    return read_time(str(signature["/M"]))


def _listed(names: frozenset[str] | None) -> str:
    return ", ".join(sorted(names)) if names else "nothing"
