"""Tasks that are done within the step: script tasks and business rule tasks."""

from __future__ import annotations

from engine.bpmn.decisions import decide
from engine.bpmn.graph import BusinessRuleTask, ScriptTask
from engine.bpmn.scope import Scope, Stuck
from engine.bpmn.scripts import ScriptError
from engine.bpmn.work import Work

Automatic = ScriptTask | BusinessRuleTask


class Thrown(Exception):
    """A script ended in a BPMN error."""


def compute(work: Work, node: Automatic, scope: Scope) -> tuple[dict[str, object], int]:
    """What the task gives over its scope, as plain JSON, and how many seconds it takes.

    Raises Stuck, and Thrown for a BPMN error; nothing but effects has changed then.
    """
    if isinstance(node, BusinessRuleTask):
        values, seconds = decide(work, node, scope), 0
    else:
        try:
            ran = node.script.run(scope)
        except ScriptError as error:
            raise Stuck(node.id, error.code, error.message) from error
        if ran.error:
            raise Thrown
        values, seconds = dict(ran.values), ran.seconds
    return {name: scope.as_json(value, f"result {name}") for name, value in values.items()}, seconds
