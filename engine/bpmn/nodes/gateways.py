"""Gateways."""

from __future__ import annotations

from engine.bpmn.document import children, text_of
from engine.bpmn.expressions import compile_at, speaks_feel
from engine.bpmn.graph import ComplexGateway, EventBasedGateway, ExclusiveGateway, InclusiveGateway, ParallelGateway
from engine.bpmn.nodes.source import Source, check_children, flag
from engine.bpmn.vendor import Extensions


def read_exclusive(source: Source, extensions: Extensions) -> ExclusiveGateway:
    """An exclusive gateway."""
    check_children(source)
    return ExclusiveGateway(**source.base, default=source.element.get("default"))


def read_inclusive(source: Source, extensions: Extensions) -> InclusiveGateway:
    """An inclusive gateway."""
    check_children(source)
    return InclusiveGateway(**source.base, default=source.element.get("default"))


def read_parallel(source: Source, extensions: Extensions) -> ParallelGateway:
    """A parallel gateway, which has no default."""
    check_children(source)
    if source.element.get("default"):
        source.refuse(
            "default-forbidden", "a parallel gateway takes every flow; it has no default", "remove the default"
        )
    return ParallelGateway(**source.base)


def read_complex(source: Source, extensions: Extensions) -> ComplexGateway:
    """A complex gateway with its activation condition, which reads `activationCount`."""
    check_children(source, "activationCondition")
    part = next(children(source.element, "activationCondition"), None)
    activation = None
    if part is not None and speaks_feel(part, source.id, source.problems):
        activation = compile_at(text_of(part), part, source.id, source.problems)
    return ComplexGateway(**source.base, default=source.element.get("default"), activation=activation)


def read_event_based(source: Source, extensions: Extensions) -> EventBasedGateway:
    """An event-based gateway, within a process or to start it."""
    check_children(source)
    instantiate = flag(source.element, "instantiate")
    parallel = (source.element.get("eventGatewayType") or "Exclusive").strip() == "Parallel"
    if parallel and not instantiate:
        remedy = 'make it exclusive, or set instantiate="true"'
        source.refuse("gateway-parallel", "a parallel event-based gateway starts processes only", remedy)
    return EventBasedGateway(**source.base, instantiate=instantiate, parallel=parallel)
