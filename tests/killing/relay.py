"""A mail server as a process of its own, on the loopback of its machine: notes each mail, answers after some seconds.

python -m tests.killing.relay PORT FILE SECONDS
"""

import asyncio
import sys
import threading
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller


class Slow:
    """Takes everything, late."""

    def __init__(self, file: Path, seconds: float) -> None:
        self._file, self._seconds = file, seconds

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        with self._file.open("a") as file:
            file.write(f"{message_from_bytes(envelope.content)['Message-ID']}\n")
        await asyncio.sleep(self._seconds)
        return "250 kept"


if __name__ == "__main__":
    port, file, seconds = sys.argv[1:]
    Controller(Slow(Path(file), float(seconds)), hostname="127.0.0.1", port=int(port)).start()
    threading.Event().wait()
