"""What a walk draws: the data of a process instead of what its people, programs and scripts would give.

The graph of a walk computes nothing: each of its tasks waits to be completed, whatever would do it, and then data are
drawn; its timers are an hour, its instances as many as drawn. So both engines see the same data at every moment, show
after each task where they stand, and meet what a script would give too, since anything may be drawn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from hashlib import sha256
from typing import Any, TypeVar

from engine.bpmn.graph import (
    Activity,
    BusinessRuleTask,
    EventNode,
    ExclusiveGateway,
    Flow,
    Graph,
    InclusiveGateway,
    MultiInstance,
    Node,
    PlainTask,
    ReceiveTask,
    ScriptTask,
    SendTask,
    StandardLoop,
    SubProcess,
    UserTask,
)
from engine.bpmn.second_engine.prepared import INSTANCES
from engine.bpmn.timer_values import TimerDefinition
from engine.bpmn.triggers import Message, Timer, Trigger
from engine.feel import Expression, FeelError, compile_expression

FUEL = 2_000
"""The most operations that a condition may take in a walk, so that a deploy stays short."""
_FUEL_PER_COST = 10
_TRIES = 12
_MOST_LITERALS = 20
_MOST_INSTANCES = 3
_HOUR = TimerDefinition(kind="timeDuration", text="PT1H")
_LITERAL = re.compile(r'"(?P<text>[^"\\]{0,200})"|(?<![\w.])(?P<number>\d{1,12}(?:\.\d{1,6})?)(?![\w.])')
_PATH = re.compile(r"(?<![\w.\"])(?P<path>[^\W\d]\w*(?:\.[^\W\d]\w*){1,4})")
T = TypeVar("T")
E = TypeVar("E", bound=EventNode)


class Dice:
    """Draws the same numbers for the same seed, on every machine and version."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._count = 0

    def below(self, bound: int) -> int:
        """A number from 0, less than `bound`."""
        self._count += 1
        return int.from_bytes(sha256(f"{self._seed}/{self._count}".encode()).digest()[:8]) % bound

    def one_of(self, choices: Sequence[T]) -> T:
        """One of them."""
        return choices[self.below(len(choices))]


@dataclass(slots=True)
class Budget:
    """What all walks of one deploy may take together, counted, so that they stop at the same place every time."""

    left: int

    def take(self, cost: int) -> bool:
        """Whether there is as much left; what was asked for is gone."""
        self.left -= cost
        return self.left >= 0


def walked(graph: Graph) -> Graph:
    """The graph without anything that computes."""
    nodes = {key: _plain(node) for key, node in graph.nodes.items()}
    return replace(graph, nodes=nodes, properties=(), decisions={}, reached={}, _within={})


def _plain(node: Node) -> Node:
    match node:
        case PlainTask() | ScriptTask() | BusinessRuleTask() | SendTask():
            common = {each.name: getattr(node, each.name) for each in fields(Activity)}
            return _plain(UserTask(**common))
        case EventNode():
            return _event(node)
        case Activity():
            changes: dict[str, Any] = {"inputs": (), "outputs": (), "loop": _loop(node.loop)}
            if isinstance(node, SubProcess):
                changes["properties"] = ()
            if isinstance(node, ReceiveTask):
                changes["message"] = replace(node.message, key=None)
            return replace(node, **changes, boundaries=tuple(_event(event) for event in node.boundaries))
    return node


def _event(node: E) -> E:
    return replace(node, inputs=(), outputs=(), triggers=tuple(map(_trigger, node.triggers)))


def _trigger(trigger: Trigger) -> Trigger:
    match trigger:
        case Timer():
            return Timer(definition=_HOUR)
        case Message():
            return Message(message=replace(trigger.message, key=None, lifetime=None))
    return trigger


def _loop(loop: MultiInstance | StandardLoop | None) -> MultiInstance | StandardLoop | None:
    if not isinstance(loop, MultiInstance):
        return loop
    return MultiInstance(sequential=loop.sequential, cardinality=compile_expression(INSTANCES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """What the conditions of a graph read, and the values that matter to them."""

    conditions: Mapping[str, Expression]
    nodes: tuple[Node, ...]
    """The nodes that choose."""
    values: Mapping[str, tuple[object, ...]]
    """What each name, perhaps a path with dots, may be."""

    @classmethod
    def of(cls, graph: Graph) -> Draws:
        """Gather them from the graph."""
        found = list(_expressions(graph))
        pools: dict[str, list[object]] = {}
        for expression in found:
            literals = list(_literals(expression.text))
            for name in sorted(_names(expression)):
                pool = pools.setdefault(name, [True, False])
                pool += [value for value in literals[:_MOST_LITERALS] if not _among(value, pool)]
        return cls(
            conditions={expression.text.strip(): expression for expression in found},
            nodes=tuple(node for node in graph.nodes.values() if any(flow.condition for flow in node.outgoing)),
            values={name: tuple(pool) for name, pool in pools.items()},
        )

    def draw(self, dice: Dice, budget: Budget) -> dict[str, object] | None:
        """Data under which the process mostly goes on; None where the budget is used up or a condition takes long."""
        last: dict[str, object] | None = None
        for attempt in range(_TRIES):
            data = self._drawn(dice)
            values = {text: _value(expression, data, budget) for text, expression in self.conditions.items()}
            if not budget.take(1):
                return None
            if any(isinstance(value, FeelError) for value in values.values()):
                continue
            last = data
            # Now and then data are taken under which it cannot go on: both engines must see that.
            if not any(_stuck(node, values) for node in self.nodes) or (attempt == 0 and dice.below(8) == 0):
                break
        return last

    def _drawn(self, dice: Dice) -> dict[str, object]:
        data: dict[str, object] = {INSTANCES: 1 + dice.below(_MOST_INSTANCES)}
        for name in sorted(self.values):
            value: object = dice.one_of(self.values[name])
            *outer, last = name.split(".")
            inner = data
            for part in outer:
                found = inner.setdefault(part, {})
                if not isinstance(found, dict):
                    found = inner[part] = {}
                inner = found
            inner[last] = value
        return data


def _expressions(graph: Graph) -> Iterator[Expression]:
    for node in graph.nodes.values():
        yield from (flow.condition for flow in node.outgoing if flow.condition is not None)
        if isinstance(node, Activity) and isinstance(node.loop, StandardLoop) and node.loop.condition is not None:
            yield node.loop.condition


def _literals(text: str) -> Iterator[object]:
    for match in _LITERAL.finditer(text):
        if match["text"] is not None:
            yield match["text"]
        elif "." in match["number"]:
            yield float(match["number"])
        else:
            yield from (int(match["number"]), int(match["number"]) + 1, int(match["number"]) - 1)


def _among(value: object, pool: list[object]) -> bool:
    # As both stand, for 1 equals True.
    return any(type(value) is type(other) and value == other for other in pool)


def _names(expression: Expression) -> set[str]:
    paths = {match["path"] for match in _PATH.finditer(expression.text)}
    paths = {path for path in paths if path.partition(".")[0] in expression.names}
    return paths | {name for name in expression.names if not any(path.startswith(f"{name}.") for path in paths)}


def _value(expression: Expression, data: Mapping[str, object], budget: Budget) -> object:
    try:
        answer = expression.answer(data, fuel=FUEL)
    except FeelError as error:
        budget.take(FUEL // _FUEL_PER_COST)
        return error
    budget.take(1 + answer.fuel // _FUEL_PER_COST)
    return answer.value


def _stuck(node: Node, values: Mapping[str, object]) -> bool:
    """Whether no flow out of the node could be taken, or a condition is neither true nor false."""
    default = node.default if isinstance(node, Activity | ExclusiveGateway | InclusiveGateway) else None
    seen = [_holds(flow, values) for flow in node.outgoing if flow.id != default]
    return any(not isinstance(value, bool | None) for value in seen) or (default is None and True not in seen)


def _holds(flow: Flow, values: Mapping[str, object]) -> object:
    return True if flow.condition is None else values[flow.condition.text.strip()]
