"""`${…}` and `#{…}` of other engines: refused, naming the FEEL to write where they are simple enough."""

import re

_WHOLE = re.compile(r"\s*[$#]\{(?P<inner>.*)\}\s*", re.DOTALL)
_PIECE = re.compile(
    r"""
      (?P<space>\s+)
    | "(?P<double>[^"\\$]*)" | '(?P<single>[^'\\"$]*)'
    | (?P<number>[0-9]+(?:\.[0-9]+)?)
    | (?P<name>not\b | [A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*\b(?!\s*\())
    | (?P<operator>==|!=|<=|>=|&&|\|\||[-+*/<>()!])
    """,
    re.VERBOSE,
)
_OPERATORS = {"==": "=", "&&": "and", "||": "or"}
_JOINING = frozenset(("and", "or", "not", "=", "!=", "<", "<=", ">", ">=", "/"))
_WORDS = {"eq": "=", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "div": "/"}


def is_foreign(text: str) -> bool:
    """Whether `text` is written in another engine's expression language."""
    return "${" in text or "#{" in text


def translated(text: str) -> str | None:
    """The FEEL for a simple `${…}`, not yet checked; None if it is not simple."""
    whole = _WHOLE.fullmatch(text)
    if whole is None:
        return None
    inner, words, offset = whole["inner"], list[str](), 0
    after_name = False
    while offset < len(inner):
        piece = _PIECE.match(inner, offset)
        if piece is None:
            return None
        offset = piece.end()
        if piece.lastgroup == "space":
            continue
        words.append(_word(piece))
        is_name = piece.lastgroup == "name" and words[-1] not in _JOINING
        if is_name and after_name:
            return None  # side by side they would be one FEEL name
        after_name = is_name
    return _spaced(_negations(words))


def _word(piece: re.Match[str]) -> str:
    match piece.lastgroup:
        case "double" | "single" as quoted:
            return f'"{piece[quoted]}"'
        case "operator":
            return _OPERATORS.get(piece.group(), piece.group())
        case _:
            return _WORDS.get(piece.group(), piece.group())


def _negations(words: list[str]) -> list[str]:
    """`! name` and `not name` become `not(name)`; before a parenthesis the word alone is enough."""
    result: list[str] = []
    rest = iter(words)
    for word in rest:
        if word not in ("!", "not"):
            result.append(word)
            continue
        operand = next(rest, "")
        result += ["not", "("] if operand == "(" else ["not", "(", operand, ")"]
    return result


def _spaced(words: list[str]) -> str:
    text = " ".join(words).replace("( ", "(").replace(" )", ")")
    return text.replace("not (", "not(")
