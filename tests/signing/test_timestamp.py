"""Time stamps: a stamp proves that these bytes existed at its time, by an authority that was one, or nothing."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import rfc3161_client
from asn1crypto import cms
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.console.demo.authority import DemoAuthority, make_key
from adapters.console.demo.stamps import LocalStamps, granted, make_token, refusal
from signing.cms import read_signature
from signing.errors import Invalid, SigningError, Undecidable
from signing.stamped import verify_stamped
from signing.timestamp import STAMP_SKEW, read_answer, request, signature_value, verify_stamp, with_stamp
from signing.verify import Trust
from tests.pki import NOW, authority, known, person, trust
from tests.signing.records import approval, signed
from tests.stamps import DAY, STAMPING, digest, honest, stamp_over, stamps, token

SECOND = timedelta(seconds=1)
CONTENT = b"what is stamped"


def code(stamp: bytes, *, content: bytes = CONTENT, by: Trust | None = None, at: datetime = NOW) -> str:
    """The code by which a stamp is refused."""
    with pytest.raises(SigningError) as found:
        verify_stamp(stamp, content, trust=by or trust(), at=at)
    return found.value.code


def certified(*purposes, critical=True, **dates) -> LocalStamps:
    """An authority whose certificate is for these purposes."""
    key = make_key("ec")
    dates = {"not_before": NOW - DAY, "not_after": NOW + DAY, **dates}
    certificate = authority().certify(key, "odd", "odd@example.vn", purposes=purposes, **dates)
    return replace(honest(), certificate=certificate, _key=key)


def test_a_stamp_proves_a_time():
    """Request, answer and token go through, and tell time, accuracy, policy and whose stamp it is."""
    stamp = verify_stamp(honest().stamp(digest(CONTENT)), CONTENT, trust=trust(), at=NOW)
    assert (stamp.time, stamp.accuracy, stamp.latest) == (NOW, SECOND, NOW + SECOND)
    assert stamp.policy.startswith("2.25.")


def test_fractions_of_a_second_count_to_the_next():
    """The latest time at which the content existed is rounded up: nothing is proven too early."""
    odd = stamps(clock=lambda: NOW + timedelta(milliseconds=250))
    stamp = verify_stamp(odd.stamp(digest(CONTENT)), CONTENT, trust=trust(), at=NOW + SECOND)
    assert stamp.time == NOW + timedelta(milliseconds=250)
    assert stamp.latest == NOW + 2 * SECOND


@pytest.mark.parametrize("kind", ["ec", "rsa", "p384"])
def test_another_program_agrees(kind):
    """rfc3161-client, which others wrote, accepts our authority's answers, whatever its key, and no other content."""
    key = make_key(kind)
    dates = {"not_before": NOW - DAY, "not_after": NOW + DAY}
    certificate = authority().certify(key, "tsa", "tsa@example.vn", purposes=STAMPING, **dates)
    tsa = replace(honest(), certificate=certificate, _key=key)
    answer = tsa.answer(request(digest(CONTENT), 2**63 + 5))
    verify_stamp(read_answer(answer, digest(CONTENT), 2**63 + 5), CONTENT, trust=trust(), at=NOW)
    found = rfc3161_client.decode_timestamp_response(answer)
    builder = rfc3161_client.VerifierBuilder(roots=[authority().root], intermediates=[authority().issuing])
    assert builder.nonce(2**63 + 5).build().verify_message(found, CONTENT)
    with pytest.raises(rfc3161_client.VerificationError):
        builder.nonce(2**63 + 5).build().verify_message(found, CONTENT + b"!")


def test_another_programs_request_is_answered():
    """Our authority answers what rfc3161-client asks."""
    asked = rfc3161_client.TimestampRequestBuilder().data(CONTENT).hash_algorithm(rfc3161_client.HashAlgorithm.SHA256)
    built = asked.nonce(nonce=True).build()
    found = rfc3161_client.decode_timestamp_response(honest().answer(built.as_bytes()))
    builder = rfc3161_client.VerifierBuilder.from_request(built).add_root_certificate(authority().root)
    assert builder.add_intermediate_certificate(authority().issuing).build().verify_message(found, CONTENT)


def test_what_is_no_request_is_refused_by_status():
    """An authority that refuses gives no token, and the refusal is told as one."""
    answer = honest().answer(b"\x30\x03\x02\x01\x07")
    assert answer == refusal("bad_data_format")
    with pytest.raises(Invalid) as found:
        read_answer(answer, digest(CONTENT), 1)
    assert found.value.code == "stamp-refused"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"nonce": 2}, "stamp-nonce"),
        ({"nonce": None}, "stamp-nonce"),
        ({"content": b"other"}, "stamp-imprint"),
        ({"hash": "sha384"}, "stamp-imprint"),
        ({"gen_time": NOW}, None),
    ],
)
def test_an_answer_must_be_to_the_question(change, expected):
    """Wrong nonce, no nonce, another imprint, another digest: an old or foreign answer is none. Its twin passes."""
    told = {"content": CONTENT, "nonce": 1, **change}
    told = {name: value for name, value in told.items() if value is not None}
    answer = granted(token(told.pop("content"), honest(), **told))
    if expected is None:
        assert read_answer(answer, digest(CONTENT), 1)
        return
    with pytest.raises(Invalid) as found:
        read_answer(answer, digest(CONTENT), 1)
    assert found.value.code == expected


def test_a_stamp_is_over_its_content_alone():
    """A stamp over other bytes proves nothing of these."""
    assert code(token(b"other", honest())) == "stamp-imprint"
    assert code(token(CONTENT, honest(), hash="sha1")) == "stamp-algorithm"
    assert code(token(CONTENT, honest(), sign="sha1")) == "stamp-algorithm"


@pytest.mark.parametrize(
    "purposes",
    [
        (),
        (ExtendedKeyUsageOID.CODE_SIGNING,),
        (ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING),
        (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,),
    ],
)
def test_only_an_authority_for_stamps_stamps(purposes):
    """A certificate for anything else, or for stamps and more, is no authority's: else any officer could back-date."""
    assert code(token(CONTENT, certified(*purposes))) == "stamp-usage"
    verify_stamp(token(CONTENT, certified(*STAMPING)), CONTENT, trust=trust(), at=NOW)


def test_an_officers_key_stamps_nothing():
    """A stamp by an officer's own certificate, in which the authority's lies too, is refused.

    The attack: a verifier that looks for *some* certificate with the right purpose in the token, and checks the
    signature with another (CVE-2025-52556 of rfc3161-client). Precondition: the token carries an honest authority's.
    """
    lan = known("lan")
    told = cms.ContentInfo.load(token(CONTENT, honest()))["content"]["encap_content_info"]["content"].parsed
    forged = make_token(told, lan.private, lan.certificate, (honest().certificate, authority().issuing))
    carried = {item.chosen.serial_number for item in cms.ContentInfo.load(forged)["content"]["certificates"]}
    assert honest().certificate.serial_number in carried
    assert code(forged) == "stamp-usage"


def test_a_signature_by_another_key_is_refused():
    """Naming the authority's certificate is not having its key."""
    told = cms.ContentInfo.load(token(CONTENT, honest()))["content"]["encap_content_info"]["content"].parsed
    assert code(make_token(told, make_key("ec"), honest().certificate, ())) == "stamp-wrong"


def test_the_certificate_reference_is_checked():
    """A twin certificate with the same key cannot take the signer's place (RFC 5035): nothing else tells them apart."""
    tsa = honest()
    dates = {"not_before": NOW - DAY, "not_after": NOW + DAY}
    twin = _asn1(authority().certify(tsa._key, "twin", "twin@example.vn", purposes=STAMPING, **dates))
    made = cms.ContentInfo.load(token(CONTENT, tsa))
    made["content"]["certificates"] = cms.CertificateSet([cms.CertificateChoices({"certificate": twin})])
    named = {"issuer": twin.issuer, "serial_number": twin.serial_number}
    [info] = made["content"]["signer_infos"]
    info["sid"] = cms.SignerIdentifier({"issuer_and_serial_number": cms.IssuerAndSerialNumber(named)})
    assert code(made.dump()) == "stamp-certificate"


def _asn1(certificate):
    from asn1crypto import x509 as asn1_x509

    from signing.certificates import der

    return asn1_x509.Certificate.load(der(certificate))


@pytest.mark.parametrize("after", [-SECOND, timedelta(0)])
def test_an_expired_authority_is_none(after):
    """To the second: the last one of its dates counts, the one after does not."""
    tsa = certified(*STAMPING, not_after=NOW + after)
    if after:
        assert code(token(CONTENT, tsa)) == "stamp-certificate-expired"
    else:
        verify_stamp(token(CONTENT, tsa), CONTENT, trust=trust(), at=NOW)


@pytest.mark.parametrize("before", [timedelta(0), SECOND])
def test_an_authority_to_come_is_none(before):
    """To the second: a stamp from before its certificate's dates is refused."""
    tsa = certified(*STAMPING, not_before=NOW + before)
    if before:
        assert code(token(CONTENT, tsa), at=NOW + SECOND) == "stamp-certificate-not-yet-valid"
    else:
        verify_stamp(token(CONTENT, tsa), CONTENT, trust=trust(), at=NOW)


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_a_revoked_authority_is_none(seconds):
    """Revoked in the very second counts as revoked; a second later harms nothing that was known before."""
    ca = DemoAuthority.create("Stamping", at=NOW - 9 * DAY)
    tsa = stamps(ca)
    ca.revoke(tsa.certificate, NOW + timedelta(seconds=seconds))
    by = trust(ca, at=NOW)
    stamp = tsa.stamp(digest(CONTENT))
    if seconds <= 0:
        assert code(stamp, by=by) == "stamp-certificate-revoked"
    else:
        verify_stamp(stamp, CONTENT, trust=by, at=NOW)


def test_a_revoked_authority_cannot_back_date():
    """Judged is when the stamp was first seen: with a stolen key any time can be told."""
    ca = DemoAuthority.create("Stolen", at=NOW - 9 * DAY)
    tsa = stamps(ca)
    ca.revoke(tsa.certificate, NOW)
    dated_back = stamps(ca, clock=lambda: NOW - DAY)
    dated_back = replace(dated_back, certificate=tsa.certificate, _key=tsa._key)
    stamp = dated_back.stamp(digest(CONTENT))
    assert code(stamp, by=trust(ca, at=NOW + SECOND), at=NOW + 2 * SECOND) == "stamp-certificate-revoked"
    verify_stamp(stamp, CONTENT, trust=trust(ca, at=NOW - DAY), at=NOW - DAY)


def test_without_a_revocation_list_nothing_is_decided():
    """Unknown is neither valid nor invalid."""
    bare = replace(trust(), crls=())
    with pytest.raises(Undecidable) as found:
        verify_stamp(token(CONTENT, honest()), CONTENT, trust=bare, at=NOW)
    assert found.value.code == "stamp-certificate-revocation-unknown"


def test_stamps_have_roots_of_their_own():
    """Where roots for stamps are named, no other root counts for stamps."""
    ca = DemoAuthority.create("Times", at=NOW - 9 * DAY)
    own, foreign = stamps(ca).stamp(digest(CONTENT)), token(CONTENT, honest())
    by = replace(trust(), stamp_roots=(ca.root,), intermediates=(ca.issuing, authority().issuing))
    by = replace(by, crls=(*by.crls, *ca.crls(NOW)))
    verify_stamp(own, CONTENT, trust=by, at=NOW)
    assert code(foreign, by=by) == "stamp-certificate-untrusted"
    assert code(own) == "stamp-certificate-untrusted"


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_a_stamp_from_the_future_is_refused(seconds):
    """The authority's clock may run a minute ahead of the server's, and not a second more."""
    ahead = NOW + STAMP_SKEW + timedelta(seconds=seconds)
    stamp = token(CONTENT, honest(), gen_time=ahead)
    if seconds > 0:
        assert code(stamp) == "stamp-future"
    else:
        assert verify_stamp(stamp, CONTENT, trust=trust(), at=NOW).time == ahead


@pytest.mark.parametrize("skew", [-SECOND, timedelta(0), SECOND])
def test_a_second_of_skew_is_nothing(skew):
    """An authority a second ahead or behind stamps as any other."""
    stamp = verify_stamp(token(CONTENT, honest(), gen_time=NOW + skew), CONTENT, trust=trust(), at=NOW)
    assert stamp.time == NOW + skew


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"accuracy": {"seconds": 61}}, "stamp-accuracy"),
        ({"accuracy": {"seconds": -1}}, "stamp-malformed"),
        ({"accuracy": {"millis": 1000}}, "stamp-malformed"),
        ({"serial_number": 2**161}, "stamp-malformed"),
        ({"version": "v2"}, "stamp-malformed"),
        ({"extensions": [{"extn_id": "1.2.3", "critical": True, "extn_value": b"x"}]}, "stamp-malformed"),
    ],
)
def test_what_a_token_tells_is_bounded(told, expected):
    """Odd accuracies, numbers, versions and unknown critical extensions are refused."""
    assert code(token(CONTENT, honest(), **told)) == expected


def _reshaped(change) -> bytes:
    made = cms.ContentInfo.load(token(CONTENT, honest()))
    change(made["content"], made["content"]["signer_infos"][0])
    return made.dump()


def _without(name):
    def change(_data, info):
        kept = [item for item in info["signed_attrs"] if item["type"].native != name]
        info["signed_attrs"] = cms.CMSAttributes(kept)

    return change


def _unsigned(_data, info):
    info["unsigned_attrs"] = cms.CMSAttributes([cms.CMSAttribute({"type": "message_digest", "values": [b"x"]})])


def _twice(data, info):
    data["signer_infos"] = [info, info.copy()]


def _nobody(data, _info):
    data["signer_infos"] = []


def _no_certificates(data, _info):
    data["certificates"] = []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_without("signing_certificate_v2"), "stamp-attributes"),
        (_without("message_digest"), "stamp-attributes"),
        (_without("content_type"), "stamp-attributes"),
        (_unsigned, "stamp-malformed"),
        (_twice, "stamp-signers"),
        (_nobody, "stamp-signers"),
        (_no_certificates, "stamp-malformed"),
    ],
)
def test_odd_tokens_are_refused(change, expected):
    """One signer, its own certificate, the attributes that bind it, and nothing that nobody signed."""
    assert code(_reshaped(change)) == expected


def test_too_large_is_not_read():
    """Bounds on what is read at all."""
    assert code(b"\x30" * 70_000) == "stamp-too-large"
    with pytest.raises(Invalid):
        read_answer(b"\x30" * 70_000, digest(CONTENT), 1)
    with pytest.raises(Invalid):
        request(b"short", 1)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_no_changed_byte_changes_what_is_proven(data):
    """One byte changed anywhere in a token: refused, or the same time by the same authority."""
    good = _fixed()
    stamp = verify_stamp(good, CONTENT, trust=trust(), at=NOW)
    place = data.draw(st.integers(0, len(good) - 1))
    changed = bytearray(good)
    changed[place] ^= data.draw(st.integers(1, 255))
    try:
        again = verify_stamp(bytes(changed), CONTENT, trust=trust(), at=NOW)
    except SigningError as error:
        assert error.code.startswith("stamp-")  # noqa: PT017
    else:
        assert again == stamp


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_rubbish_is_refused_with_a_code(rubbish):
    """Whatever comes, the answer is a refusal of ours."""
    with pytest.raises(Invalid):
        verify_stamp(rubbish, CONTENT, trust=trust(), at=NOW)
    with pytest.raises(Invalid):
        read_answer(rubbish, digest(CONTENT), 1)


_TOKENS: list[bytes] = []


def _fixed() -> bytes:
    if not _TOKENS:
        _TOKENS.append(token(CONTENT, honest()))
    return _TOKENS[0]


# Signatures and their stamps


def test_the_stamped_form_is_made_from_both():
    """B-T: the stamp goes into the signature as an unsigned attribute, and no other byte of it changes place."""
    _, manifest, cms_ = signed(approval(), known("lan"))
    stamp = stamp_over(cms_, NOW)
    stamped = with_stamp(cms_, stamp)
    [info] = cms.ContentInfo.load(stamped, strict=True)["content"]["signer_infos"]
    [attribute] = info["unsigned_attrs"]
    assert attribute["type"].native == "signature_time_stamp_token"
    assert attribute["values"][0].dump() == stamp
    assert info["signature"].native == signature_value(cms_) == cms_[-len(signature_value(cms_)) :]
    with pytest.raises(Invalid) as found:
        read_signature(stamped, manifest)
    assert found.value.code == "signature-unsigned-attributes"
    with pytest.raises(Invalid) as found:
        with_stamp(signed(approval(), known("otto"))[2], stamp)
    assert found.value.code == "stamp-imprint"


def judged(who, moment: datetime, *, accepted: datetime = NOW, by: Trust | None = None):
    """A signature of NOW, stamped at that moment, verified."""
    record, manifest, cms_ = signed(approval(), who)
    stamp = stamp_over(cms_, moment)
    at = max(moment, accepted)
    return verify_stamped(record, manifest, cms_, stamp, trust=by or trust(), accepted=accepted, at=at)


def test_a_stamped_signature_is_judged_at_its_stamp():
    """The proven time is the stamp's, with its accuracy."""
    found = judged(known("lan"), NOW + timedelta(hours=5))
    assert found.proven == NOW + timedelta(hours=5) + SECOND
    assert found.verified.record.officer == "lan"


@pytest.mark.parametrize("skew", [-SECOND, timedelta(0), SECOND])
def test_a_second_of_skew_against_the_record(skew):
    """A stamp a second before or after the act proves the act; judged is never before it was accepted."""
    assert judged(known("lan"), NOW + skew).proven == max(NOW, NOW + skew + SECOND)


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_a_stamp_from_before_the_act_is_refused(seconds):
    """A minute of skew at most, to the second: a signature cannot be older than what it signs."""
    moment = NOW - STAMP_SKEW - SECOND + timedelta(seconds=seconds)  # exact to a second: a second later at the latest
    if seconds < 0:
        with pytest.raises(Invalid) as found:
            judged(known("lan"), moment)
        assert found.value.code == "stamp-early"
    else:
        assert judged(known("lan"), moment).proven == NOW


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_a_certificate_must_last_until_the_stamp(seconds):
    """To the second: a certificate that ends before its stamp proves nothing, one that ends after it proves all."""
    moment = NOW + timedelta(minutes=5)
    who = person("brief", not_after=moment + SECOND + timedelta(seconds=seconds))
    if seconds < 0:
        with pytest.raises(Invalid) as found:
            judged(who, moment)
        assert found.value.code == "certificate-expired"
    else:
        judged(who, moment)


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_a_certificate_revoked_at_the_stamps_second(seconds):
    """Revoked by then, to the second, is revoked; revoked after it harms nothing."""
    ca = DemoAuthority.create("Both", at=NOW - 9 * DAY)
    who = person("lan", by=ca)
    moment = NOW + timedelta(minutes=5)
    ca.revoke(who.certificate, moment + SECOND + timedelta(seconds=seconds))
    by = trust(ca, at=NOW)
    by = replace(by, roots=(ca.root, authority().root), intermediates=(ca.issuing, authority().issuing))
    by = replace(by, crls=(*by.crls, *trust().crls))
    if seconds <= 0:
        with pytest.raises(Invalid) as found:
            judged(who, moment, by=by)
        assert found.value.code == "certificate-revoked"
    else:
        judged(who, moment, by=by)
