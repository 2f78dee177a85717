"""What the application recorded replays from the pack alone; what its own server forged and signed does not."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.application import interventions, workers
from adapters.application.answer import Request
from adapters.application.workers import Failure, Lease, Wanted
from adapters.main import run
from engine.acts.intervene import Cancel, Migrate, Modify
from signing.evidence.pack import build_pack
from signing.evidence.verify import verify_pack
from tests.adapters.application.intervening import (
    OUTSIDE,
    OUTSIDE_RENAMED,
    WHY,
    appoint,
    incidents,
    perform,
    resume,
    revision,
    suspend,
)
from tests.adapters.application.replaying import contents_of, packed, replayed, told
from tests.adapters.application.working import comment, delegate, take_back
from tests.adapters.application.world import CITIZEN, World, refusal_of
from tests.engine.replay.recorder import LOG_KEY
from tests.engine.replay.recorder import contents_of as log_of
from tests.pki import authority


def delivered(world: World) -> str:
    """A dossier with all that officers do around it: handed on, refused, commented, suspended, moved by hand."""
    code = world.start("tra-ket-qua", data={**CITIZEN, "channel": "counter"})
    task = world.task(code, "prepare")
    world.claim("lan", task).body_or_raise()
    delegate(world, "lan", task, "mai").body_or_raise()
    assert refusal_of(world.complete("lan", task, {"note": "đủ"})).code == "not-holder"
    take_back(world, "lan", task).body_or_raise()
    comment(world, "lan", code, "Thiếu một bản").body_or_raise()
    suspend(world, code)
    resume(world, code)
    perform(world, Modify(revision=revision(world, code), reason=WHY, data={"note2": "thêm"}), code).body_or_raise()
    world.complete("lan", task, {"note": "đủ"}).body_or_raise()
    world.clock.go(minutes=7, milliseconds=600)
    world.sign_off("hang", code, "decide", {"decision": "return"})
    world.do("lan", code, "prepare", {"note": "bổ sung"})
    world.sign_off("hang", code, "decide", {"decision": "approve"})
    world.sign_off("hoa", code, "seal")
    world.stamp()
    world.work()
    world.do("hoa", code, "hand_over")
    return code


def test_a_dossier_replays_from_its_pack_alone(world: World) -> None:
    """To its end, with each act as the model does, or beside it; and the pack verifies."""
    code = delivered(world)
    pack = packed(world, code)
    verify_pack(pack, roots=(authority().root,), log_key=world.app.log_key.vkey, at=None)
    found = replayed(contents_of(world, code))
    assert (found.answer, found.divergence, found.finished, found.open) == ("yes", None, True, ())
    said = {line.act: line.said for line in found.acts}
    assert said["completion-refused"] == said["comment-added"] == said["signature-stamped"] == "moves-nothing"
    assert {act for act, each in said.items() if each == "as-modelled"} >= {
        "dossier-started",
        "task-delegated",
        "task-taken-back",
        "dossier-suspended",
        "dossier-modified",
        "task-completed",
        "dispatch-prepared",
    }


def test_what_comes_from_outside_replays(world: World) -> None:
    """A worker that fails, another version, a retry, the work done at last, a timer, the dossier cancelled."""
    world.deploy(OUTSIDE).body_or_raise()
    code, robot = world.start("ngoai", data={}, files={}), appoint(world)
    wanted = Wanted(worker="w", types=["tra-cuu"], most=1, lease=workers.timedelta(hours=1))

    def leased() -> Lease:
        fetched = workers.fetch(world.app, robot, wanted)
        assert isinstance(fetched, list)
        return Lease(job=fetched[0]["id"], epoch=fetched[0]["lease_epoch"])

    mine = Request(officer=robot.id)
    for retries in (1, 0):
        failure = Failure(code="khong-mo", message="máy bận", retries=retries, retry_in=workers.timedelta(0))
        workers.fail(world.app, robot, mine, leased(), failure).body_or_raise()
    world.deploy(OUTSIDE_RENAMED).body_or_raise()
    mapping = {"look_up": "search", "slow": "too_slow"}
    act = Migrate(revision=revision(world, code), reason=WHY, version=2, mapping=mapping)
    perform(world, act, code).body_or_raise()
    [stuck] = incidents(world)
    interventions.retry(world.app, world.officer("an"), Request(officer="an"), code, stuck["id"]).body_or_raise()
    workers.complete(world.app, robot, mine, leased(), {"found": True}).body_or_raise()
    world.clock.go(days=1)
    world.work()
    found = replayed(contents_of(world, code))
    assert found.divergence is None
    assert [each.element for each in found.open] == [item["element"] for item in world.dossier(code)["tasks"]]
    perform(world, Cancel(revision=revision(world, code), reason=WHY), code).body_or_raise()
    assert (replayed(contents_of(world, code)).answer, replayed(contents_of(world, code)).finished) == ("yes", True)


def test_a_forged_history_that_is_well_signed_is_found(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The server removes a step that nobody signed, and makes its log anew: the pack verifies, and does not replay."""
    code = delivered(world)
    contents = contents_of(world, code)
    true, forged = tmp_path / "true.asice", tmp_path / "forged.asice"
    leaves = told(contents)
    true.write_bytes(build_pack(log_of(leaves, contents.objects, code)))
    second = [n for n, each in enumerate(leaves) if each.details.get("element") == "prepare"][-2:]
    left = [each for n, each in enumerate(leaves) if n not in second]
    forged.write_bytes(build_pack(log_of(left, contents.objects, code)))
    (tmp_path / "root.pem").write_bytes(authority().roots_pem())
    (tmp_path / "log.vkey").write_text(LOG_KEY.vkey)
    trust = ("--root", str(tmp_path / "root.pem"), "--log-key", str(tmp_path / "log.vkey"))

    def hoso(*arguments: str) -> tuple[int, str]:
        exit_code = run([*arguments, "--lang", "en"])
        return exit_code, capsys.readouterr().out

    assert [hoso("verify", str(pack), *trust)[0] for pack in (true, forged)] == [0, 0]
    exit_code, out = hoso("audit", "replay", str(true), *trust)
    assert (exit_code, "REPLAYS" in out, "Only the path" in out) == (0, True, False)
    exit_code, out = hoso("audit", "replay", str(forged), *trust, "--json")
    answer = json.loads(out)
    assert (exit_code, answer["replays"], answer["verified"]) == (5, "no", True)
    assert (answer["divergence"]["act"], answer["divergence"]["code"]) == ("task-claimed", "task-not-open")
    broken = replace(contents, checkpoint=contents.checkpoint.replace("hoso/", "hosa/"))
    forged.write_bytes(build_pack(broken))
    exit_code, out = hoso("audit", "replay", str(forged), *trust)
    assert (exit_code, "INVALID" in out, "Not replayed" in out) == (5, True, True)
