"""What the log holds, as a page: `python -m tests.leaves --write` writes it. Whatever writes says which leaf it makes.

A route that is not read only, a job type and a command of the server have one row each: the acts of their leaves, or
why there is none. `tests/adapters/http/test_leaves.py` does them, and looks what the trail got.
"""

import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.application.signed_acts import ACTS
from adapters.jobs.handlers import HANDLERS
from adapters.main import SERVER
from engine.parcels import Event
from engine.people.changes import KINDS
from engine.people.proposals import RULES
from tests.commands import load
from tests.rights import bare, routes

ROOT = Path(__file__).resolve().parents[1]
PAGE = Path("docs/reference/leaves.md")
ACTS_PAGE = Path("docs/reference/trail.md")

CALLED_OFF = frozenset({"dispatch-called-off", "dispatch-unconfirmed"})
FOLLOWS = frozenset({"task-assigned", "decision-evaluated", "incident-raised", "refusals-counted"}) | CALLED_OFF
"""What any act may bring with it, or end."""
PROPOSED = tuple(sorted(rule.proposed for rule in RULES.values()))
CHANGES = tuple(sorted(KINDS))
SIGNED = tuple(sorted({*ACTS} - {"organisation-changed", "proposal-approved"}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What writes; the acts of its leaves where it is done, and where it is refused; else why it makes none."""

    name: str
    acts: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    why: str = ""

    @property
    def allowed(self) -> Collection[str]:
        """The acts that its leaves may have."""
        return {*self.acts, *self.refused, *FOLLOWS}


def made(name: str, *acts: str, refused: Sequence[str] = ()) -> Row:
    """A row of what makes leaves."""
    return Row(name=name, acts=acts, refused=tuple(refused))


def none(name: str, why: str) -> Row:
    """A row of what makes none."""
    return Row(name=name, why=why)


TRIED = ("act-refused",)
OFFERED = "it only gives the statement to sign, or refuses that: the leaf comes with `POST /v1/acts`"
LEASED = "a lease changes nothing of the dossier; how the job ends is a leaf"

REPORTED = ("dispatch-delivered", "dispatch-relayed", "dispatch-delayed", "dispatch-bounced", "dispatch-contradicted")

PARCEL = (*(f"parcel-{event}" for event in Event if event is not Event.CALLED_OFF), "parcel-contradicted")
ORDERS = ("parcel-ordered", "parcel-order-refused", "parcel-order-unclear")
TOLD = (*PARCEL, "parcel-called-off")

ROUTES = (
    none("POST /v1/sign-in", "nobody is signed in yet"),
    made("POST /v1/sign-in/token", "device-bound"),
    made("POST /v1/devices/bind", "device-bound"),
    made("POST /v1/devices/renew", "token-renewed"),
    made("POST /v1/devices/{device}/revoke", "device-revoked", "certificate-suspended"),
    made("POST /v1/sign-out", "signed-out"),
    none("POST /v1/units", OFFERED),
    none("POST /v1/officers", OFFERED),
    made("POST /v1/officers/{id}/signature-image", "signature-image-set"),
    made("POST /v1/seal", "signature-image-set"),
    made("POST /v1/organisation/changes", *CHANGES),
    made("POST /v1/organisation/import", *CHANGES),
    none("POST /v1/proposals/{proposal}/approve", OFFERED),
    made("POST /v1/proposals/{proposal}/reject", "proposal-rejected"),
    made("POST /v1/proposals/{proposal}/withdraw", "proposal-withdrawn"),
    none("POST /v1/certificates/{fingerprint}/reinstate", OFFERED),
    none("POST /v1/statements", OFFERED),
    made("POST /v1/acts", *SIGNED, *CHANGES, *PROPOSED, refused=TRIED),
    none("POST /v1/processes", OFFERED),
    made("POST /v1/dossiers", "dossier-started"),
    made("POST /v1/dossiers/{code}/messages", "message-received", "visit-moved", refused=("message-refused", *TRIED)),
    made("POST /v1/dossiers/{code}/comments", "comment-added", refused=TRIED),
    made("POST /v1/dossiers/{code}/attachments", "attachment-added", refused=TRIED),
    made(
        "DELETE /v1/dossiers/{code}/attachments/{attachment}", "attachment-removed", refused=("removal-refused", *TRIED)
    ),
    made("POST /v1/dossiers/{code}/consents", "consent-given", refused=TRIED),
    made("POST /v1/dossiers/{code}/consents/revoke", "consent-revoked", "parcel-called-off", refused=TRIED),
    made("POST /v1/dossiers/{code}/consents/{consent}/address", "address-confirmed", "address-refused", refused=TRIED),
    none("POST /v1/addresses", "it only says where an address may lie"),
    made("POST /v1/dossiers/{code}/suspend", "dossier-suspended", refused=TRIED),
    made("POST /v1/dossiers/{code}/resume", "dossier-resumed", refused=TRIED),
    made("POST /v1/dossiers/{code}/cancel", "dossier-cancelled", refused=TRIED),
    made("POST /v1/dossiers/{code}/modify", "dossier-modified", refused=TRIED),
    made("POST /v1/dossiers/{code}/migrate", "dossier-migrated", refused=TRIED),
    made("POST /v1/dossiers/{code}/incidents/{incident}/retry", "incident-retried", refused=TRIED),
    made("POST /v1/dossiers/{code}/incidents/{incident}/resolve", "incident-resolved", refused=TRIED),
    made(
        "POST /v1/messages",
        "message-received",
        "visit-moved",
        "message-buffered",
        "message-expired",
        "dossier-started",
        refused=("message-refused", "start-refused"),
    ),
    made("POST /v1/signals", "signal-sent"),
    made("POST /v1/tasks/{task}/claim", "task-claimed", refused=("claim-refused", *TRIED)),
    made("POST /v1/tasks/{task}/release", "task-released", refused=("release-refused", *TRIED)),
    made("POST /v1/tasks/{task}/delegate", "task-delegated", refused=("delegation-refused", *TRIED)),
    made("POST /v1/tasks/{task}/take-back", "task-taken-back", refused=("taking-back-refused", *TRIED)),
    made("POST /v1/tasks/{task}/return", "task-returned", refused=("return-refused", *TRIED)),
    made("POST /v1/tasks/{task}/reassign", "task-reassigned", refused=("reassignment-refused", *TRIED)),
    made("POST /v1/tasks/{task}/follow-up", "follow-up-set", refused=("steering-refused", *TRIED)),
    made("POST /v1/tasks/{task}/priority", "priority-set", refused=("steering-refused", *TRIED)),
    none("POST /v1/tasks/{task}/statement", "it only gives the statement to sign: nothing was attempted yet"),
    made("POST /v1/tasks/{task}/complete", "task-completed", refused=("completion-refused",)),
    none("PUT /v1/documents/{sha256}", "bytes that no dossier has yet; the leaf of what brings them names them"),
    made("POST /v1/dispatches/{id}/cancel", "parcel-called-off"),
    made("POST /v1/dispatches/{id}/receive", "parcel-returned", "parcel-contradicted"),
    made("POST /v1/dispatches/{id}/settle", "parcel-settled"),
    made("POST /v1/dispatches/{id}/complaints", "parcel-complained"),
    made("POST /v1/dispatches/{id}/retry", "parcel-sent-again", "incident-retried", "job-retried"),
    made("POST /v1/parcel-words", *PARCEL),
    made("POST /v1/dispatches/{id}/item", "parcel-item-set"),
    made("POST /v1/dispatches/{id}/originals", "parcel-originals-set"),
    made("POST /v1/handovers", "handover-made"),
    none("POST /v1/handovers/{handover}/sign", OFFERED),
    made("POST /v1/handovers/{handover}/countersign", "handover-countersigned"),
    made("POST /v1/handovers/{handover}/tell", "parcel-handed-over"),
    made("POST /v1/handovers/{handover}/withdraw", "handover-withdrawn"),
    made("POST /v1/mails/{mail}/release", "dossier-started", "mail-taken", "message-received"),
    made("POST /v1/mails/{mail}/discard", "mail-discarded"),
    made("POST /v1/mail-reports", *REPORTED, "mail-quarantined"),
    made("POST /v1/dispatches/{dispatch}/give", "result-given"),
    made("POST /v1/dispatches/{dispatch}/visit", "visit-set", "visit-moved"),
    made("POST /v1/dispatches/{dispatch}/visit/miss", "visit-missed"),
    made("POST /v1/inbound-parcels", "inbound-received"),
    made("POST /v1/inbound-parcels/{parcel}/file", "dossier-started", "inbound-filed", "comment-added"),
    made("POST /v1/inbound-parcels/{parcel}/refuse", "inbound-refused"),
    made("POST /v1/inbound-parcels/{parcel}/documents", "inbound-added"),
    made("POST /v1/dossiers/{code}/originals/return", "originals-returned"),
    made("POST /v1/carriers/{carrier}/callback", "parcel-ordered", *TOLD),
    made("POST /v1/dispatches/{id}/order", "parcel-order-decided", *TOLD),
    none("POST /v1/jobs/fetch", LEASED),
    none("POST /v1/jobs/{job}/extend", LEASED),
    made("POST /v1/jobs/{job}/retry", "job-retried"),
    made("POST /v1/jobs/{job}/dismiss", "job-dismissed"),
    made("POST /v1/jobs/{job}/complete", "job-completed"),
    made("POST /v1/jobs/{job}/fail", "job-attempt-failed", "job-failed"),
    made("POST /v1/jobs/{job}/error", "job-error-thrown"),
)
READS = (
    made("GET /v1/dossiers/{code}/evidence", "evidence-exported"),
    made("GET /v1/organisation/export", "lists-exported"),
    made("GET, whatever an auditor reads", "trail-read"),
)
LEFT = ("dispatch-prepared", "document-extended")
JOBS = (
    made("timer", "timer-fired"),
    made("message", "message-received", "message-buffered", "message-expired", refused=("message-refused",)),
    made("message-correlation", "message-received", "visit-moved", refused=("message-refused",)),
    made("message-delivery", "message-received", "visit-moved", refused=("message-refused",)),
    made("message-expiry", "message-expired"),
    none("signal", "it only asks for a job for each that listens"),
    made("signal-delivery", "signal-received"),
    made("signal-start", "dossier-started", refused=("start-refused",)),
    made("start-timer", "dossier-started", refused=("start-refused",)),
    made("stamp", "signature-stamped"),
    made("repeats", "refusals-counted", "trail-read"),
    made("checkpoint-publish", "witness-appointed", "witness-dismissed"),
    made("checkpoint-stamp", "checkpoint-stamped"),
    made(
        "hoso.mailbox",
        "dossier-started",
        "mail-taken",
        "message-received",
        *REPORTED,
        refused=("mail-quarantined", "message-refused"),
    ),
    made("dispatch-failure", "message-received", refused=("message-refused",)),
    made("handover", "parcel-handed-over"),
    made("hoso.letter", "letter-made"),
    made("hoso.number", "number-issued", "number-filled", "number-taken"),
    made(
        "hoso.email", *LEFT, "dispatch-sent", "dispatch-unconfirmed", "dispatch-failed", refused=("dispatch-refused",)
    ),
    made("hoso.post", "consent-given", *LEFT, refused=("dispatch-refused",)),
    made("hoso.parcel-order", *ORDERS, *TOLD),
    made("hoso.parcel-cancel", "parcel-ordered", "parcel-order-cancelled", "parcel-cancel-refused", *TOLD),
    made("hoso.counter", *LEFT, "visit-set", refused=("dispatch-refused",)),
    made("any that fails for good", "job-failed"),
)
COMMANDS = (
    made("init", "officer-added", "position-added", "officer-appointed", "token-created"),
    made("administrator appoint", "officer-added", "role-granted"),
    made("token create", "token-created"),
    none("db upgrade", "tables change, and no act is done"),
    none("worker", "as `serve`"),
    none("serve", "its jobs make theirs; where a task stands follows from the organisation, whose changes are leaves"),
    none("trust add", "the trust folder lies outside the database; what an act was judged by is in its leaf"),
    none("trust refresh", "as above"),
    none("process deploy", "it asks the server: see `POST /v1/processes`"),
    none("witness init", "a witness is another machine, without a database"),
    none("witness trust", "as above"),
    none("witness serve", "as above"),
    made("backup", "backup-made"),
    made("restore", "log-succeeded", "log-restored", "data-erased"),
    made("log rotate", "log-succeeded"),
    none("demo", "it makes an installation of its own, by all of these"),
)
READ_ONLY = frozenset(
    {"decision", "feel", "doctor", "process check", "process explain", "process rules", "process list", "process show"}
    | {"trust list", "witness list", "setting list"}
)
SERVER_NOUNS = (
    "process",
    "decision",
    "feel",
    "serve",
    "db",
    "doctor",
    "init",
    "administrator",
    "token",
    "trust",
    "demo",
)


def problems() -> Iterator[str]:
    """What writes and has no row; rows of what is not there; acts that no page explains."""
    rows = {bare(row.name) for row in ROUTES}
    writing = {bare(route.name): route.name for route in routes() if not route.name.startswith("GET ")}
    yield from (f"{name} has no row in tests/leaves.py" for key, name in writing.items() if key not in rows)
    yield from (f"{row.name}: there is no such route" for row in ROUTES if bare(row.name) not in writing)
    jobs = {row.name for row in JOBS[:-1]}
    yield from (f"the job type {name} has no row in tests/leaves.py" for name in HANDLERS.keys() - jobs)
    yield from (f"{name}: there is no such job type" for name in jobs - HANDLERS.keys())
    yield from _commands()
    explained = (ROOT / ACTS_PAGE).read_text("utf-8")
    for act in sorted({act for row in (*ROUTES, *READS, *JOBS, *COMMANDS) for act in row.allowed}):
        if f"`{act}`" not in explained:
            yield f"{ACTS_PAGE} does not explain {act}"
    if not (ROOT / PAGE).is_file() or (ROOT / PAGE).read_text("utf-8") != page():
        yield f"{PAGE} differs from the table; run: python -m tests.leaves --write"


def _commands() -> Iterator[str]:
    rows, known = {row.name for row in COMMANDS}, set[str]()
    root, _unloadable = load()
    assert root is not None
    for each in root.walk():
        if each.path and each.path[0] in SERVER and not each.verbs and each.path[0] not in READ_ONLY:
            known.add(" ".join(each.path))
    yield from (f"`hoso {name}` has no row in tests/leaves.py" for name in sorted(known - rows - READ_ONLY))
    yield from (f"`hoso {name}`: there is no such command" for name in sorted(rows - known))


def page() -> str:
    """docs/reference/leaves.md."""
    parts = [INTRODUCTION]
    for title, head, rows in (
        ("Requests", "request", ROUTES),
        ("Reads", "request", READS),
        ("Jobs", "type", JOBS),
        ("Commands on the server", "command", COMMANDS),
    ):
        lines = [f"## {title}", "", f"| {head} | done | refused |", "|---|---|---|", *map(_line, rows)]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _line(row: Row) -> str:
    if row.why:
        return f"| `{row.name}` | none: {row.why} | |"
    done, refused = (_named(acts) for acts in (row.acts, row.refused))
    return f"| `{row.name}` | {done} | {refused} |"


def _named(acts: Sequence[str]) -> str:
    return ", ".join(f"`{act}`" for act in acts)


INTRODUCTION = f"""# What the log holds

<!-- Written by `python -m tests.leaves --write` from the table in tests/leaves.py; change that instead. -->

Whatever changes something says here as which leaf it stands in the trail, or why as none; a new request, job type or
command without a row fails the tests. What each act tells is said in [the acts of the trail](trail.md). Beside its own
leaf an act may bring {_named(sorted(FOLLOWS))}.

There is no way to withdraw a completed task: it is undone by a signed act on the dossier (`dossier-modified`). What can
be withdrawn is a proposal (`proposal-withdrawn`), what can be taken back is a task (`task-released`,
`task-taken-back`, `task-returned`)."""


def main(arguments: Sequence[str]) -> int:
    """Check, or with --write write the page and check."""
    if arguments not in ([], ["--write"]):
        print("usage: python -m tests.leaves [--write]", file=sys.stderr)
        return 2
    if arguments:
        (ROOT / PAGE).write_text(page(), encoding="utf-8")
    found = list(problems())
    for problem in found:
        print(problem)
    print(f"leaves: {len(ROUTES)} requests, {len(JOBS) - 1} job types, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
