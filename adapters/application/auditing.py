"""What auditors ask of the log: leaves with their evidence, the objects that it names, leaves by what they tell."""

import base64
from collections.abc import Sequence
from typing import Any

from adapters.application.answer import Answer, refuse
from adapters.application.application import Application
from adapters.database import auditing, leaf_search
from adapters.database.leaf_search import Wanted
from engine import policy
from engine.errors import Kind, Refusal
from engine.officer import Officer
from signing.canonical import parse_canonical

Json = dict[str, Any]
READ = "read the whole trail"
MOST_EVIDENCE = 8 * 1024 * 1024  # bytes of a page of leaves
MOST_OBJECTS = 16 * 1024 * 1024


def opened_leaves(app: Application, officer: Officer, start: int, limit: int) -> Answer:
    """A page of the log's leaves with salt and evidence; of an erased one, that it is, and of which dossier it was."""
    if refusal := policy.refuses(officer, READ):
        return refuse(refusal)
    with app.store.read() as tx:
        rows = auditing.opened(tx, start=start, limit=limit, most=MOST_EVIDENCE)
    items = [_opened(row) for row in rows]
    # A short page says nothing of the log's end: it may be short for its bytes.
    return Answer(body={"items": items, "next": start + len(items) if items else None})


def objects(app: Application, officer: Officer, digests: Sequence[str]) -> Answer:
    """Objects that evidence names, in the order asked for; where they are too large together, the first ones."""
    if refusal := policy.refuses(officer, READ):
        return refuse(refusal)
    with app.store.read() as tx:
        found = list(auditing.objects(tx, digests, most=MOST_OBJECTS))
    return Answer(body={"items": [{"sha256": digest, "content": _base64(content)} for digest, content in found]})


def search(app: Application, officer: Officer, wanted: Wanted, cursor: str, limit: int) -> Answer:
    """Leaves by what they tell, the newest first; each with its bytes, so that it can be looked up in the log."""
    if refusal := policy.refuses(officer, READ):
        return refuse(refusal)
    after = _place(cursor)
    if isinstance(after, Refusal):
        return refuse(after)
    with app.store.read() as tx:
        rows = leaf_search.find(tx, wanted, after=after, limit=limit)
    following = f"{rows[-1]['at']}.{rows[-1]['leaf']}" if len(rows) == limit else None
    return Answer(body={"items": [_found(row) for row in rows], "next": following})


def _place(cursor: str) -> tuple[int, int] | Refusal | None:
    if not cursor:
        return None
    at, dot, leaf = cursor.partition(".")
    if dot and at.isascii() and leaf.isascii() and at.isdigit() and leaf.isdigit() and len(cursor) < 40:
        return int(at), int(leaf)
    message = f"the cursor {cursor[:40]!r} is none that a search gave"
    return Refusal(kind=Kind.INVALID, code="request-malformed", message=message, remedy="begin without a cursor")


def _found(row: leaf_search.Row) -> Json:
    leaf = parse_canonical(row["encoded"])
    assert isinstance(leaf, dict)
    told = {name: leaf[name] for name in ("index", "time", "actor", "act", "subject")}
    return {**told, "dossier": row["dossier"], "capacity": row["capacity"], "leaf": _base64(row["encoded"])}


def _opened(row: auditing.Row) -> Json:
    item = {"index": row["index"], "leaf": _base64(row["encoded"])}
    if row["evidence"] is None:
        return {**item, "salt": None, "evidence": None, "dossier": row["dossier"]}
    return {**item, "salt": row["salt"].hex(), "evidence": _base64(row["evidence"])}


def _base64(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(content).decode()
