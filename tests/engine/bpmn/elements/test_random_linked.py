"""Random processes of several bundles: stored in parts, moved by hand and migrated at any moment, they stay sound."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.bpmn import EventRefused, Graph, State, check_process, step
from engine.bpmn import parts as stored
from engine.bpmn.calls import CalledProcess, Version
from engine.bpmn.cancellation import cancel
from engine.bpmn.events import Event, JobCompleted, JobFailed, JobThrew, Modified, TaskCompleted, TimerFired
from engine.bpmn.link import calls_of, link
from engine.bpmn.migration import migrate, plan
from tests.engine.bpmn.elements.model import Play, call, end, flow, instances, sound, start_event
from tests.engine.bpmn.elements.test_random import BLOCKS, Block, Drawing, possible
from tests.engine.bpmn.elements.test_random_interventions import LIVING, listens
from tests.engine.bpmn.models import file

ROOTS = (
    '<bpmn:message id="M" name="M"/><bpmn:signal id="S" name="S"/><bpmn:error id="E" name="E" errorCode="E"/>'
    '<bpmn:escalation id="X" name="X" escalationCode="X"/>'
)
ASSOCIATION = re.compile("<bpmn:association [^>]*/>")
CLOSED = 'propagateAllParentVariables="false" propagateAllChildVariables="false"'
PASSED = ("", "", CLOSED, 'propagateAllChildVariables="false"')
OWN = '<zeebe:ioMapping><zeebe:input source="=v" target="v"/><zeebe:output source="=v" target="v"/></zeebe:ioMapping>'


@dataclass
class Bundles(Drawing):
    """Draws every call as one of another bundle, with data of its own or not, once or several times."""

    bodies: dict[str, str] = field(default_factory=dict)

    def _scope(self, block: Block, before: str) -> tuple[str, str]:
        if block.kind not in ("call", "sub"):
            return super()._scope(block, before)
        name, number = self.name(), block.number
        key = f"{name}p"
        self.bodies[key] = self._body(key, block)
        passed = f'<zeebe:calledElement processId="{key}" {PASSED[number % 4]}/>' + (OWN if number % 3 == 0 else "")
        loop = instances("2" if number % 4 else "=v", attributes=f'isSequential="{str(number % 5 == 0).lower()}"')
        xml = call(name, key, passed, loop if number % 2 else "") + self._border(name, number // 2)
        return xml + flow(before, name), name


def read(key: str, body: str) -> Graph:
    """The process of one bundle."""
    xml = file(ASSOCIATION.sub("", body) + "".join(ASSOCIATION.findall(body)), ROOTS)
    xml = xml.replace(b'<bpmn:process id="p"', f'<bpmn:process id="{key}"'.encode())
    graph, problems = check_process(xml, source="test.bpmn", elsewhere=True)
    assert graph is not None, "\n".join(map(str, problems))
    return graph


def linked(graphs: Mapping[str, Graph], version: int) -> Graph:
    """All of them as that version, linked to the process `p`."""

    def meant(_: Version, called: CalledProcess) -> Version:
        return called.key, version

    found = link(("p", version), {(key, version): graph for key, graph in graphs.items()}, meant)
    assert not calls_of(found)
    return found


@contextmanager
def apart() -> Iterator[None]:
    """Loops of two instances are wide enough to be stored in parts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored, "WIDE", 2)
        yield


def loaded(state: State, event: Event) -> State:
    """The state as an act loads it: the head, and the part that the event names."""
    kept = stored.split(replace(state, apart=None))
    homes = stored.places(state)
    match event:
        case TaskCompleted():
            home = homes.get(event.task)
        case JobCompleted() | JobFailed() | JobThrew():
            home = homes.get(event.job)
        case TimerFired():
            home = homes.get(event.timer)
        case _:
            home = None
    own = {home: kept.parts[home]} if home is not None else {}
    return stored.load(kept.head, own, lambda have: {key: part for key, part in kept.parts.items() if key not in have})


def check_parts(play: Play, event: Event) -> None:
    """One step of the state in parts gives what it gives of the whole one, and leaves the rest where it was."""
    now = max(play.now, play.state.timers[event.timer].schedule.due) if isinstance(event, TimerFired) else play.now
    try:
        expected = step(play.graph, play.state, event, now=now)
    except EventRefused:
        return
    before = stored.split(replace(play.state, apart=None))
    got = step(play.graph, loaded(play.state, event), event, now=now)
    assert got.effects == expected.effects
    assert stored.whole(got.state).encode() == expected.state.encode()
    after = stored.split(got.state)
    kept = {key: part for key, part in {**before.parts, **after.parts}.items() if key not in after.gone}
    again = stored.load(after.head, {}, lambda have: {key: part for key, part in kept.items() if key not in have})
    assert stored.whole(again).encode() == expected.state.encode(), "what was stored is what there is"


def check_moved(play: Play, other: Graph) -> None:
    """Every bundle in another version, and back again: it is what it was, and runs nothing of the version it left."""
    there_plan = plan(play.graph, other, play.state, {})
    assert there_plan.refused == ()
    there, _ = migrate(there_plan, play.state, now=play.now)
    sound(other, there)
    untold = {key: replace(item, message="") for key, item in there.incidents.items()}
    assert b"@1/" not in replace(there, incidents=untold).encode()
    back, _ = migrate(plan(other, play.graph, there, {}), there, now=play.now)
    assert listens(back) == listens(play.state)
    for name in LIVING:
        assert getattr(back, name) == getattr(play.state, name), name


def moves(play: Play, random: Random) -> list[Event]:
    """What an administrator might do by hand: something ends, something begins."""
    live = [key for key in play.state.things if key != 1]
    elements = sorted(play.graph.nodes)
    return [
        Modified(
            cancel=tuple(random.sample(live, min(len(live), random.randrange(3)))),
            begin=((random.choice(elements), random.choice([None, *play.state.things])),),
            data={"v": random.randrange(4)},
        )
    ]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(BLOCKS, st.integers(0, 3), st.integers(0, 2**32))
def test_linked_processes_stay_sound_whatever_happens(block: Block, v: int, seed: int) -> None:
    """Calls, with or without walls, once or in instances, undone or not: in parts, by hand, in another version."""
    drawing, random = Bundles(), Random(seed)
    body = Block("sequence", 0, (Block("undoable", 0), block))
    whole = Block("sequence", 0, (Block("call", random.randrange(1000), (body, block)), Block("undo", 1)))
    xml, last = drawing.draw(whole, "s")
    xml = start_event() + xml + end() + flow(last, "e")
    graphs = {"p": read("p", xml), **{key: read(key, each) for key, each in drawing.bodies.items()}}
    other = linked(graphs, 2)
    with apart():
        play = Play(graph=linked(graphs, 1), v=v)
        for _ in range(25):
            check_moved(play, other)
            stopped = cancel(play.graph, play.state, now=play.now).state
            assert list(stopped.things) == [1]
            assert not listens(stopped)
            assert (stopped.incidents, stopped.joins, stopped.done) == ({}, {}, {})
            events = moves(play, random) if random.random() < 0.15 else possible(play, random)
            if not events:
                break
            event = random.choice(events)
            check_parts(play, event)
            due = play.state.timers[event.timer].schedule.due if isinstance(event, TimerFired) else None
            try:
                play.send(event, due)
            except EventRefused:
                assert isinstance(event, Modified)
                sound(play.graph, play.state)
