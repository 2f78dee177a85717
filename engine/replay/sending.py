"""Whether a result could leave: the approvals that its procedure requires, decided again over what was signed."""

from datetime import date, datetime

from engine.acts.start import RECEIVED
from engine.dispatch import ResultApproval, excludes_channel, refuses_unapproved
from engine.document import Document
from engine.outcome import JobRequest
from engine.people.organisation import day_of
from engine.procedure import Procedure, ProcedureError, read_procedure
from engine.replay.report import Differs, Untold
from engine.replay.run import Run
from engine.replay.telling import shown, told
from signing.canonical import parse_canonical
from signing.errors import SigningError
from signing.evidence.contents import Opened, digest_of, stored_object
from signing.record import ApprovalRecord, parse_time


def begun(run: Run, item: Opened, now: datetime) -> None:
    """Note the procedure record under which the dossier is received; Differs unless it was adopted, and in force."""
    if "procedure" not in item.objects:
        return
    digest = digest_of(item, "procedure")
    if not any(digest == digest_of(each, "procedure") for each in run.adopted if each.leaf.index < item.leaf.index):
        raise Untold("act-untold", found=f"no act in the pack adopts the procedure {digest[:16]}", expected="one")
    found = _read(run, digest)
    legal = parse_time(told(item, RECEIVED, str)) if RECEIVED in item.details else now
    if legal > now:
        raise Differs(
            "start-otherwise", found=f"received at {legal.isoformat()}", expected=f"not after {item.leaf.time}"
        )
    day, ends = day_of(legal), found.valid_until or date.max
    if found.process != run.definition.key or not found.valid_from <= day <= ends:
        text = f"procedure {found.code} of {found.process}, {found.valid_from} to {found.valid_until or '-'}"
        raise Differs("dispatch-not-allowed", found=text, expected=f"one of {run.definition.key} on {day}")
    run.procedure = found


def approved(run: Run, record: ApprovalRecord, roles: frozenset[str]) -> None:
    """Note what an accepted signature may be worth to a result."""
    run.approvals.append(
        ResultApproval(
            purpose=record.purpose,
            decision=record.decision,
            officer=record.officer,
            roles=roles,
            covers=frozenset(each.sha256 for each in record.documents),
            capacity=record.capacity,
            element=record.element,
        )
    )


def check_sent(run: Run, item: Opened, document: str, channel: str) -> None:
    """Differs `dispatch-not-allowed` unless the procedure lets this document leave so, signed as it is."""
    if run.extends is None:
        return
    procedure = run.procedure
    if procedure is None:
        raise Differs("dispatch-not-allowed", found=f"{document} under no procedure", expected="a procedure record")
    sent = Document(name=document, media_type="", sha256=_bytes_of(item), size=0)
    refusal = excludes_channel(channel, procedure) or refuses_unapproved(
        sent, run.code, procedure, run.approvals, _earlier(run, sent.sha256)
    )
    if refusal is not None:
        raise Differs("dispatch-not-allowed", found=refusal.message, expected=refusal.remedy)


def channel_of(job: JobRequest) -> str:
    """The channel by which a job sends."""
    return job.type.removeprefix("hoso.")


def _bytes_of(item: Opened) -> str:
    documents = item.objects.get("document")
    if isinstance(documents, list) and len(documents) == 1 and isinstance(documents[0], dict):
        return str(documents[0].get("sha256"))
    raise Untold("act-untold", found=f"document: {shown(documents)}", expected="the one that was sent")


def _earlier(run: Run, digest: str) -> frozenset[str]:
    """Those of the signed documents of which what was sent is a later revision, with permitted fields alone."""
    assert run.extends is not None
    signed = {each for approval in run.approvals for each in approval.covers} - {digest}
    after = stored_object(run.objects, digest)
    befores = {each: stored_object(run.objects, each) for each in sorted(signed)}
    return frozenset(each for each, before in befores.items() if run.extends(before, after))


def _read(run: Run, digest: str) -> Procedure:
    try:
        body = parse_canonical(stored_object(run.objects, digest))
        return read_procedure(body if isinstance(body, dict) else {})
    except (ProcedureError, SigningError) as error:
        raise Untold("act-untold", found=f"procedure {digest[:16]}: {error}", expected="a procedure record") from None
