"""The file of a backup: a ZIP archive, its manifest signed by the log's key, its last 64 characters its own digest.

`tables/<name>.jsonl` holds a table, `manifest.json` what each must be (rows, bytes, SHA-256), `manifest.note` the log
key's signature over it, `leaf.json` the leaf that tells of the backup, under the checkpoint after it. The archive's
comment ends in the SHA-256, in hex, of every byte before it, so that any changed or missing byte is found before a row
is read. Anybody may compute that digest again; nobody else signs the manifest.
"""

import hashlib
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from adapters.backups.errors import BackupRefused
from signing.canonical import canonical, parse_canonical, sha256_hex
from signing.errors import SigningError
from signing.trail.note import LogKey, sign_note, split_note, verify_note

FORMAT = "hoso-backup/1"
MANIFEST, NOTE, LEAF = "manifest.json", "manifest.note", "leaf.json"
MAX_MANIFEST = 1024 * 1024
MAX_ENTRIES = 500
MAX_LINE = 64 * 1024 * 1024
"""Bytes of one row: documents have at most 16 MiB."""
Looked = Callable[[int, int], None]
"""Hears how many bytes of how many were looked at."""
_CHUNK = 1024 * 1024
_HEX = 64
_COMMENT = b"sha256:"
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, struct.error,
    OSError,  # a place that lies before the file
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A table as the manifest tells it; `sha256` of the lines, not of their compressed form."""

    columns: tuple[str, ...]
    rows: int
    size: int
    sha256: str


class Writer:
    """Writes an archive, entry by entry."""

    def __init__(self, zip: zipfile.ZipFile) -> None:
        self._zip = zip
        self.entries: dict[str, Entry] = {}

    def add(self, table: str, columns: Sequence[str], lines: Iterable[bytes]) -> Entry:
        """Write the lines of a table."""
        digest, rows, size = hashlib.sha256(), 0, 0
        with self._zip.open(_info(f"tables/{table}.jsonl"), "w", force_zip64=True) as entry:
            for line in lines:
                entry.write(line)
                digest.update(line)
                rows, size = rows + 1, size + len(line)
        self.entries[table] = Entry(columns=tuple(columns), rows=rows, size=size, sha256=digest.hexdigest())
        return self.entries[table]

    def sign(self, told: Mapping[str, object], key: LogKey) -> str:
        """Write the manifest with what else is told of the backup, and the key's signature over it; gives its
        SHA-256.
        """
        tables = {
            name: {"columns": list(each.columns), "rows": each.rows, "sha256": each.sha256, "size": each.size}
            for name, each in self.entries.items()
        }
        manifest = canonical({**told, "format": FORMAT, "tables": tables})
        self._zip.writestr(_info(MANIFEST), manifest)
        self._zip.writestr(_info(NOTE), sign_note(_statement(manifest), key))
        return sha256_hex(manifest)

    def add_leaf(self, leaf: Mapping[str, object]) -> None:
        """Write the leaf that tells of the backup."""
        self._zip.writestr(_info(LEAF), canonical(leaf))


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Write an archive at `path`: a file of its owner's alone, there and durable when the block ends, or not at all."""
    part = path.with_name(f"{path.name}.part")
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            os.fchmod(file.fileno(), 0o600)  # an old part may have been anybody's
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as zip:
                yield Writer(zip)
                zip.comment = _COMMENT + b"0" * _HEX
            file.seek(0)
            digest = _digest(file, file.seek(0, os.SEEK_END) - _HEX)
            file.seek(-_HEX, os.SEEK_END)
            file.write(digest.encode("ascii"))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    folder = os.open(path.absolute().parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def file_sha256(path: Path) -> str:
    """The SHA-256 of a whole file, as `sha256sum` gives it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Archive:
    """An archive whose every byte is as it was written, with a manifest that a key of the log signed."""

    def __init__(
        self, zip: zipfile.ZipFile, manifest: Mapping[str, Any], entries: Mapping[str, Entry], key: str
    ) -> None:
        self._zip = zip
        self.manifest = manifest
        self.leaf = _object(_small(zip, LEAF))
        self.entries = entries
        self.signed_by = key

    def lines(self, table: str) -> Iterator[bytes]:
        """The lines of a table; BackupRefused where they are not those of the manifest."""
        expected = self.entries[table]
        digest, rows, size = hashlib.sha256(), 0, 0
        with _read(), self._zip.open(f"tables/{table}.jsonl") as entry:
            buffered = io.BufferedReader(cast("io.RawIOBase", entry), _CHUNK)
            while line := buffered.readline(min(MAX_LINE, expected.size - size) + 1):
                rows, size = rows + 1, size + len(line)
                if size > expected.size or not line.endswith(b"\n"):
                    raise _damaged(f"table {table} is not what the manifest says")
                digest.update(line)
                yield line
        if (rows, size, digest.hexdigest()) != (expected.rows, expected.size, expected.sha256):
            raise _damaged(f"table {table} is not what the manifest says")


@contextmanager
def reading(path: Path, vkeys: Iterable[str], tell: Looked = lambda _done, _all: None) -> Iterator[Archive]:
    """Open an archive: its digest, its manifest's signature by one of these keys. BackupRefused otherwise."""
    with path.open("rb") as file:
        _check_digest(file, tell)
        with _read():
            zip = zipfile.ZipFile(file)
        with zip:
            manifest, key = _manifest(zip, vkeys)
            yield Archive(zip, manifest, _entries(zip, manifest), key)


def _check_digest(file: IO[bytes], tell: Looked) -> None:
    size = file.seek(0, os.SEEK_END)
    if size <= _HEX:
        raise _damaged("it is too short to be a backup")
    file.seek(-_HEX, os.SEEK_END)
    written = file.read(_HEX)
    file.seek(0)
    if _digest(file, size - _HEX, tell).encode("ascii") != written:
        raise _damaged("its bytes are not those that were written")
    file.seek(0)


def _digest(file: IO[bytes], size: int, tell: Looked = lambda _done, _all: None) -> str:
    file.seek(0)
    digest, left = hashlib.sha256(), size
    while left:
        chunk = file.read(min(_CHUNK, left))
        if not chunk:
            raise _damaged("it became shorter while it was read")
        digest.update(chunk)
        left -= len(chunk)
        tell(size - left, size)
    return digest.hexdigest()


def _manifest(zip: zipfile.ZipFile, vkeys: Iterable[str]) -> tuple[Mapping[str, Any], str]:
    if len(zip.infolist()) > MAX_ENTRIES:
        raise _malformed(f"it has {len(zip.infolist())} entries, expected at most {MAX_ENTRIES}")
    content, note = _small(zip, MANIFEST), _small(zip, NOTE)
    key = _signed_by(content, note, vkeys)
    found = _object(content)
    if found.get("format") != FORMAT:
        raise _malformed(f"its manifest is not of the form {FORMAT}")
    return found, key


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        found = parse_canonical(content)
    except SigningError as error:
        raise _malformed(error.message) from error
    if not isinstance(found, dict):
        raise _malformed("an object of JSON is something else")
    return found


def _signed_by(manifest: bytes, note: bytes, vkeys: Iterable[str]) -> str:
    try:
        line = split_note(note.decode("utf-8"))[1][0]
        for vkey in vkeys:
            name, id, _ = vkey.split("+", 2)
            if (name, id) == (line.name, line.key_id.hex()):
                if verify_note(note.decode("utf-8"), vkey) != _statement(manifest):
                    raise _malformed("the signature is over another manifest")
                return vkey
    except (SigningError, UnicodeDecodeError) as error:
        raise _malformed(str(error)) from error
    remedy = "put the installation's own log.key and successions/ beside it; a backup of another log is never restored"
    message = f"it is signed by {line.name}+{line.key_id.hex()}, which is no key that this installation's log has had"
    raise BackupRefused("backup-of-another-log", message, remedy)


def _entries(zip: zipfile.ZipFile, manifest: Mapping[str, Any]) -> dict[str, Entry]:
    told = {
        name: Entry(columns=tuple(each["columns"]), rows=each["rows"], size=each["size"], sha256=each["sha256"])
        for name, each in manifest["tables"].items()
    }
    names = sorted([MANIFEST, NOTE, LEAF, *(f"tables/{name}.jsonl" for name in told)])
    if sorted(each.filename for each in zip.infolist()) != names:
        raise _malformed("its entries are not those of its manifest")
    return told


def _small(zip: zipfile.ZipFile, name: str) -> bytes:
    with _read():
        try:
            with zip.open(name) as entry:
                content = entry.read(MAX_MANIFEST + 1)
        except KeyError as error:
            raise _malformed(f"{name} is missing") from error
    if len(content) > MAX_MANIFEST:
        raise _malformed(f"{name} has more than {MAX_MANIFEST} bytes")
    return content


@contextmanager
def _read() -> Iterator[None]:
    """What the libraries raise over a file that is no such archive."""
    try:
        yield
    except _BROKEN as error:
        raise _malformed(f"{type(error).__name__}: {error}") from error


def _statement(manifest: bytes) -> str:
    return f"{FORMAT}\nmanifest {sha256_hex(manifest)}\n"


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


def _damaged(reason: str) -> BackupRefused:
    return BackupRefused(
        "backup-damaged", f"the backup is damaged: {reason}", "take another copy of it, or an older one"
    )


def _malformed(reason: str) -> BackupRefused:
    return BackupRefused(
        "backup-malformed", f"this is no backup of Hoso: {reason}", "give a file that hoso backup wrote"
    )
