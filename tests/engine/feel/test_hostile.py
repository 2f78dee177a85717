"""Every hostile expression gets what the table says, soon and within little memory."""

import pytest

from tests.engine.feel.hostile import ATTACKS, Attack, tried


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.aim)
def test_hostile_expressions(attack: Attack) -> None:
    """A bound or null at the same place every time; a second and 128 MiB are never needed."""
    first, second = tried(attack), tried(attack)
    assert (first.got, second.got) == (attack.gets, attack.gets)
    assert min(first.milliseconds, second.milliseconds) < 1000
    assert second.kibibytes < 128 * 1024


def test_there_are_enough_attacks() -> None:
    """At least sixty, each with an aim of its own."""
    assert len({attack.aim for attack in ATTACKS}) == len(ATTACKS) >= 60
