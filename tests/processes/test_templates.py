"""The element templates let a modeler say what the processes say, with the names that the engine reads."""

import json
from typing import Any

import pytest
from lxml import etree

from tests.processes.walk import KEYS, PROCESSES

ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"
TEMPLATES: list[dict[str, Any]] = json.loads((PROCESSES / "modeler" / "hoso.json").read_bytes())


def bindings(kind: str, name: str) -> set[str]:
    """The names that the templates bind, of one kind of binding."""
    found = (item["binding"] for template in TEMPLATES for item in template["properties"])
    return {binding[name] for binding in found if binding["type"] == kind}


def job_types() -> set[str]:
    """The job types that the templates set."""
    properties = [item for template in TEMPLATES for item in template["properties"]]
    return {item["value"] for item in properties if item["binding"]["type"] == "zeebe:taskDefinition"}


def test_every_template_has_its_own_id_and_says_where_it_applies() -> None:
    """A modeler can offer each template for the elements that it fits."""
    assert len({template["id"] for template in TEMPLATES}) == len(TEMPLATES)
    for template in TEMPLATES:
        assert template["$schema"].endswith("zeebe-element-templates-json-schema/resources/schema.json")
        assert template["appliesTo"]
        assert template["description"]


@pytest.mark.parametrize("key", KEYS)
def test_what_the_processes_say_can_be_set_by_template(key: str) -> None:
    """No property, job type or header of the shipped processes has to be typed by name."""
    tree = etree.parse(PROCESSES / key / "process.bpmn")
    properties = {element.attrib["name"] for element in tree.iter(f"{ZEEBE}property")}
    headers = {element.attrib["key"] for element in tree.iter(f"{ZEEBE}header")}
    types = {element.attrib["type"] for element in tree.iter(f"{ZEEBE}taskDefinition")}
    assert properties <= bindings("zeebe:property", "name")
    assert headers <= bindings("zeebe:taskHeader", "key")
    assert types <= job_types()


def test_the_templates_name_what_the_engine_reads() -> None:
    """The properties of the engine and no other."""
    tasks = {"hoso:signature", "hoso:place", "hoso:documents", "hoso:notSameAs", "hoso:handOver", "hoso:term"}
    tasks |= {"hoso:capacity", "hoso:unit", "hoso:kind", "hoso:assign"}
    names = tasks | {"hoso:role", "hoso:accepts", "hoso:correlationKey", "hoso:timeToLive"}
    assert bindings("zeebe:property", "name") == names
    assert bindings("zeebe:taskSchedule", "property") == {"dueDate", "followUpDate"}
    assert bindings("zeebe:priorityDefinition", "property") == {"priority"}
