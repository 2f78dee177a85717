"""From XML to boxed expressions. Nothing is judged here but what has no place in the model: that becomes UnknownBox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from engine.dmn.boxed import (
    Boxed,
    ConditionalBox,
    ContextBox,
    FilterBox,
    FunctionBox,
    InputClause,
    InvocationBox,
    IterationBox,
    ListBox,
    LiteralBox,
    OutputClause,
    RelationBox,
    RuleBox,
    TableBox,
    Text,
    TypeRef,
    UnknownBox,
    Variable,
)
from engine.dmn.document import Element, child, children, is_feel, line_of, local_name, text_of

_REMEDY_LANGUAGE = "write the expression in FEEL"


def expression_in(element: Element | None) -> Boxed | None:
    """The boxed expression among the children, if there is one."""
    if element is None:
        return None
    for each in children(element):
        if reader := _READERS.get(local_name(each)):
            return _read(each, reader)
    return None


def function_in(element: Element) -> FunctionBox:
    """The function that a `functionDefinition` or `encapsulatedLogic` describes."""
    return FunctionBox(
        line=line_of(element),
        id=element.get("id"),
        type=type_of(element),
        kind=element.get("kind", "FEEL"),
        parameters=tuple(variable(each) for each in children(element, "formalParameter")),
        body=expression_in(element),
    )


def variable(element: Element) -> Variable:
    """A `variable`, `parameter`, `formalParameter` or `column`: its name and type."""
    return Variable(name=name_in(element), type=type_of(element), line=line_of(element))


def name_in(element: Element) -> str:
    """The `name`, with runs of white space as one space, as FEEL reads names."""
    return " ".join(element.get("name", "").split())


def type_of(element: Element, attribute: str = "typeRef") -> TypeRef | None:
    """The type that an attribute, or a child of that name, refers to."""
    written = element.get(attribute) or text_of(child(element, attribute))
    return type_ref(written, element) if written.strip() else None


def type_ref(written: str, element: Element) -> TypeRef:
    """A reference to a type; a declared prefix (DMN 1.1's `feel:string`) becomes its namespace."""
    prefix, colon, local = written.strip().partition(":")
    namespace = element.nsmap.get(prefix) if colon else None
    if namespace is not None:
        return TypeRef(name=local.strip(), namespace=namespace)
    return TypeRef(name=" ".join(written.split()))


def text_in(element: Element | None) -> Text | None:
    """The FEEL text that a literal expression or unary tests hold; None where nothing is written."""
    if element is None:
        return None
    holder = child(element, "text")
    if holder is None or not text_of(holder):
        return None
    return Text(text=holder.text or "", line=line_of(holder))


def _read(element: Element, reader: Callable[[Element], Boxed]) -> Boxed:
    language = _foreign(element)
    if language is not None:
        message = f"the expression language is {language}"
        return _unknown(element, "expression-language", message, _REMEDY_LANGUAGE)
    return reader(element)


def _foreign(element: Element) -> str | None:
    language = element.get("expressionLanguage")
    return None if is_feel(language) else language


def _unknown(element: Element, code: str, message: str, remedy: str) -> UnknownBox:
    return UnknownBox(line=line_of(element), id=element.get("id"), type=None, code=code, message=message, remedy=remedy)


def _literal(element: Element) -> Boxed:
    if child(element, "importedValues") is not None:
        message = "the literal expression imports its values from elsewhere"
        return _unknown(element, "unsupported", message, "write the values into the model")
    return LiteralBox(line=line_of(element), id=element.get("id"), type=type_of(element), text=text_in(element))


def _context(element: Element) -> Boxed:
    entries: list[tuple[Variable, Boxed | None]] = []
    result: Boxed | None = None
    for entry in children(element, "contextEntry"):
        named = child(entry, "variable")
        if named is not None:
            entries.append((variable(named), expression_in(entry)))
        elif result is not None:
            return _unknown(entry, "no-name", "the context has two entries without variable", "name one of them")
        else:
            result = expression_in(entry) or LiteralBox(line=line_of(entry), id=None, type=None, text=None)
    return ContextBox(
        line=line_of(element), id=element.get("id"), type=type_of(element), entries=tuple(entries), result=result
    )


def _invocation(element: Element) -> Boxed:
    bindings = []
    for binding in children(element, "binding"):
        parameter = child(binding, "parameter")
        if parameter is None:
            return _unknown(binding, "no-name", "the binding has no parameter", "name the parameter that it gives")
        bindings.append((variable(parameter), expression_in(binding)))
    return InvocationBox(
        line=line_of(element),
        id=element.get("id"),
        type=type_of(element),
        function=expression_in(element),
        bindings=tuple(bindings),
    )


def _list(element: Element) -> Boxed:
    items = tuple(_read(each, reader) for each in children(element) if (reader := _READERS.get(local_name(each))))
    return ListBox(line=line_of(element), id=element.get("id"), type=type_of(element), items=items)


def _relation(element: Element) -> Boxed:
    columns = tuple(variable(each) for each in children(element, "column"))
    rows = []
    for row in children(element, "row"):
        cells = tuple(_read(each, reader) for each in children(row) if (reader := _READERS.get(local_name(each))))
        if len(cells) != len(columns):
            message = f"a row has {len(cells)} cells for {len(columns)} columns"
            return _unknown(row, "table", message, "give the row one cell for each column")
        rows.append(cells)
    return RelationBox(
        line=line_of(element), id=element.get("id"), type=type_of(element), columns=columns, rows=tuple(rows)
    )


def _conditional(element: Element) -> Boxed:
    return ConditionalBox(
        line=line_of(element),
        id=element.get("id"),
        type=type_of(element),
        condition=expression_in(child(element, "if")),
        consequence=expression_in(child(element, "then")),
        alternative=expression_in(child(element, "else")),
    )


def _filter(element: Element) -> Boxed:
    return FilterBox(
        line=line_of(element),
        id=element.get("id"),
        type=type_of(element),
        source=expression_in(child(element, "in")),
        match=expression_in(child(element, "match")),
    )


def _iteration(kind: Literal["for", "some", "every"]) -> Callable[[Element], Boxed]:
    def read(element: Element) -> Boxed:
        return IterationBox(
            line=line_of(element),
            id=element.get("id"),
            type=type_of(element),
            kind=kind,
            variable=" ".join(element.get("iteratorVariable", "").split()),
            source=expression_in(child(element, "in")),
            body=expression_in(child(element, "return" if kind == "for" else "satisfies")),
        )

    return read


def _table(element: Element) -> Boxed:
    if element.get("preferredOrientation") == "CrossTable":
        return _unknown(element, "cross-table", "the table is a crosstab", "write it with its rules as rows")
    for each in element.iter("{*}inputEntry", "{*}outputEntry", "{*}inputExpression", "{*}defaultOutputEntry"):
        if language := _foreign(each):
            return _unknown(each, "expression-language", f"the cell's language is {language}", _REMEDY_LANGUAGE)
    return TableBox(
        line=line_of(element),
        id=element.get("id"),
        type=type_of(element),
        policy=element.get("hitPolicy", "UNIQUE").strip(),
        aggregation=element.get("aggregation"),
        inputs=tuple(_input(each) for each in children(element, "input")),
        outputs=tuple(_output(each) for each in children(element, "output")),
        rules=tuple(_rule(each) for each in children(element, "rule")),
    )


def _input(element: Element) -> InputClause:
    expression = child(element, "inputExpression")
    return InputClause(
        expression=text_in(expression),
        type=None if expression is None else type_of(expression),
        values=text_in(child(element, "inputValues")),
        line=line_of(element),
    )


def _output(element: Element) -> OutputClause:
    return OutputClause(
        name=name_in(element) or None,
        type=type_of(element),
        values=text_in(child(element, "outputValues")),
        default=text_in(child(element, "defaultOutputEntry")),
        line=line_of(element),
    )


def _rule(element: Element) -> RuleBox:
    return RuleBox(
        id=element.get("id"),
        inputs=tuple(_cell(each) for each in children(element, "inputEntry")),
        outputs=tuple(_cell(each) for each in children(element, "outputEntry")),
        line=line_of(element),
    )


def _cell(element: Element) -> Text:
    return text_in(element) or Text(text="", line=line_of(element))


_READERS: dict[str, Callable[[Element], Boxed]] = {
    "literalExpression": _literal,
    "context": _context,
    "invocation": _invocation,
    "list": _list,
    "relation": _relation,
    "functionDefinition": function_in,
    "conditional": _conditional,
    "filter": _filter,
    "for": _iteration("for"),
    "some": _iteration("some"),
    "every": _iteration("every"),
    "decisionTable": _table,
}
