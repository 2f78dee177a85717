"""What a step of the kernel costs: flat in the rounds of a loop, nearly flat in the width of a multi-instance."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from itertools import pairwise

from engine.bpmn.check import check_process
from engine.bpmn.events import TaskCompleted
from engine.bpmn.graph import Graph
from engine.bpmn.parts import load, split
from engine.bpmn.run import start, step
from engine.bpmn.state import State
from tests.bench.stock import stock_loop
from tests.pki import NOW

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="urn:bench" id="bench">'
    '<process id="loop" isExecutable="true"><laneSet id="lanes"><lane id="lane" name="officer">{lane}</lane></laneSet>'
)
_TAIL = "</process></definitions>"
FIELDS: dict[str, object] = {"decision": "again", **{f"field{number}": "text" for number in range(19)}}
ROUNDS = (10, 1_000, 5_000)


def _file(body: str, *tasks: str) -> bytes:
    lane = "".join(f"<flowNodeRef>{task}</flowNodeRef>" for task in tasks)
    return (_HEAD.format(lane=lane) + body + _TAIL).encode()


def flow(source: str, target: str) -> str:
    return f'<sequenceFlow id="{source}-{target}" sourceRef="{source}" targetRef="{target}"/>'


def review(condition: str) -> bytes:
    """A task that is done again until the condition holds."""
    chosen = f'<conditionExpression xsi:type="tFormalExpression">{condition}</conditionExpression>'
    return _file(
        '<startEvent id="begin"/><userTask id="review"/><exclusiveGateway id="decide" default="decide-review"/>'
        f'<endEvent id="end"/>{flow("begin", "review")}{flow("review", "decide")}{flow("decide", "review")}'
        f'<sequenceFlow id="done" sourceRef="decide" targetRef="end">{chosen}</sequenceFlow>',
        "review",
    )


def wide(instances: int) -> bytes:
    """A task for each of so many members."""
    return _file(
        '<startEvent id="begin"/><userTask id="opinion"><multiInstanceLoopCharacteristics>'
        f'<loopCardinality xsi:type="tFormalExpression">{instances}</loopCardinality>'
        f'</multiInstanceLoopCharacteristics></userTask><endEvent id="end"/>{flow("begin", "opinion")}'
        f"{flow('opinion', 'end')}",
        "opinion",
    )


def chain(elements: int) -> bytes:
    """So many user tasks, one after the other."""
    tasks = [f"t{number}" for number in range(elements - 2)]
    order = ["begin", *tasks, "end"]
    flows = "".join(flow(one, other) for one, other in pairwise(order))
    body = '<startEvent id="begin"/>' + "".join(f'<userTask id="{task}"/>' for task in tasks) + '<endEvent id="end"/>'
    return _file(body + flows, *tasks)


def spinning() -> bytes:
    """A loop that waits for nothing."""
    return _file(
        '<startEvent id="begin"/><task id="one"/><exclusiveGateway id="two" default="two-one"/><endEvent id="end"/>'
        f"{flow('begin', 'one')}{flow('one', 'two')}{flow('two', 'one')}"
        '<sequenceFlow id="never" sourceRef="two" targetRef="end">'
        '<conditionExpression xsi:type="tFormalExpression">=false</conditionExpression></sequenceFlow>',
        "one",
    )


def graph_of(xml: bytes) -> Graph:
    """The process ready to run."""
    graph, problems = check_process(xml, source="bench.bpmn")
    if graph is None:
        raise SystemExit("\n".join(map(str, problems)))
    return graph


def side_by_side(acts: list[Callable[[], object]], times: int) -> list[float]:
    """The median of each act in microseconds, some at a time in turns, so that all meet the same machine."""
    taken: list[list[int]] = [[] for _ in acts]
    for _ in range(times // 25):
        for act, each in zip(acts, taken, strict=True):
            gc.collect()  # nobody clears up after another
            for _ in range(25):
                began = time.perf_counter_ns()
                act()
                each.append(time.perf_counter_ns() - began)
    return [statistics.median(each) / 1000 for each in taken]


def completed(graph: Graph, stored: bytes) -> bytes:
    """Load, complete the first open task, run, store."""
    state = State.decode(stored)
    task = next(key for key, thing in state.things.items() if thing.kind == "task")
    return step(graph, state, TaskCompleted(task=task, data=FIELDS), now=NOW).state.encode()


def kernel() -> None:
    """Everything that is promised of the kernel's cost."""
    loop()
    width()
    sizes()


def loop() -> None:
    """One user-task step at several rounds of a review loop, and on stock SpiffWorkflow, side by side."""
    graph = graph_of(review('=decision = "approve"'))
    stored, at = start(graph, {}, now=NOW).state.encode(), dict[int, bytes]()
    for number in range(1, max(ROUNDS) + 1):
        stored = completed(graph, stored)
        if number in ROUNDS:
            at[number] = stored

    def ours(state: bytes) -> Callable[[], object]:
        return lambda: completed(graph, state)

    *rounds, stock = side_by_side(
        [*map(ours, at.values()), stock_loop(review('decision == "approve"'), FIELDS, ROUNDS[0])], 500
    )
    told = ", ".join(f"{number:,}: {taken:.0f} us" for number, taken in zip(at, rounds, strict=True))
    spread = max(rounds) / min(rounds)
    print(f"kernel: a step at round {told} (spread {spread:.2f} x, {len(stored)} bytes)")
    print(f"kernel: stock SpiffWorkflow at round {ROUNDS[0]}: {stock:.0f} us, {stock / rounds[0]:.0f} x ours")


def width() -> None:
    """Completing one instance of a parallel multi-instance that is stored in parts, at two widths."""
    few, many = side_by_side([one_of(instances) for instances in (100, 1_000)], 200)
    print(
        f"kernel: a completion costs {few:.0f} us among 100 instances, {many:.0f} us ({many / few:.2f} x) among 1,000"
    )


def one_of(instances: int) -> Callable[[], object]:
    """Load the head and one part, complete its task, run, store."""
    graph = graph_of(wide(instances))
    stored = split(start(graph, {}, now=NOW).state)
    task, part = next(iter(stored.parts.items()))

    def act() -> object:
        state = load(stored.head, {task: part}, lambda _: stored.parts)
        after = split(step(graph, state, TaskCompleted(task=task, data=FIELDS), now=NOW).state)
        if after.gone != {task} or after.parts:
            raise SystemExit("a completion touched other parts")
        return after

    return act


def sizes() -> None:
    """An endless loop stops; large models are read."""
    graph = graph_of(spinning())
    began = time.perf_counter()
    stopped = start(graph, {}, now=NOW).state
    taken = (time.perf_counter() - began) * 1000
    codes = ", ".join(incident.code for incident in stopped.incidents.values())
    print(f"kernel: an endless automatic loop stops after {taken:.0f} ms ({codes})")
    graph_of(chain(5))  # the schema is loaded once
    for elements in (200, 3_000):
        began = time.perf_counter()
        graph_of(chain(elements))
        print(f"kernel: {elements:,} elements in sequence are read in {(time.perf_counter() - began) * 1000:.0f} ms")
