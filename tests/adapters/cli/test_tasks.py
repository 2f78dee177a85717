"""The queue on the terminal: what is urgent, what is late, what can wait."""

import sys

import pytest

from adapters.cli import terminal
from adapters.cli.language import activate
from adapters.cli.times import due_words
from tests.adapters.cli.center import TASK


def test_what_is_late_is_said(signed_in, hoso):
    """In words, for those without colours, in the list; a due time that has not come is the time alone."""
    signed_in.due = "2026-11-20T10:00:00Z"
    assert "overdue" not in hoso("task", "list").out
    signed_in.overdue = True
    assert "2026-11-20 17:00, overdue" in hoso("task", "list").out


def test_what_is_late_is_red_on_a_terminal(monkeypatch, capsys):
    """And only that cell."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("NO_COLOR", raising=False)
    late, calm = ({"due": "2026-11-20T10:00:00Z", "overdue": overdue} for overdue in (True, False))
    terminal.table(["DUE", "ALSO"], [[due_words(late), "x"], [due_words(calm), "y"]])
    lines = capsys.readouterr().out.splitlines()
    assert "\x1b[1;31m2026-11-20 17:00, overdue" in lines[1]
    assert "\x1b[1;31m" not in lines[2]


def test_what_can_wait_is_listed_if_asked_for(signed_in, hoso):
    """`--all` asks the server for it."""
    assert f"{TASK}9" not in hoso("task", "list").out
    listed = hoso("task", "list", "--all").out
    assert f"{TASK}9" in listed
    assert " 90 " in listed


def test_a_task_shows_its_times_and_what_its_model_could_not_say(signed_in, hoso):
    """Due, overdue, priority, note; in Vietnamese as well."""
    signed_in.due, signed_in.overdue, signed_in.note = "2026-11-20T10:00:00Z", True, "no priority: '=x' …"
    shown = hoso("task", "show", TASK).out.splitlines()
    for line in ("Due: 2026-11-20 17:00", "Overdue: yes", "Priority: 50", "Note: no priority: '=x' …"):
        assert line in shown
    shown = hoso("task", "show", TASK, "--lang", "vi").out.splitlines()
    for line in ("Hạn: 20/11/2026 17:00", "Quá hạn: có", "Mức ưu tiên: 50"):
        assert line in shown


def test_a_task_shows_in_which_capacity_one_signs(signed_in, hoso):
    """The lines above the signature, or why it is not for this officer."""
    signed_in.capacity = {"kind": "KT.", "block": ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"], "reason": "QĐ 1"}
    assert "You sign: KT. CHỦ TỊCH / PHÓ CHỦ TỊCH" in hoso("task", "show", TASK).out.splitlines()
    assert "Bạn ký: KT. CHỦ TỊCH / PHÓ CHỦ TỊCH" in hoso("task", "show", TASK, "--lang", "vi").out.splitlines()
    signed_in.capacity = {"refused": "mandate-out-of-scope", "reason": "QĐ 1 does not cover it"}
    shown = hoso("task", "show", TASK).out.splitlines()
    assert "You sign: not you: QĐ 1 does not cover it [mandate-out-of-scope]" in shown


@pytest.mark.parametrize(
    ("language", "said"), [("en", "2026-11-20 17:00, overdue"), ("vi", "20/11/2026 17:00, quá hạn")]
)
def test_late_in_both_languages(language, said):
    """The time as people here read it, and the word."""
    activate(language)
    assert due_words({"due": "2026-11-20T10:00:00Z", "overdue": True}) == said
