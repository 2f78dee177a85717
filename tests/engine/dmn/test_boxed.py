"""Boxed expressions: each means what FEEL's text of it means."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.engine.dmn.models import compiled, context, decision, entry, evaluated, function, knowledge, literal, numbers


def part(tag: str, logic: str) -> str:
    return f"<{tag}>{logic}</{tag}>"


LIST = literal("[1, 2, 3, 4]")


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        (literal("1 + 1"), Decimal(2)),
        (literal(" "), None),
        (context(entry("a", literal("1")), entry("b c", literal("a + 1"))), {"a": Decimal(1), "b c": Decimal(2)}),
        (context(entry("a", literal("1")), entry("", literal("a + 1"))), Decimal(2)),
        (context(entry("a", literal("1"), "string")), {"a": None}),
        (f"<list>{literal('1')}{literal('2')}</list>", numbers(1, 2)),
        (f"<relation><column name='a'/><column name='b'/><row>{literal('1')}{literal('a')}</row></relation>",
         [{"a": Decimal(1), "b": "outer"}]),
        (f"<conditional>{part('if', literal('true'))}{part('then', literal('1'))}{part('else', literal('2'))}"
         "</conditional>", Decimal(1)),
        (f"<conditional>{part('if', literal('null'))}{part('then', literal('1'))}{part('else', literal('2'))}"
         "</conditional>", Decimal(2)),
        (f"<filter>{part('in', LIST)}{part('match', literal('item > 2'))}</filter>", numbers(3, 4)),
        (f"<for iteratorVariable='n'>{part('in', LIST)}{part('return', literal('n + count(partial)'))}</for>",
         numbers(1, 3, 5, 7)),
        (f"<some iteratorVariable='n'>{part('in', LIST)}{part('satisfies', literal('n > 3'))}</some>", True),
        (f"<every iteratorVariable='n'>{part('in', LIST)}{part('satisfies', literal('n > 3'))}</every>", False),
        (context(entry("f", function(literal("n * 2"), "n")), entry("", literal("f(4)"))), Decimal(8)),
    ],
)  # fmt: skip
def test_a_boxed_expression_has_its_value(logic: str, expected: object) -> None:
    """Each kind of DMN 1.5 §10.2.2; cells of a relation do not see each other."""
    assert evaluated(logic, {"a": "outer"}).value == expected


@pytest.mark.parametrize(
    "logic",
    [
        f"<filter>{part('in', LIST)}{part('match', literal('upper case(string(item))'))}</filter>",
        f"<some iteratorVariable='n'>{part('in', LIST)}{part('satisfies', literal('n'))}</some>",
        f"<every iteratorVariable='n'>{part('in', LIST)}{part('satisfies', literal('n'))}</every>",
    ],
)
def test_a_boxed_condition_must_be_boolean(logic: str) -> None:
    """Else the whole is null, and reported."""
    evaluation = evaluated(logic)
    assert (evaluation.value, len(evaluation.problems)) == (None, 1)


def test_an_invocation_names_its_arguments() -> None:
    """The binding's order does not matter, an unknown name does."""

    def invocation(*names: str) -> str:
        bindings = "".join(
            f"<binding><parameter name='{name}'/>{literal(str(i))}</binding>" for i, name in enumerate(names)
        )
        return f"<invocation>{literal('minus')}{bindings}</invocation>"

    for names, expected in (("ab", Decimal(-1)), ("ba", Decimal(1)), ("ac", None)):
        model = compiled(
            knowledge("minus", ["a", "b"], literal("a - b")), decision("d", invocation(*names), knows="minus")
        )
        assert model.evaluate("d", {}).value == expected


def test_a_function_of_another_language_is_refused_when_it_is_called() -> None:
    """Strictly the model is not deployed; leniently only the call is a fault."""
    foreign = entry("f", function(literal("1"), kind="Java"))
    evaluation = evaluated(context(foreign, entry("", literal("f()"))), strict=False)
    assert (evaluation.value, evaluation.failed) == (None, True)
    assert [problem.code for problem in evaluation.problems] == ["foreign-function"]
