"""Change the organisation: a list of changes, all or none, each with a leaf; where rights change, two persons.

All of it happens under the lock of the log's head, so that changes come one after the other.
"""

from collections.abc import Sequence
from typing import Any

from adapters.application import enacting, people, proposals, views
from adapters.application.answer import CREATED, OK, Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.proposals import Approval, Ready
from adapters.database import trail
from adapters.database.store import Transaction
from engine.errors import Refusal
from engine.officer import ADMINISTRATOR, Officer
from engine.outcome import SYSTEM
from engine.people.changes import Change, OfficerAdded, RoleGranted, UnitAdded, from_json, to_json
from engine.people.deciding import Decided, decide
from engine.people.organisation import day_of
from engine.people.proposals import ORGANISE, Proposal


def change(
    app: Application,
    officer: Officer,
    request: Request,
    changes: Sequence[Change],
    reason: str | None = None,
    *,
    dry_run: bool = False,
) -> Answer:
    """Make the changes, or propose them where another must approve; `dry_run`: only say what would change."""
    if dry_run:
        return _rehearsed(app, officer, changes)

    def act(tx: Transaction) -> Answer:
        trail.head(tx, lock=True)  # one such act at a time
        return make(app, tx, officer, changes, reason)

    return once(app, request, act)


def make(
    app: Application, tx: Transaction, officer: Officer, changes: Sequence[Change], reason: str | None = None
) -> Answer:
    """Decide, then enact or propose, in a transaction that holds the head's lock."""
    decided = decide(app.organisations.get(tx), officer.id, changes, app.clock())
    if isinstance(decided, Refusal):
        return refuse(decided)
    if not decided.needs_approval:
        return Answer(body=_body(enacting.enact(app, tx, officer.id, decided, reason=reason)))
    body = {"changes": [to_json(each) for each in changes]}
    if proposals.needs_another(app, tx, officer, ORGANISE, _subject(decided), body):
        return proposals.propose(app, tx, officer, ORGANISE, _subject(decided), body, reason)
    made = enacting.enact(app, tx, officer.id, decided, reason=reason, said={"sole": True})
    return Answer(body={**_body(made), "sole": True})


def approve(_app: Application, proposal: Proposal) -> Ready | Refusal:
    """Make what was proposed, in its author's name, or refuse with what no longer fits."""
    told: Any = proposal.body
    changes = read(told["changes"])
    if isinstance(changes, Refusal):  # this release refuses what an earlier one took
        return changes

    def apply(app: Application, tx: Transaction, approval: Approval) -> Answer:
        decided = decide(app.organisations.get(tx), approval.author.id, changes, app.clock())
        if isinstance(decided, Refusal):
            return refuse(decided)
        made = enacting.enact(app, tx, approval.author.id, decided, reason=proposal.reason, said=approval.said)
        return Answer(body=_body(made))

    return Ready(apply=apply)


def read(told: Sequence[object]) -> list[Change] | Refusal:
    """The changes that this JSON tells; the first that is malformed refuses all."""
    found: list[Change] = []
    for each in told:
        one = from_json(each)
        if isinstance(one, Refusal):
            return one
        found.append(one)
    return found


def _rehearsed(app: Application, officer: Officer, changes: Sequence[Change]) -> Answer:
    with app.store.read() as tx:
        decided = decide(app.organisations.get(tx), officer.id, changes, app.clock())
        if isinstance(decided, Refusal):
            return refuse(decided)
        body = {"changes": [to_json(each) for each in changes]}
        subject = _subject(decided)
        waits = decided.needs_approval and proposals.needs_another(app, tx, officer, ORGANISE, subject, body)
    return Answer(body={**_body(enacting.told(decided)), "dry_run": True, "needs_approval": waits})


def _body(made: list[dict[str, Any]]) -> dict[str, Any]:
    return {"changes": made}


def _subject(decided: Decided) -> str:
    subjects = {each.subject for each in decided.made}
    return subjects.pop() if len(subjects) == 1 else "organisation"


def appoint_administrator(app: Application, officer: str, name: str, reason: str) -> Answer:
    """Give somebody the role administrator for the whole agency, by who runs the server and nobody else."""
    with app.store.write() as tx:
        trail.head(tx, lock=True)
        organisation, today = app.organisations.get(tx), day_of(app.clock())
        unknown = organisation.person(officer) is None and bool(name)
        new: list[Change] = [OfficerAdded(id=officer, name=name)] if unknown else []
        role = RoleGranted(officer=officer, role=ADMINISTRATOR, unit=organisation.top, document=reason, since=today)
        decided = decide(organisation, None, [*new, role], app.clock())
        if isinstance(decided, Refusal):
            return refuse(decided)
        made = enacting.enact(app, tx, SYSTEM, decided, reason=reason, said={"on_server": True})
        return Answer(status=CREATED, body=_body(made))


# One new unit, one new officer


def add_unit(app: Application, officer: Officer, request: Request, id: str, name: str, parent: str | None) -> Answer:
    """Add a unit to the tree; without a parent it comes below the administrator's own."""

    def act(tx: Transaction) -> Answer:
        trail.head(tx, lock=True)
        above = parent or officer.unit
        made = make(app, tx, officer, [UnitAdded(id=id, name=name, parent=above)])
        return made if made.refusal else Answer(status=CREATED, body={"id": id, "name": name, "parent": above})

    return once(app, request, act)


def add_officer(
    app: Application, officer: Officer, request: Request, new: people.Newcomer, *, with_token: bool = False
) -> Answer:
    """Appoint an officer to a position of their own; with a token, it is shown this once."""

    def act(tx: Transaction) -> Answer:
        trail.head(tx, lock=True)
        made = make(app, tx, officer, people.changes_for(new, day_of(app.clock())))
        if made.refusal or made.status != OK:
            return made
        token = people.new_token(app, tx, new.id, "first") if with_token else {}
        shown = views.officer(app.organisations.get(tx), new.id, app.clock())
        own = {"position": new.position, "unit": new.unit, "roles": sorted(new.roles)}
        return Answer(status=CREATED, body={**shown, **own, **token}, told_once=frozenset({"token"}))

    return once(app, request, act)
