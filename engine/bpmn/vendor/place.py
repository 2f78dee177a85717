"""Where something beyond BPMN is read, and what is found there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from engine.bpmn.document import Element, attributes, line_of, name_of
from engine.bpmn.graph import ResultShape
from engine.bpmn.problems import Mark, Problems
from engine.bpmn.schedule import Schedule
from engine.feel import Expression

Compile = Callable[[str, Element, str, Problems], Expression | None]
HOSO_PREFIX = "hoso:"
PRESENTATION = (
    "http://camunda.org/schema/modeler/",
    "http://bpmn.io/schema/",
    "http://www.omg.org/spec/BPMN/non-normative/",
)


_ONCE = (
    *("assignee", "candidate_users", "candidate_groups", "form", "job_type", "script", "result_variable", "decision"),
    *("collection", "item", "results", "result", "key"),
)


@dataclass(slots=True, kw_only=True)
class Call:
    """What is said of a call. `passed` counts the inputs by `camunda:in`; `passes_local`: it passes all others too."""

    key: str | None = None
    binding: str | None = None
    version: str | None = None
    tag: str | None = None
    sees: bool | None = None
    gives: bool | None = None
    passed: int = 0
    passes_local: bool = False


@dataclass(slots=True, kw_only=True)
class Extensions:
    """What the extensions of one element say. `properties` are Hoso's own, without prefix."""

    properties: dict[str, str] = field(default_factory=dict)
    assignee: Expression | None = None
    candidate_users: Expression | None = None
    candidate_groups: Expression | None = None
    unit: Expression | None = None
    form: str | None = None
    schedule: Schedule = field(default_factory=Schedule)
    job_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    retries: int = 3  # as Camunda counts: the first try is one of them
    inputs: list[tuple[str, Expression]] = field(default_factory=list)
    outputs: list[tuple[str, Expression]] = field(default_factory=list)
    script: str | None = None
    result_variable: str | None = None
    decision: str | None = None
    shape: ResultShape | None = None
    loops: bool = False  # there is a collection, whether or not it compiles
    collection: Expression | None = None
    item: str | None = None
    results: str | None = None
    result: Expression | None = None
    key: Expression | None = None
    call: Call = field(default_factory=Call)
    version_tag: str | None = None

    def said(self) -> dict[str, object]:
        """What can be said once only and was said, by name."""
        once = {name: getattr(self, name) for name in _ONCE}
        times = {name: getattr(self.schedule, name) for name in ("due", "follow_up", "priority")}
        return {name: value for name, value in {**once, **times}.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something is read: the element, its id, its kind, and where problems go."""

    element: Element
    owner: str
    kind: str
    problems: Problems
    found: Extensions

    def refuse(self, at: Element, code: str, message: str, remedy: str, mark: Mark | None = None) -> None:
        """Add an error at a part of the element."""
        self.problems.error(line_of(at), self.owner, code, message, remedy, mark)

    def note(self, at: Element, code: str, message: str, remedy: str, mark: Mark | None = None) -> None:
        """Add a warning at a part of the element."""
        self.problems.warning(line_of(at), self.owner, code, message, remedy, mark)


def known_attributes(item: Element, place: Place, *names: str) -> None:
    """Refuse the attributes of an extension element that have other names."""
    for _, name, _ in attributes(item):
        if name not in names:
            message = f"attribute {name} of {name_of(item)} is not supported"
            place.refuse(item, "extension-unsupported", message, "remove it", Mark(attribute=name))
