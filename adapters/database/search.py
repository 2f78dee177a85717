"""Find dossiers by words: of the code, the title, the applicant's name and the steps, kept per unit that takes part."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Column, ColumnElement, exists, insert, literal, select

from adapters.database.store import Transaction, upsert
from adapters.database.tables import dossier_unit, dossier_word
from engine.dossier import Dossier
from engine.words import words

MOST_ASKED = 8  # words of one question that count
_AFTER_ALL = "\U0010ffff"


def describe(tx: Transaction, new: Dossier) -> None:
    """Keep what a new dossier is found by."""
    name = new.applicant.get("name")
    learn(tx, new.code, words(new.code, new.title, name if isinstance(name, str) else ""))


def learn(tx: Transaction, code: str, found: Iterable[str]) -> None:
    """Keep more words, for every unit that takes part."""
    query = select(dossier_unit.c.unit).where(dossier_unit.c.dossier == code).order_by(dossier_unit.c.unit)
    rows = [{"unit": id, "word": word, "dossier": code} for id in tx.execute(query).scalars() for word in found]
    if rows:
        tx.execute(upsert(tx, dossier_word).on_conflict_do_nothing(), rows)


def share(tx: Transaction, code: str, with_unit: str) -> None:
    """A unit that takes part from now on finds the dossier by the words that the others find it by."""
    known = select(literal(with_unit), dossier_word.c.word, dossier_word.c.dossier).where(
        dossier_word.c.dossier == code, dossier_word.c.unit != with_unit
    )
    tx.execute(insert(dossier_word).from_select(["unit", "word", "dossier"], known.distinct()))


def asked(text: str) -> tuple[str, ...]:
    """The words of a question; the last one may be a beginning."""
    return tuple(words(text)[:MOST_ASKED])


def tells(code: Column[str], asked: Sequence[str], units: Sequence[str]) -> Iterator[ColumnElement[bool]]:
    """For each of the words: whether the dossier of that code has it, in one of the units.

    Each is one look into an index per dossier: `offset` keeps PostgreSQL from reading all dossiers of a common word.
    """
    of_units = dossier_word.c.unit.in_(units)
    for word in asked[:-1]:
        known = select(1).where(of_units, dossier_word.c.word == word, dossier_word.c.dossier == code)
        yield exists(known.offset(0))
    for word in asked[-1:]:  # of the few words of the dossier, never of all words with that beginning
        fits = dossier_word.c.word.startswith(word, autoescape=True)
        by_dossier = dossier_word.c.unit.concat("").in_(units)
        yield exists(select(1).where(dossier_word.c.dossier == code, by_dossier, fits).offset(0))


def begins(word: str) -> ColumnElement[bool]:
    """The range is what an index can answer; the pattern is what holds under every order of letters."""
    return dossier_word.c.word.between(word, word + _AFTER_ALL) & dossier_word.c.word.startswith(word, autoescape=True)
