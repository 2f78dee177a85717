"""Algorithms are accepted by one table, judged at the proven time."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa

from signing.certificates import check_algorithms
from signing.errors import Invalid
from signing.policy import accepted_hash, accepted_padding, key_fault
from tests.pki import NOW

LAST_SECOND = datetime(2030, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_rsa_2048_ends_with_2030():
    """±1 s at the end of the last day; a longer key has no end."""
    short, long = (rsa.generate_private_key(65537, bits).public_key() for bits in (2048, 3072))
    assert key_fault(short, authority=False, at=LAST_SECOND) is None
    assert "2030-12-31" in (key_fault(short, authority=False, at=LAST_SECOND + timedelta(seconds=1)) or "")
    assert key_fault(long, authority=False, at=LAST_SECOND + timedelta(days=9999)) is None


@pytest.mark.parametrize(
    ("key", "person", "authority"),
    [
        (rsa.generate_private_key(65537, 1024), False, False),
        (rsa.generate_private_key(3, 2048), True, True),
        (ec.generate_private_key(ec.SECP256R1()), True, True),
        (ec.generate_private_key(ec.SECP384R1()), True, True),
        (ec.generate_private_key(ec.SECP521R1()), False, True),
        (ec.generate_private_key(ec.SECP256K1()), False, False),
        (ec.generate_private_key(ec.SECP224R1()), False, False),
        (ed25519.Ed25519PrivateKey.generate(), False, False),
        (dsa.generate_private_key(2048), False, False),
    ],
)
def test_keys_by_kind(key, person, authority):
    """Only what stands in the table: RSA from 2048 bits, P-256 and P-384, for authorities P-521 too."""
    assert (key_fault(key.public_key(), authority=False, at=NOW) is None) == person
    assert (key_fault(key.public_key(), authority=True, at=NOW) is None) == authority


def test_a_huge_exponent_is_refused():
    """An exponent as long as the key would make each check slow."""
    numbers = rsa.generate_private_key(65537, 2048).public_key().public_numbers()
    slow = rsa.RSAPublicNumbers(e=(1 << 2000) + 1, n=numbers.n).public_key()
    assert key_fault(slow, authority=False, at=NOW) is not None


def test_sha1_is_never_accepted():
    """Not even for a time when it was in use."""
    for name in ("sha1", "md5", "sha224"):
        assert not accepted_hash(name, datetime(2005, 1, 1, tzinfo=UTC))
    assert accepted_hash("sha256", NOW)


def test_pss_is_plain():
    """PSS: one hash for content and mask, a salt at least as long as the hash; anything else is refused."""
    digest, other = hashes.SHA256(), hashes.SHA384()
    assert accepted_padding(padding.PKCS1v15(), digest)
    assert accepted_padding(padding.PSS(padding.MGF1(digest), 32), digest)
    assert not accepted_padding(padding.PSS(padding.MGF1(other), 32), digest)
    assert not accepted_padding(padding.PSS(padding.MGF1(digest), 0), digest)
    assert not accepted_padding(None, digest)


@pytest.mark.parametrize(("salt", "good"), [(32, True), (0, False), (20, False), (64, True)])
def test_a_certificate_signed_with_pss(salt, good):
    """An authority may sign with PSS, with plain parameters."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "PSS")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1))
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), salt)
    certificate = builder.sign(key, hashes.SHA256(), rsa_padding=pss)
    if good:
        check_algorithms(certificate, authority=True, at=NOW)
        return
    with pytest.raises(Invalid) as found:
        check_algorithms(certificate, authority=True, at=NOW)
    assert found.value.code == "certificate-algorithm"
