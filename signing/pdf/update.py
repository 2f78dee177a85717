"""Write incremental updates that depend on their input only: no clock, no random identifier.

Importing this takes a quarter of a second (pyHanko): only those who work on PDFs pay for it.
"""

import hashlib
import logging
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

# The verdict is ours to tell; without this the library prints its own, with a stack, on a bare terminal.
logging.getLogger("pyhanko").addHandler(logging.NullHandler())


class Update(IncrementalPdfFileWriter):  # type: ignore[misc]
    """An incremental update of a PDF: the same changes to the same bytes give the same bytes."""

    def __init__(self, pdf: bytes) -> None:
        super().__init__(BytesIO(pdf))

    def _update_meta(self) -> None:
        """Leave the metadata as they are."""

    def bytes_for(self, said: str) -> bytes:
        """Write the update; the second file identifier comes from the file before and what is `said` of the update."""
        before = self.prev.stream.getvalue()
        identifier = hashlib.sha256(before + said.encode()).digest()[:16]
        self._document_id[1] = generic.ByteStringObject(identifier)
        if "/ID" not in self.prev.trailer:
            self._document_id[0] = generic.ByteStringObject(hashlib.sha256(before).digest()[:16])
        stream = BytesIO()
        self.write(stream)
        return stream.getvalue()


def dictionary(**entries: Any) -> Any:
    """Make a PDF dictionary: names of entries without their slash."""
    return generic.DictionaryObject({generic.pdf_name(f"/{name}"): value for name, value in entries.items()})


def name(text: str) -> Any:
    """Make a PDF name, given without its slash."""
    return generic.pdf_name(f"/{text}")


def number(points: float) -> Any:
    """Make a PDF number of points, to the thousandth."""
    return generic.FloatObject(f"{points:.3f}")
