"""Judges from outside: OpenSSL, Poppler's pdfsig, pyHanko's command line. Each gets files and says what it thinks."""

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

PYHANKO = Path(sys.executable).with_name("pyhanko")
_FIELD = re.compile(r"^sign[^:\s]*:[0-9a-f]{64}:.*$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What a tool said of one thing; `holds`: whether it was content."""

    tool: str
    what: str
    verdict: str
    holds: bool


def readme_judges(folder: Path) -> Iterator[Judgement]:
    """Run the lines of an unpacked pack's README.txt as they stand, one signature after the other."""
    text = (folder / "README.txt").read_text("utf-8")
    begin, *blocks = text[text.index("\ncp roots.pem") :].split("\n\n# ")
    _shell(begin, folder).check_returncode()
    for block in blocks:
        title, _, lines = block.partition("\n")
        stamped = lines.find("tail -c")
        signature, stamp = (lines, "") if stamped < 0 else (lines[:stamped], lines[stamped:])
        done = _shell(signature, folder)
        holds = done.returncode == 0 and "successful" in done.stderr
        yield _judged("openssl cms -verify -cades", title, done.stderr, holds=holds)
        if stamp:
            done = _shell(stamp, folder)
            name = re.search(r"stamps/\S+", stamp)
            assert name
            holds = done.returncode == 0 and "Verification: OK" in done.stdout
            yield _judged("openssl ts -verify", name[0], done.stdout + done.stderr, holds=holds)


def pdfsig_judges(pdf: Path) -> Iterator[Judgement]:
    """Poppler: one judgement for each signature in the file; it says that it cannot judge document time stamps."""
    told = _run("pdfsig", "-nocert", pdf.name, folder=pdf.parent).stdout
    for part in told.split("\nSignature #")[1:]:
        field = re.search(r"Signature Field Name: (\S+)", part)
        assert field, part
        found = re.search(r"Signature Validation: (.+)", part)
        if found is None or field[1].startswith("stamp-"):
            continue
        whole = "Total document signed" if "- Total document signed" in part else "Not total document signed"
        verdict = f"{found[1]} {whole}."
        yield _judged("pdfsig", f"{pdf.name} {field[1]}", verdict, holds=found[1] == "Signature is Valid.")


def pyhanko_judges(pdf: Path, root: Path, verb: str = "validate") -> Iterator[Judgement]:
    """pyHanko: `validate` asks who signed and what was changed since; `adesverify` also for proof that lasts."""
    summary = ("--executive-summary",) if verb == "validate" else ()
    arguments = ("sign", verb, "--trust", str(root), "--trust-replace", *summary, pdf.name)
    done = _run(str(PYHANKO), *arguments, folder=pdf.parent)
    for line in _FIELD.findall(done.stdout):
        field, _, verdict = line.split(":", 2)
        good = verdict == "VALID" if verb == "validate" else verdict.startswith("INTACT:TRUSTED,")
        holds = good and done.returncode == 0
        yield _judged(f"pyhanko sign {verb}", f"{pdf.name} {field}", verdict, holds=holds)


def table(judgements: Sequence[Judgement]) -> str:
    """A table for a note."""
    rows = [("tool", "file or signature", "verdict"), ("---", "---", "---")]
    rows += [(item.tool, item.what, item.verdict) for item in judgements]
    return "\n".join(f"| {tool} | {what} | {verdict} |" for tool, what, verdict in rows)


def _judged(tool: str, what: str, said: str, *, holds: bool) -> Judgement:
    # OpenSSL warns of each certificate in chain.pem that is no authority's.
    lines = [line for line in said.splitlines() if line and not line.startswith(("Using configuration", "Warning: "))]
    return Judgement(tool=tool, what=what, verdict=" · ".join(lines), holds=holds)


def _shell(lines: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return _run("sh", "-ec", lines, folder=folder)


def _run(*command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
