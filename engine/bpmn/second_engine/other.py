"""One process instance in the library, driven from outside and bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from engine.bpmn.second_engine.drawn import Budget
from engine.bpmn.second_engine.reading import Read

MOST_RUNS = 250
"""Its tree grows with every element that runs, and it walks up it by calling itself."""


class Raised(Exception):
    """The library raised; what it said."""


class TooLong(Exception):
    """More ran than the library is let, in this walk or in all."""


class Other:
    """The instance. Every method may raise Raised and TooLong; then it is of no use any more."""

    def __init__(
        self, read: Read, conditions: Mapping[str, Callable[[Mapping[str, object]], object]], budget: Budget
    ) -> None:
        from engine.bpmn.second_engine import spiff

        self._spiff = spiff
        self._conditions = conditions
        self._budget = budget
        self._runs = 0
        self.data: Mapping[str, object] = {}
        self.passed: list[str] = []
        """What ran since it was emptied."""
        with self._wall():
            engine = spiff.NoPython(self._answer)
            self._workflow = spiff.BpmnWorkflow(read.process, read.scopes, script_engine=engine)

    def settle(self) -> None:
        """Run everything that waits for nobody."""
        # It looks through its whole tree to run, and again to show what is open.
        if not self._budget.take(2 * len(self._workflow.tasks)):
            raise TooLong
        with self._wall():
            self._workflow.do_engine_steps(will_complete_task=self._count)

    def complete(self, element: str, position: int) -> None:
        """Complete a waiting task: of several of that element, the one at that position."""
        with self._wall():
            task = self._waiting(element, self._spiff.TaskState.READY)[position]
            self._count(task)
            task.run()

    def set_off(self, element: str, position: int, definition: Any) -> None:
        """Let what an event at `element` waits for come."""
        with self._wall():
            task = self._waiting(element, self._spiff.TaskState.WAITING)[position]
            task.task_spec.catch(task, self._spiff.BpmnEvent(definition, payload={}))
            # As its own event manager does, which would wake every task that waits for the same.
            task.task_spec._update(task)

    def timer(self, element: str) -> Any:
        """The timer of an element."""
        return self._spiff.Timer(element)

    def message(self, name: str) -> Any:
        """A message of that name."""
        return self._spiff.MessageEventDefinition(name)

    def signal(self, name: str) -> None:
        """Broadcast a signal."""
        with self._wall():
            definition = self._spiff.SignalEventDefinition(name)
            self._workflow.catch(self._spiff.BpmnEvent(definition, payload={}))

    def open(self) -> Iterator[str]:
        """The elements at which tasks and events wait, each as often as one does."""
        state = self._spiff.TaskState
        for task in self._workflow.get_tasks(state=state.READY | state.WAITING):
            if self._holds(task.task_spec) if task.state == state.WAITING else task.task_spec.manual:
                yield task.task_spec.bpmn_id

    def _holds(self, spec: Any) -> bool:
        """Whether it is an event that holds a token, not one that only listens."""
        listens = self._spiff.BoundaryEvent | self._spiff.StartEvent
        return isinstance(spec, self._spiff.CatchingEvent) and not isinstance(spec, listens)

    def joins(self) -> set[str]:
        """The gateways at which tokens wait for others."""
        tasks = self._workflow.get_tasks(state=self._spiff.TaskState.WAITING)
        joins = (task.task_spec for task in tasks if isinstance(task.task_spec, self._spiff.UnstructuredJoin))
        return {spec.bpmn_id for spec in joins if spec.bpmn_id is not None}

    def done(self) -> bool:
        """Whether the instance is completed."""
        return bool(self._workflow.is_completed())

    def _waiting(self, element: str, state: int) -> list[Any]:
        tasks = self._workflow.get_tasks(state=state)
        return [task for task in tasks if task.task_spec.bpmn_id == element and not self._is_loop(task)]

    def _is_loop(self, task: Any) -> bool:
        return isinstance(task.task_spec, self._spiff.LoopTask)

    def _answer(self, text: str) -> object:
        return self._conditions[text.strip()](self.data)

    def _count(self, task: Any) -> None:
        self._runs += 1
        if self._runs > MOST_RUNS or not self._budget.take(len(task.workflow.tasks)):
            raise TooLong
        if task.task_spec.bpmn_id is not None:
            self.passed.append(task.task_spec.bpmn_id)

    @contextmanager
    def _wall(self) -> Iterator[None]:
        try:
            yield
        except TooLong:
            raise
        except RecursionError as error:
            raise TooLong from error
        except Exception as error:  # a wall: the library raises whatever a process makes it meet
            raise Raised(f"{type(error).__name__}: {error}") from error
