"""What the log costs: acts per second with it and without, and its proofs in trees of up to ten million leaves.

An act is a claim or a release, the smallest there are, each in its own durable transaction: of these the log's share is
the greatest. Writers are processes of their own, each with a dossier of its own; they meet at the log's head alone.
"""

import hashlib
import multiprocessing
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import cast

from adapters.application import people, save
from adapters.application import trail as appending
from adapters.application.answer import Request
from adapters.application.claim import claim, release
from adapters.database import trail as stored
from adapters.database.migrate import upgrade
from adapters.database.store import Transaction, open_store, sqlite_url
from signing.trail import tree
from signing.trail.note import LogKey
from tests.adapters.application.world import Clock, application, build, opened
from tests.databases import postgres
from tests.pki import trust

SECONDS = 4.0
WRITERS = (1, 4)
LEAVES = (10_000, 1_000_000, 10_000_000)
PROOFS = 200


def trails() -> None:
    """All of it."""
    _acts()
    _proofs()


def _acts() -> None:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        server = stack.enter_context(postgres(durable=True))
        for name, url in (("SQLite", sqlite_url(Path(folder) / "hoso.db")), ("PostgreSQL", server.create())):
            _on(name, url)


def _on(name: str, url: str) -> None:
    store = open_store(url)
    try:
        founded = build(store)
        with opened(store, founded) as world:
            tasks = [world.task(world.start("cho"), "work") for _ in range(max(WRITERS))]
            for count in WRITERS:
                # In turns, so that whatever else the machine does meets both.
                rates = [
                    [_rate(url, founded[0], tasks[:count], logged=logged) for logged in (True, False)] for _ in range(3)
                ]
                with_log, without = (statistics.median(each) for each in zip(*rates, strict=True))
                print(
                    f"trail: {name}: {with_log:,.0f} acts per second with {count} writer{'s' if count > 1 else ''}, "
                    f"{1 - with_log / without:.0%} below the same without the log ({without:,.0f})"
                )
    finally:
        store.close()


def _rate(url: str, key: LogKey, tasks: list[str], *, logged: bool) -> float:
    """Acts per second, all writers together."""
    spawn = multiprocessing.get_context("spawn")
    ready, done = spawn.Barrier(len(tasks)), spawn.Queue()
    writers = [
        spawn.Process(target=_write, args=(url, key.dump(), task, logged, ready, done), daemon=True) for task in tasks
    ]
    for writer in writers:
        writer.start()
    total = sum(done.get(timeout=30) for _ in writers)
    for writer in writers:
        writer.join()
    return total / SECONDS


def _write(url: str, key: str, task: str, logged: bool, ready: object, done: object) -> None:
    """Claim and release until the time is over; in a process of its own."""
    if not logged:  # the same act but for its leaf: what the log costs is the difference
        save.trail = cast("object", _WithoutLog)  # type: ignore[attr-defined]
    store = open_store(url)
    app = application(store, LogKey.load(key), Clock(), trust)
    with store.read() as tx:
        lan = people.find(app, tx, "lan")
    assert lan is not None
    claim(app, lan, Request(officer="lan"), task).body_or_raise()
    release(app, lan, Request(officer="lan"), task).body_or_raise()
    ready.wait()  # type: ignore[attr-defined]
    until, count = time.perf_counter() + SECONDS, 0
    while time.perf_counter() < until:
        for act in (claim, release):
            act(app, lan, Request(officer="lan"), task).body_or_raise()
            count += 1
    store.close()
    done.put(count)  # type: ignore[attr-defined]


class _WithoutLog:
    Ended = appending.Ended

    @staticmethod
    def append(*_: object, **__: object) -> list[object]:
        return []


def _proofs() -> None:
    """Inclusion and consistency proofs out of a database with that many leaves' hashes: size, and time to make one."""
    for count in LEAVES:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "hoso.db"
            store = open_store(sqlite_url(file))
            upgrade(store)
            began = time.perf_counter()
            _grow(file, count)
            grown = time.perf_counter() - began
            with store.read() as tx:
                inclusion, consistency = _timed(tx, count)
            store.close()
        sizes = f"{32 * len(inclusion[1])} bytes in {inclusion[0]:.2f} ms"
        print(
            f"trail: {count:,} leaves: inclusion proof {sizes}, consistency proof {32 * len(consistency[1])} bytes in "
            f"{consistency[0]:.2f} ms (tree made in {grown:.0f} s)"
        )


def _timed(tx: Transaction, count: int) -> tuple[tuple[float, list[bytes]], tuple[float, list[bytes]]]:
    def node(level: int, index: int) -> bytes:
        return stored.node(tx, level, index)

    places = [count * at // PROOFS for at in range(PROOFS)]
    found = []
    for make in (tree.inclusion_proof, tree.consistency_proof):
        taken, longest = [], list[bytes]()
        for place in places:
            began = time.perf_counter()
            proof = list(make(place if make is tree.inclusion_proof else place + 1, count, node))
            taken.append(time.perf_counter() - began)
            longest = max(longest, proof, key=len)
        found.append((statistics.median(taken) * 1000, longest))
    return found[0], found[1]


def _grow(file: Path, count: int) -> None:
    """Write the hashes of a tree into its table, level by level, past SQLAlchemy: it is only there to be read."""
    with sqlite3.connect(file) as database:
        level, hashes = 0, [hashlib.sha256(index.to_bytes(8, "big")).digest() for index in range(count)]
        while hashes:
            rows: Iterator[tuple[int, int, bytes]] = ((level, index, each) for index, each in enumerate(hashes))
            database.executemany('INSERT INTO tree_node (level, "index", hash) VALUES (?, ?, ?)', rows)
            pairs = zip(hashes[::2], hashes[1::2], strict=False)
            level, hashes = level + 1, [tree.node_hash(left, right) for left, right in pairs]
    database.close()
