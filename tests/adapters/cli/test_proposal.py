"""Two persons at their own machines, against the real server: one proposes, the other looks and approves."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from adapters.application import people
from adapters.cli import proposals
from adapters.cli.errors import CommandFailed
from tests import pki
from tests.adapters.application.test_proposals import ONE, administrator, second_signer
from tests.adapters.application.world import World
from tests.adapters.cli.conftest import PIN, Result
from tests.adapters.http.serving import Serving, serving
from tests.pki import known


@dataclass
class Desk:
    """Whoever sits down signs in with their own folder and key."""

    server: Serving
    folder: Path
    hoso: Callable[..., Result]
    monkeypatch: pytest.MonkeyPatch

    def sit(self, who: str) -> Callable[..., Result]:
        self.monkeypatch.setenv("HOSO_CONFIG_DIR", str(self.folder / who))
        self.monkeypatch.setenv("HOSO_PIN", PIN)
        if not (self.folder / who).exists():
            done = self.hoso("login", "--server", self.server.url, "--token", self.server.world.tokens[who])
            assert done.code == 0, done.err
        return self.hoso

    def appoint(self, *, signs: bool = False) -> str:
        """A second administrator, with a token; who `signs` has a certificate."""
        world = self.server.world
        who = second_signer(world) if signs else administrator(world)
        with world.app.store.write() as tx:
            token = people.new_token(world.app, tx, who, "máy ở nhà")["token"]
        world.tokens = {**world.tokens, who: str(token)}
        return who

    def key(self, who: str) -> Path:
        file = self.folder / f"{who}.p12"
        file.write_bytes(pki.file_of(known(who), pin=PIN))
        file.chmod(0o600)
        return file

    def certificate(self, who: str) -> Path:
        file = self.folder / f"{who}.pem"
        file.write_bytes(known(who).certificate.public_bytes(Encoding.PEM))
        return file


@pytest.fixture
def desk(world: World, tmp_path: Path, hoso: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> Any:
    with serving(world) as server:
        yield Desk(server, tmp_path, hoso, monkeypatch)


def bundle(folder: Path) -> Path:
    """The bundle as files."""
    for name, content in ONE.items():
        file = folder / "bundle" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder / "bundle"


def test_a_deployment_by_two(desk: Desk) -> None:
    """The integrator is told how it goes on; the administrator reads the files, then approves."""
    told = desk.sit("tuan")("process", "deploy", bundle(desk.folder), "--key", desk.key("tuan"), "--yes")
    assert told.code == 0, told.err
    assert "an administrator approves it: hoso proposal approve p-" in told.out
    hoso = desk.sit("an")
    [item] = json.loads(hoso("proposal", "list", "--json").out)["items"]
    shown = hoso("proposal", "show", item["id"], "--save", desk.folder / "seen")
    assert shown.code == 0, shown.err
    assert "process.bpmn (new)" in shown.out
    assert "Author:   tuan" in shown.out
    assert (desk.folder / "seen" / "process.bpmn").read_bytes() == ONE["process.bpmn"]
    assert hoso("proposal", "reject", item["id"]).code == 2
    done = hoso("proposal", "approve", item["id"], "--key", desk.key("an"), "--yes")
    assert (done.code, "it has taken effect" in done.out) == (0, True), done.err
    late = hoso("proposal", "approve", item["id"], "--key", desk.key("an"), "--yes")
    assert (late.code, "[proposal-decided]" in late.err, "by an" in late.err) == (3, True, True)
    assert "approved" in hoso("proposal", "list", "--all").out
    assert hoso("proposal", "show", "p-999999").code == 1


def test_ones_own_is_not_approved_but_withdrawn(desk: Desk) -> None:
    """Exit code 6; a second deploy finds the same proposal; rejecting needs its reason."""
    hoso = desk.sit("tuan")
    deploy = ("process", "deploy", bundle(desk.folder), "--json", "--key", desk.key("tuan"), "--yes")
    first = json.loads(hoso(*deploy).out)["proposal"]["id"]
    assert json.loads(hoso(*deploy).out)["proposal"]["id"] == first
    own = hoso("proposal", "approve", first, "--key", desk.key("tuan"), "--yes")
    assert (own.code, "[proposal-own]" in own.err) == (6, True)
    assert hoso("proposal", "withdraw", first).out.strip() == f"Proposal {first} is withdrawn."
    again = json.loads(hoso(*deploy).out)["proposal"]["id"]
    rejected = desk.sit("an")("proposal", "reject", again, "--reason", "thiếu biểu mẫu", "--json")
    assert json.loads(rejected.out)["proposal"]["note"] == "thiếu biểu mẫu"
    assert "Because:  thiếu biểu mẫu" in desk.sit("tuan")("proposal", "show", again).out


def test_a_change_of_rights_by_two(desk: Desk) -> None:
    """The second administrator reads every change in words, with all of it, and why."""
    who = desk.appoint(signs=True)
    grant = ("role", "grant", "lan", "van-thu", "--unit", "van-phong", "--since", "2026-11-21", "--document", "QĐ 7")
    sent = desk.sit("an")(*grant, "--reason", "theo QĐ 7", "--key", desk.key("an"), "--yes", "--json")
    assert sent.code == 0, sent.err
    id = json.loads(sent.out)["proposal"]["id"]
    shown = desk.sit(who)("proposal", "show", id).out
    for text in (
        "1. lan has the role van-thu in van-phong, from 2026-11-21 on",
        "document: QĐ 7",
        "Reason:   theo QĐ 7",
    ):
        assert text in shown
    done = desk.hoso("proposal", "approve", id, "--key", desk.key(who), "--yes")
    assert done.code == 0, done.err
    assert "van-thu" in desk.server.world.officer("lan").roles


def test_a_binding_by_two(desk: Desk) -> None:
    """Both sign with keys of their own; the second administrator's first certificate is vouched for and shown."""
    who = desk.appoint()
    for officer in (who, "mai"):
        bind = ("certificate", "bind", officer, "--certificate", desk.certificate(officer), "--yes")
        told = desk.sit("an")(*bind, "--key", desk.key("an"))
        assert told.code == 0, told.err
        assert "another administrator approves it" in told.out
        hoso = desk.sit(who)
        [item] = json.loads(hoso("proposal", "list", "--json").out)["items"]
        shown = hoso("proposal", "show", item["id"])
        assert f"Officer:  {officer}" in shown.out
        missing = hoso("proposal", "approve", item["id"], "--yes")
        assert missing.code == 2
        done = hoso("proposal", "approve", item["id"], "--key", desk.key(who), "--yes")
        assert done.code == 0, done.err
        assert "proposal-approved" in done.err
    bound = json.loads(hoso("certificate", "list", "--json").out)["items"]
    assert {"binh", "mai"} <= {item["officer"] for item in bound}
    assert {item["kind"] for item in bound} == {"person", "organ"}


def test_a_server_that_shows_another_proposal_is_caught(world: World) -> None:
    """What is shown, and the certificate in it, must be what the digest names."""
    from adapters.application import proposals as served

    administrator(world)
    id = world.bind("mai", known("mai")).body_or_raise()["proposal"]["id"]
    shown = json.loads(json.dumps(served.show_proposal(world.app, world.officer("an"), id).body_or_raise()))
    assert proposals.approval(shown)["proposal"] == shown["digest"]
    assert list(proposals.lines(shown))
    content = shown["content"]
    other = {
        **content["body"],
        "certificate": base64.b64encode(known("lan").certificate.public_bytes(Encoding.DER)).decode(),
    }
    for lie in (
        {"content": {**content, "subject": "lan"}},
        {"subject": "lan"},
        {"author": "duc"},
        {"reason": "theo QĐ 7"},
        {"id": "p-999999"},
        {"digest": "0" * 64},
        {"content": {**content, "body": other}},
    ):
        with pytest.raises(CommandFailed) as caught:
            list(proposals.lines({**shown, **lie}))
        assert caught.value.code == "proposal-altered"
    untold = {name: value for name, value in shown.items() if name != "certificate"}
    assert list(proposals.lines(untold)) == list(proposals.lines(shown))  # it is read from what is approved


def test_the_files_that_are_shown_are_those_that_are_approved(world: World) -> None:
    """A server that lists other files, or leaves some out, than the proposal's digest names is caught."""
    from adapters.application import proposals as served

    id = world.propose(ONE).body_or_raise()["proposal"]["id"]
    shown = json.loads(json.dumps(served.show_proposal(world.app, world.officer("an"), id).body_or_raise()))
    assert any("process.bpmn" in line for line in proposals.lines(shown))
    first, *others = shown["files"]
    for lie in (others, [{**first, "sha256": "0" * 64}, *others], [first, *shown["files"]], None):
        with pytest.raises(CommandFailed) as caught:
            list(proposals.lines({**shown, "files": lie}))
        assert caught.value.code == "proposal-altered"
