"""Two persons: what one proposes takes effect when another one, who administers, approves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from adapters.application import evidence, people, proposals, signed_acts
from adapters.application.answer import ACCEPTED, Answer, Request
from adapters.application.submission import Submission
from adapters.database import definitions, organisation, tables, trail
from adapters.database import people as stored_people
from engine.errors import Kind
from engine.officer import ADMINISTRATOR
from engine.outcome import SYSTEM
from engine.people import changes as to
from engine.people.changes import Change
from engine.people.organisation import day_of
from signing.canonical import canonical, parse_canonical, sha256_hex
from signing.certificates import fingerprint
from signing.evidence.verify import verify_pack
from tests import pki
from tests.adapters.application.bundles import bundle, task
from tests.adapters.application.world import World, act_of, application, refusal_of, sign
from tests.adapters.database.test_concurrency import at_once
from tests.engine.bpmn.models import chain, end, start_event
from tests.pki import known, person

FLOW = start_event() + task("t", "van-thu") + end() + chain("s", "t", "e")
ONE = bundle("hai-nguoi", FLOW)
OTHER = bundle("hai-nguoi", FLOW.replace('name="t"', 'name="Xem"'))


def administrator(world: World, id: str = "binh", unit: str = "agency") -> str:
    """Another administrator, who has no certificate yet."""
    new = people.Newcomer(id=id, name=id.title(), position="Quản trị", unit=unit, roles=frozenset({ADMINISTRATOR}))
    made = world.reorganise("an", *people.changes_for(new, day_of(world.clock())))
    if made.status == ACCEPTED:  # another one would have to approve
        with world.app.store.write() as tx:
            people.appoint(world.app, tx, SYSTEM, new, with_token=False)
    return id


def second_signer(world: World, who: str = "binh", unit: str = "agency", by: str | None = None) -> str:
    """Another administrator with a certificate: one administrator vouches for it, the other shows to have its key, or
    a third one (`by`) approves it.
    """
    administrator(world, who, unit)
    id = proposed(world.bind(who, known(who)))
    assert world.approve(by or who, id).status == 201
    return who


def end_office(world: World, who: str) -> None:
    """From today on the officer holds nothing."""
    with world.app.store.write() as tx:
        tx.execute(update(tables.appointment).where(tables.appointment.c.officer == who).values(until="2020-01-01"))
        organisation.changed(tx)


def opened(world: World, index: int = -1) -> Mapping[str, Any]:
    """A leaf of the trail, with its actor; the last one."""
    with world.app.store.read() as tx:
        [leaf] = trail.leaves(tx, start=world.size() + index if index < 0 else index, limit=1)
    told, evidence_ = parse_canonical(leaf.encoded), parse_canonical(leaf.evidence)
    assert isinstance(told, dict)
    assert isinstance(evidence_, dict)
    return {**evidence_, "actor": told["actor"], "subject": told["subject"]}


def proposed(answer: Answer) -> str:
    """The id of the proposal that the answer must be."""
    assert answer.status == 202, answer
    return str(answer.body_or_raise()["proposal"]["id"])


def state(world: World, id: str) -> str:
    return str(proposals.show_proposal(world.app, world.officer("kiem"), id).body_or_raise()["state"])


def reject(world: World, who: str, id: str, reason: str = "chưa rõ") -> Answer:
    return proposals.reject(world.app, world.officer(who), Request(officer=who), id, reason)


def withdraw(world: World, who: str, id: str) -> Answer:
    return proposals.withdraw(world.app, world.officer(who), Request(officer=who), id)


def approval(world: World, who: str, id: str, **changes: Any) -> Submission:
    """What somebody signs to approve it; `changes` to the record before it is signed."""
    named = world.named(who, id)
    asked = signed_acts.prepare(world.app, world.officer(who), Request(officer=who), "proposal-approved", id, named)
    told = asked.body_or_raise()
    return sign(told["id"], act_of(told, **changes), known(who))


def deployed(world: World) -> Any:
    """The latest version of the process."""
    with world.app.store.read() as tx:
        return definitions.latest_process(tx, "hai-nguoi")


# Deployments


def test_a_deployment_waits_for_an_administrator(world: World) -> None:
    """It is kept with its bytes and its leaf, and deploys nothing; approving it deploys those bytes, in the author's
    name, and the leaf names both.
    """
    answer = world.propose(ONE)
    id = proposed(answer)
    told = opened(world)
    assert (told["act"], told["actor"], told["subject"]) == ("deployment-proposed", "tuan", "hai-nguoi")
    assert told["details"] | {"digest": ""} == {
        "proposal": id,
        "digest": "",
        "key": "hai-nguoi",
        "bundle": proposals.show_proposal(world.app, world.officer("an"), id).body_or_raise()["content"]["body"][
            "bundle_hash"
        ],
    }
    assert deployed(world) is None
    done = world.approve("an", id).body_or_raise()
    assert (done["version"], done["changed"], done["proposal"]["state"]) == (1, True, "approved")
    told = opened(world)
    assert (told["act"], told["actor"], told["subject"]) == ("process-deployed", "tuan", "hai-nguoi:1")
    assert {name: told["details"][name] for name in ("author", "approved_by", "proposal")} == {
        "author": "tuan",
        "approved_by": "an",
        "proposal": id,
    }
    row = deployed(world)
    assert row["deployed_by"] == "tuan"
    with world.app.store.read() as tx:
        kept = definitions.get_contents(tx, row["files"].values())
    assert {path: kept[digest] for path, digest in row["files"].items()} == dict(ONE)


def test_who_alone_administers_deploys_at_once(world: World) -> None:
    """There is nobody to ask, and the leaf says so."""
    with world.app.store.write() as tx:
        tx.execute(
            update(tables.position).where(tables.position.c.id == "an").values(roles=["administrator", "integrator"])
        )
        organisation.changed(tx)
    answer = world.propose(ONE, who="an")
    assert (answer.status, answer.body_or_raise()["version"]) == (201, 1)
    assert opened(world)["details"]["sole"] is True


def test_who_was_an_administrator_counts(world: World) -> None:
    """That somebody administered once is enough to need a second person."""
    with world.app.store.write() as tx:
        tx.execute(
            update(tables.position).where(tables.position.c.id == "an").values(roles=["administrator", "integrator"])
        )
        organisation.changed(tx)
    administrator(world)
    end_office(world, "binh")
    proposed(world.propose(ONE, who="an"))


def test_the_author_does_not_approve_their_own(world: World) -> None:
    """Also who administers."""
    with world.app.store.write() as tx:
        tx.execute(
            update(tables.position).where(tables.position.c.id == "an").values(roles=["administrator", "integrator"])
        )
        organisation.changed(tx)
    second_signer(world)
    id = proposed(world.propose(ONE, who="an"))
    for answer in (world.approve("an", id), reject(world, "an", id)):
        assert (refusal_of(answer).code, refusal_of(answer).kind) == ("proposal-own", Kind.FORBIDDEN)
    world.approve("binh", id).body_or_raise()


@pytest.mark.parametrize(
    ("who", "code"), [("tuan", "proposal-own"), ("kiem", "right-missing"), ("lan", "proposal-unknown")]
)
def test_only_an_administrator_of_the_whole_decides(world: World, who: str, code: str) -> None:
    """An auditor looks, and others do not even see it."""
    id = proposed(world.propose(ONE))
    assert refusal_of(world.approve(who, id)).code == code
    assert refusal_of(reject(world, who, id)).code == code
    assert (state(world, id), deployed(world)) == ("open", None)


def test_an_administrator_of_one_unit_does_not_decide_for_the_whole(world: World) -> None:
    """A process is deployed for all of the agency."""
    administrator(world, "chi", unit="van-phong")
    id = proposed(world.propose(ONE))
    refusal = refusal_of(world.approve("chi", id))
    assert (refusal.code, "in agency" in refusal.message) == ("right-missing", True)


def test_the_same_bundle_is_proposed_once(world: World) -> None:
    """Again it is the same open proposal, without a leaf; a changed one is another."""
    id = proposed(world.propose(ONE))
    size = world.size()
    assert (proposed(world.propose(ONE)), world.size()) == (id, size)
    assert proposed(world.propose(OTHER)) != id


@pytest.mark.parametrize("end", ["approved", "rejected", "withdrawn"])
def test_a_proposal_is_decided_once(world: World, end: str) -> None:
    """Whoever comes later is told by whom; nothing happens any more."""
    id = proposed(world.propose(ONE))
    by = "tuan" if end == "withdrawn" else "an"
    do = {"approved": lambda: world.approve("an", id), "rejected": lambda: reject(world, "an", id)}
    do.get(end, lambda: withdraw(world, "tuan", id))().body_or_raise()
    size = world.size()
    for late in (world.approve("an", id), reject(world, "an", id), withdraw(world, "tuan", id)):
        refusal = refusal_of(late)
        assert (refusal.code, refusal.kind) == ("proposal-decided", Kind.CONFLICT)
        assert refusal.message.endswith(f"is {end} already, by {by}")
    assert (state(world, id), world.size(), deployed(world) is not None) == (end, size, end == "approved")


def test_a_rejection_and_a_withdrawal_are_leaves(world: World) -> None:
    """With whose proposal it was, and why it was rejected."""
    id = proposed(world.propose(ONE))
    reject(world, "an", id, "thiếu biểu mẫu").body_or_raise()
    told = opened(world)
    assert (told["act"], told["actor"], told["subject"]) == ("proposal-rejected", "an", id)
    about = {"act": "process-deployed", "subject": "hai-nguoi", "author": "tuan"}
    assert told["details"] == {**about, "reason": "thiếu biểu mẫu"}
    again = proposed(world.propose(ONE))
    assert again != id
    assert refusal_of(withdraw(world, "an", again)).code == "proposal-of-another"
    withdraw(world, "tuan", again).body_or_raise()
    told = opened(world)
    assert (told["act"], told["actor"], told["details"]) == ("proposal-withdrawn", "tuan", about)


def test_a_proposal_lapses(world: World) -> None:
    """After 30 days nobody approves it; it may be proposed again."""
    id = proposed(world.propose(ONE))
    world.clock.go(days=29, hours=23)
    assert state(world, id) == "open"
    world.clock.go(hours=1)
    assert refusal_of(world.approve("an", id)).code == "proposal-lapsed"
    assert refusal_of(withdraw(world, "tuan", id)).code == "proposal-lapsed"
    assert state(world, id) == "lapsed"
    waiting = proposals.list_proposals(world.app, world.officer("an"), "", 50, everything=False)
    assert waiting.body_or_raise()["items"] == []
    world.renew()
    world.approve("an", proposed(world.propose(ONE))).body_or_raise()


@pytest.mark.parametrize("loses", ["office", "role"])
def test_an_author_without_the_right_has_nothing_approved(world: World, loses: str) -> None:
    """Who left, or lost the role, meanwhile; it can still be rejected."""
    id = proposed(world.propose(ONE))
    if loses == "office":
        end_office(world, "tuan")
    else:
        with world.app.store.write() as tx:
            tx.execute(update(tables.position).where(tables.position.c.id == "tuan").values(roles=["van-thu"]))
            organisation.changed(tx)
    assert refusal_of(world.approve("an", id)).code == "author-lost-right"
    assert deployed(world) is None
    reject(world, "an", id).body_or_raise()


def test_an_approver_who_lost_the_right_meanwhile_does_not_approve(world: World) -> None:
    """The rights are looked up when it is done, not when the request came in."""
    id, before = proposed(world.propose(ONE)), world.officer("an")
    administrator(world)
    end_office(world, "an")
    world.officer = lambda _who: before  # type: ignore[method-assign]  # what a request in flight still holds
    assert refusal_of(world.approve("an", id)).code == "proposal-unknown"


def test_two_approvers_at_once_deploy_once(world: World) -> None:
    """One wins; the other is told by whom it was decided."""
    second_signer(world)
    id = proposed(world.propose(ONE))
    who = ("an", "binh")
    answers = at_once(2, lambda number: world.approve(who[number], id))
    refused = [each.refusal for each in answers if isinstance(each, Answer) and each.refusal]
    [late] = refused
    winner = next(who[number] for number, each in enumerate(answers) if isinstance(each, Answer) and not each.refusal)
    assert (late.code, late.message.endswith(f"by {winner}")) == ("proposal-decided", True)
    assert deployed(world)["version"] == 1


def test_approving_again_with_the_same_key_gives_the_first_answer(world: World) -> None:
    """An answer that was lost on its way is asked for again."""
    id = proposed(world.propose(ONE))
    sent = approval(world, "an", id)
    first = world.perform("an", sent, "k1")
    size = world.size()
    again = world.perform("an", sent, "k1")
    assert (again.body, world.size()) == (first.body, size)


def test_a_proposal_outlives_the_server(world: World) -> None:
    """Another process with nothing in memory approves it."""
    id = proposed(world.propose(ONE))
    world.app = application(world.app.store, world.app.log_key, world.clock, world.app.trust)
    assert world.approve("an", id).body_or_raise()["version"] == 1


def test_what_is_approved_must_still_fit(world: World) -> None:
    """It is checked against what is deployed then; what does not fit stays open."""
    first, second = proposed(world.propose(ONE)), proposed(world.propose(OTHER))
    with world.app.store.write() as tx:
        tx.execute(
            tables.proposal.insert().from_select(
                ["id", "act", "subject", "body", "author", "proposed", "state"],
                tables.proposal.select()
                .with_only_columns(
                    tables.proposal.c.id + "-2",
                    *[tables.proposal.c[name] for name in ("act", "subject", "body", "author", "proposed", "state")],
                )
                .where(tables.proposal.c.id == first),
            )
        )
    world.approve("an", first).body_or_raise()
    assert refusal_of(world.approve("an", f"{first}-2")).code == "deployed-already"
    assert (world.approve("an", second).body_or_raise()["version"], state(world, f"{first}-2")) == (2, "open")


def test_a_page_of_proposals(world: World) -> None:
    """Administrators and auditors see all, others their own; the decided ones are asked for."""
    first, second = proposed(world.propose(ONE)), proposed(world.propose(OTHER))
    reject(world, "an", first).body_or_raise()

    def seen(who: str, *, everything: bool, after: str = "", limit: int = 50) -> list[str]:
        page = proposals.list_proposals(world.app, world.officer(who), after, limit, everything=everything)
        return [item["id"] for item in page.body_or_raise()["items"]]

    for who in ("an", "kiem", "tuan"):
        assert seen(who, everything=False) == [second]
        assert seen(who, everything=True)[-2:] == [first, second]
        assert seen(who, everything=True, after=first, limit=1) == [second]
    assert seen("lan", everything=True) == []


def test_a_proposed_deployment_is_shown_whole(world: World) -> None:
    """Each file with its digest and what it changes, the bytes, the warnings; the digest is that of what is shown."""
    world.deploy(ONE).body_or_raise()
    id = proposed(world.propose(OTHER))
    shown = proposals.show_proposal(world.app, world.officer("an"), id).body_or_raise()
    assert shown["digest"] == sha256_hex(canonical(shown["content"]))
    assert shown["replaces"] == 1
    [changed] = [item for item in shown["files"] if item["path"] == "process.bpmn"]
    assert changed == {"path": "process.bpmn", "sha256": sha256_hex(OTHER["process.bpmn"]), "change": "changed"}
    assert {item["change"] for item in shown["files"]} <= {"changed", "same"}
    assert isinstance(shown["warnings"], list)
    assert proposals.file(world.app, world.officer("an"), id, "process.bpmn") == OTHER["process.bpmn"]
    for who, path in (("lan", "process.bpmn"), ("an", "no.bpmn")):
        assert not isinstance(proposals.file(world.app, world.officer(who), id, path), bytes)


# Changes of the organisation

ROLE = to.RoleGranted(officer="lan", role="van-thu", unit="van-phong", document="QĐ 7", since=date(2026, 11, 21))


def reorganise(world: World, who: str, *made: Change, reason: str | None = None) -> Answer:
    return world.reorganise(who, *made, reason=reason)


def roles(world: World) -> frozenset[str]:
    return world.officer("lan").roles


def test_alone_rights_change_at_once(world: World) -> None:
    """And the leaf says so."""
    assert reorganise(world, "an", ROLE).status == 201
    assert (opened(world)["act"], opened(world)["details"]["sole"]) == ("role-granted", True)


def test_a_change_of_rights_waits_for_another_administrator(world: World) -> None:
    """All of the changes are proposed with their reason, and are made together in the author's name."""
    other, second = second_signer(world), replace(ROLE, role="lanh-dao")
    id = proposed(reorganise(world, "an", ROLE, second, reason="theo QĐ 7"))
    told = opened(world)
    assert (told["act"], told["actor"], told["subject"]) == ("organisation-change-proposed", "an", "lan")
    assert told["details"]["reason"] == "theo QĐ 7"
    assert roles(world) == {"chuyen-vien"}
    shown = proposals.show_proposal(world.app, world.officer("kiem"), id).body_or_raise()
    assert [each["kind"] for each in shown["content"]["body"]["changes"]] == ["role-granted", "role-granted"]
    for who in ("an", "kiem"):
        assert refusal_of(world.approve(who, id)).code == ("proposal-own" if who == "an" else "right-missing")
    assert proposed(reorganise(world, "an", ROLE, second)) == id
    done = world.approve(other, id).body_or_raise()
    assert (len(done["changes"]), done["proposal"]["state"]) == (2, "approved")
    assert roles(world) == {"chuyen-vien", "van-thu", "lanh-dao"}
    for back in (-2, -1):
        told = opened(world, back)
        assert (told["act"], told["actor"], told["details"]["approved_by"]) == ("role-granted", "an", other)
        assert (told["details"]["author"], told["details"]["reason"]) == ("an", "theo QĐ 7")


def test_changes_that_fit_no_more_are_refused_whole(world: World) -> None:
    """What was decided meanwhile counts; the proposal stays open, and nothing of it is made."""
    other = second_signer(world)
    first = proposed(reorganise(world, "an", ROLE))
    both = proposed(reorganise(world, "an", replace(ROLE, role="lanh-dao"), ROLE))
    world.approve(other, first).body_or_raise()
    size = world.size()
    refusal = refusal_of(world.approve(other, both))
    assert (refusal.code, refusal.problems[0]["change"]) == ("grant-twice", 2)
    assert (state(world, both), roles(world), world.size()) == ("open", {"chuyen-vien", "van-thu"}, size)


@pytest.mark.parametrize("end", ["rejected", "withdrawn", "lapsed", "author"])
def test_changes_that_ended_are_not_approved(world: World, end: str) -> None:
    """Rejected, withdrawn, lapsed, or their author left."""
    other = second_signer(world)
    id = proposed(reorganise(world, "an", ROLE))
    if end == "rejected":
        reject(world, other, id).body_or_raise()
    elif end == "withdrawn":
        withdraw(world, "an", id).body_or_raise()
    elif end == "lapsed":
        world.clock.go(days=30)
    else:
        end_office(world, "an")
    code = {"lapsed": "proposal-lapsed", "author": "author-lost-right"}.get(end, "proposal-decided")
    assert refusal_of(world.approve(other, id)).code == code
    assert roles(world) == {"chuyen-vien"}


def test_changes_are_approved_where_they_are_made(world: World) -> None:
    """By an administrator of every unit that they concern."""
    second_signer(world, "chi", unit="van-phong")
    second_signer(world, "dao", unit="khu-pho-3")
    id = proposed(reorganise(world, "an", ROLE))
    assert refusal_of(world.approve("dao", id)).code == "right-missing"
    world.approve("chi", id).body_or_raise()
    wide = proposed(reorganise(world, "an", replace(ROLE, role="lanh-dao"), replace(ROLE, unit="khu-pho-3")))
    assert {refusal_of(world.approve(who, wide)).code for who in ("chi", "dao")} == {"right-missing"}


def test_two_approvers_of_changes_at_once_make_them_once(world: World) -> None:
    """One wins; the other is told that it is decided."""
    who = (second_signer(world), second_signer(world, "chi", by="binh"))
    id = proposed(reorganise(world, "an", ROLE))
    answers = at_once(2, lambda number: world.approve(who[number], id))
    refused = [each.refusal.code for each in answers if isinstance(each, Answer) and each.refusal]
    assert refused == ["proposal-decided"]


# Certificate bindings


def test_alone_a_binding_takes_effect_at_once(world: World) -> None:
    """And its leaf says so."""
    assert world.bind("mai", person("mai")).status == 201
    assert opened(world)["details"]["sole"] is True


def test_a_binding_waits_for_another_administrators_signature(world: World) -> None:
    """What the author signed is kept; approved, the leaf is the author's act, with the approver's signature too."""
    other, new = second_signer(world), person("mai")
    id = proposed(world.bind("mai", new))
    told = opened(world)
    assert (told["act"], told["actor"], told["subject"]) == ("binding-proposed", "an", "mai")
    assert {"record", "manifest", "signature", "certificate", "bound"} <= set(told["objects"])
    with world.app.store.read() as tx:
        assert stored_people.find_certificate(tx, fingerprint(new.certificate)) is None
    done = world.approve(other, id).body_or_raise()
    told = opened(world)
    assert (told["act"], told["actor"], told["subject"]) == ("certificate-bound", "an", "mai")
    assert (told["details"]["author"], told["details"]["approved_by"]) == ("an", other)
    assert "sole" not in told["details"]
    objects = told["objects"]
    parts = ("record", "manifest", "signature", "certificate")
    assert all(objects[part] != objects[f"approval-{part}"] for part in parts)
    with world.app.store.read() as tx:
        bound = stored_people.find_certificate(tx, fingerprint(new.certificate))
        record = parse_canonical(definitions.get_content(tx, objects["approval-record"]) or b"")
    assert bound is not None
    assert (bound["officer"], bound["bound_leaf"]) == ("mai", done["receipt"]["index"])
    assert isinstance(record, dict)
    assert (record["act"], record["subject"], record["officer"]) == ("proposal-approved", id, other)
    shown = proposals.show_proposal(world.app, world.officer("kiem"), id).body_or_raise()
    assert (record["body"]["proposal"], shown["state"]) == (shown["digest"], "approved")


def test_evidence_verifies_with_an_approved_binding(world: World) -> None:
    """A pack that rests on a binding of two persons holds, with the leaf as it is."""
    other, new = second_signer(world), person("hang2")
    id = proposed(world.bind("hang", new))
    world.approve(other, id).body_or_raise()
    code = world.start("tra-ket-qua")
    world.do("lan", code, "prepare", {"note": "đủ"})
    task_ = world.task(code, "decide")
    world.claim("hang", task_).body_or_raise()
    offered = world.prepare("hang", task_, {"decision": "approve"}).body_or_raise()
    world.send("hang", task_, world.submission(offered, new)).body_or_raise()
    pack = evidence.pack(world.app, world.officer("hoa"), code)
    assert isinstance(pack, bytes)
    report = verify_pack(pack, roots=pki.trust().roots, log_key=world.app.log_key.vkey)
    assert [line.bound_by for line in report.signatures if line.certificate == fingerprint(new.certificate)] == ["an"]


def test_the_author_does_not_approve_their_own_binding(world: World) -> None:
    """Neither do auditors or those who see nothing."""
    second_signer(world)
    id = proposed(world.bind("mai", person("mai")))
    assert refusal_of(world.approve("an", id)).code == "proposal-own"
    assert refusal_of(world.act("lan", "proposal-approved", id, {})).code == "proposal-unknown"


def test_an_approval_names_what_it_approves(world: World) -> None:
    """By the proposal's digest, the officer and the certificate."""
    other = second_signer(world)
    id = proposed(world.bind("mai", person("mai")))
    for lie in ({"proposal": "0" * 64}, {"act": "process-deployed"}, {"subject": "lan"}, {"more": 1}):
        assert refusal_of(world.approve(other, id, **lie)).code == "proposal-differs"
    assert state(world, id) == "open"


def test_an_approval_is_signed_with_the_approvers_own_certificate(world: World) -> None:
    """A key of somebody else does not do, and the attempt is recorded."""
    other, new = second_signer(world), person("mai")
    id = proposed(world.bind("mai", new))
    assert refusal_of(world.approve(other, id, known("lan"))).code == "certificate-of-another"
    assert (opened(world)["act"], opened(world)["subject"]) == ("act-refused", id)
    assert refusal_of(world.approve(other, id, new)).code == "certificate-unbound"
    assert state(world, id) == "open"


def test_nobody_approves_a_second_certificate_of_their_own_with_itself(world: World) -> None:
    """Only the first one, while there is no other to sign with."""
    other, new = second_signer(world), person("binh-moi")
    id = proposed(world.bind(other, new))
    assert refusal_of(world.approve(other, id, new)).code == "certificate-unbound"
    world.approve(other, id).body_or_raise()


@pytest.mark.parametrize("lame", ["suspended", "revoked", "not_after"])
def test_nobody_approves_their_own_first_certificate_while_another_could(world: World, lame: str) -> None:
    """The second administrator does, having nobody else; the third does not, unless the second cannot sign."""
    second_signer(world)
    administrator(world, "chi")
    new = known("chi")
    id = proposed(world.bind("chi", new))
    refusal = refusal_of(world.approve("chi", id, new))
    assert (refusal.code, "binh" in refusal.remedy) == ("approver-own-certificate", True)
    assert (opened(world)["act"], state(world, id)) == ("act-refused", "open")
    row = update(tables.certificate).where(tables.certificate.c.fingerprint == fingerprint(known("binh").certificate))
    with world.app.store.write() as tx:
        tx.execute(row.values({lame: world.clock() - timedelta(seconds=1)}))
    world.approve("chi", id, new).body_or_raise()


def test_a_binding_whose_authors_certificate_was_revoked_is_not_approved(world: World) -> None:
    """The author's signature is verified again when it takes effect."""
    other, new = second_signer(world), person("mai")
    id = proposed(world.bind("mai", new))
    world.revoke(known("an")).body_or_raise()
    refusal = refusal_of(world.approve(other, id))
    assert (refusal.code, refusal.message.startswith("the signature of an: ")) == ("certificate-revoked", True)
    assert state(world, id) == "open"


def test_a_certificate_is_proposed_and_bound_once(world: World) -> None:
    """The same again is the same proposal; once it is bound, another proposal of it fits no more."""
    other, new = second_signer(world), person("mai")
    id = proposed(world.bind("mai", new))
    assert proposed(world.bind("mai", new)) == id
    to_lan = proposed(world.bind("lan", new))
    world.approve(other, id).body_or_raise()
    assert refusal_of(world.approve(other, to_lan)).code == "certificate-bound"
    assert refusal_of(world.approve(other, id)).code == "proposal-decided"


@pytest.mark.parametrize("end", ["rejected", "withdrawn", "lapsed", "author"])
def test_a_binding_that_ended_is_not_approved(world: World, end: str) -> None:
    """Rejected, withdrawn, lapsed, or its author left."""
    other = second_signer(world)
    id = proposed(world.bind("mai", person("mai")))
    if end == "rejected":
        reject(world, other, id).body_or_raise()
    elif end == "withdrawn":
        withdraw(world, "an", id).body_or_raise()
    elif end == "lapsed":
        world.clock.go(days=30)
    else:
        end_office(world, "an")
    code = {"lapsed": "proposal-lapsed", "author": "author-lost-right"}.get(end, "proposal-decided")
    assert refusal_of(world.approve(other, id)).code == code


def test_two_approvers_of_a_binding_at_once_bind_once(world: World) -> None:
    """One wins; the other is told that it is decided."""
    other, third, new = second_signer(world), "chi", person("mai")
    administrator(world, third)
    first = proposed(world.bind(third, known(third)))
    world.approve(other, first).body_or_raise()
    id, who = proposed(world.bind("mai", new)), (other, third)
    answers = at_once(2, lambda number: world.approve(who[number], id))
    refused = [each.refusal.code for each in answers if isinstance(each, Answer) and each.refusal]
    assert refused == ["proposal-decided"]


def test_an_administrator_of_the_officers_unit_approves(world: World) -> None:
    """Who administers the unit of the officer whose certificate it is; not who administers another one."""
    second_signer(world)
    for who, unit in (("chi", "van-phong"), ("dao", "khu-pho-3")):
        administrator(world, who, unit)
        world.approve("binh", proposed(world.bind(who, known(who)))).body_or_raise()
    id = proposed(world.bind("mai", person("mai")))
    assert refusal_of(world.approve("dao", id)).code == "right-missing"
    world.approve("chi", id).body_or_raise()


def test_a_proposed_binding_is_shown_whole(world: World) -> None:
    """Whose certificate it is by its own words, and whose it is to be."""
    second_signer(world)
    new = person("mai")
    shown = proposals.show_proposal(world.app, world.officer("binh"), proposed(world.bind("mai", new))).body_or_raise()
    assert shown["digest"] == sha256_hex(canonical(shown["content"]))
    assert (shown["officer_name"], shown["content"]["subject"]) == ("Mai", "mai")
    assert (shown["certificate"]["fingerprint"], shown["certificate"]["kind"]) == (
        fingerprint(new.certificate),
        "person",
    )
    assert shown["certificate"]["subject"]
