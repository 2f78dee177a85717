"""What the server writes to its log: enough to find a fault, and nothing of a citizen, of a token or of a key."""

import asyncio
import json
import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import closing
from io import StringIO
from typing import Any

import httpx
import pytest
import structlog
from starlette.datastructures import Headers

from adapters.application import anchoring
from adapters.application.application import Application
from adapters.console import logs
from adapters.database.store import open_store
from adapters.http.watching import request_id
from adapters.jobs import handlers
from adapters.jobs.worker import work_once
from signing.canonical import sha256_hex
from tests.adapters.application.world import CITIZEN, RESULT, World
from tests.adapters.http.serving import Serving, serving
from tests.adapters.jobs.mail import Keeper
from tests.adapters.jobs.mail import serving as mail_server
from tests.logs import quiet

ID_CARD, PHONE, PIN = "079201001234", "0903 123 456", "s3cret-pin"
APPLICANT = {"name": "Nguyễn Thị Ánh Tuyết", "id_card": ID_CARD, "phone": PHONE}
SAID = f"lỗi của {APPLICANT['name']} ({CITIZEN['to']}, {ID_CARD}, {PHONE})"


@pytest.fixture
def lines() -> Iterator[StringIO]:
    """The log of a server that tells everything; afterwards, logging is as it was."""
    kept = StringIO()
    root, uvicorn = logging.getLogger(), logging.getLogger("uvicorn")
    before = (root.handlers[:], root.level, uvicorn.level, threading.excepthook)
    logs.configure("json", kept, logging.DEBUG)
    root.setLevel(logging.DEBUG)
    yield kept
    quiet()
    logging.captureWarnings(False)
    root.handlers, root.level, uvicorn.level, threading.excepthook = before


def secrets(world: World) -> list[str]:
    """All that nobody may find in a log."""
    values = [*_leaves(CITIZEN), *_leaves(APPLICANT), *world.tokens.values(), PIN, SAID, "Hồ sơ của bà", "123-456"]
    short = [name for name in APPLICANT["name"].split() if not name.isascii()]
    return [value for value in (*values, *short) if len(value) > 3 and value not in ("direct",)]


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, str):
        yield value


def broken(*_: object) -> Any:
    """What breaks, and says whom it was about."""
    raise RuntimeError(SAID)


def the_story(world: World, served: Serving) -> str:
    """A dossier over HTTP, well and badly asked for, from its start to its mail; gives its code."""
    officer = {"Authorization": f"Bearer {world.tokens['lan']}"}
    served.http.put(f"/v1/documents/{sha256_hex(RESULT)}", content=RESULT, headers=officer)
    start = {"process": "rut", "title": "Hồ sơ của bà", "channel": "direct", "applicant": APPLICANT, "data": CITIZEN}
    code = str(served.post("lan", "/dossiers", "key-1", **start).json()["code"])
    served.post("lan", "/dossiers", **{**start, "titel": SAID, "channel": PHONE})
    for path in (
        f"/v1/dossiers/{code}",
        f"/v1/dossiers?q={APPLICANT['name']}",
        f"/v1/dossiers/{PHONE}",
        f"/{CITIZEN['to']}",
        f"/v1/dossiers?q=%00{ID_CARD}",
    ):
        served.http.get(path, headers={**officer, "X-Request-ID": ID_CARD, "User-Agent": SAID.encode().hex()})
        served.http.get(path, headers={"Authorization": f"Bearer {PIN}"})
    approved = world.approved(channel="email")
    with mail_server(
        Keeper(recipients=[f"450 4.2.1 <{CITIZEN['to']}> {PHONE}", f"550 5.1.1 <{CITIZEN['to']}>"])
    ) as mail:
        world.change(mail=mail)
        for _ in range(3):
            world.work()
            world.clock.go(hours=2)
    assert world.dossier(approved)["code"] == approved
    return code


def what_breaks(world: World) -> None:
    """Defects, of ours and of libraries, that hold a citizen's data in their messages."""
    whole, log = world.app, structlog.get_logger()
    world.change(days_off=broken)
    with serving(world) as served:
        answer = served.post(
            "lan", "/dossiers", process="tra-ket-qua", title=SAID, channel="direct", applicant=APPLICANT
        )
        assert answer.status_code == 500, answer.text
    world.app = whole
    world.start("rut")
    world.change(stamp=None)
    _break_a_job(world.app)
    try:
        try:
            broken()
        except RuntimeError as error:
            raise LookupError(SAID) from error
    except LookupError:
        log.exception("story broke", applicant=APPLICANT, reason=SAID, dossier=SAID, officer=APPLICANT["name"])
    thread = threading.Thread(target=broken)
    thread.start()
    thread.join()
    for name in ("uvicorn.error", "sqlalchemy.engine.Engine", "asyncio", "pyhanko.sign", "aiosmtpd"):
        logging.getLogger(name).error("INSERT INTO dossier VALUES (%s)", SAID)
        logging.getLogger(name).error(f"{SAID}" if not name.startswith("uvicorn") else "Shutting down")
    try:
        broken()
    except RuntimeError:
        logging.getLogger("uvicorn.error").exception("Exception in something")
    warnings.warn(SAID, stacklevel=1)
    _break_a_loop()
    with closing(open_store(f"postgresql+psycopg://{PIN}:{PIN}@127.0.0.1:1/none")) as away:
        world.change(store=away)
        with serving(world) as served:
            served.post("lan", "/dossiers", **APPLICANT)
    world.app = whole


def _break_a_job(app: Application) -> None:
    known = dict(handlers.HANDLERS)
    for kind in known:
        handlers.HANDLERS[kind] = broken  # type: ignore[index]
    try:
        with app.store.write() as tx:
            anchoring.schedule(app, tx)
        work_once(app)
    finally:
        handlers.HANDLERS.update(known)  # type: ignore[attr-defined]


def _break_a_loop() -> None:
    loop = asyncio.new_event_loop()
    loop.call_exception_handler({"message": SAID, "exception": RuntimeError(SAID), "future": SAID})
    loop.close()


def test_nothing_of_a_citizen_is_logged(world: World, lines: StringIO) -> None:
    """The whole story and all that may break in it, everything logged: no field of the citizen, no token, no secret.

    What is needed to find a fault is there: the request's id and template, who asked, where it broke.
    """
    with serving(world) as served:
        code = the_story(world, served)
    what_breaks(world)
    written = lines.getvalue()
    found = {secret for secret in secrets(world) if secret in written}
    assert not found
    told = [json.loads(line) for line in written.splitlines()]
    assert all(set(line) <= set(logs.ALLOWED) for line in told)
    asked = [line for line in told if line["event"] == "request"]
    seen = {"method": "GET", "route": "/v1/dossiers/{code}", "status": 200, "officer": "lan"}
    assert [line for line in asked if seen.items() <= line.items()]
    assert all(len(line["request"]) == 32 for line in asked)
    events = [line["event"] for line in told]
    assert any(line.startswith("story broke (left out: applicant, dossier, officer, reason") for line in events)
    for event in ("request broke", "job broke", "a thread broke", "Exception in something", "mail put off"):
        assert event in events, events
    broke = next(line for line in told if line["event"] == "request broke")
    assert broke["exception"].startswith("RuntimeError at adapters/")
    assert "LookupError at ?, caused by RuntimeError at ?" in written, "not one of our own lines was passed"
    assert "a line of sqlalchemy" in " ".join(events) or "INSERT INTO dossier VALUES (%s)" in events
    assert code not in "".join(line.get("route", "") for line in told)


@pytest.mark.parametrize(
    ("header", "value", "taken"),
    [
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "4bf92f3577b34da6a3ce929d0e0e4736"),
        ("traceparent", "00-00000000000000000000000000000000-00f067aa0ba902b7-01", None),
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", None),
        ("traceparent", f"00-{ID_CARD}", None),
        ("X-Request-ID", "0F8FAD5B-D9CB-469F-A165-70867728950E", "0f8fad5bd9cb469fa16570867728950e"),
        ("X-Request-ID", ID_CARD, None),
        ("X-Request-ID", "x" * 5000, None),
    ],
)
def test_a_request_has_an_id(header: str, value: str, taken: str | None) -> None:
    """The caller's, where it is one that tells nothing of anybody; else a new one each time."""
    given = Headers({header: value})
    if taken:
        assert request_id(given) == taken
    else:
        assert request_id(given) != request_id(given)
        assert len(request_id(given)) == 32


def test_the_answer_bears_its_id(world: World) -> None:
    """So that a caller can tell the operator which request it was; also where the server broke."""
    id = "4bf92f3577b34da6a3ce929d0e0e4736"
    with serving(world) as served:
        for path in ("/livez", "/v1/me", "/nowhere"):
            assert served.http.get(path, headers={"X-Request-ID": id}).headers["x-request-id"] == id
    whole = world.app
    world.change(clock=broken)
    with serving(world) as served:
        answer: httpx.Response = served.http.get(
            "/v1/me", headers={"X-Request-ID": id, "Authorization": f"Bearer {world.tokens['lan']}"}
        )
        assert (answer.status_code, answer.headers["x-request-id"], answer.json()["code"]) == (500, id, "server-broken")
    world.app = whole


def test_log_as_text() -> None:
    """HOSO_LOG=text: the same fields for people, one line each, whatever is in them."""
    kept = StringIO()
    before = (logging.getLogger().handlers[:], threading.excepthook)
    logs.configure("text", kept)
    structlog.get_logger().warning("checkpoint not cosigned", reason="a\nb", code="x")
    structlog.get_logger().warning("mail to an@example.vn", job=7)
    logging.captureWarnings(False)
    logging.getLogger().handlers, threading.excepthook = before
    quiet()
    first, second = kept.getvalue().splitlines()
    assert "left out: reason" in first
    assert 'event="mail to (address)"' in second
    assert second.endswith("job=7")
