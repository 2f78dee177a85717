"""Texts and collaborations: their formats, and who takes part how often."""

from __future__ import annotations

import re

from engine.bpmn.constraints.model import Model
from engine.bpmn.document import MODEL, children, name_of

# RFC 6838 §4.2: a type and a subtype of restricted names, perhaps with parameters.
_NAME = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*"
_MIME = re.compile(rf"{_NAME}/{_NAME}\s*(;.*)?")


def check_artifacts(model: Model) -> None:
    """Text formats are MIME types, multiplicities are ranges, global conversations hold no others."""
    _check_formats(model)
    _check_multiplicities(model)
    _check_conversations(model)


def _check_formats(model: Model) -> None:
    for element in model.root.iter(f"{{{MODEL}}}textAnnotation", f"{{{MODEL}}}documentation"):
        text = (element.get("textFormat") or "text/plain").strip()
        clause = "8.4.1" if name_of(element) == "textAnnotation" else "8.3.2"
        if not _MIME.fullmatch(text):
            message = f"textFormat {text!r} of the {name_of(element)} is no MIME type"
            model.breaks(element, clause, "text-format", message, "write one such as text/plain")


def _check_multiplicities(model: Model) -> None:
    for element in model.root.iter(f"{{{MODEL}}}participantMultiplicity"):
        bounds = {name: _number(element.get(name), default) for name, default in (("minimum", 0), ("maximum", 1))}
        least, most = bounds["minimum"], bounds["maximum"]
        if least is None or most is None or least < 0 or most < 1 or most < least:
            message = f"a participant cannot be there {element.get('minimum')} to {element.get('maximum')} times"
            remedy = "write a minimum from 0 and a maximum from 1 that is not below it"
            model.breaks(element, "9.3.1", "multiplicity", message, remedy)


def _check_conversations(model: Model) -> None:
    for holder in children(model.root, "globalConversation"):
        for node in children(holder, "conversation", "subConversation", "callConversation"):
            message = "a global conversation, which others call, holds a conversation of its own"
            model.breaks(node, "9.5", "conversation-inside", message, "remove it, or draw a collaboration")


def _number(text: str | None, default: int) -> int | None:
    if text is None:
        return default
    return int(text[:9]) if re.fullmatch(r"\s*[+-]?[0-9]+\s*", text[:9]) else None
