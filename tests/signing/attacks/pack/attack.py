"""A damaged evidence pack, named by its defect, the code of its refusal, and its undamaged twin, which is accepted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from signing.errors import Invalid, SigningError
from tests.pki import Person, known
from tests.signing.world import World

ADMIN, LAN, OTTO = (known(name) for name in ("admin", "lan", "otto"))
Step = Callable[[World], object]
ATTACKS: dict[str, "PackAttack"] = {}


@dataclass(frozen=True, kw_only=True)
class PackAttack:
    """`defect`: what is wrong, in a sentence; `admins`: whom the verifier pins, of damaged pack and twin."""

    defect: str
    code: str
    damaged: Callable[[], bytes]
    twin: Callable[[], bytes]
    error: type[SigningError] = Invalid
    admins: Sequence[str] = ()


def packed(*steps: Step) -> Callable[[], bytes]:
    """The pack of an office with three officers, a process and a dossier, in which these things happen."""

    def make() -> bytes:
        world = World()
        for who in (ADMIN, LAN, OTTO):
            world.bind(who, ADMIN)
        world.deploy()
        world.start()
        for step in steps:
            step(world)
        return world.pack()

    return make


def approve(who: Person, number: int = 1, **told: object) -> Step:
    return lambda world: world.approve(who, number, **told)  # type: ignore[arg-type]


approved = approve(OTTO)
good = packed(approved)


def stamp(**changes: object) -> Step:
    return lambda world: world.stamp(**changes)  # type: ignore[arg-type]


def enter(name: str, defect: str, code: str, damaged: Callable[[], bytes], twin: Callable[[], bytes] = good) -> None:
    """Enter an attack under the name of its file."""
    assert name not in ATTACKS
    ATTACKS[name] = PackAttack(defect=defect, code=code, damaged=damaged, twin=twin)
