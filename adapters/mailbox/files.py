"""The attachments of a mail that may become documents: what they claim to be, they are."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, count

from adapters.mailbox.mail import Attachment
from adapters.mailbox.rules import Documents
from engine.document import ENDINGS
from signing.errors import Invalid
from signing.pdf.reading import check_plain, closed, read_pdf

UNFIT = "mail-attachment"
UNNAMED = "application/octet-stream"
MAGIC = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What becomes a document."""

    name: str
    media_type: str
    content: bytes


def fit(attachments: Sequence[Attachment], wanted: Documents) -> tuple[File, ...]:
    """The attachments as files; Invalid `mail-attachment` where one is too large, of another type, or lies about it.

    An archive is no such type, and is never unpacked.
    """
    if len(attachments) > wanted.most:
        raise Invalid(UNFIT, f"{len(attachments)} attachments, expected at most {wanted.most}")
    files: list[File] = []
    for place, each in enumerate(attachments, 1):
        kind = _kind(each, place, wanted)
        taken = {known.name for known in files}
        files.append(File(name=_name(each.name, kind, place, taken), media_type=kind, content=each.content))
    return tuple(files)


@closed
def check_pdf(content: bytes) -> None:
    """Check that a PDF can be read and does nothing by itself. Meant to run in a child."""
    check_plain(read_pdf(content))


def _kind(each: Attachment, place: int, wanted: Documents) -> str:
    found = next((kind for magic, kind in MAGIC.items() if each.content.startswith(magic)), "")
    if found not in wanted.types:
        raise Invalid(UNFIT, f"attachment {place} is none of {', '.join(wanted.types)}")
    if each.media_type not in (found, UNNAMED):
        raise Invalid(UNFIT, f"attachment {place} says that it is {each.media_type[:100]}, and is {found}")
    if len(each.content) > wanted.largest:
        raise Invalid(UNFIT, f"attachment {place} has {len(each.content)} bytes, expected at most {wanted.largest}")
    return found


def _name(given: str, kind: str, place: int, taken: set[str]) -> str:
    """A plain file name with the ending of its type, of at most 100 characters, that no other one has."""
    base = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2].strip(" .")
    stem = base.removesuffix(ENDINGS[kind]).strip(" .")[:80] or f"tep-{place}"
    names = chain([stem], (f"{stem}-{number}" for number in count(place)))
    return next(name for each in names if (name := f"{each}{ENDINGS[kind]}") not in taken)
