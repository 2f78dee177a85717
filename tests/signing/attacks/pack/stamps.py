"""Time stamps of something else, of another time, or too many of them."""

from datetime import timedelta

from signing.canonical import sha256_hex
from tests.signing.attacks.pack.attack import LAN, OTTO, approve, approved, enter, packed, stamp
from tests.signing.world import World
from tests.stamps import stamp_over


def stamp_of_another(world: World) -> None:
    """An earlier stamp would bring a revoked certificate back to life."""
    world.approve(LAN, 1)
    world.approve(OTTO, 2)
    [first] = [each for each in world.objects.values() if _signs(world, world.records[0], each)]
    world.stamp(token=stamp_over(first, world.now))


def _signs(world: World, record: str, content: bytes) -> bool:
    named = f'"record":"{record}"'.encode()
    signature = f'"signature":"{sha256_hex(content)}"'.encode()
    return any(named in evidence and signature in evidence for _, _, evidence in world.entries)


STAMPED = packed(approved, stamp())
_TWO_STAMPED_ONE = packed(approve(LAN), approve(OTTO, 2), stamp())
enter(
    "stamp-of-another-signature",
    "The time stamp is over another signature.",
    "stamp-imprint",
    packed(stamp_of_another),
    _TWO_STAMPED_ONE,
)
enter(
    "stamp-of-nothing",
    "The time stamp is over no signature of the pack.",
    "stamp-other-record",
    packed(approved, stamp(subject=sha256_hex(b"nothing"))),
    STAMPED,
)
enter(
    "stamp-told-at-another-time",
    "The trail tells another time than the stamp proves.",
    "stamp-other-record",
    packed(approved, stamp(details={"time": "2026-11-21T08:00:00Z"})),
    STAMPED,
)
enter(
    "stamp-twice", "One signature has two time stamps.", "stamp-repeated", packed(approved, stamp(), stamp()), STAMPED
)
enter(
    "stamp-before-its-signature",
    "The time stamp is older than the act that it stamps.",
    "stamp-early",
    packed(approved, stamp(at=-timedelta(hours=2))),
    STAMPED,
)
