"""Whatever is given to whatever function or operator: a value, null with a problem, or a bound; nothing else."""

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feel import FeelError, compile_expression, to_json
from engine.feel.builtins import BUILTINS

# What is odd of each kind: the ends of ranges, empty ones, mixed ones, those of other kinds than expected.
VALUES = (
    *("null", "true", "false", "0", "-0", "1", "-1", "2", "0.5", "1e6144", "-1e6144", "1e-6143"),
    *(
        "9999999999999999999",
        "1e30",
        "1234567890123456789012345678901234",
        '""',
        '"a"',
        '"đ😀"',
        '"(a|b)*"',
        '"[1..5]"',
        '"1 000,5"',
        '"x"',
    ),
    *('"2026-11-22"', '"P1D"', '"$1"', '"\\\\"', '"[a-z-[b]]"', '"\\\\p{Lu}"', "s", "many", "deep", "c"),
    *(
        "[]",
        "[null]",
        "[1, 2, 3]",
        '["b", "a"]',
        '[1, "a", null, true]',
        "[[1], [2, [3]]]",
        "{}",
        '{a: 1, "b c": null}',
    ),
    *('[{key: "a", value: 1}]', "[1..5]", "]1..5[", "(< 5)", "(>= 5)", "(= 5)", "(!= 5)", '["a".."b"]', "(null..5)"),
    *('@"2026-11-22"', '@"-999999999-01-01"', '@"999999999-12-31"', '@"10:00:00"', '@"10:00:00@Asia/Ho_Chi_Minh"'),
    *('@"2026-11-22T10:00:00Z"', '@"2026-11-22T10:00:00"', '@"P1D"', '@"-P3650000D"', '@"P999999999Y"', '@"PT0.001S"'),
    *("(function() 1)", "(function(x) x)", "(function(x, y) x < y)", "(function(x, y) null)", "abs", "sort"),
)
DATA: dict[str, object] = {
    "s": "x y\n" * 300,
    "many": list(range(300)),
    "deep": [[[[[[1]]]]]] * 5,
    "c": {"a": {"b": 1}},
}
OPERATORS = ("+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in")
PROPERTIES = ("a", "year", "weekday", "hour", "time offset", "timezone", "days", "months", "start", "end included", "x")


def _bounded(text: str) -> None:
    """Evaluate it: an answer or a FeelError, soon."""
    expression = compile_expression(text)
    began = time.process_time()
    with contextlib.suppress(FeelError):
        to_json(expression.evaluate(DATA))
    assert time.process_time() - began < 2


@pytest.mark.parametrize("name", sorted(BUILTINS))
def test_a_function_takes_anything(name: str) -> None:
    """Each function, with one argument of every kind, alone and before and after another."""
    for value in VALUES:
        for arguments in (value, f"{value}, 1", f'"a", {value}', f"[1, 2], {value}", f"{value}, {value}, {value}"):
            _bounded(f"{name}({arguments})")


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(sorted(BUILTINS)), st.lists(st.sampled_from(VALUES), max_size=4))
def test_any_call_is_answered_or_bounded(name: str, arguments: list[str]) -> None:
    """Any function with any arguments."""
    _bounded(f"{name}({', '.join(arguments)})")


@pytest.mark.parametrize("operator", OPERATORS)
def test_an_operator_takes_anything(operator: str) -> None:
    """Each operator between values of all kinds."""
    for left in VALUES:
        for right in VALUES:
            _bounded(f"({left}) {operator} ({right})")


def test_anything_may_stand_anywhere() -> None:
    """Values of all kinds as base, filter, iterated, tested, called, and asked for a property."""
    for value in (f"({value})" for value in VALUES):
        for text in (
            *(f"{value}.{name}" for name in PROPERTIES),
            *(f"{value}[1]", f"[1, 2]{value}", f"[3, 2][{value}]", f"for i in {value} return i", f"-{value}"),
            *(f"some i in {value} satisfies i", f"if {value} then 1 else 2", f"{value} between 1 and {value}"),
            *(f"for i in 1..{value} return i", f"]{value}..{value}]", f"{value} instance of list<number>"),
            *(f"5 in ({value}, < {value})", f"{{k: {value}}}.k", f"for i in ]{value}..{value}[ return i"),
        ):
            _bounded(text)
