"""All rows as lines of JSON, and back: what both databases keep alike, written so that the other one reads it.

A row is a list in the order of its table's columns. Text, numbers, yes and no stand as they are (JSON columns as the
text that they are), times in UTC to the microsecond, bytes in base64. What the tree of the log is made of is not
written: it follows from the leaves.
"""

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, Text, column, func, insert, select, text, update
from sqlalchemy import table as light_table
from sqlalchemy.types import TypeEngine

from adapters.database.columns import Json, Moment, Serial, metadata
from adapters.database.store import Transaction, lock_rows
from adapters.database.tables import content, leaf, tree_node

ROWS = 500
"""Rows that are read or written at once, where they are small."""
BYTES = 8 * 1024 * 1024
"""Bytes of rows that are written at once."""
_FEWER = {content.name: 4, leaf.name: 50}


def names() -> tuple[str, ...]:
    """The tables, each after those that it refers to."""
    return tuple(each.name for each in metadata.sorted_tables if each is not tree_node)


def columns(name: str) -> list[str]:
    """The columns of a table, in the order in which a line gives them."""
    return [each.name for each in metadata.tables[name].columns]


def lines(tx: Transaction, name: str) -> Iterator[bytes]:
    """The rows of a table, by its key, each a line that ends in a newline."""
    table = metadata.tables[name]
    raw = _raw(table)
    query = select(*raw.columns).order_by(*(raw.c[each.name] for each in table.primary_key.columns))
    rows = _FEWER.get(name, ROWS)
    found = tx.execute(query, execution_options={"stream_results": True, "yield_per": rows})
    for row in found:
        yield json.dumps([_written(value) for value in row], ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def load(tx: Transaction, name: str, written: Iterable[bytes]) -> int:
    """Insert the rows of these lines; gives how many. ValueError where a line is no row of the table."""
    table = metadata.tables[name]
    raw, readers = _raw(table), [(each.name, _reader(each.type)) for each in table.columns]
    above = [key.parent.name for key in table.foreign_keys if key.column.table is table]
    later: list[dict[str, Any]] = []
    count = 0
    for batch in _batches(written):
        rows = [_row(line, readers) for line in batch]
        later += [_without(row, above, table) for row in rows if any(row[each] is not None for each in above)]
        tx.execute(insert(raw), rows)
        count += len(rows)
    for row in later:  # of a tree of units: what it refers to may stand behind it
        this = [raw.c[each.name] == row[each.name] for each in table.primary_key.columns]
        tx.execute(update(raw).where(*this).values({each: row[each] for each in above}))
    return count


def is_empty(tx: Transaction) -> bool:
    """Whether no table has a row."""
    return all(tx.execute(select(each.c[0]).limit(1)).first() is None for each in _columns_of_all())


def clear(tx: Transaction) -> None:
    """Delete every row."""
    for table in reversed(metadata.sorted_tables):
        tx.execute(table.delete())


def lock(tx: Transaction) -> None:
    """Keep everybody else out until the transaction ends; on SQLite it does so anyway."""
    if lock_rows(tx):
        tx.execute(text(f"LOCK TABLE {', '.join(metadata.tables)} IN ACCESS EXCLUSIVE MODE"))


def go_on_counting(tx: Transaction) -> None:
    """Let numbers that grow by themselves go on behind the last row; SQLite does so by itself."""
    if not lock_rows(tx):
        return
    for table in metadata.sorted_tables:
        for each in table.primary_key.columns:
            if each.type is Serial:
                last = tx.execute(select(func.coalesce(func.max(each), 0))).scalar_one()
                sequence = func.pg_get_serial_sequence(table.name, each.name)
                tx.execute(select(func.setval(sequence, last + 1, False)))


def add_nodes(tx: Transaction, nodes: Iterable[tuple[int, int, bytes]]) -> None:
    """Keep finished subtrees of the log: level, index, hash."""
    if rows := [{"level": level, "index": index, "hash": hash} for level, index, hash in nodes]:
        tx.execute(insert(tree_node), rows)


def _columns_of_all() -> list[Any]:
    return [light_table(each.name, *(column(one.name) for one in each.columns)) for each in metadata.sorted_tables]


def _raw(table: Table) -> Any:
    """The table with its JSON as the text that it is."""
    return light_table(table.name, *(column(each.name, _type(each)) for each in table.columns))


def _type(of: Column[Any]) -> TypeEngine[Any]:
    return Text() if isinstance(of.type, Json) else of.type


def _written(value: object) -> object:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value


def _reader(kind: TypeEngine[Any]) -> Callable[[Any], object]:
    if isinstance(kind, LargeBinary):
        return lambda value: base64.b64decode(value, validate=True)
    return datetime.fromisoformat if isinstance(kind, Moment) else lambda value: value


def _row(line: bytes, readers: list[tuple[str, Callable[[Any], object]]]) -> dict[str, Any]:
    values = json.loads(line)
    if not isinstance(values, list) or len(values) != len(readers):
        raise ValueError("a line is no row of its table")
    return {name: None if value is None else read(value) for (name, read), value in zip(readers, values, strict=True)}


def _without(row: dict[str, Any], above: list[str], table: Table) -> dict[str, Any]:
    """Take what refers to the same table out of a row, and give it with the row's key."""
    kept = {each.name: row[each.name] for each in table.primary_key.columns} | {each: row[each] for each in above}
    row.update(dict.fromkeys(above))
    return kept


def _batches(written: Iterable[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    size = 0
    for line in written:
        batch.append(line)
        size += len(line)
        if len(batch) >= ROWS or size >= BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
