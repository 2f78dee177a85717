"""The appearance of a signature: one drawing, exactly as large as its field, made of its own objects only."""

from typing import Any

from pyhanko.pdf_utils import generic

from signing.errors import Invalid

TOLERANCE = 0.01
"""How far a drawing's size may differ from its field's, in points."""
MAX_LOOK_OBJECTS = 500
LARGEST = {"/Sig": (260.0, 180.0), "/Tx": (260.0, 36.0)}
"""Width and height in points: room for any seal or image, and for a line of text. A field is empty when it is shown;
one as large as the page would let the page be drawn anew."""
_FORM_KEYS = {"/Type", "/Subtype", "/BBox", "/Resources", "/Filter", "/DecodeParms", "/Length", "/Group"}


def check_look(widget: Any) -> set[Any]:
    """Check a field's appearance and give the references of its objects; Invalid `pdf-look`.

    The drawing's box is the field's rectangle, which clips it (ISO 32000-2 §12.5.5): nothing is drawn beyond.
    """
    looks = widget["/AP"]
    if set(looks) != {"/N"}:
        raise Invalid("pdf-look", "a signature has more appearances than one")
    look = looks["/N"]
    if not isinstance(look, generic.StreamObject) or look["/Subtype"] != "/Form" or look.keys() - _FORM_KEYS:
        raise Invalid("pdf-look", "the appearance of a signature is not one plain drawing")
    left, bottom, right, top = (float(corner) for corner in widget["/Rect"])
    box = [float(corner) for corner in look["/BBox"]]
    wanted = (0.0, 0.0, right - left, top - bottom)
    width, height = LARGEST[str(widget["/FT"])]
    if not 0 < wanted[2] <= width + TOLERANCE or not 0 < wanted[3] <= height + TOLERANCE:
        found = f"{wanted[2]:g} × {wanted[3]:g}"
        raise Invalid("pdf-look", f"a field of {found} points would be drawn on; at most {width:g} × {height:g}")
    if len(box) != 4 or any(abs(one - other) > TOLERANCE for one, other in zip(box, wanted, strict=True)):
        raise Invalid(
            "pdf-look",
            f"the appearance is {box[2]:g} × {box[3]:g} points large, its field {wanted[2]:g} × {wanted[3]:g}",
        )
    return _objects(looks.raw_get("/N"))


def _objects(start: Any) -> set[Any]:
    """Collect the references of all objects that the drawing is made of."""
    seen: set[Any] = set()
    todo = [start]
    while todo:
        item = todo.pop()
        if isinstance(item, generic.IndirectObject):
            if item.reference in seen:
                continue
            seen.add(item.reference)
            if len(seen) > MAX_LOOK_OBJECTS:
                raise Invalid("pdf-look", f"an appearance of more than {MAX_LOOK_OBJECTS} objects")
            item = item.get_object()
        if isinstance(item, generic.DictionaryObject):
            todo.extend(item.raw_get(key) for key in item)
        elif isinstance(item, generic.ArrayObject):
            todo.extend(item.raw_get(index) for index in range(len(item)))
    return seen
