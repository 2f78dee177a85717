"""A database of before packs held the chain of signed acts goes on: its log says what made each officer one."""

import json

from alembic import command
from sqlalchemy import insert

from adapters.database import tables
from adapters.database.migrate import _config, changing, upgrade
from adapters.database.store import Store
from adapters.database.trail import about

BEFORE = "0009"
ACTS = (
    ("officer-added", "lan", None),
    ("position-added", "chu-tich", None),
    ("task-completed", "lan", "H29.5-261121-0001"),
    ("officer-appointed", "lan", None),
    ("absence-recorded", "lan", None),
    ("officer-appointed", "mai", None),
    ("mandate-given", "m-1", None),
)


def test_leaves_of_before_are_found(empty_store: Store) -> None:
    """One pass over the log fills the table; absences and dossiers are none of it."""
    with changing(empty_store) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, BEFORE)
        for index, (act, subject, dossier) in enumerate(ACTS):
            encoded = json.dumps(
                {"act": act, "subject": subject, "actor": "an", "time": "2026-11-20T01:02:03Z"}
            ).encode()
            values = {"index": index, "encoded": encoded, "salt": b"", "evidence": b"{}", "dossier": dossier}
            connection.execute(insert(tables.leaf).values(**values))
    upgrade(empty_store)
    with empty_store.read() as tx:
        assert about(tx, "officer", {"lan"}, before=100) == {0, 3}
        assert about(tx, "officer", {"lan", "mai"}, before=5) == {0, 3}
        assert about(tx, "position", {"chu-tich"}, before=100) == {1}
        assert about(tx, "mandate", {"m-1"}, before=100) == {6}
