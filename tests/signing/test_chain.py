"""The chain of signed acts in a pack: from what somebody approved, up to the administrators whom an auditor pins.

Each hostile pack is what a dishonest server could write, named by its defect; beside it stands its undamaged twin.
"""

import io
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from signing.canonical import canonical
from signing.certificates import fingerprint
from signing.errors import Invalid, SigningError, Undecidable
from signing.evidence.report import Report
from signing.evidence.verify import verify_pack
from signing.record import time_text
from tests.pki import NOW, Person, authority, known
from tests.signing.world import LOG_KEY, SINCE, World, appointed

ADMIN, BINH, LAN, MAI, HANG = (known(name) for name in ("admin", "binh", "lan", "mai", "hang"))
CHI, BINH_2 = known("chi"), Person("binh", known("binh-2").key, known("binh-2").private)
SQUAD = {"kind": "unit-added", "id": "to-1", "name": "Tổ 1", "parent": "agency"}
YESTERDAY, TODAY = (str((NOW - timedelta(days=days)).date()) for days in (1, 0))


def verify(world: World, **changes: Any) -> Report:
    values: dict[str, Any] = {"roots": [authority().root], "log_key": LOG_KEY.vkey, **changes}
    return verify_pack(world.pack(), **values)


def office() -> World:
    """Two administrators, bound: admin, who bootstrapped, and binh, whom admin appointed while alone."""
    world = World()
    world.bind(ADMIN, ADMIN)
    world.appoint("binh", "administrator", by=ADMIN, number=50)
    world.bind(BINH, ADMIN, BINH)
    return world


def ready(world: World) -> World:
    """A process and a dossier."""
    world.deploy(approver=BINH)
    world.start()
    return world


def chaired() -> World:
    """hang is chairwoman, by two persons; her certificate is bound by two."""
    world = office()
    world.appoint("hang", "chu-tich", by=ADMIN, approver=BINH, number=60)
    world.bind(HANG, BINH, ADMIN)
    return ready(world)


def signed_by(who: Person, **changes: Any) -> Callable[[World], None]:
    return lambda world: world.approve(who, 1, **changes)


def test_an_approval_is_read_up_to_the_first_administrator() -> None:
    """The report names position, by whose acts, approved by whom, and whose word it begins with; also for auditors."""
    world = chaired()
    world.approve(HANG, 1)
    report = verify(world, admins=[fingerprint(ADMIN.certificate)])
    line = report.signatures[-1]
    assert (line.position, line.bound.by, line.bound.approved_by, line.bound.how) == (
        "Title of hang",
        "binh",
        "admin",
        "signed",
    )
    *appointed, body = line.appointed  # she signs TM.: who says that the agency decides as a body?
    assert {(deed.by, deed.approved_by, deed.how) for deed in appointed} == {("admin", "binh", "signed")}
    acts = {act.index: act.act for act in report.acts}
    assert {acts[deed.index] for deed in appointed} == {"officer-appointed", "position-added"}
    assert (acts[body.index], body.how) == ("unit-changed", "on-server")
    of = {(each.index, each.officer): each for each in report.signatures}
    upwards = of[line.appointed[0].index - 2, "admin"]  # the list's first leaf has its signatures
    assert [deed.how for deed in upwards.appointed] == ["on-server", "on-server"]
    assert (upwards.bound.how, report.bootstrap) == ("bootstrap", (fingerprint(ADMIN.certificate),))
    assert {acts[index] for index in report.sole} == {"officer-added"}
    assert set(report.on_server) == {0, 2, 3}


def test_what_one_did_alone_is_named() -> None:
    """A sole administrator's acts hold, and the report says which they are."""
    world = World()
    world.bind(ADMIN, ADMIN)
    world.appoint("hang", "chu-tich", by=ADMIN)
    world.bind(HANG, ADMIN)
    world.deploy()
    world.start()
    world.approve(HANG, 1)
    report = verify(world)
    acts = {act.index: act.act for act in report.acts}
    assert [acts[index] for index in report.sole] == ["officer-added", "certificate-bound", "process-deployed"]
    assert {deed.how for deed in report.signatures[-1].appointed[:-1]} == {"sole"}


@dataclass(frozen=True, kw_only=True)
class Defect:
    """What a server did, the code by which it is found, and the twin in which nobody did."""

    code: str
    damaged: Callable[[], World]
    twin: Callable[[], World]
    error: type[SigningError] = Invalid


def story(*steps: Callable[[World], Any], begin: Callable[[], World] = chaired) -> Callable[[], World]:
    """A world in which these things happen."""

    def told() -> World:
        world = begin()
        for step in steps:
            step(world)
        return world

    return told


def without(*acts: tuple[str, str], begin: Callable[[], World]) -> Callable[[], World]:
    """The same world, with leaves of these acts and subjects left out of the pack."""

    def told() -> World:
        world = begin()
        whole = world.contents
        left_out = [
            index
            for index, (leaf, _, _) in enumerate(world.entries)
            if any(canonical(act) in leaf and canonical(subject) in leaf for act, subject in acts)
        ]
        world.contents = lambda *more: whole(*left_out, *more)  # type: ignore[method-assign]
        return world

    return told


def appoint(who: str, *roles: str, **more: Any) -> Callable[[World], Any]:
    return lambda world: world.appoint(who, *roles, **{"by": ADMIN, "approver": BINH, **more})


def bind(who: Person, by: Person = ADMIN, approver: Person | None = BINH, **more: Any) -> Callable[[World], Any]:
    return lambda world: world.bind(who, by, approver, **more)


def suspend(who: Person) -> Callable[[World], Any]:
    return lambda world: world.suspend(who)


def reinstate(
    who: Person, by: Person = ADMIN, approver: Person | None = BINH, *, signed: bool = True
) -> Callable[[World], Any]:
    return lambda world: world.reinstate(who, by, approver, signed=signed)


def third(world: World) -> None:
    """A third administrator, who can sign."""
    world.appoint("chi", "administrator", by=ADMIN, approver=BINH)
    world.bind(CHI, ADMIN, BINH)


def unsigned(who: str, *roles: str, actor: str = "hoso", **said: Any) -> Callable[[World], Any]:
    """An appointment that nobody signed."""

    def step(world: World) -> None:
        world.roles[who] = roles
        for each in appointed(who, *roles):
            world.unsigned(each, actor=actor, number=70, **said)

    return step


def another_position(world: World) -> None:
    """lan, a clerk, is told to sign in the chairwoman's position."""
    world.bind(LAN, ADMIN, BINH)
    world.approve(LAN, 1, details={"position": "Title of hang"})


def ended(until: str) -> Callable[[World], Any]:
    """hang's appointment is ended by two persons."""
    end = {"kind": "appointment-ended", "appointment": 60, "until": until}
    return lambda world: world.organise([end], ADMIN, BINH, numbers={0: 60}, subject="hang")


def again(world: World) -> None:
    """The leaves of hang's appointment are written once more, under another number."""
    index = next(at for at, (leaf, _, _) in enumerate(world.entries) if b'"officer-added"' in leaf and b"hang" in leaf)
    for at in range(index, index + 3):
        _repeat(world, at, {"number": 61} if at == index + 2 else {})


def _repeat(world: World, at: int, changes: Mapping[str, Any]) -> None:
    from signing.evidence.contents import open_entry
    from signing.evidence.pack import PackEntry

    leaf, salt, evidence = world.entries[at]
    told = open_entry(PackEntry(leaf=leaf, salt=salt, evidence=evidence, proof=()))
    world.append(
        told.leaf.act,
        told.leaf.subject,
        told.leaf.actor,
        objects=told.objects,
        details={**told.details, **changes},
        dossier=None,
    )


def replayed(world: World) -> None:
    """hang's appointment ended yesterday; the server writes the old one again and lets her sign."""
    ended(YESTERDAY)(world)
    again(world)
    world.approve(HANG, 1)


def self_approved(world: World) -> None:
    """One person with two certificates."""
    other = Person("admin", known("admin2").key, known("admin2").private)
    world.bind(other, ADMIN, BINH)
    world.appoint("mai", "van-thu", by=ADMIN, approver=other)


def later(world: World) -> str:
    return time_text(world.now - timedelta(hours=2))


def moved(by: Person, approver: Person = BINH) -> Callable[[World], Any]:
    """A new unit below the agency comes below another one."""

    def step(world: World) -> None:
        world.organise([SQUAD], ADMIN, BINH)
        world.organise([{"kind": "unit-changed", "id": "to-1", "parent": "khu-pho"}], by, approver)

    return step


def adopted(approver: Person | None, kept: Mapping[str, Any] | None = None) -> Callable[[World], None]:
    """A procedure record is adopted; `kept`: another one than was signed."""

    def step(world: World) -> None:
        body = {"code": "x"}
        objects, said = world.signed_act("procedure-adopted", "x", body, ADMIN, approver, shown={"procedure": body})
        objects["procedure"] = world.keep(canonical(body if kept is None else kept))
        world.append("procedure-adopted", "x", "admin", objects=objects, details=said, dossier=None)

    return step


def body(collective: bool) -> Callable[[World], Any]:
    """Whether the agency decides as a body."""
    change = {"kind": "unit-changed", "id": "agency", "collective": collective}
    return lambda world: world.organise([change], ADMIN, BINH)


def resolved(data: Mapping[str, Any]) -> Callable[[World], None]:
    """An incident is resolved by hand, and nobody signs."""
    return lambda world: world.append("incident-resolved", "D", "admin", details={"body": {"data": data}})


def stale() -> World:
    """What was signed two hours ago is written again, and the first leaves are withheld."""
    world = office()
    then: dict[str, Any] = {"time": later(world)}
    world.organise(appointed("mai", "x"), ADMIN, BINH, numbers={2: 60}, approved=then, **then)
    return ready(world)


def deputy(world: World) -> None:
    """chi administers a unit below."""
    world.organise([{"kind": "unit-added", "id": "khu-pho", "name": "KP", "parent": "agency"}], ADMIN, BINH)
    changes = appointed("chi", "administrator")
    changes[1] = {**changes[1], "unit": "khu-pho"}
    world.organise(changes, ADMIN, BINH, numbers={2: 90})
    world.bind(known("chi"), ADMIN, BINH)


def deployed(**how: Any) -> Callable[[], World]:
    """Two administrators, one of whom approves a deployment."""

    def told() -> World:
        world = office()
        world.deploy(**{"approver": BINH, **how})
        world.start()
        return world

    return told


def unapproved() -> World:
    """The leaf says who approved, and holds no signature of theirs."""
    world = chaired()
    sent = world.signed_act
    world.signed_act = lambda *args, **more: (  # type: ignore[method-assign]
        {role: each for role, each in sent(*args, **more)[0].items() if "-" not in role},
        {"author": "admin", "approved_by": "binh", "proposal": "p-000001"},
    )
    world.bind(LAN, ADMIN, BINH)
    return world


DEFECTS = {
    "officer nobody appointed": Defect(
        code="appointment-missing",
        damaged=story(bind(MAI), signed_by(MAI, details={"position": "Title of mai", "roles": ["chu-tich"]})),
        twin=story(appoint("mai", "chu-tich"), bind(MAI), signed_by(MAI)),
        error=Undecidable,
    ),
    "appointment by the server": Defect(
        code="act-unsigned",
        damaged=story(unsigned("mai", "chu-tich"), bind(MAI), signed_by(MAI)),
        twin=story(appoint("mai", "chu-tich"), bind(MAI), signed_by(MAI)),
    ),
    "appointment by an administrator, unsigned": Defect(
        code="act-unsigned",
        damaged=story(unsigned("mai", "chu-tich", actor="admin", sole=True), bind(MAI), signed_by(MAI)),
        twin=chaired,
    ),
    "chairman on the server": Defect(
        code="act-unsigned",
        damaged=story(unsigned("mai", "chu-tich", on_server=True), bind(MAI), signed_by(MAI)),
        twin=chaired,
    ),
    "appointment in another's list": Defect(
        code="change-not-signed",
        damaged=story(
            lambda world: world.appoint("mai", "chu-tich", by=ADMIN, approver=BINH, signed=appointed("mai", "van-thu"))
        ),
        twin=story(appoint("mai", "chu-tich")),
    ),
    "roles that were never given": Defect(
        code="role-not-held",
        damaged=story(bind(LAN), signed_by(LAN, details={"roles": ["chu-tich", "van-thu"]})),
        twin=story(bind(LAN), signed_by(LAN)),
    ),
    "another's position": Defect(
        code="position-not-held", damaged=story(another_position), twin=story(bind(LAN), signed_by(LAN))
    ),
    "capacity of a body's head": Defect(
        code="position-not-held", damaged=story(body(False), signed_by(HANG)), twin=story(body(True), signed_by(HANG))
    ),
    "capacity of an acting holder": Defect(
        code="position-not-held",
        damaged=story(signed_by(HANG, capacity="Q.")),
        twin=story(
            lambda world: world.organise(appointed("mai", acting=True), ADMIN, BINH, numbers={2: 9}),
            bind(MAI),
            signed_by(MAI, capacity="Q.", details={"position": "Q. Title of mai", "roles": []}),
        ),
    ),
    "appointment that ended": Defect(
        code="appointment-not-in-force",
        damaged=story(ended(YESTERDAY), signed_by(HANG)),
        twin=story(ended(TODAY), signed_by(HANG)),
    ),
    "appointment that has not begun": Defect(
        code="appointment-not-in-force",
        damaged=story(
            lambda world: world.organise(appointed("mai", "x", since="2027-01-01"), ADMIN, BINH, numbers={2: 9}),
            bind(MAI),
            signed_by(MAI, details={"position": "Title of mai", "roles": []}),
        ),
        twin=story(appoint("mai", "x", number=9), bind(MAI), signed_by(MAI)),
    ),
    "old appointment served again": Defect(
        code="record-replayed", damaged=story(replayed), twin=story(ended(TODAY), signed_by(HANG))
    ),
    "old appointment served again, the first left out": Defect(code="record-stale", damaged=stale, twin=chaired),
    "appointments left out": Defect(
        code="appointment-missing",
        damaged=without(("position-added", "hang"), ("officer-appointed", "hang"), begin=story(signed_by(HANG))),
        twin=story(signed_by(HANG)),
        error=Undecidable,
    ),
    "administrator's appointment left out": Defect(
        code="appointment-missing",
        damaged=without(("position-added", "binh"), ("officer-appointed", "binh"), begin=story(signed_by(HANG))),
        twin=story(signed_by(HANG)),
        error=Undecidable,
    ),
    "number given twice": Defect(
        code="act-repeated",
        damaged=story(appoint("mai", "x", number=60)),
        twin=story(appoint("mai", "x", number=61)),
    ),
    "another's appointment ended": Defect(
        code="record-other-act",
        damaged=story(
            lambda world: world.organise(
                [{"kind": "appointment-ended", "appointment": 60, "until": TODAY}], ADMIN, BINH, subject="lan"
            )
        ),
        twin=story(ended(TODAY)),
    ),
    "clerk who appoints": Defect(
        code="right-missing",
        damaged=story(bind(LAN), lambda world: world.appoint("mai", "x", by=LAN, approver=BINH)),
        twin=story(bind(LAN), lambda world: world.appoint("mai", "x", by=ADMIN, approver=BINH)),
    ),
    "clerk who approves": Defect(
        code="right-missing",
        damaged=story(bind(LAN), lambda world: world.appoint("mai", "x", by=ADMIN, approver=LAN)),
        twin=story(bind(LAN), lambda world: world.appoint("mai", "x", by=ADMIN, approver=BINH)),
    ),
    "administrator of a unit below who appoints for the whole": Defect(
        code="right-missing",
        damaged=story(deputy, lambda world: world.appoint("mai", "x", by=known("chi"), approver=BINH)),
        twin=story(deputy, lambda world: world.appoint("mai", "x", by=BINH, approver=ADMIN)),
    ),
    "unit whose place nobody tells": Defect(
        code="unit-untold",
        damaged=without(("unit-added", "khu-pho"), begin=story(deputy)),
        twin=story(deputy),
        error=Undecidable,
    ),
    "author who approves": Defect(
        code="approver-is-author",
        damaged=story(self_approved),
        twin=story(appoint("mai", "van-thu")),
    ),
    "alone, though another administers": Defect(
        code="approver-missing",
        damaged=story(appoint("mai", "x", approver=None)),
        twin=story(appoint("mai", "x")),
    ),
    "certificate bound alone, though another administers": Defect(
        code="approver-missing", damaged=story(bind(LAN, approver=None)), twin=story(bind(LAN))
    ),
    "deployed alone, though another administers": Defect(
        code="approver-missing", damaged=deployed(approver=None), twin=deployed()
    ),
    "approver whose signature is left out": Defect(code="approver-missing", damaged=unapproved, twin=story(bind(LAN))),
    "approval of another proposal": Defect(
        code="proposal-differs",
        damaged=story(appoint("mai", "x", approved={"subject": "p-999999"})),
        twin=story(appoint("mai", "x")),
    ),
    "proposal that holds another act": Defect(
        code="proposal-differs",
        damaged=story(appoint("mai", "x", proposed={"body": {"signed": {"record": "0" * 64}}})),
        twin=story(appoint("mai", "x")),
    ),
    "proposal of another author": Defect(
        code="proposal-differs",
        damaged=story(appoint("mai", "x", proposed={"author": "otto"})),
        twin=story(appoint("mai", "x")),
    ),
    "approver who is told to be another": Defect(
        code="record-other-act",
        damaged=story(appoint("mai", "x", approved={"officer": "hang"})),
        twin=story(appoint("mai", "x")),
    ),
    "approver who signed with another's certificate": Defect(
        code="certificate-of-another",
        damaged=story(appoint("mai", "x", approver=Person("binh", HANG.key, HANG.private))),
        twin=story(appoint("mai", "x")),
    ),
    "author who signed with another's certificate": Defect(
        code="certificate-of-another",
        damaged=story(appoint("mai", "x", by=Person("admin", HANG.key, HANG.private))),
        twin=story(appoint("mai", "x")),
    ),
    "unit moved by who administers its new place alone": Defect(
        code="right-missing",
        damaged=story(deputy, moved(known("chi"))),
        twin=story(deputy, moved(BINH, ADMIN)),
    ),
    "procedure adopted by one, though another administers": Defect(
        code="approver-missing", damaged=story(adopted(None)), twin=story(adopted(BINH))
    ),
    "procedure other than was signed": Defect(
        code="record-other-act", damaged=story(adopted(BINH, {"code": "y"})), twin=story(adopted(BINH))
    ),
    "approver whose certificate nobody bound": Defect(
        code="certificate-unbound",
        damaged=without(("certificate-bound", "binh"), begin=story(bind(LAN))),
        twin=story(bind(LAN)),
    ),
    "approver whose certificate was revoked": Defect(
        code="certificate-unbound",
        damaged=story(lambda world: world.revoke(BINH, ADMIN), bind(LAN)),
        twin=story(bind(LAN), lambda world: world.revoke(BINH, ADMIN)),
    ),
    "unit that nobody signed": Defect(
        code="act-unsigned",
        damaged=story(lambda world: world.unsigned(SQUAD, actor="admin")),
        twin=story(lambda world: world.organise([SQUAD], ADMIN, BINH)),
    ),
    "certificate that signs while it is suspended": Defect(
        code="certificate-suspended",
        damaged=story(suspend(HANG), signed_by(HANG)),
        twin=story(suspend(HANG), reinstate(HANG), signed_by(HANG)),
    ),
    "reinstated, and nobody signed": Defect(
        code="act-unsigned",
        damaged=story(suspend(HANG), reinstate(HANG, approver=None, signed=False), signed_by(HANG)),
        twin=story(suspend(HANG), reinstate(HANG), signed_by(HANG)),
    ),
    "reinstated alone, though another administers": Defect(
        code="approver-missing",
        damaged=story(suspend(HANG), reinstate(HANG, approver=None)),
        twin=story(suspend(HANG), reinstate(HANG)),
    ),
    "reinstated by its own officer": Defect(
        code="own-certificate",
        damaged=story(bind(BINH_2), suspend(BINH), reinstate(BINH, by=BINH_2, approver=ADMIN)),
        twin=story(suspend(BINH), reinstate(BINH)),  # where nobody else could approve it
    ),
    "reinstatement that its officer approved, though another could": Defect(
        code="approver-own-certificate",
        damaged=story(third, suspend(BINH), reinstate(BINH)),
        twin=story(third, suspend(BINH), reinstate(BINH, approver=CHI)),
    ),
    "first certificate that its officer approved, though another could": Defect(
        code="approver-own-certificate",
        damaged=story(appoint("chi", "administrator"), bind(CHI, approver=CHI)),
        twin=story(appoint("chi", "administrator"), suspend(BINH), bind(CHI, approver=CHI)),
    ),
    "old approval served again": Defect(
        code="record-stale",
        damaged=story(
            lambda world: world.appoint("mai", "x", by=ADMIN, approver=BINH, approved={"time": later(world)})
        ),
        twin=story(appoint("mai", "x")),
    ),
    "another bundle than was signed": Defect(
        code="record-other-act",
        damaged=deployed(body={"bundle_hash": "0" * 64}),
        twin=deployed(),
    ),
    "deployed by somebody who is no integrator": Defect(
        code="right-missing",
        damaged=deployed(by=BINH, approver=ADMIN),
        twin=deployed(),
    ),
    "dossier moved by hand, unsigned": Defect(
        code="act-unsigned",
        damaged=story(lambda world: world.append("dossier-modified", "D", "admin", details={"body": {"revision": 1}})),
        twin=story(lambda world: world.intervene("dossier-modified", {"revision": 1})),
    ),
    "data changed in an incident, unsigned": Defect(
        code="act-unsigned",
        damaged=story(
            lambda world: world.append("incident-resolved", "D", "admin", details={"body": {"data": {"a": 1}}})
        ),
        twin=story(lambda world: world.append("incident-resolved", "D", "admin", details={"body": {"data": {}}})),
    ),
    "dossier moved otherwise than was signed": Defect(
        code="record-other-act",
        damaged=story(lambda world: world.intervene("dossier-modified", {"revision": 1}, body={"revision": 2})),
        twin=story(lambda world: world.intervene("dossier-modified", {"revision": 1})),
    ),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_a_hostile_pack_is_refused_and_its_twin_accepted(name: str) -> None:
    """By its own code, whoever looks; without the defect the same story holds."""
    defect = DEFECTS[name]
    with pytest.raises(SigningError) as found:
        verify(defect.damaged())
    assert (found.value.code, type(found.value)) == (defect.code, defect.error), found.value
    verify(defect.twin())


@pytest.mark.system
def test_openssl_checks_authors_and_approvers(tmp_path: Path) -> None:
    """Every line that README.txt prints holds, and there is one for each person who signed."""
    world = chaired()
    world.approve(HANG, 1)
    with zipfile.ZipFile(io.BytesIO(world.pack())) as file:
        file.extractall(tmp_path)
    (tmp_path / "roots.pem").write_bytes(authority().roots_pem())
    text = (tmp_path / "README.txt").read_text()
    assert (text.count("openssl cms -verify"), text.count(": proposal-approved, ")) == (11, 4)
    commands = text[text.index("\ncp roots.pem") :]
    done = subprocess.run(["sh", "-ec", commands], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.lower().count("successful")) == (0, 11), done.stderr


# Whom the auditor pins


def replaced(world: World) -> World:
    """The last administrators are gone: the operator appoints otto on the server."""
    grant = {"kind": "role-granted", "officer": "otto", "role": "administrator", "unit": "agency", "document": "QĐ 9"}
    world.unsigned({**grant, "since": SINCE}, number=1, on_server=True)
    return world


def test_who_pins_another_administrator_refuses_the_chain() -> None:
    """Every chain begins with a certificate that is pinned; nobody pinned, the report names where it begins."""
    verify(chaired(), admins=[fingerprint(ADMIN.certificate), fingerprint(LAN.certificate)])
    with pytest.raises(Invalid) as found:
        verify(chaired(), admins=[fingerprint(LAN.certificate)])
    assert found.value.code == "administrator-unpinned"
    assert "begins with certificate" in found.value.message


def test_who_was_appointed_on_the_server_signs_for_nobody_who_pins() -> None:
    """lan held a position before anybody could sign: told as the operator's word, and refused where one pins."""
    world = chaired()
    world.bind(LAN, ADMIN, BINH)
    world.approve(LAN, 1)
    report = verify(world)
    assert {deed.how for deed in report.signatures[-1].appointed} == {"on-server"}
    with pytest.raises(Invalid) as found:
        verify(world, admins=[fingerprint(ADMIN.certificate)])
    assert found.value.code == "administrator-unpinned"


def test_an_administrator_made_on_the_server_counts_where_pinned_too() -> None:
    """The operator may replace the last administrator; the report names it, and who pins must pin the new one."""
    world = replaced(chaired())
    world.bind(known("otto"), ADMIN, BINH)
    world.appoint("mai", "x", by=ADMIN, approver=known("otto"))
    report = verify(world)
    acts = {act.index: (act.act, act.subject) for act in report.acts}
    assert ("role-granted", "otto") in {acts[index] for index in report.on_server}
    with pytest.raises(Invalid) as found:
        verify(world, admins=[fingerprint(ADMIN.certificate)])
    assert found.value.code == "administrator-unpinned"
    verify(world, admins=[fingerprint(ADMIN.certificate), fingerprint(known("otto").certificate)])
