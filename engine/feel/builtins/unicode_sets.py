"""Sets of code points: blocks, general categories, XML names, folding of case, difference.

A set is a sorted tuple of ranges `(first, last)` that do not touch. Sources: XML Schema Part 2 §F.1, XML 1.0 §2.3, and
for categories and case the Unicode of Python's `unicodedata`.
"""

import sys
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from functools import cache
from itertools import groupby
from typing import TypeAlias

Ranges: TypeAlias = tuple[tuple[int, int], ...]

SPACE: Ranges = ((9, 10), (13, 13), (32, 32))
"""`\\s`."""

LINE_ENDS: Ranges = ((10, 10), (13, 13))
"""What `.` does not match."""

NAME_START: Ranges = (
    (0x3A, 0x3A), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x2FF), (0x370, 0x37D),
    (0x37F, 0x1FFF), (0x200C, 0x200D), (0x2070, 0x218F), (0x2C00, 0x2FEF), (0x3001, 0xD7FF), (0xF900, 0xFDCF),
    (0xFDF0, 0xFFFD), (0x10000, 0xEFFFF),
)  # fmt: skip
"""`\\i`: what may begin an XML name."""

BLOCKS: dict[str, tuple[int, int]] = {
    "BasicLatin": (0x0, 0x7F), "Latin-1Supplement": (0x80, 0xFF), "LatinExtended-A": (0x100, 0x17F),
    "LatinExtended-B": (0x180, 0x24F), "IPAExtensions": (0x250, 0x2AF), "SpacingModifierLetters": (0x2B0, 0x2FF),
    "CombiningDiacriticalMarks": (0x300, 0x36F), "Greek": (0x370, 0x3FF), "GreekandCoptic": (0x370, 0x3FF),
    "Cyrillic": (0x400, 0x4FF), "CyrillicSupplement": (0x500, 0x52F), "Armenian": (0x530, 0x58F),
    "Hebrew": (0x590, 0x5FF), "Arabic": (0x600, 0x6FF), "Syriac": (0x700, 0x74F), "Thaana": (0x780, 0x7BF),
    "Devanagari": (0x900, 0x97F), "Bengali": (0x980, 0x9FF), "Gurmukhi": (0xA00, 0xA7F), "Gujarati": (0xA80, 0xAFF),
    "Oriya": (0xB00, 0xB7F), "Tamil": (0xB80, 0xBFF), "Telugu": (0xC00, 0xC7F), "Kannada": (0xC80, 0xCFF),
    "Malayalam": (0xD00, 0xD7F), "Sinhala": (0xD80, 0xDFF), "Thai": (0xE00, 0xE7F), "Lao": (0xE80, 0xEFF),
    "Tibetan": (0xF00, 0xFFF), "Myanmar": (0x1000, 0x109F), "Georgian": (0x10A0, 0x10FF),
    "HangulJamo": (0x1100, 0x11FF), "Ethiopic": (0x1200, 0x137F), "Cherokee": (0x13A0, 0x13FF),
    "UnifiedCanadianAboriginalSyllabics": (0x1400, 0x167F), "Ogham": (0x1680, 0x169F), "Runic": (0x16A0, 0x16FF),
    "Khmer": (0x1780, 0x17FF), "Mongolian": (0x1800, 0x18AF), "PhoneticExtensions": (0x1D00, 0x1D7F),
    "LatinExtendedAdditional": (0x1E00, 0x1EFF), "GreekExtended": (0x1F00, 0x1FFF),
    "GeneralPunctuation": (0x2000, 0x206F), "SuperscriptsandSubscripts": (0x2070, 0x209F),
    "CurrencySymbols": (0x20A0, 0x20CF), "CombiningMarksforSymbols": (0x20D0, 0x20FF),
    "CombiningDiacriticalMarksforSymbols": (0x20D0, 0x20FF), "LetterlikeSymbols": (0x2100, 0x214F),
    "NumberForms": (0x2150, 0x218F), "Arrows": (0x2190, 0x21FF), "MathematicalOperators": (0x2200, 0x22FF),
    "MiscellaneousTechnical": (0x2300, 0x23FF), "ControlPictures": (0x2400, 0x243F),
    "OpticalCharacterRecognition": (0x2440, 0x245F), "EnclosedAlphanumerics": (0x2460, 0x24FF),
    "BoxDrawing": (0x2500, 0x257F), "BlockElements": (0x2580, 0x259F), "GeometricShapes": (0x25A0, 0x25FF),
    "MiscellaneousSymbols": (0x2600, 0x26FF), "Dingbats": (0x2700, 0x27BF), "BraillePatterns": (0x2800, 0x28FF),
    "CJKRadicalsSupplement": (0x2E80, 0x2EFF), "KangxiRadicals": (0x2F00, 0x2FDF),
    "IdeographicDescriptionCharacters": (0x2FF0, 0x2FFF), "CJKSymbolsandPunctuation": (0x3000, 0x303F),
    "Hiragana": (0x3040, 0x309F), "Katakana": (0x30A0, 0x30FF), "Bopomofo": (0x3100, 0x312F),
    "HangulCompatibilityJamo": (0x3130, 0x318F), "Kanbun": (0x3190, 0x319F), "BopomofoExtended": (0x31A0, 0x31BF),
    "EnclosedCJKLettersandMonths": (0x3200, 0x32FF), "CJKCompatibility": (0x3300, 0x33FF),
    "CJKUnifiedIdeographsExtensionA": (0x3400, 0x4DBF), "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "YiSyllables": (0xA000, 0xA48F), "YiRadicals": (0xA490, 0xA4CF), "HangulSyllables": (0xAC00, 0xD7AF),
    "PrivateUse": (0xE000, 0xF8FF), "PrivateUseArea": (0xE000, 0xF8FF),
    "CJKCompatibilityIdeographs": (0xF900, 0xFAFF), "AlphabeticPresentationForms": (0xFB00, 0xFB4F),
    "ArabicPresentationForms-A": (0xFB50, 0xFDFF), "CombiningHalfMarks": (0xFE20, 0xFE2F),
    "CJKCompatibilityForms": (0xFE30, 0xFE4F), "SmallFormVariants": (0xFE50, 0xFE6F),
    "ArabicPresentationForms-B": (0xFE70, 0xFEFF), "HalfwidthandFullwidthForms": (0xFF00, 0xFFEF),
    "Specials": (0xFFF0, 0xFFFF), "Emoticons": (0x1F600, 0x1F64F),
    "CJKUnifiedIdeographsExtensionB": (0x20000, 0x2A6DF),
}  # fmt: skip
"""The blocks that `\\p{Is…}` knows; private use outside plane 0 and rare scripts are left out."""

_CATEGORIES = (
    "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe",
    "Pi", "Pf", "Po", "Zs", "Zl", "Zp", "Sm", "Sc", "Sk", "So", "Cc", "Cf", "Co", "Cn",
)  # fmt: skip

CATEGORY_NAMES = frozenset(_CATEGORIES) | {name[0] for name in _CATEGORIES}
"""The general categories that `\\p{…}` knows, as `Lu`, and their groups, as `L`."""


def union(sets: Iterable[tuple[int, int]]) -> Ranges:
    """The set of these ranges, whatever their order."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(sets):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


def complement(ranges: Ranges) -> Ranges:
    """All code points that are not in `ranges`."""
    gaps: list[tuple[int, int]] = []
    start = 0
    for first, last in ranges:
        if first > start:
            gaps.append((start, first - 1))
        start = last + 1
    if start <= sys.maxunicode:
        gaps.append((start, sys.maxunicode))
    return tuple(gaps)


def difference(left: Ranges, right: Ranges) -> Ranges:
    """The code points of `left` that are not in `right`."""
    return complement(union((*complement(left), *right)))


NAME_CHARACTERS: Ranges = union(
    (*NAME_START, (0x2D, 0x2E), (0x30, 0x39), (0xB7, 0xB7), (0x300, 0x36F), (0x203F, 0x2040))
)
"""`\\c`: what may stand in an XML name."""


@cache
def category(name: str) -> Ranges:
    """The code points of a general category such as `Lu`, or of a group of them such as `L`."""
    return union(point for own, ranges in _by_category().items() if own.startswith(name) for point in ranges)


@cache
def _by_category() -> dict[str, Ranges]:
    points: dict[str, list[tuple[int, int]]] = {}
    first = 0
    for name, group in groupby(map(unicodedata.category, map(chr, range(sys.maxunicode + 1)))):
        last = first + sum(1 for _ in group) - 1
        points.setdefault(name, []).append((first, last))
        first = last + 1
    return {name: tuple(ranges) for name, ranges in points.items()}


def folded(ranges: Ranges) -> Ranges:
    """`ranges` and every character that differs from one of theirs in upper and lower case alone."""
    extra: list[tuple[int, int]] = []
    for group in _cases():
        if any(_holds(ranges, point) for point in group):
            extra.extend((point, point) for point in group)
    return union((*ranges, *extra))


def _holds(ranges: Ranges, point: int) -> bool:
    index = bisect_right(ranges, (point, sys.maxunicode + 1)) - 1
    return index >= 0 and point <= ranges[index][1]


@cache
def _cases() -> tuple[frozenset[int], ...]:
    """The characters that differ in case alone, in groups such as k, K and the Kelvin sign."""
    groups: dict[str, set[int]] = {}
    cased = ("Lu", "Ll", "Lt", "Lm", "Mn", "Nl", "So")
    for first, last in (points for name in cased for points in category(name)):
        for point in range(first, last + 1):
            fold = chr(point).casefold()
            if len(fold) == 1 and fold != chr(point):
                groups.setdefault(fold, {ord(fold)}).add(point)
    return tuple(map(frozenset, groups.values()))
