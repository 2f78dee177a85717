"""A part of the log, proven: its leaves lead from the root at its beginning to the root at its end.

Both are proven under the signed checkpoint that the client holds, so that nobody need read what lies before or after.
"""

from collections.abc import Callable, Iterator

from adapters.cli.client import Client
from adapters.cli.codes import in_words
from adapters.cli.language import _
from adapters.cli.leaf_pages import Given, leaf_pages
from adapters.cli.witness import alarm, hashes
from signing.errors import SigningError
from signing.trail import tree
from signing.trail.checkpoint import Checkpoint
from signing.trail.leaf import Leaf


class ProvenLog:
    """The log under one accepted checkpoint."""

    def __init__(self, client: Client, head: Checkpoint) -> None:
        self._client, self.head = client, head

    def root_at(self, size: int) -> bytes:
        """The root at a size, proven to be a beginning of this log."""
        return tree.root(self._frontier(size))

    def prove(self, size: int, root: bytes) -> None:
        """Prove that the tree of this size and root is a beginning of this log; raises SigningError where it is not."""
        if size:
            proof = () if size == self.head.size else self._proof(size)
            tree.verify_consistency(size, self.head.size, proof, root, self.head.root)

    def leaves(self, start: int, end: int, *, evidence: bool = False) -> Iterator[list[Given]]:
        """Yield the leaves from `start` to `end`, page after page; what was yielded is proven once all were taken."""
        frontier, size = self._frontier(start), start
        for page in leaf_pages(self._client, start, end, evidence=evidence):
            for given in page:
                frontier = tree.append(frontier, size, tree.leaf_hash(given.encoded)).frontier
                size += 1
            yield page
        self._proven(size, frontier)

    def first_since(self, moment: float, before: Callable[[Leaf], float]) -> int:
        """The first leaf that is not older, by halving; `before` gives a leaf's time. Nothing is proven by it."""
        low, high = 0, self.head.size
        while low < high:
            middle = (low + high) // 2
            [[given]] = leaf_pages(self._client, middle, middle + 1)
            low, high = (middle + 1, high) if before(given.leaf) < moment else (low, middle)
        return low

    def _frontier(self, size: int) -> tuple[bytes, ...]:
        """The frontier at a size; a proof holds that of most, the others are one leaf on from one that it holds."""
        if size <= 2 or size == self.head.size or size & (size - 1) == 0:
            return self._grown(size)
        proof = self._proof(size)
        try:
            frontier = tree.frontier_in(size, self.head.size, proof)
            tree.verify_consistency(size, self.head.size, proof, tree.root(frontier), self.head.root)
        except (SigningError, ValueError):
            raise _unproven(size, self.head.size) from None
        return frontier

    def _grown(self, size: int) -> tuple[bytes, ...]:
        start = 0 if size <= 2 else size - 1
        frontier = self._frontier(start) if start else ()
        for page in leaf_pages(self._client, start, size):
            for given in page:
                frontier = tree.append(frontier, given.leaf.index, tree.leaf_hash(given.encoded)).frontier
        self._proven(size, frontier)
        return frontier

    def _proven(self, size: int, frontier: tuple[bytes, ...]) -> None:
        try:
            self.prove(size, tree.root(frontier))
        except SigningError as error:
            raise alarm("log-root", in_words(error.code, error.message)) from None

    def _proof(self, size: int) -> tuple[bytes, ...]:
        return hashes(self._client.get("/v1/log/consistency", old=size, new=self.head.size).get("proof"))


def _unproven(old: int, new: int) -> Exception:
    reason = _("it cannot prove that {new} leaves continue the first {old}").format(old=old, new=new)
    return alarm("log-inconsistent", reason)
