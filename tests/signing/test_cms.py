"""A lone signature: no changed byte ever changes signer, content or time, and loose forms are refused."""

import random
from datetime import timedelta

import pytest
from asn1crypto import cms as asn1_cms
from asn1crypto import core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

import signing.cms  # noqa: F401 - asn1crypto must know all attributes before it first writes one by name
from adapters.console.demo.authority import DemoAuthority, authority_certificate, key_usage, make_key
from adapters.keystore.pkcs12 import Pkcs12Key
from signing.certificates import check_usable, der, load_certificates, load_crls
from signing.errors import Invalid, SigningError, Undecidable
from signing.manifest import manifest_for
from signing.sign import sign_manifest
from signing.verify import Trust, verify_signature
from tests.pki import NOW, Person, authority, known, person, trust
from tests.signing.records import approval, signed


def facts(cms: bytes, manifest: bytes) -> tuple:
    found = verify_signature(cms, manifest, trust=trust(), at=NOW)
    return (found.fingerprint, found.purpose, found.signing_time)


def mutations(step: int, kind: str) -> None:
    _, manifest, cms = signed(approval(), known("lan", kind))
    expected, dice = facts(cms, manifest), random.Random(3)
    for position in range(0, len(cms), step):
        damaged = bytearray(cms)
        damaged[position] ^= 1 << dice.randrange(8)
        try:
            found = facts(bytes(damaged), manifest)
        except (Invalid, Undecidable):
            continue
        assert found == expected, position


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_changed_byte_never_changes_signer_content_or_time(kind):
    """A damaged CMS is refused, or says the same as before: same certificate, same purpose, same time."""
    mutations(9, kind)


@pytest.mark.nightly
@pytest.mark.parametrize("kind", ["ec", "p384", "rsa"])
def test_no_changed_byte_at_all_changes_signer_content_or_time(kind):
    """The same for every byte."""
    mutations(1, kind)


@pytest.mark.parametrize(
    "garbage", [b"", b"\0", b"\x30\x80", b"\x30\x03\x02\x01\x00", b"-----BEGIN CMS-----", b"\xff" * 70_000]
)
def test_garbage_is_one_clear_refusal(garbage):
    """Bytes that are no CMS are Invalid, whatever the library throws."""
    with pytest.raises(Invalid) as found:
        facts(garbage, manifest_for(approval()))
    assert found.value.code in {"signature-malformed", "signature-too-large"}


def edited(change) -> tuple[bytes, bytes]:
    _, manifest, cms = signed(approval(), known("lan"))
    info = asn1_cms.ContentInfo.load(cms)
    change(info["content"])
    return info.dump(force=True), manifest


def unsigned_attribute(data):
    attribute = asn1_cms.CMSAttribute({"type": "content_type", "values": ["data"]})
    data["signer_infos"][0]["unsigned_attrs"] = asn1_cms.CMSAttributes([attribute])


def embedded(data):
    data["encap_content_info"]["content"] = core.OctetString(b"other content")


def spare_certificates(data):
    for number in range(16):
        spare = person(f"spare-{number}").certificate
        choice = asn1_cms.CertificateChoices("certificate", asn1_x509.Certificate.load(der(spare)))
        data["certificates"].append(choice)


def two_signers(data):
    data["signer_infos"].append(data["signer_infos"][0].copy())


def no_certificate(data):
    data["certificates"] = asn1_cms.CertificateSet([])


def no_attributes(data):
    data["signer_infos"][0]["signed_attrs"] = core.VOID


def other_certificate(data):
    twin = known("lan").private
    other = person("lan", private=twin).certificate
    loaded = asn1_x509.Certificate.load(der(other))
    data["certificates"] = asn1_cms.CertificateSet([asn1_cms.CertificateChoices("certificate", loaded)])
    sid = data["signer_infos"][0]["sid"].chosen
    sid["serial_number"] = loaded.serial_number


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (unsigned_attribute, "signature-unsigned-attributes"),
        (embedded, "signature-malformed"),
        (spare_certificates, "signature-malformed"),
        (two_signers, "signature-malformed"),
        (no_certificate, "signature-malformed"),
        (other_certificate, "signature-certificate"),
    ],
)
def test_loose_forms_are_refused(change, code):
    """Unsigned attributes, embedded content, many certificates, a certificate swapped for one with the same key."""
    with pytest.raises(Invalid) as found:
        facts(*edited(change))
    assert found.value.code == code


def test_a_plain_cms_without_cades_attributes_is_refused():
    """A signature that does not name its certificate under the signature proves too little."""
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

    manifest, who = manifest_for(approval()), known("lan")
    builder = pkcs7.PKCS7SignatureBuilder().set_data(manifest)
    builder = builder.add_signer(who.certificate, who.private, hashes.SHA256())
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    with pytest.raises(Invalid) as found:
        facts(builder.sign(Encoding.DER, options), manifest)
    assert found.value.code == "signature-attributes"


def odd(key, digest: hashes.HashAlgorithm | None = None, **usage: bool) -> x509.Certificate:
    """A certificate as an authority should not have issued it."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "odd")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(NOW - timedelta(1)).not_valid_after(NOW + timedelta(1))
    if usage:
        builder = builder.add_extension(key_usage(**usage), critical=True)
    return builder.sign(key, digest or hashes.SHA256())


def test_certificates_that_cannot_sign_here():
    """Weak keys, other curves, no or another key usage, an authority's own certificate: each says why."""
    good = make_key("ec")
    cases = [
        (odd(rsa.generate_private_key(65537, 1024), digital_signature=True), "certificate-key-weak"),
        (odd(ec.generate_private_key(ec.SECP521R1()), digital_signature=True), "certificate-key-weak"),
        (odd(ec.generate_private_key(ec.SECP256K1()), digital_signature=True), "certificate-key-weak"),
        (odd(good), "certificate-usage"),
        (odd(good, key_encipherment=True), "certificate-usage"),
        (authority().issuing, "certificate-usage"),
    ]
    for certificate, code in cases:
        with pytest.raises(Invalid) as found:
            check_usable(certificate, NOW)
        assert found.value.code == code
    check_usable(odd(good, content_commitment=True), NOW)
    check_usable(odd(good, digital_signature=True), NOW)


def test_an_officer_cannot_issue_certificates():
    """A certificate signed with an officer's own key leads to no root, though the officer's leads to one."""
    lan, key = known("lan"), make_key("ec")
    start, end = NOW - timedelta(days=1), NOW + timedelta(days=1)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "forged")])
    forged = authority_certificate(name, key, lan.certificate.subject, lan.private, start, end, path_length=0)
    fake = DemoAuthority(root=lan.certificate, issuing=forged, _root_key=lan.private, _issuing_key=key)
    eve = person("eve", by=fake)
    key_with_chain = Pkcs12Key(
        certificate=eve.certificate, chain=(forged, lan.certificate, authority().issuing), _private=eve.private
    )
    manifest = manifest_for(approval())
    cms = sign_manifest(manifest, key_with_chain, purpose="approval", at=NOW)
    given = Trust(roots=trust().roots, crls=(*trust().crls, *fake.crls(NOW - timedelta(hours=1))))
    with pytest.raises((Invalid, Undecidable)) as found:
        verify_signature(cms, manifest, trust=given, at=NOW)
    assert isinstance(found.value, Invalid)


def test_a_pathological_chain_ends():
    """Authorities that certify each other in a ring are followed once each."""
    import time

    start, end = NOW - timedelta(days=1), NOW + timedelta(days=30)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Ring")])
    keys = [make_key("ec") for _ in range(4)]
    ring = [authority_certificate(name, one, name, two, start, end, path_length=9) for one in keys for two in keys]
    fake = DemoAuthority(root=ring[0], issuing=ring[0], _root_key=keys[0], _issuing_key=keys[0])
    eve = person("eve", by=fake)
    manifest = manifest_for(approval())
    few = Pkcs12Key(certificate=eve.certificate, chain=tuple(ring[:15]), _private=eve.private)
    cms = sign_manifest(manifest, few, purpose="approval", at=NOW)
    began = time.monotonic()
    with pytest.raises(Invalid) as found:
        verify_signature(cms, manifest, trust=trust(), at=NOW)
    assert found.value.code == "certificate-untrusted"
    assert time.monotonic() - began < 5


def test_a_broken_key_says_so():
    """A token that was pulled out is one clear error."""

    class Pulled:
        certificate = known("lan").certificate
        chain = ()
        mechanism = "sha256_ecdsa"

        def sign(self, data: bytes) -> bytes:
            raise RuntimeError("CKR_DEVICE_REMOVED")

    with pytest.raises(SigningError) as found:
        sign_manifest(manifest_for(approval()), Pulled(), purpose="approval", at=NOW)
    assert found.value.code == "sign-failed"
    with pytest.raises(Invalid):
        sign_manifest(manifest_for(approval()), known("lan").key, purpose="seal", at=NOW)


def test_loading_certificates_and_lists():
    """PEM and DER are read, anything else is one clear refusal."""
    ca = authority()
    assert load_certificates(ca.roots_pem() + ca.chain_pem()) == (ca.root, ca.issuing)
    assert load_certificates(der(ca.root)) == (ca.root,)
    lists = ca.crls(NOW)
    pem = b"".join(x509.load_der_x509_crl(item).public_bytes(x509_pem()) for item in lists)
    assert load_crls(pem) == lists
    assert load_crls(lists[0]) == lists[:1]
    for load in (load_certificates, load_crls):
        with pytest.raises(Invalid):
            load(b"\x30\x00")
    with pytest.raises(Invalid):
        load_certificates(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")


def x509_pem():
    from cryptography.hazmat.primitives.serialization import Encoding

    return Encoding.PEM


def test_people_are_not_shown_with_their_keys():
    """Nothing of a private key is in any repr."""
    who: Person = known("lan")
    assert "rivate" not in repr(who.key)


def by_pyhanko(manifest: bytes, who: Person, digest: str = "sha256", **options) -> bytes:
    """Sign with pyHanko's own signer, as another program would."""
    import asyncio

    from asn1crypto import keys as asn1_keys
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from pyhanko.sign.ades.api import CAdESSignedAttrSpec, GenericCommitment
    from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes, SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    raw = who.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = SimpleSigner(
        asn1_x509.Certificate.load(der(who.certificate)),
        asn1_keys.PrivateKeyInfo.load(raw),
        SimpleCertificateStore.from_certs(asn1_x509.Certificate.load(der(item)) for item in who.key.chain),
        **options,
    )
    commitment = GenericCommitment.PROOF_OF_APPROVAL.asn1
    settings = PdfCMSSignedAttributes(
        signing_time=NOW, cades_signed_attrs=CAdESSignedAttrSpec(commitment_type=commitment)
    )
    signing = signer.async_sign_general_data(manifest, digest, use_cades=True, signed_attr_settings=settings)
    return asyncio.run(signing).dump()


def test_signatures_of_other_programs():
    """RSA-PSS, SHA-384 and SHA-512 by another signer are accepted; SHA-1 is not, nor another commitment."""
    manifest = manifest_for(approval())
    expected = ("approval", NOW)
    assert facts(by_pyhanko(manifest, known("lan", "rsa"), prefer_pss=True), manifest)[1:] == expected
    for digest in ("sha384", "sha512"):
        assert facts(by_pyhanko(manifest, known("lan", "rsa"), digest), manifest)[1:] == expected
        assert facts(by_pyhanko(manifest, known("lan"), digest), manifest)[1:] == expected
    for who in (known("lan"), known("lan", "rsa")):
        with pytest.raises(Invalid) as found:
            facts(by_pyhanko(manifest, who, "sha1"), manifest)
        assert found.value.code == "signature-algorithm"


@pytest.mark.parametrize("bad", ["no salt", "another hash", "another mask"])
def test_pss_with_odd_parameters_is_refused(bad):
    """A salt of no bytes, SHA-1 as by default, a mask by another hash: each is refused."""
    manifest = manifest_for(approval())
    content = asn1_cms.ContentInfo.load(by_pyhanko(manifest, known("lan", "rsa"), prefer_pss=True)).copy()
    parameters = content["content"]["signer_infos"][0]["signature_algorithm"]["parameters"]
    if bad == "no salt":
        parameters["salt_length"] = 0
    elif bad == "another hash":
        parameters["hash_algorithm"] = {"algorithm": "sha1"}
    else:
        parameters["mask_gen_algorithm"] = {"algorithm": "mgf1", "parameters": {"algorithm": "sha1"}}
    with pytest.raises(Invalid) as found:
        facts(content.dump(force=True), manifest)
    assert found.value.code == "signature-algorithm"


def test_other_commitments_are_refused(monkeypatch):
    """A signature that commits to something else than approving or initialling says nothing here."""
    from signing import sign

    monkeypatch.setitem(sign.COMMITMENTS, "approval", "1.2.840.113549.1.9.16.6.1")
    manifest = manifest_for(approval())
    cms = sign_manifest(manifest, known("lan").key, purpose="approval", at=NOW)
    with pytest.raises(Invalid) as found:
        facts(cms, manifest)
    assert found.value.code == "signature-purpose"
