"""Completing a task: nobody signs blind, nothing is done twice, and a server that lies is caught."""

import json

import pytest

from tests.adapters.cli.center import DIGEST, TASK


@pytest.fixture
def complete(hoso, key_file):
    def call(*more, decision="approve", key=key_file, yes=True):
        flags = ["--yes"] if yes else []
        return hoso("task", "complete", TASK, "--decision", decision, "--key", key, *flags, *more)

    return call


def test_signed_and_accepted(signed_in, complete, tmp_path):
    """The server accepts what this client signs; the officer saw decision, document and digest before."""
    result = complete("--set", "comment=Đồng ý")
    assert result.code == 0, result.err
    assert "completed" in result.out
    for shown in (DIGEST, "cong-van.txt", "approve", "Đồng ý", "H29.5-261121-0001"):
        assert shown in result.err
    assert list((tmp_path / "config/profiles/default/receipts").glob("*.json"))
    assert not list((tmp_path / "config/profiles/default/pending").glob("*.json"))


def test_in_which_capacity_is_shown_before(signed_in, complete):
    """The lines above the signature, and the capacity that the record names."""
    signed_in.capacity = {"kind": "KT.", "block": ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"], "reason": "QĐ 1"}
    result = complete()
    assert result.code == 0, result.err
    assert "You sign:  KT. CHỦ TỊCH / PHÓ CHỦ TỊCH" in result.err
    assert "as KT. lan" in result.err


def test_documents_are_saved(signed_in, complete, tmp_path):
    """With --save-documents the officer gets the very bytes that are signed."""
    assert complete("--save-documents", tmp_path / "seen").code == 0
    assert [path.name for path in (tmp_path / "seen").iterdir()] == [f"{DIGEST[:16]}-cong-van.txt"]


def test_without_consent(signed_in, complete):
    """Without a terminal and without --yes nothing is signed: silence is not consent."""
    result = complete(yes=False)
    assert result.code == 2
    assert "[no-terminal]" in result.err
    assert not signed_in.done


@pytest.mark.parametrize(
    ("lie", "code"),
    [("document", "document-altered"), ("decision", "statement-differs"), ("task", "statement-differs")],
)
def test_a_lying_server(signed_in, complete, lie, code):
    """Other bytes than the digest, another decision, another task: the client refuses to sign."""
    signed_in.mischief.add(lie)
    result = complete()
    assert (result.code, f"[{code}]" in result.err) == (5, True), result.err
    assert ("POST", f"/v1/tasks/{TASK}/complete") not in signed_in.requests


def test_an_edited_log(signed_in, complete, hoso):
    """A server that edited its log since this client last looked is caught before anything is signed."""
    assert hoso("audit", "verify").code == 0
    signed_in.rewrite(1)
    signed_in.append("hoso", "unit-added", "x", {})
    result = complete()
    assert result.code == 5
    assert "DO NOT SIGN" in result.err
    assert not signed_in.done


def test_a_log_cut_back(signed_in, complete, hoso):
    """So is one that forgot its last leaves."""
    assert hoso("audit", "verify").code == 0
    signed_in.leaves.pop()
    assert complete().code == 5


def test_another_log_key(signed_in, complete):
    """A checkpoint by another key is refused, however well it is made."""
    from signing.trail.note import LogKey

    signed_in.key = LogKey.generate("hoso.test/log")
    result = complete()
    assert (result.code, "[checkpoint-invalid]" in result.err) == (5, True)


def test_a_false_receipt(signed_in, complete):
    """A receipt whose evidence does not open the leaf is no receipt."""
    signed_in.mischief.add("receipt")
    result = complete()
    assert (result.code, "[receipt-invalid]" in result.err) == (5, True)


def test_refused_signature(signed_in, complete):
    """A refusal of the certificate ends with exit code 5 and leaves nothing pending."""
    signed_in.mischief.add("refuse")
    result = complete()
    assert (result.code, "[certificate-of-another]" in result.err) == (5, True)
    signed_in.mischief.clear()
    assert complete().code == 0


def test_lost_answer(signed_in, complete, monkeypatch):
    """An answer lost on the way: the same submission goes out again, and the task is completed once."""
    monkeypatch.setattr("adapters.cli.client.RETRY_PAUSES", (0.01, 0.01))
    signed_in.drop_after = 2
    assert complete().code == 0
    assert sum(b"task-completed" in leaf for leaf in signed_in.leaves) == 1


def test_server_gone_then_back(signed_in, complete, monkeypatch, tmp_path):
    """The server dies before it answers: the command says so; the next run gets the first answer."""
    monkeypatch.setattr("adapters.cli.client.RETRY_PAUSES", (0.01,))
    signed_in.drop_after = 2
    first = complete()
    assert (first.code, "[no-connection]" in first.err, "not known" in first.err) == (1, True, True)
    again = complete()
    assert again.code == 0, again.err
    assert sum(b"task-completed" in leaf for leaf in signed_in.leaves) == 1
    assert not list((tmp_path / "config/profiles/default/pending").glob("*.json"))


def test_another_wish_after_a_lost_answer(signed_in, complete, monkeypatch):
    """What was sent with one decision is never resent under another; the officer must say which holds."""
    monkeypatch.setattr("adapters.cli.client.RETRY_PAUSES", ())
    signed_in.drop_after = 1
    assert complete().code == 1
    result = complete(decision="return")
    assert (result.code, "[pending-differs]" in result.err) == (3, True)


def test_wrong_form(signed_in, hoso, key_file):
    """A missing field, an unknown one and a wrong choice: one line each, exit 6, and no statement is asked for."""
    result = hoso("task", "complete", TASK, "--set", "colour=red", "--set", "comment=" + "x" * 301, "--key", key_file)
    assert result.code == 6
    assert len(result.err.splitlines()) == 4
    assert ("POST", f"/v1/tasks/{TASK}/statement") not in signed_in.requests


def test_no_key_wrong_pin_no_file(signed_in, complete, hoso, monkeypatch, tmp_path):
    """No key: usage. A file that is not there, a wrong PIN: one line, nothing sent, and never the PIN."""
    assert hoso("task", "complete", TASK, "--decision", "approve").code == 2
    missing = complete(key=tmp_path / "none.p12")
    assert (missing.code, "[no-file]" in missing.err) == (1, True)
    monkeypatch.setenv("HOSO_PIN", "135791")
    wrong = complete()
    assert (wrong.code, "[key-pin-wrong]" in wrong.err, "135791" in wrong.err) == (1, True, False)
    assert not signed_in.done


def test_unsigned_task(signed_in, hoso):
    """A task that wants no signature needs no key and no question."""
    signed_in.signature = "none"
    result = hoso("task", "complete", TASK, "--decision", "approve", "--json")
    assert (result.code, json.loads(result.out)["status"]) == (0, 4), result.err


def test_terminal_escapes_in_a_title(signed_in, complete):
    """A title that would repaint the screen is shown with its control characters spelled out."""
    signed_in.title = "An\x1b[2J\x1b[1;1HĐồng ý\u202eetorp"
    result = complete()
    assert result.code == 0
    assert "\x1b" not in result.err + result.out
    assert "\\x1b[2J" in result.err
    assert "\\u202e" in result.err


def test_asked_on_a_terminal(signed_in, complete, key_file, tmp_path):
    """On a terminal a missing field, the consent and the PIN are asked; "no" sends nothing, the PIN is not shown."""
    import os
    import pty
    import select
    import subprocess
    import sys

    from tests.adapters.cli.conftest import ROOT

    def session(*answers: tuple[str, str]) -> tuple[int, str]:
        master, slave = pty.openpty()
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "dumb"}
        environment.pop("HOSO_PIN")
        command = [sys.executable, "-m", "tests.adapters.cli.start", "task", "complete", TASK, "--key", str(key_file)]
        child = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environment, cwd=ROOT, start_new_session=True
        )
        os.close(slave)
        seen, waiting = "", list(answers)
        while select.select([master], [], [], 20)[0]:
            try:
                part = os.read(master, 65536)
            except OSError:
                break
            seen += part.decode("utf-8", "replace")
            if waiting and waiting[0][0] in seen:
                os.write(master, (waiting.pop(0)[1] + "\n").encode())
        os.close(master)
        return child.wait(20), seen

    code, seen = session(("Kết luận: ", "2"), ("[y/N]", "n"))
    assert (code, signed_in.done) == (6, set()), seen
    code, seen = session(("Kết luận: ", "1"), ("[y/N]", "y"), ("PIN of", "246810"))
    assert (code, signed_in.done) == (0, {TASK}), seen
    assert "approve (Duyệt)" in seen
    assert "246810" not in seen


@pytest.mark.parametrize(
    ("more", "expected"),
    [((), '"4"'), (("--revision", "3"), '"3"'), (("--yes",), None), (("--yes", "--revision", "3"), '"3"')],
)
def test_over_which_revision_it_is_completed(signed_in, hoso, more, expected):
    """That which the officer was shown, or named; a script, which looks at nothing, goes by its statement alone."""
    signed_in.signature = "none"
    assert hoso("task", "complete", TASK, "--decision", "approve", *more).code == 0
    for act in ("statement", "complete"):
        assert signed_in.matched[f"/v1/tasks/{TASK}/{act}"] == expected
