"""`hoso task`: what an officer has to do, and doing it."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.client import path
from adapters.cli.commands import task_work
from adapters.cli.language import _
from adapters.cli.listing import AsJson, Column, print_list, print_one
from adapters.cli.options import Key, PinFile, Yes
from adapters.cli.session import open_session
from adapters.cli.shell import Commands
from adapters.cli.terminal import Lines, escape, out, out_json
from adapters.cli.times import due_words
from adapters.cli.words import attachment_line, comment_line, document_line, place_word, purpose_word

app = Commands(_("Tasks: list, show, claim, hand on, complete (and sign)."), group=True)
Task = Annotated[str, typer.Argument(metavar=_("TASK"), help=_("The task's id, such as H29.5-261121-0001.3."))]
Revision = Annotated[
    int | None,
    typer.Option("--revision", min=0, metavar=_("NUMBER"), help=_("Only if its dossier is still at this revision.")),
]


@app.verb(
    "list",
    _("List the tasks you hold or may claim, the most urgent first: by priority, then by due date."),
    "hoso task list",
    "hoso task list --mine --json",
    "hoso task list --unclaimed --all",
)
def list_(
    ctx: typer.Context,
    mine: Annotated[bool, typer.Option("--mine", help=_("Only those that you hold."))] = False,
    unclaimed: Annotated[bool, typer.Option("--unclaimed", help=_("Only those that nobody holds."))] = False,
    all_: Annotated[bool, typer.Option("--all", help=_("Also those whose follow-up date is still to come."))] = False,
    json: AsJson = False,
) -> None:
    """List tasks."""
    client = open_session(ctx).client
    queue = "all" if mine == unclaimed else "mine" if mine else "unclaimed"
    items = client.items(path("tasks"), queue=queue, deferred="true" if all_ else None)
    print_list(items, _columns(), as_json=json)


def _columns() -> list[Column]:
    return [
        (_("TASK"), "id"),
        (_("STEP"), "name"),
        (_("HOLDER"), "holder"),
        (_("ROLE"), "role"),
        (_("SIGNATURE"), lambda item: purpose_word(item.get("signature"))),
        (_("PRIORITY"), "priority"),
        (_("OPENED"), "opened"),
        (_("DUE"), due_words),
    ]


@app.verb("show", _("Show a task: its form, documents and dossier data."), "hoso task show H29.5-261121-0001.3")
def show_(ctx: typer.Context, task: Task, json: AsJson = False) -> None:
    """Show a task."""
    value = open_session(ctx).client.get(path("tasks", task))
    if json:
        out_json(value)
        return
    form, capacity = value.pop("form", None), value.pop("capacity", None)
    if capacity is not None:
        from adapters.cli.words import capacity_line

        value["capacity"] = capacity_line(capacity)
    lines = {"documents": document_line, "comments": comment_line, "attachments": attachment_line}
    listed = {name: Lines(map(line, value.get(name) or ())) for name, line in lines.items()}
    words = {"signature": purpose_word(value.get("signature")), "place": place_word(value.get("place"))}
    print_one({**value, **words, **listed}, _labels(), as_json=False)
    from adapters.cli.forms import describe

    for line in describe(form):
        out(line)


def _labels() -> dict[str, str]:
    return {
        "id": _("Task"),
        "dossier": _("Dossier"),
        "dossier_title": _("Title"),
        "element": _("Element"),
        "name": _("Step"),
        "holder": _("Holder"),
        "owner": _("Delegated by"),
        "returned": _("Returned"),
        "role": _("Role"),
        "opened": _("Opened"),
        "due": _("Due"),
        "overdue": _("Overdue"),
        "follow_up": _("Follow up"),
        "priority": _("Priority"),
        "note": _("Note"),
        "place": _("Place"),
        "signature": _("Signature"),
        "capacity": _("You sign"),
        "revision": _("Revision"),
        "process": _("Process"),
        "documents": _("Documents"),
        "data": _("Dossier data"),
        "comments": _("Comments"),
        "attachments": _("Attachments"),
    }


@app.verb(
    "claim",
    _("Claim a task: it becomes yours to do."),
    "hoso task claim H29.5-261121-0001.3",
    "hoso task claim H29.5-261121-0001.3 --revision 4",
)
def claim(ctx: typer.Context, task: Task, revision: Revision = None, json: AsJson = False) -> None:
    """Claim a task."""
    value = open_session(ctx).client.post(path("tasks", task, "claim"), {}, seen=revision)
    if json:
        out_json(value)
    else:
        out(_("You hold task {task} now: {name}.").format(task=escape(task), name=escape(value.get("name"))))


@app.verb("release", _("Give a task back, so that a colleague may claim it."), "hoso task release H29.5-261121-0001.3")
def release(ctx: typer.Context, task: Task, json: AsJson = False) -> None:
    """Release a task."""
    value = open_session(ctx).client.post(path("tasks", task, "release"), {})
    if json:
        out_json(value)
    else:
        out(_("Task {task} is released.").format(task=escape(task)))


@app.verb(
    "complete",
    _(
        "Complete a task. If it wants a signature, this shows what will be signed (every document with its digest,"
        " computed here from the bytes), asks, signs on this machine with your key, sends it, and checks the server's"
        " receipt. When the dossier changed since you were shown it, you are told what changed. When the connection"
        " breaks, run the same command again: nothing is done twice."
    ),
    "hoso task complete H29.5-261121-0001.3 --set decision=approve --key lan.p12",
    "hoso task complete H29.5-261121-0001.3 --decision return --set reason='Thiếu căn cứ' --key lan.p12",
    "HOSO_PIN=… hoso task complete H29.5-261121-0001.2 --data form.json --key lan.p12 --yes",
)
def complete(
    ctx: typer.Context,
    task: Task,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar=_("KEY=VALUE"), help=_("A field of the form; repeat it."))
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", metavar=_("FILE"), help=_("The form's fields as a JSON object."))
    ] = None,
    decision: Annotated[
        str | None, typer.Option("--decision", metavar=_("VALUE"), help=_("The same as --set decision=…"))
    ] = None,
    key: Key = None,
    pin_file: PinFile = None,
    save_documents: Annotated[
        Path | None, typer.Option("--save-documents", metavar=_("DIR"), help=_("Keep a copy of each document there."))
    ] = None,
    yes: Yes = False,
    discard_pending: Annotated[
        bool, typer.Option("--discard-pending", help=_("Forget an earlier submission that got no answer."))
    ] = False,
    revision: Revision = None,
    json: AsJson = False,
) -> None:
    """Complete a task."""
    from adapters.cli import completion

    wish = completion.Wish(
        task=task,
        settings=tuple(set_ or ()),
        data_file=data,
        decision=decision,
        key=key,
        pin_file=pin_file,
        save_to=save_documents,
        assume_yes=yes,
        discard_pending=discard_pending,
        revision=revision,
    )
    answer = completion.run(open_session(ctx), wish)
    if json:
        out_json(answer)
    else:
        completion.tell(answer, task)


@app.verb(
    "sign",
    _(
        "Sign many tasks in one go: those named, or with --all every one that you hold and that wants a signature."
        " Each is shown, asked about, and gets a signature of its own; the PIN is asked once. What is refused is told"
        " and the others go on. Tasks whose form asks for more than a decision are left. Safe to run again."
    ),
    "hoso task sign --all --decision approve",
    "hoso task sign H29.5-261121-0001.3 H29.5-261121-0002.3 --decision approve --key lan.p12",
    "HOSO_PIN=… hoso task sign --all --decision approve --yes --json",
)
def sign(
    ctx: typer.Context,
    tasks: Annotated[list[str] | None, typer.Argument(metavar=_("TASK..."), help=_("Their ids."))] = None,
    all_: Annotated[bool, typer.Option("--all", help=_("Every one that you hold and that wants a signature."))] = False,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar=_("KEY=VALUE"), help=_("A field of each form; repeat it."))
    ] = None,
    decision: Annotated[
        str | None, typer.Option("--decision", metavar=_("VALUE"), help=_("The same as --set decision=…"))
    ] = None,
    key: Key = None,
    pin_file: PinFile = None,
    save_documents: Annotated[
        Path | None, typer.Option("--save-documents", metavar=_("DIR"), help=_("Keep a copy of each document there."))
    ] = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Sign many tasks."""
    from adapters.cli import completion, sign_many

    wish = completion.Wish(
        task="",
        settings=tuple(set_ or ()),
        decision=decision,
        key=key,
        pin_file=pin_file,
        save_to=save_documents,
        assume_yes=yes,
    )
    sign_many.run(open_session(ctx), wish, tuple(tasks or ()), every=all_, as_json=json)


task_work.add_to(app)
