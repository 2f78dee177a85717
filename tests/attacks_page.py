"""docs/reference/attacks.md: every attack that is kept as a file, its defect and the code of its refusal."""

from collections.abc import Iterator
from pathlib import Path

from tests.signing.attacks import corpus
from tests.signing.attacks.case import HERE, Attack

PAGE = Path("docs/reference/attacks.md")
REMEDY = "run: python -m tests.docs --write"
_BEGIN = "<!-- Written by `python -m tests.docs --write` from tests/signing/attacks. -->"
_END = "<!-- End of what is written. -->"


def tables() -> str:
    """A table for each kind of file."""
    submissions = [(path, Attack.read(path)) for path in sorted((HERE / "submissions").glob("*.json"))]
    sections = {
        "Submissions": [(path.name, each.defect, each.code, each.undecidable) for path, each in submissions],
        "Evidence packs": [_row(each) for each in sorted(corpus.packs(), key=lambda each: each.name)],
        "PDFs": [_row(each) for each in sorted(corpus.pdfs(), key=lambda each: each.name)],
    }
    return "\n\n".join(_section(title, rows) for title, rows in sections.items())


def written(page: str) -> str:
    """The page with the tables as they are now."""
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise ValueError(f"{PAGE} has lost the marks between which its tables are written")
    return f"{before}{begin}\n\n{tables()}\n\n{end}{after}"


def problems(root: Path) -> Iterator[tuple[Path, str]]:
    """What is stale."""
    page = root / PAGE
    if page.is_file():
        text = page.read_text(encoding="utf-8")
        if written(text) != text:
            yield PAGE, f"its tables are not those of the files; {REMEDY}"


Row = tuple[str, str, str, bool]


def _row(kept: corpus.Kept) -> Row:
    return kept.file.name, kept.defect, kept.code, kept.undecidable


def _section(title: str, rows: list[Row]) -> str:
    head = f"## {title} ({len(rows)})\n\n| file | what is wrong | verdict | code |\n|---|---|---|---|"
    return "\n".join((head, *(_line(*row) for row in rows)))


def _line(file: str, defect: str, code: str, undecidable: bool) -> str:
    sentence = defect[0].upper() + defect[1:].rstrip(".")
    return f"| `{file}` | {sentence} | {'undecidable' if undecidable else 'invalid'} | `{code}` |".replace("\n", " ")
