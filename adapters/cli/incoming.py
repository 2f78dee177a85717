"""The list of a parcel that came in, as an officer writes it (JSON), and the scans that it names."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.cli.client import Client
from adapters.cli.documents import upload
from adapters.cli.errors import USAGE, CommandFailed
from adapters.cli.input import read_object
from adapters.cli.language import _

FIELDS = frozenset({"name", "title", "kind", "present", "file"})
KINDS = ("original", "copy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A document of the list; `file`: its scan."""

    name: str
    title: str
    kind: str | None
    present: bool
    file: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelList:
    """Who sent the parcel, and what is in it, or should be."""

    sender: str
    documents: tuple[Listed, ...]


def read_list(file: Path) -> ParcelList:
    """Read the list; the scans lie beside it. Raises CommandFailed (`bad-list`) with the document that is wrong."""
    value = read_object(file)
    items = value.get("documents")
    if set(value) - {"sender", "documents"} or not isinstance(items, list) or not items:
        raise _bad(file, _("expected sender and documents"))
    return ParcelList(
        sender=str(value.get("sender", "")), documents=tuple(_listed(file, n, each) for n, each in enumerate(items, 1))
    )


def _listed(file: Path, number: int, item: object) -> Listed:
    if not isinstance(item, Mapping) or set(item) - FIELDS or not item.get("name"):
        raise _bad(file, _("document {number}: expected name, title, kind, present, file").format(number=number))
    kind, present, scan = item.get("kind", "original"), item.get("present", True), item.get("file")
    if kind not in KINDS or not isinstance(present, bool) or not isinstance(scan, str | None):
        raise _bad(file, _("document {number}: kind is original or copy, present true or false").format(number=number))
    name = str(item["name"])
    where = file.parent / scan if scan else None
    return Listed(name=name, title=str(item.get("title") or name), kind=str(kind), present=present, file=where)


def later(text: str, kind: str | None) -> Listed:
    """Read `--document NAME[=FILE]`."""
    name, _separator, file = text.partition("=")
    return Listed(name=name, title=name, kind=kind, present=True, file=Path(file) if file else None)


def uploaded(client: Client, each: Listed) -> dict[str, Any]:
    """What the server is told of a document, its scan uploaded."""
    told: dict[str, Any] = {"name": each.name, "title": each.title, "kind": each.kind, "present": each.present}
    if each.file is not None:
        scan = upload(client, each.file)
        told["scan"] = {"media_type": scan["media_type"], "sha256": scan["sha256"]}
    return told


def _bad(file: Path, why: str) -> CommandFailed:
    return CommandFailed("bad-list", f"{file}: {why}", remedy=_("correct the list"), exit_code=USAGE)
