"""Problems of a bundle as a compiler tells them: place, line of the file, what is meant, rule, how to mend it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from adapters.cli.language import _, current
from adapters.cli.terminal import escape, width
from adapters.console.rules import rule_of
from engine.bpmn.clauses import without_clause
from engine.bpmn.located import MOST
from engine.bpmn.places import decoded
from engine.bpmn.problems import Problem

_COLUMNS = 100
_COLOURS = {"error": "1;31", "warning": "1;33", "mark": "1;36", "place": "1"}


def tell(folder: Path, problems: Sequence[Problem], files: Mapping[str, bytes], say: Callable[[str], None]) -> None:
    """Print every problem by `say`; colours on a terminal only."""
    texts: dict[str, list[str]] = {}
    paint = _paint if _is_coloured() else _plain
    for number, problem in enumerate(problems):
        if number:
            say("")
        if number == MOST:
            say(_("{count} more problems are not shown").format(count=len(problems) - MOST))
            return
        if problem.file not in texts:
            text = decoded(files.get(problem.file, b"")) or ""
            texts[problem.file] = [line.rstrip("\r") for line in text.split("\n")]
        for line in _lines(folder, problem, texts[problem.file], paint):
            say(line)


def summary(folder: Path, problems: Iterable[Problem]) -> str:
    """How many errors and warnings there are."""
    levels = [problem.severity for problem in problems]
    return _("{folder}: {errors} error(s), {warnings} warning(s)").format(
        folder=escape(str(folder)), errors=levels.count("error"), warnings=levels.count("warning")
    )


Paint = Callable[[str, str], str]


def _plain(_kind: str, text: str) -> str:
    return text


def _paint(kind: str, text: str) -> str:
    return f"\x1b[{_COLOURS[kind]}m{text}\x1b[0m"


def _is_coloured() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _lines(folder: Path, problem: Problem, text: Sequence[str], paint: Paint) -> Iterable[str]:
    place = f"{folder / problem.file}:{problem.line}:{problem.column or 1}"
    level = _("error") if problem.severity == "error" else _("warning")
    said, rule = escape(without_clause(problem.message)), rule_of(problem.code)
    title = _(rule.title) if rule is not None else ""
    if title and current() != "en":
        said, title = f"{title}: {said}", ""  # the engine speaks English
    yield f"{paint('place', escape(place) + ':')} {paint(problem.severity, level + ':')} {said} [{problem.code}]"
    yield from _source(problem, text, paint)
    name = f" ({escape(problem.name)})" if problem.name and problem.name != problem.element else ""
    if problem.element:
        yield _told(_("element"), escape(problem.element) + name)
    for note in problem.notes:
        yield _told(_("note"), escape(note))
    yield _told(_("rule"), _rule(problem, title))
    yield _told(_("mend"), escape(problem.remedy))


def _told(label: str, text: str) -> str:
    return f"  = {label}: {text}"


def _rule(problem: Problem, title: str) -> str:
    """The clause of the standard, the rule in a few words, and where more is said."""
    more = f"hoso process explain {problem.code}"
    return "; ".join(part for part in (problem.rule, title, more) if part)


def _source(problem: Problem, text: Sequence[str], paint: Paint) -> Iterable[str]:
    """The line of the file, cut to what fits around the place, and a line that underlines it."""
    if not problem.column or problem.line > len(text):
        return
    line, number = text[problem.line - 1], str(problem.line)
    start = max(0, problem.column - 1 - _COLUMNS // 2) if width(line) > _COLUMNS else 0
    before = ("…" if start else "") + _shown(line[start : problem.column - 1])
    meant = _shown(line[problem.column - 1 : problem.column - 1 + max(1, problem.length)])
    after = _shown(line[problem.column - 1 + problem.length :])
    room = max(0, _COLUMNS - width(before) - width(meant))
    after = after if len(after) <= room else after[:room] + "…"
    meant = meant[:_COLUMNS]
    yield f"{number:>6} | {before}{meant}{after}".rstrip()
    under = "^" + "~" * (max(1, width(meant)) - 1)
    yield f"{'':>6} | {' ' * width(before)}{paint('mark', under)}"


def _shown(text: str) -> str:
    return escape(text.replace("\t", "    "))
