"""What the demo's signatures show: drawn here, so that nobody's hand and no agency's seal is shown."""

from datetime import UTC, datetime
from pathlib import Path

from adapters.letters.typeset import typeset

TEMPLATE = Path(__file__).with_name("pictures.typ")
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
SEAL_MM = 36


def signature_picture(name: str) -> bytes:
    """A signature in blue, without a ground (PNG)."""
    return _drawn("signature", name, 46, 26)


def seal_picture(agency: str) -> bytes:
    """A seal in red, without a ground (PNG); on paper it is `SEAL_MM` wide."""
    return _drawn("seal", agency, SEAL_MM, SEAL_MM)


def _drawn(kind: str, name: str, width: int, height: int) -> bytes:
    data = {"kind": kind, "name": name, "width": width, "height": height}
    return typeset("pictures.typ", {"pictures.typ": TEMPLATE.read_bytes()}, data, at=EPOCH, form="png").content
