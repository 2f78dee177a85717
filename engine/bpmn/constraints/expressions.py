"""Expressions that are executed are formal, and say something (BPMN 2.0.2 §8.4.6)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bpmn.constraints.model import Model, owner_of
from engine.bpmn.document import MODEL, Element, children, name_of, text_of
from engine.bpmn.expressions import is_formal

# Expressions that a file may write in plain language too.
_EITHER = ("completionCondition", "activationCondition", "loopCondition", "loopCardinality", "from", "to")
# Expressions that the schema wants to be formal; what is empty is no expression.
_FORMAL = ("messagePath", "dataPath", "formalExpression")


# RFC 3986 §2: what a URI, or a reference relative to one, is written with.
_URI = re.compile(r"(?:[A-Za-z0-9:/?#\[\]@!$&'()*+,;=._~-]|%[0-9A-Fa-f]{2})+")
_LANGUAGES = ("expressionLanguage", "typeLanguage", "language")


def check_expressions(model: Model) -> None:
    """Languages are URIs; expressions that no flow and no event has are formal, as the others where they are read."""
    for element in model.root.iter(f"{{{MODEL}}}*"):
        for name in _LANGUAGES:
            text = element.get(name)
            if text is not None and not _URI.fullmatch(text.strip()):
                message = f"{name} {text!r} is no URI"
                model.breaks(element, "8.2.1", "language-uri", message, "name FEEL by its address, or nothing")
    for part in model.each(*_EITHER):
        is_formal(part, owner_of(part) or "", model.problems)
    for part in _formal(model):
        if not text_of(part):
            message = f"the {name_of(part)} is empty"
            model.breaks(part, "8.4.6", "expression-empty", message, "write FEEL")


def _formal(model: Model) -> Iterator[Element]:
    yield from model.root.iter(*(f"{{{MODEL}}}{name}" for name in _FORMAL))
    for definition in model.each("complexBehaviorDefinition"):
        yield from children(definition, "condition")
