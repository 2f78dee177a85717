"""Nothing that Camunda 7 or Camunda 8 can write is dropped in silence: it is read, refused, or named in a warning."""

from __future__ import annotations

import pytest
from lxml import etree

from tests.engine.bpmn.vendor_model import GRAPH, SPACES, Host, hosts
from tests.engine.bpmn.vendor_names import CAMUNDA_ATTRIBUTES, CAMUNDA_ELEMENTS, ZEEBE_ATTRIBUTES, ZEEBE_ELEMENTS

HOSTS = list(hosts())
ATTRIBUTES = {"camunda": CAMUNDA_ATTRIBUTES, "zeebe": ZEEBE_ATTRIBUTES}
ELEMENTS = {"camunda": CAMUNDA_ELEMENTS, "zeebe": ZEEBE_ELEMENTS}
# What a modeler notes for itself: which template an element was made from. No engine reads it.
OF_THE_MODELER = {"modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon", "diagramRelationId"}
# What is so in Hoso anyway: a user task is done by people, in its task list; and what no engine reads.
TRUE_ANYWAY = {("zeebe", "userTask"), ("zeebe", "properties"), ("camunda", "properties")}
# Something that each extension element with a reader can be read from.
SAMPLES: dict[tuple[str, str], tuple[str, dict[str, str], str]] = {
    ("zeebe", "assignmentDefinition"): ("user", {"assignee": "an"}, ""),
    ("zeebe", "formDefinition"): ("user", {"formId": "f"}, ""),
    ("zeebe", "taskSchedule"): ("user", {"dueDate": "P1D"}, ""),
    ("zeebe", "priorityDefinition"): ("user", {"priority": "80"}, ""),
    ("zeebe", "taskDefinition"): ("service", {"type": "other"}, ""),
    ("zeebe", "taskHeaders"): ("service", {}, '<zeebe:header key="k" value="v" />'),
    ("zeebe", "ioMapping"): ("user", {}, '<zeebe:input source="=1" target="a" />'),
    ("zeebe", "calledDecision"): ("rules", {"decisionId": "other"}, ""),
    ("zeebe", "loopCharacteristics"): ("each", {"inputCollection": "=others"}, ""),
    ("zeebe", "subscription"): ("m", {"correlationKey": "=code"}, ""),
    ("zeebe", "versionTag"): ("p", {"value": "1.2"}, ""),
    ("zeebe", "calledElement"): ("call", {"processId": "other"}, ""),
    ("camunda", "in"): ("call", {"variables": "all"}, ""),
    ("camunda", "out"): ("call", {"variables": "all"}, ""),
    ("zeebe", "properties"): ("user", {}, '<zeebe:property name="hoso:place" value="office" />'),
    ("camunda", "properties"): ("user", {}, '<camunda:property name="hoso:place" value="office" />'),
    ("camunda", "inputOutput"): ("user", {}, '<camunda:inputParameter name="a">b</camunda:inputParameter>'),
}


def at(path: str) -> Host:
    return Host(path)


def element(id: str) -> Host:
    return Host(f".//*[@id='{id}']")


def heard(host: Host, prefix: str, name: str) -> bool:
    """Whether the reading refuses it, warns with its name, or differs from that of the model without it."""
    found = host.problems()
    named = any(problem.severity == "error" or name in problem.message for problem in found)
    return named or host.graph() != GRAPH


@pytest.mark.parametrize(("kind", "path"), HOSTS, ids=[f"{kind}-{number}" for number, (kind, _) in enumerate(HOSTS)])
def test_no_attribute_is_dropped(kind: str, path: str) -> None:
    """Every attribute of both vendors, on every element of BPMN."""
    host = at(path)
    for prefix, names in ATTRIBUTES.items():
        for name in names:
            host.write(prefix, name, "7")
    said = " ".join(problem.message for problem in host.problems())
    for prefix, names in ATTRIBUTES.items():
        for name in set(names) - OF_THE_MODELER:
            if f"{prefix}:{name} " in said or at(path).element.get(f"{{{SPACES[prefix]}}}{name}"):
                continue
            alone = at(path)
            alone.write(prefix, name, "7")
            assert heard(alone, prefix, name), f"{prefix}:{name} on {kind} is dropped"


@pytest.mark.parametrize(("kind", "path"), HOSTS, ids=[f"{kind}-{number}" for number, (kind, _) in enumerate(HOSTS)])
def test_no_extension_element_is_dropped(kind: str, path: str) -> None:
    """Every extension element of both vendors, on every element of BPMN; where it is read, by its sample."""
    host = at(path)
    for prefix, names in ELEMENTS.items():
        for name in names:
            host.extend(prefix, name)
    said = {(problem.message, problem.severity) for problem in host.problems()}
    for prefix, names in ELEMENTS.items():
        for name in names:
            if any(f" {name} " in f" {message} " for message, _ in said) or (prefix, name) in TRUE_ANYWAY:
                continue
            _, given, inner = SAMPLES[prefix, name]
            alone = at(path)
            _fill(alone.extend(prefix, name, given), inner)
            assert heard(alone, prefix, name), f"{prefix}:{name} on {kind} is dropped"


@pytest.mark.parametrize(("prefix", "name"), list(SAMPLES))
def test_nothing_within_an_extension_element_is_dropped(prefix: str, name: str) -> None:
    """What stands in one that is read is read with it, or refused: whether or not its vendor knows it."""
    id, given, inner = SAMPLES[prefix, name]
    attributes, within = ELEMENTS[prefix][name]
    host = element(id)
    _fill(host.extend(prefix, name, given), inner)
    assert heard(host, prefix, name)
    sample = host.graph()
    for surplus in {*attributes.split(), "surplus"} - given.keys():
        more = element(id)
        _fill(more.extend(prefix, name, {**given, surplus: "seven"}), inner)
        assert more.problems() or more.graph() != sample, f"{surplus} of {prefix}:{name} is dropped"
    for part in {*within.split(), "surplus"}:
        more = element(id)
        item = more.extend(prefix, name, given)
        _fill(item, inner)
        etree.SubElement(item, f"{{{SPACES[prefix]}}}{part}", {"surplus": "seven"})
        assert any(problem.severity == "error" for problem in more.problems()), f"{part} in {prefix}:{name} is dropped"


def test_every_element_that_is_read_has_a_sample() -> None:
    """So that a new reader cannot pass by: what no place refuses or warns of needs one."""
    known = {(prefix, name) for prefix, names in ELEMENTS.items() for name in names}
    assert known >= SAMPLES.keys() | TRUE_ANYWAY


def _fill(item: etree._Element, inner: str) -> None:
    spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in SPACES.items())
    item.extend(etree.fromstring(f"<x {spaces}>{inner}</x>"))
