"""Documents: bytes under the digest that was computed here, never under the one that was told."""

import hashlib
import mimetypes
import re
import sys
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from adapters.cli.client import Client, path
from adapters.cli.errors import SIGNATURE, USAGE, CommandFailed
from adapters.cli.input import read_file
from adapters.cli.language import _
from adapters.cli.terminal import escape, say

_DIGEST = re.compile(r"[0-9a-f]{64}")


def upload(client: Client, file: Path) -> dict[str, object]:
    """Store a file at the server; return how a dossier refers to it."""
    content = read_file(file)
    digest = hashlib.sha256(content).hexdigest()
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    client.put_bytes(path("documents", digest), content, media_type=kind)
    return {"name": unicodedata.normalize("NFC", file.name), "media_type": kind, "sha256": digest}


def fetch(client: Client, digest: str) -> bytes:
    """Get a document's bytes; they are refused when they do not have the digest."""
    if not _DIGEST.fullmatch(digest):
        raise CommandFailed(
            "bad-digest",
            _("{text}: expected a SHA-256 digest, 64 characters 0-9 a-f").format(text=repr(digest)),
            exit_code=2,
        )
    content = client.get_bytes(path("documents", digest))
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise CommandFailed(
            "document-altered",
            _("the server gave other bytes than document {expected}: they have digest {found}").format(
                expected=digest, found=found
            ),
            remedy=_("sign nothing; tell your administrator"),
            exit_code=SIGNATURE,
        )
    return content


def write_out(content: bytes, output: str) -> None:
    """Write what came to that file, or to stdout (`-`), where a PDF must not meet a terminal."""
    if output != "-":
        Path(output).write_bytes(content)
        say(_("{file}: {size} bytes").format(file=escape(output), size=len(content)))
    elif content.startswith(b"%PDF") and sys.stdout.isatty():
        raise CommandFailed(
            "binary", _("a PDF is not for a terminal"), remedy=_("name a file with -o"), exit_code=USAGE
        )
    else:
        sys.stdout.buffer.write(content)


def fetch_all(client: Client, references: list[Mapping[str, Any]]) -> dict[str, bytes]:
    """Get every document of a statement, checked against digest and size; digest → bytes."""
    contents: dict[str, bytes] = {}
    for reference in references:
        content = fetch(client, str(reference["sha256"]))
        if len(content) != reference["size"]:
            raise CommandFailed(
                "document-altered",
                _("document {name}: found {found} bytes, the statement says {expected}").format(
                    name=escape(reference["name"]), found=len(content), expected=escape(reference["size"])
                ),
                remedy=_("sign nothing; tell your administrator"),
                exit_code=SIGNATURE,
            )
        contents[str(reference["sha256"])] = content
    return contents


def keep(content: bytes, *, name: str, digest: str, directory: Path) -> Path:
    """Write a document into a folder of the user's; its name cannot lead out of it."""
    safe = re.sub(r"[^\w.()-]+", "_", name).strip("._") or "document"
    directory.mkdir(parents=True, exist_ok=True)
    target = directory / f"{digest[:16]}-{safe[-120:]}"
    target.write_bytes(content)
    return target
