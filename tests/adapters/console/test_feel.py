"""`hoso feel`: what it prints, where it points, and how it ends."""

import json
import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.console.notation import plain, type_name, written
from adapters.console.trial import caret, names_of
from engine.feel import compile_expression
from tests.adapters.cli.conftest import ROOT

# What docs/reference/feel.md says of the language.
DOCUMENTED = [
    ("0.1 + 0.2 = 0.3", "true"),
    ("2026-11-21", "1994"),
    ("2 ** 3 ** 2", "64"),
    ("=-3 ** 2", "9"),
    ("[1, 2, 3][-1]", "3"),
    ("[1] + 1", "null"),
    ("[{age: 20}, {age: 3}][age >= 18].age", "[20]"),
    ('{tên: "Lan", "số bản": 3}.số bản', "3"),
    ("for x in [1, 2], y in 1..3 return x * y", "[1, 2, 3, 2, 4, 6]"),
    ("for i in 3..1 return i", "[3, 2, 1]"),
    ("for i in 1..3 return count(partial)", "[0, 1, 2]"),
    ('@"2026-11-21".weekday', "6"),
    ('@"2026-11-21T08:30:00" = @"2026-11-21T08:30:00Z"', "false"),
    ('@"P1M" < @"P40D"', "null"),
    ("false and null", "false"),
    ("true or 1", "true"),
    ("true and null", "null"),
    ("not(null)", "null"),
    ('1 = "1"', "null"),
    ("null = 1", "false"),
    ("if null then 1 else 2", "2"),
    ("5 in (< 3, > 4)", "true"),
    ('substring(string: "Hoso", start position: 2)', '"oso"'),
    ("1 // one", "1"),
]


@pytest.mark.parametrize(("expression", "value"), DOCUMENTED)
def test_documented(hoso, expression, value):
    """The language is what its page says."""
    result = hoso("feel", expression)
    assert (result.code, result.out) == (0, value + "\n")


def test_null_says_why(hoso):
    """A value that became null is told with the place; it is no failure."""
    result = hoso("feel", "1 + tên")
    assert (result.code, result.out) == (0, "null\n")
    assert result.err.startswith("line 1, column 5: there is no `tên`\n")


def test_refused_with_a_caret(hoso):
    """What is no FEEL is refused with exit code 6, its line and a caret under the place."""
    result = hoso("feel", "1 +\n  quận )")
    assert (result.code, result.out) == (6, "")
    assert "[syntax]" in result.err.splitlines()[0]
    assert result.err.splitlines()[1:] == ["    quận )", "         ^"]


def test_out_of_fuel(hoso):
    """Too many operations end the trial with exit code 6; --fuel is the bound."""
    assert hoso("feel", "1 + 1", "--fuel", "1").code == 0
    result = hoso("feel", "1 + 1 + 1", "--fuel", "1")
    assert (result.code, "[fuel]" in result.err) == (6, True)


def test_data_and_names(hoso, tmp_path):
    """Keys of the data are names with their spaces and symbols; --name goes before the file and is FEEL."""
    file = tmp_path / "data.json"
    file.write_text('{"Họ tên": "Lan", "list": [{"re-opened": 2}], "n": 1}', encoding="utf-8")
    asked = "[Họ tên, list[1].re-opened, n, d.year]"
    result = hoso("feel", asked, "--data", file, "--name", "n=7", "--name", 'd=@"2026-11-21"')
    assert (result.out, result.err) == ('["Lan", 2, 7, 2026]\n', "")


@pytest.mark.parametrize("name", ["x", "=1", "x=Lan", "x=1 +", "x=${a}"])
def test_bad_names(hoso, name):
    """A --name without a name or with a value that is no FEEL is bad usage."""
    result = hoso("feel", "1", "--name", name)
    assert (result.code, result.out, "[bad-name]" in result.err) == (2, "", True)


@pytest.mark.parametrize(
    ("tests", "value", "answer"),
    [
        ("[1..5], > 100", "7", "false"),
        ("[1..5], > 100", "101", "true"),
        ('not("a", "b")', '"c"', "true"),
        ('ends with(?, "-TB")', '"12-TB"', "true"),
        ("< limit", "2", "true"),
        ("-", "null", "true"),
        ("< 5", '"a"', "null"),
    ],
)
def test_cells(hoso, tests, value, answer):
    """--test takes the expression as a cell of a decision table."""
    assert hoso("feel", tests, "--test", value, "--name", "limit=3").out == answer + "\n"


def test_json(hoso):
    """--json gives value, type, problems and fuel, and nothing else on stdout."""
    result = hoso("feel", '[@"2026-11-21", [1..2], x]', "--json")
    told = json.loads(result.out)
    assert told["value"] == ["2026-11-21", "[1..2]", None]
    assert told["type"] == "list"
    assert told["problems"] == [{"line": 1, "column": 25, "message": "there is no `x`"}]
    assert told["fuel"] > 0
    assert result.err == ""
    assert json.loads(hoso("feel", "1 +", "--json").err)["code"] == "syntax"


def test_now(hoso):
    """now() answers the time of --now in its zone; a time without zone is bad usage."""
    at = "2026-11-21T06:00:00+07:00"
    assert hoso("feel", "[now(), today()]", "--now", at).out == f'[@"{at}", @"2026-11-21"]\n'
    assert hoso("feel", "1", "--now", "2026-11-21T06:00:00").code == 2


def piped(*arguments: str, stdin: bytes) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "tests.adapters.cli.start", "feel", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, cwd=ROOT, timeout=60, check=False)


def test_stdin():
    """- reads the expression, or the data; not both; bytes that are no text are refused."""
    assert piped("-", stdin="\ufeff1 +\n1\n".encode()).stdout == b"2\n"
    assert piped("a", "--data", "-", stdin=b'{"a": 3}').stdout == b"3\n"
    assert piped("-", "--data", "-", stdin=b"1").returncode == 2
    assert piped("-", stdin=b"\xff").returncode == 6
    assert b"[bad-json]" in piped("a", "--data", "-", stdin=b'{"a": 1, "a": 2}').stderr


def test_long_values_are_laid_out(hoso):
    """A value that is too long for a line stands on several, and can be read again."""
    result = hoso("feel", 'for i in 1..8 return {name: string(i) + " is a number", next: [i + 1]}')
    lines = result.out.splitlines()
    assert (lines[0], lines[1], lines[-1]) == ("[", '  {name: "1 is a number", next: [2]},', "]")
    assert len(compile_expression(result.out).evaluate({})) == 8


def test_nothing_invisible_reaches_the_terminal(hoso):
    """Control and bidirectional characters of a value are written as FEEL escapes."""
    assert hoso("feel", r'"a\u001b[2J\u202eb"').out == '"a\\u001b[2J\\u202eb"\n'
    assert "\x1b" not in hoso("feel", "1 \x1b[2J").err


@example({"º": "a", "if": "b", "a b": "c", "tên": "d", "": "e"})
@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=50) | st.decimals(-(10**20), 10**20, places=5),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1, max_size=20), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_written_can_be_read(value):
    """What is printed is FEEL with the same value, whatever characters it holds."""
    expression = compile_expression(written(value))
    assert expression.evaluate({}) == value


def test_notation():
    """Numbers without needless exponents; ranges and functions have a text; types have the standard's names."""
    for text in ("(< 5)", "(>= 5)", "(!= 1)", "[1..5)", '@"PT2H"', "1E+6000", "0", "-0.50"):
        value = compile_expression(text).evaluate({})
        assert written(value) == text
    function = compile_expression("function(a, b) a").evaluate({})
    assert (written(function), type_name(function)) == ("function(a, b) …", "function")
    assert plain([Decimal("1E+6000"), Decimal(2), Decimal("2.5")]) == ["1E+6000", 2, 2.5]


def test_caret_in_a_long_line():
    """A long line is cut around the place, and the caret stays under it."""
    line, pointer = caret("x" * 300 + "!" + "y" * 300, 1, 301)
    assert len(line) < 120
    assert line[pointer.index("^")] == "!"


def test_names_of_deep_data():
    """All keys at every depth, however deep."""
    data: object = {"inner": 1}
    for _ in range(5000):
        data = [{"outer": data}]
    assert names_of(data) == {"inner", "outer"}
