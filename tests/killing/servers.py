"""Servers of an office, forked by a warm process; killed, stopped, continued and started anew by their number."""

import json
import os
import select
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from adapters.console.demo.mail import free_port
from tests.killing.machines import Machine

PATIENCE = 60.0  # seconds
ROOT = Path(__file__).parents[2]


@dataclass
class Servers:
    """The servers of one installation. `lease`: seconds that a job is held for; None: as the product says.

    The numbers after the servers' are workers without one, who say in a log of their own when they are at work.
    """

    environment: Mapping[str, str]
    log: Path
    ahead: float | None
    lease: float | None
    supervisor: subprocess.Popen[str]
    ports: list[int]
    host: str = "127.0.0.1"
    pids: dict[int, int] = field(default_factory=dict)
    kills: list[float] = field(default_factory=list)

    @property
    def urls(self) -> list[str]:
        return [f"http://{self.host}:{port}" for port in self.ports]

    def start(self, number: int) -> None:
        """Fork it; it listens a moment later. The first is the supervisor itself, until `warmed`."""
        works = number >= len(self.ports)
        if works:
            self._worker_log(number).unlink(missing_ok=True)
        asked = {
            "environment": dict(self.environment),
            "log": str(self._worker_log(number) if works else self.log),
            "host": self.host,
            "port": None if works else self.ports[number],
            "ahead": self.ahead,
            "lease": self.lease,
        }
        assert self.supervisor.stdin is not None
        assert self.supervisor.stdout is not None
        self.supervisor.stdin.write(json.dumps(asked) + "\n")
        self.supervisor.stdin.flush()
        self.pids[number] = int(self.supervisor.stdout.readline())

    def warmed(self) -> None:
        """End the server that the supervisor is, as an init system would; from now on it forks."""
        assert self.supervisor.stdout is not None
        self.supervisor.terminate()
        if self.supervisor.stdout.readline() != "warm\n":
            raise AssertionError(self.log.read_text()[-3000:])
        self.pids.clear()

    def wait(self, number: int) -> None:
        """Wait until it is ready."""
        deadline = time.monotonic() + PATIENCE
        while not self.ready(number):
            if time.monotonic() > deadline or not self.alive(number):
                raise AssertionError(f"the server did not start: {self.log.read_text()[-3000:]}")
            time.sleep(0.01)

    def _worker_log(self, number: int) -> Path:
        return self.log.with_name(f"worker-{number}.log")

    def ready(self, number: int) -> bool:
        if number >= len(self.ports):
            told = self._worker_log(number)
            return told.exists() and "Hoso works" in told.read_text("utf-8")
        try:
            with urllib.request.urlopen(f"{self.urls[number]}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def alive(self, number: int) -> bool:
        return Path(f"/proc/{self.pids[number]}").exists()

    def kill(self, number: int) -> None:
        """SIGKILL, and wait until the process is gone with its sockets and locks."""
        self.kills.append(time.time())
        self._end(self.pids.pop(number), signal.SIGKILL)

    def send(self, number: int, sent: signal.Signals) -> None:
        os.kill(self.pids[number], sent)

    def close(self) -> None:
        for pid in self.pids.values():
            self._end(pid, signal.SIGKILL)
        self.supervisor.kill()
        self.supervisor.communicate()

    @staticmethod
    def _end(pid: int, sent: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            watched = os.pidfd_open(pid)
            try:
                signal.pidfd_send_signal(watched, sent)
                select.select([watched], [], [], PATIENCE)
            finally:
                os.close(watched)


@contextmanager
def servers(
    environment: Mapping[str, str],
    folder: Path,
    *,
    count: int,
    ahead: float | None = None,
    lease: float | None = None,
    machine: Machine | None = None,
) -> Iterator[Servers]:
    """A supervisor for so many servers, perhaps on another machine; none runs yet, and all are ended after it."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("HOSO_")}
    plain |= {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "tests.killing.supervisor"]
    command = machine.command(*command) if machine else command
    log = folder / "servers.log"
    with log.open("ab") as told:
        process = subprocess.Popen(
            command, env=plain, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=told, text=True
        )
    found = Servers(
        environment=environment,
        log=log,
        ahead=ahead,
        lease=lease,
        supervisor=process,
        ports=[free_port() for _ in range(count)],
        host=machine.address if machine else "127.0.0.1",
    )
    try:
        yield found
    finally:
        found.close()
