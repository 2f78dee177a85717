"""Typeset once: a typst template, its files and its data go in, bytes come out.

A template is a program written by an integrator, so it runs in a child process that can be killed, sees only its own
temporary folder, and gets no package and no network. Data enters as `/data.json`, never as markup: what an applicant
typed stays text.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from adapters.letters.errors import LetterError

HERE = Path(__file__).parent
WALL_SECONDS = 10
CPU_SECONDS = 10
MEMORY_BYTES = 2 << 30
OUTPUT_BYTES = 32 << 20
INPUT_BYTES = 16 << 20
INPUT_FILES = 200
OURS = ("hoso.typ", "data.json")  # laid beside the bundle's files; a bundle cannot replace them
PACKAGE = re.compile(rb'"@[\w-]*/')
NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A place for a form field: page (from 1), then left, top, width and height in points from the page's top left.

    `kind` is `text` or `signature`. Of a text: `size` in points, `style` `normal` or `italic`, `align` `left`, `center`
    or `right`. Of a signature: `look` is empty, or `appendix:<symbol>`, `copy:<form>` where it is text and no image.
    """

    page: int
    x: float
    y: float
    width: float
    height: float
    size: float = 13
    style: str = "normal"
    align: str = "center"
    kind: str = "text"
    look: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typeset:
    """The bytes of the letter, and the places that its template keeps for form fields."""

    content: bytes
    boxes: Mapping[str, Box]


def typeset(
    template: str,
    files: Mapping[str, bytes],
    data: Mapping[str, object],
    *,
    at: datetime,
    form: str = "pdf",
    tags: bool = True,
    wall_seconds: float = WALL_SECONDS,
) -> Typeset:
    """Typeset once in a child process; `form` is `pdf` or `png` (the first page, 200 dots per inch)."""
    _check_files(template, files)
    with tempfile.TemporaryDirectory(prefix="hoso-letter-") as folder:
        root, out = Path(folder, "root"), Path(folder, "out")
        out.mkdir()
        _lay_out(root, files, data)
        job = {"root": str(root), "out": str(out), "main": template, "format": form, "tags": tags, "ppi": 200.0}
        job |= {"cpu_seconds": CPU_SECONDS, "memory_bytes": MEMORY_BYTES, "output_bytes": OUTPUT_BYTES}
        job["at"] = int(at.timestamp())
        status = _run(job, Path(folder), template, wall_seconds)
        return _collect(out, template, status, data)


def _check_files(template: str, files: Mapping[str, bytes]) -> None:
    if template not in files:
        found = ", ".join(sorted(files)) or "none"
        raise LetterError("letter-template", f"template {template} is not in the bundle (found: {found}); add it")
    if len(files) > INPUT_FILES or sum(map(len, files.values())) > INPUT_BYTES:
        limit = f"{INPUT_FILES} files, {INPUT_BYTES >> 20} MiB"
        raise LetterError(
            "letter-template", f"{template}: its bundle is larger than {limit}; take out what letters do not need"
        )
    for name, content in files.items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name or name in OURS:
            raise LetterError("letter-template", f"file name {name!r} is not allowed beside a letter; rename it")
        if name.endswith(".typ") and PACKAGE.search(content):
            raise LetterError("letter-template", f"{name} imports a package; put its files into the bundle instead")


def _lay_out(root: Path, files: Mapping[str, bytes], data: Mapping[str, object]) -> None:
    own = {"hoso.typ": (HERE / "hoso.typ").read_bytes(), "data.json": json.dumps(data, ensure_ascii=False).encode()}
    for name, content in {**files, **own}.items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _run(job: Mapping[str, object], folder: Path, template: str, wall_seconds: float) -> int:
    environment = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    environment |= {"HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8", "RAYON_NUM_THREADS": "1"}
    environment |= dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), NOWHERE)
    command = [sys.executable, "-I", str(HERE / "press.py")]
    try:
        done = subprocess.run(  # noqa: S603  the command is ours, the template is data to it
            command,
            input=json.dumps(job).encode(),
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=wall_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise LetterError(
            "letter-limit", f"{template}: stopped after {wall_seconds:g} s; look for a loop that does not end"
        ) from None
    return done.returncode


def _collect(out: Path, template: str, status: int, data: Mapping[str, object]) -> Typeset:
    if (out / "error.txt").exists():
        reason = _without_content((out / "error.txt").read_text(encoding="utf-8"), data)
        raise LetterError("letter-failed", f"{template}: {reason}")
    if status == 1:
        raise LetterError("letter-failed", f"{template}: the press broke down; is the package typst installed whole?")
    if status != 0 or not (out / "letter").exists():
        raise LetterError(
            "letter-limit",
            f"{template}: the press ended with status {status}; it used up {CPU_SECONDS} s of processor, "
            f"{MEMORY_BYTES >> 30} GiB of memory or {OUTPUT_BYTES >> 20} MiB of output",
        )
    places = json.loads((out / "fields.json").read_text(encoding="utf-8"))
    boxes = {place.pop("name"): Box(**place) for place in places}
    return Typeset(content=(out / "letter").read_bytes(), boxes=boxes)


def _without_content(reason: str, data: object) -> str:
    """Cut the applicant's words out of what typst says, and the quoted source lines with them."""
    lines = [line for line in reason.splitlines() if line.strip() and "│" not in line]
    text = " ".join(line.strip(" ═╭─╰┌└") for line in lines)
    for word in sorted(_texts(data), key=len, reverse=True):
        text = text.replace(word, "…")
    return text[:400]


def _texts(value: object) -> set[str]:
    if isinstance(value, str):
        return {part for part in {value, *value.split()} if len(part) > 2}
    if isinstance(value, Mapping):
        return set().union(*map(_texts, value.values()))
    if isinstance(value, list | tuple):
        return set().union(*map(_texts, value))
    return set()
