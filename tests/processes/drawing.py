"""The drawing of a process as plain geometry: boxes, labels and lines."""

from dataclasses import dataclass, field
from itertools import pairwise

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DD = "{http://www.omg.org/spec/DD/20100524/DI}"
FLOW_NODES = {
    f"{BPMN}{name}"
    for name in (
        "startEvent",
        "endEvent",
        "boundaryEvent",
        "userTask",
        "serviceTask",
        "businessRuleTask",
        "exclusiveGateway",
        "parallelGateway",
    )
}
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Left, top, width, height."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: "Rectangle") -> bool:
        """They share area; touching borders do not count."""
        across = self.x < other.x + other.width and other.x < self.x + self.width
        return across and self.y < other.y + other.height and other.y < self.y + self.height

    def holds(self, other: "Rectangle") -> bool:
        """The other lies inside."""
        right, bottom = self.x + self.width, self.y + self.height
        inside = self.x <= other.x and self.y <= other.y
        return inside and other.x + other.width <= right and other.y + other.height <= bottom

    def on_border(self, point: Point) -> bool:
        """The point lies on the border, to the pixel."""
        x, y = point
        beside = x in (self.x, self.x + self.width) and self.y <= y <= self.y + self.height
        return beside or (y in (self.y, self.y + self.height) and self.x <= x <= self.x + self.width)


@dataclass(slots=True, kw_only=True)
class Drawing:
    """What is drawn, by the id of the element that it draws."""

    nodes: set[str] = field(default_factory=set)
    hosts: dict[str, str] = field(default_factory=dict)
    flows: dict[str, tuple[str, str]] = field(default_factory=dict)
    lanes: dict[str, list[str]] = field(default_factory=dict)
    shapes: dict[str, Rectangle] = field(default_factory=dict)
    labels: dict[str, Rectangle] = field(default_factory=dict)
    lines: dict[str, list[Point]] = field(default_factory=dict)
    drawn: list[str] = field(default_factory=list)

    def segments(self, flow: str) -> list[tuple[Point, Point]]:
        """The straight parts of a flow's line."""
        return list(pairwise(self.lines[flow]))


def read_drawing(xml: bytes) -> Drawing:
    """Read model and diagram of one process."""
    drawing = Drawing()
    for element in etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True)).iter():
        if element.tag in FLOW_NODES:
            drawing.nodes.add(str(element.attrib["id"]))
            if "attachedToRef" in element.attrib:
                drawing.hosts[str(element.attrib["id"])] = str(element.attrib["attachedToRef"])
        elif element.tag == f"{BPMN}sequenceFlow":
            drawing.flows[str(element.attrib["id"])] = (
                str(element.attrib["sourceRef"]),
                str(element.attrib["targetRef"]),
            )
        elif element.tag == f"{BPMN}lane":
            drawing.lanes[str(element.attrib["id"])] = [str(ref.text) for ref in element.iter(f"{BPMN}flowNodeRef")]
        elif element.tag in (f"{DI}BPMNShape", f"{DI}BPMNEdge"):
            _read_drawn(drawing, element)
    return drawing


def _read_drawn(drawing: Drawing, element: etree._Element) -> None:
    subject = str(element.attrib["bpmnElement"])
    drawing.drawn.append(subject)
    if (bounds := element.find(f"{DC}Bounds")) is not None:
        drawing.shapes[subject] = _rectangle(bounds)
    if (label := element.find(f"{DI}BPMNLabel/{DC}Bounds")) is not None:
        drawing.labels[subject] = _rectangle(label)
    if points := element.findall(f"{DD}waypoint"):
        drawing.lines[subject] = [(float(point.attrib["x"]), float(point.attrib["y"])) for point in points]


def _rectangle(bounds: etree._Element) -> Rectangle:
    x, y, width, height = (float(bounds.attrib[name]) for name in ("x", "y", "width", "height"))
    return Rectangle(x, y, width, height)
