"""Gateways."""

from __future__ import annotations

from engine.bpmn.graph import ExclusiveGateway, ParallelGateway
from engine.bpmn.nodes.source import Source, check_children
from engine.bpmn.vendor import Extensions


def read_exclusive(source: Source, extensions: Extensions) -> ExclusiveGateway:
    """An exclusive gateway."""
    check_children(source)
    return ExclusiveGateway(**source.base, default=source.element.get("default"))


def read_parallel(source: Source, extensions: Extensions) -> ParallelGateway:
    """A parallel gateway, which has no default."""
    check_children(source)
    if source.element.get("default"):
        source.refuse(
            "default-forbidden", "a parallel gateway takes every flow; it has no default", "remove the default"
        )
    return ParallelGateway(**source.base)
