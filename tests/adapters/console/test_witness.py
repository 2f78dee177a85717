"""`hoso witness` as its operator uses it: a real process that is killed, and goes on where it stood."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.console.demo.mail import free_port
from adapters.witnesses import HttpWitness, WitnessRefuses, WitnessUnavailable, read_witnesses
from signing.trail.note import LogKey
from tests.adapters.cli.conftest import Result
from tests.adapters.witness.logs import GrowingLog

ROOT = Path(__file__).parents[3]
Hoso = Callable[..., Result]


@contextmanager
def process(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`hoso witness serve`, in an environment without any of the server's settings."""
    command = [sys.executable, "-m", "adapters", "witness", "serve", "--dir", str(folder), "--port", str(port)]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOSO_LANG": "en"}
    run = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield run
    finally:
        run.kill()
        run.wait(10)


def cosigned(witness: HttpWitness, log: GrowingLog, size: int) -> str:
    """Ask until the process is up."""
    deadline = time.monotonic() + 20
    while True:
        try:
            prove = lambda old: log.proof(old, size)  # noqa: E731
            return witness.cosign(log.note(size), size, prove, known=0, at=datetime.now(UTC))
        except WitnessRefuses:
            raise
        except WitnessUnavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def test_a_witness_in_a_process(hoso: Hoso, tmp_path: Path) -> None:
    """Init, trust, serve; killed in the middle it forgets nothing; a fork is refused by the next process, too."""
    folder, port, log = tmp_path / "w", free_port(), GrowingLog().grow(12)
    vkey = hoso("witness", "init", "w.example", "--dir", folder).out.strip()
    assert (folder / "witness.key").stat().st_mode & 0o777 == 0o600
    assert hoso("witness", "init", "w.example", "--dir", folder).code == 3
    (tmp_path / "log.vkey").write_text(log.key.vkey + "\n")
    told = hoso("witness", "trust", tmp_path / "log.vkey", "--dir", folder)
    assert (told.code, "Fingerprint" in told.out) == (0, True)
    (witness,) = read_witnesses(f"{vkey} http://127.0.0.1:{port}")
    with process(folder, port) as run:
        cosigned(witness, log, 7)
        run.send_signal(signal.SIGKILL)
        run.wait(10)
    with process(folder, port) as run:
        with pytest.raises(WitnessRefuses):
            cosigned(witness, GrowingLog(key=log.key).grow(3).grow(9, "fork"), 12)
        cosigned(witness, log, 12)
        run.terminate()
        assert run.wait(10) == 0
    [item] = json.loads(hoso("witness", "list", "--dir", folder, "--json").out)["items"]
    assert item["refused"] == 1
    assert (item["origin"], item["size"], item["root"]) == ("hoso/H29.5", 12, log.state().root.hex())


def test_trusting_by_a_statement(hoso: Hoso, tmp_path: Path) -> None:
    """Another key needs the statement; a restored log is shown with what it lost, and needs its operator's word."""
    folder, log, where = tmp_path / "w", GrowingLog().grow(8), ("--dir", tmp_path / "w")
    hoso("witness", "init", "w.example", *where)
    assert hoso("witness", "trust", log.key.vkey, *where).code == 0
    assert "already" in hoso("witness", "trust", log.key.vkey, *where).out
    rotated, restored = LogKey.generate("hoso/H29.5"), LogKey.generate("hoso/H29.5/2")
    refused = hoso("witness", "trust", rotated.vkey, *where)
    assert (refused.code, "[witness-log-key]" in refused.err) == (5, True)
    file = tmp_path / "succession.txt"
    by = ("--succession", file, *where)
    file.write_text(log.succeeded(rotated, log.state(8)))
    told = hoso("witness", "trust", rotated.vkey, *by)
    assert (told.code, "Máy chủ hỏng" in told.out, "Nothing is lost" in told.out) == (0, True, True)

    file.write_text(GrowingLog(key=rotated).grow(8).succeeded(restored, log.state(5), log.state(8)))
    unsure = hoso("witness", "trust", restored.vkey, *by)
    assert (unsure.code, "LOST: leaves 5 to 7" in unsure.out) == (2, True)
    assert "hoso/H29.5/2" not in hoso("witness", "list", *where).out
    sure = json.loads(hoso("witness", "trust", restored.vkey, *by, "--yes", "--json").out)
    assert (sure["trusted"], sure["origin"]) == ("restored", "hoso/H29.5/2")
    assert "another log goes on in its place" in hoso("witness", "list", *where).out
    changed = hoso("witness", "trust", LogKey.generate("hoso/H29.5/2").vkey, *by, "--yes")
    assert changed.code == 5
    (folder / "witness.key").write_text("PRIVATE+KEY+broken")
    assert "[witness-damaged]" in hoso("witness", "list", *where).err
