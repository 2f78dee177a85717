"""Signed completions per second over HTTP: a real server process, clients as processes of their own, durable commits.

Told beside a bare loop in the same run: one verification of a submission, then one commit that is as durable, again and
again in one process. `whole`: clients claim, ask for the statement, sign and complete. `sent`: all but the last was
done before.
"""

import multiprocessing
import secrets
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import Any, Protocol

import httpx
import psycopg
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12

from adapters.database.store import sqlite_url
from adapters.keystore.pkcs12 import Pkcs12Key
from signing.manifest import manifest_for
from signing.sign import sign_manifest
from signing.verify import verify_submission
from tests.adapters.application.bundles import bundle, signed
from tests.databases import postgres
from tests.engine.bpmn.models import chain, end, start_event
from tests.killing.clients import signed as signed_parts
from tests.killing.office import Office, office
from tests.killing.servers import servers
from tests.pki import NOW, Person, known, trust
from tests.signing.records import approval

CLIENTS = (1, 2, 4)
EACH = 40  # completions of a client
ROUNDS = 2
BARE = 150
WHO = ("hang", "duc")
PROCESS = "ky-mot-lan"


class Barrier(Protocol):
    """Where all begin together."""

    def wait(self) -> int:
        """Wait for the others."""
        ...


def completions_over_http() -> None:
    """On both databases."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(postgres(durable=True))
        places = {"SQLite": sqlite_url(folder / "hoso.db"), "PostgreSQL": server.create()}
        for name, url in places.items():
            own = folder / name
            own.mkdir()
            with office(url, own, Random(0)) as at_work:
                _on(name, at_work)


def _on(name: str, at_work: Office) -> None:
    body = start_event() + signed("decide", "lanh-dao", "approval", form="decide") + end() + chain("s", "decide", "e")
    at_work.world.deploy(bundle(PROCESS, body)).body_or_raise()
    at_work.world.stamp()
    with servers(at_work.environment, at_work.folder, count=1, ahead=at_work.ahead) as running:
        running.start(0)
        running.wait(0)
        _rate(at_work, running.urls[0], 1, whole=True)  # it has compiled everything
        first = {True: 0.0, False: 0.0}
        for count in CLIENTS:
            bare = _bare(at_work)
            for whole in (True, False):
                rate = statistics.median(_rate(at_work, running.urls[0], count, whole=whole) for _ in range(ROUNDS))
                first[whole] = first[whole] or rate
                print(
                    f"http: {name}: {rate:.1f} signed completions per second, {count} clients, "
                    f"{'whole' if whole else 'sent'}: {rate / bare:.2f} x the bare loop ({bare:.0f}), "
                    f"{rate / first[whole]:.2f} x one client",
                    flush=True,
                )


def _bare(at_work: Office) -> float:
    """Verifications with a durable commit each, per second."""
    who, record, trusted = known("lan"), approval(), trust()
    manifest, encoded = manifest_for(record), record.encode()
    cms = sign_manifest(manifest, who.key, purpose=record.purpose, at=NOW)
    with _commits(at_work.url) as commit:
        began = time.perf_counter()
        for _ in range(BARE):
            verify_submission(encoded, manifest, cms, documents=record.documents, trust=trusted, at=NOW)
            commit(cms)
        return BARE / (time.perf_counter() - began)


@contextmanager
def _commits(url: str) -> Iterator[Callable[[bytes], object]]:
    """One row, committed as durably as the store commits."""
    if url.startswith("sqlite"):
        with tempfile.TemporaryDirectory() as folder, sqlite3.connect(Path(folder) / "bare.db") as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=FULL")
            database.execute("CREATE TABLE bare (content BLOB)")
            database.isolation_level = None
            yield lambda content: database.execute("INSERT INTO bare VALUES (?)", (content,))
        return
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bare (content bytea)")
        yield lambda content: connection.execute("INSERT INTO bare VALUES (%s)", (content,))
        connection.execute("DROP TABLE bare")


def _rate(at_work: Office, url: str, count: int, *, whole: bool) -> float:
    """Completions per second of so many clients together."""
    world = at_work.world
    spawn = multiprocessing.get_context("spawn")
    begin, done = spawn.Barrier(count + 1), spawn.Queue()
    clients = []
    for number in range(count):
        who = WHO[number % len(WHO)]
        tasks = [world.task(world.start(PROCESS), "decide") for _ in range(EACH)]
        given = (url, world.tokens[who], who, _key_file(known(who)), tasks, whole, begin, done)
        clients.append(spawn.Process(target=_client, args=given, daemon=True))
    for each in clients:
        each.start()
    begin.wait()
    began = time.perf_counter()
    for _ in clients:
        done.get(timeout=300)
    taken = time.perf_counter() - began
    for each in clients:
        each.join()
    return count * EACH / taken


def _key_file(who: Person) -> bytes:
    return pkcs12.serialize_key_and_certificates(
        b"k", who.private, who.certificate, list(who.key.chain), NoEncryption()
    )


def _client(
    url: str, token: str, who: str, file: bytes, tasks: Sequence[str], whole: bool, begin: Barrier, done: Any
) -> None:
    """An officer's program, in a process of its own."""
    private, certificate, chain_ = pkcs12.load_key_and_certificates(file, None)
    key: Any = private
    assert certificate is not None
    person = Person(who, Pkcs12Key(certificate=certificate, chain=tuple(chain_), _private=key), key)
    with httpx.Client(base_url=f"{url}/v1", headers={"Authorization": f"Bearer {token}"}, timeout=60) as http:
        if not whole:
            prepared = [_prepared(http, task, person) for task in tasks]
        http.get("/me")
        begin.wait()
        for number, task in enumerate(tasks):
            _complete(http, task, _prepared(http, task, person) if whole else prepared[number])
    done.put(who)


def _prepared(http: httpx.Client, task: str, who: Person) -> Mapping[str, str]:
    """Claim, prepare, sign."""
    _ask(http, f"/tasks/{task}/claim", {})
    offered = _ask(http, f"/tasks/{task}/statement", {"data": {"decision": "approve"}})
    return {"statement": offered["id"], **signed_parts(offered, who)}


def _complete(http: httpx.Client, task: str, body: Mapping[str, str]) -> None:
    if not _ask(http, f"/tasks/{task}/complete", body)["receipt"]["checkpoint"]:
        raise SystemExit("no receipt")


def _ask(http: httpx.Client, path: str, body: object) -> dict[str, Any]:
    answer = http.post(path, json=body, headers={"Idempotency-Key": secrets.token_hex(12)})
    if answer.status_code >= 300:
        raise SystemExit(answer.text)
    return dict(answer.json())


if __name__ == "__main__":
    completions_over_http()
