"""The chain of signed acts, up to the administrators whom the verifier pins.

Chosen from the hostile packs of `tests.signing.test_chain`.
"""

from collections.abc import Callable

from signing.certificates import fingerprint
from tests.pki import Person, known
from tests.signing.attacks.pack.attack import ADMIN, ATTACKS, PackAttack
from tests.signing.test_chain import DEFECTS
from tests.signing.world import World

HANG = known("hang")
CHOSEN = {
    "officer nobody appointed": "Who approved holds a position and a role that no act in the pack gives.",
    "appointment by the server": "The server appointed an officer; nobody signed it.",
    "appointment by an administrator, unsigned": "An administrator is told to have appointed, without a signature.",
    "chairman on the server": "The server says that the operator made somebody chairman once others could sign.",
    "appointment in another's list": "An appointment names a signed list of changes in which it does not stand.",
    "roles that were never given": "A clerk is told to sign with the role of a chairman.",
    "another's position": "A clerk is told to sign in the chairwoman's position.",
    "appointment that ended": "Who approved held the position until the day before.",
    "old appointment served again": "An appointment that had ended is written into the trail once more.",
    "appointments left out": "The acts that appointed the signer are left out of the pack.",
    "clerk who appoints": "A clerk, who administers nothing, signed an appointment.",
    "clerk who approves": "A clerk, who administers nothing, approved an appointment.",
    "author who approves": "One person signed and approved with two certificates.",
    "alone, though another administers": "One administrator appointed alone, though a second could have approved.",
    "approver whose signature is left out": "The trail names an approver, and has no signature of theirs.",
    "approval of another proposal": "The second person approved another proposal.",
    "approver who is told to be another": "What the second person signed names another officer.",
    "approver who signed with another's certificate": "The approval is signed with another officer's certificate.",
    "approver whose certificate was revoked": "The approver's certificate had been taken from them before.",
    "old approval served again": "The approval was signed two hours before the act that it is said to approve.",
    "another bundle than was signed": "The process that was deployed is not the one that was signed.",
    "procedure other than was signed": "The procedure record that was adopted is not the one that was signed.",
    "unit that nobody signed": "The server invented a unit; nobody signed it.",
    "certificate that signs while it is suspended": "A certificate approved after the device that holds it was lost.",
    "reinstated, and nobody signed": "The server says that a suspended certificate counts again; nobody signed it.",
    "reinstatement that its officer approved, though another could": "An administrator approved that their own "
    "suspended certificate counts again, though another could have.",
    "first certificate that its officer approved, though another could": "An administrator approved the binding of "
    "their own first certificate, though another could have.",
    "dossier moved by hand, unsigned": "A running dossier was changed by hand; nobody signed it.",
    "data changed in an incident, unsigned": "An incident was resolved with changed data; nobody signed it.",
    "dossier moved otherwise than was signed": "A running dossier was changed in another way than was signed.",
}
for _name, _sentence in CHOSEN.items():
    _defect = DEFECTS[_name]
    ATTACKS[_name.replace(",", "").replace("'", "").replace(" ", "-")] = PackAttack(
        defect=_sentence,
        code=_defect.code,
        damaged=lambda made=_defect.damaged: made().pack(),  # type: ignore[misc]
        twin=lambda made=_defect.twin: made().pack(),  # type: ignore[misc]
        error=_defect.error,
    )


def chair(admin: Person) -> Callable[[], bytes]:
    """An administrator makes hang chairwoman, and she approves."""

    def make() -> bytes:
        world = World()
        world.bind(admin, admin)
        world.appoint("hang", "chu-tich", by=admin)
        world.bind(HANG, admin)
        world.deploy(by=admin)
        world.start()
        world.approve(HANG, 1)
        return world.pack()

    return make


ATTACKS["administrator-made-by-the-server"] = PackAttack(
    defect="The whole chain is right, but it begins with an administrator's certificate that the server made.",
    code="administrator-unpinned",
    damaged=chair(Person("admin", known("eve").key, known("eve").private)),
    twin=chair(ADMIN),
    admins=(fingerprint(ADMIN.certificate),),
)
