"""Who signs after whom, as drawn, and whether a process can give what its procedure requires: told before it runs."""

from dataclasses import replace
from datetime import date, time

import pytest

from engine.acts.deploy import CheckedBundle, check_bundle
from engine.bpmn.graph import Graph
from engine.bpmn.signatures import check_signatures
from engine.bpmn.without import reached_without
from engine.procedure import Procedure, RequiredApproval
from engine.required import unmet
from tests.adapters.application.bundles import bundle, chain, email, end, flow, job, signed, start_event, task, xor
from tests.engine.bpmn.models import par, timer

PROCEDURE = Procedure(
    code="cap-ban-sao",
    name="Cấp bản sao",
    process="p",
    valid_from=date(2026, 1, 1),
    decided_by="demo",
    working_days=1,
    cutoff=time(15),
    result="result",
    approvals=(
        RequiredApproval(purpose="approval", role="lanh-dao"),
        RequiredApproval(purpose="organ", role="van-thu"),
    ),
    channels=frozenset({"email"}),
    post_excluded=None,
)
DECIDE = signed("decide", "lanh-dao", "approval", form="decide")
SEAL = signed("seal", "van-thu", "organ")


def graph_of(body: str) -> Graph:
    """The process of this body, which must be one that can be loaded."""
    checked = check_bundle(bundle("p", body))
    assert isinstance(checked, CheckedBundle), checked
    return checked.graph


def in_a_row(*tasks: str) -> Graph:
    """These tasks one after another, then the result goes out."""
    ids = [item.partition('id="')[2].partition('"')[0] for item in tasks]
    return graph_of(start_event() + "".join(tasks) + email() + end() + chain("s", *ids, "send", "e"))


def joined(*ways: str) -> Graph:
    """Ways of one task each that run side by side; when all are done the agency seals, and the result goes out."""
    ids = [item.partition('id="')[2].partition('"')[0] for item in ways]
    flows = "".join(chain("fork", each, "join") for each in ids)
    body = start_event() + par("fork") + "".join(ways) + par("join") + SEAL + email() + end() + chain("s", "fork")
    return graph_of(body + flows + chain("join", "seal", "send", "e"))


def chosen(*before: str) -> Graph:
    """The approval is asked where `big` holds, then the agency seals, and the result goes out."""
    fork = xor("fork", 'default="fork_join"')
    body = start_event() + "".join(before) + fork + DECIDE + xor("join") + SEAL + email() + end()
    flows = flow("fork", "decide", "=big") + chain("fork", "join", "seal", "send", "e") + chain("decide", "join")
    ids = [item.partition('id="')[2].partition('"')[0] for item in before]
    return graph_of(body + chain("s", *ids, "fork") + flows)


def codes(graph: Graph) -> list[tuple[str, str | None, str]]:
    """What is found: severity, element, code."""
    return [(each.severity, each.element, each.code) for each in check_signatures(graph, source="process.bpmn")]


def test_the_agency_after_the_approval_is_in_order() -> None:
    """Nothing to say, whatever lies between."""
    assert codes(in_a_row(DECIDE, task("number", "van-thu"), SEAL)) == []


def test_a_seal_that_nothing_approves_is_refused() -> None:
    """No step approves the document: the task could never be completed. An initial approves nothing."""
    found = [("error", "seal", "organ-unapproved")]
    assert codes(in_a_row(SEAL)) == found
    assert codes(in_a_row(signed("look", "lanh-dao", "initial"), SEAL)) == found
    assert codes(in_a_row(signed("decide", "lanh-dao", "approval", documents="annex", form="decide"), SEAL)) == found


def test_a_seal_before_the_approval_is_warned_of() -> None:
    """Drawn before it, or on a way that passes it by."""
    found = [("warning", "seal", "organ-before-approval")]
    assert codes(in_a_row(SEAL, DECIDE)) == found
    assert codes(chosen()) == found


def test_a_join_waits_for_the_approval() -> None:
    """Of two parallel ways one approves: the join is passed with it alone."""
    graph = joined(DECIDE, task("other", "van-thu"))
    assert codes(graph) == []
    assert {"fork", "decide", "other", "join"} <= reached_without(graph, {"decide"})
    assert not {"seal", "send"} & reached_without(graph, {"decide"})


def test_two_approvals_in_one_role_ask_for_other_eyes() -> None:
    """One after the other, over one document; not where four eyes are drawn, nor for other documents or roles."""
    again = signed("again", "lanh-dao", "approval", form="decide")
    assert codes(in_a_row(DECIDE, again)) == [("warning", "again", "four-eyes-open")]
    eyes = {"signature": "approval", "documents": "result", "notSameAs": "decide"}
    assert codes(in_a_row(DECIDE, task("again", "lanh-dao", form="decide", properties=eyes))) == []
    for role, document in (("van-thu", "result"), ("lanh-dao", "annex")):
        assert codes(in_a_row(DECIDE, signed("again", role, "approval", document, form="decide"))) == []


def told(graph: Graph, procedure: Procedure = PROCEDURE) -> list[tuple[str | None, str]]:
    """What a process cannot give: element and message; all of it warnings."""
    found = unmet(graph, procedure)
    assert {(each.severity, each.code) for each in found} <= {("warning", "procedure-unmet")}
    return [(each.element, each.message) for each in found]


def test_a_process_with_all_steps_meets_its_procedure() -> None:
    """The plain case, and where the procedure asks for less."""
    assert told(in_a_row(DECIDE, SEAL)) == []
    assert told(in_a_row(DECIDE, SEAL), replace(PROCEDURE, approvals=PROCEDURE.approvals[:1])) == []


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ((DECIDE,), "requires organ by van-thu"),
        ((signed("decide", "chuyen-vien", "approval", form="decide"), SEAL), "(decide is for chuyen-vien)"),
        ((signed("decide", "lanh-dao", "approval", "annex", "decide"), DECIDE.replace("decide", "d", 1)), "organ"),
        ((signed("decide", "lanh-dao", "approval", "annex", "decide"), SEAL), "(decide does not sign result)"),
        ((signed("decide", "lanh-dao", "initial", form="decide"), SEAL), "requires approval by lanh-dao"),
    ],
)
def test_a_missing_step_is_named(steps: tuple[str, ...], why: str) -> None:
    """With the step that is nearly it, and why it is not."""
    [(element, message)] = told(in_a_row(*steps))
    assert element == "p"
    assert why in message


def test_a_step_in_excluded_capacities_does_not_do() -> None:
    """The procedure wants the head's own signature; the step is signed by mandate."""
    by_deputy = {"signature": "approval", "documents": "result", "capacity": "KT., TL."}
    own = replace(PROCEDURE.approvals[0], capacities=frozenset({""}))
    graph = in_a_row(task("decide", "lanh-dao", form="decide", properties=by_deputy), SEAL)
    [(_, message)] = told(graph, replace(PROCEDURE, approvals=(own, PROCEDURE.approvals[1])))
    assert "approval by lanh-dao (own)" in message
    assert "(decide is signed KT., TL.)" in message


def test_the_same_approval_twice_wants_two_steps() -> None:
    """Each required approval is another officer's."""
    twice = replace(PROCEDURE, approvals=(PROCEDURE.approvals[0], *PROCEDURE.approvals))
    [(_, message)] = told(in_a_row(DECIDE, SEAL), twice)
    assert "approval by lanh-dao, 2 times" in message
    again = signed("again", "lanh-dao", "approval", form="decide")
    assert told(in_a_row(DECIDE, again, SEAL), twice) == []


def test_a_way_around_a_required_step_is_named() -> None:
    """Where the result would be sent without it, and stay."""
    graph = chosen()
    assert [element for element, _ in told(graph)] == ["send"]
    assert "without approval by lanh-dao" in told(graph)[0][1]


def test_another_result_is_named() -> None:
    """The process sends a document that the record does not name."""
    other = graph_of(
        start_event()
        + DECIDE
        + SEAL
        + job("send", "hoso.counter", document="ban-sao")
        + end()
        + chain("s", "decide", "seal", "send", "e")
    )
    [(element, message)] = told(other)
    assert (element, "the process sends ban-sao" in message) == ("send", True)


def test_steps_in_a_subprocess_count() -> None:
    """It is left by what ends within it."""
    inner = start_event("is") + DECIDE + end("ie") + chain("is", "decide", "ie")
    sub = f'<bpmn:subProcess id="sub">{inner}</bpmn:subProcess>'
    graph = graph_of(start_event() + sub + SEAL + email() + end() + chain("s", "sub", "seal", "send", "e"))
    assert codes(graph) == []
    assert told(graph) == []
    assert "seal" in reached_without(graph, set())
    late = f'<bpmn:boundaryEvent id="late" attachedToRef="sub">{timer("timeDuration", "PT1H")}</bpmn:boundaryEvent>'
    flows = chain("s", "sub", "seal", "send", "e") + chain("late", "seal")
    graph = graph_of(start_event() + sub + late + SEAL + email() + end() + flows)
    assert codes(graph) == [("warning", "seal", "organ-before-approval")]


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"signature": "approval", "capacity": "own, KT."}, None),
        ({"signature": "approval", "capacity": "KT"}, "property-value"),
        ({"signature": "approval", "capacity": ""}, "property-value"),
        ({"signature": "approval", "capacity": "own, own"}, "property-value"),
        ({"signature": "organ", "capacity": "own"}, "capacity-unused"),
        ({"capacity": "own"}, "capacity-unused"),
    ],
)
def test_capacities_of_a_step_are_read_strictly(properties: dict[str, str], code: str | None) -> None:
    """A misspelt one would exclude nobody, or everybody."""
    body = start_event() + task("t", "lanh-dao", form="decide", properties=properties) + end() + chain("s", "t", "e")
    found = check_bundle(bundle("p", body))
    problems = found.warnings if isinstance(found, CheckedBundle) else found
    assert [each.code for each in problems if each.severity == "error"] == ([code] if code else [])
