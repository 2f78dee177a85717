"""A dossier that an earlier release received can be erased, too: the upgrade tells whose bytes and answers are."""

from sqlalchemy import select

from adapters.database import tables
from adapters.database.store import Store
from signing.canonical import sha256_hex
from tests.adapters.application.test_erasing import LETTER, RULE, erase, finished, found, later
from tests.adapters.application.test_proposals import second_signer
from tests.adapters.application.world import World
from tests.adapters.database.test_migrations import migrate


def uses(store: Store) -> set[tuple[str, str]]:
    """Whose bytes are, beside what other rows say."""
    with store.read() as tx:
        return {(row.sha256, row.dossier) for row in tx.execute(select(tables.content_use))}


def answers(store: Store) -> set[tuple[str, str | None]]:
    """Whose answers are."""
    with store.read() as tx:
        return {(row.key, row.dossier) for row in tx.execute(select(tables.idempotency))}


def test_what_is_there_is_told_whose_it_is(world: World) -> None:
    """By the leaves, the statements and the answers alone; what was erased stays erased, down and up again."""
    world.adopt("tra-ket-qua", valid_from="2026-11-21", retention=RULE).body_or_raise()
    second_signer(world)
    code, store = finished(world), world.app.store
    bytes_before, answers_before = uses(store), answers(store)
    migrate(store, to="0012", up=False)
    migrate(store, to="head", up=True)
    assert bytes_before <= uses(store)
    assert uses(store) - bytes_before == {(sha256_hex(LETTER), code)}  # a leaf names it; so does its own row
    assert answers(store) == answers_before
    assert {dossier for key, dossier in answers(store) if key in "cad"} == {code}
    later(world)
    erase(world, code).body_or_raise()
    assert found(world, code) == []
    migrate(store, to="0012", up=False)
    migrate(store, to="head", up=True)
    world.check_trail()
