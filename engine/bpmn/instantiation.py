"""What may start a process beside start events: receive tasks, and event-based gateways (BPMN 2.0.2 §10.3.3, §10.6.6).

They are read as what they mean: message and signal starts, each with its element entered and left. Of a parallel
gateway the first message starts the instance, and the others are awaited in it (§13.2).
"""

from __future__ import annotations

from engine.bpmn.graph import CatchEvent, EventBasedGateway, EventNode, Graph, Node, ReceiveTask
from engine.bpmn.problems import Problems
from engine.bpmn.triggers import Message, Signal


def check_instantiation(graph: Graph, problems: Problems) -> None:
    """The rules for everything in the graph that instantiates."""
    for node in graph.nodes.values():
        if isinstance(node, ReceiveTask) and node.instantiate:
            _check_place(node, "task-instantiate", graph, problems)
            _check_task(node, problems)
            _note_key(node, problems)
        elif isinstance(node, EventBasedGateway) and node.instantiate:
            _check_place(node, "gateway-instantiate", graph, problems)
            for flow in node.outgoing:
                _check_event(graph.nodes[flow.target], node, problems)


def _check_place(node: Node, code: str, graph: Graph, problems: Problems) -> None:
    if node.scope != graph.process_id:
        message = f"it would start {node.scope}, which begins by a flow or a call, not by what comes from outside"
        problems.error(node.line, node.id, code, message, 'set instantiate="false", or move it to the process itself')


def _check_task(node: ReceiveTask, problems: Problems) -> None:
    """The task is passed as the process starts: nothing comes before its message, and nothing repeats it."""
    if node.loop or node.inputs or node.start_quantity > 1 or node.for_compensation:
        message = "a task that is repeated, counts tokens, has inputs or compensates does not start the process"
        remedy = "start by a task without that, and draw the other behind it"
        problems.error(node.line, node.id, "task-instantiate", message, remedy)


def _check_event(node: Node, gateway: EventBasedGateway, problems: Problems) -> None:
    """Before there is an instance only messages and signals can come, for a parallel gateway messages (§13.4.4)."""
    kinds = (Message,) if gateway.parallel else (Message, Signal)
    if isinstance(node, CatchEvent) and not all(isinstance(trigger, kinds) for trigger in node.triggers):
        wanted = "messages" if gateway.parallel else "messages and signals"
        message = f"gateway {gateway.id} starts the process, by {wanted} alone; this event awaits something else"
        remedy = "start by time with a timer start event, and await the others behind what starts the process"
        problems.error(node.line, node.id, "gateway-instantiate", message, remedy)
    elif isinstance(node, EventNode) and len(node.triggers) > 1 and (node.parallel or gateway.parallel):
        message = f"gateway {gateway.id} starts the process, and this event has several triggers that belong together"
        problems.error(node.line, node.id, "gateway-instantiate", message, "give each of them an event of its own")
    if not gateway.parallel:
        _note_key(node, problems)


def _note_key(node: Node, problems: Problems) -> None:
    triggers = node.triggers if isinstance(node, EventNode) else ()
    messages = [trigger.message for trigger in triggers if isinstance(trigger, Message)]
    if isinstance(node, ReceiveTask):
        messages = [node.message]
    if any(message.key for message in messages):
        message = "the correlation key has no effect where a message starts the process"
        problems.warning(node.line, node.id, "key-without-effect", message, "keep it for what awaits a message")
