"""A dossier goes its whole way: every act is accepted, every step is in the trail."""

from adapters.application import evidence
from adapters.application.answer import Request
from adapters.application.start import Intake, start_dossier
from engine.calendar import VIETNAM
from signing.evidence.verify import verify_pack
from tests.adapters.application.world import CITIZEN, RESULT, World, refusal_of
from tests.pki import authority


def test_a_dossier_goes_from_start_to_hand_over(world: World) -> None:
    """Received, in progress, decided, delivered; the trail names each act in its order."""
    code = world.start("tra-ket-qua", data={**CITIZEN, "channel": "counter"})
    assert world.dossier(code)["status"] == 2
    world.do("lan", code, "prepare", {"note": "đủ"})
    assert world.dossier(code)["status"] == 4
    world.sign_off("hang", code, "decide", {"decision": "approve"})
    answer = world.sign_off("hoa", code, "seal")
    assert answer["opened"] == []
    assert world.work() == 1
    shown = world.dossier(code)
    assert (shown["status"], [item["state"] for item in shown["dispatches"]]) == (9, ["ready"])
    world.do("hoa", code, "hand_over")
    shown = world.dossier(code)
    assert (shown["status"], [item["state"] for item in shown["dispatches"]]) == (10, ["delivered"])
    assert shown["finished"] == "2026-11-21T08:30:00Z"
    assert shown["tasks"] == []
    done = ["task-claimed", "task-completed"]
    assert world.acts(code) == ["dossier-started", *done * 3, "dispatch-prepared", "visit-set", *done]


def test_the_evidence_of_a_dossier_convinces_an_auditor(world: World) -> None:
    """Offline, with the root and the log's key alone; and the export itself is in the trail."""
    code = world.approved(channel="counter")
    world.work()
    size = world.size()
    packed = evidence.pack(world.app, world.officer("kiem"), code)
    assert isinstance(packed, bytes)
    report = verify_pack(packed, roots=(authority().root,), log_key=world.app.log_key.vkey, at=None)
    assert report.dossier == code
    assert len(report.signatures) >= 2
    assert world.size() == size + 1


def test_a_start_says_what_came_of_it(world: World) -> None:
    """Code, term in working days by the procedure in force, the opened task, and a receipt from the trail."""
    given = {"data": CITIZEN, "documents": [("result", "application/pdf", world.upload("lan"))]}
    answer = start_dossier(world.app, world.officer("lan"), Request(officer="lan"), intake("tra-ket-qua", **given))
    body = answer.body_or_raise()
    assert answer.status == 201
    assert body["code"] == "H29.5-261121-0001"
    # Saturday 21 November 2026 counts as received on Monday 23; three working days later it is Thursday 26, 17:00.
    assert body["due"] == "2026-11-26T10:00:00Z"
    assert [item["element"] for item in body["opened"]] == ["prepare"]
    assert body["receipt"]["index"] == world.size() - 1
    shown = world.dossier(body["code"])
    assert shown["unit"] == "van-phong"
    assert [(item["name"], item["size"]) for item in shown["documents"]] == [("result.pdf", len(RESULT))]


def test_codes_run_within_the_local_day(world: World) -> None:
    """TT 01/2018 Đ19: agency, day, running number; the day is Vietnam's, not the server's."""
    first, second = world.start("cho"), world.start("cho")
    world.clock.now = world.clock.now.astimezone(VIETNAM).replace(hour=23, minute=59)
    third = world.start("cho")
    world.clock.go(minutes=2)
    assert [code[-11:] for code in (first, second, third, world.start("cho"))] == [
        "261121-0001",
        "261121-0002",
        "261121-0003",
        "261122-0001",
    ]


def intake(process: str, **changes: object) -> Intake:
    values = {
        "process": process,
        "procedure": None,
        "title": "Hồ sơ",
        "channel": "direct",
        "applicant": {},
        "submitter": "Bà Ánh",
        "data": {},
        "documents": [],
    }
    return Intake(**{**values, **changes})  # type: ignore[arg-type]


def test_a_start_is_refused_clearly(world: World) -> None:
    """Unknown process or procedure, bytes that the officer did not upload, two documents of one name."""
    known = world.upload("hoa", b"of another officer")
    mine = world.upload("lan")

    def refused(**changes: object) -> str:
        given = intake(**{"process": "cho", **changes})  # type: ignore[arg-type]
        return refusal_of(start_dossier(world.app, world.officer("lan"), Request(officer="lan"), given)).code

    size = world.size()
    assert refused(process="nowhere") == "process-unknown"
    assert refused(procedure="nowhere") == "procedure-unknown"
    assert refused(documents=[("a", "text/plain", "0" * 64)]) == "document-unknown"
    assert refused(documents=[("a", "text/plain", known)]) == "document-unknown"
    assert refused(documents=[("a", "text/plain", mine), ("a", "text/plain", mine)]) == "document-name"
    assert world.size() == size
    assert world.start("cho", files={})[-4:] == "0001", "a refused start took a number"


def test_two_officers_may_hand_in_the_same_bytes(world: World) -> None:
    """A blank form is uploaded by many; each of them may start a dossier with it."""
    one = world.start("cho", "lan", files={"form": b"%PDF-1.7 blank"})
    two = world.start("cho", "nam", files={"form": b"%PDF-1.7 blank"})
    assert one != two


def test_an_old_version_runs_on_under_its_own_definition(world: World) -> None:
    """Deploying a new version moves nobody; new dossiers begin under it."""
    from tests.adapters.application.bundles import WAITING

    before = world.start("cho")
    changed = {**WAITING, "process.bpmn": WAITING["process.bpmn"].replace(b'name="work"', b'name="work anew"')}
    assert world.deploy(changed).body_or_raise()["version"] == 2
    assert world.deploy(changed).body_or_raise() | {"receipt": None} == {
        "key": "cho",
        "version": 2,
        "changed": False,
        "bundle_hash": world.deploy(changed).body_or_raise()["bundle_hash"],
        "warnings": [],
        "receipt": None,
    }
    after = world.start("cho")
    assert [world.dossier(code)["version"] for code in (before, after)] == [1, 2]
    world.do("lan", before, "work")
    assert world.dossier(before)["tasks"] == []
