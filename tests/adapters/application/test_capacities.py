"""In which capacity an approval is signed: what is signed says it, and nobody signs outside a mandate's document."""

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from adapters.application import evidence, queries
from adapters.application.answer import Answer
from adapters.database import definitions, tables
from engine.acts.intervene import Migrate
from engine.errors import Kind
from engine.people.organisation import Appointment, MandateKind, Position
from signing.canonical import parse_canonical
from signing.evidence.verify import verify_pack
from tests.adapters.application import bundles
from tests.adapters.application.intervening import revision
from tests.adapters.application.offices import SINCE, add, away, leaders, mandate
from tests.adapters.application.test_queues import in_inbox, items
from tests.adapters.application.working import delegate, give_back, reassign
from tests.adapters.application.world import CITIZEN, World, refusal_of
from tests.engine.bpmn.models import chain, end, start_event
from tests.pki import authority, known

SIGN = {
    "schemaVersion": 18,
    "id": "sign",
    "components": [*bundles.APPROVE["components"], bundles.NOTE["components"][1]],  # type: ignore[misc,index]
}
APPROVED = {"signature": "approval", "documents": "result", "kind": "quyet-dinh"}


def process(key: str, *tasks: str) -> bundles.Bundle:
    """These tasks one after another."""
    ids = [item.partition('id="')[2].partition('"')[0] for item in tasks]
    body = start_event() + "".join(tasks) + end() + chain("s", *ids, "e")
    return {**bundles.bundle(key, body), "forms/sign.form": json.dumps(SIGN).encode()}


DECIDE = bundles.task("decide", "chu-tich", form="sign", properties=APPROVED)
TYPED = {"decision": "approve", "copies": 2}


@pytest.fixture
def office(world: World) -> World:
    """The agency with its leaders, and a process whose decision the chairwoman signs."""
    leaders(world)
    world.deploy(process("quyet-dinh", DECIDE)).body_or_raise()
    return world


def decided(world: World, who: str, code: str, data: Mapping[str, Any] = TYPED) -> Mapping[str, Any]:
    """Sign the decision; gives the leaf's details and objects as the trail keeps them."""
    world.sign_off(who, code, "decide", data)
    with world.app.store.read() as tx:
        told = parse_canonical(evidence.stored.leaves_of(tx, code)[-1].evidence)
    assert isinstance(told, dict)
    return told


def prepared(world: World, who: str, code: str, data: Mapping[str, Any] = TYPED) -> Answer:
    """Claim the decision and prepare it."""
    task = world.task(code, "decide")
    world.claim(who, task).body_or_raise()
    return world.prepare(who, task, data)


def test_the_chairwoman_signs_in_her_own_position(office: World) -> None:
    """Nothing is delegated; the lines above the signature are her title."""
    told = decided(office, "hang", office.start("quyet-dinh"))
    assert (told["details"]["capacity"], told["details"]["block"]) == ("", ["CHỦ TỊCH"])
    assert "delegation" not in told["objects"]


def test_a_deputy_signs_for_her_by_a_mandate(office: World) -> None:
    """Statement, record, leaf and pack say KT. and name the document; the approval counts for the chairwoman's role."""
    given = mandate(office, "KT", "pho-chu-tich")
    code = office.start("quyet-dinh")
    shown = queries.show_task(office.app, office.officer("duc"), office.task(code, "decide")).body_or_raise()
    assert shown["capacity"]["block"] == ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]
    told = decided(office, "duc", code)
    assert told["details"]["capacity"] == "KT."
    assert told["details"]["block"] == ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]
    assert told["details"]["mandates"] == [given.id]
    with office.app.store.read() as tx:
        content = definitions.get_content(tx, told["objects"]["delegation"])
        record = definitions.get_content(tx, told["objects"]["record"])
        [roles] = tx.execute(select(tables.record.c.roles).where(tables.record.c.dossier == code)).scalars()
    assert content is not None
    assert record is not None
    kept, signed = parse_canonical(content), parse_canonical(record)
    assert isinstance(kept, dict)
    assert isinstance(signed, dict)
    assert [each["document"] for each in kept["mandates"]] == [given.document]
    assert (signed["capacity"], signed["delegation"]) == ("KT.", told["objects"]["delegation"])
    assert roles == ["chu-tich"]
    packed = evidence.pack(office.app, office.officer("duc"), code)
    assert isinstance(packed, bytes)
    report = verify_pack(packed, roots=(authority().root,), log_key=office.app.log_key.vkey, at=None)
    assert [each.capacity for each in report.signatures if each.officer == "duc"] == ["KT."]
    with zipfile.ZipFile(io.BytesIO(packed)) as files:
        assert content in [files.read(name) for name in files.namelist()]


def test_a_head_of_a_unit_below_signs_by_order(office: World) -> None:
    """TL.: the dossier of the agency is asked of the unit below, whose head sees, claims and signs it."""
    mandate(office, "TL", "chanh-van-phong")
    code = office.start("quyet-dinh", "hoa")
    told = decided(office, "lan", code)
    assert told["details"]["block"] == ["TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"]


@pytest.mark.parametrize("kind", ["TL", "TUQ"])
def test_a_unit_below_that_acts_by_a_mandate_has_it_in_its_queues(office: World, kind: MandateKind) -> None:
    """Also what was open before the mandate: found in the inbox, with who claimed it, and with nobody else."""
    code = office.start("quyet-dinh", "hoa")
    task = office.task(code, "decide")
    assert in_inbox(office, "lan", "all") == []
    mandate(office, kind, "chanh-van-phong")
    assert in_inbox(office, "lan", "unit") == [task]
    assert in_inbox(office, "mai", "all") == []
    office.claim("lan", task).body_or_raise()
    assert in_inbox(office, "lan") == [task]
    assert in_inbox(office, "hang", "all") == []
    assert refusal_of(office.claim("hang", task)).code == "task-held"
    assert [each["id"] for each in office.dossier(code, "lan")["tasks"]] == [task]


def test_while_the_chairwoman_is_away_it_waits_for_who_has_a_mandate(office: World) -> None:
    """It is not unattended: the head of the office below may sign it."""
    mandate(office, "TL", "chanh-van-phong")
    task = office.task(office.start("quyet-dinh", "hoa"), "decide")
    away(office, "hang", office.clock() + timedelta(days=3))
    assert [(each["id"], each["queue"]) for each in items(office, "lan", "unit")] == [(task, "unit")]


@pytest.mark.parametrize(("kind", "to", "who"), [("KT", "pho-chu-tich", "duc"), ("TL", "chanh-van-phong", "lan")])
def test_a_task_is_handed_to_who_may_do_it_by_a_mandate_alone(
    office: World, kind: MandateKind, to: str, who: str
) -> None:
    """Delegated to them, returned by them, passed on for them: as far as the mandate's scope reaches."""
    mandate(office, kind, to)
    code = office.start("quyet-dinh", "hoa")
    task = office.task(code, "decide")
    office.claim("hang", task).body_or_raise()
    delegate(office, "hang", task, who).body_or_raise()
    assert in_inbox(office, who) == [task]
    give_back(office, who, task).body_or_raise()
    reassign(office, "hang", task, None).body_or_raise()
    office.claim(who, task).body_or_raise()
    delegate(office, who, task, "hang").body_or_raise()
    assert give_back(office, "hang", task).body_or_raise()["holder"] == who
    decided(office, who, code)


def test_who_holds_a_task_by_a_mandate_keeps_it_in_another_version(office: World) -> None:
    """Migrated, it is not taken from whom the mandate still lets do it."""
    mandate(office, "KT", "pho-chu-tich")
    code = office.start("quyet-dinh", "hoa")
    office.claim("duc", office.task(code, "decide")).body_or_raise()
    office.deploy(process("quyet-dinh", DECIDE.replace('name="decide"', 'name="Quyết định"'))).body_or_raise()
    act = Migrate(revision=revision(office, code), reason="Mẫu mới", version=2)
    office.intervene("an", code, act).body_or_raise()
    [task] = office.dossier(code)["tasks"]
    assert (task["name"], task["holder"]) == ("Quyết định", "duc")
    decided(office, "duc", code)


def test_nothing_is_handed_to_whose_mandate_does_not_cover_it(office: World) -> None:
    """Its kind of document is another one."""
    mandate(office, "KT", "pho-chu-tich", kinds=frozenset({"cong-van"}))
    task = office.task(office.start("quyet-dinh", "hoa"), "decide")
    office.claim("hang", task).body_or_raise()
    assert refusal_of(delegate(office, "hang", task, "duc")).code == "not-able"


def test_without_a_mandate_nobody_claims_for_another_one(office: World) -> None:
    """The deputy is no candidate; a mandate for other documents says what it does not cover."""
    task = office.task(office.start("quyet-dinh"), "decide")
    assert refusal_of(office.claim("duc", task)).code == "not-candidate"
    mandate(office, "KT", "pho-chu-tich", kinds=frozenset({"cong-van"}))
    refusal = refusal_of(office.claim("duc", task))
    assert (refusal.kind, refusal.code) == (Kind.FORBIDDEN, "mandate-out-of-scope")
    assert "quyet-dinh" in refusal.message


def test_a_condition_holds_over_what_the_dossier_says_and_over_what_is_typed(office: World) -> None:
    """Nobody types a case into a mandate, nor signs one out of it; the refusal stands in the trail."""
    mandate(office, "KT", "pho-chu-tich", condition="=copies <= 3")
    large = office.start("quyet-dinh", data={**CITIZEN, "copies": 9})
    assert refusal_of(office.claim("duc", office.task(large, "decide"))).code == "mandate-out-of-scope"
    small = office.start("quyet-dinh", data={**CITIZEN, "copies": 2})
    refusal = refusal_of(prepared(office, "duc", small, {"decision": "approve", "copies": 9}))
    assert (refusal.kind, refusal.code) == (Kind.FORBIDDEN, "mandate-out-of-scope")
    assert office.last(small)["act"] == "completion-refused"
    decided(office, "duc", small)


def test_a_mandate_that_ended_since_it_was_prepared_signs_nothing(office: World) -> None:
    """What holds as the task completes counts; the attempt is recorded."""
    office.clock.now = datetime(2026, 11, 30, 16, 55, tzinfo=UTC)  # 23:55 in Vietnam
    mandate(office, "KT", "pho-chu-tich", until=datetime(2026, 11, 30, tzinfo=UTC).date())
    code = office.start("quyet-dinh")
    offered = prepared(office, "duc", code).body_or_raise()
    office.clock.go(minutes=10)
    refusal = refusal_of(office.send("duc", offered["subject"], office.submission(offered, known("duc"))))
    assert (refusal.kind, refusal.code) == (Kind.FORBIDDEN, "mandate-not-in-force")
    assert office.last(code)["act"] == "completion-refused"
    assert [each["holder"] for each in office.dossier(code)["tasks"]] == ["duc"]


def test_who_gave_it_is_back(office: World) -> None:
    """A mandate for the time of an absence ends with it, to the minute."""
    mandate(office, "KT", "pho-chu-tich", when_away=True, kinds=None)
    away(office, "hang", office.clock() + timedelta(minutes=5))
    code = office.start("quyet-dinh")
    offered = prepared(office, "duc", code).body_or_raise()
    office.clock.go(minutes=5)
    refusal = refusal_of(office.send("duc", offered["subject"], office.submission(offered, known("duc"))))
    assert refusal.code == "mandate-giver-there"
    decided_by_her = refusal_of(office.claim("hang", offered["subject"]))
    assert decided_by_her.code == "task-held"


def test_another_capacity_than_was_shown_is_not_signed(office: World) -> None:
    """The deputy who became acting chairman meanwhile looks again, and signs as such."""
    mandate(office, "KT", "pho-chu-tich")
    code = office.start("quyet-dinh")
    offered = prepared(office, "duc", code).body_or_raise()
    acting = Position(id="quyen", title="Quyền Chủ tịch", unit="agency", rank="head", roles=frozenset({"chu-tich"}))
    add(office, acting, Appointment(officer="duc", position="quyen", document="QĐ quyền", since=SINCE))
    refusal = refusal_of(office.send("duc", offered["subject"], office.submission(offered, known("duc"))))
    assert (refusal.kind, refusal.code) == (Kind.CONFLICT, "capacity-changed")


def test_a_record_that_claims_another_capacity_is_refused(office: World) -> None:
    """What is signed is what the server's organisation says, not what a client would like."""
    mandate(office, "KT", "pho-chu-tich")
    offered = prepared(office, "duc", office.start("quyet-dinh")).body_or_raise()
    forged = office.submission(offered, known("duc"), capacity="TM.", delegation=None)
    assert refusal_of(office.send("duc", offered["subject"], forged)).code == "statement-differs"


def test_who_is_away_approves_nothing(office: World) -> None:
    """Not even what they hold."""
    code = office.start("quyet-dinh")
    office.claim("hang", office.task(code, "decide")).body_or_raise()
    away(office, "hang", office.clock() + timedelta(days=2))
    assert refusal_of(office.prepare("hang", office.task(code, "decide"), TYPED)).code == "absent"
    office.clock.go(days=2)
    decided(office, "hang", code)


def test_who_is_named_signs_in_their_own_name(office: World) -> None:
    """Without the role and without a mandate; the record counts for the roles that they have there, no other."""
    named = bundles.task("decide", "chu-tich", users="lan", form="sign", properties=APPROVED)
    office.deploy(process("nguoi-duoc-goi", named)).body_or_raise()
    code = office.start("nguoi-duoc-goi")
    told = decided(office, "lan", code)
    assert told["details"]["capacity"] == ""
    with office.app.store.read() as tx:
        [roles] = tx.execute(select(tables.record.c.roles).where(tables.record.c.dossier == code)).scalars()
    assert roles == ["chuyen-vien"]
