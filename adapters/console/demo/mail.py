"""A local mail server that keeps what it receives as .eml files. It delivers nothing anywhere."""

import email
import email.policy
import socket
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller


class MailServer:
    """Listens on loopback; every mail becomes `NNN.eml` in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        self._controller = Controller(_Keeper(folder), hostname="127.0.0.1", port=self.port)

    @property
    def url(self) -> str:
        """What HOSO_SMTP_URL takes."""
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Begin to listen."""
        self._controller.start()

    def stop(self) -> None:
        """Stop."""
        self._controller.stop()

    def received(self) -> list[Path]:
        """The mails so far, oldest first."""
        return sorted(self.folder.glob("*.eml"))


class _Keeper:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        number = len(list(self._folder.glob("*.eml"))) + 1
        (self._folder / f"{number:03d}.eml").write_bytes(envelope.content)
        return "250 kept"


def message_id(file: Path) -> str:
    """Which mail it is: a server killed before it could note that a mail went sends it again under the same id."""
    return str(email.message_from_bytes(file.read_bytes(), policy=email.policy.default)["Message-ID"])


def free_port() -> int:
    """A TCP port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
