"""The field's words for codes: statuses of the national portal, purposes of signatures, channels."""

from collections.abc import Mapping
from typing import Any

from adapters.cli.codes import in_words
from adapters.cli.language import _
from adapters.cli.terminal import escape
from adapters.cli.times import local


def status_word(status: object) -> str:
    """Return a dossier status (1–10 of the national portal) in words."""
    words = {
        1: _("newly registered"),
        2: _("received"),
        3: _("not received"),
        4: _("in progress"),
        5: _("supplement requested"),
        6: _("payment requested"),
        7: _("withdrawn by the citizen"),
        8: _("stopped"),
        9: _("decided"),
        10: _("result delivered"),
    }
    return words.get(status, escape(status)) if isinstance(status, int) else escape(status or "-")


def purpose_word(purpose: object) -> str:
    """Return the purpose of a signature in words."""
    words = {"none": _("none"), "initial": _("initial"), "approval": _("approval"), "organ": _("organ")}
    # An evidence pack names the act itself (certificate-bound, …) where it was signed outside any task.
    return words.get(str(purpose)) or (_("act") if "-" in str(purpose) else escape(purpose or "-"))


def act_word(act: object) -> str:
    """Return a signed act in words, with its name as it is signed."""
    words = {
        "certificate-bound": _("bind a certificate"),
        "certificate-revoked": _("end a certificate's binding"),
        "certificate-reinstated": _("let a suspended certificate sign again"),
        "procedure-adopted": _("adopt a procedure"),
        "process-deployed": _("deploy a process"),
        "organisation-changed": _("change the organisation"),
        "proposal-approved": _("approve a proposal"),
        "dossier-modified": _("move a dossier by hand"),
        "dossier-migrated": _("move a dossier to another version"),
        "incident-resolved": _("resolve an incident"),
        "data-erased": _("erase a dossier's data"),
        "parcels-handed-over": _("hand parcels over to a carrier"),
    }
    name = escape(act)
    return f"{words[str(act)]} ({name})" if str(act) in words else name


def mail_word(reason: object) -> str:
    """Return why a mail waits, in words."""
    words = {
        "mail-attachment": _("a file is too large, of another type, or not what it says"),
        "mail-automatic": _("a program wrote it, or it is a bounce that is no report"),
        "mail-dossier-over": _("its dossier is over"),
        "mail-dossier-unclear": _("its dossier is not clear"),
        "mail-list": _("it comes from a list, or goes to many"),
        "mail-malformed": _("it cannot be read"),
        "mail-own": _("it says that we sent it"),
        "mail-rate": _("its sender has sent too many today"),
        "mail-repeated": _("its Message-ID came before with other words"),
        "mail-report-unclear": _("a report that is not clear"),
        "mail-report-unknown": _("a report of no mail of ours"),
        "mail-sender": _("it names not exactly one sender"),
        "mail-sender-claimed": _("nothing proves its sender"),
        "mail-sender-other": _("it is not from the applicant of the dossier"),
        "mail-over-bounds": _("it is too large, or has too many parts"),
        "mail-unmatched": _("no rule fits"),
    }
    return words.get(str(reason), escape(reason or ""))


def rank_word(rank: object) -> str:
    """Return a position's rank in words."""
    words = {"head": _("head"), "deputy": _("deputy"), "staff": _("staff")}
    return words.get(str(rank), escape(rank or "-"))


def place_word(place: object) -> str:
    """Return where a task may be done in words."""
    words = {"anywhere": _("anywhere"), "office": _("at the office")}
    return words.get(str(place), escape(place or "-"))


def channel_word(channel: object) -> str:
    """Return a channel in words."""
    words = {
        "email": _("email"),
        "post": _("post"),
        "counter": _("the counter"),
        "direct": _("the counter"),
        "online": _("the portal"),
        "edxml": _("the document exchange"),
    }
    return words.get(str(channel), escape(channel or "-"))


def record_word(state: object) -> str:
    """Return what a procedure record is today in words."""
    words = {
        "in force": _("in force"),
        "to come": _("to come"),
        "ended": _("ended"),
        "replaced": _("replaced"),
    }
    return words.get(str(state), escape(state or "-"))


def decision_word(decision: object) -> str:
    """Return a decision in words where it is one of the usual ones, else as it is."""
    words = {
        "approve": _("approved"),
        "approved": _("approved"),
        "return": _("returned"),
        "returned": _("returned"),
        "reject": _("rejected"),
        "rejected": _("rejected"),
        "refuse": _("rejected"),
    }
    return words.get(str(decision), escape(decision))


def dispatch_word(state: object) -> str:
    """Return a dispatch's state in words."""
    words = {
        "created": _("created"),
        "sending": _("being sent"),
        "sent": _("sent"),
        "prepared": _("ready to post"),
        "handed-over": _("handed to the carrier"),
        "in-transit": _("on its way"),
        "attempt-1": _("recipient not met, once"),
        "attempt-2": _("recipient not met, twice"),
        "returned": _("came back"),
        "lost": _("lost"),
        "ready": _("ready at the counter"),
        "delivered": _("delivered"),
        "permanent-failure": _("failed"),
        "cancelled": _("called off"),
        "sent-unconfirmed": _("sent, not confirmed"),
        "temporary-failure": _("not delivered in time"),
        "technical-failure": _("failed, for a fault on our side"),
    }
    return words.get(str(state), escape(state or "-"))


def paper_place_word(place: object) -> str:
    """Return where a paper lies that exists once, in words."""
    words = {
        "office": _("at the office"),
        "carrier": _("with the carrier"),
        "recipient": _("with the recipient"),
        "lost": _("lost"),
    }
    return words.get(str(place), escape(place or "-"))


def job_word(job: Mapping[str, Any]) -> str:
    """Return a job's state in words; who holds it is told apart."""
    words = {
        "open": _("at work") if job.get("worker") else _("waits"),
        "suspended": _("suspended"),
        "failed": _("failed"),
        "done": _("done"),
        "cancelled": _("called off"),
        "mended": _("failed, and mended"),
    }
    return words.get(str(job.get("state")), escape(job.get("state") or "-"))


def copies_word(item: Mapping[str, Any]) -> str:
    """Return how many copies of a mail the relay may have, which more than one try can have made many."""
    copies = item.get("copies") or 0
    known = copies == 0 or (copies == 1 and item.get("state") in ("sent", "delivered"))
    return str(copies) if known else _("up to {count}").format(count=escape(copies))


def order_word(ordering: object) -> str:
    """Return how the order of a parcel stands at its carrier, in words."""
    words = {
        "none": _("no order stands"),
        "asked": _("the order is under way"),
        "ordered": _("ordered"),
        "refused": _("refused by the carrier"),
        "unclear": _("not clear: ask the carrier"),
        "cancel-asked": _("to be cancelled"),
        "cancelling": _("being cancelled"),
        "cancelled": _("order cancelled"),
        "cancel-refused": _("the carrier does not cancel it"),
        "cancel-unclear": _("not clear whether it stands: ask the carrier"),
    }
    return words.get(str(ordering), escape(ordering or "-"))


def note_words(note: object) -> str:
    """Return a note of the server in the reader's language, by the code at its end."""
    text, _between, rest = str(note or "").rpartition("   [")
    return in_words(rest[:-1], text) if text and rest.endswith("]") else str(note or "")


def document_line(item: Mapping[str, Any]) -> str:
    """Return a document in one line, with the digest that `hoso document get` takes."""
    return _("{name}, {size} bytes, SHA-256 {digest}").format(
        name=escape(item.get("name")), size=escape(item.get("size")), digest=escape(item.get("sha256"))
    )


def comment_line(item: Mapping[str, Any]) -> str:
    """Return a comment in one line: when, who, what."""
    return _("{time}  {who}: {text}").format(
        time=local(item.get("time")),
        who=escape(item.get("officer_name") or item.get("officer")),
        text=escape(item.get("text")),
    )


def attachment_line(item: Mapping[str, Any]) -> str:
    """Return an attachment in one line, with the number that `hoso attachment get` takes."""
    return _("{number}  {name}, {size} bytes, from {who}").format(
        number=escape(item.get("id")),
        name=escape(item.get("name")),
        size=escape(item.get("size")),
        who=escape(item.get("officer_name") or item.get("officer")),
    )


def recipient_name(value: object) -> str:
    """Return who a dispatch goes to, without their address."""
    if not isinstance(value, Mapping):
        return escape(value or "")
    return escape(next((value[key] for key in ("recipient", "name", "to", "address") if value.get(key)), ""))


def capacity_line(capacity: Mapping[str, Any]) -> str:
    """Return in which capacity the officer would sign a task, or why not."""
    if capacity.get("refused"):
        return _("not you: {reason} [{code}]").format(
            reason=escape(capacity.get("reason")), code=escape(capacity["refused"])
        )
    lines = capacity.get("block")
    block = " / ".join(map(escape, lines)) if isinstance(lines, list) else ""
    return block or escape(capacity.get("kind") or _("in your own name"))
