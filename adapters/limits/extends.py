"""Whether a document is an earlier one with nothing added but what its signatures permit: asked of strangers' files."""

from adapters.limits.limited import limited
from signing.errors import Invalid
from signing.pdf.signed_additions import only_signed_additions

FIELDS = frozenset({"number", "date"})


def extends(before: bytes, after: bytes) -> bool:
    """Whether `after` is `before` with signatures, stamps, validation data, or the number and date of the letter."""
    if not after.startswith(before):  # another document: needs no child to tell
        return False
    try:
        limited(only_signed_additions, before, after, FIELDS)
    except Invalid:
        return False
    return True
