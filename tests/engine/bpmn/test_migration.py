"""A running process moves to another version of its model, or it is said what does not map."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.bpmn import Graph, State, start, step
from engine.bpmn.effects import TimerCancelled, TimerSet
from engine.bpmn.events import Modified, Retried, TaskCompleted
from engine.bpmn.migration import migrate, plan
from tests.engine.bpmn.models import NOW, chain, deploy, end, flow, par, start_event, user, xor

SUB = '<bpmn:subProcess id="sub">{}</bpmn:subProcess>'


def timer(name: str, text: str, host: str) -> str:
    """A boundary timer that does not interrupt, with an end behind it."""
    event = (
        f'<bpmn:boundaryEvent id="{name}" attachedToRef="{host}" cancelActivity="false"><bpmn:timerEventDefinition>'
        f'<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">{text}</bpmn:timeDuration>'
        f"</bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )
    return event + f'<bpmn:endEvent id="{name}_end" />' + chain(name, f"{name}_end")


def linear(*tasks: str, extra: str = "") -> Graph:
    """A process of user tasks, one after the other."""
    body = start_event() + "".join(map(user, tasks)) + end() + chain("s", *tasks, "e") + extra
    return deploy(body)


def begun(graph: Graph) -> State:
    return start(graph, {"kind": "birth"}, now=NOW).state


def test_what_is_unchanged_goes_on() -> None:
    """An open task stays the same task; what was added behind it comes next; the data stay."""
    old, new = linear("draft"), linear("draft", "check")
    state, effects = migrate(plan(old, new, begun(old), {}), begun(old), now=NOW)
    (task,) = state.open_tasks
    assert effects == ()
    assert dict(state.data) == {"kind": "birth"}
    assert list(step(new, state, TaskCompleted(task=task), now=NOW).state.open_tasks.values()) == ["check"]


def test_an_element_may_have_another_name() -> None:
    """The mapping says what an element is called now."""
    old, new = linear("draft"), linear("write")
    state, _ = migrate(plan(old, new, begun(old), {"draft": "write"}), begun(old), now=NOW)
    assert list(state.open_tasks.values()) == ["write"]


@pytest.mark.parametrize(
    ("new", "mapping", "says"),
    [
        (linear("check"), {}, "draft is not in the new model"),
        (linear("check"), {"draft": "s"}, "s is a startEvent there"),
        (deploy(start_event() + SUB.format(user("draft")) + end() + chain("s", "sub", "e")), {}, "stands in sub there"),
    ],
    ids=["missing", "other kind", "other scope"],
)
def test_what_does_not_map_is_refused(new: Graph, mapping: dict[str, str], says: str) -> None:
    """The refusal names the element and why, and migrating anyway is a mistake."""
    old = linear("draft")
    found = plan(old, new, begun(old), mapping)
    ((element, reason),) = [(each.element, each.reason) for each in found.refused]
    assert element == "draft"
    assert says in reason
    with pytest.raises(ValueError, match="draft"):
        migrate(found, begun(old), now=NOW)


def test_timers_that_did_not_change_keep_their_time() -> None:
    """One that reads the same stays due when it was; one that reads otherwise is set from now; a new one is set."""
    later = NOW + timedelta(hours=3)
    old = linear("draft", extra=timer("same", "P1D", "draft") + timer("other", "P1D", "draft"))
    extra = timer("same", "P1D", "draft") + timer("other", "P2D", "draft") + timer("more", "PT1H", "draft")
    new = linear("draft", extra=extra)
    state, effects = migrate(plan(old, new, begun(old), {}), begun(old), now=later)
    due = {armed.element: armed.schedule.due for armed in state.timers.values()}
    assert due == {
        "same": NOW + timedelta(days=1),
        "other": later + timedelta(days=2),
        "more": later + timedelta(hours=1),
    }
    assert sum(isinstance(effect, TimerCancelled) for effect in effects) == 1
    assert {effect.element for effect in effects if isinstance(effect, TimerSet)} == {"other", "more"}


def test_a_migrated_state_is_stored_and_read() -> None:
    """Nothing is kept beside the state."""
    old, new = linear("draft"), linear("draft", "check")
    state, _ = migrate(plan(old, new, begun(old), {}), begun(old), now=NOW)
    assert State.decode(state.encode()) == state


def test_a_timer_of_another_name_keeps_its_time() -> None:
    """The mapping may name what is listened for, too; a timer that is gone in the new model is gone."""
    old = linear("draft", extra=timer("late", "P1D", "draft") + timer("gone", "P1D", "draft"))
    new = linear("draft", extra=timer("overdue", "P1D", "draft"))
    found = plan(old, new, begun(old), {"late": "overdue"})
    state, _ = migrate(found, begun(old), now=NOW + timedelta(hours=3))
    assert [(armed.element, armed.schedule.due) for armed in state.timers.values()] == [
        ("overdue", NOW + timedelta(days=1))
    ]


def test_a_condition_that_held_before_does_not_fire_again() -> None:
    """It became true once, in the old model; that it holds still is nothing new."""
    old, new = (linear(*tasks, extra=_told("draft")) for tasks in (("draft",), ("draft", "check")))
    told = step(old, begun(old), Modified(data={"urgent": True}), now=NOW).state
    assert sorted(told.open_tasks.values()) == ["draft", "hurry"]
    state, _ = migrate(plan(old, new, told, {}), told, now=NOW)
    again = step(new, state, Modified(data={"note": "x"}), now=NOW).state
    assert sorted(again.open_tasks.values()) == ["draft", "hurry"]


def _told(host: str) -> str:
    """A boundary condition that does not interrupt, with a task behind it."""
    condition = '<bpmn:condition xsi:type="bpmn:tFormalExpression">urgent = true</bpmn:condition>'
    return (
        f'<bpmn:boundaryEvent id="told" attachedToRef="{host}" cancelActivity="false"><bpmn:conditionalEventDefinition>'
        f"{condition}</bpmn:conditionalEventDefinition></bpmn:boundaryEvent>"
        + user("hurry")
        + end("hurried")
        + chain("told", "hurry", "hurried")
    )


def test_two_that_live_do_not_become_one() -> None:
    """Both are named: which of them a token then means, nobody could say."""
    both = start_event() + par("fork") + user("a") + user("b") + par("join") + end()
    old = deploy(both + chain("s", "fork", "a", "join", "e") + chain("fork", "b", "join"))
    found = plan(old, linear("a"), begun(old), {"b": "a"})
    assert {each.element for each in found.refused} == {"a", "b"}


def test_a_token_that_waits_at_a_join_needs_its_flow() -> None:
    """A flow of the same name that leads elsewhere in the new model would never let the join fire."""
    head = start_event() + par("fork") + user("a") + user("b") + par("join") + user("c") + end()
    flows = chain("s", "fork", "a") + chain("join", "c", "e") + chain("fork", "b", "join")
    old = deploy(head + flows + flow("a", "join", name="through"))
    new = deploy(
        head.replace('id="c"', 'id="c" ') + user("between") + flows + flow("a", "between", name="through")
        + chain("between", "join")
    )  # fmt: skip
    first = next(key for key, element in begun(old).open_tasks.items() if element == "a")
    state = step(old, begun(old), TaskCompleted(task=first), now=NOW).state
    assert [(each.element, each.reason) for each in plan(old, new, state, {}).refused] == [
        ("join", "flow through leads to between there, not to join")
    ]


def test_what_stands_still_needs_its_element() -> None:
    """An incident at an element that is gone could never be tried again."""
    body = start_event() + xor("which") + user("a") + user("b") + end()
    ways = flow("which", "a", "=n = 1") + flow("which", "b", "=n = 2") + chain("a", "e") + chain("b", "e")
    old = deploy(body + chain("s", "which") + ways)
    assert begun(old).incidents
    assert [each.element for each in plan(old, linear("a"), begun(old), {}).refused][:1] == ["which"]
    same, _ = migrate(plan(old, old, begun(old), {}), begun(old), now=NOW)
    (incident,) = same.incidents
    mended = step(old, same, Retried(incident=incident, data={"n": 2}), now=NOW).state
    assert list(mended.open_tasks.values()) == ["b"]
