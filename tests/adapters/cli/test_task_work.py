"""Task work on the command line: what is sent, what is told, in both languages."""

import pytest

from adapters.cli.language import activate
from adapters.cli.story import sentence
from tests.adapters.cli.center import DIGEST, LETTER, TASK
from tests.adapters.cli.test_story import act

CODE = TASK.rpartition(".")[0]


@pytest.mark.parametrize(
    ("words", "body", "told"),
    [
        (["delegate", TASK, "--to", "mai", "--reason", "Bận"], {"to": "mai", "reason": "Bận"}, "is with mai now."),
        (["reassign", TASK, "--to", "mai", "--reason", "Ốm"], {"to": "mai", "reason": "Ốm"}, "is with mai now."),
        (["reassign", TASK, "--queue", "--reason", "Ốm"], {"to": None, "reason": "Ốm"}, "is back in its queue."),
        (["return", TASK, "--reason", "Thiếu"], {"reason": "Thiếu"}, "is back in its queue."),
        (["follow-up", TASK, "2026-12-01"], {"at": "2026-12-01T00:00:00+07:00"}, "on 2026-12-01 00:00."),
        (["follow-up", TASK, "none"], {"at": None}, "has no follow-up date."),
        (["priority", TASK, "80"], {"priority": 80}, "has priority 80."),
    ],
)
def test_each_verb_sends_one_act_and_says_what_is_so_now(signed_in, hoso, words, body, told):
    """With `--json` it prints the task."""
    result = hoso("task", *words)
    assert (result.code, signed_in.sent) == (0, [body])
    assert told in result.out
    assert f'"id": "{TASK}"' in hoso("task", *words, "--json").out


def test_what_was_delegated_is_taken_back(signed_in, hoso):
    """It is with who took it back."""
    assert "is with lan now." in hoso("task", "take-back", TASK).out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["reassign", TASK, "--reason", "x"], "nobody-named"),
        (["reassign", TASK, "--reason", "x", "--to", "mai", "--queue"], "nobody-named"),
        (["follow-up", TASK, "1/12"], "bad-day"),
        (["priority", TASK, "high"], "bad-number"),
        (["delegate", TASK, "--reason", "x"], "usage"),
        (["delegate", TASK, "--to", "mai"], "usage"),
    ],
)
def test_what_is_not_well_said_is_not_sent(signed_in, hoso, words, code):
    """Exit code 2, and the remedy."""
    result = hoso("task", *words)
    assert (result.code, signed_in.sent) == (2, [])
    if code != "usage":
        assert f"[{code}]" in result.err


def test_a_refusal_is_told_in_vietnamese(signed_in, hoso):
    """The meaning of its code first."""
    result = hoso("task", "delegate", TASK, "--to", "hoa", "--reason", "x", "--lang", "vi")
    assert result.code == 6
    assert "không thể giao" in result.err
    assert "[not-able]" in result.err


def test_a_task_shows_what_lies_beside_its_dossier(signed_in, hoso):
    """One line for each comment and each attachment."""
    shown = hoso("task", "show", TASK).out
    assert "2026-11-21 15:30  Trần Thị Mai: Gọi lại bà Tuyết" in shown
    assert f"3  nháp.txt, {len(LETTER)} bytes, from Trần Thị Mai" in shown


def test_comments(signed_in, hoso):
    """Added, at a task too, and listed."""
    assert hoso("comment", "add", CODE, "Đã gọi", "--task", TASK).code == 0
    assert signed_in.sent == [{"text": "Đã gọi", "task": TASK}]
    assert "Trần Thị Mai: Gọi lại bà Tuyết" in hoso("comment", "list", CODE).out
    assert '"items"' in hoso("comment", "list", CODE, "--json").out


def test_attachments(signed_in, hoso, tmp_path):
    """Added, listed, got with its digest checked, removed."""
    file = tmp_path / "thư.txt"
    file.write_bytes(LETTER)
    assert "as attachment 3" in hoso("attachment", "add", CODE, file).out
    assert signed_in.sent == [{"name": "thư.txt", "media_type": "text/plain", "sha256": DIGEST}]
    listed = hoso("attachment", "list", CODE).out
    assert "Trần Thị Mai" in listed
    assert hoso("attachment", "get", CODE, "3", "-o", tmp_path / "got").code == 0
    assert (tmp_path / "got").read_bytes() == LETTER
    assert "is removed" in hoso("attachment", "remove", CODE, "3").out
    assert "[attachment-unknown]" in hoso("attachment", "get", CODE, "9", "-o", tmp_path / "x").err
    assert "[bad-number]" in hoso("attachment", "remove", CODE, "../3").err
    signed_in.mischief.add("document")
    result = hoso("attachment", "get", CODE, "3", "-o", tmp_path / "bad")
    assert (result.code, (tmp_path / "bad").exists()) == (5, False)
    assert "[document-altered]" in result.err


HANDED = [
    act("task-delegated", name="Dự thảo", to="mai", to_name="Trần Thị Mai", reason="Bận"),
    act("task-taken-back", name="Dự thảo"),
    act("task-returned", name="Dự thảo", to="", queue=True, reason="Thiếu"),
    act("task-reassigned", name="Dự thảo", to="mai", to_name="Trần Thị Mai", reason="Ốm"),
    act("task-reassigned", name="Dự thảo", to="", queue=True, reason="Ốm"),
    act("follow-up-set", name="Dự thảo", at="2026-11-30T17:00:00Z"),
    act("follow-up-set", name="Dự thảo", at=""),
    act("priority-set", name="Dự thảo", priority=80),
    act("comment-added", comment=1, sha256="ab"),
    act("attachment-added", document="nháp.txt"),
    act("attachment-removed", document="nháp.txt"),
    act("delegation-refused", name="Dự thảo", code="x", message="m"),
]


def test_the_story_tells_each_act():
    """Who gave what to whom, and why."""
    lan = "Nguyễn Thị Lan (Chuyên viên)"
    assert [sentence(item) for item in HANDED] == [
        f"{lan} delegated “Dự thảo” to Trần Thị Mai: “Bận”",
        f"{lan} took “Dự thảo” back, which they had delegated",
        f"{lan} returned “Dự thảo”: “Thiếu”",
        f"{lan} reassigned “Dự thảo” to Trần Thị Mai: “Ốm”",
        f"{lan} put “Dự thảo” back into its queue: “Ốm”",
        f"{lan} put “Dự thảo” off until 2026-12-01 00:00",
        f"{lan} put “Dự thảo” off no longer",
        f"{lan} gave “Dự thảo” the priority 80",
        f"{lan} wrote a comment",
        f"{lan} added a working paper “nháp.txt”",
        f"{lan} took a working paper away “nháp.txt”",
        f"{lan} tried to delegate “Dự thảo” and was refused: m   [x]",
    ]


def test_the_story_in_vietnamese():
    """As an office here would tell it."""
    activate("vi")
    lan = "Nguyễn Thị Lan (Chuyên viên)"
    assert sentence(HANDED[0]) == f"{lan} đã chuyển giao bước “Dự thảo” cho Trần Thị Mai: “Bận”"
    assert sentence(HANDED[2]) == f"{lan} đã trả lại bước “Dự thảo” kèm lý do: “Thiếu”"
    assert sentence(HANDED[5]) == f"{lan} đã hoãn bước “Dự thảo” đến 01/12/2026 00:00"
