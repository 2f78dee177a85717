"""`hoso process check --with`: calls of other bundles, judged by the folders that are given."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from adapters.bundles import read_folder
from adapters.folders import Folders, definition
from engine.acts.deploy import CheckedBundle, check_bundle
from engine.bpmn import run
from tests.adapters.application.bundles import Bundle
from tests.adapters.application.test_calls import calling, support
from tests.adapters.cli.conftest import ROOT
from tests.pki import NOW


def put(folder: Path, files: Bundle) -> str:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return str(folder)


def checked(*arguments: str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "adapters", "process", "check", *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    return done.returncode, json.loads(done.stdout)


def problems(told: dict[str, Any]) -> list[tuple[str, str]]:
    return [(item["severity"], item["code"]) for item in told["problems"] if item["code"] != "not-comparable"]


def test_without_the_called_bundle_a_check_says_that_it_cannot_know(tmp_path: Path) -> None:
    """A warning with the remedy; with its folder, nothing is left to say."""
    own, other = put(tmp_path / "own", calling("goi", "ho-tro")), put(tmp_path / "other", support("one"))
    code, told = checked(own)
    assert (code, told["ok"], problems(told)) == (0, True, [("warning", "call-unresolved")])
    assert "--with DIR" in str(told["problems"])
    code, told = checked(own, "--with", other)
    assert (code, told["ok"], problems(told)) == (0, True, [])


def test_a_called_bundle_that_is_broken_is_named(tmp_path: Path) -> None:
    """The folder given with `--with` must be one that could be deployed."""
    own = put(tmp_path / "own", calling("goi", "ho-tro"))
    other = put(tmp_path / "other", {**support("one"), "forms/note.form": b"{"})
    command = [sys.executable, "-m", "adapters", "process", "check", own, "--with", other]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 6
    assert other in done.stderr


@pytest.mark.parametrize(("attributes", "element"), [("", "ho-tro@2/two"), ('versionTag="v1"', "ho-tro@1/one")])
def test_a_calling_bundle_runs_from_its_folders(tmp_path: Path, attributes: str, element: str) -> None:
    """For trials without a server: several folders of one process are its versions, in order."""
    bound = f'bindingType="versionTag" {attributes}' if attributes else ""
    folders = [put(tmp_path / "1", support("one", tag="v1")), put(tmp_path / "2", support("two"))]
    library = Folders()
    for folder in folders:
        library.add(*bundle(read_folder(Path(folder))))
    linked = definition(*bundle(calling("goi", "ho-tro", bound)), library)
    step = run.start(linked.graph, {}, now=NOW)
    assert list(step.state.open_tasks.values()) == [element]
    assert "note" in linked.home(element).forms


def bundle(files: Bundle) -> tuple[CheckedBundle, Bundle]:
    found = check_bundle(files)
    assert isinstance(found, CheckedBundle)
    return found, files
