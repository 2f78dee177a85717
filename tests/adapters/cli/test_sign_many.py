"""Many at once: each shown and signed on its own, one PIN; what is refused does not stop the others, doubt does."""

import json
import os
import pty
import select
import subprocess
import sys

import pytest

from tests.adapters.cli.center import DIGEST, FORM, TASK
from tests.adapters.cli.conftest import PIN, ROOT

OTHERS = ["H29.5-261121-0002.1", "H29.5-261121-0003.2"]
ALL = [TASK, *OTHERS]


@pytest.fixture
def many(signed_in):
    signed_in.others = list(OTHERS)
    return signed_in


@pytest.fixture
def sign(hoso, key_file):
    def call(*more, decision="approve"):
        return hoso("task", "sign", "--decision", decision, "--key", key_file, "--yes", *more)

    return call


def test_every_one_is_shown_signed_and_received(many, sign, tmp_path):
    """Three tasks, three records, three receipts; each was shown with its documents before."""
    result = sign("--all", "--json")
    assert result.code == 0, result.err
    answer = json.loads(result.out)
    assert [(item["task"], item["result"]) for item in answer["items"]] == [(task, "signed") for task in ALL]
    assert (answer["signed"], answer["refused"]) == (3, 0)
    assert result.err.count(DIGEST) >= 3
    assert many.done == set(ALL)
    assert len(list((tmp_path / "config/profiles/default/receipts").glob("*.json"))) == 3
    assert sum(b"task-completed" in leaf for leaf in many.leaves) == 3
    again = sign("--all", "--json")
    assert (again.code, json.loads(again.out)["items"]) == (0, [])
    assert "hoso inbox --unit" in sign("--all").err


def test_one_pin(many, hoso, key_file, monkeypatch):
    """The key file is opened once."""
    from adapters.keystore import pkcs12

    opened = []
    real = pkcs12.load_pkcs12
    monkeypatch.setattr(pkcs12, "load_pkcs12", lambda *a: opened.append(a) or real(*a))
    assert hoso("task", "sign", "--all", "--decision", "approve", "--key", key_file, "--yes").code == 0
    assert len(opened) == 1


def test_a_refused_one_is_told_and_the_others_go_on(many, sign):
    """Named ones: one that is not there, one whose form refuses; exit code 6, and the third is signed."""
    result = sign("H29.5-261121-0009.9", TASK, "--json")
    assert (result.code, "[" not in result.out.split("[", 1)[0]) == (6, True)
    items = json.loads(result.out)["items"]
    assert [(item["result"], item.get("code")) for item in items] == [("refused", "task-unknown"), ("signed", None)]
    wrong = sign("--all", decision="tuỳ anh")
    assert wrong.code == 6
    assert wrong.out.count("[form-invalid]") == 2
    assert many.done == {TASK}


def test_a_form_that_asks_more_is_left(many, sign):
    """A required field beside the decision: left, unless --set gives it."""
    more = {"type": "textfield", "key": "so", "label": "Số", "validate": {"required": True}}
    many.form = {**FORM, "components": [*FORM["components"], more]}
    result = sign("--all")
    assert (result.code, result.out.count("[form-asks-more]"), many.done) == (0, 3, set())
    assert "so (Số); give it by --set so=…" in result.out
    assert sign("--all", "--set", "so=12").code == 0
    assert many.done == set(ALL)


@pytest.mark.parametrize("lie", ["document", "task", "receipt", "refuse"])
def test_doubt_stops_the_run(many, sign, lie):
    """A document that does not have its digest, another task's statement, a false receipt, a refused certificate."""
    many.mischief.add(lie)
    result = sign("--all", "--json")
    assert result.code == 5
    assert len(many.done) <= 1
    assert json.loads(result.out)["items"] == []


def test_an_answer_that_was_lost_is_fetched(many, sign, monkeypatch):
    """The server dies at the first one: the run stops; the next gets that receipt and signs the others, once each."""
    monkeypatch.setattr("adapters.cli.client.RETRY_PAUSES", ())
    many.drop_after = 1
    first = sign("--all", "--json")
    assert (first.code, json.loads(first.out)["items"]) == (1, [])
    again = sign("--all", "--json")
    assert again.code == 0, again.err
    assert [item["task"] for item in json.loads(again.out)["items"]] == ALL
    assert sum(b"task-completed" in leaf for leaf in many.leaves) == 3


def test_which_ones(many, sign, hoso):
    """Neither names nor --all, or both: usage. Without a terminal and without --yes nothing is signed."""
    assert sign().code == 2
    assert sign(TASK, "--all").code == 2
    result = hoso("task", "sign", "--all", "--decision", "approve", "--key", "none.p12")
    assert (result.code, "[no-file]" in result.err) == (1, True)
    many.signature = "none"
    assert json.loads(sign("--all", "--json").out)["items"] == []
    named = json.loads(sign(TASK, "--json").out)["items"]
    assert [(item["result"], item["code"]) for item in named] == [("left", "signs-nothing")]
    assert many.done == set(), "sign completes nothing without a signature"


def test_asked_for_each(many, key_file):
    """Yes to the first, no to the second, yes to all the rest; the PIN is asked once and not shown; q stops."""

    def session(*answers: tuple[str, str]) -> tuple[int, str]:
        master, slave = pty.openpty()
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "dumb"}
        environment.pop("HOSO_PIN")
        command = [sys.executable, "-m", "tests.adapters.cli.start", "task", "sign", "--all", "--key", str(key_file)]
        child = subprocess.Popen(
            [*command, "--decision", "approve"], stdin=slave, stdout=slave, stderr=slave, env=environment, cwd=ROOT,
            start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        seen, waiting, upto = "", list(answers), 0
        while select.select([master], [], [], 30)[0]:
            try:
                part = os.read(master, 65536)
            except OSError:
                break
            seen += part.decode("utf-8", "replace")
            if waiting and waiting[0][0] in seen[upto:]:
                upto = len(seen)
                os.write(master, (waiting.pop(0)[1] + "\n").encode())
        os.close(master)
        return child.wait(20), seen

    question = "all the rest, q: stop]"
    code, seen = session((question, "q"))
    assert (code, many.done, "[stopped]" in seen) == (6, set(), True), seen
    code, seen = session((question, "n"), (question, "y"), ("PIN of", PIN), (question, "n"))
    assert (code, many.done) == (0, {OTHERS[0]}), seen
    assert "1 signed, 0 refused, 2 skipped" in seen
    code, seen = session((question, "a"), ("PIN of", PIN))
    assert (code, many.done, seen.count("PIN of"), PIN in seen) == (0, set(ALL), 1, False), seen
