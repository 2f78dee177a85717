"""docs/reference/dishonest-server.md: each attack of a server, who notices it, and in which words, as it is tested."""

from collections.abc import Iterator
from pathlib import Path

from tests.adapters.cli.test_dishonest_server import ATTACKS, Attack

PAGE = Path("docs/reference/dishonest-server.md")
_BEGIN = "<!-- Written by `python -m tests.docs --write` from tests/adapters/cli/test_dishonest_server.py. -->"
_END = "<!-- End of what is written. -->"
_HEAD = "| what the server does | who notices | command | code, exit | first words |\n|---|---|---|---|---|"


def written(page: str) -> str:
    """The page with the table as it is now."""
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise ValueError(f"{PAGE} has lost the marks between which its table is written")
    table = "\n".join((_HEAD, *map(_row, ATTACKS.values())))
    return f"{before}{begin}\n\n{table}\n\n{end}{after}"


def problems(root: Path) -> Iterator[tuple[Path, str]]:
    """What is stale."""
    page = root / PAGE
    if page.is_file():
        text = page.read_text(encoding="utf-8")
        if written(text) != text:
            yield PAGE, "its table is not that of the tests; run: python -m tests.docs --write"


def _row(attack: Attack) -> str:
    words = f"{_said(attack.words)}<br>{_said(attack.vietnamese)}"
    return f"| {attack.does} | {attack.who} | `{attack.command}` | `{attack.code}`, {attack.exit} | {words} |"


def _said(words: str) -> str:
    return f"“{words.strip()} …”"
