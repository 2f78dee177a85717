"""The FEEL language (DMN 1.5 §10.3): text compiled once to closures, evaluated over plain data with counted fuel."""

from engine.feel.bounds import BOUNDS, DEFAULT_FUEL, Bounds
from engine.feel.errors import FeelError, Problem
from engine.feel.expression import Answer, CellTests, Expression, compile_cell, compile_expression
from engine.feel.values import Value, to_json

__all__ = [
    "BOUNDS",
    "DEFAULT_FUEL",
    "Answer",
    "Bounds",
    "CellTests",
    "Expression",
    "FeelError",
    "Problem",
    "Value",
    "compile_cell",
    "compile_expression",
    "to_json",
]
