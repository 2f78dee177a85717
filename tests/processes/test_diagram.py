"""bpmn.io's own library opens every process without a warning. Needs npm and chromium: `make system-test`."""

import base64
import hashlib
import html
import json
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.processes.drawing import read_drawing
from tests.processes.walk import KEYS, PROCESSES

VERSION = "18.31.1"
INTEGRITY = "sha512-Hc7LzrgwfcBRUAdI/380Q2v1MJ115atGEVGadawLfDbHdo+r+IkmNj8fuYPFmWglUYt1KYIaC46OeX16HGTKQw=="
CACHE = PROCESSES.parent / ".cache" / f"bpmn-js-{VERSION}"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--virtual-time-budget=10000",
)
PAGE = """<!doctype html><meta charset="utf-8"><div id="canvas" style="width:3000px;height:1200px"></div>
<pre id="result"></pre><script src="%(script)s"></script><script>
const show = (found) => { document.getElementById("result").textContent = JSON.stringify(found); };
const viewer = new BpmnJS({ container: "#canvas" });
viewer.importXML(%(xml)s).then(({ warnings }) => {
  const drawn = {};
  viewer.get("elementRegistry").forEach((element) => { drawn[element.id] = element.waypoints ? "line" : "shape"; });
  show({ warnings: warnings.map((warning) => warning.message), drawn });
}).catch((error) => show({ warnings: [error.message], drawn: {} }));
</script>"""


def program(*names: str, remedy: str) -> str:
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.fail(f"{names[0]} is missing; install it with: {remedy}")
    return found


@pytest.fixture(scope="session")
def bpmn_js() -> Path:
    """bpmn-js from npm, unpacked once into the cache and checked against the digest above."""
    script = CACHE / "package" / "dist" / "bpmn-viewer.production.min.js"
    if not script.exists():
        npm = program("npm", remedy="apt-get install npm")
        CACHE.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [npm, "pack", f"bpmn-js@{VERSION}"], cwd=CACHE, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            pytest.fail(f"npm could not fetch bpmn-js {VERSION}; check its registry setting: {done.stderr[-400:]}")
        packed = CACHE / f"bpmn-js-{VERSION}.tgz"
        digest = base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
        assert f"sha512-{digest}" == INTEGRITY, "the fetched bpmn-js is not the one that was reviewed"
        with tarfile.open(packed) as archive:
            archive.extractall(CACHE, filter="data")
    return script


@pytest.mark.system
@pytest.mark.parametrize("key", KEYS)
def test_a_process_opens_in_bpmn_io(key: str, bpmn_js: Path, tmp_path: Path) -> None:
    """The modeler's library imports the diagram with no warning and draws every node and every flow."""
    browser = program(*BROWSERS, remedy="apt-get install chromium")
    xml = (PROCESSES / key / "process.bpmn").read_bytes()
    page = tmp_path / "page.html"
    text = json.dumps(xml.decode()).replace("<", "\\u003c")
    page.write_text(PAGE % {"script": bpmn_js.as_uri(), "xml": text}, encoding="utf-8")
    command = [browser, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    found = re.search(r'<pre id="result">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, f"the browser showed no result: {done.stderr[-400:]}"
    result = json.loads(html.unescape(found.group(1)))
    assert result["warnings"] == []
    drawing = read_drawing(xml)
    assert {node for node, kind in result["drawn"].items() if kind == "shape"} >= drawing.nodes | drawing.lanes.keys()
    assert {flow for flow, kind in result["drawn"].items() if kind == "line"} == drawing.flows.keys()
