"""What each supported expression is worth, and what is refused."""

from decimal import Decimal

import pytest

from engine.feel import FeelError, compile_expression, to_json

DATA = {
    "amount": 150,
    "ratio": 0.1,
    "status": "x",
    "ok": True,
    "nothing": None,
    "dossier": {"kind": "birth", "parents": [{"name": "An"}, {"name": "Bình"}, 3]},
    "ngày_ký": "hôm nay",
}


def value(text: str) -> object:
    return to_json(compile_expression(text).evaluate(DATA))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", 12),
        (".5", 0.5),
        ("1.25e2", 125),
        ('"a\\"\\n\\u0111\\U01F600"', 'a"\nđ😀'),
        ('"\\uD83D\\uDE00"', "😀"),
        (r'"\d+\\s"', r"\d+\s"),
        ("true", True),
        ("null", None),
        ('[1, "a", [true]]', [1, "a", [True]]),
        ('{a: 1, "b c": a + 1, d: {a: 5, e: a}}', {"a": 1, "b c": 2, "d": {"a": 5, "e": 5}}),
        ("[]", []),
        ("{}", {}),
        ("= amount // the sum\n + /* one */ 1", 151),
    ],
)
def test_literals(text: str, expected: object) -> None:
    """A literal is worth what it says, comments nothing."""
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("amount", 150),
        ("ngày_ký", "hôm nay"),
        ("dossier.kind", "birth"),
        ("dossier.parents.name", ["An", "Bình", None]),
        ("unknown", None),
        ("unknown.deeper.still", None),
        ("status.upper", None),
        ("amount.real", None),
        ("dossier.__class__", None),
        ("__builtins__", None),
        ("dossier.keys", None),
    ],
)
def test_names_and_paths(text: str, expected: object) -> None:
    """Names and paths reach keys of the data and nothing of Python; what is not there is null."""
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("null = null", True),
        ("null != null", False),
        ("amount = null", False),
        ("nothing = null", True),
        ("unknown != null", False),
        ('1 = "1"', None),
        ('@"2026-01-01" = "2026-01-01"', None),
        ("[1..5] = [1..5]", True),
        ("[1..5] = ]1..5]", False),
        ("(< 5) = (null..5)", False),
        ('@"P1D" = @"PT24H"', True),
        ('@"2026-11-22" < @"2026-11-23"', True),
        ('1 != "1"', None),
        ("true = 1", None),
        ("1 = 1.00", True),
        ("ratio + 0.2 = 0.3", True),
        ("[1, {a: 2}] = [1.0, {a: 2}]", True),
        ("dossier.parents = dossier.parents", True),
        ("{} = []", None),
        ("1 < 2", True),
        ('"a" < "b"', True),
        ('1 < "b"', None),
        ("null < 1", None),
        ("true < false", None),
        ('"b" >= "a"', True),
    ],
)
def test_comparisons(text: str, expected: object) -> None:
    """Values of different types have no answer, except that everything can be asked whether it is null."""
    assert value(text) == expected


@pytest.mark.parametrize("operator", ["and", "or"])
@pytest.mark.parametrize("left", ["true", "false", "null", "1"])
@pytest.mark.parametrize("right", ["true", "false", "null", '"x"'])
def test_three_valued_logic(operator: str, left: str, right: str) -> None:
    """Kleene's tables; what is no boolean counts as null."""
    three = {"true": True, "false": False}
    a, b, deciding = three.get(left), three.get(right), operator == "or"
    expected = deciding if deciding in (a, b) else None if None in (a, b) else not deciding
    assert value(f"{left} {operator} {right}") is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("not(ok)", False),
        ("not(1 > 2)", True),
        ("not(null)", None),
        ("not(3)", None),
        ('amount > 100 and status = "x"', True),
        ("false and unknown > 3", False),
        ("true or false and false", True),
        ("if amount > 100 then 1 else 2", 1),
        ("if null then 1 else 2", 2),
        ('if "true" then 1 else 2', 2),
        ('if ok then if amount < 0 then "a" else "b" else "c"', "b"),
    ],
)
def test_decisions(text: str, expected: object) -> None:
    """`not`, `if` and precedence between `or` and `and`; only true is true."""
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3 - 4 / 2", 5),
        ("2 - 3 - 4", -5),
        ("3 ** 4 ** 5", 3486784401),
        ("-3 ** 2", 9),
        ("--3", 3),
        ("2 ** -1", 0.5),
        ("0 ** 0", 1),
        ("10 / 0", None),
        ("0 / 0", None),
        ("(-8) ** 0.5", None),
        ("9 ** (9 ** 9)", None),
        ('"hồ" + " sơ"', "hồ sơ"),
        ('"a" + 1', None),
        ('"a" - "b"', None),
        ("null + 1", None),
        ("-status", None),
        ("1e6144 * 10", None),
        ("1e-6143 / 1e6144", 0),
    ],
)
def test_arithmetic(text: str, expected: object) -> None:
    """Left associative, minus before power, null where there is no answer."""
    assert value(text) == expected


def test_numbers_have_34_digits() -> None:
    """A third is rounded half to even at the 34th digit, as decimal128 is."""
    assert compile_expression("2 / 3").evaluate({}) == Decimal("0." + "6" * 33 + "7")
    assert compile_expression("n").evaluate({"n": 10**40 + 1}) == Decimal(10) ** 40


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 in [1, 5]", True),
        ("5 in [1, 6]", False),
        ("5 in []", False),
        ("5 in (1, 5)", True),
        ("5 in 5", True),
        ("5 in < 6", True),
        ("5 in (> 6, = 5)", True),
        ("5 in != 5", False),
        ("5 in [5..6]", True),
        ("5 in (5..6]", False),
        ("5 in ]5..6]", False),
        ("6 in [5..6)", False),
        ("6 in [5..6[", False),
        ("null in [5..6]", None),
        ('status in ("x", "y") and ok', True),
        ("[1] in [[1], [2]]", True),
        ("amount between 100 and 200 and ok", True),
        ("amount between 100 and null", None),
        ("amount between 200 and null", False),
        ("true in (ok or false)", True),
    ],
)
def test_membership(text: str, expected: object) -> None:
    """`in` and `between`, with tests, lists and ranges."""
    assert value(text) == expected


def test_names_are_those_of_the_data() -> None:
    """`names` tells what an expression reads, without the keys of its own contexts."""
    assert compile_expression("=a.b + {c: d, e: c}.e + c").names == {"a", "d", "c"}


@pytest.mark.parametrize(
    ("text", "code", "column", "says"),
    [
        ("", "syntax", 1, "empty"),
        ("=", "syntax", 2, "empty"),
        ("a b 1", "syntax", 5, "an operator"),
        ("1 a", "syntax", 3, "an operator"),
        ("a == b", "syntax", 4, "one `=`"),
        ("a && b", "syntax", 3, "`and`"),
        ("!a", "syntax", 1, "not("),
        ("a = 'x'", "syntax", 5, "double quotes"),
        ('"open', "syntax", 1, "no end"),
        ('"\\ud800"', "syntax", 1, "surrogate"),
        ("\ud800", "syntax", 1, "U+D800"),
        ("(1", "syntax", 3, "`)`"),
        ("[1,]", "syntax", 4, "value after"),
        ("{a: 1, a: 2}", "syntax", 8, "twice"),
        ("if a then b", "syntax", 12, "`else`"),
        ("a between 1", "syntax", 12, "`and`"),
        ("1 in (2) + 3", "syntax", 10, "`and`"),
        ("a.", "syntax", 3, "name after"),
        ("/* open", "syntax", 1, "comment"),
        ("1e999999999", "number-range", 1, "decimals"),
        ("f(1,)", "syntax", 5, "an argument"),
        ("f(a: 1, 2)", "syntax", 2, "parameter"),
        ("a[1", "syntax", 4, "close the filter"),
        ("for x in a", "syntax", 11, "`return`"),
        ("for in a return 1", "syntax", 5, "variable"),
        ("some x in a", "syntax", 12, "`satisfies`"),
        ("a instance of strin", "syntax", 15, "no type"),
        ('@"2026-13-01"', "syntax", 2, "date, time or duration"),
        ("[1..2", "syntax", 6, "end of the range"),
        ("]1,2]", "syntax", 3, "in the range"),
        ("function(x, x) x", "syntax", 1, "twice"),
        ("function() external {java: {}}", "unsupported", 12, "Java"),
    ],
)
def test_refusals(text: str, code: str, column: int, says: str) -> None:
    """What is wrong or not supported is refused with its place and what was expected."""
    with pytest.raises(FeelError) as refusal:
        compile_expression(text)
    error = refusal.value
    assert (error.code, error.line, error.column) == (code, 1, column)
    assert says in error.message


def test_lines_are_counted() -> None:
    """Positions count lines as editors do, and columns from the line's start."""
    with pytest.raises(FeelError) as refusal:
        compile_expression("a and\r\n b and\n  'c'")
    assert (refusal.value.line, refusal.value.column) == (3, 3)


@pytest.mark.parametrize(
    ("text", "feel"),
    [
        ("${decision == 'approve'}", '=decision = "approve"'),
        ("#{amount gt 100 && !urgent}", "=amount > 100 and not(urgent)"),
        ("${not (a || b.c)}", "=not(a or b.c)"),
        ("  ${approved}\n", "=approved"),
        ('${count != 3 and kind eq "x"}', '=count != 3 and kind = "x"'),
    ],
)
def test_foreign_expressions_name_the_feel(text: str, feel: str) -> None:
    """`${…}` is refused, and the refusal names the FEEL to write, which compiles."""
    with pytest.raises(FeelError) as refusal:
        compile_expression(text)
    assert refusal.value.code == "foreign-language"
    assert f"write `{feel}`" in refusal.value.message
    compile_expression(feel)


@pytest.mark.parametrize("text", ["${execution.getVariable('a')}", "Hello ${name}", "${a ? b : c}", "${empty a}", "${"])
def test_foreign_expressions_that_are_not_simple(text: str) -> None:
    """What cannot be translated for sure gets an example, not a guess."""
    with pytest.raises(FeelError) as refusal:
        compile_expression(text)
    assert refusal.value.code == "foreign-language"
    assert 'such as `=decision = "approve"`' in refusal.value.message


def test_a_dollar_in_a_string_is_text() -> None:
    """A FEEL string may speak of `${…}`."""
    assert value('"costs ${5}"') == "costs ${5}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("applicant name", "An"),
        ("applicant  name + 1", None),
        ("re-opened + 1", 4),
        ("kind/class * 2", 10),
        ("applicant's age - 1", 29),
        ("{x y: 1, a-b: x y + 1, z: a-b * 2}.z", 4),
        ("{order in line: 7, b: order in line}.b", 7),
        ("{a: 3, b: 1, c: a -b}.c", 2),
        ("for item no in [1, 2] return item no * 2", [2, 4]),
        ("function(start date: number) start date", None),
        ("(function(a b) a b * 2)(a b: 4)", 8),
        ("dossier.re-opened.by whom", "Bình"),
    ],
)
def test_names_with_spaces_and_symbols(text: str, expected: object) -> None:
    """Known names are taken as long as they can be; words side by side are one name."""
    data = {
        "applicant name": "An",
        "re-opened": 3,
        "kind/class": 5,
        "applicant's age": 30,
        "dossier": {"re-opened": {"by whom": "Bình"}},
    }
    if text.startswith("function"):
        assert compile_expression(text).answer({}).problems == ()
        return
    expression = compile_expression(text, names=[*data, "by whom"])
    assert to_json(expression.evaluate(data)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("for i in 1..3 return i * i", [1, 4, 9]),
        ("for i in 3..1 return i", [3, 2, 1]),
        ("for i in [1, 2], j in [i, 10] return i * j", [1, 10, 4, 20]),
        ("for i in 0..4 return if i = 0 then 1 else i * partial[-1]", [1, 1, 2, 6, 24]),
        ("for i in ]1..4[ return i", [2, 3]),
        ('for d in @"2026-11-30"..@"2026-12-01" return d', ["2026-11-30", "2026-12-01"]),
        ("for i in [] return i", []),
        ("for i in null return i", None),
        ('for i in "a".."c" return i', None),
        ("some x in [1, 2, 3] satisfies x > 2", True),
        ("some x in [1, null] satisfies x > 2", None),
        ("every x in [1, 2], y in [3, 4] satisfies x < y", True),
        ("every x in [] satisfies false", True),
        ("some x in [[1, 2]], y in x satisfies y = 2", True),
    ],
)
def test_iteration(text: str, expected: object) -> None:
    """`for`, `some` and `every` go through lists and ranges, the last iterator fastest."""
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1, 2, 3][1]", 1),
        ("[1, 2, 3][-1]", 3),
        ("[1, 2, 3][4]", None),
        ("[1, 2, 3][0]", None),
        ("[1, 2, 3][1.5]", None),
        ("[1, 2, 3][item >= 2]", [2, 3]),
        ('dossier.parents[name = "An"].name', ["An"]),
        ("amount[1]", 150),
        ("amount[item > 200]", []),
        ("[{x: 1, y: 2}, {x: 2, y: 1}][x > y].x", [2]),
        ("[[1, 2], [3]][1][2]", 2),
        ("[1, 2, 3][amount > 100]", [1, 2, 3]),
        ("null[1]", None),
        ("[][1]", None),
        ("[][item > 1]", []),
    ],
)
def test_filters(text: str, expected: object) -> None:
    """A number chooses by position, a condition what it holds for; the member's entries are names."""
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(function(a, b) a - b)(5, 3)", 2),
        ("(function(a, b) a - b)(b: 5, a: 3)", -2),
        ("{twice: function(f, x) f(f(x)), r: twice(function(n) n * 3, 2)}.r", 18),
        ("{k: 2, f: function(x) x * k, g: function(k) f(k), r: g(10)}.r", 20),
        ('(function(x: number) x)("a")', None),
        ("(function(x: number) x)([5])", 5),
        ("(function(x) x)()", None),
        ("unknown(1)", None),
        ("5(1)", None),
    ],
)
def test_functions_of_ones_own(text: str, expected: object) -> None:
    """Functions are values, keep the names around them, and check their arguments."""
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 instance of number", True),
        ("null instance of Any", False),
        ("[1] instance of list<number>", True),
        ("{a: 1} instance of context<a: string>", False),
        ("[1..2] instance of range<number>", True),
        ('@"P1D" instance of days and time duration', True),
        ('@"2026-11-22T08:00:00" instance of date and time', True),
        ("(function(a: number) a) instance of function<number> -> Any", True),
        ("-amount instance of number", None),
    ],
)
def test_instance_of(text: str, expected: object) -> None:
    """Types are asked for as DMN 1.5 §10.3.2.9 has them."""
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 in ]1..5[", False),
        ("5 in ([1..5], 9)", True),
        ("5 in [[1..3], [4..6]]", True),
        ("5 in (? > 3)", True),
        ("{r: [1..5], a: 5 in r}.a", True),
        ("[1..10].end", 10),
        ("[1..10[.end", 10),
        ("[[1..3], ]4..6[][2].start", 4),
        ("(> 3).start included", False),
        ("5 in (null..10]", None),
        ('@"2026-11-22" in [@"2026-11-01"..@"2026-11-30"]', True),
    ],
)
def test_ranges(text: str, expected: object) -> None:
    """Ranges are values."""
    assert value(text) == expected


def test_why_a_value_is_null() -> None:
    """What FEEL calls an error is null, and the answer tells where and why, without a value of the data."""
    answer = compile_expression("1 +\n  status").answer({"status": "secret"})
    assert answer.value is None
    assert [(problem.at.line, problem.at.column) for problem in answer.problems] == [(1, 3)]
    assert "secret" not in str(answer.problems)
