"""What a signature locks: the head's permits named fields, the organ's nothing (FieldMDP, ISO 32000-2 §12.8.2.4)."""

from typing import Any

from signing.errors import Invalid
from signing.pdf.fields import SIGNATURE_FIELD, form_fields

_LOCK_KEYS = {"/Type", "/V", "/Action", "/Fields"}


def lock_of(signature: Any) -> frozenset[str] | None:
    """Name the fields that may still change after this signature; None: none. Invalid `pdf-lock-missing`."""
    references: Any = signature.get("/Reference", [])
    if len(references) != 1 or references[0]["/TransformMethod"] != "/FieldMDP":
        raise Invalid("pdf-lock-missing", "a PDF signature does not say which fields it locks")
    parameters = references[0]["/TransformParams"]
    action = parameters["/Action"]
    if parameters.keys() - _LOCK_KEYS or parameters["/V"] != "/1.2" or action not in ("/All", "/Exclude"):
        raise Invalid("pdf-lock-missing", "a PDF signature locks fields in a way that is not known here")
    if action == "/All":
        return None
    return frozenset(str(item) for item in parameters["/Fields"])


def check_unlocked(root: Any, field: str) -> None:
    """Check that no signature in the PDF locks the field; Invalid `pdf-locked`."""
    for found, widget in form_fields(root):
        if widget["/FT"] != "/Sig" or "/V" not in widget or not found.startswith(SIGNATURE_FIELD):
            continue
        permitted = lock_of(widget["/V"])
        if permitted is None or field not in permitted:
            raise Invalid("pdf-locked", f"the field {field} is locked by the signature in {found}; sign before it")
