"""What is refused: hostile files, and models that cannot mean anything, each with line, code and remedy."""

from __future__ import annotations

import contextlib
import time
from itertools import product

import pytest

from engine.dmn import DmnError, compile_model
from engine.feel import FeelError
from tests.engine.dmn.models import (
    MODEL,
    codes_of,
    compiled,
    component,
    context,
    decision,
    entry,
    file,
    given,
    item,
    knowledge,
    literal,
    service,
    table,
)

DEEP = "<list>" * 120 + "</list>" * 120
GOOD = decision("d", literal("1"))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "xml-broken"),
        (b"\x00\xff", "xml-broken"),
        (b"<a/>", "not-dmn"),
        (file(GOOD, model="urn:other"), "not-dmn"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]>' + file(GOOD), "doctype"),
        (
            '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'.encode("utf-16"),
            "doctype",
        ),
        (file(GOOD + " " * 1024 * 1024), "too-large"),
        (file(decision("d", DEEP)), "too-deep"),
        (file("<x/>" * 100_001), "too-many"),
        (file(GOOD, more=" ".join(f'xmlns:n{n}="urn:{n}"' for n in range(600))), "too-many"),
    ],
)
def test_a_file_that_may_not_be_read_is_refused(content: bytes, code: str) -> None:
    """Before anything is looked at, lenient or not."""
    with pytest.raises(DmnError) as refused:
        compile_model(content, strict=False)
    assert [problem.code for problem in refused.value.problems] == [code]


@pytest.mark.parametrize(
    ("part", "code"),
    [
        (decision("d", literal("1 +")), "syntax"),
        (decision("d", literal("x" * 5000)), "text-bound"),
        (decision("d", literal("(" * 100 + "1" + ")" * 100)), "depth-bound"),
        (decision("d", table(["1 + -> 2"])), "syntax"),
        (decision("d", table(["1 -> 2 +"])), "syntax"),
        (decision("d", table(["1 | 2 -> 3"])), "table"),
        (decision("d", table(["1 -> 2"], outputs="")), "table"),
        (decision("d", table(["1 -> 2 | 3"], outputs="a a")), "table"),
        (decision("d", table(["1 -> 2"], policy="BEST")), "hit-policy"),
        (decision("d", table(["1 -> 2"], policy="COLLECT", aggregation="MEAN")), "hit-policy"),
        (decision("d", table(["1 -> 2"]).replace("id=", 'preferredOrientation="CrossTable" id=', 1)), "cross-table"),
        (decision("d", literal("1").replace("<l", '<literalExpression expressionLanguage="urn:js" x="', 1)
                  .replace('x="iteralExpression', "", 1)), "expression-language"),
        (decision("d", "<functionDefinition kind='PMML'/>"), "foreign-function"),
        (decision("d", "<invocation/>"), "no-expression"),
        (decision("d", "<for/>"), "no-name"),
        (decision("d", context(entry("a", ""), entry("a", ""))), "duplicate"),
        (decision("d", context(entry("", literal("1")), entry("", literal("1")))), "no-name"),
        (decision("d", f"<relation><column name='a'/><row>{literal('1') * 2}</row></relation>"), "table"),
        (decision("d", literal("1"), needs="other"), "unknown-reference"),
        (decision("d", literal("1"), knows="other"), "unknown-reference"),
        (service("s", outputs="other"), "unknown-reference"),
        (GOOD + given("d"), "duplicate"),
        ("<decision/>", "no-name"),
    ],
)  # fmt: skip
def test_a_model_that_cannot_be_run_is_refused(part: str, code: str) -> None:
    """With a stable code; the line is that of the defect."""
    assert code in codes_of(file(part))


def test_a_defect_is_told_where_it_stands() -> None:
    """File, line and element; the line counts within an expression of several lines too."""
    content = file("\n\n", decision("d", literal("1 +\n\n  (")))
    with pytest.raises(DmnError) as refused:
        compile_model(content, source="fees.dmn")
    problem = refused.value.problems[0]
    assert (problem.source, problem.line, problem.element) == ("fees.dmn", 5, "d")
    assert str(problem).startswith("fees.dmn:5: d: ")


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        MODEL,
    ],
)
def test_every_version_of_the_standard_is_read(namespace: str) -> None:
    """DMN 1.1 to 1.5 differ in their namespace."""
    assert compile_model(file(GOOD, model=namespace)).evaluate("d", {}).value == 1


def test_messages_hold_no_data() -> None:
    """Neither of problems nor of faults."""
    model = compiled(
        given("x", "number"),
        decision("d", table(['"geheim" -> 1', '- -> 2 + "geheim"'], allowed='"geheim"'), data="x"),
        decision("e", literal("x + y.z")),
    )
    for name, data in (("d", {"x": "geheim"}), ("e", {"x": "geheim", "y": "geheim"})):
        evaluation = model.evaluate(name, data)
        assert evaluation.problems
        assert not any("geheim" in str(problem) for problem in evaluation.problems)


CHAIN = [decision("d0", literal("1"))] + [decision(f"d{i}", literal("1"), needs=f"d{i - 1}") for i in range(1, 2000)]
BIG = context(
    *(entry(f"b{i}", literal(f"[b{i - 1}, b{i - 1}]" if i else "[1]")) for i in range(13)), entry("", literal("b12"))
)
LOOP = decision("top", literal("for i in 1..9000 return s()"), knows="s")


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([*CHAIN, service("s", outputs="d1999"), LOOP], "fuel"),
        ([decision("b", BIG), *(decision(f"e{i}", literal("[b]"), needs="b") for i in range(500)),
          decision("top", literal("1"), needs=" ".join(f"e{i}" for i in range(500)))], "result-bound"),
        ([knowledge("f0", [], literal("1")),
          *(knowledge(f"f{i}", [], literal(f"f{i - 1}() + f{i - 1}()"), knows=f"f{i - 1}") for i in range(1, 30)),
          decision("top", literal("f29()"), knows="f29")], "fuel"),
    ],
    ids=["a service in a loop", "decisions that share a large value", "functions that double"],
)  # fmt: skip
def test_a_hostile_model_hits_a_bound_and_soon(parts: list[str], code: str) -> None:
    """Counted, not timed; the second is there so that a count that is missing somewhere shows."""
    model = compiled(*parts)
    began = time.process_time()
    with pytest.raises(FeelError) as refused:
        model.evaluate("top", {})
    assert refused.value.code == code
    assert time.process_time() - began < 5


def test_a_long_chain_of_decisions_is_evaluated() -> None:
    """Without recursion: two thousand steps are no depth."""
    evaluation = compiled(*CHAIN).evaluate("d1999", {})
    assert (evaluation.value, len(evaluation.decisions)) == (1, 2000)


WORDS = [" ".join(words) for words in product("ab", repeat=11)]


@pytest.mark.parametrize(
    ("content", "library"),
    [
        (file(*(item(f"f{i}", f'<functionItem outputTypeRef="f{i + 1}"><parameters name="a" typeRef="f{i + 2}"/>'
                     "</functionItem>") for i in range(5500))), b""),
        (file(*(f'<import name="n{i}" namespace="urn:lib"/>' for i in range(4000)),
              *(item(f"u{i}", f"<typeRef>n0.t{i}</typeRef>") for i in range(1000))),
         file(*(item(f"t{i}", "<typeRef>string</typeRef>") for i in range(3000)), namespace="urn:lib")),
        (file(*(item(f"t{i}", component(name, "string")) for i, name in enumerate(WORDS)),
              decision("d", context(*(entry(f"e{i}", literal("a b")) for i in range(2000))))), b""),
        (file(decision("d", context(*(entry(f"e{i}", literal("[" + "a b, " * 700 + "1]")) for i in range(270))))), b""),
    ],
    ids=["functions of functions", "one model imported often", "names of the same words", "texts at their bound"],
)  # fmt: skip
def test_a_hostile_file_is_compiled_or_refused_soon(content: bytes, library: bytes) -> None:
    """Whatever a file of the permitted size holds; the bounds stand in for a clock."""
    began = time.process_time()
    with contextlib.suppress(DmnError):
        compile_model(content, imports={"lib.dmn": library} if library else {})
    assert time.process_time() - began < 4
