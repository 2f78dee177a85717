"""Rules of sequence flows and gateways."""

from __future__ import annotations

from adapters.cli.language import N_
from adapters.console.rules.rule import Rule

RULES = (
    Rule(
        code="unreachable",
        title=N_("A token can reach every element"),
        why=N_(
            "What no way from the start leads to is never executed: usually a flow was forgotten "
            "or drawn the wrong way round."
        ),
        mend=N_("Connect it to the start, or remove it."),
    ),
    Rule(
        code="no-incoming",
        title=N_("A flow leads to every node"),
        why=N_("In a scope with a start event nothing else begins by itself."),
        mend=N_("Draw a flow to it."),
    ),
    Rule(
        code="no-outgoing",
        title=N_("A flow leads on from every node"),
        why=N_("In a scope with an end event a way ends there and nowhere else."),
        mend=N_("Draw a flow on, to an end event at last."),
    ),
    Rule(
        code="flow-into-start",
        title=N_("No flow leads into a start or boundary event"),
        why=N_("These events are set off, not reached."),
        mend=N_("Lead the flow to the element behind the event."),
    ),
    Rule(
        code="flow-from-end",
        title=N_("No flow leads out of an end event"),
        why=N_("The way ends there."),
        mend=N_("Remove the flow, or use an intermediate event."),
    ),
    Rule(
        code="flow-end",
        title=N_("A flow joins two nodes of one process"),
        why=N_("A sequence flow never leaves its process or subprocess."),
        mend=N_("Connect two flow nodes of the same level; between pools use a message flow."),
    ),
    Rule(
        code="flow-lists",
        title=N_("The lists of flows are true"),
        why=N_("A node lists its incoming and outgoing flows; both engines must read the same ones."),
        mend=N_("Save the model again from the modeler."),
    ),
    Rule(
        code="flow-not-immediate",
        title=N_("Flows are immediate"),
        why=N_("In an executable process isImmediate must not be false."),
        mend=N_("Remove the attribute."),
    ),
    Rule(
        code="condition-missing",
        title=N_("Each way of an exclusive gateway has a condition"),
        why=N_("A flow without condition would always be taken before those behind it."),
        mend=N_("Write a condition, or make the flow the gateway's default."),
        wrong='<bpmn:exclusiveGateway id="g" />\n<bpmn:sequenceFlow id="no" sourceRef="g" targetRef="draft" />',
        right=(
            '<bpmn:exclusiveGateway id="g" default="no" />\n'
            '<bpmn:sequenceFlow id="no" sourceRef="g" targetRef="draft" />'
        ),
    ),
    Rule(
        code="condition-empty",
        title=N_("A condition says something"),
        why=N_("It is drawn but empty."),
        mend=N_("Write FEEL, or remove it."),
        right=('<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">=amount > 5</bpmn:conditionExpression>'),
    ),
    Rule(
        code="condition-forbidden",
        title=N_("Conditions stand behind activities and deciding gateways"),
        why=N_("Behind events and event-based gateways a flow is always taken."),
        mend=N_("Remove the condition, or use an exclusive gateway."),
    ),
    Rule(
        code="condition-ignored",
        title=N_("A parallel gateway ignores conditions"),
        why=N_("It takes every flow."),
        mend=N_("Remove the condition, or use an inclusive gateway."),
    ),
    Rule(
        code="condition-on-default",
        title=N_("A default flow has no condition"),
        why=N_("It is taken when no other is; its condition is never asked."),
        mend=N_("Remove the condition."),
    ),
    Rule(
        code="condition-alone",
        title=N_("A condition has another case"),
        why=N_("Where the only flow has a condition, nothing goes on when it does not hold."),
        mend=N_("Add a flow for the other case."),
    ),
    Rule(
        code="default-elsewhere",
        title=N_("A default is one of the node's own flows"),
        why=N_("It names a flow that does not leave this node."),
        mend=N_("Choose the default in the modeler."),
    ),
    Rule(
        code="default-forbidden",
        title=N_("A parallel gateway has no default"),
        why=N_("It takes every flow."),
        mend=N_("Remove the default."),
    ),
    Rule(
        code="gateway-idle",
        title=N_("A gateway merges or splits"),
        why=N_("With one flow in and one out it does nothing; usually a way was forgotten."),
        mend=N_("Draw its other flows, or remove it."),
    ),
    Rule(
        code="gateway-direction",
        title=N_("A gateway's direction fits its flows"),
        why=N_("gatewayDirection says how many flows come and go."),
        mend=N_("Correct the flows, or remove the direction."),
    ),
    Rule(
        code="gateway-instantiate",
        title=N_("A gateway that starts dossiers awaits messages and signals"),
        why=N_(
            "Nothing else comes before there is a dossier; a parallel gateway awaits messages alone, one in each event."
        ),
        mend=N_("Await one message or signal in each event; start by time with a timer start event."),
    ),
    Rule(
        code="gateway-parallel",
        title=N_("An event-based gateway within a process is exclusive"),
        why=N_("The parallel type only starts processes."),
        mend=N_("Make it exclusive, or let it start the process."),
    ),
    Rule(
        code="choice-of-one",
        title=N_("An event-based gateway has two ways"),
        why=N_("A choice between one event is none."),
        mend=N_("Draw another way, or remove the gateway."),
    ),
    Rule(
        code="choice-target",
        title=N_("Behind an event-based gateway something is awaited"),
        why=N_("It waits for a message, signal, timer or condition, or for a receive task."),
        mend=N_("Put a catching event or a receive task there."),
    ),
    Rule(
        code="choice-joined",
        title=N_("Only the gateway leads to what it awaits"),
        why=N_("A flow from elsewhere would wait there without the others."),
        mend=N_("Give the other flows an event of their own."),
    ),
    Rule(
        code="choice-mixed",
        title=N_("Messages behind a gateway are awaited in one way"),
        why=N_("Message events and receive tasks do not stand behind the same gateway."),
        mend=N_("Use one kind for the messages."),
    ),
    Rule(
        code="choice-boundary",
        title=N_("A task behind an event-based gateway has no boundary event"),
        why=N_("It is only awaited there."),
        mend=N_("Make it another event behind the gateway."),
    ),
    Rule(
        code="instantiate-incoming",
        title=N_("What starts a process has no incoming flow"),
        why=N_("It is where the dossier begins."),
        mend=N_("Remove the flow, or instantiate."),
    ),
)
