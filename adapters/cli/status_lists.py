"""Read a carrier's list of what became of parcels: CSV with a header, or a JSON object a line.

A line that cannot be read is told with its number and why; the others are read.
"""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.cli.errors import USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.times import VIETNAM

LONGEST = 4000  # characters of a line
_NAMES: Mapping[str, tuple[str, ...]] = {
    "parcel": ("item", "dispatch", "parcel", "code", "mã bưu gửi", "số hiệu bưu gửi", "mã gửi", "mã"),
    "status": ("status", "trạng thái"),
    "at": ("time", "at", "thời gian", "thời điểm", "ngày giờ"),
    "note": ("note", "ghi chú"),
}
_WRITTEN = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A line: what is sent of it, or why it cannot be read. `number`: where it stands in the file, from 1."""

    number: int
    sent: Mapping[str, Any]
    why: str = ""


def read_lines(text: str) -> Iterator[Read]:
    """Give each line that is not empty; of a CSV file those behind its header. Raises CommandFailed without one."""
    lines = [(number, line) for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1) if line.strip()]
    if lines and lines[0][1].lstrip().startswith("{"):
        yield from (_of(number, line, _object(line)) for number, line in lines)
        return
    header, delimiter = _header(lines[0][1] if lines else "")
    yield from (_of(number, line, _row(header, line, delimiter)) for number, line in lines[1:])


def _header(line: str) -> tuple[Sequence[str | None], str]:
    """What each column holds, None where nothing of ours; and what stands between them."""
    delimiter = max(",;\t", key=line.count)
    titles = next(csv.reader([line], delimiter=delimiter), [])
    found = [_field(title) for title in titles]
    if missing := {"parcel", "status", "at"} - set(found):
        told = _("the list has no column for: {columns}").format(columns=", ".join(sorted(missing)))
        remedy = _("its first line names the columns: item (or dispatch), status, time, note")
        raise CommandFailed("bad-list", told, remedy=remedy, exit_code=USAGE)
    return found, delimiter


def _field(title: str) -> str | None:
    name = " ".join(title.casefold().split())
    return next((field for field, names in _NAMES.items() if name in names), None)


def _row(header: Sequence[str | None], line: str, delimiter: str) -> Mapping[str, str] | None:
    try:
        values = next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None
    return {field: value for field, value in zip(header, values, strict=False) if field is not None and value.strip()}


def _object(line: str) -> Mapping[str, str] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    named = ((_field(name), each) for name, each in value.items() if isinstance(each, str) and each.strip())
    return {field: each for field, each in named if field is not None}


def _of(number: int, line: str, found: Mapping[str, str] | None) -> Read:
    if found is None:
        return Read(number=number, sent={}, why=_("it is neither CSV nor a JSON object"))
    if len(line) > LONGEST:
        return Read(number=number, sent={}, why=_("it is longer than {limit} characters").format(limit=LONGEST))
    if missing := [name for name in ("parcel", "status", "at") if name not in found]:
        return Read(number=number, sent={}, why=_("it lacks: {names}").format(names=", ".join(missing)))
    at = _time(found["at"].strip())
    if at is None:
        told = _("time {text}: expected ISO 8601, or 21/11/2026 15:30").format(text=repr(found["at"].strip()))
        return Read(number=number, sent={}, why=told)
    words = {name: found[name].strip() for name in ("parcel", "status")}
    if "\0" in line or any("\0" in word or not _whole(word) for word in words.values()):
        return Read(number=number, sent={}, why=_("it holds characters that no text has"))
    if len(words["status"]) > 60 or len(words["parcel"]) > 100:
        return Read(number=number, sent={}, why=_("its status or its code is too long"))
    return Read(number=number, sent={"line": number, **words, "at": at.isoformat(), "raw": line})


def _whole(text: str) -> bool:
    """Whether it has no half of a surrogate pair, which JSON can write."""
    return not any("\ud800" <= each <= "\udfff" for each in text)


def _time(text: str) -> datetime | None:
    """A time with its zone, or one of Vietnam without."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return next((each for form in _WRITTEN if (each := _as(text, form)) is not None), None)
    return found if found.tzinfo is not None else found.replace(tzinfo=VIETNAM)


def _as(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=VIETNAM)
    except ValueError:
        return None
