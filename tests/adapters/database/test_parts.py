"""The store keeps a wide loop in parts: what is loaded, what is written, and until when the rest can be had."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import sqlalchemy
from alembic import command
from sqlalchemy import Connection, MetaData, insert, select, text

from adapters.database import dossiers
from adapters.database.migrate import _config, upgrade
from adapters.database.parts import TransactionOver
from adapters.database.store import Store, Transaction
from adapters.database.tables import dossier_part, task
from engine.acts.move import move
from engine.bpmn.events import Event, MessageReceived, TaskCompleted
from engine.bpmn.graph import Graph
from engine.bpmn.parts import WIDE, whole
from engine.bpmn.run import start, step
from engine.bpmn.state import State
from engine.outcome import LeafDraft, Outcome
from engine.process import ProcessDefinition
from tests.adapters.database.rows import CODE, NOW, dossier, people_of
from tests.engine.bpmn.models import boundary, deploy, end, flow, message, on_message, start_event, timer, user

LEAF = LeafDraft(actor="hoso", act="tried", subject=CODE, dossier=CODE)
_HOUR = timer("timeDuration", "PT1H")


def each(count: int = WIDE) -> Graph:
    """A subprocess for each of many: first → second, which a timer reminds of; a message calls all of it off."""
    wide = f'<bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">{count}</bpmn:loopCardinality>'
    inner = start_event("in") + user("first") + user("second") + end("out") + end("out2")
    inner += boundary("late", "second", _HOUR, interrupting=False)
    inner += flow("in", "first") + flow("first", "second") + flow("second", "out") + flow("late", "out2")
    loop = f"<bpmn:multiInstanceLoopCharacteristics>{wide}</bpmn:multiInstanceLoopCharacteristics>"
    body = start_event() + f'<bpmn:subProcess id="each">{loop}{inner}</bpmn:subProcess>'
    body += boundary("stop", "each", on_message()) + end() + end("off")
    return deploy(body + flow("s", "each") + flow("each", "e") + flow("stop", "off"), message())


GRAPH = each()


@contextmanager
def statements(store: Store) -> Iterator[list[tuple[str, object]]]:
    """What is asked of the table of parts meanwhile, with its parameters."""
    seen: list[tuple[str, object]] = []

    def listen(_c: object, _cursor: object, sql: str, parameters: object, *_more: object) -> None:
        if "dossier_part" in sql:
            seen.append((sql.split()[0], parameters))

    sqlalchemy.event.listen(store.engine, "before_cursor_execute", listen)
    try:
        yield seen
    finally:
        sqlalchemy.event.remove(store.engine, "before_cursor_execute", listen)


def defined(graph: Graph) -> ProcessDefinition:
    """The definition with that graph."""
    return ProcessDefinition(key="p", version=1, bundle_hash="0" * 64, graph=graph, forms={}, files={})


def begun(store: Store, graph: Graph = GRAPH) -> State:
    """A dossier in which every instance waits at its first task; gives its whole state."""
    first = start(graph, {}, now=NOW)
    outcome = move(dossier(state=State(process="p")), defined(graph), first, LEAF, now=NOW)
    assert outcome.dossier is not None
    with store.write() as tx:
        people_of(tx)
        dossiers.add(tx, outcome.dossier)
        dossiers.save(tx, None, outcome, NOW)
    return first.state


def goes_on(store: Store, what: Event, part: int | None = None) -> Outcome:
    """Let it happen to the dossier as it is stored."""
    with store.write() as tx:
        return _goes_on(tx, what, part)


def _goes_on(tx: Transaction, what: Event, part: int | None, then: Exception | None = None) -> Outcome:
    before = dossiers.load(tx, CODE, lock=True, part=part)
    assert before is not None
    outcome = move(before, defined(GRAPH), step(GRAPH, before.state, what, now=NOW), LEAF, now=NOW)
    if isinstance(what, TaskCompleted):
        outcome = replace(outcome, closed={**outcome.closed, what.task: "completed"})
    dossiers.save(tx, before, outcome, NOW)
    if then is not None:
        raise then
    return outcome


def stored(store: Store) -> State:
    """The state as it is stored, whole."""
    with store.read() as tx:
        found = dossiers.load(tx, CODE)
        assert found is not None
        return whole(found.state)


def part_rows(store: Store) -> dict[int, str]:
    with store.read() as tx:
        return {row.part: row.state for row in tx.execute(select(dossier_part).order_by(dossier_part.c.part))}


def placed(store: Store) -> dict[int, int]:
    """The part of each open task, by its number."""
    with store.read() as tx:
        return {row.number: row.part for row in tx.execute(select(task).where(task.c.state == "open"))}


def test_each_instance_is_a_row_and_comes_back(store: Store) -> None:
    """The dossier's own row holds what concerns all; together they are the state, byte for byte."""
    state = begun(store)
    rows = part_rows(store)
    assert len(rows) == WIDE
    assert set(placed(store).values()) == set(rows)
    with store.read() as tx:
        head, every = dossiers.load(tx, CODE, part=None), dossiers.load(tx, CODE)
        assert head is not None
        assert every is not None
        assert (dict(head.state.open_tasks), head.tasks) == ({}, {})
        assert {key: item.element for key, item in every.tasks.items()} == state.open_tasks
        assert whole(head.state).encode() == every.state.encode() == state.encode()
        assert len(dossiers.open_tasks(tx, CODE)) == dossiers.count_tasks(tx, CODE) == WIDE


def test_a_narrow_loop_has_no_parts_and_asks_for_none(store: Store) -> None:
    """All of it lies in the dossier's own row, and so do its tasks."""
    begun(store, each(WIDE - 1))
    with statements(store) as seen, store.read() as tx:
        found = dossiers.load(tx, CODE)
        assert found is not None
        assert len(found.tasks) == len(found.state.open_tasks) == WIDE - 1
    assert seen == []
    assert set(placed(store).values()) == {None}


def test_an_act_reads_and_writes_the_part_that_it_concerns(store: Store) -> None:
    """One question and one row, whatever the width; the others are as they were, down to their bytes."""
    begun(store)
    before, (number, part) = part_rows(store), list(placed(store).items())[5]
    with statements(store) as seen:
        outcome = goes_on(store, TaskCompleted(task=number), part)
    assert [opened.element for opened in outcome.opened] == ["second"]
    assert [verb for verb, _ in seen] == ["SELECT", "INSERT"]
    after = part_rows(store)
    assert {key for key in before if before[key] != after[key]} == {part}
    (following,) = (key for key, at in placed(store).items() if at == part)
    with statements(store) as seen:
        goes_on(store, TaskCompleted(task=following), part)
    assert [verb for verb, _ in seen] == ["SELECT", "DELETE"]
    assert part_rows(store).keys() == before.keys() - {part}


def test_only_the_tasks_of_the_part_are_loaded(store: Store) -> None:
    """Beside those of the head; the others are there to be asked for, page by page."""
    begun(store)
    number, part = list(placed(store).items())[3]
    with store.read() as tx:
        found = dossiers.load(tx, CODE, part=part)
        assert found is not None
        assert list(found.tasks) == [number]
        head = dossiers.load(tx, CODE, part=None)
        assert head is not None
        assert head.tasks == {}
        pages = [dossiers.open_tasks(tx, CODE, limit=10)]
        pages.append(dossiers.open_tasks(tx, CODE, after=pages[0][-1].number, limit=10))
    assert [item.number for page in pages for item in page] == sorted(placed(store))


def test_what_concerns_all_finds_all_and_leaves_nothing(store: Store) -> None:
    """The message calls the loop off: every task is cancelled, every part is gone."""
    begun(store)
    with statements(store) as seen:
        outcome = goes_on(store, MessageReceived(name="m-name"))
    assert list(outcome.closed.values()) == ["cancelled"] * WIDE
    assert [verb for verb, _ in seen] == ["SELECT", "DELETE"]
    assert part_rows(store) == {}
    assert placed(store) == {}


def test_a_part_that_was_not_named_is_found(store: Store) -> None:
    """Whoever knows a task but not its part is slower, not wrong; only what changed is written."""
    begun(store)
    before, (number, part) = part_rows(store), list(placed(store).items())[7]
    goes_on(store, TaskCompleted(task=number))
    after = part_rows(store)
    assert {key for key in before if before[key] != after[key]} == {part}


def test_after_its_transaction_a_state_gives_no_parts(store: Store) -> None:
    """They may be others by now; what was loaded stays usable."""
    begun(store)
    with store.read() as tx:
        found = dossiers.load(tx, CODE, part=None)
    assert found is not None
    assert found.state.incidents == {}
    with pytest.raises(TransactionOver, match=CODE):
        whole(found.state)


def test_a_transaction_that_fails_leaves_head_and_parts_as_they_were(store: Store) -> None:
    """Both, or neither: a head that is ahead of its parts would lose an instance."""

    class PowerCut(Exception):
        pass

    state = begun(store)
    number, part = next(iter(placed(store).items()))
    with pytest.raises(PowerCut), store.write() as tx:
        _goes_on(tx, TaskCompleted(task=number), part, then=PowerCut())
    assert stored(store).encode() == state.encode()
    goes_on(store, TaskCompleted(task=number), part)
    assert stored(store) == step(GRAPH, state, TaskCompleted(task=number), now=NOW).state


def test_a_state_that_was_stored_whole_is_divided_as_it_goes_on(store: Store) -> None:
    """As it lies in a database from before there were parts."""
    state = begun(store)
    with store.write() as tx:
        tx.execute(dossier_part.delete())
        tx.execute(text("UPDATE dossier SET state = :state"), {"state": state.encode().decode()})
    number, part = list(placed(store).items())[2]
    goes_on(store, TaskCompleted(task=number), part)
    assert len(part_rows(store)) == WIDE
    assert stored(store) == step(GRAPH, state, TaskCompleted(task=number), now=NOW).state


def _insert_old(connection: Connection, state: State) -> None:
    """The rows of a dossier in that state, as revision 0003 has them."""
    old = MetaData()
    old.reflect(connection)
    connection.execute(insert(old.tables["unit"]).values(id="agency", name="Agency"))
    values: dict[str, object] = {
        "code": CODE,
        "title": "Đơn",
        "process_key": "p",
        "process_version": 1,
        "bundle_hash": "0",
        "unit": "agency",
    }
    values |= {"applicant": "{}", "submitter": "Bà Ánh", "channel": "direct", "status": 2, "started": NOW}
    values |= {"state": state.encode().decode(), "performers": "{}", "revision": 0}
    connection.execute(insert(old.tables["dossier"]).values(**values))
    common = {"dossier": CODE, "element": "e", "state": "open"}
    shown = {"name": "", "candidates": "[]", "excluded": "[]", "unit": "agency", "opened": NOW}
    shown |= {"place": "anywhere", "signature": "none"}
    tasks = [{"id": f"{CODE}.{key}", "number": key, **common, **shown} for key in state.open_tasks]
    connection.execute(insert(old.tables["task"]), tasks)
    for key in state.timers:
        job = {"number": key, "type": "timer", "payload": "{}", "due": NOW, "lease_epoch": 0, "attempts": 0}
        connection.execute(insert(old.tables["job"]).values(**common, **job))


def test_the_upgrade_tells_tasks_and_timers_their_parts(empty_store: Store) -> None:
    """A dossier of the schema before, in the midst of a wide loop, goes on without reading all of it each time."""
    state = start(GRAPH, {}, now=NOW).state
    number = list(state.open_tasks)[4]
    state = step(GRAPH, state, TaskCompleted(task=number), now=NOW).state
    with empty_store.engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        _insert_old(connection, state)
    upgrade(empty_store)
    with empty_store.read() as tx:
        parts = {row.number: row.part for row in tx.execute(text("SELECT number, part FROM task")).all()}
        (timed,) = tx.execute(text("SELECT part FROM job")).scalars()
    with empty_store.write() as tx:
        before = dossiers.load(tx, CODE, lock=True, part=timed)
        assert before is not None
        dossiers.save(tx, before, Outcome(dossier=replace(before, revision=1)), NOW)
    divided = part_rows(empty_store)
    assert set(parts.values()) == set(divided)
    for key, part in parts.items():
        assert str(key) in json.loads(divided[part])["things"]
    (timer_id,) = state.timers
    assert str(timer_id) in json.loads(divided[timed])["timers"]
