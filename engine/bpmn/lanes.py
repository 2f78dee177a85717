"""Lanes: who does what stands in them."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.document import Element, children, line_of, reference, text_of
from engine.bpmn.lane import Lane
from engine.bpmn.problems import Problems
from engine.bpmn.vendor import read_extensions


def read_lanes(process: Element, problems: Problems) -> tuple[tuple[Lane, ...], dict[str, str]]:
    """The process's lanes, and the role of each node: that of its innermost lane that names one."""
    roles: dict[str, str] = {}
    holders: dict[str, str] = {}
    lanes: list[Lane] = []
    for element, outer in _walk(process):
        lane = _read_lane(element, problems)
        lanes.append(lane)
        for node in lane.nodes:
            if node in holders and holders[node] not in outer:
                message = f"{node} stands in lane {holders[node]} too"
                problems.error(lane.line, lane.id, "lane-overlap", message, "put each node into one lane")
            holders[node] = lane.id
            if lane.role:
                roles[node] = lane.role
    return tuple(lanes), roles


def _walk(element: Element, outer: tuple[str, ...] = ()) -> Iterator[tuple[Element, tuple[str, ...]]]:
    """Every lane after the lanes around it, with their ids."""
    for lane_set in children(element, "laneSet", "childLaneSet"):
        for lane in children(lane_set, "lane"):
            yield lane, outer
            yield from _walk(lane, (*outer, lane.get("id") or ""))


def _read_lane(element: Element, problems: Problems) -> Lane:
    lane_id, name = element.get("id") or "", element.get("name") or ""
    properties = read_extensions(element, lane_id, problems).properties
    for key in properties:
        if key != "role":
            message = f"property hoso:{key} is unknown on lane"
            problems.error(line_of(element), lane_id, "property-unknown", message, "known: hoso:role")
    role = properties.get("role", "").strip() or name.strip() or None
    nodes = tuple(reference(text_of(item), item) for item in children(element, "flowNodeRef"))
    return Lane(id=lane_id, name=name, line=line_of(element), role=role, nodes=nodes)
