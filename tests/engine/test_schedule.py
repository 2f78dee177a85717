"""When tasks are due, to be followed up, and how urgent they are: from the model, over the data, as they open."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from engine.acts.start import StartDossier, start
from engine.bpmn.schedule import Unreadable, due_at, follow_up_at
from engine.calendar import VIETNAM
from engine.officer import Officer
from engine.outcome import Outcome
from engine.process import ProcessDefinition
from engine.task import Task
from tests.engine.bpmn.models import NOW, chain, deploy, end, mapping, problems_of, start_event, user

OFFICER = Officer(id="an", name="An", position="", unit="agency", rights={"agency": frozenset({"clerk"})})
MONDAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # 10:00 in the office


def schedule(**given: str) -> str:
    return f"<zeebe:taskSchedule {_written(given)} />"


def priority(text: str) -> str:
    return f"<zeebe:priorityDefinition priority='{text}' />"


def term(text: str) -> str:
    return f"<zeebe:properties><zeebe:property name='hoso:term' value='{text}' /></zeebe:properties>"


def _written(given: dict[str, str]) -> str:
    return " ".join(f"{name}='{text}'" for name, text in given.items())


def body(extra: str = "", attributes: str = "") -> str:
    return start_event() + user("x", extra, attributes) + end() + chain("s", "x", "e")


def begun(
    process: str, now: datetime = NOW, days_off: Collection[date] = (), data: dict[str, object] | None = None
) -> Outcome:
    """The dossier as it starts on this process."""
    definition = ProcessDefinition(key="p", version=1, bundle_hash="0" * 64, graph=deploy(process), forms={}, files={})
    act = StartDossier(
        code="D", title="", procedure=None, applicant={}, submitter="", channel="direct", data=data or {}, documents=(),
        due=None,
    )  # fmt: skip
    return start(act, OFFICER, replace(definition, days_off=days_off), now=now)


def opened(process: str, now: datetime = NOW, days_off: Collection[date] = (), **data: object) -> Task:
    [task] = begun(process, now, days_off, data).opened
    return task


def shown(moment: datetime | None) -> str:
    return moment.astimezone(VIETNAM).strftime("%Y-%m-%d %H:%M") if moment else ""


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("2026-12-01T16:00:00+07:00", "2026-12-01 16:00"),
        ("2026-12-01T09:00:00Z", "2026-12-01 16:00"),
        ("2026-12-01T16:00:00", "2026-12-01 16:00"),
        ("2026-12-01", "2026-12-01 17:00"),
        ("P1DT2H", "2026-11-22 17:30"),
        ("P1M", "2026-12-21 15:30"),
        ('=date("2026-12-01")', "2026-12-01 17:00"),
        ('=date and time("2026-12-01T16:00:00")', "2026-12-01 16:00"),
        ('=date and time("2026-12-01T09:00:00@Europe/London")', "2026-12-01 16:00"),
        ('=today() + duration("P3D")', "2026-11-24 17:00"),
        ('=duration("PT2H")', "2026-11-21 17:30"),
        ('=duration("-PT2H")', "2026-11-21 13:30"),
        ("=deadline", "2026-12-24 17:00"),
        ("=if urgent then deadline else null", ""),
    ],
)
def test_a_due_date_is_a_time_a_day_or_a_duration(text: str, due: str) -> None:
    """Text or FEEL; a day ends at 17:00, a time without zone is the offices', a duration counts from the opening."""
    for process in (body(schedule(dueDate=text)), body(attributes=f"camunda:dueDate='{text}'")):
        task = opened(process, deadline="2026-12-24", urgent=False)
        assert (shown(task.due), task.note) == (due, "")


def test_a_day_to_follow_up_on_begins_at_midnight() -> None:
    """So a task is seen as the office opens; a due date and a priority stand beside it."""
    extra = schedule(followUpDate="2026-12-01", dueDate="P30D") + priority("=weight * 10")
    task = opened(body(extra), weight=8)
    assert (shown(task.follow_up), shown(task.due), task.priority) == ("2026-12-01 00:00", "2026-12-21 15:30", 80)
    again = opened(body(attributes='camunda:followUpDate="2026-12-01" camunda:priority="80"'))
    assert (again.follow_up, again.priority) == (task.follow_up, 80)


def test_without_any_of_it_a_task_is_as_urgent_as_others() -> None:
    """Priority 50, as in Camunda 8; no due time of its own."""
    task = opened(body())
    assert (task.due, task.follow_up, task.priority, task.note) == (None, None, 50, "")


@pytest.mark.parametrize(("given", "kept"), [(0, 0), (100, 100), (101, 100), (-5, 0), (50.0, 50)])
def test_a_priority_beyond_its_ends_is_the_nearer_end(given: object, kept: int) -> None:
    """Nothing is more urgent than 100, whatever the data says."""
    assert opened(body(priority("=weight")), weight=given).priority == kept


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (schedule(dueDate="=deadline"), "no due date: '=deadline' does not give one"),
        (schedule(followUpDate="=deadline"), "no follow-up date: '=deadline' does not give one"),
        (schedule(dueDate="=unknown"), "no due date: '=unknown' does not give one"),
        (schedule(dueDate="=1 / 0"), "no due date:"),
        (schedule(dueDate="=for i in 1..100000 return i"), "no due date: '=for i in 1..100000 return i':"),
        (priority("=deadline"), "no priority: '=deadline' does not give one, expected a whole number"),
        (priority("=10 ** 30"), "no priority:"),
        (priority("=0.5"), "no priority:"),
        (term("=251"), "no term: '=251' does not give one, expected 0 to 250 working days"),
        (term("=-1"), "no term:"),
        (schedule(dueDate='=date and time("9999-12-31T23:59:59-12:00")'), "no due date:"),
        (schedule(dueDate='=duration("P9999Y")'), "no due date:"),
    ],
)
def test_what_cannot_be_evaluated_is_told_and_loses_no_task(extra: str, said: str) -> None:
    """The task opens in its queue, without that; the task and the trail say why, and do not hold the data."""
    outcome = begun(body(extra), data={"deadline": "bí mật", "weight": "bí mật"})
    [task] = outcome.opened
    assert (task.due, task.follow_up, task.priority, task.role) == (None, None, 50, "clerk")
    assert task.note.startswith(said)
    assert "bí mật" not in task.note
    told = outcome.leaves[0].details["opened"]
    assert isinstance(told, list)
    assert told[0]["note"] == task.note


def test_the_trail_tells_by_when_a_task_is_due() -> None:
    """As a leaf's evidence writes times."""
    outcome = begun(body(schedule(dueDate="P1D")))
    told = {"task": outcome.opened[0].id, "name": "x", "role": "clerk", "due": "2026-11-22T08:30:00Z"}
    assert outcome.leaves[0].details["opened"] == [told]


@pytest.mark.parametrize(
    ("days", "opens", "due"),
    [
        ("0", MONDAY, "2026-11-23 17:00"),
        ("2", MONDAY, "2026-11-25 17:00"),
        ("5", MONDAY, "2026-12-01 17:00"),
        ("=so_ngay", MONDAY, "2026-11-26 17:00"),
        ("1", MONDAY.replace(hour=9, minute=30), "2026-11-24 17:00"),
        ("1", MONDAY.replace(hour=10, minute=30), "2026-11-25 17:00"),
        ("0", MONDAY - timedelta(days=1), "2026-11-23 17:00"),
    ],
)
def test_a_term_counts_working_days(days: str, opens: datetime, due: str) -> None:
    """The day itself does not count, nor Saturday, Sunday and the office's days off; after 17:00 it is the next day."""
    task = opened(body(term(days)), opens, {date(2026, 11, 27)}, so_ngay=3)
    assert (shown(task.due), task.note) == (due, "")


def test_a_task_sees_its_inputs_as_it_is_scheduled() -> None:
    """The same scope as its assignment: what is mapped in stands before the dossier's data."""
    extra = schedule(dueDate="=deadline") + mapping('input deadline: ="2026-12-05"')
    assert shown(opened(body(extra), deadline="2026-12-24").due) == "2026-12-05 17:00"


@pytest.mark.parametrize(
    ("extra", "attributes", "code"),
    [
        (schedule(dueDate="tomorrow"), "", "schedule-unreadable"),
        (schedule(followUpDate="2026-13-01"), "", "schedule-unreadable"),
        (schedule(dueDate="R3/P1D"), "", "schedule-unreadable"),
        (priority("101"), "", "schedule-unreadable"),
        (priority("-1"), "", "schedule-unreadable"),
        (priority("high"), "", "schedule-unreadable"),
        (term("251"), "", "schedule-unreadable"),
        (term("two"), "", "schedule-unreadable"),
        (term("3") + schedule(dueDate="P3D"), "", "schedule-twice"),
        (schedule(dueDate="P3D"), 'camunda:dueDate="P4D"', "extension-twice"),
        (schedule(dueDate="=1 +"), "", "expression-syntax"),
        ("", 'camunda:dueDate="${deadline}"', "expression-foreign"),
    ],
)
def test_what_is_wrong_in_the_model_is_refused_at_deploy(extra: str, attributes: str, code: str) -> None:
    """Text is checked as it is read; two due times contradict."""
    found = [problem for problem in problems_of(body(extra, attributes)) if problem.severity == "error"]
    assert any(problem.code.startswith(code) for problem in found), found
    assert {problem.element for problem in found} == {"x"}


@pytest.mark.parametrize(
    "value", [True, 5, None, [], {}, "", "P", "0000-01-01", "2026-02-30", "1899-12-31", "9999-06-01"]
)
def test_strange_values_are_no_times(value: object) -> None:
    """Data is hostile: whatever is no time is said to be none, and nothing else is raised."""
    for read in (due_at, follow_up_at):
        with pytest.raises(Unreadable):
            read(value, NOW)  # type: ignore[arg-type]
