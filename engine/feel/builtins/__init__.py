"""The built-in functions (DMN 1.5 §10.3.4), one module for each of the standard's groups, and those of Camunda 8.

None reads the clock, the machine or chance: what `now()` answers is given with the evaluation.
"""

# Each import declares the functions of its module.
from engine.feel.builtins import (  # noqa: F401
    aggregates,
    booleans,
    contexts,
    conversions,
    lists,
    matching,
    numbers,
    range_constructor,
    ranges,
    sorting,
    strings,
    temporals,
)
from engine.feel.builtins.registry import functions

BUILTINS = functions()
"""Every built-in function by name."""

__all__ = ["BUILTINS"]
