"""A file as its constraints see it: what may run, what leads where, what refers to what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.bpmn.document import MODEL, Element, children, is_model, line_of, name_of, reference, text_of
from engine.bpmn.problems import Problems

ACTIVITIES = {
    *("task", "userTask", "manualTask", "serviceTask", "scriptTask", "businessRuleTask", "sendTask", "receiveTask"),
    *("subProcess", "transaction", "adHocSubProcess", "callActivity"),
}
GLOBAL_TASKS = {"globalTask", "globalUserTask", "globalManualTask", "globalScriptTask", "globalBusinessRuleTask"}
SUBPROCESSES = ("subProcess", "transaction", "adHocSubProcess")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The file, with the callable elements that may run and the sequence flows by their ends."""

    root: Element
    running: tuple[Element, ...]
    ids: Mapping[str, Element]
    into: Mapping[str, tuple[Element, ...]]
    out_of: Mapping[str, tuple[Element, ...]]
    problems: Problems

    def breaks(self, element: Element, clause: str, code: str, message: str, remedy: str) -> None:
        """The element breaks what this clause says."""
        said = f"{message} (BPMN 2.0.2 §{clause})"
        self.problems.error(line_of(element), owner_of(element), code, said, remedy)

    def each(self, *names: str) -> Iterator[Element]:
        """Every element of these names in what may run."""
        tags = [f"{{{MODEL}}}{name}" for name in names]
        for callable_element in self.running:
            yield from callable_element.iter(*tags)

    def at(self, element: Element, attribute: str) -> Element | None:
        """What an attribute refers to."""
        return self.ids.get(reference(element.get(attribute) or "", element))

    def named(self, element: Element, *names: str) -> list[Element]:
        """What the element's children of these names refer to, in their order."""
        found = (self.ids.get(reference(text_of(item), item)) for item in children(element, *names))
        return [item for item in found if item is not None]

    def definitions(self, event: Element) -> list[Element]:
        """The event's definitions: its own and those that it refers to, in their order."""
        found = []
        for item in children(event):
            shared = name_of(item) == "eventDefinitionRef"
            definition = self.ids.get(reference(text_of(item), item)) if shared else item
            if definition is not None and name_of(definition).endswith("EventDefinition"):
                found.append(definition)
        return found

    def kinds(self, event: Element) -> list[str]:
        """The kinds of the event's definitions, such as `timer`."""
        return [name_of(item).removesuffix("EventDefinition") for item in self.definitions(event)]

    def incoming(self, element: Element) -> tuple[Element, ...]:
        """The sequence flows that lead to the element."""
        return self.into.get(element.get("id") or "", ())

    def outgoing(self, element: Element) -> tuple[Element, ...]:
        """The sequence flows that lead on from the element."""
        return self.out_of.get(element.get("id") or "", ())


def model_of(root: Element, problems: Problems) -> Model:
    """The file with what refers to what."""
    elements = [element for element in root.iter() if is_model(element)]
    flows = [element for element in elements if name_of(element) == "sequenceFlow"]
    return Model(
        root=root,
        running=tuple(_running(root, elements)),
        ids={element.get("id") or "": element for element in elements if element.get("id")},
        into=_by_end(flows, "targetRef"),
        out_of=_by_end(flows, "sourceRef"),
        problems=problems,
    )


def _by_end(flows: list[Element], end: str) -> dict[str, tuple[Element, ...]]:
    found: dict[str, list[Element]] = {}
    for flow in flows:
        found.setdefault(reference(flow.get(end) or "", flow), []).append(flow)
    return {name: tuple(items) for name, items in found.items()}


def _running(root: Element, elements: list[Element]) -> Iterator[Element]:
    """Executable processes, processes that are called, and global tasks; what else is drawn is nobody's order."""
    calls = (element for element in elements if name_of(element) == "callActivity")
    called = {reference(call.get("calledElement") or "", call) for call in calls}
    for item in children(root):
        runs = flag(item, "isExecutable") or item.get("id") in called
        if (name_of(item) == "process" and runs) or name_of(item) in GLOBAL_TASKS:
            yield item


def owner_of(element: Element) -> str | None:
    """The id of the element, or of the nearest one around it that has one."""
    around: Element | None = element
    while around is not None:
        if found := around.get("id"):
            return str(found)
        around = around.getparent()
    return None


def flag(element: Element, name: str, default: str = "false") -> bool:
    """A boolean attribute."""
    return (element.get(name) or default).strip() in ("true", "1")


def parent_of(element: Element) -> str:
    """The name of the element around this one."""
    parent = element.getparent()
    return name_of(parent) if parent is not None else ""
