"""Intervene: what administrators and operators do to a running dossier from outside, always with a reason.

Each act names the revision of the dossier that its author saw, and is refused when another act came first. Its body,
whole and plain, stands in its leaf: it is what there is to sign.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar

from engine import policy
from engine.acts import migrate as migration
from engine.acts.move import move
from engine.bpmn import effects, run
from engine.bpmn.cancellation import cancel
from engine.bpmn.events import EventRefused, Modified, Retried
from engine.dossier import Dossier, Status
from engine.errors import Kind, Refusal, not_found
from engine.officer import Officer
from engine.outcome import LeafDraft, Outcome
from engine.process import ProcessDefinition
from engine.task import Task

LONGEST_REASON = 1000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervention:
    """What every such act has: the dossier's revision that its author saw, and why it is done."""

    act: ClassVar[str]
    verb: ClassVar[str]
    revision: int
    reason: str

    def body(self) -> dict[str, object]:
        """The act whole, as plain JSON."""
        return {"revision": self.revision, "reason": self.reason}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspend(Intervention):
    """Nothing moves the dossier until it is resumed; its legal term goes on."""

    act: ClassVar[str] = "dossier-suspended"
    verb: ClassVar[str] = "suspend dossiers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(Intervention):
    """The dossier moves again; timers that came due meanwhile fire now."""

    act: ClassVar[str] = "dossier-resumed"
    verb: ClassVar[str] = "resume dossiers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(Intervention):
    """The dossier is stopped: everything that lives in it ends."""

    act: ClassVar[str] = "dossier-cancelled"
    verb: ClassVar[str] = "cancel dossiers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Modify(Intervention):
    """What lives as `end` ends, tokens enter the elements of `begin` (each perhaps within one live scope)."""

    act: ClassVar[str] = "dossier-modified"
    verb: ClassVar[str] = "move tokens"
    end: tuple[int, ...] = ()
    begin: tuple[tuple[str, int | None], ...] = ()
    data: Mapping[str, object] = field(default_factory=dict)

    def body(self) -> dict[str, object]:
        """The act whole, as plain JSON."""
        begin = [{"element": element, "within": within} for element, within in self.begin]
        return {**Intervention.body(self), "end": list(self.end), "begin": begin, "data": dict(self.data)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrate(Intervention):
    """The dossier goes on under another version of its process; `mapping` says what elements are called there."""

    act: ClassVar[str] = "dossier-migrated"
    verb: ClassVar[str] = "migrate dossiers"
    version: int
    mapping: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, object]:
        """The act whole, as plain JSON."""
        return {**Intervention.body(self), "version": self.version, "mapping": dict(self.mapping)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve(Intervention):
    """What stands still tries again, over changed data."""

    act: ClassVar[str] = "incident-resolved"
    verb: ClassVar[str] = "resolve incidents"
    incident: int
    data: Mapping[str, object] = field(default_factory=dict)

    def body(self) -> dict[str, object]:
        """The act whole, as plain JSON."""
        return {**Intervention.body(self), "incident": self.incident, "data": dict(self.data)}


def read_body(act: str, body: Mapping[str, Any]) -> Intervention:
    """The act that a leaf or a record tells, which Hoso wrote (`body`); raises KeyError or TypeError for another."""
    said = {name: body[name] for name in ("revision", "reason")}
    match act:
        case Suspend.act:
            return Suspend(**said)
        case Resume.act:
            return Resume(**said)
        case Cancel.act:
            return Cancel(**said)
        case Modify.act:
            begin = tuple((item["element"], item["within"]) for item in body["begin"])
            return Modify(**said, end=tuple(body["end"]), begin=begin, data=body["data"])
        case Migrate.act:
            return Migrate(**said, version=body["version"], mapping=body["mapping"])
        case Resolve.act:
            return Resolve(**said, incident=body["incident"], data=body["data"])
    raise KeyError(act)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an act needs beside the dossier: its definition; to migrate, the other one, and who keeps what they hold."""

    definition: ProcessDefinition
    target: ProcessDefinition | None = None
    keeps: Callable[[Task], bool] = lambda _task: False


def intervene(dossier: Dossier, act: Intervention, officer: Officer, facts: Facts, *, now: datetime) -> Outcome:
    """Decide what the act does. A refusal is recorded as an attempt (`act-refused`)."""
    refusal = may(dossier, officer, act.verb) or _refuses(dossier, act)
    outcome = refusal or _decide(dossier, act, officer, facts, now)
    if isinstance(outcome, Refusal):
        return Outcome.refused(outcome, attempt(dossier, act.act, officer, outcome))
    return outcome


def may(dossier: Dossier, officer: Officer, verb: str) -> Refusal | None:
    """Why the officer may not intervene so in the dossier, or None."""
    return policy.refuses(officer, verb, dossier.unit)


def retry(
    dossier: Dossier, definition: ProcessDefinition, incident: int, officer: Officer, *, now: datetime
) -> Outcome:
    """What stands still tries again as it is, after somebody mended the cause."""
    found = dossier.state.incidents.get(incident)
    refusal = may(dossier, officer, "retry incidents") or dossier.refuses_while_suspended()
    if refusal:
        return Outcome.refused(refusal, attempt(dossier, "incident-retried", officer, refusal))
    if found is None:
        return Outcome.refused(_no_incident(dossier, incident))
    details = {"incident": incident, "element": found.element, "code": found.code}
    leaf = LeafDraft(
        actor=officer.id, act="incident-retried", subject=dossier.code, dossier=dossier.code, details=details
    )
    step = run.step(definition.graph, dossier.state, Retried(incident=incident), now=now)
    return move(dossier, definition, step, leaf, now=now)


def _refuses(dossier: Dossier, act: Intervention) -> Refusal | None:
    if not 0 < len(act.reason.strip()) <= LONGEST_REASON:
        message = f"the reason has {len(act.reason.strip())} characters, expected 1 to {LONGEST_REASON}"
        return Refusal(kind=Kind.INVALID, code="reason-missing", message=message, remedy="say why")
    if dossier.finished is not None:
        message = f"dossier {dossier.code} is finished since {dossier.finished:%Y-%m-%dT%H:%M:%SZ}"
        return _conflict("dossier-finished", message, "start a new one")
    if act.revision != dossier.revision:
        message = (
            f"dossier {dossier.code} is at revision {dossier.revision} now, this act was decided at {act.revision}"
        )
        return _conflict("stale-view", message, f"look at it again: hoso dossier show {dossier.code}")
    return None


def _decide(dossier: Dossier, act: Intervention, officer: Officer, facts: Facts, now: datetime) -> Outcome | Refusal:
    leaf = LeafDraft(
        actor=officer.id, act=act.act, subject=dossier.code, dossier=dossier.code, details={"body": act.body()}
    )
    match act:
        case Suspend():
            return _suspended(dossier, leaf, now)
        case Resume():
            return _resumed(dossier, leaf)
        case Cancel():
            return _cancelled(dossier, facts, leaf, now)
        case Modify():
            return _modified(dossier, act, facts, leaf, now)
        case Resolve():
            return _resolved(dossier, act, facts, leaf, now)
        case Migrate():
            assert facts.target is not None
            versions = migration.Versions(old=facts.definition, new=facts.target)
            return migration.migrate(dossier, versions, act.mapping, facts.keeps, leaf, now=now)
    raise TypeError(f"{type(act).__name__} is no intervention")


def _suspended(dossier: Dossier, leaf: LeafDraft, now: datetime) -> Outcome | Refusal:
    if refusal := dossier.refuses_while_suspended():
        return refusal
    return Outcome(dossier=replace(dossier, suspended=now, revision=dossier.revision + 1), leaves=(leaf,))


def _resumed(dossier: Dossier, leaf: LeafDraft) -> Outcome | Refusal:
    if dossier.suspended is None:
        remedy = f"see where it stands: hoso dossier show {dossier.code}"
        return _conflict("not-suspended", f"dossier {dossier.code} is not suspended", remedy)
    return Outcome(dossier=replace(dossier, suspended=None, revision=dossier.revision + 1), leaves=(leaf,))


def _cancelled(dossier: Dossier, facts: Facts, leaf: LeafDraft, now: datetime) -> Outcome:
    graph = facts.definition.graph
    outcome = move(dossier, facts.definition, cancel(graph, dossier.state, now=now), leaf, now=now)
    assert outcome.dossier is not None
    stopped = replace(outcome.dossier, status=Status.STOPPED, finished=now, suspended=None)
    return replace(outcome, dossier=stopped, called_off=True)


def _modified(dossier: Dossier, act: Modify, facts: Facts, leaf: LeafDraft, now: datetime) -> Outcome | Refusal:
    if not (act.end or act.begin or act.data):
        return _invalid("modification-empty", "nothing ends, begins or is set", "say what: --end, --begin or --set")
    event = Modified(cancel=act.end, begin=act.begin, data=act.data)
    try:
        step = run.step(facts.definition.graph, dossier.state, event, now=now)
    except EventRefused as refused:
        remedy = f"see what lives in it: hoso dossier show {dossier.code} --tokens"
        return _invalid(refused.code, f"dossier {dossier.code}: {refused.message}", remedy)
    if not act.begin and any(isinstance(effect, effects.Completed) for effect in step.effects):
        message = f"nothing would live in dossier {dossier.code} any more: it would count as decided"
        return _invalid("modification-ends", message, "begin something else, or cancel the dossier")
    outcome = move(dossier, facts.definition, step, leaf, now=now)
    if outcome.dossier is None or outcome.dossier.finished is None:
        return outcome
    return replace(outcome, dossier=replace(outcome.dossier, suspended=None))  # what it threw last still arrives


def _resolved(dossier: Dossier, act: Resolve, facts: Facts, leaf: LeafDraft, now: datetime) -> Outcome | Refusal:
    if refusal := dossier.refuses_while_suspended():
        return refusal
    found = dossier.state.incidents.get(act.incident)
    if found is None:
        return _no_incident(dossier, act.incident)
    graph = facts.definition.graph
    try:
        step = run.step(graph, dossier.state, Retried(incident=act.incident, data=act.data), now=now)
    except EventRefused as refused:
        return _invalid(refused.code, f"dossier {dossier.code}: {refused.message}", "correct the data")
    node = graph.nodes.get(found.element)
    name = (node.name if node else "") or found.element
    told = {**leaf.details, "element": found.element, "name": name, "code": found.code}
    return move(dossier, facts.definition, step, replace(leaf, details=told), now=now)


def attempt(dossier: Dossier, act: str, officer: Officer, refusal: Refusal) -> LeafDraft:
    """The leaf of an act that was refused."""
    details = {"act": act, "subject": dossier.code, "code": refusal.code, "message": refusal.message}
    return LeafDraft(actor=officer.id, act="act-refused", subject=dossier.code, dossier=dossier.code, details=details)


def _no_incident(dossier: Dossier, incident: int) -> Refusal:
    remedy = f"see those that stand: hoso dossier show {dossier.code}"
    return not_found("incident", f"{incident} of {dossier.code}", remedy)


def _conflict(code: str, message: str, remedy: str) -> Refusal:
    return Refusal(kind=Kind.CONFLICT, code=code, message=message, remedy=remedy)


def _invalid(code: str, message: str, remedy: str) -> Refusal:
    return Refusal(kind=Kind.INVALID, code=code, message=message, remedy=remedy)
