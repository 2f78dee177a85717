"""Decode the PNGs that typst draws (8-bit RGBA, no interlacing) without an imaging library."""

import struct
import zlib

CHANNELS = 4


def grey_pixels(png: bytes) -> memoryview:
    """The picture as rows of grey bytes, shaped (height, width)."""
    chunks = _chunks(png)
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (depth, colour, interlace) == (8, 6, 0), "typst is expected to draw 8-bit RGBA"
    raw = zlib.decompress(chunks[b"IDAT"])
    step = width * CHANNELS
    before, grey = bytearray(step), bytearray()
    for start in range(0, len(raw), step + 1):
        before = _unfilter(raw[start], bytearray(raw[start + 1 : start + 1 + step]), before)
        grey += before[1::CHANNELS]
    return memoryview(bytes(grey)).cast("B", (height, width))


def _chunks(png: bytes) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    at = 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        found[kind] = found.get(kind, b"") + png[at + 8 : at + 8 + length]
        at += length + 12
    return found


def _unfilter(kind: int, row: bytearray, up: bytearray) -> bytearray:
    """Undo one row's filter (PNG, third edition, §9.2); each kind has its own loop, for speed."""
    size, bpp = len(row), CHANNELS
    if kind == 1:
        for i in range(bpp, size):
            row[i] = (row[i] + row[i - bpp]) & 255
    elif kind == 2:
        return bytearray((a + b) & 255 for a, b in zip(row, up, strict=True))
    elif kind == 3:
        for i in range(size):
            row[i] = (row[i] + ((row[i - bpp] if i >= bpp else 0) + up[i]) // 2) & 255
    elif kind == 4:
        for i in range(size):
            left, corner = (row[i - bpp], up[i - bpp]) if i >= bpp else (0, 0)
            row[i] = (row[i] + _paeth(left, up[i], corner)) & 255
    return row


def _paeth(a: int, b: int, c: int) -> int:
    if a == b == c:
        return a
    p = a + b - c
    distances = (abs(p - a), abs(p - b), abs(p - c))
    return (a, b, c)[distances.index(min(distances))]


def drawn(width: int, height: int, *, alpha: bool = True) -> bytes:
    """A blue rectangle as PNG, half of it see-through."""
    pixel = b"\x0b\x3e\xa8" + (b"\x80" if alpha else b"")
    rows = b"".join(b"\0" + pixel * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 6 if alpha else 2, 0, 0, 0)
    parts = (b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
