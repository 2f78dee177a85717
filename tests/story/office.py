"""An office at work, and what it must look like after something bad was tried: as before."""

import base64
import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from adapters.application import anchoring
from adapters.cli.language import activate
from adapters.console.demo import cast
from adapters.console.demo.authority import DemoAuthority
from adapters.console.demo.stage import Stage
from adapters.console.demo.story import Story
from engine.repeats import READ
from signing.evidence.stamps import STAMPED

LINE = re.compile(r"\S.* {3}\[[a-z0-9-]+\]")
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Done:
    """What a command left: its exit code, and what it wrote."""

    exit: int
    out: str
    err: str


@dataclass
class Office:
    """A server with officers; `signing` is a task that minh holds and must sign, `drafting` one that lan holds."""

    story: Story
    authority: DemoAuthority
    signing: str = ""
    drafting: str = ""
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 1000)))
    acts: list[str] = field(default_factory=list)
    """The log's acts as far as they were read."""

    @property
    def stage(self) -> Stage:
        return self.story.stage

    def hoso(self, person: str, *arguments: object, **environment: str) -> Done:
        """Run the command as an officer, in a process of its own."""
        done = self.begin(person, *arguments, **environment)
        out, err = done.communicate(timeout=90)
        return Done(done.returncode, out, err)

    def begin(self, person: str, *arguments: object, **environment: str) -> subprocess.Popen[str]:
        """Start the command and do not wait."""
        return subprocess.Popen(
            [sys.executable, "-m", "adapters", *map(str, arguments)],
            env={**self.stage.officer_environment(person), "HOSO_LANG": "en", **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.stage.folder,
        )

    def key(self, person: str) -> Path:
        key = self.stage.people[person].key
        assert key is not None
        return key

    def issue(self, authority: DemoAuthority, name: str, *, lasts: timedelta = HOUR) -> tuple[Path, Path]:
        """A key file with minh's PIN, and its certificate."""
        now = datetime.now(UTC)
        file = self.stage.folder / f"{name}-{next(self.numbers)}.p12"
        pin = self.stage.people["minh"].pin
        validity = {"not_before": now - HOUR, "not_after": now + lasts}
        file.write_bytes(authority.issue("Trần Quang Minh", "minh@benthanh.example", pin=pin, **validity))
        certificate = pkcs12.load_key_and_certificates(file.read_bytes(), pin.encode())[1]
        assert certificate is not None
        file.with_suffix(".pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        return file, file.with_suffix(".pem")

    def bind(self, officer: str, certificate: Path) -> None:
        bound = ("certificate", "bind", officer, "--certificate", str(certificate))
        self.stage.hoso("an", *bound, "--key", str(self.key("an")), "--yes")

    def new_task(self, element: str) -> str:
        """A task of a new outgoing letter, claimed: `draft` by lan, or `initial` by minh."""
        data = self.file("start.json", cast.LETTER_START)
        begun = self.stage.json("lan", "dossier", "start", "van-ban-di", "--applicant", "A", "--data", str(data))
        task = self.stage.wait_for_task("lan", begun["code"], "draft")
        self.stage.hoso("lan", "task", "claim", task)
        if element == "draft":
            return task
        self.stage.hoso("lan", "task", "complete", task, "--data", str(self.file("draft.json", cast.DRAFT)), "--yes")
        task = self.stage.wait_for_task("minh", begun["code"], "initial")
        self.stage.hoso("minh", "task", "claim", task)
        return task

    def file(self, name: str, value: object) -> Path:
        file = self.stage.folder / f"{next(self.numbers)}-{name}"
        file.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
        return file

    def ask(self, person: str, method: str, where: str, body: object = None) -> tuple[int, dict[str, Any]]:
        """One request of our own making."""
        request = urllib.request.Request(
            self.stage.url + where,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.stage.people[person].token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text = answer.read().decode()
                return answer.status, json.loads(text) if text.startswith("{") else {"text": text}
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def state(self) -> dict[str, object]:
        """Everything that must stay as it is: each dossier's revision, what is deployed and bound, the log's size."""
        dossiers = self.ask("kiem", "GET", "/v1/dossiers?limit=200")[1]["items"]
        lists = {name: self.ask("an", "GET", f"/v1/{name}")[1] for name in ("processes", "procedures", "certificates")}
        tasks = [self.ask("minh", "GET", "/v1/tasks")[1], self.ask("lan", "GET", "/v1/tasks")[1]]
        return {"dossiers": dossiers, "tasks": tasks, **lists, "log": self.done()}

    def done(self) -> int:
        """How many acts the log tells; stamps come by themselves, a while after what they stamp, and reading the log
        is itself in it.
        """
        while True:
            page = self.ask("kiem", "GET", f"/v1/log/leaves?from={len(self.acts)}&limit=200")[1]["items"]
            self.acts += [json.loads(base64.b64decode(item["leaf"]))["act"] for item in page]
            if len(page) < 200:
                return sum(act not in (STAMPED, anchoring.STAMPED, READ) for act in self.acts)

    @contextmanager
    def unchanged(self, *, recorded: str | None = None, of: str | None = None) -> Iterator[None]:
        """Nothing changes meanwhile, but for one refusal of that code in the trail of the task's dossier."""
        before = self.state()
        yield
        after = self.state()
        assert after.pop("log") == before.pop("log") + (1 if recorded else 0)
        assert after == before
        if recorded:
            assert self._last_refusal(of or self.signing).startswith(recorded)

    def _last_refusal(self, task: str) -> str:
        code = task.rpartition(".")[0]
        told = self.ask("kiem", "GET", f"/v1/dossiers/{code}/history")[1]["items"]
        last = [item for item in told if item["act"] != STAMPED][-1]
        assert last["act"] == "completion-refused"
        return str(last["details"]["code"])


def open_office(folder: Path) -> Office:
    """Set it up: servers, officers, keys, processes, and two tasks."""
    activate("en")
    authorities: list[DemoAuthority] = []

    class Watched(Story):
        def _authority(self) -> DemoAuthority:
            authorities.append(Story._authority(self))
            return authorities[-1]

    story = Watched(Stage(folder, patience=60))
    story.stage.clear()
    for chapter in (story.set_up, story.deploy):
        for _ in chapter():
            pass
    office = Office(story, authorities[0])
    office.drafting, office.signing = office.new_task("draft"), office.new_task("initial")
    return office


def refused(done: Done, code: str, exit: int, *says: str) -> None:
    """One clear line on stderr: what, which, a remedy, the code; the right exit code; nothing on stdout."""
    assert "Traceback" not in done.err + done.out
    lines = done.err.splitlines()
    assert len(lines) == 1, done
    assert LINE.fullmatch(lines[0]), lines[0]
    assert lines[0].endswith(f"   [{code}]"), lines[0]
    assert "; " in lines[0], f"no remedy: {lines[0]}"
    assert done.exit == exit, done
    assert done.out == ""
    for text in says:
        assert text in lines[0], lines[0]
