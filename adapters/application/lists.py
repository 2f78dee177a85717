"""Import an agency's lists: read, compared with the organisation, and made as one change; or only told."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from adapters.application import changes
from adapters.application.answer import Answer, Request, known_answer, once, refuse
from adapters.application.application import Application
from adapters.application.changes import How
from adapters.application.trail import append
from adapters.database import trail
from adapters.database.store import Transaction
from engine import policy
from engine.errors import Kind, Refusal
from engine.officer import Officer
from engine.outcome import LeafDraft
from engine.people.changes import Change, to_json
from engine.people.lists.compare import compare
from engine.people.lists.comparison import Comparison, Step
from engine.people.lists.export import Language, export
from engine.people.lists.fitting import fit
from engine.people.lists.problems import Place, Problem, Problems
from engine.people.lists.reading import read_lists
from engine.people.lists.wanted import Wanted
from engine.people.organisation import Contact, Organisation, day_of
from signing.canonical import canonical, sha256_hex

Json = dict[str, Any]
NOTHING = {"needs_approval": False, "needs_signature": False}
TOLD = 1000  # changes that the answer of an import tells one by one; a dry run and what is to be signed tell all


def import_lists(
    app: Application,
    officer: Officer,
    request: Request,
    files: Mapping[str, str],
    *,
    complete: bool = False,
    dry_run: bool = False,
    how: How | None = None,
) -> Answer:
    """Make the organisation what the lists say, all or nothing; where rights change, the whole is one signed act."""
    if refusal := policy.refuses(officer, "import lists"):
        return refuse(refusal)
    if known := known_answer(app, request):
        return known
    wanted, problems = read_lists(files)
    if problems.count:
        return refuse(_unfit(problems))
    if dry_run:
        return _rehearsed(app, officer, request, wanted, problems, complete=complete)

    def act(tx: Transaction) -> Answer:
        trail.head(tx, lock=True)  # one change of the organisation at a time
        known, today = app.organisations.get(tx), day_of(app.clock())
        found = compare(known, wanted, today=today, complete=complete, problems=problems)
        asked, most = how or How(), None if how is not None and how.sign else TOLD
        return _decided(found, known, today, lambda steps: changes.make(app, tx, officer, steps, asked), most)

    return once(app, request, act)


def _rehearsed(
    app: Application, officer: Officer, request: Request, wanted: Wanted, problems: Problems, *, complete: bool
) -> Answer:
    with app.store.read() as tx:
        known = app.organisations.get(tx)
    today = day_of(app.clock())
    found = compare(known, wanted, today=today, complete=complete, problems=problems)

    def make(wanted: list[Change]) -> Answer:
        return changes.change(app, officer, request, wanted, dry_run=True)

    answer = _decided(found, known, today, make)
    return answer if answer.refusal else replace(answer, body={**NOTHING, **_of(answer), "dry_run": True})


def _decided(
    found: Comparison,
    known: Organisation,
    today: date,
    make: Callable[[list[Change]], Answer],
    most: int | None = None,
) -> Answer:
    """Make the steps; where they do not fit so, tell all that do not fit, or make them in an order that does."""
    if found.problems.count:
        return refuse(_unfit(found.problems))
    steps = found.steps
    if not steps:
        return Answer(body=_body(steps, found))
    made = make([step.change for step in steps])
    if made.refusal and made.refusal.kind != Kind.FORBIDDEN:
        steps = fit(known, found, today=today)
        if found.problems.count:
            return refuse(_unfit(found.problems))
        made = make([step.change for step in steps])
    return made if made.refusal else replace(made, body={**_of(made), **_body(steps, found, most)})


def _of(answer: Answer) -> Json:
    return dict(answer.body or {})


def export_lists(app: Application, officer: Officer, language: Language) -> Answer:
    """The present organisation as lists, with contacts: for those who may change it, and auditors. It is a leaf."""
    if refusal := policy.refuses(officer, "export lists"):
        return refuse(refusal)
    with app.store.read() as tx:
        organisation: Organisation = app.organisations.get(tx)
    files = dict(export(organisation, today=day_of(app.clock()), language=language))
    details = {"language": language, "sha256": sha256_hex(canonical(files))}
    draft = LeafDraft(actor=officer.id, act="lists-exported", subject="organisation", details=details)
    with app.store.write() as tx:
        append(app, tx, [draft], app.clock())
    return Answer(body={"files": files})


def _body(steps: Sequence[Step], found: Comparison, most: int | None = None) -> Json:
    signs = Counter(step.sign for step in steps)
    return {
        "changes": [_step(step) for step in steps[:most]],
        "counts": {"added": signs["+"], "changed": signs["~"], "ended": signs["-"]},
        "notes": [
            {"code": each.code, "subject": each.subject, "message": each.message, **_place(each.place)}
            for each in found.notes
        ],
    }


def _step(step: Step) -> Json:
    told = {"sign": step.sign, "subject": step.subject, **to_json(step.change), **_place(step.place)}
    return {**told, "before": {name: _plain(value) for name, value in step.before.items()}} if step.before else told


def _place(place: Place | None) -> Json:
    return {} if place is None else {"file": place.file, "line": place.line}


def _plain(value: object) -> object:
    match value:
        case frozenset():
            return sorted(value)
        case date():
            return value.isoformat()
        case Contact():
            return {"email": value.email, "phone": value.phone}
        case _:
            return value


def _unfit(problems: Problems) -> Refusal:
    told = sorted(problems.first, key=lambda each: (each.place.file, each.place.line) if each.place else ("~", 0))
    first = told[0]
    message = _line(first) if problems.count == 1 else f"{problems.count} problems, the first: {_line(first)}"
    return Refusal(
        kind=Kind.INVALID,
        code="lists-unfit",
        message=message,
        remedy="correct the lists; nothing was changed",
        problems=tuple(_problem(each) for each in told),
    )


def _problem(problem: Problem) -> Json:
    field = {"field": problem.column} if problem.column else {}
    return {**_place(problem.place), **field, "code": problem.code, "message": problem.message}


def _line(problem: Problem) -> str:
    place = f"{problem.place.file}:{problem.place.line}" if problem.place else ""
    return ": ".join(part for part in (place, problem.column, problem.message) if part)
