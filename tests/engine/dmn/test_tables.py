"""Decision tables: which rules apply, what each hit policy makes of them, what is told afterwards."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.feel import FeelError
from tests.engine.dmn.models import compiled, decision, evaluated, item, knowledge, literal, numbers, table, unary

OVERLAP = ['> 0 -> "a"', '> 5 -> "b"', '> 9 -> "c"']
ORDER = '"c", "b", "a"'


def value(x: object, rules: list[str] = OVERLAP, **how: str) -> object:
    return evaluated(table(rules, **how), {"x": x}).value


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"policy": "FIRST"}, "a"),
        ({"policy": "PRIORITY", "values": ORDER}, "c"),
        ({"policy": "PRIORITY"}, "a"),
        ({"policy": "RULE ORDER"}, ["a", "b", "c"]),
        ({"policy": "OUTPUT ORDER", "values": ORDER}, ["c", "b", "a"]),
        ({"policy": "COLLECT"}, ["a", "b", "c"]),
        ({"policy": "COLLECT", "aggregation": "COUNT"}, Decimal(3)),
        ({"policy": "COLLECT", "aggregation": "MIN"}, "a"),
        ({"policy": "COLLECT", "aggregation": "MAX"}, "c"),
    ],
)
def test_a_hit_policy_chooses_among_the_rules_that_apply(how: dict[str, str], expected: object) -> None:
    """DMN 1.5 §8.2.8-11; without allowed outputs PRIORITY has nothing to go by and keeps the rules' order."""
    assert value(10, OVERLAP, **how) == expected


def test_collect_sums() -> None:
    """SUM over one output, and over each of several."""
    assert value(10, ["> 0 -> 1", "> 5 -> 20"], policy="COLLECT", aggregation="SUM") == Decimal(21)
    both = value(10, ["> 0 -> 1 | 5", "> 5 -> 20 | 6"], policy="COLLECT", aggregation="SUM", outputs="p q")
    assert both == {"p": Decimal(21), "q": Decimal(11)}


@pytest.mark.parametrize("policy", ["UNIQUE", "ANY", "FIRST", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT"])
def test_without_a_rule_the_value_is_the_default_or_null(policy: str) -> None:
    """No rule applies: null, or what the output's default says."""
    assert value(-1, policy=policy) is None
    assert value(-1, policy=policy, default='"z"') == "z"


def test_counting_no_rules_gives_zero() -> None:
    """COUNT has an answer where nothing applies."""
    assert value(-1, policy="COLLECT", aggregation="COUNT") == Decimal(0)


def test_unique_reports_all_rules_that_overlap() -> None:
    """Null is not enough: two rules that apply to the same case are a defect of the table."""
    evaluation = evaluated(table(OVERLAP), {"x": 7})
    assert (evaluation.value, evaluation.failed) == (None, True)
    assert [(problem.code, problem.decision) for problem in evaluation.problems] == [("hit-policy-unique", "d")]
    assert evaluation.problems[0].message.startswith("rules 1 (rule1), 2 (rule2) apply together")
    assert [rule.index for rule in evaluation.fired[0].rules] == [1, 2]
    assert not evaluated(table(OVERLAP), {"x": 3}).failed


def test_any_wants_equal_results() -> None:
    """ANY: several rules may apply if they agree."""
    assert value(7, ['> 0 -> "a"', '> 5 -> "a"'], policy="ANY") == "a"
    evaluation = evaluated(table(OVERLAP, policy="ANY"), {"x": 7})
    assert (evaluation.value, evaluation.failed) == (None, True)
    assert [problem.code for problem in evaluation.problems] == ["hit-policy-any"]


def test_a_table_tells_what_fired() -> None:
    """The rules by number and id, with the values of their columns."""
    rules = ["> 0 | - -> 1 | 2", "> 5 | true -> 3 | 4", "> 9 | - -> 5 | 6"]
    fired = evaluated(table(rules, inputs="x y", outputs="p q", policy="COLLECT"), {"x": 6, "y": True}).fired
    assert [(each.decision, each.table, each.policy) for each in fired] == [("d", "t", "COLLECT")]
    assert [(rule.index, rule.id) for rule in fired[0].rules] == [(1, "rule1"), (2, "rule2")]
    assert fired[0].rules[1].inputs == {"x": Decimal(6), "y": True}
    assert fired[0].rules[1].outputs == {"p": Decimal(3), "q": Decimal(4)}


def test_what_a_policy_passed_over_did_not_fire() -> None:
    """FIRST and PRIORITY apply one rule, so one is told."""
    first = evaluated(table(OVERLAP, policy="FIRST"), {"x": 10}).fired[0]
    priority = evaluated(table(OVERLAP, policy="PRIORITY", values=ORDER), {"x": 10}).fired[0]
    assert [rule.index for rule in first.rules] == [1]
    assert [rule.index for rule in priority.rules] == [3]


def test_the_first_output_counts_most_in_priority() -> None:
    """With several outputs the order of the first decides; rules that are equal there keep their order."""
    rules = ['- -> "b" | 1', '- -> "a" | 2', '- -> "a" | 3']
    chosen = value(0, rules, policy="PRIORITY", outputs="p q", values='"a", "b"')
    assert chosen == {"p": "a", "q": Decimal(2)}


def test_an_output_may_have_its_order_from_its_type() -> None:
    """Where the column lists no values, those of its item definition count, as first written."""
    values = item("tRank", "<typeRef>string</typeRef>" + unary("allowedValues", ORDER))
    ranked = table(OVERLAP, policy="OUTPUT ORDER").replace('<output name="r"', '<output name="r" typeRef="tRank"')
    assert evaluated(ranked, {"x": 10}, values).value == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("test", "x", "applies"),
    [
        ("-", None, True),
        ("", 1, True),
        ("1, 2", 2, True),
        ("not(1, 2)", 2, False),
        ("not(1, 2)", 3, True),
        ("[1..3)", 3, False),
        ("< -1", -2, True),
        ("null", None, True),
        ("> 1", None, False),
        ("> 1", "text", False),
        ('"a"', "a", True),
        ("? > 1 and ? < 3", 2, True),
        ("y", 5, True),
        ("ys", 6, True),
        ("odd(?)", 3, True),
    ],
)
def test_a_cell_tests_its_input(test: str, x: object, applies: bool) -> None:
    """What a condition's cell may say; what is neither true nor false does not apply."""
    data = {"x": x, "y": 5, "ys": [5, 6]}
    assert (evaluated(table([f"{test} -> 1"]), data).value == Decimal(1)) is applies


def test_values_outside_the_allowed_ones_are_reported() -> None:
    """An input or output beyond its list of values is null, and reported; null must be listed as well."""
    assert evaluated(table(['- -> "a"'], allowed='"p", "q"'), {"x": "q"}).value == "a"
    for strange in ("r", None):
        refused = evaluated(table(['- -> "a"'], allowed='"p", "q"'), {"x": strange})
        assert (refused.value, len(refused.problems)) == (None, 1)
    output = evaluated(table(['- -> "r"'], values='"p", "q"'), {"x": 1})
    assert (output.value, len(output.problems)) == (None, 1)


def test_a_table_stands_anywhere_an_expression_may() -> None:
    """Within a context, within a knowledge model, within an iteration."""
    inner = f"<contextEntry><variable name='x'/>{literal('2')}</contextEntry>"
    inner += f"<contextEntry>{table(['2 -> x * 10'])}</contextEntry>"
    assert evaluated(f"<context>{inner}</context>").value == Decimal(20)
    loop = f"<for iteratorVariable='x'><in>{literal('[1, 2]')}</in><return>{table(['1 -> 5', '2 -> 6'])}</return></for>"
    evaluation = evaluated(loop)
    assert evaluation.value == numbers(5, 6)
    assert [fired.rules[0].index for fired in evaluation.fired] == [1, 2]
    model = compiled(knowledge("k", ["x: number"], table(["1 -> 7"])), decision("d", literal("k(1)"), knows="k"))
    evaluation = model.evaluate("d", {})
    assert (evaluation.value, evaluation.fired[0].decision) == (Decimal(7), "k")


def test_a_table_takes_fuel_for_its_rules() -> None:
    """A large table within a long iteration runs out of fuel, whatever its cells cost."""
    rules = [f"{number} -> {number}" for number in range(200)]
    loop = f"<for iteratorVariable='x'><in>{literal('[1..500]')}</in><return>{table(rules)}</return></for>"
    with pytest.raises(FeelError) as refused:
        evaluated(loop)
    assert refused.value.code == "fuel"
