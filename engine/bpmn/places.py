"""Where things stand in the text of an XML file: lines and columns, which the parsed tree no longer knows.

Read only when a problem is shown, from a file that parsed. Whatever cannot be read ends the reading: a place is a
courtesy, and a file is refused or not without it. Time is linear in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
      <!--.*?-->
    | <!\[CDATA\[(?P<cdata>.*?)\]\]>
    | <\?.*?\?>
    | </(?P<closed>[^>]*)>
    | <(?P<name>[^\s/>!?"'=]+) (?P<attributes>(?: [^>"'] | "[^"]*" | '[^']*' )*?) (?P<empty>/?)>
    """,
    re.VERBOSE | re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""(?P<name>[^\s=/"']+)\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')""")
_CHARACTER = re.compile(r"&(?:#[0-9]+|#x[0-9A-Fa-f]+|[A-Za-z]+);|\r\n|.", re.DOTALL)
_ENCODING = re.compile(rb"""<\?xml[^>]{0,100}encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_LONGEST_TEXT = 20_000  # of a value or content that is searched, in characters
_MOST_TEXT = 5_000_000  # that is searched in one file


class Span(NamedTuple):
    """Some characters of one line; all count from 1."""

    line: int
    column: int
    length: int


class Written(NamedTuple):
    """A value as the parser gives it, and where each of its characters stands in the file."""

    text: str
    at: list[int]


@dataclass(slots=True, kw_only=True)
class Tag:
    """A start tag. `line` is that on which it ends, as the parser counts; offsets count from 0."""

    name: str
    start: int
    line: int
    parent: int
    attributes: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    """By name as written: where the attribute begins, and where its value begins and ends."""
    content: list[tuple[int, int, bool]] = field(default_factory=list)
    """Its own text before its first child, in pieces; whether a piece is as it stands (CDATA)."""


class Places:
    """The tags of a text, by line and by id."""

    def __init__(self, text: str, *, xml: bool = True) -> None:
        self.text = text
        self.tags: list[Tag] = []
        self._left = _MOST_TEXT
        self._breaks = [match.start() for match in re.finditer("\n", text)]
        if xml:
            self._read()
        self.by_line: dict[int, list[int]] = {}
        self.by_id: dict[str, int] = {}
        for index, tag in enumerate(self.tags):
            self.by_line.setdefault(tag.line, []).append(index)
            if name := self.value(tag, "id"):
                self.by_id.setdefault(name, index)

    def _read(self) -> None:
        around, at = [-1], 0
        while (at := self._text_up_to(at, around[-1])) >= 0 and (token := _TOKEN.match(self.text, at)):
            if token["cdata"] is not None:
                self._piece(around[-1], token.start("cdata"), token.end("cdata"), plain=True)
            elif token["closed"] is not None and len(around) > 1:
                around.pop()
            elif token["name"]:
                self._tag(token, around[-1])
                if not token["empty"]:
                    around.append(len(self.tags) - 1)
            at = token.end()

    def _text_up_to(self, at: int, holder: int) -> int:
        """Where the next token begins, -1 at the end; what stands before it belongs to `holder`."""
        found = self.text.find("<", at)
        if found > at:
            self._piece(holder, at, found, plain=False)
        return found

    def _piece(self, holder: int, start: int, end: int, *, plain: bool) -> None:
        if holder >= 0 and holder == len(self.tags) - 1:  # no child has come yet
            self.tags[holder].content.append((start, end, plain))

    def _tag(self, token: re.Match[str], parent: int) -> None:
        line = bisect_right(self._breaks, token.end() - 1) + 1
        tag = Tag(name=token["name"], start=token.start(), line=line, parent=parent)
        for found in _ATTRIBUTE.finditer(self.text, token.start("attributes"), token.end("attributes")):
            value = "double" if found["double"] is not None else "single"
            tag.attributes[found["name"]] = (found.start(), *found.span(value))
        self.tags.append(tag)

    def value(self, tag: Tag, name: str) -> str:
        """An attribute's value; empty without it."""
        span = tag.attributes.get(name)
        return unescape(self.text[span[1] : span[2]]) if span else ""

    def span(self, start: int, end: int) -> Span:
        """The characters from `start` to `end`, as far as they stand on one line."""
        line = bisect_right(self._breaks, start - 1) + 1
        first = self._breaks[line - 2] + 1 if line > 1 else 0
        last = self._breaks[line - 1] if line <= len(self._breaks) else len(self.text)
        return Span(line, start - first + 1, max(1, min(end, last) - start))

    def attribute(self, tag: Tag, local: str) -> tuple[int, int] | None:
        """Where an attribute of this local name stands, with its value."""
        spans = tag.attributes.items()
        found = ((start, end + 1) for name, (start, _, end) in spans if name.rpartition(":")[2] == local)
        return next(found, None)

    def texts(self, tag: Tag) -> Iterator[Written]:
        """The values of a tag's attributes, then its own text."""
        for _, start, end in tag.attributes.values():
            yield self._written([(start, end, False)], spaces=True)
        yield self._written(tag.content, spaces=False)

    def _written(self, pieces: list[tuple[int, int, bool]], *, spaces: bool) -> Written:
        text, at = list[str](), list[int]()
        for start, end, plain in pieces if self._left > 0 else ():
            self._left -= 50 + min(end - start, _LONGEST_TEXT)
            for match in _CHARACTER.finditer(self.text, start, min(end, start + _LONGEST_TEXT)):
                raw = match[0]
                shown = "\n" if raw in ("\r\n", "\r") else raw if plain or len(raw) == 1 else unescape(raw)
                text.append(" " if spaces and raw in ("\n", "\r", "\r\n", "\t") else shown)
                at += [match.start()] * len(shown)
        return Written("".join(text), at)

    def is_within(self, index: int, holder: int) -> bool:
        """Whether a tag is another one or stands within it."""
        while index > holder:
            index = self.tags[index].parent
        return index == holder


def decoded(xml: bytes) -> str | None:
    """The text of an XML file; None where its encoding is unknown here."""
    said = _ENCODING.match(xml)
    encoding = said[1].decode("ascii") if said else "utf-16" if xml[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return xml.decode("utf-8-sig" if encoding.lower() == "utf-8" else encoding)
    except (LookupError, UnicodeDecodeError):
        return None
