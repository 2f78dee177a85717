"""Find the columns of problems: what exactly is meant, in the text of the file that its author knows.

Nothing is decided here. A problem that cannot be found keeps its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from engine.bpmn.places import Places, Span, Tag, Written, decoded
from engine.bpmn.problems import Mark, Problem

MOST = 1_000
"""Problems whose columns are looked for; nobody reads more."""
_FARTHEST = 500  # tags of one element that are searched for a text
_LONGEST_NAME = 400
_WORD = re.compile(r"[^\W\d]\w*|\d[\d.]*|[<>!]=|\S")
_ENTITY = re.compile(r"&[#\w]{1,10};")
_XML = (".bpmn", ".dmn", ".xml")


def located(problems: Iterable[Problem], files: Mapping[str, bytes]) -> tuple[Problem, ...]:
    """The problems with their columns and the names of their elements; `files` are the bundle's, by path."""
    known: dict[str, Places | None] = {}
    found = []
    for number, problem in enumerate(problems):
        if problem.file in files and number < MOST:
            if problem.file not in known:
                known[problem.file] = _places(problem.file, files[problem.file])
            problem = _located(problem, known[problem.file])
        found.append(problem)
    return tuple(found)


def _places(path: str, content: bytes) -> Places | None:
    text = decoded(content)
    return None if text is None else Places(text, xml=path.endswith(_XML))


def _located(problem: Problem, places: Places | None) -> Problem:
    if places is None:
        return problem
    span = _span(places, problem) if places.tags else _plain(places, problem.mark)
    owner = places.by_id.get(problem.element or "")
    if owner is not None:
        problem = replace(problem, name=places.value(places.tags[owner], "name")[:_LONGEST_NAME])
    return problem if span is None else replace(problem, line=span.line, column=span.column, length=span.length)


def _plain(places: Places, mark: Mark | None) -> Span | None:
    """In a file that is no XML, what is marked is looked for as it stands."""
    at = places.text.find(mark.text) if mark and mark.text else -1
    return places.span(at, at + len(mark.text)) if mark and at >= 0 else None


def _span(places: Places, problem: Problem) -> Span | None:
    owner = places.by_id.get(problem.element or "")
    on_line = places.by_line.get(problem.line, [])
    own = [index for index in on_line if owner is not None and places.is_within(index, owner)]
    if problem.mark is not None:
        for index in _candidates(places, own or on_line, owner):
            if span := _marked(places, places.tags[index], problem.mark):
                return span
    chosen = owner if owner in on_line else next(iter(own or on_line), owner)
    return None if chosen is None else _name(places, places.tags[chosen])


def _candidates(places: Places, near: list[int], owner: int | None) -> Iterator[int]:
    """The tags on the line first, then everything within the element."""
    yield from near[:_FARTHEST]
    if owner is not None:
        for index in range(owner, min(len(places.tags), owner + _FARTHEST)):
            if not places.is_within(index, owner):
                return
            yield index


def _name(places: Places, tag: Tag) -> Span:
    return places.span(tag.start, tag.start + 1 + len(tag.name))


def _marked(places: Places, tag: Tag, mark: Mark) -> Span | None:
    if not mark.attribute:
        return _within(places, tag, mark)
    found = places.attribute(tag, mark.attribute)
    return places.span(*found) if found else None


def _within(places: Places, tag: Tag, mark: Mark) -> Span | None:
    """Where a text, or a place in it, stands in a tag's attributes or content."""
    for written in places.texts(tag):
        start = written.text.find(mark.text)
        if start >= 0 and mark.text:
            return _placed(places, written, start, mark)
    return None


def _placed(places: Places, written: Written, start: int, mark: Mark) -> Span:
    end = start + len(mark.text)
    first = start + _offset(mark) if mark.line else start
    first = min(first, end - 1)
    if mark.length:
        end = min(end, first + mark.length)
    elif mark.line:
        word = _WORD.match(written.text, first, end)
        end = word.end() if word else first + 1
    last = written.at[end - 1]
    return places.span(written.at[first], last + max(1, _raw_length(places, last)))


def _raw_length(places: Places, at: int) -> int:
    """How many characters the one at `at` takes as it is written: an entity takes several."""
    entity = _ENTITY.match(places.text, at)
    return len(entity[0]) if entity else 1


def _offset(mark: Mark) -> int:
    lines = mark.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return sum(len(line) + 1 for line in lines[: mark.line - 1]) + mark.column - 1
