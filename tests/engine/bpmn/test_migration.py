"""A running process moves to another version of its model, or it is said what does not map."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.bpmn import Graph, State, start, step
from engine.bpmn.effects import TimerCancelled, TimerSet
from engine.bpmn.events import TaskCompleted
from engine.bpmn.migration import migrate, plan
from tests.engine.bpmn.models import NOW, chain, deploy, end, start_event, user

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
    assert sum(isinstance(effect, TimerCancelled) for effect in effects) == 2
    assert {effect.element for effect in effects if isinstance(effect, TimerSet)} == set(due)


def test_a_migrated_state_is_stored_and_read() -> None:
    """Nothing is kept beside the state."""
    old, new = linear("draft"), linear("draft", "check")
    state, _ = migrate(plan(old, new, begun(old), {}), begun(old), now=NOW)
    assert State.decode(state.encode()) == state
