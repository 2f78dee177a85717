"""The BPMN 2.0 schema that SpiffWorkflow ships; the library is loaded when it is first asked."""

from __future__ import annotations

import re
from functools import lru_cache
from threading import Lock
from typing import Any

from lxml import etree

from engine.bpmn.document import Element
from engine.bpmn.problems import Problems

_LOCK = Lock()
_NAMESPACE = re.compile(r"\{[^}]*\}")


@lru_cache(maxsize=1)
def _schema() -> Any:
    from SpiffWorkflow.bpmn.parser import BpmnValidator

    return BpmnValidator().validator


def validate_schema(root: Element, problems: Problems) -> None:
    """Add an error for each line on which the tree breaks the schema, unless that line is an error already."""
    told = {problem.line for problem in problems.found() if problem.severity == "error"}
    for line, message in _violations(root):
        if line not in told:
            told.add(line)
            problems.error(line, None, "schema", message, "save the model from a BPMN 2.0 modeler")


def _violations(root: Element) -> list[tuple[int, str]]:
    schema = _schema()
    # The schema object keeps the log of its last run.
    with _LOCK:
        if schema.validate(etree.ElementTree(root)):
            return []
        return [(int(entry.line), _NAMESPACE.sub("", entry.message)) for entry in schema.error_log]
