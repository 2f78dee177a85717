"""The tables of messages: what was there before is upgraded, and keys and ages decide."""

from datetime import timedelta

from alembic import command
from sqlalchemy import insert, text

from adapters.database import messages, migrate, tables
from adapters.database.migrate import changing, upgrade
from adapters.database.store import Store
from tests.adapters.database.rows import DOSSIER_0003, EMPTY_STATE, NOW, add_dossier, dossier, people_of

JOB = "INSERT INTO job (dossier, number, element, type, payload, state, due, lease_epoch, attempts) VALUES "
JOB += "('A', 1, 't', 'timer', '{}', 'open', '2026-11-22 00:00:00', 0, 0)"


def test_what_was_awaited_before_keeps_its_order(empty_store: Store) -> None:
    """A database of the release before: its subscriptions are as old as their dossiers; its jobs stay."""
    with changing(empty_store) as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
    with empty_store.write() as tx:
        tx.execute(text("INSERT INTO unit (id, name) VALUES ('agency', 'A')"))
        for code, started in (("A", NOW), ("B", NOW - timedelta(days=1))):
            tx.execute(text(DOSSIER_0003), {"code": code, "state": EMPTY_STATE, "at": started.isoformat()})
            tx.execute(
                text(f"INSERT INTO subscription (dossier, number, kind, name) VALUES ('{code}', 3, 'message', 'm')")
            )
        tx.execute(text(JOB))
    upgrade(empty_store)
    with empty_store.read() as tx:
        found = messages.receiver(tx, "m", None, None)
        assert found is not None
        assert (found["dossier"], found["number"], found["element"]) == ("B", 3, "")
        assert tx.execute(text("SELECT dossier, process FROM job")).all() == [("A", None)]


def test_the_oldest_of_those_that_fit(store: Store) -> None:
    """A subscription without key takes any message; a message without key fits no other; groups are left out."""
    with store.write() as tx:
        people_of(tx)
        for number, key in enumerate(["k", None, "l"]):
            code = f"D-{number}"
            add_dossier(tx, dossier(code))
            row = {"kind": "message", "name": "m", "key": key, "element": "e", "opened": NOW + timedelta(hours=number)}
            tx.execute(insert(tables.subscription).values(dossier=code, number=1, **row))

    def first(key: str | None, **more: object) -> str | None:
        with store.read() as tx:
            found = messages.receiver(tx, "m", key, None, **more)  # type: ignore[arg-type]
            return str(found["dossier"]) if found else None

    assert [first(key) for key in ("k", None, "l", "x")] == ["D-0", "D-1", "D-1", "D-1"]
    with store.read() as tx:
        found = messages.receiver(tx, "m", "l", None)
    assert found is not None
    group = (found["process_key"], found["process_version"], "e")
    assert first("l", without={group}) is None
    assert first("l", without={(group[0], group[1], "other")}) == "D-1"
