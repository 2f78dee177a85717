"""A dossier driven through the engine's acts as the application drives it, each leaf kept: what a replay is given."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.form_data import refuses_data
from engine.acts import external
from engine.acts.claim import claim
from engine.acts.complete import CompleteTask, complete
from engine.acts.deploy import CheckedBundle, check_bundle
from engine.acts.intervene import Facts, Intervention, intervene, retry
from engine.acts.proceed import job_completed, job_failed, message_received, timer_fired
from engine.acts.start import StartDossier, start
from engine.bpmn.roles import roles_around
from engine.dossier import Dossier
from engine.officer import ADMINISTRATOR, Officer
from engine.outcome import SYSTEM, JobRequest, LeafDraft, Outcome
from engine.process import ProcessDefinition, is_external
from engine.replay.replay import replay
from engine.replay.report import Replay
from engine.replay.run import Fits
from engine.task import Task
from signing.canonical import canonical, parse_canonical, sha256_hex
from signing.evidence.contents import PackContents, PackEntry
from signing.record import ApprovalRecord, time_text
from signing.trail import tree
from signing.trail.checkpoint import Checkpoint
from signing.trail.leaf import make_leaf
from signing.trail.note import LogKey

CODE = "H29.5-261121-0001"
UNIT = "van-phong"
START = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
LOG_KEY = LogKey.generate("hoso/H29.5")
SALT = b"\x07" * 32
_DONE_AS = {
    "hoso.letter": "letter-made",
    "hoso.email": "dispatch-sent",
    "hoso.post": "dispatch-prepared",
    "hoso.counter": "dispatch-prepared",
}


@dataclass(kw_only=True)
class Told:
    """One leaf, open to forgers."""

    time: datetime
    actor: str
    act: str
    subject: str
    dossier: str | None
    details: dict[str, Any]
    objects: dict[str, Any]


@dataclass(kw_only=True)
class Recorder:
    """`answers`: what programs give beside what they always do, by job type."""

    answers: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    now: datetime = START
    leaves: list[Told] = field(default_factory=list)
    objects: dict[str, bytes] = field(default_factory=dict)
    jobs: dict[int, JobRequest] = field(default_factory=dict)
    numbers: int = 0

    dossier: Dossier = field(init=False)
    definition: ProcessDefinition = field(init=False)

    # -- what happens

    def deploy(self, files: Mapping[str, bytes], version: int = 1) -> ProcessDefinition:
        """Deploy the bundle, as its leaf tells it."""
        checked = check_bundle(files)
        assert isinstance(checked, CheckedBundle), checked
        definition = checked.definition(files, version)
        self.objects |= {sha256_hex(content): content for content in files.values()}
        bundle = [{"path": path, "sha256": digest} for path, digest in sorted(checked.digests.items())]
        said = {"key": definition.key, "version": version, "bundle": checked.bundle_hash}
        self._keep(
            LeafDraft(
                actor="tuan",
                act="process-deployed",
                subject=f"{definition.key}:{version}",
                details=said,
                objects={"bundle": bundle},
            )
        )
        return definition

    def begin(self, files: Mapping[str, bytes], data: Mapping[str, object]) -> "Recorder":
        """Deploy the bundle, and receive a dossier under it."""
        self.definition = self.deploy(files)
        act = StartDossier(
            code=CODE,
            title="Hồ sơ",
            procedure=None,
            applicant={"name": "Bà Ánh Tuyết"},
            submitter="Bà Ánh Tuyết",
            channel="direct",
            data=data,
            documents=(),
            due=None,
        )
        self._moved(start(act, self._officer("lan"), self.definition, now=self.now))
        return self

    def go(self, **by: float) -> None:
        """Time passes."""
        self.now += timedelta(**by)

    def do(self, element: str, data: Mapping[str, object] | None = None) -> None:
        """The open task of that element is claimed and completed, by an officer of its own, and signed where it is."""
        [task] = [each for each in self.dossier.tasks.values() if each.element == element]
        self.complete(task, data or {})

    def complete(self, task: Task, data: Mapping[str, object]) -> None:
        """The same of this open task."""
        officer = self._officer(f"o-{task.element}"[:40], *([task.role] if task.role else []))
        graph = self.definition.graph
        self._moved(claim(self.dossier, task.number, officer, graph))
        self.go(minutes=5)
        record = self._record(task, officer, data) if task.signature != "none" else None
        objects = {} if record is None else {"record": self._store(record.encode())}
        handed = getattr(graph.nodes[task.element], "hand_over", None)
        act = CompleteTask(
            number=task.number,
            data=data,
            approval=record,
            objects=objects,
            ready=frozenset([handed] if handed else []),
        )
        self._moved(complete(self.dossier, act, officer, self.definition, now=self.now))

    def fire(self, number: int) -> None:
        """That timer's time has come."""
        timer = self.dossier.state.timers[number]
        self.now = max(self.now, timer.schedule.due)
        self._moved(timer_fired(self.dossier, self.definition, number, timer.element, now=self.now))

    def send(self, name: str, data: Mapping[str, object] | None = None) -> None:
        """An officer passes on a message that the dossier awaits."""
        found = next(each for each in self.dossier.state.subscriptions.values() if each.name == name)
        roles = roles_around(self.definition.graph, found.element)
        officer = self._officer("lan", *roles)
        self._moved(message_received(self.dossier, self.definition, name, data or {}, officer, now=self.now))

    def intervene(self, act: Intervention, target: ProcessDefinition | None = None) -> None:
        """An administrator acts from outside."""
        facts = Facts(definition=self.definition, target=target)
        officer = self._officer("an", ADMINISTRATOR)
        self._moved(intervene(self.dossier, act, officer, facts, now=self.now), target)

    def retry(self, incident: int) -> None:
        """What stands still tries again."""
        officer = self._officer("an", ADMINISTRATOR)
        self._moved(retry(self.dossier, self.definition, incident, officer, now=self.now))

    def work(self) -> None:
        """Every job that is asked for is done."""
        while found := [self.jobs[number] for number in self.dossier.state.open_jobs]:
            self.done(found[0])

    def done(self, job: JobRequest) -> None:
        """The job is done, by one of Hoso's own programs or an external worker."""
        answer = self.answers.get(job.type, {})
        if is_external(job.type):
            self._moved(external.completed(self.dossier, self.definition, self._report(job), answer, now=self.now))
            return
        headers: Mapping[str, str] = job.payload["headers"]  # type: ignore[assignment]
        variable, data = headers.get("resultVariable"), dict[str, object]()
        said: dict[str, object] = {"document": headers.get("document", "")}
        act = _DONE_AS.get(job.type, "number-taken")
        if act == "number-taken":
            self.numbers += 1
            said = {"register": headers["register"], "number": f"{self.numbers:02d}"}
            data = {"number": said["number"], "date": "21/11/2026"}
            self._keep(self._leaf("number-issued", {"job": job.number, **said, "year": 2026}))
        elif act != "letter-made":
            code = str(answer.get(variable or "", "accepted"))
            act = act if code == "accepted" else "dispatch-refused"
            said |= {"channel": job.type.removeprefix("hoso."), **({} if code == "accepted" else {"code": code})}
            data = {variable: code} if variable else {}
        leaf = self._leaf(act, said)
        self._moved(job_completed(self.dossier, self.definition, job.number, data, leaf, now=self.now))

    def fail(self, job: JobRequest) -> None:
        """The job cannot be done."""
        args = (self.dossier, self.definition)
        if is_external(job.type):
            self._moved(external.failed(*args, self._report(job), "hỏng", "máy hỏng", now=self.now))
        else:
            self._moved(job_failed(*args, job.number, "hong", "máy hỏng", now=self.now))

    # -- what is told

    def contents(self, leaves: Sequence[Told] | None = None) -> PackContents:
        """The pack's contents, of a log that holds its leaves alone, or these instead."""
        return contents_of(self.leaves if leaves is None else leaves, self.objects)

    def replayed(self, leaves: Sequence[Told] | None = None, *, fits: Fits = refuses_data) -> Replay:
        """The replay of its leaves, or of these instead."""
        return replay(self.contents(leaves), fits=fits)

    def _keep(self, draft: LeafDraft) -> None:
        told = parse_canonical(canonical({"details": draft.details, "objects": draft.objects}))
        assert isinstance(told, dict)
        self.leaves.append(
            Told(
                time=self.now,
                actor=draft.actor,
                act=draft.act,
                subject=draft.subject,
                dossier=draft.dossier,
                details=told["details"],
                objects=told["objects"],
            )
        )

    def _moved(self, outcome: Outcome, definition: ProcessDefinition | None = None) -> None:
        assert outcome.refusal is None, outcome.refusal
        assert outcome.dossier is not None
        self.dossier = outcome.dossier
        self.definition = definition or self.definition
        self.jobs |= {job.number: job for job in outcome.jobs if job.number}
        for draft in outcome.leaves:
            self._keep(draft)

    def _leaf(self, act: str, details: Mapping[str, object]) -> LeafDraft:
        return LeafDraft(actor=SYSTEM, act=act, subject=CODE, dossier=CODE, details=details)

    def _report(self, job: JobRequest) -> external.Report:
        worker = self._officer("may")
        return external.Report(number=job.number, element=job.element, type=job.type, officer=worker, worker="w")

    def _officer(self, id: str, *roles: str) -> Officer:
        return Officer(id=id, name=id, position="Chức vụ", unit=UNIT, rights={UNIT: frozenset(roles)})

    def _store(self, content: bytes) -> str:
        self.objects[sha256_hex(content)] = content
        return sha256_hex(content)

    def _record(self, task: Task, officer: Officer, data: Mapping[str, object]) -> ApprovalRecord:
        decision = data.get("decision")
        return ApprovalRecord(
            dossier=CODE,
            task=task.id,
            element=task.element,
            process_key=self.definition.key,
            process_version=self.definition.version,
            bundle_hash=self.definition.bundle_hash,
            officer=officer.id,
            capacity="",
            delegation=None,
            purpose=task.signature,
            decision=decision if isinstance(decision, str) else None,
            data=data,
            documents=(),
            prior=(),
            nonce="A" * 32,
            time=time_text(self.now),
            seen_checkpoint=None,
        )


def contents_of(leaves: Sequence[Told], objects: Mapping[str, bytes], code: str = CODE) -> PackContents:
    """What a pack holds, of a log of these leaves alone: true to each byte, whatever they tell."""
    encoded, frontier, nodes = [], tuple[bytes, ...](), dict[tuple[int, int], bytes]()
    for index, each in enumerate(leaves):
        leaf, evidence = encode(each, index)
        encoded.append((leaf, evidence))
        grown = tree.append(frontier, index, tree.leaf_hash(leaf))
        frontier = grown.frontier
        nodes |= {(level, at): node for level, at, node in grown.nodes}
    checkpoint = Checkpoint(origin=LOG_KEY.origin, size=len(encoded), root=tree.root(frontier)).sign(LOG_KEY)

    def proof(index: int) -> tuple[bytes, ...]:
        return tuple(tree.inclusion_proof(index, len(encoded), lambda level, at: nodes[level, at]))

    entries = [
        PackEntry(leaf=leaf, salt=SALT, evidence=evidence, proof=proof(index))
        for index, (leaf, evidence) in enumerate(encoded)
    ]
    return PackContents(dossier=code, entries=tuple(entries), checkpoint=checkpoint, objects=objects)


def encode(told: Told, index: int) -> tuple[bytes, bytes]:
    """The leaf of that index and its evidence."""
    said = {"act": told.act, "details": told.details, "objects": told.objects}
    evidence = canonical(said if told.dossier is None else {**said, "dossier": told.dossier})
    leaf = make_leaf(
        index=index,
        time=time_text(told.time),
        actor=told.actor,
        act=told.act,
        subject=told.subject,
        evidence=evidence,
        salt=SALT,
    )
    return leaf.encode(), evidence


def copied(leaves: Sequence[Told]) -> list[Told]:
    """For a forger: the same leaves, each to be changed by itself."""
    return deepcopy(list(leaves))
