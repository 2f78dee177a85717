"""The schema: migrations make the tables that the program expects, on both databases."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, inspect, select, text, update

from adapters.database import definitions, tables
from adapters.database.migrate import current, newest, upgrade
from adapters.database.store import Store, StoreUnavailable, open_store, reachable
from signing.canonical import sha256_hex
from tests.adapters.database.rows import CODE, NOW, add_dossier, dossier, people_of


def test_migrations_from_nothing_make_the_tables_that_the_program_expects(empty_store: Store) -> None:
    """`hoso db upgrade` on an empty database: no difference to the metadata is left, types and defaults included."""
    assert inspect(empty_store.engine).get_table_names() == []
    assert upgrade(empty_store) == (None, newest())
    with empty_store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, tables.metadata) == []


def test_every_constraint_of_the_metadata_is_in_the_database(empty_store: Store) -> None:
    """Alembic's comparison does not look at primary keys; a missing one would let rows repeat."""
    upgrade(empty_store)
    seen = inspect(empty_store.engine)
    for table in tables.metadata.sorted_tables:
        assert seen.get_pk_constraint(table.name)["constrained_columns"] == [
            column.name for column in table.primary_key.columns
        ], table.name
        foreign = {
            (tuple(key["constrained_columns"]), key["referred_table"]) for key in seen.get_foreign_keys(table.name)
        }
        expected = {(tuple(key.column_keys), key.referred_table.name) for key in table.foreign_key_constraints}
        assert foreign == expected, table.name


def test_upgrading_again_changes_nothing(store: Store) -> None:
    """An operator may run `hoso db upgrade` at any time."""
    assert upgrade(store) == (newest(), newest())
    assert current(store) == newest()


def test_foreign_keys_are_enforced(store: Store) -> None:
    """SQLite leaves them out unless each connection asks for them."""
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError), store.write() as tx:
        tx.execute(insert(tables.unit).values(id="lost", name="Lost", parent="nowhere"))


def test_times_come_back_aware_and_in_utc(store: Store) -> None:
    """Whatever zone a time was given in, and to the microsecond."""
    given = datetime(2026, 11, 21, 15, 30, 1, 234567, tzinfo=timezone(timedelta(hours=7)))
    with store.write() as tx:
        people_of(tx)
        add_dossier(tx, dossier(started=given))
    with store.read() as tx:
        found = tx.execute(select(tables.dossier.c.started)).scalar_one()
    assert found == given
    assert found.tzinfo is UTC or found.utcoffset() == timedelta(0)
    assert (found.hour, found.microsecond) == (8, 234567)


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    """It would mean another moment on another machine."""
    from sqlalchemy.exc import StatementError

    with store.write() as tx:
        people_of(tx)
        add_dossier(tx, dossier())
    with pytest.raises(StatementError, match="without a zone"), store.write() as tx:
        tx.execute(update(tables.dossier).values(due=datetime(2026, 11, 21)))  # noqa: DTZ001 - the defect under test


def test_times_order_as_moments(store: Store) -> None:
    """A due time before and after the year's end, and with and without fractions, compares as time does."""
    times = [NOW, NOW + timedelta(microseconds=1), NOW + timedelta(seconds=1), datetime(2027, 1, 1, tzinfo=UTC)]
    with store.write() as tx:
        people_of(tx)
        for number, at in enumerate(reversed(times)):
            add_dossier(tx, dossier(f"D-{number}", started=at))
    with store.read() as tx:
        found = list(tx.execute(select(tables.dossier.c.started).order_by(tables.dossier.c.started)).scalars())
    assert found == times


def test_equal_json_values_are_equal_bytes(store: Store) -> None:
    """The order in which keys were put plays no part, and Vietnamese stays readable."""
    with store.write() as tx:
        people_of(tx)
        add_dossier(tx, dossier("A", applicant={"tên": "Ánh", "số": "1"}))
        add_dossier(tx, dossier("B", applicant={"số": "1", "tên": "Ánh"}))
    with store.read() as tx:
        raw = list(tx.execute(text("SELECT applicant FROM dossier ORDER BY code")).scalars())
    assert raw == ['{"số":"1","tên":"Ánh"}'] * 2


def test_a_json_null_is_no_missing_value_lost(store: Store) -> None:
    """`None` goes in as NULL and comes back as None."""
    with store.write() as tx:
        people_of(tx)
        add_dossier(tx, dossier())
        content = b"x"
        definitions.put_content(tx, sha256_hex(content), content)
        row = {"key": "k", "code": "c", "dossier": CODE, "document": "result", "sha256": sha256_hex(content)}
        more = {"channel": "email", "recipient": {}, "consent": None, "state": "sent", "attempts": 0}
        tx.execute(insert(tables.dispatch).values(**row, **more, created=NOW, updated=NOW))
    with store.read() as tx:
        assert tx.execute(select(tables.dispatch.c.consent)).scalar_one() is None
        assert tx.execute(text("SELECT count(*) FROM dispatch WHERE consent IS NULL")).scalar_one() == 1


def test_a_database_that_is_away_is_told_as_such(tmp_path: object) -> None:
    """The caller learns that nothing was changed, without the driver's statement and its parameters."""
    away = open_store("postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert not reachable(away)
    with pytest.raises(StoreUnavailable), away.write():
        pass
    away.close()
