"""Inclusion and consistency proofs, good and bad, against the trail's verifier."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

from signing.errors import SigningError
from signing.trail.tree import verify_consistency, verify_inclusion
from tests.conformance.report import Report, Result


def run(folder: Path) -> Report:
    """Every JSON file under `inclusion/` and `consistency/`."""
    report = Report()
    for path in sorted(folder.rglob("*.json")):
        kind = path.relative_to(folder).parts[0]
        if kind in ("inclusion", "consistency"):
            name = str(path.relative_to(folder).with_suffix(""))
            report.results.append(_judge(name, kind, json.loads(path.read_text(encoding="utf-8"))))
    return report


def _judge(name: str, kind: str, case: dict[str, Any]) -> Result:
    expected = "refused" if case["wantErr"] else "accepted"
    try:
        (_inclusion if kind == "inclusion" else _consistency)(case)
        got = "accepted"
    except SigningError:
        got = "refused"
    except Exception as error:  # a crash is a result of the case, not of the runner
        got = f"{type(error).__name__}: {error}"
    return Result(name=name, expected=expected, got=None if got == expected else got)


def _inclusion(case: dict[str, Any]) -> None:
    verify_inclusion(
        case["leafIdx"], case["treeSize"], b64decode(case["leafHash"]), _proof(case), b64decode(case["root"])
    )


def _consistency(case: dict[str, Any]) -> None:
    roots = b64decode(case["root1"]), b64decode(case["root2"])
    verify_consistency(case["size1"], case["size2"], _proof(case), *roots)


def _proof(case: dict[str, Any]) -> tuple[bytes, ...]:
    return tuple(b64decode(item) for item in case["proof"] or ())
