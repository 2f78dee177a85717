"""An agency's lists on this machine: read to be sent, written as they came; what they change, as a diff."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from adapters.cli.errors import USAGE, CommandFailed
from adapters.cli.input import read_file
from adapters.cli.language import _
from adapters.cli.terminal import escape

LARGEST = 5 * 1024 * 1024
Json = Mapping[str, Any]
_BESIDE = ("sign", "subject", "file", "line", "before")


def read_lists(paths: Sequence[Path]) -> dict[str, str]:
    """The texts of the files, by their names; of a folder, its CSV files."""
    found: dict[str, str] = {}
    for file in _files(paths):
        if file.name in found:
            message = _("{name} is given twice").format(name=escape(file.name))
            raise CommandFailed("list-twice", message, remedy=_("give each list once"), exit_code=USAGE)
        found[file.name] = _text(file)
    if not found:
        raise CommandFailed(
            "list-missing", _("no CSV file there"), remedy=_("see: hoso officer export"), exit_code=USAGE
        )
    return found


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for each in paths:
        if each.is_dir():
            yield from sorted(file for file in each.iterdir() if file.suffix.lower() == ".csv")
        else:
            yield each


def _text(file: Path) -> str:
    try:
        return read_file(file, limit=LARGEST).decode("utf-8-sig")
    except UnicodeDecodeError:
        message = _("{name} is not UTF-8").format(name=escape(file))
        remedy = _("in Excel, save it as “CSV UTF-8 (Comma delimited)”")
        raise CommandFailed("list-encoding", message, remedy=remedy, exit_code=USAGE) from None


def write_lists(files: Mapping[str, str], folder: Path) -> list[Path]:
    """Write the files into a folder, made if need be; none that is there is overwritten."""
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / Path(name).name for name in files]
    for file in written:
        if file.exists():
            message = _("{name} is there already").format(name=escape(file))
            raise CommandFailed("file-exists", message, remedy=_("choose an empty folder"), exit_code=USAGE)
    for file, text in zip(written, files.values(), strict=True):
        file.write_bytes(text.encode())
    return written


def diff(answer: Json) -> Iterator[str]:
    """The changes, a line each: + is new, ~ is other, - ends."""
    for change in answer.get("changes", []):
        sign = str(change.get("sign", "~"))
        yield f"{'−' if sign == '-' else escape(sign)} {_words(change)}"


def plain(answer: Json) -> list[Json]:
    """The changes of a plan as they are signed: without where they come from and what was before."""
    offered = answer.get("signed_changes")
    steps = answer.get("changes")
    if not isinstance(offered, list) or not isinstance(steps, list) or len(offered) != len(steps):
        return []
    return [
        {name: value for name, value in step.items() if name not in _BESIDE or name in change}
        for step, change in zip(steps, offered, strict=True)
    ]


def notes(answer: Json) -> Iterator[str]:
    """What differs and stays, a line each."""
    for each in answer.get("notes", []):
        place = f"{each['file']}:{each['line']}: " if "file" in each else ""
        yield escape(f"{place}{each.get('subject')}: {each.get('message')}   [{each.get('code')}]")


def _words(change: Json) -> str:
    kind, before = str(change.get("kind")), change.get("before", {})
    if kind.endswith("-ended"):
        return _ended(change, before)
    template = {
        "unit-added": _("unit {id}: {name}, below {parent}"),
        "position-added": _("position {id}: {title}, in {unit}"),
        "officer-added": _("officer {id}: {name}"),
        "officer-appointed": _("{officer}: position {position}, {days}"),
        "role-granted": _("{officer}: role {role} in {unit}, {days}"),
        "mandate-given": _("mandate {id}: {capacity}. from {given_by} to {given_to}, {days}"),
        "unit-changed": _("unit {id}: {fields}"),
        "position-changed": _("position {id}: {fields}"),
        "officer-changed": _("officer {id}: {fields}"),
    }.get(kind, "{kind} {subject}")
    told = {"parent": "-", **{name: _shown(value) for name, value in change.items()}}
    return template.format(**told, days=_days(change), fields=_fields(change, before))


def _ended(change: Json, before: Json) -> str:
    who, until = escape(change.get("subject")), str(change.get("until"))
    what = {
        "appointment-ended": _("position {position}"),
        "role-ended": _("role {role} in {unit}"),
        "mandate-ended": _("mandate"),
    }.get(str(change.get("kind")), str(change.get("kind")))
    named = what.format(**{name: _shown(value) for name, value in before.items()})
    if until < str(before.get("since", "")):
        return _("{who}: {what} does not begin").format(who=who, what=named)
    return _("{who}: {what} ends on {until}").format(who=who, what=named, until=escape(until))


def _days(change: Json) -> str:
    if change.get("until"):
        return _("from {since} to {until}").format(since=_shown(change.get("since")), until=_shown(change["until"]))
    return _("from {since}").format(since=_shown(change.get("since")))


def _fields(change: Json, before: Json) -> str:
    names = {
        "name": _("name"),
        "parent": _("above it"),
        "collective": _("decides as a body"),
        "contact": _("contact"),
        "title": _("title"),
        "rank": _("rank"),
        "roles": _("roles"),
        "subject": _("signs in as"),
    }
    told = ((escape(names.get(name, name)), _shown(before[name]), _shown(change.get(name))) for name in before)
    return ", ".join(f"{name}: {was} → {now}" for name, was, now in told)


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(escape(each) for each in value.values() if each) or "-"
    if isinstance(value, list):
        return ", ".join(escape(each) for each in value) or "-"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "-" if value in (None, "") else escape(value)
