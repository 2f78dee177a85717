"""The catalogue's check finds what is stale, missing, fuzzy or broken; the catalogue is the same on every machine."""

import gettext
import io
from pathlib import Path

import pytest

from tests import messages

FILES = (messages.TEMPLATE, messages.VIETNAMESE, messages.COMPILED)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small source tree whose Vietnamese is complete."""
    (tmp_path / "signing").mkdir()
    (tmp_path / "adapters" / "cli").mkdir(parents=True)
    source = 'print(_("Dossier {code} has started."), N_("Officer"))\n'
    (tmp_path / "adapters" / "cli" / "a.py").write_text(source, encoding="utf-8")
    messages.update(tmp_path)
    translate(tmp_path, "Dossier {code} has started.", "Hồ sơ {code} đã bắt đầu.")
    translate(tmp_path, "Officer", "Cán bộ")
    messages.update(tmp_path)
    return tmp_path


def translate(root: Path, text: str, vietnamese: str, flag: str = "") -> None:
    file = root / messages.VIETNAMESE
    head, _, tail = file.read_text(encoding="utf-8").partition(f'msgid "{text}"\nmsgstr "')
    rest = tail[tail.index("\n") :]
    file.write_text(f'{head}{flag}msgid "{text}"\nmsgstr "{vietnamese}"{rest}', encoding="utf-8")


def test_a_complete_catalogue_passes_and_speaks(root: Path) -> None:
    """Nothing to mend, and gettext reads the compiled file."""
    assert messages.problems(root) == []
    catalogue = gettext.GNUTranslations(io.BytesIO((root / messages.COMPILED).read_bytes()))
    assert catalogue.gettext("Officer") == "Cán bộ"


def test_updating_twice_changes_nothing(root: Path) -> None:
    """The files depend on sources and translations alone."""
    before = [(root / name).read_bytes() for name in FILES]
    messages.update(root)
    assert [(root / name).read_bytes() for name in FILES] == before


def test_a_new_message_is_missed(root: Path) -> None:
    """A message that the catalogue does not know makes it stale, and once known it wants its Vietnamese."""
    (root / "signing" / "b.py").write_text('_("New")\n', encoding="utf-8")
    assert any("hoso.pot: is stale" in problem for problem in messages.problems(root))
    messages.update(root)
    assert messages.problems(root) == [f"{messages.VIETNAMESE}: 'New' has no Vietnamese text"]


def test_a_message_that_went_leaves_the_catalogue(root: Path) -> None:
    """Texts that no source uses are dropped, the others keep their Vietnamese."""
    (root / "adapters" / "cli" / "a.py").write_text('_("Officer")\n', encoding="utf-8")
    messages.update(root)
    assert messages.problems(root) == []
    assert "started" not in (root / messages.VIETNAMESE).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("vietnamese", "flag", "says"),
    [
        ("", "", "has no Vietnamese text"),
        ("Hồ sơ {mã} đã bắt đầu.", "", "must keep the placeholders code"),
        ("Hồ sơ {code đã bắt đầu.", "", "must keep the placeholders code"),
        ("Hồ sơ {code} đã bắt đầu.", "#, fuzzy\n", "is marked fuzzy"),
    ],
)
def test_bad_translations_are_found(root: Path, vietnamese: str, flag: str, says: str) -> None:
    """A text that is missing, doubtful or without its placeholders is named."""
    translate(root, "Dossier {code} has started.", vietnamese, flag)
    messages.update(root)
    found = messages.problems(root)
    assert len(found) == 1
    assert says in found[0]


def test_a_compiled_file_of_another_text_is_found(root: Path) -> None:
    """The compiled file must be that of the texts."""
    translate(root, "Officer", "Công chức")
    assert messages.problems(root) == [f"{messages.COMPILED}: is stale; {messages.REMEDY}"]
