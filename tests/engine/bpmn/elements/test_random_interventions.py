"""Random processes, stopped or migrated at any moment: nothing is left over, nothing is lost."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.bpmn import Graph, State
from engine.bpmn.cancellation import cancel
from engine.bpmn.events import TimerFired
from engine.bpmn.migration import migrate, plan
from tests.engine.bpmn.elements.model import Play, built, end, flow, sound, start_event
from tests.engine.bpmn.elements.test_random import BLOCKS, Block, Drawing, possible

NAME = re.compile(r"\bn(?=\d)|(?<=_)n(?=\d)")
LIVING = ("things", "incidents", "joins", "activated", "done")


def listens(state: State) -> Counter[tuple[object, ...]]:
    """What a state listens for, whatever its numbers are."""
    timers = Counter[tuple[object, ...]]((item.element, item.owner, item.schedule) for item in state.timers.values())
    return timers + Counter(
        (item.element, item.owner, item.kind, item.key, item.name) for item in state.subscriptions.values()
    )


def renamed(xml: tuple[str, ...]) -> tuple[Graph, dict[str, str]]:
    """The same model with another name for everything, and the mapping."""
    names = re.findall(r'\bid="([^"]+)"', "".join(xml))
    return built(*(NAME.sub("m", part) for part in xml)), {name: NAME.sub("m", name) for name in names}


def check_renamed(play: Play, graph: Graph, mapping: dict[str, str]) -> None:
    """Migrated there and back again, it is what it was; in between it is sound."""
    found = plan(play.graph, graph, play.state, mapping)
    assert found.refused == ()
    there, _ = migrate(found, play.state, now=play.now)
    sound(graph, there)
    untold = {key: replace(item, message="") for key, item in there.incidents.items()}
    assert not NAME.search(replace(there, incidents=untold).encode().decode()), "something has its old name"
    back = plan(graph, play.graph, there, {new: old for old, new in mapping.items()})
    assert back.refused == ()
    state, _ = migrate(back, there, now=play.now)
    assert listens(state) == listens(play.state)
    for name in LIVING:
        assert getattr(state, name) == getattr(play.state, name), name


def check(play: Play) -> State:
    """The play's state, migrated to its own model: nothing changed but the numbers of what it listens for."""
    stopped = cancel(play.graph, play.state, now=play.now)
    assert list(stopped.state.things) in ([1], [])
    assert not listens(stopped.state)
    assert not stopped.state.incidents
    assert not stopped.state.joins
    found = plan(play.graph, play.graph, play.state, {})
    assert found.refused == ()
    state, _ = migrate(found, play.state, now=play.now)
    assert listens(state) == listens(play.state)
    for name in LIVING:
        assert getattr(state, name) == getattr(play.state, name), name
    return state


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(BLOCKS, st.integers(0, 3), st.integers(0, 2**32))
def test_at_any_moment_it_can_be_stopped_and_migrated(block: Block, v: int, seed: int) -> None:
    """Cancelling leaves nothing that lives or listens; a migration to the same model, and one there and back to a model
    in which everything is called otherwise, changes nothing.
    """
    drawing, random = Drawing(), Random(seed)
    xml, last = drawing.draw(block, "s")
    parts = (start_event(), xml, end(), flow(last, "e"), *drawing.called)
    play, (other, mapping) = Play(graph=built(*parts), v=v), renamed(parts)
    for _ in range(30):
        check_renamed(play, other, mapping)
        play.live = check(play)
        play.state = State.decode(play.live.encode())
        sound(play.graph, play.state)
        events = possible(play, random)
        if not events:
            break
        event = random.choice(events)
        due = play.state.timers[event.timer].schedule.due if isinstance(event, TimerFired) else None
        play.send(event, due)
