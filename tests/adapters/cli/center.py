"""A small real HTTP server that keeps Hoso's contract: a log, tasks, statements, verified signatures.

It is as strict as the real one where the client is concerned: it checks records and signatures with `signing`, keeps a
real Merkle log, and answers a repeated Idempotency-Key with its first answer. Its `mischief` makes it lie.
"""

import base64
import hashlib
import json
import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from signing.canonical import canonical
from signing.errors import SigningError
from signing.record import parse_time, time_text
from signing.trail import tree
from signing.trail.checkpoint import Checkpoint
from signing.trail.leaf import make_leaf
from signing.trail.note import LogKey
from signing.trail.succession import LogState, Succession
from signing.verify import Trust, verify_submission

TOKEN = "hs_test-token"
LETTER = "Kính gửi: Sở Nội vụ".encode()
DIGEST = hashlib.sha256(LETTER).hexdigest()
TASK = "H29.5-261121-0001.3"
FORM = {
    "schemaVersion": 18,
    "id": "approve",
    "components": [
        {"type": "text", "text": "Duyệt"},
        {
            "type": "radio",
            "key": "decision",
            "label": "Kết luận",
            "validate": {"required": True},
            "values": [{"label": "Duyệt", "value": "approve"}, {"label": "Trả lại", "value": "return"}],
        },
        {"type": "textarea", "key": "comment", "label": "Ý kiến", "validate": {"maxLength": 300}},
    ],
}


class Answer(Exception):
    """Stops a handler with a problem."""

    def __init__(self, status: int, code: str, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.body = status, {"title": code, "status": status, "code": code, "detail": detail, **more}


@dataclass
class Center:
    """The server's state. `mischief`: names of the lies to tell."""

    trust: Trust | None = None
    officer: str = "lan"
    signature: str = "approval"
    title: str = "Về việc nghỉ Tết"
    due: str | None = None
    overdue: bool = False
    note: str | None = None
    capacity: dict[str, Any] | None = None  # in which the officer signs
    pdf: bytes | None = None  # the document, in place of the letter
    prepared: Callable[["Center", datetime], dict[str, Any]] | None = None  # what is offered to be signed in it
    contents: dict[str, bytes] = field(default_factory=dict)
    mischief: set[str] = field(default_factory=set)
    key: LogKey = field(default_factory=lambda: LogKey.generate("hoso.test/log"))
    leaves: list[bytes] = field(default_factory=list)
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    statements: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    sent: list[Any] = field(default_factory=list)  # the bodies of acts that nobody signs
    done: set[str] = field(default_factory=set)
    matched: dict[str, str | None] = field(default_factory=dict)  # path → its last If-Match
    others: list[str] = field(default_factory=list)  # tasks beside the first
    form: dict[str, Any] = field(default_factory=lambda: FORM)
    bindings: list[dict[str, Any]] = field(default_factory=list)  # certificates, by fingerprint
    successions: list[str] = field(default_factory=list)
    witnessed: int | None = None  # what the last act's client said of its last checkpoint
    drop_after: int = 0  # answers of that many completions are computed and then lost
    url: str = ""

    def __post_init__(self) -> None:
        for number in range(3):
            self.append("hoso", "unit-added", f"unit-{number}", {})

    # -- the log

    def append(self, actor: str, act: str, subject: str, details: dict[str, Any]) -> dict[str, Any]:
        index, salt = len(self.leaves), hashlib.sha256(str(len(self.leaves)).encode()).digest()
        evidence = canonical({"act": act, "details": details, "objects": {}})
        now = time_text(datetime.now(UTC))
        leaf = make_leaf(index=index, time=now, actor=actor, act=act, subject=subject, evidence=evidence, salt=salt)
        self.leaves.append(leaf.encode())
        return {
            "index": index,
            "leaf": base64.b64encode(leaf.encode()).decode(),
            "salt": salt.hex(),
            "evidence": base64.b64encode(evidence).decode(),
            "checkpoint": self.checkpoint(),
            "inclusion": [item.hex() for item in tree.inclusion_proof(index, len(self.leaves), self.node)],
            **self.continued(),
        }

    def continued(self) -> dict[str, Any]:
        """The proof that the log continues what the client saw."""
        old, new = self.witnessed, len(self.leaves)
        if old is None or not 0 < old <= new:
            return {}
        proof = tree.consistency_proof(old, new, self.node)
        return {"consistency": {"old": old, "proof": [item.hex() for item in proof]}}

    def node(self, level: int, index: int) -> bytes:
        below = [tree.leaf_hash(leaf) for leaf in self.leaves[index << level : (index + 1) << level]]
        while len(below) > 1:
            below = [tree.node_hash(below[i], below[i + 1]) for i in range(0, len(below), 2)]
        return below[0]

    def checkpoint(self) -> str:
        state = self.state()
        return Checkpoint(origin=self.key.origin, size=state.size, root=state.root).sign(self.key)

    def state(self) -> LogState:
        """How far the log has gone."""
        frontier: tuple[bytes, ...] = ()
        for index, leaf in enumerate(self.leaves):
            frontier = tree.append(frontier, index, tree.leaf_hash(leaf)).frontier
        return LogState(size=len(self.leaves), root=tree.root(frontier))

    def rotate(self) -> LogKey:
        """Go on under a new key, and say so; gives the old one."""
        return self._succeed(self.state(), LogKey.generate(self.key.origin), "yearly")

    def restore(self, size: int, known: LogState | None = None) -> LogKey:
        """Go on from a backup of so many leaves; `known`: how far the statement says that the lost log had gone."""
        known = known or self.state()
        del self.leaves[size:]
        return self._succeed(known, LogKey.generate(f"{self.key.origin}/2"), "disk failed")

    def _succeed(self, known: LogState, new: LogKey, reason: str) -> LogKey:
        old, kept = self.key, self.state()
        now = datetime.now(UTC).replace(microsecond=0)
        said = Succession(before=old.vkey, kept=kept, known=known, after=new.vkey, time=now, reason=reason)
        self.successions.append(said.sign(old, new))
        self.key = new
        self.append("hoso", "log-succeeded", new.origin, {})
        return old

    def rewrite(self, index: int) -> None:
        """Edit the past, quietly."""
        leaf = json.loads(self.leaves[index])
        self.leaves[index] = canonical({**leaf, "subject": "somebody-else"})

    # -- what is asked

    def handle(self, method: str, path: str, query: dict[str, str], body: Any, key: str | None) -> tuple[int, Any]:
        if key and key in self.answers:
            return self.answers[key]
        try:
            answer = self.route(method, [unquote(part) for part in path.split("/")[2:]], query, body)
        except Answer as problem:
            answer = (problem.status, problem.body)
        if key:
            self.answers[key] = answer
        return answer

    def route(self, method: str, parts: list[str], query: dict[str, str], body: Any) -> tuple[int, Any]:
        match method, parts:
            case "GET", ["me"]:
                log = {"origin": self.key.origin, "vkey": self.key.vkey}
                return 200, {"officer": self.officer, "name": "Nguyễn Thị Lan", "log": log}
            case "POST", ["devices", "bind"]:
                times = {"since": "2026-11-21T08:30:00Z", "expires": "2126-11-21T08:30:00Z"}
                return 201, {"device": "d-1", "name": body["name"], "token": TOKEN, **times}
            case "GET", ["tasks"]:
                later = {**self.task(), "id": f"{TASK}9", "follow_up": "2026-12-01T01:00:00Z", "priority": 90}
                others = [{**self.task(), "id": other} for other in self.others]
                held = [item for item in (self.task(), *others) if item["id"] not in self.done]
                return 200, {"items": [*held, *([later] if query.get("deferred") == "true" else [])], "next": None}
            case "GET", ["certificates"]:
                return 200, {
                    "items": [i for i in self.bindings if i["fingerprint"] > query["cursor"]][:1],
                    "next": None,
                }
            case "GET", ["inbox"]:
                return 200, self.inbox(query)
            case "GET", ["dossiers"]:
                return 200, self.dossiers(query)
            case "GET", ["tasks", task]:
                self._known(task)
                return 200, {
                    **self.task(),
                    "id": task,
                    "dossier": task.rpartition(".")[0],
                    "form": self.form,
                    "documents": self.documents(),
                    "data": {},
                    "process": PROCESS,
                    "comments": [NOTE],
                    "attachments": [NOTE],
                }
            case "POST", ["tasks", task, "claim" | "release" | "take-back"]:
                self._known(task)
                return 200, self.task()
            case "POST", ["tasks", task, "delegate" | "reassign" | "return" | "follow-up" | "priority"]:
                self._known(task)
                if body.get("to") == "hoa":
                    raise Answer(403, "not-able", f"task {task} cannot be given to hoa: hoa is away", remedy="…")
                self.sent.append(body)
                handed = {"holder": body.get("to")} if "reason" in body else {}
                return 200, {**self.task(), **handed, "follow_up": body.get("at"), "priority": body.get("priority", 50)}
            case "POST", ["dossiers", _, "comments" | "attachments"]:
                self.sent.append(body)
                return 201, {**NOTE, **body}
            case "GET", ["dossiers", _, "comments" | "attachments"]:
                return 200, {"items": [NOTE, {**NOTE, "id": 4, "removed": NOTE["time"]}], "next": None}
            case "GET", ["dossiers", _, "attachments", _]:
                return 200, LETTER + (b"!" if "document" in self.mischief else b"")
            case "DELETE", ["dossiers", _, "attachments", "3"]:
                return 200, {**NOTE, "removed": NOTE["time"]}
            case "PUT", ["documents", digest]:
                return 201, {"sha256": digest}
            case "POST", ["tasks", task, "statement"]:
                self._known(task)
                return 201, self.statement(self.facts(task, body["data"]))
            case "POST", ["tasks", task, "complete"]:
                return self.complete(task, body)
            case "POST", ["statements"]:
                return 201, self.statement({**body, "officer": self.officer, "time": time_text(datetime.now(UTC))})
            case "POST", ["acts"]:
                facts = self.verify(body)
                return 200, {"receipt": self.append(self.officer, facts["act"], facts["subject"], {})}
            case "GET", ["documents", digest]:
                if digest in self.contents:
                    return 200, self.contents[digest]
                if digest != DIGEST:
                    raise Answer(404, "document-unknown", f"no document {digest}")
                return 200, LETTER + (b"!" if "document" in self.mischief else b"")
            case "GET", ["log", "checkpoint"]:
                return 200, {"checkpoint": self.checkpoint()}
            case "GET", ["log", "leaves"]:
                first, last = int(query["from"]), int(query["from"]) + int(query["limit"])
                items = [{"leaf": base64.b64encode(leaf).decode()} for leaf in self.leaves[first:last]]
                return 200, {"items": items[:2], "next": None}
            case "GET", ["log", "successions"]:
                return 200, {"items": [{"note": note, "leaf": 0} for note in self.successions]}
            case "GET", ["log", "consistency"]:
                if int(query["new"]) > len(self.leaves):
                    raise Answer(422, "log-size", f"the log has {len(self.leaves)} leaves")
                proof = tree.consistency_proof(int(query["old"]), int(query["new"]), self.node)
                return 200, {"proof": [item.hex() for item in proof]}
            case "GET", ["dossiers", _, "history"]:
                return 200, {"items": HISTORY, "next": None}
        raise Answer(404, "not-found", f"no {'/'.join(parts)}")

    def _known(self, task: str) -> None:
        if task not in (TASK, *self.others) or task in self.done:
            raise Answer(404, "task-unknown", f"no task {task}", remedy="list the tasks open to you: hoso task list")

    def task(self) -> dict[str, Any]:
        return {
            "id": TASK,
            "dossier": TASK.rpartition(".")[0],
            "dossier_title": self.title,
            "element": "approve",
            "name": "Duyệt",
            "holder": self.officer,
            "owner": None,
            "returned": None,
            "role": "lanh-dao",
            "opened": "2026-11-21T08:30:00Z",
            "due": self.due,
            "overdue": self.overdue,
            "follow_up": None,
            "priority": 50,
            "note": self.note,
            "place": "anywhere",
            "signature": self.signature,
            "revision": 4,
            **({"capacity": self.capacity} if self.capacity else {}),
        }

    def inbox(self, query: dict[str, str]) -> dict[str, Any]:
        """The one task, as it stands in the view that is asked for."""
        stands = {"queue": "mine", "instead_of": None, "returned": None, "unit": "van-phong"}
        free = {"queue": "unit", "holder": None}
        view = {"unit": free, "returned": {"returned": "2026-11-21T08:30:00Z"}, "all": {"instead_of": "mai"}}
        item = {**self.task(), **stands, **view.get(query.get("view", "mine"), {})}
        counts = {name: {"count": 1, "more": False} for name in ("mine", "soon", "overdue", "returned")}
        found = [] if query.get("search") in ("nobody", "common") else [item]
        following = "behind" if query.get("search") == "common" else None
        return {"items": found, "counts": {**counts, "unit": {"count": 50, "more": True}}, "next": following}

    def dossiers(self, query: dict[str, str]) -> dict[str, Any]:
        """Of many, a page of a search has one or none."""
        page, one = int(query.get("cursor", "0")), {"code": "H29.5-261121-0001", "title": "Hồ sơ", "status": 2}
        items = [one] if page == 1 else []
        return {"items": items, "next": str(page + 1) if page < 2 or query.get("search") == "common" else None}

    def keep(self, content: bytes) -> dict[str, Any]:
        """Keep bytes to be fetched; gives digest and size."""
        digest = hashlib.sha256(content).hexdigest()
        self.contents[digest] = content
        return {"sha256": digest, "size": len(content)}

    def documents(self) -> list[dict[str, Any]]:
        if self.pdf is not None:
            return [{"name": "cong-van.pdf", "media_type": "application/pdf", **self.keep(self.pdf)}]
        return [{"name": "cong-van.txt", "media_type": "text/plain", "sha256": DIGEST, "size": len(LETTER)}]

    def facts(self, task: str, data: dict[str, Any]) -> dict[str, Any]:
        facts = {
            "dossier": task.rpartition(".")[0],
            "task": task,
            "element": "approve",
            "process_key": PROCESS["key"],
            "process_version": PROCESS["version"],
            "bundle_hash": PROCESS["bundle_hash"],
            "officer": self.officer,
            "capacity": self.capacity["kind"] if self.capacity else "",
            "delegation": "d" * 64 if self.capacity else None,
            "block": self.capacity["block"] if self.capacity else [],
            "purpose": self.signature,
            "data": data,
            "documents": self.documents(),
            "prior": [],
            "time": time_text(datetime.now(UTC)),
        }
        if self.prepared is not None:
            facts["pdf"] = [self.prepared(self, parse_time(facts["time"]))]
        if "decision" in self.mischief:
            facts["data"] = {**data, "decision": "return"}
        if "task" in self.mischief:
            facts["task"] = facts["dossier"] + ".99"
        return facts

    def statement(self, facts: dict[str, Any]) -> dict[str, Any]:
        number = f"statement{len(self.statements)}"
        nonce = base64.urlsafe_b64encode(hashlib.sha256(number.encode()).digest()[:24]).decode()
        self.statements[number] = {"facts": facts, "nonce": nonce}
        return {
            "id": number,
            "nonce": nonce,
            "expires": "2099-01-01T00:00:00Z",
            "facts": facts,
            "checkpoint": self.checkpoint(),
            **self.continued(),
        }

    def verify(self, body: dict[str, Any]) -> dict[str, Any]:
        statement = self.statements.get(body["statement"])
        if statement is None:
            raise Answer(409, "statement-expired", "the statement expired", remedy="look at it again")
        parts = [base64.b64decode(body[name]) for name in ("record", "manifest", "signature")]
        assert self.trust is not None
        try:
            found = verify_submission(*parts, trust=self.trust, at=datetime.now(UTC))
        except SigningError as error:
            raise Answer(422, f"signature-{error.code}", error.message) from None
        if found.record.nonce != statement["nonce"]:
            raise Answer(422, "signature-nonce", "the record answers another statement")
        return dict(statement["facts"])

    def complete(self, task: str, body: dict[str, Any]) -> tuple[int, Any]:
        self._known(task)
        if "refuse" in self.mischief:
            raise Answer(422, "certificate-of-another", "certificate 1234 is bound to an, not to lan")
        data = self.verify(body)["data"] if body["signature"] else body["data"]
        self.sent.append(body)
        self.done.add(task)
        receipt = self.append(self.officer, "task-completed", task, {"data": data})
        if "receipt" in self.mischief:
            receipt["salt"] = "00" * 32
        if "no-receipt" in self.mischief:
            receipt = None
        return 200, {"dossier": task.rpartition(".")[0], "status": 4, "opened": [], "receipt": receipt}


PROCESS = {"key": "van-ban-di", "version": 1, "bundle_hash": "ab" * 32}
NOTE = {
    "id": 3,
    "task": TASK,
    "officer": "mai",
    "officer_name": "Trần Thị Mai",
    "time": "2026-11-21T08:30:00Z",
    "text": "Gọi lại bà Tuyết",
    "name": "nháp.txt",
    "media_type": "text/plain",
    "sha256": DIGEST,
    "size": len(LETTER),
    "removed": None,
}
HISTORY = [
    {
        "index": 7,
        "time": "2026-11-21T08:30:00Z",
        "actor": "lan",
        "actor_name": "Nguyễn Thị Lan",
        "actor_position": "Chuyên viên",
        "act": "task-claimed",
        "element_name": "Dự thảo",
        "details": {"task": TASK},
    }
]


@contextmanager
def running(center: Center):
    """Serve on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            self.answer("GET")

        def do_POST(self) -> None:
            self.answer("POST")

        def do_PUT(self) -> None:
            self.answer("PUT")

        def do_DELETE(self) -> None:
            self.answer("DELETE")

        def answer(self, method: str) -> None:
            split = urlsplit(self.path)
            center.requests.append((method, split.path))
            center.matched[split.path] = self.headers.get("If-Match")
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                self.send(401, {"code": "token-invalid", "title": "Unauthorized", "detail": "the token is not valid"})
                return
            if "html" in center.mischief:
                self.send(200, b"<html>hello</html>")
                return
            query = {name: values[0] for name, values in parse_qs(split.query).items()}
            told = self.headers.get("Hoso-Checkpoint")
            center.witnessed = int(told) if told else None
            body = json.loads(content) if content and method != "PUT" else None
            status, value = center.handle(method, split.path, query, body, self.headers.get("Idempotency-Key"))
            if split.path.endswith("/complete") and center.drop_after > 0:
                center.drop_after -= 1
                self.connection.close()
                return
            self.send(status, value)

        def send(self, status: int, value: Any) -> None:
            raw = isinstance(value, bytes)
            content = value if raw else json.dumps(value).encode()
            kind = "application/problem+json" if status >= 400 else "application/json"
            self.send_response(status)
            self.send_header("Content-Type", "text/html" if raw else kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    center.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield center
    finally:
        server.shutdown()
        server.server_close()
