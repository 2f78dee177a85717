"""Verify all signatures of a PDF: who signed, what each permits afterwards, and that nothing else was added.

Decided from the signature itself, from every revision after it, and from what its place in the file covers; a library's
"valid" alone says little (content appended to a signed PDF leaves its signature intact). One fault refuses the file.
A file cut back to an earlier revision is that revision: only the trail tells that it once went on.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from signing.errors import Invalid, Undecidable
from signing.pdf.byte_range import Hole, bytes_covered, contents_of, hole_of, unpadded
from signing.pdf.fields import SIGNATURE_FIELD, purpose_of, read_time
from signing.pdf.lock import lock_of
from signing.pdf.reading import check_continues, check_ends, check_plain, closed, read_pdf
from signing.pdf.revisions import check_revisions, signed_fields
from signing.pdf.slack import carried, check_tight
from signing.pdf.validation_data import read_validation_data
from signing.record import time_text
from signing.timestamp import Stamp, verify_stamp
from signing.verify import CLOCK_SKEW, Trust, VerifiedSignature, verify_pdf_signature

PERMITTED = frozenset({"number", "date"})
"""What may follow the head's signature (NĐ 30/2020, Đ15): nothing else ever may."""
MAX_SIGNATURES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfSignature:
    """One signature that holds. `permits`: text fields that may still be filled; None: everything is locked.

    `covered`: how many bytes of the file it covers, its own place included. `level`: B-B; B-T with a document time
    stamp after it; B-LT where the file also holds what is needed to judge it; B-LTA where a stamp covers that as well.
    `proven`: the time at which it was judged. `judged`: the certificates (DER) on the paths of this signer and of all
    time stamps in the file, and those that lie in it beside them.
    """

    field: str
    signature: VerifiedSignature
    permits: frozenset[str] | None
    covered: int
    level: str
    proven: datetime
    judged: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A signature or stamp as it stands in the file."""

    field: str
    revision: int
    hole: Hole
    value: Any


@closed
def verify_pdf(pdf: bytes, *, trust: Trust, at: datetime, accepted: datetime | None) -> tuple[PdfSignature, ...]:
    """Verify every signature of a PDF, in order; at least one. Raises Invalid, or Undecidable where proof is missing.

    `at` (aware): when the file as a whole is known to have existed; its time stamps are judged then. `accepted`: when
    the signatures were accepted (their leaf's time). Each is judged at the time of the first stamp over it, though not
    before it was accepted (as `signing.stamped`); without a stamp when it was accepted, else at `at`.
    """
    if at.tzinfo is None or (accepted is not None and accepted.tzinfo is None):
        raise Invalid("time-naive", "a signature cannot be judged at a time without a zone")
    reader = read_pdf(pdf)
    check_ends(pdf, reader)
    check_plain(reader)
    read_validation_data(reader.root)
    placed = _placed(pdf, reader)
    stamps = [(item, _stamped(pdf, item, trust, at)) for item in placed if not item.field.startswith(SIGNATURE_FIELD)]
    others = [each for item in placed for each in carried(unpadded(contents_of(item.value)))]
    found = []
    for item in placed:
        if item.field.startswith(SIGNATURE_FIELD):
            later = [(place, stamp.latest) for place, stamp in stamps if place.revision > item.revision]
            proven = max(later[0][1], accepted or later[0][1]) if later else accepted or at
            verified = _verified(pdf, item, trust, proven)
            level = _level(pdf, item, reader, [stamp for stamp, _ in later], trust, proven)
            judged = (*verified.judged, *(each for _, stamp in stamps for each in stamp.path), *others)
            found.append(replace(verified, level=level, judged=judged))
    return tuple(found)


def _placed(pdf: bytes, reader: Any) -> list[_Placed]:
    """Find all signatures and stamps in order, and check what every revision since the first one adds."""
    values = signed_fields(reader)
    if not 1 <= len(values) <= MAX_SIGNATURES:
        raise Invalid("pdf-unsigned", f"the PDF has {len(values)} signatures, expected 1 to {MAX_SIGNATURES}")
    revisions = [reader.get_historical_resolver(number) for number in range(reader.xrefs.total_revisions)]
    first = next(view.revision for view in revisions if signed_fields(view))
    if first == 0:
        raise Invalid("pdf-signature-malformed", "the PDF does not say what it was before it was signed")
    fields = frozenset(values)
    since = check_revisions(reader, after=first - 1, permitted=fields | PERMITTED)
    if since.keys() != fields or not min(since, key=lambda field: since[field]).startswith(SIGNATURE_FIELD):
        raise Invalid("pdf-signature-malformed", "the signatures of the PDF do not follow each other")
    return [
        _place(pdf, reader, field, revision, values[field])
        for field, revision in sorted(since.items(), key=lambda item: item[1])
    ]


def _place(pdf: bytes, reader: Any, field: str, revision: int, value: Any) -> _Placed:
    """Check that a signature covers the file up to the end of its own revision."""
    hole = hole_of(pdf, reader, value)
    covered = read_pdf(pdf[: hole.covered_to])
    check_ends(pdf[: hole.covered_to], covered)
    if check_continues(covered, reader) != revision:
        raise Invalid("pdf-byte-range", f"the signature in {field} does not cover the revision that it belongs to")
    return _Placed(field=field, revision=revision, hole=hole, value=value)


def _stamped(pdf: bytes, item: _Placed, trust: Trust, at: datetime) -> Stamp:
    token = unpadded(contents_of(item.value))
    stamp = verify_stamp(token, bytes_covered(pdf, item.hole), trust=trust, at=at)
    check_tight(token, version="v3", known=(*trust.intermediates, *trust.roots, *trust.stamp_roots))
    return stamp


def _verified(pdf: bytes, item: _Placed, trust: Trust, proven: datetime) -> PdfSignature:
    purpose = purpose_of(item.field)
    permits = _permits(item, purpose)
    claimed = read_time(str(item.value["/M"]))
    cms = unpadded(contents_of(item.value))
    signature = verify_pdf_signature(cms, bytes_covered(pdf, item.hole), claimed=claimed, trust=trust, at=proven)
    check_tight(cms, version="v1", known=(*trust.intermediates, *trust.roots))
    if (purpose == "initial") != (signature.purpose == "initial"):
        raise Invalid("signature-purpose", f"the field {item.field} commits to {signature.purpose} in its signature")
    if claimed > proven.astimezone(UTC) + CLOCK_SKEW:
        raise Invalid(
            "signature-time",
            f"the signature in {item.field} claims {time_text(claimed)}, yet was there by {time_text(proven)}; "
            "set the clock of the server that prepared it",
        )
    return PdfSignature(
        field=item.field,
        signature=replace(signature, purpose=purpose),
        permits=permits,
        covered=item.hole.covered_to,
        level="B-B",
        proven=proven,
        judged=signature.path,
    )


def _permits(item: _Placed, purpose: str) -> frozenset[str] | None:
    """Demand the lock: the organ's locks all; a person's permits number and date at most, and later signatures."""
    permitted = lock_of(item.value)
    if permitted is None:
        return None
    texts = frozenset(name for name in permitted if not name.startswith(SIGNATURE_FIELD))
    if purpose == "organ" or texts - PERMITTED:
        raise Invalid(
            "pdf-lock-missing",
            f"the signature in {item.field} permits {', '.join(sorted(permitted))} to change; "
            "an organ's locks everything, a person's permits number and date at most",
        )
    return texts


def _level(pdf: bytes, item: _Placed, reader: Any, stamps: list[_Placed], trust: Trust, proven: datetime) -> str:
    """Say how long the signature can be judged from the file alone (EN 319 142-1 §6.1)."""
    if not stamps:
        return "B-B"
    for stamp in reversed(stamps):
        view = reader.get_historical_resolver(stamp.revision)
        if _judged_by(pdf, item, view, trust, proven):
            return "B-LTA"
    return "B-LT" if _judged_by(pdf, item, reader, trust, proven) else "B-T"


def _judged_by(pdf: bytes, item: _Placed, view: Any, trust: Trust, proven: datetime) -> bool:
    """Say whether the validation data in this revision suffice to judge the signature, given the roots alone."""
    held = read_validation_data(view.root)
    if held is None:
        return False
    own = Trust(roots=trust.roots, intermediates=held.certificates, crls=held.crls, ocsps=held.ocsps)
    try:
        _verified(pdf, item, own, proven)
    except (Invalid, Undecidable):
        return False
    return True
