"""Signed acts outside any task: certificates and procedures, and the administrator's unsigned ones."""

import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.application import changes, people, signed_acts, trail
from adapters.application.answer import Request
from adapters.database import definitions, organisation
from adapters.database import people as stored
from adapters.database.migrate import upgrade
from adapters.database.store import Store
from engine.errors import Kind
from engine.outcome import SYSTEM
from engine.people.organisation import Unit
from signing.canonical import canonical, sha256_hex
from signing.certificates import der, fingerprint
from signing.trail.note import LogKey
from tests.adapters.application.bundles import WAITING
from tests.adapters.application.world import AGENCY, Clock, World, act_of, application, procedure, refusal_of, sign
from tests.adapters.database.test_concurrency import at_once
from tests.pki import NOW, Person, known, person, trust


def test_a_binding_is_an_act_of_the_trail(world: World) -> None:
    """With the certificate's bytes, so that an auditor finds them; the officer may sign from then on."""
    new = person("mai")
    answer = world.bind("mai", new)
    assert answer.status == 201
    with world.app.store.read() as tx:
        row = stored.find_certificate(tx, fingerprint(new.certificate))
        assert definitions.get_content(tx, sha256_hex(der(new.certificate))) == der(new.certificate)
    assert row is not None
    assert (row["officer"], row["bound_leaf"], row["revoked"]) == (
        "mai",
        answer.body_or_raise()["receipt"]["index"],
        None,
    )


def test_a_certificate_is_bound_once(world: World) -> None:
    """Not to a second officer, and not again after it was revoked."""
    new = person("mai")
    world.bind("mai", new).body_or_raise()
    assert refusal_of(world.bind("lan", new)).code == "certificate-bound"
    world.revoke(new).body_or_raise()
    assert refusal_of(world.bind("mai", new)).code == "certificate-bound"
    assert refusal_of(world.revoke(new)).code == "certificate-unknown"


@pytest.mark.parametrize("who", ["lan", "tuan", "kiem"])
def test_only_an_administrator_does_signed_acts(world: World, who: str) -> None:
    """Whoever asks else gets no statement."""
    body = {"certificate": "", "fingerprint": ""}
    answer = signed_acts.prepare(world.app, world.officer(who), Request(officer=who), "certificate-bound", who, body)
    missing = "auditor-changes-nothing" if who == "kiem" else "right-missing"
    assert (refusal_of(answer).kind, refusal_of(answer).code) == (Kind.FORBIDDEN, missing)


def _body(who: Person, **changes: Any) -> dict[str, Any]:
    certificate = base64.b64encode(der(who.certificate)).decode()
    own = {"certificate": certificate, "fingerprint": fingerprint(who.certificate), "kind": "person"}
    return {**own, **changes}


@pytest.mark.parametrize(
    ("subject", "changes", "why"),
    [
        ("nobody", {}, "officer-unknown"),
        ("mai", {"fingerprint": "0" * 64}, "certificate-differs"),
        ("mai", {"note": "more"}, "certificate-differs"),
        ("mai", {"kind": "robot"}, "certificate-differs"),
        ("mai", {"certificate": "@@"}, "certificate-unreadable"),
        ("mai", {"certificate": "AAAA"}, "certificate-malformed"),
        ("mai", {"certificate": 7}, "certificate-unreadable"),
    ],
)
def test_a_bad_binding_gets_no_statement(world: World, subject: str, changes: dict[str, Any], why: str) -> None:
    """The administrator learns what is wrong before signing."""
    body = _body(person("mai"), **changes)
    refusal = refusal_of(world.act("an", "certificate-bound", subject, body))
    assert refusal.code == why
    assert "AAAA" not in refusal.message


def test_a_certificate_of_the_past_is_not_bound(world: World) -> None:
    """What cannot sign any more is of no use."""
    old = person("mai", not_before=NOW - timedelta(days=9), not_after=NOW - timedelta(days=1))
    assert refusal_of(world.bind("mai", old)).code == "certificate-expired"


def test_an_unknown_act_is_refused(world: World) -> None:
    """The list of signed acts is closed."""
    assert refusal_of(world.act("an", "everything-allowed", "an", {})).code == "act-unknown"


def test_an_act_with_the_wrong_key_is_refused_and_recorded(world: World) -> None:
    """Of another officer, unbound, or after a revocation: nothing is done, and the trail says why."""
    lost = person("an")
    world.bind("an", lost).body_or_raise()
    world.revoke(lost).body_or_raise()
    for key, why in (
        (known("lan"), "certificate-of-another"),
        (person("an"), "certificate-unbound"),
        (lost, "certificate-revoked"),
    ):
        size = world.size()
        answer = world.act("an", "procedure-adopted", "cho", procedure("cho"), key)
        assert refusal_of(answer).code == why
        assert world.size() == size + 1
    with world.app.store.read() as tx:
        assert definitions.procedures_in_force(tx, day=NOW.date(), code="cho") == []


def test_an_act_signed_over_another_body_is_refused(world: World) -> None:
    """What the administrator signed and what the server would do are the same thing, or nothing is done."""
    admin = world.officer("an")
    told = signed_acts.prepare(
        world.app, admin, Request(officer="an"), "procedure-adopted", "cho", procedure("cho")
    ).body_or_raise()
    other = act_of(told, body=procedure("cho", post_excluded="không gửi"))
    assert refusal_of(world.perform("an", sign(told["id"], other, known("an")))).code == "statement-differs"


def test_a_statement_of_an_act_is_used_once_and_expires(world: World) -> None:
    """Like that of a task."""
    admin = world.officer("an")

    def offer(code: str) -> Any:
        body = procedure("cho", code=code)
        return signed_acts.prepare(
            world.app, admin, Request(officer="an"), "procedure-adopted", code, body
        ).body_or_raise()

    told = offer("a")
    sent = sign(told["id"], act_of(told), known("an"))
    world.perform("an", sent).body_or_raise()
    assert refusal_of(world.perform("an", sent)).code == "statement-used"
    late = offer("b")
    sent = sign(late["id"], act_of(late), known("an"))
    world.clock.go(minutes=15)
    assert refusal_of(world.perform("an", sent)).code == "statement-used"
    assert refusal_of(world.perform("hoa", sent)).code == "statement-unknown"


def test_the_latest_record_in_force_is_the_one_that_counts(world: World) -> None:
    """A later `valid_from` takes over on its day; of the same day, the later adopted; a dossier keeps its own."""
    world.adopt("cho", valid_from="2026-01-01").body_or_raise()
    before = world.start("cho")
    world.adopt("cho", valid_from="2026-11-21", name="mới").body_or_raise()
    world.adopt("cho", valid_from="2026-11-22", name="ngày mai").body_or_raise()
    after = world.start("cho")
    world.clock.go(days=1)
    tomorrow = world.start("cho")

    def name(code: str) -> str:
        with world.app.store.read() as tx:
            row = definitions.find_procedure(tx, world.dossier(code)["procedure_record"])
        assert row is not None
        return str(row["body"]["name"])

    assert [name(code) for code in (before, after, tomorrow)] == ["Thủ tục cho", "mới", "ngày mai"]


def test_adopting_the_same_record_again_is_refused(world: World) -> None:
    """There is nothing to change; the trail tells of one adoption."""
    first = world.adopt("cho").body_or_raise()
    size = world.size()
    assert refusal_of(world.adopt("cho")).code == "procedure-unchanged"
    assert world.size() == size
    with world.app.store.read() as tx:
        row = definitions.find_procedure(tx, sha256_hex(canonical(procedure("cho"))))
    assert row is not None
    assert row["leaf"] == first["receipt"]["index"]


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "Không"},
        {"name": ""},
        {"process": 7},
        {"process": "p" * 201},
        {"valid_from": "hôm nay"},
        {"channels": []},
        {"channels": ["pigeon"]},
        {"term": {"working_days": -1, "cutoff": "15:00"}},
        {"term": {"working_days": True, "cutoff": "15:00"}},
        {"term": {"working_days": 1, "cutoff": "25:00"}},
        {"term": None},
        {"result": {"document": "result", "approvals": []}},
        {"result": {"document": "result", "approvals": ["approval"]}},
        {"result": {"document": "result", "approvals": [{"purpose": "initial", "role": "lanh-dao"}]}},
        {"result": {"document": "result", "approvals": [{"purpose": "approval"}]}},
        {"post_excluded": 1},
    ],
    ids=lambda changes: str(changes)[:40],
)
def test_a_procedure_record_is_read_strictly(world: World, changes: dict[str, Any]) -> None:
    """A record that says less than it must (no approval, an initial in its place) is refused before it is signed."""
    body = {**procedure("cho"), **changes}
    refusal = refusal_of(world.act("an", "procedure-adopted", str(body["code"]), body))
    assert (refusal.kind, refusal.code) == (Kind.INVALID, "procedure-invalid")


def test_the_first_binding_is_the_administrators_own(store: Store) -> None:
    """It signs itself, once; whoever comes second needs a bound certificate."""
    upgrade(store)
    clock = Clock()
    world = World(application(store, LogKey.generate("hoso/new"), clock, lambda: trust()), clock)
    with store.write() as tx:
        trail.begin(world.app, tx)
        organisation.add(tx, Unit(id="agency", name=AGENCY.name))
        for id in ("an", "binh"):
            new = people.Newcomer(id=id, name=id, position="QT", unit="agency", roles=frozenset({"administrator"}))
            people.appoint(world.app, tx, SYSTEM, new, with_token=False)
    assert refusal_of(world.act("an", "procedure-adopted", "cho", procedure("cho"))).code == "certificate-unbound"
    assert refusal_of(world.bind("binh", person("binh"), by="an")).code == "certificate-unbound"
    answers = at_once(2, lambda n: world.bind(*(("an", known("an"), "an"), ("binh", known("binh"), "binh"))[n]))
    accepted = [answer for answer in answers if answer.refusal is None]  # type: ignore[attr-defined]
    refused = [answer.refusal.code for answer in answers if answer.refusal]  # type: ignore[attr-defined]
    assert len(accepted) == 1, "two first bindings"
    assert refused == ["certificate-unbound"]
    world.check_trail()


def test_of_two_appointments_of_one_id_at_once_one_is_made(world: World) -> None:
    """The other is told that the id is taken."""
    admin = world.officer("an")
    new = people.Newcomer(id="moi", name="Mới", position="CV", unit="agency", roles=frozenset({"chuyen-vien"}))
    offered = [changes.add_officer(world.app, admin, Request(officer="an"), new, sign=True) for _n in range(2)]
    answers = at_once(2, lambda n: world.signed("an", offered[n]))
    refused = [answer.refusal.code for answer in answers if answer.refusal]  # type: ignore[attr-defined]
    assert refused == ["officer-exists"]
    asked = Request(officer="an")
    offered = [changes.add_unit(world.app, admin, asked, "to-1", "Tổ 1", None, sign=True) for _n in range(2)]
    answers = at_once(2, lambda n: world.signed("an", offered[n]))
    refused = [answer.refusal.code for answer in answers if answer.refusal]  # type: ignore[attr-defined]
    assert refused == ["unit-exists"]


def test_a_new_token_is_told_once_and_kept_nowhere(world: World) -> None:
    """Only its hash; a repeated request has the first answer without it."""
    admin = world.officer("an")
    new = people.Newcomer(id="moi", name="Mới", position="CV", unit="agency", roles=frozenset({"chuyen-vien"}))
    request = Request(officer="an", key="k", fingerprint="f")
    offered = changes.add_officer(world.app, admin, request, new, with_token=True, sign=True).body_or_raise()[
        "statement"
    ]
    sent = sign(offered["id"], act_of(offered), known("an"))
    first = dict(world.perform("an", sent, "done").body_or_raise())
    again = dict(world.perform("an", sent, "done").body_or_raise())
    token = first.pop("token")
    assert again == first
    found = people.sign_in(world.app, token)
    assert found is not None
    assert found.officer.id == "moi"
    from sqlalchemy import select

    from adapters.database import tables

    with world.app.store.read() as tx:
        for table in tables.metadata.sorted_tables:
            for row in tx.execute(select(table)):
                assert not any(token in str(cell) or token.encode() in _bytes(cell) for cell in row), table.name


def _bytes(cell: object) -> bytes:
    return cell if isinstance(cell, bytes) else b""


@pytest.mark.parametrize("id", ["", "Lan", "lan anh", "ánh", "x" * 41, "a/b", "lan\n"])
def test_ids_are_slugs(world: World, id: str) -> None:
    """They stand in records, paths and logs."""
    admin = world.officer("an")
    new = people.Newcomer(id=id, name="N", position="P", unit="agency", roles=frozenset())
    added = changes.add_officer(world.app, admin, Request(officer="an"), new, sign=True)
    assert refusal_of(added).code == "officer-id"
    assert refusal_of(changes.add_unit(world.app, admin, Request(officer="an"), id, "N", None)).code == "unit-id"


def test_units_and_officers_hang_below_known_units(world: World) -> None:
    """And only an administrator makes them."""
    admin, lan = world.officer("an"), world.officer("lan")
    new = people.Newcomer(id="moi", name="N", position="P", unit="nowhere", roles=frozenset())
    assert refusal_of(changes.add_officer(world.app, admin, Request(officer="an"), new)).code == "unit-unknown"
    assert (
        refusal_of(changes.add_unit(world.app, admin, Request(officer="an"), "x", "X", "nowhere")).code
        == "unit-unknown"
    )
    new = replace(new, unit="agency")
    assert refusal_of(changes.add_officer(world.app, lan, Request(officer="lan"), new)).code == "right-missing"
    assert refusal_of(changes.add_unit(world.app, lan, Request(officer="lan"), "x", "X", None)).code == "right-missing"


def test_tokens_end(world: World) -> None:
    """An unknown, malformed or expired token signs nobody in."""
    assert people.sign_in(world.app, world.tokens["lan"]) is not None
    for wrong in (
        "",
        "hs_",
        "hs_" + "A" * 43,
        world.tokens["lan"][:-1],
        "Bearer " + world.tokens["lan"],
        "hs_" + "x" * 200,
    ):
        assert people.sign_in(world.app, wrong) is None
    world.clock.go(days=people.TOKEN_DAYS)
    assert people.sign_in(world.app, world.tokens["lan"]) is None


def test_of_two_deployments_at_once_each_has_its_version(world: World) -> None:
    """Versions have no holes and no doubles."""
    changed = [
        {**WAITING, "process.bpmn": WAITING["process.bpmn"].replace(b'name="work"', f'name="v{n}"'.encode())}
        for n in range(2)
    ]
    answers = at_once(2, lambda n: world.deploy(changed[n]))
    assert sorted(answer.body_or_raise()["version"] for answer in answers) == [2, 3]  # type: ignore[attr-defined]


def test_only_an_integrator_deploys(world: World) -> None:
    """An administrator appoints integrators; they are not one by that."""
    from adapters.application import deploy

    answer = deploy.prepare(world.app, world.officer("an"), Request(officer="an"), WAITING)
    assert refusal_of(answer).code == "right-missing"


def test_a_bad_bundle_is_refused_with_its_problems(world: World) -> None:
    """File, line, element, remedy; nothing is deployed."""
    for files, code in (
        ({"process.bpmn": b"<x/>"}, None),
        ({}, "bundle-process-missing"),
        ({**WAITING, "../x": b""}, "bundle-path"),
        ({**WAITING, "forms/x.form": b"{"}, "form-unreadable"),
        ({**WAITING, "forms/x.form": b'{"id": NaN}'}, "form-unreadable"),
        ({**WAITING, "forms/x.form": b'{"id": "x", "a": "\\ud800"}'}, "form-unreadable"),
    ):
        refusal = refusal_of(world.deploy(files))
        assert (refusal.kind, refusal.code) == (Kind.INVALID, "bundle-refused")
        assert code is None or code in {item["code"] for item in refusal.problems}
        assert all(item["remedy"] for item in refusal.problems)
