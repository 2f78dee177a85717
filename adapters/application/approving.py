"""Approve what somebody else proposed: it takes effect now, or is refused because it fits no more."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from adapters.application import changes, deploy, proposals
from adapters.application.answer import Answer, Request, known_answer, once, refuse
from adapters.application.application import Application
from adapters.application.proposals import Ready
from adapters.database.store import Transaction
from engine.errors import Refusal
from engine.officer import Officer
from engine.people.proposals import BIND, DEPLOY, ORGANISE, Proposal

# Of each act, what is checked before any lock is taken. A certificate binding is approved by a signed act instead.
APPROVE: Mapping[str, Callable[[Application, Proposal], Ready | Refusal]] = {
    DEPLOY: deploy.approve,
    ORGANISE: changes.approve,
}


def approve(app: Application, officer: Officer, request: Request, id: str) -> Answer:
    """Approve a proposal; the author's rights, and whether it still fits, are looked at again."""
    if known := known_answer(app, request):
        return known
    with app.store.read() as tx:
        found = proposals.approvable(app, tx, officer, id, lock=False)
    if isinstance(found, Refusal):
        return refuse(found)
    if found.proposal.act == BIND:
        return refuse(proposals.SIGNED)
    ready = APPROVE[found.proposal.act](app, found.proposal)
    if isinstance(ready, Refusal):
        return refuse(ready)
    return once(app, request, lambda tx: _act(app, tx, officer, id, ready))


def _act(app: Application, tx: Transaction, officer: Officer, id: str, ready: Ready) -> Answer:
    ready.lock(tx)
    found = proposals.approvable(app, tx, officer, id)
    if isinstance(found, Refusal):
        return refuse(found)
    answer = ready.apply(app, tx, found)
    if answer.refusal is not None:
        return answer
    return replace(answer, body={**(answer.body or {}), "proposal": proposals.approved(tx, found)})
