"""The conformance runners: what they print, when they are red, and that they judge as the suites say."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from engine.bpmn.scope import Scope
from engine.bpmn.scripts import Ran
from tests.conformance import report as reports
from tests.conformance.__main__ import main
from tests.conformance.report import Known, Report, Result
from tests.conformance.trace import Trace
from tests.conformance.world import World
from tests.engine.bpmn.models import (
    catch,
    chain,
    deploy,
    end,
    file,
    flow,
    message,
    on_message,
    start_event,
    throw,
    timer,
    user,
)
from tests.engine.dmn import models as dmn

SEQUENCE = file(start_event() + user("x") + end() + chain("s", "x", "e"))
REFUSED = file(start_event() + user("x") + end() + chain("s", "x", "e") + flow("e", "x"))


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of known failures, empty at first."""
    folder = tmp_path / "known"
    folder.mkdir()
    monkeypatch.setattr(reports, "_KNOWN", folder)
    return folder


def suite(folder: Path, files: dict[str, bytes], cases: list[dict[str, object]]) -> Path:
    """A control-flow suite of these models and cases."""
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    rows = [{"process": "p", "case": index, "input": {}, "trace": [], **case} for index, case in enumerate(cases)]
    (folder / "cases.json").write_text(json.dumps(rows))
    return folder


def test_the_bpmn_runner_judges_each_expectation(
    tmp_path: Path, known: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Completed, incident, rejected: each passes only as expected; the counts close the output."""
    stuck = file(start_event() + user("x") + user("y") + end() + flow("s", "x") + flow("x", "y", "false")
                 + flow("x", "e", "false", name="f") + flow("y", "e"))  # fmt: skip
    cases: list[dict[str, object]] = [
        {"file": "a.bpmn", "expect": "completed"},
        {"file": "a.bpmn", "expect": "completed", "trace": ["SCRIPT_task1"]},
        {"file": "a.bpmn", "expect": "incident"},
        {"file": "b.bpmn", "expect": "rejected-or-incident"},
        {"file": "b.bpmn", "expect": "completed"},
        {"file": "c.bpmn", "expect": "incident"},
        {"file": "c.bpmn", "expect": "completed"},
    ]
    folder = suite(tmp_path / "s", {"a.bpmn": SEQUENCE, "b.bpmn": REFUSED, "c.bpmn": stuck}, cases)
    assert main(["bpmn", str(folder)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines[:4]] == ["a#1", "a#2", "b#4", "c#6"]
    assert lines[-2:] == ["of the failed 1 were refused at deploy, 3 ran wrong", "3 passed, 4 failed"]


def test_the_world_fires_timers_and_routes_messages() -> None:
    """The clock goes on when nothing else can; a message that nobody awaits starts the process that it starts."""
    body = start_event() + start_event("s2", on_message()) + catch("c", timer("timeDuration", "PT1H"))
    body += throw("t", on_message()) + user("x") + end() + chain("s", "c", "t", "e") + chain("s2", "x", "e")
    graph = deploy(body, message())
    world = World(graphs=(graph,))
    began = world.now
    world.begin(graph, {})
    world.run()
    assert [item.state.status for item in world.instances] == ["completed", "completed"]
    assert (world.now - began, world.incidents) == (timedelta(hours=1), [])


@pytest.mark.parametrize(
    ("listed", "code"), [("", 1), ("good | why", 1), ("bad | why", 0), ("* | why", 1), ("bad | why\nelse* | why", 0)]
)
def test_a_run_is_red_for_unlisted_failures_and_listed_passes(
    tmp_path: Path, known: Path, capsys: pytest.CaptureFixture[str], listed: str, code: int
) -> None:
    """Listed failures still count as failed."""
    (known / "constraints.txt").write_text(listed)
    folder = tmp_path / "constraints"
    folder.mkdir()
    (folder / "good.bpmn").write_bytes(REFUSED)
    (folder / "bad.bpmn").write_bytes(SEQUENCE)
    assert main(["constraints", str(folder)]) == code
    assert capsys.readouterr().out.splitlines()[-1] == "1 passed, 1 failed"


def test_a_missing_folder_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For one suite and for all; nothing is run."""
    assert main(["merkle", str(tmp_path / "none")]) == 2
    (tmp_path / "bpmn").mkdir()
    assert main(["all", str(tmp_path)]) == 2
    assert main(["bpmn"]) == 2
    assert "no such folder" in capsys.readouterr().err


def test_an_empty_suite_is_no_success(tmp_path: Path, known: Path) -> None:
    """A folder in which nothing is found must not be green."""
    assert main(["merkle", str(tmp_path)]) == 1


def test_brackets_in_case_names_are_plain() -> None:
    """Case names such as `modified-proof[0]` are no character classes."""
    assert Known(pattern="proof[0]*", reason="r").fits("proof[0]-bit")
    assert not Known(pattern="proof[0]*", reason="r").fits("proof0-bit")
    report = Report(results=[Result(name="a", expected="x", got="y")])
    assert report.failures([Known(pattern="a", reason="r")]) == ["a: expected x, got y   [known: r]"]


DMN_CASES = """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
 <modelName>t.dmn</modelName><testCase id="1">
 <inputNode name="a"><value xsi:type="xsd:decimal">1</value></inputNode>
 <resultNode name="list"><expected><list><item><value xsi:type="xsd:string">x</value></item>
 <item><value xsi:nil="true"/></item></list></expected></resultNode>
 <resultNode name="context"><expected><component name="k"><value xsi:type="xsd:boolean">true</value></component>
 </expected></resultNode>
 <resultNode name="close"><expected><value xsi:type="xsd:decimal">1.00000000</value></expected></resultNode>
 <resultNode name="day"><expected><value xsi:type="xsd:date">2026-11-22</value></expected></resultNode>
 <resultNode name="other day"><expected><value xsi:type="xsd:date">2026-11-22</value></expected></resultNode>
 <resultNode name="error" errorResult="true"><expected><value xsi:nil="true"/></expected></resultNode>
 <resultNode name="silent" errorResult="true"><expected><value xsi:nil="true"/></expected></resultNode>
 <resultNode name="silent"><expected><value xsi:nil="true"/></expected></resultNode>
 <resultNode name="missing" errorResult="true"><expected><value xsi:nil="true"/></expected></resultNode>
 </testCase>
 <testCase id="2" type="decisionService" invocableName="both">
 <resultNode name="list"><expected><list><item><value xsi:type="xsd:string">x</value></item>
 <item><value xsi:nil="true"/></item></list></expected></resultNode></testCase></testCases>"""


def test_every_dmn_result_node_is_a_case(tmp_path: Path, known: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Values are compared as the suite does; where an error is expected, null alone does not pass; shares are told."""
    folder = tmp_path / "level" / "0001"
    folder.mkdir(parents=True)
    texts = {"list": '["x", null]', "context": "{k: a = 1}", "close": "1.000000001", "day": '@"2026-11-22"',
             "other day": '"2026-11-22"', "error": '1 + "x"', "silent": "null"}  # fmt: skip
    decisions = [dmn.decision(name, dmn.literal(text), data="a") for name, text in texts.items()]
    parts = (dmn.given("a", "number"), *decisions, dmn.service("both", outputs="list context"))
    (folder / "t.dmn").write_bytes(dmn.file(*parts))
    (folder / "t-01.xml").write_text(DMN_CASES)
    assert main(["dmn", str(tmp_path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    case = "level/0001/t-01/1"
    assert [line.partition(": ")[0] for line in lines[:3]] == [f"{case}/other day", f"{case}/silent", f"{case}/missing"]
    assert lines[1] == f"{case}/silent: expected an error, got null, but nothing was reported"
    assert lines[3:] == [
        "expecting a value: 5 of 6 passed (83.3 %)",
        "expecting null or an error: 2 of 4 passed (50.0 %)",
        "weak: 0001: 7 of 10",
        "7 passed, 3 failed",
    ]


def test_the_trace_language_counts_as_the_suite_says() -> None:
    """Tasks count each time, the marker once and only where it is asked for, data only as `String`."""
    trace = Trace(marker=True)
    texts = ["SCRIPT_task1", "SCRIPT_task1", "CREATE_MARKER_FILE", "CREATE_MARKER_FILE", "LOG_DATA", "CREATE_LOG_FILE"]
    for text in texts:
        assert trace.run(text, {}) == Ran()
    seen = Scope(element="task", data={"integerVariable": 2}, now=World(graphs=()).now)
    counted = trace.compile(" INCREMENT_INTEGER_VARIABLE_AND_LOG ", None).run(seen)
    assert counted == Ran(values={"integerVariable": Decimal(3)})
    assert trace.run("INCREMENT_INTEGER_VARIABLE", {"integerVariable": 2}) == counted
    trace.run("LOG_DATA", trace.run("SET_STRING_DATA", {}).values)
    assert trace.run("WAIT_TEN_SECONDS", {}).seconds == 10
    assert trace.run("THROW_ERROR", {}) == Ran(error=True)
    assert +trace.counts == {
        "SCRIPT_task1": 2,
        "CREATE_MARKER_FILE": 1,
        "LOG_DATA": 1,
        "INCREMENT_INTEGER_VARIABLE_AND_LOG": 1,
    }
