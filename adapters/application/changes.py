"""Change the organisation: a list of changes, all or none, each with a leaf; where rights change, two persons sign.

All of it happens under the lock of the log's head, so that changes come one after the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adapters.application import people
from adapters.application.acting import beside, offered, unsigned
from adapters.application.answer import CREATED, Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.enacting import enact, told
from adapters.application.organising import TOO_LONG, Organise
from adapters.database import trail
from adapters.database.store import Transaction
from engine.errors import Refusal
from engine.officer import ADMINISTRATOR, Officer
from engine.outcome import SYSTEM
from engine.people.changes import Change, OfficerAdded, RoleGranted, UnitAdded, from_json
from engine.people.deciding import decide
from engine.people.organisation import day_of


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How changes are asked for: why; `sign`: what must be signed is answered with its statement, else refused."""

    reason: str | None = None
    sign: bool = False
    token_of: str | None = None  # who gets an access token once they are an officer


def change(
    app: Application,
    officer: Officer,
    request: Request,
    changes: Sequence[Change],
    how: How | None = None,
    *,
    dry_run: bool = False,
) -> Answer:
    """Make the changes; where they must be signed, give what to sign; `dry_run`: only say what would change."""
    if dry_run:
        return _rehearsed(app, officer, changes)

    def act(tx: Transaction) -> Answer:
        trail.head(tx, lock=True)  # one such act at a time
        return make(app, tx, officer, changes, how or How())

    return once(app, request, act)


def make(app: Application, tx: Transaction, officer: Officer, changes: Sequence[Change], how: How) -> Answer:
    """Decide, then enact or offer to be signed, in a transaction that holds the head's lock."""
    decided = decide(app.organisations.get(tx), officer.id, changes, app.clock())
    if isinstance(decided, Refusal):
        return refuse(decided)
    if not decided.needs_approval:
        return Answer(body={"changes": enact(app, tx, officer.id, decided, reason=how.reason)})
    if not how.sign:
        return refuse(unsigned(Organise.act, "hoso role grant, officer add, officer import, …"))
    ready = Organise.of_changes(decided, changes, how.reason)
    if ready.too_long and ready.needs_another(app, tx, officer):
        return refuse(TOO_LONG)
    ready.keep(tx)
    more = {} if how.token_of is None else {"token_of": how.token_of}
    return beside(offered(app, tx, officer, ready, more), {"changes": told(decided), "signed_changes": ready.listed()})


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
        ready = Organise.of_changes(decided, changes, None)
        waits = decided.needs_approval and ready.needs_another(app, tx, officer)
    says: dict[str, Any] = {"needs_approval": waits, "needs_signature": decided.needs_approval}
    return Answer(body={"changes": told(decided), "dry_run": True, **says})


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
        made = enact(app, tx, SYSTEM, decided, reason=reason, said={"on_server": True})
        return Answer(status=CREATED, body={"changes": made})


# One new unit, one new officer


def add_unit(
    app: Application,
    officer: Officer,
    request: Request,
    id: str,
    name: str,
    parent: str | None,
    *,
    sign: bool = False,
) -> Answer:
    """Add a unit to the tree, by a signed act; without a parent it comes below the administrator's own."""

    def act(tx: Transaction) -> Answer:
        trail.head(tx, lock=True)
        new = UnitAdded(id=id, name=name, parent=parent or officer.unit)
        return make(app, tx, officer, [new], How(sign=sign))

    return once(app, request, act)


def add_officer(
    app: Application,
    officer: Officer,
    request: Request,
    new: people.Newcomer,
    *,
    with_token: bool = False,
    sign: bool = False,
) -> Answer:
    """Appoint an officer to a position of their own, by a signed act; with a token, it is shown once it is done."""

    def act(tx: Transaction) -> Answer:
        trail.head(tx, lock=True)
        how = How(sign=sign, token_of=new.id if with_token else None)
        return make(app, tx, officer, people.changes_for(new, day_of(app.clock())), how)

    return once(app, request, act)
