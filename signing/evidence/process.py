"""What the steps of a deployed process are called, and which want a signature: read from the bundle in the pack, not
from what a server tells.

The only thing that an auditor's program reads in a process file. `engine` refuses at deploy what this could misread.
"""

from collections.abc import Mapping

from lxml import etree

from signing.errors import Invalid

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
SIGNATURE = "hoso:signature"
NONE = "none"


def signed_steps(process: bytes) -> Mapping[str, str]:
    """Give the user tasks that want a signature, id → purpose; Invalid `bundle-malformed` where this is no XML."""
    steps = {}
    for task in _read(process).iter(f"{BPMN}userTask"):
        # zeebe:property and camunda:property alike: a name and a value among the extension elements.
        wanted = [item.get("value") for item in task.iter("{*}property") if item.get("name") == SIGNATURE]
        if wanted and (purpose := str(wanted[-1]).strip()) != NONE:
            steps[str(task.get("id"))] = purpose
    return steps


def step_names(process: bytes) -> Mapping[str, str]:
    """Give the names that the process has for its elements, by id."""
    named = (item for item in _read(process).iter(f"{BPMN}*") if item.get("id") and item.get("name"))
    return {str(item.get("id")): " ".join(str(item.get("name")).split()) for item in named}


def _read(process: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(process, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Invalid("bundle-malformed", "the process file in the pack is no XML") from error
