"""Verdicts kept for who asks the same again: bounded, of any thread, and a refusal is never kept."""

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class Kept(Generic[_Key, _Value]):
    """What a pure check gave, by all that it rests on (bytes by their SHA-256); beyond so many, the oldest go."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: dict[_Key, _Value] = {}
        self._lock = threading.Lock()

    def of(self, key: _Key, check: Callable[[], _Value]) -> _Value:
        """What the check gives for this key, or gave before; what it raises is raised, each time anew."""
        with self._lock:
            if key in self._found:
                return self._found[key]
        value = check()
        with self._lock:
            self._found[key] = value
            if len(self._found) > self._most:
                del self._found[next(iter(self._found))]
        return value
