"""A model that somebody damaged: refused, or evaluated to a value or a bound; nothing else ever comes out."""

from __future__ import annotations

import copy
from contextlib import suppress

from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st
from lxml import etree

from engine.dmn import DmnError, compile_model
from engine.feel import FeelError
from tests.engine.dmn.models import (
    component,
    context,
    decision,
    entry,
    file,
    function,
    given,
    item,
    knowledge,
    literal,
    service,
    table,
    unary,
)

SOUND = file(
    item("tKind", "<typeRef>string</typeRef>" + unary("allowedValues", '"a", "b"')),
    item("tThing", component("kind", "tKind") + component("on", "date")),
    item("tThings", "<typeRef>tThing</typeRef>", collection=True),
    given("x", "number"),
    given("things", "tThings"),
    knowledge("k", ["n: number"], literal("if n > 3 then k(n - 1) else [n]")),
    decision("t", table(["> 1 | - -> 1", "- | 2 -> 2"], inputs="x x", policy="COLLECT"), data="x", kind="list<number>"),
    decision("c", context(entry("f", function(literal("n + 1"), "n")), entry("", literal("f(t[1])"))), needs="t"),
    decision("d", literal("for each in things return k(each.on.day)"), data="things", knows="k"),
    service("s", outputs="c d", decisions="t", data="things"),
)
TEXTS = ["", "-", "?", "null", "item", "f(", "[1..3]", "x.y", "function(a) a", "for i in 1..3 return partial", "not(1)"]
WORDS = [
    "",
    "number",
    "tThing",
    "tThings",
    "list<tKind>",
    "#t",
    "#d",
    "#s",
    "COLLECT",
    "PRIORITY",
    "Java",
    "SUM",
    "true",
]
DATA = [1, "a", None, True, [1, 2], {"kind": "a", "on": "2026-01-02"}, [{"kind": "c"}], 2.5]

change = st.tuples(st.integers(0, 5), st.integers(0, 500), st.integers(0, 500), st.sampled_from(TEXTS + WORDS))


def damaged(changes: list[tuple[int, int, int, str]]) -> bytes:
    """The model with elements removed, doubled, moved or renamed, texts and attributes replaced."""
    root = etree.fromstring(SOUND)
    for kind, first, second, text in changes:
        elements = [element for element in root.iter() if element is not root]
        one, other = elements[first % len(elements)], elements[second % len(elements)]
        if kind == 0 and (parent := one.getparent()) is not None and len(elements) > 10:
            parent.remove(one)
        elif kind == 1:
            one.append(copy.deepcopy(other))
        elif kind == 2:
            one.text = text
        elif kind == 3:
            one.tag = other.tag
        elif one.attrib:
            name = sorted(one.attrib)[second % len(one.attrib)]
            one.attrib[name] = text
    return etree.tostring(root)


@settings(max_examples=150, deadline=None)
@over(st.lists(change, max_size=6), st.lists(st.sampled_from(DATA), min_size=3, max_size=3))
def test_a_damaged_model_is_refused_or_runs(changes: list[tuple[int, int, int, str]], data: list[object]) -> None:
    """Whatever it does is one of three: DmnError, FeelError, an Evaluation."""
    with suppress(DmnError):
        model = compile_model(damaged(changes), strict=False)
        values = dict(zip(("x", "things", "t"), data, strict=True))
        for name in model.decisions:
            with suppress(FeelError):
                assert isinstance(model.evaluate(name, values, fuel=5000).failed, bool)
        with suppress(FeelError, KeyError):
            model.invoke("s", values, fuel=5000)


def test_the_sound_model_is_sound() -> None:
    """Else the damaged ones would show nothing."""
    model = compile_model(SOUND)
    things = [{"kind": "a", "on": "2026-01-02"}, {"kind": "b", "on": "2026-01-09"}]
    evaluation = model.evaluate("d", {"x": 2, "things": things})
    assert (evaluation.value, evaluation.problems) == ([[2], [3]], ())
    assert model.evaluate("c", {"x": 2}).value == 2
    assert model.invoke("s", {"t": [5], "things": things}).value == {"c": 6, "d": [[2], [3]]}
