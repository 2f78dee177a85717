"""Read a PDF strictly and within bounds: what cannot be read in one way only is refused.

Broken PDFs raise KeyError, AttributeError, AssertionError, RecursionError, … from the library: all of them mean no.
"""

import functools
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any, ParamSpec, TypeVar

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

import signing.pdf.update  # noqa: F401  keeps the library silent
from signing.errors import Invalid, SigningError

_END = re.compile(rb"startxref\r?\n(\d{1,10})\r?\n%%EOF\r?\n?\Z")
MAX_PDF_BYTES = 64 << 20
MAX_REVISIONS = 24
MAX_OBJECTS = 100_000
_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")
# Whatever runs by itself, shows one thing now and another later, or carries other files (ISO 32000-2 §7.11.4, §8.11,
# §12.6, §12.7.8): none of it belongs into a letter, and each is a known way to make a signed PDF show something else.
_ACTIVE = frozenset(
    {
        *("/AA", "/OpenAction", "/JS", "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/ResetForm", "/Hide"),
        *("/OCProperties", "/OCGs", "/OC", "/SetOCGState", "/Alternates", "/OPI", "/PS"),
        *("/EmbeddedFiles", "/EmbeddedFile", "/Collection", "/GoToR", "/GoToE", "/XFA", "/Perms"),
        *("/RichMedia", "/3D", "/Movie", "/Sound", "/Rendition"),
    }
)


def closed(work: Callable[_Given, _Result]) -> Callable[_Given, _Result]:
    """Turn anything that a library throws at a broken PDF into one refusal: Invalid `pdf-malformed`."""

    @functools.wraps(work)
    def run(*given: _Given.args, **named: _Given.kwargs) -> _Result:
        try:
            return work(*given, **named)
        except (SigningError, KeyboardInterrupt, SystemExit, MemoryError):
            raise  # that memory ends says nothing of the PDF: whoever limited it knows
        except BaseException as error:  # a library written in Rust panics with something that is no Exception
            raise Invalid("pdf-malformed", "the PDF cannot be read") from error

    return run


def read_pdf(pdf: bytes) -> Any:
    """Open a PDF within bounds, unencrypted, without cross-references of two kinds at once; Invalid `pdf-malformed`."""
    if len(pdf) > MAX_PDF_BYTES:
        raise Invalid("pdf-malformed", f"a PDF of {len(pdf)} bytes; at most {MAX_PDF_BYTES} are read")
    reader = PdfFileReader(BytesIO(pdf))
    if reader.encrypted:
        raise Invalid("pdf-encrypted", "the PDF is encrypted, so nobody can say what was added")
    if reader.xrefs.hybrid_xrefs_present:
        raise Invalid("pdf-malformed", "the PDF has cross-references of two kinds, so two programs may read two texts")
    if reader.xrefs.total_revisions > MAX_REVISIONS:
        raise Invalid("pdf-malformed", f"the PDF was changed more than {MAX_REVISIONS} times")
    if int(reader.trailer["/Size"]) > MAX_OBJECTS:
        raise Invalid("pdf-malformed", f"the PDF has more than {MAX_OBJECTS} objects")
    return reader


def check_continues(old: Any, new: Any) -> int:
    """Check that `new` has all revisions of `old` as its first ones; gives the number of the last shared one.

    Bytes appended with cross-references of their own would hide what was there before.
    """
    count, total = old.xrefs.total_revisions, new.xrefs.total_revisions
    starts = [old.xrefs.get_startxref_for_revision(revision) for revision in range(count)]
    if count > total or starts != [new.xrefs.get_startxref_for_revision(revision) for revision in range(count)]:
        raise Invalid("pdf-changed", "what was added to the PDF does not continue it")
    for revision in range(count, total):
        if new.get_historical_resolver(revision).root_ref != old.root_ref:
            raise Invalid("pdf-changed", "what was added to the PDF gives it another catalog")
    return int(count) - 1


def check_ends(pdf: bytes, reader: Any) -> None:
    """Check that the file ends right after its last revision; Invalid `pdf-malformed`."""
    last = reader.xrefs.get_startxref_for_revision(reader.xrefs.total_revisions - 1)
    end = _END.search(pdf, max(0, len(pdf) - 64))
    if end is None or int(end[1]) != last:
        raise Invalid("pdf-malformed", "the PDF does not end where its last update ends")


def check_plain(reader: Any) -> None:
    """Check that nothing in the PDF runs, hides, or shows one thing now and another later; Invalid `pdf-active`."""
    seen: set[Any] = set()
    todo: list[Any] = [reader.root]
    while todo:
        item = todo.pop()
        if isinstance(item, generic.IndirectObject):
            if item.reference in seen:
                continue
            seen.add(item.reference)
            item = item.get_object()
        if isinstance(item, generic.DictionaryObject):
            _check_dictionary(item)
            todo.extend(item.raw_get(key) for key in item)
        elif isinstance(item, generic.ArrayObject):
            todo.extend(item.raw_get(index) for index in range(len(item)))


def _check_dictionary(item: Any) -> None:
    kinds = {str(item[key]) for key in ("/S", "/Subtype", "/Type") if key in item}
    if odd := sorted(_ACTIVE & (item.keys() | kinds)):
        raise Invalid("pdf-active", f"the PDF has {odd[0]}: it may run, hide or change what it shows; make it anew")
    if item.get("/Subtype") == "/Form" and "/Ref" in item:
        raise Invalid("pdf-active", "the PDF draws a page of another file; make it anew")
    if "/Subtype" in item and "/Rect" in item and item["/Subtype"] not in ("/Widget", "/Link"):
        raise Invalid("pdf-active", f"the PDF has a note or drawing ({item['/Subtype']}) laid over its text")
