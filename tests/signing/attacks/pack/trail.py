"""What a dishonest server may write into its log: signatures of others, served again, or left out."""

from signing.certificates import der
from tests.pki import Person, known
from tests.signing.attacks.pack.attack import ADMIN, LAN, OTTO, approve, enter, packed
from tests.signing.records import DOSSIER
from tests.signing.world import World


def another_key(world: World) -> None:
    world.approve(Person("otto", LAN.key, LAN.private), 1)


def exchanged_binding(world: World) -> None:
    world.bind(known("eve"), ADMIN, bound=world.keep(der(LAN.certificate)))


def nonce_twice(world: World) -> None:
    world.approve(LAN, 1, nonce="n" * 32)
    world.approve(OTTO, 2, nonce="n" * 32)


def completed_twice(world: World) -> None:
    for _ in range(2):
        world.append("task-completed", f"{DOSSIER}.1", "lan")


def left_unsigned(world: World) -> None:
    world.append("task-completed", f"{DOSSIER}.1", "lan", details={"purpose": "approval"})


def revoked_first(world: World) -> None:
    world.revoke(OTTO, ADMIN)
    world.approve(OTTO, 1)


def revoked_later(world: World) -> None:
    world.approve(OTTO, 1)
    world.revoke(OTTO, ADMIN)


_TWO = packed(approve(LAN), approve(OTTO, 2))
enter(
    "replayed-on-another-task",
    "A signed approval of one task stands at another.",
    "record-other-act",
    packed(approve(OTTO, 1, subject=f"{DOSSIER}.9")),
)
enter("nonce-replayed", "Two records have the same nonce.", "record-replayed", packed(nonce_twice), _TWO)
enter(
    "other-process-version",
    "The record names another version of the process than the dossier runs.",
    "bundle-missing",
    packed(approve(OTTO, 1, process_version=2)),
)
enter(
    "signed-with-the-key-of-another",
    "An officer's record is signed with another officer's key.",
    "certificate-of-another",
    packed(another_key),
)
enter(
    "certificate-that-nobody-bound",
    "Who signed has a certificate of the right authority, but nobody bound it.",
    "certificate-unbound",
    packed(approve(known("eve"))),
)
enter(
    "binding-of-another-certificate",
    "The binding that was signed is of another certificate than the one kept with it.",
    "record-other-act",
    packed(exchanged_binding),
    packed(lambda world: world.bind(known("eve"), ADMIN)),
)
enter(
    "signed-after-the-binding-was-revoked",
    "The certificate was taken from the officer by a signed act before it signed.",
    "certificate-unbound",
    packed(revoked_first),
    packed(revoked_later),
)
enter(
    "prior-record-that-nobody-accepted",
    "The record rests on an earlier one that was never accepted.",
    "record-prior",
    packed(approve(OTTO, 1, prior=("d" * 64,))),
)
enter(
    "organ-signature-of-a-person",
    "The agency's signature is made with a person's certificate.",
    "certificate-kind",
    packed(approve(LAN, 1, purpose="organ")),
)
enter("task-completed-twice", "One task is completed twice.", "act-repeated", packed(completed_twice))
enter(
    "signature-left-out", "An approval stands in the trail without a signature.", "act-unsigned", packed(left_unsigned)
)
enter(
    "leaf-tells-another-decision",
    "The trail tells another decision than the officer signed.",
    "record-other-act",
    packed(approve(OTTO, 1, details={"data": {"decision": "return"}})),
)
enter(
    "leaf-tells-another-purpose",
    "The trail tells an initial where an approval was signed.",
    "record-other-act",
    packed(approve(OTTO, 1, details={"purpose": "initial"})),
)
