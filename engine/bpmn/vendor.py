"""What Camunda 7, Camunda 8 and Hoso say on an element beyond BPMN: read, refused or named, never dropped in silence.

Attributes and extension elements that are neither read here nor known to mean nothing for execution are errors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from engine.bpmn.document import CAMUNDA, MODEL, XSI, ZEEBE, Element, attributes, child, line_of, name_of
from engine.bpmn.expressions import compile_at, is_foreign, list_or_feel, literal_or_feel
from engine.bpmn.problems import Problems
from engine.feel import Expression

HOSO_PREFIX = "hoso:"
_PRESENTATION = (
    "http://camunda.org/schema/modeler/",
    "http://bpmn.io/schema/",
    "http://www.omg.org/spec/BPMN/non-normative/",
)
_TEMPLATE = {"modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon", "diagramRelationId"}
_READ_ATTRIBUTES = {
    "userTask": {"assignee", "candidateUsers", "candidateGroups", "formRef", "formRefBinding"},
    "serviceTask": {"type", "topic"},
}
# Attributes of Camunda 7 that leave the course of a process as it is, and what becomes of them.
_WITHOUT_EFFECT = {
    "dueDate": "due dates are not applied yet",
    "followUpDate": "follow-up dates are not applied yet",
    "priority": "priorities are not applied yet",
    "asyncBefore": "every step is a transaction of its own",
    "asyncAfter": "every step is a transaction of its own",
    "exclusive": "steps of one dossier never run at the same time",
    "jobPriority": "job priorities are not applied",
    "taskPriority": "job priorities are not applied",
    "historyTimeToLive": "the trail is kept; it has no time to live",
    "isStartableInTasklist": "who may start a dossier is a role's matter",
    "candidateStarterUsers": "who may start a dossier is a role's matter",
    "candidateStarterGroups": "who may start a dossier is a role's matter",
    "initiator": "the submitter is kept with the dossier",
    "versionTag": "versions are counted at deploy",
}


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
    inputs: list[tuple[str, Expression]] = field(default_factory=list)
    key: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where something is read: the element, its id, its kind, and where problems go."""

    element: Element
    owner: str
    kind: str
    problems: Problems
    found: Extensions

    def refuse(self, at: Element, code: str, message: str, remedy: str) -> None:
        self.problems.error(line_of(at), self.owner, code, message, remedy)

    def note(self, at: Element, code: str, message: str, remedy: str) -> None:
        self.problems.warning(line_of(at), self.owner, code, message, remedy)


def read_extensions(element: Element, owner: str, problems: Problems) -> Extensions:
    """Everything that foreign attributes and extension elements say on `element`."""
    place = _Place(element=element, owner=owner, kind=name_of(element), problems=problems, found=Extensions())
    read_attributes(place)
    extension = child(element, "extensionElements")
    for item in extension if extension is not None else ():
        _read_element(item, place)
    return place.found


def read_attributes(place: _Place) -> None:
    """Read the attributes of other namespaces."""
    element, found, problems = place.element, place.found, place.problems
    for space, local, _ in attributes(element):
        if space in (None, MODEL, XSI) or (space in (CAMUNDA, ZEEBE) and local in _TEMPLATE):
            continue
        if space == CAMUNDA and local in _READ_ATTRIBUTES.get(place.kind, ()):
            continue
        _unread_attribute(place, str(space), local)
    if place.kind == "userTask":
        found.assignee = _attribute(element, "assignee", literal_or_feel, place)
        found.candidate_users = _attribute(element, "candidateUsers", list_or_feel, place)
        found.candidate_groups = _attribute(element, "candidateGroups", list_or_feel, place)
        _read_form_reference(place)
    elif place.kind == "serviceTask":
        _read_topic(place)
    if any(is_foreign(value) for space, name, value in attributes(element) if space is None and name != "name"):
        problems.error(
            line_of(element),
            place.owner,
            "expression-foreign-language",
            "an attribute holds a ${…} expression, which is not executed",
            "write plain text there, and FEEL where expressions belong",
        )


Compile = Callable[[str, Element, str, Problems], Expression | None]


def _attribute(element: Element, name: str, read: Compile, place: _Place) -> Expression | None:
    text = element.get(f"{{{CAMUNDA}}}{name}")
    return read(text, element, place.owner, place.problems) if text and text.strip() else None


def _unread_attribute(place: _Place, space: str, local: str) -> None:
    element = place.element
    prefix = next((prefix for prefix, uri in element.nsmap.items() if uri == space), None)
    if space.startswith(_PRESENTATION):
        return
    if prefix == "hoso" or "hoso" in space.lower():
        place.refuse(
            element,
            "hoso-attribute",
            f"attribute hoso:{local} is unknown",
            f'write it as an extension property: name="hoso:{local}"',
        )
    elif space == CAMUNDA and local in _WITHOUT_EFFECT:
        place.note(
            element, "extension-without-effect", f"camunda:{local} has no effect: {_WITHOUT_EFFECT[local]}", "remove it"
        )
    elif space in (CAMUNDA, ZEEBE):
        place.refuse(
            element,
            "extension-unsupported",
            f"attribute {prefix or space}:{local} on {place.kind} is not supported",
            "remove it, or say the same with what Hoso executes",
        )
    else:
        place.note(
            element,
            "extension-unknown",
            f"attribute {local} of {space} is not read",
            "remove it if it should do anything",
        )


def _read_form_reference(place: _Place) -> None:
    element = place.element
    binding = element.get(f"{{{CAMUNDA}}}formRefBinding")
    if binding not in (None, "deployment", "latest"):
        place.refuse(
            element, "form-binding", f"a form is bound by {binding!r}", 'use "deployment": forms travel in the bundle'
        )
    place.found.form = element.get(f"{{{CAMUNDA}}}formRef") or None


def _read_topic(place: _Place) -> None:
    element = place.element
    kind, topic = element.get(f"{{{CAMUNDA}}}type"), element.get(f"{{{CAMUNDA}}}topic")
    if kind not in (None, "external"):
        place.refuse(
            element, "job-unsupported", f"camunda:type {kind!r} is not executed", 'use type="external" and a topic'
        )
    if topic and is_foreign(topic):
        compile_at(topic, element, place.owner, place.problems)
    elif kind == "external":
        place.found.job_type = topic or None


def _read_element(item: Element, place: _Place) -> None:
    if not isinstance(item.tag, str):
        return
    space, local = etree.QName(item).namespace, name_of(item)
    read = _ELEMENTS.get((space, local))
    if read is not None and place.kind in read[0]:
        read[1](item, place)
    elif space is not None and space.startswith(_PRESENTATION):
        return
    elif space in (CAMUNDA, ZEEBE):
        place.refuse(
            item,
            "extension-unsupported",
            f"extension {local} on {place.kind} is not supported",
            "remove it, or say the same with what Hoso executes",
        )
    elif (item.prefix or "") == "hoso" or "hoso" in (space or "").lower():
        place.refuse(
            item, "hoso-attribute", f"extension hoso:{local} is unknown", f'write a property with name="hoso:{local}"'
        )
    else:
        place.note(
            item, "extension-unknown", f"extension {local} of {space} is not read", "remove it if it should do anything"
        )


def _known_attributes(item: Element, place: _Place, *names: str) -> None:
    for _, name, _ in attributes(item):
        if name not in names:
            place.refuse(
                item, "extension-unsupported", f"attribute {name} of {name_of(item)} is not supported", "remove it"
            )


def _read_assignment(item: Element, place: _Place) -> None:
    _known_attributes(item, place, "assignee", "candidateUsers", "candidateGroups")
    found = place.found
    for name, read in (
        ("assignee", literal_or_feel),
        ("candidateUsers", list_or_feel),
        ("candidateGroups", list_or_feel),
    ):
        text = (item.get(name) or "").strip()
        if not text:
            continue
        compiled = read(text, item, place.owner, place.problems)
        if name == "assignee":
            found.assignee = compiled
        elif name == "candidateUsers":
            found.candidate_users = compiled
        else:
            found.candidate_groups = compiled


def _read_form(item: Element, place: _Place) -> None:
    _known_attributes(item, place, "formId", "bindingType")
    binding = item.get("bindingType")
    if binding not in (None, "deployment", "latest"):
        place.refuse(
            item, "form-binding", f"a form is bound by {binding!r}", 'use "deployment": forms travel in the bundle'
        )
    form = item.get("formId")
    if not form:
        place.refuse(item, "form-missing-id", "the form has no formId", "link a form of the bundle by its id")
    elif is_foreign(form) or form.startswith("="):
        place.refuse(item, "form-expression", f"the form id {form!r} is an expression", "name the form")
    else:
        place.found.form = form


def _read_task_definition(item: Element, place: _Place) -> None:
    if place.kind != "serviceTask":
        place.note(
            item, "extension-without-effect", "taskDefinition has no effect: Hoso sends the message itself", "remove it"
        )
        return
    _known_attributes(item, place, "type", "retries")
    job_type, retries = (item.get("type") or "").strip(), (item.get("retries") or "").strip()
    if job_type.startswith("=") or is_foreign(job_type):
        place.refuse(item, "job-expression", f"the job type {job_type!r} is an expression", "name the type")
        return
    place.found.job_type = job_type or None
    if retries and not (retries.isascii() and retries.isdigit() and len(retries) < 4):
        place.refuse(item, "job-retries", f"retries is {retries!r}", "write a number from 0 to 999")
    elif retries:
        message = "retries has no effect: a job is tried again until it is done or cannot be done"
        place.note(item, "retries-without-effect", message, "remove it")


def _read_headers(item: Element, place: _Place) -> None:
    for header in item:
        key, value = header.get("key"), header.get("value")
        if not key or key in place.found.headers:
            place.refuse(header, "header-key", f"header {key!r} has no key or is given twice", "give each header once")
        else:
            place.found.headers[key] = value or ""


def _read_mapping(item: Element, place: _Place) -> None:
    for mapping in item:
        if name_of(mapping) != "input":
            message = "output mappings are not supported yet: what a task gives is put into the data as it is"
            place.refuse(mapping, "output-mapping", message, "remove the output")
            continue
        target = (mapping.get("target") or "").strip()
        _add_input(mapping, target, mapping.get("source") or "", place)


def _read_parameters(item: Element, place: _Place) -> None:
    for parameter in item:
        if name_of(parameter) != "inputParameter" or len(parameter):
            message = (
                f"{name_of(parameter)} {parameter.get('name')!r} is not supported: only plain input parameters are"
            )
            place.refuse(parameter, "output-mapping", message, "write an inputParameter with text or =FEEL")
            continue
        _add_input(parameter, (parameter.get("name") or "").strip(), parameter.text or "", place)


def _add_input(item: Element, target: str, source: str, place: _Place) -> None:
    taken = {name for name, _ in place.found.inputs}
    if not all(part.isidentifier() for part in target.split(".")) or target in taken:
        place.refuse(item, "input-target", f"input target {target!r} is no name or is given twice", "name it like a.b")
        return
    compiled = literal_or_feel(source, item, place.owner, place.problems)
    if compiled is not None:
        place.found.inputs.append((target, compiled))


def _read_properties(item: Element, place: _Place) -> None:
    for entry in item:
        name, value = entry.get("name") or "", entry.get("value") or ""
        if name.startswith(HOSO_PREFIX):
            key = name.removeprefix(HOSO_PREFIX)
            if key in place.found.properties:
                place.refuse(entry, "property-twice", f"property {name} is given twice", "keep one")
            place.found.properties[key] = value
        elif place.kind == "serviceTask" and etree.QName(item).namespace == CAMUNDA:
            place.found.headers[name] = value


def _read_subscription(item: Element, place: _Place) -> None:
    _known_attributes(item, place, "correlationKey")
    text = (item.get("correlationKey") or "").strip()
    if text:
        place.found.key = literal_or_feel(text, item, place.owner, place.problems)


def _note_not_applied(item: Element, place: _Place) -> None:
    place.note(
        item, "extension-without-effect", f"{name_of(item)} is not applied yet", "remove it, or keep it for later"
    )


def _pass(item: Element, place: _Place) -> None:
    """Says nothing that Hoso does not do anyway."""


_THROWS = frozenset({"intermediateThrowEvent", "endEvent"})
_ANYWHERE = frozenset(
    {"process", "lane", "userTask", "serviceTask", "exclusiveGateway", "parallelGateway", "sequenceFlow", "startEvent"}
    | {"boundaryEvent", "intermediateCatchEvent", "participant", "collaboration", "message", "laneSet", "dataObject"}
    | {
        "definitions",
        "category",
        "dataStore",
        "dataObjectReference",
        "dataStoreReference",
        "textAnnotation",
        "group",
        "association",
        "messageFlow",
    }
    | _THROWS
)
_USER, _SERVICE = frozenset({"userTask"}), frozenset({"serviceTask"})
_ELEMENTS: dict[tuple[str | None, str], tuple[frozenset[str], Callable[[Element, _Place], None]]] = {
    (ZEEBE, "userTask"): (_USER, _pass),
    (ZEEBE, "assignmentDefinition"): (_USER, _read_assignment),
    (ZEEBE, "formDefinition"): (_USER, _read_form),
    (ZEEBE, "taskSchedule"): (_USER, _note_not_applied),
    (ZEEBE, "priorityDefinition"): (_USER, _note_not_applied),
    (ZEEBE, "taskDefinition"): (_SERVICE | _THROWS, _read_task_definition),
    (ZEEBE, "taskHeaders"): (_SERVICE, _read_headers),
    (ZEEBE, "ioMapping"): (_SERVICE | _THROWS, _read_mapping),
    (ZEEBE, "subscription"): (frozenset({"message"}), _read_subscription),
    (ZEEBE, "versionTag"): (frozenset({"process"}), _note_not_applied),
    (ZEEBE, "properties"): (_ANYWHERE, _read_properties),
    (CAMUNDA, "properties"): (_ANYWHERE, _read_properties),
    (CAMUNDA, "inputOutput"): (_SERVICE, _read_parameters),
}
