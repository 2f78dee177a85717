"""The agent's process: `python -m adapters.keystore.agent_server FOLDER`; the client starts it (`agent.unlock`).

It holds opened keys and signs for its own user; one request at a time. What nobody used for its time is forgotten, and
with the last key the process ends. It signs nothing but CMS signed attributes, so that a program which reaches the
socket cannot have it sign a certificate, a login or a message to somebody else.
"""

import base64
import contextlib
import fcntl
import json
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asn1crypto import cms

from adapters.keystore.agent import IDLE_SECONDS, MAX_REQUEST, SOCKET, read_line
from adapters.keystore.memory import protect
from adapters.keystore.modules import check_system_file, find_module
from adapters.keystore.naming import TokenName, read_name
from adapters.keystore.opening import open_named
from adapters.keystore.peer import same_user
from signing.certificates import der, fingerprint
from signing.errors import SigningError
from signing.sign import SigningKey

MAX_KEYS = 8
MAX_DATA = 16 * 1024
_SLOW = 5.0
_FIRST = 20.0
_ATTRIBUTES = {"content_type", "message_digest"}


@dataclass(slots=True, kw_only=True)
class Held:
    """An opened key, how long it may lie unused, and when it was last used."""

    key: SigningKey
    idle: float
    used: float


class Agent:
    """What is held, and what is answered. Times are seconds since the machine started, its sleep included."""

    def __init__(self, now: float) -> None:
        self.held: dict[str, Held] = {}
        self.ends = now + _FIRST
        """When it ends without any key."""

    def answer(self, request: Any, now: float) -> dict[str, Any]:
        """Answer one request; refusals are answers."""
        self.forget_unused(now)
        try:
            match request:
                case {"do": "status"}:
                    return {"keys": [self._told(name, now) for name in self.held]}
                case {"do": "open", "name": str(name), "pin": str() | None as pin, "idle": int(idle)}:
                    return self._open(name, pin, idle, now)
                case {"do": "sign", "certificate": str(wanted), "data": str(data)}:
                    return self._sign(wanted, base64.b64decode(data, validate=True), now)
                case {"do": "lock"}:
                    return {"forgotten": self._lock(now)}
        except SigningError as error:
            return {"error": {"code": error.code, "message": error.message}}
        except Exception as error:
            # Only the kind: a message could quote what was sent.
            return {"error": {"code": "agent-refused", "message": f"the agent failed ({type(error).__name__})"}}
        return {"error": {"code": "agent-refused", "message": "the agent does not know such a request"}}

    def forget_unused(self, now: float) -> None:
        """Close the keys whose time is over."""
        for name in [name for name, held in self.held.items() if now >= held.used + held.idle]:
            self._forget(name)
            self.ends = min(self.ends, now)

    def until(self, now: float) -> float | None:
        """Seconds until something ends by itself; None: it is over."""
        moments = [held.used + held.idle for held in self.held.values()] or [self.ends]
        left = min(moments) - now
        return None if not self.held and left <= 0 else max(left, 0.01)

    def _open(self, name: str, pin: str | None, idle: int, now: float) -> dict[str, Any]:
        if not 1 <= idle <= IDLE_SECONDS:
            raise SigningError("agent-refused", f"a key is held for 1 to {IDLE_SECONDS} seconds without use")
        if len(self.held) >= MAX_KEYS and name not in self.held:
            raise SigningError("agent-refused", f"the agent holds {MAX_KEYS} keys already")
        wanted = read_name(name)
        if isinstance(wanted, TokenName):
            check_system_file(find_module(wanted.module))
        # Closed first: the PIN decides, not that somebody gave it before.
        self._forget(name)
        key = open_named(wanted, pin)
        self.held[name] = Held(key=key, idle=idle, used=now)
        self.ends = now
        return {"key": self._told(name, now)}

    def _sign(self, wanted: str, data: bytes, now: float) -> dict[str, Any]:
        name = next((name for name, held in self.held.items() if fingerprint(held.key.certificate) == wanted), None)
        if name is None:
            raise SigningError("agent-gone", "the agent does not hold this key (any more)")
        if len(data) > MAX_DATA or not _signed_attributes(data):
            raise SigningError("agent-refused", "the agent signs the attributes of a signature and nothing else")
        held = self.held[name]
        try:
            signature = held.key.sign(data)
        except SigningError:
            self._forget(name)
            raise
        held.used = now
        return {"signature": base64.b64encode(signature).decode()}

    def _lock(self, now: float) -> int:
        count = len(self.held)
        for name in list(self.held):
            self._forget(name)
        self.ends = now
        return count

    def _forget(self, name: str) -> None:
        held = self.held.pop(name, None)
        close = getattr(held.key, "close", None) if held else None
        if close is not None:
            with contextlib.suppress(Exception):  # the token is gone already
                close()

    def _told(self, name: str, now: float) -> dict[str, Any]:
        held = self.held[name]
        certificates = [base64.b64encode(der(item)).decode() for item in (held.key.certificate, *held.key.chain)]
        left = int(held.used + held.idle - now)
        return {"name": name, "certificates": certificates, "mechanism": held.key.mechanism, "left": left}


def _signed_attributes(data: bytes) -> bool:
    try:
        found = {str(item["type"].native) for item in cms.CMSAttributes.load(data, strict=True)}
    except (ValueError, TypeError, KeyError):
        return False
    return found >= _ATTRIBUTES


def now() -> float:
    """Seconds since the machine started; a closed lid counts, for a key must not outlast the night."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.clock_gettime(clock) if clock is not None else time.monotonic()


def serve(folder: Path) -> None:
    """Listen until the last key is forgotten; says `ready` on stdout, or `there` where an agent listens already."""
    os.umask(0o077)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    with (folder / "agent.lock").open("w") as only:
        try:
            fcntl.flock(only, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            _say("there")
            return
        place = folder / SOCKET
        place.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(place))
            place.chmod(0o600)
            listener.listen(8)
            _say("ready")
            try:
                _loop(listener, Agent(now()))
            finally:
                place.unlink(missing_ok=True)


def _loop(listener: socket.socket, agent: Agent) -> None:
    while (left := agent.until(now())) is not None:
        # A machine that slept wakes a timer late: look at the clock at least each second.
        listener.settimeout(min(left, 1.0))
        try:
            line, _ = listener.accept()
        except TimeoutError:
            agent.forget_unused(now())
            continue
        with line:
            _converse(line, agent)


def _converse(line: socket.socket, agent: Agent) -> None:
    line.settimeout(_SLOW)
    try:
        if not same_user(line):
            return
        request = json.loads(read_line(line, MAX_REQUEST))
        line.sendall(json.dumps(agent.answer(request, now())).encode() + b"\n")
    except (OSError, ValueError, RecursionError):
        return


def _say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()
    # Whoever started it goes on; nothing is written any more.
    silent = os.open(os.devnull, os.O_RDWR)
    os.dup2(silent, 1)


def main() -> None:
    """Run as a process of its own."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(0))
    protect()
    serve(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
