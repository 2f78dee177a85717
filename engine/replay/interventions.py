"""Replay how a dossier begins, and what administrators do to it from outside."""

from collections.abc import Callable, Mapping
from datetime import datetime

from engine.acts.accepts import refuses_data, refuses_message
from engine.acts.intervene import Facts, Intervention, Migrate, intervene, read_body, retry
from engine.acts.start import RECEIVED, StartDossier, start
from engine.bpmn.triggers import StartedBy
from engine.outcome import Outcome
from engine.replay.report import Differs, Untold
from engine.replay.run import Run, actor_of
from engine.replay.tasks import record_of
from engine.replay.telling import shown, told
from signing.canonical import canonical
from signing.evidence.contents import Opened
from signing.record import ActRecord

_CODES = {
    "stale-view": "revision-other",
    "dossier-suspended": "moved-while-suspended",
    "incident-unknown": "incident-not-open",
}


def started(run: Run, item: Opened, now: datetime) -> Outcome:
    """The dossier is received, once."""
    if run.started is not None:
        raise Differs("start-repeated", found=item.leaf.act, expected="a dossier is received once")
    definition = run.library.running(item)
    by = StartedBy(**_by(item))
    data = told(item, "data", dict)
    if refusal := refuses_message(definition, by, data) if any(by) else refuses_data(definition, data):
        raise Differs("start-otherwise", found=refusal.message, expected="what its start event accepts")
    unit = told(item, "unit", str)
    act = StartDossier(
        code=run.code,
        title=told(item, "title", str),
        procedure=None,
        applicant=told(item, "applicant", dict),
        submitter=told(item, "submitter", str),
        channel=told(item, "channel", str),
        data=data,
        documents=(),
        due=None,
        unit=unit,
        by=by,
        actor=item.leaf.actor,
        told={name: value for name, value in item.details.items() if name == RECEIVED},
    )
    return run.moved(start(act, actor_of(item, unit), definition, now=now), definition)


def _by(item: Opened) -> dict[str, str]:
    by = told(item, "started_by", dict) if "started_by" in item.details else {}
    if not by.keys() <= set(StartedBy._fields) or not all(isinstance(name, str) for name in by.values()):
        raise Untold("act-untold", found=f"started_by: {shown(by)}", expected="a message, a signal or a timer")
    return by


def intervened(run: Run, item: Opened, now: datetime) -> Outcome:
    """Suspended, resumed, cancelled, modified, migrated, an incident resolved."""
    act = _body(run, item)
    target = run.library.running(item) if isinstance(act, Migrate) else None
    if isinstance(act, Migrate) and target is not None:
        found, wanted = f"{target.key}:{target.version}", f"{run.dossier.process_key}:{act.version}"
        if found != wanted:
            raise Differs("bundle-other", found=found, expected=wanted)
    facts = Facts(definition=run.definition, target=target, keeps=lambda _task: True)
    outcome = intervene(run.dossier, act, actor_of(item, run.dossier.unit), facts, now=now)
    return run.moved(_decided(item, outcome), target)


def retried(run: Run, item: Opened, now: datetime) -> Outcome:
    """What stood still tries again."""
    officer = actor_of(item, run.dossier.unit)
    return run.moved(_decided(item, retry(run.dossier, run.definition, told(item, "incident", int), officer, now=now)))


def _body(run: Run, item: Opened) -> Intervention:
    """The act as its leaf tells it; Differs where something else was signed."""
    body = told(item, "body", dict)
    record = record_of(run, item)
    if isinstance(record, ActRecord) and canonical(record.body) != canonical(body):
        raise Differs("record-otherwise", found=shown(body), expected=f"as signed: {shown(dict(record.body))}")
    if not all(_SHAPES[name](body[name]) for name in body if name in _SHAPES):
        raise Untold("act-untold", found=f"body: {shown(body)}", expected="the act as Hoso writes it")
    try:
        return read_body(item.leaf.act, body)
    except (KeyError, TypeError) as error:
        raise Untold("act-untold", found=f"body: {shown(body)}", expected=f"the whole act, also {error}") from None


def _number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _numbers(value: object) -> bool:
    return isinstance(value, list) and all(map(_number, value))


def _names(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(name, str) for name in value.values())


def _places(value: object) -> bool:
    items = value if isinstance(value, list) else [value]
    return all(
        isinstance(item, dict)
        and isinstance(item.get("element"), str)
        and (item.get("within") is None or _number(item.get("within")))
        for item in items
    )


_SHAPES: Mapping[str, Callable[[object], bool]] = {
    "revision": _number,
    "reason": lambda value: isinstance(value, str),
    "end": _numbers,
    "begin": _places,
    "data": lambda value: isinstance(value, dict),
    "version": _number,
    "mapping": _names,
    "incident": _number,
}


def _decided(item: Opened, outcome: Outcome) -> Outcome:
    if (refusal := outcome.refusal) is not None:
        code = _CODES.get(refusal.code, "act-not-allowed")
        raise Differs(code, found=f"{item.leaf.act}   [{refusal.code}]", expected=refusal.message)
    return outcome


INTERVENTIONS: Mapping[str, Callable[[Run, Opened, datetime], Outcome]] = {
    "dossier-started": started,
    "dossier-suspended": intervened,
    "dossier-resumed": intervened,
    "dossier-cancelled": intervened,
    "dossier-modified": intervened,
    "dossier-migrated": intervened,
    "incident-resolved": intervened,
    "incident-retried": retried,
}
