"""MIME entities as bytes (RFC 2045, 2046, 2231): written by hand, so that the same mail is the same bytes each time.

Bodies are base64: no relay on the way changes them, and a signature over them holds (RFC 8551 §3.1.3).
"""

import base64
import unicodedata
from collections.abc import Iterable, Sequence
from email.header import Header
from urllib.parse import quote

Headers = Sequence[tuple[str, str]]
LINE = b"\r\n"
LONGEST_LINE = 990  # RFC 5322 §2.1.1: 998 with its end


def entity(headers: Headers, body: bytes) -> bytes:
    """Headers, an empty line, and the body as it is. What stands in the headers was checked before."""
    return b"".join(f"{name}: {value}\r\n".encode() for name, value in headers) + LINE + body


def leaf(kind: str, content: bytes, *more: tuple[str, str]) -> bytes:
    """A part that holds something: its media type, and the content in base64."""
    headers = (("Content-Type", kind), ("Content-Transfer-Encoding", "base64"), *more)
    return entity(headers, base64.encodebytes(content).replace(b"\n", LINE))


def multipart(kind: str, boundary: str, parts: Iterable[bytes], *more: tuple[str, str]) -> bytes:
    """Parts within a boundary; `kind` with its parameters, `more` headers before it."""
    mark = f"--{boundary}".encode()
    body = b"".join(mark + LINE + part + LINE for part in parts) + mark + b"--" + LINE
    return entity((*more, ("Content-Type", f'{kind};\r\n boundary="{boundary}"')), body)


def words(text: str, name: str) -> str:
    """Text for a header of that name: as it is where ASCII and short, else encoded words (RFC 2047), folded."""
    short = len(text) + len(name) + 2 <= 78
    plain = text.isascii() and short and "=?" not in text
    return text if plain else Header(text, "utf-8", header_name=name).encode(linesep="\r\n")


def mailbox(name: str, address: str, header: str) -> str:
    """A display name and an address."""
    if not name:
        return address
    if name.isascii() and len(name) <= 60 and "=?" not in name:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}"\r\n <{address}>'
    encoded = Header(name, "utf-8", header_name=header).encode(linesep="\r\n")
    return f"{encoded}\r\n <{address}>"


def attachment(name: str) -> tuple[str, str]:
    """The header that names an attached file; for readers that know no RFC 2231, in ASCII beside it."""
    plain = f'filename="{_ascii(name)}"'
    # First, as readers that know both, but take the first, show the name as it is.
    full = f"filename*=utf-8''{quote(name, safe='')};\r\n "
    full = "" if name.isascii() or len(full) > LONGEST_LINE else full
    return "Content-Disposition", f"attachment;\r\n {full}{plain}"


def _ascii(name: str) -> str:
    """Vietnamese without its marks; what else is not ASCII, or would end the quotes, becomes an underscore."""
    bare = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    kept = "".join(character for character in bare if not unicodedata.combining(character))
    return "".join(each if each.isascii() and each.isprintable() and each not in '"\\/' else "_" for each in kept)
