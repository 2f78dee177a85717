"""What may run before what: along flows, into and out of scopes, around loops, and beside each other.

Each element has two points, where it is entered and where it is left. `before` errs on one side only: it may say that
something can run before something else when it cannot, never the other way round.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from engine.bpmn.dataflow.sources import Facts
from engine.bpmn.graph import (
    Activity,
    BoundaryEvent,
    CallActivity,
    CatchEvent,
    ComplexGateway,
    EventBasedGateway,
    EventNode,
    InclusiveGateway,
    MultiInstance,
    Node,
    ParallelGateway,
    StartEvent,
    SubProcess,
    begins,
)
from engine.bpmn.triggers import Compensation, Link, Timer

MOST_NODES = 5_000
"""Elements of a graph that is looked at; sets of points are kept for each point."""
_MOST_STEPS = 1_000_000
_MOST_LOOKS = 1_000_000
"""Steps through the graph, and looks at branches; past them everything counts as possible, which warns of nothing."""
_MOST_JOINS = 8  # that are tried as the end of what runs side by side
_JOINS = (ParallelGateway, InclusiveGateway)


class TooLarge(Exception):
    """The graph is larger than what is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fork:
    """What may run side by side: the points of each branch; `again`: one branch may run beside itself."""

    branches: tuple[int, ...]
    again: bool


class Order:
    """The points of a graph; raises TooLarge."""

    def __init__(self, facts: Facts) -> None:
        nodes = facts.graph.nodes
        if len(nodes) > MOST_NODES:
            raise TooLarge
        self._facts = facts
        self._steps, self._looks = _MOST_STEPS, _MOST_LOOKS
        self._number = {name: number for number, name in enumerate((facts.graph.process_id, *nodes))}
        scopes = dict.fromkeys(node.scope for node in nodes.values())
        self._within = {scope: 2 * len(self._number) + number for number, scope in enumerate(scopes)}
        """For each scope a point behind everything that stands in it: it may end, or be interrupted, then."""
        self._next: list[list[int]] = [[] for _ in range(2 * len(self._number) + len(scopes))]
        for name in self._number:
            self._join(self.entered(name), self.left(name))
        for node in nodes.values():
            self._add(node)
        for scope in scopes:
            self._add_scope(scope)
        self._behind = self._closed()
        self._gates = {scope: self._of_kind_join(scope) for scope in scopes}
        self._ends = {scope: self._dead_ends(scope) for scope in scopes}
        self._forks = [fork for fork in self._found_forks() if len(fork.branches) > 1 or fork.again]

    def entered(self, name: str) -> int:
        """The point at which an element is entered."""
        return 2 * self._number[name]

    def left(self, name: str) -> int:
        """The point at which it is left."""
        return 2 * self._number[name] + 1

    @property
    def spent(self) -> bool:
        """Whether more was asked than is looked at, so that some of it counts as possible."""
        return self._steps < 0 or self._looks < 0

    def before(self, points: Iterable[int], point: int) -> bool:
        """Whether any of the points may be passed before `point` is."""
        wanted = 0
        for each in points:
            wanted |= 1 << each
            if self._behind[each] >> point & 1:
                return True
        return any(self._side_by_side(fork, wanted, point) for fork in self._forks)

    def _side_by_side(self, fork: _Fork, wanted: int, point: int) -> bool:
        self._looks -= len(fork.branches)
        if self._looks < 0:
            return True
        here = [number for number, branch in enumerate(fork.branches) if branch >> point & 1]
        if not here:
            return False
        there = [number for number, branch in enumerate(fork.branches) if branch & wanted]
        return any(fork.again or here != [number] for number in there)

    # Edges

    def _join(self, source: int, target: int) -> None:
        self._next[source].append(target)

    def _add(self, node: Node) -> None:
        left = self.left(node.id)
        for flow in node.outgoing:
            self._join(left, self.entered(flow.target))
        if isinstance(node, EventNode) and (target := self._facts.graph.link(node)):
            self._join(left, self.entered(target))
        if isinstance(node, Activity):
            if node.loop is not None:
                self._join(left, self.entered(node.id))
            for event in node.boundaries:
                self._join(self.entered(node.id), self.entered(event.id))
            if node.handler in self._number:
                self._join(left, self.entered(str(node.handler)))

    def _add_scope(self, scope: str) -> None:
        inner, within = self._facts.graph.within(scope), self._within[scope]
        for node in inner:
            self._join(self.left(node.id), within)
        for node in filter(_by_event, inner):
            self._join(within, self.entered(node.id))
        for holder in self._holders(scope):
            for node in (*_starting(inner), *filter(_by_event, inner)):
                self._join(self.entered(holder), self.entered(node.id))
            around = self._facts.graph.nodes.get(holder)
            for event in around.boundaries if isinstance(around, Activity) else ():
                self._join(within, self.entered(event.id))
            self._join(within, self.left(holder))

    def _holders(self, scope: str) -> list[str]:
        if scope == self._facts.graph.process_id:
            return [scope, *(node.id for node in self._facts.callers.get(scope, ()))]
        return [node.id for node in self._facts.holders(scope)]

    # What is reached

    def _closed(self) -> list[int]:
        """For each point the set of points behind it, as the bits of a number."""
        found = [0] * len(self._next)
        for component in _components(self._next):
            members = sum(1 << point for point in component)
            behind = 0
            for point in component:
                for target in self._next[point]:
                    behind |= found[target] | 1 << target
            if len(component) > 1:
                behind |= members
            for point in component:
                found[point] = behind
        return found

    def _reached(self, starts: Iterable[int], without: frozenset[int]) -> int:
        """The points that are reached without passing some; with the budget spent, all that can be reached."""
        seen, pending = 0, [start for start in starts if start not in without]
        for start in pending:
            seen |= 1 << start
        while pending:
            point = pending.pop()
            self._steps -= 1
            if self._steps < 0:
                for each in pending:
                    seen |= self._behind[each]
                return seen | self._behind[point]
            for target in self._next[point]:
                if target not in without and not seen >> target & 1:
                    seen |= 1 << target
                    pending.append(target)
        return seen

    # Forks

    def _found_forks(self) -> Iterator[_Fork]:
        for node in self._facts.graph.nodes.values():
            yield from self._of_node(node)
        for scope in self._within:
            yield from self._of_scope(scope)

    def _of_node(self, node: Node) -> Iterator[_Fork]:
        splits = isinstance(node, Activity | EventNode | ParallelGateway | InclusiveGateway | ComplexGateway)
        splits = splits or (isinstance(node, EventBasedGateway) and node.parallel)
        again = _cycles(node) or (isinstance(node, Activity) and node.completion_quantity > 1)
        if node.outgoing and ((splits and len(node.outgoing) > 1) or again):
            starts = [self.entered(flow.target) for flow in node.outgoing]
            yield self._fork(
                node.scope, [[start] for start in starts], frozenset(), again=again, at=self.entered(node.id)
            )
        beside = [event for event in node.boundaries if self._beside(node, event)] if isinstance(node, Activity) else []
        if beside:
            events = [self.entered(event.id) for event in beside]
            branches = [[self.entered(node.id)], *([event] for event in events)]
            yield self._fork(node.scope, branches, frozenset(events), again=True, at=-1)

    def _beside(self, node: Activity, event: BoundaryEvent) -> bool:
        tells = isinstance(node.loop, MultiInstance) and (node.loop.after_first or node.loop.after_each)
        return not event.interrupting or bool(tells)

    def _of_scope(self, scope: str) -> Iterator[_Fork]:
        inner = self._facts.graph.within(scope)
        starts = [[self.entered(node.id)] for node in (*_starting(inner), *filter(_by_event, inner))]
        if len(starts) > 1:
            yield self._fork(scope, starts, frozenset(), again=any(map(_by_event, inner)), at=-1)

    def _fork(self, scope: str, starts: list[list[int]], apart: frozenset[int], *, again: bool, at: int) -> _Fork:
        """What runs side by side from here: up to the end of the scope, or to where all branches are joined."""
        ends = frozenset((self._within[scope],))
        branches = self._branches(starts, ends, apart)
        if not again and at >= 0:
            for join in self._joins(starts, branches, scope):
                within = self._branches(starts, ends | {self.entered(join)}, apart)
                lost = self._ends[scope] | 1 << at
                if _are_apart(within) and not any(branch & lost for branch in within):
                    branches = within
                    break
        return _Fork(branches=tuple(branches), again=again)

    def _branches(self, starts: list[list[int]], without: frozenset[int], apart: frozenset[int]) -> list[int]:
        return [self._reached(start, (without | apart) - set(start)) for start in starts]

    def _joins(self, starts: list[list[int]], branches: list[int], scope: str) -> list[str]:
        """The gateways of the scope that every branch leads to and that wait for more than one token."""
        common = -1
        for branch in branches:
            common &= branch
        reached = (name for name in self._gates[scope] if common >> self.entered(name) & 1)
        return list(islice(reached, _MOST_JOINS))

    def _of_kind_join(self, scope: str) -> list[str]:
        nodes = self._facts.graph.within(scope)
        return [node.id for node in nodes if isinstance(node, _JOINS) and len(node.incoming) > 1]

    def _dead_ends(self, scope: str) -> int:
        """The points at which a way ends: a token that comes there has passed by every join."""
        nodes = self._facts.graph.within(scope)
        return sum(1 << self.left(node.id) for node in nodes if not node.outgoing and not _by_event(node))


def _are_apart(branches: list[int]) -> bool:
    """Whether no point lies on two of them: else several tokens come to the join by one flow, and it does not wait."""
    seen = 0
    for branch in branches:
        if seen & branch:
            return False
        seen |= branch
    return True


def _by_event(node: Node) -> bool:
    return isinstance(node, SubProcess) and node.triggered_by_event


def _starting(inner: Iterable[Node]) -> list[Node]:
    """Where tokens begin in a scope."""
    nodes = list(inner)
    starts = [node for node in nodes if begins(node)]
    if starts:
        return starts
    return [node for node in nodes if not node.incoming and not _never_begins(node)]


def _never_begins(node: Node) -> bool:
    if isinstance(node, BoundaryEvent) or _by_event(node) or (isinstance(node, Activity) and node.for_compensation):
        return True
    return isinstance(node, CatchEvent) and any(isinstance(trigger, Link) for trigger in node.triggers)


def _cycles(node: Node) -> bool:
    """Whether a token each time goes on from a timer that repeats."""
    triggers = node.triggers if isinstance(node, CatchEvent) else ()
    return any(isinstance(trigger, Timer) and trigger.definition.kind == "timeCycle" for trigger in triggers)


def compensates(node: Node, facts: Facts) -> bool:
    """Whether it runs, or lies in what runs, as compensation: at whatever time something is undone."""
    seen: set[str] = set()
    pending = [node]
    while pending:
        at = pending.pop()
        if at.id in seen:
            continue
        seen.add(at.id)
        if isinstance(at, Activity) and at.for_compensation:
            return True
        if isinstance(at, SubProcess) and at.triggered_by_event:
            starts = (each for each in facts.graph.within(at.id) if isinstance(each, StartEvent))
            if any(isinstance(trigger, Compensation) for start in starts for trigger in start.triggers):
                return True
        pending += [holder for holder in facts.holders(at.scope) if isinstance(holder, SubProcess | CallActivity)]
    return False


def _components(following: list[list[int]]) -> Iterator[list[int]]:
    """Strongly connected components, each after those that it leads to (Tarjan, without recursion)."""
    index = [0] * len(following)
    low = [0] * len(following)
    on_stack = bytearray(len(following))
    stack: list[int] = []
    counter = 0
    for root in range(len(following)):
        if index[root]:
            continue
        work = [(root, iter(following[root]))]
        counter += 1
        index[root] = low[root] = counter
        stack.append(root)
        on_stack[root] = 1
        while work:
            point, targets = work[-1]
            for target in targets:
                if not index[target]:
                    counter += 1
                    index[target] = low[target] = counter
                    stack.append(target)
                    on_stack[target] = 1
                    work.append((target, iter(following[target])))
                    break
                if on_stack[target]:
                    low[point] = min(low[point], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[point])
                if low[point] == index[point]:
                    cut = _cut(stack, point)
                    component = stack[cut:]
                    del stack[cut:]
                    for each in component:
                        on_stack[each] = 0
                    yield component


def _cut(stack: list[int], point: int) -> int:
    at = len(stack) - 1
    while stack[at] != point:
        at -= 1
    return at
