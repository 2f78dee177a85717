"""How a client follows a log to another key: a new key with one line, a restored database with care, or not at all."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest

from adapters.cli import profiles
from adapters.cli.client import Client
from adapters.cli.profiles import load
from adapters.cli.witness import Alarm, Witness
from signing.trail.note import LogKey
from signing.trail.succession import LogState
from tests.adapters.cli.center import TASK, TOKEN

OTHERS = [f"H29.5-261121-000{number}.3" for number in range(2, 6)]


@pytest.fixture
def work(signed_in, hoso, key_file):
    """Complete one of the tasks."""
    signed_in.others = list(OTHERS)

    def call(task=TASK):
        return hoso("task", "complete", task, "--decision", "approve", "--key", key_file, "--yes")

    return call


@pytest.fixture
def profile(tmp_path) -> Path:
    return tmp_path / "config/profiles/default"


def pinned(profile: Path) -> str:
    return str(json.loads((profile / "profile.json").read_text())["log_key"])


def test_one_answer_proves_all(signed_in, work, profile):
    """An act's answers bring the proof that the log continues what was seen: nothing more is asked for."""
    assert work().code == 0
    signed_in.append("hoso", "unit-added", "x", {})
    signed_in.requests.clear()
    assert work(OTHERS[0]).code == 0
    assert not [path for _method, path in signed_in.requests if path.startswith("/v1/log/")]
    seen = json.loads(base64.b64decode(signed_in.sent[-1]["record"]))["seen_checkpoint"]
    assert seen["size"] == 5  # the newest that was verified when it was signed
    receipt = json.loads(sorted((profile / "receipts").glob("*.json"))[-1].read_text())
    assert receipt["consistency"]["old"] == 5


def test_a_false_proof_in_the_answer(signed_in, work):
    """A proof that proves nothing is no proof."""
    assert work().code == 0
    signed_in.append("hoso", "unit-added", "x", {})
    signed_in.continued = lambda: {"consistency": {"old": 4, "proof": ["00" * 32]}}
    result = work(OTHERS[0])
    assert (result.code, "[log-inconsistent]" in result.err) == (5, True)


def test_an_older_statement_does_not_hide_what_was_seen(signed_in, work):
    """A statement with an older checkpoint: the record still says the newest that was seen."""
    old = signed_in.checkpoint()
    assert work().code == 0
    whole = signed_in.checkpoint
    signed_in.statement = lambda facts, inner=signed_in.statement: {**inner(facts), "checkpoint": old}
    assert whole() != old
    assert work(OTHERS[0]).code == 0
    assert json.loads(base64.b64decode(signed_in.sent[-1]["record"]))["seen_checkpoint"]["size"] == 4


def test_the_first_answer_again(signed_in, work, hoso, monkeypatch, profile):
    """A repeated key gets the first answer, with a proof from an older checkpoint: the client asks for its own."""
    monkeypatch.setattr("adapters.cli.client.RETRY_PAUSES", (0.01,))
    signed_in.drop_after = 2
    assert work().code == 1
    signed_in.append("hoso", "unit-added", "x", {})
    assert hoso("audit", "verify").code == 0  # five leaves are seen now; the answer is of four
    assert work().code == 0
    assert hoso("audit", "receipts", "--check").code == 0
    assert (profile / "checkpoint").read_text().split("\n")[1] == "5"


def test_a_new_key(signed_in, work, hoso, profile):
    """The new key is pinned with one line, twice where it changed twice; receipts of before still hold."""
    assert work().code == 0
    signed_in.rotate()
    signed_in.append("hoso", "unit-added", "x", {})
    signed_in.rotate()
    result = work(OTHERS[0])
    assert result.code == 0, result.err
    assert result.err.count("The log has a new key since") == 2
    assert pinned(profile) == signed_in.key.vkey
    again = work(OTHERS[1])
    assert (again.code, "new key" in again.err) == (0, False)
    checked = hoso("audit", "receipts", "--check", "--json")
    assert (checked.code, json.loads(checked.out)["receipts"]) == (0, 3), checked.out
    assert hoso("audit", "verify").code == 0
    assert hoso("login", "--server", signed_in.url, "--token", TOKEN).code == 0


def test_signing_in_follows_a_new_key(signed_in, work, hoso, profile):
    """`hoso login` refuses a key to which the pinned one did not pass on, and follows one to which it did."""
    assert work().code == 0
    old, signed_in.key = signed_in.key, LogKey.generate(signed_in.key.origin)
    refused = hoso("login", "--server", signed_in.url, "--token", TOKEN)
    assert (refused.code, "[log-key-changed]" in refused.err) == (5, True)
    signed_in.key = old
    signed_in.rotate()
    followed = hoso("login", "--server", signed_in.url, "--token", TOKEN)
    assert (followed.code, pinned(profile)) == (0, signed_in.key.vkey), followed.err


def test_stopped_between_statement_and_pin(signed_in, work, hoso, profile):
    """A client that was stopped after it had kept the statement goes on with it."""
    assert work().code == 0
    before, checkpoint = (profile / "profile.json").read_bytes(), (profile / "checkpoint").read_bytes()
    signed_in.rotate()
    assert work(OTHERS[0]).code == 0
    (profile / "profile.json").write_bytes(before)
    (profile / "checkpoint").write_bytes(checkpoint)
    assert work(OTHERS[1]).code == 0
    assert hoso("audit", "verify").code == 0


def test_a_retired_key_signs_again(signed_in, work, hoso):
    """A checkpoint of the old key beyond its end is refused, also by a client that had not heard of the new one."""
    assert work().code == 0
    old = signed_in.rotate()
    new, signed_in.key = signed_in.key, old
    verify = hoso("audit", "verify")
    assert (verify.code, "[log-key-retired]" in verify.err) == (5, True), verify.err
    signed_in.key = new
    assert work(OTHERS[0]).code == 0
    signed_in.key = old
    signed_in.append("hoso", "unit-added", "x", {})
    result = work(OTHERS[1])
    assert (result.code, "[log-key-retired]" in result.err) == (5, True), result.err


def test_a_restore_that_lost_nothing_seen(signed_in, work, hoso, profile):
    """What was lost came after all that was seen here: followed, and told."""
    assert work().code == 0
    signed_in.append("hoso", "unit-added", "x", {})
    signed_in.restore(4)
    result = work(OTHERS[0])
    assert result.code == 0, result.err
    assert "Lost leaves: 1, none of them seen from here" in result.err
    assert pinned(profile).startswith("hoso.test/log/2+")
    assert hoso("audit", "receipts", "--check").code == 0


def test_a_restore_that_lost_what_was_seen(signed_in, work, hoso, profile, monkeypatch):
    """Nothing is signed until the officer accepts; the lost acts are named; then it goes on, and the receipts stay."""
    assert work().code == 0
    assert work(OTHERS[0]).code == 0
    signed_in.restore(4)
    for language, said in (("en", "DO NOT SIGN yet."), ("vi", "KHOAN KÝ.")):
        monkeypatch.setenv("HOSO_LANG", language)
        result = work(OTHERS[1])
        assert (result.code, "[log-restored]" in result.err, said in result.err) == (5, True, True), result.err
        assert f"task-completed {OTHERS[0]}" in result.err
        assert f"task-completed {TASK}" not in result.err
    monkeypatch.setenv("HOSO_LANG", "en")
    checked = hoso("audit", "receipts", "--check")
    assert (checked.code, "[log-restored]" in checked.out) == (5, True)
    asked = hoso("audit", "accept-restore")
    assert (asked.code, "reason disk failed" in asked.out) == (2, True)  # without a terminal silence is not consent
    accepted = hoso("audit", "accept-restore", "--yes")
    assert (accepted.code, OTHERS[0] in accepted.out) == (0, True), accepted.err
    kept = json.loads((profile / "successions.json").read_text())
    assert (kept[0]["accepted"] is not None, kept[0]["seen"].split("\n")[1]) == (True, "5")
    assert work(OTHERS[1]).code == 0
    verified = hoso("audit", "verify", "--json")
    assert (verified.code, json.loads(verified.out)["lost"]) == (0, 1), verified.err
    checked = hoso("audit", "receipts", "--check", "--json")
    assert (checked.code, len(json.loads(checked.out)["lost"])) == (0, 1), checked.out
    assert "nothing to accept" in hoso("audit", "accept-restore").err


@pytest.mark.parametrize("known", ["less", "another"])
def test_a_restore_that_conceals(signed_in, work, hoso, known):
    """A statement that admits less than was seen here, or another log, is an alarm, and cannot be accepted."""
    assert work().code == 0
    assert work(OTHERS[0]).code == 0
    whole = signed_in.state()
    said = LogState(size=4, root=b"\x01" * 32) if known == "less" else LogState(size=whole.size, root=b"\x02" * 32)
    signed_in.restore(3, known=said)
    for arguments in (("audit", "verify"), ("audit", "accept-restore", "--yes")):
        result = hoso(*arguments)
        assert (result.code, "[restore-conceals]" in result.err) == (5, True), result.err
    assert work(OTHERS[1]).code == 5


def test_statements_that_do_not_hold(signed_in, work, hoso):
    """A statement by other keys, a damaged one, one about another beginning of the log: refused."""
    assert work().code == 0
    signed_in.rotate()
    [true] = signed_in.successions
    signed_in.successions = [true.replace("yearly", "Yearly")]
    result = hoso("audit", "verify")
    assert (result.code, "[succession-invalid]" in result.err) == (5, True), result.err
    signed_in.successions = [7]
    result = hoso("audit", "verify")
    assert (result.code, "[succession-invalid]" in result.err) == (5, True), result.err
    signed_in.successions = []
    result = hoso("audit", "verify")
    assert (result.code, "[checkpoint-invalid]" in result.err) == (5, True), result.err
    signed_in.successions = [true]
    signed_in.rewrite(1)
    result = hoso("audit", "verify")
    assert (result.code, "[log-inconsistent]" in result.err) == (5, True), result.err


def test_a_second_restore(signed_in, work, hoso):
    """A log that lost leaves twice is followed through both, each loss judged by what was seen under its key."""
    assert work().code == 0
    signed_in.append("hoso", "unit-added", "x", {})
    signed_in.restore(4)
    signed_in.append("hoso", "unit-added", "y", {})
    signed_in.restore(5)
    result = work(OTHERS[0])
    assert result.code == 0, result.err
    assert result.err.count("none of them seen from here") == 2
    assert hoso("audit", "verify").code == 0


def test_a_colleagues_receipt_denies_the_statement(signed_in, work, hoso, profile, tmp_path):
    """Who saw little accepts what a colleague's receipt denies: the gathered receipts show that more was lost."""
    assert work().code == 0
    seen, known = (profile / "checkpoint").read_bytes(), signed_in.state()
    assert work(OTHERS[0]).code == 0
    (tmp_path / "gathered").mkdir()
    newest = max((profile / "receipts").glob("*.json"))
    newest.rename(tmp_path / "gathered" / newest.name)
    (profile / "checkpoint").write_bytes(seen)
    signed_in.restore(3, known=known)
    accepted = hoso("audit", "accept-restore", "--yes")
    assert (accepted.code, f"task-completed {TASK}" in accepted.out) == (0, True), accepted.err
    assert hoso("audit", "receipts", "--check").code == 0
    found = hoso("audit", "receipts", "--from", tmp_path / "gathered")
    assert (found.code, "[restore-conceals]" in found.out) == (5, True), found.out


def test_an_auditor_younger_than_the_key(signed_in, work, hoso, profile):
    """Receipts from before the key that an auditor pinned are held to the log all the same."""
    assert work().code == 0
    signed_in.rotate()
    signed_in.append("hoso", "unit-added", "x", {})
    signed_in.rotate()
    assert hoso("--profile", "kiem", "login", "--server", signed_in.url, "--token", TOKEN).code == 0
    found = hoso("--profile", "kiem", "audit", "receipts", "--from", profile / "receipts", "--json")
    assert (found.code, json.loads(found.out)["receipts"]) == (0, 1), found.out
    assert hoso("--profile", "kiem", "audit", "verify").code == 0


def test_an_older_backup_after_a_newer(signed_in, work, hoso):
    """A second restore that reaches back behind the first: what it loses is judged by what was seen, under each key."""
    assert work().code == 0
    signed_in.append("hoso", "unit-added", "x", {})
    signed_in.restore(4)
    signed_in.append("hoso", "unit-added", "y", {})
    signed_in.restore(3)
    result = work(OTHERS[0])
    assert (result.code, "[log-restored]" in result.err, f"task-completed {TASK}" in result.err) == (5, True, True)
    assert hoso("audit", "accept-restore", "--yes").code == 0
    assert work(OTHERS[0]).code == 0
    found = json.loads(hoso("audit", "receipts", "--check", "--json").out)
    assert (found["verdict"], len(found["lost"])) == ("valid", 1), found
    assert hoso("audit", "verify").code == 0


def test_a_second_statement_that_conceals(signed_in, work, hoso):
    """A statement that knows of less than the one before it kept: refused, also by who saw nothing of it."""
    assert work().code == 0
    signed_in.append("hoso", "unit-added", "x", {})
    signed_in.append("hoso", "unit-added", "x", {})
    signed_in.restore(5)
    signed_in.restore(4, known=LogState(size=5, root=b"\x01" * 32))
    result = work(OTHERS[0])
    assert (result.code, "[restore-conceals]" in result.err) == (5, True), result.err


def test_signing_in_after_a_restore(signed_in, work, hoso, profile):
    """Whose token was lost, too, signs in, and is told; the restore is accepted all the same by who is asked alone."""
    assert work().code == 0
    assert work(OTHERS[0]).code == 0
    before = pinned(profile)
    signed_in.restore(4)
    entered = hoso("login", "--server", signed_in.url, "--token", TOKEN)
    assert (entered.code, "[log-restored]" in entered.err, pinned(profile)) == (0, True, before), entered.err
    assert work(OTHERS[1]).code == 5
    assert hoso("audit", "accept-restore", "--yes").code == 0
    assert (work(OTHERS[1]).code, pinned(profile)) == (0, signed_in.key.vkey)


def test_a_published_key_is_followed_too(signed_in, work, hoso, profile):
    """Who names the new key as it was published keeps what was seen under the old one."""
    assert work().code == 0
    signed_in.rotate()
    named = ("login", "--server", signed_in.url, "--token", TOKEN, "--log-key", signed_in.key.vkey)
    assert (hoso(*named).code, pinned(profile)) == (0, signed_in.key.vkey)
    assert work(OTHERS[0]).code == 0
    assert hoso("audit", "receipts", "--check").code == 0


class Interrupted(Witness):
    """A process that is overtaken while it has a checkpoint proven."""

    then: ClassVar[list[Callable[[], object]]] = []

    def consistent(self, *given: Any) -> None:
        super().consistent(*given)
        while self.then:
            self.then.pop()()


def test_two_processes_keep_the_newer(signed_in, profile):
    """One profile, two processes: the newer checkpoint is kept, and the older is held to it; also over a new key."""
    kept = load(profile.parent.parent, "default")
    client = Client(signed_in.url, TOKEN)
    slow, quick = Interrupted(kept, client), Witness(kept, client)
    quick.head()
    signed_in.append("hoso", "unit-added", "x", {})
    older = signed_in.checkpoint()
    signed_in.append("hoso", "unit-added", "y", {})
    Interrupted.then.append(quick.head)
    slow.accept(older)
    assert profiles.witnessed(kept) == len(signed_in.leaves)
    signed_in.append("hoso", "unit-added", "z", {})
    signed_in.rotate()
    signed_in.append("hoso", "unit-added", "z", {})
    Interrupted.then.append(quick.head)
    slow.head()
    assert slow.head().size == profiles.witnessed(kept) == len(signed_in.leaves)
    assert pinned(profile) == signed_in.key.vkey


def test_a_proof_of_an_older_answer(signed_in, profile):
    """An answer from before another process kept a newer checkpoint: its proof tells nothing of what came later."""
    kept = load(profile.parent.parent, "default")
    slow, quick = (Witness(kept, Client(signed_in.url, TOKEN)) for _ in range(2))
    older = signed_in.checkpoint()
    size = len(signed_in.leaves)
    signed_in.append("hoso", "unit-added", "x", {})
    quick.head()
    assert slow.accept(older, {"old": size, "proof": []}).size == size
    assert profiles.witnessed(kept) == size + 1


def test_an_empty_log_after_another(signed_in, profile):
    """A tree of no leaves is the beginning of every tree: shown to who saw leaves, it is a log that was cut back."""
    witness = Witness(load(profile.parent.parent, "default"), Client(signed_in.url, TOKEN))
    witness.head()
    signed_in.leaves.clear()
    with pytest.raises(Alarm) as told:
        witness.head()
    assert told.value.code == "log-inconsistent"
