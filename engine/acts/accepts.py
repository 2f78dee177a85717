"""What the start of a dossier may bring: what its start event says by `hoso:accepts`, else anything.

A receive task or caught event that starts it takes what it accepts, and no more, as where it waits in a dossier.
"""

from collections.abc import Mapping

from engine.bpmn.graph import StartEvent
from engine.bpmn.triggers import StartedBy
from engine.errors import Kind, Refusal
from engine.process import ProcessDefinition


def refuses_data(definition: ProcessDefinition, data: Mapping[str, object]) -> Refusal | None:
    """Why a dossier cannot begin with these data: its start event accepts others; None when it can."""
    starts = definition.graph.started_by()
    accepted = {name for start in starts for name in start.accepts}
    unknown = sorted(set(data) - accepted) if accepted else []
    if not unknown:
        return None
    message = f"the start brings {', '.join(unknown)[:200]}; accepted: {', '.join(sorted(accepted))[:500]}"
    return Refusal(kind=Kind.INVALID, code="start-data", message=message, remedy="leave it out")


def refuses_message(definition: ProcessDefinition, by: StartedBy, data: Mapping[str, object]) -> Refusal | None:
    """Why a message cannot start a dossier with these data: where it would be received accepts others."""
    unknown = sorted(set(data) - set(brought(definition, by, data))) if by.message is not None else []
    if not unknown:
        return None
    accepted = sorted({name for start in definition.graph.started_by(**by._asdict()) for name in start.accepts})
    told = ", ".join(accepted)[:500] or "nothing"
    message = f"{by} brings {', '.join(unknown)[:200]}; accepted: {told}"
    return Refusal(kind=Kind.INVALID, code="message-data", message=message, remedy="leave it out")


def brought(definition: ProcessDefinition, by: StartedBy, data: Mapping[str, object]) -> Mapping[str, object]:
    """Of what an event brings, what a dossier begins with that it starts."""
    starts = definition.graph.started_by(**by._asdict())
    if any(isinstance(start, StartEvent) for start in starts):
        return data
    accepted = {name for start in starts for name in start.accepts}
    return {name: value for name, value in data.items() if name in accepted}
