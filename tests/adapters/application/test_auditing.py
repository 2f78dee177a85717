"""Auditors search the trail: each way of asking finds what it must and nothing else, the same after a migration."""

from datetime import timedelta
from typing import Any

from adapters.application import auditing, trail
from adapters.database.leaf_search import Wanted
from adapters.database.migrate import _config, changing
from adapters.database.tables import leaf_certificate, leaf_search
from engine.outcome import LeafDraft
from signing.certificates import fingerprint
from tests.adapters.application.world import SIGNERS, World, refusal_of
from tests.pki import known


def found(world: World, *, limit: int = 200, cursor: str = "", **wanted: Any) -> list[dict[str, Any]]:
    answer = auditing.search(world.app, world.officer("kiem"), Wanted(**wanted), cursor, limit)
    body = answer.body_or_raise()
    return list(body["items"])


def test_leaves_are_found_by_what_they_tell(world: World) -> None:
    """By officer, act, certificate, dossier, time and several of these; the newest first, page after page."""
    world.clock.go(hours=24)
    begun = world.clock()
    code = world.approved()
    everything = found(world)
    assert [each["index"] for each in everything] == list(reversed(range(world.size())))[:200]
    by_lan = found(world, actor="lan")
    assert by_lan == [each for each in everything if each["actor"] == "lan"]
    assert found(world, actor="lan", act="task-completed", dossier=code) == [
        each for each in by_lan if (each["act"], each["dossier"]) == ("task-completed", code)
    ]
    signed = 0
    for name in SIGNERS:
        own = found(world, certificate=fingerprint(known(name).certificate))
        assert name in [each["subject"] for each in own if each["act"] == "certificate-bound"]
        done = [each for each in own if each["act"] == "task-completed"]
        assert {each["actor"] for each in done} <= {name}
        signed += len(done)
    assert signed
    assert found(world, since=begun, until=begun + timedelta(days=1)) == [
        each for each in everything if each["time"] >= f"{begun:%Y-%m-%dT%H:%M:%SZ}"
    ]
    assert found(world, until=begun, actor="lan", act="task-completed") == []
    for capacity in ("KT.", ""):
        details = {"capacity": capacity}
        with world.app.store.write() as tx:
            trail.append(world.app, tx, [LeafDraft(actor="mai", act="x", subject=code, details=details)], begun)
    [deputy] = found(world, capacity="KT.", actor="mai")
    assert (deputy["index"], deputy["capacity"]) == (world.size() - 2, "KT.")
    assert found(world, act="x")[0]["capacity"] is None
    pages, cursor = [], ""
    while cursor is not None:
        wanted = Wanted(act="task-completed")
        body = auditing.search(world.app, world.officer("kiem"), wanted, cursor, 2).body_or_raise()
        pages += body["items"]
        cursor = body["next"]
    assert pages == found(world, act="task-completed")
    for cursor in ("x", "1", "1.x", "9" * 40):
        answer = auditing.search(world.app, world.officer("kiem"), Wanted(), cursor, 2)
        assert refusal_of(answer).code == "request-malformed"
    assert refusal_of(auditing.search(world.app, world.officer("an"), Wanted(), "", 2)).code == "right-missing"


def test_an_older_log_is_searched_as_a_new_one(world: World) -> None:
    """The migration writes, for every leaf, what appending it would have written."""
    from alembic import command

    world.approved()
    world.revoke(known("mai"))

    def lines() -> list[Any]:
        with world.app.store.read() as tx:
            return [sorted(map(repr, tx.execute(table.select()))) for table in (leaf_search, leaf_certificate)]

    before = lines()
    for change, to in ((command.downgrade, "0016"), (command.upgrade, "head")):
        with changing(world.app.store) as connection:
            config = _config()
            config.attributes["connection"] = connection
            change(config, to)
    assert lines() == before


def test_leaves_and_objects_come_in_bounded_pages(world: World, monkeypatch: Any) -> None:
    """Where they are large, fewer at once, and at least one; an object that is not there is told as none."""
    kiem = world.officer("kiem")
    monkeypatch.setattr(auditing, "MOST_EVIDENCE", 1)
    body = auditing.opened_leaves(world.app, kiem, 3, 1000).body_or_raise()
    assert ([each["index"] for each in body["items"]], body["next"]) == ([3], 4)
    assert auditing.opened_leaves(world.app, kiem, world.size(), 10).body_or_raise() == {"items": [], "next": None}
    monkeypatch.setattr(auditing, "MOST_OBJECTS", 1)
    digests = sorted(fingerprint(known(name).certificate) for name in ("lan", "mai"))
    [first] = auditing.objects(world.app, kiem, digests).body_or_raise()["items"]
    assert first["sha256"] == digests[0]
    missing = auditing.objects(world.app, kiem, ["0" * 64]).body_or_raise()["items"]
    assert missing == [{"sha256": "0" * 64, "content": None}]
    assert refusal_of(auditing.objects(world.app, world.officer("an"), digests)).code == "right-missing"
