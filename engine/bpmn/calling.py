"""The data of a call: what is seen within, what stays within, what comes out at its end (BPMN 2.0.2 §10.3.6).

A call to which all data go and from which all come shares them with its caller. Any other has data of its own: what is
put within stays there, behind its wall, until the call completes.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn.graph import Activity, CallActivity, MultiInstance, Node
from engine.bpmn.loops import COUNTER
from engine.bpmn.mappings import outcome
from engine.bpmn.scope import Stuck
from engine.bpmn.state import Thing, Wall
from engine.bpmn.work import Work


def wall(node: Node) -> Wall:
    """What a call keeps apart; raises Stuck where what it calls was not linked."""
    if not isinstance(node, CallActivity):
        return ""
    if node.elsewhere is not None:
        message = f"{node.elsewhere} is another bundle's, and was not linked"
        raise Stuck(node.id, "call-unlinked", message)
    if not node.sees:
        return "blind"
    return "" if node.gives and not node.outputs else "kept"


def brought(node: CallActivity, thing: Thing) -> dict[str, object]:
    """What comes out by its own name: all that the called process put into its data.

    But for the call's inputs, and for what is drawn in the called process and lives there alone.
    """
    if not thing.wall or not node.gives:
        return {}
    own = {target.partition(".")[0] for target, _ in node.inputs} | {COUNTER, *node.properties}
    if isinstance(node.loop, MultiInstance):
        own |= node.loop.own
    return {name: value for name, value in thing.locals.items() if name not in own}


def given(work: Work, node: Activity, thing: Thing, result: Mapping[str, object]) -> Mapping[str, object]:
    """What an activity gives as it completes: its outputs, or without any its result; raises Stuck."""
    if not node.outputs:
        return result
    found = outcome(node.outputs, work.scope(node.id, thing.parent, thing.locals), result)
    return {**result, **found} if isinstance(node, CallActivity) else found
