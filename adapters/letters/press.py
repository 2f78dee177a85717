"""The child process that typesets one letter: it limits itself, cuts itself off the network, then compiles.

Started as a script by `typeset.py`, which can kill it; reads one JSON job on stdin and leaves its answer as files in
the job's `out` folder: `letter` (the bytes), `fields.json` (where the template wants form fields), or `error.txt`.
"""

import contextlib
import ctypes
import json
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typst  # before the network is left: afterwards only this user's own files can be read

NEW_USER_AND_NETWORK = 0x10000000 | 0x40000000  # CLONE_NEWUSER | CLONE_NEWNET, see unshare(2)


def limit_itself(cpu_seconds: int, memory_bytes: int, output_bytes: int) -> None:
    """Bound what a template that loops or grows for ever can use."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output_bytes, output_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):  # macOS does not know this one; the parent's clock still holds
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def leave_network() -> None:
    """Enter an empty network of its own where the system allows it; elsewhere the proxy that leads nowhere must do."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).unshare(NEW_USER_AND_NETWORK)


def compile_job(job: dict[str, Any]) -> None:
    """Typeset `job` and write the answer; templates see nothing but the job's root folder."""
    root, out = Path(job["root"]), Path(job["out"])
    nowhere = out / "packages"
    compiler = typst.Compiler(
        root / job["main"], root=root, ignore_system_fonts=True, package_path=nowhere, package_cache_path=nowhere
    )
    wanted: dict[str, Any] = {"format": job["format"]}
    if job["format"] == "pdf":
        at = datetime.fromtimestamp(job["at"], UTC)
        wanted |= {"pdf_standards": "a-2b", "timestamp": at, "pdf_tags": job["tags"]}
    else:
        wanted["ppi"] = job["ppi"]
    try:
        made = compiler.compile(**wanted)
        fields = json.loads(compiler.query("<hoso-field>", field="value")) if job["tags"] else []
    except typst.TypstError as error:
        text = "; ".join([error.message, *error.hints])
        (out / "error.txt").write_text(f"{error.diagnostic or text}", encoding="utf-8")
        return
    (out / "fields.json").write_text(json.dumps(fields), encoding="utf-8")
    (out / "letter").write_bytes((made[0] if isinstance(made, list) else made) or b"")


def main() -> None:
    """Run the one job given on stdin."""
    job = json.load(sys.stdin)
    limit_itself(job["cpu_seconds"], job["memory_bytes"], job["output_bytes"])
    leave_network()
    compile_job(job)


if __name__ == "__main__":
    main()
