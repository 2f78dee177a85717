"""PDFs that are small on the way and large in the reader."""

import zlib

HEAD = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"


def swollen(entries: int = 63_000_000) -> bytes:
    """A cross-reference stream of a quarter of a megabyte that says so many things that reading it takes gigabytes."""
    squeezed = zlib.compressobj(9)
    million = b"\x01\x00\x09\x00" * 1_000_000
    data = b"".join([*(squeezed.compress(million) for _ in range(entries // 1_000_000)), squeezed.flush()])
    told = b"<</Type/XRef/Size %d/W[1 2 1]/Root 1 0 R/Filter/FlateDecode/Length %d>>" % (entries, len(data))
    stream = b"3 0 obj\n" + told + b"\nstream\n" + data + b"\nendstream\nendobj\n"
    return HEAD + stream + b"startxref\n%d\n%%%%EOF\n" % len(HEAD)


def endless(rows: int = 3_000_000) -> bytes:
    """A plain cross-reference table of 60 MB: reading it takes most of a minute."""
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (rows + 1) + b"0000000009 00000 n \n" * rows
    trailer = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (rows + 1, len(HEAD))
    return HEAD + table + trailer
