"""Item definitions: components, collections, allowed values, functions, references."""

from __future__ import annotations

import pytest

from tests.engine.dmn.models import codes_of, compiled, component, decision, file, given, item, literal, unary

TYPES = (
    item("tAge", "<typeRef>number</typeRef>" + unary("allowedValues", "[0..150]")),
    item("tAges", "<typeRef>tAge</typeRef>", collection=True),
    item("tTags", "<typeRef>string</typeRef>" + unary("allowedValues", '"a", "b"'), collection=True),
    item("tPair", "<typeRef>number</typeRef>" + unary("typeConstraint", "count(?) = 2"), collection=True),
    item("tPerson", component("age", "tAge") + component("born", "date")),
    item("tPeople", "<typeRef>tPerson</typeRef>", collection=True),
    item("tWord", "<typeRef>string</typeRef>" + unary("allowedValues", "string length(?) < 4")),
    item("tSame", "<typeRef>tWord</typeRef>"),
    item("tTest", '<functionItem outputTypeRef="boolean"><parameters name="n" typeRef="number"/></functionItem>'),
)


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        ("tAge", 7, True),
        ("tAge", 151, False),
        ("tAge", "7", False),
        ("tAges", [1, 2], True),
        ("tAges", [1, 151], False),
        ("tTags", ["a", "b", "a"], True),
        ("tTags", ["a", "c"], False),
        ("tPair", [1, 2], True),
        ("tPair", [1, 2, 3], False),
        ("tPerson", {"age": 7, "born": "2020-01-01"}, True),
        ("tPerson", {"age": 7, "born": "2020-01-01", "more": 1}, True),
        ("tPerson", {"age": 7}, False),
        ("tPerson", {"age": 700, "born": "2020-01-01"}, False),
        ("tPerson", {"age": None, "born": None}, True),
        ("tPeople", [{"age": 7, "born": "2020-01-01"}], True),
        ("tPeople", [{"age": 7, "born": "yesterday"}], False),
        ("tSame", "abc", True),
        ("tSame", "abcd", False),
        ("list<number>", [1, 2], True),
        ("list<number>", ["1"], False),
        ("dateTime", "2020-01-01T10:00:00", True),
        ("yearMonthDuration", "P1Y", True),
        ("dayTimeDuration", "P1Y", False),
        ("long", 5, True),
        ("Any", "whatever", True),
    ],
)
def test_a_value_fits_its_type_or_is_null(kind: str, value: object, fits: bool) -> None:
    """What does not fit is null, and reported."""
    evaluation = compiled(*TYPES, given("x", kind), decision("d", literal("x != null"), data="x")).evaluate(
        "d", {"x": value}
    )
    assert (evaluation.value, bool(evaluation.problems)) == (fits, not fits)


def test_dates_within_structures_are_dates() -> None:
    """Text is read as date at every depth of the type."""
    model = compiled(*TYPES, given("x", "tPeople"), decision("d", literal("x[1].born.year"), data="x"))
    assert str(model.evaluate("d", {"x": [{"age": 1, "born": "1999-05-05"}]}).value) == "1999"


def test_a_function_has_its_type() -> None:
    """By the number and types of its parameters."""
    model = compiled(
        *TYPES,
        decision("good", literal("function(n: number) n > 1"), kind="tTest"),
        decision("bad", literal("function(n: string, m: string) n = m"), kind="tTest"),
        decision("d", literal("[good(2), bad = null]"), needs="good bad"),
    )
    assert model.evaluate("d", {}).value == [True, True]


def test_instance_of_does_not_ask_for_allowed_values() -> None:
    """DMN 1.5 §10.3.2.13: the type counts, not the values allowed where it is used."""
    model = compiled(*TYPES, decision("d", literal('[900 instance of tAge, "900" instance of tAge]')))
    assert model.evaluate("d", {}).value == [True, False]


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ((item("a", "<typeRef>b</typeRef>"), item("b", "<typeRef>a</typeRef>")), "type-cycle"),
        ((item("a", component("x", "a")),), "type-cycle"),
        ((item("a", "<typeRef>nothing</typeRef>"),), "unknown-type"),
        ((given("x", "nothing"),), "unknown-type"),
        ((item("a", "<typeRef>number</typeRef>" + unary("allowedValues", "1 +")),), "syntax"),
        ((item("a", '<typeRef>number</typeRef>').replace("<itemD", '<itemDefinition typeLanguage="urn:x" ', 1)
          .replace("efinition name", "name", 1),), "expression-language"),
    ],
)  # fmt: skip
def test_types_that_cannot_be_are_refused(parts: tuple[str, ...], code: str) -> None:
    """By the stable code of the defect."""
    assert codes_of(file(*parts)) == [code]


def test_types_do_not_explode() -> None:
    """Each doubles the one before: refused long before the parts are counted in millions."""
    doubled = [item("t0", "<typeRef>string</typeRef>")]
    doubled += [item(f"t{i}", component("a", f"t{i - 1}") + component("b", f"t{i - 1}")) for i in range(1, 60)]
    assert set(codes_of(file(*doubled))) == {"type-size"}
    chain = [item(f"t{i}", f"<typeRef>t{i + 1}</typeRef>") for i in range(3000)]
    assert "type-size" in codes_of(file(*chain, item("t3000", "<typeRef>string</typeRef>")))
