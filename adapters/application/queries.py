"""Questions: what an officer may see, page by page. Nothing is changed here."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.application import anchoring, capacities, erasing, notes, parcel_views, retention, trail, views
from adapters.application.answer import Answer, refuse
from adapters.application.application import Application
from adapters.application.sight import definition_of, dossier_in_sight, open_task_in_sight
from adapters.database import checkpoints as published
from adapters.database import definitions, dossiers, incidents, jobs, parcel_lists, people, scope
from adapters.database import parcels as parcels_kept
from adapters.database import successions as stored_successions
from adapters.database import trail as stored
from adapters.database.store import Transaction
from engine import policy
from engine.errors import Refusal, not_found
from engine.officer import Officer
from signing.canonical import parse_canonical

Json = dict[str, Any]
SHOWN = 50  # of a dossier's open tasks and jobs; the others come page by page


def _page(items: list[Json], limit: int, cursor: str) -> Answer:
    following = str(items[-1][cursor]) if len(items) == limit else None
    return Answer(body={"items": items, "next": following})


def me(app: Application, officer: Officer) -> Answer:
    """Who the caller is, and which log this server keeps."""
    with app.store.read() as tx:
        log_key = app.log_keys.of(stored.head(tx).checkpoint)
    body = {
        "officer": officer.id,
        "name": officer.name,
        "position": officer.position,
        "unit": officer.unit,
        "roles": sorted(officer.roles),
        "server_time": views.moment(app.clock()),
        "agency": {"identifier": app.agency.identifier, "name": app.agency.name},
        "log": {"origin": log_key.origin, "vkey": log_key.vkey},
    }
    return Answer(body=body)


def list_units(app: Application) -> Answer:
    """All units."""
    with app.store.read() as tx:
        return Answer(body={"items": [views.unit(each) for each in app.organisations.get(tx).units], "next": None})


def list_officers(app: Application, after: str, limit: int) -> Answer:
    """A page of officers."""
    with app.store.read() as tx:
        organisation = app.organisations.get(tx)
    ids = [each.id for each in organisation.people if each.id > after][:limit]
    return _page([views.officer(organisation, id, app.clock()) for id in ids], limit, "id")


def list_certificates(app: Application, after: str, limit: int) -> Answer:
    """A page of certificate bindings."""
    with app.store.read() as tx:
        rows = people.certificates(tx, after=after, limit=limit)
    return _page([views.certificate(row) for row in rows], limit, "fingerprint")


def list_processes(app: Application, after: str, limit: int) -> Answer:
    """A page of deployed versions; the cursor is `key:version`."""
    with app.store.read() as tx:
        rows = definitions.processes(tx, after=after, limit=limit)
    items = [{**_process(row), "id": f"{row['key']}:{row['version']}"} for row in rows]
    return _page(items, limit, "id")


def show_process(app: Application, key: str) -> Answer:
    """The latest version of a process with its files' digests."""
    with app.store.read() as tx:
        row = definitions.latest_process(tx, key)
        if row is None:
            return refuse(not_found("process", key, "list them: hoso process list"))
        leaf = next(iter(stored.leaves(tx, start=row["leaf"], limit=1)))
    return Answer(body={**_process(row), **views.although(leaf), "files": row["files"]})


def _process(row: Mapping[str, Any]) -> Json:
    shown = {name: row[name] for name in ("key", "version", "bundle_hash", "name", "deployed_by")}
    return {**shown, "deployed": views.moment(row["deployed"])}


def list_dossiers(
    app: Application, officer: Officer, after: str, limit: int, wanted: dossiers.Wanted = dossiers.ALL
) -> Answer:
    """A page of dossiers within the officer's sight; those that have the words asked for come newest first."""
    with app.store.read() as tx:
        if wanted.words:
            rows, behind = dossiers.found(tx, officer, behind=after, limit=limit, wanted=wanted)
            return Answer(body={"items": [views.dossier_row(row) for row in rows], "next": behind})
        rows = dossiers.listed(tx, officer, after=after, limit=limit, wanted=wanted)
    return _page([views.dossier_row(row) for row in rows], limit, "code")


def show_dossier(app: Application, officer: Officer, code: str) -> Answer:
    """A dossier as it stands, with the first of its open tasks and jobs, and how many there are."""
    with app.store.read() as tx:
        dossier = dossier_in_sight(tx, officer, code, part=None)
        if isinstance(dossier, Refusal):
            return refuse(dossier)
        procedure = definitions.find_procedure(tx, dossier.procedure) if dossier.procedure else None
        seen = scope.task_seen(officer, dossier.unit)
        first = {task.number: task for task in dossiers.open_tasks(tx, code, limit=SHOWN, seen=seen)}
        waiting, sent = jobs.jobs_of(tx, code, limit=SHOWN), jobs.dispatches_of(tx, code)
        standing = incidents.of_dossier(tx, code)
        body = views.dossier(replace(dossier, tasks=first), procedure, standing, waiting, sent)
        counts = {"open_tasks": dossiers.count_tasks(tx, code, seen), "open_jobs": jobs.count_jobs(tx, code)}
        kept = {"retention": retention.of_dossier(tx, dossier), "erasure": erasing.told_of(tx, dossier)}
        return Answer(body={**body, **counts, **kept, **notes.beside(app, tx, code)})


def tasks_of(app: Application, officer: Officer, code: str, after: int, limit: int) -> Answer:
    """A page of a dossier's open tasks, by number."""
    with app.store.read() as tx:
        dossier = dossier_in_sight(tx, officer, code, part=None)
        if isinstance(dossier, Refusal):
            return refuse(dossier)
        seen = scope.task_seen(officer, dossier.unit)
        found = dossiers.open_tasks(tx, code, after=after, limit=limit, seen=seen)
    return _page([{**views.task(dossier, task, app.clock()), "number": task.number} for task in found], limit, "number")


def jobs_of(app: Application, officer: Officer, code: str, after: int, limit: int) -> Answer:
    """A page of a dossier's open and failed jobs, by id."""
    with app.store.read() as tx:
        dossier = dossier_in_sight(tx, officer, code, part=None)
        if isinstance(dossier, Refusal):
            return refuse(dossier)
        return _page([views.job(row) for row in jobs.jobs_of(tx, code, after=after, limit=limit)], limit, "id")


def history(app: Application, officer: Officer, code: str) -> Answer:
    """What happened to a dossier, from its leaves."""
    with app.store.read() as tx:
        dossier = dossier_in_sight(tx, officer, code, part=None)
        if isinstance(dossier, Refusal):
            return refuse(dossier)
        leaves = stored.leaves_of(tx, code)
        actors = {str(told["actor"]) for leaf in leaves if isinstance(told := parse_canonical(leaf.encoded), dict)}
        organisation = app.organisations.get(tx)
        names = {id: views.officer(organisation, id, app.clock()) for id in actors if organisation.person(id)}
    return Answer(body={"items": [views.event(leaf, names) for leaf in leaves], "next": None})


def show_task(app: Application, officer: Officer, id: str) -> Answer:
    """An open task with its form, its documents and the dossier's data."""
    with app.store.read() as tx:
        found = open_task_in_sight(tx, officer, id)
        if isinstance(found, Refusal):
            return refuse(found)
        dossier, task = found
        definition = definition_of(app, tx, dossier)
        capacity = capacities.shown(
            app, tx, officer, dossier, task, app.clock(), allowed=capacities.allowed_by(definition, task)
        )
        beside = notes.beside(app, tx, dossier.code)
    documents = [views.document(document) for document in dossier.documents.values()]
    process = {"key": definition.key, "version": definition.version, "bundle_hash": definition.bundle_hash}
    form = definition.home(task.element).forms.get(task.form or "")
    body = {"form": form, "documents": documents, "data": dict(dossier.state.seen_by(task.number)), "process": process}
    signing = {"capacity": capacity} if capacity else {}
    return Answer(body={**views.task(dossier, task, app.clock()), **body, **signing, **beside})


def list_dispatches(
    app: Application, officer: Officer, after: str, limit: int, wanted: parcel_lists.Wanted = parcel_lists.ALL
) -> Answer:
    """A page of dispatches within the officer's sight, perhaps only of those wanted."""
    with app.store.read() as tx:
        rows = parcel_lists.listed(tx, officer, wanted, after=after, limit=limit)
    return _page([views.dispatch(row) for row in rows], limit, "id")


def show_dispatch(app: Application, officer: Officer, id: str) -> Answer:
    """One dispatch; one by post, which its carrier's item names, too, with its whole way."""
    with app.store.read() as tx:
        row = _dispatch(tx, officer, parcels_kept.find_key(tx, id) or id)
        if isinstance(row, Refusal):
            return refuse(row)
        return Answer(body=parcel_views.whole(app, tx, row))


def proof(app: Application, officer: Officer, id: str) -> bytes | Refusal:
    """What told of a parcel's delivery, as it came."""
    with app.store.read() as tx:
        row = _dispatch(tx, officer, parcels_kept.find_key(tx, id) or id)
        if isinstance(row, Refusal):
            return row
        parcel = parcels_kept.find(tx, row["key"])
        content = definitions.get_content(tx, parcel["proof"]) if parcel is not None and parcel["proof"] else None
    return content or not_found(
        "proof", f"of {id[:100]}", f"nothing told of its delivery; see: hoso dispatch show {id}"
    )


def _dispatch(tx: Transaction, officer: Officer, id: str) -> parcels_kept.Row | Refusal:
    row = jobs.find_dispatch(tx, id)
    if row is None or isinstance(dossier_in_sight(tx, officer, row["dossier"], part=None), Refusal):
        return not_found("dispatch", id[:100], "list them: hoso dispatch list")
    return row


def content(app: Application, officer: Officer, sha256: str) -> bytes | Refusal:
    """A document's bytes, for those who may see a dossier that holds it, or who uploaded it."""
    with app.store.read() as tx:
        if dossiers.seen_with(tx, officer, sha256) or definitions.uploaded(tx, sha256, officer.id):
            found = definitions.get_content(tx, sha256)
            if found is not None:
                return found
    return not_found("document", sha256[:16], "see the dossier's documents: hoso dossier show CODE")


def checkpoint(app: Application) -> str:
    """The log's present signed checkpoint."""
    with app.store.read() as tx:
        return stored.head(tx).checkpoint


def checkpoints(app: Application, after: int, limit: int) -> Answer:
    """A page of the published checkpoints, by size, each with the names of those who cosigned it."""
    with app.store.read() as tx:
        found = published.page(tx, after=after, limit=limit)
    items = [
        {
            "size": each.size,
            "time": views.moment(each.published),
            "note": each.note,
            "witnesses": anchoring.cosigners(each.note),
        }
        for each in found
    ]
    return Answer(body={"items": items, "next": found[-1].size if len(found) == limit else None})


def successions(app: Application) -> Answer:
    """The statements by which the log's keys followed one another, the oldest first."""
    with app.store.read() as tx:
        items = [{"note": note, "leaf": leaf} for note, leaf in stored_successions.told(tx)]
    return Answer(body={"items": items, "next": None})


def leaves(app: Application, officer: Officer, start: int, limit: int) -> Answer:
    """A page of the log's leaves, without their evidence: what an auditor needs to recompute the root."""
    refusal = policy.refuses(officer, "read the whole trail")
    if refusal:
        return refuse(refusal)
    with app.store.read() as tx:
        shown = [views.closed_leaf(leaf) for leaf in stored.leaves(tx, start=start, limit=limit)]
    return Answer(body={"items": shown, "next": start + len(shown) if len(shown) == limit else None})


def consistency(app: Application, old: int, new: int | None) -> Answer:
    """The proof that the log of `old` leaves is the beginning of the one of `new` leaves (default: the present one)."""
    with app.store.read() as tx:
        head = stored.head(tx)
        size = head.size if new is None else new
        if not 0 < old <= size <= head.size:
            return refuse(not_found("checkpoint", f"of {old} to {size} leaves", f"the log has {head.size}"))
        proof = trail.consistency(tx, old, size)

    body = {"old": old, "new": size, "proof": [item.hex() for item in proof]}
    return Answer(body={**body, "checkpoint": head.checkpoint})
