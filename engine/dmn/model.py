"""A decision model, compiled once, evaluated often (DMN 1.5 §10.4): what is asked is data in, value and reasons out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.dmn.build import build
from engine.dmn.definitions import Decision, Element, Key, Knowledge, Service
from engine.dmn.entering import entered
from engine.dmn.graph import order
from engine.dmn.leaving import Leaving
from engine.dmn.library import Library, load
from engine.dmn.problems import DmnError, DmnProblem, Problems
from engine.dmn.program import DecisionUnit, InputUnit, Program, ServiceUnit
from engine.dmn.trace import Fault, FiredTable
from engine.feel.bounds import BOUNDS, DEFAULT_FUEL, EPOCH, Bounds, Run
from engine.feel.errors import START, FeelError, Undefined, shown
from engine.feel.invoke import invoke_named
from engine.feel.membership import converted
from engine.feel.types import ANY, Type
from engine.feel.values import Value, read

NOT_GIVEN = "not-given"
UNDEFINED = "undefined"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionProblem:
    """Why a part of an evaluation became null, or cannot be relied on.

    `line` and `column` are those of the file. Codes: `undefined` (no answer, as FEEL says), `not-given` (an input that
    the data does not have); of faults `hit-policy-unique`, `hit-policy-any`, and those of DmnProblem for parts of a
    model that could not be compiled.
    """

    decision: str
    code: str
    message: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.decision}, line {self.line}: {self.message}   [{self.code}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What an evaluation gave.

    `failed` tells that there is a fault: a table contradicts its hit policy, or a part of the model is broken; then the
    value is not to be relied on. `decisions` has the value of every decision that was evaluated, by name (of imported
    ones behind the names of the imports and dots).
    """

    value: Value
    problems: tuple[DecisionProblem, ...]
    fired: tuple[FiredTable, ...]
    decisions: Mapping[str, Value]
    failed: bool
    fuel: int
    """How many operations it took."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """A compiled model. `decisions` are its own by id; `problems` what `strict=False` let pass."""

    name: str
    namespace: str
    decisions: Mapping[str, str]
    problems: tuple[DmnProblem, ...]
    bounds: Bounds
    _library: Library = field(repr=False)
    _program: Program = field(repr=False)

    def inputs_of(self, decision: str) -> dict[str, Type]:
        """Names and types of the data that a decision reads, through all that it requires.

        Among them, as `Any`, the names that its expressions read without requiring them. Raises KeyError.
        """
        program, found = self._program, dict[str, Type]()
        decided = self._order((self._key(decision, Decision),))
        for key in decided:
            for each in program.decisions[key].requires:
                if unit := program.inputs.get(each):
                    found[unit.known[0]] = unit.type
        for key in decided:
            for name in sorted(program.decisions[key].free):
                found.setdefault(name, ANY)
        return found

    @property
    def finals(self) -> dict[str, str]:
        """The decisions that no other of the model requires, by id: what it is there to decide."""
        decisions = self._program.decisions
        required = {key for unit in decisions.values() for key in unit.requires}
        return {id: name for id, name in self.decisions.items() if Key(self.namespace, id) not in required}

    @property
    def invocables(self) -> dict[str, str]:
        """The model's decision services and knowledge models by id: what `invoke` takes."""
        own = (each for each in self._library.main.elements if isinstance(each, Service | Knowledge))
        return {each.key.id: each.name for each in own}

    def parameters_of(self, name: str) -> dict[str, Type]:
        """Names and types of the parameters of a decision service or knowledge model, in order. Raises KeyError."""
        form = self._program.functions[self._key(name, (Service, Knowledge))].signatures[0]
        return {parameter.name: parameter.type for parameter in form.parameters}

    def evaluate(
        self, decision: str, data: Mapping[str, object], *, fuel: int = DEFAULT_FUEL, now: datetime = EPOCH
    ) -> Evaluation:
        """The value of a decision, by id or name, over `data` (what JSON can hold, or FEEL's values).

        Input data of an imported model is read by its name, or within a context under the name of the import. Raises
        KeyError for an unknown decision; FeelError `fuel`, `result-bound`, `depth-bound`, `not-data`, `number-range`.
        """
        key = self._key(decision, Decision)
        work = _Work(self, data, fuel, now)
        return work.bounded(lambda: work.decided(key))

    def invoke(
        self, name: str, arguments: Mapping[str, object], *, fuel: int = DEFAULT_FUEL, now: datetime = EPOCH
    ) -> Evaluation:
        """The value of a decision service or knowledge model, by id or name, for arguments by name; raises as above.

        What a service is not given is null. A service of several output decisions gives a context of them.
        """
        key = self._key(name, (Service, Knowledge))
        work = _Work(self, {}, fuel, now)
        service = self._program.services.get(key)
        if service:
            return work.bounded(lambda: work.served(service, arguments))
        return work.bounded(lambda: work.called(key, arguments))

    def _key(self, name: str, kind: type[Element] | tuple[type[Element], ...]) -> Key:
        own = [element for element in self._library.main.elements if isinstance(element, kind)]
        for fits in (lambda e: e.key.id == name, lambda e: e.name == name, lambda e: name in e.known):
            for element in own:
                if fits(element):
                    return element.key
        raise KeyError(f"the model has no {shown(name)}")

    def _order(self, keys: tuple[Key, ...]) -> tuple[Key, ...]:
        decisions = self._program.decisions
        return order(keys, lambda key: (each for each in decisions[key].requires if each in decisions))


class _Work:
    """One evaluation under way."""

    def __init__(self, model: Model, data: Mapping[str, object], fuel: int, now: datetime) -> None:
        self._model = model
        self._program = model._program
        self._fuel = fuel
        self._run = Run(data, fuel, model.bounds, now)
        self._leaving = Leaving(self._run)
        self._told: list[DecisionProblem] = []
        self._decided: dict[str, Value] = {}

    def bounded(self, work: Any) -> Evaluation:
        """The evaluation that the work gives; running out of the machine's own stack is a bound as well."""
        try:
            return self._evaluation(self._leaving.result(work()))
        except RecursionError:
            raise FeelError("depth-bound", "nested too deep for this machine; split the expression") from None

    def decided(self, key: Key) -> Any:
        """The value of a decision, all that it requires evaluated once and before it."""
        values: dict[Key, Any] = {}
        for each in self._model._order((key,)):
            unit = self._program.decisions[each]
            for needed in unit.requires:
                if needed not in values and (given := self._program.inputs.get(needed)):
                    values[needed] = self._given(given)
                    self._tell(given.name)
            values[each] = self._program.decide(each, values, self._run)
            self._note(unit, values[each])
        return values[key]

    def served(self, service: ServiceUnit, arguments: Mapping[str, object]) -> Any:
        """The value of a service whose arguments are data."""
        run, given = self._run, list[Any]()
        names = [name for name, _, _ in service.parameters]
        for name in arguments:
            if name not in names:
                run.report(f"{service.name}: there is no parameter `{shown(name)}`", service.at)
        for name, _, kind in service.parameters:
            if name not in arguments:
                self._not_given(service.name, name, service.at.line)
            given.append(entered(name, arguments.get(name), kind, run, service.at))
        value = self._program.serve(service, tuple(given), run, self._note)
        try:
            answer = converted(value, service.type, run, service.at)
        except Undefined:
            answer = run.report(f"the value of the service is no {service.type}", service.at)
        self._tell(service.name)
        return answer

    def called(self, key: Key, arguments: Mapping[str, object]) -> Any:
        """The value of a knowledge model whose arguments are data."""
        function = self._program.functions[key]
        kinds = {parameter.name: parameter.type for parameter in function.signatures[0].parameters}
        given = {
            name: entered(name, value, kinds.get(name, ANY), self._run, START) for name, value in arguments.items()
        }
        value = invoke_named(function, given, self._run, START)
        self._tell(function.name)
        return value

    def _given(self, unit: InputUnit) -> Any:
        """The data for an input: within contexts named as the imports that lead to it, or at the top."""
        missing = object()
        for place in dict.fromkeys((unit.chain, ())):
            within: object = self._run.data
            for name in place:
                within = read(within.get(name)) if isinstance(within, Mapping) else None
            if isinstance(within, Mapping):
                for name in dict.fromkeys((*unit.known, unit.name)):
                    if (value := within.get(name, missing)) is not missing:
                        return entered(name, value, unit.type, self._run, unit.at)
        self._not_given(unit.name, unit.known[0], unit.at.line)
        return None

    def _note(self, unit: DecisionUnit, value: object) -> None:
        """Keep what a decision gave, and what was reported meanwhile."""
        self._tell(unit.name)
        self._decided[".".join((*unit.chain, unit.name))] = self._leaving.result(value)

    def _not_given(self, decision: str, name: str, line: int) -> None:
        message = f"`{shown(name)}` is not given"
        self._told.append(DecisionProblem(decision=decision, code=NOT_GIVEN, message=message, line=line, column=1))

    def _tell(self, name: str) -> None:
        """Say of which decision the problems are that were reported since the last time."""
        for problem in self._run.problems:
            at = problem.at
            told = DecisionProblem(
                decision=name, code=UNDEFINED, message=problem.message, line=at.line, column=at.column
            )
            if len(self._told) < self._run.bounds.problems:
                self._told.append(told)
        self._run.problems.clear()

    def _evaluation(self, value: Value) -> Evaluation:
        faults = [
            DecisionProblem(
                decision=fault.decision,
                code=fault.code,
                message=fault.message,
                line=fault.at.line,
                column=fault.at.column,
            )
            for fault in dict.fromkeys(entry for entry in self._run.trace if isinstance(entry, Fault))
        ]
        return Evaluation(
            value=value,
            problems=(*faults, *self._told),
            fired=tuple(self._leaving.traced(entry) for entry in self._run.trace if isinstance(entry, FiredTable)),
            decisions=self._decided,
            failed=bool(faults),
            fuel=self._fuel - self._run.fuel,
        )


def compile_model(
    content: bytes,
    *,
    source: str = "decisions.dmn",
    imports: Mapping[str, bytes] | None = None,
    bounds: Bounds = BOUNDS,
    strict: bool = True,
) -> Model:
    """Compile a decision model, with the files that it imports by name (they are found by their namespaces).

    Raises DmnError with all problems. With `strict=False` only a file that cannot be read and a circle of requirements
    are refused: a broken part is a fault where it is evaluated.
    """
    problems = Problems()
    library = load(content, source, imports or {}, problems)
    program = build(library, bounds, problems)
    if strict and problems.found():
        raise DmnError(problems.found())
    return Model(
        name=library.main.name,
        namespace=library.main.namespace,
        decisions={each.key.id: each.name for each in library.main.elements if isinstance(each, Decision)},
        problems=problems.found(),
        bounds=bounds,
        _library=library,
        _program=program,
    )
