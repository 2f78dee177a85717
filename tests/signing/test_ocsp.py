"""OCSP answers clear a certificate like a list does, and only who may answer is heard."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from adapters.console.demo.authority import DemoAuthority, Responder
from signing.errors import Invalid, SigningError, Undecidable
from signing.verify import Trust, verify_signature
from tests.pki import NOW, person
from tests.signing.records import approval, signed

HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)


@pytest.fixture
def ca() -> DemoAuthority:
    return DemoAuthority.create("Answering", at=NOW - 9 * DAY, url="http://pki.example.vn")


def verdict(ca, who, *, ocsps=(), crls=None, at=NOW):
    """`valid`, or the class and code of the refusal; the root's own list is always there."""
    lists = crls if crls is not None else ca.crls(NOW - HOUR)[:1]
    given = Trust(roots=(ca.root,), intermediates=(ca.issuing,), crls=tuple(lists), ocsps=tuple(ocsps))
    _, manifest, cms = signed(approval(), who)
    try:
        verify_signature(cms, manifest, trust=given, at=at)
    except SigningError as error:
        return type(error), error.code
    return "valid"


UNKNOWN = (Undecidable, "certificate-revocation-unknown")
REVOKED = (Invalid, "certificate-revoked")
HELD = (Undecidable, "certificate-on-hold")


def test_an_answer_of_the_issuer_clears(ca):
    """An answer that is current to the second clears a certificate without any list; one that is not does not."""
    who = person("lan", by=ca)
    assert verdict(ca, who) == UNKNOWN
    for asked, expected in [
        (NOW + SECOND, UNKNOWN),
        (NOW, "valid"),
        (NOW - DAY, "valid"),
        (NOW - DAY - SECOND, UNKNOWN),
    ]:
        assert verdict(ca, who, ocsps=[ca.answer(who.certificate, asked)]) == expected


def test_a_delegated_responder_clears(ca):
    """A responder that the issuer certified for answering is heard, by its own key."""
    who = person("lan", by=ca)
    good = ca.responder(not_before=NOW - DAY, not_after=NOW + DAY)
    assert verdict(ca, who, ocsps=[ca.answer(who.certificate, NOW - HOUR, responder=good)]) == "valid"


def test_a_responder_that_may_not_answer_is_not_heard(ca):
    """Expired, of another authority, or without the purpose: its word clears nobody."""
    who, other = person("lan", by=ca), DemoAuthority.create("Answering", at=NOW - 9 * DAY)
    officer = person("mai", by=ca)
    for responder in [
        ca.responder(not_before=NOW - 3 * DAY, not_after=NOW - 2 * HOUR),
        other.responder(not_before=NOW - DAY, not_after=NOW + DAY),
        Responder(certificate=officer.certificate, key=officer.private),
    ]:
        answer = ca.answer(who.certificate, NOW - HOUR, responder=responder)
        assert verdict(ca, who, ocsps=[answer]) == UNKNOWN


def test_a_responder_without_no_check_must_be_cleared_itself(ca):
    """Without ocsp-nocheck the issuer's list decides: none there, undecidable; cleared, valid; revoked, not heard."""
    who = person("lan", by=ca)
    responder = ca.responder(not_before=NOW - DAY, not_after=NOW + DAY, no_check=False)
    answer = ca.answer(who.certificate, NOW - HOUR, responder=responder)
    assert verdict(ca, who, ocsps=[answer]) == UNKNOWN
    assert verdict(ca, who, ocsps=[answer], crls=ca.crls(NOW - HOUR)) == "valid"
    ca.revoke(who.certificate, NOW - 2 * HOUR)
    says_revoked = ca.answer(who.certificate, NOW - HOUR, responder=responder)
    assert verdict(ca, who, ocsps=[says_revoked]) == REVOKED
    ca._revoked.clear()
    ca.revoke(responder.certificate, NOW - 2 * HOUR)
    # The responder is revoked: whether lan is, it no longer tells. The list itself clears lan.
    assert verdict(ca, who, ocsps=[says_revoked], crls=ca.crls(NOW - HOUR)) == "valid"


def test_a_revocation_by_answer_counts_at_its_second(ca):
    """Revoked at or before the moment refuses, even by a later answer and beside a clean list; after it does not."""
    who = person("lan", by=ca)
    clean = ca.crls(NOW - HOUR)
    ca.revoke(who.certificate, NOW)
    later = ca.answer(who.certificate, NOW + DAY)
    assert verdict(ca, who, ocsps=[later], crls=clean, at=NOW - SECOND) == "valid"
    assert verdict(ca, who, ocsps=[later], crls=clean, at=NOW) == REVOKED
    assert verdict(ca, who, ocsps=[later], crls=clean, at=NOW + SECOND) == REVOKED


def test_a_later_good_does_not_take_a_revocation_back(ca):
    """One authentic word against a certificate outweighs any number for it."""
    who = person("lan", by=ca)
    good = ca.answer(who.certificate, NOW - HOUR)
    ca.revoke(who.certificate, NOW - DAY)
    assert verdict(ca, who, ocsps=[good], crls=ca.crls(NOW - HOUR)) == REVOKED


def test_a_certificate_that_the_responder_never_heard_of(ca):
    """`unknown` is undecidable, even beside a list that does not have it: it may never have been issued."""
    who = person("lan", by=ca)
    answer = ca.answer(who.certificate, NOW - HOUR, unknown=True)
    assert verdict(ca, who, ocsps=[answer]) == UNKNOWN
    assert verdict(ca, who, ocsps=[answer], crls=ca.crls(NOW - HOUR)) == UNKNOWN


def test_an_answer_for_another_certificate_clears_nobody(ca):
    """An answer is for one serial number of one issuer's key."""
    who, twin = person("lan", by=ca), DemoAuthority.create("Answering", at=NOW - 9 * DAY)
    assert verdict(ca, who, ocsps=[ca.answer(person("mai", by=ca).certificate, NOW - HOUR)]) == UNKNOWN
    assert verdict(ca, who, ocsps=[twin.answer(who.certificate, NOW - HOUR)]) == UNKNOWN


def test_broken_answers_are_refused(ca):
    """What is no answer, or too many of them, refuses; it is not passed over."""
    who = person("lan", by=ca)
    answer = ca.answer(who.certificate, NOW - HOUR)
    broken = (Invalid, "ocsp-malformed")
    # 30 03 0a 01 06: the responder says "unauthorized".
    for ocsps in [[answer[:-1]], [b""], [bytes.fromhex("30030a0106")], [answer + bytes([n]) for n in range(2)]]:
        assert verdict(ca, who, ocsps=[answer, *ocsps]) == broken
    assert verdict(ca, who, ocsps=[answer] * 500) == "valid"
    assert verdict(ca, who, ocsps=[b"%d" % n for n in range(4097)]) == broken


def held(ca, who, reason, at, *, listed=True):
    """The issuing authority's list with (or without) one entry of a reason."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(ca.issuing.subject)
    builder = builder.last_update(at).next_update(at + 30 * DAY)
    builder = builder.add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(ca._issuing_key.public_key()), critical=False
    )
    if listed:
        entry = x509.RevokedCertificateBuilder().serial_number(who.certificate.serial_number)
        entry = entry.revocation_date(NOW - 3 * DAY).add_extension(x509.CRLReason(reason), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(ca._issuing_key, hashes.SHA256()).public_bytes(Encoding.DER)


def test_a_hold_counts_until_a_later_list_lifts_it(ca):
    """On hold: undecidable. Lifted by a list made by then: valid. Lifted by one made later: still undecidable."""
    who, root_list = person("lan", by=ca), ca.crls(NOW - HOUR)[0]
    hold = held(ca, who, x509.ReasonFlags.certificate_hold, NOW - 2 * DAY)
    lifted = held(ca, who, None, NOW - HOUR, listed=False)
    lifted_later = held(ca, who, None, NOW + HOUR, listed=False)
    compromised = held(ca, who, x509.ReasonFlags.key_compromise, NOW - 2 * DAY)
    assert verdict(ca, who, crls=[root_list, hold]) == HELD
    assert verdict(ca, who, crls=[root_list, hold, lifted]) == "valid"
    assert verdict(ca, who, crls=[root_list, hold, lifted_later]) == HELD
    assert verdict(ca, who, crls=[root_list, compromised, lifted]) == REVOKED
