"""Warn of data that nothing can have set where they are read."""

from __future__ import annotations

from engine.bpmn.dataflow.near import misspelt, nearest
from engine.bpmn.dataflow.order import MOST_NODES, Order, TooLarge, compensates
from engine.bpmn.dataflow.reads import Read, reads_of
from engine.bpmn.dataflow.sources import Facts, Fields, sets_of
from engine.bpmn.graph import Graph, Node, StartEvent
from engine.bpmn.problems import Problem, Problems

_MOST = 200
"""Warnings of one process; who has more mends these first."""
_MOST_QUESTIONS = 20_000
_SMALLER = "move parts into processes it calls"
_SHOWN = 3
_LONGEST = 80  # characters of a name in a message


def check_data_flow(graph: Graph, *, source: str, fields: Fields) -> tuple[Problem, ...]:
    """Warnings for the names of data that nothing can have set where they are read; `fields` are those of the forms.

    What a start brings is unknown, unless each start event says it by `hoso:accepts`. Of an open start only two things
    are told: a name that is surely misspelt, and one that a program computes and that is read before it can.
    """
    problems = Problems(source)
    try:
        found = _Flow(graph, fields)
    except TooLarge:
        message = f"the process has {len(graph.nodes)} elements; up to {MOST_NODES} the way of its data is followed"
        problems.warning(graph.line, graph.process_id, "data-not-followed", message, _SMALLER)
        return problems.found()
    seen: set[tuple[str, str]] = set()
    for node in graph.nodes.values():
        for read in reads_of(node, found.facts):
            if len(seen) < _MOST and (read.element, read.name) not in seen and found.check(read, problems):
                seen.add((read.element, read.name))
    if found.spent:
        message = "so much runs side by side that the way of the data is not followed everywhere"
        problems.warning(graph.line, graph.process_id, "data-not-followed", message, _SMALLER)
    return problems.found()


class _Flow:
    """What is known of a graph's data; raises TooLarge."""

    def __init__(self, graph: Graph, fields: Fields) -> None:
        self.facts = Facts(graph, fields)
        self.order = Order(self.facts)
        self.sets = {node.id: sets_of(node, self.facts) for node in graph.nodes.values()}
        self.starts = _declared(graph)
        self.setters: dict[str, list[Node]] = {}
        for node in graph.nodes.values():
            for name in self.sets[node.id].names:
                self.setters.setdefault(name, []).append(node)
        self.unknown = [node for node in graph.nodes.values() if self.sets[node.id].anything]
        self.known = {*self.setters, *graph.declared, *(self.starts or ())}
        self._questions = _MOST_QUESTIONS

    @property
    def spent(self) -> bool:
        """Whether more was asked than is looked at; what was not counts as set."""
        return self._questions < 0 or self.order.spent

    def check(self, read: Read, problems: Problems) -> bool:
        """Warn of a name that nothing can have set where it is read; whether there was a warning."""
        if read.name in self.facts.graph.declared or (self.starts is not None and read.name in self.starts):
            return False
        if read.name not in self.setters:
            return self._never(read, problems)
        return not compensates(read.node, self.facts) and self._too_early(read, problems)

    def _never(self, read: Read, problems: Problems) -> bool:
        closed = self.starts is not None and not self.unknown
        near = nearest(read.name, self.known) if closed else misspelt(read.name, self.known)
        if not closed and near is None:
            return False
        message = f"{read.what} reads {_shown(read.name)}, which nothing in the process sets"
        meant = f"did you mean {_shown(near)}? else " if near else ""
        remedy = f"{meant}set it before, or name it in hoso:accepts of the start event"
        problems.warning(read.line, read.element, "data-never-set", message, remedy, read.mark)
        return True

    def _too_early(self, read: Read, problems: Problems) -> bool:
        setters = self.setters[read.name]
        if self.starts is None and not all(self.sets[node.id].computed for node in setters):
            return False  # whoever starts the dossier may have brought what a form asks for again
        if self._may_be_there(read, [*setters, *self.unknown]):
            return False
        who = ", ".join(f"{node.id}{f' ({_shown(node.name)})' if node.name else ''}" for node in setters[:_SHOWN])
        more = f" and {len(setters) - _SHOWN} more" if len(setters) > _SHOWN else ""
        message = f"{read.what} reads {_shown(read.name)} before anything can have set it; it is set by {who}{more}"
        problems.warning(
            read.line,
            read.element,
            "data-not-set-yet",
            message,
            "read it behind what sets it, or set it before",
            read.mark,
        )
        return True

    def _may_be_there(self, read: Read, setters: list[Node]) -> bool:
        self._questions -= 1
        if self._questions < 0 or any(compensates(node, self.facts) for node in setters):
            return True
        point = self.order.left(read.node.id) if read.after else self.order.entered(read.node.id)
        if read.after and read.node in setters and read.element != read.node.id:
            return True  # a flow out of what sets it
        return self.order.before((self.order.left(node.id) for node in setters), point)


def _declared(graph: Graph) -> frozenset[str] | None:
    """What a start may bring; None where a start event does not say it, or another than the counter starts it."""
    starts = graph.starts
    if not starts or not all(
        isinstance(start, StartEvent) and start.accepts and not start.triggers for start in starts
    ):
        return None
    return frozenset(name for start in starts for name in start.accepts)


def _shown(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
