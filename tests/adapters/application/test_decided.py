"""What FEEL and DMN decide within a process is seen by officers, and kept in the dossier's history."""

from adapters.application import queries
from adapters.cli.story import tell
from tests.adapters.application.bundles import bundle
from tests.adapters.application.world import World
from tests.engine.bpmn.models import chain, end, mapping, start_event
from tests.engine.bpmn.test_decisions import STEPS, model

CALLED = '<zeebe:calledDecision decisionId="fee" resultVariable="fee" />'
FILES = {
    **bundle(
        "phi",
        start_event()
        + f'<bpmn:businessRuleTask id="rule" name="Tính phí"><bpmn:extensionElements>{CALLED}</bpmn:extensionElements>'
        + "</bpmn:businessRuleTask>"
        + '<bpmn:userTask id="look" name="look"><bpmn:extensionElements>'
        + '<zeebe:assignmentDefinition candidateGroups="=group"/><zeebe:formDefinition formId="note"/>'
        + mapping('input note: ="phí " + string(fee)', "output seen: =note")
        + "</bpmn:extensionElements></bpmn:userTask>"
        + end()
        + chain("s", "rule", "look", "e"),
    ),
    "decisions/fee.dmn": model(STEPS),
}


def begun(world: World, **data: object) -> str:
    """A dossier of that process."""
    world.deploy(FILES).body_or_raise()
    return world.start("phi", data={"amount": 12, **data})


def test_the_history_tells_which_rules_fired_and_the_form_shows_what_the_task_sees(world: World) -> None:
    """The leaf holds rule, inputs and outputs; inputs of the task reach its form, outputs alone the dossier."""
    code = begun(world, group="chuyen-vien")
    items = queries.history(world.app, world.officer("hoa"), code).body_or_raise()["items"]
    assert [item["act"] for item in items] == ["dossier-started", "decision-evaluated"]
    rule = {"rule": 2, "inputs": {"amount": 12}, "outputs": {"fee": 2}}
    told = items[-1]["details"]
    assert (told["element"], told["name"], told["decision"]) == ("rule", "Tính phí", "fee")
    assert told["tables"] == [{"decision": "fee", "policy": "UNIQUE", "rules": [rule]}]
    assert any("fee, rule 2: amount = 12 → fee = 2" in line for line in tell(items))
    task = world.task(code, "look")
    shown = queries.show_task(world.app, world.officer("lan"), task).body_or_raise()
    assert (shown["data"]["note"], "note" in world.dossier(code)["data"]) == ("phí 2", False)
    world.do("lan", code, "look", {"note": "phí 2", "copies": 1})
    assert world.dossier(code)["data"] == {"amount": 12, "group": "chuyen-vien", "fee": 2, "seen": "phí 2"}
    assert world.check_trail() == world.size()


def test_an_assignment_that_gives_nobody_says_why(world: World) -> None:
    """The task goes to the administrators, and the history names the missing data, not what there is."""
    code = begun(world)
    opened = queries.history(world.app, world.officer("hoa"), code).body_or_raise()["items"][0]["details"]["opened"]
    assert [item["role"] for item in opened] == ["administrator"]
    assert "there is no `group`" in opened[0]["why"]


def test_a_bundle_with_a_broken_decision_is_refused_with_its_file(world: World) -> None:
    """All problems of all files at once: that of the model, and that the process asks for what is not there."""
    files = {**FILES, "decisions/fee.dmn": model(STEPS).replace(b"amount</text>", b"amount +</text>")}
    answer = world.deploy(files)
    assert answer.refusal is not None
    assert {problem["file"] for problem in answer.refusal.problems} >= {"decisions/fee.dmn"}
