"""The bundle hash: what a process definition is, in 32 bytes.

It is the SHA-256 of the lines `<sha256 of file>  <path>\\n`, sorted by path: what `sha256sum` prints, so that anybody
can compute it with `sha256sum $(find … -type f | LC_ALL=C sort) | sha256sum`.
"""

import hashlib
from collections.abc import Mapping


def bundle_hash(files: Mapping[str, str]) -> str:
    """Hash the bundle's files, given as path → SHA-256 in lower hex; gives lower hex."""
    lines = "".join(f"{files[path]}  {path}\n" for path in sorted(files))
    return hashlib.sha256(lines.encode()).hexdigest()
