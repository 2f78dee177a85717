"""`hoso decision`: what passes, what is refused, and how a decision is explained."""

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.adapters.cli.conftest import ROOT

HOW_TO = ROOT / "docs/how-to/decisions.md"
FEES = ROOT / "docs/how-to/decisions/le-phi.dmn"
DATA = ROOT / "docs/how-to/decisions/ho-so.json"
NAMESPACE = 'xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/"'


def model(path: Path, body: str, *, name: str = "m", namespace: str = "urn:m") -> Path:
    """A model file with these elements."""
    text = f'<definitions {NAMESPACE} id="{name}" name="{name}" namespace="{namespace}">\n{body}\n</definitions>'
    path.write_text(text, encoding="utf-8")
    return path


def decision(id: str, feel: str, *requirements: str) -> str:
    """A decision with a literal expression."""
    numbered = enumerate(requirements)
    required = "".join(f'<informationRequirement id="{id}-{n}">{x}</informationRequirement>' for n, x in numbered)
    logic = f"<literalExpression><text>{feel}</text></literalExpression>"
    return f'<decision id="{id}" name="{id}">{required}{logic}</decision>'


def changed(path: Path, *changes: tuple[str, str]) -> Path:
    """The model of the fees with other text in places, each of which must be there."""
    text = FEES.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return path


def shown() -> list[tuple[list[str], str]]:
    """The commands of the how-to page with what it says that they print."""
    blocks = re.findall(r"```sh\n(.*?)```\n+```text\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)
    return [(shlex.split(command.replace("\\\n", " "))[1:], printed) for command, printed in blocks]


@pytest.mark.parametrize(("arguments", "printed"), shown())
def test_the_how_to_page(hoso, monkeypatch, arguments, printed):
    """Every command of the page prints what the page says."""
    monkeypatch.chdir(ROOT)
    result = hoso(*arguments)
    assert result.out + result.err == printed


def test_the_how_to_page_has_commands():
    """The check above sees the page's commands."""
    assert len(shown()) >= 8


def test_json(hoso):
    """--json gives the value, all decisions and the rules that fired, and nothing else on stdout."""
    result = hoso("decision", "evaluate", FEES, "--data", DATA, "--json")
    told = json.loads(result.out)
    assert (told["decision"], told["value"], told["decisions"]) == ("Lệ phí", 7500, {"Mức phí": 2500, "Lệ phí": 7500})
    assert told["fired"] == [
        {
            "decision": "Mức phí",
            "table": "bang_muc_phi",
            "hit_policy": "UNIQUE",
            "rules": [
                {
                    "rule": 3,
                    "id": "moi",
                    "inputs": {"Diện": "cá nhân", "Ngày nộp": "2026-11-21"},
                    "outputs": {"Mức phí": 2500},
                }
            ],
        }
    ]
    assert (told["problems"], told["failed"], result.err) == ([], False, "")


@pytest.mark.parametrize("asked", ["Mức phí", "muc_phi"])
def test_by_name_or_id(hoso, asked):
    """--decision is a name or an id."""
    assert hoso("decision", "evaluate", FEES, "--data", DATA, "--decision", asked).out.startswith("2500\n")


def test_unknown_decision(hoso):
    """A decision that is not there is named, with those that are."""
    result = hoso("decision", "evaluate", FEES, "--decision", "Phí")
    assert (result.code, result.out) == (1, "")
    assert "use one of: Lệ phí, Mức phí   [decision-unknown]" in result.err


def test_several_finals(hoso, tmp_path):
    """Where several decisions are required by no other, one must be named."""
    file = model(tmp_path / "m.dmn", decision("a", "1") + decision("b", "2"))
    result = hoso("decision", "evaluate", file)
    assert (result.code, "use --decision one of: a, b   [decision-ambiguous]" in result.err) == (1, True)
    assert hoso("decision", "evaluate", file, "--decision", "b").out == "2\n"


def test_given_in_vain(hoso):
    """An input that is missing is told, and so is the name that was perhaps meant for it."""
    result = hoso("decision", "evaluate", FEES, "--data", DATA, "--decision", "muc_phi", "--name", "x=1")
    assert result.err == ""
    result = hoso("decision", "evaluate", FEES, "--name", "So ban=3")
    assert (result.code, result.out.splitlines()[0]) == (0, "null")
    assert "`Số bản` is not given   [not-given]" in result.err
    assert result.err.endswith("Given, but not needed: So ban\n")


def test_contradiction(hoso, tmp_path):
    """Two rules of a UNIQUE table: null, both rules shown, exit code 6; the same in JSON."""
    file = changed(tmp_path / "m.dmn", ('&gt;= date("2026-07-01")', '&gt;= date("2020-07-01")'))
    arguments = ("decision", "evaluate", file, "--decision", "muc_phi")
    arguments += ("--name", 'Diện="x"', "--name", 'Ngày nộp="2021-01-01"')
    result = hoso(*arguments)
    assert (result.code, result.out.splitlines()[0]) == (6, "null")
    assert [line.split()[3] for line in result.out.splitlines()[3:]] == ["2", "3"]
    assert "rules 2 (cu), 3 (moi) apply together" in result.err
    assert result.err.endswith("[hit-policy-unique]\n")
    told = hoso(*arguments, "--json")
    assert (told.code, json.loads(told.out)["failed"], json.loads(told.err)["code"]) == (6, True, "hit-policy-unique")


def test_refused(hoso, tmp_path):
    """One problem is one line; several are listed with file and line; evaluating refuses as checking does."""
    one = changed(tmp_path / "one.dmn", ("Mức phí * Số bản", "Mức phí * (Số bản"))
    for verb in ("check", "evaluate"):
        result = hoso("decision", verb, one)
        assert (result.code, result.out, len(result.err.splitlines())) == (6, "", 1)
        assert result.err.startswith(f"{one}:45: Lệ phí: expected `)`")
    two = changed(tmp_path / "two.dmn", ("Mức phí * Số bản", "("), ('date("2026-07-01")', "=="))
    result = hoso("decision", "check", two)
    assert (result.code, "[decisions-refused]" in result.err) == (6, True)
    assert len(result.out.splitlines()) > 1
    assert all(line.startswith(f"{two}:") for line in result.out.splitlines())
    told = json.loads(hoso("decision", "check", two, "--json").out)
    assert (told["ok"], len(told["problems"])) == (False, len(result.out.splitlines()))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<a/>", "not-dmn"),
        (b"no xml", "xml-broken"),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "doctype"),
        (b"<a>" * 200 + b"</a>" * 200, "not-dmn"),
    ],
)
def test_hostile_files(hoso, tmp_path, content, code):
    """What is no decision model is refused with a line and a code."""
    (tmp_path / "m.dmn").write_bytes(content)
    result = hoso("decision", "check", tmp_path / "m.dmn")
    assert (result.code, result.out, f"[{code}]" in result.err) == (6, "", True)


def test_no_file(hoso, tmp_path):
    """A file that is not there is a failure, not a refusal."""
    assert hoso("decision", "check", tmp_path / "none.dmn").code == 1


def test_fuel(hoso):
    """Too little fuel ends the evaluation with exit code 6 and the place in the file."""
    result = hoso("decision", "evaluate", FEES, "--data", DATA, "--fuel", "3")
    assert (result.code, result.out, "[fuel]" in result.err) == (6, "", True)
    assert result.err.startswith(f"{FEES}:")


def test_services_and_knowledge(hoso, tmp_path):
    """--decision also finds decision services and knowledge models; check lists them with their parameters."""
    body = (
        '<inputData id="n" name="n"><variable name="n" typeRef="number"/></inputData>'
        + decision("twice", "2 * n", '<requiredInput href="#n"/>')
        + '<decisionService id="s" name="Service"><outputDecision href="#twice"/><inputData href="#n"/>'
        + "</decisionService>"
        + '<businessKnowledgeModel id="k" name="Known"><encapsulatedLogic><formalParameter name="x" typeRef="number"/>'
        "<literalExpression><text>x + 1</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>"
    )
    file = model(tmp_path / "m.dmn", body)
    assert hoso("decision", "evaluate", file, "--decision", "Service", "--name", "n=4").out.startswith("8\n")
    assert hoso("decision", "evaluate", file, "--decision", "k", "--name", "x=4").out == "5\n"
    items = json.loads(hoso("decision", "check", file, "--json").out)["items"]
    assert [(item["id"], item["needs"]) for item in items] == [
        ("twice", {"n": "number"}),
        ("s", {"n": "number"}),
        ("k", {"x": "number"}),
    ]


def test_imports(hoso, tmp_path):
    """An imported model is given with --import; without it the model is refused."""
    other = model(tmp_path / "other.dmn", decision("base", "20"), name="other", namespace="urn:other")
    body = '<import name="o" namespace="urn:other" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>'
    body += decision("sum", "o.base + 1", '<requiredDecision href="urn:other#base"/>')
    file = model(tmp_path / "m.dmn", body)
    alone = hoso("decision", "evaluate", file)
    assert (alone.code, "--import FILE" in alone.err) == (6, True)
    assert hoso("decision", "evaluate", file, "--import", other).out.startswith("21\n")


def test_vietnamese(hoso):
    """The command speaks Vietnamese."""
    result = hoso("--lang", "vi", "decision", "check", FEES)
    assert result.out.splitlines()[0].startswith("QUYẾT ĐỊNH")
    assert "không có vấn đề" in result.err
