"""Fold the recorded acts of a dossier over its recorded process; stop at the first that is no step of it."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from engine.bpmn.events import EventRefused
from engine.outcome import Outcome
from engine.replay.events import EVENTS
from engine.replay.interventions import INTERVENTIONS
from engine.replay.library import Recorded
from engine.replay.organisation import RecordedOrganisation
from engine.replay.programs import PROGRAMS
from engine.replay.report import ActLine, Differs, Divergence, OpenTask, Replay, Said, Untold
from engine.replay.run import Extends, Fits, Run
from engine.replay.sending import begun
from engine.replay.tasks import GIVEN, HOLDING, STEERING, completed, given, holder_noted
from engine.replay.telling import listed, same_act, same_consequence, shown
from signing.evidence.contents import Opened, PackContents, open_entry
from signing.record import parse_time
from signing.verify import CLOCK_SKEW

MOVES = {**INTERVENTIONS, **PROGRAMS, **EVENTS, "task-completed": completed}
ADOPTED, STARTED, MIGRATED = "procedure-adopted", "dossier-started", "dossier-migrated"
CONSEQUENCES = frozenset({"decision-evaluated", "incident-raised"})
"""They follow from an act, in its transaction, and never stand alone."""
BESIDE = frozenset(
    {
        "signature-stamped",
        "comment-added",
        "attachment-added",
        "attachment-removed",
        "message-buffered",
        "message-expired",
        "refusals-counted",
        "trail-read",
        "job-retried",
        "job-dismissed",
        "data-erased",
        # what becomes of a mail: the process went on when the relay took it
        "dispatch-failed",
        "dispatch-unconfirmed",
        "dispatch-called-off",
        "dispatch-delivered",
        "dispatch-relayed",
        "dispatch-delayed",
        "dispatch-bounced",
        "dispatch-contradicted",
        "mail-taken",
        "consent-given",
        "consent-revoked",
        "address-confirmed",
        "address-refused",
        # what becomes of a parcel: the process went on when it was prepared
        "parcel-item-set",
        "parcel-originals-set",
        "parcel-ordered",
        "parcel-order-refused",
        "parcel-order-unclear",
        "parcel-order-decided",
        "parcel-order-cancelled",
        "parcel-cancel-refused",
        "parcel-handed-over",
        "parcel-in-transit",
        "parcel-missed",
        "parcel-delivered",
        "parcel-returned",
        "parcel-lost",
        "parcel-called-off",
        "parcel-contradicted",
        "parcel-sent-again",
        "parcel-settled",
        "parcel-complained",
        # the counter, and parcels that come in: the steps of the process stay what they are
        "visit-set",
        "visit-moved",
        "visit-missed",
        "result-given",
        "inbound-filed",
        "inbound-added",
        "originals-returned",
    }
)
"""Acts of a dossier that move nothing in it. What was refused moves nothing either, but a dispatch: it ends its job."""
_EVENTS = {
    "no-such-task": "task-not-open",
    "no-such-job": "job-not-open",
    "no-such-timer": "timer-not-live",
    "timer-not-due": "timer-early",
    "message-not-awaited": "message-not-awaited",
    "signal-not-awaited": "signal-not-awaited",
    "no-such-incident": "incident-not-open",
    "no-such-start": "start-otherwise",
}


def replay(contents: PackContents, *, fits: Fits, extends: Extends | None = None) -> Replay:
    """Say whether the dossier's recorded acts are a run of its recorded process. `fits`: what its forms ask for.

    `extends`: which documents are another one with permitted fields; with it is also judged whether those who signed
    were those whom the steps ask, and whether a result could leave. Without it the path alone is.
    `contents` as `read_pack` accepts them. Raises Invalid where evidence cannot be read at all.
    """
    opened = [open_entry(entry) for entry in contents.entries]
    own = [item for item in opened if item.dossier == contents.dossier]
    run = Run(
        code=contents.dossier,
        library=Recorded(opened, contents.objects),
        objects=contents.objects,
        fits=fits,
        people=None if extends is None else RecordedOrganisation(opened),
        extends=extends,
        adopted=tuple(item for item in opened if item.leaf.act == ADOPTED and "procedure" in item.objects),
    )
    said: list[Said] = []
    divergence = None
    try:
        for each in _fold(run, own):
            said.append(each)
        if run.started is None:
            raise Differs("start-missing", found="no act", expected="dossier-started")
    except Differs as differs:
        divergence, at = differs, own[min(len(said), len(own) - 1)]
        said.append(differs.said)
    lines = [_line(item, said[n] if n < len(said) else "not-replayed") for n, item in enumerate(own)]
    return Replay(
        dossier=contents.dossier,
        answer=divergence.answer if divergence is not None else "yes",
        acts=tuple(lines),
        divergence=None if divergence is None else _divergence(at, divergence),
        open=_open(run),
        finished=run.started is not None and run.dossier.finished is not None,
    )


def _fold(run: Run, own: list[Opened]) -> Iterator[Said]:
    """What the model says of each act, in their order."""
    latest, waiting = None, iter(own)
    for item in waiting:
        at = parse_time(item.leaf.time)
        if latest is not None and at < latest - CLOCK_SKEW:
            raise Differs("act-disordered", found=item.leaf.time, expected=f"not before {latest.isoformat()}")
        latest = at if latest is None else max(at, latest)
        outcome = _taken(run, item, at)
        if outcome is None:
            yield "moves-nothing"
            continue
        yield "as-modelled"
        for expected in outcome.leaves[1:]:
            same_consequence(next(waiting, None), expected)
            yield "as-modelled"


def _taken(run: Run, item: Opened, at: datetime) -> Outcome | None:
    """What the act led to; None where it moves nothing."""
    act = item.leaf.act
    if act in BESIDE or (item.refused and act not in MOVES):
        run.dossier  # noqa: B018  (nothing comes before the dossier is received)
        if act == GIVEN:
            given(run, item)
        return None
    if act in CONSEQUENCES:
        raise Differs("consequence-unfounded", found=f"{act} alone", expected="an act that it follows from")
    if (holding := HOLDING.get(act)) is not None:
        run.became(holding(run, item))
        if act not in STEERING:
            holder_noted(run, item, at)
        return Outcome()
    if (move := MOVES.get(act)) is None:
        raise Untold("act-unknown", found=act, expected="an act that this release knows")
    try:
        outcome = move(run, item, at)
    except EventRefused as refused:
        code = _EVENTS.get(refused.code, "act-not-allowed")
        raise Differs(code, found=f"{act} {_which(item)} at {item.leaf.time}", expected=refused.message) from None
    if outcome.leaves:
        same_act(item, outcome.leaves[0], run.definition.graph)
    if act == STARTED and run.extends is not None:
        begun(run, item, at)
    if act == MIGRATED:  # its open tasks may ask others now
        run.told.clear()
    run.told |= {str(each.get("task")): each for each in listed(item, "opened") if isinstance(each, dict)}
    return outcome


def _which(item: Opened) -> str:
    return shown(item.details.get("element", item.leaf.subject))


def _line(item: Opened, said: Said) -> ActLine:
    leaf = item.leaf
    return ActLine(
        index=leaf.index,
        time=leaf.time,
        actor=leaf.actor,
        act=leaf.act,
        subject=leaf.subject,
        element=_element(item.details),
        said=said,
    )


def _divergence(item: Opened, differs: Differs) -> Divergence:
    return Divergence(
        index=item.leaf.index,
        act=item.leaf.act,
        element=_element(item.details),
        code=differs.code,
        found=differs.found,
        expected=differs.expected,
    )


def _element(details: Mapping[str, object]) -> str:
    element = details.get("element")
    return element if isinstance(element, str) else ""


def _open(run: Run) -> tuple[OpenTask, ...]:
    tasks = run.dossier.tasks.values() if run.started is not None else ()
    return tuple(OpenTask(task=task.id, element=task.element, name=task.name) for task in tasks)
