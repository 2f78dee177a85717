"""The address label of a dispatch by post: A6, with sender, recipient, and the code as text, Code 128 and QR."""

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import segno
from barcode.codex import Code128

from adapters.letters.errors import LetterError
from adapters.letters.typeset import typeset

TEMPLATE = Path(__file__).with_name("label.typ")
REQUIRED = ("code", "sender", "recipient", "address")
OPTIONAL = ("sender_address", "sender_phone", "phone", "dossier", "note")
LONGEST = {"code": 32, "address": 240, "recipient": 120, "sender": 120, "sender_address": 160, "note": 80}


def address_label(dispatch: Mapping[str, object], *, at: datetime) -> bytes:
    """Make the label's PDF/A-2b, the same bytes for the same dispatch and time.

    `dispatch` holds texts: `code` (what the scanner reads, printable ASCII, at most 32 characters), `sender`,
    `recipient`, `address`, and optionally `sender_address`, `sender_phone`, `phone`, `dossier`, `note`. Raises
    `LetterError` (`letter-field`).
    """
    return draw_label(dispatch, at=at, form="pdf")


def draw_label(dispatch: Mapping[str, object], *, at: datetime, form: str) -> bytes:
    """Draw the label as `pdf` or `png`."""
    texts = {name: _text(dispatch, name) for name in REQUIRED + OPTIONAL}
    code = texts["code"]
    if not (code.isascii() and code.isprintable()):
        raise LetterError(
            "letter-field", "the label's code is not printable ASCII, so Code 128 cannot carry it; give another code"
        )
    modules = "".join(Code128(code).build())
    local = at.astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    data = {**texts, "modules": modules, "printed": f"In lúc {local:%H:%M} ngày {local:%d/%m/%Y}"}
    files = {"label.typ": TEMPLATE.read_bytes(), "qr.svg": _qr(code)}
    return typeset("label.typ", files, data, at=at, form=form).content


def _text(dispatch: Mapping[str, object], name: str) -> str:
    found = dispatch.get(name)
    text = " ".join(str(found).split()) if found is not None else ""
    if not text and name in REQUIRED:
        raise LetterError("letter-field", f"the label needs {name}, and the dispatch has none; complete the dispatch")
    if len(text) > LONGEST.get(name, 60):
        raise LetterError(
            "letter-field", f"the label's {name} has {len(text)} characters, room is for {LONGEST.get(name, 60)}"
        )
    return text


def _qr(code: str) -> bytes:
    drawn = BytesIO()
    segno.make(code, error="m", micro=False).save(drawn, kind="svg", border=4, scale=4)
    return drawn.getvalue()
