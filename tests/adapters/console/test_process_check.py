"""`hoso process check` tells every problem where it lies, for people, programs and code hosts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters import bundles
from adapters.cli.language import activate
from engine.acts.deploy import CheckedBundle
from engine.bpmn.problems import Problem
from tests.adapters.application.bundles import bundle, task
from tests.adapters.cli.conftest import Result
from tests.engine.bpmn.models import chain, end, flow, mapping, script, service, start_event, user, xor

Hoso = Callable[..., Result]
PROCESS = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:test" id="d">
  <process id="p" isExecutable="true">
    <startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="t"/>
    <userTask id="t" name="Kiểm tra"/><sequenceFlow id="g" sourceRef="t" targetRef="e"/>
    <endEvent id="e"/>
  </process>
</definitions>
"""
SIMPLE = start_event() + task("t", "clerk") + end() + chain("s", "t", "e")
SPACED = '<bpmn:laneSet id="ls"><bpmn:lane id="l" name=" A "><bpmn:flowNodeRef>t</bpmn:flowNodeRef></bpmn:lane>'
SPACED += "</bpmn:laneSet>"
"""A lane that the second engine reads otherwise: it takes the spaces off the name."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bundle whose task nobody can do."""
    made = tmp_path / "my process"
    made.mkdir()
    (made / "process.bpmn").write_text(PROCESS, encoding="utf-8")
    return made


def written(folder: Path, files: Any) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_a_problem_is_told_as_a_compiler_does(hoso: Hoso, folder: Path) -> None:
    """Place, what is wrong, the line of the file with what is meant, the rule, how to mend it; then how many."""
    done = hoso("process", "check", folder)
    assert done.code == 6
    assert done.out.splitlines() == [
        f"{folder}/process.bpmn:5:5: error: nobody can do this task: it stands in no named lane and has no assignment "
        "[no-candidates]",
        '     5 |     <userTask id="t" name="Kiểm tra"/><sequenceFlow id="g" sourceRef="t" targetRef="e"/>',
        "       |     ^~~~~~~~~",
        "  = element: t (Kiểm tra)",
        "  = rule: Somebody can do each user task; hoso process explain no-candidates",
        "  = mend: put it into a lane, or give it candidate groups",
    ]
    assert done.err.strip() == (
        f"{folder}: 1 error(s), 0 warning(s); it cannot be deployed; mend what is listed above   [bundle-refused]"
    )


def test_in_vietnamese_the_rule_stands_before_the_english_detail(
    hoso: Hoso, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads no English knows what it is about, and what to do by `explain`."""
    monkeypatch.setenv("HOSO_LANG", "vi")
    activate("vi")
    done = hoso("process", "check", folder)
    assert ":5:5: lỗi: Nhiệm vụ nào cũng phải có người làm được: nobody can do this task" in done.out
    assert "1 lỗi, 0 cảnh báo" in done.err


def test_text_of_a_file_never_reaches_the_terminal_raw(hoso: Hoso, folder: Path) -> None:
    """A file may hold marks that reorder what is seen; colours are for terminals alone."""
    (folder / "process.bpmn").write_text(PROCESS.replace("Kiểm tra", "x\u202e&#127;"), encoding="utf-8")
    done = hoso("process", "check", folder)
    assert "\u202e" not in done.out
    assert "\\u202e" in done.out
    assert "\x1b" not in done.out


def test_json_has_the_same(hoso: Hoso, folder: Path) -> None:
    """For programs."""
    done = hoso("process", "check", folder, "--json")
    told = json.loads(done.out)
    assert (done.code, told["ok"]) == (6, False)
    (problem,) = told["problems"]
    assert problem == {
        "severity": "error",
        "file": "process.bpmn",
        "line": 5,
        "column": 5,
        "element": "t",
        "name": "Kiểm tra",
        "code": "no-candidates",
        "message": "nobody can do this task: it stands in no named lane and has no assignment",
        "rule": "",
        "remedy": "put it into a lane, or give it candidate groups",
    }


def test_sarif_has_each_problem_with_its_place(hoso: Hoso, folder: Path) -> None:
    """A code host can show the problem at its place, with what the rule says (SARIF 2.1.0 §3.27, §3.30, §3.49)."""
    done = hoso("process", "check", folder, "--sarif")
    assert done.code == 6
    sarif = json.loads(done.out)
    assert (sarif["version"], sarif["$schema"].endswith("sarif-schema-2.1.0.json")) == ("2.1.0", True)
    (made,) = sarif["runs"]
    (result,) = made["results"]
    (rule,) = made["tool"]["driver"]["rules"]
    assert rule["id"] == "no-candidates"
    assert rule["shortDescription"] == {"text": "Somebody can do each user task"}
    assert "How to mend it: Put the task into a lane" in rule["help"]["text"]
    assert (result["ruleId"], result["ruleIndex"], result["level"]) == ("no-candidates", 0, "error")
    (place,) = result["locations"]
    uri = (folder / "process.bpmn").as_uri()
    assert "%20" in uri
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": uri, "index": 0},
        "region": {"startLine": 5, "startColumn": 5, "endColumn": 14},
    }
    assert made["artifacts"] == [{"location": {"uri": uri}}]
    assert place["logicalLocations"] == [{"name": "Kiểm tra", "fullyQualifiedName": "t", "kind": "element"}]
    assert "nobody can do this task" in result["message"]["text"]


def test_sarif_has_a_region_for_every_problem(hoso: Hoso, tmp_path: Path) -> None:
    """Rules are there once, in order; every index leads to its own."""
    made = written(tmp_path, bundle("p", SIMPLE.replace("clerk", "${x}") + user("u", attributes='camunda:foo="1"')))
    run = json.loads(hoso("process", "check", made, "--sarif").out)["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == sorted(set(rules))
    assert len(run["results"]) >= 3
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        region = result["locations"][0]["physicalLocation"]["region"]
        assert 0 < region["startColumn"] < region["endColumn"]


def test_a_disagreement_shows_both_paths_and_passes_with_a_reason(hoso: Hoso, tmp_path: Path) -> None:
    """Without one it refuses; the reason stands with the warning."""
    made = written(tmp_path, bundle("p", SPACED + SIMPLE))
    refused = hoso("process", "check", made)
    assert refused.code == 6
    assert "only ours t in  A , only SpiffWorkflow's t in A [second-reading]" in refused.out
    passed = hoso("process", "check", made, "--although", "spaces only")
    assert (passed.code, "= note: deployed although: spaces only" in passed.out) == (0, True)
    for reason in ("", "  ", "x" * 1001):
        assert hoso("process", "check", made, "--although", reason).code == 2


def _checked(files: Any) -> tuple[Problem, ...]:
    checked = bundles.check(files)
    return checked.warnings if isinstance(checked, CheckedBundle) else checked


def _first(files: Any, code: str) -> tuple[str, str]:
    """The file of the first problem of that code, and what of it is underlined."""
    problem = next(problem for problem in _checked(files) if problem.code == code)
    line = files[problem.file].decode().split("\n")[problem.line - 1]
    assert problem.column
    return problem.file, line[problem.column - 1 :][: problem.length]


FORM = '<zeebe:formDefinition formId="{}" />'
DECIDES = '<bpmn:businessRuleTask id="r" camunda:decisionRef="fees" camunda:resultVariable="x" />'
SPLIT = start_event() + xor("g", 'default="g_e"') + end() + end("f") + chain("s", "g", "e")
PICKER = b'{"id": "f", "components": [\n  {"type": "filepicker", "key": "k"}]}'


@pytest.mark.parametrize(
    ("body", "more", "code", "file", "meant"),
    [
        (start_event() + user("t", attributes='camunda:asignee="an"') + end() + chain("s", "t", "e"), {},
         "extension-unsupported", "process.bpmn", 'camunda:asignee="an"'),
        (SIMPLE.replace('name="t"', 'name="t" hoso:signature="approval"', 1).replace(
            "<bpmn:userTask", '<bpmn:userTask xmlns:hoso="urn:hoso"'), {},
         "hoso-attribute", "process.bpmn", 'hoso:signature="approval"'),
        (SIMPLE + user("loose1") + user("loose2") + chain("loose1", "loose2", "loose1"), {},
         "unreachable", "process.bpmn", "<bpmn:userTask"),
        (SPLIT + flow("g", "f", '=decision == "approve"'), {}, "expression-syntax", "process.bpmn", "="),
        (start_event() + script("c", "a +") + end() + chain("s", "c", "e"), {},
         "expression-syntax", "process.bpmn", "+"),
        (start_event() + user("t", FORM.format("nope")) + end() + chain("s", "t", "e"), {},
         "form-unknown", "process.bpmn", "nope"),
        (start_event() + user("t", FORM.format("f")) + end() + chain("s", "t", "e"), {"forms/scan.form": PICKER},
         "form-component", "forms/scan.form", '"filepicker"'),
        (start_event() + DECIDES + end() + chain("s", "r", "e"), {}, "decision-unknown", "process.bpmn", "fees"),
        (start_event() + service("l", "hoso.fax") + end() + chain("s", "l", "e"), {},
         "job-type-unknown", "process.bpmn", "hoso.fax"),
        (start_event() + '<bpmn:userTask id="t" />' + end() + chain("s", "t", "e"), {},
         "no-candidates", "process.bpmn", "<bpmn:userTask"),
        (start_event() + user("t", FORM.format("decide") + mapping("input x: =decison")) + end()
         + chain("s", "t", "e"), {}, "data-never-set", "process.bpmn", "decison"),
    ],
)  # fmt: skip
def test_each_kind_is_found_at_its_place(body: str, more: Any, code: str, file: str, meant: str) -> None:
    """Unknown attributes, what is unreachable, expressions, forms, decisions, tasks that nobody can do, data."""
    assert _first({**bundle("p", body), **more}, code) == (file, meant)


def test_a_condition_that_does_not_compile_is_told_once() -> None:
    """Not again as a condition that is missing."""
    found = _checked(bundle("p", SPLIT + flow("g", "f", "=a ==")))
    assert [problem.code for problem in found] == ["expression-syntax"]
