"""What a stranger wrote cannot repaint the terminal."""

import json

import pytest

from adapters.cli import terminal
from adapters.cli.documents import keep
from adapters.cli.errors import CommandFailed


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Nghị định số 30/2020/NĐ-CP", "Nghị định số 30/2020/NĐ-CP"),
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\u200bx\ufeff", "\\u200bx\\ufeff"),
        ("\x9b31m", "\\x9b31m"),
        ("\ud800", "\\ud800"),
        ("\u2028", "\\u2028"),
    ],
)
def test_escape(text, shown):
    """Control, bidirectional, invisible and broken characters are spelled out; Vietnamese is left alone."""
    assert terminal.escape(text) == shown


def test_json_is_safe_and_the_same(capsys):
    """--json escapes them as JSON does, so that a program reads the very text."""
    terminal.out_json({"title": "a\u202e\x1b\nb"})
    written = capsys.readouterr().out
    assert "\u202e" not in written
    assert "\x1b" not in written
    assert json.loads(written) == {"title": "a\u202e\x1b\nb"}


def test_table_lines_up(capsys):
    """Columns line up for composed and decomposed Vietnamese alike."""
    terminal.table(["A", "B"], [["Việt", "x"], ["Viê\u0323t", "x"], ["an\x1b[2J", None]])
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].index("x") + 1 == lines[2].index("x")  # one combining mark takes no column
    assert "\x1b" not in "".join(lines)


def test_consent_needs_a_terminal():
    """Without a terminal the question is not asked and counts as a no."""
    assert terminal.confirm("?", assume_yes=True)
    with pytest.raises(CommandFailed):
        terminal.confirm("?", assume_yes=False)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..", "a\x00b", ".bashrc", "x" * 400, ""])
def test_a_document_stays_in_its_folder(tmp_path, name):
    """A document's name cannot lead out of the folder that it is saved in."""
    assert keep(b"x", name=name, digest="ab" * 32, directory=tmp_path / "seen").parent == tmp_path / "seen"
    assert [path.name for path in tmp_path.iterdir()] == ["seen"]
