"""What the library is asked about a path: whoever asks the same again need not hear its verdict again.

Its verdict rests on bytes, and on where the moment lies among the dates that they name: between two of these it is the
same. What OCSP answers or an entry of a list have a part in is judged anew each time.
"""

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from signing.certificates import der
from signing.crl import RevocationList


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """All that a verdict of the library rests on. Certificates and lists: SHA-256 of their bytes.

    `stretch`: how many of their dates lie before the moment, and how many not after it.
    """

    path: tuple[bytes, ...]
    signers: tuple[bytes, ...]
    lists: tuple[bytes, ...]
    stretch: tuple[int, int]
    rules: Hashable
    revocation: bool


def question(
    path: Sequence[x509.Certificate],
    signers: Sequence[x509.Certificate],
    lists: Sequence[RevocationList],
    at: datetime,
    rules: Hashable,
    *,
    revocation: bool,
) -> Question | None:
    """What the library is asked; None where one of the lists names a certificate, for then it looks at more."""
    certificates = (*path, *signers)
    if any(_named(item, one) for item in lists for one in certificates):
        return None
    dates = sorted({*_dates(certificates), *_dates_of(lists)})
    return Question(
        path=tuple(map(_digest, path)),
        signers=tuple(map(_digest, signers)),
        lists=tuple(item.sha256 for item in lists),
        stretch=(bisect_left(dates, at), bisect_right(dates, at)),
        rules=rules,
        revocation=revocation,
    )


def _named(item: RevocationList, certificate: x509.Certificate) -> bool:
    return item.crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None


def _dates(certificates: Sequence[x509.Certificate]) -> Iterator[datetime]:
    for item in certificates:
        yield item.not_valid_before_utc
        yield item.not_valid_after_utc


def _dates_of(lists: Sequence[RevocationList]) -> Iterator[datetime]:
    for item in lists:
        yield item.crl.last_update_utc
        if item.crl.next_update_utc is not None:
            yield item.crl.next_update_utc


def _digest(certificate: x509.Certificate) -> bytes:
    return hashlib.sha256(der(certificate)).digest()
