"""Migrations keep what is there: a database with data is upgraded, and downgraded."""

from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from sqlalchemy import text

from adapters.application import inbox
from adapters.database import acts, dossiers, organisation
from adapters.database.migrate import _config, changing, upgrade
from adapters.database.store import Store
from engine.bpmn.state import State
from engine.people.officers import officer_at
from signing.trail.note import LogKey
from tests import pki
from tests.adapters.application.world import Clock, application

DOSSIER = text(
    "INSERT INTO dossier (code, title, process_key, process_version, bundle_hash, unit, applicant, submitter, channel,"
    " status, started, due, state, performers, revision) VALUES (:code, 'Đơn', 'p', 1, :hash, 'agency', '{}', 'Ánh',"
    " 'direct', 2, :now, :due, :state, '{}', 1)"
)
TASK = text(
    "INSERT INTO task (id, dossier, number, element, name, role, candidates, excluded, unit, opened, due, place,"
    " signature, state) VALUES (:id, :dossier, 1, 'x', 'Xem', :role, :candidates, '[]', 'agency', :now, NULL,"
    " 'anywhere', 'none', :state)"
)
NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)


def migrate(store: Store, *, to: str, up: bool) -> None:
    with changing(store) as connection:
        config = _config()
        config.attributes["connection"] = connection
        (command.upgrade if up else command.downgrade)(config, to)


def fill(store: Store) -> None:
    """Two dossiers as the schema before kept them: with a term and without, a task by role and one by name."""
    state = State(process="p").encode().decode()
    moment = "%Y-%m-%d %H:%M:%S" + ("+00:00" if store.engine.dialect.name == "postgresql" else ".000000")
    at = NOW.strftime(moment)
    with changing(store) as connection:
        connection.execute(text("INSERT INTO unit (id, name) VALUES ('agency', 'Agency')"))
        officer = "INSERT INTO officer (id, name, position, unit, roles, active)"
        connection.execute(text(f"{officer} VALUES ('an', 'An', '', 'agency', '[\"clerk\"]', :yes)"), {"yes": True})
        for code, due in (("A", None), ("B", at)):
            values = {"code": code, "hash": "0" * 64, "now": at, "due": due, "state": state}
            connection.execute(DOSSIER, values)
        tasks = (("A", "clerk", "[]", "open"), ("B", None, '["an"]', "open"), ("A", "clerk", '["an"]', "completed"))
        for number, (code, role, candidates, kept) in enumerate(tasks, 1):
            values = {"id": f"{code}.{number}", "dossier": code, "role": role, "candidates": candidates}
            connection.execute(TASK, {**values, "now": at, "state": kept})


@pytest.mark.parametrize("again", [False, True], ids=["up", "up-down-up"])
def test_open_tasks_stand_in_their_queues_after_an_upgrade(empty_store: Store, again: bool) -> None:
    """What is due first, the task that names the officer among them; what is over stands in none."""
    migrate(empty_store, to="0003", up=True)
    fill(empty_store)
    upgrade(empty_store)
    if again:
        migrate(empty_store, to="0003", up=False)
        upgrade(empty_store)
    app = application(empty_store, LogKey.generate("hoso/test"), Clock(NOW), pki.trust)
    with empty_store.read() as tx:
        officer = officer_at(organisation.load(tx), "an", NOW)
        assert officer is not None
        found = inbox.show(app, officer, "all", "", 50).body_or_raise()["items"]
        named = inbox.show(app, officer, "all", "", 50, words="XEM B").body_or_raise()["items"]
        kept = dossiers.load(tx, "A")
    assert [(task["id"], task["priority"]) for task in found] == [("B.2", 50), ("A.1", 50)]
    assert [task["id"] for task in named] == ["B.2"]
    assert kept is not None
    assert [task.follow_up for task in kept.tasks.values()] == [None]


def test_what_was_accepted_before_stamps_is_stamped(empty_store: Store) -> None:
    """An upgrade asks for the stamps of the records that are there: else their results would never leave."""
    migrate(empty_store, to="0009", up=True)
    moment = "%Y-%m-%d %H:%M:%S" + ("+00:00" if empty_store.engine.dialect.name == "postgresql" else ".000000")
    values = {"sha": "a" * 64, "at": NOW.strftime(moment), "head": True}
    with changing(empty_store) as connection:
        connection.execute(text("INSERT INTO officer (id, name, contact) VALUES ('an', 'An', '{}')"))
        columns = "sha256, officer, roles, purpose, manifest, signature, accepted, leaf, head"
        kept = f"INSERT INTO record ({columns}) VALUES (:sha, 'an', '[]', 'approval', :sha, :sha, :at, 1, :head)"
        connection.execute(text(kept), values)
    migrate(empty_store, to="0010", up=True)
    with empty_store.write() as tx:
        [job] = tx.execute(text("SELECT type, payload, dossier FROM job WHERE state = 'open'")).all()
        assert tuple(job) == ("stamp", '{"record":"' + "a" * 64 + '"}', None)
        assert acts.unstamped(tx, NOW + timedelta(seconds=1)) == 1
    migrate(empty_store, to="0009", up=False)
