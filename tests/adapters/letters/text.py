"""Read the text of a PDF back through the ToUnicode maps of its fonts, in the order in which it was drawn."""

import re
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader

DRAWN = re.compile(rb"/(f\d+) [\d.]+ Tf|\(((?:\\.|[^\\()]|\((?:\\.|[^\\()])*\))*)\)|<([0-9A-F]+)>(?!>)", re.DOTALL)
PROPERTIES = re.compile(rb"<<.*?>>", re.DOTALL)  # of marked content, such as its language
ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
SINGLE = re.compile(rb"^<(\w{4})> <(\w+)>$", re.MULTILINE)
RANGE = re.compile(rb"^<(\w{4})> <(\w{4})> <(\w+)>$", re.MULTILINE)


def text_of(pdf: bytes) -> str:
    """All text of the first page and of its fields, without guessing spaces or line ends."""
    page = PdfFileReader(BytesIO(pdf)).root["/Pages"]["/Kids"][0]
    parts = [stream_text(page["/Contents"].data, page["/Resources"])]
    parts += [field_text(widget.get_object()) for widget in _entry(page, "/Annots", ())]
    return "".join(parts)


def texts_of(pdf: bytes) -> list[str]:
    """The text of each page."""
    pages = _pages(PdfFileReader(BytesIO(pdf)).root["/Pages"])
    return [stream_text(page["/Contents"].data, page["/Resources"]) for page in pages]


def _pages(node: Any) -> list[Any]:
    kids = _entry(node, "/Kids", None)
    return [node] if kids is None else [page for kid in kids for page in _pages(kid.get_object())]


def field_text(widget: Any) -> str:
    """What a reader of the page sees in a form field."""
    look = widget["/AP"]["/N"]
    return stream_text(look.data, look["/Resources"])


def stream_text(content: bytes, resources: Any) -> str:
    """The text of one content stream."""
    fonts = {name[1:]: _map(font["/ToUnicode"].data) for name, font in _fonts(resources)}
    current: dict[int, str] = {}
    text = ""
    drawn = DRAWN.finditer(PROPERTIES.sub(b"", content))
    for name, literal, hexadecimal in (match.groups() for match in drawn):
        if name:
            current = fonts[name.decode()]
            continue
        codes = bytes.fromhex(hexadecimal.decode()) if hexadecimal else ESCAPE.sub(_unescape, literal)
        text += "".join(current[int.from_bytes(codes[i : i + 2])] for i in range(0, len(codes), 2))
    return text


def _fonts(resources: Any) -> list[tuple[str, Any]]:
    found = _entry(resources, "/Font", {})
    return [(name, found[name]) for name in found]


def _entry(dictionary: Any, key: str, otherwise: Any) -> Any:
    return dictionary[key] if key in dictionary else otherwise  # noqa: SIM401  only `[]` follows references


def _map(cmap: bytes) -> dict[int, str]:
    known = {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in SINGLE.findall(cmap)}
    for first, last, text in RANGE.findall(cmap):
        start = int(text, 16)
        known |= {code: chr(start + code - int(first, 16)) for code in range(int(first, 16), int(last, 16) + 1)}
    return known


def _unescape(match: re.Match[bytes]) -> bytes:
    found = match.group(1)
    return bytes([int(found, 8)]) if len(found) == 3 else NAMED.get(found, found)
