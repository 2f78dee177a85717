"""The standard's constraints, in the variants that no public suite has; what is sound beside them deploys."""
# ruff: noqa: E501 - the table of faults reads better in rows

from __future__ import annotations

import pytest

from tests.engine.bpmn.models import (
    boundary,
    catch,
    chain,
    deploy,
    end,
    flow,
    message,
    on_message,
    par,
    problems_of,
    start_event,
    throw,
    timer,
    user,
)

HOUR = timer("timeDuration", "PT1H")
GOOD = start_event() + user("x") + end() + chain("s", "x", "e")
COMPENSATE = "<bpmn:compensateEventDefinition/>"
ITEMS = '<bpmn:itemDefinition id="one"/><bpmn:itemDefinition id="many" isCollection="true"/>'


def link(name: str) -> str:
    return f'<bpmn:linkEventDefinition name="{name}"/>'


def io(*parts: str) -> str:
    return f"<bpmn:ioSpecification>{''.join(parts)}</bpmn:ioSpecification>"


def inputs(*refs: str, more: str = "") -> str:
    return f"<bpmn:inputSet>{''.join(f'<bpmn:dataInputRefs>{ref}</bpmn:dataInputRefs>' for ref in refs)}{more}</bpmn:inputSet>"


def sub(name: str, body: str, attributes: str = "", kind: str = "subProcess") -> str:
    return f'<bpmn:{kind} id="{name}" {attributes}>{body}</bpmn:{kind}>'


def task(body: str, name: str = "x") -> str:
    return f'<bpmn:task id="{name}">{body}</bpmn:task>'


def around(element: str) -> str:
    return start_event() + element + end() + chain("s", "x", "e")


def choice(*targets: str, flows: str = "") -> str:
    """An event-based gateway with these elements, named `a` and `b`, behind it."""
    gateway = '<bpmn:eventBasedGateway id="g"/>'
    return (
        start_event()
        + gateway
        + "".join(targets)
        + end()
        + flow("s", "g")
        + chain("g", "a", "e")
        + chain("g", "b", "e")
        + flows
    )


RECEIVE = '<bpmn:receiveTask id="{}" messageRef="m"/>'
EVENT_SUB = sub("v", start_event("vs", HOUR) + end("ve") + flow("vs", "ve"), 'triggeredByEvent="true"')

FAULTS: dict[str, tuple[str, str, str]] = {
    # fault: (body, element named, code)
    "a link's target twice": (
        start_event() + throw("t", link("l")) + catch("c", link("l")) + catch("d", link("l")) + end()
        + flow("s", "t") + flow("c", "e") + flow("d", "e"), "d", "link-twice",
    ),
    "a link into a subprocess": (
        start_event() + throw("t", link("l")) + sub("x", catch("c", link("l")) + user("y") + flow("c", "y")) + end()
        + flow("s", "t") + chain("s", "x", "e"), "t", "link-source",
    ),
    "a flow into a link's target": (
        start_event() + throw("t", link("l")) + catch("c", link("l")) + end() + chain("s", "c", "e") + flow("s", "t"), "c", "link-flow",
    ),
    "an intermediate event without a way on": (start_event() + throw("t", "") + user("x") + chain("s", "x") + flow("s", "t"), "t", "no-outgoing"),
    "a boundary event without a way on, nowhere an end": (user("x") + boundary("b", "x", HOUR), "b", "no-outgoing"),
    "a flow out of a compensation event": (
        GOOD + boundary("b", "x", COMPENSATE) + '<bpmn:task id="h" isForCompensation="true"/><bpmn:association id="a" sourceRef="b" targetRef="h"/>' + flow("b", "e"), "b", "compensation-flow",
    ),
    "compensation of what lies deeper": (
        start_event() + sub("v", user("y")) + throw("t", '<bpmn:compensateEventDefinition activityRef="y"/>') + end() + chain("s", "v", "t", "e"), "t", "compensation-unseen",
    ),
    "compensation of what lies around": (
        start_event() + user("x") + sub("v", throw("t", '<bpmn:compensateEventDefinition activityRef="x"/>') + user("y") + flow("y", "t") + end("ve") + flow("t", "ve")) + end()
        + chain("s", "x", "v", "e"), "t", "compensation-unseen",
    ),
    "compensation of an event": (
        start_event() + user("x") + throw("t", '<bpmn:compensateEventDefinition activityRef="s"/>') + end() + chain("s", "x", "t", "e"), "t", "compensation-unseen",
    ),
    "two handlers": (
        GOOD + boundary("b", "x", COMPENSATE) + "".join(
            f'<bpmn:task id="h{n}" isForCompensation="true"/><bpmn:association id="a{n}" sourceRef="b" targetRef="h{n}"/>' for n in (1, 2)
        ), "b", "handlers",
    ),
    "an error end without error": (GOOD.replace(end(), end(inner="<bpmn:errorEventDefinition/>")), "e", "code-missing"),
    "a cancel end in a subprocess": (
        around(sub("x", start_event("xs") + end("xe", "<bpmn:cancelEventDefinition/>") + flow("xs", "xe"))), "xe", "cancel-outside",
    ),
    "a message start of a subprocess": (
        around(sub("x", start_event("xs", on_message()) + end("xe") + flow("xs", "xe"))), "xs", "start-triggered",
    ),
    "an event subprocess without start": (GOOD + sub("v", user("y"), 'triggeredByEvent="true"'), "v", "event-subprocess-start"),
    "a flow out of an event subprocess": (GOOD + EVENT_SUB + flow("v", "e"), "v", "event-subprocess-flow"),
    "an end event alone in a transaction": (around(sub("x", user("y") + end("ye") + flow("y", "ye"), kind="transaction")), "ye", "end-without-start"),
    "a choreography in a process": (GOOD + '<bpmn:choreographyTask id="ct" initiatingParticipantRef="p"/>', "ct", "part-elsewhere"),
    "a receive task beside a message event": (choice(RECEIVE.format("a"), catch("b", on_message())), "a", "choice-mixed"),
    "a task behind an event-based gateway": (choice(user("a"), catch("b", HOUR)), "a", "choice-target"),
    "an end event behind an event-based gateway": (choice(catch("a", HOUR), catch("b", HOUR), flows=flow("g", "e")), "e", "choice-target"),
    "a second way to a chosen event": (choice(catch("a", HOUR), catch("b", HOUR), flows=flow("s", "a")), "a", "choice-joined"),
    "a boundary event on a chosen task": (
        choice(RECEIVE.format("a"), catch("b", HOUR), flows=boundary("bd", "a", HOUR) + flow("bd", "e")), "a", "choice-boundary",
    ),
    "a gateway without flows": (GOOD + par("g"), "g", "gateway-idle"),
    "an input in no set": (around(task(io('<bpmn:dataInput id="i"/>', inputs(), "<bpmn:outputSet/>"))), "i", "data-unused"),
    "an input while executing that is in no set": (
        around(task(io('<bpmn:dataInput id="i"/><bpmn:dataInput id="j"/>', inputs("i", more="<bpmn:whileExecutingInputRefs>j</bpmn:whileExecutingInputRefs>"), inputs("j"), "<bpmn:outputSet/>"))), "x", "set-part",
    ),
    "a data object of a collection": (GOOD + '<bpmn:dataObject id="o" itemSubjectRef="many"/>', "o", "collection"),
    "a text annotation in no format": (GOOD + '<bpmn:textAnnotation id="t" textFormat="plain"/>', "t", "text-format"),
    "documentation in no format": (GOOD.replace('<bpmn:endEvent id="e">', '<bpmn:endEvent id="e"><bpmn:documentation id="d" textFormat="html">x</bpmn:documentation>'), "d", "text-format"),
    "data of another item": (
        around(task(
            io('<bpmn:dataInput id="i" itemSubjectRef="one"/>', inputs("i"), "<bpmn:outputSet/>")
            + '<bpmn:dataInputAssociation id="da"><bpmn:sourceRef>r</bpmn:sourceRef><bpmn:targetRef>i</bpmn:targetRef></bpmn:dataInputAssociation>'
        )) + '<bpmn:dataObject id="o" itemSubjectRef="many" isCollection="true"/><bpmn:dataObjectReference id="r" dataObjectRef="o"/>', "da", "association-item",
    ),
    "a reference of another name": (GOOD + '<bpmn:dataObject id="o" name="O"/><bpmn:dataObjectReference id="r" dataObjectRef="o" name="file"/>', "r", "data-name"),
    "a condition in a language that is no URI": (
        start_event() + user("x") + user("y") + end() + flow("s", "x") + chain("x", "y", "e")
        + flow("x", "e", "n > 1").replace("<bpmn:conditionExpression", '<bpmn:conditionExpression language="a b"'), "x_e", "language-uri",
    ),
    "an ad-hoc subprocess of gateways": (around(sub("x", par("g"), kind="adHocSubProcess")), "x", "adhoc-empty"),
    "a completion that is a number": (
        around(sub("x", user("y") + '<bpmn:completionCondition xsi:type="bpmn:tFormalExpression">1 + 1</bpmn:completionCondition>', kind="adHocSubProcess")), "x", "condition-not-boolean",
    ),
    "a completion in words": (around(sub("x", user("y") + "<bpmn:completionCondition>when done</bpmn:completionCondition>", kind="adHocSubProcess")), "x", "expression-informal"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_refused_at_its_element_with_its_clause(fault: str) -> None:
    """The message names the clause, so that an author can look it up, and the remedy says what to draw instead."""
    body, element, code = FAULTS[fault]
    found = [
        problem
        for problem in problems_of(body, message() + ITEMS)
        if (problem.element, problem.code) == (element, code)
    ]
    assert found, [(problem.element, problem.code) for problem in problems_of(body, message() + ITEMS)]
    assert {problem.severity for problem in found} == {"error"}
    assert all("BPMN 2.0.2 §" in problem.message and problem.remedy and problem.line > 1 for problem in found)


SOUND = {
    "links from two sources": start_event() + throw("t", link("l")) + throw("u", link("l")) + catch("c", link("l")) + end()
    + flow("s", "t") + flow("s", "u") + flow("c", "e"),
    "a choice of events": choice(catch("a", on_message()), catch("b", HOUR)),
    "a choice with a task": choice(RECEIVE.format("a"), catch("b", HOUR)),
    "an event subprocess": GOOD + EVENT_SUB,
    "a subprocess of tasks alone": around(sub("x", user("y") + user("z") + flow("y", "z"))),
    "an ad-hoc subprocess": around(sub("x", user("y"), kind="adHocSubProcess")),
    "a cancelled transaction": around(sub("x", start_event("xs") + end("xe", "<bpmn:cancelEventDefinition/>") + flow("xs", "xe"), kind="transaction"))
    + boundary("b", "x", "<bpmn:cancelEventDefinition/>") + end("be") + flow("b", "be"),
    "compensation": GOOD + boundary("b", "x", COMPENSATE) + '<bpmn:task id="h" isForCompensation="true"/><bpmn:association id="a" sourceRef="b" targetRef="h"/>',
    "a message event without operation": around(catch("x", on_message())),
    "a data object of its item's shape": GOOD + '<bpmn:dataObject id="o" itemSubjectRef="many" isCollection="true"/>',
    "a reference without state": GOOD + '<bpmn:dataObject id="o"/><bpmn:dataObjectReference id="r" dataObjectRef="o" name="file"/>',
    "a reference in a state": GOOD + '<bpmn:dataObject id="o" name="O"/><bpmn:dataObjectReference id="r" dataObjectRef="o" name="O [paid]"/>',
    "a data store": GOOD + '<bpmn:dataStoreReference id="r" name="register"/>',
}  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_what_the_standard_allows_deploys(name: str) -> None:
    """Beside each constraint stands something that it must not touch."""
    assert deploy(SOUND[name], message() + ITEMS).process_id == "p"


def test_what_is_only_drawn_is_not_judged() -> None:
    """A process that nobody runs, such as another office's pool, may be as unfinished as it is drawn."""
    drawn = '<bpmn:process id="q"><bpmn:endEvent id="qe"/><bpmn:parallelGateway id="qg"/></bpmn:process>'
    assert deploy(GOOD, drawn).process_id == "p"
