"""Calls of processes of other bundles, linked into one graph (BPMN 2.0.2 §10.3.6)."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from engine.bpmn import Graph, State, start, step
from engine.bpmn.calls import CalledProcess, Version
from engine.bpmn.check import check_process
from engine.bpmn.events import TaskCompleted
from engine.bpmn.graph import Activity, CallActivity, EventNode, UserTask
from engine.bpmn.link import calls_of, link, startable
from engine.bpmn.migration import migrate, plan
from engine.dmn import compile_model
from tests.engine.bpmn.elements.model import (
    Play,
    boundary,
    call,
    called,
    end,
    event_sub,
    expression,
    flow,
    gate,
    instances,
    on,
    on_condition,
    paths,
    start_event,
    throw,
    undo,
    undone_by,
    user,
    users,
)
from tests.engine.bpmn.models import NOW, file, mapping

ROOTS = "".join(
    f"<bpmn:{kind} id='{name}' name='{name}' {code}/>"
    for kind, name, code in (
        ("error", "E", "errorCode='E'"),
        ("escalation", "X", "escalationCode='X'"),
        ("signal", "stop", ""),
        ("message", "M", ""),
    )
)


def read(key: str, *parts: str, decisions: Mapping[str, bytes] | None = None) -> Graph:
    """The process of a bundle, with its calls of other bundles as they were read."""
    body = "".join(parts)
    others = re.findall("<bpmn:process .*?</bpmn:process>", body, re.DOTALL)
    for other in others:
        body = body.replace(other, "")
    links = re.findall("<bpmn:association [^>]*/>", body)
    for each in links:
        body = body.replace(each, "")
    xml = file(body + "".join(links), ROOTS + "".join(others))
    xml = xml.replace(b'<bpmn:process id="p"', f'<bpmn:process id="{key}"'.encode())
    models = {name: compile_model(content, source=name) for name, content in (decisions or {}).items()}
    graph, problems = check_process(xml, source="test.bpmn", decisions=models, elsewhere=True, second=True)
    assert graph is not None, "\n".join(map(str, problems))
    return graph


def linked(own: Graph, *others: tuple[Graph, int], version: int = 1, tags: Mapping[str, int] | None = None) -> Graph:
    """The process as that version, with what it calls; `latest` is the last version given."""
    graphs = {(own.process_id, version): own, **{(graph.process_id, number): graph for graph, number in others}}
    latest: dict[str, int] = {}
    for key, number in graphs:
        latest[key] = max(number, latest.get(key, 0))

    def meant(_: Version, called: CalledProcess) -> Version:
        tagged = (tags or {}).get(called.tag or "")
        return called.key, called.version or tagged or latest[called.key]

    return link((own.process_id, version), graphs, meant)


def calling(key: str, other: str, *more: str, inner: str = "", attributes: str = "", loop: str = "") -> Graph:
    """A process that calls another one and goes on to a task `n`."""
    activity = call("k", other, inner, loop).replace("<bpmn:callActivity", f"<bpmn:callActivity {attributes}")
    return read(key, start_event(), activity, users("n"), end(), paths("s k n e"), *more)


def row(key: str, *tasks: str, last: str = "") -> Graph:
    """A process of tasks in a row; its end throws `last`."""
    return read(key, start_event(), users(*tasks), end("e", last), paths(" ".join(("s", *tasks, "e"))))


def test_a_called_process_stands_once_under_its_key_and_version() -> None:
    """Same ids in both bundles: each element has a name of its own, and the caller's keep theirs."""
    play = Play(graph=linked(calling("p", "q"), (row("q", "n", "k"), 2)))
    assert play.open == ["q@2/n"]
    play.do("q@2/n", "q@2/k", "n")
    assert play.done
    assert play.entered == ["s", "k", "q@2/s", "q@2/n", "q@2/k", "q@2/e", "n", "e"]


def test_a_linked_graph_refers_to_nothing_but_itself() -> None:
    """Every id that a node, flow or lane names is one of the linked graph; no call is left open."""
    inner = read(
        "q",
        start_event(),
        gate("exclusive", "x", attributes='default="x_a"'),
        users("a"),
        undone_by("a", "u"),
        user("b", '<zeebe:properties><zeebe:property name="hoso:notSameAs" value="a"/></zeebe:properties>'),
        boundary("t", "b", on("error", "E")),
        throw("w", undo("a")),
        end(),
        end("e2"),
        paths("s x a b w e", "t e2"),
        flow("x", "b", "=v = 1"),
    )
    graph = linked(calling("p", "q"), (inner, 1))
    assert not calls_of(graph)
    assert set(graph.nodes) == {*calling("p", "q").nodes, *(f"q@1/{id}" for id in inner.nodes)}
    for id, node in graph.nodes.items():
        assert node.id == id
        for each in (*node.incoming, *node.outgoing):
            assert graph.flows[each.id] is each
            assert {each.source, each.target} <= set(graph.nodes)
        if isinstance(node, Activity):
            assert all(graph.nodes[event.id] is event and event.attached_to == id for event in node.boundaries)
            assert node.handler is None or node.handler in graph.nodes
        if isinstance(node, UserTask):
            assert set(node.not_same_as) <= set(graph.nodes)
        if isinstance(node, EventNode):
            assert all(getattr(trigger, "activity", None) in (None, "q@1/a") for trigger in node.triggers)
        if isinstance(node, CallActivity):
            assert graph.within(node.called)
    assert graph.nodes["q@1/x"].default == "q@1/x_a"  # type: ignore[attr-defined]
    assert set(inner.nodes) == {"s", "x", "a", "a_undo", "u", "b", "t", "w", "e", "e2"}, "it is as it was"


def test_two_versions_of_one_process_run_in_one_dossier() -> None:
    """Each call has the version that it means: the caller's is pinned, another called process takes the latest."""
    pinned = 'camunda:calledElementBinding="version" camunda:calledElementVersion="1"'
    graph = linked(
        read(
            "p",
            start_event(),
            gate("parallel", "f", "j"),
            call("k1", "q").replace("<bpmn:callActivity", f"<bpmn:callActivity {pinned}"),
            call("k2", "r"),
            end(),
            paths("s f k1 j e", "f k2 j"),
        ),
        (read("r", start_event(), call("k", "q"), end(), paths("s k e")), 3),
        (row("q", "old"), 1),
        (row("q", "new"), 2),
    )
    play = Play(graph=graph)
    assert play.open == ["q@1/old", "q@2/new"]
    assert play.do("q@1/old", "q@2/new").done


def test_processes_that_call_each_other_stand_once_and_are_bounded() -> None:
    """Recursion: A calls B calls A; the second A is the first, and the depth of calls is the kernel's."""
    choice = gate("exclusive", "x", attributes='default="x_e2"')
    other = read(
        "b",
        start_event(),
        choice,
        call("k", "a"),
        end(),
        end("e2"),
        paths("s x", "x e2", "k e"),
        flow("x", "k", "=again"),
    )
    own = calling("a", "b")
    graph = linked(own, (other, 7), version=2)
    assert set(graph.nodes) == {*own.nodes, *(f"b@7/{id}" for id in other.nodes)}
    play = Play(graph=graph, again=False)
    assert play.do("n").done
    endless = Play(graph=graph, again=True)
    assert [code for _, code in endless.incidents] == ["too-deep"]


def test_errors_and_escalations_come_to_the_border_of_the_call() -> None:
    """§10.4.6 over §10.3.6: by their codes, which both bundles know."""
    for kind, name in (("error", "E"), ("escalation", "X")):
        own = calling("p", "q", boundary("b", "k", on(kind, name)), users("m"), end("e2"), paths("b m e2"))
        play = Play(graph=linked(own, (row("q", "a", last=on(kind, name)), 1)))
        assert play.do("q@1/a").open == ["m"]


def test_a_cancelled_call_takes_everything_within_it() -> None:
    """§13.5.3: an interrupting border ends the called process, its own calls and their tasks."""
    own = calling("p", "q", boundary("b", "k", on("signal", "stop")), end("e2"), paths("b e2"))
    middle = read(
        "q",
        start_event(),
        call("k", "r"),
        boundary("b", "k", on("error", "E")),
        end(),
        end("e2"),
        paths("s k e", "b e2"),
    )
    play = Play(graph=linked(own, (middle, 1), (row("r", "a"), 1)))
    assert play.open == ["r@1/a"]
    assert play.signal("stop").done


def test_what_a_called_process_did_can_be_compensated_by_the_caller() -> None:
    """§10.7: a handler of the called process undoes it when the caller throws; in its own data."""
    inner = read("q", start_event(), users("a"), undone_by("a", "undo_a"), end(), paths("s a e"))
    own = read("p", start_event(), call("k", "q"), users("n"), throw("w", undo("k")), end(), paths("s k n w e"))
    play = Play(graph=linked(own, (inner, 4)))
    play.do("q@4/a", "n")
    assert play.open == ["q@4/undo_a"]
    assert play.do("q@4/undo_a").done


def test_event_subprocesses_and_calls_within_the_called_file_come_along() -> None:
    """What stands in the called file, called there or event subprocess, is linked with it."""
    inner = read(
        "q",
        start_event(),
        call("k", "part"),
        event_sub("ev", on("error", "E"), "mend"),
        end(),
        paths("s k e"),
        called("part", start_event("Ps"), users("a"), end("Pe", on("error", "E")), paths("Ps a Pe")),
    )
    play = Play(graph=linked(calling("p", "q"), (inner, 1)))
    assert play.do("q@1/a").open == ["q@1/mend"]
    assert play.do("q@1/mend", "n").done


def test_a_lane_of_the_called_process_says_who_does_its_tasks() -> None:
    """Roles come from the called bundle; the caller's lanes say nothing of them."""
    lane = '<bpmn:lane id="l" name="{0}"><bpmn:flowNodeRef>{1}</bpmn:flowNodeRef></bpmn:lane>'
    lane = f'<bpmn:laneSet id="ls">{lane}</bpmn:laneSet>'
    inner = read("q", lane.format("clerk", "a"), start_event(), '<bpmn:userTask id="a"/>', end(), paths("s a e"))
    graph = linked(calling("p", "q", lane.format("leader", "k")), (inner, 1))
    task = graph.nodes["q@1/a"]
    assert isinstance(task, UserTask)
    assert task.role == graph.role_of("q@1/a") == "clerk"
    assert graph.role_of("q@1/e") is None


def test_each_bundle_asks_its_own_decision_of_one_name() -> None:
    """Two decisions with the id `d`: each process gets what its own bundle decides."""

    def decision(value: str) -> dict[str, bytes]:
        body = f'<variable name="d"/><literalExpression><text>"{value}"</text></literalExpression>'
        head = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="n">'
        return {"d": f'{head}<decision id="d" name="d">{body}</decision></definitions>'.encode()}

    def rule(variable: str) -> str:
        asked = f'<zeebe:calledDecision decisionId="d" resultVariable="{variable}"/>'
        extensions = f"<bpmn:extensionElements>{asked}</bpmn:extensionElements>"
        return f'<bpmn:businessRuleTask id="r">{extensions}</bpmn:businessRuleTask>'

    inner = read("q", start_event(), rule("inner"), end(), paths("s r e"), decisions=decision("called"))
    parts = (start_event(), call("k", "q"), rule("outer"), end(), paths("s k r e"))
    own = read("p", *parts, decisions=decision("own"))
    play = Play(graph=linked(own, (inner, 1)))
    assert play.done
    assert play.state.data == {"inner": "called", "outer": "own"}


def test_a_call_in_many_instances_runs_each_in_a_scope_of_its_own() -> None:
    """§10.3.8 over §10.3.6."""
    play = Play(graph=linked(calling("p", "q", loop=instances("3")), (row("q", "a"), 1)))
    assert play.open == ["q@1/a"] * 3
    play.do("q@1/a", "q@1/a", "q@1/a")
    assert play.open == ["n"]


def test_only_what_starts_without_trigger_can_be_called() -> None:
    """A call starts at the start event without trigger; others are for those who send messages."""
    assert startable(row("q", "a"))
    assert startable(read("q", users("a")))
    assert not startable(read("q", start_event("s", on("signal", "stop")), users("a"), end(), paths("s a e")))


def test_a_call_that_was_not_linked_stops_and_skips_nothing() -> None:
    """Never silently skipped: the token is held with its reason."""
    play = Play(graph=calling("p", "q"))
    assert play.incidents == [("k", "call-unlinked")]
    step = start(calling("p", "q"), {}, now=NOW)
    assert "another bundle's" in next(iter(step.state.incidents.values())).message


def test_a_dossier_moves_to_another_version_of_what_it_calls() -> None:
    """The same ids within, and tokens that wait at a join there: they go to the new version by themselves."""

    def inner(last: str) -> Graph:
        fork = gate("parallel", "f", "j")
        return read("q", start_event(), fork, users("a", "b", last), end(), paths(f"s f a j {last} e", "f b j"))

    own = calling("p", "r")
    middle = read("r", start_event(), call("k", "q"), end(), paths("s k e"))
    old = linked(own, (middle, 1), (inner("c"), 1))
    new = linked(own, (middle, 2), (inner("d"), 3))
    play = Play(graph=old).do("q@1/a")
    found = plan(old, new, play.state, {})
    assert found.refused == ()
    state, _ = migrate(found, play.state, now=NOW)
    (task,) = state.open_tasks
    assert state.open_tasks[task] == "q@3/b"
    after = step(new, State.decode(state.encode()), TaskCompleted(task=task), now=NOW)
    assert list(after.state.open_tasks.values()) == ["q@3/d"]
    gone = linked(calling("p", "z"), (row("z", "x"), 1))
    assert "is not in the new model" in plan(old, gone, play.state, {}).refused[-1].reason


# Data


def zeebe(key: str, attributes: str = "", *lines: str) -> str:
    """A call by `zeebe:calledElement`, with its mappings."""
    return f'<zeebe:calledElement processId="{key}" {attributes}/>' + (mapping(*lines) if lines else "")


def passing(inner: str, **data: object) -> Play:
    """A process calls `q`, of which the task `a` sets names; then the caller's task `n` is open."""
    own = read("p", start_event(), call("k", "q", inner), users("n"), end(), paths("s k n e"))
    return Play(graph=linked(own, (row("q", "a"), 1)), **data)


def seen(play: Play) -> Mapping[str, object]:
    (task,) = play.state.open_tasks
    return play.state.seen_by(task)


def test_a_plain_call_shares_its_callers_data() -> None:
    """All goes in and all comes out: one dossier, one set of data."""
    play = passing(zeebe("q"), v=1)
    assert seen(play) == {"v": 1}
    play.do("q@1/a", v=2, w=3)
    assert play.state.data == {"v": 2, "w": 3}


def test_outputs_take_the_place_of_everything_else_that_would_come_out() -> None:
    """Camunda 8: only the variables of output mappings leave the called process, and only at its end."""
    play = passing(zeebe("q", "", "output out: =w + 1"), v=1)
    assert seen(play) == {"v": 1}
    play.do("q@1/a", v=2, w=3)
    assert play.state.data == {"out": 4, "v": 1}


def test_nothing_comes_out_where_nothing_is_propagated() -> None:
    """`propagateAllChildVariables="false"` without outputs."""
    play = passing(zeebe("q", 'propagateAllChildVariables="false"'), v=1)
    play.do("q@1/a", v=2, w=3)
    assert play.open == ["n"]
    assert play.state.data == {"v": 1}


def test_inputs_alone_go_in_where_the_callers_data_are_not_propagated() -> None:
    """`propagateAllParentVariables="false"`: what is set within is seen within, and comes out at the end."""
    play = passing(zeebe("q", 'propagateAllParentVariables="false"', "input x: =v * 10"), v=1)
    assert seen(play) == {"x": 10}
    play.do("q@1/a", w=3, x=11)
    assert play.state.data == {"v": 1, "w": 3}


def test_camunda_7_passes_what_in_and_out_name() -> None:
    """`camunda:in` and `camunda:out`: by name, by expression, all, and nothing where only the other stands."""
    named = '<camunda:in source="v" target="x"/><camunda:in sourceExpression="=v + 5" target="y"/>'
    play = passing(f'{named}<camunda:out source="w" target="z"/>', v=1)
    assert seen(play) == {"x": 1, "y": 6}
    play.do("q@1/a", w=3, u=4)
    assert play.state.data == {"v": 1, "z": 3}
    everything = passing('<camunda:in variables="all"/><camunda:out variables="all"/>', v=1)
    everything.do("q@1/a", v=2)
    assert everything.state.data == {"v": 2}
    alone = passing('<camunda:in variables="all"/>', v=1)
    assert seen(alone) == {"v": 1}
    assert alone.do("q@1/a", v=2).state.data == {"v": 1}


def test_what_is_drawn_in_the_called_process_lives_there_alone() -> None:
    """§10.4.1: its data objects are its own, also where all else comes out, and hide none of the caller's."""
    inner = read("q", '<bpmn:property id="q_u" name="u"/>', start_event(), users("a"), end(), paths("s a e"))
    closed = zeebe("q", 'propagateAllParentVariables="false"')
    own = read("p", start_event(), call("k", "q", closed), users("n"), end(), paths("s k n e"))
    play = Play(graph=linked(own, (inner, 1)), u=1)
    play.do("q@1/a", w=3, u=5)
    assert play.state.data == {"u": 1, "w": 3}
    shared = Play(graph=linked(calling("p", "q"), (inner, 1)), u=1)
    shared.do("q@1/a", w=3, u=5)
    assert shared.state.data == {"u": 1, "w": 3}


def test_the_border_of_a_call_looks_at_the_callers_data() -> None:
    """A conditional boundary event of a call that shares nothing still sees what its caller sees."""
    own = read(
        "p",
        start_event(),
        gate("parallel", "f"),
        call("k", "q", zeebe("q", 'propagateAllParentVariables="false" propagateAllChildVariables="false"')),
        boundary("b", "k", on_condition("v = 2")),
        users("m", "n"),
        end(),
        end("e2"),
        end("e3"),
        paths("s f k e", "b m e2", "f n e3"),
    )
    play = Play(graph=linked(own, (row("q", "a"), 1)), v=1)
    play.do("n", v=2)
    assert play.open == ["m"]


def test_parallel_triggers_at_the_border_of_a_closed_call_are_armed_again() -> None:
    """A border that does not interrupt and wants a message and a time: over the caller's data each time."""
    both = on("message", "M") + on("timer", inner=expression("timeDuration", "=wait"))
    border = boundary("b", "k", both, False).replace("<bpmn:boundaryEvent", '<bpmn:boundaryEvent parallelMultiple="1"')
    closed = zeebe("q", 'propagateAllParentVariables="false" propagateAllChildVariables="false"')
    own = read(
        "p", start_event(), call("k", "q", closed), border, user("m"), end(), end("e2"), paths("s k e", "b m e2")
    )
    play = Play(graph=linked(own, (row("q", "a"), 1)), wait="PT1H")
    play.message("M").fire("b")
    assert (play.open, play.incidents) == (["m", "q@1/a"], [])
    assert play.message("M").fire("b").open == ["m", "m", "q@1/a"]


def test_what_is_undone_in_a_closed_call_sees_its_data_as_they_were() -> None:
    """§10.7: a handler within a call that shares nothing has the data of then, and changes nothing outside."""
    inner = read("q", start_event(), users("a"), undone_by("a", "h"), end(), paths("s a e"))
    closed = zeebe("q", 'propagateAllParentVariables="false" propagateAllChildVariables="false"')
    own = read("p", start_event(), call("k", "q", closed), throw("w", undo("k")), end(), paths("s k w e"))
    play = Play(graph=linked(own, (inner, 1)), v=1)
    play.do("q@1/a", w=3)
    assert seen(play) == {"w": 3}
    play.do("q@1/h", v=9)
    assert play.done
    assert play.state.data == {"v": 1}


# What is refused


def extended(attributes: str, inner: str) -> str:
    """A call activity with these attributes and extensions."""
    extensions = f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>"
    return f'<bpmn:callActivity id="k" {attributes}>{extensions}</bpmn:callActivity>'


@pytest.mark.parametrize(
    ("attributes", "inner", "code"),
    [
        ('calledElement="=name"', "", "called-expression"),
        ("", '<zeebe:calledElement processId="=name"/>', "called-expression"),
        ('calledElement="q"', '<zeebe:calledElement processId="r"/>', "called-twice"),
        ("", '<zeebe:calledElement processId="q" bindingType="newest"/>', "called-binding"),
        ("", '<zeebe:calledElement processId="q" bindingType="versionTag"/>', "called-binding"),
        ("", '<zeebe:calledElement processId="q" propagateAllChildVariables="perhaps"/>', "call-data"),
        ('calledElement="q" camunda:calledElementBinding="version"', "", "called-binding"),
        ('calledElement="q" camunda:calledElementVersion="2"', "", "called-binding"),
        (
            'calledElement="q" camunda:calledElementBinding="version" camunda:calledElementVersion="=v"',
            "",
            "called-binding",
        ),
        ('calledElement="q" camunda:calledElementTenantId="t"', "", "extension-unsupported"),
        ('calledElement="q" camunda:variableMappingClass="x.Y"', "", "extension-unsupported"),
        ('camunda:caseRef="c"', "", "extension-unsupported"),
        ('calledElement="q"', '<camunda:in variables="some"/>', "call-data"),
        ('calledElement="q"', '<camunda:in source="a b" target="x"/>', "call-data"),
        ('calledElement="q"', '<camunda:in source="a" target="x y"/>', "input-target"),
        ('calledElement="q"', '<camunda:in source="a" target="x" local="true"/>', "extension-unsupported"),
        ('calledElement="q"', '<camunda:in businessKey="${order}"/>', "call-business-key"),
        ('calledElement="q"', '<camunda:out sourceExpression="${a.x()}" target="x"/>', "expression-foreign-language"),
        (
            'calledElement="q"',
            '<camunda:inputOutput><camunda:inputParameter name="i">1</camunda:inputParameter></camunda:inputOutput>'
            '<camunda:in source="a" target="x"/>',
            "call-data",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_called_as_it_says_is_refused(attributes: str, inner: str, code: str) -> None:
    """Named at the element, before anything runs."""
    xml = file(start_event() + extended(attributes, inner) + end() + paths("s k e"))
    graph, problems = check_process(xml, source="test.bpmn", elsewhere=True)
    assert graph is None
    assert ("k", code) in [(item.element, item.code) for item in problems]


def test_the_key_of_the_caller_is_named_as_without_effect() -> None:
    """What is called is part of the dossier, whose code it has anyway."""
    activity = call("k", "q", '<camunda:in businessKey="#{execution.processBusinessKey}"/>')
    _, problems = check_process(file(start_event() + activity + end() + paths("s k e")), source="t", elsewhere=True)
    assert [item.code for item in problems] == ["extension-without-effect"]


def test_the_second_engine_does_not_judge_calls_of_other_bundles() -> None:
    """It knows no other bundle: named, and not taken for a difference."""
    xml = file(start_event() + call("k", "q") + end() + paths("s k e"))
    graph, problems = check_process(xml, source="t", elsewhere=True, second=True)
    assert graph is not None
    assert [(item.element, item.code) for item in problems] == [("k", "not-comparable")]


def test_a_call_names_which_version_it_means() -> None:
    """As Camunda 7 and 8 write it; a process of the file itself is that of the file."""
    found = []
    for attributes, inner in (
        ('calledElement="q"', ""),
        ("", '<zeebe:calledElement processId="q" bindingType="deployment"/>'),
        ("", '<zeebe:calledElement processId="q" bindingType="versionTag" versionTag="v1"/>'),
        ('calledElement="q" camunda:calledElementBinding="versionTag" camunda:calledElementVersionTag="v2"', ""),
        ('calledElement="q" camunda:calledElementBinding="version" camunda:calledElementVersion="7"', ""),
        ('calledElement="p"', ""),
    ):
        graph = read("p", start_event(), extended(attributes, inner), end(), paths("s k e"))
        node = graph.nodes["k"]
        assert isinstance(node, CallActivity)
        found.append(node.elsewhere and (str(node.elsewhere), node.elsewhere.binding, node.elsewhere.name))
    assert found == [
        ("process q", "latest", "q"),
        ("process q", "deployment", "q"),
        ("process q with version tag 'v1'", "versionTag", "q#v1"),
        ("process q with version tag 'v2'", "versionTag", "q#v2"),
        ("process q version 7", "version", "q"),
        None,
    ]


def test_a_process_says_its_version_tag() -> None:
    """As Camunda 8 and Camunda 7 write it."""
    tagged = read("p", '<bpmn:extensionElements><zeebe:versionTag value="v1.2"/></bpmn:extensionElements>', users("a"))
    assert tagged.version_tag == "v1.2"
    seven = file(users("a")).replace(b'<bpmn:process id="p"', b'<bpmn:process camunda:versionTag="2026" id="p"')
    graph, problems = check_process(seven, source="t")
    assert graph is not None, problems
    assert graph.version_tag == "2026"
