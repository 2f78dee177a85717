"""Sign many tasks in one go: each is shown, each gets its own record, signature and receipt; the PIN is asked once.

A task that cannot be signed now is told and the others go on. What puts the server or the key in doubt (a statement
that differs, a log that does not continue, a certificate that is refused, no answer) stops the whole run.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from adapters.cli import pending
from adapters.cli.client import Problem, path
from adapters.cli.completion import Hand, Wish, send_again
from adapters.cli.completion import run as complete
from adapters.cli.errors import CONFLICT, REFUSED, USAGE, CommandFailed
from adapters.cli.keys import Keys
from adapters.cli.language import _
from adapters.cli.session import Session
from adapters.cli.terminal import choose, escape, out, out_json, say
from adapters.forms import Field, read_fields

Json = dict[str, Any]
_YES, _ALL, _STOP = {"y", "yes", "c", "có", "co"}, {"a", "all", "t", "tất cả", "tat ca"}, {"q", "quit", "d", "dừng"}


class Stopped(CommandFailed):
    """The officer wants no more."""


class Asking:
    """Asks about each; "all the rest" is remembered."""

    def __init__(self, *, assume_yes: bool) -> None:
        self._agreed = assume_yes

    def __call__(self) -> bool:
        """Say whether the one just shown is to be signed."""
        if self._agreed:
            return True
        answer = choose(_("Sign this?"), _("y/N, a: all the rest, q: stop"))
        if answer in _STOP:
            raise Stopped("stopped", _("stopped; what was signed before stays signed"), exit_code=REFUSED)
        self._agreed = answer in _ALL
        return self._agreed or answer in _YES


def run(session: Session, wish: Wish, tasks: Sequence[str], *, every: bool, as_json: bool) -> None:
    """Sign those named, or every one; ends with exit code 6 when any was refused."""
    if every == bool(tasks):
        raise CommandFailed("usage", _("name the tasks, or say --all"), exit_code=USAGE)
    results: list[Json] = []
    try:
        for item in _each(session, wish, tasks):
            results.append(item)
            if not as_json:
                out(_line(item))
    finally:
        # Also when it stops in between: what was signed is told.
        counts = {kind: sum(item["result"] == kind for item in results) for kind in _words()}
        if as_json:
            out_json({"items": results, **counts})
    if not as_json:
        _summary(results, counts)
    if counts["refused"]:
        raise CommandFailed(
            "some-refused",
            _("{refused} of {count} tasks were refused").format(refused=counts["refused"], count=len(results)),
            remedy=_("see why above; the others are done"),
            exit_code=REFUSED,
        )


def _summary(results: Sequence[Json], counts: Mapping[str, int]) -> None:
    if results:
        say(_("{signed} signed, {refused} refused, {skipped} skipped, {left} left.").format(**counts))
    else:
        say(_("You hold no task that wants a signature; what you may claim: hoso inbox --unit"))


def _each(session: Session, wish: Wish, tasks: Sequence[str]) -> Iterator[Json]:
    for earlier in pending.find_all(session.profile, session.client.server):
        # It may be closed by now, and would stand in no list.
        answer = send_again(session, earlier, {})
        if answer is not None:
            yield _signed(earlier.task, answer)
    waiting = list(tasks) or _mine(session)
    keys = Keys(session, key=wish.key, pin_file=wish.pin_file)
    hand = Hand(keys=keys, agrees=Asking(assume_yes=wish.assume_yes))
    for number, task in enumerate(waiting, start=1):
        say(_("Task {number} of {count}: {task}").format(number=number, count=len(waiting), task=escape(task)))
        yield _one(session, replace(wish, task=task), hand)


def _mine(session: Session) -> list[str]:
    items = session.client.items(path("tasks"), queue="mine")
    return [str(item["id"]) for item in items if item.get("signature") != "none"]


def _one(session: Session, wish: Wish, hand: Hand) -> Json:
    try:
        task = session.client.get(path("tasks", wish.task))
        if task.get("signature") == "none":
            return _left(wish, "signs-nothing", _("it wants no signature; complete it alone"))
        if missing := _missing(task, wish):
            form = _("its form asks for {fields}; give it by --set {first}=…, or complete the task alone")
            text = form.format(fields=escape(", ".join(map(_labelled, missing))), first=escape(missing[0].key))
            return _left(wish, "form-asks-more", text)
        return _signed(wish.task, complete(session, wish, hand))
    except Stopped:
        raise
    except CommandFailed as failure:
        if not _of_this_one(failure):
            raise
        result = "skipped" if failure.code == "not-confirmed" else "refused"
        told = {"code": failure.code, "message": failure.message, "details": list(failure.details)}
        return {"task": wish.task, "result": result, **told}


def _left(wish: Wish, code: str, message: str) -> Json:
    return {"task": wish.task, "result": "left", "code": code, "message": message}


def _of_this_one(failure: CommandFailed) -> bool:
    """Whether it says something of this task alone."""
    return failure.exit_code in {CONFLICT, REFUSED} or (isinstance(failure, Problem) and failure.status == 404)


def _labelled(field: Field) -> str:
    return f"{field.key} ({field.label})" if field.label != field.key else field.key


def _missing(task: Json, wish: Wish) -> list[Field]:
    """The required fields, beside the decision, that nobody gave."""
    given = {"decision", *wish.typed()}
    return [
        field
        for field in read_fields(task.get("form"))
        if field.required and not field.hide and field.key not in given and field.component.get("defaultValue") is None
    ]


def _signed(task: str, answer: Json) -> Json:
    receipt = answer.get("receipt")
    index = receipt.get("index") if isinstance(receipt, dict) else None
    return {"task": task, "result": "signed", "dossier": answer.get("dossier"), "leaf": index}


def _words() -> dict[str, str]:
    return {"signed": _("signed"), "refused": _("refused"), "skipped": _("skipped"), "left": _("left")}


def _line(item: Json) -> str:
    words = f"{escape(item['task'])}: {_words()[item['result']]}"
    if item["result"] == "signed":
        return words + _(", leaf {index} of the log").format(index=escape(item["leaf"]))
    return f"{words}: {item['message']}   [{item['code']}]"
