"""What the previous release left behind is migrated, and the newest code reads it, verifies it and goes on with it.

The databases in `releases/` are called by their schema and were made by the code of that release (`releases/make.py`),
as SQLite and as PostgreSQL had them.
"""

import base64
import json
import lzma
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from adapters.application import evidence
from adapters.database.migrate import current, newest, upgrade
from adapters.database.store import Store
from adapters.keystore.pkcs12 import Pkcs12Key
from signing.evidence.verify import verify_pack
from signing.trail.note import LogKey
from signing.verify import Trust
from tests import pki
from tests.adapters.application import world as worlds
from tests.adapters.application.world import World, opened
from tests.adapters.jobs.mail import Keeper, serving
from tests.pki import Person

RELEASES = Path(__file__).parent / "releases"
Known = dict[str, Any]


def restore(store: Store, release: str) -> Known:
    """Fill an empty database with what the release left there; gives what else is known of it."""
    kind = store.engine.dialect.name
    script = lzma.decompress((RELEASES / release / f"{kind}.sql.xz").read_bytes()).decode()
    if kind == "sqlite":
        with sqlite3.connect(str(store.engine.url.database)) as database:
            database.executescript(script)
        database.close()
    else:
        url = store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url) as connection:
            connection.execute(script.encode())
    known = json.loads((RELEASES / release / "known.json").read_text("utf-8"))
    return {**known[kind], "keys": known["keys"]}


def person(known: Known, name: str) -> Person:
    """An officer with the key of that time."""
    private, certificate = (each.encode() for each in known["keys"]["people"][name])
    key: Any = load_pem_private_key(private, None)
    issuing = x509.load_pem_x509_certificate(known["keys"]["issuing"].encode())
    own = x509.load_pem_x509_certificate(certificate)
    return Person(name, Pkcs12Key(certificate=own, chain=(issuing,), _private=key), key)


def trust(known: Known) -> Trust:
    keys = known["keys"]
    root, issuing = (x509.load_pem_x509_certificate(keys[name].encode()) for name in ("root", "issuing"))
    return Trust(roots=(root,), intermediates=(issuing,), crls=tuple(map(base64.b64decode, keys["crls"])))


@contextmanager
def office(store: Store, known: Known) -> Iterator[World]:
    """The agency of that time, with the newest code; its trail is checked after it."""
    with opened(store, (LogKey.load(known["log_key"]), known["tokens"])) as world:
        stamping = pki.trust()  # the authority for time stamps is today's
        old = trust(known)
        both = Trust(
            roots=(*old.roots, *stamping.roots),
            intermediates=(*old.intermediates, *stamping.intermediates),
            crls=(*old.crls, *stamping.crls),
        )
        world.trusted[:] = [both]
        yield world


@pytest.mark.parametrize("release", ["0017"])
def test_the_newest_code_goes_on(empty_store: Store, release: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The trail is whole and grows on, dossiers are where they stood, timers, numbers, tasks, mails and signatures go
    on, and the evidence of what was signed before and after verifies.
    """
    known = restore(empty_store, release)
    assert current(empty_store) == release
    upgrade(empty_store)
    assert current(empty_store) == newest()
    monkeypatch.setattr(worlds, "known", lambda name: person(known, name))
    monkeypatch.setattr(worlds, "SEAL", person(known, "con-dau"))
    with office(empty_store, known) as world:
        assert world.check_trail() >= known["size"]
        _goes_on(world, known["dossiers"], person(known, "hang"))


def _goes_on(world: World, codes: dict[str, str], hang: Person) -> None:
    assert [item["element"] for item in world.dossier(codes["waiting"])["tasks"]] == ["work"]
    world.stamp()
    keeper = Keeper()
    with serving(keeper) as mail:
        world.change(mail=mail)
        world.work()
        assert world.acts(codes["leaving"])[-1] == "dispatch-sent", world.dossier(codes["leaving"])
    _signs(world, codes["signing"], hang)
    world.do("lan", codes["numbered"], "file")
    again = world.start("cap-so")
    world.work()
    assert world.dossier(again)["data"]["number"] == "02"
    world.clock.go(days=1, hours=1)
    world.work()
    assert "remind" in [item["element"] for item in world.dossier(codes["waiting"])["tasks"]]


def _signs(world: World, code: str, hang: Person) -> None:
    """The task that hang claimed before is signed now; the pack holds what she signed then, too."""
    offered = world.prepare("hang", world.task(code, "decide"), {"decision": "approve"}).body_or_raise()
    sent = world.submission(offered, hang)
    world.send("hang", world.task(code, "decide"), sent).body_or_raise()
    world.stamp()
    packed = evidence.pack(world.app, world.officer("kiem"), code, None)
    assert isinstance(packed, bytes), packed
    report = verify_pack(packed, roots=list(world.app.trust().roots), log_key=world.app.log_key.vkey)
    assert report
