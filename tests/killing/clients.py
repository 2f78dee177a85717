"""Officers and programs at work over HTTP, who persist while servers die, and keep a record of what was answered.

Whoever gets no answer repeats the request under its Idempotency-Key until there is one, as the clients of officers do.
"""

import base64
import itertools
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from signing.canonical import sha256_hex
from tests.adapters.application.world import CITIZEN, RESULT, SEAL, record_of, sign
from tests.killing.office import EXTERNAL, PROCESS, WORKERS
from tests.pki import Person, known

PATIENCE = 300.0  # seconds in which an answer comes, however often its server is killed
LEASE = 5  # seconds: the shortest that a worker may ask for
Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """An act that a server said was done."""

    act: str
    subject: str
    answer: Mapping[str, Any]
    tries: int


@dataclass
class Record:
    """What everybody was told, and what is asked of them: all their own."""

    accepted: list[Accepted] = field(default_factory=list)
    refused: list[tuple[str, str, str]] = field(default_factory=list)
    broken: list[BaseException] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def of(self, act: str) -> list[Accepted]:
        return [item for item in self.accepted if item.act == act]


@dataclass
class Line:
    """How one of them reaches the servers: whichever answers."""

    urls: Sequence[str]
    token: str
    record: Record
    tries: int = 0
    _http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=20))
    _turn: Any = field(default_factory=itertools.count)

    def ask(
        self, method: str, path: str, body: object = None, *, key: str | None = None, **more: Any
    ) -> httpx.Response:
        """The answer, however many servers die before they give it."""
        headers = {"Authorization": f"Bearer {self.token}", **({"Idempotency-Key": key} if key else {})}
        deadline = time.monotonic() + PATIENCE
        for self.tries in itertools.count(1):
            url = self.urls[next(self._turn) % len(self.urls)]
            try:
                answer = self._http.request(method, f"{url}/v1{path}", json=body, headers=headers, **more)
                if answer.status_code < 500:
                    return answer
                if answer.status_code != 503:
                    raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
            except httpx.TransportError as error:
                if time.monotonic() > deadline:
                    raise AssertionError(f"no answer to {method} {path}") from error
            time.sleep(0.02)
        raise AssertionError("unreachable")

    def act(self, act: str, subject: str, path: str, body: object, key: str) -> Json | None:
        """Do something once; None when it was refused. Either is recorded."""
        answer = self.ask("POST", path, body, key=key)
        told = answer.json()
        if answer.status_code >= 400:
            self.record.refused.append((act, subject, told["code"]))
            return None
        self.record.accepted.append(Accepted(act=act, subject=subject, answer=told, tries=self.tries))
        return dict(told)


@dataclass
class Applicants:
    """Starts dossiers, as many at a time as are let; every eighth asks for a letter."""

    line: Line
    most: int
    chance: Random

    def run(self) -> None:
        record, result = self.line.record, sha256_hex(RESULT)
        self.line.ask("PUT", f"/documents/{result}", content=RESULT)
        for number in itertools.count(1):
            while len(record.of("start")) - len(record.of("seal")) >= self.most and not record.stop.is_set():
                time.sleep(0.02)
            if record.stop.is_set():
                return
            new = {
                "process": PROCESS,
                "title": f"Hồ sơ {number}",
                "applicant": {"name": "Bà Ánh Tuyết"},
                "data": {**CITIZEN, "written": number % 8 == 0},
                "documents": [{"name": "result", "media_type": "application/pdf", "sha256": result}],
            }
            assert self.line.act("start", str(number), "/dossiers", new, f"start-{number}"), record.refused


@dataclass
class Officer:
    """Claims and signs whatever waits for them."""

    line: Line
    element: str
    who: str
    key: Person

    def run(self) -> None:
        while not self.line.record.over.is_set():
            waiting = self.line.ask("GET", "/tasks?queue=all&limit=50").json()["items"]
            done = [self._sign(task) for task in waiting if task["element"] == self.element]
            if not any(done):
                time.sleep(0.05)

    def _sign(self, task: Json) -> bool:
        id, own = task["id"], f"{self.who}-{task['id']}"
        if task["holder"] is None and not self.line.act("claim", id, f"/tasks/{id}/claim", {}, f"{own}-claim"):
            return False  # a colleague was quicker
        if task["holder"] not in (None, self.who):
            return False
        data = {"decision": "approve"} if self.element == "decide" else {}
        answer = self.line.ask("POST", f"/tasks/{id}/statement", {"data": data}, key=f"{own}-{time.monotonic_ns()}")
        if answer.status_code >= 400:
            self.line.record.refused.append(("statement", id, answer.json()["code"]))
            return False
        offered = answer.json()
        body = {"statement": offered["id"], **signed(offered, self.key)}
        return bool(self.line.act(self.element, id, f"/tasks/{id}/complete", body, f"{own}-{offered['id']}"))


def signed(offered: Mapping[str, Any], key: Person) -> dict[str, str]:
    """Record, manifest and signature, as they are sent."""
    made = sign(offered["id"], record_of(offered), key)
    parts = {"record": made.record, "manifest": made.manifest, "signature": made.signature}
    return {name: base64.b64encode(part).decode() for name, part in parts.items()}


@dataclass
class Program:
    """An external worker. Now and then it sleeps past its lease and reports all the same."""

    line: Line
    name: str
    chance: Random

    def run(self) -> None:
        asleep: list[tuple[float, Json]] = []
        asked = {"worker": self.name, "types": [EXTERNAL], "max_jobs": 2, "lease_seconds": LEASE}
        while not self.line.record.over.is_set():
            for job in self.line.ask("POST", "/jobs/fetch", asked).json()["jobs"]:
                if self.chance.random() < 0.04:
                    asleep.append((time.monotonic() + LEASE + 1, job))
                else:
                    self._report(job)
            while asleep and asleep[0][0] < time.monotonic():
                self._report(asleep.pop(0)[1])
            time.sleep(0.03)

    def _report(self, job: Json) -> None:
        own = f"{self.name}-{job['id']}-{job['lease_epoch']}"
        body = {"lease_epoch": job["lease_epoch"], "data": {"by": own}}
        self.line.act("job", str(job["id"]), f"/jobs/{job['id']}/complete", body, own)


def everybody(tokens: Mapping[str, str], urls: Sequence[str], record: Record, chance: Random) -> list[threading.Thread]:
    """Their threads, begun: one who starts, two leaders and a clerk who sign, two external workers."""

    def line(who: str) -> Line:
        return Line(urls, tokens[who], record)

    workers = [Program(line(who), who, Random(chance.random())) for who in WORKERS]
    leaders = [Officer(line(who), "decide", who, known(who)) for who in ("hang", "duc")]
    clerk = Officer(line("hoa"), "seal", "hoa", SEAL)
    begun = [Applicants(line("lan"), 10, chance).run, clerk.run]
    begun += [*(each.run for each in workers), *(each.run for each in leaders)]
    threads = [threading.Thread(target=_noted, args=(record, run), daemon=True) for run in begun]
    for thread in threads:
        thread.start()
    return threads


def _noted(record: Record, run: Callable[[], None]) -> None:
    try:
        run()
    except BaseException as error:
        record.broken.append(error)
