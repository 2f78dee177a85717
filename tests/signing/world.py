"""A log and a dossier in memory: what an application would append, with real keys, for tests of evidence."""

import base64
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from signing.bundle import bundle_hash
from signing.canonical import canonical, sha256_hex
from signing.certificates import der, fingerprint
from signing.evidence.pack import PackContents, PackEntry, build_pack
from signing.record import ActRecord, ApprovalRecord, time_text
from signing.trail import tree
from signing.trail.checkpoint import Checkpoint
from signing.trail.leaf import SALT_BYTES, make_leaf
from signing.trail.note import LogKey
from tests.pki import NOW, Person, authority, known
from tests.signing.records import DOCUMENTS, DOSSIER, act, approval, signed

BUNDLE = {"process.bpmn": b"<definitions/>", "forms/draft.form": b"{}"}
BUNDLE_HASH = bundle_hash({path: sha256_hex(content) for path, content in BUNDLE.items()})
LOG_KEY = LogKey.generate("hoso.example/log")


@dataclass
class World:
    """Appends leaves; gives packs. `later` moves the clock by a minute per leaf."""

    entries: list[tuple[bytes, bytes, bytes]] = field(default_factory=list)
    frontier: tuple[bytes, ...] = ()
    nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    dice: random.Random = field(default_factory=lambda: random.Random(7))
    records: list[str] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return NOW + timedelta(seconds=len(self.entries))

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
    ) -> None:
        told = {"act": act_name, "details": dict(details or {}), "objects": dict(objects or {})}
        evidence = canonical(told | ({"dossier": dossier} if dossier else {}))
        salt = self.dice.randbytes(SALT_BYTES)
        leaf = make_leaf(
            index=len(self.entries),
            time=time_text(self.now),
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

    def submission(self, record: ApprovalRecord | ActRecord, who: Person) -> dict[str, Any]:
        names = ("record", "manifest", "signature")
        objects: dict[str, Any] = {name: self.keep(part) for name, part in zip(names, signed(record, who), strict=True)}
        crls = authority().crls(NOW - timedelta(hours=1))
        return {
            **objects,
            "certificate": self.keep(der(who.certificate)),
            "chain": [self.keep(der(authority().issuing))],
            "crl": sorted(self.keep(crl) for crl in crls),
        }

    def bind(self, who: Person, by: Person, *, kind: str = "person", **changes: Any) -> None:
        bound = der(who.certificate)
        encoded = base64.b64encode(bound).decode()
        body = {"certificate": encoded, "fingerprint": fingerprint(who.certificate), "kind": kind}
        record = act(subject=who.name, officer=by.name, body=body, nonce=self.nonce(), time=time_text(self.now))
        objects = {**self.submission(record, by), "bound": self.keep(bound), **changes}
        self.append("certificate-bound", who.name, by.name, objects=objects, dossier=None)

    def revoke(self, who: Person, by: Person) -> None:
        name = fingerprint(who.certificate)
        record = act(
            act="certificate-revoked",
            subject=name,
            officer=by.name,
            body={},
            nonce=self.nonce(),
            time=time_text(self.now),
        )
        self.append("certificate-revoked", name, by.name, objects=self.submission(record, by), dossier=None)

    def deploy(self, files: Mapping[str, bytes] = BUNDLE, key: str = "van-ban-di", version: int = 1) -> dict[str, Any]:
        """Deploy a bundle; gives it as the leaves of a dossier tell it."""
        listed = [{"path": path, "sha256": self.keep(content)} for path, content in sorted(files.items())]
        digest = bundle_hash({item["path"]: item["sha256"] for item in listed})
        details = {"key": key, "version": version, "bundle": digest}
        self.append(
            "process-deployed", f"{key}:{version}", "admin", objects={"bundle": listed}, details=details, dossier=None
        )
        return {"key": key, "version": version, "bundle_hash": digest}

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
        told = {"data": record.data, "element": record.element, **(details or {})}
        everything = {**sent, "document": listed, **(objects or {})}
        self.append("task-completed", subject or record.task, who.name, objects=everything, details=told)
        self.records.append(sha256_hex(record.encode()))

    def refuse(self, who: Person, number: int) -> None:
        parts = {"record": b"{broken", "manifest": b"<x/>", "signature": b"\x30\x00"}
        objects = {role: self.keep(content) for role, content in parts.items()}
        details = {"code": "certificate-of-another", "message": "…"}
        self.append("completion-refused", f"{DOSSIER}.{number}", who.name, objects=objects, details=details)

    def nonce(self) -> str:
        return self.dice.randbytes(24).hex()

    def contents(self, *leave_out: int) -> PackContents:
        size = len(self.entries)
        checkpoint = Checkpoint(origin=LOG_KEY.origin, size=size, root=tree.root(self.frontier)).sign(LOG_KEY)
        entries = tuple(
            PackEntry(
                leaf=leaf,
                salt=salt,
                evidence=evidence,
                proof=tree.inclusion_proof(index, size, lambda level, at: self.nodes[level, at]),
            )
            for index, (leaf, salt, evidence) in enumerate(self.entries)
            if index not in leave_out
        )
        return PackContents(dossier=DOSSIER, entries=entries, checkpoint=checkpoint, objects=self.objects)

    def pack(self, *leave_out: int) -> bytes:
        return build_pack(self.contents(*leave_out))


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
