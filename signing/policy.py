"""Which algorithms are accepted, and until when: one table, judged at the proven time of a signature.

What is not in the table is refused. Dates are ends of days in UTC. Sources: TT 15/2025/TT-BKHCN (RSA from 2048 bits,
ECDSA from 256); NIST SP 800-57 part 1 rev. 5 §5.6.3 and SP 800-131A rev. 2 (RSA-2048 has 112 bits of strength, which
are not to be used for new signatures after 2030). A row without an end has none that is confirmed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import HashAlgorithm

MAX_RSA_BITS = 8192
MAX_RSA_EXPONENT = 1 << 32


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRule:
    """A kind of key from `bits` on, up to the next row: accepted through `until`; None: no end is set.

    `authorities`: only certificate authorities may have it.
    """

    kind: str
    bits: int
    until: date | None = None
    authorities: bool = False


KEY_RULES = (
    KeyRule(kind="rsa", bits=2048, until=date(2030, 12, 31)),
    KeyRule(kind="rsa", bits=3072),
    KeyRule(kind="secp256r1", bits=256),
    KeyRule(kind="secp384r1", bits=384),
    KeyRule(kind="secp521r1", bits=521, authorities=True),
)
HASH_RULES: dict[str, date | None] = {"sha256": None, "sha384": None, "sha512": None}
"""Hash → accepted through. SHA-1 and MD5 stand in no row: they are never accepted, whatever the date."""


def key_fault(key: object, *, authority: bool, at: datetime) -> str | None:
    """Say why a public key is not accepted at `at` (aware), in words that follow "has"; None where it is."""
    kind, bits = _kind(key)
    rules = [rule for rule in KEY_RULES if rule.kind == kind and (authority or not rule.authorities)]
    if not rules:
        return "a key of another kind than RSA or ECDSA on an accepted curve"
    fitting = [rule for rule in rules if rule.bits <= bits]
    if not fitting or bits > MAX_RSA_BITS:
        return f"an {kind.upper()} key of {bits} bits; accepted are {rules[0].bits} to {MAX_RSA_BITS}"
    if isinstance(key, rsa.RSAPublicKey) and not _sane_exponent(key):
        return "an RSA key with an exponent that is not accepted"
    if _past(fitting[-1].until, at):
        return f"an {kind.upper()} key of {bits} bits, which was accepted until {fitting[-1].until}"
    return None


def accepted_hash(name: str, at: datetime) -> bool:
    """Whether a hash (`sha256`) is accepted at `at` (aware)."""
    return name in HASH_RULES and not _past(HASH_RULES[name], at)


def accepted_padding(parameters: object, digest: HashAlgorithm) -> bool:
    """Whether what an X.509 signature says beside its hash is plain: PSS with one hash, a salt not shorter."""
    if not isinstance(parameters, padding.PSS):
        return isinstance(parameters, padding.PKCS1v15 | ec.ECDSA)
    mgf_hash = getattr(parameters.mgf, "_algorithm", None)
    return getattr(mgf_hash, "name", None) == digest.name and _long_enough(parameters, digest)


def _long_enough(parameters: padding.PSS, digest: HashAlgorithm) -> bool:
    return isinstance(parameters._salt_length, int) and parameters._salt_length >= digest.digest_size


def names_of(rules: Sequence[str] = tuple(HASH_RULES)) -> str:
    """Name the accepted hashes."""
    return ", ".join(rules)


def _kind(key: object) -> tuple[str, int]:
    if isinstance(key, rsa.RSAPublicKey):
        return "rsa", key.key_size
    return (key.curve.name, key.key_size) if isinstance(key, ec.EllipticCurvePublicKey) else ("other", 0)


def _sane_exponent(key: rsa.RSAPublicKey) -> bool:
    # A huge exponent makes one check take seconds; an even one is no key at all.
    exponent = key.public_numbers().e
    return bool(exponent & 1) and 3 <= exponent < MAX_RSA_EXPONENT


def _past(until: date | None, at: datetime) -> bool:
    return until is not None and at.astimezone(UTC).date() > until
