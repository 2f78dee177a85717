"""Processes drawn from a seed: blocks within blocks, so that everything meets everything; wild ones are not sound."""

from __future__ import annotations

from engine.bpmn.second_engine.drawn import Dice
from tests.engine.bpmn.models import (
    boundary,
    catch,
    end,
    file,
    flow,
    message,
    on_message,
    par,
    start_event,
    timer,
    user,
    xor,
)

_BEFORE = "".join(message(f"m{number}") for number in range(3)) + '<bpmn:error id="err" name="err" errorCode="E"/>'
_ERROR = '<bpmn:errorEventDefinition errorRef="err"/>'
_TYPE = 'xsi:type="bpmn:tFormalExpression"'
_PARALLEL = f"<bpmn:multiInstanceLoopCharacteristics {{}}><bpmn:loopCardinality {_TYPE}>2</bpmn:loopCardinality>"
_PARALLEL += "</bpmn:multiInstanceLoopCharacteristics>"
_AGAIN = f"<bpmn:standardLoopCharacteristics><bpmn:loopCondition {_TYPE}>{{}}</bpmn:loopCondition>"
_AGAIN += "</bpmn:standardLoopCharacteristics>"


class Drawer:
    """Draws one process; a block is its text with the elements at which it begins and ends."""

    def __init__(self, seed: int, *, wild: bool = False) -> None:
        self._dice = Dice(f"model {seed}")
        self._number = 0
        self._wild = wild

    def file(self) -> bytes:
        """The process as a file."""
        body, first, last = self._block(3)
        return file(start_event() + body + end() + flow("s", first) + flow(last, "e"), _BEFORE)

    def _name(self) -> str:
        self._number += 1
        return f"n{self._number}"

    def _condition(self) -> str:
        name = self._dice.one_of("abc")
        return self._dice.one_of((name, f'{name} = "x"', f"{name} > 5", f"not({name})"))

    def _block(self, depth: int) -> tuple[str, str, str]:
        kinds = [self._task, self._task, self._timer]
        if depth:
            kinds += [self._sequence, self._sequence, self._exclusive, self._parallel, self._inclusive, self._loop]
            kinds += [self._scope, self._scope, self._race, self._borders]
        if depth and self._wild:
            kinds += [self._merge, self._either]
        kind = self._dice.one_of(kinds)
        return kind(depth - 1)

    def _task(self, depth: int) -> tuple[str, str, str]:
        name = self._name()
        text = user(name)
        extra = self._dice.one_of(("", "", "", _PARALLEL.format(""), _PARALLEL.format('isSequential="true"'), "loop"))
        if extra == "loop":
            extra = _AGAIN.format(self._condition().replace(">", "&gt;"))
        return text.replace("</bpmn:userTask>", f"{extra}</bpmn:userTask>"), name, name

    def _timer(self, depth: int) -> tuple[str, str, str]:
        name = self._name()
        return catch(name, timer("timeDuration", "PT1H")), name, name

    def _sequence(self, depth: int) -> tuple[str, str, str]:
        (one, first, middle), (two, next_, last) = self._block(depth), self._block(depth)
        return one + two + flow(middle, next_), first, last

    def _branches(self, depth: int, split: str, join: str, conditions: bool, default: str) -> str:
        text = ""
        for number in range(2 + self._dice.below(2)):
            inner, first, last = self._block(depth)
            name = f"{split}_default" if number == 0 and default else ""
            text += (
                inner
                + flow(split, first, self._condition() if conditions and not name else "", name)
                + flow(last, join)
            )
        return text

    def _exclusive(self, depth: int) -> tuple[str, str, str]:
        split, join = self._name(), self._name()
        default = f'default="{split}_default"' if self._dice.below(3) else ""
        return xor(split, default) + xor(join) + self._branches(depth, split, join, True, default), split, join

    def _parallel(self, depth: int) -> tuple[str, str, str]:
        split, join = self._name(), self._name()
        return par(split) + par(join) + self._branches(depth, split, join, False, ""), split, join

    def _inclusive(self, depth: int) -> tuple[str, str, str]:
        split, join = self._name(), self._name()
        default = f'default="{split}_default"'
        text = _inclusive(split, default) + _inclusive(join)
        return text + self._branches(depth, split, join, True, default), split, join

    def _loop(self, depth: int) -> tuple[str, str, str]:
        merge, split = self._name(), self._name()
        inner, first, last = self._block(depth)
        back = flow(split, merge, self._condition())
        after = self._name()
        return (
            xor(merge) + xor(split, f'default="{split}_on"') + inner + user(after)
            + flow(merge, first) + flow(last, split) + back + flow(split, after, name=f"{split}_on"),
            merge,
            after,
        )  # fmt: skip

    def _scope(self, depth: int) -> tuple[str, str, str]:
        name, start, stop, after, border = (self._name() for _ in range(5))
        inner, first, last = self._block(depth)
        kind = self._dice.one_of(("plain", "error", "terminate", "timer", "message", "aside"))
        body = start_event(start) + inner + flow(start, first)
        outside, definition, interrupting = "", "", True
        if kind in ("error", "terminate"):
            choice, other = self._name(), self._name()
            throws = _ERROR if kind == "error" else "<bpmn:terminateEventDefinition/>"
            body += xor(choice, f'default="{choice}_on"') + end(stop) + end(other, throws) + flow(last, choice)
            body += flow(choice, stop, name=f"{choice}_on") + flow(choice, other, self._condition())
            definition = _ERROR if kind == "error" else ""
        else:
            body += end(stop) + flow(last, stop)
        if kind in ("timer", "aside"):
            definition, interrupting = timer("timeDuration", "PT1H"), kind == "timer"
        if kind == "message":
            definition, interrupting = on_message(f"m{self._dice.below(3)}"), bool(self._dice.below(2))
        loop = self._dice.one_of(("", "", "", _PARALLEL.format(""), _PARALLEL.format('isSequential="true"')))
        last_of_all = name
        if definition:
            task = self._name()
            outside = boundary(border, name, definition, interrupting) + user(task) + flow(border, task)
            if interrupting:
                outside += xor(after) + flow(name, after) + flow(task, after)
                last_of_all = after
            else:
                outside += end(f"{task}_end") + flow(task, f"{task}_end")
        return f'<bpmn:subProcess id="{name}">{loop}{body}</bpmn:subProcess>{outside}', name, last_of_all

    def _race(self, depth: int) -> tuple[str, str, str]:
        gate, one, two, join = (self._name() for _ in range(4))
        text = f'<bpmn:eventBasedGateway id="{gate}"/>' + catch(one, on_message(f"m{self._dice.below(3)}"))
        text += catch(two, timer("timeDuration", "PT1H")) + xor(join) + flow(gate, one) + flow(gate, two)
        left, first, last = self._block(depth)
        return text + left + flow(one, first) + flow(last, join) + flow(two, join), gate, join

    def _borders(self, depth: int) -> tuple[str, str, str]:
        host, border, task, join = (self._name() for _ in range(4))
        definition = self._dice.one_of((timer("timeDuration", "PT1H"), on_message(f"m{self._dice.below(3)}")))
        interrupting = bool(self._dice.below(2))
        text = user(host) + boundary(border, host, definition, interrupting) + user(task) + flow(border, task)
        if interrupting:
            return text + xor(join) + flow(host, join) + flow(task, join), host, join
        return text + end(f"{task}_end") + flow(task, f"{task}_end"), host, host

    def _merge(self, depth: int) -> tuple[str, str, str]:
        """Several tokens go on by one flow."""
        split, join = self._name(), self._name()
        return par(split) + xor(join) + self._branches(depth, split, join, False, ""), split, join

    def _either(self, depth: int) -> tuple[str, str, str]:
        """Some branches meet at a join of another kind."""
        split, join = self._name(), self._name()
        made = self._dice.below(3)
        if made == 0:
            return par(split) + _inclusive(join) + self._branches(depth, split, join, False, ""), split, join
        default = f'default="{split}_default"'
        first = xor(split, default) if made == 1 else _inclusive(split, default)
        joint = _inclusive(join) if made == 1 else par(join)
        return first + joint + self._branches(depth, split, join, True, default), split, join


def _inclusive(name: str, attributes: str = "") -> str:
    return f'<bpmn:inclusiveGateway id="{name}" {attributes}/>'
