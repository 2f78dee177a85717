"""PDF: what may be added to a document after somebody approved it.

The head signs a draft whose fields for number and date are empty; numbering fills them by an incremental update. What
goes out must be the approved bytes plus these values, so that nothing else was slipped in between.
"""

import logging
from io import BytesIO
from typing import Any

from signing.errors import Invalid

MAX_PDF_BYTES = 64 << 20
MAX_UPDATES = 8
# The verdict is ours to tell; without this the library prints its own, with a stack, on a bare terminal.
logging.getLogger("pyhanko").addHandler(logging.NullHandler())


def only_fields_filled(before: bytes, after: bytes, fields: frozenset[str]) -> None:
    """Check that `after` is `before` with nothing added but values of these text fields (full names).

    Raises Invalid: `pdf-not-appended` where `before` is not a prefix of `after`, `pdf-changed` where something else was
    added, `pdf-malformed` where either cannot be read. Equal bytes are fine: nothing was filled.
    """
    if not after.startswith(before):
        raise Invalid(
            "pdf-not-appended", "the PDF does not begin with the bytes that were approved; dispatch the right one"
        )
    if len(after) > MAX_PDF_BYTES:
        raise Invalid("pdf-malformed", f"a PDF of {len(after)} bytes; at most {MAX_PDF_BYTES} are read")
    if len(after) == len(before):
        return
    try:
        changed = _changed_fields(before, after, fields)
    except Invalid:
        raise
    except Exception as error:
        # Broken PDFs raise KeyError, AttributeError, AssertionError, RecursionError, …: all of them mean no.
        raise Invalid("pdf-malformed", "the PDF, or what was added to it, cannot be read") from error
    if odd := sorted(changed - fields):
        raise _changed(f"the field {odd[0]} was filled, which nobody permitted")


def _changed_fields(before: bytes, after: bytes, fields: frozenset[str]) -> set[str]:
    # pyHanko takes a quarter of a second to import: only those who compare pay for it.
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel, SuspiciousModification
    from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm

    old, new = PdfFileReader(BytesIO(before)), PdfFileReader(BytesIO(after))
    if old.encrypted or new.encrypted:
        raise _changed("it is encrypted, so nobody can say what was added")
    last = _shared_revisions(old, new)
    try:
        result = _policy().review_file(
            new,
            last,
            field_mdp_spec=FieldMDPSpec(FieldMDPAction.EXCLUDE, sorted(fields)),
            doc_mdp=MDPPerm.FILL_FORMS,
        )
    except SuspiciousModification as error:
        raise _changed("something other than the values of its number and date fields was added") from error
    if not isinstance(result, DiffResult) or result.modification_level > ModificationLevel.FORM_FILLING:
        raise _changed("something other than the values of its number and date fields was added")
    return set(result.changed_form_fields)


def _shared_revisions(old: Any, new: Any) -> int:
    """Give the last revision that both have; bytes appended with a cross-reference of their own would hide the rest."""
    count, total = old.xrefs.total_revisions, new.xrefs.total_revisions
    if not count < total <= count + MAX_UPDATES:
        raise _changed("what was added does not continue the document that was approved")
    for revision in range(count):
        if old.xrefs.get_startxref_for_revision(revision) != new.xrefs.get_startxref_for_revision(revision):
            raise _changed("what was added does not continue the document that was approved")
    return int(count) - 1


def _policy() -> Any:
    """Give a stricter policy than pyHanko's own: no signatures, no metadata, no catalog, no objects out of reach."""
    from pyhanko.sign.diff_analysis import (
        FormUpdatingRule,
        GenericFieldModificationRule,
        ModificationLevel,
        ObjectStreamRule,
        StandardDiffPolicy,
        XrefStreamRule,
    )

    return StandardDiffPolicy(
        global_rules=[
            XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
            ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        ],
        form_rule=FormUpdatingRule(field_rules=[GenericFieldModificationRule()]),
        ignore_orphaned_objects=False,
    )


def _changed(what: str) -> Invalid:
    return Invalid("pdf-changed", f"the PDF is not the approved one with its number and date filled: {what}")
