"""An evidence pack proves a dossier's story, offline, and no byte of it can be another."""

import io
import json
import random
import re
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from signing.bundle import bundle_hash
from signing.canonical import canonical, sha256_hex
from signing.certificates import fingerprint
from signing.errors import Invalid, SigningError, Undecidable
from signing.evidence.archive import read_archive, write_archive
from signing.evidence.pack import build_pack, read_contents, read_pack
from signing.evidence.report import NO_WITNESS
from signing.evidence.verify import verify_pack
from signing.trail.note import LogKey
from tests.pki import NOW, authority, known
from tests.signing.records import DOSSIER, DRAFT
from tests.signing.world import FOUNDING, LOG_KEY, World, told


def verify(pack: bytes, **changes):
    values = {"roots": [authority().root], "log_key": LOG_KEY.vkey, "at": NOW + timedelta(days=900), **changes}
    return verify_pack(pack, **values)


def refused(pack: bytes, code: str, **changes) -> SigningError:
    with pytest.raises(SigningError) as found:
        verify(pack, **changes)
    assert found.value.code == code, found.value
    return found.value


def test_a_pack_tells_the_story():
    """Every act is proven and named, every signature has officer, purpose, binder; the refusal counts for nothing."""
    report = verify(told().pack())
    assert report.dossier == DOSSIER
    assert [line.act for line in report.acts if line.verdict == "refused"] == ["completion-refused"]
    assert [(line.officer, line.purpose, line.bound_by) for line in report.signatures] == [
        ("admin", "certificate-bound", "bootstrap"),
        ("admin", "certificate-bound", "bootstrap"),
        ("admin", "certificate-bound", "bootstrap"),
        ("admin", "process-deployed", "bootstrap"),
        ("lan", "initial", "admin"),
        ("otto", "approval", "admin"),
        ("admin", "certificate-bound", "bootstrap"),
        ("lan", "organ", "admin"),
    ]
    assert report.bootstrap == (fingerprint(known("admin").certificate),)
    assert json.loads(json.dumps(report.to_json()))["acts"][FOUNDING + 4]["act"] == "dossier-started"


def test_the_same_contents_give_the_same_bytes():
    """Packs are deterministic, and reading one gives back what it was made of."""
    world = told()
    pack = world.pack()
    assert pack == world.pack()
    again = read_contents(read_pack(pack))
    assert build_pack(again) == pack


def test_any_unzip_reads_it():
    """It is a plain zip: mimetype first and stored, documents as they were."""
    with zipfile.ZipFile(io.BytesIO(told().pack())) as file:
        names = file.namelist()
        assert names[0] == "mimetype"
        assert file.testzip() is None
        assert DRAFT in [file.read(name) for name in names if name.startswith("documents/")]
        folders = {name.split("/")[0] for name in names}
        assert folders >= {"META-INF", "README.txt", "bundle", "certificates", "crls", "records", "refused", "trail"}


def flips(pack: bytes, positions, rng: random.Random) -> list[int]:
    """Give the positions at which a changed byte went unnoticed."""
    unnoticed = []
    for position in positions:
        damaged = bytearray(pack)
        damaged[position] ^= 1 << rng.randrange(8)
        try:
            verify(bytes(damaged))
        except (Invalid, Undecidable):
            continue
        unnoticed.append(position)
    return unnoticed


def small() -> bytes:
    world = World()
    admin = known("admin")
    world.bind(admin, admin)
    world.deploy()
    world.start()
    world.approve(admin, 1)
    return world.pack()


def test_a_changed_byte_is_refused():
    """One flipped bit at sampled positions: Invalid or Undecidable, never another exception, never accepted."""
    pack, rng = small(), random.Random(11)
    verify(pack)
    assert flips(pack, rng.sample(range(len(pack)), 600), rng) == []


@pytest.mark.nightly
def test_a_changed_byte_is_refused_at_every_position():
    """The same for every byte of a small pack."""
    pack = small()
    assert flips(pack, range(len(pack)), random.Random(13)) == []


def test_added_and_missing_entries_are_refused():
    """An entry that no evidence names is refused, and so is a pack without one that is named."""
    entries = read_archive(told().pack())
    refused(write_archive({**entries, "extra.txt": b"trust me"}), "pack-unaccounted")
    refused(write_archive({**entries, "documents/copy.pdf": DRAFT}), "pack-unaccounted")
    for name in entries:
        if name.startswith(("documents/", "records/", "bundle/", "crls/", "refused/")):
            rest = {key: value for key, value in entries.items() if key != name}
            refused(write_archive(rest), "pack-object-missing")
    refused(write_archive({key: value for key, value in entries.items() if key != "README.txt"}), "pack-unaccounted")
    refused(b"PK\x03\x04", "pack-malformed")
    refused(told().pack() + b"\0", "pack-malformed")


def test_another_readme_is_remarked():
    """It is prose: of an older edition, or with false lines, the pack holds, and the report says not to rely on it."""
    pack = told().pack()
    entries = read_archive(pack)
    plain = verify(pack)
    assert plain.remarks == (NO_WITNESS,)
    for other in (entries["README.txt"].replace(b"EVIDENCE", b"PROOF"), b"", b"\xff\0" * 2**20):
        changed = {**entries, "README.txt": other}
        report = verify(write_archive(changed))
        assert replace(report, remarks=plain.remarks) == plain
        remark, _ = report.to_json()["remarks"]
        assert remark["code"] == "readme-other"
        assert remark["en"].endswith("do not rely on its lines")
        assert "đừng dựa vào" in remark["vi"]
    for name in entries.keys() - {"README.txt", "mimetype"}:
        with pytest.raises(SigningError):  # all else is bound as before
            verify(write_archive({**changed, name: entries[name] + b" "}))
    refused(write_archive({**entries, "README.txt": b" " * ((4 << 20) + 1)}), "pack-too-large")


def test_one_readme_and_no_other_spelling():
    """Exactly one entry has that name, and none has one that some disk takes for it."""
    entries = read_archive(told().pack())
    text = entries["README.txt"]
    refused(write_archive({**entries, "readme.txt": text}), "pack-unaccounted")
    twice = io.BytesIO(told().pack())
    with zipfile.ZipFile(twice, "a") as file, pytest.warns(UserWarning, match="Duplicate name"):
        file.writestr("README.txt", text)
    refused(twice.getvalue(), "pack-malformed")


def test_another_log_or_root_is_refused():
    """The log's key and the roots are the auditor's own."""
    from adapters.console.demo.authority import DemoAuthority

    refused(told().pack(), "note-key", log_key=LogKey.generate("hoso.example/log").vkey)
    twin = DemoAuthority.create("Test", at=NOW - timedelta(days=365))
    assert f"leaf {FOUNDING}" in str(refused(told().pack(), "certificate-untrusted", roots=[twin.root]))
    refused(told().pack(), "leaf-future", at=NOW - timedelta(minutes=11))


def test_a_forged_leaf_is_refused():
    """A leaf that the log does not hold, and evidence that is not the leaf's, show against the checkpoint."""
    contents = told().contents(*range(FOUNDING))
    first, *rest = contents.entries
    moved = replace(first, proof=contents.entries[1].proof)
    refused(build_pack(replace(contents, entries=(moved, *rest))), "inclusion-proof")
    forged = replace(first, leaf=first.leaf.replace(b'"actor":"admin"', b'"actor":"amdin"'))
    refused(build_pack(replace(contents, entries=(forged, *rest))), "inclusion-proof")
    other = replace(first, evidence=first.evidence.replace(b'"details":{', b'"details":{"a":1,'))
    refused(build_pack(replace(contents, entries=(other, *rest))), "leaf-evidence")
    salted = replace(first, salt=bytes(32))
    refused(build_pack(replace(contents, entries=(salted, *rest))), "leaf-evidence")


def story(*steps) -> bytes:
    world = World()
    admin, lan, otto = known("admin"), known("lan"), known("otto")
    world.bind(admin, admin)
    world.bind(lan, admin)
    world.bind(otto, admin)
    world.deploy()
    world.start()
    for step in steps:
        step(world)
    return world.pack()


def test_a_server_that_logs_what_nobody_signed_is_found():
    """A dishonest server appends what it likes; the pack still does not verify."""
    admin, lan, otto = known("admin"), known("lan"), known("otto")
    verify(story(lambda world: world.approve(lan, 1)))
    same = {"nonce": "n" * 32}
    for code, steps in {
        "certificate-of-another": [lambda world: world.approve(lan, 1, officer="otto")],
        "certificate-unbound": [lambda world: world.approve(known("eve"), 1)],
        "record-replayed": [lambda world: world.approve(lan, 1, **same), lambda world: world.approve(otto, 2, **same)],
        "record-other-act": [lambda world: world.approve(lan, 1, subject=f"{DOSSIER}.9")],
        "record-prior": [lambda world: world.approve(lan, 1, prior=("d" * 64,))],
        "certificate-kind": [lambda world: world.approve(lan, 1, purpose="organ")],
        "bundle-missing": [lambda world: world.approve(lan, 1, process_version=2)],
        "act-repeated": [lambda world: world.append("task-completed", f"{DOSSIER}.1", "lan") for _ in range(2)],
        "act-unsigned": [
            lambda world: world.append("task-completed", f"{DOSSIER}.1", "lan", details={"purpose": "organ"})
        ],
    }.items():
        if code == "certificate-of-another":
            # The leaf says otto too, so that only the binding shows whose key it was.
            steps = [lambda world: as_other(world, lan)]
        refused(story(*steps), code)
    refused(story(lambda world: world.revoke(lan, admin), lambda world: world.approve(lan, 1)), "certificate-unbound")
    verify(story(lambda world: world.approve(lan, 1), lambda world: world.revoke(lan, admin)))


@pytest.mark.parametrize("told", [{"data": {"decision": "return"}}, {"element": "draft"}, {"purpose": "initial"}])
def test_a_server_that_tells_another_story_than_was_signed_is_found(told):
    """What the leaf says of data, step and purpose must be what the officer signed."""
    refused(story(lambda world: world.approve(known("lan"), 1, details=told)), "record-other-act")


def mandate(**changes: object) -> dict[str, object]:
    """A mandate as an approval names it: KT., for the days around NOW, given to lan's position."""
    day, span = NOW.date(), timedelta(days=2)
    given = {"id": "m-1", "kind": "KT", "given_by": "otto", "given_to": "lan", "document": "QĐ 1", "under": None}
    days = {"since": (day - span).isoformat(), "until": (day + span).isoformat()}
    scope = {"procedures": None, "kinds": None, "condition": None}
    return {**given, **days, "scope": scope, "when_away": False, **changes}


def given(told: Mapping[str, Any]) -> dict[str, Any]:
    """The change that gives a mandate."""
    plain = {
        name: value for name, value in told.items() if name not in {"kind", "scope"} and value not in (None, False)
    }
    return {"kind": "mandate-given", "capacity": told["kind"], **plain}


ENDED = {"until": (NOW - timedelta(days=1)).date().isoformat()}


@pytest.mark.parametrize(
    ("capacity", "named", "acts", "code"),
    [
        ("KT.", [mandate()], [mandate()], None),
        ("KT.", [mandate(until=None)], [mandate(until=None)], None),
        (
            "TL.",
            [mandate(kind="TL", given_to="admin"), mandate(id="m-2", given_by="admin", under="m-1")],
            [mandate(kind="TL", given_to="admin"), mandate(id="m-2", given_by="admin", under="m-1")],
            None,
        ),
        ("TL.", [mandate(kind="TL", given_to="admin"), mandate(id="m-2")], [], "appointment-missing"),
        (
            "TL.",
            [mandate(kind="TL", given_to="admin"), mandate(id="m-2", given_by="admin")],
            [mandate(kind="TL", given_to="admin"), mandate(id="m-2", given_by="admin")],
            "record-delegation",
        ),
        ("TUQ.", [mandate()], [mandate()], "record-delegation"),  # of another kind
        ("", [mandate()], [mandate()], "record-delegation"),  # in the own position, and by mandate
        ("KT.", None, [mandate()], "record-delegation"),  # by mandate, and on none
        ("KT.", [mandate(**ENDED)], [mandate()], "record-delegation"),
        ("KT.", [mandate()], [mandate(until=None)], "record-delegation"),  # told otherwise than it was given
        ("KT.", [mandate(given_to="otto")], [mandate(given_to="otto")], "record-delegation"),  # to another position
        ("KT.", [mandate(since=7)], [mandate()], "record-delegation"),
        ("KT.", [mandate()], [], "appointment-missing"),  # given by nobody
        ("KT.", [], [], "record-delegation"),
        ("KT.", "nothing", [], "record-delegation"),
    ],
)
def test_who_signs_for_another_has_a_mandate_in_the_pack(capacity, named, acts, code):
    """Of that kind, in force on that day, given by a signed act to a position that they hold."""
    lan, content = known("lan"), None if named is None else canonical({"mandates": named})

    def step(world: World) -> None:
        if acts:
            world.organise([given(each) for each in acts], known("admin"))
        more = {"delegation": world.keep(content)} if content else {}
        digest = sha256_hex(content) if content else None
        world.approve(lan, 1, capacity=capacity, delegation=digest, objects=more)

    if code is None:
        assert verify(story(step)).signatures[-1].capacity == capacity
    else:
        refused(story(step), code)


def test_an_ended_mandate_counts_no_more():
    """Its end needs no signature; from the day after, nobody signs by it."""
    end = {"kind": "mandate-ended", "id": "m-1", **ENDED}
    content = canonical({"mandates": [mandate()]})

    def step(world: World) -> None:
        world.organise([given(mandate())], known("admin"))
        world.unsigned(end, actor="admin")
        told = {"capacity": "KT.", "delegation": world.keep(content)}
        world.approve(known("lan"), 1, objects={"delegation": sha256_hex(content)}, **told)

    refused(story(step), "record-delegation")


def test_mandates_that_the_trail_does_not_name_are_none():
    """The leaf names the object, so that it lies in the pack; one that names none is found."""
    lan, content = known("lan"), canonical({"mandates": [mandate()]})
    values = {"capacity": "KT.", "delegation": sha256_hex(content)}
    refused(story(lambda world: world.approve(lan, 1, **values)), "record-delegation")


SIGNING = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"><process id="p"><userTask id="approve"><extensionElements>
 <zeebe:properties><zeebe:property name="hoso:signature" value="approval"/></zeebe:properties></extensionElements>
 </userTask><userTask id="draft"/></process></definitions>"""


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (lambda world, own: world.approve(known("lan"), 1, bundle_hash=own), None),
        (lambda world, own: world.append("task-completed", f"{DOSSIER}.1", "lan", details={"element": "draft"}), None),
        (
            lambda world, own: world.append("task-completed", f"{DOSSIER}.1", "lan", details={"element": "approve"}),
            "act-unsigned",
        ),
        (lambda world, own: world.approve(known("lan"), 1, bundle_hash=own, purpose="initial"), "record-other-act"),
    ],
)
def test_the_process_in_the_pack_says_which_steps_are_signed(step, code):
    """A server that leaves a signature out, or takes an initial for an approval, is found by the model that it ran."""
    files = {"process.bpmn": SIGNING}
    own = bundle_hash({path: sha256_hex(content) for path, content in files.items()})
    world = World()
    world.bind(known("admin"), known("admin"))
    world.bind(known("lan"), known("admin"))
    world.deploy(files)
    world.start(own)
    step(world, own)
    if code is None:
        verify(world.pack())
    else:
        refused(world.pack(), code)


def as_other(world: World, who) -> None:
    from tests.pki import Person

    world.approve(Person("otto", who.key, who.private), 1)


def test_bindings_cannot_be_left_out_or_moved():
    """A signature whose binding is not in the pack is refused; a second self-made binding is not a bootstrap."""
    world = told()
    refused(world.pack(FOUNDING + 1), "certificate-unbound")
    refused(world.pack(FOUNDING + 0), "certificate-unbound")
    refused(world.pack(FOUNDING + 3), "bundle-missing")
    refused(world.pack(FOUNDING + 5), "record-prior")
    again = World()
    again.bind(known("admin"), known("admin"))
    again.bind(known("otto"), known("otto"))
    again.start()
    refused(again.pack(), "certificate-unbound")
    swapped = World()
    swapped.bind(known("admin"), known("admin"))
    swapped.bind(known("lan"), known("admin"), bound=swapped.keep(b"another certificate"))
    swapped.start()
    refused(swapped.pack(), "record-other-act")


def test_names_in_evidence_cannot_leave_the_folder():
    """A bundle path that climbs out is refused when the pack is written, so nobody unpacks it."""
    for path in ("../../etc/passwd", "/etc/passwd", "a\\b", "", "a/./b", "con:"):
        world = World()
        listed = [{"path": path, "sha256": world.keep(b"x")}]
        world.append("process-deployed", "p:1", "admin", objects={"bundle": listed}, details={"key": "p", "version": 1})
        if path:
            with pytest.raises(Invalid) as found:
                world.pack()
            assert found.value.code == "pack-name"
        else:
            assert any(name.startswith("objects/bundle-") for name in read_archive(world.pack()))


@pytest.mark.system
def test_the_readme_is_true(tmp_path):
    """The commands printed in README.txt check every signature, in a shell, with OpenSSL alone."""
    with zipfile.ZipFile(io.BytesIO(told().pack())) as file:
        file.extractall(tmp_path)
    (tmp_path / "roots.pem").write_bytes(authority().roots_pem())
    text = (tmp_path / "README.txt").read_text()
    assert text.count("openssl cms -verify") == 8
    commands = text[text.index("\ncp roots.pem") :]
    done = subprocess.run(["sh", "-ec", commands], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.lower().count("successful") == 8
    manifest = next((tmp_path / "META-INF").glob("ASiCManifest-H29*.xml"))
    manifest.write_bytes(re.sub(rb"draft", b"drift", manifest.read_bytes()))
    done = subprocess.run(["sh", "-ec", commands], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
