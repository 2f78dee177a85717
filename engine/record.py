"""Records that are made by the thousand in one step.

A frozen dataclass pays for each field that it is given, which is most of what making it costs. A record is as frozen to
the type checker, which refuses every assignment; at run time nothing checks. Its fields may be given by position, where
it is made in every step: Python makes a dictionary of what a class is given by name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(kind: type[T]) -> type[T]:
    """A slotted dataclass with the equality and hash of a frozen one."""
    return dataclass(slots=True, unsafe_hash=True)(kind)
