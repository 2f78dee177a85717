"""What is told of a parcel is kept once, with its leaf, and moves it as `engine/parcels` says; its dossier is told."""

from datetime import timedelta

from adapters.application.tracking import Effect, Told, Word, tell
from adapters.database import definitions, jobs, parcels
from engine.errors import Refusal
from engine.parcels import Event
from tests.adapters.application.world import World
from tests.pki import NOW

ITEM = "RR123456785VN"


def word(event: Event | None, hours: float, status: str | None = None) -> Word:
    told = status or (event.value if event else "?")
    raw = f'{{"item": "{ITEM}", "status": "{told}", "hours": {hours}}}'.encode()
    return Word(carrier="sim", item=ITEM, status=told, event=event, at=NOW + timedelta(hours=hours), raw=raw)


def parcel(world: World) -> str:
    """The key of a prepared parcel."""
    code = world.approved(channel="post")
    world.work()
    with world.app.store.read() as tx:
        [row] = jobs.dispatches_of(tx, code)
    return str(row["key"])


def say(world: World, key: str, said: Word) -> Told:
    with world.app.store.write() as tx:
        told = tell(world.app, tx, key, said)
    assert isinstance(told, Told)
    return told


def test_a_parcel_s_way(world: World) -> None:
    """Handed over, under way, missed twice, returned: each word is kept as it came, with a leaf."""
    key = parcel(world)
    told = [say(world, key, word(event, hours)) for hours, event in enumerate(WAY, 1)]
    assert [each.state.value for each in told] == ["handed-over", "in-transit", "attempt-1", "attempt-2", "returned"]
    code = told[0].dossier
    with world.app.store.read() as tx:
        row, beside, kept = jobs.find_dispatch(tx, key), parcels.find(tx, key), parcels.events(tx, key)
        assert definitions.get_content(tx, kept[2]["raw"]) == word(Event.MISSED, 3).raw
    assert row is not None
    assert beside is not None
    assert (row["state"], row["attempts"]) == ("returned", 2)
    assert (beside["handed_over"], beside["ended"]) == (NOW + timedelta(hours=1), NOW + timedelta(hours=5))
    acts = [act for act in world.acts(code) if act.startswith("parcel-")]
    assert acts == ["parcel-handed-over", "parcel-in-transit", "parcel-missed", "parcel-missed", "parcel-returned"]
    assert world.work() == 1  # the dossier is told; its process waits for nothing, and nothing happens


WAY = (Event.HANDED_OVER, Event.IN_TRANSIT, Event.MISSED, Event.MISSED, Event.RETURNED)


def test_the_same_word_twice_and_a_word_that_says_otherwise(world: World) -> None:
    """The second does nothing at all; what contradicts the end is noted, with a leaf; what nobody knows is kept."""
    key = parcel(world)
    delivered = word(Event.DELIVERED, 2)
    assert say(world, key, delivered).effect is Effect.MOVED
    size = world.size()
    assert say(world, key, delivered).effect is Effect.KNOWN
    assert say(world, key, word(None, 3, "cân lại")).effect is Effect.UNKNOWN
    assert world.size() == size
    late = say(world, key, word(Event.RETURNED, 4))
    assert (late.effect, late.state.value) == (Effect.CONTRADICTED, "delivered")
    assert world.acts(late.dossier)[-1] == "parcel-contradicted"
    with world.app.store.read() as tx:
        beside = parcels.find(tx, key)
        assert [each["effect"] for each in parcels.events(tx, key)] == ["moved", "unknown", "contradicted"]
        assert beside is not None
        assert definitions.get_content(tx, beside["proof"]) == delivered.raw


def test_what_is_no_parcel(world: World) -> None:
    """A mail, or nothing at all, is refused."""
    with world.app.store.write() as tx:
        found = tell(world.app, tx, "0" * 32, word(Event.LOST, 1))
    assert isinstance(found, Refusal)
    assert found.code == "parcel-unknown"
