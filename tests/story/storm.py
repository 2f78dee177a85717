"""A stage whose server is killed: between steps, in the middle of a command, in the middle of a job."""

import itertools
import random
import signal
import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field

from adapters.console.demo.stage import Stage, StageError


@dataclass(slots=True)
class StormyStage(Stage):
    """A stage on SQLite. `strikes`: which commands that complete a task (from 1) lose their server on the way."""

    chance: random.Random = field(default_factory=random.Random)
    strikes: set[int] = field(default_factory=set)
    completing: int = 0
    kills: list[str] = field(default_factory=list)

    def kill(self, when: str) -> None:
        """SIGKILL, no goodbye; then the same server again, as an init system would start it."""
        self.stop_server(signal.SIGKILL)
        self.kills.append(when)
        self._let_leases_run_out()
        self.start_server()

    def hoso(self, person: str, *arguments: str, expected: int = 0, given: str | None = None) -> str:
        """Run a command; one that finishes a task may lose its server, and is then run again, as its error says."""
        if expected == 0 and arguments[:2] == ("task", "complete"):
            self.completing += 1
        if self.completing not in self.strikes:
            return super(StormyStage, self).hoso(person, *arguments, expected=expected, given=given)
        self.strikes.remove(self.completing)
        pause = self.chance.uniform(0.4, 1.6)
        killer = threading.Thread(target=self._kill_after, args=(pause, " ".join(arguments[:3])))
        killer.start()
        try:
            return self._persist(person, arguments, given)
        finally:
            killer.join()

    def _kill_after(self, pause: float, when: str) -> None:
        time.sleep(pause)
        self.kill(f"{pause:.2f} s into {when}")

    def _persist(self, person: str, arguments: tuple[str, ...], given: str | None) -> str:
        deadline = time.monotonic() + self.patience
        for attempt in itertools.count():
            try:
                return super(StormyStage, self).hoso(person, *arguments, given=given)
            except StageError as error:
                told = str(error)
                if attempt and "[task-closed]" in told:  # its answer came, its receipt could not be checked any more
                    return told
                if "[no-connection]" not in told or time.monotonic() > deadline:
                    raise
                time.sleep(1)
        raise AssertionError("unreachable")

    def kill_in_a_job(self, patience: float) -> bool:
        """Kill while the worker holds a job; False when none came in that time."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if held := self._held():
                self.kill(f"in job {held}")
                return True
            time.sleep(0.002)
        return False

    def _held(self) -> str:
        with closing(self._database()) as database:
            row = database.execute(
                "SELECT type FROM job WHERE state = 'open' AND lease_until IS NOT NULL AND type != 'timer'"
            ).fetchone()
        return str(row[0]) if row else ""

    def _let_leases_run_out(self) -> None:
        """The minute passes after which another worker may take over a dead one's job."""
        with closing(self._database()) as database, database:
            database.execute("UPDATE job SET lease_until = NULL WHERE state = 'open'")

    def _database(self) -> sqlite3.Connection:
        return sqlite3.connect(self.data / "hoso.db", timeout=30)
