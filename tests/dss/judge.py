"""What EU DSS says of each signature in packs and PDFs: its own default policy, judged now, nothing fetched."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.dss.jars import HOME, jars


@dataclass(frozen=True, kw_only=True)
class Said:
    """One signature, or the stamp of one (`form` "stamp"). `signature`: its entry in the pack, its field in the PDF."""

    file: str
    signature: str
    form: str
    indication: str
    sub: str
    said: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether it is TOTAL_PASSED, or PASSED for a stamp (EN 319 102-1 §5)."""
        return self.indication == ("PASSED" if self.form == "stamp" else "TOTAL_PASSED")


def dss_judges(root: Path, pack: Path, files: Sequence[Path]) -> list[Said]:
    """Ask DSS for its word on these files, told of the root that is trusted and of what lies in the pack."""
    command = ["java", "-Djava.awt.headless=true", "-XX:TieredStopAtLevel=1", "-cp", f"{jars()}/*"]
    arguments = [str(HOME / "Judge.java"), str(root), str(pack), *map(str, files)]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"EU DSS could not judge:\n{done.stderr[-4000:]}")
    return [_said(json.loads(line)) for line in done.stdout.splitlines()]


def _said(line: dict[str, Any]) -> Said:
    return Said(**{**line, "said": tuple(line["said"])})
