"""Delivery reports: they move a mail as the table says, each with its leaf and its proof; none names an address."""

from adapters.application.dispatch_reports import Reported, report
from adapters.database import definitions, jobs
from engine.delivery import Event, State
from engine.errors import Refusal
from signing.canonical import sha256_hex
from tests.adapters.application.replaying import contents_of, replayed
from tests.adapters.application.world import World
from tests.adapters.jobs.mail import Keeper, serving
from tests.pki import NOW

PROOF = b"Content-Type: multipart/report; report-type=delivery-status\r\n\r\n"


def sent(world: World) -> tuple[str, str]:
    """A result that a relay took: the dossier's code, the dispatch's."""
    with serving(Keeper()) as server:
        world.change(mail=server)
        code = world.approved(channel="email")
        world.work()
    [dispatch] = world.dossier(code)["dispatches"]
    assert dispatch["state"] == "sent"
    return code, str(dispatch["id"])


def test_a_report_moves_a_mail_and_the_first_word_stays(world: World) -> None:
    """Relayed says nothing new, delivered is kept, and a later bounce is noted beside it; a pack of it replays."""
    code, id = sent(world)
    steps = [(Event.RELAYED, "sent"), (Event.DELAYED, "sent"), (Event.DELIVERED, "delivered")]
    for event, state in steps:
        found = report(world.app, id, event, NOW, PROOF, status="2.0.0")
        assert isinstance(found, Reported)
        assert (found.state, found.contradicted) == (state, False)
    with world.app.store.read() as tx:
        row = jobs.find_dispatch(tx, id)
        assert row is not None
    late = report(world.app, str(row["key"]), Event.BOUNCED, NOW, PROOF, status="5.1.1")
    assert isinstance(late, Reported)
    assert (late.code, late.dossier, late.before, late.state) == (id, code, State.DELIVERED, State.DELIVERED)
    [shown] = world.dossier(code)["dispatches"]
    assert late.contradicted
    assert (shown["state"], shown["note"]) == (
        "delivered",
        "delivery report: bounced (5.1.1), after it was known to be delivered   [report-late]",
    )
    assert world.acts(code)[-4:] == [
        "dispatch-relayed",
        "dispatch-delayed",
        "dispatch-delivered",
        "dispatch-contradicted",
    ]
    assert "anh.tuyet" not in str(world.last(code))
    with world.app.store.read() as tx:
        assert definitions.get_content(tx, sha256_hex(PROOF)) == PROOF
    contents = contents_of(world, code)
    assert sha256_hex(PROOF) in contents.objects
    assert replayed(contents).answer == "yes"


def test_a_report_of_a_mail_that_has_not_left_is_noted_and_no_more(world: World) -> None:
    """Whoever guesses a code cannot have it taken for delivered, so that it never goes."""
    code = world.approved(channel="email")
    world.work()  # there is no relay
    [waiting] = world.dossier(code)["dispatches"]
    found = report(world.app, str(waiting["id"]), Event.DELIVERED, NOW, PROOF, status="5.1.1 <anh.tuyet@example.vn>")
    assert isinstance(found, Reported)
    assert (found.before, found.state, found.contradicted) == (State.CREATED, State.CREATED, True)
    assert "anh.tuyet" not in str(world.last(code))
    with serving(Keeper()) as server:
        world.change(mail=server)
        world.clock.go(minutes=1)
        world.work()
    assert world.dossier(code)["dispatches"][0]["state"] == "sent"


def test_a_report_of_nothing_that_was_mailed_is_refused(world: World) -> None:
    """Neither an unknown key nor a parcel's code is a mail's; nothing is kept of it."""
    code = world.approved(channel="post")
    world.work()
    [parcel] = world.dossier(code)["dispatches"]
    size = world.size()
    for named in ("0" * 32, str(parcel["id"])):
        found = report(world.app, named, Event.DELIVERED, NOW, PROOF)
        assert isinstance(found, Refusal)
        assert found.code == "dispatch-unknown"
    assert world.size() == size
