"""The errors of the FEEL language: what is wrong, where in the text, and the remedy."""

from typing import NamedTuple


class Position(NamedTuple):
    """A place in an expression's text; both count from 1, columns in characters."""

    line: int
    column: int


START = Position(1, 1)


class FeelError(Exception):
    """An expression was refused, or its evaluation hit a bound.

    `code` is stable. Compiling: `syntax`, `unsupported`, `foreign-language`, `number-range`, `text-bound`,
    `node-bound`, `depth-bound`. Evaluating: `fuel`, `result-bound`, `depth-bound`, `not-data`, `number-range`. The
    message never holds a value of the data.
    """

    def __init__(self, code: str, message: str, at: Position = START) -> None:
        super().__init__(code, message, at.line, at.column)
        self.code = code
        self.message = message
        self.line = at.line
        self.column = at.column

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}   [{self.code}]"


class Undefined(Exception):
    """An operation has no answer for its operands: its value is null, and the message is reported as a `Problem`.

    The message names what was expected, never a value of the data.
    """


class Problem(NamedTuple):
    """Why a part of an evaluation became null, where the standard speaks of an error (DMN 1.5 §10.3.2.15)."""

    message: str
    at: Position

    def __str__(self) -> str:
        return f"line {self.at.line}, column {self.at.column}: {self.message}"


def shown(text: str, limit: int = 40) -> str:
    """`text` as it can stand in a message or a log: no control or surrogate characters, at most `limit` characters."""
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in short)
