"""The constraints of the standard that no schema can say, by family; each is named with its clause of BPMN 2.0.2.

They are read from the XML, so that what the engine does not execute is judged as well.
"""

from __future__ import annotations

from engine.bpmn.constraints.activities import check_activities
from engine.bpmn.constraints.artifacts import check_artifacts
from engine.bpmn.constraints.calls import check_calls
from engine.bpmn.constraints.compensation import check_compensation
from engine.bpmn.constraints.data import check_data
from engine.bpmn.constraints.events import check_events
from engine.bpmn.constraints.expressions import check_expressions
from engine.bpmn.constraints.flows import check_flows
from engine.bpmn.constraints.gateways import check_gateways
from engine.bpmn.constraints.links import check_links
from engine.bpmn.constraints.loops import check_loops
from engine.bpmn.constraints.model import model_of
from engine.bpmn.constraints.payloads import check_payloads
from engine.bpmn.constraints.scopes import check_scopes
from engine.bpmn.document import Element
from engine.bpmn.problems import Problems

_FAMILIES = (
    *(
        check_artifacts,
        check_expressions,
        check_scopes,
        check_flows,
        check_events,
        check_links,
        check_gateways,
        check_compensation,
    ),
    *(check_activities, check_loops, check_calls, check_data, check_payloads),
)


def check_constraints(root: Element, problems: Problems) -> None:
    """Add an error for each constraint that the file breaks."""
    model = model_of(root, problems)
    for check in _FAMILIES:
        check(model)
