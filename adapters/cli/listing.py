"""Lists and single things, as a table for people or JSON for programs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer

from adapters.cli.language import _
from adapters.cli.terminal import out_json, say, show, table
from adapters.cli.times import local

AsJson = Annotated[bool, typer.Option("--json", help=_("Print JSON."))]
Column = tuple[str, str | Callable[[Mapping[str, Any]], object]]
TIMES = frozenset(
    [
        "time",
        "opened",
        "due",
        "returned",
        "follow_up",
        "returned",
        "created",
        "updated",
        "started",
        "finished",
        "suspended",
        "since",
        "adopted",
        "deployed",
        "bound",
        "revoked",
        "taken",
        "lease_until",
        "not_before",
        "not_after",
    ]
)


def print_list(items: Iterable[Mapping[str, Any]], columns: Sequence[Column], *, as_json: bool) -> None:
    """Print every item; a column is a title and the item's key, or a function of the item."""
    if as_json:
        out_json({"items": list(items)})
        return
    rows = [[_value(item, source) for _title, source in columns] for item in items]
    if not rows:
        say(_("Nothing to list."))
        return
    table([title for title, _source in columns], rows)


def _value(item: Mapping[str, Any], source: str | Callable[[Mapping[str, Any]], object]) -> object:
    if callable(source):
        return source(item)
    value = item.get(source)
    return local(value) if value and source in TIMES else value


def print_one(value: Mapping[str, Any], labels: Mapping[str, str], *, as_json: bool) -> None:
    """Print one thing: labelled fields first, then the others under their own names."""
    if as_json:
        out_json(value)
        return
    show({key: local(part) if part and key in TIMES else part for key, part in value.items()}, labels)
