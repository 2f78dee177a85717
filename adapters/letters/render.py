"""Render a letter: a typst template and data become a PDF/A-2b, the same bytes for the same input and time."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime

from adapters.letters.errors import LetterError
from adapters.letters.fields import SIGNATURE, add_fields
from adapters.letters.typeset import Box, typeset

__all__ = ["Box", "LetterError", "render"]


def render(
    template: str, files: Mapping[str, bytes], data: Mapping[str, object], *, at: datetime, fields: Collection[str] = ()
) -> bytes:
    """Make the PDF/A-2b of `template` (a path in `files`) with `data`, dated `at`.

    `fields` names the text fields that stay empty in this draft; the template must place each with `field(…)`. Every
    place for a signature that the template has becomes an empty signature field. Raises `LetterError` with a code that
    its docstring lists.
    """
    letter = typeset(template, files, data, at=at)
    if missing := sorted(set(fields) - letter.boxes.keys()):
        found = ", ".join(sorted(letter.boxes)) or "none"
        raise LetterError(
            "letter-field",
            f"{template}: no place for the field {missing[0]} (found: {found}); "
            f"add #field({json.dumps(missing[0])}) to the template",
        )
    kept = {name: box for name, box in letter.boxes.items() if name in fields or box.kind == SIGNATURE}
    return add_fields(letter.content, kept)
