"""Who may do what, as a page: `python -m tests.rights --write` writes it from the routes and `engine.policy`.

A route has one row here; `tests/adapters/http/test_rights.py` calls it as each role alone, and holds the answers
against the policy. Without `--write` the page is checked.
"""

import base64
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from adapters.http.caller import May
from adapters.http.server import ROOMS
from engine.errors import Refusal
from engine.officer import Officer
from engine.policy import RIGHTS, ROLES, Where, refuses
from tests.adapters.letters.png import drawn

ROOT = Path(__file__).resolve().parents[1]
PAGE = Path("docs/reference/rights.md")
OFFICER = "chuyen-vien"
"""A role that means something to a process alone: whoever is in office."""
COLUMNS = (OFFICER, *ROLES)
MARKS = {None: "✓", "right-missing": "–", "auditor-changes-nothing": "✗"}
WHY = {"revision": 1, "reason": "Chờ"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A route, its command (`…` ends what the page shows), what a test sends, and how it may end where allowed.

    In the path, the command and the body, `{code}`, `{task}` and the like are what the test has at hand. Where the
    policy lets everybody through and the thing itself decides, `by` are the roles that it is for in the top unit;
    `otherwise` is how it ends for the others, and `elsewhere` for an administrator of another unit.
    """

    route: str
    command: str = ""
    body: Any = field(default_factory=dict)
    ends: str = "200"  # statuses, with the code of those that are problems
    by: tuple[str, ...] = ()
    otherwise: str = ""
    elsewhere: str = ""

    @property
    def shown(self) -> str:
        """The command without what is said to it."""
        return self.command.partition(" … ")[0]

    @property
    def words(self) -> str:
        """The whole command, where a test can run it."""
        said = self.command.replace(" … ", " ").replace("{why}", "--reason Chờ --yes")
        return said.replace("{signed}", "--key {keyfile} --yes") if " … " in self.command else ""

    def ends_for(self, *roles: str) -> list[str]:
        """How it may end for who has these roles in the top unit, and is let through by the policy."""
        return (self.ends if not self.by or set(roles) & set(self.by) else self.otherwise).split(", ")


def row(route: str, command: str = "", body: Any = None, ends: str = "200") -> Row:
    """A row in one line."""
    return Row(route=route, command=command, body={} if body is None else body, ends=ends)


def decided(by: tuple[str, ...], otherwise: str, *given: Any, elsewhere: str = "") -> Row:
    """A row whose right is decided by what is acted on."""
    return replace(row(*given), by=by, otherwise=otherwise, elsewhere=elsewhere or otherwise)


UNIT = {"id": "to-{n}", "name": "Tổ {n}", "parent": "agency", "sign": True}
NEW = {"id": "moi-{n}", "name": "Mới", "position": "CV", "unit": "agency", "roles": []}
ACT = {"act": "certificate-revoked", "subject": "0" * 64, "body": {}}
SIGNED = {"statement": "x", "record": "e30=", "manifest": "e30=", "signature": "e30="}
START = {"process": "cho", "title": "Đơn", "channel": "direct", "applicant": {"name": "Bà Ánh"}, "data": {}}
MODIFY = {**WHY, "data": {"a": 1}}
MIGRATE = {**WHY, "version": 1}
LEASE = {"lease_epoch": 1}
NO_INCIDENT = "404 incident-unknown"

NO_JOB = "404 job-unknown"
NO_PARCEL = "404 parcel-unknown"
NO_PROPOSAL = "404 proposal-unknown"
NO_DISPATCH, NO_HANDOVER, NO_PARCELS = "404 dispatch-unknown", "404 handover-unknown", "409 handover-empty"
NO_RIGHT = "403 right-missing"
NO_TASK = "404 task-unknown"
NO_DEVICE = "404 device-unknown"
ADMINISTRATORS = ("administrator",)
HEADS = ("head", "administrator")
READERS = ("administrator", "auditor")
REACHED = {"kind": "unit-changed", "id": "van-phong", "contact": {"phone": "1900-{n}"}}
CHANGES = {"changes": [REACHED]}
LISTS = {"files": {"units.csv": "id,name,parent\nto-{n},Tổ,agency\n"}, "sign": True}
PIXEL = base64.b64encode(drawn(1, 1)).decode()
IMAGE = {"image": PIXEL}
SEAL = {**IMAGE, "width_mm": 36}
WORDS = {"carrier": "vnpost", "lines": [
    {"line": 2, "parcel": "x", "status": "đã phát", "at": "2026-11-21T08:30:00Z", "raw": "x,đã phát"},
]}  # fmt: skip
CONSENT = {"who": "Ánh", "means": "telephone", "address": "12/5"}
PAPER = {"name": "a.pdf", "media_type": "application/pdf", "sha256": "0" * 64}

GIVEN = {"to": "applicant", "name": "Bà Ánh", "known": "quen"}
LISTED = {"name": "a", "title": "A"}
SIGNED_AT = "2026-11-20T09:00:00+07:00"
INBOUND = {"carrier": "vnpost", "item": "RR123456785VN", "sender": "Bà Ánh", "signed": SIGNED_AT, "paper": "0" * 64,
           "documents": [LISTED]}  # fmt: skip
NO_DISPATCH = "404 dispatch-unknown"
NO_INBOUND = "404 inbound-parcel-unknown"

ROWS = (
    row("GET /v1/me", "login"),
    row("GET /v1/sign-in", "login"),
    row("POST /v1/sign-in", "login", {"device": "máy"}, "409 sign-in-not-offered"),
    row("POST /v1/sign-in/token", "login", {"secret": "hp_{secret}"}, "409 sign-in-not-offered"),
    row("POST /v1/devices/bind", "login", {"name": "máy"}, "201"),
    row("POST /v1/devices/renew", "", None, "201"),
    row("GET /v1/devices", "device list … "),
    decided(READERS, NO_RIGHT, "GET /v1/devices?officer=lan", "device list … --officer lan"),
    decided(ADMINISTRATORS, NO_DEVICE, "POST /v1/devices/{device}/revoke", "device revoke … {device} --reason Mất",
            {"reason": "Mất"}),
    decided(READERS, NO_DEVICE, "GET /v1/devices/{device}/acts", "device acts … {device}"),
    row("GET /v1/units", "unit list … "),
    row("GET /v1/units/{unit}", "unit show … van-phong"),
    row("POST /v1/units", "unit add … to-{n} --name Tổ --parent agency {signed}", UNIT, "201"),
    row("GET /v1/officers", "officer list … "),
    row("GET /v1/officers/{id}", "officer show … lan"),
    row("POST /v1/officers", "officer add … moi-{n} --name Mới --position CV --unit agency {signed}", NEW,
         "422 signature-missing"),
    decided(ADMINISTRATORS, NO_RIGHT, "POST /v1/officers/{id}/signature-image",
            "officer signature-image … lan {image}", IMAGE),
    row("POST /v1/seal", "unit seal … {image} --diameter 36", SEAL),
    decided(ADMINISTRATORS, NO_RIGHT, "POST /v1/organisation/changes", "unit change … van-phong --phone 1900-{n}",
            CHANGES),
    row("POST /v1/organisation/import", "officer import … {lists} {signed}", LISTS, "201"),
    row("GET /v1/organisation/export", "officer export … {folder}"),
    row("GET /v1/positions", "position list … "),
    row("GET /v1/appointments"),
    row("GET /v1/roles", "role list … "),
    row("GET /v1/mandates", "mandate list … "),
    row("GET /v1/mandates/{mandate}", "mandate show … khong", None, "404 mandate-unknown"),
    row("GET /v1/absences", "absence list … "),
    row("GET /v1/proposals", "proposal list … "),
    decided(READERS, NO_PROPOSAL, "GET /v1/proposals/{proposal}", "proposal show … {proposal}", None, "200",
            elsewhere="200"),
    decided(READERS, NO_PROPOSAL, "GET /v1/proposals/{proposal}/files/{file}", "proposal show --save", None,
            "404 file-unknown", elsewhere="404 file-unknown"),
    row("POST /v1/proposals/{proposal}/approve", "", None, "422 signature-missing"),
    decided(ADMINISTRATORS, NO_PROPOSAL, "POST /v1/proposals/{proposal}/reject",
            "proposal reject … {proposal} --reason Thiếu", {"reason": "Thiếu"}, elsewhere=NO_RIGHT),
    decided(ADMINISTRATORS, NO_PROPOSAL, "POST /v1/proposals/{proposal}/withdraw", "proposal withdraw … {proposal}",
            None, "403 proposal-of-another", elsewhere="403 proposal-of-another"),
    row("GET /v1/certificates", "certificate list … "),
    row("POST /v1/certificates/{fingerprint}/reinstate", "certificate reinstate … {fingerprint} --reason Còn {signed}",
        {"reason": "Còn"}, "409 certificate-not-suspended"),
    decided(ADMINISTRATORS, NO_RIGHT, "POST /v1/statements",
            "proposal approve; certificate bind; procedure adopt; dossier erase", ACT, "404 certificate-unknown"),
    row("POST /v1/acts", "whatever is signed outside a task", SIGNED, "404 statement-unknown"),
    row("POST /v1/processes", "process deploy … {bundle} {signed}", {"files": {"process.bpmn": ""}},
        "422 bundle-refused"),
    row("GET /v1/processes", "process list … "),
    row("GET /v1/processes/{key}", "process show … cho"),
    row("GET /v1/retention", "retention list … "),
    row("GET /v1/retention/erased", "retention erased … "),
    row("GET /v1/procedures", "procedure list … "),
    row("GET /v1/procedures/{procedure}", "procedure show … khong-ky"),
    row("POST /v1/dossiers", "dossier start … cho --title Đơn --applicant name=Ánh --channel direct", START, "201"),
    row("GET /v1/dossiers", "dossier list … "),
    row("GET /v1/dossiers/{code}", "dossier show … {code}"),
    row("GET /v1/dossiers/{code}/tasks", "dossier tasks … {code}"),
    row("GET /v1/dossiers/{code}/jobs"),
    row("GET /v1/dossiers/{code}/history", "dossier history … {code}"),
    row("GET /v1/dossiers/{code}/evidence", "audit export"),
    row("GET /v1/dossiers/{code}/tokens", "dossier show --tokens … {code}"),
    row("POST /v1/dossiers/{code}/messages", "dossier message … {code} rut", {"name": "rut"}),
    row("GET /v1/dossiers/{code}/comments", "comment list … {code}"),
    row("POST /v1/dossiers/{code}/comments", "comment add … {code} Xem", {"text": "Xem"}, "201"),
    row("GET /v1/dossiers/{code}/attachments", "attachment list … {code}"),
    row("POST /v1/dossiers/{code}/attachments", "attachment add … {code} {file}", PAPER, "404 document-unknown"),
    row("GET /v1/dossiers/{code}/attachments/{attachment}", "attachment get"),
    decided(HEADS, "403 not-head", "DELETE /v1/dossiers/{code}/attachments/{attachment}",
            "attachment remove … {code} {attachment}", elsewhere="404 dossier-unknown"),
    row("GET /v1/dossiers/{code}/consents", "consent list … {code}"),
    row("POST /v1/dossiers/{code}/consents",
        "consent give … {code} --who Ánh --by telephone --address 12/5", CONSENT, "403 procedure-missing"),
    row("POST /v1/dossiers/{code}/consents/{consent}/address", "consent address … {code} --consent 1 --code 26743",
        {"commune": "26743"}, "404 consent-unknown"),
    row("POST /v1/dossiers/{code}/consents/revoke", "consent revoke … {code} --reason Chờ", {"reason": "Chờ"}),
    row("POST /v1/addresses", "address propose … 12/5", {"text": "12/5"}),
    row("POST /v1/dossiers/{code}/suspend", "dossier suspend … {code} {why}", WHY),
    row("POST /v1/dossiers/{code}/resume", "dossier resume … {code} {why}", WHY, "409 not-suspended"),
    row("POST /v1/dossiers/{code}/cancel", "dossier cancel … {code} {why}", WHY),
    row("POST /v1/dossiers/{code}/modify", "dossier modify … {code} --set a=1 {why} {signed}", MODIFY,
        "422 signature-missing"),
    row("POST /v1/dossiers/{code}/migrate", "dossier migrate … {code} --to 1 {why} {signed}", MIGRATE,
        "409 migration-same"),
    row("GET /v1/incidents", "incident list … "),
    row("POST /v1/dossiers/{code}/incidents/{incident}/retry", "incident retry … {code} 1", None, NO_INCIDENT),
    row("POST /v1/dossiers/{code}/incidents/{incident}/resolve", "incident resolve", WHY, NO_INCIDENT),
    row("POST /v1/messages", "message send … tin", {"name": "tin"}, "202"),
    row("GET /v1/messages", "message list … "),
    row("POST /v1/signals", "signal send … tin", {"name": "tin"}),
    row("GET /v1/mails", "mailbox list … "),
    row("GET /v1/mails/{mail}", "mailbox show … 1", None, "404 mail-unknown"),
    row("POST /v1/mails/{mail}/release", "mailbox release … 1 --rule khai-tu", {"rule": "khai-tu"},
        "404 mail-unknown"),
    row("POST /v1/mails/{mail}/discard", "mailbox discard … 1 --yes", None, "404 mail-unknown"),
    row("POST /v1/mail-reports", "", {}, "422 mail-no-report"),
    row("GET /v1/inbox", "inbox … "),
    row("GET /v1/tasks", "task list … "),
    row("GET /v1/tasks/{task}", "task show … {task}"),
    row("POST /v1/tasks/{task}/claim", "task claim … {task}", None, "200, 403 not-candidate"),
    row("POST /v1/tasks/{task}/release", "task release … {task}", None, "403 not-holder"),
    row("POST /v1/tasks/{task}/delegate", "task delegate … {task} --to mai --reason Họp",
        {"to": "mai", "reason": "Họp"}, "403 not-holder"),
    row("POST /v1/tasks/{task}/take-back", "task take-back … {task}", None, "403 not-owner"),
    row("POST /v1/tasks/{task}/return", "task return … {task} --reason Thiếu", {"reason": "Thiếu"}, "403 not-holder"),
    decided(HEADS, "403 not-head", "POST /v1/tasks/{task}/reassign", "task reassign … {task} --queue --reason Ốm",
            {"to": None, "reason": "Ốm"}, elsewhere=NO_TASK),
    decided(HEADS, "403 not-holder", "POST /v1/tasks/{task}/follow-up", "task follow-up … {task} none", {"at": None},
            elsewhere=NO_TASK),
    decided(HEADS, "403 not-holder", "POST /v1/tasks/{task}/priority", "task priority … {task} 80", {"priority": 80},
            elsewhere=NO_TASK),
    row("POST /v1/tasks/{task}/statement", "task complete", {"data": {}}, "403 not-holder"),
    row("POST /v1/tasks/{task}/complete", "task complete", {"data": {}}, "403 not-holder"),
    row("PUT /v1/documents/{sha256}", "dossier start --document", None, "422 document-digest"),
    row("GET /v1/documents/{sha256}", "document get"),
    row("GET /v1/dispatches", "dispatch list … "),
    row("GET /v1/dispatches/{id}", "dispatch show … x", None, "404 dispatch-unknown"),
    row("GET /v1/dispatches/{id}/label", "dispatch label", None, NO_DISPATCH),
    row("GET /v1/dispatches/{id}/proof", "dispatch proof", None, "404 dispatch-unknown"),
    row("GET /v1/dispatches/{id}/slip", "dispatch slip", None, NO_DISPATCH),
    *(
        replace(row(f"POST /v1/dispatches/{{id}}/{part}", f"dispatch {verb} â¦ x --reason Chá»", {"reason": "Chá»"},
                    NO_PARCEL), elsewhere=NO_PARCEL)
        for part, verb in (("cancel", "cancel"), ("receive", "receive"), ("settle", "settle"),
                           ("complaints", "complain"), ("retry", "retry"))
    ),
    replace(row("POST /v1/parcel-words", "dispatch import-status â¦ {words} --carrier vnpost", WORDS),
            elsewhere="200"),
    row("GET /v1/dispatch-manifest", "dispatch manifest"),
    row("GET /v1/originals", "dispatch originals … "),
    replace(row("POST /v1/dispatches/{id}/item", "dispatch item … x RR123456785VN --carrier vnpost",
        {"carrier": "vnpost", "item": "RR123456785VN"}, NO_DISPATCH), elsewhere=NO_DISPATCH),
    replace(row("POST /v1/dispatches/{id}/originals", "dispatch originals … x Giấy", {"originals": ["Giấy"]},
        NO_DISPATCH), elsewhere=NO_DISPATCH),
    row("GET /v1/handovers", "dispatch handover list … "),
    row("GET /v1/handovers/{handover}", "dispatch handover show … {handover}", None, NO_HANDOVER),
    row("GET /v1/handovers/{handover}/parcels", "dispatch handover show", None, NO_HANDOVER),
    row("GET /v1/handovers/{handover}/paper", "dispatch handover paper", None, NO_HANDOVER),
    replace(row("POST /v1/handovers", "dispatch handover create … --carrier vnpost --all",
        {"carrier": "vnpost", "all": True}, NO_PARCELS), elsewhere=NO_PARCELS),
    replace(row("POST /v1/handovers/{handover}/sign", "dispatch handover sign", {"sign": True}, NO_HANDOVER),
            elsewhere=NO_HANDOVER),
    replace(row("POST /v1/handovers/{handover}/countersign", "dispatch handover countersign",
        {"sha256": "0" * 64, "means": "scan", "by": "Bưu"}, NO_HANDOVER), elsewhere=NO_HANDOVER),
    replace(row("POST /v1/handovers/{handover}/tell", "dispatch handover resume … {handover}", None, NO_HANDOVER),
            elsewhere=NO_HANDOVER),
    replace(row("POST /v1/handovers/{handover}/withdraw", "dispatch handover withdraw … {handover} --reason Chờ",
        {"reason": "Chờ"}, NO_HANDOVER), elsewhere=NO_HANDOVER),
    row("POST /v1/dispatches/{id}/give", "dispatch give … x --to applicant --name Ánh --known quen", GIVEN,
        NO_DISPATCH),
    row("GET /v1/dispatches/{id}/receipt", "dispatch receipt", None, NO_DISPATCH),
    row("GET /v1/visits?day=2026-11-25", "visit list … --day 2026-11-25"),
    row("GET /v1/visits/plan?day=2026-11-25&to=2026-11-27", "visit move --day … 2026-11-25 --to 2026-11-27 "
        "--reason Mưa --dry-run"),
    row("POST /v1/dispatches/{id}/visit", "visit move … x --to 2026-11-27T09:00:00+07:00 --reason Mưa",
        {"to": "2026-11-27T09:00:00+07:00", "reason": "Mưa"}, NO_DISPATCH),
    row("POST /v1/dispatches/{id}/visit/miss", "visit miss … x", None, NO_DISPATCH),
    row("GET /v1/inbound-parcels", "parcel list … "),
    row("POST /v1/inbound-parcels", "parcel receive", INBOUND, "404 document-unknown"),
    row("GET /v1/inbound-parcels/{parcel}", "parcel show … 999999", None, NO_INBOUND),
    row("GET /v1/inbound-parcels/{parcel}/paper", "parcel paper", None, NO_INBOUND),
    row("POST /v1/inbound-parcels/{parcel}/file", "parcel file … 999999 --process cho", {"process": "cho"}, NO_INBOUND),
    row("POST /v1/inbound-parcels/{parcel}/refuse", "parcel refuse … 999999 --reason Khác --yes", {"reason": "Khác"},
        NO_INBOUND),
    row("POST /v1/inbound-parcels/{parcel}/documents", "parcel add … 999999 --document a={file}",
        {"documents": [LISTED]}, NO_INBOUND),
    row("GET /v1/dossiers/{code}/originals", "parcel originals … {code}"),
    row("POST /v1/dossiers/{code}/originals/return", "parcel return … {code}", None, "404 original-unknown"),
    replace(row("POST /v1/dispatches/{id}/order", "dispatch order … x --again", {"again": True},
                "404 dispatch-unknown"), elsewhere="404 dispatch-unknown"),
    row("GET /v1/carriers", "carrier list … "),
    row("GET /v1/carriers/{carrier}/orders?date=2026-11-21", "carrier orders", None, "404 carrier-unknown"),
    row("POST /v1/carriers/{carrier}/callback", "", {}, "401 callback-refused"),
    row("GET /v1/log/checkpoint", "audit receipts"),
    row("GET /v1/log/checkpoints", "audit checkpoints"),
    row("GET /v1/log/successions", "audit verify"),
    row("GET /v1/log/leaves", "audit verify"),
    row(f"GET /v1/log/objects?sha256={'0' * 64}", "audit verify --evidence"),
    row("GET /v1/log/search", "audit search"),
    row("GET /v1/log/consistency?old=1", "audit verify"),
    row("GET /v1/jobs", "job list … "),
    row("GET /v1/jobs/{job}", "job show … {job}", None, NO_JOB),
    replace(row("POST /v1/jobs/{job}/retry", "job retry … {job}", None, NO_JOB), elsewhere=NO_JOB),
    replace(row("POST /v1/jobs/{job}/dismiss", "job dismiss … {job} --reason Chờ", {"reason": "Chờ"}, NO_JOB),
            elsewhere=NO_JOB),
    row("POST /v1/jobs/fetch", "", {"worker": "w", "types": ["may"]}),
    row("POST /v1/jobs/{job}/extend", "", LEASE, NO_JOB),
    row("POST /v1/jobs/{job}/complete", "", LEASE, NO_JOB),
    row("POST /v1/jobs/{job}/fail", "", {**LEASE, "message": "hỏng"}, NO_JOB),
    row("POST /v1/jobs/{job}/error", "", {**LEASE, "code": "loi"}, NO_JOB),
    row("GET /v1/metrics"),
    row("POST /v1/sign-out", "logout … "),  # the last: the caller's token ends
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A route of the server, with the act that it declares."""

    name: str
    act: str | None


def routes() -> Iterator[Route]:
    """All routes that need a token."""
    for room in ROOMS:
        for route in room.router.routes:
            acts = [found.dependency.act for found in route.dependencies if isinstance(found.dependency, May)]
            for method in sorted(route.methods):
                yield Route(name=f"{method} /v1{route.path}", act=acts[0] if len(acts) == 1 else None)


def bare(name: str) -> str:
    """A route's name without what its parameters are called."""
    path = name.partition("?")[0]
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


def acts() -> Mapping[str, str]:
    """The act of each route that declares one, by its bare name."""
    return {bare(route.name): route.act for route in routes() if route.act is not None}


def expected(act: str, role: str, unit: str = "agency") -> Refusal | None:
    """What the policy says to an officer who has that role alone, in the unit that it concerns."""
    officer = Officer(id="x", name="X", position="", unit=unit, rights={unit: frozenset({role})})
    return refuses(officer, act, unit)


def problems() -> Iterator[str]:
    """Routes that declare no act, or one that nobody knows; rows that are missing, or too many."""
    rows = {bare(each.route) for each in ROWS}
    for route in routes():
        if route.act is None:
            yield f"{route.name} declares no act: dependencies=[may(…)]"
        elif route.act not in RIGHTS:
            yield f"{route.name}: engine.policy.RIGHTS does not know the act “{route.act}”"
        if bare(route.name) not in rows:
            yield f"{route.name} has no row in tests/rights.py"
    known = {bare(route.name) for route in routes()}
    yield from (f"{each.route}: there is no such route" for each in ROWS if bare(each.route) not in known)
    if not (ROOT / PAGE).is_file() or (ROOT / PAGE).read_text("utf-8") != page():
        yield f"{PAGE} differs from routes and policy; run: python -m tests.rights --write"


def page() -> str:
    """docs/reference/rights.md."""
    declared = acts()
    head = ("request", "command", "act", "where", "officer", *ROLES)
    lines = [INTRODUCTION, " | ".join(("", *head, "")).strip(), "|" + "---|" * len(head)]
    for each in ROWS:
        if (act := declared.get(bare(each.route))) is None:
            continue
        where = RIGHTS[act].where if RIGHTS[act].roles else Where.ANYWHERE
        marks = [_mark(each, act, role) for role in COLUMNS]
        command = f"`hoso {each.shown}`" if each.shown else ""
        place = f"else `{each.otherwise}`" if each.by else where.value if where != Where.ANYWHERE else ""
        lines.append(
            " | ".join(
                ("", f"`{each.route if each.by else each.route.partition('?')[0]}`", command, act, place, *marks, "")
            ).strip()
        )
    return "\n".join(lines) + "\n"


def _mark(each: Row, act: str, role: str) -> str:
    refusal = expected(act, role)
    if refusal is None and each.by and role not in each.by:
        return "○"
    return MARKS[refusal.code if refusal else None]


INTRODUCTION = """# Rights: who may do what

<!-- Written by `python -m tests.rights --write` from the routes and `engine/policy.py`; change those instead. -->

A right is a role in a unit: it counts there and in all units below. **officer** is whoever holds a position or a role
today; what else an officer may do with a task or a dossier is said by its process (lanes, candidates, four eyes). An
**auditor** reads everything and changes nothing, whatever other roles they have. Who is a **worker** or **mail-relay**
and nothing else does jobs, or hands delivery reports over, alone.

✓ allowed, within the officer's sight; – refused with 403 `right-missing`; ✗ refused with 403 `auditor-changes-nothing`
(`hoso` ends with exit code 6); ○ allowed for one's own alone (one's own device, proposal, absence, attachment, the task
that one holds, that of a unit that one heads), else refused with the code beside it. *where*: the unit in which the
role is needed, that of what is acted on, or the top one. With the role elsewhere the act is refused with
`right-missing`, too; a dossier or task out of sight is `dossier-unknown` or `task-unknown` (404).

Who is a **monitor** and nothing else reads the server's numbers (`/metrics`). Auditors, workers and mail relays count
in the whole agency: whoever makes or unmakes one administers the top unit.

Signed acts are checked once more by what they do: binding and revoking a certificate in its officer's unit, adopting
a procedure in the top unit, changing rights in each unit that is concerned, a dossier, or erasing its data, in its
unit; and all of them by whose statement it is.
"""


def main(arguments: Sequence[str]) -> int:
    """Check, or with --write write the page and check."""
    if arguments not in ([], ["--write"]):
        print("usage: python -m tests.rights [--write]", file=sys.stderr)
        return 2
    if arguments:
        (ROOT / PAGE).write_text(page(), encoding="utf-8")
    found = list(problems())
    for problem in found:
        print(problem)
    print(f"rights: {len(ROWS)} rows, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
