"""A worker that sleeps past its lease, while another takes its job over, records nothing when it wakes."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from adapters import bundles
from adapters.application import anchoring, ordering, work
from adapters.application.correlation import CORRELATION
from adapters.application.mails import FAILED_MAIL
from adapters.application.work import Job
from adapters.database import dump, job_list, jobs, parcel_lists, parcels
from adapters.database.parcel_lists import Wanted
from adapters.jobs.handlers import HANDLERS
from adapters.jobs.worker import do
from engine.outcome import JobRequest
from signing.canonical import sha256_hex
from tests.adapters.application.test_handing_over import countersign, make, sign
from tests.adapters.application.world import CITIZEN, World
from tests.adapters.dispatch.post.simulator import carriers, running
from tests.adapters.jobs.mail import Keeper, serving
from tests.adapters.jobs.speaking import SIGNAL, receiving, send, started_by, throwing, waiting, waits
from tests.adapters.mailbox.imap_server import Imap
from tests.adapters.mailbox.imap_server import serving as reading
from tests.adapters.mailbox.letters import letter
from tests.adapters.mailbox.test_intake import reads
from tests.engine.bpmn.models import start_event, timer

OUTGOING = Path(__file__).parents[3] / "processes" / "van-ban-di"
DRAFT = {
    "subject": "trả lời kiến nghị",
    "body": "Ủy ban nhân dân phường đã nhận kiến nghị.",
    "recipient_name": "Sở Nội vụ",
    "recipient_email": "vanthu@sonoivu.example",
    "signer_capacity": "KT.",
    "signer_title": "Phó Chủ tịch",
    "signer_name": "Trần Thị Thu Hằng",
}
PAST = work.LEASE + timedelta(seconds=1)


def rows(world: World) -> Mapping[str, str]:
    """What every table holds, as a digest."""
    with world.app.store.read() as tx:
        return {name: sha256_hex(b"".join(dump.lines(tx, name))) for name in dump.names()}


def held(world: World, job: Job) -> bool:
    with world.app.store.write() as tx:
        row = job_list.find(tx, job["id"])
    return row is None or row["lease_until"] is not None


def take(world: World, worker: str) -> Job | None:
    return work.take(world.app, worker)


def stutter(world: World) -> set[str]:
    """Do all that is due, each job first by one who slept; gives the types. It records nothing, and then it is done."""
    seen = set[str]()
    while (sleeper := take(world, "sleeper")) is not None:
        world.clock.now += PAST
        taker = take(world, "taker")
        assert taker is not None
        assert (taker["id"], taker["lapses"]) == (sleeper["id"], 1)
        before = rows(world)
        do(world.app, sleeper)
        assert rows(world) == before, sleeper["type"]
        do(world.app, taker)
        assert not held(world, taker), sleeper["type"]
        seen.add(sleeper["type"])
    return seen


def test_who_slept_past_the_lease_records_nothing_whatever_the_job(world: World, tmp_path: Path) -> None:
    """Not one row differs after it woke; who took over does the job, and the mail goes out once."""
    keeper, seen = Keeper(), set[str]()
    with serving(keeper) as server:
        world.change(mail=server)
        for channel in ("email", "post", "post", "counter"):  # one parcel is ordered, the other handed over
            code = world.start("tra-ket-qua", data={**CITIZEN, "channel": channel})
            world.do("lan", code, "prepare", {"note": "đủ"})
            world.sign_off("hang", code, "decide", {"decision": "approve"})
            world.sign_off("hoa", code, "seal")
            world.renew()
            seen |= stutter(world)
    assert len(keeper.taken) == 1
    seen |= _parcels(world, tmp_path)
    for scene in (_letter, _events, _starts, _repeats, _log, _handover):
        scene(world)
        seen |= stutter(world)
    seen |= _mail_comes_in(world)
    assert seen == HANDLERS.keys()


def _parcels(world: World, folder: Path) -> set[str]:
    """A parcel is ordered, and called off: the carrier has one order, whoever slept over it."""
    with world.app.store.read() as tx:
        rows = parcel_lists.listed(tx, world.officer("kiem"), Wanted(channel="post"), after="", limit=9)
    with running() as simulator:
        world.change(carriers=carriers(folder, simulator.url))
        with world.app.store.write() as tx:
            ordering.add_job(world.app, tx, rows[0], ordering.ORDER)
        seen = stutter(world)
        assert simulator.orders(rows[0]["key"]) == 1
        with world.app.store.write() as tx:
            parcels.change(tx, rows[0]["key"], ordering="cancel-asked")
        ordering.keep_scheduled(world.app)
        return seen | stutter(world)


def _mail_comes_in(world: World) -> set[str]:
    """A mail lies in the mailbox, and one that went out did not arrive."""
    code, imap = world.start("cho"), Imap()
    imap.put(letter())
    failed = {"dispatch": "D-1", "state": "permanent-failure", "status": "5.1.1"}
    asked = JobRequest(number=0, element="", type=FAILED_MAIL, payload={"data": failed}, due=world.clock.now)
    with world.app.store.write() as tx:
        jobs.add_job(tx, code, asked)
    with reading(imap) as server:
        reads(world, server)
        seen = stutter(world)
        assert (imap.raws("INBOX"), len(imap.raws("hoso/done"))) == ([], 1)
    return seen


def _letter(world: World) -> None:
    world.deploy(bundles.read_folder(OUTGOING)).body_or_raise()
    code = world.start("van-ban-di", data={}, files={})
    world.do("lan", code, "draft", DRAFT)
    world.start("cap-so", data={}, files={})


def _events(world: World) -> None:
    """A timer; a message that is thrown, one that waits for a dossier, one that is looked at again, one that ends."""
    world.start("cho")
    world.deploy(receiving()).body_or_raise()
    world.deploy(throwing({}, "gui")).body_or_raise()
    code = world.start("gui", data={"answer": "có"}, files={})
    send(world, answer="một").body_or_raise()
    waits(world)  # finds the one that waits: message-delivery
    world.do("lan", code, "ask")  # throws
    send(world, ttl="PT1H", name="khong-ai").body_or_raise()
    [late] = [item for item in waiting(world) if item["name"] == "khong-ai"]
    asked = JobRequest(number=0, element="", type=CORRELATION, payload={"message": late["id"]}, due=world.clock.now)
    with world.app.store.write() as tx:
        jobs.add_job(tx, None, asked)
    world.clock.go(days=1)
    world.renew()


def _starts(world: World) -> None:
    """A signal that starts one dossier and reaches another; a time that starts one."""
    world.deploy(started_by("mot", start_event("s1", SIGNAL))).body_or_raise()
    world.deploy(started_by("lich", start_event("t1", timer("timeDuration", "PT2H")))).body_or_raise()
    world.start("bao-tin", data={}, files={})
    other = world.start("bao-tin", data={}, files={})
    world.do("lan", other, "tell", {"note": "tin mới"})
    world.clock.go(hours=2)


def _repeats(world: World) -> None:
    code = world.start("cho")
    task = world.task(code, "work")
    world.claim("lan", task).body_or_raise()
    for _ in range(3):
        assert world.complete("mai", task).refusal is not None
    world.clock.go(hours=2)


def _log(world: World) -> None:
    with world.app.store.write() as tx:
        anchoring.schedule(world.app, tx)


def _handover(world: World) -> None:
    """Both sides have signed that the other parcel goes."""
    world.give("hoa", "van-thu", "clerk")
    code = make(world).body_or_raise()["id"]
    sign(world, code).body_or_raise()
    countersign(world, code, b"%PDF-1.7 scan", "scan").body_or_raise()
