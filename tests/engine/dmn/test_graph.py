"""Requirements: what is evaluated for a decision, what its expressions see, services, knowledge, imports."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.dmn import DmnError, compile_model
from engine.feel import FeelError
from tests.engine.dmn.models import (
    codes_of,
    compiled,
    component,
    decision,
    file,
    given,
    item,
    knowledge,
    literal,
    numbers,
    service,
    table,
)


def test_what_is_required_is_evaluated_once_and_first() -> None:
    """A diamond: each decision fires its table once, in the order of the requirements."""
    rule = ["- -> 1"]
    model = compiled(
        decision("top", literal("left + right"), needs="left right"),
        decision("left", literal("base + 1"), needs="base"),
        decision("right", literal("base + 2"), needs="base"),
        decision("base", table(rule)),
    )
    evaluation = model.evaluate("top", {"x": 0})
    assert evaluation.value == Decimal(5)
    assert list(evaluation.decisions) == ["base", "left", "right", "top"]
    assert len(evaluation.fired) == 1


def test_a_decision_is_found_by_id_and_name() -> None:
    """The id goes first; an unknown one is the caller's mistake."""
    model = compiled(decision("Bậc phí", literal("1"), identity="fee"))
    assert model.evaluate("fee", {}).value == model.evaluate("Bậc phí", {}).value == Decimal(1)
    assert model.decisions == {"fee": "Bậc phí"}
    with pytest.raises(KeyError):
        model.evaluate("other", {})


def test_names_with_spaces_are_read_as_they_are_declared() -> None:
    """The names of requirements, of entries, and of components, with their symbols."""
    model = compiled(
        item("tPerson", component("first-name", "string")),
        given("the person", "tPerson", identity="p"),
        decision("is it so", literal('the person.first-name + "!"'), data="p", identity="d"),
        decision("e", literal('is it so + "?"'), needs="d"),
    )
    assert model.evaluate("e", {"the person": {"first-name": "Lan"}}).value == "Lan!?"


def test_an_id_is_a_name_too() -> None:
    """As in Camunda 8; a variable's name and a built-in function go before it."""
    model = compiled(
        decision("the fee", literal("5"), identity="fee"),
        decision("other", literal("6"), identity="count"),
        decision("fee_2", literal("7"), identity="x"),
        decision("x", literal("8"), identity="y"),
        decision("d", literal("[fee, count([1]), x]"), needs="fee count x y"),
    )
    assert model.evaluate("d", {}).value == numbers(5, 1, 8)


def test_inputs_are_told_with_their_types() -> None:
    """Through all requirements, and the names that are read without being required."""
    model = compiled(
        given("a", "number"),
        given("b", "date"),
        decision("inner", literal("a + c"), data="a"),
        decision("outer", literal("inner + b.year"), needs="inner", data="b"),
    )
    assert {name: str(kind) for name, kind in model.inputs_of("outer").items()} == {
        "a": "number",
        "b": "date",
        "c": "Any",
    }


def test_an_input_has_its_type() -> None:
    """Text of JSON becomes a date where the type says so; what does not fit is null, and reported."""
    model = compiled(given("on", "date"), decision("d", literal("on.year"), data="on"))
    assert model.evaluate("d", {"on": "2026-11-22"}).value == Decimal(2026)
    refused = model.evaluate("d", {"on": 5})
    assert refused.value is None
    assert "no date" in refused.problems[0].message
    assert model.evaluate("d", {}).problems[0].code == "not-given"


def test_a_decision_has_its_type() -> None:
    """A list of one is its member, another type is null and reported (DMN 1.5 §10.3.2.9.4)."""
    model = compiled(decision("one", literal("[1]"), kind="number"), decision("no", literal('"a"'), kind="number"))
    assert model.evaluate("one", {}).value == Decimal(1)
    evaluation = model.evaluate("no", {})
    assert (evaluation.value, len(evaluation.problems)) == (None, 1)


def test_circles_are_refused() -> None:
    """Of decisions, and through services, however lenient the caller is."""
    circle = file(decision("a", literal("b"), needs="b"), decision("b", literal("a"), needs="a"))
    through = file(decision("a", literal("s()"), knows="s"), service("s", outputs="a"))
    for content in (circle, through):
        with pytest.raises(DmnError) as refused:
            compile_model(content, strict=False)
        assert [problem.code for problem in refused.value.problems] == ["cycle"]


def test_a_decision_without_logic_is_null_and_reported() -> None:
    """DMN 1.5 §6.3.7: it may be given as input of a service, but it cannot be evaluated."""
    evaluation = compiled(decision("d", "")).evaluate("d", {})
    assert (evaluation.value, len(evaluation.problems)) == (None, 1)


def test_a_broken_decision_breaks_no_other() -> None:
    """Strictly the model is refused; leniently only what needs the broken part is a fault."""
    parts = (
        decision("bad", literal("1 +")),
        decision("good", literal("1")),
        decision("on", literal("bad"), needs="bad"),
    )
    assert codes_of(file(*parts)) == ["syntax"]
    model = compiled(*parts, strict=False)
    assert (model.evaluate("good", {}).value, model.evaluate("good", {}).failed) == (Decimal(1), False)
    assert (model.evaluate("on", {}).failed, [each.code for each in model.problems]) == (True, ["syntax"])


# Knowledge models


def test_knowledge_sees_its_parameters_and_what_it_knows() -> None:
    """Neither the data nor the decisions around the call (DMN 1.5 §10.4); it may call itself."""
    model = compiled(
        knowledge("twice", ["n: number"], literal("n * 2")),
        knowledge("four", ["n: number"], literal("twice(twice(n))"), knows="twice"),
        knowledge("peep", [], literal("x")),
        knowledge("down", ["n"], literal("if n = 0 then [] else append(down(n - 1), n)")),
        decision("d", literal("{f: four(3), p: peep(), r: down(3)}"), knows="four peep down"),
    )
    assert model.evaluate("d", {"x": 1}).value == {"f": Decimal(12), "p": None, "r": numbers(1, 2, 3)}


def test_recursion_without_end_hits_a_bound() -> None:
    """Never Python's own stack."""
    model = compiled(knowledge("f", ["n"], literal("f(n)")), decision("d", literal("f(1)"), knows="f"))
    with pytest.raises(FeelError) as refused:
        model.evaluate("d", {})
    assert refused.value.code == "depth-bound"


def test_knowledge_is_invoked_from_outside() -> None:
    """By name, with arguments that are data."""
    model = compiled(knowledge("age", ["born: date", "now: date"], literal('(now - born) / @"P1D"')))
    assert model.invoke("age", {"born": "2026-11-01", "now": "2026-11-22"}).value == Decimal(21)
    refused = model.invoke("age", {"born": "2026-11-01", "other": 1})
    assert (refused.value, len(refused.problems)) == (None, 1)


# Services


SERVICE = (
    given("x", "number"),
    decision("inner", literal("x + 1"), data="x"),
    decision("given", literal("100")),
    decision("result", literal("inner + given"), needs="inner given"),
    decision("other", literal("x"), data="x"),
)


def test_a_service_is_given_its_input_decisions() -> None:
    """They are not evaluated; with one output the value is its own, with several a context of them."""
    model = compiled(
        *SERVICE,
        service("one", outputs="result", decisions="given", data="x"),
        service("two", outputs="result other", decisions="given", data="x"),
    )
    one = model.invoke("one", {"x": 1, "given": 5})
    assert (one.value, dict(one.decisions)) == (Decimal(7), {"inner": Decimal(2), "result": Decimal(7)})
    assert model.invoke("two", {"x": 1, "given": 5}).value == {"result": Decimal(7), "other": Decimal(1)}
    assert model.evaluate("result", {"x": 1}).value == Decimal(102)


def test_a_service_is_a_function() -> None:
    """Its input data come before its input decisions; the decisions around it keep their own values."""
    model = compiled(
        *SERVICE,
        service("s", outputs="result", decisions="given", data="x"),
        decision("d", literal("[s(1, 5), s(given: 6, x: 2), x, s(1)]"), data="x", knows="s"),
    )
    evaluation = model.evaluate("d", {"x": 50})
    assert evaluation.value == [*numbers(7, 9, 50), None]
    assert len(evaluation.problems) == 1


def test_a_service_sees_nothing_but_its_parameters() -> None:
    """Data that it is not given does not reach its decisions."""
    model = compiled(
        decision("r", literal("hidden")), service("s", outputs="r"), decision("d", literal("s()"), knows="s")
    )
    assert model.evaluate("d", {"hidden": 1}).value is None


# Imports


LIBRARY = file(
    item("tPerson", component("name", "string")),
    given("who", "tPerson"),
    knowledge("greet", ["p: tPerson"], literal('"Chào " + p.name')),
    decision("greeting", literal("greet(who)"), data="who", knows="greet"),
    service("greeter", outputs="greeting", data="who"),
    namespace="urn:lib",
    name="lib",
)
IMPORT = '<import namespace="urn:lib" name="the lib" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>'


def test_an_imported_model_stands_behind_its_name() -> None:
    """Its decisions, knowledge, services, and types."""
    model = compile_model(
        file(
            IMPORT,
            given("me", "the lib.tPerson"),
            decision("a", literal("the lib.greeting"), needs="urn:lib#greeting"),
            decision("b", literal("the lib.greet(me)"), data="me", knows="urn:lib#greet"),
            decision("c", literal("the lib.greeter(me)"), data="me", knows="urn:lib#greeter"),
        ),
        imports={"lib.dmn": LIBRARY},
    )
    assert model.evaluate("a", {"who": {"name": "An"}}).value == "Chào An"
    assert model.evaluate("a", {"the lib": {"who": {"name": "Bo"}}}).value == "Chào Bo"
    assert list(model.evaluate("a", {"who": {"name": "An"}}).decisions) == ["the lib.greeting", "a"]
    for name in "bc":
        assert model.evaluate(name, {"me": {"name": "Lan"}}).value == "Chào Lan"
        assert model.evaluate(name, {"me": {"name": 5}}).value is None


def test_a_type_of_an_import_may_have_a_prefix() -> None:
    """The prefix of its namespace, as DMN 1.1 wrote types, and FEEL's own prefix."""
    content = file(
        IMPORT,
        given("me", "lib:tPerson"),
        given("n", "feel:number"),
        decision("d", literal("[me, n]"), data="me n"),
        more='xmlns:lib="urn:lib" xmlns:feel="http://www.omg.org/spec/FEEL/20140401"',
    )
    model = compile_model(content, imports={"lib.dmn": LIBRARY})
    assert model.evaluate("d", {"me": {"name": "x"}, "n": 1}).value == [{"name": "x"}, Decimal(1)]
    assert model.evaluate("d", {"me": {}, "n": "1"}).value == [None, None]


def test_an_import_without_name_is_as_if_it_stood_here() -> None:
    """DMN 1.5 §7.3.2: an empty name imports into the model's own names."""
    content = file(
        '<import namespace="urn:lib" name=""/>', decision("d", literal("greeting"), needs="urn:lib#greeting")
    )
    model = compile_model(content, imports={"lib.dmn": LIBRARY})
    assert model.evaluate("d", {"who": {"name": "An"}}).value == "Chào An"


def test_what_is_not_imported_is_refused() -> None:
    """A namespace without file, and a reference to a model that is not imported."""
    assert codes_of(file(IMPORT, decision("d", literal("1")))) == ["unknown-import"]
    reference = file(decision("d", literal("1"), needs="urn:lib#greeting"))
    assert codes_of(reference, lib=LIBRARY) == ["unknown-reference"]


def test_models_may_import_each_other() -> None:
    """Only requirements may not form circles."""
    here = '<import namespace="urn:a" name="a"/>'
    one = file(
        '<import namespace="urn:b" name="b"/>', decision("d", literal("b.e"), needs="urn:b#e"), namespace="urn:a"
    )
    two = file(here, decision("e", literal("1")), decision("f", literal("a.d"), needs="urn:a#d"), namespace="urn:b")
    assert compile_model(one, imports={"b.dmn": two}).evaluate("d", {}).value == Decimal(1)


def test_a_model_is_imported_once() -> None:
    """Which of two names an element stands behind would depend on the reader."""
    twice = file(IMPORT, IMPORT.replace("the lib", "other"), decision("d", literal("1")))
    assert codes_of(twice, **{"lib.dmn": LIBRARY}) == ["duplicate"]
