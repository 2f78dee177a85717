"""The functions of lists (DMN 1.5 §10.3.4.4): finding, cutting, joining and changing. Positions count from 1, or -1."""

from collections.abc import Iterator
from decimal import Decimal

from engine.feel.builtins.comparing import distinct, same
from engine.feel.builtins.registry import builtin
from engine.feel.errors import FeelError, Undefined
from engine.feel.functions import Function
from engine.feel.invoke import Call
from engine.feel.values import read

Members = list[object]


def place(position: Decimal, size: int) -> int:
    """The index that a position means in a list of `size` members; Undefined outside the list."""
    index = int(max(min(position, Decimal(size + 1)), Decimal(-size - 1)))
    if not 1 <= abs(index) <= size:
        raise Undefined("the position lies outside the list; expected 1 to its length, or -1 backwards")
    return index - 1 if index > 0 else size + index


@builtin("list contains", "list: list, element: Any", "boolean")
def list_contains(call: Call, members: Members, element: object) -> bool:
    """Whether a member equals `element`."""
    return any(same(call, read(member), element) for member in members)


@builtin("index of", "list: list, match: Any", "list<number>")
def index_of(call: Call, members: Members, match: object) -> list[Decimal]:
    """The positions of all members that equal `match`."""
    return [Decimal(at) for at, member in enumerate(members, 1) if same(call, read(member), match)]


@builtin("count", "list: list", "number")
def count(call: Call, members: Members) -> Decimal:
    """The number of members."""
    return Decimal(len(members))


@builtin("is empty", "list: list", "boolean")
def is_empty(call: Call, members: Members) -> bool:
    """Whether the list has no members (Camunda 8)."""
    return not members


@builtin("sublist", "list: list, start position: number, length?: number", "list")
def sublist(call: Call, members: Members, start: Decimal, length: Decimal | None) -> Members:
    """The members from a position on, all or `length` of them; Undefined where there are not as many."""
    first = place(start, len(members))
    left = len(members) - first
    if length is not None and not 0 <= length < left + 1:
        raise Undefined("the length is negative or goes past the end of the list")
    size = left if length is None else int(length)
    call.room_for_items(size)
    return members[first : first + size]


@builtin("append", "list: list, item: list", "list", variadic=True)
def append(call: Call, members: Members, items: Members) -> Members:
    """The list with these items at its end."""
    if not items:
        raise Undefined("there is nothing to append")
    call.room_for_items(len(members) + len(items))
    return [*members, *items]


@builtin("concatenate", "list: list, lists?: list", "list", variadic=True)
def concatenate(call: Call, members: Members, others: Members | None) -> Members:
    """The members of all lists, one list after the other."""
    lists = _lists(members, others)
    call.room_for_items(sum(map(len, lists)))
    return [member for each in lists for member in each]


@builtin("union", "list: list, lists?: list", "list", variadic=True)
def union(call: Call, members: Members, others: Members | None) -> Members:
    """The members of all lists without repetition."""
    return distinct(call, concatenate(call, members, others))[0]


def _lists(members: Members, others: Members | None) -> list[Members]:
    lists = [members]
    for other in map(read, others or ()):
        if other is None:
            raise Undefined("a list is null")
        lists.append(other if isinstance(other, list) else [other])
    return lists


@builtin("distinct values", "list: list", "list")
def distinct_values(call: Call, members: Members) -> Members:
    """The members without repetition."""
    return distinct(call, members)[0]


@builtin("duplicate values", "list: list", "list")
def duplicate_values(call: Call, members: Members) -> Members:
    """The members that stand more than once in the list, each once (Camunda 8)."""
    return distinct(call, members)[1]


@builtin("insert before", "list: list, position: number, newItem: Any", "list")
def insert_before(call: Call, members: Members, position: Decimal, item: object) -> Members:
    """The list with an item more, before the one at a position."""
    index = place(position, len(members))
    call.room_for_items(len(members) + 1)
    return [*members[:index], item, *members[index:]]


@builtin("remove", "list: list, position: number", "list")
def remove(call: Call, members: Members, position: Decimal) -> Members:
    """The list without the member at a position."""
    index = place(position, len(members))
    call.room_for_items(len(members) - 1)
    return members[:index] + members[index + 1 :]


@builtin("list replace", "list: list, position: number, newItem: Any", "list")
def list_replace(call: Call, members: Members, position: Decimal, item: object) -> Members:
    """The list with another item at a position."""
    index = place(position, len(members))
    call.room_for_items(len(members))
    return [*members[:index], item, *members[index + 1 :]]


@builtin("list replace", "list: list, match: function, newItem: Any", "list")
def list_replace_matching(call: Call, members: Members, match: object, item: object) -> Members:
    """The list with another item in place of each member for which `match(member, newItem)` is true."""
    if not isinstance(match, Function):
        raise Undefined("the second argument is neither a position nor a function")
    call.room_for_items(len(members))
    return [item if agreed(call, match, read(member), item) else member for member in members]


def agreed(call: Call, function: Function, left: object, right: object) -> bool:
    """The boolean that a function of two parameters gives; Undefined where it is none."""
    answer = call.invoke(function, left, right)
    if not isinstance(answer, bool):
        raise Undefined(f"`{function.name}` gave no boolean; expected a function of two parameters that gives one")
    return answer


@builtin("reverse", "list: list", "list")
def reverse(call: Call, members: Members) -> Members:
    """The list from its end to its start."""
    call.room_for_items(len(members))
    return members[::-1]


@builtin("flatten", "list: list", "list")
def flatten(call: Call, members: Members) -> Members:
    """The members of the list and of all lists within it."""
    flat: Members = []
    open_lists: list[Iterator[object]] = [iter(members)]
    while open_lists:
        for member in map(read, open_lists[-1]):
            call.spend(1)
            if isinstance(member, list):
                _bounded(call, open_lists)
                open_lists.append(iter(member))
                break
            flat.append(member)
        else:
            open_lists.pop()
    call.room_for_items(len(flat))
    return flat


def _bounded(call: Call, open_lists: list[Iterator[object]]) -> None:
    if len(open_lists) > call.run.bounds.depth:
        raise FeelError("depth-bound", f"a value is nested deeper than {call.run.bounds.depth} levels", call.at)


@builtin("partition", "list: list, size: number", "list<list>")
def partition(call: Call, members: Members, size: Decimal) -> list[Members]:
    """The list in lists of `size` members, the last perhaps with less (Camunda 8)."""
    if size < 1:
        raise Undefined("the size is below 1")
    step = int(min(size, Decimal(max(1, len(members)))))
    call.room_for_items(len(members))
    return [members[at : at + step] for at in range(0, len(members), step)]
