"""Erased data are gone, byte by byte, and every proof holds; nobody erases alone, too early, or what is under way."""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from adapters.application import (
    consenting,
    erasing,
    evidence,
    filing,
    interventions,
    notes,
    proposals,
    queries,
    retention,
    signed_acts,
)
from adapters.application.answer import Answer, Request
from adapters.application.consents import NewConsent
from adapters.application.start import Intake, start_dossier
from adapters.database import tables, trail
from adapters.database.dossiers import Wanted
from engine.acts.intervene import Cancel
from engine.consent import Means
from engine.words import words
from signing.canonical import sha256_hex
from signing.certificates import der
from signing.errors import Invalid
from signing.evidence.verify import verify_pack
from signing.trail import tree
from signing.trail.checkpoint import verify_checkpoint
from signing.trail.leaf import check_evidence, decode_leaf
from tests.adapters.application.intervening import perform, revision
from tests.adapters.application.test_inbound import FORM, WAITS, parcel
from tests.adapters.application.test_inbound import file as file_parcel
from tests.adapters.application.test_proposals import end_office, proposed, second_signer
from tests.adapters.application.world import CITIZEN, World, act_of, procedure, refusal_of, sign
from tests.adapters.jobs.speaking import receiving, send, waits
from tests.pki import authority, known

RULE = {"period": "P1M", "decided_by": "12/2026/QĐ-UBND"}
WHY = "hết thời hạn bảo quản"
NAME, PHONE, OPINION = "Đặng Thị Ngọc Hường", "0987 654 321", "bà Hường đã nộp đủ lệ phí"
LETTER = f"%PDF-1.7 Trích lục của {NAME}".encode()
PAPER = f"Giấy ủy quyền của {NAME}".encode()
SECRETS = (NAME, PHONE, OPINION, "ngoc.huong@example.vn", "dang thi", "huong", "Trích lục của", "Giấy ủy quyền")
PERSON = {
    **CITIZEN,
    "to": "ngoc.huong@example.vn",
    "recipient": NAME,
    "address": f"nhà {NAME}",
    "phone": PHONE,
    "consent": None,
    "channel": "counter",
}


def body(**changes: str) -> dict[str, str]:
    kept = {"basis": "retention", "document": RULE["decided_by"], "period": RULE["period"]}
    return {**kept, "reason": WHY, "unit": "van-phong", **changes}


def keyed(world: World, who: str, key: str, code: str | None = None) -> Request:
    return Request(officer=who, key=key, fingerprint=sha256_hex(key.encode()), dossier=code)


def received(world: World, name: str = NAME) -> str:
    """A dossier of the procedure that has a rule of retention, with the citizen's data in everything it has."""
    given = {**PERSON, "note": OPINION}
    listed = {"result": LETTER.replace(NAME.encode(), name.encode())}
    uploads = [(file, "application/pdf", world.upload("lan", content)) for file, content in listed.items()]
    intake = Intake(
        process="tra-ket-qua",
        procedure=None,
        title=f"Hồ sơ của {name}",
        channel="direct",
        applicant={"name": name, "phone": PHONE},
        submitter=name,
        data=given,
        documents=uploads,
    )
    request = keyed(world, "lan", f"start {sha256_hex(name.encode())}")
    return str(start_dossier(world.app, world.officer("lan"), request, intake).body_or_raise()["code"])


def consented(world: World, code: str) -> None:
    """The citizen agreed to post to an address that nobody knows, and took it back."""
    lan = world.officer("lan")
    new = NewConsent(who=NAME, at=world.clock.now, means=Means.EMAIL, address=f"12 nhà {NAME}")
    number = consenting.give(world.app, lan, keyed(world, "lan", "g", code), code, new).body_or_raise()["id"]
    consenting.decide_address(world.app, lan, keyed(world, "lan", "n", code), code, number, None).body_or_raise()
    consenting.revoke(world.app, lan, keyed(world, "lan", "v", code), code, number, OPINION).body_or_raise()


def finished(world: World) -> str:
    """It went its whole way: refused once, commented, a paper laid beside it, signed, sealed, handed over."""
    code = received(world)
    note = notes.comment(world.app, world.officer("lan"), keyed(world, "lan", "c", code), code, OPINION, None)
    note.body_or_raise()
    paper = ("uy-quyen.txt", "text/plain", world.upload("lan", PAPER))
    notes.attach(world.app, world.officer("lan"), keyed(world, "lan", "a", code), code, paper, None).body_or_raise()
    consented(world, code)
    world.do("lan", code, "prepare", {"note": OPINION})
    task = world.task(code, "decide")
    world.claim("hang", task).body_or_raise()
    offered = world.prepare("hang", task, {"decision": "approve"}).body_or_raise()
    refusal_of(world.send("hang", task, world.submission(offered, known("duc"))))
    sent = world.submission(offered, known("hang"))
    world.send("hang", task, sent, keyed(world, "hang", "d", code)).body_or_raise()
    world.sign_off("hoa", code, "seal")
    world.work()
    world.do("hoa", code, "hand_over")
    world.work()
    assert world.dossier(code)["finished"]
    return code


@pytest.fixture
def office(world: World) -> World:
    """Two administrators, and a procedure with a rule of retention."""
    world.adopt("tra-ket-qua", valid_from="2026-11-21", retention=RULE).body_or_raise()
    second_signer(world)
    return world


def later(world: World, days: int = 40) -> None:
    world.clock.go(days=days)
    world.renew()


def erase(world: World, code: str, **changes: str) -> Answer:
    """As two persons do it."""
    asked = world.act("an", "data-erased", code, body(**changes))
    return asked if asked.refusal else world.approve("binh", proposed(asked))


def found(world: World, code: str) -> list[str]:
    """Where anything of the citizen is left: in a column, plain or as Base64; in SQLite's files, byte by byte."""
    left = []
    with world.app.store.read() as tx:
        for table in tables.metadata.sorted_tables:
            for row in tx.execute(select(table)).mappings():
                left += [f"{table.name}.{name}: {it}" for name, value in row.items() for it in _secrets(value)]
    for file in _files(world):
        content = file.read_bytes()
        left += [f"{file.name}: {it}" for it in SECRETS if it.encode() in content]
    return left


def _secrets(value: object) -> list[str]:
    text = (
        value.decode("utf-8", "replace")
        if isinstance(value, bytes)
        else json.dumps(value, ensure_ascii=False, default=str)
    )
    coded = (base64.b64decode(each[: len(each) // 4 * 4]) for each in re.findall(r"[A-Za-z0-9+/]{40,}", text))
    whole = text + "".join(each.decode("utf-8", "replace") for each in coded)
    digests = [sha256_hex(each) for each in (LETTER, PAPER, OPINION.encode())]
    return [each for each in (*SECRETS, *digests) if each in whole]


def _files(world: World) -> Iterator[Path]:
    name = world.app.store.engine.url.database or ""
    if world.app.store.engine.dialect.name == "sqlite":
        yield from Path(name).parent.glob(Path(name).name + "*")


def leaves_of(world: World, code: str) -> list[trail.StoredLeaf]:
    with world.app.store.read() as tx:
        return trail.leaves_of(tx, code)


def test_nothing_is_left_of_it_and_every_proof_holds(office: World) -> None:
    """Rows, bytes, answers, statements; the tree, older checkpoints, receipts and packs are what they were."""
    code = finished(office)
    receipt = received_receipt(office)
    packed = evidence.pack(office.app, office.officer("kiem"), code)
    assert isinstance(packed, bytes)
    with office.app.store.read() as tx:
        before = trail.head(tx)
    assert found(office, code)
    opened = leaves_of(office, code)[0]
    later(office)
    done = erase(office, code).body_or_raise()
    assert done["act"] == "data-erased"
    assert found(office, code) == []
    own = leaves_of(office, code)
    # Who knows all but the salt proves nothing: the very evidence opens its leaf no more.
    assert (own[0].encoded, opened.evidence is not None) == (opened.encoded, True)
    with pytest.raises(Invalid):
        check_evidence(decode_leaf(own[0].encoded), opened.evidence or b"", bytes(32))
    assert [(leaf.salt, leaf.evidence) for leaf in own[:-1]] == [(None, None)] * (len(own) - 1)
    assert done["erased"]["leaves"] == len(own) - 1
    office.work()  # the stamps of both signatures
    size = office.check_trail()
    # What clients hold: their receipt opens its leaf still, and their checkpoint is the beginning of the log.
    leaf = decode_leaf(base64.b64decode(receipt["leaf"]))
    check_evidence(leaf, base64.b64decode(receipt["evidence"]), bytes.fromhex(receipt["salt"]))
    at = verify_checkpoint(receipt["checkpoint"], office.app.log_key.vkey)
    proof = [bytes.fromhex(each) for each in receipt["inclusion"]]
    tree.verify_inclusion(leaf.index, at.size, leaf.hash(), proof, at.root)
    with office.app.store.read() as tx:
        now = verify_checkpoint(trail.head(tx).checkpoint, office.app.log_key.vkey)
    steps = queries.consistency(office.app, before.size, None).body_or_raise()["proof"]
    old = verify_checkpoint(before.checkpoint, office.app.log_key.vkey)
    tree.verify_consistency(old.size, now.size, [bytes.fromhex(each) for each in steps], old.root, now.root)
    assert now.size == size
    # A pack that was exported before proves what it did; none is exported any more.
    verify_pack(packed, roots=(authority().root,), log_key=office.app.log_key.vkey, at=None)
    refused = evidence.pack(office.app, office.officer("kiem"), code)
    assert not isinstance(refused, bytes)
    assert refused.code == "dossier-erased"


def received_receipt(world: World) -> Mapping[str, Any]:
    """The receipt that the head got for the approval, as the client keeps it: the answer to the key, once more."""
    with world.app.store.read() as tx:
        query = select(tables.idempotency.c.body).where(tables.idempotency.c.key == "d")
        kept: Mapping[str, Any] = tx.execute(query).scalar_one()["receipt"]
    return kept


def test_what_is_shown_of_it_is_that_it_was(office: World) -> None:
    """Code, procedure, dates and status; its acts without contents; by whom it was erased, when, under which rule."""
    code = finished(office)
    before, acts = office.dossier(code), office.acts(code)
    later(office)
    erase(office, code).body_or_raise()
    shown = office.dossier(code)
    kept = ("code", "process", "version", "procedure", "unit", "channel", "status", "started", "due", "finished")
    assert {name: shown[name] for name in kept} == {name: before[name] for name in kept}
    assert (shown["title"], shown["applicant"], shown["submitter"], shown["data"]) == ("", {}, "", {})
    assert shown["documents"] == shown["comments"] == shown["attachments"] == shown["dispatches"] == []
    told = {"by": "an", "approved_by": "binh", "basis": "retention", "document": RULE["decided_by"], "reason": WHY}
    assert {name: shown["erasure"][name] for name in told} == told
    assert office.acts(code) == [*acts, "data-erased"]
    items = queries.history(office.app, office.officer("hoa"), code).body_or_raise()["items"]
    assert all(item["erased"] and item["details"] == {} for item in items if item["act"] != "data-erased")
    last = next(item for item in items if item["act"] == "data-erased")
    assert last["details"]["approved_by"] == "binh"
    found = queries.list_dossiers(office.app, office.officer("hoa"), "", 50, _searched(code)).body_or_raise()["items"]
    assert [(item["code"], item["erased"]) for item in found] == [(code, shown["erased"])]


def _searched(code: str) -> Any:
    return Wanted(words=tuple(words(code)))


def test_one_erases_nothing_and_nothing_is_erased_twice(office: World) -> None:
    """It waits for another administrator; afterwards nobody erases, writes beside it, or repeats a request."""
    code = finished(office)
    later(office)
    waits = office.act("an", "data-erased", code, body())
    id = proposed(waits)
    assert found(office, code)
    assert proposed(office.act("an", "data-erased", code, body(reason="vì lý do khác"))) == id
    assert refusal_of(office.approve("an", id)).code == "proposal-own"
    shown = proposals.show_proposal(office.app, office.officer("binh"), id).body_or_raise()
    assert (shown["act"], shown["subject"], shown["content"]["body"]["unit"]) == ("data-erased", code, "van-phong")
    office.approve("binh", id).body_or_raise()
    assert refusal_of(office.act("an", "data-erased", code, body())).code == "dossier-erased"
    lan = office.officer("lan")
    again = notes.comment(office.app, lan, Request(officer="lan"), code, NAME, None)
    assert refusal_of(again).code == "dossier-erased"
    repeated = notes.comment(office.app, lan, keyed(office, "lan", "c", code), code, OPINION, None)
    assert refusal_of(repeated).code == "dossier-erased"
    assert found(office, code) == []


def test_alone_when_there_never_was_another(world: World) -> None:
    """As for every act of two persons: the leaf says `sole`, and only the unit's administrator may."""
    world.adopt("tra-ket-qua", valid_from="2026-11-21", retention=RULE).body_or_raise()
    code = finished(world)
    later(world)
    for who in ("lan", "tuan", "kiem"):
        assert refusal_of(world.act(who, "data-erased", code, body())).code in (
            "right-missing",
            "auditor-changes-nothing",
        )
    world.act("an", "data-erased", code, body()).body_or_raise()
    assert next(leaf for leaf in _told(world, code) if leaf["act"] == "data-erased")["details"]["sole"] is True
    assert found(world, code) == []


def _told(world: World, code: str) -> list[Mapping[str, Any]]:
    return [json.loads(leaf.evidence) for leaf in leaves_of(world, code) if leaf.evidence is not None]


EARLY: tuple[tuple[dict[str, str], str], ...] = (
    ({}, "retention-running"),
    ({"document": "99/QĐ"}, "erasure-differs"),
    ({"period": "P1D"}, "erasure-differs"),
    ({"unit": "agency"}, "erasure-differs"),
    ({"reason": " "}, "reason-missing"),
    ({"basis": "whim"}, "erasure-invalid"),
    ({"basis": "decision", "document": ""}, "erasure-invalid"),
)


def test_it_is_kept_until_its_retention_is_over(office: World) -> None:
    """On the last day still; what is signed says under which rule, and is held against it; who approves must be able
    to count on the author's right.
    """
    code = finished(office)
    later(office, days=30)  # 21 December: the last day
    for changes, expected in EARLY:
        assert refusal_of(office.act("an", "data-erased", code, body(**changes))).code == expected
    assert found(office, code)
    later(office, days=1)
    id = proposed(office.act("an", "data-erased", code, body()))
    end_office(office, "an")
    assert refusal_of(office.approve("binh", id)).code == "author-lost-right"
    assert found(office, code)


def test_a_decision_may_come_before(office: World) -> None:
    """With its number and its own reason, by two persons; not where the rule forbids it."""
    code = finished(office)
    by = {"basis": "decision", "document": "45/QĐ-UBND", "reason": "theo yêu cầu của công dân"}
    erase(office, code, **by).body_or_raise()
    assert found(office, code) == []
    told = office.dossier(code)["erasure"]
    assert (told["basis"], told["document"], told["reason"]) == tuple(by.values())
    strict = {**RULE, "on_decision": False}
    answer = office.act("an", "procedure-adopted", "tra-ket-qua", _procedure(retention=strict))
    office.approve("binh", proposed(answer)).body_or_raise()
    other = received(office, "Nguyễn Văn Khác")
    cancel(office, other)
    assert refusal_of(office.act("an", "data-erased", other, body(**by))).code == "retention-running"


def _procedure(**changes: Any) -> dict[str, Any]:
    return procedure("tra-ket-qua", valid_from="2026-11-21", **changes)


def cancel(world: World, code: str) -> None:
    perform(world, Cancel(revision=revision(world, code), reason="rút"), code).body_or_raise()


def test_what_is_under_way_is_not_erased(office: World) -> None:
    """Not while it runs, while a job or a dispatch of it is open, or while an open dossier holds what it approved."""
    code = received(office)
    later(office)
    assert refusal_of(office.act("an", "data-erased", code, body())).code == "dossier-unfinished"
    other = office.start("tra-ket-qua")  # holds the world's own result
    ended = office.approved(channel="counter")  # the very same bytes, approved
    office.work()
    office.do("hoa", ended, "hand_over")
    relied = refusal_of(office.act("an", "data-erased", ended, body(basis="decision", document="1/QĐ")))
    assert relied.code == "erasure-relied-on"
    assert other in relied.message
    cancel(office, other)
    job, record, dispatch = tables.job, tables.record, tables.dispatch
    waits = (
        (update(dispatch).where(dispatch.c.dossier == ended), {"state": "ready"}, "erasure-dispatches-open"),
        (update(job).where(job.c.dossier == ended), {"state": "open"}, "erasure-jobs-open"),
        (update(record).where(record.c.dossier == ended), {"stamp": None}, None),
        (update(job).where(job.c.type == "stamp"), {"state": "open"}, "erasure-jobs-open"),
    )
    for this, values, expected in waits:
        with office.app.store.write() as tx:
            tx.execute(this.values(**values))
        if expected is not None:
            found_ = refusal_of(office.act("an", "data-erased", ended, body(basis="decision", document="1/QĐ")))
            assert found_.code == expected
            with office.app.store.write() as tx:
                tx.execute(this.values(state="delivered" if expected == "erasure-dispatches-open" else "done"))


def test_originals_go_back_first(world: World) -> None:
    """What the office holds of a citizen is listed with the dossier alone: it is erased once that went back."""
    world.deploy(WAITS).body_or_raise()
    world.adopt("nhan-buu-chinh", retention=RULE).body_or_raise()
    lan = world.officer("lan")
    code = file_parcel(world, parcel(world, FORM).body_or_raise()["id"]).body_or_raise()["code"]
    cancel(world, code)
    early = body(basis="decision", document="1/QĐ")
    refused = refusal_of(world.act("an", "data-erased", code, early))
    assert (refused.code, f"hoso parcel return {code}" in refused.remedy) == ("erasure-originals-held", True)
    filing.give_back(world.app, lan, Request(officer="lan"), code, (), "post").body_or_raise()
    world.act("an", "data-erased", code, early).body_or_raise()


def test_without_a_rule_nothing_is_ever_erased(office: World) -> None:
    """Neither by time nor by decision: the dossier keeps the record under which it was received."""
    code = office.start("khong-ky")
    cancel(office, code)
    later(office, days=200)
    for basis in ("retention", "decision"):
        assert refusal_of(office.act("an", "data-erased", code, body(basis=basis))).code == "retention-missing"


def test_bytes_that_others_keep_stay(office: World) -> None:
    """The same paper in another dossier, a certificate laid beside it, another's signature: their evidence holds."""
    other = finished(office)
    with office.app.store.read() as tx:
        record = tx.execute(select(tables.record).where(tables.record.c.dossier == other)).mappings().first()
    assert record is not None
    code = received(office, "Nguyễn Văn Khác")
    stolen = [office.content(record["signature"]), der(known("hang").certificate), LETTER]
    for number, content in enumerate(stolen):
        paper = (f"{number}.bin", "application/octet-stream", office.upload("lan", content))
        notes.attach(office.app, office.officer("lan"), Request(officer="lan"), code, paper, None).body_or_raise()
    cancel(office, code)
    erase(office, code, basis="decision", document="1/QĐ").body_or_raise()
    office.work()
    packed = evidence.pack(office.app, office.officer("kiem"), other)
    assert isinstance(packed, bytes)
    verify_pack(packed, roots=(authority().root,), log_key=office.app.log_key.vkey, at=None)
    erase(office, other, basis="decision", document="2/QĐ").body_or_raise()
    with pytest.raises(AssertionError):
        office.content(record["signature"])
    assert found(office, other) == []
    office.content(sha256_hex(der(known("hang").certificate)))


def test_a_message_that_waited_goes_with_who_received_it(world: World) -> None:
    """The leaf by which it began to wait is no dossier's, and told its data; that of another's message stays."""
    world.deploy(receiving()).body_or_raise()
    world.adopt("nhan", valid_from="2026-11-21", retention=RULE).body_or_raise()
    for name in (NAME, "Nguyễn Văn Khác"):
        assert send(world, answer=name).body_or_raise()["result"] == "buffered"
    code, other = waits(world), waits(world)
    world.work()
    assert [world.dossier(each)["data"]["answer"] for each in (code, other)] == [NAME, "Nguyễn Văn Khác"]
    cancel(world, code)
    assert found(world, code)
    early = body(basis="decision", document="1/QĐ")
    assert world.act("an", "data-erased", code, early).body_or_raise()["erased"]["leaves"] == len(world.acts(code))
    assert found(world, code) == []
    with world.app.store.read() as tx:
        left = [leaf.evidence for leaf in trail.leaves(tx, start=0, limit=1000)]
    assert sum("Nguyễn Văn Khác".encode() in (each or b"") for each in left) == 2
    assert interventions.list_tokens(world.app, world.officer("an"), code).body_or_raise()["items"] == []


def test_it_is_erased_whole_or_not_at_all(office: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash after the rows are gone, before the leaf is appended: everything is there."""
    code = finished(office)
    later(office)
    id = proposed(office.act("an", "data-erased", code, body()))
    size, before = office.size(), office.dossier(code)

    def crash(*_given: object, **_named: object) -> None:
        raise KeyboardInterrupt

    named = office.named("binh", id)
    asked = signed_acts.prepare(
        office.app, office.officer("binh"), Request(officer="binh"), "proposal-approved", id, named
    ).body_or_raise()
    with monkeypatch.context() as broken:
        broken.setattr(erasing, "append", crash)
        with pytest.raises(KeyboardInterrupt):
            office.perform("binh", sign(asked["id"], act_of(asked), known("binh")))
    assert (office.size(), office.dossier(code)) == (size, before)
    assert isinstance(evidence.pack(office.app, office.officer("kiem"), code), bytes)


def test_what_is_due_is_listed_and_a_restore_erases_again(office: World) -> None:
    """By procedure and day, within sight; the list of erasures suffices to repeat them in what a backup brings back."""
    code = finished(office)
    second = received(office, "Nguyễn Văn Khác")

    def due(on: date | None = None, who: str = "an") -> list[str]:
        items = retention.due(office.app, office.officer(who), on, "", 50).body_or_raise()["items"]
        return [item["code"] for item in items]

    assert due() == due(date(2026, 12, 21)) == []
    assert due(date(2026, 12, 22)) == due(date(2026, 12, 22), "kiem") == [code]
    [item] = retention.due(office.app, office.officer("an"), date(2027, 1, 1), "", 50).body_or_raise()["items"]
    assert (item["period"], item["decided_by"], item["last_day"]) == (*RULE.values(), "2026-12-21")
    assert refusal_of(retention.due(office.app, office.officer("lan"), None, "", 50)).code == "right-missing"
    later(office)
    erase(office, code).body_or_raise()
    assert due() == []
    listed = retention.erased(office.app, office.officer("an"), -1, 50).body_or_raise()["items"]
    assert [(item["dossier"], item["by"], item["approved_by"]) for item in listed] == [(code, "an", "binh")]
    assert retention.erased(office.app, office.officer("an"), listed[0]["leaf"], 50).body_or_raise()["items"] == []
    # As a restore does for a backup in which it was there, and ran, still.
    told = {**listed[0], "dossier": second}
    with office.app.store.write() as tx:
        assert retention.erase_again(office.app, tx, told)
        assert not retention.erase_again(office.app, tx, told)
        assert not retention.erase_again(office.app, tx, {**told, "dossier": "H29.5-200101-0001"})
    office.app.store.forget_deleted()
    assert office.dossier(second)["erasure"]["by"] == "hoso"
    assert (office.dossier(second)["status"], office.dossier(second)["tasks"]) == (8, [])
    assert found(office, second) == []
