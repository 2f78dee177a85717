"""The busiest week of the articles, replayed as fast as it goes over HTTP: 2,523 online labour reports and 32 parcels.

A report is started online, numbered by a program, looked at and filed by an officer. A parcel's result is approved and
sealed by signatures, stamped, and gets its label. Told beside the week that it took people.
"""

import itertools
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from random import Random

from sqlalchemy import func, select

from adapters.database import tables
from adapters.database.store import sqlite_url
from signing.canonical import sha256_hex
from tests.adapters.application.bundles import bundle, job, task
from tests.adapters.application.world import CITIZEN, RESULT, SEAL
from tests.databases import postgres
from tests.engine.bpmn.models import chain, end, start_event
from tests.killing.clients import Line, Officer, Record
from tests.killing.office import REGISTER, Office, office
from tests.killing.servers import servers
from tests.pki import known

REPORTS, PARCELS = 2_523, 32
WEEK = 7 * 24 * 3600
PROCESS = "bao-cao-lao-dong"
REPORT = bundle(
    PROCESS,
    start_event()
    + job("number", "hoso.number", register=REGISTER)
    + task("file", "chuyen-vien")
    + end()
    + chain("s", "number", "file", "e"),
)
STARTING = 3  # clients that start


def week(reports: int = REPORTS, parcels: int = PARCELS) -> None:
    """On both databases."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(postgres(durable=True))
        for name, url in (("SQLite", sqlite_url(folder / "hoso.db")), ("PostgreSQL", server.create())):
            own = folder / name
            own.mkdir()
            with office(url, own, Random(0)) as at_work:
                at_work.world.deploy(REPORT).body_or_raise()
                at_work.world.stamp()
                taken = _replayed(at_work, reports, parcels)
            print(
                f"week: {name}: {reports:,} reports and {parcels} parcels in {taken:.0f} s, "
                f"{reports / taken:.1f} reports per second, {WEEK / taken:,.0f} x as fast as it came",
                flush=True,
            )


def _replayed(at_work: Office, reports: int, parcels: int) -> float:
    """Seconds from the first start to the last end."""
    with servers(at_work.environment, at_work.folder, count=1, ahead=at_work.ahead) as running:
        running.start(0)
        running.wait(0)
        record, numbers = Record(), itertools.count(1)

        def line(who: str) -> Line:
            return Line(running.urls, at_work.world.tokens[who], record)

        line("lan").ask("PUT", f"/documents/{sha256_hex(RESULT)}", content=RESULT)
        began = time.perf_counter()
        work: list[Callable[[], None]] = [lambda: _start(line("lan"), numbers, reports, parcels)] * STARTING
        work += [lambda: _file(line("lan")), Officer(line("hang"), "decide", "hang", known("hang")).run]
        work += [Officer(line("hoa"), "seal", "hoa", SEAL).run]
        threads = [threading.Thread(target=each, daemon=True) for each in work]
        for thread in threads:
            thread.start()
        while not _done(at_work, reports + parcels):
            time.sleep(0.2)
        taken = time.perf_counter() - began
        record.over.set()
        for thread in threads:
            thread.join()
    return taken


def _start(line: Line, numbers: "itertools.count[int]", reports: int, parcels: int) -> None:
    """Start the next one, a parcel now and then, until there are enough."""
    document = {"name": "result", "media_type": "application/pdf", "sha256": sha256_hex(RESULT)}
    every = reports // parcels
    while (number := next(numbers)) <= reports + parcels:
        parcel = number % (every + 1) == 0 and number // (every + 1) <= parcels
        new = {
            "process": "tra-ket-qua" if parcel else PROCESS,
            "title": f"Hồ sơ {number}",
            "channel": "online",
            "applicant": {"name": "Công ty A"},
            "data": {**CITIZEN, "channel": "post"} if parcel else {"workers": 12},
            "documents": [document] if parcel else [],
        }
        if line.act("start", str(number), "/dossiers", new, f"start-{number}") is None:
            raise SystemExit(str(line.record.refused))


def _file(line: Line) -> None:
    """Look at what was numbered, and file it; note what is to be sent by post."""
    while not line.record.over.is_set():
        waiting = line.ask("GET", "/tasks?queue=all&limit=50").json()["items"]
        for item in waiting:
            if item["element"] not in ("file", "prepare"):
                continue
            id, data = item["id"], {"note": "đủ"} if item["element"] == "prepare" else {}
            line.act("claim", id, f"/tasks/{id}/claim", {}, f"{id}-claim")
            line.act("file", id, f"/tasks/{id}/complete", {"data": data}, f"{id}-file")
        if not waiting:
            time.sleep(0.05)


def _done(at_work: Office, count: int) -> bool:
    with at_work.store.read() as tx:
        ended = select(func.count()).select_from(tables.dossier).where(tables.dossier.c.finished.is_not(None))
        return bool(tx.execute(ended).scalar_one() >= count)


if __name__ == "__main__":
    week()
