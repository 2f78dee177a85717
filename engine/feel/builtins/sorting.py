"""`sort(list, precedes)` (DMN 1.5 §10.3.4.4): stable, and finite whatever the function answers."""

from engine.feel.builtins.lists import Members, agreed
from engine.feel.builtins.registry import builtin
from engine.feel.errors import Undefined
from engine.feel.functions import Function
from engine.feel.invoke import Call
from engine.feel.values import read


@builtin("sort", "list: list, precedes: function", "list")
def sort(call: Call, members: Members, precedes: object) -> Members:
    """The list in the order of `precedes(x, y)`; members of which neither precedes the other keep their order."""
    if not isinstance(precedes, Function):
        raise Undefined("`precedes` is no function")
    call.room_for_items(len(members))
    runs = [[read(member)] for member in members]
    while len(runs) > 1:
        call.spend(len(members))
        pairs = range(0, len(runs) - 1, 2)
        merged = [_merged(call, runs[at], runs[at + 1], precedes) for at in pairs]
        runs = merged + runs[len(merged) * 2 :]
    return runs[0] if runs else []


def _merged(call: Call, left: Members, right: Members, precedes: Function) -> Members:
    merged: Members = []
    first = second = 0
    while first < len(left) and second < len(right):
        if agreed(call, precedes, right[second], left[first]):
            merged.append(right[second])
            second += 1
        else:
            merged.append(left[first])
            first += 1
    return merged + left[first:] + right[second:]
