"""Which dossiers need be kept no more, and which were erased: the list by which a restored database is erased again."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from adapters.application import erasing as acts
from adapters.application import procedures, views
from adapters.application.answer import Answer, refuse
from adapters.application.application import Application
from adapters.application.repeats import Ended
from adapters.application.trail import append
from adapters.database import definitions, dossiers, erasing
from adapters.database.store import Transaction
from engine import policy
from engine.calendar import VIETNAM
from engine.dossier import Dossier
from engine.officer import Officer
from engine.outcome import SYSTEM, LeafDraft
from engine.people.proposals import ERASE
from engine.procedure import Procedure, ProcedureError, read_procedure
from engine.retention import Retention

Json = dict[str, Any]
PAGE = 200
TOLD = ("basis", "document", "period", "reason")


def due(app: Application, officer: Officer, on: date | None, after: str, limit: int) -> Answer:
    """A page of the dossiers within the officer's sight whose retention is over on that day (None: today).

    It may be short and yet go on: one page looks at so many dossiers and no more.
    """
    if refusal := policy.refuses(officer, "see retention"):
        return refuse(refusal)
    day = on or app.clock().astimezone(VIETNAM).date()
    with app.store.read() as tx:
        rules = {row["sha256"]: (row["code"], rule) for row, rule in _rules(tx)}
        before = {sha256: at for sha256, (_, rule) in rules.items() if (at := rule.ended_before(day)) is not None}
        rows = erasing.ended(tx, officer, before, after=after, limit=limit)
    items = [_shown(row, *rules[row["procedure"]]) for row in rows if _over(row, rules[row["procedure"]][1], day)]
    following = rows[-1]["code"] if len(rows) == limit else None
    return Answer(body={"items": items, "next": following, "due": day.isoformat()})


def of_dossier(tx: Transaction, dossier: Dossier) -> Json | None:
    """How long the dossier is kept, by which rule; None: for ever, since it was received under none."""
    procedure = procedures.of(tx, dossier)
    rule = procedure.retention if isinstance(procedure, Procedure) else None
    return None if rule is None else _told(rule, dossier.finished)


def erased(app: Application, officer: Officer, after: int, limit: int) -> Answer:
    """A page of the erasures, in their order: to be kept beside the backups, for who restores one."""
    if refusal := policy.refuses(officer, "see retention"):
        return refuse(refusal)
    with app.store.read() as tx:
        items = erased_since(tx, after, limit=limit)
    return Answer(body={"items": items, "next": items[-1]["leaf"] if len(items) == limit else None})


def erased_since(tx: Transaction, leaf: int = -1, *, limit: int = PAGE) -> list[Json]:
    """A page of what was erased after that leaf: dossier, leaf, time, by whom, on which basis. No personal data."""
    return [
        {"dossier": row["code"], "leaf": row["erased_leaf"], **acts.told_of_leaf(tx, row["erased_leaf"])}
        for row in erasing.erasures(tx, after=leaf, limit=limit)
    ]


def erase_again(app: Application, tx: Transaction, told: Mapping[str, Any]) -> bool:
    """Erase in a restored database what `erased_since` tells was erased after its backup; False: nothing was there.

    It was signed then; the leaf says which one it repeats. What the backup still holds open ends by it. After the last
    one's commit, `store.forget_deleted()`.
    """
    dossier = dossiers.load(tx, told["dossier"], lock=True, part=None)
    if dossier is None or dossier.erased is not None:
        return False
    erasing.lock(tx, dossier.code)
    counts, now = acts.erase(tx, dossier), app.clock()
    repeats = {name: told.get(name) for name in ("leaf", "time", "by", "approved_by")}
    body = {**{name: told.get(name) for name in TOLD}, "unit": dossier.unit}
    details = {"body": body, **counts, "repeats": repeats}
    draft = LeafDraft(actor=SYSTEM, act=ERASE, subject=dossier.code, dossier=dossier.code, details=details)
    [leaf] = append(app, tx, [draft], now, ended=Ended(dossier=dossier.code, tasks=None))
    erasing.mark(tx, dossier.code, now, leaf.index)
    return True


def _rules(tx: Transaction) -> Iterator[tuple[Mapping[str, Any], Retention]]:
    """Every procedure record that has a rule of retention, whether it is in force still or not."""
    after = -1
    while rows := definitions.procedures(tx, after=after, limit=PAGE):
        for row in rows:
            try:
                rule = read_procedure(row["body"]).retention
            except ProcedureError:
                continue  # this release reads more strictly than the one that took it; its dossiers are kept
            if rule is not None:
                yield row, rule
        after = rows[-1]["leaf"]


def _over(row: Mapping[str, Any], rule: Retention, day: date) -> bool:
    return rule.is_over(row["finished"], day)


def _shown(row: Mapping[str, Any], procedure: str, rule: Retention) -> Json:
    told = {name: row[name] for name in ("code", "unit", "status")}
    times = {name: views.moment(row[name]) for name in ("started", "finished")}
    return {**told, "procedure": procedure, "process": row["process_key"], **times, **_told(rule, row["finished"])}


def _told(rule: Retention, ended: datetime | None) -> Json:
    last = rule.last_day(ended) if ended is not None else None
    until = {"last_day": last.isoformat() if last else None}
    return {"period": rule.period, "decided_by": rule.decided_by, "on_decision": rule.on_decision, **until}
