"""What an auditor reads is in the trail before they are shown it: what was asked, not what was found."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, event, select

from adapters.application.foundations import opened
from adapters.database import tables
from adapters.database import trail as stored
from adapters.database.store import Store, open_store
from adapters.http.server import build
from signing.trail.leaf import decode_leaf
from tests.adapters.application.world import World
from tests.adapters.http.client import Caller, problem

READ = "trail-read"
EXPORTED = (("lists", "an"), ("lists", "kiem"), ("evidence", "lan"), ("evidence", "kiem"))


def reads(world: World, who: str = "kiem") -> list[tuple[str, dict[str, Any]]]:
    """The leaves that tell what the officer read: subject and details."""
    with world.app.store.read() as tx:
        leaves = [(decode_leaf(each.encoded), opened(each)) for each in stored.leaves(tx, start=0, limit=10_000)]
    return [(leaf.subject, dict(told["details"])) for leaf, told in leaves if (leaf.act, leaf.actor) == (READ, who)]


def test_a_question_is_told_before_it_is_answered(caller: Caller) -> None:
    """By its path and what was asked for; whether anything was found, it does not tell. Paging is no new question."""
    code = caller.world.start("cho")
    assert caller.get("kiem", f"/dossiers/{code}").status_code == 200
    problem(caller.get("kiem", "/dossiers/H29.5-1"), 404, "dossier-unknown")
    assert caller.get("kiem", "/dossiers", search="Ánh", running=True, limit=1).status_code == 200
    assert caller.get("kiem", "/dossiers", limit=2, running=True, search="Ánh", cursor="a", other=1).status_code == 200
    caller.get("kiem", "/officers")
    assert reads(caller.world) == [
        (f"/v1/dossiers/{code}", {"asked": f"/v1/dossiers/{code}"}),
        ("/v1/dossiers/H29.5-1", {"asked": "/v1/dossiers/H29.5-1"}),
        ("/v1/dossiers", {"asked": "/v1/dossiers?running=true&search=%C3%81nh"}),
        ("/v1/officers", {"asked": "/v1/officers"}),
    ]
    assert caller.world.acts(code) == ["dossier-started"], "it is no act of the dossier"


def test_reading_the_log_in_a_loop_is_two_leaves_an_hour(caller: Caller) -> None:
    """Else the log would grow by being read, and who reads it to its end would never come there."""
    world = caller.world
    size = world.size()
    for start in range(0, size + 5, 3):
        assert caller.get("kiem", "/log/leaves", limit=3, **{"from": start}).status_code == 200
    assert world.size() == size + 1
    world.clock.go(hours=1)
    assert world.work() == 1
    assert world.size() == size + 2
    subject, told = reads(world)[-1]
    [repeated] = told["repeats"]
    assert (subject, repeated["asked"]) == ("/v1/log/leaves", "/v1/log/leaves")
    assert told["count"] == repeated["count"] == len(range(0, size + 5, 3)) - 1


def test_many_readers_at_once_are_one_leaf_and_a_number(caller: Caller) -> None:
    """Two servers may be asked in the same moment."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: caller.get("kiem", "/units").raise_for_status(), range(12)))
    assert len(reads(caller.world)) == 1
    with caller.world.app.store.read() as tx:
        assert tx.execute(select(tables.tally.c.count)).scalar_one() == 11


def test_what_is_no_audit_is_not_told(caller: Caller) -> None:
    """Others' reads within their own work; what an auditor may not do; the checkpoints that every client asks for."""
    code, size = caller.world.start("cho"), caller.world.size()
    for path in (f"/dossiers/{code}", "/officers", "/tasks"):
        assert caller.get("lan", path).status_code == 200
    for path in ("/me", "/log/checkpoint", "/log/consistency?old=1", "/sign-in"):
        assert caller.get("kiem", path).status_code == 200
    problem(caller.post("kiem", f"/tasks/{caller.world.task(code, 'work')}/claim"), 403, "auditor-changes-nothing")
    problem(caller.get("lan", "/log/leaves"), 403, "right-missing")
    assert caller.world.size() == size


def test_exports_are_leaves_whoever_makes_them(caller: Caller) -> None:
    """Each by what was given out, and once: an auditor's, too."""
    code, size = caller.world.start("cho"), caller.world.size()
    for who in ("an", "kiem"):
        assert caller.get(who, "/organisation/export").status_code == 200
    for who in ("lan", "kiem"):
        assert caller.get(who, f"/dossiers/{code}/evidence").status_code == 200
    with caller.world.app.store.read() as tx:
        leaves = [decode_leaf(each.encoded) for each in stored.leaves(tx, start=size, limit=100)]
    told = [
        ("lists-exported", "an"),
        ("lists-exported", "kiem"),
        ("evidence-exported", "lan"),
        ("evidence-exported", "kiem"),
    ]
    assert [(each.act, each.actor) for each in leaves if each.act != "signature-stamped"] == told


@pytest.fixture
def frozen(caller: Caller) -> Iterator[Caller]:
    """Officers who were here before, and a database that takes no changes now, as a replica or a full disk does."""
    for who in ("kiem", "lan"):
        assert caller.get(who, "/me").status_code == 200
    store = _read_only(caller.world.app.store)
    with TestClient(
        build(replace(caller.world.app, store=store), worker=False), raise_server_exceptions=False
    ) as client:
        yield Caller(caller.world, client)
    store.close()


def _read_only(store: Store) -> Store:
    frozen = open_store(store.engine.url.render_as_string(hide_password=False))
    sqlite = frozen.engine.dialect.name == "sqlite"

    @event.listens_for(frozen.engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA query_only = ON" if sqlite else "SET TRANSACTION READ ONLY")

    return frozen


def test_what_cannot_be_told_is_not_shown(frozen: Caller) -> None:
    """Where the trail takes no leaf, the auditor sees nothing; others read on."""
    for path in ("/officers", "/log/leaves"):
        problem(frozen.get("kiem", path), 503, "database-unavailable")
    assert frozen.get("kiem", "/me").status_code == 200
    assert frozen.get("lan", "/officers").status_code == 200
