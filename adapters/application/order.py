"""Who signs after whom: what was approved before over the very documents, gathered for `engine/order` to decide."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.application import dispatching, procedures
from adapters.database import acts, definitions
from adapters.database.store import Transaction
from engine.dispatch import ResultApproval
from engine.document import Document
from engine.dossier import Dossier
from engine.errors import Refusal
from engine.officer import Officer
from engine.order import Signing, refuses_order
from engine.people.capacity import Capacity
from engine.procedure import PURPOSES
from engine.task import Task
from signing.record import decode


def refuses(
    tx: Transaction,
    officer: Officer,
    dossier: Dossier,
    task: Task,
    documents: Sequence[Document],
    capacity: Capacity | None,
    data: Mapping[str, Any],
) -> Refusal | None:
    """Why the officer may not sign these documents now, or None: out of order, or with one pair of eyes.

    Signatures are not verified again here: they were as they were accepted, and will be before the result leaves.
    """
    if task.signature not in PURPOSES or not documents:
        return None
    procedure = procedures.of(tx, dossier)
    if isinstance(procedure, Refusal):
        return procedure
    before = tuple(_accepted(tx, dossier))
    for document in documents:
        signed = {digest for approval in before for digest in approval.covers} - {document.sha256}
        signing = Signing(
            task=task.id,
            document=document.name,
            covered=dispatching.earlier(tx, document, signed) | {document.sha256},
            approval=_would_be(officer, task, capacity, data, document),
            before=before,
        )
        if refusal := refuses_order(signing, procedure):
            return refusal
    return None


def roles_of(task: Task, officer: Officer, *, by_mandate: bool) -> frozenset[str]:
    """The role in which the officer does the step; all of theirs in its unit where they were named one by one.

    By a mandate it is that of the position that gave it.
    """
    known = officer.roles_in(task.unit)
    return frozenset({task.role}) if task.role is not None and (by_mandate or task.role in known) else known


def _would_be(
    officer: Officer, task: Task, capacity: Capacity | None, data: Mapping[str, Any], document: Document
) -> ResultApproval:
    decision = data.get("decision")
    return ResultApproval(
        purpose=task.signature,
        decision=decision if isinstance(decision, str) else None,
        officer=officer.id,
        roles=roles_of(task, officer, by_mandate=capacity is not None and bool(capacity.mandates)),
        covers=frozenset({document.sha256}),
        capacity=capacity.kind if capacity else "",
        element=task.element,
    )


def _accepted(tx: Transaction, dossier: Dossier) -> Iterator[ResultApproval]:
    """What the accepted records of the dossier say, in the order of their acceptance."""
    rows = acts.records_of(tx, dossier.code)
    contents = definitions.get_contents(tx, [row["sha256"] for row in rows])
    for row in rows:
        said = dispatching.said(decode(contents[row["sha256"]]), row["roles"])
        if said is not None:
            yield said
