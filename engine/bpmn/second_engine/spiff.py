"""SpiffWorkflow as we use it: its parser with our timers, messages and tasks, and no Python ever.

Imported only where the second engine is asked, for loading it takes a while.
"""

# Without stubs every class of the library is Any to mypy.
# mypy: disable-error-code="misc"

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.event_parsers import (
    BoundaryEventParser,
    EndEventParser,
    EventBasedGatewayParser,
    IntermediateCatchEventParser,
    IntermediateThrowEventParser,
    ReceiveTaskParser,
    StartEventParser,
)
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.script_engine.python_environment import BasePythonScriptEngineEnvironment
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import SignalEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent, EventBasedGateway
from SpiffWorkflow.bpmn.specs.mixins.events.start_event import StartEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.util.task import TaskState

__all__ = [
    "BoundaryEvent",
    "BpmnEvent",
    "BpmnWorkflow",
    "CatchingEvent",
    "EventBasedGateway",
    "LoopTask",
    "MessageEventDefinition",
    "NoPython",
    "Parser",
    "SignalEventDefinition",
    "StartEvent",
    "SubWorkflowTask",
    "TaskState",
    "Timer",
    "UnstructuredJoin",
]


class Timer(EventDefinition):
    """A timer that goes off when the walk says so; no clock is read."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Timer) and self.name == other.name

    __hash__ = None  # type: ignore[assignment]


class Sent(MessageEventDefinition):
    """A message to the world: our kernel gives none to its own process either, for it is routed after the step."""

    def throw(self, my_task: Any) -> None:
        """Nothing is delivered within the process."""


class Waiting(BpmnSpecMixin):
    """A task, which waits until the walk completes it, whatever would do it."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.manual = True


class _Timers:
    """Reads a timer without its text."""

    node: Any

    def parse_timer_event(self, event: Any) -> Timer:
        """A timer of this element."""
        return Timer(self.node.get("id"))


class _Sends:
    """Reads a message that is thrown."""

    def parse_message_event(self, message_event: Any) -> Sent:
        """What goes to the world."""
        return Sent(super().parse_message_event(message_event).name)


class _Start(_Timers, StartEventParser):
    pass


class _End(_Sends, EndEventParser):
    pass


class _Catch(_Timers, IntermediateCatchEventParser):
    pass


class _Throw(_Sends, IntermediateThrowEventParser):
    pass


class _Send(TaskParser):
    """A task that sends waits too; its message is kept for the reading."""

    def create_task(self) -> Any:
        """The task with its message."""
        task = super().create_task()
        task.sends = self.process_parser.parser.messages.get(self.node.get("messageRef"))
        return task


class _Boundary(_Timers, BoundaryEventParser):
    pass


def _task(name: str) -> tuple[Any, Any]:
    return _Send if name == "sendTask" else TaskParser, type(f"{name[0].upper()}{name[1:]}", (Waiting,), {})


_TASKS = ("userTask", "serviceTask", "task", "manualTask", "scriptTask", "businessRuleTask", "sendTask")


class Parser(BpmnParser):
    """The library's parser with our events and tasks; what a script computes does not matter to a walk."""

    OVERRIDE_PARSER_CLASSES: Mapping[str, tuple[Any, Any]] = {
        full_tag("startEvent"): (_Start, BpmnParser.PARSER_CLASSES[full_tag("startEvent")][1]),
        full_tag("endEvent"): (_End, BpmnParser.PARSER_CLASSES[full_tag("endEvent")][1]),
        full_tag("intermediateCatchEvent"): (_Catch, BpmnParser.PARSER_CLASSES[full_tag("intermediateCatchEvent")][1]),
        full_tag("intermediateThrowEvent"): (_Throw, BpmnParser.PARSER_CLASSES[full_tag("intermediateThrowEvent")][1]),
        full_tag("boundaryEvent"): (_Boundary, BpmnParser.PARSER_CLASSES[full_tag("boundaryEvent")][1]),
        full_tag("receiveTask"): (ReceiveTaskParser, BpmnParser.PARSER_CLASSES[full_tag("receiveTask")][1]),
        full_tag("eventBasedGateway"): (
            EventBasedGatewayParser,
            BpmnParser.PARSER_CLASSES[full_tag("eventBasedGateway")][1],
        ),
        **{full_tag(name): _task(name) for name in _TASKS},
    }

    @classmethod
    def kinds(cls) -> dict[type, str]:
        """The BPMN element name of each class of task."""
        known = {**cls.PARSER_CLASSES, **cls.OVERRIDE_PARSER_CLASSES}
        return {spec: tag.rpartition("}")[2] for tag, (_, spec) in known.items()}


class _NoEnvironment(BasePythonScriptEngineEnvironment):
    """Runs nothing."""


class NoPython(PythonScriptEngine):
    """Hands every expression to `answer`; runs nothing else."""

    def __init__(self, answer: Callable[[str], object]) -> None:
        super().__init__(environment=_NoEnvironment())
        self._answer = answer

    def validate(self, expression: str) -> None:
        """Nothing is Python here."""

    def evaluate(self, task: Any, expression: str, external_context: object = None) -> object:
        """The value of a condition."""
        return self._answer(expression)

    def execute(self, task: Any, script: str, external_context: object = None) -> NoReturn:
        """Never asked: no task with a script is read."""
        raise TypeError("the second engine runs no scripts")

    def call_service(self, task: Any, **given: Any) -> NoReturn:
        """Never asked: no service is read."""
        raise TypeError("the second engine calls no services")
