"""What a list amounts to (DMN 1.5 §10.3.4.4): sums, means, extremes, conjunctions. The members may be the arguments."""

from collections.abc import Callable
from decimal import Decimal
from functools import reduce

from engine.feel.builtins.lists import Members
from engine.feel.builtins.numbers import exact
from engine.feel.builtins.registry import builtin
from engine.feel.errors import Undefined
from engine.feel.invoke import Call
from engine.feel.numbers import CONTEXT
from engine.feel.values import ordered, read


def numbers_of(call: Call, members: Members) -> list[Decimal]:
    """The members as numbers; Undefined where one is none."""
    call.spend(len(members))
    numbers = [number for number in map(read, members) if isinstance(number, Decimal)]
    if len(numbers) < len(members):
        raise Undefined("a member of the list is no number")
    return numbers


def some_numbers_of(call: Call, members: Members) -> list[Decimal]:
    """The same of a list that is not empty."""
    if not members:
        raise Undefined("the list is empty")
    return numbers_of(call, members)


@builtin("min", "list: list", variadic=True)
def minimum(call: Call, members: Members) -> object:
    """The least member, of any type that has an order; null for the empty list."""
    return _extreme(call, members, -1)


@builtin("max", "list: list", variadic=True)
def maximum(call: Call, members: Members) -> object:
    """The greatest member; null for the empty list."""
    return _extreme(call, members, 1)


def _extreme(call: Call, members: Members, sign: int) -> object:
    call.spend(len(members))
    best: object = None
    for index, member in enumerate(map(read, members)):
        order = ordered(member, best if index else member)
        if order is None:
            raise Undefined("the members of the list have no common order")
        if not index or order == sign:
            best = member
    return best


@builtin("sum", "list: list", "number", variadic=True)
def total(call: Call, members: Members) -> Decimal:
    """The sum of the numbers."""
    numbers = some_numbers_of(call, members)
    return exact(call, lambda: _sum(numbers))


@builtin("mean", "list: list", "number", variadic=True)
def mean(call: Call, members: Members) -> Decimal:
    """The arithmetic mean of the numbers."""
    numbers = some_numbers_of(call, members)
    return exact(call, lambda: _mean(numbers))


@builtin("product", "list: list", "number", variadic=True)
def product(call: Call, members: Members) -> Decimal:
    """The product of the numbers."""
    numbers = some_numbers_of(call, members)
    return exact(call, lambda: reduce(CONTEXT.multiply, numbers))


@builtin("median", "list: list", "number", variadic=True)
def median(call: Call, members: Members) -> Decimal | None:
    """The middle of the numbers in their order, or the mean of the two in the middle; null for the empty list."""
    numbers = _sorted(call, members)
    if not numbers:
        return None
    middle = len(numbers) // 2
    if len(numbers) % 2:
        return numbers[middle]
    return exact(call, lambda: _mean(numbers[middle - 1 : middle + 1]))


@builtin("stddev", "list: list", "number", variadic=True)
def standard_deviation(call: Call, members: Members) -> Decimal:
    """The standard deviation of the numbers as a sample; Undefined for fewer than two."""
    numbers = numbers_of(call, members)
    if len(numbers) < 2:
        raise Undefined("the list has fewer than two numbers")
    call.spend(len(numbers))
    return exact(call, lambda: _deviation(numbers))


@builtin("mode", "list: list", "list<number>", variadic=True)
def mode(call: Call, members: Members) -> list[Decimal]:
    """The numbers that stand most often in the list, in ascending order; none for the empty list."""
    counts: dict[Decimal, int] = {}
    for number in _sorted(call, members):
        counts[number] = counts.get(number, 0) + 1
    most = max(counts.values(), default=0)
    return [number for number, times in counts.items() if times == most]


def _sorted(call: Call, members: Members) -> list[Decimal]:
    call.spend(len(members) * len(members).bit_length() // 8)
    return sorted(numbers_of(call, members))


def _sum(numbers: list[Decimal]) -> Decimal:
    return reduce(CONTEXT.add, numbers)


def _mean(numbers: list[Decimal]) -> Decimal:
    return CONTEXT.divide(_sum(numbers), Decimal(len(numbers)))


def _deviation(numbers: list[Decimal]) -> Decimal:
    middle = _mean(numbers)
    distances = [CONTEXT.subtract(number, middle) for number in numbers]
    squares = _sum([CONTEXT.multiply(distance, distance) for distance in distances])
    return CONTEXT.sqrt(CONTEXT.divide(squares, Decimal(len(numbers) - 1)))


@builtin("all", "list: list<boolean>", "boolean", variadic=True)
def conjunction(call: Call, members: Members) -> bool | None:
    """False if a member is false, else null if one is null, else true, also for the empty list."""
    return _connected(call, members, all)


@builtin("any", "list: list<boolean>", "boolean", variadic=True)
def disjunction(call: Call, members: Members) -> bool | None:
    """True if a member is true, else null if one is null, else false, also for the empty list."""
    return _connected(call, members, any)


def _connected(call: Call, members: Members, join: Callable[[list[object]], bool]) -> bool | None:
    known = [member for member in map(read, members) if member is not None]
    answer = join(known)
    # `all` of what is known is decided by one false, `any` by one true; a null leaves the rest open.
    decided = answer != join([])
    return answer if decided or len(known) == len(members) else None
