"""Complete a task: accepted with the right signature over the right bytes at the right time; else refused, and told."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.application import complete as completing
from adapters.application import evidence
from adapters.application.answer import Answer, Request
from adapters.application.submission import Submission
from adapters.console.demo.authority import DemoAuthority
from adapters.database import definitions
from adapters.database import trail as stored
from adapters.database.store import Store
from engine.errors import Kind
from signing.canonical import parse_canonical, sha256_hex
from signing.certificates import der
from signing.evidence.verify import verify_pack
from signing.record import DocumentReference
from tests.adapters.application.world import RESULT, Founded, World, build, opened, record_of, refusal_of, sign
from tests.adapters.database.test_concurrency import at_once
from tests.adapters.jobs.rewriting import replace_result
from tests.databases import Templates
from tests.pki import authority, known, person, trust

APPROVE = {"decision": "approve", "comment": "đồng ý"}


def waiting(store: Store, founded: Founded) -> tuple[Founded, str]:
    """The agency with a dossier whose leader holds the task to decide."""
    with opened(store, founded) as world:
        code = world.start("tra-ket-qua")
        world.do("lan", code, "prepare", {"note": "đủ"})
        world.claim("hang", world.task(code, "decide")).body_or_raise()
    return founded, code


@pytest.fixture
def told(templates: Templates) -> Iterator[tuple[World, str]]:
    with templates.copy(waiting, upon=build) as (store, (founded, code)), opened(store, founded) as world:
        yield world, code


@pytest.fixture
def world(told: tuple[World, str]) -> World:
    return told[0]


@pytest.fixture
def code(told: tuple[World, str]) -> str:
    return told[1]


def offered(world: World, code: str, data: Mapping[str, Any] = APPROVE) -> Mapping[str, Any]:
    return world.prepare("hang", world.task(code, "decide"), data).body_or_raise()


def objects(world: World, index: int) -> Mapping[str, Any]:
    """The objects that a leaf's evidence names."""
    with world.app.store.read() as tx:
        [leaf] = stored.leaves_at(tx, {index})
    opened = parse_canonical(leaf.evidence)
    assert isinstance(opened, dict)
    return opened["objects"]  # type: ignore[no-any-return]


# -- accepted


def test_a_signed_completion_moves_the_dossier(world: World, code: str) -> None:
    """The answer names the next tasks and carries a receipt; the trail keeps what proves it."""
    task = world.task(code, "decide")
    sent = world.submission(offered(world, code), known("hang"))
    body = world.send("hang", task, sent).body_or_raise()
    assert (body["dossier"], body["status"]) == (code, 4)
    assert [item["element"] for item in body["opened"]] == ["seal"]
    kept = objects(world, body["receipt"]["index"])
    assert kept["record"] == sha256_hex(sent.record)
    assert kept["document"] == [{"name": "result.pdf", "sha256": sha256_hex(RESULT)}]
    with world.app.store.read() as tx:
        wanted = [
            kept["record"],
            kept["manifest"],
            kept["signature"],
            kept["certificate"],
            *kept["chain"],
            *kept["crl"],
        ]
        assert definitions.get_contents(tx, wanted).keys() == set(wanted)
    assert world.last(code)["details"]["data"] == APPROVE
    assert world.dossier(code)["data"]["decision"] == "approve"


def test_authorities_on_no_path_are_not_kept(world: World, code: str) -> None:
    """Of a trust folder with many authorities the act keeps those above its signer alone; its pack holds."""
    ca, now = DemoAuthority.create("Other", at=world.clock()), world.app.trust()
    world.change(trust=lambda: replace(now, intermediates=(*now.intermediates, ca.issuing, ca.root)))
    task = world.task(code, "decide")
    body = world.send("hang", task, world.submission(offered(world, code), known("hang"))).body_or_raise()
    assert objects(world, body["receipt"]["index"])["chain"] == [sha256_hex(der(authority().issuing))]
    packed = evidence.pack(world.app, world.officer("kiem"), code, None)
    assert isinstance(packed, bytes)
    assert verify_pack(packed, roots=(authority().root,), log_key=world.app.log_key.vkey).signatures


def test_a_signed_return_goes_back(world: World, code: str) -> None:
    """The data decides the way, as the process says."""
    sent = world.submission(offered(world, code, {"decision": "return"}), known("hang"))
    body = world.send("hang", world.task(code, "decide"), sent).body_or_raise()
    assert [item["element"] for item in body["opened"]] == ["prepare"]


def test_records_name_those_before_them(world: World) -> None:
    """The second approval names the first: nobody can take one out."""
    code = world.approved()
    with world.app.store.read() as tx:
        from adapters.database import acts

        first, second = acts.records_of(tx, code)
        record = parse_canonical(definitions.get_content(tx, second["sha256"]) or b"")
    assert isinstance(record, dict)
    assert record["prior"] == [first["sha256"]]
    assert first["roles"] == ["lanh-dao"]


def test_an_unsigned_completion_needs_its_form(world: World) -> None:
    """Each bad field is named; the attempt is in the trail; the right data is accepted."""
    code = world.start("tra-ket-qua")
    task = world.task(code, "prepare")
    world.claim("lan", task).body_or_raise()
    refusal = refusal_of(world.complete("lan", task, {"copies": 12, "other": 1}))
    assert (refusal.kind, refusal.code) == (Kind.INVALID, "form-invalid")
    assert {(item["field"], item["code"]) for item in refusal.problems} == {
        ("note", "field-missing"),
        ("copies", "field-range"),
        ("other", "field-unknown"),
    }
    assert world.last(code)["act"] == "completion-refused"
    assert world.complete("lan", task, {"note": "đủ", "copies": 2}).refusal is None


# -- refused: each leaves the dossier as it was, and a leaf that says why


Attempt = Callable[[World, str], Answer]


def _not_holder(world: World, code: str) -> Answer:
    sent = world.submission(offered(world, code), known("hang"))
    task = world.task(code, "decide")
    world.release("hang", task).body_or_raise()
    world.claim("duc", task).body_or_raise()
    return world.send("hang", task, sent)


def _nobody_holds(world: World, code: str) -> Answer:
    sent = world.submission(offered(world, code), known("hang"))
    world.release("hang", world.task(code, "decide")).body_or_raise()
    return world.send("hang", world.task(code, "decide"), sent)


def _unsigned(world: World, code: str) -> Answer:
    return world.complete("hang", world.task(code, "decide"), APPROVE)


def _other_data(world: World, code: str) -> Answer:
    sent = world.submission(offered(world, code), known("hang"), data={"decision": "return"}, decision="return")
    return world.send("hang", world.task(code, "decide"), sent)


def _other_decision(world: World, code: str) -> Answer:
    sent = world.submission(offered(world, code), known("hang"), decision="return")
    return world.send("hang", world.task(code, "decide"), sent)


def _other_purpose(world: World, code: str) -> Answer:
    sent = world.submission(offered(world, code), known("hang"), purpose="organ")
    return world.send("hang", world.task(code, "decide"), sent)


def _other_document(world: World, code: str) -> Answer:
    other = DocumentReference(name="result.pdf", media_type="application/pdf", sha256="0" * 64, size=1)
    sent = world.submission(offered(world, code), known("hang"), documents=(other,))
    return world.send("hang", world.task(code, "decide"), sent)


def _other_prior(world: World, code: str) -> Answer:
    sent = world.submission(offered(world, code), known("hang"), prior=("0" * 64,))
    return world.send("hang", world.task(code, "decide"), sent)


def _other_bundle(world: World, code: str) -> Answer:
    sent = world.submission(offered(world, code), known("hang"), bundle_hash="0" * 64)
    return world.send("hang", world.task(code, "decide"), sent)


def _other_nonce(world: World, code: str) -> Answer:
    sent = world.submission(offered(world, code), known("hang"), nonce="n" * 32)
    return world.send("hang", world.task(code, "decide"), sent)


def _nonce_of_another_statement(world: World, code: str) -> Answer:
    first, second = offered(world, code), offered(world, code)
    sent = sign(second["id"], record_of(first), known("hang"))
    return world.send("hang", world.task(code, "decide"), sent)


def _flipped(world: World, code: str) -> Answer:
    sent = world.submission(offered(world, code), known("hang"))
    broken = sent.signature[:-1] + bytes([sent.signature[-1] ^ 1])
    flipped = Submission(statement=sent.statement, record=sent.record, manifest=sent.manifest, signature=broken)
    return world.send("hang", world.task(code, "decide"), flipped)


def _not_even_a_record(world: World, code: str) -> Answer:
    sent = Submission(statement=offered(world, code)["id"], record=b"\xff\x00", manifest=b"<x", signature=b"")
    return world.send("hang", world.task(code, "decide"), sent)


def _expired(world: World, code: str) -> Answer:
    sent = world.submission(offered(world, code), known("hang"))
    world.clock.go(minutes=15)
    return world.send("hang", world.task(code, "decide"), sent)


def _unbound(world: World, code: str) -> Answer:
    sent = world.submission(offered(world, code), person("hang"))
    return world.send("hang", world.task(code, "decide"), sent)


def _of_another(world: World, code: str) -> Answer:
    sent = world.submission(offered(world, code), known("duc"))
    return world.send("hang", world.task(code, "decide"), sent)


def _of_the_agency(world: World, code: str) -> Answer:
    agencys = person("hang")
    world.bind("hang", agencys, kind="organ").body_or_raise()
    return world.send("hang", world.task(code, "decide"), world.submission(offered(world, code), agencys))


def _of_another_authority(world: World, code: str) -> Answer:
    from adapters.console.demo.authority import DemoAuthority

    stranger = DemoAuthority.create("Stranger", at=world.clock.now - timedelta(days=9))
    sent = world.submission(offered(world, code), person("hang", by=stranger))
    return world.send("hang", world.task(code, "decide"), sent)


def _expired_certificate(world: World, code: str) -> Answer:
    soon = person("hang", not_after=world.clock.now + timedelta(minutes=5))
    world.bind("hang", soon).body_or_raise()
    sent = world.submission(offered(world, code), soon)
    world.clock.go(minutes=6)
    return world.send("hang", world.task(code, "decide"), sent)


def _binding_revoked_meanwhile(world: World, code: str) -> Answer:
    sent = world.submission(offered(world, code), known("hang"))
    world.revoke(known("hang")).body_or_raise()
    return world.send("hang", world.task(code, "decide"), sent)


def _certificate_revoked_meanwhile(world: World, code: str) -> Answer:
    lost = person("hang")
    world.bind("hang", lost).body_or_raise()
    sent = world.submission(offered(world, code), lost)
    now = world.clock.go(minutes=1)
    authority().revoke(lost.certificate, now - timedelta(seconds=30))
    world.trusted.append(trust(at=now))
    return world.send("hang", world.task(code, "decide"), sent)


def _documents_changed(world: World, code: str) -> Answer:
    sent = world.submission(offered(world, code), known("hang"))
    replace_result(world, code)
    return world.send("hang", world.task(code, "decide"), sent)


def _signed_where_none_is_wanted(world: World, code: str) -> Answer:
    other = world.start("cho")
    task = world.task(other, "work")
    world.claim("lan", task).body_or_raise()
    told = world.prepare("lan", task).body_or_raise()
    sent = world.submission(told, known("lan"), purpose="approval")
    answer = world.send("lan", task, sent)
    assert world.last(other)["act"] == "completion-refused"
    return answer


ATTEMPTS: list[tuple[Attempt, Kind, str]] = [
    (_not_holder, Kind.FORBIDDEN, "not-holder"),
    (_nobody_holds, Kind.FORBIDDEN, "not-holder"),
    (_unsigned, Kind.SIGNATURE, "signature-missing"),
    (_other_data, Kind.SIGNATURE, "statement-differs"),
    (_other_decision, Kind.SIGNATURE, "statement-differs"),
    (_other_purpose, Kind.SIGNATURE, "statement-differs"),
    (_other_document, Kind.SIGNATURE, "signature-other-document"),
    (_other_prior, Kind.SIGNATURE, "statement-differs"),
    (_other_bundle, Kind.SIGNATURE, "statement-differs"),
    (_other_nonce, Kind.SIGNATURE, "statement-nonce"),
    (_nonce_of_another_statement, Kind.SIGNATURE, "statement-nonce"),
    (_flipped, Kind.SIGNATURE, "signature-wrong"),
    (_not_even_a_record, Kind.SIGNATURE, "json-malformed"),
    (_expired, Kind.CONFLICT, "statement-expired"),
    (_unbound, Kind.SIGNATURE, "certificate-unbound"),
    (_of_another, Kind.SIGNATURE, "certificate-of-another"),
    (_of_the_agency, Kind.SIGNATURE, "certificate-kind"),
    (_of_another_authority, Kind.SIGNATURE, "certificate-untrusted"),
    (_expired_certificate, Kind.SIGNATURE, "certificate-expired"),
    (_binding_revoked_meanwhile, Kind.SIGNATURE, "certificate-revoked"),
    (_certificate_revoked_meanwhile, Kind.SIGNATURE, "certificate-revoked"),
    (_documents_changed, Kind.CONFLICT, "documents-changed"),
]


@pytest.mark.parametrize(("attempt", "kind", "why"), ATTEMPTS, ids=[item[0].__name__[1:] for item in ATTEMPTS])
def test_a_refused_completion_is_recorded_and_changes_nothing(
    world: World, code: str, attempt: Attempt, kind: Kind, why: str
) -> None:
    """The refusal has its own code and a remedy, and names no content; the dossier stands where it stood."""
    before = world.dossier(code)["data"]
    refusal = refusal_of(attempt(world, code))
    assert (refusal.kind, refusal.code) == (kind, why), refusal.message
    assert refusal.remedy
    told = world.last(code)
    assert (told["act"], told["details"]["code"], told["details"]["element"]) == ("completion-refused", why, "decide")
    shown = world.dossier(code)
    assert [item["element"] for item in shown["tasks"]] == ["decide"]
    assert shown["data"] == before
    assert not _records(world, code)
    world.check_trail()


def test_after_a_refusal_the_right_signature_is_accepted(world: World, code: str) -> None:
    """Nothing that was refused stands in the way."""
    for attempt in (_unbound, _other_data, _flipped, _unsigned):
        refusal_of(attempt(world, code))
    sent = world.submission(offered(world, code), known("hang"))
    assert world.send("hang", world.task(code, "decide"), sent).refusal is None


def test_a_signature_where_none_is_wanted_is_refused(world: World, code: str) -> None:
    """The server offered no purpose; what was signed is something else."""
    refusal = refusal_of(_signed_where_none_is_wanted(world, code))
    assert (refusal.kind, refusal.code) == (Kind.SIGNATURE, "statement-differs")


def test_a_statement_is_used_once(world: World, code: str) -> None:
    """The same signature over the same statement cannot decide again after the dossier came back."""
    task = world.task(code, "decide")
    sent = world.submission(offered(world, code, {"decision": "return"}), known("hang"))
    world.send("hang", task, sent).body_or_raise()
    refusal = refusal_of(world.send("hang", task, sent))
    assert refusal.code == "task-closed"  # the task is over; its statement says nothing of the next one
    world.do("lan", code, "prepare", {"note": "sửa"})
    again = world.task(code, "decide")
    world.claim("hang", again).body_or_raise()
    assert refusal_of(world.send("hang", again, sent)).code == "statement-unknown"


def test_a_late_refusal_stays(world: World, code: str) -> None:
    """What is refused late (the binding was revoked) stays refused, however often it is sent."""
    task = world.task(code, "decide")
    sent = world.submission(offered(world, code), known("hang"))
    world.revoke(known("hang")).body_or_raise()
    assert refusal_of(world.send("hang", task, sent)).code == "certificate-revoked"
    assert refusal_of(world.send("hang", task, sent)).code == "certificate-revoked"
    assert world.last(code)["details"]["code"] == "certificate-revoked"


def test_a_refused_attempt_does_not_use_up_its_statement(world: World, code: str) -> None:
    """A bad signature over it, then the good one: the officer need not prepare again."""
    task = world.task(code, "decide")
    told = offered(world, code)
    wrong = world.submission(told, person("hang"))
    assert refusal_of(world.send("hang", task, wrong)).code == "certificate-unbound"
    assert world.send("hang", task, world.submission(told, known("hang"))).refusal is None


def test_of_two_completions_at_once_one_is_accepted(world: World, code: str) -> None:
    """With two statements and two signatures: the dossier moves once, and the other is told and recorded."""
    task = world.task(code, "decide")
    sent = [world.submission(offered(world, code), known("hang")) for _ in range(2)]
    answers = at_once(2, lambda number: world.send("hang", task, sent[number]))
    refused = [answer.refusal.code for answer in answers if answer.refusal]  # type: ignore[attr-defined]
    assert refused == ["task-closed"]
    assert world.acts(code)[-2:] == ["task-completed", "completion-refused"]
    assert [item["element"] for item in world.dossier(code)["tasks"]] == ["seal"]
    assert len(_records(world, code)) == 1


def test_of_a_completion_and_a_revocation_at_once_the_trail_has_one_order(world: World, code: str) -> None:
    """Whichever is first in the trail holds: no completion stands after the revocation of its certificate."""
    task = world.task(code, "decide")
    sent = world.submission(offered(world, code), known("hang"))

    def do(number: int) -> Answer:
        return world.send("hang", task, sent) if number == 0 else world.revoke(known("hang"))

    completed, revoked = at_once(2, do)
    index = revoked.body_or_raise()["receipt"]["index"]  # type: ignore[attr-defined]
    if completed.refusal is None:  # type: ignore[attr-defined]
        assert completed.body_or_raise()["receipt"]["index"] < index  # type: ignore[attr-defined]
    else:
        assert completed.refusal.code == "certificate-revoked"  # type: ignore[attr-defined]


@pytest.mark.parametrize(("who", "why"), [("nam", "task-unknown"), ("kiem", "auditor-changes-nothing")])
def test_another_office_completes_nothing(world: World, code: str, who: str, why: str) -> None:
    """It does not even learn that the task exists; an auditor, who may read it, changes nothing."""
    task = world.task(code, "decide")
    assert refusal_of(world.complete(who, task, {})).code == why
    sent = world.submission(offered(world, code), known("hang"))
    assert refusal_of(world.send(who, task, sent)).code == "statement-unknown"


def test_a_statement_of_another_task_is_unknown(world: World, code: str) -> None:
    """It was prepared for something else."""
    sent = world.submission(offered(world, code), known("hang"))
    other = world.start("tra-ket-qua")
    world.do("lan", other, "prepare", {"note": "đủ"})
    task = world.task(other, "decide")
    world.claim("hang", task).body_or_raise()
    assert refusal_of(world.send("hang", task, sent)).code == "statement-unknown"


# -- prepare


def test_a_statement_states_the_facts(world: World, code: str) -> None:
    """What will be signed, a nonce of its own, fifteen minutes, and the log's present checkpoint."""
    task = world.task(code, "decide")
    first, second = offered(world, code), offered(world, code)
    assert first["nonce"] != second["nonce"]
    assert first["id"] != second["id"]
    assert first["expires"] == "2026-11-21T08:45:00Z"
    facts = first["facts"]
    assert (facts["dossier"], facts["task"], facts["officer"], facts["purpose"]) == (code, task, "hang", "approval")
    assert [item["sha256"] for item in facts["documents"]] == [sha256_hex(RESULT)]


@pytest.mark.parametrize(
    ("who", "data", "why"),
    [
        ("duc", APPROVE, "not-holder"),
        ("nam", APPROVE, "task-unknown"),
        ("hang", {}, "form-invalid"),
        ("hang", {"decision": "perhaps"}, "form-invalid"),
        ("hang", {**APPROVE, "extra": 1}, "form-invalid"),
        ("hang", {**APPROVE, "comment": "x" * 301}, "form-invalid"),
    ],
)
def test_what_could_not_be_completed_gets_no_statement(
    world: World, code: str, who: str, data: Mapping[str, Any], why: str
) -> None:
    """The officer learns it before signing."""
    size = world.size()
    assert refusal_of(world.prepare(who, world.task(code, "decide"), data)).code == why
    assert world.size() == size


# -- repetition


def test_a_repeated_completion_gets_its_first_answer(world: World, code: str) -> None:
    """Byte for byte, though the task is over since; nothing is done twice."""
    task = world.task(code, "decide")
    sent = world.submission(offered(world, code), known("hang"))
    request = Request(officer="hang", key="k1", fingerprint="f1")
    first = world.send("hang", task, sent, request)
    size = world.size()
    again = world.send("hang", task, sent, request)
    assert again.body_or_raise() == first.body_or_raise()
    assert again.status == first.status
    assert world.size() == size


def test_a_repeated_refusal_gets_its_first_answer(world: World, code: str) -> None:
    """Refusals included: the second attempt is not another refusal in the trail."""
    task = world.task(code, "decide")
    first = refusal_of(world.complete("hang", task, APPROVE, key="k2"))
    size = world.size()
    assert refusal_of(world.complete("hang", task, APPROVE, key="k2")) == first
    assert world.size() == size


def test_a_key_is_for_one_request(world: World, code: str) -> None:
    """With another body it is refused, and nothing is done."""
    task = world.task(code, "decide")
    request = Request(officer="hang", key="k3", fingerprint="f1")
    sent = world.submission(offered(world, code), known("hang"))
    world.send("hang", task, sent, request).body_or_raise()
    size = world.size()
    other = Request(officer="hang", key="k3", fingerprint="f2")
    refusal = refusal_of(world.send("hang", task, sent, other))
    assert (refusal.kind, refusal.code) == (Kind.CONFLICT, "key-reused")
    assert world.size() == size


def test_keys_of_two_officers_are_apart(world: World) -> None:
    """Nobody gets another's answer."""
    one, two = world.task(world.start("cho"), "work"), world.task(world.start("cho"), "work")
    assert world.claim("lan", one, key="same").body_or_raise()["id"] == one
    assert world.claim("mai", two, key="same").body_or_raise()["id"] == two


def test_of_two_equal_requests_at_once_one_acts(world: World, code: str) -> None:
    """A client that lost patience and asked again: both get the one answer."""
    task = world.task(code, "decide")
    sent = world.submission(offered(world, code), known("hang"))
    request = Request(officer="hang", key="k4", fingerprint="f")
    one, two = at_once(2, lambda _number: world.send("hang", task, sent, request))
    assert one.body_or_raise() == two.body_or_raise()  # type: ignore[attr-defined]
    assert world.acts(code).count("task-completed") == 2  # prepare, decide


def _records(world: World, code: str) -> list[object]:
    from adapters.database import acts

    with world.app.store.read() as tx:
        return list(acts.records_of(tx, code))


def test_bare_data_is_no_way_around_a_statement(world: World, code: str) -> None:
    """A submission decides by the data that was signed, whatever else was sent with it."""
    sent = world.submission(offered(world, code, {"decision": "return"}), known("hang"))
    completion = completing.Completion(task=world.task(code, "decide"), submission=sent, data=APPROVE)
    answer = completing.complete_task(world.app, world.officer("hang"), Request(officer="hang"), completion)
    assert [item["element"] for item in answer.body_or_raise()["opened"]] == ["prepare"]
