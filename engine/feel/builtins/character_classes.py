"""The character classes of XPath's patterns: what they mean as sets, and how RE2 writes them.

RE2 knows no subtraction (`[a-z-[aeiou]]`), no blocks and no XML names; such classes are written out as ranges.
"""

from dataclasses import dataclass

from engine.feel.builtins.unicode_sets import (
    NAME_CHARACTERS,
    NAME_START,
    SPACE,
    Ranges,
    category,
    complement,
    difference,
    folded,
    union,
)

_GROUPS = ("L", "M", "N", "P", "Z", "S", "C")

# RE2 lacks the category of unassigned code points.
_WITHOUT_NAME = "Cn"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a class: ranges of code points, or general categories; with `negated` all but these."""

    ranges: Ranges = ()
    categories: tuple[str, ...] = ()
    negated: bool = False

    def opposite(self) -> "Part":
        """All that is not in the part."""
        if len(self.categories) > 1:
            return Part(categories=tuple(group for group in _GROUPS if group not in self.categories))
        return Part(self.ranges, self.categories, not self.negated)

    def points(self) -> Ranges:
        """The part as a set."""
        points = (
            union(point for name in self.categories for point in category(name)) if self.categories else self.ranges
        )
        return complement(points) if self.negated else points

    def text(self) -> str:
        """The part within the brackets of RE2."""
        if not self.categories or _WITHOUT_NAME in self.categories:
            return written(self.points())
        return "".join(f"\\{'P' if self.negated else 'p'}{{{name}}}" for name in self.categories)


@dataclass(frozen=True, slots=True)
class CharacterClass:
    """`[parts]`, or with `negated` `[^parts]`, without the characters of `minus`."""

    parts: tuple[Part, ...]
    negated: bool = False
    minus: "CharacterClass | None" = None

    def points(self, *, fold: bool) -> Ranges:
        """The class as a set; with `fold` upper and lower case do not count."""
        points = union(point for part in self.parts for point in part.points())
        if fold:
            points = folded(points)
        if self.negated:
            points = complement(points)
        return difference(points, self.minus.points(fold=fold)) if self.minus else points

    def text(self, *, fold: bool) -> str:
        """The class for RE2."""
        if self.minus:
            return set_text(self.points(fold=fold))
        return f"[{'^' if self.negated else ''}{''.join(part.text() for part in self.parts)}]"


def set_text(ranges: Ranges) -> str:
    """A set as a class of RE2, which has no empty one but the opposite of all."""
    return f"[{written(ranges)}]" if ranges else r"[^\x{0}-\x{10FFFF}]"


def written(ranges: Ranges) -> str:
    """Ranges within the brackets of RE2."""
    return "".join(f"\\x{{{first:X}}}" + (f"-\\x{{{last:X}}}" if last > first else "") for first, last in ranges)


ESCAPES = {
    "s": Part(SPACE),
    "i": Part(NAME_START),
    "c": Part(NAME_CHARACTERS),
    "d": Part(categories=("Nd",)),
    "w": Part(categories=("L", "M", "N", "S")),
}
"""The escapes that stand for a class; a capital stands for the opposite (XML Schema Part 2 §F.1.1)."""
