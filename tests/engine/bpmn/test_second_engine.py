"""The second engine: what it judges, what it leaves, and that a disagreement refuses."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pytest

from engine.bpmn import check_process
from engine.bpmn.document import Element, parse
from engine.bpmn.problems import Problems
from engine.bpmn.second_engine import compare, examine
from engine.bpmn.second_engine.comparable import reasons
from engine.bpmn.second_engine.prepared import prepare
from tests.engine.bpmn.drawn_models import Drawer
from tests.engine.bpmn.models import (
    boundary,
    catch,
    chain,
    deploy,
    end,
    file,
    flow,
    message,
    on_message,
    par,
    start_event,
    throw,
    timer,
    user,
    xor,
)
from tests.processes.walk import KEYS, PROCESSES, load

HOUR = timer("timeDuration", "PT1H")
SIMPLE = start_event() + user("x") + end() + chain("s", "x", "e")
BORDER = user("x") + boundary("b", "x", HOUR) + user("y") + end("f") + chain("b", "y", "f")
BOUND = start_event() + BORDER + end() + chain("s", "x", "e")
LOOP = start_event() + xor("m") + par("f") + user("a") + user("b") + par("j") + xor("d", 'default="d_e"') + end()
LOOP += chain("s", "m", "f", "a", "j", "d", "e") + chain("f", "b", "j") + flow("d", "m", "again")
AGAIN = '<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">2'
AGAIN += "</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"


def tree(body: str, before: str = "") -> Element:
    root = parse(file(body, before), Problems("test.bpmn"))
    assert root is not None
    return root


def scope(name: str, extra: str = "", attributes: str = "") -> str:
    inner = start_event(f"{name}_s") + user(f"{name}_x") + end(f"{name}_e")
    flows = chain(f"{name}_s", f"{name}_x", f"{name}_e")
    return f'<bpmn:subProcess id="{name}" {attributes}>{extra}{inner}{flows}</bpmn:subProcess>'


@pytest.mark.parametrize("key", KEYS)
def test_our_processes_are_walked_without_a_problem(key: str) -> None:
    """The processes that ship are compared, go through many steps in both engines, and warn of nothing."""
    graph, _ = load(key)
    root = parse((PROCESSES / key / "process.bpmn").read_bytes(), Problems(key))
    assert root is not None
    judged = examine(graph, root)
    assert (judged.reasons, judged.reading, [walk.disagreement for walk in judged.walks]) == ((), "", [None] * 10)
    assert judged.steps > 200
    assert judged == examine(graph, root), "the same walks every time"


@pytest.mark.parametrize("wild", [False, True])
def test_both_engines_agree_on_drawn_models(wild: bool) -> None:
    """Blocks within blocks, and wilder: where the library is a judge it stands where we do."""
    assert _steps(range(0, 12), wild=wild) > 200


@pytest.mark.nightly
@pytest.mark.parametrize("wild", [False, True])
def test_both_engines_agree_for_ten_thousand_steps(wild: bool) -> None:
    """As above, with models enough for 10,000 steps each way."""
    assert _steps(range(1_000, 1_450), wild=wild) > 10_000


def _steps(seeds: range, *, wild: bool) -> int:
    steps = 0
    for seed in seeds:
        xml = Drawer(seed, wild=wild).file()
        graph, problems = check_process(xml, source="drawn.bpmn")
        root = parse(xml, Problems("drawn.bpmn"))
        assert graph is not None, (seed, problems)
        assert root is not None
        judged = examine(graph, root)
        wrong = [str(walk.disagreement) for walk in judged.walks if walk.disagreement is not None]
        assert (judged.reading, wrong) == ("", []), seed
        steps += judged.steps
    return steps


def test_another_reading_refuses_and_names_the_difference() -> None:
    """A flow, a condition, a message or a lane that only one engine reads is a problem."""
    other = start_event() + user("x") + user("y") + end() + chain("s", "x", "y", "e")
    (problem,) = compare(deploy(SIMPLE), tree(other), source="test.bpmn")
    assert (problem.severity, problem.code, problem.element) == ("error", "second-reading", "p")
    assert "elements: only ours nothing, only SpiffWorkflow's y (userTask)" in problem.message
    assert "flows: only ours x -> e, only SpiffWorkflow's x -> y, y -> e" in problem.message


def test_conditions_and_messages_and_lanes_are_read_twice() -> None:
    """Each of them differs by itself."""
    body = (
        start_event() + xor("g", 'default="g_e"') + end() + end("f") + chain("s", "g", "e") + flow("g", "f", "a = {}")
    )
    assert "flows: only ours g -> f if a = 1, only" in examine(deploy(body.format(1)), tree(body.format(2))).reading
    waits = start_event() + catch("c", on_message()) + end() + chain("s", "c", "e")
    graph = deploy(waits, message())
    assert "messages: only ours c: message m-name" in examine(graph, tree(waits, message().replace("m-n", "n"))).reading
    lanes = '<bpmn:laneSet id="ls"><bpmn:lane id="l" name="{}"><bpmn:flowNodeRef>x</bpmn:flowNodeRef></bpmn:lane>'
    lanes += "</bpmn:laneSet>"
    graph = deploy(lanes.format("A") + SIMPLE)
    assert (
        "lanes: only ours x in A, only SpiffWorkflow's x in B"
        in examine(graph, tree(lanes.format("B") + SIMPLE)).reading
    )


def test_another_walk_refuses_and_shows_both_paths() -> None:
    """Read the same, run otherwise: the decisions and what each engine passed are told."""
    other = BOUND.replace('cancelActivity="true"', 'cancelActivity="false"')
    (problem,) = compare(deploy(BOUND), tree(other), source="test.bpmn")
    assert (problem.severity, problem.code) == ("error", "second-walk")
    assert problem.message == (
        "after the start, timer b: ours passed b, y and waits at y; SpiffWorkflow passed b and waits at x, y"
    )
    assert problem.notes == (
        "decisions: the start, timer b",
        "our path: passed b, y and waits at y",
        "SpiffWorkflow's path: passed b and waits at x, y",
    )


def test_a_long_walk_still_shows_both_paths() -> None:
    """However many decisions there were and however long the ids: neither path is cut off the message."""
    names = [f"{'step' * 30}{number}" for number in range(25)]
    body = (
        start_event() + "".join(map(user, names)) + user("x") + boundary("b", "x", HOUR) + user("y") + end() + end("f")
    )
    body += chain("s", *names, "x", "e") + chain("b", "y", "f")
    other = body.replace('cancelActivity="true"', 'cancelActivity="false"')
    (problem,) = compare(deploy(body), tree(other), source="test.bpmn")
    assert len(problem.message) <= 400
    assert problem.message.endswith("ours passed b, y and waits at y; SpiffWorkflow passed b and waits at x, y")
    assert problem.notes[1:] == (
        "our path: passed b, y and waits at y",
        "SpiffWorkflow's path: passed b and waits at x, y",
    )
    assert names[0] in problem.notes[0]


def test_a_recorded_reason_lets_a_disagreement_pass() -> None:
    """Then it is a warning that carries the reason."""
    other = BOUND.replace('cancelActivity="true"', 'cancelActivity="false"')
    (problem,) = compare(deploy(BOUND), tree(other), source="test.bpmn", reason="seen by two of us")
    assert (problem.severity, problem.code) == ("warning", "second-walk")
    assert problem.notes[-1] == "deployed although: seen by two of us"


def test_a_deploy_asks_the_second_engine_and_a_load_does_not() -> None:
    """What cannot be compared is deployed, with a warning that says so."""
    linked = start_event() + throw("t", '<bpmn:linkEventDefinition name="l"/>') + chain("s", "t")
    linked += catch("c", '<bpmn:linkEventDefinition name="l"/>') + end() + chain("c", "e")
    assert check_process(file(linked), source="test.bpmn")[1] == ()
    graph, (problem,) = check_process(file(linked), source="test.bpmn", second=True)
    assert graph is not None
    assert (problem.severity, problem.code, problem.element) == ("warning", "not-comparable", "t")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            start_event() + scope("m", AGAIN) + boundary("b", "m", HOUR) + end() + end("f")
            + chain("s", "m") + flow("m", "e", name="on") + chain("b", "f"),
            "it raises where several instances of a subprocess are interrupted",
        ),
        (
            start_event() + user("End") + end() + chain("s", "End", "e"),
            "it has elements of its own by that id",
        ),
        (
            SIMPLE + scope("sub", attributes='triggeredByEvent="true"').replace(
                start_event("sub_s"), start_event("sub_s", HOUR)
            ),
            "it goes on beside an interrupting event subprocess, and starts none within another",
        ),
        (
            start_event() + user("x") + boundary("b", "x", HOUR) + end() + chain("s", "x", "e") + chain("b", "x"),
            "it never ends after an event that leads straight back to its own activity",
        ),
        (
            start_event() + xor("m") + user("x") + boundary("b", "x", HOUR, False) + end() + chain("s", "m", "x", "e")
            + chain("b", "m"),
            "it loses tokens where an event that does not interrupt leads back to its activity",
        ),
        (
            start_event() + par("j") + user("x") + xor("d", 'default="d_e"') + end() + chain("s", "j", "x", "d", "e")
            + flow("d", "j", "a"),
            "it lets a parallel join go on without the flow that comes back from behind it",
        ),
        (
            start_event() + user("x", attributes='default="d"') + user("y") + user("z") + user("o") + end()
            + chain("s", "x", "y", "e") + flow("x", "z", "a") + flow("x", "o", name="d") + chain("z", "e")
            + chain("o", "e"),
            "it takes no default flow beside one without condition",
        ),
        (
            SIMPLE + scope("sub", attributes='triggeredByEvent="true"').replace(
                start_event("sub_s"), start_event("sub_s", HOUR)
            ).replace("subProcess", "transaction"),
            "it does not read an event subprocess that is a transaction",
        ),
        (
            start_event() + user("x", attributes='completionQuantity="2"') + end() + chain("s", "x", "e"),
            "it ignores startQuantity and completionQuantity",
        ),
    ],
)  # fmt: skip
def test_what_is_not_compared_says_why(body: str, text: str) -> None:
    """It is no refusal."""
    judged = examine(deploy(body), tree(body))
    assert (judged.reasons[0].text, judged.reading, judged.walks) == (text, "", ())


def test_an_inclusive_gateway_with_a_flow_that_is_always_taken_is_read_the_same() -> None:
    """The library wants a condition there, which is not the model's; one that the model has is kept."""
    always = start_event() + '<bpmn:inclusiveGateway id="g"/>' + user("x") + user("y") + end()
    always += chain("s", "g") + chain("x", "e") + chain("y", "e") + flow("g", "y", "a = 1")
    for body in (always + flow("g", "x"), always + flow("g", "x", "true")):
        judged = examine(deploy(body), tree(body))
        assert (judged.reasons, judged.reading, {walk.disagreement for walk in judged.walks}) == ((), "", {None})
    assert (
        "flows: only ours g -> x, only"
        in examine(deploy(always + flow("g", "x")), tree(always + flow("g", "x", "true"))).reading
    )


def test_a_way_back_to_several_instances_ends_the_walk() -> None:
    """SpiffWorkflow 3.2.0 raises there of itself, which says nothing of the process."""
    body = start_event() + user("x").replace("</bpmn:userTask>", f"{AGAIN}</bpmn:userTask>") + user("y") + end()
    body += boundary("b", "x", HOUR) + chain("s", "x", "e") + chain("b", "y", "x")
    ends = Counter(walk.ended for walk in examine(deploy(body), tree(body)).walks)
    assert ends["instances begin again in a round that it did not foresee"]
    assert set(ends) == {"instances begin again in a round that it did not foresee", "nothing more can happen"}


def test_tokens_that_multiply_in_a_loop_end_the_walk() -> None:
    """SpiffWorkflow 3.2.0 loses one of them in a later round; the first round is compared."""
    body = start_event() + xor("m") + user("a") + par("f") + user("b") + user("c") + xor("d", 'default="d_m"') + end()
    body += (
        chain("s", "m", "a", "f", "b", "d") + chain("f", "c", "e") + flow("d", "m", name="d_m") + flow("d", "e", "x")
    )
    judged = examine(deploy(body), tree(body))
    assert (judged.reasons, {walk.disagreement for walk in judged.walks}) == ((), {None})
    assert "more tokens than it can tell apart" in {walk.ended for walk in judged.walks}
    assert judged.steps > 20


def test_a_deadlock_in_a_loop_ends_the_walk() -> None:
    """A choice before a parallel join in a loop: our kernel shows the starved join, the library goes on."""
    body = start_event() + user("a") + xor("x", 'default="x_j"') + par("j") + xor("m") + user("b") + end()
    body += (
        chain("s", "a", "x")
        + flow("x", "j", name="x_j")
        + flow("x", "m", "v")
        + chain("m", "b", "j", "e")
        + chain("j", "m")
    )
    ends = {walk.ended for walk in examine(deploy(body), tree(body)).walks}
    assert "a join in a loop waits for ever" in ends
    assert "the engines disagree" not in ends


def test_the_first_of_two_errors_ends_the_other() -> None:
    """The library passes both tokens; the process stands at the same place."""
    error = '<bpmn:errorEventDefinition errorRef="r"/>'
    inner = start_event("i") + user("x") + par("f") + end("c", error) + chain("i", "x", "f", "c")
    inner += flow("f", "c", name="twice")
    body = start_event() + f'<bpmn:subProcess id="sub">{inner}</bpmn:subProcess>' + boundary("b", "sub", error)
    body += user("y") + end() + end("o") + chain("s", "sub", "e") + chain("b", "y", "o")
    before = '<bpmn:error id="r" name="r" errorCode="r"/>'
    graph, problems = check_process(file(body, before), source="test.bpmn", second=True)
    assert (graph is not None, problems) == (True, ())


def test_a_loop_is_walked_until_a_join_is_met_again() -> None:
    """SpiffWorkflow 3.2.0 lets a parallel join go on early in a later round; the walk ends before that."""
    judged = examine(deploy(LOOP), tree(LOOP))
    ends = Counter(walk.ended for walk in judged.walks)
    assert set(ends) == {"nothing more can happen", "more tokens than it can tell apart"}
    assert judged.steps > 30


def test_what_foresees_too_much_is_not_begun() -> None:
    """A sound row of parallel blocks makes the library draw 2^n tasks; it must not hang a deploy."""
    body, last = start_event() + end(), "s"
    for number in range(30):
        split, one, two, join = (f"{name}{number}" for name in ("f", "a", "b", "j"))
        body += par(split) + user(one) + user(two) + par(join)
        body += chain(last, split, one, join) + chain(split, two, join)
        last = join
    judged = examine(deploy(body + flow(last, "e")), tree(body + flow(last, "e")))
    assert judged.reasons[0].text == "what it foresees from here grows with every way through what follows"


def test_an_endless_loop_ends_the_walk() -> None:
    """Our kernel stops it with an incident; the library is not even asked."""
    body = start_event() + xor("m") + xor("d", 'default="d_m"') + end() + chain("s", "m", "d")
    body += flow("d", "m", name="d_m") + flow("d", "e", "a")
    ends = {walk.ended for walk in examine(deploy(body), tree(body)).walks}
    assert "an incident of ours: step-budget" in ends


def test_what_the_library_raises_is_a_problem() -> None:
    """Whatever it meets in a file, a deploy is told, and nothing crashes."""
    graph = deploy(SIMPLE)
    (problem,) = compare(graph, tree(SIMPLE.replace('targetRef="e"', 'targetRef="none"')), source="test.bpmn")
    assert problem.code == "second-reading"
    assert problem.message.startswith("SpiffWorkflow cannot read it: ValidationException")


def test_the_budget_ends_the_walks() -> None:
    """Counted, so it ends at the same place every time."""
    graph, root = deploy(BOUND), tree(BOUND)
    short = examine(graph, root, budget=400)
    assert short.steps < examine(graph, root).steps
    assert short == examine(graph, root, budget=400)
    assert short.walks[-1].ended == "the budget of the walks is used up, or a condition takes too long"


def test_a_state_that_changes_in_the_store_would_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step is stored and loaded; what comes back otherwise is a disagreement with ourselves."""
    from engine.bpmn.state import State

    decode = State.decode
    monkeypatch.setattr(
        State, "decode", staticmethod(lambda encoded: replace(decode(encoded), counter=decode(encoded).counter + 1))
    )
    told = str(examine(deploy(SIMPLE), tree(SIMPLE)).walks[0].disagreement)
    assert "our state changed as it was stored and loaded" in told


def test_the_library_is_loaded_late() -> None:
    """A server starts without it."""
    code = "import sys, engine.acts.deploy; sys.exit('SpiffWorkflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_nothing_of_the_file_is_python() -> None:
    """Neither scripts nor timers nor data reach the library, and its engine runs nothing."""
    from engine.bpmn.second_engine.spiff import NoPython

    engine = NoPython(lambda text: f"asked {text}")
    assert engine.evaluate(None, "__import__('os')") == "asked __import__('os')"
    with pytest.raises(TypeError):
        engine.execute(None, "1")
    body = start_event() + catch("c", timer("timeDuration", "PT1H")) + end() + chain("s", "c", "e")
    body += '<bpmn:dataObject id="d"/><bpmn:dataObjectReference id="r" dataObjectRef="d"/>'
    names = {str(item.tag).rpartition("}")[2] for item in prepare(tree(body), {"p"}).root.iter()}
    assert names == {"definitions", "process", "startEvent", "intermediateCatchEvent", "endEvent", "sequenceFlow",
                     "timerEventDefinition"}  # fmt: skip
    assert reasons(deploy(body)) == ()
