"""The evidence of a dossier holds the chain of signed acts behind each signature, as the application writes it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from adapters.application import evidence
from adapters.database import tables
from adapters.database.trail import leaves
from engine.people import changes as to
from engine.people.changes import AppointmentEnded, Change, OfficerAdded, OfficerAppointed, PositionAdded, RoleGranted
from signing.certificates import fingerprint
from signing.errors import SigningError
from signing.evidence.contents import open_entry
from signing.evidence.organisation import CHANGES
from signing.evidence.pack import read_contents, read_pack
from signing.evidence.people import gives_rights
from signing.evidence.report import Report
from signing.evidence.verify import verify_pack
from tests.adapters.application.test_proposals import proposed, second_signer
from tests.adapters.application.world import CITIZEN, World
from tests.pki import NOW, authority, known

SINCE = date(2026, 1, 1)


def packed(world: World, code: str) -> bytes:
    found = evidence.pack(world.app, world.officer("hoa"), code)
    assert isinstance(found, bytes)
    return found


def verified(world: World, pack: bytes, **changes: Any) -> Report:
    return verify_pack(pack, roots=(authority().root,), log_key=world.app.log_key.vkey, **changes)


def chairman(id: str, roles: frozenset[str] = frozenset({"lanh-dao"})) -> list[Change]:
    """A leader in a position of their own."""
    position = PositionAdded(id=f"p-{id}", title="Phó Chủ tịch", unit="agency", rank="deputy", roles=roles)
    held = OfficerAppointed(officer=id, position=f"p-{id}", document="QĐ 7", since=SINCE)
    return [OfficerAdded(id=id, name=id.title()), position, held]


def by_two(world: World, *changes: Change) -> None:
    """an proposes, binh approves."""
    world.approve("binh", proposed(world.reorganise("an", *changes))).body_or_raise()


def led(world: World) -> str:
    """A result approved by a leader whom two administrators appointed, and bound."""
    second_signer(world)
    by_two(world, *chairman("vinh"))
    world.approve("an", proposed(world.bind("vinh", known("vinh"), by="binh"))).body_or_raise()
    code = world.start("tra-ket-qua", data=CITIZEN)
    world.do("lan", code, "prepare", {"note": "đủ"})
    world.sign_off("vinh", code, "decide", {"decision": "approve"})
    return code


def test_who_approved_is_read_up_to_the_first_administrator(world: World) -> None:
    """Appointed by two, bound by two, whose own appointments and bindings are there, up to who bootstrapped.

    The integrator was appointed before anybody could sign, so an auditor pins his certificate, too.
    """
    code = led(world)
    report = verified(world, packed(world, code), admins=[fingerprint(known(id).certificate) for id in ("an", "tuan")])
    line = report.signatures[-1]
    assert (line.officer, line.position) == ("vinh", "Phó Chủ tịch")
    assert {(deed.by, deed.approved_by, deed.how) for deed in line.appointed} == {("an", "binh", "signed")}
    assert (line.bound.by, line.bound.approved_by, line.bound.how) == ("binh", "an", "signed")
    acts = {act.index: (act.act, act.subject) for act in report.acts}
    assert [acts[deed.index] for deed in line.appointed] == [
        ("officer-appointed", "vinh"),
        ("position-added", "p-vinh"),
    ]
    assert {"binh", "an"} <= {each.officer for each in report.signatures}
    assert {acts[index][1] for index in report.on_server} >= {"an"}
    assert report.bootstrap == (fingerprint(known("an").certificate),)


def test_an_end_of_office_is_in_the_pack(world: World) -> None:
    """Whoever signed before it, signed in office; the leaf of the end is there."""
    code = led(world)
    with world.app.store.read() as tx:
        number = tx.execute(select(func.max(tables.appointment.c.id))).scalar_one()
    by_two(world, AppointmentEnded(appointment=number, until=date(2026, 11, 21), document="QĐ 9"))
    world.sign_off("hoa", code, "seal")
    report = verified(world, packed(world, code))
    assert ("appointment-ended", "vinh") in {(act.act, act.subject) for act in report.acts}


def test_what_came_after_the_last_act_is_not_in_the_pack(world: World) -> None:
    """A certificate revoked later, by an administrator of later, changes nothing that was signed before."""
    code = led(world)
    size = world.size()
    world.revoke(known("vinh")).body_or_raise()
    report = verified(world, packed(world, code))
    assert max(act.index for act in report.acts) < size


def test_a_pack_grows_with_who_signed_and_not_with_who_is_there(world: World) -> None:
    """A hundred other officers, appointed by the same administrators, are not in it."""
    code = led(world)
    before = len(read_contents(read_pack(packed(world, code))).entries)
    by_two(world, *(change for number in range(25) for change in chairman(f"khac-{number}", frozenset())))
    world.sign_off("hoa", code, "seal")
    opened = [open_entry(each) for each in read_contents(read_pack(packed(world, code))).entries]
    assert not [each for each in opened if each.leaf.subject.startswith("khac-")]
    assert len(opened) < before + 15


def test_a_clerk_whom_the_server_makes_a_leader_is_found(world: World) -> None:
    """It writes rows and leaves as it likes; nobody signed them."""
    from adapters.application.enacting import enact
    from engine.errors import Refusal
    from engine.people.deciding import decide

    role = RoleGranted(officer="lan", role="lanh-dao", unit="agency", document="QĐ giả", since=SINCE)
    with world.app.store.write() as tx:
        decided = decide(world.app.organisations.get(tx), None, [role], world.clock())
        assert not isinstance(decided, Refusal)
        enact(world.app, tx, "hoso", decided)
    code = world.start("tra-ket-qua", data=CITIZEN)
    world.do("mai", code, "prepare", {"note": "đủ"})
    world.sign_off("lan", code, "decide", {"decision": "approve"})
    with pytest.raises(SigningError) as found:
        verified(world, packed(world, code))
    assert found.value.code == "act-unsigned"
    with world.app.store.write() as tx:  # nor does it help to leave the leaf out
        last = tx.execute(select(func.max(tables.organisation_leaf.c.leaf))).scalar_one()
        tx.execute(delete(tables.organisation_leaf).where(tables.organisation_leaf.c.leaf == last))
    with pytest.raises(SigningError) as found:
        verified(world, packed(world, code))
    assert found.value.code == "role-not-held"


def test_each_leaf_that_was_there_before_the_table_is_found(world: World) -> None:
    """The migration looks them up in the log: the same as what is noted when it happens."""
    from adapters.application.foundations import about

    second_signer(world)
    with world.app.store.read() as tx:
        kept = tx.execute(select(tables.organisation_leaf)).all()
        found = [open_entry_of(leaf) for leaf in leaves(tx, start=0, limit=10_000)]
    told = {(*name, index) for act, subject, index in found if (name := about(act, subject)) is not None}
    assert {tuple(row) for row in kept} == told


def open_entry_of(leaf: Any) -> tuple[str, str, int]:
    from signing.trail.leaf import decode_leaf

    decoded = decode_leaf(leaf.encoded)
    return decoded.act, decoded.subject, leaf.index


@pytest.mark.parametrize(
    "change",
    [
        *chairman("vinh"),
        PositionAdded(id="p", title="Chuyên viên", unit="agency"),
        PositionAdded(id="p", title="Chánh", unit="agency", rank="head"),
        to.PositionChanged(id="p", title="Khác"),
        to.PositionChanged(id="p", rank="staff"),
        to.PositionChanged(id="p", roles=frozenset()),
        to.UnitAdded(id="u", name="U", parent="agency"),
        to.UnitAdded(id="u", name="U", parent="agency", collective=True),
        to.UnitChanged(id="u", name="V"),
        to.UnitChanged(id="u", parent="agency"),
        to.UnitChanged(id="u", collective=False),
        to.OfficerChanged(id="vinh", name="Vinh"),
        to.OfficerChanged(id="vinh", subject="iss sub"),
        to.OfficerChanged(id="vinh", subject=""),
        AppointmentEnded(appointment=1, until=SINCE),
        RoleGranted(officer="vinh", role="r", unit="agency", document="QĐ", since=SINCE),
        to.RoleEnded(grant=1, until=SINCE),
        to.MandateGiven(id="m", capacity="KT", given_by="p", given_to="q", document="QĐ", since=SINCE),
        to.MandateEnded(id="m", until=SINCE),
        to.AbsenceRecorded(officer="vinh", since=NOW, until=NOW),
        to.AbsenceEnded(absence=1, until=NOW),
    ],
    ids=lambda change: str(to.to_json(change))[:60],
)
def test_server_and_auditor_agree_on_what_must_be_signed(change: Change) -> None:
    """What the server lets pass unsigned, the auditor's program does, and nothing else."""
    assert gives_rights(change.kind, to.to_json(change)) == to.needs_approval(change)
    assert frozenset(to.KINDS) == CHANGES
