"""Whatever comes in ends soon, and as one of our own refusals."""

import time
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.console.demo.authority import DemoAuthority, key_usage
from signing.bounds import MAX_POOL, check_certificate
from signing.certificates import der
from signing.chain import check_chain
from signing.errors import Invalid, SigningError
from tests.pki import NOW, authority, known, trust

DAY = timedelta(days=1)
QUICK = 20.0
"""Seconds; the machine may be busy, a hang lasts for ever."""


def certificate(
    subject, key, issuer, issuer_key, *, extensions=(), ca=True, serial=None, path_length=None
) -> x509.Certificate:
    def name(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    builder = x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer))
    builder = builder.public_key(key if not hasattr(key, "public_key") else key.public_key())
    builder = builder.serial_number(serial or x509.random_serial_number())
    builder = builder.not_valid_before(NOW - DAY).not_valid_after(NOW + DAY)
    builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=path_length), critical=True)
    usage = key_usage(key_cert_sign=True, crl_sign=True) if ca else key_usage(digital_signature=True)
    builder = builder.add_extension(usage, critical=True)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def refused(signer, pool, roots, crls=()) -> str:
    started = time.monotonic()
    with pytest.raises(SigningError) as found:
        check_chain(signer, pool, roots=roots, crls=crls, at=NOW)
    assert time.monotonic() - started < QUICK
    return found.value.code


def test_a_web_of_cross_certificates_ends():
    """Authorities that all certify each other under one name and key: every path is as good as any, none is endless."""
    key = ec.generate_private_key(ec.SECP256R1())
    web = [certificate("Web", key, "Web", key) for _ in range(MAX_POOL - 4)]
    signer = certificate("lan", ec.generate_private_key(ec.SECP256R1()), "Web", key, ca=False)
    assert refused(signer, web, [authority().root]) in ("certificate-path", "certificate-untrusted")


def test_many_keys_of_one_name_end():
    """Sixty authorities of one name, none of which signed: the tries are counted."""
    key, other = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    fakes = [certificate("Same", other, "Same", other) for _ in range(MAX_POOL - 4)]
    signer = certificate("lan", key, "Same", key, ca=False)
    assert refused(signer, fakes, [authority().root]) == "certificate-untrusted"


def test_a_long_path_is_refused():
    """A path longer than eight certificates is not followed."""
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(12)]
    root = certificate("CA0", keys[0], "CA0", keys[0])
    path = [certificate(f"CA{n}", keys[n], f"CA{n - 1}", keys[n - 1]) for n in range(1, 11)]
    signer = certificate("lan", keys[11], "CA10", keys[10], ca=False)
    assert refused(signer, path, [root]) == "certificate-untrusted"


def test_too_many_certificates_are_refused():
    """More than 64 certificates are not looked through."""
    key = ec.generate_private_key(ec.SECP256R1())
    pool = [certificate(f"CA{n}", key, f"CA{n}", key) for n in range(MAX_POOL + 1)]
    assert refused(known("lan").certificate, pool, [authority().root]) == "certificate-path"


@pytest.mark.parametrize("count", [2, 60])
def test_policy_mappings_do_not_multiply(count):
    """Policies mapped to each other at every level (CVE-2023-0464): refused or decided, but soon."""
    from asn1crypto import x509 as asn1_x509

    oids = [f"1.2.3.4.{number}" for number in range(count)]
    policies = x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(oid), None) for oid in oids])
    pairs = [{"issuer_domain_policy": one, "subject_domain_policy": other} for one in oids for other in oids][:64]
    mappings = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.33"), asn1_x509.PolicyMappings(pairs).dump())
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(8)]
    root = certificate("CA0", keys[0], "CA0", keys[0])
    extensions = (policies, mappings)
    path = [certificate(f"CA{n}", keys[n], f"CA{n - 1}", keys[n - 1], extensions=extensions) for n in range(1, 7)]
    signer = certificate("lan", keys[7], "CA6", keys[6], ca=False, extensions=(policies,))
    assert refused(signer, path, [root]) in (
        "certificate-revocation-unknown",
        "certificate-path",
        "certificate-too-large",
    )


def test_huge_parts_are_refused():
    """Thousands of names, constraints or policies, or a huge exponent, are refused unseen."""
    key = ec.generate_private_key(ec.SECP256R1())
    names = [x509.DNSName(f"n{number}.vn") for number in range(3000)]
    slow = rsa.generate_private_key(65537, 2048).public_key().public_numbers()
    for made in [
        certificate("Big", key, "Big", key, extensions=[x509.SubjectAlternativeName(names)]),
        certificate("Big", key, "Big", key, extensions=[x509.NameConstraints(names, None)]),
        certificate(
            "Big",
            key,
            "Big",
            key,
            extensions=[
                x509.CertificatePolicies(
                    [x509.PolicyInformation(x509.ObjectIdentifier(f"1.2.3.{n}"), None) for n in range(500)]
                )
            ],
        ),
        certificate("Big", rsa.RSAPublicNumbers(e=(1 << 1999) + 1, n=slow.n).public_key(), "Big", key),
    ]:
        with pytest.raises(Invalid) as found:
            check_certificate(made)
        assert found.value.code == "certificate-too-large"
        assert refused(known("lan").certificate, [made], [authority().root]) == "certificate-too-large"


def test_a_critical_extension_that_nobody_knows_is_refused():
    """What a certificate says to be essential and we do not understand refuses it, at the signer too."""
    key, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = certificate("CA", key, "CA", key)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lan")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(root.subject).public_key(own.public_key())
    builder = builder.serial_number(5).not_valid_before(NOW - DAY).not_valid_after(NOW + DAY)
    builder = builder.add_extension(key_usage(digital_signature=True), critical=True)
    odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")
    signer = builder.add_extension(odd, critical=True).sign(key, hashes.SHA256())
    lists = x509.CertificateRevocationListBuilder().issuer_name(root.subject).last_update(NOW - DAY)
    crl = lists.next_update(NOW + DAY).sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    assert refused(signer, (), [root], [crl]) == "certificate-path"


def flipped(content: bytes, place: int, bit: int) -> bytes:
    damaged = bytearray(content)
    damaged[place % len(damaged)] ^= 1 << bit
    return bytes(damaged)


_CA = DemoAuthority.create("Flipped", at=NOW - 9 * DAY, url="http://pki.example.vn")


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["signer", "issuing", "crl", "ocsp"]), st.integers(0, 1 << 20), st.integers(0, 7))
def test_any_flipped_bit_is_refused_as_ours(part, place, bit):
    """One bit anywhere in certificates, lists or answers: our own refusal or a verdict, never another exception."""
    from signing.certificates import load_certificates
    from signing.verify import closed
    from tests.pki import person

    who = _WHO.setdefault("lan", person("lan", by=_CA))
    parts = {
        "signer": der(who.certificate),
        "issuing": der(_CA.issuing),
        "crl": _CA.crls(NOW - DAY)[1],
        "ocsp": _CA.answer(who.certificate, NOW),
    }
    parts[part] = flipped(parts[part], place, bit)

    def check() -> object:
        signer, between = (load_certificates(parts[name])[0] for name in ("signer", "issuing"))
        crls = (_CA.crls(NOW - DAY)[0], parts["crl"])
        return check_chain(signer, [between], roots=[_CA.root], crls=crls, ocsps=[parts["ocsp"]], at=NOW)

    started = time.monotonic()
    try:
        closed("certificate-path", "cannot be read", check)
        assert part not in ("signer", "issuing"), "a certificate with a flipped bit was accepted"
    except SigningError:
        pass
    assert time.monotonic() - started < QUICK


_WHO: dict[str, object] = {}


def test_the_undamaged_twin_is_accepted():
    """The parts that are flipped above hold as they are."""
    ca = authority()
    assert len(check_chain(known("lan").certificate, [ca.issuing], roots=[ca.root], crls=trust().crls, at=NOW)) == 3
