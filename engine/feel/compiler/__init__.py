"""From the syntax tree to closures, one module for each family of nodes."""

from engine.feel.compiler import containers, filters, functions, iteration, names, operators, unary_tests
from engine.feel.compiler.base import Code, Compiler, Test, compile_node
from engine.feel.compiler.unary_tests import compile_tests

# Imported for what they register.
_FAMILIES = (containers, filters, functions, iteration, names, operators, unary_tests)

__all__ = ["Code", "Compiler", "Test", "compile_node", "compile_tests"]
