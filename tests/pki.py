"""A small world of certificates for tests: one authority, people with keys, all at a fixed time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12

from adapters.console.demo.authority import DemoAuthority, PrivateKey, make_key
from adapters.keystore.pkcs12 import Pkcs12Key
from signing.certificates import fingerprint
from signing.verify import Trust

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
PIN = "246810"


@dataclass(frozen=True)
class Person:
    name: str
    key: Pkcs12Key
    private: PrivateKey

    @property
    def certificate(self) -> x509.Certificate:
        return self.key.certificate


@cache
def authority() -> DemoAuthority:
    return DemoAuthority.create("Test", at=NOW - timedelta(days=365))


def person(
    name: str,
    *,
    by: DemoAuthority | None = None,
    kind: str = "ec",
    not_before: datetime = NOW - timedelta(days=30),
    not_after: datetime = NOW + timedelta(days=335),
    usage: x509.KeyUsage | None = None,
    private: PrivateKey | None = None,
) -> Person:
    """Give somebody a key and a certificate without going through a file."""
    issuer = by or authority()
    private = private or make_key(kind)
    certificate = issuer.certify(
        private, name, f"{name}@example.vn", not_before=not_before, not_after=not_after, usage=usage
    )
    return Person(name, Pkcs12Key(certificate=certificate, chain=(issuer.issuing,), _private=private), private)


@cache
def known(name: str, kind: str = "ec") -> Person:
    return person(name, kind=kind)


def trust(by: DemoAuthority | None = None, *, at: datetime = NOW - timedelta(hours=1)) -> Trust:
    issuer = by or authority()
    return Trust(roots=(issuer.root,), intermediates=(issuer.issuing,), crls=_lists(issuer, at))


_LISTS: dict[object, tuple[bytes, bytes]] = {}


def _lists(by: DemoAuthority, at: datetime) -> tuple[bytes, bytes]:
    """The lists of that time, made once for as long as nobody else is revoked: as those of real authorities."""
    named = (fingerprint(by.issuing), at, tuple(sorted(by._revoked.items())))
    if named not in _LISTS:
        _LISTS[named] = by.crls(at)
    return _LISTS[named]


def file_of(who: Person, pin: str = PIN) -> bytes:
    """Write somebody's key file."""
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption

    return pkcs12.serialize_key_and_certificates(
        who.name.encode(), who.private, who.certificate, list(who.key.chain), BestAvailableEncryption(pin.encode())
    )
