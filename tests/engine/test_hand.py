"""Whose a task is: each act and each refusal as a table, decided without a database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.acts.claim import Holding, claim, release
from engine.acts.complete import CompleteTask, complete
from engine.acts.hand import Colleague, Delegate, Facts, Handing, Reassign, Return, TakeBack, hand
from engine.acts.start import StartDossier, start
from engine.acts.steer import LATEST, FollowUp, Prioritise, steer
from engine.dossier import Dossier, Status
from engine.officer import Officer
from engine.process import ProcessDefinition
from engine.task import Task
from tests.engine.bpmn.models import NOW, chain, end, flow, start_event, user, xor
from tests.engine.test_calls import define

ONE = define("p", start_event() + user("a") + end() + chain("s", "a", "e"))
LATER = NOW + timedelta(days=1)
MAI, AWAY = Colleague(id="mai", name="Mai"), Colleague(id="mai", name="Mai", hindrance="is away")
LAN_AGAIN, LAN_GONE = Colleague(id="lan", name="Lan"), Colleague(id="lan", name="Lan", hindrance="is not clerk")


def officer(id: str) -> Officer:
    return Officer(id=id, name=id.title(), position="", unit="agency", rights={"agency": frozenset({"clerk"})})


def begun(definition: ProcessDefinition) -> Dossier:
    """A dossier of that process."""
    act = StartDossier(
        code="D-1",
        title="",
        procedure=None,
        applicant={},
        submitter="",
        channel="direct",
        data={},
        documents=(),
        due=None,
    )
    dossier = start(act, officer("an"), definition, now=NOW).dossier
    assert dossier is not None
    return dossier


def of(holder: str | None, owner: str | None = None) -> Dossier:
    """A dossier whose one task is in these hands."""
    dossier = begun(ONE)
    [(number, task)] = dossier.tasks.items()
    return replace(dossier, tasks={number: replace(task, holder=holder, owner=owner)})


def task_of(dossier: Dossier | None) -> Task:
    assert dossier is not None
    [task] = dossier.tasks.values()
    return task


def facts(to: Colleague | None = None, owner: Colleague | None = None, *, superior: bool = False) -> Facts:
    return Facts(graph=ONE.graph, now=LATER, to=to, owner=owner, superior=superior)


DELEGATE, RETURN, TAKE_BACK = Delegate(to="mai", reason="x"), Return(reason="x"), TakeBack()
TO_MAI, TO_QUEUE = Reassign(to="mai", reason="x"), Reassign(to=None, reason="x")


@pytest.mark.parametrize(
    ("before", "who", "act", "known", "after"),
    [
        (("lan", None), "lan", DELEGATE, facts(MAI), ("mai", "lan")),
        (("oanh", "lan"), "oanh", DELEGATE, facts(MAI), ("mai", "lan")),
        (("lan", "mai"), "lan", DELEGATE, facts(MAI), ("mai", None)),
        (("mai", "lan"), "lan", TAKE_BACK, facts(owner=LAN_AGAIN), ("lan", None)),
        (("lan", None), "lan", RETURN, facts(), (None, None)),
        (("mai", "lan"), "mai", RETURN, facts(owner=LAN_AGAIN), ("lan", None)),
        (("mai", "lan"), "mai", RETURN, facts(owner=LAN_GONE), (None, None)),
        (("lan", None), "an", TO_MAI, facts(MAI, superior=True), ("mai", None)),
        ((None, None), "an", TO_MAI, facts(MAI, superior=True), ("mai", None)),
        (("oanh", "lan"), "an", TO_MAI, facts(MAI, superior=True), ("mai", "lan")),
        (("oanh", "mai"), "an", TO_MAI, facts(MAI, superior=True), ("mai", None)),
        (("mai", "lan"), "an", TO_QUEUE, facts(superior=True), (None, None)),
    ],
)
def test_who_has_the_task_then(
    before: tuple[str | None, str | None],
    who: str,
    act: Handing,
    known: Facts,
    after: tuple[str | None, str | None],
) -> None:
    """Holder and owner before and after; one act more on the dossier, one leaf that says who and why."""
    dossier = of(*before)
    outcome = hand(dossier, task_of(dossier).number, act, officer(who), known)
    task = task_of(outcome.dossier)
    assert (task.holder, task.owner) == after
    assert outcome.dossier is not None
    assert (outcome.dossier.revision, outcome.dossier.status) == (dossier.revision + 1, Status.IN_PROGRESS)
    [leaf] = outcome.leaves
    assert (leaf.act, leaf.actor, leaf.details["task"]) == (act.act, who, task.id)
    assert leaf.details.get("reason") == (None if act is TAKE_BACK else "x")
    assert task.returned == (LATER if act is RETURN else None)


@pytest.mark.parametrize(
    ("before", "who", "act", "known", "code"),
    [
        (("lan", None), "mai", DELEGATE, facts(MAI), "not-holder"),
        ((None, None), "lan", DELEGATE, facts(MAI), "not-holder"),
        (("mai", "lan"), "lan", DELEGATE, facts(MAI), "not-holder"),
        (("lan", None), "lan", DELEGATE, facts(AWAY), "not-able"),
        (("mai", None), "mai", DELEGATE, facts(MAI), "not-able"),
        (("lan", None), "lan", Delegate(to="mai", reason=" "), facts(MAI), "reason-missing"),
        (("lan", None), "lan", Delegate(to="mai", reason="x" * 1001), facts(MAI), "reason-missing"),
        (("lan", None), "lan", TAKE_BACK, facts(), "not-owner"),
        (("mai", "lan"), "mai", TAKE_BACK, facts(owner=LAN_AGAIN), "not-owner"),
        (("mai", "lan"), "lan", TAKE_BACK, facts(owner=LAN_GONE), "not-able"),
        (("mai", "lan"), "lan", RETURN, facts(owner=LAN_AGAIN), "not-holder"),
        (("lan", None), "lan", Return(reason=""), facts(), "reason-missing"),
        (("lan", None), "lan", TO_MAI, facts(MAI), "not-head"),
        (("lan", None), "an", TO_MAI, facts(AWAY, superior=True), "not-able"),
        (("mai", None), "an", TO_MAI, facts(MAI, superior=True), "not-able"),
    ],
)
def test_why_not(before: tuple[str | None, str | None], who: str, act: Handing, known: Facts, code: str) -> None:
    """The dossier stays as it is; the attempt is told with its code."""
    dossier = of(*before)
    outcome = hand(dossier, task_of(dossier).number, act, officer(who), known)
    assert outcome.dossier is None
    assert outcome.refusal is not None
    assert outcome.refusal.code == code
    assert outcome.refusal.remedy
    [leaf] = outcome.leaves
    assert (leaf.act, leaf.details["code"]) == (act.refused, code)


@pytest.mark.parametrize("act", [DELEGATE, TAKE_BACK, RETURN, TO_MAI, TO_QUEUE])
def test_neither_of_a_closed_task_nor_while_suspended(act: Handing) -> None:
    """Whoever asks."""
    dossier = of("lan", "lan")
    known = facts(MAI, LAN_AGAIN, superior=True)
    gone = hand(dossier, 99, act, officer("lan"), known)
    waits = hand(replace(dossier, suspended=NOW), task_of(dossier).number, act, officer("lan"), known)
    assert [found.refusal.code for found in (gone, waits) if found.refusal] == ["task-unknown", "dossier-suspended"]


def test_a_delegated_task_is_released_to_its_owner() -> None:
    """Not to the queue, from which somebody else would take it; and nobody learns of a holder without a name."""
    dossier = of("mai", "lan")
    number = task_of(dossier).number
    after = release(dossier, number, officer("mai"), ONE.graph, owner=LAN_AGAIN).dossier
    assert (task_of(after).holder, task_of(after).owner) == ("lan", None)
    late = claim(dossier, number, officer("oanh"), ONE.graph, holding=Holding(name="Trần Thị Mai", since="08:31"))
    assert late.refusal is not None
    assert late.refusal.message == "task D-1.2 is held by mai (Trần Thị Mai) since 08:31"


@pytest.mark.parametrize(
    ("who", "act", "superior", "code"),
    [
        ("lan", FollowUp(at=LATER + timedelta(days=1)), False, None),
        ("an", FollowUp(at=LATER + LATEST), True, None),
        ("lan", Prioritise(priority=0), False, None),
        ("lan", Prioritise(priority=100), False, None),
        ("mai", Prioritise(priority=1), False, "not-holder"),
        ("lan", Prioritise(priority=101), False, "priority-range"),
        ("lan", Prioritise(priority=-1), False, "priority-range"),
        ("lan", FollowUp(at=LATER), False, "follow-up-date"),
        ("lan", FollowUp(at=LATER + LATEST + timedelta(seconds=1)), False, "follow-up-date"),
    ],
)
def test_the_holder_or_a_head_steers(who: str, act: FollowUp | Prioritise, superior: bool, code: str | None) -> None:
    """Within bounds."""
    dossier = of("lan")
    outcome = steer(dossier, task_of(dossier).number, act, officer(who), facts(superior=superior))
    assert (outcome.refusal.code if outcome.refusal else None) == code
    if code is None:
        task = task_of(outcome.dossier)
        assert (task.follow_up, task.priority) == ((act.at, 50) if isinstance(act, FollowUp) else (None, act.priority))


AGAIN = define(
    "q",
    start_event()
    + user("a")
    + xor("x", 'default="x_e"')
    + end()
    + chain("s", "a", "x", "e")
    + flow("x", "a", "=again = true"),
)
THRICE = (
    '<bpmn:multiInstanceLoopCharacteristics isSequential="true">'
    '<bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">=3</bpmn:loopCardinality>'
    "</bpmn:multiInstanceLoopCharacteristics>"
)
EACH = define(
    "r",
    start_event() + user("a").replace("</bpmn:userTask>", f"{THRICE}</bpmn:userTask>") + end() + chain("s", "a", "e"),
)


@pytest.mark.parametrize(("definition", "marked"), [(AGAIN, True), (EACH, False)])
def test_what_opens_again_is_marked_as_returned(definition: ProcessDefinition, marked: bool) -> None:
    """Where the flow comes back to a step that was done; not where a loop does it for each."""
    dossier = begun(definition)
    task = task_of(dossier)
    assert task.returned is None
    held = replace(dossier, tasks={task.number: replace(task, holder="lan")})
    act = CompleteTask(number=task.number, data={"again": True}, approval=None, objects={})
    outcome = complete(held, act, officer("lan"), definition, now=LATER)
    assert [each.returned for each in outcome.opened] == [LATER if marked else None]
