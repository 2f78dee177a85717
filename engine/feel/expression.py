"""A FEEL expression: compiled once, when a process is deployed; evaluated often, with nothing but data and fuel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from engine.feel.bounds import BOUNDS, DEFAULT_FUEL, Bounds, Run
from engine.feel.compiler import Compiler
from engine.feel.errors import START, FeelError, Position, shown
from engine.feel.foreign import is_foreign, translated
from engine.feel.parser import parse
from engine.feel.values import Value, finished


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Expression:
    """A compiled expression; `text` as it was given, `names` the top-level names of the data that it reads."""

    text: str
    names: frozenset[str]
    bounds: Bounds
    _code: Callable[[Run], object] = field(repr=False)

    def evaluate(self, data: Mapping[str, object], *, fuel: int = DEFAULT_FUEL) -> Value:
        """The value over `data` (what JSON can hold); an unknown name is null, and so is what FEEL calls an error.

        Raises FeelError `fuel` after more than `fuel` operations, `result-bound` and `depth-bound` for values that are
        too large, `not-data` and `number-range` where the data holds something that is no FEEL value. The data is not
        changed, nor does the result share parts of it.
        """
        run = Run(data, fuel, self.bounds)
        try:
            return finished(self._code(run), run)
        except RecursionError:
            raise _too_deep(self.bounds) from None


def compile_expression(text: str, *, bounds: Bounds = BOUNDS) -> Expression:
    """Compile FEEL, written `=expr` as modelers do or bare; raises FeelError with the place in `text`."""
    if len(text) > bounds.text:
        message = f"the expression has {len(text)} characters; expected at most {bounds.text}"
        raise FeelError("text-bound", message)
    _refuse_surrogates(text)
    try:
        if is_foreign(text) and (error := _foreign(text, bounds)):
            raise error
        return _compiled(text, bounds)
    except RecursionError:
        raise _too_deep(bounds) from None


def _compiled(text: str, bounds: Bounds) -> Expression:
    leading = len(text) - len(text.lstrip())
    start = leading + 1 if text.startswith("=", leading) else 0
    compiler = Compiler()
    code = compiler.code(parse(text, bounds, start))
    return Expression(text=text, names=frozenset(compiler.names), bounds=bounds, _code=code)


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
