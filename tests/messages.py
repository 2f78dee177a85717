"""The message catalogue: `python -m tests.messages` brings it up to date, `--check` tells whether it is.

English is the source language. hoso.pot is extracted from adapters/ and signing/, hoso.po carries the Vietnamese,
hoso.mo is compiled from it; all three are functions of the sources and the translations alone, so they have no dates
and no line numbers.
"""

import io
import string
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("adapters", "signing")
TEMPLATE = Path("adapters/cli/locale/hoso.pot")
VIETNAMESE = Path("adapters/cli/locale/vi/LC_MESSAGES/hoso.po")
COMPILED = VIETNAMESE.with_suffix(".mo")
REMEDY = "run: python -m tests.messages"


class PlainCatalog(Catalog):
    """A catalogue whose header says the same on every day and every machine."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:  # type: ignore[override]
        """The header's lines."""
        headers = [("Project-Id-Version", "hoso"), ("MIME-Version", "1.0")]
        headers += [("Content-Type", "text/plain; charset=utf-8"), ("Content-Transfer-Encoding", "8bit")]
        if self.locale is not None:
            headers += [("Language", str(self.locale)), ("Plural-Forms", self.plural_forms)]
        return headers


def extracted(root: Path) -> PlainCatalog:
    """The messages of the sources, with the files that use them."""
    catalogue = PlainCatalog(charset="utf-8", fuzzy=False, header_comment="# Messages of Hoso.")
    keywords = {**DEFAULT_KEYWORDS, "N_": None}
    for room in ROOMS:
        found = extract_from_dir(
            root / room, method_map=[("**.py", "python")], keywords=keywords, comment_tags=("i18n:",)
        )
        for name, _line, message, comments, context in sorted(found, key=lambda entry: (entry[0], entry[1])):
            place = (room + "/" + Path(name).as_posix(), 0)
            catalogue.add(message, None, [place], auto_comments=comments, context=context)
    return catalogue


def translated(root: Path, template: PlainCatalog) -> PlainCatalog:
    """The template's messages with the Vietnamese that is known; what left the sources leaves the catalogue."""
    catalogue = PlainCatalog(locale="vi", charset="utf-8", fuzzy=False, header_comment="# Vietnamese of Hoso.")
    known = Catalog()
    if (root / VIETNAMESE).is_file():
        with (root / VIETNAMESE).open("rb") as file:
            known = read_po(file, locale="vi")
    for message in _messages(template):
        old = known.get(message.id, context=message.context)
        flags = message.flags | ({"fuzzy"} if old and old.fuzzy else set())
        text = old.string if old else None
        catalogue.add(
            message.id,
            text,
            message.locations,
            flags,
            message.auto_comments,
            old.user_comments if old else (),
            context=message.context,
        )
    return catalogue


def written(catalogue: Catalog) -> bytes:
    """The catalogue as a .po or .pot file."""
    buffer = io.BytesIO()
    write_po(buffer, catalogue, sort_output=True, include_lineno=False, ignore_obsolete=True, width=120)
    return buffer.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as a .mo file, without what is fuzzy."""
    buffer = io.BytesIO()
    write_mo(buffer, catalogue, use_fuzzy=False)
    return buffer.getvalue()


def files(root: Path) -> tuple[dict[Path, bytes], PlainCatalog]:
    """What the three files should hold, and the Vietnamese catalogue."""
    template = extracted(root)
    vietnamese = translated(root, template)
    return {TEMPLATE: written(template), VIETNAMESE: written(vietnamese), COMPILED: compiled(vietnamese)}, vietnamese


def update(root: Path = ROOT) -> None:
    """Write the three files."""
    for name, content in files(root)[0].items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)


def problems(root: Path = ROOT) -> list[str]:
    """What is stale, untranslated, fuzzy or wrong in the catalogue."""
    wanted, vietnamese = files(root)
    if not any(_messages(vietnamese)) and not (root / TEMPLATE).exists():
        return []
    found = [
        f"{name}: {state}; {REMEDY}" for name, content in wanted.items() if (state := _stale(root / name, content))
    ]
    for message in _messages(vietnamese):
        if trouble := _trouble(message):
            found.append(f"{VIETNAMESE}: {_ids(message)[0]!r} {trouble}")
    return found


def _stale(file: Path, content: bytes) -> str | None:
    if not file.is_file():
        return "is missing"
    return None if file.read_bytes() == content else "is stale"


def _trouble(message: Message) -> str | None:
    texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
    if not all(texts) or not texts:
        return "has no Vietnamese text"
    if message.fuzzy:
        return "is marked fuzzy; check the text and remove the mark"
    fields = _fields(_ids(message)[-1])
    if any(_fields(text) != fields for text in texts):
        return f"must keep the placeholders {', '.join(sorted(fields)) or '(none)'}"
    return None


def _fields(text: str) -> set[str] | None:
    """The names in braces; None where the braces do not fit together."""
    try:
        return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return None


def _ids(message: Message) -> Sequence[str]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def _messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def main(arguments: Sequence[str]) -> int:
    """Update, or with --check only tell."""
    if arguments not in ([], ["--check"]):
        print("usage: python -m tests.messages [--check]", file=sys.stderr)
        return 2
    if not arguments:
        update()
    found = problems()
    for problem in found:
        print(problem)
    print(f"messages: {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
