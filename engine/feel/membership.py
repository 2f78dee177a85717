"""Which type a value belongs to, and what it becomes where another type is expected (DMN 1.5 §10.3.2.9.4)."""

from decimal import Decimal
from typing import Any

from engine.feel.bounds import Run
from engine.feel.errors import Position, Undefined
from engine.feel.functions import Function
from engine.feel.temporal import Date, DateTime, DaysDuration, Time, YearsDuration, Zone
from engine.feel.types import (
    ANY,
    BOOLEAN,
    CONTEXT,
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    LIST,
    NULL,
    NUMBER,
    RANGE,
    STRING,
    TIME,
    YEARS_DURATION,
    ContextOf,
    FunctionOf,
    ListOf,
    RangeOf,
    Restricted,
    Type,
    conforms,
)
from engine.feel.values import Range, read

_TYPES: dict[type, Type] = {
    type(None): NULL,
    Decimal: NUMBER,
    str: STRING,
    bool: BOOLEAN,
    Date: DATE,
    Time: TIME,
    DateTime: DATE_TIME,
    DaysDuration: DAYS_DURATION,
    YearsDuration: YEARS_DURATION,
    list: LIST,
    dict: CONTEXT,
    Range: RANGE,
}


def type_of(value: object) -> Type:
    """The type of a value (DMN 1.5 §10.3.2.9), of lists, contexts and ranges without that of their members."""
    return value.type if isinstance(value, Function) else _TYPES[type(value)]


def belongs(value: object, kind: Type, run: Run, at: Position) -> bool:
    """Whether `value` is of type `kind`; null belongs to `Null` and `Any` alone."""
    if kind == ANY:
        return True
    match kind:
        case ListOf():
            if not isinstance(value, list):
                return False
            run.spend(len(value), at)
            return kind.member == ANY or all(_allows(read(item), kind.member, run, at) for item in value)
        case ContextOf():
            run.spend(len(kind.entries) // 8, at)
            return isinstance(value, dict) and all(
                name in value and _allows(read(value[name]), wanted, run, at) for name, wanted in kind.entries
            )
        case RangeOf():
            return isinstance(value, Range) and all(
                end is None or belongs(end, kind.member, run, at) for end in (value.low, value.high)
            )
        case FunctionOf():
            return isinstance(value, Function) and conforms(value.type, kind)
        case Restricted():
            return belongs(value, kind.base, run, at) and kind.allows(value, run)
    return _TYPES.get(type(value)) == kind


def _allows(value: object, kind: Type, run: Run, at: Position) -> bool:
    """Null may stand wherever a member or entry of any type is expected."""
    return value is None or belongs(value, kind, run, at)


def converted(value: Any, kind: Type, run: Run, at: Position) -> Any:
    """`value` as `kind`: itself, its only member, a list of it, a date at midnight UTC; raises Undefined."""
    if value is None or belongs(value, kind, run, at):
        return value
    if isinstance(value, list) and len(value) == 1 and belongs(only := read(value[0]), kind, run, at):
        return only
    if isinstance(kind, ListOf) and not isinstance(value, list) and belongs(value, kind.member, run, at):
        return [value]
    if kind == DATE_TIME and isinstance(value, Date):
        return DateTime(value, Time(0, 0, 0, 0, Zone(offset=0)))
    raise Undefined(f"expected {kind}")
