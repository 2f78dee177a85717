"""What an intervention would do, told before it is done."""

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.cli.language import _
from adapters.cli.terminal import escape
from adapters.cli.times import local

Json = Mapping[str, Any]


def token_line(item: Json) -> str:
    """Return something live in one line: the number by which it can be ended, what it is, where it stands."""
    number = item.get("number")
    return _("{number}  {name} ({element}), {kind}, within {within}").format(
        number="-" if number is None else escape(number),
        name=escape(item.get("name")),
        element=escape(item.get("element")),
        kind=kind_word(item.get("kind")),
        within=escape(item.get("within")),
    )


def kind_word(kind: object) -> str:
    """Return what lives there in words."""
    words = {
        "scope": _("subprocess"),
        "task": _("task"),
        "job": _("work of a program"),
        "event": _("event that waits"),
        "gateway": _("gateway that waits"),
        "loop": _("instances"),
        "throw": _("compensation under way"),
        "held": _("held by an incident"),
        "done": _("done, held by an incident"),
        "waiting": _("token that waits for others"),
    }
    return words.get(str(kind), escape(kind or "-"))


def plan_lines(plan: Json) -> Iterator[str]:
    """Yield what would end and begin, which tasks would open or be given back, what would be asked for and awaited."""
    for item in _items(plan, "ends"):
        yield _("ends: {what}").format(what=token_line(item))
    for item in _items(plan, "stays"):
        if item.get("becomes") != item.get("element"):
            names = {"what": token_line(item), "target": escape(item.get("becomes"))}
            yield _("goes on: {what} → {target}").format(**names)
    for item in _items(plan, "begins"):
        yield _("begins: {what}").format(what=token_line(item))
    for item in _items(plan, "opens"):
        names = {"task": escape(item.get("id")), "name": escape(item.get("name")), "role": escape(item.get("role"))}
        yield _("opens: {task}  {name}, for {role}").format(**names)
    for item in _items(plan, "released"):
        yield _("goes back to its queue: {task}, held by {holder}").format(
            task=escape(item.get("task")), holder=escape(item.get("holder"))
        )
    for item in _items(plan, "jobs"):
        yield _("asks for: {type}, {element}").format(
            type=escape(item.get("type")), element=escape(item.get("element"))
        )
    for item in _items(plan, "timers"):
        yield _("timer: {element}, {due}").format(element=escape(item.get("element")), due=local(item.get("due")))
    for item in _items(plan, "listens"):
        yield _("waits for: {kind} {name}").format(kind=escape(item.get("kind")), name=escape(item.get("name")))
    for item in _items(plan, "incidents"):
        yield _("stands still: {name}: {message}").format(
            name=escape(item.get("name")), message=escape(item.get("message"))
        )
    if plan.get("finished"):
        yield _("the dossier is over then")


def _items(plan: Json, name: str) -> list[Json]:
    found = plan.get(name)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []
