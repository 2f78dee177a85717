"""What happened by the model replays, whatever the model; a forged history is found, by the code that names it."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.acts.intervene import Migrate, Modify, Resume, Suspend
from engine.process import belongs
from engine.replay.replay import replay
from signing.bundle import bundle_hash
from tests.adapters.application.bundles import FOUR_EYES, UNSIGNED, WAITING, bundle, task
from tests.engine.bpmn.drawn_models import Drawer
from tests.engine.bpmn.models import chain, end, service, start_event
from tests.engine.replay.recorder import Recorder, Told, copied
from tests.engine.replay.walking import WHY, walk
from tests.processes.walk import PROCESSES, SCENARIOS

DONE = "task-completed"
Leaves = list[Told]
Forger = Callable[[Leaves], object]


def files_of(key: str) -> dict[str, bytes]:
    folder = PROCESSES / key
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {path: file.read_bytes() for path, file in found.items() if belongs(path)}


def played(path: Path) -> Recorder:
    """A scenario of ours, played to its end."""
    scenario = json.loads(path.read_bytes())
    recorder = Recorder(answers=scenario["jobs"]).begin(files_of(path.parents[1].name), scenario["start"])
    recorder.work()
    for step in scenario["steps"]:
        recorder.go(minutes=30)
        if "task" in step:
            recorder.do(step["task"], step["data"])
        elif "message" in step:
            recorder.send(step["message"], step["data"])
        else:
            timers = recorder.dossier.state.timers.items()
            [number] = [number for number, timer in timers if timer.element == step["timer"]]
            recorder.fire(number)
        recorder.work()
    return recorder


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_each_process_of_ours_replays_to_its_end(path: Path) -> None:
    """Signed steps, letters, numbers, decisions, timers, messages, dispatches: every act is as the model does."""
    recorder = played(path)
    found = recorder.replayed()
    assert found.divergence is None
    assert (found.answer, found.finished, found.open) == ("yes", True, ())
    assert {line.said for line in found.acts} == {"as-modelled"}
    assert len(found.acts) == len(recorder.leaves) - 1  # the deployment is not the dossier's


@settings(max_examples=25)
@given(seed=st.integers(min_value=0, max_value=10_000))
def test_any_walk_through_any_model_replays(seed: int) -> None:
    """Blocks within blocks, data at random, times within a second, by hand in between: it stands where it stood."""
    drawn = Drawer(seed, wild=seed % 4 == 0).file()
    recorder = Recorder().begin({"process.bpmn": drawn}, {"a": "x", "b": 7, "c": True})
    walk(recorder, seed)
    found = recorder.replayed(fits=lambda *_: None)
    assert (found.answer, found.divergence) == ("yes", None)
    assert found.finished == (recorder.dossier.finished is not None)
    assert {each.task for each in found.open} == {each.id for each in recorder.dossier.tasks.values()}


# A worker from outside, and what stands still when it fails
WORKED = bundle(
    "ngoai",
    start_event()
    + service("look_up", "tra-cuu")
    + task("file", "chuyen-vien")
    + end()
    + chain("s", "look_up", "file", "e"),
)


@cache
def honest(name: str) -> Recorder:
    """A history that is forged: its undamaged twin replays."""
    recorder = history(name)
    assert recorder.replayed().divergence is None
    return recorder


def history(name: str) -> Recorder:
    if name == "letter":
        [path] = [path for path in SCENARIOS if path.stem == "leader-reminded"]
        return played(path)
    if name == "twice":
        [path] = [path for path in SCENARIOS if path.stem == "returned-once"]
        return played(path)
    if name == "waiting":  # suspended in between, a message comes
        recorder = Recorder().begin(WAITING, {})
        recorder.intervene(Suspend(revision=recorder.dossier.revision, reason=WHY))
        recorder.intervene(Resume(revision=recorder.dossier.revision, reason=WHY))
        recorder.do("work")
        recorder.send("bo-sung", {"answer": "đủ"})
        recorder.do("file")
        return recorder
    if name == "eyes":
        recorder = Recorder().begin(FOUR_EYES, {})
        recorder.do("draft")
        recorder.do("check")
        return recorder
    if name == "worked":
        recorder = Recorder(answers={"tra-cuu": {"found": True}}).begin(WORKED, {})
        recorder.fail(next(iter(recorder.jobs.values())))
        recorder.retry(next(iter(recorder.dossier.state.incidents)))
        recorder.work()
        recorder.do("file")
        return recorder
    assert name == "moved"  # moved by hand, and to another version
    recorder = Recorder().begin(UNSIGNED, {})
    target = recorder.deploy({**UNSIGNED, "forms/more.form": b'{"id": "more", "components": []}'}, version=2)
    recorder.intervene(Modify(revision=recorder.dossier.revision, reason=WHY, data={"note": "mới"}))
    recorder.intervene(Migrate(revision=recorder.dossier.revision, reason=WHY, version=2), target)
    recorder.do("look")
    return recorder


def at(leaves: Leaves, act: str, **details: object) -> int:
    """The place of the first leaf of that act with these details."""
    fitting = (n for n, each in enumerate(leaves) if each.act == act and details.items() <= each.details.items())
    return next(fitting)


def leaf(leaves: Leaves, act: str, **details: object) -> Told:
    return leaves[at(leaves, act, **details)]


def of_task(leaves: Leaves, element: str) -> list[Told]:
    return [each for each in leaves if each.details.get("element") == element and each.act.startswith("task-")]


def never_open(leaves: Leaves) -> None:
    done = copied([leaf(leaves, DONE, element="draft")])[0]
    done.subject = done.details["task"] = done.subject[:-1] + "99"
    leaves.insert(at(leaves, DONE, element="draft"), done)


def other_gateway(leaves: Leaves) -> None:
    """The clerk's check was passed, and the trail tells that it went back to the drafter."""
    opened = leaf(leaves, DONE, element="format_check").details["opened"]
    opened[0]["name"], opened[0]["role"] = "Dự thảo văn bản", "chuyen-vien"


def skipped_approval(leaves: Leaves) -> None:
    """The head never approved; every signature that is left is genuine."""
    for each in of_task(leaves, "approve"):
        leaves.remove(each)


def swapped(leaves: Leaves) -> None:
    one, two = at(leaves, DONE, element="draft"), at(leaves, "letter-made")
    leaves[one], leaves[two] = leaves[two], leaves[one]


def another_round(leaves: Leaves) -> None:
    """The draft was returned once; the trail tells of a second time."""
    first = at(leaves, DONE, element="initial")
    leaves[first + 1 : first + 1] = copied(leaves[at(leaves, "task-claimed", element="initial") : first + 1])


def early(leaves: Leaves) -> None:
    place = at(leaves, "timer-fired")
    leaves[place].time = leaves[place - 1].time + timedelta(hours=1)


def other_rule(leaves: Leaves) -> None:
    rule = leaf(leaves, "decision-evaluated").details["tables"][0]["rules"][0]
    rule["outputs"] = {"reminder_after": "PT1H"}


def other_files(leaves: Leaves) -> None:
    """The pack's bundle lacks a letter that the deployed one had."""
    leaf(leaves, "process-deployed").objects["bundle"].pop()


def other_bundle(leaves: Leaves) -> None:
    """The pack's bundle is whole and another one."""
    deployed = leaf(leaves, "process-deployed")
    deployed.objects["bundle"] = [each for each in deployed.objects["bundle"] if each["path"] == "process.bpmn"]
    deployed.details["bundle"] = bundle_hash({each["path"]: each["sha256"] for each in deployed.objects["bundle"]})


def same_eyes(leaves: Leaves) -> None:
    for each in of_task(leaves, "check"):
        each.actor = "o-draft"


def drop(act: str, **details: object) -> Forger:
    return lambda leaves: leaves.pop(at(leaves, act, **details))


def tell(act: str, where: Mapping[str, object], **said: Any) -> Forger:
    """The leaf's details say this instead."""
    return lambda leaves: leaf(leaves, act, **where).details.update(said)


def data(element: str, **said: object) -> Forger:
    """The task's data were these instead."""
    return lambda leaves: leaf(leaves, DONE, element=element).details["data"].update(said)


def again(act: str) -> Forger:
    return lambda leaves: leaves.insert(at(leaves, act) + 1, copied([leaf(leaves, act)])[0])


FORGED: Mapping[str, tuple[str, Forger, str, str]] = {
    # what was forged: history, how, the leaf at which it shows, its code
    "a task that was never open": ("letter", never_open, DONE, "task-not-open"),
    "a gateway against its condition": ("letter", other_gateway, DONE, "opened-otherwise"),
    "the head's approval skipped": ("letter", skipped_approval, "number-issued", "job-not-open"),
    "a form's value": ("letter", data("format_check", decision="return"), DONE, "opened-otherwise"),
    "a form's value, signed": ("letter", data("approve", decision="return"), DONE, "record-otherwise"),
    "a value that no form takes": ("letter", data("remind", reminder_channel="x"), DONE, "form-otherwise"),
    "a timer that fired early": ("letter", early, "timer-fired", "timer-early"),
    "a timer that was never set": ("letter", tell("timer-fired", {}, timer=77), "timer-fired", "timer-not-live"),
    "a timer of another event": ("letter", tell("timer-fired", {}, element="draft"), "timer-fired", "element-other"),
    "another rule of the table": ("letter", other_rule, "decision-evaluated", "decision-otherwise"),
    "a round of the loop more": ("twice", another_round, "task-claimed", "task-not-open"),
    "a leaf removed, a claim": ("letter", drop("task-claimed", element="approve"), DONE, "holder-other"),
    "a leaf removed, a decision": ("letter", drop("decision-evaluated"), "timer-fired", "consequence-missing"),
    "a leaf removed, the start": ("letter", drop("dossier-started"), "task-claimed", "start-missing"),
    "a decision alone": ("letter", again("decision-evaluated"), "decision-evaluated", "consequence-unfounded"),
    "two leaves swapped": ("letter", swapped, "letter-made", "job-not-open"),
    "files of another bundle": ("letter", other_files, "dossier-started", "bundle-other"),
    "another bundle": ("letter", other_bundle, "dossier-started", "bundle-other"),
    "received twice": ("letter", again("dossier-started"), "dossier-started", "start-repeated"),
    "a step without its signature": (
        "letter",
        lambda leaves: leaf(leaves, DONE, element="seal").objects.clear(),
        DONE,
        "approval-missing",
    ),
    "another's record": (
        "letter",
        lambda leaves: leaf(leaves, DONE, element="seal").objects.update(
            leaf(leaves, DONE, element="approve").objects
        ),
        DONE,
        "record-other",
    ),
    "a number that was not issued": ("letter", tell("number-issued", {}, number="07"), "number-taken", "job-otherwise"),
    "a letter by a program of numbers": ("letter", tell("letter-made", {}, job=10), "letter-made", "job-not-open"),
    "it ended, and did not": ("letter", tell(DONE, {"element": "draft"}, ended=True), DONE, "ended-otherwise"),
    "a wrong name": ("letter", tell(DONE, {"element": "draft"}, name="Khác"), DONE, "told-otherwise"),
    "the same eyes": ("eyes", same_eyes, "task-claimed", "four-eyes-missing"),
    "work while suspended": ("waiting", drop("dossier-resumed"), "task-claimed", "moved-while-suspended"),
    "an act before it is gone": ("waiting", drop("dossier-suspended"), "dossier-resumed", "revision-other"),
    "a message that nobody awaited": ("waiting", again("message-received"), "message-received", "message-not-awaited"),
    "a message that brings more": (
        "waiting",
        tell("message-received", {}, data={"answer": "đủ", "decision": "approve"}),
        "message-received",
        "message-otherwise",
    ),
    "what a worker gave": ("worked", tell("job-completed", {}, type="khac"), "job-completed", "job-other"),
    "another incident": ("worked", tell("incident-raised", {}, code="x"), "incident-raised", "incident-otherwise"),
    "a retry of nothing": ("worked", again("incident-retried"), "incident-retried", "incident-not-open"),
    "moved elsewhere": ("moved", tell("dossier-migrated", {}, bundles=[]), "dossier-migrated", "act-untold"),
    "a version that is not there": ("moved", drop("process-deployed", version=2), "dossier-migrated", "bundle-missing"),
    "an act that nobody knows": (
        "eyes",
        lambda leaves: setattr(leaf(leaves, "task-claimed"), "act", "dossier-blessed"),
        "dossier-blessed",
        "act-unknown",
    ),
    "clocks set back": (
        "eyes",
        lambda leaves: setattr(leaves[-1], "time", leaves[0].time - timedelta(hours=1)),
        DONE,
        "act-disordered",
    ),
}  # fmt: skip
UNDECIDABLE = {"act-untold", "act-unknown", "bundle-missing"}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_history_is_no_run_of_the_model(name: str) -> None:
    """It is found at the leaf where it shows, by its own code, and nothing behind it is judged; its twin replays."""
    forged, forge, act, code = FORGED[name]
    recorder = honest(forged)
    leaves = copied(recorder.leaves)
    forge(leaves)
    found = recorder.replayed(leaves)
    assert found.divergence is not None
    assert (found.divergence.act, found.divergence.code) == (act, code), found.divergence
    undecided = code in UNDECIDABLE
    assert found.answer == ("undecidable" if undecided else "no")
    said = [line.said for line in found.acts]
    last = said.index("undecidable" if undecided else "differs")
    assert set(said[:last]) <= {"as-modelled", "moves-nothing"}
    assert set(said[last + 1 :]) <= {"not-replayed"}
    assert found.divergence.found != found.divergence.expected


def test_a_replay_is_of_the_acts_alone() -> None:
    """Equal contents give the equal answer, and what stands beside the dossier moves nothing."""
    recorder = honest("eyes")
    leaves = copied(recorder.leaves)
    beside = copied([leaves[-1]])[0]
    beside.act, beside.details, beside.subject = "comment-added", {"comment": 1}, leaves[1].subject
    refused = copied([leaves[-1]])[0]
    refused.act, refused.details = "completion-refused", {"code": "not-holder", "message": "…"}
    leaves += [beside, refused]
    found = recorder.replayed(leaves)
    assert [line.said for line in found.acts[-2:]] == ["moves-nothing", "moves-nothing"]
    contents = recorder.contents(leaves)
    assert replay(contents, fits=lambda *_: None) == found
