"""Deploy a process bundle."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from adapters import bundles
from adapters.application import starting, views
from adapters.application.answer import CREATED, OK, Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.definitions import Deployed
from adapters.application.trail import append, receipt
from adapters.database import definitions, messages, people, trail
from adapters.database.store import Transaction
from engine.acts.calls import bound_now, check_calls
from engine.acts.deploy import CheckedBundle
from engine.bpmn.problems import Problem
from engine.bpmn.start_timers import StartTimer
from engine.errors import Kind, Refusal
from engine.officer import INTEGRATOR, Officer
from engine.outcome import LeafDraft
from engine.process import PROCESS, ProcessDefinition


def deploy(
    app: Application, officer: Officer, request: Request, files: Mapping[str, bytes], although: str | None = None
) -> Answer:
    """Check the bundle and make it the next version of its process; the same bundle again stays the same version.

    Where the second engine disagrees, it is deployed with a reason `although` alone, which the leaf keeps.
    """
    refusal = officer.lacks(INTEGRATOR, "deploy processes")
    if refusal:
        return refuse(refusal)
    checked = bundles.check(files, although=although)
    if not isinstance(checked, CheckedBundle):
        return refuse(_refusal(checked))
    reason = although if bundles.disagrees(checked) else None
    return once(app, request, lambda tx: _act(app, tx, officer, files, checked, reason))


def _act(
    app: Application,
    tx: Transaction,
    officer: Officer,
    files: Mapping[str, bytes],
    checked: CheckedBundle,
    although: str | None,
) -> Answer:
    key = checked.graph.process_id
    # Before the trail, as those who start dossiers by a timer or a message lock first.
    messages.lock_timers(tx, key)
    messages.lock_starts(tx, key)
    trail.head(tx, lock=True)  # one deployment at a time: versions have no holes
    latest = definitions.latest_process(tx, key)
    warnings = (*checked.warnings, *_unheld(tx, checked))
    body: dict[str, Any] = {
        "key": key,
        "bundle_hash": checked.bundle_hash,
        **_said(although, {}),
        "warnings": [bundles.to_json(item) for item in warnings],
    }
    if latest is not None and latest["bundle_hash"] == checked.bundle_hash:
        return Answer(status=OK, body={**body, "version": latest["version"], "changed": False})
    version = latest["version"] + 1 if latest else 1
    definition = _bound(app, tx, checked.definition(files, version))
    if isinstance(definition, Refusal):
        return refuse(definition)
    now, bound = app.clock(), dict(definition.bound)
    timers = starting.timers(definition, now)
    refusal = timers if isinstance(timers, Refusal) else starting.refuses_starts(tx, definition, officer)
    if refusal is not None or isinstance(timers, Refusal):
        assert refusal is not None
        return refuse(refusal)
    for path, content in files.items():
        definitions.put_content(tx, checked.digests[path], content)
    listed = [{"path": path, "sha256": digest} for path, digest in sorted(checked.digests.items())]
    draft = LeafDraft(
        actor=officer.id,
        act="process-deployed",
        subject=f"{key}:{version}",
        details={"key": key, "version": version, "bundle": checked.bundle_hash, **_said(although, bound)},
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
            "version_tag": checked.graph.version_tag,
            "bound": bound,
            "deployed": now,
            "deployed_by": officer.id,
            "leaf": leaf.index,
        },
    )
    starting.listen(tx, definition, timers)
    body["warnings"] = [*body["warnings"], *map(bundles.to_json, _passed(checked, timers))]
    changed = {**body, "version": version, "changed": True, "receipt": views.receipt(receipt(tx, leaf))}
    return Answer(status=CREATED, body=changed)


def _bound(app: Application, tx: Transaction, own: ProcessDefinition) -> ProcessDefinition | Refusal:
    """The definition with the versions of what it calls as of this deployment, or why it cannot call what it names."""
    library = Deployed(app.definitions, tx)
    bound = replace(own, bound=bound_now(own, library))
    problems = check_calls(bound, library)
    return _refusal(problems) if problems else bound


def _passed(checked: CheckedBundle, timers: Sequence[StartTimer]) -> list[Problem]:
    """Timers that will start nothing any more."""
    return [
        Problem(
            severity="warning",
            file=PROCESS,
            line=checked.graph.nodes[timer.element].line,
            element=timer.element,
            code="timer-start-past",
            message="its time has passed: it starts nothing",
            remedy="set a time to come",
        )
        for timer in timers
        if timer.schedule is None
    ]


def _said(although: str | None, bound: Mapping[str, int]) -> dict[str, object]:
    """What leaf and answer say of a deployment: why, where the second engine disagreed; what its calls are bound to."""
    reason: dict[str, object] = {} if although is None else {"although": although}
    return {**reason, "bound": dict(bound)} if bound else reason


def _unheld(tx: Transaction, checked: CheckedBundle) -> tuple[Problem, ...]:
    """A warning for each role whose tasks nobody can do now: no active officer holds it."""
    wanted = bundles.roles_of(checked)
    held = people.held_roles(tx) if wanted else frozenset()
    return tuple(bundles.unheld(node, role) for role, node in wanted.items() if role not in held)


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
