"""A signature with its time stamp: what the stamp proves, and at which time the signature is judged by it.

Judged is at the stamp's time, exact to its accuracy, though never before the act was accepted: what the server refused
then, no stamp mends. A certificate that ended or was revoked between acceptance and stamp proves nothing any more; one
that did so after the stamp harms nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from signing.errors import Invalid
from signing.record import DocumentReference, time_text
from signing.timestamp import STAMP_SKEW, Stamp, latest_time, signature_value, verify_stamp
from signing.verify import Trust, Verified, verify_submission


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedStamped:
    """A submission that holds, and its stamp. `proven`: the time at which its signature was judged."""

    verified: Verified
    stamp: Stamp
    proven: datetime


def verify_stamped(
    record: bytes,
    manifest: bytes,
    cms: bytes,
    token: bytes,
    *,
    documents: Mapping[str, bytes] | Sequence[DocumentReference] | None = None,
    trust: Trust,
    accepted: datetime,
    at: datetime,
) -> VerifiedStamped:
    """Verify a stamped submission. `accepted`: when its act was; `at`: since when the stamp is known.

    Raises Invalid or Undecidable: `stamp-*` for the stamp, else as `verify_submission`.
    """
    accepted = accepted.astimezone(UTC).replace(microsecond=0)  # as its leaf tells it
    stamp = verify_stamp(token, signature_value(cms), trust=trust, at=at)
    if stamp.latest < accepted - STAMP_SKEW:
        message = (
            f"the time stamp is of {time_text(stamp.latest)}, before the act of {time_text(accepted)} that it stamps"
        )
        raise Invalid("stamp-early", message)
    proven = max(stamp.latest, accepted)
    verified = verify_submission(record, manifest, cms, documents=documents, trust=trust, at=proven)
    return VerifiedStamped(verified=verified, stamp=stamp, proven=proven)


def proven_time(token: bytes, accepted: datetime) -> datetime:
    """At which time a signature with this stamp is judged; what the token says is proven by `verify_stamped` alone."""
    return max(latest_time(token), accepted)
