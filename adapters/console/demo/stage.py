"""The stage: the folder, the servers, and every officer as a process of their own with profile and key."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.cli.errors import CONFLICT, CommandFailed
from adapters.cli.language import _, current
from adapters.console.demo.mail import MailServer, free_port
from adapters.console.demo.stamps import StampServer
from adapters.console.demo.witness import WITNESS, WitnessProcess

HOSO = (sys.executable, "-m", "adapters")
MARK = ".hoso-demo"
PATIENCE = 30  # seconds


class StageError(Exception):
    """A step of the story did not go as told; carries what the command said."""


@dataclass(slots=True, kw_only=True)
class Person:
    """An officer as the folder keeps them: paths are below the stage's folder."""

    id: str
    name: str
    token: str
    key: Path
    pin: str
    organ_key: Path | None = None


@dataclass(slots=True)
class Stage:
    """Where the story plays."""

    folder: Path
    database_url: str | None = None  # SQLite in the server's data directory when None
    patience: float = PATIENCE
    people: dict[str, Person] = field(default_factory=dict)
    mail: MailServer = field(init=False)
    stamps: StampServer | None = None
    witness: WitnessProcess | None = None
    port: int = field(default_factory=free_port)
    _server: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.folder = self.folder.resolve()

    def clear(self) -> None:
        """Make the folder anew; one that no demo made is left alone."""
        if self.folder.exists() and any(self.folder.iterdir()) and not (self.folder / MARK).exists():
            message = _("{folder} exists and is no folder of an earlier demo").format(folder=self.folder)
            raise CommandFailed("folder-taken", message, remedy=_("choose another --dir"), exit_code=CONFLICT)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        (self.folder / MARK).touch()
        self.mail = MailServer(self.folder / "mail")
        self.mail.start()

    @property
    def data(self) -> Path:
        """The server's data directory."""
        return self.folder / "server"

    @property
    def database(self) -> str:
        """Which kind of database it plays on."""
        return "PostgreSQL" if self.database_url else "SQLite"

    @property
    def url(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self.port}"

    def home(self, person: str) -> Path:
        """An officer's own machine: profile, receipts and key lie there."""
        return self.folder / "officers" / person

    def stamp_by(self, answer: Callable[[bytes], bytes]) -> None:
        """Have a time-stamp authority answer on loopback; its key lives in this process."""
        self.stamps = StampServer(answer)
        self.stamps.start()

    def witness_by(self) -> None:
        """Start a witness in a process of its own, with a key of its own, that trusts the server's log."""
        self.witness = WitnessProcess(self.folder / "witness", free_port())
        vkey = json.loads(self.console("witness", "init", WITNESS, "--dir", str(self.witness.folder), "--json"))["vkey"]
        self.console("witness", "trust", str(self.data / "log.vkey"), "--dir", str(self.witness.folder))
        self.witness.key_file.write_text(f"{vkey}\n", "utf-8")
        self.witness.start(self.server_environment(), self.folder / "witness.log")

    def server_environment(self) -> dict[str, str]:
        """What server commands run with."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith("HOSO_")}
        own = {"HOSO_DATA": str(self.data), "HOSO_SMTP_URL": self.mail.url, "HOSO_LANG": current()}
        database = {"HOSO_DATABASE_URL": self.database_url} if self.database_url else {}
        stamps = {"HOSO_TSA_URL": self.stamps.url} if self.stamps else {}
        witness = {"HOSO_WITNESSES": self.witness.setting} if self.witness else {}
        return {**plain, **own, **database, **stamps, **witness, "PYTHONUTF8": "1"}

    def officer_environment(self, person: str) -> dict[str, str]:
        """What an officer's commands run with."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith("HOSO_")}
        known = self.people.get(person)
        pin = {"HOSO_PIN": known.pin} if known else {}
        return {**plain, **pin, "HOSO_CONFIG_DIR": str(self.home(person)), "HOSO_LANG": current(), "PYTHONUTF8": "1"}

    def start_server(self) -> None:
        """Start `hoso serve` and wait until it is ready."""
        log = (self.folder / "server.log").open("ab")
        command = [*HOSO, "serve", "--port", str(self.port)]
        self._server = subprocess.Popen(command, env=self.server_environment(), stdout=log, stderr=log)  # noqa: S603
        log.close()
        deadline = time.monotonic() + self.patience
        while not self._ready():
            if time.monotonic() > deadline or self._server.poll() is not None:
                raise StageError(_("the server did not start; see {log}").format(log=self.folder / "server.log"))
            time.sleep(0.1)

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:  # noqa: S310 - our own loopback
                return bool(answer.status == 200)
        except OSError:
            return False

    def stop_server(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop the server, or kill it."""
        if self._server is not None:
            self._server.send_signal(how)
            self._server.wait(self.patience)
            self._server = None

    def close(self) -> None:
        """Stop everything."""
        self.stop_server()
        if self.witness is not None:
            self.witness.stop(self.patience)
        if self.stamps is not None:
            self.stamps.stop()
        if hasattr(self, "mail"):
            self.mail.stop()

    def console(self, *arguments: str) -> str:
        """Run a server command; gives what it printed."""
        return self._run(arguments, self.server_environment(), 0, None)

    def hoso(self, person: str, *arguments: str, expected: int = 0, given: str | None = None) -> str:
        """Run a command as an officer; gives what it printed, and its errors where they were expected."""
        return self._run(arguments, self.officer_environment(person), expected, given)

    def json(self, person: str, *arguments: str) -> Any:
        """Run a command with --json as an officer."""
        return json.loads(self.hoso(person, *arguments, "--json"))

    def _run(self, arguments: Sequence[str], environment: Mapping[str, str], expected: int, given: str | None) -> str:
        done = subprocess.run(  # noqa: S603
            [*HOSO, *arguments],
            env=environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=120,
            cwd=self.folder,
            check=False,
        )
        if done.returncode != expected:
            told = (done.stderr or done.stdout).strip()
            command = " ".join(arguments)
            raise StageError(f"hoso {command}: exit {done.returncode}, expected {expected}\n{told}")
        return done.stdout if expected == 0 else done.stdout + done.stderr

    def wait_for_task(self, person: str, dossier: str, element: str) -> str:
        """The id of the open task of that element, once it is in the officer's queue."""
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            for task in self.json(person, "task", "list")["items"]:
                if task["dossier"] == dossier and task["element"] == element:
                    return str(task["id"])
            time.sleep(0.2)
        raise StageError(_("task {element} of {dossier} never came").format(element=element, dossier=dossier))

    def wait_until_finished(self, person: str, dossier: str) -> dict[str, Any]:
        """The dossier, once its process is done and no job is open."""
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            found: dict[str, Any] = self.json(person, "dossier", "show", dossier)
            if found["finished"] and not found["jobs"]:
                return found
            time.sleep(0.2)
        raise StageError(_("dossier {dossier} was not finished in time").format(dossier=dossier))
