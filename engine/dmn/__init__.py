"""Decision models (DMN 1.1 to 1.6): read as hostile input, compiled once, evaluated over plain data with counted fuel.

`compile_model` gives a Model; `Model.evaluate` the value of a decision, the problems met on the way, and the rules that
fired, so that a decision can be explained afterwards.
"""

from engine.dmn.model import NOT_GIVEN, DecisionProblem, Evaluation, Model, compile_model
from engine.dmn.problems import DmnError, DmnProblem
from engine.dmn.trace import FiredRule, FiredTable

__all__ = [
    "NOT_GIVEN",
    "DecisionProblem",
    "DmnError",
    "DmnProblem",
    "Evaluation",
    "FiredRule",
    "FiredTable",
    "Model",
    "compile_model",
]
