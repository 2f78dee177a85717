"""The Java libraries that EU DSS consists of: fetched by Maven as its user has set it up, and held to their SHA-256.

`jars.sha256` names each file with its digest, as `sha256sum` writes it; another file, one more or one less is refused,
so what judges is what was judged with when it was locked. Fetched once, they stay in `.cache/dss`.
"""

import hashlib
import shutil
import subprocess
from pathlib import Path

HOME = Path(__file__).parent
LOCK = HOME / "jars.sha256"
_POM = HOME / "pom.xml"
_CACHE = HOME.parents[1] / ".cache" / "dss"


def jars() -> Path:
    """Give the folder with exactly the locked libraries, fetched where they are not there yet."""
    locked = LOCK.read_text("ascii")
    folder = _CACHE / hashlib.sha256(locked.encode("ascii")).hexdigest()[:16]
    if not folder.is_dir() or digests(folder) != locked:
        fetch(folder)
    if (found := digests(folder)) != locked:
        other = sorted(set(found.splitlines()) ^ set(locked.splitlines()))
        raise RuntimeError(f"Maven's libraries are not those of {LOCK.name}: {other[:4]}; see tests/dss/pom.xml")
    return folder


def fetch(folder: Path) -> None:
    """Let Maven put into the folder what pom.xml needs, and nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    if shutil.which("mvn") is None or shutil.which("javac") is None:
        raise RuntimeError("EU DSS needs a JDK and Maven (Debian: apt install default-jdk-headless maven)")
    command = ("mvn", "-B", "-q", "-f", str(_POM), "dependency:copy-dependencies", f"-DoutputDirectory={folder}")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"Maven could not fetch EU DSS:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def digests(folder: Path) -> str:
    """Write what `sha256sum *` would in the folder."""
    found = sorted((file.name, hashlib.sha256(file.read_bytes()).hexdigest()) for file in folder.iterdir())
    return "".join(f"{digest}  {name}\n" for name, digest in found)
