"""Patterns of XPath (F&O 3.1 §5.6.1, XML Schema Part 2 §F) for RE2, which matches in time linear in the text.

An author's pattern never reaches a matcher that backtracks. It is translated; whatever XPath forbids or RE2 cannot do
is Undefined, with its reason.
"""

from dataclasses import dataclass, field
from functools import lru_cache

import re2

from engine.feel.builtins.character_classes import ESCAPES, CharacterClass, Part, set_text
from engine.feel.builtins.unicode_sets import BLOCKS, CATEGORY_NAMES, LINE_ENDS, complement
from engine.feel.errors import Undefined

MAX_LENGTH = 1024
"""Characters of a pattern."""

_MAX_TRANSLATED = 65_536
_MAX_MEMORY = 1 << 20
_MAX_PROGRAM = 20_000
_MAX_NESTING = 50
_MAX_SUBTRACTIONS = 10

_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"} | {char: char for char in "\\|.-^?*+{}()[]$"}
_WHITE = " \t\n\r"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern, and what fuel is reckoned of: `cost` to compile it, `steps` to match one character."""

    program: "re2._Regexp"
    groups: int
    cost: int
    steps: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Why there is no such pattern, and what it cost to find out."""

    reason: str
    cost: int = 1


def compiled(pattern: str, flags: str) -> Pattern | Refused:
    """The pattern under the flags s, m, i and x; refused if it is none of XPath's or needs more than RE2 has."""
    if len(pattern) > MAX_LENGTH:
        return Refused(f"the pattern is longer than {MAX_LENGTH} characters")
    if not set(flags) <= set("smix"):
        return Refused("a flag is none of s, m, i and x")
    return _compiled(pattern, "".join(sorted(set(flags))))


@lru_cache(maxsize=64)
def _compiled(pattern: str, flags: str) -> Pattern | Refused:
    translation = _Translation(_condensed(pattern) if "x" in flags else pattern, flags)
    try:
        text = translation.whole()
        program = re2.compile(text, _options("i" in flags))
    except Undefined as error:
        return Refused(str(error))
    except (re2.error, UnicodeEncodeError):
        return Refused("the pattern is no regular expression, or too large", _MAX_PROGRAM)
    if program.programsize > _MAX_PROGRAM:
        reason = "the pattern is too large; use fewer repetitions and simpler character classes"
        return Refused(reason, program.programsize)
    return Pattern(program, program.groups, program.programsize, translation.weights[0] + 4)


def _options(fold: bool) -> re2.Options:
    options = re2.Options()
    options.max_mem = _MAX_MEMORY
    options.log_errors = False
    options.case_sensitive = not fold
    return options


def _condensed(pattern: str) -> str:
    """The pattern without white space outside character classes (flag x)."""
    kept: list[str] = []
    depth = 0
    escaped = False
    for char in pattern:
        if char in _WHITE and not depth:
            continue
        if not escaped:
            depth += (char == "[") - (char == "]" and depth > 0)
        escaped = char == "\\" and not escaped
        kept.append(char)
    return "".join(kept)


@dataclass(slots=True)
class _Group:
    """A group while it is read: its number, if it has one, and its characters as long as it holds nothing else."""

    number: int | None
    plain: list[str] | None = field(default_factory=list)


class _Translation:
    """One pass over a pattern; `out` gathers the pieces for RE2."""

    __slots__ = (
        "at", "branched", "folds", "groups", "last", "open", "out", "plain", "size", "special", "subtractions", "text",
        "weights",
    )  # fmt: skip

    def __init__(self, text: str, flags: str) -> None:
        self.text = text
        self.at = 0
        self.out: list[str] = []
        self.size = 0
        self.open: list[_Group] = []
        self.groups = 0
        self.plain: dict[int, str] = {}
        """The characters of closed groups that hold nothing else and take part in every match."""
        self.subtractions = 0
        self.branched = "|" in text
        self.folds = "i" in flags
        self.weights = [0]
        """How many characters RE2 may wait for at once, repetitions counted: in the pattern, and in each open group."""
        self.last = 0
        self.special = {char: char for char in "|?*+"} | {
            ".": "(?s:.)" if "s" in flags else set_text(complement(LINE_ENDS)),
            "^": "(?m:^)" if "m" in flags else r"\A",
            "$": "(?m:$)" if "m" in flags else r"\z",
        }

    def whole(self) -> str:
        """The translation."""
        while self.at < len(self.text):
            self._piece(self._next())
        if self.open:
            raise Undefined("the pattern has an open parenthesis")
        return "".join(self.out)

    def _piece(self, char: str) -> None:
        match char:
            case "(":
                self._opened()
            case ")":
                self._closed()
            case "[":
                self._mixed(self._class().text(fold=self.folds), 1)
            case "\\":
                self._escape(self._next())
            case "{":
                self._counted()
            case "]" | "}":
                raise Undefined("the pattern has a closing bracket that is neither escaped nor closes anything")
            case _ if char in self.special:
                self._mixed(self.special[char], char in ".^$")
            case _:
                self._literal(char)

    def _next(self) -> str:
        if self.at >= len(self.text):
            raise Undefined("the pattern ends too early")
        self.at += 1
        return self.text[self.at - 1]

    def _sees(self, *texts: str) -> bool:
        return self.text.startswith(texts, self.at)

    def _add(self, text: str) -> None:
        self.size += len(text)
        if self.size > _MAX_TRANSLATED:
            raise Undefined("the pattern is too large; use simpler character classes")
        self.out.append(text)

    def _weigh(self, weight: int) -> None:
        self.last = weight
        self.weights[-1] += weight

    def _literal(self, char: str) -> None:
        self._add(_quoted(char))
        self._weigh(1)
        if self.open and (plain := self.open[-1].plain) is not None:
            plain.append(char)

    def _mixed(self, text: str, weight: int = 0) -> None:
        """Something other than a plain character; an operator weighs nothing, and leaves what is before it the last."""
        self._add(text)
        if weight:
            self._weigh(weight)
        if self.open:
            self.open[-1].plain = None

    def _opened(self) -> None:
        if self._sees("?:"):
            self.at += 2
            self._mixed("(?:")
            self.open.append(_Group(None))
        elif self._sees("?"):
            raise Undefined("the pattern has a group of a kind that XPath does not know")
        else:
            self.groups += 1
            self._mixed("(")
            self.open.append(_Group(self.groups))
        self.weights.append(0)
        if len(self.open) > _MAX_NESTING:
            raise Undefined(f"the pattern is nested deeper than {_MAX_NESTING} levels")

    def _closed(self) -> None:
        if not self.open:
            raise Undefined("the pattern closes a parenthesis that is not open")
        group = self.open.pop()
        self._add(")")
        self._weigh(self.weights.pop())
        if group.number and group.plain is not None and not (self.open or self.branched or self._sees(*"?*+{")):
            self.plain[group.number] = "".join(group.plain)

    def _counted(self) -> None:
        end = self.text.find("}", self.at)
        least, comma, most = self.text[self.at : max(end, self.at)].partition(",")
        if end < 0 or not _digits(least) or (most and not _digits(most)) or end > self.at + 9:
            raise Undefined("the pattern has a `{` that begins no quantifier such as {2}, {2,} or {2,5}")
        self._mixed(f"{{{least}{comma}{most}}}")
        times = max(1, int(least), int(most or 0))
        self.weights[-1] += self.last * (times - 1)
        self.last *= times
        self.at = end + 1

    def _escape(self, char: str) -> None:
        if char in _ESCAPED:
            self._literal(_ESCAPED[char])
        elif _digits(char):
            self._reference(int(char))
        else:
            self._mixed(CharacterClass((self._many(char),)).text(fold=self.folds), 1)

    def _reference(self, number: int) -> None:
        # Of the digits that follow as many count as make the number of a group.
        while _digits(digit := self.text[self.at : self.at + 1]) and number * 10 + int(digit) <= self.groups:
            number = number * 10 + int(digit)
            self.at += 1
        if not 1 <= number <= self.groups or any(group.number == number for group in self.open):
            raise Undefined("the pattern refers back to a group that is not closed before")
        if number not in self.plain:
            raise Undefined("the pattern refers back to a group of more than plain characters, which is not supported")
        self._mixed(f"(?:{_quoted(self.plain[number])})", len(self.plain[number]))

    def _class(self) -> CharacterClass:
        """The class whose `[` was just read."""
        negated = self._sees("^")
        self.at += negated
        parts: list[Part] = []
        while not (self._sees("]") and parts):
            if parts and self._sees("-["):
                return CharacterClass(tuple(parts), negated, self._subtracted())
            parts.append(self._part(first=not parts))
        self.at += 1
        return CharacterClass(tuple(parts), negated)

    def _subtracted(self) -> CharacterClass:
        self.subtractions += 1
        if self.subtractions > _MAX_SUBTRACTIONS:
            raise Undefined(f"the pattern takes classes from classes more than {_MAX_SUBTRACTIONS} times")
        self.at += 2
        inner = self._class()
        if self._next() != "]":
            raise Undefined("the pattern has something after the class that is taken from another")
        return inner

    def _part(self, *, first: bool) -> Part:
        char = self._next()
        if char == "\\" and self.text[self.at : self.at + 1] not in _ESCAPED:
            return self._many(self._next())
        if char == "-" and not first and not self._sees("]", "-["):
            raise Undefined("the pattern has a `-` amid a class that is not escaped")
        low = self._member(char)
        if not self._sees("-") or self._sees("-]", "-["):
            return Part(((low, low),))
        self.at += 1
        if (high := self._member(self._next())) < low:
            raise Undefined("the pattern has a range whose end comes before its start")
        return Part(((low, high),))

    def _member(self, char: str) -> int:
        """The code point of one character of a class, escaped or not."""
        if char in "[]":
            raise Undefined("the pattern has a bracket in a class that is not escaped")
        if char != "\\":
            return ord(char)
        if (escaped := self._next()) not in _ESCAPED:
            raise Undefined("the pattern has a range that ends with more than one character")
        return ord(_ESCAPED[escaped])

    def _many(self, char: str) -> Part:
        """An escape that stands for more than one character."""
        if char.lower() == "p":
            part = self._property()
        elif char.lower() in ESCAPES:
            part = ESCAPES[char.lower()]
        else:
            raise Undefined("the pattern has an escape that XPath does not know")
        return part.opposite() if char.isupper() else part

    def _property(self) -> Part:
        end = self.text.find("}", self.at)
        if not self._sees("{") or end < 0:
            raise Undefined("the pattern has a \\p without a name in braces")
        name = self.text[self.at + 1 : end]
        self.at = end + 1
        if name.startswith("Is") and name[2:] in BLOCKS:
            return Part((BLOCKS[name[2:]],))
        if name in CATEGORY_NAMES:
            return Part(categories=(name,))
        raise Undefined("the pattern names a category or block that is not known")


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _quoted(text: str) -> str:
    """Plain characters for RE2; what is no letter or digit is written as its code point."""
    return "".join(char if char.isalnum() else f"\\x{{{ord(char):X}}}" for char in text)
