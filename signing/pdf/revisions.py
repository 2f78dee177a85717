"""What each revision of a PDF adds: a signature and nothing else, or what the signatures before it permit.

A revision that signs writes one signature dictionary, its field, and the objects of its appearance. Any other may fill
text fields that every signature before it permits, each once, add validation data (DSS), or a document time stamp.
Whatever is not known is refused; pyHanko's own analysis is asked as well, with the strictest rules it has.
"""

from typing import Any

from signing.errors import Invalid
from signing.pdf.fields import SIGNATURE_FIELD, STAMP_FIELD, field_named, form_fields
from signing.pdf.lock import lock_of
from signing.pdf.look import check_look

_SIGNATURE_KEYS = {"/Type", "/Filter", "/SubFilter", "/M", "/ByteRange", "/Contents", "/Reference"}
_NAMED = {"/Type": "/Sig", "/Filter": "/Adobe.PPKLite", "/SubFilter": "/ETSI.CAdES.detached"}
_STAMP_KEYS = {"/Type", "/Filter", "/SubFilter", "/ByteRange", "/Contents"}
_STAMP_NAMED = {"/Type": "/DocTimeStamp", "/Filter": "/Adobe.PPKLite", "/SubFilter": "/ETSI.RFC3161"}
_FORM_KEYS = {"/Fields", "/SigFlags"}


def check_revisions(reader: Any, *, after: int, permitted: frozenset[str]) -> dict[str, int]:
    """Check every revision after this one; gives the fields signed or stamped since, each with its revision.

    `permitted`: the fields that may be filled or signed; each signature in between leaves only those that it permits.
    """
    found: dict[str, int] = {}
    for revision in range(after + 1, reader.xrefs.total_revisions):
        old, new = reader.get_historical_resolver(revision - 1), reader.get_historical_resolver(revision)
        if new.root_ref != old.root_ref or new.refs_freed_in_revision():
            raise changed("the catalog was exchanged, or objects were taken out")
        signed = sorted(signed_fields(new).keys() - signed_fields(old).keys())
        if len(signed) > 1:
            raise changed("one update signs twice")
        if signed and signed[0].startswith(SIGNATURE_FIELD):
            if signed[0] not in permitted:
                raise Invalid("pdf-locked", f"the field {signed[0]} was signed, which an earlier signature forbids")
            check_signature_added(old, new, signed[0])
            _second_opinion(old, new, frozenset(signed))
            allowed = lock_of(signed_fields(new)[signed[0]])
            permitted = frozenset() if allowed is None else permitted & allowed
        else:
            if signed:
                check_stamp(signed[0], signed_fields(new)[signed[0]])
            _check_filled(old, new, permitted)
            _second_opinion(old, new, permitted)
        found |= dict.fromkeys(signed, revision)
    return found


def signed_fields(view: Any) -> dict[str, Any]:
    """Give the signature dictionary of each field that is signed or stamped."""
    if "/AcroForm" in view.root and view.root["/AcroForm"].keys() - _FORM_KEYS:
        raise Invalid("pdf-form", "the form of the PDF says more than its fields; make the letter anew")
    return {name: field["/V"] for name, field in form_fields(view.root) if field["/FT"] == "/Sig" and "/V" in field}


def check_signature_added(old: Any, new: Any, field: str) -> None:
    """Check that the revision `new` signs this field and changes nothing else since `old`, the one before it."""
    before, after = field_named(old.root, field), field_named(new.root, field)
    if "/V" in before:
        raise changed("a field was signed for the second time")
    signature = after["/V"]
    lock_of(signature)
    if set(signature) != _SIGNATURE_KEYS or any(signature[key] != value for key, value in _NAMED.items()):
        raise Invalid("pdf-signature-malformed", "a signature dictionary is not the one of a PAdES signature")
    _check_kept(before, after)
    added = {after.raw_get("/V").reference}
    if after.get("/AP") != before.get("/AP"):
        added |= check_look(after)
    _check_written(old, new, _reference_to(new.root, field), added)


def _check_kept(before: Any, after: Any) -> None:
    """Check that a field has the same place and properties as before: only value and look are new."""
    kept = before.keys() - {"/V", "/AP"}
    if after.keys() - {"/V", "/AP"} != kept or any(after.raw_get(key) != before.raw_get(key) for key in kept):
        raise changed("a field was moved, or something else of it than its value and look was changed")


def check_stamp(field: str, stamp: Any) -> None:
    """Check that a signature dictionary is that of a document time stamp; Invalid `pdf-signature-malformed`."""
    plain = set(stamp) == _STAMP_KEYS and all(stamp[key] == value for key, value in _STAMP_NAMED.items())
    if not plain or not field.startswith(STAMP_FIELD):
        raise Invalid("pdf-signature-malformed", f"the field {field[:64]!r} holds neither a signature nor a time stamp")


def _check_written(old: Any, new: Any, field: Any, added: set[Any]) -> None:
    """Check that a revision writes this field and these new objects, and nothing else."""
    written = new.explicit_refs_in_revision()
    stream = new.reader.xrefs.get_xref_container_info(new.revision).stream_ref
    if odd := written - added - {field, stream}:
        raise changed(f"{len(odd)} objects more were written than a signature needs")
    if not added | {field} <= written or any(not old.is_ref_unassignable(item) for item in added):
        raise changed("a signature or its appearance stands on objects that were there before")
    if stream is not None and not old.is_ref_unassignable(stream):
        raise changed("cross-references were written over an object that was there before")


def _reference_to(root: Any, field: str) -> Any:
    entries = root["/AcroForm"]["/Fields"]
    references = (entries.raw_get(index).reference for index in range(len(entries)))
    return next(item for item in references if str(item.get_object()["/T"]) == field)


def _check_filled(old: Any, new: Any, permitted: frozenset[str]) -> None:
    """Check that text fields changed only from empty to filled, only permitted ones, and only their value and look."""
    before = dict(form_fields(old.root))
    for name, field in form_fields(new.root):
        was = before.pop(name, None)
        if was is None:
            if field["/FT"] != "/Sig" or not name.startswith(STAMP_FIELD):
                raise changed(f"the form field {name[:64]!r} was added")
        elif was != field:
            if name not in permitted or field["/FT"] != "/Tx" or "/V" in was:
                raise changed(f"the field {name[:64]!r} was filled, which nobody permitted, or filled again")
            _check_kept(was, field)
            check_look(field)
    if before:
        raise changed("form fields were taken out")


def _second_opinion(old: Any, new: Any, permitted: frozenset[str]) -> None:
    """Ask pyHanko, which knows ways to reach an object that a count of written objects does not."""
    from pyhanko.sign.diff_analysis import ModificationLevel, SuspiciousModification
    from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm

    locks = FieldMDPSpec(FieldMDPAction.EXCLUDE, sorted(permitted))
    try:
        result = _policy().apply(old, new, field_mdp_spec=locks, doc_mdp=MDPPerm.FILL_FORMS)
    except SuspiciousModification as error:
        raise changed("an update does something else than sign, fill or stamp") from error
    if result.modification_level > ModificationLevel.FORM_FILLING or not result.changed_form_fields <= permitted:
        raise changed("an update does something else than sign, fill or stamp")


def _policy() -> Any:
    """Give a stricter policy than pyHanko's own: no metadata, nothing else in the catalog, no objects out of reach."""
    from pyhanko.sign.diff_analysis import (
        CatalogModificationRule,
        DSSCompareRule,
        FormUpdatingRule,
        GenericFieldModificationRule,
        ModificationLevel,
        ObjectStreamRule,
        SigFieldCreationRule,
        SigFieldModificationRule,
        StandardDiffPolicy,
        XrefStreamRule,
    )

    rules = (XrefStreamRule(), ObjectStreamRule(), DSSCompareRule())
    own = {"allow_in_place_appearance_stream_changes": False, "always_modifiable": frozenset()}
    values = frozenset({"/V", "/AP"})
    fields = [
        SigFieldCreationRule(approve_widget_bindings=False),
        SigFieldModificationRule(**own, value_update_keys=values),
        GenericFieldModificationRule(**own, value_update_keys=values),
    ]
    return StandardDiffPolicy(
        global_rules=[
            CatalogModificationRule(ignored_keys=frozenset({"/AcroForm", "/DSS"})),
            *(rule.as_qualified(ModificationLevel.LTA_UPDATES) for rule in rules),
        ],
        form_rule=FormUpdatingRule(field_rules=fields, ignored_acroform_keys=frozenset({"/Fields"})),
        ignore_orphaned_objects=False,
    )


def changed(what: str) -> Invalid:
    """Say that the PDF is not what it would be if only what is permitted had been added."""
    return Invalid("pdf-changed", f"the PDF was changed after it was signed or shown: {what}")
