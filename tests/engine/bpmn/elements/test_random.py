"""Random processes of all elements, driven at random: nothing is lost, nothing dangles, nothing crashes."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.bpmn.events import (
    Event,
    JobCompleted,
    JobFailed,
    JobThrew,
    MessageReceived,
    Modified,
    Retried,
    SignalReceived,
    TaskCompleted,
    TimerFired,
)
from tests.engine.bpmn.elements.model import (
    Play,
    boundary,
    built,
    call,
    called,
    catch,
    end,
    event_sub,
    expression,
    flow,
    gate,
    instances,
    link,
    on,
    on_condition,
    paths,
    start_event,
    sub,
    throw,
    timer,
    undo,
    undone_by,
    user,
)
from tests.engine.bpmn.models import script, service

HANDLER = 'isForCompensation="true"'
LEAVES = (
    *("user", "undoable", "job", "script", "catch", "parallel catch", "cycle", "signal", "escalation", "undo"),
    *("choice", "link", "several", "collected"),
)
GROUPS = ("sequence", "parallel", "inclusive", "exclusive", "complex", "event")
SCOPES = ("sub", "transaction", "adhoc", "instances", "one by one", "loop", "call", "undone as one")
ENDS = ("", "error", "terminate", "escalation", "signal", "cancel", "compensate")


@dataclass(frozen=True)
class Block:
    """A part of a process with one way in and one way out; `number` decides its details."""

    kind: str
    number: int
    parts: tuple[Block, ...] = ()


def _blocks(parts: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    numbers, several = st.integers(0, 1000), st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.builds(Block, st.sampled_from((*GROUPS, *SCOPES, *SCOPES)), numbers, several)


BLOCKS = st.recursive(st.builds(Block, st.sampled_from(LEAVES), st.integers(0, 1000)), _blocks, max_leaves=10)


@dataclass
class Drawing:
    """Draws blocks as BPMN."""

    numbers: count[int] = field(default_factory=lambda: count(1))
    called: list[str] = field(default_factory=list)

    def name(self) -> str:
        return f"n{next(self.numbers)}"

    def draw(self, block: Block, before: str) -> tuple[str, str]:
        """The block behind the node `before`, and its last node."""
        if block.kind in LEAVES:
            return self._leaf(block, before)
        if block.kind in SCOPES:
            return self._scope(block, before)
        if block.kind == "sequence":
            xml = ""
            for part in block.parts:
                more, before = self.draw(part, before)
                xml += more
            return xml, before
        return self._split(block, before)

    def _leaf(self, block: Block, before: str) -> tuple[str, str]:
        name, number = self.name(), block.number
        triggers = (on("signal", "S"), on("message", "M"), timer("timeDuration", "PT1H"), on_condition("v = 2"))
        match block.kind:
            case "user":
                xml = user(name) + self._border(name, number)
            case "undoable":
                xml = user(name) + undone_by(name, f"{name}h")
            case "job":
                xml = service(name) + self._border(name, number)
            case "script":
                xml = script(name, "modulo(v + 1, 4)", 'scriptFormat="feel" camunda:resultVariable="v"')
            case "catch":
                xml = catch(name, triggers[number % 4])
            case "parallel catch":
                xml = catch(name, triggers[number % 4], triggers[(number + 1) % 4], parallel=True)
            case "cycle":
                xml = catch(name, timer("timeCycle", f"R{number % 3 + 1}/PT1H"))
            case "signal" | "escalation":
                xml = throw(name, on(block.kind, "S" if block.kind == "signal" else "X"))
            case "undo":
                xml = throw(name, undo(wait=number % 3 > 0))
            case "several":
                xml = user(name).replace("</bpmn:userTask>", f"{instances('=v')}</bpmn:userTask>")
            case "collected":
                xml = gate("parallel", f"{name}g") + user(name, attributes='startQuantity="2" completionQuantity="2"')
                xml += flow(f"{name}g", name) + flow(f"{name}g", name, name=f"{name}twice")
                return xml + flow(before, f"{name}g"), name
            case "choice":
                xml = gate("exclusive", name) + gate("exclusive", f"{name}m")
                xml += flow(name, f"{name}m", f"v = {number % 4}")
                xml += flow(name, f"{name}m", f"v > {number % 4}", name=f"{name}more")
                return xml + flow(before, name), f"{name}m"
            case _:
                other = f"{name}c"
                return throw(name, link(name)) + catch(other, link(name)) + flow(before, name), other
        return xml + flow(before, name), name

    def _border(self, host: str, number: int) -> str:
        """Perhaps a boundary event that leads to a task and an end of its own."""
        kinds = ("signal", "message", "timer", "condition", "error", "escalation")
        if number % 7 == 6:
            return ""
        kind, name = kinds[number % 7], self.name()
        trigger = {
            "timer": timer("timeCycle" if number % 2 else "timeDuration", "R2/PT1H" if number % 2 else "PT1H"),
            "condition": on_condition("v = 3"),
            "error": on("error", "E" if number % 2 else ""),
            "escalation": on("escalation", "X"),
        }.get(kind) or on(kind, "S" if kind == "signal" else "M")
        interrupting = kind == "error" or number % 3 > 0
        event = boundary(name, host, trigger, interrupting)
        return event + user(f"{name}t") + end(f"{name}e") + paths(f"{name} {name}t {name}e")

    def _split(self, block: Block, before: str) -> tuple[str, str]:
        name, join = self.name(), self.name()
        kinds = {"event": ("eventBased", "exclusive"), "complex": ("parallel", "complex")}
        split, merge = kinds.get(block.kind, (block.kind, block.kind))
        xml = flow(before, name)
        default = ""
        for index, part in enumerate(block.parts):
            entry = self.name()
            if block.kind == "event":
                triggers = (on("signal", "S"), on("message", "M"), timer("timeDuration", "PT1H"))
                xml += catch(entry, triggers[index]) + flow(name, entry)
            else:
                condition = f"v >= {index + block.number % 2}" if block.kind in ("inclusive", "exclusive") else ""
                default = f"{name}_{entry}" if condition and index == 0 and block.number % 5 else default
                xml += user(entry) + flow(name, entry, "" if default == f"{name}_{entry}" else condition)
            more, last = self.draw(part, entry)
            xml += more + flow(last, join)
        activation = expression("activationCondition", f"activationCount >= {block.number % 3 + 1}")
        closing = gate(merge, join)
        if merge == "complex":
            closing = closing.replace("/>", f">{activation}</bpmn:complexGateway>")
        if block.kind == "inclusive" and block.number % 7 == 0:
            closing = gate("exclusive", join)
        return xml + gate(split, name, attributes=f'default="{default}"' if default else "") + closing, join

    def _body(self, name: str, block: Block, transaction: bool = False) -> str:
        """A start, the first part, and an end that may throw; another part in an event subprocess."""
        xml, last = self.draw(block.parts[0], f"{name}s")
        kind = ENDS[block.number % len(ENDS)]
        kind = kind if kind != "cancel" or transaction else "error"
        refs = {"error": "E", "escalation": "X", "signal": "S"}
        closing = end(f"{name}e", on(kind, refs.get(kind, "")) if kind else "")
        xml = start_event(f"{name}s") + xml + closing + flow(last, f"{name}e")
        if block.number % 3:
            return xml
        triggers = (on("signal", "S"), on("message", "M"), timer("timeCycle", "R2/PT1H"), on_condition("v = 1"))
        begin = f"{self.name()}b"
        trigger, calm = (*triggers, on("error"), on("escalation"))[block.number % 6], block.number % 4 == 0
        calm = calm and block.number % 6 != 4
        start = f'<bpmn:startEvent id="{begin}" isInterrupting="{str(not calm).lower()}">{trigger}</bpmn:startEvent>'
        inner, last = self.draw(block.parts[1], begin)
        parts = start, inner, end(f"{begin}e"), flow(last, f"{begin}e")
        return xml + sub(f"{begin}x", *parts, attributes='triggeredByEvent="true"')

    def _scope(self, block: Block, before: str) -> tuple[str, str]:
        name, number = self.name(), block.number
        kind, attributes, loop, border = "subProcess", "", "", self._border(name, number // 2)
        match block.kind:
            case "adhoc":
                return self._adhoc(block, name, before, border)
            case "call":
                body = self._body(f"{name}p", block)
                self.called.append(called(f"{name}p", body))
                return call(name, f"{name}p") + border + flow(before, name), name
            case "transaction":
                kind, border = "transaction", border + boundary(f"{name}x", name, on("cancel"))
                border += end(f"{name}xe") + flow(f"{name}x", f"{name}xe")
            case "instances":
                loop = instances("=v", expression("completionCondition", "numberOfCompletedInstances >= 2"))
            case "one by one":
                loop = instances("2", attributes='isSequential="true"')
            case "loop":
                loop = '<bpmn:standardLoopCharacteristics loopMaximum="2"/>'
            case "undone as one":
                border += undone_by(name, f"{name}h")
        body = self._body(name, block, transaction=block.kind == "transaction")
        data = "v" if number % 11 == 0 else ""
        return sub(name, body, kind=kind, attributes=attributes, loop=loop, data=data) + border + flow(
            before, name
        ), name

    def _adhoc(self, block: Block, name: str, before: str, border: str) -> tuple[str, str]:
        ordering = "Sequential" if block.number % 2 else "Parallel"
        remaining = str(block.number % 3 == 0).lower()
        body = user(f"{name}a") + user(f"{name}b") + undone_by(f"{name}a", f"{name}h")
        if block.number % 5 == 0:
            body += event_sub(f"{name}y", on("signal", "S"), f"{name}q", interrupting=block.number % 4 == 0)
        xml = sub(
            name,
            body + expression("completionCondition", "v = 2"),
            kind="adHocSubProcess",
            attributes=f'ordering="{ordering}" cancelRemainingInstances="{remaining}"',
        )
        return xml + border + flow(before, name), name


MOST_LIVING = 300


def possible(play: Play, random: Random) -> list[Event]:
    """Everything that could happen next."""
    state, data = play.state, {"v": random.randrange(4)}
    found: list[Event] = [TaskCompleted(task=key, data=data) for key in state.open_tasks]
    for job in state.open_jobs:
        found += [JobCompleted(job=job, data=data), JobFailed(job=job, code="c", message="m")]
        found.append(JobThrew(job=job, code="E"))
    found += [TimerFired(timer=key) for key in state.timers]
    for item in state.subscriptions.values():
        if item.kind == "message":
            found.append(MessageReceived(name=item.name, data=data))
        elif item.kind == "signal":
            found.append(SignalReceived(name=item.name, data=data))
    found += [Retried(incident=key, data=data) for key in state.incidents]
    if random.random() < 0.05:
        found += [Modified(cancel=(key,)) for key in state.things if key != 1]
    return found


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(BLOCKS, st.integers(0, 3), st.integers(0, 2**32))
def test_whatever_happens_nothing_is_lost(block: Block, v: int, seed: int) -> None:
    """Every state is sound (`model.sound`); where nothing can happen all is done, or waits for data."""
    drawing, random = Drawing(), Random(seed)
    xml, last = drawing.draw(block, "s")
    play = Play(graph=built(start_event(), xml, end(), flow(last, "e"), *drawing.called), v=v)
    for _ in range(60):
        events = possible(play, random)
        if not events:
            break
        event = random.choice(events)
        due = play.state.timers[event.timer].schedule.due if isinstance(event, TimerFired) else None
        play.send(event, due)
        if len(play.state.things) > MOST_LIVING:
            return  # a signal that sets itself off multiplies until the step's budget ends, and again when retried
    else:
        return  # it lives on, in loops or cycles
    waits = {item.kind for item in play.state.subscriptions.values()}
    assert play.done or (play.state.status == "running" and waits == {"condition"}), play.state
