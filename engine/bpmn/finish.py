"""What waited is over: its result joins the data as its outputs say, and its token goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.bpmn import loops
from engine.bpmn.graph import Activity, BoundaryEvent, CatchEvent
from engine.bpmn.mappings import outcome
from engine.bpmn.scope import Stuck
from engine.bpmn.state import Token, Waiting
from engine.bpmn.wait import cancel, disarm
from engine.bpmn.work import Work


def finish(work: Work, owner: int, result: Mapping[str, object]) -> None:
    """The waiting element is done with this result; what hinders its outputs is an incident that keeps the result."""
    waiting = work.waiting[owner]
    node = work.graph.nodes[waiting.element]
    assert isinstance(node, Activity | CatchEvent | BoundaryEvent)
    try:
        if waiting.loop is not None:
            loops.done(work, owner, result)
            return
        given = outcome(node.outputs, work.scope(node.id, waiting.locals), result)
    except Stuck as stuck:
        work.waiting[owner] = replace(waiting, kind="done", job=None, result=result)
        work.raise_incident(stuck.element, stuck.code, stuck.message, owner=owner)
        return
    work.merge(given)
    del work.waiting[owner]
    disarm(work, owner)
    work.tokens.append(Token(element=node.id, phase="leave"))


def caught(work: Work, event: BoundaryEvent, owner: int, data: Mapping[str, object]) -> None:
    """A boundary event was set off, with the data that its message brought."""
    if event.interrupting:
        cancel(work, owner)
    if event.outputs:
        held = work.next_id()
        work.waiting[held] = Waiting(element=event.id, kind="event")
        finish(work, held, data)
        return
    work.merge(data)
    work.tokens.append(Token(element=event.id, phase="leave"))
