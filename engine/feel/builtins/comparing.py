"""Members of lists found by FEEL's `=`, without a look at every pair: values that may be equal share a shelf."""

from collections.abc import Hashable, Iterable
from decimal import Decimal

from engine.feel.invoke import Call
from engine.feel.values import equal, read


class Shelves:
    """Values seen so far, in order, and whether another one equals one of them."""

    __slots__ = ("_shelves", "call")

    def __init__(self, call: Call) -> None:
        self.call = call
        self._shelves: dict[Hashable, list[object]] = {}

    def holds(self, value: object) -> bool:
        """Whether a value equal to this one was put here."""
        return any(same(self.call, value, other) for other in self._shelves.get(_shelf(value), ()))

    def put(self, value: object) -> None:
        """Put a value here."""
        self._shelves.setdefault(_shelf(value), []).append(value)


def same(call: Call, left: object, right: object) -> bool:
    """FEEL's `=`, where values of different types differ."""
    return equal(left, right, call.run, call.at) is True


def distinct(call: Call, members: Iterable[object]) -> tuple[list[object], list[object]]:
    """The members without repetition, and those of them that were repeated; both in their first order."""
    seen, repeated = Shelves(call), Shelves(call)
    first: list[object] = []
    again: list[object] = []
    for member in map(read, members):
        call.spend(1 + (len(member) if isinstance(member, dict) else 0))
        if not seen.holds(member):
            seen.put(member)
            first.append(member)
        elif not repeated.holds(member):
            repeated.put(member)
            again.append(member)
    return first, again


def _shelf(value: object) -> Hashable:
    """The same for all values that equal each other, and often another for those that do not."""
    if isinstance(value, list):
        return list, len(value), _of_plain(read(value[0]) if value else None)
    if isinstance(value, dict):
        return dict, frozenset((key, _of_plain(read(entry))) for key, entry in value.items())
    return _of_plain(value)


def _of_plain(value: object) -> Hashable:
    if isinstance(value, bool | str | Decimal):
        return type(value), value
    return type(value).__name__
