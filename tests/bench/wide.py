"""What completing one task of many costs, from the request to the commit, in a SQLite file."""

import gc
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.database import dossiers
from adapters.database.store import open_store, sqlite_url
from tests.adapters.application.bundles import Bundle, bundle, task
from tests.adapters.application.world import World, build, opened
from tests.engine.bpmn.models import chain, end, start_event

WIDTHS = (100, 1_000)
TIMES = 60
_EACH = (
    '<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">=count'
    "</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
)


def opinions() -> Bundle:
    """A task for each of `count` members."""
    each = task("opinion", "chuyen-vien").replace("</bpmn:userTask>", _EACH)
    return bundle("y-kien", start_event() + each + end() + chain("s", "opinion", "e"))


def completions() -> None:
    """A completion among many open instances, at two widths in turns; and opening them all at once."""
    with _world() as world:
        world.deploy(opinions()).body_or_raise()
        tasks = {width: _started(world, width) for width in WIDTHS}
        few, many = _side_by_side(world, list(tasks.values()))
    print(
        f"database: a completion costs {few / 1000:.1f} ms among {WIDTHS[0]:,} open instances, {many / 1000:.1f} ms "
        f"({many / few:.2f} x) among {WIDTHS[1]:,}"
    )


@contextmanager
def _world() -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(sqlite_url(Path(folder) / "hoso.db"))
        try:
            with opened(store, build(store)) as world:
                yield world
        finally:
            store.close()


def _started(world: World, width: int) -> list[str]:
    """The tasks of a dossier that opened so many at once."""
    began = time.perf_counter()
    code = world.start("y-kien", data={"count": width}, files={})
    taken = time.perf_counter() - began
    print(f"database: {width:,} tasks open in one transaction of {taken * 1000:.0f} ms")
    with world.app.store.read() as tx:
        return [task.id for task in dossiers.open_tasks(tx, code)]


def _side_by_side(world: World, dossiers: list[list[str]]) -> list[float]:
    """The median of completing one task of each dossier in microseconds, in turns."""
    taken: list[list[int]] = [[] for _ in dossiers]
    for _ in range(TIMES):
        gc.collect()
        for tasks, each in zip(dossiers, taken, strict=True):
            task = tasks.pop()
            world.claim("lan", task).body_or_raise()
            began = time.perf_counter_ns()
            world.complete("lan", task).body_or_raise()
            each.append(time.perf_counter_ns() - began)
    return [statistics.median(each) / 1000 for each in taken]
