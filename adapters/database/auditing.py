"""What an auditor reads of the log: leaves with what opens them, and the objects that their evidence names."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from adapters.database.store import Transaction
from adapters.database.tables import content, leaf

Row = Mapping[Any, Any]
AT_ONCE = 100  # rows; evidence may be large, so a page is gathered by these


def opened(tx: Transaction, *, start: int, limit: int, most: int) -> list[Row]:
    """A page of leaves with salt and evidence, by index: at most `limit`, and about so many bytes; at least one."""
    found: list[Row] = []
    size = 0
    while len(found) < limit:
        query = select(leaf.c.index, leaf.c.encoded, leaf.c.salt, leaf.c.evidence, leaf.c.dossier)
        query = query.where(leaf.c.index >= start + len(found)).order_by(leaf.c.index)
        rows = tx.execute(query.limit(min(AT_ONCE, limit - len(found)))).mappings().all()
        for row in rows:
            size += len(row["encoded"]) + len(row["evidence"] or b"")
            if found and size > most:
                return found
            found.append(row)
        if len(rows) < AT_ONCE:
            return found
    return found


def objects(tx: Transaction, digests: Sequence[str], *, most: int) -> Iterator[tuple[str, bytes | None]]:
    """These objects in this order, None for one that is not there; ends after about so many bytes, never before one."""
    query = select(content.c.sha256, func.length(content.c.bytes)).where(content.c.sha256.in_(digests))
    sizes: dict[str, int] = {row[0]: row[1] for row in tx.execute(query)}
    size = 0
    for digest in digests:
        size += sizes.get(digest, 0)
        if digest != digests[0] and size > most:
            return
        one = select(content.c.bytes).where(content.c.sha256 == digest)
        yield digest, tx.execute(one).scalar() if digest in sizes else None
