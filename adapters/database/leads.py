"""Search dossiers at a price that does not grow with how many there are.

The rarest of the words leads: its dossiers are looked at for the other words, newest first. Where each word is common,
one page looks at a bounded number of them, and the next one goes on behind these.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select, union_all

from adapters.database.search import begins, tells
from adapters.database.store import Transaction
from adapters.database.tables import dossier, dossier_unit, dossier_word, unit

RARE = 1_000  # what has no more dossiers than so many is looked at whole
LOOKS = (200, 1_800)  # dossiers that one page looks at: first so many, then as many more
_COUNTED = 4_000  # beyond that, common is common
_SPELLINGS = 32  # words of one beginning that are followed one by one
PARTS = 400  # that are read in order in one question; SQLite takes 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Dossiers, newest first, and behind which one to go on; None when there are no more."""

    codes: tuple[str, ...]
    behind: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lead:
    """One of the words; `fits` is what finds it in an index, `count` how many there are at least."""

    word: str
    last: bool
    fits: ColumnElement[bool]
    count: int


def find(
    tx: Transaction,
    asked: Sequence[str],
    units: Sequence[str] | None,
    *,
    behind: str,
    limit: int,
    tests: Sequence[ColumnElement[bool]] = (),
) -> Found:
    """A page of the dossiers that have all the words in one of the units (None: any), and pass the tests."""
    units = _every_unit(tx) if units is None else units
    if not units:
        return Found(codes=(), behind=None)
    leads = _leads(tx, asked, units)
    if (rarest := leads[0]).count <= RARE:
        codes = [code for code in _all_of(tx, rarest, units) if not behind or code < behind]
        found = _passing(tx, codes, asked, units, tests)
        return Found(codes=tuple(found[:limit]), behind=found[limit - 1] if len(found) > limit else None)
    return _look(tx, asked, units, list(_ways(tx, leads, units)), behind, limit, tests)


def few(tx: Transaction, asked: Sequence[str], units: Sequence[str]) -> list[str] | None:
    """All dossiers that have all the words in one of the units; None when each of the words is common."""
    if not units:
        return []
    rarest = _leads(tx, asked, units)[0]
    return _passing(tx, _all_of(tx, rarest, units), asked, units, ()) if rarest.count <= RARE else None


def _look(
    tx: Transaction,
    asked: Sequence[str],
    units: Sequence[str],
    ways: Sequence[Select[tuple[str]]],
    behind: str,
    limit: int,
    tests: Sequence[ColumnElement[bool]],
) -> Found:
    found: list[str] = []
    for size in LOOKS:
        codes = _newest(tx, ways, behind, size)
        found += _passing(tx, codes, asked, units, tests)
        if len(found) > limit:
            return Found(codes=tuple(found[:limit]), behind=found[limit - 1])
        if len(codes) < size:
            return Found(codes=tuple(found), behind=None)
        behind = codes[-1]
    return Found(codes=tuple(found), behind=behind)


def _leads(tx: Transaction, asked: Sequence[str], units: Sequence[str]) -> list[_Lead]:
    """The words, the rarest first."""
    leads = []
    for place, word in enumerate(asked, 1):
        last = place == len(asked)
        fits = begins(word) if last else dossier_word.c.word == word
        some = select(dossier_word.c.dossier).where(dossier_word.c.unit.in_(units), fits).limit(_COUNTED).subquery()
        count = tx.execute(select(func.count()).select_from(some)).scalar_one()
        leads.append(_Lead(word=word, last=last, fits=fits, count=count))
    return sorted(leads, key=lambda lead: lead.count)


def _all_of(tx: Transaction, lead: _Lead, units: Sequence[str]) -> list[str]:
    query = select(dossier_word.c.dossier).where(dossier_word.c.unit.in_(units), lead.fits)
    return sorted(set(tx.execute(query).scalars()), reverse=True)


def _ways(tx: Transaction, leads: Sequence[_Lead], units: Sequence[str]) -> Iterator[Select[tuple[str]]]:
    """What together gives every dossier that may have the words, each in order from an index."""
    for lead in leads:
        words = _spellings(tx, lead.word, units) if lead.last else [lead.word]
        if words is not None and len(words) * len(units) <= PARTS:
            for id in units:
                for word in words:
                    yield select(dossier_word.c.dossier.label("code")).where(
                        dossier_word.c.unit == id, dossier_word.c.word == word
                    )
            return
    for id in units:
        yield select(dossier_unit.c.dossier.label("code")).where(dossier_unit.c.unit == id)


def _spellings(tx: Transaction, beginning: str, units: Sequence[str]) -> list[str] | None:
    """The words of that beginning; None when they are many."""
    found = set[str]()
    for id in units:
        here = select(func.min(dossier_word.c.word)).where(dossier_word.c.unit == id, begins(beginning))
        first = here.cte("spelling", recursive=True)
        after = here.where(dossier_word.c.word > first.c[0]).scalar_subquery()
        spelled = first.union_all(select(after).where(first.c[0].is_not(None)))
        query = select(spelled.c[0]).where(spelled.c[0].is_not(None)).limit(_SPELLINGS + 1)
        found |= set(tx.execute(query).scalars())
        if len(found) > _SPELLINGS:
            return None
    return sorted(found)


def _newest(tx: Transaction, ways: Sequence[Select[tuple[str]]], behind: str, size: int) -> list[str]:
    """The first `size` codes behind that one."""
    found = set[str]()
    for start in range(0, len(ways), PARTS):
        ahead = [_ahead(way, behind, size).subquery() for way in ways[start : start + PARTS]]
        found |= set(tx.execute(union_all(*(select(each.c.code) for each in ahead))).scalars())
    return sorted(found, reverse=True)[:size]


def _ahead(way: Select[tuple[str]], behind: str, size: int) -> Select[tuple[str]]:
    code = way.selected_columns[0]
    return (way.where(code < behind) if behind else way).order_by(code.desc()).limit(size)


def _passing(
    tx: Transaction,
    codes: Sequence[str],
    asked: Sequence[str],
    units: Sequence[str],
    tests: Sequence[ColumnElement[bool]],
) -> list[str]:
    if not codes:
        return []
    query = select(dossier.c.code).where(dossier.c.code.in_(codes), *tells(dossier.c.code, asked, units), *tests)
    return sorted(tx.execute(query).scalars(), reverse=True)


def _every_unit(tx: Transaction) -> list[str]:
    return list(tx.execute(select(unit.c.id).order_by(unit.c.id)).scalars())
