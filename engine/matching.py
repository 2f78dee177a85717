"""How many wants can each have a choice of their own: the largest matching, by augmenting paths (H. W. Kuhn, 1955)."""

from collections.abc import Collection, Sequence


def matched(choices: Sequence[Collection[str]]) -> int:
    """The most wants that can be met at once, each by another of its choices; in polynomial time."""
    taken: dict[str, int] = {}
    return sum(_meet(want, choices, taken, set()) for want in range(len(choices)))


def _meet(want: int, choices: Sequence[Collection[str]], taken: dict[str, int], tried: set[str]) -> bool:
    for choice in sorted(choices[want]):
        if choice in tried:
            continue
        tried.add(choice)
        if choice not in taken or _meet(taken[choice], choices, taken, tried):
            taken[choice] = want
            return True
    return False
