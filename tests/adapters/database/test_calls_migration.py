"""A database of before processes called each other goes on: its dossiers call nothing, and longer names fit."""

from alembic import command
from sqlalchemy import select, update

from adapters.database import definitions, dossiers, tables
from adapters.database.migrate import _config, changing, upgrade
from adapters.database.store import Store
from tests.adapters.database.rows import CODE

BEFORE = "0003"
ROWS = (
    "INSERT INTO unit (id, name) VALUES ('agency', 'A')",
    "INSERT INTO officer (id, name, position, unit, roles, active) VALUES ('lan', 'Lan', 'P', 'agency', '[]', true)",
    "INSERT INTO process (key, version, bundle_hash, name, files, deployed, deployed_by, leaf)"
    " VALUES ('p', 1, 'h', 'P', '{}', '2026-11-21 00:00:00', 'lan', 1)",
    "INSERT INTO dossier (code, title, process_key, process_version, bundle_hash, unit, applicant, submitter, channel,"
    " status, started, state, performers, revision) VALUES"
    f" ('{CODE}', 'T', 'p', 1, 'h', 'agency', '{{}}', 'S', 'direct', 2, '2026-11-21 00:00:00',"
    ' \'{"format":3,"process":"p","counter":0}\', \'{}\', 0)',
    "INSERT INTO task (id, dossier, number, element, name, candidates, excluded, unit, opened, place, signature, state)"
    f" VALUES ('{CODE}.1', '{CODE}', 1, 'a', 'A', '[]', '[]', 'agency', '2026-11-21 00:00:00', 'anywhere', 'none',"
    " 'open')",
)


def test_a_database_with_dossiers_is_upgraded(empty_store: Store) -> None:
    """Nothing is lost; what is new is empty; a task of a called process has room for its name."""
    with changing(empty_store) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, BEFORE)
        for row in ROWS:
            connection.exec_driver_sql(row)
    upgrade(empty_store)
    name = f"{'k' * 180}@999999999/{'i' * 200}"
    with empty_store.write() as tx:
        tx.execute(update(tables.task).values(element=name))
        assert definitions.latest_version(tx, "p", None) == 1
        assert definitions.latest_version(tx, "p", "v1") is None
        bound = select(tables.process.c.bound, tables.process.c.version_tag)
        assert tx.execute(bound).one() == ({}, None)
    with empty_store.read() as tx:
        found = dossiers.load(tx, CODE)
    assert found is not None
    assert (found.called, found.title) == ({}, "T")
    assert [task.element for task in found.tasks.values()] == [name]
