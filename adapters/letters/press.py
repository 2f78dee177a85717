"""The child process that typesets one letter: it limits itself, cuts itself off the network, then compiles.

Started as a script by `typeset.py`, which can kill it; reads one JSON job on stdin and leaves its answer as files in
the job's `out` folder: `letter` (the bytes), `fields.json` (where the template wants form fields), or `error.txt`.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typst  # before the network is left: afterwards only this user's own files can be read

sys.path.insert(0, str(Path(__file__).parents[2]))  # isolated, it knows no other folder than those of libraries
from adapters.limits.own import leave_network, limit_itself


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
    leave_network()  # where the system does not allow it, the proxy that leads nowhere must do
    compile_job(job)


if __name__ == "__main__":
    main()
