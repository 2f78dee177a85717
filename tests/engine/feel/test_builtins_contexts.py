"""Contexts are read, taken apart and put together; what they are made of does not change."""

import pytest

from engine.feel import FeelError
from tests.engine.feel.answers import holds, refusal, value


@pytest.mark.parametrize(
    "condition",
    [
        'get value({a: 1}, "a") = 1 and get value(key: "a", m: {a: 1}) = 1',
        'get value(context: {a: 1}, key: "a") = 1',
        'get value({a: {b: 2}}, ["a", "b"]) = 2',
        'get entries({a: 1, b: null}) = [{key: "a", value: 1}, {key: "b", value: null}] and get entries(m: {}) = []',
        'context put({a: 1}, "a", 2) = {a: 2} and context put({}, "", null) = {"": null}',
        'context put({x: 1, y: {a: 0}}, ["y", "b"], 2) = {x: 1, y: {a: 0, b: 2}}',
        'context put(context: {}, keys: ["a", "b"], value: 1) = {a: {b: 1}}',
        "context merge([{a: 1, b: 1}, {b: 2}]) = {a: 1, b: 2}",
        "context merge({a: 1}) = {a: 1} and context merge([]) = {}",
        'context([{key: "a", value: 1}, {key: "b", value: null}]) = {a: 1, b: null}',
        'context(entries: {key: "a", value: 1, other: 2}) = {a: 1} and context([]) = {}',
    ],
)
def test_functions_of_contexts(condition: str) -> None:
    assert holds(condition)


@pytest.mark.parametrize(
    "text", ['get value({a: 1}, "b")', 'get value({a: null}, "a")', 'get value({a: 1}, ["a", "b"])']
)
def test_what_is_not_there_is_null_without_a_problem(text: str) -> None:
    assert value(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "get value({a: 1})", 'get value(null, "a")', "get value({a: 1}, null)", "get value({a: 1}, 1)",
        'get value(k: "a", m: {a: 1})', "get value({a: 1}, [])", "get entries(null)", "get entries([])",
        'context put({}, "a")', "context put({}, null, 1)", 'context put(null, "a", 1)', "context put({}, [], 1)",
        'context put({}, ["a", null], 1)', 'context put({a: 0}, ["a", "b"], 1)',
        'context put(context: {}, key: ["a", "b"], value: 1)',
        "context merge(null)", "context merge([null])", "context merge([1])", "context(null)", 'context([{key: "a"}])',
        "context([{key: 1, value: 1}])", 'context([{key: "a", value: 1}, {key: "a", value: 2}])', "context([null])",
    ],
)  # fmt: skip
def test_what_has_no_answer_is_reported(text: str) -> None:
    assert refusal(text).startswith(text[: text.index("(")])


def test_what_is_changed_is_a_copy() -> None:
    data = {"c": {"a": {"b": 1}}}
    assert value('context put(c, ["a", "b"], 2)', **data) == {"a": {"b": 2}}
    assert data == {"c": {"a": {"b": 1}}}


def test_a_path_of_keys_is_bounded_in_depth() -> None:
    with pytest.raises(FeelError) as caught:
        value("context put({}, keys, 1)", keys=["a"] * 100)
    assert caught.value.code == "depth-bound"


def test_a_key_that_is_no_text_is_refused() -> None:
    with pytest.raises(FeelError) as caught:
        value("get entries(c)", c={1: 2})
    assert caught.value.code == "not-data"
