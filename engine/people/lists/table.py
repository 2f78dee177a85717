"""Read one list from the text of a CSV file, as Excel and LibreOffice save it: bounded, each row with its line.

Comma, semicolon or tab; with or without a byte order mark and `sep=` line. A cell is text whatever it begins with: a
formula is never computed. The apostrophe that keeps a written cell from becoming a formula is taken off.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.people.lists.columns import COLUMNS, REQUIRED, List, column_of
from engine.people.lists.problems import Place, Problems

MAX_CELL = 500  # characters
_KEPT_FROM_COMPUTING = re.compile(r"'+[=+\-@\t\r]")
_COMPUTED = re.compile(r"'*[=+\-@\t\r]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row: what stands in each column that the list has."""

    place: Place
    cells: Mapping[str, str]


def read_table(of: List, file: str, text: str, problems: Problems) -> list[Row]:
    """The rows of a list; without its required columns there are none."""
    lines = _lines(file, text, problems)
    first = next(lines, None)
    if first is None:
        problems.add(Place(file=file, line=1), "list-empty", f"no columns; expected {', '.join(COLUMNS[of])}")
        return []
    columns = _columns(of, first[0], first[1], problems)
    if columns is None:
        return []
    return [
        Row(place=place, cells=_cells(place, columns, cells, problems))
        for place, cells in lines
        if any(each.strip() for each in cells)
    ]


def write_table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The text of a list, with a byte order mark so that Excel reads it as UTF-8; no cell is a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(titles)
    writer.writerows([_kept_from_computing(cell) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()


def _kept_from_computing(cell: str) -> str:
    return "'" + cell if _COMPUTED.match(cell) else cell


def _lines(file: str, text: str, problems: Problems) -> Iterator[tuple[Place, list[str]]]:
    text = text.removeprefix("\ufeff")
    top, _, rest = text.partition("\n")
    told = re.fullmatch(r"\"?sep=([,;\t])\"?\r?", top)
    skipped, delimiter = (1, told[1]) if told else (0, _delimiter(top))
    reader = csv.reader(io.StringIO(rest if told else text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield Place(file=file, line=line + skipped), cells
            line = reader.line_num + 1
    except csv.Error as error:
        problems.add(Place(file=file, line=line + skipped), "list-malformed", f"not CSV: {error}")


def _delimiter(top: str) -> str:
    unquoted = re.sub(r'"[^"]*"', "", top)
    return max(",;\t", key=unquoted.count)


def _columns(of: List, place: Place, titles: list[str], problems: Problems) -> list[str] | None:
    before, found = problems.count, list[str]()
    for title in titles:
        column = column_of(of, title)
        if column is None:
            problems.add(place, "column-unknown", f"expected one of {', '.join(COLUMNS[of])}", title.strip()[:80])
        elif column and column in found:
            problems.add(place, "column-twice", "the column stands there twice", title.strip())
        found.append(column or "")
    for column in REQUIRED[of]:
        if column not in found:
            problems.add(place, "column-missing", f"the column is missing (also: {COLUMNS[of][column]})", column)
    return found if problems.count == before else None


def _cells(place: Place, columns: list[str], cells: list[str], problems: Problems) -> Mapping[str, str]:
    if any(each.strip() for each in cells[len(columns) :]):
        message = f"{len(cells)} cells, expected {len(columns)}; put text that holds the separator in double quotes"
        problems.add(place, "cells-too-many", message)
    padded = [*cells, *[""] * (len(columns) - len(cells))]
    found = {}
    for column, cell in zip(columns, padded, strict=False):
        if column:
            found[column] = _cell(place, column, cell.strip(" \n\r\t"), problems)
    return found


def _cell(place: Place, column: str, cell: str, problems: Problems) -> str:
    if len(cell) > MAX_CELL:
        problems.add(place, "cell-too-long", f"{len(cell)} characters, expected at most {MAX_CELL}", column)
        return ""
    if _CONTROL.search(cell):
        problems.add(place, "cell-control", "an invisible control character; type the cell again", column)
        return ""
    return cell[1:] if _KEPT_FROM_COMPUTING.match(cell) else cell
