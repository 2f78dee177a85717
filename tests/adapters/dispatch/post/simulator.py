"""A carrier over HTTP that does as it is told: it takes orders, loses answers, finds orders again, and calls back."""

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from adapters.dispatch.post.setup import Carriers, read_carriers
from engine.item_codes import s10_code

SECRET, TOKEN = "bí-mật-gọi-lại", "token-cua-sim"
STATUSES = {
    "PICKED": "in-transit", "SORTED": "in-transit", "ABSENT": "missed", "DONE": "delivered", "BACK": "returned",
    "GONE": "lost", "VOID": "called-off", "WEIGHED": None,
}  # fmt: skip
ORDER = {name: f"{{{name}}}" for name in ("reference", "code", "name", "address", "phone", "sender", "payer")}
PROFILE: dict[str, Any] = {
    "title": "Simulator",
    "certified": True,
    "login": {"path": "/login", "body": {"key": "{secret:key}"}, "found": "data.token", "header": "token"},
    "order": {"path": "/orders", "body": ORDER, "found": "data.0.item"},
    "ask": {"method": "GET", "path": "/orders?reference={reference}", "found": "item", "none": {"status": [404]}},
    "cancel": {"path": "/cancel", "body": {"item": "{item}"}, "refused": {"at": "picked", "values": [True]}},
    "callback": {
        "proof": "hmac-sha256", "secret": "callback", "header": "X-Signature", "words": "words", "item": "item",
        "reference": "reference", "status": "status", "at": "at", "dates": ["%d/%m/%Y %H:%M:%S", "iso"],
    },
    "statuses": STATUSES,
}  # fmt: skip


@dataclass
class Simulator:
    """`answers` to the next orders, `cancels` to the next cancellations; then all goes well."""

    url: str = ""
    answers: list[str] = field(default_factory=list)
    cancels: list[str] = field(default_factory=list)
    taken: list[tuple[str, str]] = field(default_factory=list)  # reference, item
    cancelled: list[str] = field(default_factory=list)
    heard: list[dict[str, str]] = field(default_factory=list)
    early: Callable[[str, str], None] | None = None  # called with reference and item before an order is answered

    def item_of(self, reference: str) -> str | None:
        """The item of the last order under that reference."""
        return next((item for found, item in reversed(self.taken) if found == reference), None)

    def orders(self, reference: str) -> int:
        """How many orders were taken under that reference."""
        return sum(found == reference for found, _ in self.taken)

    def take(self, asked: dict[str, str]) -> str:
        """Take an order; gives the item."""
        item = s10_code("RR", f"{len(self.taken) + 1:08d}")
        self.taken.append((asked["reference"], item))
        self.heard.append(asked)
        return item


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """The headers of a callback that the simulator signs."""
    return {"X-Signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def word(item: str, status: str, at: datetime | str, reference: str | None = None) -> dict[str, object]:
    """A word of a callback."""
    told = at if isinstance(at, str) else at.isoformat()
    return {"item": item, "status": status, "at": told, **({"reference": reference} if reference else {})}


def body_of(*words: dict[str, object]) -> bytes:
    """A callback of these words."""
    return json.dumps({"words": words}).encode()


def carriers(folder: Path, url: str) -> Carriers:
    """Three carriers at the simulator: `sim`, `mute`, which cannot be asked for an order, and one by a file."""
    (folder / "key").write_text("khóa")
    (folder / "callback").write_text(SECRET + "\n")
    (folder / "sim.json").write_text(json.dumps(PROFILE))
    (folder / "mute.json").write_text(json.dumps({name: each for name, each in PROFILE.items() if name != "ask"}))
    secrets = {"key": "key", "callback": "callback"}
    listed = [{"name": name, "profile": f"{name}.json", "url": url, "secrets": secrets} for name in ("sim", "mute")]
    by_file = {"name": "tep", "profile": "csv", "statuses": {"Phát xong": "delivered"}}
    (folder / "carriers.json").write_text(json.dumps({"default": "sim", "carriers": [*listed, by_file]}))
    return read_carriers(folder)


@contextmanager
def running() -> Iterator[Simulator]:
    """A simulator that listens on loopback."""
    simulator = Simulator()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def do_GET(self) -> None:
            reference = parse_qs(urlsplit(self.path).query)["reference"][0]
            item = simulator.item_of(reference)
            self.answer(200, {"item": item}) if item else self.answer(404, {"message": "không có"})

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == "/login":
                return self.login()
            assert self.headers["token"] == TOKEN
            return self.cancel(asked["item"]) if self.path == "/cancel" else self.order(asked)

        def login(self) -> None:
            if simulator.answers[:1] == ["locked"]:
                return self.answer(401, {"data": {}}) if simulator.answers.pop(0) else None
            return self.answer(200, {"data": {"token": TOKEN}})

        def order(self, asked: dict[str, str]) -> None:
            how = simulator.answers.pop(0) if simulator.answers else "ok"
            if how == "refused":
                return self.answer(422, {"message": f"không phát tới {asked['address']}"})
            if how == "busy":
                return self.answer(429, {})
            if how in ("never", "error-never"):
                return self.answer(503, {}) if how == "error-never" else self.cut()
            item = simulator.take(asked)
            if simulator.early is not None:
                simulator.early(asked["reference"], item)
            told: dict[str, tuple[int, object]] = {
                "ok": (200, {"data": [{"item": item.lower()}]}),
                "error": (500, {"data": [{"item": item}]}),
                "known": (409, {}),
                "broken": (200, b'{"data": [{"item": "RR'),
                "deep": (200, b"[" * 60_000),
                "huge": (200, b'{"data": "' + b"x" * 200_000 + b'"}'),
                "no-item": (200, {"data": []}),
                "misread": (200, {"data": [{"item": "RR123456780VN"}]}),
            }
            return self.answer(*told[how]) if how in told else self.cut()

        def cancel(self, item: str) -> None:
            how = simulator.cancels.pop(0) if simulator.cancels else "ok"
            if how == "picked":
                return self.answer(200, {"picked": True, "message": "đã lấy hàng"})
            if item not in simulator.cancelled:
                simulator.cancelled.append(item)
            return self.cut() if how == "cut" else self.answer(200, {"picked": False})

        def cut(self) -> None:
            """The line breaks before an answer."""
            self.close_connection = True

        def answer(self, status: int, value: object) -> None:
            content = value if isinstance(value, bytes) else json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    simulator.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield simulator
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
