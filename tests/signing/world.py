"""A log and a dossier in memory: what an application would append, with real keys, for tests of evidence.

Every world begins with its cast, appointed on the server before anybody could sign; `organise` appoints others by two
persons' signatures.
"""

import base64
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from signing.bundle import bundle_hash
from signing.canonical import canonical, sha256_hex
from signing.certificates import der, fingerprint
from signing.evidence.contents import AUTHOR
from signing.evidence.pack import PackContents, PackEntry, build_pack
from signing.record import ActRecord, ApprovalRecord, parse_time, time_text
from signing.timestamp import latest_time
from signing.trail import tree
from signing.trail.checkpoint import Checkpoint
from signing.trail.cosignature import WitnessKey, with_cosignatures
from signing.trail.leaf import SALT_BYTES, make_leaf
from signing.trail.note import LogKey, split_note
from signing.trail.succession import LogState, Succession
from tests.pki import NOW, Person, authority, known
from tests.signing.records import DOCUMENTS, DOSSIER, act, approval, signed
from tests.stamps import stamp_over

BUNDLE = {"process.bpmn": b"<definitions/>", "forms/draft.form": b"{}"}
BUNDLE_HASH = bundle_hash({path: sha256_hex(content) for path, content in BUNDLE.items()})
CAST = {"admin": ("administrator", "integrator"), "lan": ("van-thu",), "otto": ("lanh-dao",)}
FOUNDING = 1 + 3 * len(CAST)
"""How many leaves every world begins with."""
Change = Mapping[str, Any]
SINCE = "2026-01-01"
LOG_KEY = LogKey.generate("hoso.example/log")


@dataclass
class World:
    """Appends leaves; gives packs. A second per leaf; `later` moves the clock on."""

    entries: list[tuple[bytes, bytes, bytes]] = field(default_factory=list)
    frontier: tuple[bytes, ...] = ()
    nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    dice: random.Random = field(default_factory=lambda: random.Random(7))
    records: list[str] = field(default_factory=list)
    proposals: int = 0
    roles: dict[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.unsigned({"kind": "unit-changed", "id": "agency", "collective": True})
        for number, (who, roles) in enumerate(CAST.items(), 1):
            for each in appointed(who, *roles):
                self.unsigned(each, number=number)

    later: timedelta = timedelta(0)

    @property
    def now(self) -> datetime:
        return NOW + timedelta(seconds=len(self.entries)) + self.later

    def keep(self, content: bytes) -> str:
        self.objects[sha256_hex(content)] = content
        return sha256_hex(content)

    def append(
        self,
        act_name: str,
        subject: str,
        actor: str,
        *,
        objects: Mapping[str, Any] | None = None,
        details: Mapping[str, Any] | None = None,
        dossier: str | None = DOSSIER,
        at: datetime | None = None,
    ) -> None:
        told = {"act": act_name, "details": dict(details or {}), "objects": dict(objects or {})}
        evidence = canonical(told | ({"dossier": dossier} if dossier else {}))
        salt = self.dice.randbytes(SALT_BYTES)
        leaf = make_leaf(
            index=len(self.entries),
            time=time_text(at or self.now),
            actor=actor,
            act=act_name,
            subject=subject,
            evidence=evidence,
            salt=salt,
        ).encode()
        grown = tree.append(self.frontier, len(self.entries), tree.leaf_hash(leaf))
        self.nodes |= {(level, index): node for level, index, node in grown.nodes}
        self.frontier = grown.frontier
        self.entries.append((leaf, salt, evidence))

    def submission(self, record: ApprovalRecord | ActRecord, who: Person, whose: str = "") -> dict[str, Any]:
        names = ("record", "manifest", "signature")
        signing = signed(record, who, at=self.now)
        objects: dict[str, Any] = {name: self.keep(part) for name, part in zip(names, signing, strict=True)}
        objects |= {"certificate": self.keep(der(who.certificate)), **self.beside()}
        return {f"{whose}{role}": value for role, value in objects.items()}

    def signed_act(
        self,
        name: str,
        subject: str,
        body: Mapping[str, Any],
        by: Person,
        approver: Person | None = None,
        *,
        proposed: Mapping[str, Any] | None = None,
        approved: Mapping[str, Any] | None = None,
        shown: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Sign an act, and approve it; gives the leaf's objects, and what its details say of the two.

        `proposed`, `approved`: other values in the proposal and in what the approver signs; `changes`: in the record.
        `shown`: what the proposal tells of the act, where that is not the body.
        """
        values = {"act": name, "subject": subject, "body": body, "officer": by.name, "nonce": self.nonce()}
        record = act(**{**values, "time": time_text(self.now), **changes})
        objects = self.submission(record, by)
        if approver is None:
            return objects, {"sole": True}
        self.proposals += 1
        id = f"p-{self.proposals:06d}"
        signing = {part: objects[part] for part in ("record", "manifest", "signature")}
        content: dict[str, Any] = {"id": id, "act": name, "subject": subject, "author": by.name, "reason": None}
        content |= {"body": {**(body if shown is None else shown), "signed": signing}, **(proposed or {})}
        digest = self.keep(canonical(content))
        named = {"proposal": digest, "act": content["act"], "subject": content["subject"]}
        values = {"act": "proposal-approved", "subject": id, "body": named, "officer": approver.name}
        more = {"nonce": self.nonce(), "time": time_text(self.now)}
        approving = self.submission(act(**{**values, **more, **(approved or {})}), approver, "approval-")
        said = {"author": by.name, "approved_by": approver.name, "proposal": id}
        return {**objects, **approving, "proposal": digest}, said

    def unsigned(
        self, change: Change, *, actor: str = "hoso", subject: str | None = None, number: int = 0, **said: Any
    ) -> None:
        """A change of the organisation that nobody signed; `number`: of what is appointed or granted."""
        if number and change["kind"] in {"officer-appointed", "role-granted"}:
            said["number"] = number
        details = {name: value for name, value in change.items() if name != "kind"}
        about = subject or str(change.get("officer", change.get("id")))
        self.append(change["kind"], about, actor, details={**details, **said}, dossier=None)

    def organise(
        self,
        changes: Sequence[Change],
        by: Person,
        approver: Person | None = None,
        *,
        numbers: Mapping[int, int] | None = None,
        signed: Sequence[Change] | None = None,
        subject: str | None = None,
        **more: Any,
    ) -> None:
        """Change the organisation, by two or one. `numbers`: by place in the list; `signed`: what was, if other."""
        lines = b"".join(canonical(dict(each)) + b"\n" for each in (changes if signed is None else signed))
        body = {"changes": self.keep(lines), "count": lines.count(b"\n")}
        more = {"shown": {"changes": [dict(each) for each in (changes if signed is None else signed)]}, **more}
        objects, said = self.signed_act("organisation-changed", "organisation", body, by, approver, **more)
        objects["changes"] = sha256_hex(lines)
        self.made(changes, by, objects, said, numbers, subject)

    def made(
        self,
        changes: Sequence[Change],
        by: Person,
        objects: Mapping[str, Any],
        said: Mapping[str, Any],
        numbers: Mapping[int, int] | None = None,
        subject: str | None = None,
    ) -> None:
        """The leaves of a signed list: all of one time."""
        now = self.now
        for place, change in enumerate(changes):
            details = {name: value for name, value in change.items() if name != "kind"}
            details |= {**said, **({"number": numbers[place]} if numbers and place in numbers else {})}
            about = subject or str(change.get("officer", change.get("id")))
            self.append(change["kind"], about, by.name, objects=objects, details=details, dossier=None, at=now)

    def appoint(
        self, who: str, *roles: str, by: Person, approver: Person | None = None, number: int = 0, **more: Any
    ) -> int:
        """Appoint somebody to a position of their own by signed acts; gives the appointment's number."""
        self.roles[who] = roles
        number = number or len(self.entries) + 100
        self.organise(appointed(who, *roles), by, approver, numbers={2: number}, **more)
        return number

    def bind(
        self, who: Person, by: Person, approver: Person | None = None, *, kind: str = "person", **changes: Any
    ) -> None:
        bound = der(who.certificate)
        encoded = base64.b64encode(bound).decode()
        body = {"certificate": encoded, "fingerprint": fingerprint(who.certificate), "kind": kind}
        objects, said = self.signed_act("certificate-bound", who.name, body, by, approver)
        objects = {**objects, "bound": self.keep(bound), **changes}
        self.append("certificate-bound", who.name, by.name, objects=objects, details=said, dossier=None)

    def revoke(self, who: Person, by: Person) -> None:
        name = fingerprint(who.certificate)
        record = act(
            act="certificate-revoked",
            subject=name,
            officer=by.name,
            body={"reason": "lost"},
            nonce=self.nonce(),
            time=time_text(self.now),
        )
        self.append("certificate-revoked", name, by.name, objects=self.submission(record, by), dossier=None)

    def suspend(self, who: Person) -> None:
        """Nobody signs that a certificate signs no more."""
        name = fingerprint(who.certificate)
        told = {"fingerprint": name, "officer": who.name, "device": "d-1"}
        self.append("certificate-suspended", name, "admin", details=told, dossier=None)

    def reinstate(self, who: Person, by: Person, approver: Person | None = None, *, signed: bool = True) -> None:
        """Let it sign again."""
        name, body = fingerprint(who.certificate), {"officer": who.name, "reason": "found"}
        objects, said = ({}, {"sole": True})
        if signed:
            proposed = {"reason": body["reason"]}
            objects, said = self.signed_act("certificate-reinstated", name, body, by, approver, proposed=proposed)
        details = {"fingerprint": name, **body, **said}
        self.append("certificate-reinstated", name, by.name, objects=objects, details=details, dossier=None)

    def deploy(
        self,
        files: Mapping[str, bytes] = BUNDLE,
        key: str = "van-ban-di",
        version: int = 1,
        *,
        by: Person | None = None,
        approver: Person | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Deploy a bundle; gives it as a dossier's leaves tell it. The administrator does, bound if need be."""
        by = by or known("admin")
        if not self.bound:
            self.bind(by, by)
        listed = [{"path": path, "sha256": self.keep(content)} for path, content in sorted(files.items())]
        digest = bundle_hash({item["path"]: item["sha256"] for item in listed})
        signing = {"bundle_hash": digest, **(body or {})}
        told = {**signing, "files": {item["path"]: item["sha256"] for item in listed}, "warnings": []}
        objects, said = self.signed_act("process-deployed", key, signing, by, approver, shown=told)
        details = {"key": key, "version": version, "bundle": digest, **said}
        objects |= {"bundle": listed}
        self.append("process-deployed", f"{key}:{version}", by.name, objects=objects, details=details, dossier=None)
        return {"key": key, "version": version, "bundle_hash": digest}

    def intervene(self, name: str, body: Mapping[str, Any], /, by: Person | None = None, **told: Any) -> None:
        """Change the running dossier by hand, signed. `told`: what else the leaf tells, or otherwise."""
        by = by or known("admin")
        objects, _ = self.signed_act(name, DOSSIER, body, by)
        self.append(name, DOSSIER, by.name, objects=objects, details={"body": dict(body), **told})

    @property
    def bound(self) -> bool:
        return any(b'"act":"certificate-bound"' in leaf for leaf, _, _ in self.entries)

    def start(self, bundle: str = BUNDLE_HASH, **told: object) -> None:
        details = {"process": "van-ban-di", "version": 1, "bundle": bundle, **told}
        self.append("dossier-started", DOSSIER, "mai", details=details)

    def approve(
        self,
        who: Person,
        number: int,
        *,
        subject: str | None = None,
        details: Mapping[str, Any] | None = None,
        objects: Mapping[str, str] | None = None,
        **changes: Any,
    ) -> None:
        for content in DOCUMENTS.values():
            self.keep(content)
        values = {
            "task": f"{DOSSIER}.{number}",
            "officer": who.name,
            "bundle_hash": BUNDLE_HASH,
            "prior": tuple(sorted(self.records)),
            "nonce": self.nonce(),
            "time": time_text(self.now),
        }
        record = approval(**{**values, **changes})
        sent = self.submission(record, who)
        listed = [{"name": item.name, "sha256": item.sha256} for item in record.documents]
        told = {"data": record.data, "element": record.element, **self.holding(who.name), **(details or {})}
        everything = {**sent, "document": listed, **(objects or {})}
        self.append("task-completed", subject or record.task, who.name, objects=everything, details=told)
        self.records.append(sha256_hex(record.encode()))

    def holding(self, who: str) -> dict[str, Any]:
        """What a leaf says of who acts."""
        return {"position": f"Title of {who}", "roles": sorted(self.roles.get(who, CAST.get(who, ())))}

    def stamp(self, number: int = -1, *, at: timedelta = timedelta(0), **changes: Any) -> None:
        """Stamp the signature of an approval (of those so far, the last); `at`: the authority's clock against ours."""
        record = self.records[number]
        entry, *_ = [item for item in self.entries if f'"record":"{record}"'.encode() in item[2]]
        self._stamp(entry, AUTHOR, at, changes)

    def stamp_act(self, index: int, whose: str, *, at: timedelta = timedelta(0), **changes: Any) -> None:
        """Stamp what the author or the approver signed of the act that is that leaf."""
        self._stamp(self.entries[index], whose, at, changes)

    def _stamp(self, entry: tuple[bytes, bytes, bytes], whose: str, at: timedelta, changes: dict[str, Any]) -> None:
        told, leaf = json.loads(entry[2]), json.loads(entry[0])
        record, cms = told["objects"][f"{whose}record"], self.objects[told["objects"][f"{whose}signature"]]
        token = stamp_over(cms, self.now + at)
        proven = max(latest_time(token), parse_time(leaf["time"]))
        details = {"time": time_text(proven), "record": record}
        values = {"subject": sha256_hex(cms), "details": details, **changes}
        objects = {"stamp": self.keep(values.pop("token", token)), **self.beside()}
        self.append("signature-stamped", values.pop("subject"), "system", objects=objects, **values)

    def beside(self) -> dict[str, Any]:
        """The chain and the lists that are kept with every act."""
        crls = authority().crls(NOW - timedelta(hours=1))
        return {"chain": [self.keep(der(authority().issuing))], "crl": sorted(self.keep(crl) for crl in crls)}

    def refuse(self, who: Person, number: int) -> None:
        parts = {"record": b"{broken", "manifest": b"<x/>", "signature": b"\x30\x00"}
        objects = {role: self.keep(content) for role, content in parts.items()}
        details = {"code": "certificate-of-another", "message": "…"}
        self.append("completion-refused", f"{DOSSIER}.{number}", who.name, objects=objects, details=details)

    def nonce(self) -> str:
        return self.dice.randbytes(24).hex()

    def witnessed(self, witness: WitnessKey) -> None:
        """Tell of a witness."""
        self.append("witness-appointed", witness.name, "hoso", details={"vkey": witness.vkey}, dossier=None)

    def succeeded(self, before: LogKey, after: LogKey, lost: int = 0, *, at: int = 0) -> None:
        """Tell that another key follows; `lost`: so many leaves are known to be lost; `at`: where it says it began."""
        kept = LogState(size=at or len(self.entries), root=tree.root(self.frontier))
        known = LogState(size=kept.size + lost, root=bytes(32)) if lost else kept
        follows = Succession(
            before=before.vkey, kept=kept, known=known, after=after.vkey, time=self.now, reason="ổ đĩa hỏng"
        )
        objects = {"succession": self.keep(follows.sign(before, after).encode())}
        self.append("log-succeeded", after.origin, "hoso", objects=objects, dossier=None)

    def contents(
        self,
        *leave_out: int,
        size: int | None = None,
        key: LogKey = LOG_KEY,
        cosigners: Mapping[WitnessKey, datetime] | None = None,
    ) -> PackContents:
        """What a pack holds under the checkpoint of that size (else of all), signed by that key and by witnesses."""
        size = len(self.entries) if size is None else size
        root = tree.root_of(size, self.node)
        note = Checkpoint(origin=key.origin, size=size, root=root).sign(key)
        lines = [each.cosign(split_note(note)[0], at) for each, at in (cosigners or {}).items()]
        entries = tuple(
            PackEntry(leaf=leaf, salt=salt, evidence=evidence, proof=tree.inclusion_proof(index, size, self.node))
            for index, (leaf, salt, evidence) in enumerate(self.entries[:size])
            if index not in leave_out
        )
        checkpoint = with_cosignatures(note, lines)
        return PackContents(dossier=DOSSIER, entries=entries, checkpoint=checkpoint, objects=self.objects)

    def node(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]

    def pack(self, *leave_out: int, **more: Any) -> bytes:
        return build_pack(self.contents(*leave_out, **more))


def appointed(who: str, *roles: str, **changes: Any) -> list[Change]:
    """What makes somebody an officer with a position of their own; `changes`: to the appointment."""
    head = {"unit": "agency", "rank": "head"}
    return [
        {"kind": "officer-added", "id": who, "name": who.title()},
        {"kind": "position-added", "id": who, "title": f"Title of {who}", **head, "roles": sorted(roles)},
        {"kind": "officer-appointed", "officer": who, "position": who, "document": "QĐ 1", "since": SINCE, **changes},
    ]


def told() -> World:
    """A whole story: bindings, deployment, an initial, a refusal, an approval, the organ's signature."""
    world = World()
    admin, lan, otto = known("admin"), known("lan"), known("otto")
    world.bind(admin, admin)
    world.bind(lan, admin)
    world.bind(otto, admin)
    world.deploy()
    world.start()
    world.approve(lan, 1, purpose="initial", decision=None)
    world.refuse(lan, 2)
    world.approve(otto, 2)
    seal = Person("lan", known("seal").key, known("seal").private)
    world.bind(seal, admin, kind="organ")
    world.approve(seal, 3, purpose="organ")
    return world
