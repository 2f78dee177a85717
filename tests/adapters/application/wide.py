"""A wide loop over the application, with the same run beside it on one state that is never divided."""

from dataclasses import dataclass, field

from adapters.application import message
from adapters.application.answer import Request
from adapters.application.sight import definition_of
from adapters.database import dossiers
from adapters.database.store import Store
from engine.bpmn.events import Event, MessageReceived, TaskCompleted, TimerFired
from engine.bpmn.graph import Graph
from engine.bpmn.parts import whole
from engine.bpmn.run import start, step
from engine.bpmn.state import State
from tests.adapters.application.bundles import Bundle, bundle, task
from tests.adapters.application.world import Founded, World, opened
from tests.engine.bpmn.models import chain, end, flow, start_event, timer, xor

_EACH = (
    "<bpmn:multiInstanceLoopCharacteristics>"
    '<bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">=count</bpmn:loopCardinality>'
    '<bpmn:completionCondition xsi:type="bpmn:tFormalExpression">=copies = 9</bpmn:completionCondition>'
    "</bpmn:multiInstanceLoopCharacteristics>"
)


_ANSWERED = '=note != "?" and note != "skip"'


def checks() -> Bundle:
    """A job of an external worker for each of `count`; an error is caught within its instance."""
    work = '<bpmn:extensionElements><zeebe:taskDefinition type="tra-cuu" retries="1"/></bpmn:extensionElements>'
    inner = start_event("in") + f'<bpmn:serviceTask id="look">{work}</bpmn:serviceTask>' + end("out") + end("mended")
    inner += '<bpmn:boundaryEvent id="missed" attachedToRef="look"><bpmn:errorEventDefinition/></bpmn:boundaryEvent>'
    inner += task("mend", "chuyen-vien") + chain("in", "look", "out") + chain("missed", "mend", "mended")
    body = start_event() + f'<bpmn:subProcess id="each">{_EACH}{inner}</bpmn:subProcess>' + end()
    return bundle("tra-cuu-nhieu", body + chain("s", "each", "e"))


def opinions() -> Bundle:
    """For each of `count`: ask → answer, of which a timer reminds; the note `skip` ends it, `?` is an incident.

    The message `hoi` reaches whoever is asked; 9 copies end them all; the message `rut` calls all of it off.
    """
    inner = start_event("in") + task("ask", "chuyen-vien", form="note") + xor("known") + end("out") + end("reminded")
    inner += task("answer", "chuyen-vien")
    inner += (
        f'<bpmn:boundaryEvent id="late" attachedToRef="answer" cancelActivity="false">{timer("timeDuration", "PT1H")}'
    )
    inner += '</bpmn:boundaryEvent><bpmn:boundaryEvent id="more" attachedToRef="ask" cancelActivity="false">'
    inner += (
        '<bpmn:messageEventDefinition messageRef="q"/></bpmn:boundaryEvent>' + end("asked") + chain("more", "asked")
    )
    inner += chain("in", "ask", "known") + flow("known", "answer", _ANSWERED)
    inner += flow("known", "out", '=note = "skip"')
    inner += chain("answer", "out") + chain("late", "reminded")
    body = start_event() + f'<bpmn:subProcess id="each">{_EACH}{inner}</bpmn:subProcess>'
    body += '<bpmn:boundaryEvent id="off" attachedToRef="each"><bpmn:messageEventDefinition messageRef="m"/>'
    body += "</bpmn:boundaryEvent>" + end("called_off") + task("file", "chuyen-vien") + end()
    flows = chain("s", "each", "file", "e") + chain("off", "called_off")
    return bundle("y-kien", body + flows, before='<bpmn:message id="m" name="rut"/><bpmn:message id="q" name="hoi"/>')


def found(store: Store, founded: Founded) -> Founded:
    """The agency of the other tests, with these processes deployed."""
    with opened(store, founded) as world:
        for files in (opinions(), checks()):
            world.deploy(files).body_or_raise()
    return founded


@dataclass
class Run:
    """A dossier in the database, and its twin whose state is one whole."""

    world: World
    count: int
    code: str = field(init=False)
    graph: Graph = field(init=False)
    twin: State = field(init=False)

    def __post_init__(self) -> None:
        data = {"count": self.count, "copies": 1}
        self.code = self.world.start("y-kien", data=data, files={})
        with self.world.app.store.read() as tx:
            dossier = dossiers.load(tx, self.code)
            assert dossier is not None
            self.graph = definition_of(self.world.app, tx, dossier).graph
        self.twin = start(self.graph, data, now=self.world.clock.now).state

    def complete(self, number: int, note: str = "x", copies: int = 1) -> None:
        """An officer claims and completes the task of that number."""
        task, data = f"{self.code}.{number}", {"note": note, "copies": copies}
        given = data if self.twin.open_tasks[number] == "ask" else {}
        self.world.claim("lan", task).body_or_raise()
        self.world.complete("lan", task, given).body_or_raise()
        self._twin(TaskCompleted(task=number, data=given))

    def hear(self, name: str) -> None:
        """The message comes."""
        sent = message.send(self.world.app, self.world.officer("lan"), Request(officer="lan"), self.code, name, {})
        sent.body_or_raise()
        self._twin(MessageReceived(name=name))

    def wait(self) -> None:
        """An hour goes by, and every timer that is set fires."""
        self.world.clock.go(hours=1)
        timers = sorted(self.twin.timers.items(), key=lambda item: (item[1].schedule.due, item[0]))
        self.world.work(most=1_000)  # those of other dossiers, too
        for number, _ in timers:
            self._twin(TimerFired(timer=number))

    def _twin(self, event: Event) -> None:
        self.twin = step(self.graph, self.twin, event, now=self.world.clock.now).state

    def stored(self) -> State:
        """The state as the database has it, all of it."""
        with self.world.app.store.read() as tx:
            dossier = dossiers.load(tx, self.code)
            assert dossier is not None
            return whole(dossier.state)

    def agrees(self) -> None:
        """State and open tasks are those of the twin, byte for byte."""
        assert self.stored().encode() == self.twin.encode()
        with self.world.app.store.read() as tx:
            tasks = {item.number: item.element for item in dossiers.open_tasks(tx, self.code)}
        assert tasks == self.twin.open_tasks
