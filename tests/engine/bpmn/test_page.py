"""The page of constructs says what is there: every construct has its clause, its module and its proof."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple, get_args

import pytest

from engine.bpmn import graph
from engine.bpmn.graph import Node
from engine.bpmn.nodes import events
from engine.bpmn.triggers import Trigger

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "reference" / "bpmn.md"
MODULES, TESTS = ROOT / "engine" / "bpmn", ROOT / "tests" / "engine" / "bpmn"
_CODE = re.compile(r"`([^`]+)`")
_CLAUSE = re.compile(r"§(?:8|9|10|13)(?:\.\d{1,2}){1,2}")
_WITHOUT_KIND = ("transaction", "manualTask")
"""Elements that share a node class with another."""
_TRIGGERS = {
    "message": "Message", "timer": "Timer", "signal": "Signal", "conditional": "Condition", "error": "Error",
    "escalation": "Escalation", "compensate": "Compensation", "cancel": "Cancel", "link": "Link",
    "terminate": "Terminate",
}  # fmt: skip
_PLACES = {
    "startEvent of an event subprocess": events._WITHIN,
    "intermediateCatchEvent": events._CATCHES,
    "intermediateThrowEvent": events._THROWS,
    "boundaryEvent": events._AT_BORDERS,
    "endEvent": events._ENDS,
}


class Row(NamedTuple):
    """One construct."""

    construct: str
    says: str
    clauses: str
    modules: str
    proof: str


def rows() -> Iterator[Row]:
    """The rows of all tables of the page."""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[0] != "construct" and not set(line) <= set("|- "):
            yield Row(*cells)


ROWS = list(rows())


@cache
def functions(path: Path) -> frozenset[str]:
    """The tests of a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.construct)
def test_a_construct_has_its_clause_its_module_and_its_proof(row: Row) -> None:
    """Each of them exists."""
    assert row.says.rstrip(" abcdefghijklmnopqrstuvwxyz[]").endswith("."), "a sentence"
    clauses = [clause.strip() for clause in row.clauses.split(",")]
    assert all(_CLAUSE.fullmatch(clause) for clause in clauses), row.clauses
    modules, proof = _CODE.findall(row.modules), _CODE.findall(row.proof)
    assert modules
    assert proof
    for module in modules:
        assert (MODULES / module).is_file(), module
    for test in proof:
        path, _, name = test.partition("::")
        assert name in functions((TESTS / path).resolve()), test


def test_every_kind_of_node_is_in_the_table() -> None:
    """Each class of the graph, and what shares a class with another."""
    told = {code for row in ROWS for code in _CODE.findall(row.construct)}
    kinds = {kind for each in vars(graph).values() if isinstance(each, type) and issubclass(each, Node)
             if (kind := each.kind)}  # fmt: skip
    assert kinds >= {"userTask", "complexGateway", "boundaryEvent"}
    assert {*kinds, *_WITHOUT_KIND} <= told


@pytest.mark.parametrize("place", _PLACES)
def test_every_trigger_is_in_the_table_at_every_place_where_it_is_read(place: str) -> None:
    """The reader's own lists are asked, so that a new one is missed here."""
    constructs = [row.construct.replace("`", "") for row in ROWS]
    for kind in _PLACES[place]:
        told = [construct for construct in constructs if place in construct and _TRIGGERS[kind] in construct]
        assert told, f"{kind} at {place}"


def test_no_trigger_is_unknown_here() -> None:
    """All that the kernel knows."""
    assert {kind.__name__ for kind in get_args(Trigger)} == set(_TRIGGERS.values())


def test_every_letter_leads_to_our_reading_and_back() -> None:
    """What is said to be our reading is told below, and nothing is told that no row names."""
    named = set(re.findall(r" \[([a-z])\] \|", PAGE.read_text(encoding="utf-8")))
    told = set(re.findall(r"^- \*\*\[([a-z])\]", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert named
    assert named == told
