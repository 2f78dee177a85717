"""The processes run as their scenarios tell, and their forms ask for what the officers give."""

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.bpmn.graph import UserTask
from tests.processes.walk import KEYS, PROCESSES, SCENARIOS, Walk, load

COMPONENTS = {"textfield", "textarea", "number", "checkbox", "select", "radio", "datetime"}


def read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_bytes()))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_a_scenario_ends_where_it_says(path: Path) -> None:
    """Each walk reaches its ends, asks for the jobs it names, and leaves nothing open."""
    scenario = read(path)
    walk = Walk.begin(load(path.parents[1].name)[0], scenario)
    for act in scenario["steps"]:
        assert walk.state.status == "running"
        walk.go(act)
    assert walk.state.status == "completed"
    assert not walk.state.open_tasks
    assert walk.ends == scenario["end"]
    assert Counter(job.type for job in walk.jobs) == Counter(scenario["jobs_done"])


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_what_an_officer_gives_is_what_the_form_asks(path: Path) -> None:
    """A scenario fills every required field of a form, and only fields and choices which the form has."""
    graph, forms = load(path.parents[1].name)
    for act in (act for act in read(path)["steps"] if "task" in act):
        node = graph.nodes[act["task"]]
        assert isinstance(node, UserTask)
        fields = {component["key"]: component for component in forms[str(node.form)]["components"]}
        required = {key for key, component in fields.items() if component.get("validate", {}).get("required")}
        assert required <= act["data"].keys() <= fields.keys()
        for key, given in act["data"].items():
            choices = {choice["value"] for choice in fields[key].get("values", ())}
            assert not choices or given in choices


@pytest.mark.parametrize("key", KEYS)
def test_every_task_has_a_form_that_all_clients_can_show(key: str) -> None:
    """Each user task names a form of its bundle; forms use the components of the brief and labels for people."""
    graph, forms = load(key)
    used = {node.form for node in graph.nodes.values() if isinstance(node, UserTask)}
    assert used == forms.keys()
    for form in forms.values():
        keys = [component["key"] for component in form["components"]]
        assert len(keys) == len(set(keys))
        for component in form["components"]:
            assert component["type"] in COMPONENTS
            assert component["label"].strip()
            assert component["key"].isascii()


def test_four_eyes_watch_every_letter() -> None:
    """Neither the initial nor the approval may come from the drafter, nor the chairman's from the registrar."""
    outgoing, death = load("van-ban-di")[0], load("khai-tu")[0]
    watched = [(outgoing, "initial", "draft"), (outgoing, "approve", "draft"), (death, "approve", "register")]
    for graph, element, other in watched:
        node = graph.nodes[element]
        assert isinstance(node, UserTask)
        assert node.not_same_as == (other,)


@pytest.mark.parametrize("key", KEYS)
def test_the_procedure_asks_for_signatures_that_the_process_collects(key: str) -> None:
    """For each approval that the procedure requires over the result there is a task that signs it in that role."""
    graph, _ = load(key)
    procedure = read(Path(__file__).resolve().parents[2] / "processes" / key / "procedure.json")
    assert procedure["process"] == graph.process_id
    signed = {
        (node.signature, node.role)
        for node in graph.nodes.values()
        if isinstance(node, UserTask) and node.documents == (procedure["result"]["document"],)
    }
    assert {(item["purpose"], item["role"]) for item in procedure["result"]["approvals"]} <= signed


@pytest.mark.parametrize(
    ("urgency", "hours"), [("hoa-toc", 1), ("thuong-khan", 2), ("khan", 4), ("thuong", 24), (None, 24)]
)
def test_the_leader_is_reminded_the_sooner_the_more_urgent_a_letter_is(urgency: str | None, hours: int) -> None:
    """The decision table sets the time after which the clerk reminds; without urgency it is a plain letter."""
    scenario = read(PROCESSES / "van-ban-di" / "scenarios" / "leader-reminded.json")
    walk = Walk.begin(load("van-ban-di")[0], scenario)
    for act in scenario["steps"][:3]:
        data = {**act["data"], **({"urgency": urgency} if urgency and act["task"] == "draft" else {})}
        walk.go({**act, "data": data})
    (timer,) = walk.state.timers.values()
    assert timer.schedule.due == walk.now + timedelta(hours=hours)
