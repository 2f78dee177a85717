"""Lists: the answer of each function, its refusals, and its cost, which never grows with the square of the list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.feel import FeelError
from tests.engine.feel.answers import holds, refusal, value


@pytest.mark.parametrize(
    "condition",
    [
        "list contains([1, null], null) and not(list contains([1], 2)) and list contains([[1]], [1])",
        "count([1, null]) = 2 and count([]) = 0 and is empty([]) and not(is empty([null]))",
        'min(3, 1, 2) = 1 and max(["a", "c", "b"]) = "c" and max(@"2020-01-01", @"2021-01-01") = @"2021-01-01"',
        "sum([1, 2.5]) = 3.5 and sum(1, 2) = 3 and mean(1, 2) = 1.5 and product(2, 3, 4) = 24",
        "median([8, 2, 5, 3, 4]) = 4 and median(6, 1, 2, 3) = 2.5",
        "decimal(stddev(2, 4, 7, 5), 6) = 2.081666",
        "mode(6, 3, 9, 6, 6) = [6] and mode([6, 1, 9, 6, 1]) = [1, 6] and mode([]) = []",
        "all([]) and not(any([])) and all(true) and not(all([null, false])) and any(null, true)",
        "sublist([1, 2, 3], 2) = [2, 3] and sublist([1, 2, 3], -2, 1) = [2] and sublist([1], 1, 0) = []",
        "append([1], [2], 3) = [1, [2], 3] and append(1, null) = [1, null] and append(list: [1], item: [2]) = [1, [2]]",
        "concatenate([1], [2, [3]], 4) = [1, 2, [3], 4] and concatenate([[1], [2]]) = [[1], [2]]",
        "union([1, 2, 2], [3, 1]) = [1, 2, 3]",
        "insert before([1, 2], 1, 0) = [0, 1, 2] and insert before([1, 2], -1, 0) = [1, 0, 2]",
        "remove([1, 2, 3], 2) = [1, 3] and remove([1, 2, 3], -1) = [1, 2]",
        "list replace([1, 2, 3], -1.5, 4) = [1, 2, 4] and list replace(1, 1, null) = [null]",
        "list replace([2, 4, 7], function(item, newItem) item < newItem, 5) = [5, 5, 7]",
        "reverse([1, 2]) = [2, 1] and index of([1, 2, null, 2], 2) = [2, 4] and index of([null], null) = [1]",
        'distinct values([1, 1.0, "1", null, null, [1], [1], {a: 1}, {a: 1.0}]) = [1, "1", null, [1], {a: 1}]',
        "duplicate values([1, 2, 1, 3, 2, 1]) = [1, 2]",
        "flatten([1, [2, [3, []]], null]) = [1, 2, 3, null] and flatten(1) = [1]",
        "partition([1, 2, 3], 2) = [[1, 2], [3]] and partition([], 2) = []",
        "sort([3, 1, 2], function(x, y) x < y) = [1, 2, 3] and sort(list: [], precedes: function(x, y) true) = []",
    ],
)
def test_functions_of_lists(condition: str) -> None:
    assert holds(condition)


@pytest.mark.parametrize("text", ["min([])", "max([])", "median([])", "all([true, null])", "any(null, false)"])
def test_what_is_null_without_a_problem(text: str) -> None:
    assert value(text) is None


@pytest.mark.parametrize(
    "text",
    [
        'min(1, "a")', "max([1, null])", "sum([])", "sum([1, null])", 'mean(1, "a")', "mean()", "product([])",
        "product([1, null])", "median(null)", 'median([1, "a"])', "stddev(47)", "stddev([])", "mode([null])", "mode()",
        "all(null)", "all(list: null)", "all(123)", "all([true, 1])", "any()", "any(l: [true])",
        "count(null)", "count()",
        "sublist([1], 0)", "sublist([1], 2)", "sublist([1], 1, 2)", "sublist([1], 1, -1)", "append([1])", "append()",
        "append(null, 1)", "concatenate([1], null)", "union(null)", "insert before([1], 0, 2)",
        "insert before([1], 3, 2)",
        "insert before([1], 1e30, 2)", "remove([1], 2)", "list replace([1], 0, 2)", 'list replace([1], "1", 2)',
        "list replace([1], null, 2)", "list replace([1], function(a) true, 2)",
        "list replace([1], function(a, b) a, 2)",
        "partition([1], 0)", "sort([1, 2])", "sort([1, 2], abs)", "sort([1, 2], 1)",
        "sort([1, 2], function(x, y) null)",
        "flatten(null)", "reverse(null)", "distinct values(null)",
    ],
)  # fmt: skip
def test_what_has_no_answer_is_reported(text: str) -> None:
    assert refusal(text).startswith(text[: text.index("(")])


@given(st.lists(st.integers(0, 5)))
def test_sort_is_stable(keys: list[int]) -> None:
    data = [{"key": key, "at": at} for at, key in enumerate(keys)]
    ordered = value("sort(l, function(x, y) x.key < y.key)", l=data, fuel=10**7)
    assert ordered == sorted(data, key=lambda entry: entry["key"])


@pytest.mark.parametrize("condition", ["true", "false", "x < y", "x != y", "x >= y"])
def test_sort_ends_whatever_the_function_answers(condition: str) -> None:
    members = value(f"sort([3, 1, 2, 1], function(x, y) {condition})")
    assert isinstance(members, list)
    assert sorted(map(int, members)) == [1, 1, 2, 3]  # type: ignore[arg-type]


@given(
    st.lists(st.one_of(st.none(), st.booleans(), st.integers(0, 3), st.sampled_from("ab"), st.lists(st.integers(0, 1))))
)
def test_distinct_values_are_those_that_no_earlier_one_equals(members: list[object]) -> None:
    seen: list[object] = []
    for member in members:
        if not any(type(member) is type(other) and member == other for other in seen):
            seen.append(member)
    assert value("distinct values(l)", l=members, fuel=10**7) == seen


def test_distinct_values_of_a_long_list_cost_in_proportion() -> None:
    assert value("count(distinct values(l))", l=list(range(10_000)), fuel=60_000) == 10_000
    assert value("count(distinct values(l))", l=[{"a": at} for at in range(9_000)], fuel=60_000) == 9_000


def test_joining_lists_is_bounded_before_it_is_done() -> None:
    with pytest.raises(FeelError) as caught:
        value("concatenate(l, l)", l=list(range(6_000)))
    assert caught.value.code == "result-bound"


def test_flattening_is_bounded_in_depth() -> None:
    nested: list[object] = []
    for _ in range(10_000):
        nested = [nested]
    with pytest.raises(FeelError) as caught:
        value("flatten(l)", l=nested)
    assert caught.value.code == "depth-bound"
