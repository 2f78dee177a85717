"""What a page of the inbox costs on PostgreSQL, at a thousand and at a million open tasks; and settling all of them."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from sqlalchemy import text

from adapters.application import inbox, placing
from adapters.database import organisation
from adapters.database.queues import View
from adapters.database.store import open_store
from engine.people.organisation import Absence
from tests.adapters.application.world import World, build, opened
from tests.databases import PostgresServer, postgres
from tests.pki import NOW

SIZES = (1_000, 1_000_000)
TIMES = 20
PAGES: tuple[tuple[View, str], ...] = (
    ("mine", ""),
    ("unit", ""),
    ("soon", ""),
    ("overdue", ""),
    ("returned", ""),
    ("all", ""),
    ("unit", "ho so"),
    ("unit", "ho so 17"),
    ("unit", "ho so 77"),
)
_DOSSIERS = text(
    "INSERT INTO dossier (code, title, process_key, process_version, bundle_hash, unit, applicant, submitter, channel,"
    " status, started, due, state, performers, revision)"
    " SELECT 'D-' || n, 'Hồ sơ ' || n, 'cho', 1, 'h', 'van-phong', '{}', 's', 'direct', 2, :now,"
    " :now + (n % 900 - 450) * interval '1 hour', '{}', '{}', 0 FROM generate_series(1, :count) n"
)
_TAKING_PART = text("INSERT INTO dossier_unit (unit, dossier) SELECT unit, code FROM dossier")
_WORDS = text(
    "INSERT INTO dossier_word (unit, word, dossier) SELECT 'van-phong', w.word, 'D-' || n"
    " FROM generate_series(1, :count) n CROSS JOIN LATERAL (VALUES ('ho'), ('so'), (n::text)) w(word)"
)
# Ten tasks of each dossier: one in ten is lan's, one mai's, the others wait for whoever has the role.
_TASKS = text(
    "INSERT INTO task (id, dossier, number, element, name, role, candidates, excluded, holder, unit, opened, due_by,"
    " place, signature, state, queue, rank)"
    " SELECT d.code || '.' || t, d.code, t, 'work', 'Xem', 'chuyen-vien', '[]', '[]',"
    " CASE t WHEN 1 THEN 'lan' WHEN 2 THEN 'mai' END, 'van-phong', :now, d.due, 'anywhere', 'none', 'open',"
    " CASE t WHEN 1 THEN '@lan' WHEN 2 THEN '@mai' ELSE 'van-phong#chuyen-vien' END,"
    " '050' || to_char(d.due, 'YYYYMMDDHH24MISS') || '.' || d.code || '.' || t"
    " FROM dossier d CROSS JOIN generate_series(1, 10) t"
)


def inboxes() -> None:
    """Pages of fifty in turns at both sizes, and what settling every task takes."""
    with postgres() as server, _world(server) as few, _world(server) as many:
        for world, size in zip((few, many), SIZES, strict=True):
            _fill(world, size)
            _told(f"inbox: to see that {size:,} tasks stand where they belong", partial(_settle, world))
            _away(world)
            _told(
                f"inbox: an officer with {size // 10:,} tasks goes away; that these stand with the substitute",
                partial(_settle, world),
            )
            _analyze(world)
        for page, words in PAGES:
            _print(page, words, *_side_by_side([_ask(few, page, words), _ask(many, page, words)]))


def _settle(world: World) -> None:
    """As the worker does: look by look, until nothing is left."""
    while placing.settle(world.app):
        pass


def _ask(world: World, view: View, words: str) -> Callable[[], object]:
    officer = world.officer("lan")
    return lambda: inbox.show(world.app, officer, view, "", 50, words=words).body_or_raise()


def _print(page: View, words: str, few: float, many: float) -> None:
    what = f"{page}, searched for {words!r}" if words else page
    told = f"{few:.1f} ms at {SIZES[0]:,} open tasks, {many:.1f} ms at {SIZES[1]:,}: {many / few:.2f} x"
    print(f"inbox, {what}: {told}", flush=True)


@contextmanager
def _world(server: PostgresServer) -> Iterator[World]:
    store = open_store(server.create())
    try:
        with opened(store, build(store)) as world:
            yield world
    finally:
        store.close()


def _fill(world: World, size: int) -> None:
    with world.app.store.write() as tx:
        for insert in (_DOSSIERS, _TAKING_PART, _WORDS, _TASKS):
            known = {"now": NOW, "count": size // 10}
            tx.execute(insert, {name: known[name] for name in insert._bindparams})
    _analyze(world)


def _analyze(world: World) -> None:
    """What PostgreSQL does by itself, sooner or later."""
    with world.app.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _away(world: World) -> None:
    """Mai is away, and lan has what is hers."""
    until = world.clock.now + timedelta(days=1)
    absence = Absence(officer="mai", since=world.clock.now, until=until, substitute="lan", document="")
    with world.app.store.write() as tx:
        organisation.add(tx, absence)


def _told(what: str, act: Callable[[], object]) -> None:
    began = time.perf_counter()
    act()
    print(f"{what} takes {time.perf_counter() - began:.2f} s", flush=True)


def _side_by_side(asks: Sequence[Callable[[], object]]) -> list[float]:
    """The median of each in milliseconds, in turns."""
    taken: list[list[int]] = [[] for _ in asks]
    for _ in range(TIMES):
        for ask, times in zip(asks, taken, strict=True):
            began = time.perf_counter_ns()
            ask()
            times.append(time.perf_counter_ns() - began)
    return [statistics.median(times) / 1e6 for times in taken]
