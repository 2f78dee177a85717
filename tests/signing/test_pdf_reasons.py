"""Every code that a PDF is refused with has a meaning in both languages."""

import re
from pathlib import Path

from signing.pdf.reasons import PDF_REASONS

FOLDER = Path(__file__).parents[2] / "signing/pdf"
CODE = re.compile(r'Invalid\(\s*"((?:pdf|signature-slack)[a-z-]*)"')


def test_every_code_is_explained():
    """No code without words, no words without a code."""
    used = {code for file in FOLDER.glob("*.py") for code in CODE.findall(file.read_text(encoding="utf-8"))}
    assert used == PDF_REASONS.keys()
    assert all(vi and en and vi != en for vi, en in PDF_REASONS.values())
