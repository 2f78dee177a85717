"""The diagrams can be read by people: all is drawn, nothing hides anything else."""

from itertools import combinations, product

import pytest

from tests.processes.drawing import Drawing, Point, Rectangle, read_drawing
from tests.processes.walk import KEYS, PROCESSES

Segment = tuple[Point, Point]


def drawing_of(key: str) -> Drawing:
    return read_drawing((PROCESSES / key / "process.bpmn").read_bytes())


def box_of(segment: Segment) -> Rectangle:
    (x1, y1), (x2, y2) = segment
    return Rectangle(min(x1, x2), min(y1, y2), abs(x1 - x2), abs(y1 - y2))


def meets(one: Segment, other: Segment) -> bool:
    """Two upright or level lines share a point."""
    a, b = box_of(one), box_of(other)
    across = a.x <= b.x + b.width and b.x <= a.x + a.width
    return across and a.y <= b.y + b.height and b.y <= a.y + a.height


@pytest.mark.parametrize("key", KEYS)
def test_everything_is_drawn_once(key: str) -> None:
    """Each flow node, flow and lane has its shape or line, and nothing is drawn that is not there."""
    drawing = drawing_of(key)
    assert len(drawing.drawn) == len(set(drawing.drawn))
    assert set(drawing.drawn) == drawing.nodes | drawing.flows.keys() | drawing.lanes.keys() | {"agency"}
    assert drawing.lines.keys() == drawing.flows.keys()


@pytest.mark.parametrize("key", KEYS)
def test_every_node_stands_in_its_lane(key: str) -> None:
    """Who does a step is where the step is drawn."""
    drawing = drawing_of(key)
    assert sorted(node for held in drawing.lanes.values() for node in held) == sorted(drawing.nodes)
    for lane, held in drawing.lanes.items():
        assert drawing.shapes["agency"].holds(drawing.shapes[lane])
        assert all(drawing.shapes[lane].holds(drawing.shapes[node]) for node in held)


@pytest.mark.parametrize("key", KEYS)
def test_no_two_shapes_overlap(key: str) -> None:
    """Nodes and labels keep apart; only a boundary event sits on its task."""
    drawing = drawing_of(key)
    things = {node: drawing.shapes[node] for node in drawing.nodes}
    things |= {f"label of {subject}": label for subject, label in drawing.labels.items()}
    attached = {frozenset(pair) for pair in drawing.hosts.items()}
    for one, other in combinations(things, 2):
        assert frozenset((one, other)) in attached or not things[one].overlaps(things[other]), f"{one} on {other}"


@pytest.mark.parametrize("key", KEYS)
def test_lines_are_upright_and_meet_their_shapes(key: str) -> None:
    """A flow runs level or upright, from the border of its source to the border of its target."""
    drawing = drawing_of(key)
    for flow, (source, target) in drawing.flows.items():
        points = drawing.lines[flow]
        assert drawing.shapes[source].on_border(points[0]), flow
        assert drawing.shapes[target].on_border(points[-1]), flow
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in drawing.segments(flow)), flow


@pytest.mark.parametrize("key", KEYS)
def test_no_line_runs_through_a_shape_a_label_or_another_line(key: str) -> None:
    """Every flow can be followed by eye: no crossing, nothing in its way."""
    drawing = drawing_of(key)
    for flow, segments in ((flow, drawing.segments(flow)) for flow in drawing.flows):
        obstacles = [drawing.shapes[node] for node in drawing.nodes] + list(drawing.labels.values())
        for segment, obstacle in product(segments, obstacles):
            box = box_of(segment)
            thick = Rectangle(box.x, box.y, box.width or 0.01, box.height or 0.01)
            assert not obstacle.overlaps(thick) or obstacle.on_border(segment[0]) or obstacle.on_border(segment[1]), (
                flow
            )
    for one, other in combinations(drawing.flows, 2):
        pairs = product(drawing.segments(one), drawing.segments(other))
        assert not any(meets(a, b) for a, b in pairs), f"{one} meets {other}"
