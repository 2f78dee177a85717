"""The requirements graph (DMN 1.5 §6.2.2): what must be known before an element can be evaluated, in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from engine.dmn.definitions import Decision, Element, Key, Knowledge, Service


def requirements(element: Element) -> tuple[Key, ...]:
    """What an element's graph leads to next; a knowledge model may know itself, for recursion."""
    match element:
        case Decision():
            return (*element.requires, *element.knows)
        case Knowledge():
            return tuple(key for key in element.knows if key != element.key)
        case Service():
            return (*element.outputs, *element.encapsulated)
    return ()


def cycles(elements: Mapping[Key, Element]) -> list[tuple[Element, ...]]:
    """The circles of requirements, each told once, as the elements that form it."""
    found: list[tuple[Element, ...]] = []
    state: dict[Key, bool] = {}  # False while its requirements are followed, True when they are done
    for start in elements:
        path: list[Key] = []
        open_: list[Iterator[Key]] = []

        def enter(key: Key, path: list[Key] = path, open_: list[Iterator[Key]] = open_) -> None:
            state[key] = False
            path.append(key)
            open_.append(iter(requirements(elements[key])))

        if start not in state:
            enter(start)
        while open_:
            following = next(open_[-1], None)
            if following is None:
                open_.pop()
                state[path.pop()] = True
            elif following in elements and following not in state:
                enter(following)
            elif state.get(following) is False:
                found.append(tuple(elements[key] for key in path[path.index(following) :]))
    return found


def order(targets: Iterable[Key], requires: Callable[[Key], Iterable[Key]]) -> tuple[Key, ...]:
    """The targets and all that they require, each behind its own requirements, in the order of the file.

    The graph must have no circles.
    """
    done: dict[Key, None] = {}
    for target in targets:
        waiting = [(target, False)]
        while waiting:
            key, ready = waiting.pop()
            if key in done:
                continue
            if ready:
                done[key] = None
                continue
            waiting.append((key, True))
            waiting += [(each, False) for each in reversed(tuple(requires(key))) if each not in done]
    return tuple(done)
