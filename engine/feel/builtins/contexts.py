"""The functions of contexts (DMN 1.5 §10.3.4.11). `m` is the standard's name of a parameter, `context` Camunda's."""

from engine.feel.builtins.lists import Members
from engine.feel.builtins.registry import builtin
from engine.feel.errors import FeelError, Undefined
from engine.feel.invoke import Call
from engine.feel.values import read

Entries = dict[str, object]


@builtin("get value", "m: context, key: string")
@builtin("get value", "context: context, key: string")
def get_value(call: Call, context: Entries, key: str) -> object:
    """The value of an entry; null if there is none."""
    return read(context.get(key))


@builtin("get value", "context: context, keys: list<string>")
def get_value_within(call: Call, context: Entries, keys: Members) -> object:
    """The value at the end of a path of keys; null if it breaks off."""
    value: object = context
    for key in _path(keys):
        call.spend(1)
        if not isinstance(value, dict):
            return None
        value = read(value.get(key))
    return value


@builtin("get entries", "m: context", "list<context>")
@builtin("get entries", "context: context", "list<context>")
def get_entries(call: Call, context: Entries) -> list[Entries]:
    """A list of `{key: …, value: …}`, one for each entry."""
    call.room_for_items(len(context))
    return [{"key": _name(call, key), "value": read(value)} for key, value in context.items()]


@builtin("context put", "context: context, key: string, value: Any", "context")
def context_put(call: Call, context: Entries, key: str, value: object) -> Entries:
    """The context with another value for a key, or one key more."""
    call.room_for_items(len(context) + 1)
    return {**context, key: value}


@builtin("context put", "context: context, keys: list<string>, value: Any", "context")
def context_put_within(call: Call, context: Entries, keys: Members, value: object) -> Entries:
    """The context with another value at the end of a path of keys; contexts that are missing on it are made."""
    path = _path(keys)
    if len(path) > call.run.bounds.depth:
        raise FeelError("depth-bound", f"a value is nested deeper than {call.run.bounds.depth} levels", call.at)
    outer = [context]
    for key in path[:-1]:
        inner = read(outer[-1].get(key, {}))
        if not isinstance(inner, dict):
            raise Undefined("the path goes through a value that is no context")
        outer.append(inner)
    for around, key in zip(reversed(outer), reversed(path), strict=True):
        value = context_put(call, around, key, value)
    assert isinstance(value, dict)  # a path has at least one key
    return value


def _path(keys: Members) -> list[str]:
    path = [key for key in map(read, keys) if isinstance(key, str)]
    if not path or len(path) < len(keys):
        raise Undefined("the list of keys is empty or holds null")
    return path


@builtin("context merge", "contexts: list<context>", "context")
def context_merge(call: Call, contexts: Members) -> Entries:
    """The entries of all contexts; of those with one key the last counts."""
    merged: Entries = {}
    for context in map(read, contexts):
        if not isinstance(context, dict):
            raise Undefined("a member of the list is null")
        call.spend(len(context))
        merged.update(context)
    call.room_for_items(len(merged))
    return merged


@builtin("context", "entries: list<context>", "context")
def context(call: Call, entries: Members) -> Entries:
    """The context of a list of `{key: …, value: …}`; Undefined where a part is missing or a key comes twice."""
    call.room_for_items(len(entries))
    made: Entries = {}
    for entry in map(read, entries):
        if not isinstance(entry, dict) or "key" not in entry or "value" not in entry:
            raise Undefined("an entry lacks `key` or `value`")
        key = read(entry["key"])
        if not isinstance(key, str) or key in made:
            raise Undefined("the key of an entry is no string or comes twice")
        made[key] = read(entry["value"])
    return made


def _name(call: Call, key: object) -> str:
    if not isinstance(key, str):
        raise FeelError("not-data", f"a context of the data has a {type(key).__name__} as key; expected text", call.at)
    return key
