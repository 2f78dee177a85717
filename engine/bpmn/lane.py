"""A lane, as it was read from the XML."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A lane: the role that does what stands in it."""

    id: str
    name: str
    line: int
    role: str | None
    nodes: tuple[str, ...]
