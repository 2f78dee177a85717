"""The demo's witness: a process of its own, as on another machine; only that here it is the same one."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

WITNESS = "chung-kien.demo.example"


class WitnessProcess:
    """`hoso witness serve` over a folder, on loopback."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def key_file(self) -> Path:
        """Its verifier key, as an auditor is given it."""
        return self.folder / "witness.vkey"

    @property
    def setting(self) -> str:
        """What HOSO_WITNESSES takes; nothing before the key is there."""
        if not self.key_file.exists():
            return ""
        return f"{self.key_file.read_text('utf-8').strip()} http://127.0.0.1:{self.port}"

    def start(self, environment: Mapping[str, str], log: Path) -> None:
        """Start it. The server asks it again where it is not ready yet."""
        command = [sys.executable, "-m", "adapters", "witness", "serve", "--dir", str(self.folder)]
        with log.open("ab") as told:
            self._process = subprocess.Popen(  # noqa: S603
                [*command, "--port", str(self.port)], env=dict(environment), stdout=told, stderr=told
            )

    def stop(self, patience: float) -> None:
        """Stop it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(patience)
            self._process = None
