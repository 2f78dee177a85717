"""The documentation's check finds what it is there to find."""

import os
import subprocess
from pathlib import Path

import pytest

from tests import docs, feel_page
from tests.commands import Command, load, reference, shown_commands


def write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, encoding="utf-8")


LIST = Command(path=("task", "list"), help="List.", usage="hoso task list", options={"--mine": False, "-o": True})
TASK = Command(path=("task",), help="Tasks.", usage="hoso task COMMAND", options={}, verbs={"list": LIST})
TREE = Command(path=(), help="Hoso.", usage="hoso COMMAND", options={"--server": True}, verbs={"task": TASK})


def refusals(line: str) -> list[str]:
    return [message for words in shown_commands(line) if (message := TREE.refuses(words))]


@pytest.mark.parametrize(
    ("line", "calls"),
    [
        ("hoso task list", 1),
        ("$ HOSO_LANG=vi .venv/bin/hoso --server http://localhost task list --mine | head -3 > out", 1),
        ("hoso task list -ofile -o file && hoso --help; hoso task --help", 3),
        ("hoso task list # shows --everything", 1),
        ("other --flag", 0),
        ("echo 'hoso nothing'", 0),
    ],
)
def test_right_commands_pass(line: str, calls: int) -> None:
    """A command that exists with its flags passes, whatever stands around it."""
    assert len(list(shown_commands(line))) == calls
    assert refusals(line) == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("hoso tusk list", "no command `hoso tusk`"),
        ("hoso task lst", "no command `hoso task lst`"),
        ("hoso task list --all", "`hoso task list` has no option --all"),
        ("hoso task", "needs one of list"),
        ("make && hoso task list --mine --other", "no option --other"),
        ("X=$(hoso task show)", "no command `hoso task show`"),
    ],
)
def test_wrong_commands_are_found(line: str, says: str) -> None:
    """A page cannot show a command or a flag that does not exist."""
    found = refusals(line)
    assert len(found) == 1
    assert says in found[0]


def test_shell_blocks_are_checked_and_others_are_not(tmp_path: Path) -> None:
    """Only shell blocks are read, with lines that go on, and each problem names its line."""
    write(tmp_path, "README.md", "hoso nope\n```text\nhoso nope\n```\n```sh\nhoso task \\\n  list --nope\n```\n")
    found = list(docs.command_problems(tmp_path, TREE))
    assert [(str(problem.file), problem.line) for problem in found] == [("README.md", 6)]


def test_links(tmp_path: Path) -> None:
    """Links to files and headings that are not there are found, in text and in definitions, not in code."""
    write(tmp_path, "docs/page.md", '# Một trang: The trail!\n## Twice\n## Twice\n<a id="own"></a>\n```\n# no\n```\n')
    good = "[a](docs/page.md) [b](docs/page.md#một-trang-the-trail) [c](docs/page.md#twice-1) [d](docs/page.md#own)"
    write(tmp_path, "README.md", f"# Top\n{good} [e](https://x.example/y) [f](#top) `[g](nowhere)` ![h](docs)\n")
    assert list(docs.link_problems(tmp_path)) == []
    bad = ("nowhere.md", "docs/page.md#no", "../outside.md", "#bottom", "docs/page.md#twice-2")
    write(tmp_path, "README.md", "".join(f"[x]({target})\n" for target in bad[:-1]) + f"[y]: {bad[-1]}\n")
    assert [problem.line for problem in docs.link_problems(tmp_path)] == [1, 2, 3, 4, 5]


def test_decision_records_are_whole(tmp_path: Path) -> None:
    """A decision record without one of its headings is found."""
    whole = "# 1\n" + "".join(f"## {heading}\n" for heading in docs.DECISION_HEADINGS)
    write(tmp_path, "docs/decisions/0001-a.md", whole)
    write(tmp_path, "docs/decisions/0002-b.md", whole.replace("## Enforced by", "Enforced by"))
    found = [(problem.file.name, problem.message) for problem in docs.decision_problems(tmp_path)]
    assert found == [("0002-b.md", "lacks the heading Enforced by")]


def test_the_glossary_has_one_meaning_a_word(tmp_path: Path) -> None:
    """A word that stands twice, or has no Vietnamese, is found."""
    rows = "| word | tiếng Việt | meaning |\n|---|---|---|\n| dossier ◆ | hồ sơ | A case. |\n"
    write(tmp_path, "docs/glossary.md", rows)
    assert list(docs.glossary_problems(tmp_path)) == []
    write(tmp_path, "docs/glossary.md", rows + "| dossier | hồ sơ | A file. |\n| leaf | | An entry. |\n")
    assert [problem.line for problem in docs.glossary_problems(tmp_path)] == [4, 5]


def test_words_of_this_machine_are_found(tmp_path: Path) -> None:
    """A tracked file cannot name where the checkout lies or where packages come from; other files may."""
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    text = f"see {tmp_path}/b\nand https://packages.inner.example/simple\nor my-packages.inner.example\n"
    write(tmp_path, "a.md", text)
    write(tmp_path, "untracked.md", text)
    (tmp_path / "picture.bin").write_bytes(b"\xff\xfe" + os.urandom(100))
    subprocess.run(["git", "-C", tmp_path, "add", "a.md", "picture.bin"], check=True)
    found = docs.machine_problems(tmp_path, {str(tmp_path), "packages.inner.example"})
    assert [(str(problem.file), problem.line) for problem in found] == [("a.md", 1), ("a.md", 2)]


def test_package_sources_are_words_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The host of a configured package index is a word of this machine; the public index is not."""
    monkeypatch.setenv("PIP_INDEX_URL", "https://me:secret@packages.inner.example/simple")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://pypi.org/simple")
    words = docs.machine_words(Path("/"))
    assert "packages.inner.example" in words
    assert "pypi.org" not in words


def test_an_undocumented_command_is_found(tmp_path: Path) -> None:
    """The reference names every command and says what the command line says."""
    write(tmp_path, "docs/reference/cli.md", reference(TREE))
    assert list(docs.reference_problems(tmp_path, TREE)) == []
    write(tmp_path, "docs/reference/cli.md", reference(TREE).replace("List.", "Lists."))
    assert "differs" in next(docs.reference_problems(tmp_path, TREE)).message
    write(tmp_path, "docs/reference/cli.md", reference(TREE).replace("`hoso task list`\n", "`hoso task`\n"))
    assert "does not describe `hoso task list`" in next(docs.reference_problems(tmp_path, TREE)).message


def test_the_command_line_can_be_read() -> None:
    """Every command of `hoso` loads and has a help text."""
    tree, unloadable = load()
    assert unloadable == []
    assert [command.path for command in (tree.walk() if tree else ()) if not command.help] == []


def test_the_page_of_feel_cannot_go_stale(tmp_path: Path) -> None:
    """A function or a bound that the page does not tell as it is, is found, and --write mends the functions."""
    page = str(feel_page.PAGE)
    text = (docs.ROOT / page).read_text(encoding="utf-8")
    write(tmp_path, page, text)
    assert list(feel_page.problems(tmp_path)) == []
    stale = text.replace("`string length(", "`string size(")
    write(tmp_path, page, stale)
    assert [message for _, message in feel_page.problems(tmp_path)] == [
        f"does not tell the built-in functions as they are; {feel_page.REMEDY}"
    ]
    assert feel_page.written(stale) == text
    row = feel_page.bound_rows()[0]
    write(tmp_path, page, text.replace(row, "| text | 1 |"))
    assert [message for _, message in feel_page.problems(tmp_path)] == [f"lacks the row that begins: {row}"]
    write(tmp_path, page, "")
    assert len(list(feel_page.problems(tmp_path))) > 1
