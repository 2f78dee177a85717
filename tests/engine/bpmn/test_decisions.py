"""Business rule tasks ask decisions of the bundle; what fired is told; what contradicts itself is an incident."""

from __future__ import annotations

import json

import pytest

from engine.acts.decisions import MOST_FILES, read_decisions
from engine.bpmn import check_process
from engine.bpmn.decisions import MOST_CHARACTERS, MOST_TABLES, told
from engine.bpmn.effects import DecisionEvaluated
from engine.bpmn.events import Retried
from engine.dmn import FiredRule, FiredTable
from tests.engine.bpmn.models import Walk, chain, end, file, mapping, start_event

_MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def table(*rules: tuple[str, ...], policy: str = "UNIQUE", outputs: tuple[str, ...] = ("",)) -> str:
    """A decision table over `amount` and perhaps several outputs."""
    heads = "".join(
        f'<output id="o{n}"{f" name={chr(34)}{name}{chr(34)}" if name else ""}/>' for n, name in enumerate(outputs)
    )
    rows = "".join(
        f"<rule><inputEntry><text>{test.replace('<', '&lt;')}</text></inputEntry>"
        + "".join(f"<outputEntry><text>{value}</text></outputEntry>" for value in values)
        + "</rule>"
        for test, *values in rules
    )
    return (
        f'<decisionTable hitPolicy="{policy}"><input><inputExpression><text>amount</text></inputExpression></input>'
        f"{heads}{rows}</decisionTable>"
    )


def model(body: str, name: str = "fee", namespace: str = "urn:test") -> bytes:
    """A file with one decision."""
    needs = '<informationRequirement><requiredInput href="#a"/></informationRequirement>'
    decision = f'<decision id="{name}" name="{name}"><variable name="{name}"/>{needs}{body}</decision>'
    data = '<inputData id="a" name="amount"><variable name="amount" typeRef="number"/></inputData>'
    return (
        f'<definitions xmlns="{_MODEL}" id="d" name="D" namespace="{namespace}">{data}{decision}</definitions>'.encode()
    )


def walk_of(body: str, data: dict[str, object], task: str) -> Walk:
    """A process of this business rule task, over a decision of this body."""
    decisions, problems = read_decisions({"decisions.dmn": model(body)})
    assert problems == ()
    xml = file(start_event() + task + end() + chain("s", "x", "e"))
    graph, found = check_process(xml, source="test.bpmn", decisions=decisions)
    assert graph is not None, found
    return Walk(graph, data)


def camunda_8(extra: str = "") -> str:
    called = '<zeebe:calledDecision decisionId="fee" resultVariable="r" bindingType="deployment" />'
    held = f"<bpmn:extensionElements>{called}{extra}</bpmn:extensionElements>"
    return f'<bpmn:businessRuleTask id="x">{held}</bpmn:businessRuleTask>'


def camunda_7(shape: str) -> str:
    mapped = f'camunda:mapDecisionResult="{shape}"' if shape else ""
    return f'<bpmn:businessRuleTask id="x" camunda:decisionRef="fee" camunda:resultVariable="r" {mapped}/>'


STEPS = table(("< 10", "1"), ("[10..20)", "2"))


def test_a_decision_gives_its_value_and_tells_which_rule_fired() -> None:
    """The rule's number, what it read and what it gave; no rule is a null result, which is a value."""
    walk = walk_of(STEPS, {"amount": 12}, camunda_8())
    assert walk.state.data == {"amount": 12, "r": 2}
    rule = {"rule": 2, "inputs": {"amount": 12}, "outputs": {"fee": 2}}
    told = DecisionEvaluated(
        element="x", decision="fee", tables=({"decision": "fee", "policy": "UNIQUE", "rules": [rule]},)
    )
    assert walk.seen(DecisionEvaluated) == [told]
    assert walk_of(STEPS, {"amount": 30}, camunda_8()).state.data == {"amount": 30, "r": None}


def test_a_decision_sees_the_inputs_of_its_task_and_outputs_alone_join() -> None:
    """Mappings work as on every task."""
    walk = walk_of(STEPS, {"paid": 3}, camunda_8(mapping("input amount: =paid + 10", "output fee.level: =r")))
    assert walk.state.data == {"paid": 3, "fee": {"level": 2}}


@pytest.mark.parametrize(
    ("policy", "rules", "code"),
    [
        ("UNIQUE", (("> 1", "1"), ("> 2", "2")), "decision-failed"),
        ("ANY", (("> 1", "1"), ("> 2", "2")), "decision-failed"),
    ],
)
def test_a_contradiction_is_an_incident_that_names_decision_and_rules(
    policy: str, rules: tuple[tuple[str, ...], ...], code: str
) -> None:
    """Nothing of the step is kept; mended data goes on; the message holds no data."""
    body = table(*((test.replace(">", "&gt;"), value) for test, value in rules), policy=policy)
    walk = walk_of(body, {"amount": 4711}, camunda_8())
    ((key, incident),) = walk.state.incidents.items()
    assert (incident.element, incident.code) == ("x", code)
    assert all(word in incident.message for word in ("'fee'", "1", "2", policy))
    assert "4711" not in incident.message
    assert walk.state.data == {"amount": 4711}
    assert walk.send(Retried(incident=key, data={"amount": 2})).state.data == {"amount": 2, "r": 1}


def test_an_evaluation_past_its_bounds_is_an_incident() -> None:
    """It stops at the same place every time, and nothing has happened."""
    endless = "<literalExpression><text>count(for i in 1..9000, j in 1..9000 return i)</text></literalExpression>"
    walk = walk_of(endless, {"amount": 1}, camunda_8())
    assert walk.incidents == [("x", "decision-failed")]
    assert walk.state.data == {"amount": 1}


MANY = table(("> 0".replace(">", "&gt;"), "1", "2"), ("< 9", "3", "4"), policy="RULE ORDER", outputs=("a", "b"))
LIST = table(("-", "1"), ("< 9", "2"), policy="COLLECT")


@pytest.mark.parametrize(
    ("body", "amount", "shape", "value"),
    [
        (STEPS, 5, "singleEntry", 1),
        (STEPS, 99, "singleEntry", None),
        (STEPS, 5, "singleResult", {"fee": 1}),
        (STEPS, 5, "", [{"fee": 1}]),
        (STEPS, 99, "resultList", []),
        (LIST, 5, "collectEntries", [1, 2]),
        (LIST, 99, "singleEntry", 1),
        (MANY, 5, "resultList", [{"a": 1, "b": 2}, {"a": 3, "b": 4}]),
        (MANY, 10, "singleResult", {"a": 1, "b": 2}),
        ("<literalExpression><text>amount + 1</text></literalExpression>", 5, "singleEntry", 6),
        ("<literalExpression><text>[amount]</text></literalExpression>", 5, "singleResult", {"fee": [5]}),
    ],
)
def test_results_have_the_shapes_of_camunda_7(body: str, amount: int, shape: str, value: object) -> None:
    """One entry, one result, a list of entries, a list of results; the last is its default."""
    assert walk_of(body, {"amount": amount}, camunda_7(shape)).state.data["r"] == value


@pytest.mark.parametrize(("body", "shape"), [(LIST, "singleEntry"), (MANY, "singleResult"), (MANY, "collectEntries")])
def test_a_result_that_does_not_fit_its_shape_is_an_incident(body: str, shape: str) -> None:
    """Several results where one is wanted, several entries where one is."""
    assert walk_of(body, {"amount": 5}, camunda_7(shape)).incidents == [("x", "decision-result")]


def test_every_problem_of_a_decision_refuses_the_bundle() -> None:
    """With file, line, element, code and remedy; so do two files with one decision."""
    _, problems = read_decisions({"decisions/a.dmn": model(table(("< <", "1")))})
    assert problems
    for problem in problems:
        assert (problem.severity, problem.file) == ("error", "decisions/a.dmn")
        assert problem.line > 0
        assert problem.code
        assert problem.remedy
    _, problems = read_decisions({"decisions.dmn": model(STEPS), "decisions/b.dmn": model(STEPS, namespace="urn:b")})
    assert [(item.file, item.element, item.code) for item in problems] == [("decisions/b.dmn", "fee", "decision-twice")]
    _, problems = read_decisions({f"decisions/{n}.dmn": b"<x/>" for n in range(MOST_FILES + 1)})
    assert [item.code for item in problems] == ["decision-files"]


def test_a_file_of_decisions_may_import_another() -> None:
    """Whatever their names in the bundle; each decision is asked by its own id."""
    other = (
        f'<definitions xmlns="{_MODEL}" id="o" name="O" namespace="urn:o">'
        '<import name="base" namespace="urn:test" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>'
        '<decision id="double" name="double"><variable name="double"/><informationRequirement>'
        '<requiredDecision href="urn:test#fee"/></informationRequirement>'
        "<literalExpression><text>base.fee * 2</text></literalExpression></decision></definitions>"
    ).encode()
    decisions, problems = read_decisions({"decisions.dmn": model(STEPS), "decisions/other.dmn": other})
    assert problems == ()
    assert decisions["double"].evaluate("double", {"amount": 12}).value == 4


def test_what_is_told_of_a_decision_is_bounded() -> None:
    """Tables, rules and texts beyond the bounds are counted, not kept."""
    rule = FiredRule(index=1, id="r" * 500, inputs={"x" * 500: "y" * 5000}, outputs={"o": ["z" * 5000]})
    tables = tuple(FiredTable(decision="d", table=None, policy="COLLECT", rules=(rule,) * 1000) for _ in range(50))
    kept = told(tables)
    assert len(json.dumps(kept)) < 1.2 * MOST_CHARACTERS
    assert kept[-1] == {"left_out": 50 - MOST_TABLES}
    assert sum(1000 - len(item["rules"]) for item in kept[:-1]) == sum(item["left_out"] for item in kept[:-1])  # type: ignore[arg-type,misc]
