"""The FEEL language (DMN 1.5 §10.3): text compiled once to closures, evaluated over plain data with counted fuel.

So far literals, names and paths, comparisons, three-valued logic, arithmetic, `if`, `in`, `between`, lists and
contexts; what FEEL has beyond that is refused by name.
"""

from engine.feel.bounds import BOUNDS, DEFAULT_FUEL, Bounds
from engine.feel.errors import FeelError
from engine.feel.expression import Expression, compile_expression
from engine.feel.values import Value, to_json

__all__ = ["BOUNDS", "DEFAULT_FUEL", "Bounds", "Expression", "FeelError", "Value", "compile_expression", "to_json"]
