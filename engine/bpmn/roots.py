"""What stands at the top of a file beside processes: what events refer to is read, what means nothing is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.bpmn.document import Element, children, is_model, line_of, name_of, reference, text_of
from engine.bpmn.expressions import is_foreign
from engine.bpmn.problems import Problems
from engine.bpmn.triggers import MessageDefinition
from engine.bpmn.vendor import read_extensions

_KNOWN = {
    *("process", "collaboration", "message", "signal", "error", "escalation", "itemDefinition", "category"),
    *("dataStore", "documentation", "extensionElements", "extension"),
    *("globalTask", "globalScriptTask", "globalManualTask", "globalUserTask", "globalBusinessRuleTask"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Roots:
    """What the events and call activities of a file refer to, by id."""

    messages: Mapping[str, MessageDefinition] = field(default_factory=dict)
    signals: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str | None] = field(default_factory=dict)
    """The codes of errors and escalations; without one, their name says which is meant."""
    events: Mapping[str, Element] = field(default_factory=dict)
    """Event definitions wherever they stand."""
    operations: Mapping[str, str] = field(default_factory=dict)
    """The message that an operation takes."""
    callable: Mapping[str, Element] = field(default_factory=dict)
    """Processes and global tasks."""


def check_roots(root: Element, problems: Problems) -> None:
    """Refuse or name the top-level elements that are not executed."""
    for item in root:
        if not is_model(item):
            continue
        name, line, owner = name_of(item), line_of(item), item.get("id")
        if name == "extension" and (item.get("mustUnderstand") or "false").strip() in ("true", "1"):
            message = f"extension {item.get('definition')!r} must be understood, and is not"
            problems.error(line, owner, "must-understand", message, "model without it")
        elif name == "interface":
            message = "an interface has no effect: a service task names a job type, a message its name"
            problems.warning(line, owner, "interface-without-effect", message, "remove it")
        elif name not in _KNOWN and not name.endswith("EventDefinition"):
            problems.error(line, owner, "element-unsupported", f"{name} is not executed yet", "remove it")


def read_roots(root: Element, problems: Problems) -> Roots:
    """Everything at the top of the file that is referred to."""
    events = (item for item in root.iter() if is_model(item) and name_of(item).endswith("EventDefinition"))
    return Roots(
        messages=_messages(root, problems),
        signals=_signals(root, problems),
        codes={item.get("id") or "": _code(item) for item in children(root, "error", "escalation")},
        events={item.get("id") or "": item for item in events if item.get("id")},
        operations=_operations(root),
        callable={
            item.get("id") or "": item
            for item in children(root)
            if name_of(item) == "process" or name_of(item).startswith("global")
        },
    )


def _code(item: Element) -> str | None:
    return item.get("errorCode") or item.get("escalationCode") or item.get("name") or item.get("id")


def _signals(root: Element, problems: Problems) -> dict[str, str]:
    """The file's signals by id: a signal goes by its name."""
    signals = {}
    for item in children(root, "signal"):
        owner, name = item.get("id") or "", (item.get("name") or "").strip()
        if not name:
            message = "the signal has no name"
            problems.error(line_of(item), owner, "signal-name", message, "name it: it goes by its name")
        elif name.startswith("=") or is_foreign(name):
            message = f"the signal's name {name!r} is an expression"
            problems.error(line_of(item), owner, "signal-name", message, "write the name")
        else:
            signals[owner] = name
    return signals


def _operations(root: Element) -> dict[str, str]:
    return {
        operation.get("id") or "": reference(text_of(part), part)
        for interface in children(root, "interface")
        for operation in children(interface, "operation")
        for part in children(operation, "inMessageRef")
    }


def _messages(root: Element, problems: Problems) -> dict[str, MessageDefinition]:
    """The file's messages by id."""
    messages = {}
    for item in children(root, "message"):
        owner, name = item.get("id") or "", (item.get("name") or "").strip()
        found = read_extensions(item, owner, problems)
        if not name:
            problems.error(
                line_of(item), owner, "message-name", "the message has no name", "name it: it goes by its name"
            )
        elif name.startswith("=") or is_foreign(name):
            message = f"the message's name {name!r} is an expression"
            problems.error(
                line_of(item), owner, "message-name", message, "write the name; put data into the correlation key"
            )
        else:
            messages[owner] = MessageDefinition(name=name, key=found.key)
    return messages
