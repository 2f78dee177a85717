"""Every mail ends in the right state whatever the relay does; none is lost, and no copy too many goes unmarked."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.application import work
from adapters.application.dispatch_reports import report
from adapters.console.demo.mail import free_port
from adapters.database import erasing, jobs
from adapters.dispatch.email.sender import Sender
from adapters.dispatch.email.server import MailServer
from adapters.dispatch.email.smime import Smime
from adapters.jobs.worker import work_once
from engine.acts.intervene import Cancel
from engine.delivery import Event
from engine.tracks import PROMPT
from tests.adapters.application.bundles import bundle, email, signed, task
from tests.adapters.application.intervening import WHY, perform, resume, revision, suspend
from tests.adapters.application.replaying import contents_of, replayed
from tests.adapters.application.world import CITIZEN, World
from tests.adapters.jobs.mail import DROPPED, LOST, Keeper, serving
from tests.adapters.jobs.test_outgoing import dispatch, incident
from tests.engine.bpmn.models import boundary, chain, end, flow, start_event, timer
from tests.pki import NOW, person

LATER, NEVER = "451 4.3.0 later", "550 5.1.1 no such user"


@dataclass(frozen=True, kw_only=True)
class Case:
    """How the relay answers one mail, one try after another, and what is known in the end."""

    senders: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    state: str = "sent"
    copies: int = 1
    tries: int = 1
    incident: str = ""
    kept: int = 1


CASES = {
    "accepts": Case(),
    "greylists": Case(recipients=["450 4.2.0 greylisted"] * 2, tries=3),
    "puts-off-at-data": Case(data=[LATER], tries=2),
    "refuses-the-recipient": Case(
        recipients=[NEVER], state="permanent-failure", copies=0, incident="mail-refused", kept=0
    ),
    "refuses-the-mail": Case(data=[NEVER], state="permanent-failure", copies=0, incident="mail-refused", kept=0),
    "refuses-us": Case(
        senders=[NEVER], state="technical-failure", copies=0, incident="mail-sender-refused", kept=0
    ),
    "never-takes-it": Case(
        recipients=[LATER] * 60, state="temporary-failure", copies=0, tries=48, incident="mail-put-off", kept=0
    ),
    "is-lost-after-the-dot": Case(data=[LOST], copies=2, tries=2, kept=2),
    "is-lost-around-the-dot": Case(data=[DROPPED], copies=2, tries=2),
    "is-lost-then-put-off": Case(data=[LOST, LATER, "250 kept"], copies=2, tries=3, kept=2),
    "is-lost-then-refused": Case(
        recipients=["250 OK", NEVER], data=[LOST], state="sent-unconfirmed", tries=2, incident="mail-refused"
    ),
    "is-lost-each-time": Case(
        data=[LOST] * 9, state="sent-unconfirmed", copies=5, tries=5, incident="mail-unconfirmed", kept=5
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_a_relay_does_and_what_is_known(world: World, case: Case) -> None:
    """Its state, tries and copies. Whatever the relay kept was counted; each further copy is marked in the trail."""
    keeper = Keeper(senders=list(case.senders), recipients=list(case.recipients), data=list(case.data))
    code = world.approved(channel="email")
    with serving(keeper) as server:
        world.change(mail=replace(server, answer=3.0))
        for _ in range(case.tries):
            assert dispatch(world, code)["state"] in ("sending", "sent-unconfirmed") if _ else True
            assert work_once(world.app)
            world.clock.go(seconds=300)
        assert not work_once(world.app)
    found = dispatch(world, code)
    assert (found["state"], found["copies"], found["attempts"]) == (case.state, case.copies, case.tries)
    acts = world.acts(code)
    if case.incident:
        assert incident(world, code) == case.incident
    else:
        assert acts[-1] == "dispatch-sent"
    assert len(keeper.taken) == case.kept <= case.copies
    assert acts.count("dispatch-unconfirmed") >= case.copies - 1
    assert len(set(keeper.taken)) <= 1  # aiosmtpd adds no header of its own
    if "unconfirmed" in str(acts) or case.incident:
        assert replayed(contents_of(world, code)).answer == "yes"


def test_what_says_nothing_of_the_mail_is_tried_for_as_long_as_it_takes(world: World) -> None:
    """No relay, no STARTTLS, no way to sign in: each is told, none counts as put off, and no byte leaves in plain."""
    keeper = Keeper()
    code = world.approved(channel="email")
    with serving(keeper) as server:
        away = MailServer(host="127.0.0.1", port=free_port(), scheme="smtp")
        secret = replace(server, scheme="smtp+starttls")
        for one, why in [(away, "mail-away"), (secret, "mail-tls"), (replace(server, user="hoso"), "mail-login")]:
            world.change(mail=one)
            assert work_once(world.app)
            found = dispatch(world, code)
            assert (found["state"], found["copies"]) == ("sending", 0)
            assert found["note"].endswith(f"[{why}]")
            [job] = world.dossier(code)["jobs"]
            assert job["state"] == "open"
            world.clock.go(hours=1)
        assert keeper.taken == []
        world.change(mail=server)
        world.work()
    assert (dispatch(world, code)["state"], dispatch(world, code)["attempts"]) == ("sent", 4)


@pytest.mark.parametrize(("event", "state"), [(Event.DELIVERED, "delivered"), (Event.BOUNCED, "permanent-failure")])
def test_a_report_of_a_lost_copy_comes_before_the_next_try(world: World, event: Event, state: str) -> None:
    """It is known what became of it: no second copy goes out."""
    keeper = Keeper(data=[LOST])
    code = world.approved(channel="email")
    with serving(keeper) as server:
        world.change(mail=replace(server, answer=3.0))
        assert work_once(world.app)
        assert dispatch(world, code)["state"] == "sent-unconfirmed"
        report(world.app, dispatch(world, code)["id"], event, NOW, b"report")
        world.clock.go(seconds=300)
        assert work_once(world.app)
    found = dispatch(world, code)
    assert (found["state"], found["copies"], len(keeper.taken)) == (state, 1, 1)
    if event is Event.BOUNCED:
        assert incident(world, code) == "mail-refused"
    else:
        assert world.dossier(code)["finished"]


@pytest.mark.parametrize("act", ["suspended", "cancelled"])
def test_what_is_stopped_while_it_is_written_does_not_leave(world: World, act: str) -> None:
    """The dossier is called off between greeting and final dot: the relay gets no dot; a suspended one goes later."""
    code = world.approved(channel="email")

    def stop() -> None:
        keeper.meanwhile = lambda: None
        if act == "suspended":
            suspend(world, code)
        else:
            perform(world, Cancel(revision=revision(world, code), reason=WHY), code).body_or_raise()

    keeper = Keeper(meanwhile=stop)
    with serving(keeper) as server:
        world.change(mail=server)
        assert work_once(world.app)
        assert keeper.taken == []
        assert dispatch(world, code)["state"] == ("sending" if act == "suspended" else "cancelled")
        assert dispatch(world, code)["copies"] == 0
        if act == "suspended":
            resume(world, code)
            world.clock.go(minutes=5)
            world.work()
            assert (dispatch(world, code)["state"], len(keeper.taken)) == ("sent", 1)


BOUND = bundle(
    "gui-co-han",
    start_event()
    + signed("decide", "lanh-dao", "approval", form="decide")
    + signed("seal", "van-thu", "organ")
    + email()
    + boundary("late", "send", timer("timeDuration", "PT1H"))
    + task("call", "van-thu")
    + end()
    + chain("s", "decide", "seal", "send", "call", "e")
    + flow("late", "call"),
)


@pytest.mark.parametrize(
    ("where", "state", "copies", "act"),
    [("before", "cancelled", 0, "dispatch-called-off"), ("afterwards", "sent-unconfirmed", 1, "dispatch-unconfirmed")],
)
def test_a_mail_whose_job_ends_without_it_is_settled(
    world: World, where: str, state: str, copies: int, act: str
) -> None:
    """A timer takes the place of the sending: what has not left is called off, else it is told; it can be erased."""
    world.deploy(BOUND).body_or_raise()
    world.adopt("gui-co-han").body_or_raise()
    code = world.start("gui-co-han", data=CITIZEN)
    world.sign_off("hang", code, "decide", {"decision": "approve"})
    world.sign_off("hoa", code, "seal")
    world.stamp()

    def late() -> None:
        keeper.afterwards = lambda: None
        world.clock.go(hours=2)
        with ThreadPoolExecutor(1) as another:  # this is the relay's event loop
            assert another.submit(work_once, world.app, PROMPT).result()

    keeper = Keeper(recipients=["450 4.2.0 later"]) if where == "before" else Keeper(afterwards=late)
    with serving(keeper) as server:
        world.change(mail=server)
        assert work_once(world.app)
        if where == "before":
            late()
    found = dispatch(world, code)
    assert (found["state"], found["copies"], len(keeper.taken)) == (state, copies, copies)
    assert world.acts(code)[-2:] == ["timer-fired", act]
    assert replayed(contents_of(world, code)).divergence is None
    with world.app.store.read() as tx:
        assert erasing.dispatches_under_way(tx, code) == 0
        row = jobs.find_dispatch(tx, found["id"])
    assert row is not None
    assert row["handed"] is None


@pytest.mark.parametrize(("where", "copies"), [("meanwhile", 1), ("afterwards", 2)])
def test_a_worker_that_is_overtaken_while_it_sends(world: World, where: str, copies: int) -> None:
    """Paused past its lease before the dot, it sends nothing any more; after the dot, the second copy is marked."""
    first, second = Keeper(), Keeper()
    code = world.approved(channel="email")
    with serving(first) as slow, serving(second) as quick:

        def overtake() -> None:
            setattr(first, where, lambda: None)
            world.clock.now += work.LEASE + timedelta(seconds=1)
            world.change(mail=quick)
            with ThreadPoolExecutor(1) as another:  # this is the relay's event loop
                assert another.submit(work_once, world.app).result()

        setattr(first, where, overtake)
        world.change(mail=slow)
        assert work_once(world.app)
    found = dispatch(world, code)
    assert (found["state"], found["copies"], len(first.taken) + len(second.taken)) == ("sent", copies, copies)
    assert world.acts(code).count("dispatch-sent") == 1
    assert world.acts(code).count("dispatch-unconfirmed") == copies - 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"subject": "Kết quả\r\nBcc: x@y.vn"}, "header-injection"),
        ({"recipient": "Bà\nTuyết"}, "header-injection"),
        ({"to": "a@b.vn\r\nBcc: x@y.vn"}, "header-injection"),
        ({"to": "a..b@c.vn"}, "address-invalid"),
    ],
)
def test_a_header_that_would_begin_another_is_refused(world: World, data: dict[str, Any], code: str) -> None:
    """An incident, and no mail; what was tried is not repeated in the trail."""
    keeper = Keeper()
    with serving(keeper) as server:
        world.change(mail=server)
        dossier = world.approved(channel="email", **data)
        world.work()
    assert keeper.taken == []
    assert incident(world, dossier) == code
    assert "Bcc" not in str(world.last(dossier))
    assert world.dossier(dossier)["dispatches"] == []


def test_the_agencys_mail_is_signed_and_its_bounces_find_home(world: World) -> None:
    """Where set: S/MIME, the return path with the dispatch's code; out of date, it waits and does not go unsigned."""
    who = person("vanthu")
    signed = Smime(certificate=who.certificate, chain=who.key.chain, key=who.private)
    keeper = Keeper()
    code = world.approved(channel="email")
    old = person("vanthu", not_after=NOW)
    with serving(keeper) as server:
        world.change(mail=server, sender=Sender(smime=replace(signed, certificate=old.certificate)))
        world.clock.go(minutes=1)
        assert work_once(world.app)
        assert dispatch(world, code)["note"].endswith("[smime-out-of-date]")
        world.clock.go(minutes=1)
        world.change(sender=Sender(smime=signed))
        world.work()
    [mail] = keeper.mails()
    assert mail.get_content_type() == "multipart/signed"
    assert dispatch(world, code)["state"] == "sent"
