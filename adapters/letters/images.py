"""Images of signatures and seals: PNG, see-through, within bounds. The press decodes them in its own process."""

import struct
from datetime import UTC, datetime

from adapters.letters.errors import LetterError
from adapters.letters.looks import head_look
from adapters.letters.typeset import Box

MAX_BYTES = 300_000
MAX_SIDE = 2400  # pixels
START = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
WITH_ALPHA, PALETTE = (4, 6), 3
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
TRIAL = Box(page=1, x=0, y=0, width=130, height=74)


def check_image(png: bytes) -> None:
    """Check that it is a PNG that a signature may show; raises `LetterError` (`image-refused`) with what is wrong."""
    if len(png) > MAX_BYTES:
        raise _refused(f"it has {len(png)} bytes, at most {MAX_BYTES} are taken; save it smaller")
    if not png.startswith(START) or len(png) < len(START) + 10:
        raise _refused("it is no PNG; save it as one")
    width, height, _depth, colour = struct.unpack(">IIBB", png[16:26])
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise _refused(f"it has {width} × {height} pixels, at most {MAX_SIDE} on a side are taken; save it smaller")
    if colour not in WITH_ALPHA and not (colour == PALETTE and b"tRNS" in png):
        raise _refused("it has no transparent ground; save it with one, so that the text under it stays readable")
    try:
        head_look(TRIAL, name="", image=png, at=EPOCH)
    except LetterError as error:
        raise _refused("it cannot be decoded; save it again as PNG") from error


def _refused(reason: str) -> LetterError:
    return LetterError("image-refused", f"the image cannot be used: {reason}")
