"""From text to the syntax tree: recursive descent with precedence climbing, bounded in nodes and depth."""

from engine.feel.parser.grammar import parse, parse_unary_tests

__all__ = ["parse", "parse_unary_tests"]
