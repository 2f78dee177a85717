"""`hoso task delegate`, `take-back`, `return`, `reassign`, `follow-up`, `priority`: whose a task is, and for when."""

import re
from typing import Annotated, Any

import typer

from adapters.cli.client import fresh_key, path
from adapters.cli.errors import USAGE, CommandFailed
from adapters.cli.language import _
from adapters.cli.listing import AsJson
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import escape, out, out_json
from adapters.cli.times import local

Json = dict[str, Any]
Task = Annotated[str, typer.Argument(metavar=_("TASK"), help=_("The task's id, such as H29.5-261121-0001.3."))]
Reason = Annotated[str, typer.Option("--reason", metavar=_("TEXT"), help=_("Why; whoever has the task then reads it."))]


def add_to(app: Commands) -> None:
    """Register the verbs."""
    app.verb(
        "delegate",
        _("Give a task that you hold to a colleague, who does and signs it as themself; you may take it back."),
        "hoso task delegate H29.5-261121-0001.3 --to mai --reason 'Tôi họp cả ngày'",
    )(delegate)
    app.verb(
        "take-back",
        _("Take back a task that you delegated, while it is open."),
        "hoso task take-back H29.5-261121-0001.3",
    )(take_back)
    app.verb(
        "return",
        _("Give a task back with a reason: to who delegated it to you, else to its queue."),
        "hoso task return H29.5-261121-0001.3 --reason 'Thiếu giấy báo tử'",
    )(return_)
    app.verb(
        "reassign",
        _("Give a task to another officer, or back to its queue, whoever holds it (heads, administrators)."),
        "hoso task reassign H29.5-261121-0001.3 --to mai --reason 'Lan nghỉ ốm'",
        "hoso task reassign H29.5-261121-0001.3 --queue --reason 'Lan chuyển công tác'",
    )(reassign)
    app.verb(
        "follow-up",
        _("Say from which day on a task need be looked at again, or none (its holder, heads)."),
        "hoso task follow-up H29.5-261121-0001.3 2026-12-01",
        "hoso task follow-up H29.5-261121-0001.3 none",
    )(follow_up)
    app.verb(
        "priority",
        _("Say how urgent a task is, from 0 to 100, the higher the sooner (its holder, heads)."),
        "hoso task priority H29.5-261121-0001.3 80",
    )(priority)


def delegate(
    ctx: typer.Context,
    task: Task,
    to: Annotated[str, typer.Option("--to", metavar=_("OFFICER"), help=_("The colleague's id (hoso officer list)."))],
    reason: Reason,
    json: AsJson = False,
) -> None:
    """Delegate a task."""
    _done(_ask(ctx, task, "delegate", {"to": to, "reason": reason}), json=json)


def take_back(ctx: typer.Context, task: Task, json: AsJson = False) -> None:
    """Take a task back."""
    _done(_ask(ctx, task, "take-back", {}), json=json)


def return_(ctx: typer.Context, task: Task, reason: Reason, json: AsJson = False) -> None:
    """Return a task."""
    _done(_ask(ctx, task, "return", {"reason": reason}), json=json)


def reassign(
    ctx: typer.Context,
    task: Task,
    reason: Reason,
    to: Annotated[
        str | None, typer.Option("--to", metavar=_("OFFICER"), help=_("Who gets it (hoso officer list)."))
    ] = None,
    queue: Annotated[bool, typer.Option("--queue", help=_("Back to its queue, for whoever claims it."))] = False,
    json: AsJson = False,
) -> None:
    """Reassign a task."""
    if queue == (to is not None):
        raise CommandFailed(
            "nobody-named",
            _("it must be said who gets the task: an officer or the queue"),
            remedy=_("give --to or --queue, one of them"),
            exit_code=USAGE,
        )
    _done(_ask(ctx, task, "reassign", {"to": to, "reason": reason}), json=json)


def follow_up(
    ctx: typer.Context,
    task: Task,
    day: Annotated[str, typer.Argument(metavar=_("DAY"), help=_("A day such as 2026-12-01, or none."))],
    json: AsJson = False,
) -> None:
    """Set the follow-up date."""
    value = _ask(ctx, task, "follow-up", {"at": _beginning_of(day)})
    if json:
        out_json(value)
    elif value.get("follow_up"):
        text = _("Task {task} is to be followed up on {time}.")
        out(text.format(task=escape(task), time=escape(local(value["follow_up"]))))
    else:
        out(_("Task {task} has no follow-up date.").format(task=escape(task)))


def priority(
    ctx: typer.Context,
    task: Task,
    number: Annotated[str, typer.Argument(metavar=_("NUMBER"), help=_("0 to 100; 50 is usual."))],
    json: AsJson = False,
) -> None:
    """Set the priority."""
    if not (number.isascii() and number.isdigit() and len(number) < 4):
        raise CommandFailed("bad-number", _("{text}: expected a number").format(text=repr(number)), exit_code=USAGE)
    value = _ask(ctx, task, "priority", {"priority": int(number)})
    if json:
        out_json(value)
    else:
        out(_("Task {task} has priority {number}.").format(task=escape(task), number=escape(value.get("priority"))))


def _ask(ctx: typer.Context, task: str, verb: str, sent: Json) -> Json:
    # The key is the same for every attempt, so that an answer that is lost hands nothing on twice.
    return open_session(ctx).client.post_safely(path("tasks", task, verb), sent, key=fresh_key())


def _done(value: Json, *, json: bool) -> None:
    if json:
        out_json(value)
    elif value.get("holder"):
        text = _("Task {task} is with {holder} now.")
        out(text.format(task=escape(value.get("id")), holder=escape(value["holder"])))
    else:
        out(_("Task {task} is back in its queue.").format(task=escape(value.get("id"))))


def _beginning_of(day: str) -> str | None:
    """The day's beginning in Vietnam, as the server takes it."""
    if day == "none":
        return None
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", day, re.ASCII):
        return f"{day}T00:00:00+07:00"
    raise CommandFailed(
        "bad-day", _("{text}: expected a day such as 2026-12-01, or none").format(text=repr(day)), exit_code=USAGE
    )
