"""What cannot be executed as the standard says is refused at deploy, with file, line, element, reason and remedy."""
# ruff: noqa: E501 - the table of defects reads better in rows

from __future__ import annotations

import pytest

from engine.bpmn import check_process, read_process
from tests.engine.bpmn.models import (
    boundary,
    catch,
    chain,
    end,
    errors_of,
    file,
    flow,
    message,
    on_message,
    par,
    problems_of,
    script,
    service,
    several,
    start_event,
    throw,
    timer,
    user,
    xor,
    zeebe_loop,
)

CARDINALITY = '<bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">3</bpmn:loopCardinality>'
EMPTY = '<bpmn:{0} id="x"/>'
GOOD = start_event() + user("x") + end() + chain("s", "x", "e")
LONE = '<bpmn:userTask id="x"/>'


def around(element: str) -> str:
    """A sequence in which `x` is the element."""
    return start_event() + element + end() + chain("s", "x", "e")


def task_with(extension: str) -> str:
    return around(f'<bpmn:userTask id="x"><bpmn:extensionElements>{extension}</bpmn:extensionElements></bpmn:userTask>')


def prop(name: str, value: str) -> str:
    return f'<zeebe:properties><zeebe:property name="{name}" value="{value}" /></zeebe:properties>'


def lanes(*lane: str) -> str:
    return f'<bpmn:laneSet id="ls">{"".join(lane)}</bpmn:laneSet>'


def lane(name: str, *nodes: str, title: str = "Clerk") -> str:
    refs = "".join(f"<bpmn:flowNodeRef>{node}</bpmn:flowNodeRef>" for node in nodes)
    return f'<bpmn:lane id="{name}" name="{title}">{refs}</bpmn:lane>'


def io(outputs: str, inputs: str = "") -> str:
    return f"<bpmn:extensionElements><zeebe:ioMapping>{inputs}{outputs}</zeebe:ioMapping></bpmn:extensionElements>"


# An event subprocess, sound but for its mapping.
MAPPED_EVENT = (
    '<bpmn:subProcess id="aside" triggeredByEvent="true">'
    + io("", '<zeebe:input source="=1" target="one"/>')
    + start_event("s2", timer("timeDuration", "PT1H"))
    + user("y")
    + end("e2")
    + chain("s2", "y", "e2")
    + "</bpmn:subProcess>"
)
SPLIT = (
    start_event() + xor("g", "{0}") + user("a") + user("b") + end() + flow("s", "g") + flow("a", "e") + flow("b", "e")
)
# What is executed, but needs more than its tag.
NODES = {
    "sendTask": "no-message",
    "receiveTask": "no-message",
    "callActivity": "called-unknown",
    "adHocSubProcess": "adhoc-empty",
    "inclusiveGateway": "gateway-idle",
    "complexGateway": "gateway-idle",
    "eventBasedGateway": "choice-of-one",
    "choreographyTask": "element-unsupported",
}
EVENTS = {
    "signal": "no-signal",
    "error": "code-missing",
    "escalation": "code-missing",
    "cancel": "cancel-outside",
    "conditional": "event-unsupported",
    "link": "event-unsupported",
    "timer": "event-unsupported",
}

DEFECTS: dict[str, tuple[str, str | None, str]] = {
    # defect: (body, element named, code)
    "no start": (user("x") + end() + chain("x", "e"), "e", "end-without-start"),
    "no end": (start_event() + user("x") + flow("s", "x"), "s", "start-without-end"),
    "two starts": (GOOD + start_event("s2") + flow("s2", "x"), "s2", "start-twice"),
    "flow into the start": (GOOD + flow("x", "s"), "s", "flow-into-start"),
    "flow out of the end": (GOOD + flow("e", "x"), "e", "flow-from-end"),
    "dead end": (GOOD + user("y") + flow("s", "y"), "y", "no-outgoing"),
    "no way in": (GOOD + user("y") + flow("y", "e"), "y", "no-incoming"),
    "unreachable loop": (GOOD + user("y") + user("z") + chain("y", "z", "y"), "y", "unreachable"),
    "dangling target": (GOOD + flow("x", "nowhere"), "x_nowhere", "dangling-reference"),
    "flow to a lane": (lanes(lane("l", "x")) + GOOD + flow("x", "l"), "x_l", "flow-end"),
    "duplicate id": (GOOD + user("x"), "x", "duplicate-id"),
    "node without id": (GOOD + "<bpmn:userTask/>", None, "no-id"),
    "condition out of a start": (start_event() + user("x") + end() + flow("s", "x", "true") + flow("x", "e"), "s_x", "condition-forbidden"),
    "condition on a task's only flow": (start_event() + user("x") + end() + flow("s", "x") + flow("x", "e", "true"), "x_e", "condition-alone"),
    "split without condition": (SPLIT.format("") + flow("g", "a", "true") + flow("g", "b"), "g_b", "condition-missing"),
    "default of another node": (SPLIT.format('default="a_e"') + flow("g", "a", "true") + flow("g", "b", "n = 1"), "g", "default-elsewhere"),
    "default on a parallel gateway": (
        start_event() + par("x", 'default="x_e"') + end() + chain("s", "x", "e"), "x", "default-forbidden",
    ),
    "empty condition": (SPLIT.format('default="g_b"') + flow("g", "b") + flow("g", "a", " "), "g_a", "condition-empty"),
    "condition that does not compile": (
        SPLIT.format('default="g_b"') + flow("g", "b") + flow("g", "a", "a ="), "g_a", "expression-syntax",
    ),
    "condition in JUEL": (
        SPLIT.format('default="g_b"') + flow("g", "b") + flow("g", "a", "${ok}"), "g_a", "expression-foreign-language",
    ),
    "condition in a script language": (
        (SPLIT.format('default="g_b"') + flow("g", "b") + flow("g", "a", "ok")).replace(
            "<bpmn:conditionExpression ", '<bpmn:conditionExpression language="groovy" '
        ), "g_a", "expression-language",
    ),
    "condition in words": (
        (SPLIT.format('default="g_b"') + flow("g", "b") + flow("g", "a", "ok")).replace(' xsi:type="bpmn:tFormalExpression"', ""),
        "g_a", "expression-informal",
    ),
    "wrong gateway direction": (
        start_event() + xor("x", 'gatewayDirection="Diverging"') + end() + chain("s", "x", "e"), "x", "gateway-direction",
    ),
    "flow that is not listed": (
        start_event(inner="<bpmn:outgoing>s_x</bpmn:outgoing>") + user("x") + end() + chain("s", "x", "e"), "x", "flow-lists",
    ),
    "flow that is not immediate": (GOOD.replace('id="s_x"', 'id="s_x" isImmediate="false"'), "s_x", "flow-not-immediate"),
    "user task for nobody": (around(LONE), "x", "no-candidates"),
    "user task in a nameless lane": (lanes(lane("l", "x", title="")) + around(LONE), "x", "no-candidates"),
    "node in two lanes": (lanes(lane("l", "x"), lane("l2", "x")) + around(LONE), "l2", "lane-overlap"),
    "lane with an unknown node": (lanes(lane("l", "x", "y")) + around(LONE), "l", "dangling-reference"),
    "lane with a flow": (lanes(lane("l", "x", "s_x")) + around(LONE), "l", "lane-node"),
    "unknown lane property": (
        lanes(lane("l", "x").replace("<bpmn:flow", f"<bpmn:extensionElements>{prop('hoso:rolle', 'r')}</bpmn:extensionElements><bpmn:flow", 1))
        + around(LONE), "l", "property-unknown",
    ),
    "service task without job type": (around('<bpmn:serviceTask id="x"/>'), "x", "no-job-type"),
    "service task in Java": (around('<bpmn:serviceTask id="x" camunda:class="a.B"/>'), "x", "extension-unsupported"),
    "service task by expression": (around('<bpmn:serviceTask id="x" camunda:type="mail"/>'), "x", "job-unsupported"),
    "job type by expression": (around(service("x", "=kind")), "x", "job-expression"),
    "retries in words": (around(service("x").replace("/>", 'retries="often" />', 1)), "x", "job-retries"),
    "output without name": (around(service("x", extra='<zeebe:ioMapping><zeebe:output source="=a" target=""/></zeebe:ioMapping>')), "x", "output-target"),
    "output given twice": (
        around(service("x", extra='<zeebe:ioMapping><zeebe:output source="=a" target="b"/><zeebe:output source="=c" target="b"/></zeebe:ioMapping>')), "x", "output-target",
    ),
    "input on a catch event": (
        around(catch("x", io("", '<zeebe:input source="=a" target="b"/>') + timer("timeDuration", "PT1H"))), "x", "input-on-event",
    ),
    "mapping on a gateway": (start_event() + f'<bpmn:exclusiveGateway id="x">{io("")}</bpmn:exclusiveGateway>' + end() + chain("s", "x", "e"), "x", "extension-unsupported"),
    "script in a parameter": (
        around(service("x", extra='<camunda:inputOutput><camunda:inputParameter name="a"><camunda:script scriptFormat="groovy">b</camunda:script></camunda:inputParameter></camunda:inputOutput>')), "x", "parameter-script",
    ),
    "output in JUEL": (around(service("x", extra='<zeebe:ioMapping><zeebe:output source="${a}" target="b"/></zeebe:ioMapping>')), "x", "expression-foreign-language"),
    "script without text": (around('<bpmn:scriptTask id="x" scriptFormat="feel"/>'), "x", "script-empty"),
    "script without format": (around(script("x", "1", 'camunda:resultVariable="r"')), "x", "script-language"),
    "script without result": (around(script("x", "1", 'scriptFormat="feel"')), "x", "script-result"),
    "script with an odd result": (around(script("x", "1", 'scriptFormat="feel" camunda:resultVariable="a b"')), "x", "result-variable"),
    "script in Groovy": (around(script("x", "a == b", 'scriptFormat="groovy" camunda:resultVariable="r"')), "x", "script-language"),
    "script of a test's language": (around(script("x", "SCRIPT_task1", 'scriptFormat="trace"')), "x", "script-language"),
    "script that does not compile": (around(script("x", "a +", 'scriptFormat="feel" camunda:resultVariable="r"')), "x", "expression-syntax"),
    "script from a file": (around('<bpmn:scriptTask id="x" scriptFormat="feel" camunda:resource="a.feel" camunda:resultVariable="r"/>'), "x", "extension-unsupported"),
    "rule task without decision": (around('<bpmn:businessRuleTask id="x"/>'), "x", "no-decision"),
    "rule task without result": (around('<bpmn:businessRuleTask id="x" camunda:decisionRef="d"/>'), "x", "no-result-variable"),
    "decision that is not there": (around('<bpmn:businessRuleTask id="x" camunda:decisionRef="d" camunda:resultVariable="r"/>'), "x", "decision-unknown"),
    "decision of another version": (
        around('<bpmn:businessRuleTask id="x" camunda:decisionRef="d" camunda:decisionRefBinding="version" camunda:resultVariable="r"/>'), "x", "decision-binding",
    ),
    "decision by expression": (around('<bpmn:businessRuleTask id="x" camunda:decisionRef="${d}" camunda:resultVariable="r"/>'), "x", "decision-expression"),
    "decision in an odd shape": (
        around('<bpmn:businessRuleTask id="x" camunda:decisionRef="d" camunda:mapDecisionResult="all" camunda:resultVariable="r"/>'), "x", "decision-result",
    ),
    "input without name": (around(service("x", extra='<zeebe:ioMapping><zeebe:input source="=a" target="a b"/></zeebe:ioMapping>')), "x", "input-target"),
    "multiple instances of nothing": (around(several("")), "x", "loop-count"),
    "multiple instances of two kinds": (around(several(CARDINALITY + zeebe_loop('inputCollection="=a"'))), "x", "loop-count"),
    "multiple instances with behaviour": (around(several(CARDINALITY, 'behavior="One"')), "x", "loop-behaviour"),
    "multiple instances with BPMN data": (around(several(CARDINALITY + '<bpmn:loopDataInputRef>x</bpmn:loopDataInputRef>')), "x", "loop-unsupported"),
    "multiple instances with half an output": (around(several(zeebe_loop('inputCollection="=a" outputCollection="b"'))), "x", "loop-output"),
    "multiple instances over JUEL": (around(several("", 'camunda:collection="${a}"')), "x", "expression-foreign-language"),
    "multiple instances with an odd element": (around(several("", 'camunda:collection="a" camunda:elementVariable="b c"')), "x", "loop-name"),
    "multiple instances of a gateway": (
        start_event() + '<bpmn:exclusiveGateway id="x"><bpmn:multiInstanceLoopCharacteristics/></bpmn:exclusiveGateway>' + end() + chain("s", "x", "e"), "x", "loop-unsupported",
    ),
    "input named as an instance's own": (
        around(several(zeebe_loop('inputCollection="=a" inputElement="one"'), extra='<zeebe:ioMapping><zeebe:input source="=1" target="one"/></zeebe:ioMapping>')), "x", "input-target",
    ),
    "event subprocess with inputs": (
        GOOD + MAPPED_EVENT, "aside", "mapping-nowhere",
    ),
    "standard loop": (
        around(user("x").replace("</bpmn:userTask>", "<bpmn:standardLoopCharacteristics/></bpmn:userTask>")), "x", "loop-endless",
    ),
    "start quantity of none": (around(user("x", attributes='startQuantity="0"')), "x", "quantity"),
    "compensation task": (around(user("x", attributes='isForCompensation="true"')), "x", "handler-flow"),
    "unknown way to assign": (task_with(prop("hoso:assign", "round-robin")), "x", "property-value"),
    "kind of document too long": (task_with(prop("hoso:kind", "k" * 101)), "x", "property-value"),
    "unit that is no FEEL": (task_with(prop("hoso:unit", "=unit +")), "x", "expression-syntax"),
    "unknown signature": (task_with(prop("hoso:signature", "pen")), "x", "property-value"),
    "unknown property": (task_with(prop("hoso:signatur", "approval")), "x", "property-unknown"),
    "property given twice": (
        task_with(prop("hoso:place", "office") + prop("hoso:place", "office")), "x", "property-twice",
    ),
    "hoso attribute": (around(user("x", attributes='xmlns:hoso="urn:hoso" hoso:signature="approval"')), "x", "hoso-attribute"),
    "notSameAs a service task": (task_with(prop("hoso:notSameAs", "s")), "x", "not-same-as"),
    "assignee in JUEL": (around('<bpmn:userTask id="x" camunda:assignee="${boss}"/>'), "x", "expression-foreign-language"),
    "embedded form": (around('<bpmn:userTask id="x" camunda:formKey="embedded:a.html"/>'), "x", "extension-unsupported"),
    "form of another version": (task_with('<zeebe:formDefinition formId="f" bindingType="versionTag"/>'), "x", "form-binding"),
    "task listener": (task_with("<zeebe:taskListeners/>"), "x", "extension-unsupported"),
    "timer start": (GOOD.replace(start_event(), start_event(inner=timer("timeCycle", "R/PT59S"))), "s", "timer-start"),
    "timer that is no duration": (around(catch("x", timer("timeDuration", "2 hours"))), "x", "timer-unreadable"),
    "timer in cron": (GOOD + boundary("b", "x", timer("timeCycle", "0 0 * * *")) + flow("b", "e"), "b", "timer-unreadable"),
    "date without zone": (around(catch("x", timer("timeDate", "2026-12-01T08:00:00"))), "x", "timer-unreadable"),
    "timer with two values": (
        around(catch("x", "<bpmn:timerEventDefinition/>")), "x", "timer-parts",
    ),
    "catch without trigger": (around(catch("x", "")), "x", "event-untriggered"),
    "throw of a timer": (around(throw("x", timer("timeDuration", "PT1H"))), "x", "event-unsupported"),
    "message event without message": (around(catch("x", "<bpmn:messageEventDefinition/>")), "x", "no-message"),
    "boundary on a gateway": (
        start_event() + xor("x") + end() + chain("s", "x", "e") + boundary("b", "x", timer("timeDuration", "PT1H")) + flow("b", "e"), "b", "boundary-host",
    ),
    "receive task behind a choice that is repeated": (
        start_event() + '<bpmn:eventBasedGateway id="g"/>' + '<bpmn:receiveTask id="x" messageRef="m"><bpmn:standardLoopCharacteristics loopMaximum="2"/></bpmn:receiveTask>'
        + catch("c", timer("timeDuration", "PT1H")) + end() + chain("s", "g", "x", "e") + chain("g", "c", "e"), "x", "choice-target",
    ),
    "island behind its own boundary event": (
        GOOD + user("y") + user("z") + chain("y", "z", "e") + boundary("b", "z", timer("timeDuration", "PT1H")) + flow("b", "y"), "y", "unreachable",
    ),
    "boundary on a flow": (GOOD + boundary("b", "x_e", timer("timeDuration", "PT1H")) + end("f") + flow("b", "f"), "b", "boundary-host"),
    "boundary on an activity of another scope": (
        GOOD + f'<bpmn:subProcess id="u">{user("y")}</bpmn:subProcess>'
        + boundary("b", "y", timer("timeDuration", "PT1H")) + end("f") + flow("b", "f"), "b", "boundary-host",
    ),
    "boundary without a way on": (GOOD + boundary("b", "x", timer("timeDuration", "PT1H")), "b", "no-outgoing"),
    "flow into a boundary event": (
        GOOD + boundary("b", "x", timer("timeDuration", "PT1H")) + flow("b", "e") + flow("x", "b"), "b", "flow-into-start",
    ),
    **{f"bare {name}": (around(EMPTY.format(name)), "x", code) for name, code in NODES.items()},
    **{
        f"bare {name} end event": (GOOD.replace(end(), end(inner=f"<bpmn:{name}EventDefinition/>")), "e", code)
        for name, code in EVENTS.items()
    },
}  # fmt: skip


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_refused_at_its_element(defect: str) -> None:
    """Each defect gives an error with its own code on the element that has it, and the process does not deploy."""
    body, element, code = DEFECTS[defect]
    graph, problems = check_process(file(body, message()), source="defect.bpmn")
    assert graph is None
    found = [(problem.element, problem.code) for problem in problems if problem.severity == "error"]
    assert (element, code) in found
    for problem in problems:
        assert problem.file == "defect.bpmn"
        assert problem.line > 0
        assert problem.message
        assert problem.remedy


@pytest.mark.parametrize("part", ["transformation", "assignment"])
def test_a_data_association_that_computes_is_named(part: str) -> None:
    """It has no effect, which is said wherever it stands."""
    formal = 'xsi:type="bpmn:tFormalExpression"'
    inner = f"<bpmn:from {formal}>1</bpmn:from><bpmn:to {formal}>x</bpmn:to>" if part == "assignment" else "1"
    association = f'<bpmn:dataInputAssociation id="a"><bpmn:targetRef>s</bpmn:targetRef><bpmn:{part}>{inner}</bpmn:{part}></bpmn:dataInputAssociation>'
    for element in (
        f'<bpmn:task id="x">{association}</bpmn:task>',
        f'<bpmn:subProcess id="x">{association}</bpmn:subProcess>',
    ):
        graph, problems = check_process(file(around(element)), source="test.bpmn")
        assert graph is not None
        told = [problem.message for problem in problems if problem.code == "data-drawn-only"]
        assert f"{part} in dataInputAssociation has no effect: data are seen and set by name" in told


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (b"", "xml-broken"),
        (b"\xff\xfe\x00", "xml-broken"),
        (b"<a", "xml-broken"),
        (b"<a/>", "not-bpmn"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "doctype"),
        (
            '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'.encode("utf-16"),
            "doctype",
        ),
        (b"<a>&undefined;</a>", "xml-broken"),
        (b"<a>" * 300 + b"</a>" * 300, "xml-broken"),
        (file(GOOD).replace(b"<bpmn:userTask", b"<z>" * 120 + b"</z>" * 120 + b"<bpmn:userTask"), "too-deep"),
        (b" " * 8_000_001, "too-large"),
        (file(GOOD)[:-40], "xml-broken"),
    ],
)
def test_a_file_that_is_no_bpmn_is_refused_without_an_exception(xml: bytes, code: str) -> None:
    """Broken, hostile or foreign input gives one problem; entities are never read."""
    graph, problems = check_process(xml, source="bad.bpmn")
    assert graph is None
    assert [problem.code for problem in problems] == [code]
    assert read_process(xml).problems == read_process(xml).problems


def test_a_bundle_has_exactly_one_executable_process() -> None:
    """None, or two, are refused; a second process that is only drawn is not."""
    other = '<bpmn:process id="q" isExecutable="{0}"><bpmn:startEvent id="qs"/></bpmn:process>'
    two = file(GOOD, other.format("true"))
    none = file(GOOD).replace(b'isExecutable="true"', b"")
    for xml in (two, none):
        graph, problems = check_process(xml, source="f")
        assert graph is None
        assert "executable-processes" in {problem.code for problem in problems}
    assert check_process(file(GOOD, other.format("false")), source="f")[0] is not None


def test_a_line_is_where_the_element_stands() -> None:
    """The line of a problem is the element's own, and an expression's is the line inside the file."""
    body = "\n" * 9 + start_event() + "\n" + user("x") + end() + chain("s", "x") + "\n"
    body += flow("x", "e", "\n\n a =", name="f1") + flow("x", "e", "b", name="f2")
    (problem,) = [problem for problem in problems_of(body) if problem.severity == "error"]
    line = file(body).split(b"a =")[0].count(b"\n") + 1
    assert (problem.element, problem.code, problem.line) == ("f1", "expression-syntax", line)


def test_forms_and_templates_must_be_in_the_bundle() -> None:
    """Where the bundle is given, what the process names must be in it; where it is not, nothing is assumed."""
    header = '<zeebe:taskHeaders><zeebe:header key="template" value="letters/a.typ" /></zeebe:taskHeaders>'
    body = start_event() + user("x", '<zeebe:formDefinition formId="f" />') + service("y", "hoso.letter", header)
    xml = file(body + end() + chain("s", "x", "y", "e"))
    assert check_process(xml, source="f")[0] is not None
    assert check_process(xml, source="f", forms={"f": {}}, files=["letters/a.typ"])[0] is not None
    graph, problems = check_process(xml, source="f", forms={}, files=[])
    assert graph is None
    assert [problem.code for problem in problems] == ["form-unknown", "template-unknown"]


def test_message_flows_join_different_pools_at_message_events() -> None:
    """A message flow inside a pool, or to an element that takes no messages, draws what cannot happen."""
    pools = (
        '<bpmn:collaboration id="c"><bpmn:participant id="own" processRef="p"/><bpmn:participant id="other"/>'
        '<bpmn:messageFlow id="mf" sourceRef="{0}" targetRef="{1}"/></bpmn:collaboration>'
    )
    good = start_event() + catch("c1", on_message()) + user("x") + end() + chain("s", "c1", "x", "e")
    for source, target, codes in (
        ("other", "c1", []),
        ("x", "other", []),
        ("other", "e", [("mf", "message-flow-end")]),
        ("s", "other", [("mf", "message-flow-end")]),
        ("x", "c1", [("mf", "message-flow-inside")]),
    ):
        assert errors_of(good, message() + pools.format(source, target)) == codes


def test_an_extension_that_must_be_understood_is_refused() -> None:
    """BPMN 2.0 §8.2.3: a file may say that it means nothing without its extension."""
    before = '<bpmn:extension definition="bpmn:x" mustUnderstand="true"/>'
    assert (None, "must-understand") in errors_of(GOOD, before)
