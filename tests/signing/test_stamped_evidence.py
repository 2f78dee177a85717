"""A pack's stamps: each signature is judged when its stamp proves that it was, and a stamp of another is none."""

import io
import json
import subprocess
import zipfile
from datetime import timedelta

import pytest

from adapters.console.demo.authority import DemoAuthority
from signing.canonical import sha256_hex
from signing.certificates import der
from signing.evidence.contents import APPROVER, AUTHOR
from signing.record import time_text
from signing.timestamp import STAMP_SKEW
from tests.pki import NOW, Person, authority, known, person
from tests.signing.test_evidence import refused, verify
from tests.signing.world import FOUNDING, World
from tests.stamps import stamp_over, stamps

SECOND = timedelta(seconds=1)


def begun(*people: Person) -> World:
    """An administrator, an officer, a deployed process, a dossier."""
    world = World()
    admin = known("admin")
    world.bind(admin, admin)
    for each in people:
        world.bind(each, admin)
    world.deploy()
    world.start()
    return world


def approved(who: Person | None = None) -> World:
    signer = who or known("otto")
    world = begun(signer)
    world.approve(signer, 1)
    return world


def test_a_stamped_signature_tells_its_proven_time():
    """The report says by when each signature existed; what has no stamp is judged at its leaf's time, as before."""
    world = approved()
    world.stamp(at=SECOND)
    world.approve(known("otto"), 2)
    report = verify(world.pack())
    proven = NOW + timedelta(seconds=len(world.entries) - 2) + 2 * SECOND
    assert [line.stamped for line in report.signatures] == [None, None, None, time_text(proven), None]


def test_a_pack_without_a_named_stamp_is_refused():
    """Every stamp that the trail names is in the pack, byte for byte."""
    world = approved()
    world.stamp()
    world.objects = {name: item for name, item in world.objects.items() if name != _stamp(world)}
    with pytest.raises(Exception, match="missing from the pack"):
        world.pack()


def _stamp(world: World) -> str:
    return str(json.loads(world.entries[-1][2])["objects"]["stamp"])


def test_one_stamp_for_one_signature():
    """A second stamp could only blur when it was signed."""
    world = approved()
    world.stamp()
    world.stamp()
    refused(world.pack(), "stamp-repeated")


def test_a_stamp_of_another_signature_is_refused():
    """Stamps cannot be exchanged: an earlier one would bring a revoked certificate back to life."""
    world = approved()
    world.approve(known("otto"), 2)
    first = world.objects[_signature(world, 0)]
    world.stamp(token=stamp_over(first, world.now))
    refused(world.pack(), "stamp-imprint")


def _signature(world: World, number: int) -> str:
    found = [json.loads(item[2])["objects"] for item in world.entries]
    return str(next(item["signature"] for item in found if item.get("record") == world.records[number]))


def test_a_stamp_of_nothing_is_refused():
    """A stamp leaf must name a signature that was accepted before it."""
    world = approved()
    world.stamp(subject=sha256_hex(b"nothing"))
    refused(world.pack(), "stamp-other-record")


@pytest.mark.parametrize("told", [{"time": "2026-11-21T08:00:00Z"}, {"record": "0" * 64}, {"more": 1}])
def test_what_the_leaf_tells_is_what_the_stamp_proves(told):
    """Another time, another record, or more than both."""
    world = approved()
    details = {"time": time_text(world.now + SECOND), "record": world.records[-1], **told}
    world.stamp(details=details)
    refused(world.pack(), "stamp-other-record")
    twin = approved()
    twin.stamp()
    verify(twin.pack())


def late(who: Person, by: timedelta) -> World:
    """An approval whose stamp came so much later, the trail's clock with it."""
    world = approved(who)
    world.later = by
    world.stamp()
    return world


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_a_certificate_must_last_until_its_stamp(seconds):
    """To the second: accepted while it was valid, but stamped too late, nothing proves that it signed in time."""
    by = timedelta(minutes=5)
    index = FOUNDING + 5  # of the leaf that stamps
    proven = NOW + timedelta(seconds=index) + by + SECOND
    pack = late(person("otto", not_after=proven + timedelta(seconds=seconds)), by).pack()
    if seconds < 0:
        refused(pack, "certificate-expired")
    else:
        assert verify(pack).signatures[-1].stamped == time_text(proven)


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_revoked_after_the_stamp_harms_nothing(seconds):
    """Revoked between act and stamp, or in its second: refused. Later: the stamp proves that it signed before."""
    ca = DemoAuthority.create("Otto's", at=NOW - timedelta(days=9))
    otto = person("otto", by=ca)
    by = timedelta(minutes=5)
    proven = NOW + timedelta(seconds=FOUNDING + 5) + by + SECOND
    ca.revoke(otto.certificate, proven + timedelta(seconds=seconds))
    world = late_with(ca, otto, by)
    if seconds <= 0:
        refused(world.pack(), "certificate-revoked", roots=[authority().root, ca.root])
    else:
        verify(world.pack(), roots=[authority().root, ca.root])


def late_with(ca: DemoAuthority, who: Person, by: timedelta) -> World:
    """The same with an officer of another authority, whose lists go into the pack."""
    world = begun(who)
    lists = sorted(world.keep(crl) for crl in (*ca.crls(NOW - timedelta(hours=1)), *authority().crls(NOW)))
    chain = sorted(world.keep(der(item)) for item in (ca.issuing, authority().issuing))
    world.approve(who, 1, objects={"crl": lists, "chain": chain})
    world.later = by
    world.stamp()
    return world


def test_a_stamp_long_before_its_act_is_refused():
    """More than the clocks may be apart: it cannot be of a signature that came later."""
    world = approved()
    world.stamp(at=-STAMP_SKEW - 4 * SECOND)
    refused(world.pack(), "stamp-early")


def test_stamps_may_have_roots_of_their_own():
    """An auditor names whom to trust for stamps; then nobody else's count."""
    world = approved()
    world.stamp()
    other = DemoAuthority.create("Other times", at=NOW - timedelta(days=9))
    refused(world.pack(), "stamp-certificate-untrusted", stamp_roots=[other.root])
    verify(world.pack(), stamp_roots=[authority().root])
    assert stamps(other)


def two_persons(binh: Person | None = None) -> World:
    """A dossier whose last leaf before it is a deployment by one administrator, approved by a second."""
    world = World()
    admin, other = known("admin"), binh or known("binh")
    world.bind(admin, admin)
    world.appoint("binh", "administrator", by=admin, number=50)
    world.bind(other, admin, other)
    world.deploy(approver=other)
    world.start()
    return world


def deployed(world: World) -> int:
    [index] = [index for index, item in enumerate(world.entries) if b'"act":"process-deployed"' in item[0]]
    return index


def test_author_and_approver_are_stamped_each_by_itself():
    """Of an act that two persons signed, each signature is judged at the time that its own stamp proves."""
    for stamped in ((), (AUTHOR,), (APPROVER,), (APPROVER, AUTHOR)):
        world = two_persons()
        index = deployed(world)
        for whose in stamped:
            world.stamp_act(index, whose, at=SECOND)
        times = {line.officer: line.stamped for line in verify(world.pack()).signatures if line.index == index}
        found = {AUTHOR: times["admin"], APPROVER: times["binh"]}
        proven = [time_text(NOW + timedelta(seconds=index + 2 + place) + SECOND * 2) for place in range(len(stamped))]
        assert found == {AUTHOR: None, APPROVER: None, **dict(zip(stamped, proven, strict=True))}


def test_a_list_of_changes_is_stamped_once():
    """Its two signatures stand in the leaf of each change; a stamp of either is one leaf."""
    world = two_persons()
    world.appoint("hang", "chu-tich", by=known("admin"), approver=known("binh"))
    last = len(world.entries) - 1
    world.stamp_act(last, APPROVER)
    world.stamp_act(last - 1, AUTHOR)
    signatures = verify(world.pack()).signatures
    assert [bool(line.stamped) for line in signatures if line.index > deployed(world)] == [True, True]
    world.stamp_act(last - 2, APPROVER)
    refused(world.pack(), "stamp-repeated")


def test_the_stamps_of_two_persons_are_not_exchanged():
    """The author's stamp proves nothing of the approver's signature, neither as a token nor as a leaf tells it."""
    world = two_persons()
    told = json.loads(world.entries[deployed(world)][2])["objects"]
    exchanged = two_persons()
    exchanged.stamp_act(deployed(exchanged), APPROVER, token=stamp_over(_author_signed(exchanged), exchanged.now))
    refused(exchanged.pack(), "stamp-imprint")
    details = {"time": time_text(world.now + SECOND), "record": told["record"]}
    world.stamp_act(deployed(world), APPROVER, details=details)
    refused(world.pack(), "stamp-other-record")
    early = two_persons()
    early.stamp_act(deployed(early), APPROVER, at=-STAMP_SKEW - 9 * SECOND)
    refused(early.pack(), "stamp-early")


def _author_signed(world: World) -> bytes:
    return world.objects[json.loads(world.entries[deployed(world)][2])["objects"]["signature"]]


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_an_approvers_certificate_must_last_until_its_stamp(seconds):
    """To the second, as the author's: what was approved in time, but stamped too late, nobody approved."""
    by = timedelta(minutes=5)
    index = len(two_persons().entries)  # of the leaf that stamps
    proven = NOW + timedelta(seconds=index) + by + SECOND
    world = two_persons(person("binh", not_after=proven + timedelta(seconds=seconds)))
    world.later = by
    world.stamp_act(deployed(world), APPROVER)
    if seconds < 0:
        refused(world.pack(), "certificate-expired")
    else:
        assert verify(world.pack()).signatures[-1].stamped == time_text(proven)


@pytest.mark.system
def test_the_readme_checks_stamps(tmp_path):
    """`openssl ts -verify`, as README.txt prints it, accepts each stamp at its time, and refuses another's."""
    world = two_persons()
    world.stamp_act(deployed(world), AUTHOR)
    world.stamp_act(deployed(world), APPROVER, at=timedelta(milliseconds=250))
    with zipfile.ZipFile(io.BytesIO(world.pack())) as file:
        file.extractall(tmp_path)
    (tmp_path / "roots.pem").write_bytes(authority().roots_pem())
    text = (tmp_path / "README.txt").read_text()
    commands = text[text.index("\ncp roots.pem") :]
    done = subprocess.run(["sh", "-ec", commands], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Verification: OK") == 2
    one, other = sorted((tmp_path / "stamps").iterdir())
    one.write_bytes(other.read_bytes())
    done = subprocess.run(["sh", "-ec", commands], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
