"""The documentation's check: `python -m tests.docs`; with `--write` it writes the reference of commands and functions.

Links lead somewhere, every `hoso` command that a page or a help text shows exists with its flags, the command reference
says what the command line says and the page of FEEL what the engine has, decision records are whole, and no tracked
file speaks of the machine that it was written on.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests import attacks_page, capacity_page, dishonest_page, feel_page
from tests.commands import Command, load, reference, shown_commands

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = Path("docs/reference/cli.md")
DECISION_HEADINGS = ("Problem", "Options", "Decision", "Consequences", "Enforced by")

_FENCE = re.compile(r"^ {0,3}(?P<marks>`{3,}|~{3,})\s*(?P<language>\S*)")
_INLINE_LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(\s*<?(?P<target>[^\s)>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
_DEFINED_LINK = re.compile(r"^ {0,3}\[[^\]]+\]:\s*<?(?P<target>[^\s>]+)>?")
_INLINE_CODE = re.compile(r"(`+).+?\1")
_HEADING = re.compile(r"^ {0,3}(?P<level>#{1,6})\s+(?P<text>.+?)\s*#*\s*$")
_HTML_ANCHOR = re.compile(r"<a\s+(?:id|name)=\"([^\"]+)\"")
_SHELL = {"sh", "bash", "shell", "console"}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend."""

    file: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page; `fence` is the language of the code block around it ("" if unnamed), None outside of one."""

    number: int
    text: str
    fence: str | None


def lines(text: str) -> Iterator[Line]:
    """The lines of a Markdown page without the fences themselves."""
    marks, language = "", None
    for number, line in enumerate(text.splitlines(), 1):
        fence = _FENCE.match(line)
        if not marks and fence:
            marks, language = fence["marks"], fence["language"]
        elif marks and fence and fence["marks"].startswith(marks) and not fence["language"]:
            marks, language = "", None
        else:
            yield Line(number, line, language if marks else None)


def pages(root: Path) -> list[Path]:
    """README.md, README.vi.md and everything under docs/."""
    own = (root / "README.md", root / "README.vi.md")
    return [page for page in (*own, *sorted((root / "docs").rglob("*.md"))) if page.is_file()]


# Links


def link_problems(root: Path) -> Iterator[Problem]:
    """Links within the repository whose file or anchor is not there."""
    for page in pages(root):
        for line in lines(page.read_text(encoding="utf-8")):
            if line.fence is None:
                for target in _targets(line.text):
                    if message := _broken(root, page, target):
                        yield Problem(page.relative_to(root), line.number, message)


def _targets(text: str) -> list[str]:
    plain = _INLINE_CODE.sub("", text)
    found = [match["target"] for match in _INLINE_LINK.finditer(plain)]
    return found + [match["target"] for match in [_DEFINED_LINK.match(plain)] if match]


def _broken(root: Path, page: Path, target: str) -> str | None:
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return None
    file = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not file.is_relative_to(root):
        return f"link {target} leads out of the repository"
    if not file.exists():
        return f"link {target} leads to no file; expected {file.relative_to(root)}"
    if parts.fragment and file.suffix == ".md" and unquote(parts.fragment) not in anchors(file):
        return f"link {target} leads to no heading of {file.relative_to(root)}"
    return None


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them, and its own `<a id>`."""
    found: set[str] = set()
    seen: dict[str, int] = {}
    for line in lines(page.read_text(encoding="utf-8")):
        if line.fence is not None:
            continue
        found.update(_HTML_ANCHOR.findall(line.text))
        if heading := _HEADING.match(line.text):
            slug = slugged(heading["text"])
            count = seen[slug] = seen.get(slug, -1) + 1
            found.add(f"{slug}-{count}" if count else slug)
    return found


def slugged(heading: str) -> str:
    """`The trail, offline` → `the-trail-offline`; links count as their text."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


# Commands


def command_problems(root: Path, tree: Command) -> Iterator[Problem]:
    """Commands in shell blocks, and in the examples of the help, that the command line does not have."""
    for page in pages(root):
        if page.relative_to(root) == REFERENCE:
            continue  # it repeats the examples of the help, which are checked below
        block = [line for line in lines(page.read_text(encoding="utf-8")) if line.fence in _SHELL]
        for number, message in _shell_problems(block, tree):
            yield Problem(page.relative_to(root), number, message)
    for command in tree.walk():
        for example in command.examples:
            for words in shown_commands(example):
                if message := tree.refuses(words):
                    yield Problem(Path(" ".join(("hoso", *command.path, "--help"))), 1, f"its example: {message}")


def _shell_problems(block: Sequence[Line], tree: Command) -> Iterator[tuple[int, str]]:
    text, number = "", 0
    for line in block:
        number = number if text else line.number
        text += line.text
        if text.endswith("\\"):
            text = text[:-1]
            continue
        for words in shown_commands(text):
            if message := tree.refuses(words):
                yield number, message
        text = ""


def reference_problems(root: Path, tree: Command) -> Iterator[Problem]:
    """The reference misses a command, or differs from what the command line says."""
    text = (root / REFERENCE).read_text(encoding="utf-8") if (root / REFERENCE).is_file() else ""
    headings = {heading["text"] for heading in map(_HEADING.match, text.splitlines()) if heading}
    names = [f"`{' '.join(('hoso', *command.path))}`" for command in tree.walk()]
    missing = [name for name in names if name not in headings]
    remedy = "run: python -m tests.docs --write"
    if missing:
        yield Problem(REFERENCE, 1, f"does not describe {', '.join(missing)}; {remedy}")
    elif text != reference(tree):
        yield Problem(REFERENCE, 1, f"differs from what `hoso --help` says; {remedy}")


# Decision records, and this machine


def decision_problems(root: Path) -> Iterator[Problem]:
    """Decision records without one of their headings."""
    for page in sorted((root / "docs/decisions").glob("*.md")):
        if page.name == "README.md":
            continue
        matches = (_HEADING.match(line.text) for line in lines(page.read_text(encoding="utf-8")) if line.fence is None)
        headings = {heading["text"] for heading in matches if heading}
        if missing := [heading for heading in DECISION_HEADINGS if heading not in headings]:
            yield Problem(page.relative_to(root), 1, f"lacks the heading {', '.join(missing)}")


def glossary_problems(root: Path) -> Iterator[Problem]:
    """A word that the glossary explains twice, or without its Vietnamese."""
    page, seen = root / "docs/glossary.md", set[str]()
    for line in lines(page.read_text(encoding="utf-8")) if page.is_file() else ():
        cells = [cell.strip() for cell in line.text.split("|")[1:-1]]
        if len(cells) != 3 or cells[0] == "word" or not cells[0].strip("-"):
            continue
        word = cells[0].removesuffix("◆").strip()
        if word in seen or not all(cells):
            what = "is explained twice" if word in seen else "lacks its Vietnamese or its meaning"
            yield Problem(page.relative_to(root), line.number, f"{word} {what}")
        seen.add(word)


def machine_words(root: Path) -> set[str]:
    """What only this machine knows: where the checkout and the home directory lie, and where packages come from."""
    common = {Path(name) for name in ("/", "/tmp", "/home", "/root", "/usr", "/opt", "/srv", "/var", "/builds", "/app")}
    words = {str(place) for place in (root, root.parent, Path.home()) if place not in common}
    for variable, value in os.environ.items():
        if re.fullmatch(r"(PIP|UV|NPM_CONFIG)_.*(INDEX|FIND_LINKS|REGISTRY).*", variable.upper()):
            words.update(urlsplit(source).hostname or source for source in value.split())
    return words - {"pypi.org", "files.pythonhosted.org", "registry.npmjs.org"}


def machine_problems(root: Path, words: set[str] | None = None) -> Iterator[Problem]:
    """Tracked text files that speak of this machine."""
    names = sorted(machine_words(root) if words is None else words, key=len, reverse=True)
    if not names:
        return
    pattern = re.compile(r"(?<![\w.~-])(?:" + "|".join(map(re.escape, names)) + r")(?![\w-])")
    for name in tracked(root):
        try:
            text = (root / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, OSError):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if found := pattern.search(line):
                yield Problem(name, number, f"speaks of this machine: {found.group()}")


def tracked(root: Path) -> list[Path]:
    """The files of the repository; without git every file that is not hidden or in a hidden folder."""
    listing = subprocess.run(["git", "-C", root, "ls-files", "-z"], capture_output=True, text=True, check=False)
    if listing.returncode == 0:
        return [Path(name) for name in listing.stdout.split("\0") if name]
    found = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return sorted(path for path in found if not any(part.startswith(".") for part in path.parts))


def problems(root: Path = ROOT) -> list[Problem]:
    """Everything to mend, in the order of the checks."""
    found = [*link_problems(root), *decision_problems(root), *glossary_problems(root), *machine_problems(root)]
    tree, unloadable = load()
    found += [Problem(Path("adapters/main.py"), 1, message) for message in unloadable]
    writers = (feel_page, capacity_page, attacks_page, dishonest_page)
    written = [problem for writer in writers for problem in writer.problems(root)]
    found += [Problem(page, 1, message) for page, message in written]
    if tree is not None:
        found += [*command_problems(root, tree), *reference_problems(root, tree)]
    return found


def write_reference(root: Path = ROOT) -> None:
    """Write cli.md from the command line, the functions in feel.md, the cases in capacities.md, attacks.md's tables."""
    tree, unloadable = load()
    if tree is None or unloadable:
        sys.exit("the command line cannot be read: " + ("; ".join(unloadable) or "adapters.main has no build()"))
    (root / REFERENCE).parent.mkdir(parents=True, exist_ok=True)
    (root / REFERENCE).write_text(reference(tree), encoding="utf-8")
    for writer in (feel_page, capacity_page, attacks_page, dishonest_page):
        page = root / writer.PAGE
        page.write_text(writer.written(page.read_text(encoding="utf-8")), encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Check, or with --write write the reference and check."""
    if arguments not in ([], ["--write"]):
        print("usage: python -m tests.docs [--write]", file=sys.stderr)
        return 2
    if arguments:
        write_reference()
    found = problems()
    for problem in found:
        print(problem)
    print(f"docs: {len(pages(ROOT))} pages, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
