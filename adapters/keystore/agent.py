"""Signing by the agent: a process of the officer's own that holds opened keys, reached over a socket of the machine.

It gives out neither key nor PIN: it tells which certificates it holds, signs CMS attributes for them, and forgets them
when told, or when nobody used them for a while. Both sides check that the other is the same user. One request and one
answer, a line of JSON each, per connection.
"""

import base64
import json
import os
import socket
import stat
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509

from adapters.keystore.mechanisms import check_own
from adapters.keystore.naming import KeyName
from adapters.keystore.peer import same_user
from signing.certificates import fingerprint
from signing.errors import SigningError

SOCKET = "key.sock"
IDLE_SECONDS = 300
MAX_REQUEST = 64 * 1024
MAX_ANSWER = 4 << 20
_PATIENCE = 30.0
_SECRETS = ("HOSO_PIN", "HOSO_ORGAN_PIN", "HOSO_TOKEN")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AgentKey:
    """A `signing.sign.SigningKey` that the agent holds. `left`: seconds until it is forgotten, if nobody uses it."""

    name: str
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    mechanism: str
    left: int
    _folder: Path = field(repr=False)

    def sign(self, data: bytes) -> bytes:
        """Let the agent sign; SigningError as the key itself would, or `agent-gone`, `agent-refused`."""
        wanted = {"do": "sign", "certificate": fingerprint(self.certificate), "data": _text(data)}
        answer = _ask(self._folder, wanted)
        if answer is None:
            raise SigningError("agent-gone", "the agent that held the key has ended")
        signature = base64.b64decode(answer["signature"])
        check_own(self.certificate, self.mechanism, data, signature)
        return signature


def held_keys(folder: Path) -> tuple[AgentKey, ...]:
    """List what the agent holds; nothing where there is no agent."""
    answer = _ask(folder, {"do": "status"})
    return tuple(_key(item, folder) for item in answer["keys"]) if answer else ()


def find_key(folder: Path, name: KeyName) -> AgentKey | None:
    """Find a key that the agent holds under this name."""
    return next((key for key in held_keys(folder) if key.name == name.canonical), None)


def unlock(folder: Path, name: KeyName, pin: str | None, *, idle: int = IDLE_SECONDS) -> AgentKey:
    """Hand a key to the agent, which is started where there is none; SigningError as opening the key would raise."""
    wanted = {"do": "open", "name": name.canonical, "pin": pin, "idle": idle}
    answer = _ask(folder, wanted)
    if answer is None:
        _start(folder)
        answer = _ask(folder, wanted)
    if answer is None:
        raise SigningError("agent-gone", "the agent did not start")
    return _key(answer["key"], folder)


def lock(folder: Path) -> int:
    """Let the agent forget all its keys and end; gives how many there were."""
    answer = _ask(folder, {"do": "lock"})
    return int(answer["forgotten"]) if answer else 0


def _key(item: dict[str, Any], folder: Path) -> AgentKey:
    own, *others = [x509.load_der_x509_certificate(base64.b64decode(part)) for part in item["certificates"]]
    return AgentKey(
        name=item["name"],
        certificate=own,
        chain=tuple(others),
        mechanism=item["mechanism"],
        left=int(item["left"]),
        _folder=folder,
    )


def _ask(folder: Path, request: dict[str, Any]) -> Any:
    """Send one request; None where no agent answers. SigningError with the agent's own code where it refuses."""
    place = folder / SOCKET
    if not hasattr(socket, "AF_UNIX") or not hasattr(os, "getuid"):
        return _unsupported(request)
    try:
        _check_place(folder, place)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(_PATIENCE)
            line.connect(str(place))
            if not same_user(line):
                raise SigningError("agent-refused", f"{place} belongs to another user")
            line.sendall(json.dumps(request).encode() + b"\n")
            answer = json.loads(read_line(line, MAX_ANSWER))
    except (FileNotFoundError, ConnectionError, TimeoutError):
        return None
    except (OSError, ValueError) as error:
        raise SigningError("agent-refused", f"the agent cannot be used ({type(error).__name__})") from error
    if "error" in answer:
        raise SigningError(answer["error"]["code"], answer["error"]["message"])
    return answer


def _unsupported(request: dict[str, Any]) -> None:
    if request["do"] == "open":
        raise SigningError("agent-unsupported", "this system has no sockets that the agent could use safely")


def _check_place(folder: Path, place: Path) -> None:
    """Nobody else can have put a socket there, to be told a PIN."""
    for part in (folder, place):
        found = part.lstat()
        loose = stat.S_ISLNK(found.st_mode) or found.st_mode & 0o077
        if found.st_uid != os.getuid() or loose:
            raise SigningError("agent-refused", f"{part} is not this user's alone; remove it")


def read_line(line: socket.socket, limit: int) -> bytes:
    """Read up to the newline; ValueError where it does not come within `limit` bytes."""
    content = bytearray()
    while not content.endswith(b"\n"):
        part = line.recv(65536)
        if not part:
            raise ConnectionResetError
        content += part
        if len(content) > limit:
            raise ValueError("too long")
    return bytes(content)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _start(folder: Path) -> None:
    """Start the agent as a session of its own, without anything secret in its environment or arguments."""
    environment = {name: value for name, value in os.environ.items() if name not in _SECRETS}
    child = subprocess.Popen(  # noqa: S603  (this interpreter, this program)
        [sys.executable, "-m", "adapters.keystore.agent_server", str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
        env=environment,
    )
    assert child.stdout is not None
    said = child.stdout.readline()  # it says when it listens; another one that was faster listens already
    child.stdout.close()
    if said not in (b"ready\n", b"there\n"):
        raise SigningError("agent-refused", "the agent could not listen; is the folder's path too long?")
