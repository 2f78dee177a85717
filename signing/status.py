"""What an authority said of one certificate, and what follows for one moment: the strictest authentic word counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509

from signing.certificates import subject_name
from signing.errors import Invalid, SigningError, Undecidable


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One authentic statement. `issued`, `until`: when it is current; `revoked`: since when, None: it is not.

    `source`: what list or responder it is from; only a later word of the same source lifts a hold.
    `known`: False where a responder says that it never heard of the certificate.
    """

    issued: datetime
    until: datetime | None
    source: bytes
    revoked: datetime | None = None
    on_hold: bool = False
    known: bool = True

    def current(self, at: datetime) -> bool:
        """Whether it was the newest word at `at`; one that does not say how long it holds never is."""
        return self.until is not None and self.issued <= at <= self.until

    def clears(self, at: datetime) -> bool:
        """Whether it says that the certificate was good at `at`."""
        return self.known and self.current(at) and (self.revoked is None or self.revoked > at)


def fault(certificate: x509.Certificate, statuses: Sequence[Status], at: datetime) -> SigningError | None:
    """Say what speaks against a certificate at `at`, the gravest first; None: nothing does.

    A revocation at or before `at` counts whenever it was made known. A hold counts until a later word of the same
    source, said by `at`, has the certificate no longer.
    """
    name = subject_name(certificate)
    held: datetime | None = None
    for status in statuses:
        if status.revoked is None or status.revoked > at:
            continue
        if not status.on_hold:
            return Invalid(
                "certificate-revoked",
                f"the certificate of {name} was revoked on {_text(status.revoked)}, not after {_text(at)}",
            )
        if not lifted(status, statuses, at):
            held = status.revoked
    if held is not None:
        return Undecidable(
            "certificate-on-hold", f"the certificate of {name} is on hold since {_text(held)}; ask its authority"
        )
    if any(not status.known and status.current(at) for status in statuses):
        return Undecidable(
            "certificate-revocation-unknown", f"the authority's responder does not know the certificate of {name}"
        )
    return None


def lifted(hold: Status, statuses: Sequence[Status], at: datetime) -> bool:
    """Whether a hold was taken back by `at`, by a later word of the same source."""
    return hold.on_hold and any(
        later.source == hold.source and later.revoked is None and later.known and hold.issued < later.issued <= at
        for later in statuses
    )


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
