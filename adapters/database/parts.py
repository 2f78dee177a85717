"""The parts of wide dossiers' states: a row for each, loaded with the dossier or when the kernel asks for the rest.

Whoever changes a dossier holds the lock on its row, and with it its parts.
"""

from collections.abc import Mapping
from typing import Literal

from sqlalchemy import bindparam, delete, select

from adapters.database.store import Transaction, upsert
from adapters.database.tables import dossier_part
from engine.bpmn import parts
from engine.bpmn.parts import Stored
from engine.bpmn.state import State

Part = int | None | Literal["every"]


class TransactionOver(Exception):
    """The parts of a state were wanted after the transaction that loaded it: by now they may be others; load again."""


def load(tx: Transaction, code: str, head: State, part: Part) -> State:
    """The state with that part, if it has one of that name; the rest comes when it is needed, within `tx`."""
    if not parts.wide(head):
        return head

    def rest(loaded: frozenset[int]) -> Mapping[int, bytes]:
        if tx.closed:
            raise TransactionOver(f"the parts of dossier {code} are wanted after the transaction that loaded it")
        return {name: encoded for name, encoded in _parts(tx, code).items() if name not in loaded}

    found = parts.joined(head, _parts(tx, code, part) if isinstance(part, int) else {}, rest)
    return parts.whole(found) if part == "every" else found


def save(tx: Transaction, code: str, stored: Stored) -> None:
    """Save the parts that changed, and drop those that are gone."""
    if stored.parts:
        rows = [{"dossier": code, "part": name, "state": part.decode()} for name, part in stored.parts.items()]
        new = upsert(tx, dossier_part)
        changed = {"state": new.excluded.state}
        tx.execute(new.on_conflict_do_update(index_elements=list(dossier_part.primary_key), set_=changed), rows)
    if stored.gone:
        this = (dossier_part.c.dossier == code, dossier_part.c.part == bindparam("gone"))
        tx.execute(delete(dossier_part).where(*this), [{"gone": name} for name in stored.gone])


def _parts(tx: Transaction, code: str, only: int | None = None) -> dict[int, bytes]:
    query = select(dossier_part.c.part, dossier_part.c.state).where(dossier_part.c.dossier == code)
    if only is not None:
        query = query.where(dossier_part.c.part == only)
    return {row.part: row.state.encode() for row in tx.execute(query)}
