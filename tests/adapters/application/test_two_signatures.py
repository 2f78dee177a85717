"""Acts that need a signature, and a second one: unsigned they are refused, whoever's key or words are wrong is, too."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from adapters.application import changes, deploy, interventions, proposals, signed_acts
from adapters.application.answer import Answer, Request
from adapters.database import definitions, tables
from engine.acts.intervene import Intervention, Migrate, Modify, Resolve
from engine.people import changes as to
from engine.people.changes import to_json
from engine.people.organisation import Contact
from signing.canonical import canonical, parse_canonical, sha256_hex
from signing.certificates import der, fingerprint
from signing.record import ActRecord, decode_record
from tests.adapters.application.intervening import BROKEN, FIRST, SECOND, WHY, incidents, revision
from tests.adapters.application.test_proposals import (
    ONE,
    OTHER,
    administrator,
    deployed,
    end_office,
    opened,
    proposed,
    second_signer,
    state,
)
from tests.adapters.application.world import World, act_of, procedure, refusal_of, sign
from tests.pki import known, person

ROLE = to.RoleGranted(officer="lan", role="lanh-dao", unit="agency", document="QĐ 7", since=date(2026, 11, 21))
SIGNED = {"record", "manifest", "signature", "certificate", "chain", "crl"}
APPROVED = {f"approval-{role}" for role in SIGNED}


@dataclass(frozen=True)
class Case:
    """An act: who does it, how it is asked for without and with a statement, what must not have come of it."""

    who: str
    bare: Callable[[World], Answer]
    offer: Callable[[World], Answer]
    undone: Callable[[World], bool]


def _moved(world: World) -> tuple[str, Intervention]:
    code = world.start("cho")
    return code, Modify(revision=revision(world, code), reason=WHY, data={"a": 1})


def _migrated(world: World) -> tuple[str, Intervention]:
    world.deploy(FIRST).body_or_raise()
    code = world.start("doi", files={})
    world.deploy(SECOND).body_or_raise()
    return code, Migrate(revision=revision(world, code), reason=WHY, version=2, mapping={"look": "inspect"})


def _resolved(world: World) -> tuple[str, Intervention]:
    world.deploy(BROKEN).body_or_raise()
    code = world.start("hong", data={"copies": "ba"}, files={})
    [incident] = incidents(world)
    return code, Resolve(revision=revision(world, code), reason=WHY, incident=incident["id"], data={"copies": 3})


def _intervention(make: Callable[[World], tuple[str, Intervention]]) -> Case:
    made: dict[int, tuple[str, Intervention]] = {}

    def of(world: World) -> tuple[str, Intervention]:
        if id(world) not in made:
            made[id(world)] = make(world)
        return made[id(world)]

    def ask(world: World, *, sign: bool) -> Answer:
        code, act = of(world)
        return interventions.perform(world.app, world.officer("an"), Request(officer="an"), code, act, sign=sign)

    def undone(world: World) -> bool:
        code, act = of(world)
        return int(world.dossier(code)["revision"]) == act.revision

    return Case("an", lambda world: ask(world, sign=False), lambda world: ask(world, sign=True), undone)


def _change(world: World, *, sign: bool) -> Answer:
    return changes.change(world.app, world.officer("an"), Request(officer="an"), [ROLE], changes.How(sign=sign))


def _adopt(world: World) -> Answer:
    body = procedure("cho")
    return signed_acts.prepare(world.app, world.officer("an"), Request(officer="an"), "procedure-adopted", "cho", body)


def _unadopted(world: World) -> bool:
    with world.app.store.read() as tx:
        return definitions.find_procedure(tx, sha256_hex(canonical(procedure("cho")))) is None


def _deploy(world: World) -> Answer:
    return deploy.prepare(world.app, world.officer("tuan"), Request(officer="tuan"), ONE)


CASES = {
    "deploy": Case("tuan", _deploy, _deploy, lambda world: deployed(world) is None),
    "grant": Case(
        "an",
        lambda world: _change(world, sign=False),
        lambda world: _change(world, sign=True),
        lambda world: world.officer("lan").roles == {"chuyen-vien"},
    ),
    "adopt": Case("an", _adopt, _adopt, _unadopted),
    "modify": _intervention(_moved),
    "migrate": _intervention(_migrated),
    "resolve": _intervention(_resolved),
}
ALL = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def statement(answer: Answer) -> Mapping[str, Any]:
    body = answer.body_or_raise()
    found: Mapping[str, Any] = body.get("statement", body)
    return found


@ALL
def test_unsigned_nothing_is_done(world: World, case: Case) -> None:
    """It is refused, or answered with what is to be signed; nothing has changed."""
    answer = case.bare(world)
    assert answer.refusal is not None or "nonce" in statement(answer)
    if answer.refusal is not None:
        assert answer.refusal.code == "signature-missing"
        assert "hoso " in answer.refusal.remedy
    assert case.undone(world)


@ALL
def test_signed_by_a_key_that_does_not_count_nothing_is_done(world: World, case: Case) -> None:
    """Another's, an unbound one, one whose binding was suspended or revoked; each attempt stands in the trail."""
    own = known(case.who)
    keys = [(known("hang"), "certificate-of-another"), (person(case.who), "certificate-unbound")]
    for key, code in keys:
        assert refusal_of(world.signed(case.who, case.offer(world), key)).code == code
        told = opened(world)
        assert (told["act"], told["details"]["code"]) == ("act-refused", code)
        assert {"record", "manifest", "signature"} <= set(told["objects"])
    row = update(tables.certificate).where(tables.certificate.c.fingerprint == fingerprint(own.certificate))
    for values, code in (
        ({"suspended": world.clock()}, "certificate-suspended"),
        ({"suspended": None, "revoked": world.clock()}, "certificate-revoked"),
    ):
        offered = case.offer(world)
        with world.app.store.write() as tx:
            tx.execute(row.values(**values))
        assert refusal_of(world.signed(case.who, offered)).code == code
    assert case.undone(world)


@ALL
def test_what_is_signed_is_what_is_done(world: World, case: Case) -> None:
    """Another body, subject, act or officer than was offered is refused, and so is another's or an old statement."""
    told = statement(case.offer(world))
    for change in (
        {"body": {**told["facts"]["body"], "more": 1}},
        {"subject": "khac"},
        {"act": "certificate-revoked"},
        {"officer": "lan"},
        {"nonce": "A" * 32},
    ):
        sent = sign(told["id"], act_of(told, **change), known(case.who))
        assert refusal_of(world.perform(case.who, sent)).code in {"statement-differs", "statement-nonce"}
    own = sign(told["id"], act_of(told), known(case.who))
    assert refusal_of(world.perform("hang", own)).code == "statement-unknown"
    assert case.undone(world)
    world.perform(case.who, own).body_or_raise()
    again = refusal_of(world.perform(case.who, own)).code
    assert again in {
        "statement-used",
        "stale-view",
        "grant-twice",
        "deployed-already",
        "incident-unknown",
        "procedure-unchanged",
    }


@ALL
def test_a_statement_ends(world: World, case: Case) -> None:
    """After a quarter of an hour nothing is done with it."""
    told = statement(case.offer(world))
    sent = sign(told["id"], act_of(told), known(case.who))
    world.clock.go(minutes=15)
    assert refusal_of(world.perform(case.who, sent)).code == "statement-used"
    assert case.undone(world)


@ALL
def test_who_loses_the_right_before_signing_does_nothing(world: World, case: Case) -> None:
    """Rights are looked up when it is done, whatever the request still held."""
    before = world.officer(case.who)
    told = statement(case.offer(world))
    sent = sign(told["id"], act_of(told), known(case.who))
    end_office(world, case.who)
    answer = signed_acts.perform(world.app, before, Request(officer=case.who), sent)
    assert refusal_of(answer).code == "right-missing"


# What the leaves prove


def record(world: World, told: Mapping[str, Any], role: str = "record") -> ActRecord:
    """The record that a leaf names."""
    with world.app.store.read() as tx:
        content = definitions.get_content(tx, told["objects"][role])
    found = decode_record(content or b"")
    assert isinstance(found, ActRecord)
    return found


def test_a_deployment_is_proved_by_both(world: World) -> None:
    """Its leaf holds what both signed, and the proposal that the second one approved, whole."""
    id = proposed(world.propose(ONE))
    content = proposals.show_proposal(world.app, world.officer("an"), id).body_or_raise()["content"]
    world.approve("an", id).body_or_raise()
    told = opened(world)
    assert set(told["objects"]) == SIGNED | APPROVED | {"bundle", "proposal"}
    own, other = record(world, told), record(world, told, "approval-record")
    assert (own.act, own.subject, own.officer) == ("process-deployed", "hai-nguoi", "tuan")
    assert own.body == {"bundle_hash": told["details"]["bundle"]}
    digest = sha256_hex(canonical(content))
    assert told["objects"]["proposal"] == digest
    assert (other.act, other.subject, other.officer) == ("proposal-approved", id, "an")
    assert other.body == {"proposal": digest, "act": "process-deployed", "subject": "hai-nguoi"}
    with world.app.store.read() as tx:
        assert parse_canonical(definitions.get_content(tx, digest) or b"") == content


def test_each_change_of_rights_is_proved_by_both(world: World) -> None:
    """One leaf for each, all with the same record, whose digest is that of the changes in order."""
    other = second_signer(world)
    made = [ROLE, to.PositionAdded(id="pho", title="Phó", unit="agency", rank="deputy")]
    id = proposed(world.reorganise("an", *made, reason="QĐ 7"))
    assert opened(world)["objects"].keys() >= SIGNED | {"changes"}
    world.approve(other, id).body_or_raise()
    leaves = [opened(world, -2), opened(world)]
    assert [each["act"] for each in leaves] == ["role-granted", "position-added"]
    assert leaves[0]["objects"] == leaves[1]["objects"]
    assert set(leaves[0]["objects"]) == SIGNED | APPROVED | {"changes", "proposal"}
    own = record(world, leaves[0])
    lines = b"".join(canonical(to_json(each)) + b"\n" for each in made)
    assert (own.act, own.body) == (
        "organisation-changed",
        {"changes": sha256_hex(lines), "count": 2, "reason": "QĐ 7"},
    )
    with world.app.store.read() as tx:
        assert definitions.get_content(tx, leaves[0]["objects"]["changes"]) == lines
    beside = {"number", "reason", "sole", "author", "approved_by", "proposal", "on_server"}
    for leaf, line in zip(leaves, lines.splitlines(), strict=True):
        details = {name: value for name, value in leaf["details"].items() if name not in beside}
        assert canonical({"kind": leaf["act"], **details}) == line


def test_who_administers_alone_signs_alone(world: World) -> None:
    """The leaf says so, and has one signature."""
    world.reorganise("an", ROLE).body_or_raise()
    told = opened(world)
    assert (told["details"]["sole"], set(told["objects"])) == (True, SIGNED | {"changes"})
    world.adopt("cho").body_or_raise()
    told = opened(world)
    assert (told["details"]["sole"], set(told["objects"])) == (True, SIGNED | {"procedure"})


def test_what_gives_no_right_needs_no_signature(world: World) -> None:
    """How a unit is reached: it is done at once."""
    world.reorganise("an", to.UnitChanged(id="van-phong", contact=Contact(phone="1900"))).body_or_raise()
    told = opened(world)
    assert (told["act"], told["objects"]) == ("unit-changed", {})


@pytest.mark.parametrize("name", ["modify", "migrate", "resolve"])
def test_an_intervention_is_proved_in_its_dossier(world: World, name: str) -> None:
    """Its own leaf there holds the signature over the act whole, with the revision that was looked at."""
    case = CASES[name]
    told = statement(case.offer(world))
    world.perform("an", sign(told["id"], act_of(told), known("an"))).body_or_raise()
    code = told["subject"]
    [leaf] = [each for each in _leaves(world, code) if each["act"] == told["act"]]
    assert set(leaf["objects"]) >= SIGNED
    own = record(world, leaf)
    assert (own.act, own.subject, own.body) == (told["act"], code, leaf["details"]["body"])


def _leaves(world: World, code: str) -> list[dict[str, Any]]:
    from adapters.database import trail

    with world.app.store.read() as tx:
        return [json.loads(leaf.evidence) for leaf in trail.leaves_of(tx, code)]


# The second person


@pytest.mark.parametrize("act", ["deploy", "grant", "adopt", "bind"])
def test_nobody_approves_their_own_and_nobody_signs_for_another(world: World, act: str) -> None:
    """Whatever was proposed: the author is refused, the wrong key is, and an approval of another digest is."""
    other = second_signer(world)
    propose = {
        "deploy": lambda: world.propose(ONE),
        "grant": lambda: world.reorganise("an", ROLE),
        "adopt": lambda: world.adopt("cho", name="Khác"),
        "bind": lambda: world.bind("mai", person("mai")),
    }
    id = proposed(propose[act]())
    author = "tuan" if act == "deploy" else "an"
    assert refusal_of(world.approve(author, id)).code == "proposal-own"
    assert refusal_of(world.approve(other, id, known("an"))).code == "certificate-of-another"
    assert refusal_of(world.approve(other, id, proposal="0" * 64)).code == "proposal-differs"
    assert (state(world, id), opened(world)["act"]) == ("open", "act-refused")
    world.approve(other, id).body_or_raise()
    assert state(world, id) == "approved"


@pytest.mark.parametrize("act", ["deploy", "grant"])
def test_an_authors_signature_must_still_count(world: World, act: str) -> None:
    """Revoked or suspended meanwhile, it is not approved; the refusal says whose it is."""
    other = second_signer(world)
    id, who = (
        (proposed(world.propose(ONE)), "tuan")
        if act == "deploy"
        else (
            proposed(world.reorganise("an", ROLE)),
            "an",
        )
    )
    world.act(other, "certificate-revoked", fingerprint(known(who).certificate), {"reason": "mất"}).body_or_raise()
    refusal = refusal_of(world.approve(other, id))
    assert (refusal.code, refusal.message.startswith(f"the signature of {who}: ")) == ("certificate-revoked", True)
    assert state(world, id) == "open"


@pytest.mark.parametrize("act", ["deploy", "grant"])
def test_what_the_server_keeps_of_a_statement_must_be_what_was_signed(world: World, act: str) -> None:
    """Other bytes under the same statement, put there in the database, are not done."""
    told = statement(CASES[act].offer(world))
    other = statement(another(world, act))
    names = ("files",) if act == "deploy" else ("body",)
    with world.app.store.write() as tx:
        table = tables.statement
        facts = {**told["facts"], **{name: other["facts"][name] for name in names}}
        tx.execute(update(table).where(table.c.id == told["id"]).values(facts=facts))
    sent = sign(told["id"], act_of(told), known(CASES[act].who))
    assert refusal_of(world.perform(CASES[act].who, sent)).code == "statement-differs"
    assert CASES[act].undone(world)


def another(world: World, act: str) -> Answer:
    """The statement of another act of that kind."""
    if act == "deploy":
        return deploy.prepare(world.app, world.officer("tuan"), Request(officer="tuan"), OTHER)
    one = to.RoleGranted(officer="mai", role="lanh-dao", unit="agency", document="QĐ 7", since=date(2026, 11, 21))
    return changes.change(world.app, world.officer("an"), Request(officer="an"), [one], changes.How(sign=True))


def test_a_proposal_that_was_changed_in_the_database_is_not_approved(world: World) -> None:
    """What its author signed is what is approved: a server cannot make a clerk a chairman."""
    other = second_signer(world)
    id = proposed(world.reorganise("an", ROLE))
    with world.app.store.write() as tx:
        found = tx.execute(tables.proposal.select().where(tables.proposal.c.id == id)).one()
        forged = {**found.body, "changes": [{**found.body["changes"][0], "officer": "mai"}]}
        tx.execute(update(tables.proposal).where(tables.proposal.c.id == id).values(body=forged))
    assert refusal_of(world.approve(other, id)).code == "statement-differs"
    assert world.officer("mai").roles == {"chuyen-vien"}


def test_a_proposal_that_nobody_signed_is_not_approved(world: World) -> None:
    """One of an earlier release is proposed again."""
    id = proposed(world.propose(ONE))
    with world.app.store.write() as tx:
        found = tx.execute(tables.proposal.select().where(tables.proposal.c.id == id)).one()
        unsigned = {name: value for name, value in found.body.items() if name != "signed"}
        tx.execute(update(tables.proposal).where(tables.proposal.c.id == id).values(body=unsigned))
    assert refusal_of(world.approve("an", id)).code == "signature-missing"
    assert proposed(world.propose(ONE)) != id


def test_the_same_waits_once(world: World) -> None:
    """Nobody signs twice what waits already; signed at the same moment, the second is told."""
    first, second = _deploy(world), _deploy(world)
    id = proposed(world.signed("tuan", first))
    assert refusal_of(world.signed("tuan", second)).code == "proposal-waits"
    assert proposed(_deploy(world)) == id


def test_the_same_bundle_again_needs_no_signature(world: World) -> None:
    """It is the same version, and nothing is recorded."""
    world.deploy(ONE).body_or_raise()
    size = world.size()
    answer = _deploy(world)
    assert (answer.status, answer.body_or_raise()["changed"], world.size()) == (200, False, size)


def test_two_names_with_one_key_are_one_person(world: World) -> None:
    """A second certificate of the author's own key, whoever it names, approves nothing; the attempt is recorded."""
    administrator(world)
    twin = person("binh", private=known("an").private)
    id = proposed(world.bind("binh", twin))
    assert refusal_of(world.approve("binh", id, twin)).code == "approver-is-author"
    assert opened(world)["act"] == "act-refused"
    assert world.approve("binh", proposed(world.bind("binh", known("binh"))), known("binh")).status == 201


def test_the_same_proposed_twice_at_once_is_recorded_as_refused(world: World) -> None:
    """Two statements of one act, both signed: the second is refused, and that stands in the trail."""
    administrator(world)
    body = {"kind": "person", "fingerprint": fingerprint(known("mai").certificate)}
    body["certificate"] = base64.b64encode(der(known("mai").certificate)).decode()
    asked = [
        signed_acts.prepare(world.app, world.officer("an"), Request(officer="an"), "certificate-bound", "mai", body)
        for _ in range(2)
    ]
    proposed(world.signed("an", asked[0]))
    answer = world.signed("an", asked[1])
    assert refusal_of(answer).code == "proposal-waits"
    told = opened(world)
    assert (told["act"], told["details"]["code"]) == ("act-refused", "proposal-waits")
