"""What the library has found good is not asked again, and whoever asks gets what a program hears that just started."""

from datetime import datetime, timedelta
from itertools import count, product
from typing import Any

import pytest

from adapters.console.demo.authority import DemoAuthority
from signing import chain
from signing.errors import SigningError
from signing.kept import Kept
from signing.revocation import read_known
from tests.pki import NOW, person

SECOND = timedelta(seconds=1)
WHOLE, HALF = timedelta(0), timedelta(microseconds=1)


class World:
    """An authority, somebody's certificate, two pairs of lists; certificate and lists end at different times."""

    def __init__(self) -> None:
        self.by = DemoAuthority.create("Test", at=NOW - timedelta(days=365))
        ends = NOW + timedelta(days=20)
        self.who = person("lan", by=self.by, not_before=NOW - timedelta(days=5), not_after=ends)
        self.lists = self.by.crls(NOW - timedelta(days=10), days=15) + self.by.crls(NOW, days=30)
        days = (-10, -5, 0, 5, 20, 30)
        self.moments = [
            NOW + timedelta(days=day) + by for day, by in product(days, (-SECOND, -HALF, WHOLE, HALF, SECOND))
        ]

    def told(self, lists: tuple[bytes, ...], at: datetime, held: Kept[Any, None]) -> str:
        """The verdict of the library alone: `holds`, or the code of what it refuses."""
        path = (self.who.certificate, self.by.issuing, self.by.root)
        known = read_known(lists, ())
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(chain, "_HELD", held)
            try:
                chain.check_revocation(path, (), known, at)
            except SigningError as error:
                return error.code
        return "holds"


def test_what_is_remembered_changes_no_verdict() -> None:
    """At each date that certificate and lists name, a moment before and after, in either order of asking."""
    world, held = World(), Kept[Any, None](99)
    asked = list(product((world.lists[:2], world.lists[2:], world.lists), world.moments))
    fresh = [world.told(lists, at, Kept(99)) for lists, at in asked]
    assert set(fresh) == {"holds", "certificate-path", "certificate-revocation-unknown"}
    assert [world.told(lists, at, held) for lists, at in asked] == fresh
    assert [world.told(lists, at, held) for lists, at in reversed(asked)] == fresh[::-1]


def test_it_is_asked_once_until_a_date_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same path at another second is not judged again; with another list, beyond a date, or once revoked, it is."""
    world, held, asked, judge = World(), Kept[Any, None](99), count(), chain._validate

    def counted(*given: Any, **how: Any) -> Any:
        next(asked)
        return judge(*given, **how)

    monkeypatch.setattr(chain, "_validate", counted)

    def times(*lists: bytes, days: float) -> int:
        before = next(asked)
        world.told(lists, NOW + timedelta(days=days), held)
        return next(asked) - before - 1

    old, new = world.lists[:2], world.lists[2:]
    assert [times(*new, days=day) for day in (1, 1.5, 4.9, 19)] == [1, 0, 0, 0]
    assert [times(*new, days=day) for day in (21, 21)] == [1, 1]  # a refusal is not remembered
    assert [times(*old, days=day) for day in (1, 1.5)] == [1, 0]
    world.by.revoke(world.who.certificate, NOW + timedelta(days=12))
    foretold = world.by.crls(NOW, days=30)
    assert [times(*foretold, days=day) for day in (1, 1)] == [1, 1]  # a list that names it is read each time
    assert world.told(foretold, NOW + timedelta(days=13), held) == "certificate-revoked"


def test_it_forgets_the_oldest_first() -> None:
    """However long a server runs, what is kept stays small; and what was refused is asked again."""
    kept: Kept[str, int] = Kept(2)
    made = count()
    assert [kept.of(each, lambda: next(made)) for each in ("a", "b", "b", "c", "a", "c")] == [0, 1, 1, 2, 3, 2]
    with pytest.raises(KeyError):
        kept.of("d", lambda: {"a": 0}["d"])
    assert kept.of("d", lambda: next(made)) == 4
