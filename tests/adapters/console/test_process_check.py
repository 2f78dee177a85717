"""`hoso process check` tells every problem where it lies, for people, programs and code hosts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.adapters.cli.conftest import ROOT

PROCESS = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:test" id="d">
  <process id="p" isExecutable="true">
    <startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="t"/>
    <userTask id="t"/><sequenceFlow id="g" sourceRef="t" targetRef="e"/>
    <endEvent id="e"/>
  </process>
</definitions>
"""


def test_sarif_has_each_problem_with_its_place(tmp_path: Path) -> None:
    """A code host can show the problem at its line; the exit code says that the bundle is refused."""
    (tmp_path / "process.bpmn").write_text(PROCESS, encoding="utf-8")
    command = [sys.executable, "-m", "adapters", "process", "check", str(tmp_path), "--sarif"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 6
    (made,) = json.loads(done.stdout)["runs"]
    (result,) = made["results"]
    assert made["tool"]["driver"]["rules"] == [{"id": "no-candidates"}]
    assert (result["ruleId"], result["level"]) == ("no-candidates", "error")
    (place,) = result["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == f"{tmp_path.as_posix()}/process.bpmn"
    assert place["physicalLocation"]["region"] == {"startLine": 5}
    assert place["logicalLocations"] == [{"name": "t", "kind": "element"}]
    assert "nobody can do this task" in result["message"]["text"]
