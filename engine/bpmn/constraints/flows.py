"""Sequence flows out of activities (BPMN 2.0.2 §8.4.13)."""

from __future__ import annotations

from engine.bpmn.constraints.model import ACTIVITIES, Model
from engine.bpmn.document import child


def check_flows(model: Model) -> None:
    """A condition has another case: a second flow."""
    for activity in model.each(*ACTIVITIES):
        flows = model.outgoing(activity)
        if len(flows) == 1 and not activity.get("default") and child(flows[0], "conditionExpression") is not None:
            message = "the only flow out of the activity has a condition"
            model.breaks(flows[0], "8.4.13", "condition-alone", message, "add a flow for the other case")
