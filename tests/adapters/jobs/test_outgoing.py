"""Results go out: by email, by post, over the counter; only what the procedure record allows, approved and sealed."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from adapters.application import dispatching, queries, work
from adapters.console.demo.mail import free_port
from adapters.database import definitions, jobs, tables
from adapters.dispatch.email.server import MailServer
from adapters.jobs.mailing import email
from adapters.jobs.worker import work_once
from signing.canonical import sha256_hex
from tests.adapters.application.bundles import signed, straight, task
from tests.adapters.application.world import CITIZEN, RESULT, World
from tests.adapters.jobs.mail import Keeper, serving
from tests.adapters.jobs.rewriting import replace_result
from tests.pki import NOW, authority, trust


def dispatch(world: World, code: str) -> Mapping[str, Any]:
    [found] = world.dossier(code)["dispatches"]
    return found  # type: ignore[no-any-return]


def incident(world: World, code: str) -> str:
    """The code of the job that failed; the dossier is stuck there and sent nothing."""
    shown = world.dossier(code)
    [failed] = [item for item in shown["jobs"] if item["state"] == "failed"]
    assert world.acts(code)[-2:] == ["job-failed", "incident-raised"]
    return str(world.last(code)["details"]["code"]) if failed else ""


# -- email


def test_a_result_goes_out_by_email(world: World) -> None:
    """The very bytes that were approved, attached; what happened is in the trail; no address stands there."""
    keeper = Keeper()
    with serving(keeper) as server:
        world.change(mail=server)
        code = world.approved(channel="email")
        assert world.work() == 1
    [mail] = keeper.mails()
    [attachment] = mail.iter_attachments()
    assert sha256_hex(attachment.get_payload(decode=True)) == sha256_hex(RESULT)  # type: ignore[arg-type]
    assert attachment.get_filename() == "result.pdf"
    assert "anh.tuyet@example.vn" in mail["To"]
    assert mail["Subject"] == "Kết quả"
    sent = dispatch(world, code)
    assert (sent["state"], sent["attempts"], sent["note"]) == ("sent", 1, None)
    assert mail["Message-ID"].startswith("<")
    assert world.acts(code)[-2:] == ["dispatch-prepared", "dispatch-sent"]
    assert world.dossier(code)["status"] == 9
    assert "anh.tuyet" not in str(queries.history(world.app, world.officer("hoa"), code).body_or_raise()["items"][-2:])


def test_a_relay_that_puts_off_is_asked_again(world: World) -> None:
    """4xx, then taken: the same Message-ID, one mail, and in between people see why it waits."""
    keeper = Keeper(data=["451 4.3.0 come again", "250 kept"], recipients=["450 4.2.0 greylisted"])
    with serving(keeper) as server:
        world.change(mail=server)
        code = world.approved(channel="email")
        for _ in range(2):
            assert work_once(world.app)
            assert not work_once(world.app)
            waiting = dispatch(world, code)
            assert waiting["state"] == "sending"
            assert waiting["note"].startswith("the mail server asks to come again (45")
            world.clock.go(seconds=300)
        assert world.work() == 1
    assert len(keeper.taken) == 1
    sent = dispatch(world, code)
    assert (sent["state"], sent["attempts"], sent["copies"]) == ("sent", 3, 1)
    assert world.acts(code)[-2:] == ["dispatch-prepared", "dispatch-sent"]


def test_the_delay_doubles_up_to_an_hour(world: World) -> None:
    """A server that is away for a day is not hammered, and not forgotten."""
    world.change(mail=MailServer(host="127.0.0.1", port=free_port(), scheme="smtp"))
    world.approved(channel="email")
    delays = []
    for _ in range(12):
        assert work_once(world.app)
        with world.app.store.read() as tx:
            due = tx.execute(select(tables.job.c.due).where(tables.job.c.state == "open")).scalar_one()
        delays.append((due - world.clock.now).total_seconds())
        world.clock.now = due
    longest = [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]
    assert all(0.75 * most <= delay <= most for delay, most in zip(delays, longest, strict=True))
    assert delays[-2] != delays[-1], "what failed together does not come back together"


@pytest.mark.parametrize(
    "manners", [{"recipients": ["550 5.1.1 no such user"]}, {"data": ["554 5.7.1 we do not want this"]}]
)
def test_a_relay_that_refuses_for_good_is_an_incident(world: World, manners: dict[str, list[str]]) -> None:
    """5xx: people must look; the reply's text, which may repeat the address, is not kept."""
    keeper = Keeper(**{name: list(answers) for name, answers in manners.items()})
    with serving(keeper) as server:
        world.change(mail=server)
        code = world.approved(channel="email")
        world.work()
    assert keeper.taken == []
    assert incident(world, code) == "mail-refused"
    refused = dispatch(world, code)
    assert refused["state"] == "permanent-failure"
    assert refused["note"].startswith("the mail server refused for good (55")
    assert "no such user" not in str(world.dossier(code))


def test_a_relay_that_is_away_is_asked_again(world: World) -> None:
    """Connection refused says nothing of the mail."""
    port = free_port()
    world.change(mail=MailServer(host="127.0.0.1", port=port, scheme="smtp"))
    code = world.approved(channel="email")
    assert world.work() == 1
    [job] = world.dossier(code)["jobs"]
    assert (job["state"], job["attempts"]) == ("open", 1)
    assert "ConnectionRefusedError" in job["error"]


def test_a_relay_that_does_not_let_us_in_is_asked_again(world: World) -> None:
    """A wrong password is the operator's trouble, not the citizen's: no result is given up for it."""
    keeper = Keeper()
    with serving(keeper, auth_require_tls=False, authenticator=lambda *_: _denied()) as server:
        world.change(mail=MailServer(host=server.host, port=server.port, scheme="smtp", user="hoso", password="wrong"))
        code = world.approved(channel="email")
        assert world.work() == 1
    [job] = world.dossier(code)["jobs"]
    assert job["state"] == "open"
    assert "535" in job["error"]
    assert "wrong" not in job["error"]


def _denied() -> Any:
    from aiosmtpd.smtp import AuthResult

    return AuthResult(success=False, handled=False)


def test_without_a_mail_server_the_mail_waits(world: World) -> None:
    """The message names the setting."""
    code = world.approved(channel="email")
    assert world.work() == 1
    [job] = world.dossier(code)["jobs"]
    assert "HOSO_SMTP_URL" in job["error"]


def test_a_worker_that_slept_past_its_lease_records_nothing(world: World) -> None:
    """Another sent the mail meanwhile: the sleeper neither sends nor writes over what the other recorded."""
    keeper = Keeper()
    with serving(keeper) as server:
        world.change(mail=server)
        code = world.approved(channel="email")
        sleeper = work.take(world.app, "w")
        assert sleeper is not None
        world.clock.now += work.LEASE + timedelta(seconds=1)
        assert world.work() == 1
        told = world.acts(code)
        assert len(keeper.taken) == 1
        email(world.app, sleeper)
    assert len(keeper.taken) == 1
    assert world.acts(code) == told
    assert (dispatch(world, code)["attempts"], dispatch(world, code)["copies"]) == (1, 1)


def test_a_failure_that_a_sleeper_reports_late_is_not_recorded(world: World) -> None:
    """Its lease was taken over: the dossier goes its way."""
    keeper = Keeper(recipients=["250 OK", "550 no"])
    with serving(keeper) as server:
        world.change(mail=server)
        code = world.approved(channel="email")
        sleeper = work.take(world.app, "w")
        assert sleeper is not None
        world.clock.now += work.LEASE + timedelta(seconds=1)
        world.work()
        work.postpone(world.app, sleeper, "late")
        assert work.fail(world.app, sleeper, "mail-refused", "late") is False
    assert dispatch(world, code)["state"] == "sent"
    assert world.dossier(code)["finished"]


def test_killed_after_sending_the_mail_is_recognised(world: World) -> None:
    """The one thing no transaction covers: the mail may go twice, but with one Message-ID, and one dispatch."""
    keeper = Keeper()
    with serving(keeper) as server:
        world.change(mail=server)
        code = world.approved(channel="email")
        broken = world.app.entropy

        def dead(_count: int) -> bytes:
            if keeper.taken:
                raise SystemExit("killed")
            return broken(_count)

        world.change(entropy=dead)
        with pytest.raises(SystemExit):
            work_once(world.app)
        world.change(entropy=broken)
        assert len(keeper.taken) == 1
        world.clock.now += work.LEASE + timedelta(seconds=1)
        assert world.work() == 1
    one, two = keeper.mails()
    assert one["Message-ID"] == two["Message-ID"]
    assert one["Date"] == two["Date"]
    assert world.acts(code)[-3:] == ["dispatch-prepared", "dispatch-unconfirmed", "dispatch-sent"]
    sent = dispatch(world, code)
    assert (sent["state"], sent["attempts"], sent["copies"]) == ("sent", 2, 2)


# -- post and counter


def test_a_parcel_gets_its_label_and_stands_in_the_manifest(world: World) -> None:
    """Prepared, not sent: the carrier has it when the clerk says so."""
    code = world.approved(channel="post")
    assert world.work() == 1
    parcel = dispatch(world, code)
    assert (parcel["state"], parcel["channel"], parcel["label"]) == ("prepared", "post", True)
    label = queries.label(world.app, world.officer("hoa"), parcel["id"])
    assert isinstance(label, bytes)
    assert label.startswith(b"%PDF-")
    [row] = queries.parcels(world.app, world.officer("hoa"), world.clock.now.date())
    assert row["code"] == parcel["id"]
    assert world.dossier(code)["status"] == 9
    assert world.acts(code)[-1] == "dispatch-prepared"


def test_a_result_at_the_counter_is_delivered_by_its_hand_over(world: World) -> None:
    """Ready, then delivered; decided is not delivered."""
    code = world.approved(channel="counter")
    world.work()
    assert (dispatch(world, code)["state"], world.dossier(code)["status"]) == ("ready", 9)
    world.do("hoa", code, "hand_over")
    assert (dispatch(world, code)["state"], world.dossier(code)["status"]) == ("delivered", 10)


@pytest.mark.parametrize(
    ("changes", "data", "why"),
    [
        ({"post_excluded": "hộ tịch (NĐ 123/2015)"}, {}, "post-excluded"),
        ({"channels": ["counter"]}, {}, "channel-excluded"),
        ({}, {"consent": None}, "consent-missing"),
        ({}, {"address": "another one"}, "consent-missing"),
    ],
)
def test_where_post_is_excluded_the_process_takes_its_other_way(
    world: World, changes: dict[str, Any], data: dict[str, Any], why: str
) -> None:
    """It branches on the refusal, here to the counter; the refused dispatch is in the trail and left no parcel."""
    if changes:
        world.adopt("tra-ket-qua", **changes).body_or_raise()
    code = world.approved(channel="post", **data)
    assert world.work() == 2
    assert world.dossier(code)["data"]["dispatched"] == why
    assert [(item["channel"], item["state"]) for item in world.dossier(code)["dispatches"]] == [("counter", "ready")]
    assert world.acts(code)[-3:] == ["dispatch-refused", "dispatch-prepared", "visit-set"]
    assert queries.parcels(world.app, world.officer("hoa"), world.clock.now.date()) == []


# -- no result leaves unsigned


LOOK = task("look", "chuyen-vien")
SEAL = signed("seal", "van-thu", "organ")
Steps = Callable[[World, str], None]


def _look(world: World, code: str) -> None:
    world.do("lan", code, "look")


def _returned(world: World, code: str) -> None:
    world.sign_off("hang", code, "decide", {"decision": "return"})


def _decided(world: World, code: str) -> None:
    world.sign_off("hang", code, "decide", {"decision": "approve"})


def _by_another_role(world: World, code: str) -> None:
    world.sign_off("lan", code, "decide", {"decision": "approve"})


def _changed_after(world: World, code: str) -> None:
    world.sign_off("hang", code, "decide", {"decision": "approve"})
    world.sign_off("hoa", code, "seal")
    replace_result(world, code)


CASES: list[tuple[str, tuple[str, ...], Steps]] = [
    ("unsigned", (LOOK,), _look),
    ("signed-return", (signed("decide", "lanh-dao", "approval", form="decide"),), _returned),
    ("initial", (signed("decide", "lanh-dao", "initial", form="decide"),), _decided),
    ("another-role", (signed("decide", "chuyen-vien", "approval", form="decide"),), _by_another_role),
    ("other-bytes", (signed("decide", "lanh-dao", "approval", documents="annex", form="decide"),), _decided),
    ("no-organ", (signed("decide", "lanh-dao", "approval", form="decide"),), _decided),
    ("changed-after", (signed("decide", "lanh-dao", "approval", form="decide"), SEAL), _changed_after),
]


@pytest.mark.parametrize(("name", "steps", "walk"), CASES, ids=[case[0] for case in CASES])
def test_whatever_is_drawn_no_result_leaves_unsigned(
    world: World, name: str, steps: tuple[str, ...], walk: Steps
) -> None:
    """The process sends it; the dispatch finds no valid approval over these bytes, and refuses.

    Where the approval is what is wrong, the record asks for it alone: the agency would not seal either.
    """
    keeper = Keeper()
    world.deploy(straight(name, *steps)).body_or_raise()
    alone = {"document": "result", "approvals": [{"purpose": "approval", "role": "lanh-dao"}]}
    world.adopt(name, **({} if name in ("no-organ", "changed-after") else {"result": alone})).body_or_raise()
    with serving(keeper) as server:
        world.change(mail=server)
        code = world.start(name, files={"result": RESULT, "annex": b"%PDF-1.7 annex"})
        walk(world, code)
        world.work()
    assert keeper.taken == []
    assert incident(world, code) == "result-unsigned"
    assert world.dossier(code)["dispatches"] == []
    assert world.dossier(code)["status"] < 9


def test_without_a_procedure_nothing_leaves(world: World) -> None:
    """A dossier that was received under no procedure record has no rule by which its result could go."""
    world.deploy(straight("khong-thu-tuc", LOOK)).body_or_raise()
    code = world.start("khong-thu-tuc")
    _look(world, code)
    world.work()
    assert incident(world, code) == "procedure-missing"


def test_a_dossier_keeps_the_rule_that_it_was_received_under(world: World) -> None:
    """A laxer record adopted later does not let an older dossier out."""
    world.deploy(straight("noi-long", signed("decide", "lanh-dao", "approval", form="decide"))).body_or_raise()
    world.adopt("noi-long").body_or_raise()
    code = world.start("noi-long")
    lax = {"document": "result", "approvals": [{"purpose": "approval", "role": "lanh-dao"}]}
    world.clock.go(minutes=1)
    world.adopt("noi-long", result=lax).body_or_raise()
    world.sign_off("hang", code, "decide", {"decision": "approve"})
    world.work()
    assert incident(world, code) == "result-unsigned"


def test_approvals_hold_when_the_lists_were_renewed_since(world: World) -> None:
    """Revocation lists come anew each day: what was approved on Saturday goes out on Tuesday, under Tuesday's lists."""
    keeper = Keeper()
    with serving(keeper) as server:
        world.change(mail=server)
        code = world.approved(channel="email")
        now = world.clock.go(days=3)
        world.trusted.append(trust(at=now - timedelta(hours=1)))
        world.work()
    assert len(keeper.taken) == 1, world.dossier(code)["jobs"]


def test_a_certificate_revoked_before_it_signed_approves_nothing(world: World) -> None:
    """The lists of today tell that the key was lost before the approval: what it signed is void."""
    from tests.pki import person

    lost = person("hang")
    world.bind("hang", lost).body_or_raise()
    code = world.start("tra-ket-qua", data={**CITIZEN, "channel": "email"})
    world.do("lan", code, "prepare", {"note": "đủ"})
    decide = world.task(code, "decide")
    world.claim("hang", decide).body_or_raise()
    told = world.prepare("hang", decide, {"decision": "approve"}).body_or_raise()
    world.send("hang", decide, world.submission(told, lost)).body_or_raise()
    world.sign_off("hoa", code, "seal")
    authority().revoke(lost.certificate, NOW - timedelta(hours=2))
    world.trusted.append(trust(at=world.clock.go(minutes=1)))
    keeper = Keeper()
    with serving(keeper) as server:
        world.change(mail=server)
        world.work()
    assert keeper.taken == []
    assert incident(world, code) == "result-unsigned"


def forge(world: World, code: str) -> None:
    """Write another decision into the stored record of the leader's approval."""
    with world.app.store.write() as tx:
        approvals = (tables.record.c.dossier == code, tables.record.c.purpose == "approval")
        rows = tx.execute(select(tables.record.c.sha256).where(*approvals)).scalars().all()
        forged = (definitions.get_content(tx, rows[0]) or b"").replace(b'"approve"', b'"Approve"')
        tx.execute(update(tables.content).where(tables.content.c.sha256 == rows[0]).values(bytes=forged))


def test_records_changed_in_the_database_approve_nothing(world: World) -> None:
    """Whoever writes an approval into the database by hand has no signature for it."""
    code = world.start("tra-ket-qua", data={**CITIZEN, "channel": "email"})
    world.do("lan", code, "prepare", {"note": "đủ"})
    world.sign_off("hang", code, "decide", {"decision": "approve"})
    world.sign_off("hoa", code, "seal")
    forge(world, code)
    world.change(mail=MailServer(host="127.0.0.1", port=free_port(), scheme="smtp"))
    world.work()
    assert incident(world, code) == "result-unsigned"


def test_each_try_is_proven_anew(world: World) -> None:
    """The relay was away for days, and meanwhile the approval fell: what was ready to go stays."""
    code = world.approved(channel="email")
    world.change(mail=MailServer(host="127.0.0.1", port=free_port(), scheme="smtp"))
    assert work_once(world.app)
    assert dispatch(world, code)["state"] == "sending"
    forge(world, code)
    world.clock.go(hours=1)
    keeper = Keeper()
    with serving(keeper) as server:
        world.change(mail=server)
        world.work()
    assert keeper.taken == []
    assert incident(world, code) == "result-unsigned"


def test_a_result_that_changes_while_it_is_proven_stays(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another revision came between the proof and the decision: it is proven anew, and lacks its approvals."""
    code = world.approved(channel="counter")
    honest = dispatching.prove

    def slow(app: Any, dossier: Any, document: Any) -> dispatching.Proof:
        proof = honest(app, dossier, document)
        if document.revision == 1:
            replace_result(world, code)
        return proof

    monkeypatch.setattr(dispatching, "prove", slow)
    assert work_once(world.app)
    assert world.dossier(code)["dispatches"] == []
    world.clock.go(minutes=1)
    world.work()
    assert world.dossier(code)["dispatches"] == []
    assert incident(world, code) == "result-unsigned"


def test_a_missing_result_is_an_incident(world: World) -> None:
    """And no other document goes in its place."""
    code = world.start("khong-ky", files={"other": RESULT})
    _look(world, code)
    world.work()
    assert incident(world, code) == "document-missing"


def test_a_bad_address_is_an_incident(world: World) -> None:
    """The address is not repeated in the trail."""
    code = world.approved(channel="email", to="a@b.vn, c@d.vn")
    world.work()
    assert incident(world, code) == "address-invalid"
    assert "c@d.vn" not in str(world.last(code))


def test_jobs_of_two_dossiers_do_not_wait_for_each_other(world: World) -> None:
    """One that fails leaves the other alone."""
    bad, good = world.approved(channel="email", to="nobody"), world.approved(channel="counter")
    assert world.work() == 2
    assert incident(world, bad) == "address-invalid"
    assert dispatch(world, good)["state"] == "ready"
    with world.app.store.read() as tx:
        assert [row["state"] for row in jobs.jobs_of(tx, good)] == []
