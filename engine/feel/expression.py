"""A FEEL expression: compiled once, when a process is deployed; evaluated often, with nothing but data and fuel."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from engine.feel.bounds import BOUNDS, DEFAULT_FUEL, EPOCH, Bounds, Run
from engine.feel.compiler import Compiler, Test, compile_tests
from engine.feel.errors import START, FeelError, Position, Problem, shown
from engine.feel.foreign import is_foreign, translated
from engine.feel.parser import parse, parse_unary_tests
from engine.feel.values import Value, finished
from engine.record import record


@record
class Answer:
    """What an evaluation gave: its value, why parts of it became null, and the operations that it took."""

    value: Value
    problems: tuple[Problem, ...]
    fuel: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Expression:
    """A compiled expression; `text` as it was given, `names` the top-level names of the data that it reads.

    `reads` are those that can be nothing but data, with the first place of each: in a filter a name may be an entry of
    the member.
    """

    text: str
    names: frozenset[str]
    reads: Mapping[str, Position]
    bounds: Bounds
    _code: Callable[[Run], object] = field(repr=False)

    def evaluate(self, data: Mapping[str, object], *, fuel: int = DEFAULT_FUEL, now: datetime = EPOCH) -> Value:
        """The value over `data` (what JSON can hold); an unknown name is null, and so is what FEEL calls an error.

        `now` is what `now()` and `today()` answer. Raises FeelError `fuel` after more than `fuel` operations,
        `result-bound` and `depth-bound` for values that are too large, `not-data` and `number-range` where the data
        holds something that is no FEEL value. The data is not changed, nor does the result share parts of it.
        """
        return _finished(self._code, Run(data, fuel, self.bounds, now))

    def answer(self, data: Mapping[str, object], *, fuel: int = DEFAULT_FUEL, now: datetime = EPOCH) -> Answer:
        """As `evaluate`, with the problems that made parts of the value null."""
        run = Run(data, fuel, self.bounds, now)
        value = _finished(self._code, run)
        return Answer(value, tuple(run.problems), fuel - run.fuel)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellTests:
    """Compiled unary tests, as in a cell of a decision table or after `in` (DMN 1.5 §7.3.3)."""

    text: str
    names: frozenset[str]
    bounds: Bounds
    _test: Test = field(repr=False)

    def answer(
        self, value: Value, data: Mapping[str, object], *, fuel: int = DEFAULT_FUEL, now: datetime = EPOCH
    ) -> Answer:
        """Whether `value` (`?` in the tests) passes: true, false or null; raises FeelError as `Expression.evaluate`."""
        run = Run(data, fuel, self.bounds, now)
        outcome = _finished(lambda run: self._test(value, run), run)
        return Answer(value=outcome, problems=tuple(run.problems), fuel=fuel - run.fuel)


def compile_expression(text: str, *, bounds: Bounds = BOUNDS, names: Iterable[str] = ()) -> Expression:
    """Compile FEEL, written `=expr` as modelers do or bare; raises FeelError with the place in `text`.

    `names` are those with symbols that the data may hold, such as `re-opened`; words side by side are one name anyway.
    """
    _refuse_what_is_no_text(text, bounds)
    try:
        if is_foreign(text) and (error := _foreign(text, bounds)):
            raise error
        return _compiled(text, bounds, names)
    except RecursionError:
        raise _too_deep(bounds) from None


def compile_cell(text: str, *, bounds: Bounds = BOUNDS, names: Iterable[str] = ()) -> CellTests:
    """Compile unary tests: `-`, tests with commas between them, or `not(tests)`; raises FeelError."""
    _refuse_what_is_no_text(text, bounds)
    compiler = Compiler()
    try:
        test = compile_tests(parse_unary_tests(text, bounds, names=names), compiler)
    except RecursionError:
        raise _too_deep(bounds) from None
    return CellTests(text=text, names=frozenset(compiler.names), bounds=bounds, _test=test)


def _finished(code: Callable[[Run], object], run: Run) -> Value:
    try:
        return finished(code(run), run)
    except RecursionError:
        raise _too_deep(run.bounds) from None


def _refuse_what_is_no_text(text: str, bounds: Bounds) -> None:
    if len(text) > bounds.text:
        message = f"the expression has {len(text)} characters; expected at most {bounds.text}"
        raise FeelError("text-bound", message)
    _refuse_surrogates(text)


def _compiled(text: str, bounds: Bounds, names: Iterable[str] = ()) -> Expression:
    leading = len(text) - len(text.lstrip())
    start = leading + 1 if text.startswith("=", leading) else 0
    compiler = Compiler()
    code = compiler.code(parse(text, bounds, names=names, start=start))
    names_read = frozenset(compiler.names)
    return Expression(text=text, names=names_read, reads=compiler.reads, bounds=bounds, _code=code)


def _foreign(text: str, bounds: Bounds) -> FeelError | None:
    """The refusal of `${…}`; None if the signs only stand within a FEEL string."""
    try:
        _compiled(text, bounds)
    except FeelError:
        feel = translated(text)
    else:
        return None
    written = shown(text.strip(), 80)
    if feel is not None and _is_feel(feel, bounds):
        return FeelError("foreign-language", f"`{written}` is not FEEL; write `={feel}`", _sign(text))
    message = f'`{written}` is not FEEL; write FEEL with a leading `=`, such as `=decision = "approve"`'
    return FeelError("foreign-language", message, _sign(text))


def _is_feel(text: str, bounds: Bounds) -> bool:
    try:
        _compiled(text, bounds)
    except FeelError:
        return False
    return True


def _sign(text: str) -> Position:
    offset = min(found for found in (text.find("${"), text.find("#{")) if found >= 0)
    return _position(text, offset)


def _refuse_surrogates(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        message = f"`{shown(text[error.start])}` is half of a surrogate pair; expected whole characters"
        raise FeelError("syntax", message, _position(text, error.start)) from None


def _position(text: str, offset: int) -> Position:
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    return Position(before.count("\n") + 1, len(before) - before.rfind("\n"))


def _too_deep(bounds: Bounds) -> FeelError:
    return FeelError(
        "depth-bound", f"nested too deep for this machine (bound: {bounds.depth}); split the expression", START
    )
