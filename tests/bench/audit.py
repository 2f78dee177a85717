"""What an auditor's full verification costs: `hoso audit verify --evidence` over HTTP, every leaf opened; its time and
its memory, which must not grow with the log.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from random import Random

from adapters.application.trail import append
from adapters.console.demo.stage import HOSO
from adapters.database.store import sqlite_url
from engine.outcome import LeafDraft
from tests.databases import postgres
from tests.killing.office import Office, office
from tests.killing.servers import ROOT, servers

ACTS = (10_000, 100_000)
AT_ONCE = 1_000  # in one transaction


def audits(sizes: tuple[int, ...] = ACTS) -> None:
    """On both databases, at two sizes."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(postgres(durable=True))
        for name, url in (("SQLite", sqlite_url(folder / "hoso.db")), ("PostgreSQL", server.create())):
            own = folder / name
            own.mkdir()
            with (
                office(url, own, Random(0)) as at_work,
                servers(at_work.environment, own, count=1, ahead=at_work.ahead) as running,
            ):
                running.start(0)
                running.wait(0)
                environment = _sign_in(at_work, running.urls[0])
                for size in sizes:
                    _grow(at_work, size)
                    seconds, memory = _verify(environment)
                    told = f"{seconds:.0f} s, {size / seconds:,.0f} leaves per second, {memory / 1024:.0f} MB"
                    print(f"audit: {name}: {size:,} acts verified with their evidence: {told}", flush=True)


def _grow(at_work: Office, size: int) -> None:
    """Claims and releases, as many as are missing."""
    app, code = at_work.world.app, at_work.world.start("cho")
    while (left := size - at_work.world.size()) > 0:
        acts = ("task-claimed", "task-released")
        drafts = [
            LeafDraft(actor="lan", act=acts[number % 2], subject=f"{code}.1", dossier=code, details={"task": number})
            for number in range(min(left, AT_ONCE))
        ]
        with app.store.write() as tx:
            append(app, tx, drafts, app.clock())


def _sign_in(at_work: Office, url: str) -> dict[str, str]:
    """An auditor's profile; gives the environment of their commands."""
    vkey, auditor = at_work.folder / "log.vkey", at_work.folder / "auditor"
    vkey.write_text(at_work.world.app.log_key.vkey + "\n", "utf-8")
    plain = {name: value for name, value in os.environ.items() if not name.startswith("HOSO_")}
    environment = {**plain, "HOSO_CONFIG_DIR": str(auditor), "PYTHONUTF8": "1", "HOSO_LANG": "en"}
    login = [*HOSO, "login", "--server", url, "--token", "-", "--log-key", str(vkey)]
    token = at_work.world.tokens["kiem"] + "\n"
    subprocess.run(login, env=environment, input=token, text=True, check=True, capture_output=True, cwd=ROOT)
    return environment


def _verify(environment: Mapping[str, str]) -> tuple[float, int]:
    """Seconds, and the most memory that the command took (KiB)."""
    began = time.perf_counter()
    command = [*HOSO, "audit", "verify", "--evidence", "--again"]
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the log does not verify: exit {process.returncode}")
    return time.perf_counter() - began, used.ru_maxrss


if __name__ == "__main__":
    audits()
