"""Points and ranges lie to each other as the standard's table says, whichever ends belong to them."""

from decimal import Decimal
from itertools import product

import pytest

from engine.feel.values import Range
from tests.engine.feel.answers import holds, refusal, value

RANGES = [
    f"{opening}{low}..{high}{closing}"
    for low, high in ((1, 2), (1, 3), (2, 3), (3, 4))
    for opening in "[("
    for closing in "])"
]


@pytest.mark.parametrize(
    "condition",
    [
        "before(1, 10) and not(before(1, [1..10])) and before(1, (1..10]) and before([1..10), [10..20])",
        "after(12, [1..10]) and after([11..20], 10) and after((11..20], [1..11])",
        "meets([1..5], [5..10]) and not(meets([1..5), [5..10])) and met by([5..10], [1..5])",
        "overlaps([1..5], [5..8]) and not(overlaps([1..5), [5..8]))",
        "overlaps before([1..5], [3..8]) and overlaps before([1..5), (1..5]) and not(overlaps before([1..5], [1..5]))",
        "finishes(10, [1..10]) and not(finishes(10, [1..10))) and finished by([1..10], (1..10])",
        "includes([1..10], 5) and not(includes((1..10], 1)) and during([1..5], [1..10])",
        "starts(1, [1..10]) and not(starts((1..5], [1..10])) and started by([1..10], [1..10))",
        "coincides(5, 5) and coincides([1..5], [1..5]) and not(coincides((1..5), [1..5]))",
        'during(@"2020-02-01", [@"2020-01-01"..@"2020-03-01"]) and before("a", ["b".."c"])',
        "before((< 5), 5) and includes((>= 5), [5..100]) and includes((> 5), (> 6)) and overlaps((< 5), (> 4))",
        "not(overlaps((< 5), (>= 5))) and coincides((= 5), [5..5])",
        "before(point: 1, range: [2..3]) and before(range1: [1..2], range2: [3..4]) and before(point1: 1, point2: 2)",
    ],
)
def test_the_table(condition: str) -> None:
    assert holds(condition)


@pytest.mark.parametrize(
    "text",
    [
        'before(1, "a")',
        "before(null, 1)",
        "includes([1..2], null)",
        "meets(1, 2)",
        "overlaps((!= 5), [1..2])",
        "coincides(1)",
    ],
)
def test_what_has_no_answer_is_reported(text: str) -> None:
    assert refusal(text).startswith(text[: text.index("(")])


@pytest.mark.parametrize(("left", "right"), list(product(RANGES, RANGES))[::7])
def test_relations_agree_with_membership(left: str, right: str) -> None:
    """Checked point by point: overlapping, inclusion and order are what the members of both ranges say."""
    points = [Decimal(quarter) / 4 for quarter in range(2, 18)]
    first, second = ({point for point in points if holds(f"p in {each}", p=point)} for each in (left, right))
    assert holds(f"overlaps({left}, {right})") == bool(first & second)
    assert holds(f"includes({left}, {right})") == (first >= second)
    assert holds(f"before({left}, {right})") == (max(first) < min(second))
    assert holds(f"after({left}, {right})") == (min(first) > max(second))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1..5]", Range(Decimal(1), Decimal(5))),
        (" ]1 .. 5[ ", Range(Decimal(1), Decimal(5), low_closed=False, high_closed=False)),
        ("(-3..-1]", Range(Decimal(-3), Decimal(-1), low_closed=False)),
        ('["a".."b"]', Range("a", "b")),
        ("(..5]", Range(None, Decimal(5), low_closed=False, operator="<=")),
        ("[1..)", Range(Decimal(1), None, high_closed=False, operator=">=")),
    ],
)
def test_range_reads_text(text: str, expected: Range) -> None:
    assert value("range(t)", t=text) == expected


def test_range_reads_dates() -> None:
    assert holds('range(from: t) = [@"2020-01-01"..@"2020-02-01"]', t='[@"2020-01-01"..date("2020-02-01")]')


@pytest.mark.parametrize(
    "text",
    ["", "1", "[5..1]", "[1..b]", '[1.."a"]', "[1+1..3]", "[null..1]", "[..5]", "[1..]", "(..)", "[1..2", "[1..2] + 1",
     "(" * 3000, '[date("x")..date("y")]', "[abs(1)..2]", "[[1]..[2]]", "[true..true]", "(< 5)"],
)  # fmt: skip
def test_what_is_no_range_is_reported(text: str) -> None:
    assert refusal("range(t)", t=text).startswith("range: ")
