"""Cancel a running process from outside: everything that lives ends, and nothing begins."""

from __future__ import annotations

from datetime import datetime

from engine.bpmn import parts
from engine.bpmn.graph import Graph
from engine.bpmn.run import Step
from engine.bpmn.state import ROOT, State
from engine.bpmn.work import Work


def cancel(graph: Graph, state: State, *, now: datetime) -> Step:
    """End tasks, jobs, timers and subscriptions; nothing is compensated, no event of the model sees it.

    The process is not completed by it: no `Completed` is among the effects. `now` is an aware time.
    """
    work = Work(graph, parts.whole(state), now)
    work.empty(ROOT)
    work.disarm(ROOT)
    work.done.clear()
    for incident in list(work.incidents):
        work.resolve(incident)
    return Step(state=work.state(), effects=tuple(work.effects))
