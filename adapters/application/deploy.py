"""Deploy a process bundle."""

from collections.abc import Mapping

from adapters import bundles
from adapters.application import views
from adapters.application.answer import CREATED, OK, Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.trail import append, receipt
from adapters.database import definitions, trail
from adapters.database.store import Transaction
from engine.acts.deploy import CheckedBundle
from engine.bpmn.problems import Problem
from engine.errors import Kind, Refusal
from engine.officer import INTEGRATOR, Officer
from engine.outcome import LeafDraft


def deploy(app: Application, officer: Officer, request: Request, files: Mapping[str, bytes]) -> Answer:
    """Check the bundle and make it the next version of its process; the same bundle again stays the same version."""
    refusal = officer.lacks(INTEGRATOR, "deploy processes")
    if refusal:
        return refuse(refusal)
    checked = bundles.check(files)
    if not isinstance(checked, CheckedBundle):
        return refuse(_refusal(checked))
    return once(app, request, lambda tx: _act(app, tx, officer, files, checked))


def _act(
    app: Application, tx: Transaction, officer: Officer, files: Mapping[str, bytes], checked: CheckedBundle
) -> Answer:
    key = checked.graph.process_id
    trail.head(tx, lock=True)  # one deployment at a time: versions have no holes
    latest = definitions.latest_process(tx, key)
    body = {
        "key": key,
        "bundle_hash": checked.bundle_hash,
        "warnings": [bundles.to_json(item) for item in checked.warnings],
    }
    if latest is not None and latest["bundle_hash"] == checked.bundle_hash:
        return Answer(status=OK, body={**body, "version": latest["version"], "changed": False})
    version = latest["version"] + 1 if latest else 1
    now = app.clock()
    for path, content in files.items():
        definitions.put_content(tx, checked.digests[path], content)
    listed = [{"path": path, "sha256": digest} for path, digest in sorted(checked.digests.items())]
    draft = LeafDraft(
        actor=officer.id,
        act="process-deployed",
        subject=f"{key}:{version}",
        details={"key": key, "version": version, "bundle": checked.bundle_hash},
        objects={"bundle": listed},
    )
    leaf = append(app, tx, [draft], now)[0]
    definitions.add_process(
        tx,
        {
            "key": key,
            "version": version,
            "bundle_hash": checked.bundle_hash,
            "name": checked.graph.name or key,
            "files": dict(checked.digests),
            "deployed": now,
            "deployed_by": officer.id,
            "leaf": leaf.index,
        },
    )
    changed = {**body, "version": version, "changed": True, "receipt": views.receipt(receipt(tx, leaf))}
    return Answer(status=CREATED, body=changed)


def _refusal(problems: tuple[Problem, ...]) -> Refusal:
    errors = [item for item in problems if item.severity == "error"]
    first = errors[0]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return Refusal(
        kind=Kind.INVALID,
        code="bundle-refused",
        message=f"{first.file}:{first.line}: {first.element or 'document'}: {first.message}{more}",
        remedy="see all problems with their remedies: hoso process check DIR",
        problems=tuple(bundles.to_json(item) for item in problems),
    )
