"""Strings are counted in code points, and their functions stop before a result outgrows its bound."""

import pytest

from engine.feel import FeelError
from tests.engine.feel.answers import holds, refusal, value


@pytest.mark.parametrize(
    "condition",
    [
        'substring("foobar", 3) = "obar"',
        'substring("foobar", 3, 3.8) = "oba"',
        'substring("foobar", -2, 1) = "a"',
        'substring("foobar", 5, 1e30) = "ar"',
        'substring("🐎ab", 2) = "ab"',
        'string length("🐎") = 1',
        'upper case("đường") = "ĐƯỜNG"',
        'lower case("ĐƯỜNG") = "đường"',
        'substring before("foobar", "bar") = "foo"',
        'substring before("abc", "") = "" and substring before("a", "x") = ""',
        'substring after("foobar", "ob") = "ar"',
        'substring after("abc", "") = "abc" and substring after("a", "x") = ""',
        'contains("abc", "") and starts with("abc", "ab") and ends with("abc", "bc")',
        'string join(["a", null, "c"], "X") = "aXc"',
        'string join(["a", "c"]) = "ac" and string join([], "X") = "" and string join("a", "X") = "a"',
        'string join(["a", "b"], ", ", "[", "]") = "[a, b]"',
        'trim("  a b\\t") = "a b" and is blank(" \\n") and not(is blank("a"))',
        'to base64("FEEL") = "RkVFTA=="',
    ],
)
def test_functions_of_strings(condition: str) -> None:
    assert holds(condition)


@pytest.mark.parametrize(
    "text",
    [
        'substring("foobar", 0)',
        'substring("foobar", 7)',
        'substring("foobar", -7)',
        'substring("foobar", 1, -1)',
        'substring("", 1)',
        "string length(null)",
        'contains("a", null)',
        'string join([1], "X")',
        'string join(["a"], "X", "Y")',
        "string join(null)",
    ],
)
def test_what_has_no_answer_is_reported(text: str) -> None:
    assert refusal(text).startswith(text[: text.index("(")])


def test_a_string_is_bounded_before_it_is_made() -> None:
    with pytest.raises(FeelError) as caught:
        value('string join(for i in 1..9000 return "aaaaaaaa", "aaaaaaaa")')
    assert caught.value.code == "result-bound"


def test_half_of_a_surrogate_pair_has_no_utf8() -> None:
    assert "surrogate" in refusal("to base64(s)", s="\ud800")
    assert "surrogate" in refusal('matches(s, "a")', s="\ud800")
