"""From the library to the program: every element of every model compiled once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.dmn.boxed import FunctionBox
from engine.dmn.broken import Broken
from engine.dmn.definitions import Decision, Definitions, Element, InputData, Key, Knowledge, Service
from engine.dmn.graph import cycles, order
from engine.dmn.items import Types
from engine.dmn.library import Library
from engine.dmn.names import member_names
from engine.dmn.nodes import NoLogic
from engine.dmn.problems import DmnError, Problems
from engine.dmn.program import NO_DATA, Binding, DecisionUnit, InputUnit, Program, ServiceUnit, apart
from engine.dmn.text import Texts
from engine.dmn.translate import Translator
from engine.feel.bounds import Bounds
from engine.feel.builtins import BUILTINS
from engine.feel.compiler import Compiler
from engine.feel.errors import FeelError, Position
from engine.feel.functions import Function, Parameter, Signature
from engine.feel.invoke import Call
from engine.feel.tree import FunctionLiteral, Node, Typed
from engine.feel.types import ANY, FunctionOf, Type


def build(library: Library, bounds: Bounds, problems: Problems) -> Program:
    """Compile all elements; what cannot be compiled is among `problems` and a fault when it is evaluated.

    Raises DmnError where requirements form a circle.
    """
    _refuse_cycles(library, problems)
    return _Builder(library, bounds, problems).program


def _refuse_cycles(library: Library, problems: Problems) -> None:
    found = cycles(library.elements)
    for circle in found:
        source = library.model_of(circle[0]).source
        names = " → ".join(element.name for element in (*circle[:8], circle[0]))
        message = f"the requirements form a circle: {names}"
        problems.add(source, circle[0].line, circle[0].key.id, "cycle", message, "take one requirement away")
    if found:
        raise DmnError(problems.found())


class _Builder:
    def __init__(self, library: Library, bounds: Bounds, problems: Problems) -> None:
        self._library = library
        self._problems = problems
        self._types = Types(library, bounds, problems)
        self._chains = library.reached()
        self.program = Program(inputs={}, decisions={}, services={}, functions={})
        members = {name for model in library.models.values() for name in _known_through(library, model)}
        self._texts = {
            namespace: Texts(
                dict.fromkeys((*member_names(model), *sorted(members))), self._types.names_of(model), bounds
            )
            for namespace, model in library.models.items()
        }
        for element in library.elements.values():
            self._element(element)
        for element in library.elements.values():
            if isinstance(element, Service):
                self._service(element)

    def _element(self, element: Element) -> None:
        match element:
            case InputData():
                self.program.inputs[element.key] = InputUnit(
                    name=element.name,
                    known=element.known,
                    type=self._type(element),
                    at=Position(element.line, 1),
                    chain=self._chains[element.key.namespace],
                )
            case Decision():
                self.program.decisions[element.key] = self._decision(element)
            case Knowledge():
                self.program.functions[element.key] = self._knowledge(element)

    def _type(self, element: Element) -> Type:
        model = self._library.model_of(element)
        return self._types.of(model, element.type, element.line, element.key.id)

    # Requirements

    def _bindings(self, element: Element, required: Iterable[Key]) -> tuple[Binding, ...]:
        """What the required elements are called in the element's expressions; of equal names the last is seen."""
        model = self._library.model_of(element)
        names: list[Binding] = []
        aliases: list[Binding] = []
        imported: dict[str, list[tuple[str, Key]]] = {}
        for key in required:
            found = self._library.elements.get(key)
            known = self._library.imported(model, key.namespace)
            if found is None or (key.namespace != model.namespace and known is None):
                self._unknown(model, element, key)
            elif key.namespace == model.namespace or (known and not known.name):
                names.append(Binding(found.known[0], key))
                aliases += [Binding(name, key) for name in found.known[1:] if name not in BUILTINS]
            elif known:
                imported.setdefault(known.name, []).append((found.known[0], key))
        return (*aliases, *(Binding(name, None, tuple(members)) for name, members in imported.items()), *names)

    def _unknown(self, model: Definitions, element: Element, key: Key) -> None:
        message = f"it refers to {key.id or 'nothing'}, which is not in the models"
        remedy = "correct the reference, or import the model that has it"
        self._problems.add(model.source, element.line, element.key.id, "unknown-reference", message, remedy)

    def _translator(self, element: Element, bindings: tuple[Binding, ...], parameters: Iterable[str]) -> Translator:
        model = self._library.model_of(element)
        names = dict.fromkeys((*(binding.name for binding in bindings), *parameters))
        return Translator(model, element.name, names, self._texts[model.namespace], self._types, self._problems)

    # Decisions

    def _decision(self, element: Decision) -> DecisionUnit:
        requires = tuple(key for key in element.requires if key in self._library.elements)
        bindings = self._bindings(element, (*element.requires, *element.knows))
        translator = self._translator(element, bindings, ())
        node = translator.node(element.logic, element.line)
        if element.logic is None:
            node = NoLogic(at=Position(element.line, 1))
        kind, compiler = self._type(element), Compiler()
        if kind != ANY:
            node = Typed(at=node.at, value=node, type=kind, name=element.name)
        with compiler.local(*(binding.name for binding in bindings)):
            code = self._compiled(element, node, compiler)
        return DecisionUnit(
            name=element.name,
            known=element.known,
            type=kind,
            at=Position(element.line, 1),
            requires=requires,
            bindings=bindings,
            code=code,
            levels=compiler.deepest,
            free=frozenset(compiler.names),
            chain=self._chains[element.key.namespace],
        )

    def _compiled(self, element: Element, node: Node, compiler: Compiler) -> Any:
        try:
            return compiler.code(node)
        except FeelError as error:
            refused = error
        except RecursionError:
            refused = FeelError("depth-bound", "the expression is nested too deep", node.at)
        source = self._library.model_of(element).source
        self._problems.add(source, refused.line, element.key.id, refused.code, refused.message, "mend the expression")
        return compiler.code(Broken(at=node.at, owner=element.name, code=refused.code, message=refused.message))

    # Functions

    def _knowledge(self, element: Knowledge) -> Function:
        """A knowledge model as a function that sees its parameters, what it knows, and itself."""
        bindings = self._bindings(element, dict.fromkeys((*element.knows, element.key)))
        box = element.logic or FunctionBox(line=element.line, id=None, type=None, kind="FEEL", parameters=(), body=None)
        translator = self._translator(element, bindings, ())
        literal, kind = translator.function(box), self._type(element)
        body: Node = (
            literal.body if box.body is not None or box.kind != "FEEL" else NoLogic(at=Position(element.line, 1))
        )
        if literal.result != ANY:
            body = Typed(at=literal.at, value=body, type=literal.result, name=element.name)
        compiler = Compiler()
        names = (*(binding.name for binding in bindings), *(name for name, _ in literal.parameters))
        with compiler.local(*names), compiler.body() as levels:
            code = self._compiled(element, body, compiler)
            depth = levels()
        program = self.program

        def called(call: Call, *arguments: object) -> Any:
            # A knowledge model sees no data but its arguments (DMN 1.5 §10.4).
            outer, call.run.data = call.run.data, NO_DATA
            try:
                return apart(
                    call.run, [*program.bound(bindings, {}, call.run, call.at), *arguments], lambda: code(call.run)
                )
            finally:
                call.run.data = outer

        return Function(
            name=element.name,
            signatures=(
                Signature(
                    parameters=_parameters(literal, kind),
                    body=called,
                    result=kind.result if isinstance(kind, FunctionOf) else kind,
                    levels=depth + 3,
                ),
            ),
        )

    def _service(self, element: Service) -> None:
        """A service as a unit and as a function; the input data come first among its parameters."""
        given = (*element.given_data, *element.given_decisions)
        for key in (*given, *element.outputs, *element.encapsulated):
            if key not in self._library.elements:
                self._unknown(self._library.model_of(element), element, key)
        program = self.program
        parameters = tuple(
            (unit.known[0], key, unit.type)
            for key in given
            if (unit := program.inputs.get(key) or program.decisions.get(key))
        )
        outputs = tuple(key for key in element.outputs if key in program.decisions)
        if not outputs:
            source = self._library.model_of(element).source
            message = "the decision service has no output decision"
            self._problems.add(source, element.line, element.key.id, "no-expression", message, "give it one")
        known, kind = {key for _, key, _ in parameters}, self._type(element)

        def requires(key: Key) -> Iterable[Key]:
            needed = program.decisions[key].requires
            return (each for each in needed if each in program.decisions and each not in known)

        service = ServiceUnit(
            name=element.name,
            parameters=parameters,
            outputs=outputs,
            order=tuple(key for key in order(outputs, requires) if key not in known),
            type=kind.result if isinstance(kind, FunctionOf) else kind,
            at=Position(element.line, 1),
        )
        program.services[element.key] = service
        program.functions[element.key] = _service_function(program, service)


def _service_function(program: Program, service: ServiceUnit) -> Function:
    levels = max((program.decisions[key].levels for key in service.order), default=0)

    def called(call: Call, *arguments: object) -> Any:
        return program.serve(service, arguments, call.run)

    form = Signature(
        parameters=tuple(Parameter(name=name, type=kind, nullable=True) for name, _, kind in service.parameters),
        body=called,
        result=service.type,
        levels=levels + 4,
    )
    return Function(name=service.name, signatures=(form,))


def _parameters(literal: FunctionLiteral, kind: Type) -> tuple[Parameter, ...]:
    """The parameters with their types; those of the variable's function type stand in for types left out."""
    fallback = kind.parameters if isinstance(kind, FunctionOf) else ()
    padded = (*fallback, *(ANY for _ in literal.parameters[len(fallback) :]))
    return tuple(
        Parameter(name=name, type=own if own != ANY else other, nullable=True)
        for (name, own), other in zip(literal.parameters, padded, strict=False)
    )


def _known_through(library: Library, model: Definitions) -> Iterable[str]:
    """The names of elements that stand behind the name of an import, as members do."""
    for each in model.imports:
        if other := library.models.get(each.namespace):
            for element in other.elements:
                yield from element.known
