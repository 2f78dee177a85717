"""Build the attacks on submissions: what a dishonest officer, server or stranger may send in place of an approval."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from pyhanko.sign.ades import cades_asn1  # asn1crypto knows all attributes only after it

from adapters.console.demo.authority import DemoAuthority, authority_certificate, key_usage, make_key, revocation_list
from adapters.keystore.pkcs12 import Pkcs12Key
from signing.certificates import der
from signing.record import ApprovalRecord, time_text
from signing.sign import sign_manifest
from signing.verify import Trust
from tests.pki import NOW, Person, person
from tests.signing.attacks.case import Attack, Sent
from tests.signing.records import DOCUMENTS, approval, reference, signed

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ATTACKS: dict[str, Callable[[], Attack]] = {}


def attack(build: Callable[[], Attack]) -> Callable[[], Attack]:
    ATTACKS[build.__name__.replace("_", "-")] = build
    return build


@cache
def authority() -> DemoAuthority:
    return DemoAuthority.create("Attacked", at=NOW - 365 * DAY)


@cache
def lan(kind: str = "ec") -> Person:
    return person("lan", by=authority(), kind=kind)


@cache
def mai() -> Person:
    return person("mai", by=authority())


def trusting(by: DemoAuthority | None = None, at: datetime = NOW - HOUR, **changes: object) -> Trust:
    issuer = by or authority()
    given = {"roots": (issuer.root,), "intermediates": (issuer.issuing,), "crls": issuer.crls(at)}
    return Trust(**{**given, **changes})  # type: ignore[arg-type]


def sent(
    record: ApprovalRecord | None = None, who: Person | None = None, trust: Trust | None = None, at: datetime = NOW
) -> Sent:
    parts = signed(record or approval(), who or lan())
    names = ("record", "manifest", "signature")
    return Sent(**dict(zip(names, parts, strict=True)), documents=DOCUMENTS, trust=trust or trusting(), at=at)


@cache
def good() -> Sent:
    return sent()


@cache
def good_rsa() -> Sent:
    return sent(who=lan("rsa"))


def bad(defect: str, code: str, change: Sent, twin: Sent | None = None, *, undecidable: bool = False) -> Attack:
    return Attack(defect=defect, code=code, bad=change, twin=twin or good(), undecidable=undecidable)


# -- other things than were signed


@attack
def swapped_record() -> Attack:
    other = approval(decision="return", data={"decision": "return"})
    return bad(
        "the record is another one, with another decision", "signature-other-record", good().but(record=other.encode())
    )


@attack
def swapped_record_and_manifest() -> Attack:
    record, manifest, _ = signed(approval(data={"decision": "approve", "amount": 1_500_000}), lan())
    change = good().but(record=record, manifest=manifest)
    return bad("record and manifest are of another approval than was signed", "signature-other-data", change)


@attack
def replayed_on_another_task() -> Attack:
    record = approval(task="H29.5-261121-0001.4").encode()
    return bad("the approval of one task is presented for another", "signature-other-record", good().but(record=record))


@attack
def replayed_in_another_dossier() -> Attack:
    _, manifest, cms = signed(approval(), lan())
    other = approval(dossier="H29.5-261121-0002", task="H29.5-261121-0002.3")
    change = good().but(record=other.encode(), manifest=manifest, signature=cms)
    return bad("the approval of one dossier is presented for another", "signature-other-record", change)


@attack
def other_process_version() -> Attack:
    record = approval(process_version=2).encode()
    return bad(
        "the approval under one version of the process is presented for the next",
        "signature-other-record",
        good().but(record=record),
    )


@attack
def other_bundle() -> Attack:
    record = approval(bundle_hash="1" * 64).encode()
    return bad("the process of the same version has other files", "signature-other-record", good().but(record=record))


@attack
def other_capacity() -> Attack:
    record = approval(capacity="KT.").encode()
    return bad("the capacity was changed after signing", "signature-other-record", good().but(record=record))


@attack
def other_officer() -> Attack:
    record = approval(officer="mai").encode()
    return bad("the approval is presented as somebody else's", "signature-other-record", good().but(record=record))


@attack
def other_nonce() -> Attack:
    record = approval(nonce="n9-" + "z" * 40).encode()
    return bad("the record answers another statement", "signature-other-record", good().but(record=record))


@attack
def record_not_canonical() -> Attack:
    record = good().record.replace(b'"capacity":"TM."', b'"capacity": "TM."')
    return bad("the record says the same in other bytes", "json-not-canonical", good().but(record=record))


@attack
def record_with_a_repeated_key() -> Attack:
    record = good().record.replace(b'"decision":"approve","delegation"', b'"decision":"return","delegation"', 1)
    record = record.replace(b'{"bundle_hash"', b'{"decision":"approve","bundle_hash"', 1)
    return bad(
        "a key stands twice, so that two readers see two decisions", "json-duplicate-key", good().but(record=record)
    )


@attack
def record_with_an_unknown_field() -> Attack:
    record = good().record.replace(b'"task":"', b'"tas":1,"task":"', 1)
    return bad("the record has a field that its format does not know", "record-field", good().but(record=record))


@attack
def record_of_a_later_format() -> Attack:
    record = good().record.replace(b"hoso-approval/1", b"hoso-approval/9", 1)
    return bad("the record's format is not known", "record-format", good().but(record=record))


@attack
def manifest_with_another_reference() -> Attack:
    manifest = good().manifest.replace(b"records/", b"recorts/", 1)
    return bad("the manifest names another file as the record", "signature-other-record", good().but(manifest=manifest))


@attack
def manifest_with_a_doctype() -> Attack:
    head = b'<?xml version="1.0" encoding="UTF-8"?>\n'
    manifest = good().manifest.replace(head, head + b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>\n', 1)
    return bad(
        "the manifest brings a document type with an entity", "signature-manifest", good().but(manifest=manifest)
    )


@attack
def manifest_that_is_no_xml() -> Attack:
    return bad("the manifest is no XML", "signature-manifest", good().but(manifest=good().manifest[:-20]))


@attack
def document_changed() -> Attack:
    change = good().but(documents={**DOCUMENTS, "draft.pdf": DOCUMENTS["draft.pdf"] + b"\n"})
    return bad("a byte was appended to a document", "signature-other-document", change)


@attack
def document_missing() -> Attack:
    change = good().but(documents={"draft.pdf": DOCUMENTS["draft.pdf"]})
    return bad("a document that was signed is not there", "signature-other-document", change)


@attack
def document_added() -> Attack:
    change = good().but(documents={**DOCUMENTS, "phu-luc.pdf": b"%PDF-1.7 appendix"})
    return bad("a document that was not signed lies beside", "signature-other-document", change)


@attack
def documents_exchanged() -> Attack:
    first, second = DOCUMENTS
    change = good().but(documents={first: DOCUMENTS[second], second: DOCUMENTS[first]})
    return bad("two documents carry each other's names", "signature-other-document", change)


@attack
def document_reference_of_another_size() -> Attack:
    wrong = reference("draft.pdf", DOCUMENTS["draft.pdf"])
    larger = type(wrong)(name=wrong.name, media_type=wrong.media_type, sha256=wrong.sha256, size=wrong.size + 1)
    others = tuple(item for item in approval().documents if item.name != "draft.pdf")
    change = sent(approval(documents=(larger, *others)))
    return bad("the record gives a document another size", "signature-other-document", change)


# -- purpose and time


@attack
def initial_as_approval() -> Attack:
    cms_ = sign_manifest(good().manifest, lan().key, purpose="initial", at=NOW)
    return bad("an initial (ký nháy) is presented as an approval", "signature-purpose", good().but(signature=cms_))


@attack
def approval_as_initial() -> Attack:
    twin = sent(approval(purpose="initial"))
    cms_ = sign_manifest(twin.manifest, lan().key, purpose="approval", at=NOW)
    return bad("an approval is presented as an initial", "signature-purpose", twin.but(signature=cms_), twin)


@attack
def clock_behind() -> Attack:
    cms_ = sign_manifest(good().manifest, lan().key, purpose="approval", at=NOW - timedelta(minutes=10, seconds=1))
    return bad("the signer's clock is ten minutes and a second behind", "signature-time", good().but(signature=cms_))


@attack
def clock_ahead() -> Attack:
    cms_ = sign_manifest(good().manifest, lan().key, purpose="approval", at=NOW + timedelta(minutes=10, seconds=1))
    return bad("the signer's clock is ten minutes and a second ahead", "signature-time", good().but(signature=cms_))


@attack
def record_from_the_future() -> Attack:
    later = NOW + timedelta(minutes=10, seconds=1)
    return bad(
        "the record is of a time still to come",
        "signature-time",
        sent(approval(time=time_text(later))),
        sent(approval(time=time_text(NOW + timedelta(minutes=10)))),
    )


# -- certificates: dates, usage, keys


def by_certificate(who: Person, trust: Trust | None = None, at: datetime = NOW) -> Sent:
    """Signed by who may not: the client would refuse, so the message is put together by hand."""
    return good().but(signature=forged(good().manifest, who), trust=trust or trusting(), at=at)


@attack
def expired_certificate() -> Attack:
    who = person("lan", by=authority(), not_after=NOW - timedelta(seconds=1))
    return bad("the certificate ended a second before", "certificate-expired", by_certificate(who))


@attack
def certificate_not_yet_valid() -> Attack:
    who = person("lan", by=authority(), not_before=NOW + timedelta(seconds=1))
    return bad("the certificate begins a second later", "certificate-not-yet-valid", by_certificate(who))


@attack
def usage_for_encryption_only() -> Attack:
    who = person("lan", by=authority(), usage=key_usage(key_encipherment=True))
    return bad("the certificate is for encryption", "certificate-usage", by_certificate(who))


@attack
def usage_not_said() -> Attack:
    who = certified("lan", make_key("ec"), authority())
    return bad("the certificate says of no use", "certificate-usage", by_certificate(who))


@attack
def authority_signs_itself() -> Attack:
    ca = authority()
    who = Person("lan", Pkcs12Key(certificate=ca.issuing, chain=(), _private=ca._issuing_key), ca._issuing_key)
    return bad("an authority signs in place of an officer", "certificate-usage", by_certificate(who))


@attack
def rsa_1024() -> Attack:
    key = rsa.generate_private_key(65537, 1024)
    who = certified("lan", key, authority(), digital_signature=True)
    return bad("the key is RSA of 1024 bits", "certificate-key-weak", by_certificate(who), good_rsa())


@attack
def curve_p192() -> Attack:
    who = certified("lan", ec.generate_private_key(ec.SECP192R1()), authority(), digital_signature=True)
    return bad("the key lies on the curve P-192", "certificate-key-weak", by_certificate(who))


@attack
def curve_secp256k1() -> Attack:
    who = certified("lan", ec.generate_private_key(ec.SECP256K1()), authority(), digital_signature=True)
    return bad("the key lies on a curve that is not accepted", "certificate-key-weak", by_certificate(who))


@attack
def certificate_signed_with_sha1() -> Attack:
    ca = DemoAuthority.create("Attacked", at=NOW - 365 * DAY, key="rsa")
    private = make_key("rsa")
    plain = _builder("lan", private, ca)
    plain = plain.add_extension(key_usage(digital_signature=True), critical=True)
    who = _by(plain.sign(ca._issuing_key, hashes.SHA256()), private, ca)
    forged_ = _sha1_certificate(who.certificate, ca)
    weak = _by(forged_, private, ca)
    twin = good().but(signature=forged(good().manifest, who), trust=trusting(ca))
    change = twin.but(signature=forged(good().manifest, weak))
    return bad("the certificate itself was signed with SHA-1", "certificate-algorithm", change, twin)


# -- the chain


@attack
def self_signed() -> Attack:
    key = make_key("ec")
    name = _name("lan")
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(5).not_valid_before(NOW - DAY).not_valid_after(NOW + DAY)
    builder = builder.add_extension(key_usage(digital_signature=True), critical=True)
    who = Person("lan", Pkcs12Key(certificate=builder.sign(key, hashes.SHA256()), chain=(), _private=key), key)
    return bad("the signer vouches for themself", "certificate-untrusted", by_certificate(who))


@attack
def another_root_of_the_same_name() -> Attack:
    fake = DemoAuthority.create("Attacked", at=NOW - 365 * DAY)
    who = person("lan", by=fake)
    given = trusting(
        intermediates=(authority().issuing, fake.issuing), crls=(*authority().crls(NOW - HOUR), *fake.crls(NOW - HOUR))
    )
    return bad("an authority calls itself the same as ours", "certificate-untrusted", by_certificate(who, given))


@attack
def officer_as_authority() -> Attack:
    boss, key = mai(), make_key("ec")
    eve = _under(boss.certificate, boss.private, key, "lan")
    private = make_key("ec")
    who = _under_person(eve, key, private, (eve, boss.certificate, authority().issuing))
    lists = revocation_list(boss.certificate.subject, boss.private, {}, NOW - HOUR, NOW + DAY)
    more = revocation_list(eve.subject, key, {}, NOW - HOUR, NOW + DAY)
    given = trusting(crls=(*authority().crls(NOW - HOUR), lists, more))
    return bad("an officer's certificate issued an authority's", "certificate-path", by_certificate(who, given))


@attack
def path_too_long() -> Attack:
    ca = authority()
    key = make_key("ec")
    below = authority_certificate(
        _name("Below"), key, ca.issuing.subject, ca._issuing_key, NOW - DAY, NOW + DAY, path_length=0
    )
    private = make_key("ec")
    who = _under_person(below, key, private, (below, ca.issuing))
    lists = revocation_list(below.subject, key, {}, NOW - HOUR, NOW + DAY)
    given = trusting(crls=(*ca.crls(NOW - HOUR), lists))
    return bad("an authority that may have none below has one", "certificate-path", by_certificate(who, given))


@attack
def issuer_expired() -> Attack:
    ca = authority()
    old = authority_certificate(
        ca.issuing.subject, ca._issuing_key, ca.root.subject, ca._root_key, NOW - 9 * DAY, NOW - DAY, path_length=0
    )
    who = Person("lan", Pkcs12Key(certificate=lan().certificate, chain=(old,), _private=lan().private), lan().private)
    change = by_certificate(who, trusting(intermediates=(old,)))
    return bad("the issuing authority's certificate ended before", "certificate-expired", change)


@attack
def pathological_ring() -> Attack:
    name = _name("Ring")
    keys = [make_key("ec") for _ in range(4)]
    ring = [
        authority_certificate(name, one, name, two, NOW - DAY, NOW + DAY, path_length=9) for one in keys for two in keys
    ]
    fake = DemoAuthority(root=ring[0], issuing=ring[0], _root_key=keys[0], _issuing_key=keys[0])
    eve = person("lan", by=fake)
    few = Pkcs12Key(certificate=eve.certificate, chain=tuple(ring[:15]), _private=eve.private)
    change = by_certificate(Person("lan", few, eve.private))
    return bad("authorities certify each other in a ring", "certificate-untrusted", change)


@attack
def too_many_certificates() -> Attack:
    def many(data: cms.SignedData) -> None:
        for number in range(16):
            spare = certified(f"spare {number}", make_key("ec"), authority())
            data["certificates"].append(_choice(spare.certificate))

    return bad("the signature brings a pile of certificates", "signature-malformed", edited(many))


# -- revocation


@attack
def revoked_before() -> Attack:
    ca, who = _revoking(NOW - timedelta(seconds=1))
    return _revoked("the certificate was revoked a second before", ca, who)


@attack
def revoked_in_that_second() -> Attack:
    ca, who = _revoking(NOW)
    return _revoked("the certificate was revoked in the second of the act", ca, who)


@attack
def revoked_as_a_later_list_tells() -> Attack:
    ca, who = _revoking(NOW - timedelta(minutes=5))
    change = sent(who=who, trust=trusting(ca, crls=(*_clean(ca), *ca.crls(NOW + DAY))))
    twin = change.but(trust=trusting(ca, crls=_clean(ca)))
    defect = "the list of the day says nothing, a later one that it was revoked before"
    return bad(defect, "certificate-revoked", change, twin)


@attack
def issuer_revoked() -> Attack:
    ca = DemoAuthority.create("Fallen", at=NOW - 9 * DAY)
    who = person("lan", by=ca)
    fallen = revocation_list(ca.root.subject, ca._root_key, {ca.issuing.serial_number: NOW}, NOW - HOUR, NOW + DAY)
    twin = sent(who=who, trust=trusting(ca))
    change = twin.but(trust=trusting(ca, crls=(fallen, ca.crls(NOW - HOUR)[1])))
    return bad("the root revoked the issuing authority", "certificate-revoked", change, twin)


@attack
def no_revocation_list() -> Attack:
    change = good().but(trust=trusting(crls=()))
    return bad("nobody says whether it was revoked", "certificate-revocation-unknown", change, undecidable=True)


@attack
def revocation_list_out_of_date() -> Attack:
    change = good().but(trust=trusting(at=NOW - 31 * DAY))
    return bad("the list ended the day before", "certificate-revocation-unknown", change, undecidable=True)


@attack
def revocation_list_of_another_key() -> Attack:
    ca = authority()
    fake = revocation_list(ca.issuing.subject, make_key("ec"), {}, NOW - HOUR, NOW + DAY)
    change = good().but(trust=trusting(crls=(ca.crls(NOW - HOUR)[0], fake)))
    defect = "the list that clears it is signed by somebody else"
    return bad(defect, "certificate-revocation-unknown", change, undecidable=True)


@attack
def revocation_list_of_the_issuer_alone() -> Attack:
    change = good().but(trust=trusting(crls=authority().crls(NOW - HOUR)[1:]))
    defect = "nobody says whether the issuing authority was revoked"
    return bad(defect, "certificate-revocation-unknown", change, undecidable=True)


@attack
def revocation_list_damaged() -> Attack:
    first, second = authority().crls(NOW - HOUR)
    change = good().but(trust=trusting(crls=(first, second[:-40])))
    return bad("a revocation list is cut off", "crl-malformed", change)


# -- the form of the signature


@attack
def cms_truncated() -> Attack:
    return bad("the signature is cut off", "signature-malformed", good().but(signature=good().signature[:-1]))


@attack
def cms_with_a_tail() -> Attack:
    return bad("bytes follow the signature", "signature-malformed", good().but(signature=good().signature + b"\0"))


@attack
def cms_empty() -> Attack:
    return bad("there is no signature", "signature-malformed", good().but(signature=b""))


@attack
def cms_huge() -> Attack:
    change = good().but(signature=good().signature + bytes(70_000))
    return bad("the signature is larger than any", "signature-too-large", change)


@attack
def cms_of_encrypted_data() -> Attack:
    other = cms.ContentInfo({"content_type": "data", "content": core.OctetString(b"x")}).dump()
    return bad("the message is no signed data", "signature-malformed", good().but(signature=other))


@attack
def cms_with_content_of_its_own() -> Attack:
    def embed(data: cms.SignedData) -> None:
        data["encap_content_info"]["content"] = core.OctetString(b"other content")

    return bad("the message brings content of its own", "signature-malformed", edited(embed))


@attack
def cms_with_unsigned_attributes() -> Attack:
    def add(data: cms.SignedData) -> None:
        attribute = cms.CMSAttribute({"type": "content_type", "values": ["data"]})
        data["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes([attribute])

    return bad("attributes that nobody signed hang on it", "signature-unsigned-attributes", edited(add))


@attack
def cms_with_two_signers() -> Attack:
    def double(data: cms.SignedData) -> None:
        data["signer_infos"].append(data["signer_infos"][0].copy())

    return bad("the message has two signers", "signature-malformed", edited(double))


@attack
def cms_without_certificate() -> Attack:
    def strip(data: cms.SignedData) -> None:
        data["certificates"] = cms.CertificateSet([])

    return bad("the signer's certificate is not there", "signature-malformed", edited(strip))


@attack
def cms_with_a_certificate_twice() -> Attack:
    def double(data: cms.SignedData) -> None:
        data["certificates"].append(data["certificates"][0].copy())

    return bad("one certificate stands twice", "signature-malformed", edited(double))


@attack
def cms_with_revocation_data() -> Attack:
    def add(data: cms.SignedData) -> None:
        from asn1crypto import crl

        listed = crl.CertificateList.load(authority().crls(NOW - HOUR)[1])
        data["crls"] = cms.RevocationInfoChoices([cms.RevocationInfoChoice("crl", listed)])

    return bad("revocation data that nobody signed for lies in it", "signature-malformed", edited(add))


@attack
def certificate_swapped_for_one_of_the_same_key() -> Attack:
    twin_key = person("lan", by=authority(), private=lan().private)

    def swap(data: cms.SignedData) -> None:
        loaded = asn1_x509.Certificate.load(der(twin_key.certificate))
        data["certificates"] = cms.CertificateSet([cms.CertificateChoices("certificate", loaded)])
        data["signer_infos"][0]["sid"].chosen["serial_number"] = loaded.serial_number

    return bad("another certificate of the same key stands in its place", "signature-certificate", edited(swap))


@attack
def signer_named_by_key() -> Attack:
    def name(data: cms.SignedData) -> None:
        data["signer_infos"][0]["sid"] = cms.SignerIdentifier("subject_key_identifier", core.OctetString(b"k" * 20))

    return bad("the signer is named by a key identifier", "signature-malformed", edited(name))


@attack
def signature_value_changed() -> Attack:
    def flip(data: cms.SignedData) -> None:
        value = bytearray(data["signer_infos"][0]["signature"].native)
        value[-1] ^= 1
        data["signer_infos"][0]["signature"] = core.OctetString(bytes(value))

    return bad("a bit of the signature is wrong", "signature-wrong", edited(flip))


@attack
def signed_by_another_key() -> Attack:
    thief = make_key("ec")
    change = good().but(signature=forged(good().manifest, Person("lan", lan().key, thief)))
    return bad("signed with another key than the certificate's", "signature-wrong", change)


@attack
def without_signed_attributes() -> Attack:
    def strip(data: cms.SignedData) -> None:
        old = data["signer_infos"][0]
        kept = {name: old[name] for name in ("version", "sid", "digest_algorithm", "signature_algorithm")}
        value = lan().private.sign(good().manifest, ec.ECDSA(hashes.SHA256()))
        data["signer_infos"] = cms.SignerInfos([cms.SignerInfo({**kept, "signature": value})])

    return bad("the manifest itself is signed, without attributes", "signature-attributes", edited(strip))


@attack
def without_certificate_attribute() -> Attack:
    return _attributes(
        "the certificate's hash is not among what is signed", "signature-attributes", _without("signing_certificate_v2")
    )


@attack
def without_commitment() -> Attack:
    return _attributes("it commits to nothing", "signature-attributes", _without("commitment_type"))


@attack
def without_time() -> Attack:
    return _attributes("it tells no time", "signature-attributes", _without("signing_time"))


@attack
def attribute_twice() -> Attack:
    return _attributes("an attribute stands twice", "signature-attributes", lambda found: [*found, found[0].copy()])


@attack
def unknown_attribute() -> Attack:
    def add(found: list[cms.CMSAttribute]) -> list[cms.CMSAttribute]:
        return [*found, cms.CMSAttribute({"type": "2.25.1234567", "values": [core.Integer(1)]})]

    return _attributes("it says something that nobody here understands", "signature-attributes", add)


@attack
def other_commitment() -> Attack:
    def commit(found: list[cms.CMSAttribute]) -> list[cms.CMSAttribute]:
        value = cades_asn1.CommitmentTypeIndication({"commitment_type_id": "1.2.840.113549.1.9.16.6.4"})
        made = cms.CMSAttribute({"type": "commitment_type", "values": [value]})
        return [*_without("commitment_type")(found), made]

    return _attributes("it commits to having sent, not to approving", "signature-purpose", commit)


@attack
def wrong_certificate_hash() -> Attack:
    def swap(found: list[cms.CMSAttribute]) -> list[cms.CMSAttribute]:
        identifier = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(der(mai().certificate)).digest()})
        value = tsp.SigningCertificateV2({"certs": [identifier]})
        made = cms.CMSAttribute({"type": "signing_certificate_v2", "values": [value]})
        return [*_without("signing_certificate_v2")(found), made]

    return _attributes("what is signed names somebody else's certificate", "signature-certificate", swap)


@attack
def wrong_message_digest() -> Attack:
    def swap(found: list[cms.CMSAttribute]) -> list[cms.CMSAttribute]:
        made = cms.CMSAttribute({"type": "message_digest", "values": [core.OctetString(bytes(32))]})
        return [*_without("message_digest")(found), made]

    return _attributes("the digest is not that of the manifest", "signature-other-data", swap)


@attack
def digest_sha1() -> Attack:
    cms_ = forged(good_rsa().manifest, lan("rsa"), digest="sha1")
    change = good_rsa().but(signature=cms_)
    return bad("the digest is SHA-1", "signature-algorithm", change, good_rsa())


@attack
def signed_with_sha1() -> Attack:
    cms_ = forged(good_rsa().manifest, lan("rsa"), mechanism="sha1_rsa")
    return bad("the signature's hash is SHA-1", "signature-algorithm", good_rsa().but(signature=cms_), good_rsa())


@attack
def two_hash_algorithms() -> Attack:
    cms_ = forged(good_rsa().manifest, lan("rsa"), mechanism="sha512_rsa")
    return bad("digest and signature use two hashes", "signature-algorithm", good_rsa().but(signature=cms_), good_rsa())


# -- how they are made


def forged(manifest: bytes, who: Person, *, digest: str = "sha256", mechanism: str | None = None) -> bytes:
    """A message as our own client would write it, but by anybody and with any algorithm."""
    template = cms.ContentInfo.load(good().signature)
    data, info = template["content"], template["content"]["signer_infos"][0]
    own = asn1_x509.Certificate.load(der(who.certificate))
    data["certificates"] = cms.CertificateSet([_choice(item) for item in (who.certificate, *who.key.chain)])
    info["sid"] = cms.SignerIdentifier(
        "issuer_and_serial_number",
        cms.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number}),
    )
    named = mechanism or f"{digest}_{'rsa' if isinstance(who.private, rsa.RSAPrivateKey) else 'ecdsa'}"
    info["digest_algorithm"] = algos.DigestAlgorithm({"algorithm": digest})
    info["signature_algorithm"] = algos.SignedDigestAlgorithm({"algorithm": named})
    data["digest_algorithms"] = cms.DigestAlgorithms([algos.DigestAlgorithm({"algorithm": digest})])
    issuer = asn1_x509.GeneralNames([asn1_x509.GeneralName("directory_name", own.issuer)])
    identifier = tsp.ESSCertIDv2(
        {
            "cert_hash": hashlib.sha256(der(who.certificate)).digest(),
            "issuer_serial": {"issuer": issuer, "serial_number": own.serial_number},
        }
    )
    changed = {
        "message_digest": core.OctetString(hashlib.new(digest, manifest).digest()),
        "signing_certificate_v2": tsp.SigningCertificateV2({"certs": [identifier]}),
    }
    kept = [item for item in info["signed_attrs"] if item["type"].native not in {*changed, "cms_algorithm_protection"}]
    made = [cms.CMSAttribute({"type": name, "values": [value]}) for name, value in changed.items()]
    _sign(info, [*kept, *made], who.private, named)
    return bytes(template.dump(force=True))


def edited(change: Callable[[cms.SignedData], None]) -> Sent:
    """The good message with one thing changed that no signature covers."""
    info = cms.ContentInfo.load(good().signature)
    change(info["content"])
    return good().but(signature=bytes(info.dump(force=True)))


def _attributes(defect: str, code: str, change: Callable[[list[cms.CMSAttribute]], list[cms.CMSAttribute]]) -> Attack:
    """The good message with other attributes, signed again by the right key."""
    template = cms.ContentInfo.load(good().signature)
    info = template["content"]["signer_infos"][0]
    _sign(info, change(list(info["signed_attrs"])), lan().private, "sha256_ecdsa")
    return bad(defect, code, good().but(signature=bytes(template.dump(force=True))))


def _without(name: str) -> Callable[[list[cms.CMSAttribute]], list[cms.CMSAttribute]]:
    return lambda found: [item for item in found if item["type"].native != name]


def _sign(info: cms.SignerInfo, attributes: list[cms.CMSAttribute], private: object, mechanism: str) -> None:
    fresh = cms.CMSAttributes([cms.CMSAttribute.load(item.dump()) for item in attributes])
    info["signed_attrs"] = fresh
    info["signature"] = core.OctetString(_signature(private, fresh.dump(force=True), mechanism))


def _signature(private: object, data: bytes, mechanism: str) -> bytes:
    known = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256(), "sha512": hashes.SHA512()}
    digest = known[mechanism.partition("_")[0]]
    if isinstance(private, rsa.RSAPrivateKey):
        return private.sign(data, padding.PKCS1v15(), digest)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    return private.sign(data, ec.ECDSA(digest))


def _choice(certificate: x509.Certificate) -> cms.CertificateChoices:
    return cms.CertificateChoices("certificate", asn1_x509.Certificate.load(der(certificate)))


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(name: str, key: object, ca: DemoAuthority) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(_name(name)).issuer_name(ca.issuing.subject)
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())  # type: ignore[attr-defined]
    return builder.not_valid_before(NOW - DAY).not_valid_after(NOW + 300 * DAY)


def _by(certificate: x509.Certificate, private: object, ca: DemoAuthority) -> Person:
    key = Pkcs12Key(certificate=certificate, chain=(ca.issuing,), _private=private)  # type: ignore[arg-type]
    return Person("lan", key, private)  # type: ignore[arg-type]


def certified(name: str, key: object, ca: DemoAuthority, **usage: bool) -> Person:
    """A certificate as an authority should not issue it: any key, any usage or none."""
    builder = _builder(name, key, ca)
    if usage:
        builder = builder.add_extension(key_usage(**usage), critical=True)
    return _by(builder.sign(ca._issuing_key, hashes.SHA256()), key, ca)


def _under(issuer: x509.Certificate, issuer_key: object, key: object, name: str) -> x509.Certificate:
    return authority_certificate(
        _name(f"{name} CA"),
        key,
        issuer.subject,
        issuer_key,
        NOW - DAY,
        NOW + DAY,
        path_length=0,  # type: ignore[arg-type]
    )


def _under_person(
    issuer: x509.Certificate, issuer_key: object, private: object, chain: tuple[x509.Certificate, ...]
) -> Person:
    builder = x509.CertificateBuilder().subject_name(_name("lan")).issuer_name(issuer.subject)
    builder = builder.public_key(private.public_key()).serial_number(77)  # type: ignore[attr-defined]
    builder = builder.not_valid_before(NOW - DAY).not_valid_after(NOW + DAY)
    builder = builder.add_extension(key_usage(digital_signature=True), critical=True)
    certificate = builder.sign(issuer_key, hashes.SHA256())  # type: ignore[arg-type]
    key = Pkcs12Key(certificate=certificate, chain=chain, _private=private)  # type: ignore[arg-type]
    return Person("lan", key, private)  # type: ignore[arg-type]


def _sha1_certificate(certificate: x509.Certificate, ca: DemoAuthority) -> x509.Certificate:
    """The same certificate, signed with SHA-1: cryptography writes no such thing any more."""
    loaded = asn1_x509.Certificate.load(der(certificate))
    inner = loaded["tbs_certificate"]
    weak = algos.SignedDigestAlgorithm({"algorithm": "sha1_rsa"})
    inner["signature"] = weak
    body = inner.dump(force=True)
    assert isinstance(ca._issuing_key, rsa.RSAPrivateKey)
    made = asn1_x509.Certificate(
        {
            "tbs_certificate": asn1_x509.TbsCertificate.load(body),
            "signature_algorithm": weak,
            "signature_value": core.OctetBitString(ca._issuing_key.sign(body, padding.PKCS1v15(), hashes.SHA1())),
        }
    )
    return x509.load_der_x509_certificate(made.dump())


def _revoking(at: datetime) -> tuple[DemoAuthority, Person]:
    ca = DemoAuthority.create("Revoking", at=NOW - 9 * DAY)
    who = person("lan", by=ca)
    ca.revoke(who.certificate, at)
    return ca, who


def _clean(ca: DemoAuthority) -> tuple[bytes, bytes]:
    end = NOW + DAY
    return (
        revocation_list(ca.root.subject, ca._root_key, {}, NOW - HOUR, end),
        revocation_list(ca.issuing.subject, ca._issuing_key, {}, NOW - HOUR, end),
    )


def _revoked(defect: str, ca: DemoAuthority, who: Person) -> Attack:
    """Its twin is the same, revoked a second after."""
    change = sent(who=who, trust=trusting(ca))
    later = revocation_list(
        ca.issuing.subject,
        ca._issuing_key,
        {who.certificate.serial_number: NOW + timedelta(seconds=1)},
        NOW - HOUR,
        NOW + DAY,
    )
    twin = change.but(trust=trusting(ca, crls=(ca.crls(NOW - HOUR)[0], later)))
    return bad(defect, "certificate-revoked", change, twin)
