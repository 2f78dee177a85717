"""The table of what stands still, and the migration that fills it from what was stored before."""

import json
from datetime import datetime, timedelta

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import select, text

from adapters.database import incidents, tables
from adapters.database.migrate import FOLDER, changing, upgrade
from adapters.database.store import Store
from engine.bpmn.state import Incident, State
from engine.outcome import OpenIncident
from tests.adapters.database.rows import CODE, DOSSIER_0003, NOW, add_dossier, dossier, officer, people_of

FOUND = OpenIncident(number=9, element="count", name="Đếm", code="no-flow", message="no flow")


def test_an_incident_keeps_its_age_when_its_element_is_renamed(store: Store) -> None:
    """Put again under its number, it is the same incident; dropped, it is gone."""
    with store.write() as tx:
        people_of(tx)
        add_dossier(tx, dossier())
        incidents.put(tx, CODE, [FOUND], NOW)
        renamed = OpenIncident(number=9, element="tally", name="Kiểm", code="no-flow", message="no flow")
        incidents.put(tx, CODE, [renamed], NOW + timedelta(hours=1))
        [row] = incidents.of_dossier(tx, CODE)
        assert (row["element"], row["name"], row["since"]) == ("tally", "Kiểm", NOW)
        incidents.drop(tx, CODE, [])
        assert len(incidents.of_dossier(tx, CODE)) == 1
        incidents.drop(tx, CODE, [9, 10])
        assert incidents.of_dossier(tx, CODE) == []


@pytest.mark.parametrize("after", ["", "nonsense", f"{CODE}:", f"{CODE}:x", ":", f"{CODE}:99999999999"])
def test_a_strange_cursor_is_no_defect(store: Store, after: str) -> None:
    """It gives some page of what may be seen."""
    with store.write() as tx:
        people_of(tx)
        add_dossier(tx, dossier())
        incidents.put(tx, CODE, [FOUND], NOW)
        seen = incidents.listed(tx, officer("x", "agency"), after=after, limit=5)
        assert len(seen) <= 1


def test_what_stood_still_before_the_table_is_in_it(empty_store: Store) -> None:
    """A database of the version before: each incident of each state gets its row, as old as its leaf says."""
    _upgrade_to(empty_store, "0003")
    stuck = State(process="p", incidents={9: Incident(element="count", code="no-flow", message="no flow")})
    raised = "2026-11-20T01:02:03Z"
    with empty_store.write() as tx:
        tx.execute(text("INSERT INTO unit (id, name) VALUES ('agency', 'A')"))
        for code, state in (("D-1", stuck), ("D-2", State(process="p")), ("D-3", stuck)):
            row = {"code": code, "state": json.dumps(state.to_json()), "at": NOW.isoformat()}
            tx.execute(text(DOSSIER_0003), row)
        for index, (code, act) in enumerate((("D-1", "incident-raised"), ("D-1", "task-completed"))):
            at = raised if act == "incident-raised" else "2026-11-21T00:00:00Z"
            encoded = json.dumps({"act": act, "actor": "hoso", "subject": code, "time": at}).encode()
            tx.execute(text(LEAF), {"index": index, "encoded": encoded, "dossier": code})
    upgrade(empty_store)
    with empty_store.read() as tx:
        found = {row["dossier"]: row for row in tx.execute(select(tables.incident)).mappings()}
        assert set(tx.execute(select(tables.dossier.c.suspended)).scalars()) == {None}
    assert set(found) == {"D-1", "D-3"}
    row = found["D-1"]
    assert (row["number"], row["element"], row["name"], row["code"]) == (9, "count", "count", "no-flow")
    assert row["since"] == datetime.fromisoformat(raised)


LEAF = (
    'INSERT INTO leaf ("index", encoded, salt, evidence, dossier)'
    " VALUES (:index, :encoded, :encoded, :encoded, :dossier)"
)


def _upgrade_to(store: Store, revision: str) -> None:
    with changing(store) as connection:
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
