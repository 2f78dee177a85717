"""`range("[1..5]")` (DMN 1.5 §10.3.4.1, grammar rules 66 and 67): a range read from text, its ends plain values."""

from decimal import Decimal

from engine.feel.builtins.registry import builtin
from engine.feel.errors import FeelError, Undefined
from engine.feel.invoke import Call
from engine.feel.iso8601 import date_from, date_time_from, duration_from, time_from
from engine.feel.parser import parse
from engine.feel.tree import Call as CallNode
from engine.feel.tree import Literal, Name, Negation, Node, RangeLiteral
from engine.feel.values import Range, ordered

_CONSTRUCTORS = {"date": date_from, "time": time_from, "date and time": date_time_from, "duration": duration_from}

_NO_RANGE = "the text is no range; expected one such as [1..5) whose ends are literals of one type, in order"


@builtin("range", "from: string", "range")
def range_from(call: Call, text: str) -> Range:
    """The range that is written in a text; nothing in it is evaluated."""
    call.spend(1 + len(text))
    text = text.strip()
    if text.endswith((")", "[")) and (begins := text[1:-1].rstrip()).endswith(".."):
        return _without_high(text[:1], _end(_node(call, begins[:-2])))
    if text.startswith(("(", "]")) and (ends := text[1:-1].lstrip()).startswith(".."):
        return _without_low(_end(_node(call, ends[2:])), text[-1:])
    node = _node(call, text)
    if not isinstance(node, RangeLiteral):
        raise Undefined(_NO_RANGE)
    return _ordered(node, _end(node.low), _end(node.high))


def _node(call: Call, text: str) -> Node:
    try:
        return parse(text, call.run.bounds)
    except FeelError:
        raise Undefined(_NO_RANGE) from None


def _without_high(bracket: str, low: object) -> Range:
    if low is None or bracket not in ("[", "(", "]"):
        raise Undefined(_NO_RANGE)
    closed = bracket == "["
    return Range(low, None, low_closed=closed, high_closed=False, operator=">=" if closed else ">")


def _without_low(high: object, bracket: str) -> Range:
    if high is None or bracket not in ("]", ")", "["):
        raise Undefined(_NO_RANGE)
    closed = bracket == "]"
    return Range(None, high, low_closed=False, high_closed=closed, operator="<=" if closed else "<")


def _ordered(node: RangeLiteral, low: object, high: object) -> Range:
    if (order := ordered(low, high)) is None or order > 0:
        raise Undefined(_NO_RANGE)
    return Range(low, high, not node.low_open, not node.high_open)


def _end(node: Node) -> object:
    match node:
        case Literal():
            return node.value
        case Negation(operand=Literal(value=Decimal() as number)):
            return number.copy_negate()
        case CallNode(function=Name(name=name), arguments=(Literal(value=str() as text),), names=None):
            if name in _CONSTRUCTORS:
                return _CONSTRUCTORS[name](text)
    raise Undefined(_NO_RANGE)
