"""Replay what programs do: Hoso's own, and external workers."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from engine.acts import external
from engine.acts.proceed import document_made, job_completed, job_failed
from engine.calendar import VIETNAM
from engine.document import PDF, Document
from engine.outcome import SYSTEM, JobRequest, LeafDraft, Outcome
from engine.process import is_external
from engine.replay.report import Differs
from engine.replay.run import Run, actor_of
from engine.replay.sending import channel_of, check_sent
from engine.replay.telling import shown, told
from signing.evidence.contents import Opened

ACCEPTED = "accepted"
_SENDS = frozenset({"dispatch-prepared", "dispatch-sent"})
# What Hoso's own programs do: the type of their job, and the acts by which it is done.
_DONE: Mapping[str, frozenset[str]] = {
    "hoso.letter": frozenset({"letter-made"}),
    "hoso.number": frozenset({"number-taken", "number-filled"}),
    "hoso.email": frozenset({"dispatch-sent", "dispatch-refused"}),
    "hoso.post": frozenset({"dispatch-prepared", "dispatch-refused"}),
    "hoso.counter": frozenset({"dispatch-prepared", "dispatch-refused"}),
}
_CAUSED = ("opened", "ended", "job", "data")  # what the engine adds to what the program told


def done(run: Run, item: Opened, now: datetime) -> Outcome:
    """One of Hoso's own programs did its job."""
    number, job = _job(run, item)
    data = told(item, "data", dict)
    if item.leaf.act not in _DONE.get(job.type, ()):
        raise Differs("job-other", found=item.leaf.act, expected=f"what {job.type} does ({job.element})")
    _check_document(item, job)
    _check_given(run, item, job, data)
    if item.leaf.act in _SENDS:
        check_sent(run, item, _headers(job).get("document", ""), channel_of(job))
    said = {name: value for name, value in item.details.items() if name not in _CAUSED}
    leaf = LeafDraft(actor=SYSTEM, act=item.leaf.act, subject=run.code, dossier=run.code, details=said)
    outcome = run.moved(job_completed(run.dossier, run.definition, number, data, leaf, now=now))
    if item.leaf.act == "dispatch-prepared" and job.type == "hoso.counter":
        run.ready.add(_headers(job).get("document", ""))
    return outcome


def _check_document(item: Opened, job: JobRequest) -> None:
    """What went through the program is the job's document, by the job's channel."""
    if "document" in item.details and not _sends(item, job):
        made, name = item.details["document"], _headers(job).get("document", "")
        raise Differs("job-otherwise", found=f"document {made}", expected=name)
    if item.details.get("channel", job.type.removeprefix("hoso.")) != job.type.removeprefix("hoso."):
        raise Differs("job-otherwise", found=f"channel {item.details.get('channel')}", expected=job.type)


def _sends(item: Opened, job: JobRequest) -> bool:
    """Whether the document that the leaf tells, by its name or that of its file, is the job's."""
    name, made = _headers(job).get("document", ""), str(item.details.get("document", ""))
    return name in (made, made.rpartition(".")[0])


def _check_given(run: Run, item: Opened, job: JobRequest, data: Mapping[str, object]) -> None:
    """What the program gave is what such a program gives."""
    variable = _headers(job).get("resultVariable")
    if job.type == "hoso.number":
        # The date is the day of issue, as letters write it.
        expected = {"number": run.numbers.get(job.number), "date": data.get("date")}
    elif job.type == "hoso.letter" or not variable:
        expected = {}
    else:
        refused = item.leaf.act == "dispatch-refused"
        expected = {variable: item.details.get("code") if refused else ACCEPTED}
    shows = item.details.get("number", data.get("number")) == data.get("number")
    if data != expected or not shows:
        raise Differs("job-otherwise", found=shown(data), expected=shown(expected))


def issued(run: Run, item: Opened, now: datetime) -> Outcome:
    """The number of a job was issued: once, of the year then."""
    number, job = _job(run, item)
    found = (item.details.get("register"), item.details.get("year"), number in run.numbers)
    expected = (_headers(job).get("register"), now.astimezone(VIETNAM).year, False)
    if found != expected:
        text = "register {}, year {}, issued before: {}"
        raise Differs("job-otherwise", found=text.format(*found), expected=text.format(*expected))
    run.numbers[number] = told(item, "number", str)
    return Outcome()


def prepared(run: Run, item: Opened, now: datetime) -> Outcome:
    """A dispatch is prepared: that ends its job, but for an email, which is sent first."""
    if "job" in item.details or item.details.get("channel") != "email":
        return done(run, item, now)
    asked = [run.asked[number] for number in run.dossier.state.open_jobs if number in run.asked]
    emails = [job for job in asked if job.type == "hoso.email"]
    if not emails:
        raise Differs("job-not-open", found=item.leaf.act, expected="an open job hoso.email")
    [*_, job] = sorted(emails, key=lambda job: _sends(item, job))
    check_sent(run, item, _headers(job).get("document", ""), channel_of(job))
    return Outcome()


def extended(run: Run, item: Opened, _now: datetime) -> Outcome:
    """A document got a further revision; the dossier stays where it is."""
    run.awake()
    document = Document(name=told(item, "document", str), media_type=PDF, sha256="", size=0)
    leaf = LeafDraft(actor=SYSTEM, act=item.leaf.act, subject=run.code, dossier=run.code)
    return replace(run.moved(document_made(run.dossier, document, leaf)), leaves=())


def failed(run: Run, item: Opened, now: datetime) -> Outcome:
    """A job cannot be done."""
    number, job = _job(run, item)
    code, message = told(item, "code", str), told(item, "message", str)
    if not is_external(job.type):
        return run.moved(job_failed(run.dossier, run.definition, number, code, message, now=now))
    report = _report(run, item)
    return run.moved(external.failed(run.dossier, run.definition, report, code, message, now=now))


def completed(run: Run, item: Opened, now: datetime) -> Outcome:
    """An external worker did its job."""
    report, data = _report(run, item), told(item, "data", dict)
    return run.moved(external.completed(run.dossier, run.definition, report, data, now=now))


def threw(run: Run, item: Opened, now: datetime) -> Outcome:
    """An external worker ended its job in an error of the process."""
    report, data = _report(run, item), told(item, "data", dict)
    code, message = told(item, "code", str), told(item, "message", str)
    return run.moved(external.threw(run.dossier, run.definition, report, code, message, data, now=now))


def tried(run: Run, item: Opened, _now: datetime) -> Outcome:
    """An external worker may try again."""
    code, message, left = told(item, "code", str), told(item, "message", str), told(item, "retries_left", int)
    report = _report(run, item)
    return external.attempt_failed(run.dossier, run.definition, report, code, message, retries_left=left)


def _job(run: Run, item: Opened) -> tuple[int, JobRequest]:
    """The open job of the leaf's number, as it was asked for."""
    run.awake()
    number, open_jobs = told(item, "job", int), run.dossier.state.open_jobs
    if number not in open_jobs or number not in run.asked:
        live = ", ".join(f"{key} ({element})" for key, element in open_jobs.items()) or "none"
        raise Differs("job-not-open", found=f"job {number}", expected=f"one of {live}")
    return number, run.asked[number]


def _headers(job: JobRequest) -> Mapping[str, str]:
    headers = job.payload.get("headers")
    return headers if isinstance(headers, Mapping) else {}


def _report(run: Run, item: Opened) -> external.Report:
    """What an external worker reports, of a job of that type and element."""
    number, job = _job(run, item)
    element = run.dossier.state.open_jobs[number]
    if told(item, "element", str) != element:
        raise Differs("element-other", found=told(item, "element", str), expected=element)
    if not is_external(job.type) or told(item, "type", str) != job.type:
        raise Differs("job-other", found=f"{item.leaf.act} of type {item.details.get('type')}", expected=job.type)
    officer = actor_of(item, run.dossier.unit)
    return external.Report(
        number=number, element=element, type=job.type, officer=officer, worker=told(item, "worker", str)
    )


PROGRAMS: Mapping[str, Callable[[Run, Opened, datetime], Outcome]] = {
    "letter-made": done,
    "number-taken": done,
    "number-filled": done,
    "dispatch-sent": done,
    "dispatch-refused": done,
    "dispatch-prepared": prepared,
    "number-issued": issued,
    "document-extended": extended,
    "job-failed": failed,
    "job-completed": completed,
    "job-error-thrown": threw,
    "job-attempt-failed": tried,
}
