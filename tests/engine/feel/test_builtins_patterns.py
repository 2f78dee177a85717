"""Patterns mean what XPath says, as far as RE2 can, and no pattern takes more time than its fuel allows."""

import random
import time

import pytest

from engine.feel import FeelError
from tests.engine.feel.answers import refusal, value


def matched(text: str, pattern: str, flags: str = "") -> object:
    return value("matches(t, p, f)", t=text, p=pattern, f=flags)


@pytest.mark.parametrize(
    ("text", "pattern", "flags"),
    [
        ("Mary Jones", "y.J", ""),
        ("a\nb", "a.b", "s"),
        ("\nabcd\n", "^$", "m"),
        ("a\nb", "^b$", "m"),
        ("K", "k", "i"),
        ("é", "É", "i"),
        ("f", "[a-z-[aeiou]]", ""),
        ("x", "[A-Z-[OI]]", "i"),
        ("4", r"[\w-[\p{L}]]", ""),
        ("b", "[a-z-[^b]]", ""),
        ("b", "[^a-[c]]", ""),
        ("d", "[a-z-[a-y-[d]]]", ""),
        ("-", "[a-]", ""),
        ("-", "[-a]", ""),
        ("^", "[a^]", ""),
        ("]", r"[\]]", ""),
        ("đường", r"^\p{L}+$", ""),
        ("đ_ 1", r"^\w\W\s\d$", ""),
        ("١", r"\d", ""),
        ("x", r"^\i\c*$", ""),
        (" ", r"^\I$", ""),
        ("ạ", r"^\p{IsLatinExtendedAdditional}$", ""),
        ("hello world", r"\p{ I s B a s i c L a t i n }+", "x"),
        ("hello world", r"hello\ sworld", "x"),
        ("hello world", "he ll o[ ]worl d", "x"),
        ("aA", r"(a)\1", "i"),
        ("abab", r"^(ab)\1$", ""),
        ("aaab", "a{2,3}?b", ""),
        ("ab", "(?:a|c)b", ""),
        ("", "", ""),
    ],
)
def test_what_matches(text: str, pattern: str, flags: str) -> None:
    assert matched(text, pattern, flags) is True


@pytest.mark.parametrize(
    ("text", "pattern", "flags"),
    [
        ("Mary\rJones", "Mary.Jones", ""),
        ("a\nb", "a.b", ""),
        ("a\n", "a$", ""),
        ("a\nb", "^b", ""),
        ("e", "[a-z-[aeiou]]", ""),
        ("O", "[A-Z-[OI]]", "i"),
        ("i", "[A-Z-[OI]]", "i"),
        ("q", "[^Q]", "i"),
        ("b", "[a-z-[A-Z]]", "i"),
        ("a", "[a-[a]]", ""),
        ("a", "a[^b]", ""),
        ("1", r"^\i", ""),
        ("a1", r"\p{Lu}|\P{L}\D", ""),
    ],
)
def test_what_does_not_match(text: str, pattern: str, flags: str) -> None:
    assert matched(text, pattern, flags) is False


@pytest.mark.parametrize(
    "pattern",
    [
        r"\3", r"(.)\2", r"(a\1)", r"(asd)[\1]", r"(.)\1", r"(a)|\1", r"(a)?\1", r"\ba", r"a\z", r"\x41", "a{,3}",
        "a{", "a}",
        "a]", "[]", "[^]", "[a", "(a", "a)", "a**", "*a", "(?i)a", "(?=a)", "(?P<n>a)", "[z-a]", r"[a-\d]",
        "[a-c-e]", "[[a]",
        "[a-z&&[b]]", "[a-[b]c]", r"\p{Greek}", r"\p{IsNowhere}", r"\p{ IsBasicLatin}", r"\p{L", r"\pL", "a\\",
        "(" * 60 + "a" + ")" * 60, "a" * 1025, "((a{100}){100}){100}", r"\p{L}{1,900}", "a{1,99999}", "[a-[b]]" * 11,
    ],
)  # fmt: skip
def test_what_is_no_pattern_is_reported(pattern: str) -> None:
    assert refusal('matches("a", p)', p=pattern).startswith("matches: the pattern")


@pytest.mark.parametrize("flags", ["p", " ", "X", "q", "g"])
def test_other_flags_are_reported(flags: str) -> None:
    assert "flag" in refusal('matches("a", "a", f)', f=flags)


@pytest.mark.parametrize(
    ("text", "pattern", "replacement", "result"),
    [
        ("abcd", "(ab)|(a)", "[1=$1][2=$2]", "[1=ab][2=]cd"),
        ("abracadabra", "a.*?a", "*", "*c*bra"),
        ("abracadabra", "a(.)", "a$1$1", "abbraccaddabbra"),
        ("darted", "^(.*?)d(.*)$", "$1c$2", "carted"),
        ("facetiously", "[iouy]", "[$0]", "facet[i][o][u]sl[y]"),
        ("abc", "(b)", "$12$2", "ab2c"),
        ("abc", "b", r"\$\\", r"a$\c"),
        ("đ🐎x", "x", "$0$0", "đ🐎xx"),
        ("abc", "x", "y", "abc"),
    ],
)
def test_replace(text: str, pattern: str, replacement: str, result: str) -> None:
    assert value("replace(t, p, r)", t=text, p=pattern, r=replacement) == result


@pytest.mark.parametrize("replacement", ["$", "$a", "\\", r"\n", "a$"])
def test_a_wrong_replacement_is_reported(replacement: str) -> None:
    assert "replacement" in refusal('replace("abc", "b", r)', r=replacement)


@pytest.mark.parametrize("text", ['replace("a", "x*", "-")', 'replace("a", "^", "-")', 'split("abc", "")'])
def test_nothing_is_replaced_or_split_by_what_matches_nothing(text: str) -> None:
    assert "empty string" in refusal(text)


def test_split_and_extract() -> None:
    assert value('split("a;b;c;;", ";")') == ["a", "b", "c", "", ""]
    assert value('split(string: "John  Doe", delimiter: "\\\\s+")') == ["John", "Doe"]
    assert value('split("", ",")') == [""]
    assert value('extract("references are 1234, 1256, 1378", "12[0-9]*")') == ["1234", "1256"]


def test_a_replacement_that_grows_is_stopped_before_it_is_made() -> None:
    with pytest.raises(FeelError) as caught:
        value("replace(t, t, r)", t="a" * 1000, r="$0" * 100)
    assert caught.value.code == "result-bound"


@pytest.mark.parametrize(
    "pattern", ["[ab]*a[ab]{990}c|a", "(a*)*(a*)*c|a", "a.*c|b.*c|a|b", r"[\p{L}-[c]]{1,12}c|[ab]"]
)
def test_a_hostile_pattern_runs_out_of_fuel_and_not_of_time(pattern: str) -> None:
    """Each match makes RE2 look at the whole rest of the text, which is what a quadratic attack needs."""
    text = "".join(random.Random(1).choices("ab", k=65_536))
    assert value('matches(t, "^[ab]+$")', t=text) is True
    began = time.process_time()
    with pytest.raises(FeelError) as caught:
        value("replace(t, p, r)", t=text, p=pattern, r="")
    assert caught.value.code == "fuel"
    assert time.process_time() - began < 10
