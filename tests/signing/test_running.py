"""The bundles of a pack: a dossier's own, those that it calls, those that it was migrated to; each step has its own."""

from typing import Any

import pytest

from signing.canonical import sha256_hex
from signing.errors import Invalid, SigningError
from signing.evidence.archive import read_archive, write_archive
from signing.evidence.report import Report
from signing.evidence.verify import verify_pack
from tests.pki import authority, known
from tests.signing.records import DOSSIER
from tests.signing.world import FOUNDING, LOG_KEY, World

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"


def process(**steps: str) -> dict[str, bytes]:
    """A bundle whose user tasks want these signatures."""
    tasks = "".join(
        f'<userTask id="{name}" name="Bước\n{name}"><extensionElements>'
        f'<property name="hoso:signature" value="{wanted}"/>'
        "</extensionElements></userTask>"
        for name, wanted in steps.items()
    )
    return {"process.bpmn": f'<definitions xmlns="{BPMN}"><process>{tasks}</process></definitions>'.encode()}


class Office(World):
    """A log in which lan can sign, with three bundles: the dossier's own, `support` in two versions."""

    own: dict[str, Any]
    old: dict[str, Any]
    new: dict[str, Any]

    @classmethod
    def open(cls) -> "Office":
        office = cls()
        office.bind(known("admin"), known("admin"))
        office.bind(known("lan"), known("admin"))
        office.own = office.deploy(process(approve="initial", plain="none"))
        office.old = office.deploy(process(approve="none"), key="support", version=1)
        office.new = office.deploy(process(approve="approval"), key="support", version=2)
        return office

    def receive(self, *called: dict[str, Any]) -> None:
        self.start(self.own["bundle_hash"], bundles=[self.own, *called])

    def migrate(self, *bundles: dict[str, Any]) -> None:
        self.intervene("dossier-migrated", {"revision": 3, "version": bundles[0]["version"]}, bundles=list(bundles))

    def sign(self, element: str, number: int = 1, **changes: Any) -> None:
        own = {"bundle_hash": self.own["bundle_hash"], "process_version": self.own["version"]}
        self.approve(known("lan"), number, **{"element": element, **own, **changes})

    def complete(self, element: str) -> None:
        details = {"element": element, "data": {}}
        self.append("task-completed", f"{DOSSIER}.{len(self.entries)}", "lan", details=details)


def verify(pack: bytes) -> Report:
    return verify_pack(pack, roots=[authority().root], log_key=LOG_KEY.vkey)


def test_steps_are_told_by_name() -> None:
    """As the dossier's own process or the one that it calls names them; what has no name there has none."""
    office = Office.open()
    office.receive(office.old)
    office.sign("approve", purpose="initial", decision=None)
    office.complete("support@1/approve")
    office.append("timer-fired", DOSSIER, "hoso", details={"element": "unknown"})
    report = verify(office.pack())
    assert [line.step for line in report.acts[-3:]] == ["Bước approve", "Bước approve", ""]
    assert report.signatures[-1].step == "Bước approve"


def refused(pack: bytes, code: str) -> SigningError:
    with pytest.raises(SigningError) as found:
        verify(pack)
    assert found.value.code == code, found.value
    return found.value


def test_each_step_is_asked_for_the_signature_of_its_own_bundle() -> None:
    """`approve` wants an initial in the dossier's process, an approval in version 2 of what it calls, none in 1."""
    office = Office.open()
    office.receive(office.old, office.new)
    office.sign("approve", 1, purpose="initial", decision=None)
    office.sign("support@2/approve", 2)
    office.complete("support@1/approve")
    office.complete("plain")
    signatures = [(line.element, line.purpose) for line in verify(office.pack()).signatures]
    assert signatures[-2:] == [("approve", "initial"), ("support@2/approve", "approval")]


@pytest.mark.parametrize(
    ("element", "purpose", "code"),
    [
        ("support@2/approve", None, "act-unsigned"),
        ("approve", None, "act-unsigned"),
        ("support@2/approve", "initial", "record-other-act"),
        ("approve", "approval", "record-other-act"),
        ("support@3/approve", None, "bundle-missing"),
        ("support@1/approve", None, "bundle-missing"),
        ("support@3/approve", "approval", "bundle-missing"),
    ],
)
def test_a_step_cannot_go_by_another_bundle(element: str, purpose: str | None, code: str) -> None:
    """A server that leaves a signature out, takes a weaker one, or names a bundle under which nothing ran, is told."""
    office = Office.open()
    office.receive(office.new)
    if purpose is None:
        office.complete(element)
    else:
        office.sign(element, purpose=purpose, decision=None if purpose == "initial" else "approve")
    refused(office.pack(), code)


def test_every_bundle_that_the_dossier_ran_under_is_in_the_pack() -> None:
    """Without the deployment of one that it calls, nobody could say which steps had to be signed."""
    office = Office.open()
    office.receive(office.old, office.new)
    verify(office.pack())
    for left_out in (FOUNDING + 2, FOUNDING + 3, FOUNDING + 4):
        assert "is not in the pack" in str(refused(office.pack(left_out), "bundle-missing"))


def test_a_file_of_a_called_bundle_cannot_be_missing_altered_or_added() -> None:
    """The bundle hash is computed again from the files, and nothing lies in a pack that no leaf names."""
    office = Office.open()
    office.receive(office.new)
    entries = read_archive(office.pack())
    name = "bundle/support-2/process.bpmn"
    assert name in entries
    without = {key: value for key, value in entries.items() if key != name}
    refused(write_archive(without), "pack-object-missing")
    refused(write_archive({**entries, name: entries[name].replace(b"approval", b"none")}), "pack-object-missing")
    refused(write_archive({**entries, "bundle/support-2/more.txt": b"x"}), "pack-unaccounted")


def test_a_bundle_that_was_deployed_as_another_is_missing() -> None:
    """Key, version and hash must be those of a deployment."""
    for change in ({"version": 3}, {"key": "support2"}, {"bundle_hash": sha256_hex(b"")}):
        office = Office.open()
        office.receive({**office.new, **change})
        refused(office.pack(), "bundle-missing")


def test_after_a_migration_the_steps_are_those_of_the_new_bundles() -> None:
    """What ran before stays judged by what it ran under; later records name the new bundle."""
    office = Office.open()
    later = office.deploy(process(approve="approval"), version=2)
    office.receive(office.old)
    office.complete("support@1/approve")
    office.migrate(later, office.new)
    office.sign("approve", bundle_hash=later["bundle_hash"], process_version=2)
    verify(office.pack())
    office.complete("support@1/approve")
    refused(office.pack(), "bundle-missing")


def test_a_record_names_the_bundle_under_which_the_dossier_runs_then() -> None:
    """One that names another bundle of the pack was signed over another process."""
    office = Office.open()
    later = office.deploy(process(approve="initial"), version=2)
    office.receive()
    office.sign("approve", purpose="initial", decision=None, bundle_hash=later["bundle_hash"], process_version=2)
    refused(office.pack(), "bundle-missing")


@pytest.mark.parametrize(
    "bundles",
    [
        [],
        "van-ban-di",
        [{"key": "van-ban-di"}],
        [{"key": "van-ban-di", "version": "1", "bundle_hash": "0" * 64}],
        [{"key": ["van-ban-di"], "version": 1, "bundle_hash": "0" * 64}],
    ],
)
def test_a_leaf_that_does_not_say_which_bundles_is_malformed(bundles: object) -> None:
    """Hostile evidence is refused by its leaf; the server's word is not guessed at."""
    office = Office.open()
    office.start(office.own["bundle_hash"], bundles=bundles)
    refused(office.pack(), "evidence-malformed")


def test_the_dossiers_own_bundle_comes_first_and_each_once() -> None:
    """Else a called process would say what the dossier's own steps want."""
    office = Office.open()
    office.start(office.own["bundle_hash"], bundles=[office.new, office.own])
    refused(office.pack(), "evidence-malformed")
    twice = Office.open()
    twice.receive(twice.new, twice.new)
    refused(twice.pack(), "evidence-malformed")


def test_a_migration_that_names_no_bundles_is_malformed() -> None:
    """Only a dossier's start may be of before processes called each other."""
    office = Office.open()
    office.receive()
    office.append("dossier-migrated", DOSSIER, "lan", details={})
    with pytest.raises(Invalid, match="does not say under which bundles"):
        verify(office.pack())
