"""Data that are read before anything can have set them are told; what could have been set is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from engine.acts.decisions import read_decisions
from engine.bpmn import check_process
from engine.bpmn.dataflow import check_data_flow
from engine.bpmn.dataflow.near import misspelt, nearest
from engine.bpmn.dataflow.order import MOST_NODES, Order
from engine.bpmn.dataflow.sources import Facts
from engine.bpmn.effects import ElementEntered
from engine.bpmn.events import Event, MessageReceived, TaskCompleted, TimerFired
from engine.bpmn.graph import Activity, Graph
from engine.bpmn.problems import Problem
from engine.bpmn.second_engine.drawn import Dice
from tests.engine.bpmn.drawn_models import Drawer
from tests.engine.bpmn.models import (
    Walk,
    boundary,
    catch,
    chain,
    deploy,
    end,
    file,
    flow,
    mapping,
    message,
    on_message,
    par,
    script,
    service,
    several,
    start_event,
    timer,
    user,
    xor,
    zeebe_loop,
)
from tests.engine.bpmn.test_decisions import STEPS, camunda_8, model

FORMS = {"f": frozenset(("decision", "amount"))}
FORM = '<zeebe:formDefinition formId="f" />'


def closed(*names: str) -> str:
    """A start event that says what it brings."""
    given = f'<zeebe:properties><zeebe:property name="hoso:accepts" value="{",".join(names)}" /></zeebe:properties>'
    return start_event("s", f"<bpmn:extensionElements>{given}</bpmn:extensionElements>")


def found(body: str, before: str = "") -> list[Problem]:
    return list(check_data_flow(deploy(body, before), source="p.bpmn", fields=FORMS))


def told(body: str, before: str = "") -> list[tuple[str | None, str]]:
    return [(problem.element, problem.code) for problem in found(body, before)]


def computing(name: str, text: str, result: str) -> str:
    return script(name, text, f'scriptFormat="feel" camunda:resultVariable="{result}"')


def test_a_misspelt_name_is_told_with_the_one_that_was_meant() -> None:
    """Even where the start may bring anything: `decison` is nobody's name."""
    body = start_event() + user("a", FORM) + xor("g", 'default="g_e"') + end() + end("f") + chain("s", "a", "g", "e")
    (problem,) = found(body + flow("g", "f", '=decison = "approve"'))
    assert (problem.severity, problem.element, problem.code) == ("warning", "g_f", "data-never-set")
    assert problem.message == "the condition reads decison, which nothing in the process sets"
    assert problem.remedy.startswith("did you mean decision?")
    assert problem.mark is not None
    assert (problem.mark.text, problem.mark.column, problem.mark.length) == ('=decison = "approve"', 2, 7)


def test_a_name_that_the_start_may_bring_is_not_told() -> None:
    """Nothing sets `applicant`, and nothing says what the counter types in."""
    body = start_event() + user("a", FORM + mapping("input x: =applicant")) + end() + chain("s", "a", "e")
    assert told(body) == []


def test_a_start_that_says_what_it_brings_is_believed() -> None:
    """Then every other name must be set by something."""
    body = closed("applicant") + user("a", mapping("input x: =applicant", "input y: =phone")) + end()
    assert told(body + chain("s", "a", "e")) == [("a", "data-never-set")]


def test_data_that_are_computed_later_are_told_with_who_computes_them() -> None:
    """A rule that has not been asked yet cannot stand in the letter; no start brings its answer."""
    asks = computing("n", "1 + 1", "fee").replace('id="n"', 'id="n" name="Tính phí"')
    body = start_event() + service("l", "hoso.letter", mapping("input so: =fee")) + asks + end()
    (problem,) = found(body + chain("s", "l", "n", "e"))
    assert (problem.element, problem.code) == ("l", "data-not-set-yet")
    assert "the input so reads fee before anything can have set it; it is set by n (Tính phí)" in problem.message
    assert told(body + chain("s", "n", "l", "e")) == []


def test_a_form_that_comes_later_is_told_where_the_start_is_known() -> None:
    """Of an open start it is not: whoever starts the dossier may have brought it, and the form asks again."""
    tasks = user("a", mapping("input x: =amount")) + user("b", FORM) + end() + chain("s", "a", "b", "e")
    assert told(closed("applicant") + tasks) == [("a", "data-not-set-yet")]
    assert told(start_event() + tasks) == []


def test_what_a_loop_brings_back_may_be_there() -> None:
    """In the second round the script's value is there: that is no mistake."""
    body = start_event() + xor("m") + computing("c", "if n = null then 1 else n + 1", "n") + xor("g", 'default="g_e"')
    assert told(body + end() + chain("s", "m", "c", "g", "e") + flow("g", "m", "=n &lt; 3".replace("&lt;", "<"))) == []
    straight = start_event() + computing("c", "n + 1", "n") + end() + chain("s", "c", "e")
    assert told(straight) == [("c", "data-not-set-yet")]


def test_what_runs_side_by_side_may_have_run() -> None:
    """Between the fork and its join no order is known; behind the join it is."""
    branches = start_event() + par("f") + computing("x", "1", "n") + computing("y", "n", "m") + par("j")
    body = branches + computing("z", "k", "o") + computing("w", "1", "k") + end()
    flows = chain("s", "f", "x", "j", "z", "w", "e") + chain("f", "y", "j")
    assert told(body + flows) == [("z", "data-not-set-yet")]


def test_what_is_joined_by_nothing_may_pass_what_follows() -> None:
    """Two tokens go through the same tasks; one may be ahead of the other."""
    body = (
        start_event()
        + par("f")
        + user("x")
        + user("y")
        + xor("m")
        + computing("z", "k", "o")
        + computing("w", "1", "k")
    )
    flows = chain("s", "f", "x", "m", "z", "w", "e") + chain("f", "y", "m")
    assert told(body + end() + flows) == []


def test_an_event_beside_its_task_may_have_run() -> None:
    """What a boundary event that does not interrupt leads to runs beside all that follows the task."""
    reminds = (
        boundary("b", "a", timer("timeDuration", "P1D"), interrupting=False) + computing("r", "1", "n") + end("e2")
    )
    body = start_event() + user("a") + computing("c", "n", "m") + end() + reminds
    assert told(body + chain("s", "a", "c", "e") + chain("b", "r", "e2")) == []


def test_an_unknown_program_may_bring_anything() -> None:
    """A worker without outputs gives names that nobody here knows; with outputs it gives those."""
    tail = computing("c", "n", "m") + computing("d", "1", "n") + end() + chain("s", "w", "c", "d", "e")
    assert told(start_event() + service("w") + tail) == []
    assert told(start_event() + service("w", extra=mapping("output a: =b")) + tail) == [("c", "data-not-set-yet")]


def test_names_that_are_local_are_no_data() -> None:
    """Inputs, the member and the counter of several instances, and what FEEL declares itself."""
    loop = zeebe_loop('inputCollection="=[1, 2]" inputElement="member" outputCollection="all" outputElement="=got"')
    extra = mapping("input x: =member + loopCounter", "input y: =x")
    body = closed("start") + several(loop, extra=extra + FORM.replace('"f"', '"g"'), name="a")
    body += computing("c", "for i in all return {a: i, b: a}.b + count(all[item > 1])", "r") + end()
    assert told(body + chain("s", "a", "c", "e")) == []


def test_an_entry_within_a_filter_is_no_data() -> None:
    """`price` may be an entry of each member."""
    body = closed("goods") + computing("c", "goods[price > 3]", "dear") + end() + chain("s", "c", "e")
    assert told(body) == []


def test_messages_bring_what_is_accepted() -> None:
    """What else is read behind the event is told."""
    accepts = '<bpmn:extensionElements><zeebe:properties><zeebe:property name="hoso:accepts" value="day" />'
    accepts += "</zeebe:properties></bpmn:extensionElements>"
    body = closed("x") + catch("m1", accepts + on_message()) + computing("c", "day", "r") + computing("d", "hour", "q")
    assert told(body + end() + chain("s", "m1", "c", "d", "e"), message()) == [("d", "data-never-set")]


def test_data_that_are_drawn_are_known() -> None:
    """A data object of the process says that its name is data."""
    drawn = '<bpmn:dataObject id="o" name="fee" />'
    body = closed("x") + drawn + computing("c", "fee", "r") + end() + chain("s", "c", "e")
    assert told(body) == []


def test_what_stands_within_a_subprocess_runs_before_what_follows_it() -> None:
    """Data go up to the process as the subprocess runs; what follows it has them, what comes before has not."""
    inner = start_event("is") + computing("i", "1", "n") + end("ie") + chain("is", "i", "ie")
    sub = f'<bpmn:subProcess id="u">{inner}</bpmn:subProcess>'
    body = start_event() + computing("b", "n", "x") + sub + computing("a", "n", "y") + end()
    assert told(body + chain("s", "b", "u", "a", "e")) == [("b", "data-not-set-yet")]


def test_decisions_read_data_too() -> None:
    """A decision's input that nothing sets is told at the task that asks it."""
    decisions, _ = read_decisions({"decisions.dmn": model(STEPS)})
    body = camunda_8() + end() + chain("s", "x", "e")
    graph, problems = check_process(file(closed("a") + body), source="p.bpmn", decisions=decisions)
    assert graph is not None, problems
    (problem,) = check_data_flow(graph, source="p.bpmn", fields=FORMS)
    assert (problem.element, problem.message) == ("x", "decision fee reads amount, which nothing in the process sets")
    graph, _ = check_process(file(closed("amount") + body), source="p.bpmn", decisions=decisions)
    assert graph is not None
    assert check_data_flow(graph, source="p.bpmn", fields=FORMS) == ()


def test_a_process_that_is_too_large_says_so() -> None:
    """The analysis is bounded; what it leaves out is told."""
    names = [f"t{number}" for number in range(MOST_NODES + 1)]
    body = start_event() + "".join(f'<bpmn:task id="{name}" />' for name in names) + end() + chain("s", *names, "e")
    assert told(body) == [("p", "data-not-followed")]


def test_a_process_with_too_much_side_by_side_says_so() -> None:
    """What is not looked at counts as set, in bounded time, and that is told."""
    tasks = "".join(computing(f"a{n}", f"v{n * 7 % 1200}", f"v{n}") + chain("f", f"a{n}", "j") for n in range(1200))
    body = start_event() + par("f") + tasks + par("j") + end() + chain("s", "f") + chain("j", "e")
    assert ("p", "data-not-followed") in told(body)


@pytest.mark.parametrize(
    ("name", "other", "same"),
    [
        ("decison", "decision", True),
        ("deicsion", "decision", True),
        ("decisiom", "decision", True),
        ("Decision", "decision", True),
        ("soluong", "so_luong", True),
        ("số_lượng", "so_luong", True),
        ("address2", "address", False),
        ("address2", "address1", False),
        ("names", "name", False),
        ("seen", "sent", False),
        ("applicant", "recipient", False),
    ],
)
def test_only_what_is_surely_a_slip_is_one(name: str, other: str, same: bool) -> None:
    """A name that differs by a digit or a plural is a name of its own."""
    assert (misspelt(name, [other]) == other) is same


def test_the_nearest_name_is_offered() -> None:
    """Where the name is wrong anyway, a farther one may help."""
    assert nearest("recipent_nam", ["recipient_name", "subject"]) == "recipient_name"
    assert nearest("x", ["recipient_name"]) is None


@pytest.mark.parametrize("wild", [False, True])
@pytest.mark.parametrize("seed", [*range(12), 143, 151])
def test_whatever_ran_before_was_foreseen(seed: int, wild: bool) -> None:
    """In random walks of random models, what was left before something was entered is `before` it in the analysis."""
    graph, _ = check_process(Drawer(seed, wild=wild).file(), source="drawn.bpmn")
    assert graph is not None
    facts = Facts(graph, {})
    order = Order(facts)
    pairs = set[tuple[str, str]]()
    for number in range(8):
        left = dict[str, None]()
        for act, name in _walked(graph, Dice(f"walk {seed} {number}")):
            if act == "entered":
                pairs |= {(before, name) for before in left}
            else:
                left[name] = None
    missed = [pair for pair in pairs if not order.before([order.left(pair[0])], order.entered(pair[1]))]
    assert (missed, len(pairs) > 0) == ([], True)


def _walked(graph: Graph, dice: Dice) -> Iterator[tuple[str, str]]:
    """What was entered and what was left, in that order; gateways and events are left as they are entered."""
    walk = Walk(graph, {"x": dice.one_of([0, 1, 5])})
    for _ in range(30):
        for effect in walk.effects:
            if isinstance(effect, ElementEntered):
                yield "entered", effect.element
                if not isinstance(graph.nodes.get(effect.element), Activity):
                    yield "left", effect.element
        choices: list[tuple[str, Event]] = [
            (item.element, TaskCompleted(task=key, data={"x": dice.one_of([0, 1, 5])}))
            for key, item in walk.state.things.items()
            if item.kind == "task"
        ]
        choices += [("", TimerFired(timer=key)) for key in walk.state.timers]
        names = dict.fromkeys(item.name for item in walk.state.subscriptions.values() if item.kind == "message")
        choices += [("", MessageReceived(name=name, data={})) for name in names]
        if not choices:
            return
        element, event = dice.one_of(choices)
        if element:
            yield "left", element
        walk.send(event, timedelta(hours=2))
