"""Read a stranger's PDF in a child process with limits of memory, processor and clock: no file can take the server.

`limited(verify_pdf, pdf, trust=trust, …)` is `verify_pdf(pdf, trust=trust, …)`, refusals included; a file that takes
more is refused like any that cannot be read. These are limits, not a jail: the child is the same user.
"""

import atexit
import contextlib
import copyreg
import importlib
import os
import pickle
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any, ParamSpec, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from adapters.limits.forker import HEAD, STARTED, read_certificate
from signing.errors import Invalid

CPU_SECONDS = 10
CLOCK_SECONDS = 30  # the machine may be busy
MEMORY_BYTES = 384 << 20  # and
MEMORY_FACTOR = 6  # times what is given: a file is copied a few times while it is read and added to
AT_ONCE = 4
WARM = ("signing.pdf.check", "signing.pdf.extend", "signing.pdf.extended", "signing.pdf.prepare", "signing.pdf.verify",
        "signing.pdf.signed_additions", "signing.cms", "signing.chain", "pyhanko_certvalidator.validate",
        "adapters.letters.fields", "adapters.mailbox.reading", "adapters.mailbox.files")  # fmt: skip
_OURS = ("signing.", "adapters.letters.", "adapters.mailbox.")
_PLAIN = {("builtins", "frozenset"), ("builtins", "set"), ("datetime", "datetime"), ("datetime", "timezone"),
          ("datetime", "timedelta")}  # fmt: skip
_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


class PastLimits(Invalid):
    """The child was ended: the work takes more than it may. Who gave the file may be told that it is unfit."""


class LimitsUnavailable(Exception):
    """No child could be started: the machine lacks memory or processes. Nothing was said of the PDF; try again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one piece of work may take; `memory_bytes` beside `MEMORY_FACTOR` times what is given to it."""

    cpu_seconds: int = CPU_SECONDS
    clock_seconds: int = CLOCK_SECONDS
    memory_bytes: int = MEMORY_BYTES

    def run(self, work: Callable[_Given, _Result], *given: _Given.args, **named: _Given.kwargs) -> _Result:
        """Do the work in a child, and give or raise what it does; PastLimits `pdf-malformed` past the limits.

        Raises LimitsUnavailable where there is no child.
        """
        job = _encoded((work, given, named))
        memory = self.memory_bytes + MEMORY_FACTOR * len(job)
        head = HEAD.pack(len(job), memory, self.cpu_seconds, self.clock_seconds)
        with _AT_ONCE:
            answer = _answer(head + job, self.clock_seconds)
        if not answer:
            raise PastLimits(
                "pdf-malformed",
                f"to read the PDF takes more than {self.cpu_seconds} s or {memory >> 20} MiB; make it anew",
            )
        try:
            done, result = _Answer(BytesIO(answer)).load()
        except pickle.UnpicklingError as error:  # what a library threw at a broken file, as `signing.pdf` has it
            raise Invalid("pdf-malformed", "the PDF cannot be read") from error
        if done:
            return result  # type: ignore[no-any-return]
        raise result


limited = Limits().run


class _Job(pickle.Pickler):
    dispatch_table = copyreg.dispatch_table.copy()


def _certificate(item: x509.Certificate) -> tuple[Any, ...]:
    return read_certificate, (item.public_bytes(Encoding.DER),)


_Job.dispatch_table[x509.Certificate] = _certificate


def _encoded(job: object) -> bytes:
    stream = BytesIO()
    _Job(stream, pickle.HIGHEST_PROTOCOL).dump(job)
    return stream.getvalue()


class _Answer(pickle.Unpickler):
    """Reads nothing but our own records and errors: what a child read may be hostile."""

    def find_class(self, module: str, name: str) -> Any:
        known = (module, name) in _PLAIN or module.startswith(_OURS)
        found = getattr(importlib.import_module(module), name, None) if known else None
        if not isinstance(found, type):
            raise pickle.UnpicklingError(f"{module}.{name} is no part of an answer")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Forker:
    """The warm process, and the connection by which it is asked for children."""

    process: subprocess.Popen[bytes]
    control: socket.socket

    def hand(self, connection: socket.socket) -> bool:
        """Have a child forked that works for this connection; False where the process was ended from outside."""
        try:
            socket.send_fds(self.control, [b"."], [connection.fileno()])
        except OSError:
            return False
        return True

    def leave(self) -> None:
        """Let it go: it ends when nobody is there any more."""
        self.control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)


_AT_ONCE = threading.BoundedSemaphore(AT_ONCE)
_LOCK = threading.Lock()
_forker: _Forker | None = None


def _answer(message: bytes, clock_seconds: int) -> bytes:
    """Give what the child answered; nothing where it was ended before."""
    ours = _connected()
    parts = []
    with ours, contextlib.suppress(ConnectionError):  # ended while it was reading or telling
        ours.settimeout(clock_seconds + 10)  # the child's own alarm comes first
        ours.sendall(message)
        while part := ours.recv(1 << 20):
            parts.append(part)
    said = b"".join(parts)
    if not said.startswith(STARTED):
        raise LimitsUnavailable("no child process was to be had to read a PDF in")
    return said[len(STARTED) :]


def _connected() -> socket.socket:
    """Have a child forked, and give the connection to it. The warm process is started when it is first needed."""
    global _forker
    ours, theirs = socket.socketpair()
    with theirs, _LOCK:
        if _forker is None or not _forker.hand(theirs):
            _leave()
            _forker = _started()
            _forker.hand(theirs)
    return ours


def _started() -> _Forker:
    ours, theirs = socket.socketpair()
    environment = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "LANG") if name in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(item for item in sys.path if item)
    command = [sys.executable, "-P", "-m", "adapters.limits.forker", str(theirs.fileno()), *WARM]
    with theirs:
        process = subprocess.Popen(  # noqa: S603  the command is ours
            command, pass_fds=[theirs.fileno()], env=environment, stdin=subprocess.DEVNULL, start_new_session=True
        )
    return _Forker(process=process, control=ours)


def _leave() -> None:
    global _forker
    if _forker is not None:
        _forker.leave()
        _forker = None


atexit.register(_leave)
