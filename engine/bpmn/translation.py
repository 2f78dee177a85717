"""The FEEL for simple statements of Groovy, JavaScript and Python: told where they are refused, never executed."""

from __future__ import annotations

import re

from engine.feel import FeelError, compile_expression
from engine.feel.foreign import translated

_LONGEST = 300
_ASSIGNED = re.compile(
    r"(?:(?:var|let|const|def)\s+)?(?P<name>[A-Za-z_]\w*)\s*=(?!=)\s*(?P<value>.+)"
    r"|(?:execution\.)?setVariable\(\s*[\"'](?P<set>[A-Za-z_]\w*)[\"']\s*,\s*(?P<given>.+)\)",
    re.DOTALL,
)
_WORDS = re.compile(r"\"[^\"]*\"|'[^']*'|===|!==|\b(?:True|False|None)\b")
_FEEL = {"===": "==", "!==": "!=", "True": "true", "False": "false", "None": "null"}


def assignment(text: str) -> tuple[str | None, str] | None:
    """The variable (None: none is named) and the FEEL of a simple statement; None if it is not simple."""
    text = text.strip().removeprefix("return ").rstrip("; \t\n")
    if len(text) > _LONGEST:
        return None
    match = _ASSIGNED.fullmatch(text)
    if match is None:
        feel = expression(text)
        return None if feel is None else (None, feel)
    feel = expression(match["value"] or match["given"])
    return None if feel is None else (match["name"] or match["set"], feel)


def expression(text: str) -> str | None:
    """The FEEL of a simple expression, which compiles; None if it is not simple."""
    text = text.strip().rstrip("; \t\n")
    if len(text) > _LONGEST or "${" in text or "#{" in text:
        return None
    text = _WORDS.sub(lambda found: _FEEL.get(found.group(), found.group()), text)
    feel = translated("${" + text + "}")
    if feel is None:
        return None
    try:
        compile_expression(feel)
    except FeelError:
        return None
    return feel
