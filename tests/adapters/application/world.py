"""A small agency with real keys: a log, units, officers with bound certificates, deployed processes.

What an officer's client does (read the statement, build the record, sign it) is done here as the client does it.
"""

import base64
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from adapters.application import (
    changes,
    deploy,
    documents,
    interventions,
    people,
    proposals,
    queries,
    signed_acts,
    statement,
    trail,
)
from adapters.application import claim as claims
from adapters.application import complete as completing
from adapters.application.answer import ACCEPTED, Answer, Request
from adapters.application.application import Agency, Application
from adapters.application.enacting import enact
from adapters.application.log_keys import LogKeys
from adapters.application.stamp_requests import STAMP
from adapters.application.stamping import STAMPED
from adapters.application.start import Intake, start_dossier
from adapters.application.submission import Submission
from adapters.database import definitions, organisation, tables
from adapters.database import trail as stored_trail
from adapters.database.migrate import upgrade
from adapters.database.store import Store
from adapters.database.trail import StoredLeaf
from adapters.jobs.worker import work_once
from engine.acts.intervene import Intervention
from engine.errors import Refusal
from engine.officer import Officer
from engine.outcome import SYSTEM
from engine.people.changes import Change, UnitAdded
from engine.people.deciding import decide
from engine.people.organisation import Unit, day_of
from engine.tracks import track_of
from signing.canonical import parse_canonical, sha256_hex
from signing.certificates import der, fingerprint
from signing.manifest import manifest_for
from signing.pdf.sign import sign_pdf
from signing.record import ActRecord, ApprovalRecord, DocumentReference, parse_time
from signing.sign import sign_manifest
from signing.trail import tree
from signing.trail.checkpoint import verify_checkpoint
from signing.trail.leaf import make_leaf
from signing.trail.note import LogKey
from signing.verify import Trust
from tests import pki, stamps
from tests.adapters.application import bundles
from tests.pki import NOW, Person, known

STAMPS = (track_of(STAMP),)
RESULT = b"%PDF-1.7 the result, as the citizen will read it"
AGENCY = Agency(identifier="H29.5", name="UBND phường Bến Thành", email="vanthu@benthanh.example", address="92 NT")
Founded = tuple[LogKey, Mapping[str, str]]
# id → unit, roles; those who sign have a key of the same name.
CAST = {
    "an": ("agency", "administrator"),
    "tuan": ("agency", "integrator"),
    "kiem": ("khu-pho-3", "auditor"),
    "lan": ("van-phong", "chuyen-vien"),
    "mai": ("van-phong", "chuyen-vien"),
    "hoa": ("agency", "van-thu"),
    "hang": ("agency", "lanh-dao"),
    "duc": ("agency", "lanh-dao"),
    "nam": ("khu-pho-3", "chuyen-vien", "lanh-dao", "van-thu"),
}
SEAL = known("con-dau")  # the agency's own key, which the clerk keeps
SIGNERS = ("an", "tuan", "lan", "hoa", "hang", "duc", "nam")
CITIZEN = {
    "to": "anh.tuyet@example.vn",
    "recipient": "Bà Nguyễn Thị Ánh Tuyết",
    "subject": "Kết quả",
    "text": "Kính gửi bà.",
    "address": "12/5 Lê Thị Riêng",
    "phone": "0903 123 456",
    "consent": {
        "who": "Ánh Tuyết",
        "when": "2026-11-20",
        "channel": "điện thoại",
        "address": "12/5 Lê Thị Riêng",
        "commune": "26743",
    },
    "appointment": "2026-11-25T09:30+07:00",
}


def procedure(process: str, **changes: Any) -> dict[str, Any]:
    """A procedure record for that process: approved by the leader, sealed by the clerk, all channels."""
    body = {
        "code": process,
        "name": f"Thủ tục {process}",
        "process": process,
        "valid_from": "2026-01-01",
        "decided_by": "demo",
        "term": {"working_days": 3, "cutoff": "15:00"},
        "required_documents": [],
        "result": {
            "document": "result",
            "approvals": [{"purpose": "approval", "role": "lanh-dao"}, {"purpose": "organ", "role": "van-thu"}],
        },
        "channels": ["email", "post", "counter"],
        "post_excluded": None,
        "fees": [],
    }
    return {**body, **changes}


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def go(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@dataclass
class World:
    """The agency, and what its people do."""

    app: Application
    clock: Clock
    tokens: Mapping[str, str] = field(default_factory=dict)
    trusted: list[Trust] = field(default_factory=lambda: [pki.trust()])

    # -- who

    def officer(self, id: str) -> Officer:
        with self.app.store.read() as tx:
            found = people.find(self.app, tx, id)
        assert found is not None
        return found

    def renew(self) -> None:
        """The authorities issue their revocation lists anew."""
        self.trusted.append(pki.trust(at=self.app.clock() - timedelta(hours=1)))

    def leave(self, id: str) -> None:
        """The officer holds nothing any more since yesterday."""
        yesterday = (day_of(self.clock()) - timedelta(days=1)).isoformat()
        with self.app.store.write() as tx:
            ended = update(tables.appointment).where(tables.appointment.c.officer == id)
            tx.execute(ended.values(until=yesterday))
            organisation.changed(tx)

    def give(self, id: str, *roles: str, unit: str | None = None) -> None:
        """The officer's own position has these roles alone, perhaps in another unit."""
        moved = {"unit": unit} if unit else {}
        with self.app.store.write() as tx:
            tx.execute(update(tables.position).where(tables.position.c.id == id).values(roles=list(roles), **moved))
            organisation.changed(tx)

    def change(self, **values: Any) -> None:
        """Change the application's surroundings (mail server, entropy)."""
        self.app = replace(self.app, **values)

    # -- what officers do

    def upload(self, who: str, content: bytes = RESULT) -> str:
        answer = documents.upload(self.app, self.officer(who), sha256_hex(content), content)
        return str(answer.body_or_raise()["sha256"])

    def start(
        self,
        process: str,
        who: str = "lan",
        *,
        data: Mapping[str, Any] = CITIZEN,
        files: Mapping[str, bytes] | None = None,
        request: Request | None = None,
        channel: str = "direct",
    ) -> str:
        """Start a dossier with these documents (default: the result); gives its code."""
        given = {"result": RESULT} if files is None else files
        listed = [(name, "application/pdf", self.upload(who, content)) for name, content in given.items()]
        intake = Intake(
            process=process,
            procedure=None,
            title=f"Hồ sơ {process}",
            channel=channel,
            applicant={"name": "Bà Ánh Tuyết"},
            submitter="Bà Ánh Tuyết",
            data=data,
            documents=listed,
        )
        answer = start_dossier(self.app, self.officer(who), request or Request(officer=who), intake)
        return str(answer.body_or_raise()["code"])

    def task(self, code: str, element: str) -> str:
        """The id of the dossier's open task of that element."""
        [found] = [item["id"] for item in self.dossier(code)["tasks"] if item["element"] == element]
        return str(found)

    def claim(self, who: str, task: str, key: str | None = None) -> Answer:
        return claims.claim(self.app, self.officer(who), Request(officer=who, key=key), task)

    def release(self, who: str, task: str) -> Answer:
        return claims.release(self.app, self.officer(who), Request(officer=who), task)

    def prepare(self, who: str, task: str, data: Mapping[str, Any] | None = None) -> Answer:
        return statement.for_task(self.app, self.officer(who), Request(officer=who), task, data or {})

    def submission(self, offered: Mapping[str, Any], key: Person, **changes: Any) -> Submission:
        """What the client sends for a statement, signed with that key; `changes` to the record before it is signed."""
        return replace(sign(offered["id"], record_of(offered, **changes), key), pdf=self.signed_pdfs(offered, key))

    def signed_pdfs(self, offered: Mapping[str, Any], key: Person) -> Mapping[str, bytes]:
        """The signatures of the PDFs that the statement prepared."""
        at = parse_time(offered["facts"]["time"])
        return {
            item["name"]: sign_pdf(self.content(item["sha256"]), key.key, field=item["field"], at=at)
            for item in offered["facts"].get("pdf", ())
        }

    def content(self, sha256: str) -> bytes:
        """Stored bytes."""
        with self.app.store.read() as tx:
            found = definitions.get_content(tx, sha256)
        assert found is not None
        return found

    def send(self, who: str, task: str, submission: Submission, request: Request | None = None) -> Answer:
        """Complete with a signature."""
        sent = completing.Completion(task=task, submission=submission, data={})
        return completing.complete_task(self.app, self.officer(who), request or Request(officer=who), sent)

    def complete(self, who: str, task: str, data: Mapping[str, Any] | None = None, key: str | None = None) -> Answer:
        """Complete without a signature."""
        sent = completing.Completion(task=task, submission=None, data=data or {})
        return completing.complete_task(self.app, self.officer(who), Request(officer=who, key=key), sent)

    def sign_off(self, who: str, code: str, element: str, data: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Claim, prepare, sign and complete; gives the answer."""
        task = self.task(code, element)
        self.claim(who, task).body_or_raise()
        offered = self.prepare(who, task, data).body_or_raise()
        key = SEAL if offered["facts"]["purpose"] == "organ" else known(who)
        return self.send(who, task, self.submission(offered, key)).body_or_raise()

    def do(self, who: str, code: str, element: str, data: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Claim and complete a task that wants no signature."""
        task = self.task(code, element)
        self.claim(who, task).body_or_raise()
        return self.complete(who, task, data).body_or_raise()

    def approved(self, *, came_by: str = "direct", **data: Any) -> str:
        """A dossier whose result is approved and sealed, and waits to go out; `came_by`: the channel it began by."""
        code = self.start("tra-ket-qua", data={**CITIZEN, **data}, channel=came_by)
        self.do("lan", code, "prepare", {"note": "đủ"})
        self.sign_off("hang", code, "decide", {"decision": "approve"})
        self.sign_off("hoa", code, "seal")
        self.stamp()
        return code

    def act(self, who: str, act: str, subject: str, body: Mapping[str, Any], key: Person | None = None) -> Answer:
        """Do a signed act that needs nothing but a body."""
        return self.signed(
            who, signed_acts.prepare(self.app, self.officer(who), Request(officer=who), act, subject, body), key
        )

    def signed(self, who: str, answer: Answer, key: Person | None = None) -> Answer:
        """Sign the statement that the answer offers, and do the act; an answer that offers none stays."""
        told = (answer.body or {}).get("statement", answer.body or {})
        if "nonce" not in told:
            return answer
        return self.perform(who, sign(told["id"], act_of(told), key or known(who)))

    def perform(self, who: str, submission: Submission, key: str | None = None) -> Answer:
        return signed_acts.perform(self.app, self.officer(who), Request(officer=who, key=key), submission)

    def reorganise(self, who: str, *made: Change, reason: str | None = None, key: Person | None = None) -> Answer:
        """Change the organisation, signed where it must be."""
        how = changes.How(reason=reason, sign=True)
        return self.signed(who, changes.change(self.app, self.officer(who), Request(officer=who), made, how), key)

    def intervene(self, who: str, code: str, act: Intervention, key: Person | None = None) -> Answer:
        """Intervene in a dossier, signed where it must be."""
        asked = interventions.perform(self.app, self.officer(who), Request(officer=who), code, act, sign=True)
        return self.signed(who, asked, key)

    def bind(self, who: str, key: Person, by: str = "an", kind: str = "person") -> Answer:
        body = {
            "certificate": base64.b64encode(der(key.certificate)).decode(),
            "fingerprint": fingerprint(key.certificate),
            "kind": kind,
        }
        return self.act(by, "certificate-bound", who, body)

    def revoke(self, key: Person) -> Answer:
        return self.act("an", "certificate-revoked", fingerprint(key.certificate), {"reason": "mất khóa"})

    def adopt(self, process: str, **changes: Any) -> Answer:
        body = procedure(process, **changes)
        return self.act("an", "procedure-adopted", body["code"], body)

    def deploy(self, files: Mapping[str, bytes], although: str | None = None) -> Answer:
        """Deploy as two people do: tuan proposes, an approves."""
        answer = self.propose(files, although)
        return self.approve("an", answer.body_or_raise()["proposal"]["id"]) if answer.status == ACCEPTED else answer

    def propose(
        self, files: Mapping[str, bytes], although: str | None = None, who: str = "tuan", key: Person | None = None
    ) -> Answer:
        """Deploy, signed by one person."""
        return self.signed(who, deploy.prepare(self.app, self.officer(who), Request(officer=who), files, although), key)

    def approve(self, who: str, id: str, key: Person | None = None, **changes: Any) -> Answer:
        """Approve a proposal by a signed act; `changes` to what it names."""
        return self.act(who, "proposal-approved", id, {**self.named(who, id), **changes}, key)

    def named(self, who: str, id: str) -> dict[str, Any]:
        """What an approval of that proposal names, as far as this officer sees it."""
        shown = proposals.show_proposal(self.app, self.officer(who), id).body or {}
        return {"proposal": shown.get("digest"), "act": shown.get("act"), "subject": shown.get("subject")}

    # -- what programs do

    def work(self, most: int = 50) -> int:
        """Do the due jobs; gives how many, those that stamp apart."""
        before = self._stamped()
        for count in range(most):
            if not work_once(self.app):
                return count - (self._stamped() - before)
        raise AssertionError(f"still jobs after {most}")

    def stamp(self) -> None:
        """Have stamped what was signed."""
        while work_once(self.app, STAMPS):
            pass

    def _stamped(self) -> int:
        query = select(func.count()).where(tables.job.c.type == STAMP, tables.job.c.state == "done")
        with self.app.store.read() as tx:
            return tx.execute(query).scalar_one()

    # -- what is seen

    def dossier(self, code: str, who: str = "hoa") -> Mapping[str, Any]:
        return queries.show_dossier(self.app, self.officer(who), code).body_or_raise()

    def acts(self, code: str) -> list[str]:
        """The acts of a dossier as its trail tells them, without the stamps that come between them."""
        items = queries.history(self.app, self.officer("hoa"), code).body_or_raise()["items"]
        return [item["act"] for item in items if item["act"] != STAMPED]

    def last(self, code: str) -> Mapping[str, Any]:
        """The last line of its history."""
        item: Mapping[str, Any] = queries.history(self.app, self.officer("hoa"), code).body_or_raise()["items"][-1]
        return item

    def size(self) -> int:
        """How many leaves the trail has."""
        with self.app.store.read() as tx:
            return stored_trail.head(tx).size

    def check_trail(self) -> int:
        """Recompute the whole trail from its leaves: root, order, openings, signature. Gives its size."""
        with self.app.store.read() as tx:
            head = stored_trail.head(tx)
            leaves = stored_trail.leaves(tx, start=0, limit=100_000)
        assert [leaf.index for leaf in leaves] == list(range(head.size))
        frontier: tuple[bytes, ...] = ()
        for leaf in leaves:
            _check_leaf(leaf)
            frontier = tree.append(frontier, leaf.index, tree.leaf_hash(leaf.encoded)).frontier
        signed_head = verify_checkpoint(head.checkpoint, self.app.log_keys.of(head.checkpoint).vkey)
        assert (signed_head.size, signed_head.root) == (head.size, tree.root(frontier))
        return head.size


def _check_leaf(leaf: StoredLeaf) -> None:
    told = parse_canonical(leaf.encoded)
    assert isinstance(told, dict)
    names = {name: str(told[name]) for name in ("time", "actor", "act", "subject")}
    if leaf.evidence is None or leaf.salt is None:  # erased: the tree alone holds what is left
        assert (leaf.evidence, leaf.salt) == (None, None)
        return
    again = make_leaf(index=leaf.index, evidence=leaf.evidence, salt=leaf.salt, **names)
    assert again.encode() == leaf.encoded


def record_of(offered: Mapping[str, Any], **changes: Any) -> ApprovalRecord:
    """The record that a client builds from a statement's facts."""
    facts = offered["facts"]
    names = (
        "dossier", "task", "element", "process_key", "process_version", "bundle_hash", "officer", "capacity",
        "delegation", "purpose", "data", "time",
    )  # fmt: skip
    values = {
        **{name: facts[name] for name in names},
        "decision": facts["data"].get("decision"),
        "documents": tuple(DocumentReference(**item) for item in facts["documents"]),
        "prior": tuple(facts["prior"]),
        "nonce": offered["nonce"],
        "seen_checkpoint": None,
    }
    return ApprovalRecord(**{**values, **changes})


def act_of(offered: Mapping[str, Any], **changes: Any) -> ActRecord:
    """The record of an act that a client builds from a statement's facts."""
    facts = offered["facts"]
    values = {name: facts[name] for name in ("act", "subject", "body", "officer", "time")}
    return ActRecord(**{**values, "nonce": offered["nonce"], "seen_checkpoint": None, **changes})


def sign(statement_id: str, record: ApprovalRecord | ActRecord, key: Person) -> Submission:
    """Sign a record as the client does, at the time that it names."""
    manifest = manifest_for(record)
    purpose = record.purpose if isinstance(record, ApprovalRecord) else "approval"
    signature = sign_manifest(manifest, key.key, purpose=purpose, at=parse_time(record.time))
    return Submission(statement=statement_id, record=record.encode(), manifest=manifest, signature=signature)


def application(store: Store, log_key: LogKey, clock: Clock, trust: Callable[[], Trust]) -> Application:
    """An application over that store."""
    return Application(
        store=store,
        agency=AGENCY,
        log_keys=LogKeys(log_key),
        trust=trust,
        clock=clock,
        entropy=secrets.token_bytes,
        stamp=stamps.at(clock),
    )


def build(store: Store) -> Founded:
    """Found the agency in an empty database; gives the log's key and the officers' tokens."""
    upgrade(store)
    log_key = LogKey.generate("hoso/H29.5")
    clock = Clock(NOW - timedelta(hours=1))
    world = World(application(store, log_key, clock, lambda: pki.trust()), clock)
    tokens = {}
    with store.write() as tx:
        trail.begin(world.app, tx)
        organisation.add(tx, Unit(id="agency", name=AGENCY.name))
        below = {"van-phong": "Văn phòng", "khu-pho-3": "Khu phố 3"}
        added = [UnitAdded(id=id, name=name, parent="agency") for id, name in below.items()]
        decided = decide(world.app.organisations.get(tx), None, added, clock())
        assert not isinstance(decided, Refusal)
        enact(world.app, tx, SYSTEM, decided)
        for id, (unit, *roles) in CAST.items():
            new = people.Newcomer(id=id, name=id.title(), position="Chức vụ", unit=unit, roles=frozenset(roles))
            tokens[id] = people.appoint(world.app, tx, SYSTEM, new, with_token=True)["token"]
    for id in SIGNERS:
        world.bind(id, known(id)).body_or_raise()
    world.bind("hoa", SEAL, kind="organ").body_or_raise()
    for files in bundles.ALL:
        world.deploy(files).body_or_raise()
    for process in ("tra-ket-qua", "khong-ky"):
        world.adopt(process).body_or_raise()
    world.stamp()
    with store.write() as tx:
        tx.execute(delete(tables.job))  # the tests begin with none
    return log_key, tokens


@contextmanager
def opened(store: Store, founded: Founded) -> Iterator[World]:
    """The agency over a copy of its database; after the test, its trail must still be whole."""
    log_key, tokens = founded
    clock = Clock()
    trusted = [pki.trust()]
    world = World(application(store, log_key, clock, lambda: trusted[-1]), clock, tokens, trusted)
    yield world
    world.check_trail()


def refusal_of(answer: Answer) -> Refusal:
    """The refusal that the answer must be."""
    assert answer.refusal is not None, f"accepted: {answer.body}"
    return answer.refusal
