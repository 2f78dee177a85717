"""All or nothing: an act that fails between its first write and its last leaf leaves no trace."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from adapters.application import interventions, work
from adapters.application.answer import Request
from adapters.database import tables
from adapters.jobs.handlers import number
from adapters.jobs.worker import work_once
from engine.acts.intervene import Cancel, Intervention, Suspend
from signing.trail.leaf import SALT_BYTES
from tests.adapters.application.world import World
from tests.pki import known


class NoEntropy(Exception):
    """The machine's entropy is gone, at the very moment when a leaf wants its salt."""


def snapshot(world: World) -> dict[str, object]:
    """Every row of every table, as text."""
    with world.app.store.read() as tx:
        return {
            table.name: sorted(map(repr, tx.execute(select(table))))
            for table in tables.metadata.sorted_tables
            if table.name not in ("content", "content_use")  # bytes that nothing names are nothing
        }


def without_salt(world: World) -> None:
    """From now on, no leaf can be made; ids and nonces still can."""
    good = world.app.entropy

    def entropy(count: int) -> bytes:
        if count == SALT_BYTES:
            raise NoEntropy
        return good(count)

    world.change(entropy=entropy)


def occupied(world: World) -> None:
    """The next leaf's place is taken, so that the database refuses it: the last write of the act fails."""
    with world.app.store.write() as tx:
        row = {"index": world.size(), "encoded": b"", "salt": b"", "evidence": b"{}", "dossier": None}
        tx.execute(insert(tables.leaf).values(**row))


def _start(world: World) -> Callable[[], object]:
    world.upload("lan")
    return lambda: world.start("cho", request=Request(officer="lan", key="k", fingerprint="f"))


def _claim(world: World) -> Callable[[], object]:
    task = world.task(world.start("cho"), "work")
    return lambda: world.claim("lan", task, key="k")


def _complete(world: World) -> Callable[[], object]:
    task = world.task(world.start("cho"), "work")
    world.claim("lan", task).body_or_raise()
    return lambda: world.complete("lan", task, key="k")


def _sign(world: World) -> Callable[[], object]:
    code = world.start("tra-ket-qua")
    world.do("lan", code, "prepare", {"note": "đủ"})
    task = world.task(code, "decide")
    world.claim("hang", task).body_or_raise()
    told = world.prepare("hang", task, {"decision": "approve"}).body_or_raise()
    sent = world.submission(told, known("hang"))
    return lambda: world.send("hang", task, sent, Request(officer="hang", key="k", fingerprint="f"))


def _refused(world: World) -> Callable[[], object]:
    task = world.task(world.start("cho"), "work")
    return lambda: world.complete("lan", task, key="k")


def _revoke(world: World) -> Callable[[], object]:
    return lambda: world.revoke(known("lan"))


def _deploy(world: World) -> Callable[[], object]:
    from tests.adapters.application.bundles import UNSIGNED

    changed = {**UNSIGNED, "process.bpmn": UNSIGNED["process.bpmn"].replace(b'name="look"', b'name="anew"')}
    return lambda: world.propose(changed)


def _approve(world: World) -> Callable[[], object]:
    id = _deploy(world)().body_or_raise()["proposal"]["id"]  # type: ignore[attr-defined]
    return lambda: world.approve("an", id)


def _number(world: World) -> Callable[[], object]:
    world.start("cap-so")
    return lambda: work_once(world.app)


def _suspend(world: World) -> Callable[[], object]:
    return _intervention(world, Suspend)


def _cancel(world: World) -> Callable[[], object]:
    return _intervention(world, Cancel)


def _intervention(world: World, kind: type[Intervention]) -> Callable[[], object]:
    code = world.start("cho")
    act = kind(revision=world.dossier(code)["revision"], reason="thử")
    asked = Request(officer="an", key="k", fingerprint="f")
    return lambda: interventions.perform(world.app, world.officer("an"), asked, code, act)


ACTS = [_start, _claim, _complete, _sign, _refused, _revoke, _deploy, _approve, _suspend, _cancel]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__[1:])
def test_an_act_that_fails_at_its_leaf_leaves_nothing(
    world: World, act: Callable[[World], Callable[[], object]]
) -> None:
    """Not the dossier's new state, not the used statement, not the kept answer: and the same call succeeds later."""
    do = act(world)
    good = world.app.entropy
    before = snapshot(world)
    without_salt(world)
    with pytest.raises(NoEntropy):
        do()
    after = snapshot(world)
    # A signed act is prepared in a transaction of its own: its statement may stay, unused.
    after["statement"], before["statement"] = _used(after), _used(before)
    assert after == before
    world.change(entropy=good)
    do()
    world.check_trail()


def _used(shot: dict[str, object]) -> list[str]:
    return [row for row in shot["statement"] if "None" not in row.rpartition(",")[2]]  # type: ignore[attr-defined]


@pytest.mark.parametrize("act", [_start, _claim, _complete, _sign], ids=lambda act: act.__name__[1:])
def test_an_act_whose_last_write_the_database_refuses_leaves_nothing(
    world: World, act: Callable[[World], Callable[[], object]]
) -> None:
    """The other way to fail: a constraint, at the very end."""
    do = act(world)
    occupied(world)
    before = snapshot(world)
    with pytest.raises(IntegrityError):
        do()
    assert snapshot(world) == before
    with world.app.store.write() as tx:
        tx.execute(tables.leaf.delete().where(tables.leaf.c.encoded == b""))
    do()
    world.check_trail()


def test_a_number_whose_leaf_fails_is_not_taken(world: World) -> None:
    """The register has no hole: the next try gets the same number."""
    do = _number(world)
    good = world.app.entropy
    without_salt(world)
    leased = work.take(world.app, "w")
    assert leased is not None
    with pytest.raises(NoEntropy):
        number(world.app, leased)
    with world.app.store.read() as tx:
        assert tx.execute(select(func.count()).select_from(tables.number)).scalar_one() == 0
    world.change(entropy=good)
    world.clock.go(minutes=2)
    assert do()
    with world.app.store.read() as tx:
        assert tx.execute(select(tables.number.c.value)).scalars().all() == [1]
