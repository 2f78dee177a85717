"""What lives in a dossier, and what an act would change of it: plain JSON for whoever must decide."""

from typing import Any

from adapters.application import views
from engine.bpmn import parts
from engine.bpmn.graph import Graph
from engine.bpmn.state import ROOT, State, Thing
from engine.dossier import Dossier
from engine.outcome import Outcome

Json = dict[str, Any]
TIMER = "timer"


def tokens(state: State, graph: Graph) -> list[Json]:
    """What lives, in the order in which it began, then the tokens that wait at gateways.

    `number` is what it can be ended by (null: a waiting token goes with its scope), `within` the thing around it.
    """
    state = parts.whole(state)
    live = [_live(graph, number, thing) for number, thing in state.things.items() if number != ROOT]
    waiting = [
        {"number": None, "element": element, "name": _name(graph, element), "kind": "waiting", "within": scope}
        for scope, held in state.joins.items()
        for element in held
    ]
    return live + waiting


def consequences(before: Dossier, outcome: Outcome, old: Graph, new: Graph) -> Json:
    """What would end and begin, where it would stand, which tasks would open, what would be asked for and awaited."""
    after = outcome.dossier
    assert after is not None
    was, will = parts.whole(before.state).things, parts.whole(after.state).things
    moved = [
        {
            **_live(old, number, was[number]),
            "becomes": will[number].element,
            "becomes_name": _name_of(new, will[number]),
        }
        for number in was
        if number in will and number != ROOT
    ]
    return {
        "ends": [_live(old, number, was[number]) for number in was if number not in will],
        "begins": [_live(new, number, will[number]) for number in will if number not in was],
        "stays": moved,
        "opens": [views.task_alone(task) for task in outcome.opened],
        "released": [
            {"task": task.id, "holder": before.tasks[number].holder}
            for number, task in after.tasks.items()
            if number in before.tasks and before.tasks[number].holder not in (None, task.holder)
        ],
        "jobs": [{"element": job.element, "type": job.type} for job in outcome.jobs if job.type != TIMER],
        "timers": [{"element": job.element, "due": views.moment(job.due)} for job in outcome.jobs if job.type == TIMER],
        "listens": [{"kind": item.kind, "name": item.name} for item in outcome.awaited],
        "incidents": [
            {"element": item.element, "name": item.name, "code": item.code, "message": item.message}
            for item in outcome.raised
        ],
        "finished": after.finished is not None,
    }


def _live(graph: Graph, number: int, thing: Thing) -> Json:
    told = {"number": number, "element": thing.element, "name": _name_of(graph, thing), "kind": thing.kind}
    return {**told, "within": thing.parent}


def _name_of(graph: Graph, thing: Thing) -> str:
    return _name(graph, thing.element)


def _name(graph: Graph, element: str) -> str:
    node = graph.nodes.get(element)
    return (node.name if node else "") or element
