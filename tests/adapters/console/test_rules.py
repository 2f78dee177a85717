"""Every code that a check can give is explained, in English and Vietnamese."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.cli import language
from adapters.console.rules import RULES, rule_of
from engine.bpmn.clauses import CLAUSES
from tests.adapters.cli.conftest import ROOT, Result

Hoso = Callable[..., Result]
CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# What adds a problem, and the place of the code among its arguments (None: the first text that is a code).
CALLS = {
    *("error", "warning", "refuse", "note", "breaks", "add", "told"),
    *("_error", "_problem", "_refuse", "_refused", "_unknown", "_broken", "_start_problem"),
    *("Problem", "Unreadable", "UnknownBox", "ScriptError"),
}
# Codes that are put together, and what can become of them.
JOINED = {
    "expression-{error.code}": "expression-",
    "{what}-target": ("input-target", "output-target"),
}
# Of a FEEL text, what can be refused as it is compiled (engine/feel/errors.py).
COMPILING = ("syntax", "unsupported", "foreign-language", "number-range", "text-bound", "node-bound", "depth-bound")
SOURCES = ("engine/bpmn", "engine/dmn", "engine/acts/deploy.py", "engine/acts/decisions.py", "engine/xml.py")
# Where problems are told that only a server, or folders of other bundles, know of.
CALLED = ("engine/acts/calls.py", "engine/required.py", "adapters/folders.py", "adapters/application/deploy.py")
# Other texts that stand where a code could: the parts of what is told, not its code.
NO_CODES = {"signal", "message", "error", "warning"}


def _files() -> Iterator[Path]:
    for source in (*SOURCES, *CALLED, "adapters/bundles.py"):
        path = ROOT / source
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def _codes(tree: ast.AST) -> Iterator[str]:
    """The codes in a module: of each call that adds a problem the first text that looks like one."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Return) and isinstance(call.value, ast.Tuple):  # `line, code, message, remedy`
            arguments: list[ast.expr] = call.value.elts if len(call.value.elts) == 4 else []
        elif isinstance(call, ast.Call) and _name(call.func) in {*CALLS, "replace"}:
            texts = call.args if _name(call.func) in CALLS else []  # `replace` may be that of a text
            arguments = [*(word.value for word in call.keywords if word.arg == "code"), *texts]
        else:
            continue
        yield from list(filter(None, map(_code, arguments)))[:1]


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _code(argument: ast.expr) -> str | None:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value if CODE.fullmatch(argument.value) and argument.value not in NO_CODES else None
    if isinstance(argument, ast.JoinedStr):
        text = ast.unparse(argument)[2:-1]
        return text if CODE.fullmatch(re.sub(r"\{[^}]*\}", "x", text)) else None
    return None


def emitted() -> dict[str, str]:
    """Every code that a check can give, with a file that gives it."""
    found: dict[str, str] = {}
    for path in _files():
        for code in _codes(ast.parse(path.read_text(encoding="utf-8"))):
            parts = JOINED.get(code, (code,)) if "{" in code else (code,)
            each = tuple(f"{parts}{end}" for end in COMPILING) if isinstance(parts, str) else parts
            found |= dict.fromkeys(each, path.relative_to(ROOT).as_posix())
    return found


def test_the_scan_finds_codes_of_every_kind() -> None:
    """Else a missing explanation would go unseen."""
    found = emitted()
    kinds = {"unreachable", "extension-unsupported", "expression-syntax", "form-component", "choice-target", "doctype"}
    kinds |= {"second-walk", "data-never-set", "input-target", "cycle", "hit-policy", "foreign-function", "role-unheld"}
    assert kinds <= set(found)
    assert not [code for code in found if "{" in code]
    assert len(found) > 150


def test_every_code_is_explained_and_nothing_else_is() -> None:
    """A new code needs its rule in adapters/console/rules, and its Vietnamese in the catalogue."""
    found = emitted()
    assert {code: file for code, file in found.items() if rule_of(code) is None} == {}
    assert sorted(set(RULES) - set(found)) == []


def test_every_rule_is_said_in_vietnamese() -> None:
    """Title, reason and remedy."""
    language.activate("vi")
    try:
        texts = [text for rule in RULES.values() for text in (rule.title, rule.why, rule.mend)]
        assert [text for text in texts if language._(text) == text] == []
    finally:
        language.activate("en")


def test_the_clauses_of_constraints_are_those_that_they_name() -> None:
    """What a refusal says and what its rule says is the same clause."""
    for path in sorted((ROOT / "engine/bpmn/constraints").glob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and _name(call.func) == "breaks":
                clause, code = call.args[1], call.args[2]
                assert isinstance(code, ast.Constant)
                assert code.value in CLAUSES
                if isinstance(clause, ast.Constant):
                    assert str(clause.value).split(",")[0] == CLAUSES[str(code.value)]


def test_a_rule_is_explained(hoso: Hoso) -> None:
    """What, why, the clause, how to mend it, and an example of each kind."""
    done = hoso("process", "explain", "condition-missing")
    assert done.code == 0
    for text in (
        "condition-missing: Each way of an exclusive gateway",
        "BPMN 2.0.2 §10.6.2",
        "How to mend it:",
        "Wrong:",
    ):
        assert text in done.out
    assert hoso("process", "explain", "[syntax]").out.startswith("expression-syntax: ")


def test_an_unknown_code_is_refused_with_the_nearest(hoso: Hoso) -> None:
    """Usage."""
    done = hoso("process", "explain", "condition-mising")
    assert (done.code, done.out) == (2, "")
    assert "did you mean condition-missing?" in done.err


def test_all_rules_are_listed(hoso: Hoso) -> None:
    """With title and clause."""
    done = hoso("process", "rules")
    assert all(code in done.out for code in RULES)
    assert "BPMN 2.0.2 §10.6.6" in done.out


@pytest.mark.parametrize("code", sorted(RULES))
def test_rules_are_written_for_people(code: str) -> None:
    """Titles are short and end without a stop; reasons and remedies are sentences."""
    rule = RULES[code]
    assert len(rule.title) <= 80
    assert not rule.title.endswith(".")
    assert rule.why.endswith(".")
    assert rule.mend.endswith(".")
    assert rule.right or not rule.wrong
