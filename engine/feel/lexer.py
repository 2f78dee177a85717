"""From text to tokens with positions. Every branch takes at least one character, so the time is linear in the text."""

import re
import sys
from bisect import bisect_right
from decimal import Decimal
from enum import Enum, auto
from typing import NamedTuple

from engine.feel.errors import FeelError, Position, shown
from engine.feel.numbers import number_from_text


class Kind(Enum):
    """What a token is."""

    NUMBER = auto()
    STRING = auto()
    NAME = auto()
    KEYWORD = auto()
    SYMBOL = auto()
    END = auto()


class Token(NamedTuple):
    """A token; `text` is as written (a string's: without quotes, escapes resolved), `number` a NUMBER's value.

    `sign` is the text of a symbol or keyword, and empty for all others.
    """

    kind: Kind
    text: str
    at: Position
    sign: str = ""
    number: Decimal | None = None

    def described(self) -> str:
        """The token as an error message names it; never a string's content, which may be somebody's data."""
        match self.kind:
            case Kind.END:
                return "the end of the expression"
            case Kind.STRING:
                return "a string"
            case Kind.NUMBER:
                return "a number"
            case _:
                return f"`{shown(self.text)}`"


KEYWORDS = frozenset(
    (
        *("and", "or", "if", "then", "else", "in", "between", "true", "false", "null"),
        *("for", "return", "some", "every", "satisfies", "function", "instance"),
    )
)

# DMN 1.5 §10.3.1.2 rules 27-29. A token is one word of a name; the parser puts words and symbols together. The
# apostrophe, a symbol that names may hold, has no other use within FEEL and belongs to the word.
_NAME_START = (
    "?A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME = f"[{_NAME_START}]['’{_NAME_START}0-9\u00b7\u0300-\u036f\u203f-\u2040]*"
_SPACES = "\t\n\v\f\r \u0085\u00a0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"

_TOKEN = re.compile(
    rf"""
      (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<name>{_NAME})
    | (?P<space>[{_SPACES}]+ | //[^\n\r]*)
    | (?P<comment>/\*)
    | (?P<string>")
    | (?P<symbol>\*\*|\.\.|!=|<=|>=|->|[-+*/=<>()\[\]{{}},.:@])
    """,
    re.VERBOSE,
)

_ALONE = frozenset(",:()[]{}+=@")

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
_STRING = re.compile(r'[^"\\\n\r\v\f\u0085\u2028\u2029]+')
_SIMPLE = {"'": "'", '"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}
_LINE_END = re.compile(r"\r\n|\n|\r")

_REMEDIES = {
    "'": 'FEEL strings stand in double quotes, as in "approve"',
    "’": 'FEEL strings stand in double quotes, as in "approve"',
    "“": 'FEEL strings stand in straight double quotes, as in "approve"',
    "”": 'FEEL strings stand in straight double quotes, as in "approve"',
    "&": "write `and`",
    "|": "write `or`",
    "!": "write `not(…)`, or `!=` for unequal",
    "%": "there is no `%` in FEEL",
    "^": "write `**` for a power",
    ";": "an expression is one value; remove `;`",
    "$": "FEEL names stand bare: write `decision`, not `${decision}`",
    "#": "FEEL names stand bare: write `decision`, not `#{decision}`",
}


class Lexer:
    """Reads the tokens of one text. `tokens()` is the only use."""

    def __init__(self, text: str, line: int = 1) -> None:
        """`line` is the number of the text's first line, where it stands in a file."""
        self._text = text
        self._offset = 0
        self._before = line - 1
        self._lines = [0, *(match.end() for match in _LINE_END.finditer(text))]

    def tokens(self, start: int = 0) -> list[Token]:
        """All tokens from character `start` on, the last of kind END; raises FeelError."""
        self._offset = start
        text, found = self._text, list[Token]()
        while self._offset < len(text):
            at = self.position(self._offset)
            if (character := text[self._offset]) in _ALONE:
                self._offset += 1
                found.append(Token(Kind.SYMBOL, character, at, character))
            elif token := self._longer(at):
                found.append(token)
        found.append(Token(Kind.END, "", self.position(len(text))))
        return found

    def _longer(self, at: Position) -> Token | None:
        """The token that begins here and may have several characters; None for a space or comment."""
        match = _TOKEN.match(self._text, self._offset)
        if match is None:
            raise self._unexpected(self._text[self._offset], at)
        self._offset = match.end()
        written = match.group()
        match match.lastgroup:
            case "name":
                keyword = written in KEYWORDS
                return Token(Kind.KEYWORD if keyword else Kind.NAME, written, at, written if keyword else "")
            case "number":
                return self._number(written, at)
            case "string":
                return self._string(at)
            case "symbol":
                return Token(Kind.SYMBOL, written, at, written)
            case "comment":
                self._skip_comment(at)
        return None

    def position(self, offset: int) -> Position:
        """Line and column of a character."""
        if len(self._lines) == 1:
            return Position(self._before + 1, offset + 1)
        line = bisect_right(self._lines, offset)
        return Position(self._before + line, offset - self._lines[line - 1] + 1)

    def _unexpected(self, character: str, at: Position) -> FeelError:
        remedy = _REMEDIES.get(character, "expected a value, a name or an operator")
        return FeelError("syntax", f"`{shown(character)}` has no place in FEEL; {remedy}", at)

    def _skip_comment(self, at: Position) -> None:
        end = self._text.find("*/", self._offset)
        if end < 0:
            raise FeelError("syntax", "the comment has no end; expected `*/`", at)
        self._offset = end + 2

    def _number(self, written: str, at: Position) -> Token:
        number = number_from_text(written)
        if number is None:
            raise FeelError(
                "number-range", "the number lies outside the range of decimals (34 digits, exponent to 6144)", at
            )
        return Token(Kind.NUMBER, written, at, number=number)

    def _string(self, at: Position) -> Token:
        parts: list[str] = []
        while True:
            character = self._text[self._offset : self._offset + 1]
            if character == '"':
                self._offset += 1
                break
            if character == "\\":
                parts.append(self._escape())
            elif plain := _STRING.match(self._text, self._offset):
                parts.append(plain.group())
                self._offset = plain.end()
            else:
                raise FeelError(
                    "syntax", 'the string has no end on its line; expected `"` (a new line is written \\n)', at
                )
        return Token(Kind.STRING, _joined("".join(parts), at), at)

    def _escape(self) -> str:
        """The character that an escape means; an unknown one, as in the pattern `\\d`, stands for itself.

        The suites and modelers write patterns so, although DMN 1.5 §10.3.1.2 rule 64 names only the known ones.
        """
        match = _ESCAPE.match(self._text, self._offset)
        if match is None or (character := _escaped(match)) is None:
            self._offset += 1
            return "\\"
        self._offset = match.end()
        return character


def _escaped(match: re.Match[str]) -> str | None:
    four, six, simple = match.groups()
    if simple is not None:
        return _SIMPLE.get(simple)
    code = int(four or six or "", 16)
    return chr(code) if code <= sys.maxunicode else None


def _joined(text: str, at: Position) -> str:
    """`text` with pairs of surrogate escapes made one character; a lone one has no UTF-8 and is refused."""
    try:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        raise FeelError("syntax", "the string holds half of a surrogate pair; expected a whole character", at) from None
