"""Tasks that are done within the step: script tasks and business rule tasks."""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn.decisions import decide
from engine.bpmn.graph import BusinessRuleTask, ScriptTask
from engine.bpmn.mappings import inputs_of
from engine.bpmn.scope import Scope, Stuck
from engine.bpmn.scripts import ScriptError
from engine.bpmn.work import Work

Automatic = ScriptTask | BusinessRuleTask


def compute(work: Work, node: Automatic, own: Mapping[str, object]) -> tuple[Scope, dict[str, object], int]:
    """What the task gives: the scope with its inputs, its result as plain JSON, and how many seconds it takes.

    `own` is what an instance of several has for itself. Raises Stuck; nothing but effects has changed then.
    """
    outer = work.scope(node.id, own)
    scope = outer.within(inputs_of(node.inputs, outer))
    if isinstance(node, BusinessRuleTask):
        values, seconds = decide(work, node, scope), 0
    else:
        try:
            ran = node.script.run(scope)
        except ScriptError as error:
            raise Stuck(node.id, error.code, error.message) from error
        values, seconds = dict(ran.values), ran.seconds
    return scope, {name: scope.as_json(value, f"result {name}") for name, value in values.items()}, seconds
