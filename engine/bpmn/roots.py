"""What stands at the top of a file beside processes: messages are read, what means nothing here is named."""

from __future__ import annotations

from engine.bpmn.document import Element, children, is_model, line_of, name_of
from engine.bpmn.expressions import is_foreign
from engine.bpmn.graph import MessageDefinition
from engine.bpmn.problems import Problems
from engine.bpmn.vendor import read_extensions

_KNOWN = {
    *("process", "collaboration", "message", "signal", "error", "escalation", "itemDefinition", "category"),
    *("dataStore", "documentation", "extensionElements", "extension"),
}


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
        elif name not in _KNOWN:
            problems.error(line, owner, "element-unsupported", f"{name} is not executed yet", "remove it")


def read_messages(root: Element, problems: Problems) -> dict[str, MessageDefinition]:
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
