"""The same review loop on stock SpiffWorkflow with its own JSON serializer, to compare with."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState


def stock_loop(xml: bytes, fields: Mapping[str, object], rounds: int) -> Callable[[], str]:
    """One user-task step after so many rounds: load, complete with these fields, run, store.

    Conditions of the file must be Python.
    """
    parser, serializer = BpmnParser(), BpmnWorkflowSerializer()
    parser.add_bpmn_xml(etree.fromstring(xml), filename="loop.bpmn")
    workflow = BpmnWorkflow(parser.get_spec("loop"))
    workflow.do_engine_steps()

    def done(stored: str) -> str:
        loaded = serializer.deserialize_json(stored)
        (task,) = loaded.get_tasks(state=TaskState.READY, manual=True)
        task.data.update(fields)
        task.run()
        loaded.do_engine_steps()
        return str(serializer.serialize_json(loaded))

    stored = serializer.serialize_json(workflow)
    for _ in range(rounds):
        stored = done(stored)
    return lambda: done(stored)
