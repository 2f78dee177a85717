"""A device that is lost while it is in use, and tokens that are asked for at the same time."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from sqlalchemy import select

from adapters.application import devices, evidence, lost, people, reinstating, signed_acts
from adapters.application.answer import ACCEPTED, Answer, Request
from adapters.application.bindings import Revoke
from adapters.database import devices as stored
from adapters.database.tables import device_certificate
from signing.certificates import fingerprint
from signing.evidence.report import Report
from signing.evidence.verify import verify_pack
from tests import pki
from tests.adapters.application.test_proposals import opened, proposed, second_signer
from tests.adapters.application.working import newcomer
from tests.adapters.application.world import World, act_of, refusal_of, sign
from tests.pki import Person, known


def on_device(world: World, who: str) -> str:
    """From now on everything is done on the officer's device."""
    found = people.sign_in(world.app, world.tokens[who])
    assert found is not None
    world.change(device=found.device)
    return found.device


def test_a_device_lost_while_it_signs(world: World) -> None:
    """Of an approval and the revocation in the same moment one is first: a suspended certificate signs nothing."""
    device = on_device(world, "hang")
    code = world.start("tra-ket-qua")
    world.do("lan", code, "prepare", {"note": "đủ"})
    task = world.task(code, "decide")
    world.claim("hang", task).body_or_raise()
    offered = world.prepare("hang", task, {"decision": "approve"}).body_or_raise()
    signed = world.submission(offered, known("hang"))
    with ThreadPoolExecutor() as pool:
        sent = pool.submit(world.send, "hang", task, signed)
        revoked = pool.submit(lost.revoke, world.app, world.officer("an"), Request(officer="an"), device, "mất máy")
        answer, body = sent.result(), revoked.result().body_or_raise()
    own = fingerprint(known("hang").certificate)
    assert body["suspended"] == [own]
    with world.app.store.read() as tx:
        [suspended, *_] = stored.leaves_on(tx, device, before=None, limit=1)
    if answer.refusal is not None:
        assert answer.refusal.code == "certificate-suspended"
    else:
        assert answer.body is not None
        assert answer.body["receipt"]["index"] < suspended[0].index


def test_a_certificate_that_proposed_or_approved_lies_on_its_device(world: World) -> None:
    """Who signed elsewhere, too: what was used on the lost device is suspended, whichever act it was used for."""
    newcomer(world, "binh", "agency", "administrator")
    with world.app.store.write() as tx:
        device = people.new_device(world.app, tx, "an", "máy xách tay")
        elsewhere = people.new_device(world.app, tx, "an", "máy bàn")
        stored.signed_on(tx, elsewhere, fingerprint(known("an").certificate))
    world.change(device=device)
    answer = world.bind("binh", known("binh"))
    assert answer.status == ACCEPTED
    with world.app.store.write() as tx:
        stored.bind(tx, device, "máy xách tay", world.clock())
        own = fingerprint(known("an").certificate)
        assert stored.may_lie_on(tx, device, "an") == [own]
        theirs = people.new_device(world.app, tx, "binh", "máy của Bình")
    world.change(device=theirs)
    world.approve("binh", answer.body_or_raise()["proposal"]["id"]).body_or_raise()
    with world.app.store.read() as tx:
        found = tx.execute(select(device_certificate.c.device, device_certificate.c.fingerprint)).all()
    assert (theirs, fingerprint(known("binh").certificate)) in {tuple(each) for each in found}


def test_two_who_revoke_each_other_s_certificate_at_once(world: World) -> None:
    """They wait for one another in one order, never crosswise: both get an answer, and one of the two is first."""
    newcomer(world, "binh", "agency", "administrator")
    proposed = world.bind("binh", known("binh")).body_or_raise()["proposal"]["id"]
    world.approve("binh", proposed).body_or_raise()
    offers = {}
    for by, of in (("an", "binh"), ("binh", "an")):
        print_ = fingerprint(known(of).certificate)
        asked = Request(officer=by)
        body = {"reason": "mất khóa"}
        told = signed_acts.prepare(world.app, world.officer(by), asked, Revoke.act, print_, body)
        offers[by] = sign(told.body_or_raise()["id"], act_of(told.body_or_raise()), known(by))
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda by: world.perform(by, offers[by]), offers))
    assert sorted(str(each.refusal and each.refusal.code) for each in answers) == ["None", "certificate-revoked"]


def test_who_signed_out_in_the_same_moment_gets_no_token(world: World) -> None:
    """A binding or renewal that waited for the device while it was signed out brings it back for nobody."""
    on_device(world, "lan")
    first = people.sign_in(world.app, world.tokens["lan"])
    assert first is not None
    lan = world.officer("lan")
    devices.sign_out(world.app, lan, Request(officer="lan")).body_or_raise()
    refusal = refusal_of(devices.bind(world.app, lan, Request(officer="lan"), "một", first.token))
    assert refusal.code == "device-signed-out"
    assert refusal_of(devices.renew(world.app, lan, Request(officer="lan"), first.token)).code == "device-unbound"


def test_a_device_bound_twice_at_once_has_one_token(world: World) -> None:
    """Whoever was first holds nothing: of two answers one token is good."""
    device = on_device(world, "lan")
    first = people.sign_in(world.app, world.tokens["lan"])
    assert first is not None
    app = replace(world.app, device=device)

    def bind(name: str) -> str:
        answer = devices.bind(app, world.officer("lan"), Request(officer="lan"), name, first.token)
        return str(answer.body_or_raise()["token"])

    with ThreadPoolExecutor() as pool:
        tokens = list(pool.map(bind, ["một", "hai"]))
    good = [token for token in tokens if people.sign_in(world.app, token) is not None]
    assert len(good) == 1
    assert people.sign_in(world.app, world.tokens["lan"]) is None


# -- reinstated


def suspend(world: World, who: str, by: str = "an") -> str:
    """The device that the officer used is lost; gives their certificate."""
    print_ = fingerprint(known(who).certificate)
    with world.app.store.write() as tx:
        device = people.new_device(world.app, tx, who, "máy")
        stored.bind(tx, device, "máy", world.clock())
        stored.signed_on(tx, device, print_)
    told = lost.revoke(world.app, world.officer(by), Request(officer=by), device, "mất máy").body_or_raise()
    assert told["suspended"] == [print_]
    return print_


def reinstate(world: World, by: str, print_: str, *, sign: bool = True, key: Person | None = None) -> Answer:
    asked = reinstating.reinstate(world.app, world.officer(by), Request(officer=by), print_, "tìm thấy", sign=sign)
    return world.signed(by, asked, key)


def verified(world: World, code: str) -> Report:
    pack = evidence.pack(world.app, world.officer("hoa"), code)
    assert isinstance(pack, bytes)
    return verify_pack(pack, roots=pki.trust().roots, log_key=world.app.log_key.vkey)


def decided(world: World) -> str:
    """A dossier that hang approved."""
    code = world.start("tra-ket-qua")
    world.do("lan", code, "prepare", {"note": "đủ"})
    world.sign_off("hang", code, "decide", {"decision": "approve"})
    return code


def test_a_reinstatement_is_signed_by_two_and_verified(world: World) -> None:
    """Where two administer, it waits for the other; the evidence of what the certificate signs then shows both."""
    second_signer(world)
    print_ = suspend(world, "hang")
    assert refusal_of(reinstate(world, "an", print_, sign=False)).code == "signature-missing"
    assert refusal_of(reinstate(world, "an", print_, key=known("lan"))).code == "certificate-of-another"
    id = proposed(reinstate(world, "an", print_))
    assert proposed(reinstate(world, "an", print_)) == id
    told = opened(world)
    assert (told["act"], told["subject"], told["details"]["officer"]) == ("reinstatement-proposed", print_, "hang")
    assert refusal_of(world.approve("an", id)).code == "proposal-own"
    world.approve("binh", id).body_or_raise()
    told = opened(world)
    assert (told["act"], told["actor"], told["details"]["approved_by"]) == ("certificate-reinstated", "an", "binh")
    assert refusal_of(reinstate(world, "an", print_)).code == "certificate-not-suspended"
    report = verified(world, decided(world))
    signers = {(line.purpose, line.officer) for line in report.signatures}
    assert {("certificate-reinstated", "an"), ("proposal-approved", "binh"), ("approval", "hang")} <= signers


def test_who_alone_administers_reinstates_alone(world: World) -> None:
    """The leaf says so, and the evidence holds; never a certificate of their own."""
    print_ = suspend(world, "hang")
    assert reinstate(world, "an", print_).status == 201
    assert opened(world)["details"]["sole"] is True
    verified(world, decided(world))
    assert refusal_of(reinstate(world, "an", suspend(world, "an"))).code == "own-certificate"


def test_of_two_administrators_one_reinstates_the_other(world: World) -> None:
    """With nobody else to approve, the other shows to have the key; with a third, that one approves."""
    second_signer(world)
    print_ = suspend(world, "binh")
    id = proposed(reinstate(world, "an", print_))
    world.approve("binh", id).body_or_raise()
    second_signer(world, "chi", by="binh")
    id = proposed(reinstate(world, "an", suspend(world, "binh")))
    assert refusal_of(world.approve("binh", id)).code == "approver-own-certificate"
    world.approve("chi", id).body_or_raise()
    world.approve("binh", proposed(world.bind("mai", known("mai")))).body_or_raise()


def test_a_reinstatement_that_waited_while_the_certificate_was_revoked(world: World) -> None:
    """It fits no more."""
    second_signer(world)
    print_ = suspend(world, "hang")
    id = proposed(reinstate(world, "an", print_))
    world.revoke(known("hang")).body_or_raise()
    assert refusal_of(world.approve("binh", id)).code == "certificate-unknown"
