"""The carrier signs the record of a hand-over: in its PDF, or on paper that was scanned. Then each parcel is told.

The parcels are told one by one, each in a transaction of its own, since each is a dossier's. Whoever goes on after a
crash tells those that are left; who tells at the same time does no harm.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from adapters.application import handing_over
from adapters.application.answer import Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.foundations import HANDOVER
from adapters.application.submission import keep_trust
from adapters.application.tracking import OFFICE, Word, tell
from adapters.application.trail import append
from adapters.database import definitions, handovers, jobs, people
from adapters.database.store import Transaction
from adapters.database.trail import keep_about
from adapters.letters.papers import COUNTERSIGNED_FIELD
from adapters.limits.limited import limited
from engine.errors import Kind, Refusal, not_found
from engine.officer import Officer
from engine.outcome import JobRequest, LeafDraft
from engine.parcels import Event
from signing.canonical import canonical, sha256_hex
from signing.consulted import consulted
from signing.errors import SigningError
from signing.pdf.signed_additions import only_signed_additions
from signing.pdf.verify import PdfSignature, verify_pdf
from signing.verify import Trust

COUNTERSIGNED = "handover-countersigned"
TELLING = "handover"
"""The job that tells the parcels, where the client that began it went away."""
AT_ONCE = 50  # parcels told for one request
Row = Mapping[Any, Any]
Means = Literal["signature", "scan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Countersigned:
    """What the carrier's side gave: an uploaded PDF, what it is, and who signed, by name."""

    sha256: str
    means: Means
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A PDF whose signature by the carrier holds, with the trust by which it does."""

    signature: PdfSignature
    trust: Trust


def countersign(app: Application, officer: Officer, request: Request, code: str, given: Countersigned) -> Answer:
    """Keep the carrier's signature with the record, once; the same again is answered with what was kept."""
    with app.store.read() as tx:
        row = handing_over.in_office(tx, officer, code)
        content = definitions.get_content(tx, given.sha256) if _may_give(tx, officer, given, row) else None
        paper = definitions.get_content(tx, row["paper"]) if not isinstance(row, Refusal) else None
    if isinstance(row, Refusal):
        return refuse(row)
    if content is None or paper is None:
        return refuse(not_found("document", given.sha256[:16], "upload it first"))
    held = _verified(app, row["carrier"], paper, content) if given.means == "signature" else _refuses_scan(content)
    if isinstance(held, Refusal):
        return refuse(held)
    return once(app, request, lambda tx: _keep(app, tx, officer, code, given, content, held))


def told(app: Application, officer: Officer, code: str, most: int = AT_ONCE) -> Answer:
    """Tell some of the parcels that they were handed over; gives how many are left."""
    with app.store.read() as tx:
        row = handing_over.in_office(tx, officer, code)
    if isinstance(row, Refusal):
        return refuse(row)
    if row["countersigned"] is None:
        message = f"the carrier has not signed the record {code}"
        remedy = "let it sign: hoso dispatch handover countersign"
        return refuse(Refusal(kind=Kind.CONFLICT, code="handover-unsigned", message=message, remedy=remedy))
    found = unheard(app, code, most)
    for each in found[1] if found else ():
        with app.store.write() as tx:
            tell_one(app, tx, row, each)
    with app.store.read() as tx:
        return Answer(body={"id": code, "parcels": row["parcels"], "left": handovers.left(tx, row["id"], OFFICE)})


def unheard(app: Application, code: str, most: int = AT_ONCE) -> tuple[Row, list[Row]] | None:
    """The record and the first of its parcels that were not told; None where both sides have not signed, or all were.

    A record is complete when none is left.
    """
    with app.store.read() as tx:
        row = handovers.find(tx, code)
        rows = handovers.unheard(tx, row["id"], OFFICE, most) if row and row["countersigned"] else []
    return (row, rows) if row and rows else None


def tell_one(app: Application, tx: Transaction, row: Row, parcel: Row) -> None:
    """Tell a parcel of the record; telling it again changes nothing."""
    tell(app, tx, parcel["key"], _word(row, parcel))


def _word(row: Row, parcel: Row) -> Word:
    """What the office itself saw; it names the record, so that its dossier's evidence leads there."""
    said = {"record": row["code"], "carrier": row["carrier"], "paper": row["paper"], "listing": row["listing"]}
    codes = {"dispatch": parcel["code"], "item": parcel["item"] or "", "means": row["means"]}
    return Word(
        carrier=OFFICE,
        item=parcel["code"],
        status=row["code"],
        event=Event.HANDED_OVER,
        at=row["countersigned"],
        raw=canonical({**said, **codes, "countersignature": row["countersignature"]}),
    )


def _may_give(tx: Transaction, officer: Officer, given: Countersigned, row: Row | Refusal) -> bool:
    known = not isinstance(row, Refusal) and row["countersignature"] == given.sha256
    return known or definitions.uploaded(tx, given.sha256, officer.id)


def _keep(
    app: Application,
    tx: Transaction,
    officer: Officer,
    code: str,
    given: Countersigned,
    content: bytes,
    held: _Held | None,
) -> Answer:
    row = handing_over.in_office(tx, officer, code, lock=True)
    if isinstance(row, Refusal):
        return refuse(row)
    if row["countersignature"] == given.sha256:
        return handing_over.shown(tx, row)
    handovers.lock_parcels(tx, row["id"])  # who calls one of them off comes before, or finds it signed for
    refusal = handing_over.refuses_over(row) or _refuses_unsigned(row) or _refuses_own(tx, held)
    if refusal:
        return refuse(refusal)
    now = app.clock()
    definitions.put_content(tx, given.sha256, content)
    kept = {"countersigned": now, "countersignature": given.sha256, "countersigner": given.by, "means": given.means}
    print_ = held.signature.signature.fingerprint if held else None
    handovers.change(tx, row["id"], **kept, certificate=print_)
    objects = {"paper": row["paper"], "countersignature": given.sha256, **_evidence(tx, held)}
    details = {"carrier": row["carrier"], "means": given.means, "parcels": row["parcels"]}
    details |= {"certificate": print_} if print_ else {}
    draft = LeafDraft(actor=officer.id, act=COUNTERSIGNED, subject=code, details=details, objects=objects)
    leaf = append(app, tx, [draft], now)[0]
    keep_about(tx, [(HANDOVER, code, leaf.index)])
    jobs.add_job(tx, None, JobRequest(number=0, element="", type=TELLING, payload={"record": code}, due=now))
    return handing_over.shown(tx, {**row, **kept, "certificate": print_})


def _verified(app: Application, carrier: str, paper: bytes, pdf: bytes) -> _Held | Refusal:
    """The one signature that the carrier put into the record, and nothing else; judged by the configured roots, and
    those of this carrier.
    """
    now, trust = app.clock(), app.trust()
    try:
        trust = replace(trust, roots=(*trust.roots, *app.carrier_roots(carrier)))
        limited(only_signed_additions, paper, pdf, frozenset[str]())
        found = limited(verify_pdf, pdf, trust=trust, at=now, accepted=now)
    except SigningError as error:
        remedy = "let the carrier sign the record as hoso dispatch handover paper gives it, or scan it signed by hand"
        return Refusal(kind=Kind.SIGNATURE, code=error.code, message=error.message, remedy=remedy)
    [signature] = [item for item in found if item.field == COUNTERSIGNED_FIELD]  # it has no other place to sign
    return _Held(signature=signature, trust=trust)


def _evidence(tx: Transaction, held: _Held | None) -> dict[str, object]:
    """Keep by what the signature was judged, so that an auditor needs nothing else; gives the names by role."""
    if held is None:
        return {}
    der = held.signature.signature.certificate_der
    definitions.put_content(tx, sha256_hex(der), der)
    kept = keep_trust(tx, consulted(held.trust, held.signature.judged))
    return {"certificate": sha256_hex(der), **kept}


def _refuses_scan(content: bytes) -> Refusal | None:
    if content.startswith(b"%PDF-"):
        return None
    message, remedy = "the scan is no PDF", "scan the paper that both sides signed as PDF"
    return Refusal(kind=Kind.INVALID, code="scan-not-pdf", message=message, remedy=remedy)


def _refuses_unsigned(row: Row) -> Refusal | None:
    if row["signed"] is not None:
        return None
    message = f"the office has not signed the record {row['code']}"
    remedy = "sign it first: hoso dispatch handover sign"
    return Refusal(kind=Kind.CONFLICT, code="handover-unsigned", message=message, remedy=remedy)


def _refuses_own(tx: Transaction, held: _Held | None) -> Refusal | None:
    """Nobody signs for both sides."""
    print_ = held.signature.signature.fingerprint if held else ""
    if not print_ or people.find_certificate(tx, print_) is None:
        return None
    message = f"certificate {print_[:16]} is bound to an officer of this installation, expected the carrier's"
    remedy = "let the carrier's person sign with their own key"
    return Refusal(kind=Kind.SIGNATURE, code="countersigner-ours", message=message, remedy=remedy)
