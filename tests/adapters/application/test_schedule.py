"""Due dates, terms, follow-up dates and priorities from the model to the queue that officers see."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from adapters.application import inbox, queries
from tests.adapters.application.bundles import Bundle, bundle, task
from tests.adapters.application.world import World
from tests.engine.bpmn.models import chain, end, start_event

ROOT = Path(__file__).parents[3]


def scheduled(key: str, extra: str = "", **properties: str) -> Bundle:
    """A process of one task with this extension."""
    drawn = task("look", "chuyen-vien", properties=properties)
    drawn = drawn.replace("<bpmn:extensionElements>", f"<bpmn:extensionElements>{extra}", 1)
    return bundle(key, start_event() + drawn + end() + chain("s", "look", "e"))


def start(world: World, files: Bundle, **data: Any) -> str:
    key = re.findall(rb'<bpmn:process id="([^"]+)"', files["process.bpmn"])[0].decode()
    world.deploy(files).body_or_raise()
    return world.task(world.start(key, data=data, files={}), "look")


def listed(world: World, who: str = "lan", **query: Any) -> list[Mapping[str, Any]]:
    answer = inbox.show(world.app, world.officer(who), "all", "", 50, **query)
    return list(answer.body_or_raise()["items"])


def shown(world: World, id: str) -> Mapping[str, Any]:
    return queries.show_task(world.app, world.officer("lan"), id).body_or_raise()


def test_a_term_is_counted_by_the_days_off_of_the_office(world: World) -> None:
    """Saturday 21 November: the term begins on Monday; Wednesday is a day off here, so two days end on Thursday."""
    world.change(days_off=lambda year: {date(year, 11, 25)})
    id = start(world, scheduled("co-han", term="2"))
    assert shown(world, id)["due"] == "2026-11-26T10:00:00Z"
    world.do("lan", id.rpartition(".")[0], "look")


def test_what_is_late_says_so(world: World) -> None:
    """From the moment after its due time; the same in the list and on its own."""
    id = start(world, scheduled("co-han", '<zeebe:taskSchedule dueDate="PT2H"/>'))
    told = {"due": "2026-11-21T10:30:00Z", "overdue": False}
    assert told.items() <= shown(world, id).items()
    world.clock.go(hours=2)
    assert listed(world)[0]["overdue"] is False
    world.clock.go(seconds=1)
    assert (listed(world)[0]["overdue"], shown(world, id)["overdue"]) == (True, True)


def test_the_urgent_stands_first_and_what_can_wait_is_not_seen(world: World) -> None:
    """Priority, then due time; before its follow-up date a free task is listed only if asked for."""
    urgent = '<zeebe:priorityDefinition priority="=muc"/>'
    calm = start(world, scheduled("thuong", urgent), muc=10)
    soon = start(world, scheduled("gap", urgent), muc=90)
    later = start(world, scheduled("sau", '<zeebe:taskSchedule followUpDate="P3D"/>'))
    assert [item["id"] for item in listed(world)] == [soon, calm]
    assert [item["id"] for item in listed(world, deferred=True)] == [soon, later, calm]
    assert shown(world, later)["follow_up"] == "2026-11-24T08:30:00Z"
    world.claim("lan", later).body_or_raise()
    assert [item["id"] for item in listed(world)] == [soon, later, calm]
    world.release("lan", later).body_or_raise()
    world.clock.go(days=3)
    assert [item["id"] for item in listed(world)] == [soon, later, calm]


def test_pages_follow_the_order(world: World) -> None:
    """Each task once, whatever the size of the pages."""
    files = scheduled("trang", '<zeebe:priorityDefinition priority="=muc"/>')
    tasks = [start(world, files, muc=level) for level in (20, 80, 50, 80)]
    wanted = [tasks[1], tasks[3], tasks[2], tasks[0]]
    found, cursor = [], ""
    for _ in range(3):
        page = inbox.show(world.app, world.officer("lan"), "unit", cursor, 2).body_or_raise()
        found += [item["id"] for item in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert found == wanted


def test_what_could_not_be_evaluated_is_seen_on_the_task_and_in_its_history(world: World) -> None:
    """The task is there for its role; who opens it reads why it has no due date."""
    id = start(world, scheduled("hong", '<zeebe:taskSchedule dueDate="=han"/>'), han="mai")
    note = "no due date: '=han' does not give one, expected a date, a date and time, or a duration"
    assert (shown(world, id)["due"], shown(world, id)["note"]) == (None, note)
    assert [item["id"] for item in listed(world)] == [id]
    assert world.last(id.rpartition(".")[0])["details"]["opened"][0]["note"] == note


def test_every_act_takes_definitions_with_the_days_off() -> None:
    """A definition that an act loads by itself has no days off, and would count terms without them."""
    sources = [path for path in (ROOT / "adapters").rglob("*.py") if "definitions.get(" in path.read_text("utf-8")]
    assert [path.name for path in sources] == ["terms.py"]
