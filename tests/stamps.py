"""A time-stamp authority for tests, and such as lie, sleep or have fallen."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from asn1crypto import tsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from adapters.console.demo.authority import DemoAuthority
from adapters.console.demo.stamps import LocalStamps, make_token
from signing.timestamp import StampUnavailable, signature_value
from tests import pki
from tests.pki import NOW, Person

DAY = timedelta(days=1)
STAMPING = (ExtendedKeyUsageOID.TIME_STAMPING,)


def stamps(
    by: DemoAuthority | None = None,
    *,
    clock: Callable[[], datetime] = lambda: NOW,
    not_before: datetime = NOW - 30 * DAY,
    not_after: datetime = NOW + 300 * DAY,
) -> LocalStamps:
    """An honest authority."""
    return LocalStamps.create(by or pki.authority(), clock=clock, not_before=not_before, not_after=not_after)


@cache
def honest() -> LocalStamps:
    """The authority of the tests' world, at NOW."""
    return stamps()


def at(clock: Callable[[], datetime]) -> LocalStamps:
    """The same authority by another clock."""
    return replace(honest(), clock=clock)


def digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def stamp_over(cms: bytes, moment: datetime) -> bytes:
    """An honest stamp over a signature."""
    return at(lambda: moment).stamp(digest(signature_value(cms)))


def token(
    content: bytes, who: Person | LocalStamps, *, hash: str = "sha256", sign: str = "sha256", **told: Any
) -> bytes:
    """A token by whomever, telling whatever."""
    by = who if isinstance(who, LocalStamps) else None
    key, certificate = (by._key, by.certificate) if by else (who.private, who.certificate)
    values = {
        "version": "v1",
        "policy": "1.2.3.4",
        "message_imprint": {
            "hash_algorithm": {"algorithm": hash},
            "hashed_message": hashlib.new(hash, content).digest(),
        },
        "serial_number": 7,
        "gen_time": NOW,
        **told,
    }
    return make_token(tsp.TSTInfo(values), key, certificate, (pki.authority().issuing,), digest=sign)


@dataclass
class Down:
    """An authority that does not answer until it is told to."""

    behind: LocalStamps
    up: bool = False
    asked: int = 0

    def stamp(self, imprint: bytes) -> bytes:
        self.asked += 1
        if not self.up:
            raise StampUnavailable("the time-stamp authority does not answer")
        return self.behind.stamp(imprint)
