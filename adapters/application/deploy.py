"""Deploy a process bundle: signed by who deploys it, and by the administrator who approves it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from adapters import bundles
from adapters.application import procedures, starting, views
from adapters.application.acting import Doing, Enact, SignedAct, beside, offered
from adapters.application.answer import CREATED, OK, Answer, Request, once, refuse
from adapters.application.application import Application
from adapters.application.definitions import Deployed
from adapters.application.trail import append, receipt
from adapters.database import definitions, messages
from adapters.database.store import Transaction
from engine import policy
from engine.acts.calls import bound_now, check_calls
from engine.acts.deploy import CheckedBundle, check_bundle
from engine.bpmn.problems import Problem
from engine.bpmn.start_timers import StartTimer
from engine.errors import Kind, Refusal
from engine.officer import Officer
from engine.outcome import LeafDraft
from engine.people.organisation import day_of
from engine.people.proposals import DEPLOY, Proposal
from engine.process import PROCESS, ProcessDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A checked bundle to deploy: `warnings` of the check and the `although` that it needs, as JSON."""

    files: Mapping[str, bytes]
    checked: CheckedBundle
    warnings: Sequence[Mapping[str, Any]]
    although: str | None

    @property
    def key(self) -> str:
        """The process it is of."""
        return self.checked.graph.process_id

    def listed(self) -> list[dict[str, str]]:
        """Its files with their digests, as a leaf names them."""
        return [{"path": path, "sha256": digest} for path, digest in sorted(self.checked.digests.items())]

    def keep(self, tx: Transaction) -> None:
        """Store the bytes of its files."""
        for path, content in self.files.items():
            definitions.put_content(tx, self.checked.digests[path], content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The version that it would be now; `told`: what the answer says of it."""

    definition: ProcessDefinition
    timers: list[StartTimer]
    told: dict[str, Any]


def prepare(
    app: Application, officer: Officer, request: Request, files: Mapping[str, bytes], although: str | None = None
) -> Answer:
    """Check the bundle, keep its bytes, and give what to sign; the same bundle again is the same version: nothing to
    sign.

    Where the second engine disagrees, it is deployed with a reason `although` alone, which the leaf keeps.
    """
    if refusal := policy.refuses(officer, Deploy.right):
        return refuse(refusal)
    checked = bundles.check(files, although=although)
    if not isinstance(checked, CheckedBundle):
        return refuse(_refusal(checked))
    reason = although if bundles.disagrees(checked) else None
    warnings = [bundles.to_json(item) for item in checked.warnings]
    ready = Deploy.of_bundle(Bundle(files=files, checked=checked, warnings=warnings, although=reason))

    def act(tx: Transaction) -> Answer:
        plan = _plan(app, tx, officer, ready.bundle)
        if isinstance(plan, Answer):
            return plan
        ready.keep(tx)
        return beside(offered(app, tx, officer, ready, {}), {**plan.told, "version": plan.definition.version})

    return once(app, request, act)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploy(SignedAct):
    """The bundle is the next version of its process, `subject`; `body` names its hash, and the reason it needs."""

    act: ClassVar[str] = DEPLOY
    right: ClassVar[str] = "deploy processes"
    same: ClassVar[tuple[str, ...]] = ("bundle_hash", "although")

    bundle: Bundle

    @classmethod
    def of_bundle(cls, bundle: Bundle) -> Self:
        """The act that deploys it."""
        body = {"bundle_hash": bundle.checked.bundle_hash, **_said(bundle.although, {})}
        return cls(subject=bundle.key, body=body, bundle=bundle)

    @classmethod
    def of_facts(cls, app: Application, subject: str, facts: Mapping[str, Any]) -> Self | Refusal:
        """Its bytes were kept, and checked whole, when the statement was asked for."""
        return cls._of_kept(app, facts["files"], facts["warnings"], facts["body"].get("although"))

    @classmethod
    def of_proposal(cls, app: Application, proposal: Proposal) -> Self | Refusal:
        """Its files stand in the proposal by their digests."""
        body: Any = proposal.body
        return cls._of_kept(app, body["files"], body["warnings"], body.get("although"))

    @classmethod
    def _of_kept(
        cls, app: Application, names: Mapping[str, str], warnings: Sequence[Mapping[str, Any]], although: str | None
    ) -> Self | Refusal:
        with app.store.read() as tx:
            contents = definitions.get_contents(tx, names.values())
        files = {path: contents[digest] for path, digest in names.items()}
        checked = check_bundle(files)
        if not isinstance(checked, CheckedBundle):  # this release refuses what an earlier one took
            return _refusal(checked)
        return cls.of_bundle(Bundle(files=files, checked=checked, warnings=warnings, although=although))

    def decide(self, app: Application, tx: Transaction, officer: Officer) -> Enact | Refusal:
        """It must be another bundle than the latest version, and what it calls and starts by must fit now."""
        plan = _plan(app, tx, officer, self.bundle)
        if isinstance(plan, Answer):
            return plan.refusal or _deployed_already(self.bundle, plan)
        return lambda doing: _deploy(app, tx, self.bundle, plan, doing)

    def facts(self) -> dict[str, Any]:
        """Its files by their digests, and what the check warns of."""
        return {"files": dict(self.bundle.checked.digests), "warnings": list(self.bundle.warnings)}

    def lock(self, tx: Transaction) -> None:
        """Before the trail, as those who start dossiers by a timer or a message lock first."""
        messages.lock_timers(tx, self.subject)
        messages.lock_starts(tx, self.subject)

    def keep(self, tx: Transaction) -> dict[str, object]:
        """The bytes of its files."""
        self.bundle.keep(tx)
        return {"bundle": self.bundle.listed()}

    def proposed(self) -> dict[str, Any]:
        """What it brings, and what the check warns of."""
        return {**self.body, **self.facts()}

    def told(self) -> dict[str, Any]:
        """Which process, which bundle."""
        said = _said(self.bundle.although, {})
        return {"key": self.subject, "bundle": self.bundle.checked.bundle_hash, **said}


def _plan(app: Application, tx: Transaction, officer: Officer, bundle: Bundle) -> Plan | Answer:
    """What deploying it now in the officer's name would be, or the answer where it would be nothing."""
    latest = definitions.latest_process(tx, bundle.key)
    unmet = procedures.unmet_by(app, tx, bundle.checked.graph)
    unheld = [bundles.to_json(item) for item in (*_unheld(app, tx, bundle.checked), *unmet)]
    told: dict[str, Any] = {
        "key": bundle.key,
        "bundle_hash": bundle.checked.bundle_hash,
        **_said(bundle.although, {}),
        "warnings": [*bundle.warnings, *unheld],
    }
    if latest is not None and latest["bundle_hash"] == bundle.checked.bundle_hash:
        return Answer(status=OK, body={**told, "version": latest["version"], "changed": False})
    version = latest["version"] + 1 if latest else 1
    definition = _bound(app, tx, bundle.checked.definition(bundle.files, version))
    if isinstance(definition, Refusal):
        return refuse(definition)
    timers = starting.timers(definition, app.clock())
    refusal = timers if isinstance(timers, Refusal) else starting.refuses_starts(tx, definition, officer)
    if refusal is not None or isinstance(timers, Refusal):
        assert refusal is not None
        return refuse(refusal)
    told["warnings"] += map(bundles.to_json, _passed(bundle.checked, timers))
    return Plan(definition=definition, timers=timers, told=told)


def _deploy(app: Application, tx: Transaction, bundle: Bundle, plan: Plan, doing: Doing) -> Answer:
    key, version, bound = bundle.key, plan.definition.version, dict(plan.definition.bound)
    said = {"key": key, "version": version, "bundle": bundle.checked.bundle_hash, **_said(bundle.although, bound)}
    draft = LeafDraft(
        actor=doing.officer.id,
        act=DEPLOY,
        subject=f"{key}:{version}",
        details={**said, **doing.said},
        objects=doing.objects,
    )
    leaf = append(app, tx, [draft], doing.now)[0]
    definitions.add_process(
        tx,
        {
            "key": key,
            "version": version,
            "bundle_hash": bundle.checked.bundle_hash,
            "name": bundle.checked.graph.name or key,
            "files": dict(bundle.checked.digests),
            "version_tag": bundle.checked.graph.version_tag,
            "bound": bound,
            "deployed": doing.now,
            "deployed_by": doing.officer.id,
            "leaf": leaf.index,
        },
    )
    starting.listen(tx, plan.definition, plan.timers)
    changed = {
        **plan.told,
        "version": version,
        "changed": True,
        "receipt": views.receipt(receipt(tx, leaf, app.witnessed)),
    }
    return Answer(status=CREATED, body=changed)


def _deployed_already(bundle: Bundle, found: Answer) -> Refusal:
    version = (found.body or {})["version"]
    message = f"this bundle is version {version} of {bundle.key} already"
    return Refusal(kind=Kind.CONFLICT, code="deployed-already", message=message, remedy="reject the proposal")


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


def _unheld(app: Application, tx: Transaction, checked: CheckedBundle) -> tuple[Problem, ...]:
    """A warning for each role whose tasks nobody can do now: no active officer holds it."""
    wanted = bundles.roles_of(checked)
    held = app.organisations.get(tx).roles_held(day_of(app.clock())) if wanted else frozenset()
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
