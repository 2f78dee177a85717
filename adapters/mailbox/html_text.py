"""The words of a page (HTML), read once from left to right: the library's parser takes the square of a hostile one."""

import html
import re
from collections.abc import Iterator
from string import ascii_lowercase, ascii_uppercase

_HIDDEN = ("script", "style", "head")
_BREAKS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3"})
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
"""Of ASCII alone: `İ` in lower case is two characters, and every place behind it would be another."""
_NAME = re.compile(r"/?([a-z0-9]{1,10})")


def words_of(page: str) -> str:
    """What the page shows, as far as its tags say; what does not end hides the rest."""
    return html.unescape("".join(_words(page, page.translate(_LOWER))))


def _words(page: str, lower: str) -> Iterator[str]:
    at = 0
    while (tag := page.find("<", at)) >= 0:
        yield page[at:tag]
        name = found[1] if (found := _NAME.match(lower, tag + 1)) else ""
        if name in _BREAKS:
            yield "\n"
        at = _end(lower, tag, name)
        if at < 0:
            return
    yield page[at:]


def _end(lower: str, tag: int, name: str) -> int:
    """Where it goes on behind the tag, or what the tag hides; -1 where that does not end."""
    if lower.startswith("<!--", tag):
        return _behind(lower, "-->", tag)
    if name in _HIDDEN and lower[tag + 1] != "/":
        closing = lower.find(f"</{name}", tag)
        return closing if closing < 0 else _behind(lower, ">", closing)
    return _behind(lower, ">", tag)


def _behind(lower: str, mark: str, at: int) -> int:
    found = lower.find(mark, at)
    return found if found < 0 else found + len(mark)
