"""A zip file of which every byte is decided by its entries: stored, sorted, fixed dates, `mimetype` first.

The form is ASiC-E (EN 319 162-1 annex A.1). Nothing is compressed: what a compressor writes differs from one library to
the next, and then two honest programs would not agree on the bytes. Reading is strict: writing what was read must give
the same bytes again.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from signing.errors import Invalid

MIMETYPE = "mimetype"
ASIC_E = b"application/vnd.etsi.asic-e+zip"
MAX_ARCHIVE_BYTES = 1 << 30
MAX_ENTRIES = 20_000
MAX_NAME = 240
_DATE = (1 << 5) | 1  # 1980-01-01, the first day a zip file can name
_UTF8 = 0x800
_REGULAR_FILE = 0o100644 << 16


def write_archive(entries: Mapping[str, bytes]) -> bytes:
    """Write the entries, `mimetype` first and added where missing; Invalid `pack-name` or `pack-too-large`."""
    names = [MIMETYPE, *sorted(entries.keys() - {MIMETYPE})]
    if len(names) > MAX_ENTRIES or sum(map(len, entries.values())) > MAX_ARCHIVE_BYTES // 2:
        raise Invalid("pack-too-large", f"a pack holds at most {MAX_ENTRIES} entries and {MAX_ARCHIVE_BYTES >> 21} MiB")
    body, directory = bytearray(), bytearray()
    for name in names:
        check_name(name)
        content = entries.get(name, ASIC_E)
        encoded = name.encode("utf-8")
        common = _common(encoded, content)
        header = struct.pack("<IH", 0x02014B50, 0x0314) + common
        directory += header + struct.pack("<HHHII", 0, 0, 0, _REGULAR_FILE, len(body)) + encoded
        body += struct.pack("<I", 0x04034B50) + common + encoded + content
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, len(names), len(names), len(directory), len(body), 0)
    return bytes(body + directory + end)


def read_archive(archive: bytes) -> dict[str, bytes]:
    """Read an archive that `write_archive` wrote; Invalid `pack-malformed` for any other."""
    if len(archive) > MAX_ARCHIVE_BYTES:
        raise Invalid("pack-too-large", f"a pack of {len(archive)} bytes; at most {MAX_ARCHIVE_BYTES} are read")
    try:
        entries = _read(archive)
    except Invalid:
        raise
    except Exception as error:
        raise Invalid("pack-malformed", "this is no evidence pack, or a damaged one; ask for it again") from error
    if entries.get(MIMETYPE) != ASIC_E or write_archive(entries) != archive:
        raise Invalid("pack-malformed", "the pack's bytes are not those that its entries make; ask for it again")
    return entries


def check_name(name: str) -> None:
    """Check that unpacking this entry stays in its folder on every system; Invalid `pack-name`."""
    parts = name.split("/")
    bad = any(part in {"", ".", ".."} or part != part.strip() or part.endswith(".") for part in parts)
    if bad or len(name) > MAX_NAME or not name.isprintable() or any(character in '\\:*?"<>|' for character in name):
        raise Invalid("pack-name", f"an entry cannot be stored under the name {name[:80]!r}")


def _common(name: bytes, content: bytes) -> bytes:
    flags = 0 if name.isascii() else _UTF8
    return struct.pack(
        "<HHHHHIIIHH", 20, flags, 0, 0, _DATE, zlib.crc32(content), len(content), len(content), len(name), 0
    )


def _read(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        listed = file.infolist()
        if len(listed) > MAX_ENTRIES or any(item.compress_type != zipfile.ZIP_STORED for item in listed):
            raise Invalid("pack-malformed", "the pack has too many entries, or compressed ones; packs are stored as is")
        if sum(item.file_size for item in listed) > len(archive):
            raise Invalid("pack-malformed", "the pack's entries claim more bytes than it has")
        return {item.filename: _entry(file, item) for item in listed}


def _entry(file: zipfile.ZipFile, item: zipfile.ZipInfo) -> bytes:
    try:
        return file.read(item)
    except zipfile.BadZipFile as error:
        raise Invalid(
            "pack-malformed", f"the entry {item.filename[:120]!r} was changed: its bytes do not fit its checksum"
        ) from error
