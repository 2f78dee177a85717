"""Where something beyond BPMN is read, and what is found there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from engine.bpmn.document import Element, attributes, line_of, name_of
from engine.bpmn.graph import ResultShape
from engine.bpmn.problems import Problems
from engine.feel import Expression

Compile = Callable[[str, Element, str, Problems], Expression | None]
HOSO_PREFIX = "hoso:"
PRESENTATION = (
    "http://camunda.org/schema/modeler/",
    "http://bpmn.io/schema/",
    "http://www.omg.org/spec/BPMN/non-normative/",
)


@dataclass(slots=True, kw_only=True)
class Extensions:
    """What the extensions of one element say. `properties` are Hoso's own, without prefix."""

    properties: dict[str, str] = field(default_factory=dict)
    assignee: Expression | None = None
    candidate_users: Expression | None = None
    candidate_groups: Expression | None = None
    form: str | None = None
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something is read: the element, its id, its kind, and where problems go."""

    element: Element
    owner: str
    kind: str
    problems: Problems
    found: Extensions

    def refuse(self, at: Element, code: str, message: str, remedy: str) -> None:
        """Add an error at a part of the element."""
        self.problems.error(line_of(at), self.owner, code, message, remedy)

    def note(self, at: Element, code: str, message: str, remedy: str) -> None:
        """Add a warning at a part of the element."""
        self.problems.warning(line_of(at), self.owner, code, message, remedy)


def known_attributes(item: Element, place: Place, *names: str) -> None:
    """Refuse the attributes of an extension element that have other names."""
    for _, name, _ in attributes(item):
        if name not in names:
            place.refuse(
                item, "extension-unsupported", f"attribute {name} of {name_of(item)} is not supported", "remove it"
            )
