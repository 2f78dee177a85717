"""Whether a PDF has to be extended before it leaves."""

from signing.pdf.byte_range import hole_of
from signing.pdf.fields import SIGNATURE_FIELD, STAMP_FIELD
from signing.pdf.reading import closed, read_pdf
from signing.pdf.revisions import signed_fields


@closed
def is_signed(pdf: bytes) -> bool:
    """Say whether somebody signed inside the PDF, in a field as ours are. Raises Invalid."""
    return any(name.startswith(SIGNATURE_FIELD) for name in signed_fields(read_pdf(pdf)))


@closed
def needs_extension(pdf: bytes) -> bool:
    """Say whether no time stamp covers the whole of a signed PDF yet. Raises Invalid."""
    reader = read_pdf(pdf)
    signed = signed_fields(reader)
    stamps = [value for name, value in signed.items() if name.startswith(STAMP_FIELD)]
    return all(hole_of(pdf, reader, value).covered_to != len(pdf) for value in stamps)
