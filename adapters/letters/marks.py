"""What scanners read of a paper: Code 128 and QR of one code."""

from io import BytesIO
from pathlib import Path

import segno
from barcode.codex import Code128

from adapters.letters.errors import LetterError

MARKS = Path(__file__).with_name("marks.typ")
"""Draws the bars; laid beside the template."""


def bars(code: str, paper: str) -> str:
    """Code 128 as modules, `1` a bar and `0` a space; `paper` is named in what it raises: `LetterError`."""
    if not (code.isascii() and code.isprintable()):
        reason = f"the {paper}'s code is not printable ASCII, so Code 128 cannot carry it; give another code"
        raise LetterError("letter-field", reason)
    return "".join(Code128(code).build())


def qr(code: str) -> bytes:
    """QR of the code, as SVG."""
    drawn = BytesIO()
    segno.make(code, error="m", micro=False).save(drawn, kind="svg", border=4, scale=4)
    return drawn.getvalue()
