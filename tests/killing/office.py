"""An office whose servers are real processes: its database, its folder, its mail server and its authorities.

The servers' clock goes as ours, but begins at the time for which the test's certificates were issued.
"""

import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from random import Random
from typing import Any

from aiosmtpd.controller import Controller
from cryptography.hazmat.primitives.serialization import Encoding

from adapters import wiring
from adapters.application import people
from adapters.console.demo.mail import free_port
from adapters.console.demo.stamps import StampServer
from adapters.database.store import Store, open_store
from adapters.settings import read_settings
from engine.outcome import SYSTEM
from tests import pki, stamps
from tests.adapters.application.bundles import Bundle, bundle, email, job, signed
from tests.adapters.application.world import AGENCY, Founded, World, build, opened
from tests.engine.bpmn.models import catch, chain, end, flow, start_event, timer, xor

PROCESS = "bao-tu"
EXTERNAL = "tra-cuu"
REGISTER = "van-ban-di"
WORKERS = ("may-1", "may-2")
_LETTER = b'#import "/hoso.typ": *\n#show: letter.with(title: "Th\xc6\xb0")\nK\xc3\xadnh g\xe1\xbb\xadi'


def process() -> Bundle:
    """number → an external worker → a timer → perhaps a letter → signed by a leader → sealed → mailed."""
    done_outside = f'<zeebe:taskDefinition type="{EXTERNAL}" retries="50"/>'
    external = f"<bpmn:extensionElements>{done_outside}</bpmn:extensionElements>"
    drawn = bundle(
        PROCESS,
        start_event()
        + job("number", "hoso.number", register=REGISTER)
        + f'<bpmn:serviceTask id="look_up">{external}</bpmn:serviceTask>'
        + catch("rest", timer("timeDuration", "PT0.2S"))
        + xor("asks", 'default="asks_decide"')
        + job("letter", "hoso.letter", template="letters/x.typ", document="letter")
        + signed("decide", "lanh-dao", "approval", form="decide")
        + signed("seal", "van-thu", "organ")
        + email()
        + end()
        + chain("s", "number", "look_up", "rest", "asks")
        + flow("asks", "letter", "=written = true")
        + flow("asks", "decide")
        + chain("letter", "decide", "seal", "send", "e"),
    )
    return {**drawn, "letters/x.typ": _LETTER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail that was accepted: which, the bytes without what each try writes anew, and when."""

    id: str
    content: bytes
    at: float


@dataclass
class PostOffice:
    """A mail server that notes each mail durably before it says so; `slow`: the longest pause before it answers."""

    file: Path
    chance: Random
    slow: float = 0.04
    taken: list[Mail] = field(default_factory=list)
    held: threading.Event | None = None
    """While it is not set, no answer is given after the final dot."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        import asyncio

        content = bytes(envelope.content)
        mail = Mail(id=str(message_from_bytes(content)["Message-ID"]), content=content, at=time.time())
        with self.file.open("ab") as file:
            file.write(f"{mail.at:.6f} {mail.id}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        self.taken.append(mail)
        while self.held is not None and not self.held.is_set():
            await asyncio.sleep(0.02)
        await asyncio.sleep(self.chance.uniform(0, self.slow))
        return "250 kept"


@dataclass
class Office:
    """All that the servers work with."""

    world: World
    folder: Path
    url: str
    mail: PostOffice
    environment: Mapping[str, str]
    ahead: float

    @property
    def store(self) -> Store:
        return self.world.app.store


@contextmanager
def office(url: str, folder: Path, chance: Random, host: str = "127.0.0.1") -> Iterator[Office]:
    """Found an agency in an empty database, with everything but a server. `host`: where its mail server listens."""
    store = open_store(url)
    founded = build(store)
    ahead = (pki.NOW - datetime.now(UTC)).total_seconds()
    post = PostOffice(file=folder / "mails.txt", chance=chance)
    port = free_port()
    mailing = Controller(post, hostname=host, port=port)
    stamping = StampServer(stamps.at(lambda: datetime.now(UTC) + timedelta(seconds=ahead)).answer)
    mailing.start()
    stamping.start()
    environment = {
        "HOSO_DATA": str(folder / "data"),
        "HOSO_DATABASE_URL": url,
        "HOSO_SMTP_URL": f"smtp://{host}:{port}",
        "HOSO_TSA_URL": stamping.url,
        "HOSO_LANG": "en",
    }
    _furnish(environment, founded)
    try:
        with opened(store, founded) as world:
            world.deploy(process()).body_or_raise()
            world.adopt(PROCESS).body_or_raise()
            for worker in WORKERS:
                _appoint(world, worker)
            world.stamp()
            yield Office(world=world, folder=folder, url=url, mail=post, environment=environment, ahead=ahead)
    finally:
        mailing.stop()
        stamping.stop()
        store.close()


def _furnish(environment: Mapping[str, str], founded: Founded) -> None:
    """What `hoso init` and `hoso trust add` leave in the data directory."""
    settings = read_settings(environment=environment)
    wiring.write_agency(settings, AGENCY)
    wiring.write_log_key(settings, founded[0])
    trusted = pki.trust()
    for name, content in (
        ("roots/root.pem", trusted.roots[0].public_bytes(Encoding.PEM)),
        ("intermediates/issuing.pem", trusted.intermediates[0].public_bytes(Encoding.PEM)),
        *((f"crls/{number}.crl", each) for number, each in enumerate(trusted.crls)),
    ):
        file = settings.trust / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def _appoint(world: World, id: str) -> None:
    new = people.Newcomer(id=id, name=id.title(), position="Phần mềm", unit="agency", roles=frozenset({"worker"}))
    with world.app.store.write() as tx:
        token = str(people.appoint(world.app, tx, SYSTEM, new, with_token=True)["token"])
    world.tokens = {**world.tokens, id: token}
