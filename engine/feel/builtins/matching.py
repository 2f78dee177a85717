"""The functions of patterns (DMN 1.5 §10.3.4.3): matches, replace, split, and Camunda's extract.

Their syntax and meaning are those of XPath (F&O 3.1 §5.6), their engine is RE2, their cost is counted.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from engine.feel.bounds import too_large
from engine.feel.builtins.growing import Growing
from engine.feel.builtins.patterns import Pattern, Refused, compiled
from engine.feel.builtins.registry import builtin
from engine.feel.builtins.strings import encoded, looked_at
from engine.feel.errors import Undefined
from engine.feel.invoke import Call

_SPECIAL = re.compile(r"[\\$]")


class Match(NamedTuple):
    """Where a pattern matched, and what its groups caught, the whole first; empty for a group that took no part."""

    start: int
    end: int
    groups: tuple[str, ...]


def prepared(call: Call, text: str, pattern: str, flags: str | None) -> Pattern:
    """The pattern, its fuel taken for one pass over the text."""
    encoded(text)
    # Sets are small, and quickly taken from each other, unless an escape brings in whole categories.
    call.spend(len(pattern) // 8 + pattern.count("-[") * (600 if "\\" in pattern else 60))
    program = compiled(pattern, flags or "")
    call.spend(program.cost // 16)
    if isinstance(program, Refused):
        raise Undefined(program.reason)
    _passed(call, program, len(text))
    return program


def _passed(call: Call, pattern: Pattern, size: int) -> None:
    """Take the fuel for one pass over so many characters, of which a unit pays for 1,024 steps."""
    call.spend(1 + size * pattern.steps // 1024)


def found(call: Call, pattern: Pattern, text: str) -> Iterator[Match]:
    """All matches in order; each may take a look at the whole rest of the text, for which it pays."""
    for match in pattern.program.finditer(text):
        _passed(call, pattern, len(text) - match.start())
        yield Match(match.start(), match.end(), (match.group(), *match.groups("")))


@builtin("matches", "input: string, pattern: string, flags?: string?", "boolean")
def matches(call: Call, text: str, pattern: str, flags: str | None) -> bool:
    """Whether the pattern matches somewhere in the string."""
    return prepared(call, text, pattern, flags).program.search(text) is not None


@builtin("replace", "input: string, pattern: string, replacement: string, flags?: string?", "string")
def replace(call: Call, text: str, pattern: str, replacement: str, flags: str | None) -> str:
    """The string with every match replaced; `$1` in the replacement is what the first group caught, `$0` the match."""
    program = prepared(call, text, pattern, flags)
    _refuse_empty(program)
    looked_at(call, replacement)
    template = _template(replacement, program.groups)
    gathered = Growing(call)
    end = 0
    for match in found(call, program, text):
        gathered.add(text[end : match.start])
        for piece in template:
            gathered.add(match.groups[piece] if isinstance(piece, int) else piece)
        end = match.end
    gathered.add(text[end:])
    return gathered.text()


@builtin("split", "string: string, delimiter: string", "list<string>")
def split(call: Call, text: str, delimiter: str) -> list[str]:
    """The parts of the string between the matches of a pattern."""
    program = prepared(call, text, delimiter, None)
    _refuse_empty(program)
    parts: list[str] = []
    end = 0
    for match in found(call, program, text):
        parts.append(text[end : match.start])
        end = match.end
        _bounded(call, parts)
    return [*parts, text[end:]]


@builtin("extract", "string: string, pattern: string", "list<string>")
def extract(call: Call, text: str, pattern: str) -> list[str]:
    """All that the pattern matches in the string, in order (Camunda 8)."""
    matched: list[str] = []
    for match in found(call, prepared(call, text, pattern, None), text):
        matched.append(match.groups[0])
        _bounded(call, matched)
    return matched


def _bounded(call: Call, parts: list[str]) -> None:
    if len(parts) >= call.run.bounds.items:
        raise too_large("a list or context", call.run.bounds.items, call.at)


def _refuse_empty(pattern: Pattern) -> None:
    """F&O's error FORX0003: where nothing is matched, there is no end of matches."""
    if pattern.program.search("") is not None:
        raise Undefined("the pattern matches the empty string")


def _template(replacement: str, groups: int) -> list[str | int]:
    """The replacement as texts and numbers of groups (F&O 3.1 §5.6.4).

    Of the digits after `$` as many count as make the number of a group, and at least one; a group that is not there
    is empty.
    """
    pieces: list[str | int] = []
    at = 0
    for special in _SPECIAL.finditer(replacement):
        if special.start() < at:
            continue  # the second of two
        pieces.append(replacement[at : special.start()])
        piece, at = _special(replacement, special.start(), groups)
        pieces.append(piece)
    return [*pieces, replacement[at:]]


def _special(replacement: str, at: int, groups: int) -> tuple[str | int, int]:
    """What the `\\` or `$` at this place means, and where the text after it begins."""
    following = replacement[at + 1 : at + 2]
    if replacement[at] == "\\":
        if following not in ("\\", "$"):
            raise Undefined("the replacement has a `\\` before something other than `\\` and `$`")
        return following, at + 2
    if not _digit(following):
        raise Undefined("the replacement has a `$` that is neither escaped nor before the number of a group")
    number, at = int(following), at + 2
    while _digit(digit := replacement[at : at + 1]) and number * 10 + int(digit) <= groups:
        number, at = number * 10 + int(digit), at + 1
    return (number if number <= groups else ""), at


def _digit(text: str) -> bool:
    return text.isascii() and text.isdigit()
