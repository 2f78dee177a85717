"""A backup that was changed, cut, or made by somebody else is refused before a row of it is read."""

import hashlib
import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.backups.archive import LEAF, MANIFEST, NOTE, reading, writing
from adapters.backups.errors import BackupRefused
from signing.trail.note import LogKey, sign_note

KEY = LogKey.generate("hoso/H29.5")
LINES = [b'["%d","Nguy\xe1\xbb\x85n"]\n' % number for number in range(500)]


def write(path: Path, key: LogKey = KEY) -> Path:
    with writing(path) as archive:
        archive.add("unit", ["id", "name"], LINES)
        archive.add("officer", ["id"], [])
        archive.sign({"schema": "0016"}, key)
        archive.add_leaf({"checkpoint": ""})
    return path


def read(path: Path) -> None:
    with reading(path, [KEY.vkey]) as archive:
        for table in archive.entries:
            list(archive.lines(table))


def refused(path: Path) -> str:
    with pytest.raises(BackupRefused) as found:
        read(path)
    return found.value.code


def outcome(path: Path) -> str:
    try:
        read(path)
    except BackupRefused as error:
        return error.code
    return "read"


def sealed(content: bytes) -> bytes:
    """With the digest that anybody may compute again."""
    return content[:-64] + hashlib.sha256(content[:-64]).hexdigest().encode()


def packed(change: Callable[[dict[str, bytes]], None], path: Path) -> bytes:
    """The archive with its entries changed, sealed anew."""
    with zipfile.ZipFile(write(path)) as zip:
        entries = {name: zip.read(name) for name in zip.namelist()}
    change(entries)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zip:
        for name, content in entries.items():
            zip.writestr(name, content)
        zip.comment = b"sha256:" + b"0" * 64
    path.write_bytes(sealed(buffer.getvalue()))
    return path.read_bytes()


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """Line by line; `unzip` reads it, too; nothing is left beside it."""
    path = write(tmp_path / "a.zip")
    with reading(path, [KEY.vkey]) as archive:
        assert list(archive.lines("unit")) == LINES
        assert (archive.entries["unit"].rows, archive.signed_by) == (500, KEY.vkey)
    with zipfile.ZipFile(path) as zip:
        assert zip.testzip() is None
        assert sorted(zip.namelist()) == [LEAF, MANIFEST, NOTE, "tables/officer.jsonl", "tables/unit.jsonl"]
    assert [each.name for each in tmp_path.iterdir()] == ["a.zip"]


def test_no_byte_may_change_or_miss(tmp_path: Path) -> None:
    """A flipped bit anywhere, any end cut off, a byte more."""
    path = write(tmp_path / "a.zip")
    whole = path.read_bytes()
    places = random.Random(7).sample(range(len(whole)), 300)
    for place in (*places, 0, len(whole) - 1, len(whole) - 64, len(whole) - 65):
        changed = bytearray(whole)
        changed[place] ^= 1 << place % 8
        path.write_bytes(changed)
        assert refused(path) == "backup-damaged", place
    for size in (0, 1, 64, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        assert refused(path) == "backup-damaged", size
    path.write_bytes(whole + b"0")
    assert refused(path) == "backup-damaged"


def test_a_damage_that_was_sealed_again_is_no_backup(tmp_path: Path) -> None:
    """Whoever changes bytes and computes the digest anew meets the archive's structure, the manifest, its signature."""
    path = write(tmp_path / "a.zip")
    whole = path.read_bytes()
    for place in random.Random(8).sample(range(len(whole) - 64), 300):
        changed = bytearray(whole)
        changed[place] ^= 1 << place % 8
        path.write_bytes(sealed(bytes(changed)))
        told = outcome(path)  # of what a ZIP archive says twice, one may change: the rows are the same
        assert told in {"read", "backup-malformed", "backup-damaged", "backup-of-another-log"}, place
    for content in (bytes(100), b"PK\x05\x06" + bytes(18)):
        path.write_bytes(sealed(content + bytes(64)))
        assert refused(path) == "backup-malformed"


def test_who_has_not_the_key_makes_no_backup(tmp_path: Path) -> None:
    """Rows changed, a table added, a manifest written or signed by another: the log's key did not sign it."""
    path = tmp_path / "a.zip"

    def row(entries: dict[str, bytes]) -> None:
        entries["tables/unit.jsonl"] = entries["tables/unit.jsonl"].replace(b'"7"', b'"8"')

    def bomb(entries: dict[str, bytes]) -> None:
        entries["tables/unit.jsonl"] = bytes(300 * 1024 * 1024)

    def more(entries: dict[str, bytes]) -> None:
        entries["tables/token.jsonl"] = b'["x"]\n'

    def manifest(entries: dict[str, bytes]) -> None:
        entries[MANIFEST] = entries[MANIFEST].replace(b"500", b"501")

    def big(entries: dict[str, bytes]) -> None:
        entries[MANIFEST] = b" " * 200 * 1024 * 1024

    def missing(entries: dict[str, bytes]) -> None:
        del entries[NOTE]

    def signed(entries: dict[str, bytes]) -> None:
        entries[NOTE] = sign_note("hoso-backup/1\nmanifest 0\n", KEY).encode()

    codes = (
        (row, "backup-damaged"),
        (bomb, "backup-damaged"),
        (more, "backup-malformed"),
        (manifest, "backup-malformed"),
        (big, "backup-malformed"),
        (missing, "backup-malformed"),
        (signed, "backup-malformed"),
    )
    for change, code in codes:
        path.unlink(missing_ok=True)
        packed(change, path)
        assert refused(path) == code, change.__name__
    path.unlink()
    write(path, LogKey.generate("hoso/H29.5"))
    assert refused(path) == "backup-of-another-log"


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """What cannot be written to its end is not there, not under its own name and not as a part."""

    def breaking() -> object:
        yield b"[]\n"
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"), writing(tmp_path / "a.zip") as archive:
        archive.add("unit", ["id"], breaking())  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
