"""A string that grows piece by piece, and stops at its bound before it is made."""

from engine.feel.bounds import too_large
from engine.feel.invoke import Call


class Growing:
    """The pieces of a string under way; each takes its fuel."""

    __slots__ = ("_pieces", "_size", "call")

    def __init__(self, call: Call) -> None:
        self.call = call
        self._pieces: list[str] = []
        self._size = 0

    def add(self, piece: str) -> None:
        """Put `piece` at the end; FeelError `result-bound` once the string is past its bound."""
        self._size += len(piece)
        if self._size > self.call.run.bounds.string:
            raise too_large("a string", self.call.run.bounds.string, self.call.at)
        self.call.spend(1 + len(piece) // 64)
        self._pieces.append(piece)

    def text(self) -> str:
        """The whole."""
        return "".join(self._pieces)
