"""From boxed expressions to FEEL's syntax tree, so that one compiler with one semantics runs both (DMN 1.5 §10.3.2.6).

What cannot be translated is a problem of the model, and in its place stands a node whose evaluation is a fault.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.dmn.boxed import (
    Boxed,
    ConditionalBox,
    ContextBox,
    FilterBox,
    FunctionBox,
    InvocationBox,
    IterationBox,
    ListBox,
    LiteralBox,
    OutputClause,
    RelationBox,
    TableBox,
    Text,
    TypeRef,
    UnknownBox,
    Variable,
)
from engine.dmn.broken import Broken
from engine.dmn.definitions import Definitions
from engine.dmn.hits import AGGREGATIONS, POLICIES
from engine.dmn.items import Types
from engine.dmn.names import Names
from engine.dmn.nodes import Condition, Row, Strict
from engine.dmn.problems import Problems
from engine.dmn.table import DecisionTable, Input, Output, Rule
from engine.dmn.text import Texts
from engine.feel.errors import FeelError, Position, shown
from engine.feel.tree import (
    Call,
    Conditional,
    ContextLiteral,
    Filter,
    For,
    FunctionLiteral,
    Iterator,
    ListLiteral,
    Literal,
    Node,
    Quantified,
    Typed,
    UnaryTests,
)
from engine.feel.types import ANY, FunctionOf, Type


class Translator:
    """Translates the expressions of one element, `owner`; `names` are those of its requirements."""

    def __init__(
        self, model: Definitions, owner: str, names: Iterable[str], texts: Texts, types: Types, problems: Problems
    ) -> None:
        self._model = model
        self._owner = owner
        self._scope = Names(names)
        self._texts = texts
        self._types = types
        self._problems = problems

    def node(self, box: Boxed | None, line: int = 1) -> Node:
        """The tree of an expression; `line` is where one that is missing would stand, which means null."""
        if box is None:
            return Literal(at=Position(line, 1), value=None)
        node = self._translated(box)
        kind = self.type(box.type, box.line)
        if kind == ANY or isinstance(box, FunctionBox):
            return node
        return Typed(at=node.at, value=node, type=kind, name=self._owner)

    def type(self, ref: TypeRef | None, line: int) -> Type:
        """The type that a typeRef of the element names."""
        return self._types.of(self._model, ref, line, self._owner)

    def function(self, box: FunctionBox) -> FunctionLiteral:
        """The tree of a function; one that is not written in FEEL gives a fault when it is called."""
        parameters = tuple((each.name, self.type(each.type, each.line)) for each in box.parameters)
        if box.kind == "FEEL":
            with self._scope.scope() as add:
                for name, _ in parameters:
                    add(name)
                body = self.node(box.body, box.line)
        else:
            message = f"the function is of kind {box.kind}"
            body = self._broken(box.line, "foreign-function", message, "write it in FEEL")
        result = self.type(box.type, box.line)
        return FunctionLiteral(
            at=Position(box.line, 1),
            parameters=parameters,
            body=body,
            result=result.result if isinstance(result, FunctionOf) else result,
        )

    def _translated(self, box: Boxed) -> Node:
        match box:
            case LiteralBox():
                return self._expression(box.text, box.line)
            case ContextBox():
                return self._context(box)
            case InvocationBox():
                return self._invocation(box)
            case ListBox():
                return ListLiteral(at=Position(box.line, 1), items=tuple(self.node(item) for item in box.items))
            case RelationBox():
                return self._relation(box)
            case FunctionBox():
                return self.function(box)
            case TableBox():
                return self._table(box)
            case UnknownBox():
                return self._broken(box.line, box.code, box.message, box.remedy)
        return self._control(box)

    def _control(self, box: Boxed) -> Node:
        at = Position(box.line, 1)
        match box:
            case ConditionalBox():
                return Conditional(
                    at=at,
                    condition=self.node(box.condition, box.line),
                    consequence=self.node(box.consequence, box.line),
                    alternative=self.node(box.alternative, box.line),
                )
            case FilterBox():
                match = Condition(at=at, value=self.node(box.match, box.line), position=True)
                return Strict(at=at, value=Filter(at=at, base=self.node(box.source, box.line), condition=match))
            case IterationBox():
                return self._iteration(box)
        raise TypeError(f"{type(box).__name__} is no boxed expression")

    def _iteration(self, box: IterationBox) -> Node:
        if not box.variable:
            return self._broken(box.line, "no-name", f"the `{box.kind}` has no iterator variable", "name it")
        at = Position(box.line, 1)
        iterators = (Iterator(at=at, name=box.variable, source=self.node(box.source, box.line)),)
        with self._scope.scope() as add:
            add(box.variable)
            body = self.node(box.body, box.line)
        if box.kind == "for":
            return For(at=at, iterators=iterators, body=body)
        condition = Condition(at=at, value=body)
        return Strict(at=at, value=Quantified(at=at, all=box.kind == "every", iterators=iterators, condition=condition))

    def _context(self, box: ContextBox) -> Node:
        entries: dict[str, Node] = {}
        with self._scope.scope() as add:
            for variable, value in box.entries:
                if not variable.name or variable.name in entries:
                    what = f"two entries `{shown(variable.name)}`" if variable.name else "an entry without name"
                    remedy = "give each entry its own name"
                    return self._broken(variable.line, "duplicate", f"the context has {what}", remedy)
                entries[variable.name] = self._named(variable, self.node(value, variable.line))
                add(variable.name)
            result = self.node(box.result) if box.result else None
        return ContextLiteral(at=Position(box.line, 1), entries=tuple(entries.items()), result=result)

    def _named(self, variable: Variable, value: Node) -> Node:
        kind = self.type(variable.type, variable.line)
        if kind == ANY or isinstance(value, FunctionLiteral):
            return value
        return Typed(at=value.at, value=value, type=kind, name=variable.name)

    def _invocation(self, box: InvocationBox) -> Node:
        if box.function is None:
            return self._broken(box.line, "no-expression", "the invocation names no function", "name one")
        given = tuple(variable.name for variable, _ in box.bindings)
        if len(set(given)) != len(given):
            return self._broken(box.line, "duplicate", "the invocation gives a parameter twice", "give each once")
        return Call(
            at=Position(box.line, 1),
            function=self.node(box.function),
            arguments=tuple(self._named(variable, self.node(value, variable.line)) for variable, value in box.bindings),
            names=given,
        )

    def _relation(self, box: RelationBox) -> Node:
        at = Position(box.line, 1)
        rows = tuple(
            Row(
                at=at,
                cells=tuple(
                    (column.name, self._named(column, self.node(cell)))
                    for column, cell in zip(box.columns, row, strict=True)
                ),
            )
            for row in box.rows
        )
        return ListLiteral(at=at, items=rows)

    # Decision tables

    def _table(self, box: TableBox) -> Node:
        if defect := _defect(box):
            return self._broken(*defect)
        compound = len(box.outputs) > 1
        return DecisionTable(
            at=Position(box.line, 1),
            owner=self._owner,
            id=box.id,
            policy=box.policy,
            aggregation=box.aggregation if box.policy == "COLLECT" else None,
            inputs=tuple(
                Input(
                    text=" ".join(each.expression.text.split()) if each.expression else "",
                    value=self._input(each.expression, each.type, each.line),
                    allowed=self._tests(each.values) if each.values else None,
                )
                for each in box.inputs
            ),
            outputs=tuple(
                Output(
                    name=each.name or self._owner,
                    allowed=self._tests(each.values) if each.values else None,
                    order=self._order(each),
                    default=self._cell(each.default, each.type, each.line) if each.default else None,
                )
                for each in box.outputs
            ),
            rules=tuple(
                Rule(
                    id=rule.id,
                    tests=tuple(self._tests(cell) for cell in rule.inputs),
                    results=tuple(
                        self._cell(cell, column.type, rule.line)
                        for column, cell in zip(box.outputs, rule.outputs, strict=True)
                    ),
                )
                for rule in box.rules
            ),
            compound=compound,
        )

    def _order(self, clause: OutputClause) -> tuple[Node, ...]:
        """The allowed values in their order, those of the output or else those of its type."""
        listed = clause.values or self._types.listed(self._model, clause.type)
        return self._tests(listed).tests if listed else ()

    def _input(self, text: Text | None, ref: TypeRef | None, line: int) -> Node:
        if text is None:
            return self._broken(line, "no-expression", "an input of the table has no expression", "write one")
        return self._cell(text, ref, line)

    def _cell(self, text: Text, ref: TypeRef | None, line: int) -> Node:
        node = self._expression(text if text.text.strip() else None, line)
        kind = self.type(ref, line)
        return node if kind == ANY else Typed(at=node.at, value=node, type=kind, name=self._owner)

    def _tests(self, text: Text) -> UnaryTests:
        try:
            return self._texts.tests(text, self._scope)
        except FeelError as error:
            broken = self._refused(text, error)
            return UnaryTests(at=broken.at, tests=(broken,))

    # Texts

    def _expression(self, text: Text | None, line: int) -> Node:
        if text is None:
            return Literal(at=Position(line, 1), value=None)
        try:
            return self._texts.expression(text, self._scope)
        except FeelError as error:
            return self._refused(text, error)

    def _refused(self, text: Text, error: FeelError) -> Node:
        where = f"{error.message} (column {error.column})"
        return self._broken(max(error.line, text.line), error.code, where, "mend the expression")

    def _broken(self, line: int, code: str, message: str, remedy: str) -> Node:
        problem = self._problems.add(self._model.source, line, self._owner, code, message, remedy)
        return Broken(at=Position(line, 1), owner=self._owner, code=code, message=problem.message)


def _defect(box: TableBox) -> tuple[int, str, str, str] | None:
    """Line, code, message and remedy of what keeps a table from being evaluated."""
    if box.policy not in POLICIES:
        return (
            box.line,
            "hit-policy",
            f"there is no hit policy {shown(box.policy)}",
            f"use one of {', '.join(POLICIES)}",
        )
    if box.aggregation and box.aggregation not in AGGREGATIONS:
        remedy = f"use one of {', '.join(AGGREGATIONS)}"
        return box.line, "hit-policy", f"there is no aggregation {shown(box.aggregation)}", remedy
    if not box.outputs:
        return box.line, "table", "the table has no output", "add a column for its result"
    names = [output.name for output in box.outputs]
    if len(names) > 1 and (None in names or len(set(names)) != len(names)):
        return box.line, "table", "the outputs have no names or twice the same", "give each output its own name"
    for index, rule in enumerate(box.rules, 1):
        if len(rule.inputs) != len(box.inputs) or len(rule.outputs) != len(box.outputs):
            message = f"rule {index} has {len(rule.inputs)} conditions and {len(rule.outputs)} results"
            return rule.line, "table", message, f"expected {len(box.inputs)} and {len(box.outputs)}"
    return None
