"""Subprocesses: embedded, started by an event, transactions, ad hoc."""

from __future__ import annotations

from engine.bpmn.document import children, name_of, text_of
from engine.bpmn.expressions import compile_at, speaks_feel
from engine.bpmn.graph import AdHocSubProcess, SubProcess
from engine.bpmn.nodes.source import Source, data_of
from engine.bpmn.nodes.tasks import activity
from engine.bpmn.vendor import Extensions


def read_subprocess(source: Source, extensions: Extensions) -> SubProcess:
    """A subprocess; what stands within it is read by itself."""
    by_event = _true(source, "triggeredByEvent", "false")
    if by_event and (extensions.inputs or extensions.outputs):
        message = "an event subprocess has no inputs and outputs: nothing leads to it, and nothing goes on from it"
        source.refuse("mapping-nowhere", message, "map at its start event, or at the tasks in it")
    return SubProcess(
        **activity(source, extensions, *_within(source)),
        triggered_by_event=by_event,
        transaction=source.kind == "transaction",
        properties=data_of(source.element),
    )


def read_adhoc(source: Source, extensions: Extensions) -> AdHocSubProcess:
    """An ad-hoc subprocess with its ordering and completion condition."""
    part = next(children(source.element, "completionCondition"), None)
    condition = None
    if part is not None and speaks_feel(part, source.id, source.problems):
        condition = compile_at(text_of(part), part, source.id, source.problems)
    return AdHocSubProcess(
        **activity(source, extensions, *_within(source)),
        triggered_by_event=_true(source, "triggeredByEvent", "false"),
        properties=data_of(source.element),
        sequential=(source.element.get("ordering") or "Parallel").strip() == "Sequential",
        condition=condition,
        cancel_remaining=_true(source, "cancelRemainingInstances", "true"),
    )


def _within(source: Source) -> tuple[str, ...]:
    """All BPMN parts but loops, which every activity may have."""
    return tuple({name_of(item) for item in children(source.element)})


def _true(source: Source, name: str, default: str) -> bool:
    return (source.element.get(name) or default).strip() in ("true", "1")
