"""Delivery reports find their dispatch by what only our mail carries; what names none, or two, says nothing."""

from collections.abc import Mapping
from typing import Any

import pytest

from adapters.application.mail_plans import _event
from adapters.application.mails import FAILED_MAIL, report_by_http, take
from adapters.database import jobs
from adapters.mailbox.reading import read_mail
from adapters.mailbox.report import Outcome
from engine.errors import Refusal
from engine.officer import RELAY
from engine.outcome import JobRequest
from tests.adapters.application.bundles import accepts, bundle, email, signed, task
from tests.adapters.application.test_dispatch_reports import sent
from tests.adapters.application.world import CITIZEN, World
from tests.adapters.http.serving import serving
from tests.adapters.jobs.mail import Keeper
from tests.adapters.jobs.mail import serving as relaying
from tests.adapters.mailbox.letters import bounce, letter
from tests.engine.bpmn.models import chain, end, start_event


def row(world: World, id: str) -> Mapping[Any, Any]:
    with world.app.store.read() as tx:
        found = jobs.find_dispatch(tx, id)
    assert found is not None
    return found


@pytest.mark.parametrize("by", ["envelope", "returned", "to", "to with the key"])
def test_a_bounce_is_matched_by_what_only_our_mail_carries(world: World, by: str) -> None:
    """Envelope id, Message-ID of the returned headers, or the tag of the return path; then it failed for good."""
    code, id = sent(world)
    key = row(world, id)["key"]
    named = {
        "envelope": key, "returned": f"<{key}@benthanh.example>", "to": f"hoso+bounces+{id.lower()}@benthanh.example",
        "to with the key": f"bounces+{key}@benthanh.example",
    }  # fmt: skip
    name = by.partition(" ")[0]
    raw = bounce(**{name: named[by]})
    found = take(world.app, raw, None)
    assert found is not None
    assert (found.state, found.dossier, row(world, id)["state"]) == ("taken", code, "permanent-failure")
    assert world.acts(code)[-1] == "dispatch-bounced"
    again = take(world.app, raw, None)
    assert again is not None
    assert again.again
    assert world.acts(code).count("dispatch-bounced") == 1
    late = take(world.app, bounce(**{name: named[by]}, action="delivered", status="2.0.0", number=2), None)
    assert late is not None
    assert (row(world, id)["state"], world.acts(code)[-1]) == ("permanent-failure", "dispatch-contradicted")


def test_more_reports_than_a_mail_can_have_wait(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever knows a key fills neither the trail nor the store with them."""
    monkeypatch.setattr("adapters.application.mail_plans.MOST_REPORTS", 2)
    code, id = sent(world)
    key = row(world, id)["key"]
    found = [take(world.app, bounce(envelope=key, action="delayed", status="4.0.0", number=n), None) for n in range(4)]
    reasons = [each.reason for each in found if each is not None]
    assert reasons == [None, None, "mail-report-many", "mail-report-many"]
    assert world.acts(code).count("dispatch-delayed") == 2


def test_a_report_that_names_no_dispatch_says_nothing(world: World) -> None:
    """Not by the address, not by a guessed key, not where two are named or the recipient is unclear."""
    _, id = sent(world)
    _, other = sent(world)
    keys = [row(world, each)["key"] for each in (id, other)]
    two = ("a@example.vn", "b@example.vn")
    forged = {
        "mail-report-unknown": [bounce(), bounce(envelope="0" * 32), bounce(to="bounces+x@benthanh.example", number=2)],
        "mail-report-unclear": [
            bounce(envelope=keys[0], returned=f"<{keys[1]}@benthanh.example>"),
            bounce(envelope=keys[0], recipients=two),
            bounce(envelope=keys[0], action="failed", status="2.0.0"),
            bounce(envelope=keys[0], action="delivered", status="5.0.0"),
        ],
        "mail-automatic": [
            bounce(envelope=keys[0], action="vanished"),
            bounce(envelope=keys[0]).replace(b"delivery-status;", b"disposition-notification;"),
            letter(5, sender="MAILER-DAEMON@x.vn", text=f"Undeliverable: {keys[0]}", Auto_Submitted="auto-replied"),
        ],
    }
    for reason, raws in forged.items():
        for raw in raws:
            found = take(world.app, raw, None)
            assert found is not None
            assert (found.state, found.reason) == ("waiting", reason)
    assert {row(world, each)["state"] for each in (id, other)} == {"sent"}
    of_many = take(world.app, bounce(envelope=keys[0], recipients=("a@example.vn", "Anh.Tuyet@example.vn")), None)
    assert of_many is not None
    assert row(world, id)["state"] == "permanent-failure"


@pytest.mark.parametrize(
    ("action", "status", "event"),
    [
        ("failed", "5.1.1", "bounced"), ("failed", "4.4.7", "expired"), ("failed", "", "bounced"),
        ("failed", "2.0.0", None), ("delayed", "4.4.1", "delayed"), ("delayed", "5.0.0", None),
        ("delivered", "2.1.5", "delivered"), ("delivered", "5.0.0", None), ("relayed", "2.0.0", "relayed"),
        ("expanded", "2.0.0", "relayed"),
    ],
)  # fmt: skip
def test_what_a_report_says_happened(action: str, status: str, event: str | None) -> None:
    """Relayed and expanded are not delivered; action and status that contradict each other say nothing."""
    assert _event(Outcome(action=action, status=status, recipient="", original="")) == event


def test_the_text_of_a_report_is_no_report() -> None:
    """Reports without their parts, with too many recipients, or with none, are none."""
    assert read_mail(bounce(envelope="x")).report is not None
    assert read_mail(bounce(recipients=())).report is None
    assert read_mail(bounce(recipients=tuple(f"a{n}@b.vn" for n in range(60)))).report is None


WAITS = bundle(
    "cho-tra-lai",
    start_event()
    + signed("decide", "lanh-dao", "approval", form="decide")
    + signed("seal", "van-thu", "organ")
    + email()
    + f'<bpmn:intermediateCatchEvent id="failed">{accepts("status", "dispatch", "state")}'
    + '<bpmn:messageEventDefinition messageRef="m"/></bpmn:intermediateCatchEvent>'
    + task("call", "van-thu")
    + end()
    + chain("s", "decide", "seal", "send", "failed", "call", "e"),
    before='<bpmn:message id="m" name="hoso.dispatch-failed"/>',
)


def test_a_bounce_opens_work_where_the_process_waits_for_it(world: World) -> None:
    """The message `hoso.dispatch-failed` goes to that dossier alone; another that waits, too, hears nothing."""
    world.deploy(WAITS).body_or_raise()
    world.adopt("cho-tra-lai").body_or_raise()
    with relaying(Keeper()) as server:
        world.change(mail=server)
        codes = []
        for _ in range(2):
            code = world.start("cho-tra-lai", data=CITIZEN)
            world.sign_off("hang", code, "decide", {"decision": "approve"})
            world.sign_off("hoa", code, "seal")
            world.stamp()
            world.work()
            codes.append(code)
    [dispatch] = world.dossier(codes[1])["dispatches"]
    take(world.app, bounce(envelope=row(world, dispatch["id"])["key"], status="5.7.1"), None)
    world.work()
    assert [item["element"] for item in world.dossier(codes[1])["tasks"]] == ["call"]
    assert world.dossier(codes[0])["tasks"] == []
    assert world.acts(codes[1])[-2:] == ["dispatch-bounced", "message-received"]


WIDE = bundle(
    "nhieu-cho",
    start_event()
    + '<bpmn:subProcess id="sub"><bpmn:multiInstanceLoopCharacteristics>'
    + '<bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">16</bpmn:loopCardinality>'
    + "</bpmn:multiInstanceLoopCharacteristics>"
    + start_event("in")
    + f'<bpmn:intermediateCatchEvent id="failed">{accepts("status", "dispatch", "state")}'
    + '<bpmn:messageEventDefinition messageRef="m"/></bpmn:intermediateCatchEvent>'
    + task("call", "van-thu")
    + end("out")
    + chain("in", "failed", "call", "out")
    + "</bpmn:subProcess>"
    + end()
    + chain("s", "sub", "e"),
    before='<bpmn:message id="m" name="hoso.dispatch-failed"/>',
)


def test_a_wide_dossier_hears_of_a_failure(world: World) -> None:
    """What waits for it may live in any part of the dossier."""
    world.deploy(WIDE).body_or_raise()
    world.adopt("nhieu-cho").body_or_raise()
    code = world.start("nhieu-cho", data=CITIZEN)
    data = {"dispatch": "D", "state": "permanent-failure", "status": "5.1.1"}
    asked = JobRequest(number=0, element="", type=FAILED_MAIL, payload={"data": data}, due=world.clock.now)
    with world.app.store.write() as tx:
        jobs.add_job(tx, code, asked)
    world.work()
    assert "message-received" in world.acts(code)


def test_a_mail_server_hands_reports_over(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a right of its own, once each; the bare status part will do; a letter is refused, and kept nowhere."""
    code, id = sent(world)
    key = row(world, id)["key"]
    with serving(world) as served:
        relay = served.appoint("relay", RELAY)

        def post(body: bytes, token: str = relay, kind: str = "message/rfc822") -> tuple[int, Mapping[str, Any]]:
            headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
            answer = served.http.post("/v1/mail-reports", content=body, headers=headers)
            return answer.status_code, answer.json()

        assert post(bounce(envelope=key), world.tokens["an"])[1]["code"] == "right-missing"
        assert served.http.get("/v1/tasks", headers={"Authorization": f"Bearer {relay}"}).status_code == 403
        fields = "Final-Recipient: rfc822; x@y.vn\r\nAction: delayed\r\nStatus: 4.4.1\r\n"
        part = f"Original-Envelope-Id: {key}\r\n\r\n{fields}"
        assert post(part.encode(), kind="message/delivery-status")[1]["state"] == "taken"
        assert post(bounce(envelope=key)) == (200, {"state": "taken", "reason": None, "known": False})
        assert post(bounce(envelope=key))[1]["known"]
        monkeypatch.setattr("adapters.application.mails.MOST_WAITING", 0)
        assert post(bounce(envelope=key, number=9))[0] == 503
        monkeypatch.undo()
        assert post(letter())[1]["code"] == post(b"")[1]["code"] == "mail-no-report"
    assert isinstance(report_by_http(world.app, letter()), Refusal)
    assert world.acts(code)[-2:] == ["dispatch-delayed", "dispatch-bounced"]
