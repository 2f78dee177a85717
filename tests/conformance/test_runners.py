"""The conformance runners: what they print, when they are red, and that they judge as the suites say."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.conformance import report as reports
from tests.conformance.__main__ import main
from tests.conformance.report import Known, Report, Result
from tests.conformance.trace import Ran, Trace
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

SEQUENCE = file(start_event() + user("x") + end() + chain("s", "x", "e"))
NO_START = file(user("x") + end() + chain("x", "e"))


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
    folder = suite(tmp_path / "s", {"a.bpmn": SEQUENCE, "b.bpmn": NO_START, "c.bpmn": stuck}, cases)
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
    (folder / "good.bpmn").write_bytes(NO_START)
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


def test_every_dmn_result_node_is_a_case(tmp_path: Path, known: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Values, lists, contexts, nulls and errors are read as the suite writes them; both shares are told."""
    folder = tmp_path / "level" / "0001"
    folder.mkdir(parents=True)
    (folder / "t-01.xml").write_text(
        """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"
        xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
        <modelName>t.dmn</modelName><testCase id="1">
        <inputNode name="a"><value xsi:type="xsd:decimal">1</value></inputNode>
        <resultNode name="r1" type="decision"><expected><list><item><value xsi:type="xsd:string">x</value></item>
        <item><value xsi:nil="true"/></item></list></expected></resultNode>
        <resultNode name="r2" type="decision"><expected><component name="k"><value xsi:type="xsd:boolean">true</value>
        </component></expected></resultNode>
        <resultNode name="r3" errorResult="true" type="decision"><expected><value xsi:nil="true"/></expected>
        </resultNode>
        </testCase></testCases>"""
    )
    main(["dmn", str(tmp_path)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "level/0001/t-01/1/r1: expected ['x', None], got NoDecisionEngine: no decision engine yet"
    assert lines[1].startswith("level/0001/t-01/1/r2: expected {'k': True}")
    assert lines[2].startswith("level/0001/t-01/1/r3: expected an error")
    assert lines[3:] == [
        "expecting a value: 0 of 2 passed (0.0 %)",
        "expecting null or an error: 0 of 1 passed (0.0 %)",
        "0 passed, 3 failed",
    ]


def test_the_trace_language_counts_as_the_suite_says() -> None:
    """Tasks count each time, the marker once and only where it is asked for, data only as `String`."""
    trace = Trace(marker=True)
    texts = ["SCRIPT_task1", "SCRIPT_task1", "CREATE_MARKER_FILE", "CREATE_MARKER_FILE", "LOG_DATA", "CREATE_LOG_FILE"]
    for text in texts:
        assert trace.run(text, {}) == Ran()
    assert trace.run(" INCREMENT_INTEGER_VARIABLE_AND_LOG ", {"integerVariable": 2}) == Ran(data={"integerVariable": 3})
    assert trace.run("INCREMENT_INTEGER_VARIABLE", {"integerVariable": 2}) == Ran(data={"integerVariable": 3})
    trace.run("LOG_DATA", trace.run("SET_STRING_DATA", {}).data)
    assert (trace.run("WAIT_TEN_SECONDS", {}).seconds, trace.run("THROW_ERROR", {}).error) == (10, True)
    assert +trace.counts == {
        "SCRIPT_task1": 2,
        "CREATE_MARKER_FILE": 1,
        "LOG_DATA": 1,
        "INCREMENT_INTEGER_VARIABLE_AND_LOG": 1,
    }
