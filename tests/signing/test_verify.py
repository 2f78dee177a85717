"""What a signature proves, and what it must not let pass."""

from datetime import timedelta

import pytest

from adapters.console.demo.authority import DemoAuthority
from signing.errors import Invalid, Undecidable
from signing.sign import sign_manifest
from signing.verify import Trust, verify_signature, verify_submission
from tests.pki import NOW, authority, known, person, trust
from tests.signing.records import DOCUMENTS, act, approval, signed


@pytest.mark.parametrize("kind", ["ec", "p384", "rsa"])
@pytest.mark.parametrize("purpose", ["initial", "approval", "organ"])
def test_a_submission_holds(kind, purpose):
    """Record, manifest, documents and signature that fit are accepted, and say who signed and as what."""
    record, manifest, cms = signed(approval(purpose=purpose), known("lan", kind))
    found = verify_submission(record, manifest, cms, documents=DOCUMENTS, trust=trust(), at=NOW)
    assert found.record == approval(purpose=purpose)
    assert (found.signature.subject, found.signature.purpose, found.signature.signing_time) == ("lan", purpose, NOW)
    assert len(found.signature.chain) == 2


def test_the_signature_alone_never_says_initial_for_approval():
    """An initial is never an approval, even where only the CMS is looked at."""
    _, manifest, cms = signed(approval(purpose="initial"), known("lan"))
    assert verify_signature(cms, manifest, trust=trust(), at=NOW).purpose == "initial"


@pytest.mark.parametrize(
    ("said", "committed"), [("approval", "initial"), ("organ", "initial"), ("initial", "approval")]
)
def test_record_and_commitment_must_agree(said, committed):
    """A signature made as an initial cannot be presented with a record that says approval, nor the reverse."""
    record, manifest, _ = signed(approval(purpose=said), known("lan"))
    cms = sign_manifest(manifest, known("lan").key, purpose=committed, at=NOW)
    with pytest.raises(Invalid) as refused:
        verify_submission(record, manifest, cms, documents=DOCUMENTS, trust=trust(), at=NOW)
    assert refused.value.code == "signature-purpose"


def test_acts_are_signed_as_approvals():
    """An act record goes the same way, without documents."""
    record, manifest, cms = signed(act(), known("admin"))
    assert verify_submission(record, manifest, cms, documents={}, trust=trust(), at=NOW).record == act()


def refused(code: str, **changes):
    record, manifest, cms = signed(approval(), known("lan"))
    values = {"documents": DOCUMENTS, "trust": trust(), "at": NOW, **changes}
    record, manifest, cms = values.pop("record", record), values.pop("manifest", manifest), values.pop("cms", cms)
    with pytest.raises((Invalid, Undecidable)) as found:
        verify_submission(record, manifest, cms, **values)
    assert found.value.code == code
    return found.value


def test_a_signature_over_other_data_is_refused():
    """A record, a manifest, or a document other than the signed one is refused, each by its own code."""
    other = approval(task="H29.5-261121-0001.4")
    refused("signature-other-record", record=other.encode())
    refused("signature-other-data", record=other.encode(), manifest=signed(other, known("lan"))[1])
    refused("signature-other-document", documents={**DOCUMENTS, "draft.pdf": b"%PDF-1.7 drift"})
    refused("signature-other-document", documents={"draft.pdf": DOCUMENTS["draft.pdf"]})
    refused("signature-other-document", documents={**DOCUMENTS, "more.pdf": b""})


def test_a_certificate_outside_its_dates_is_refused():
    """±1 s at both ends: the ends themselves count as inside (RFC 5280 §4.1.2.5)."""
    start, end = NOW - timedelta(days=2), NOW + timedelta(days=2)
    who = person("mai", not_before=start, not_after=end)
    for at, code in [
        (start, None),
        (end, None),
        (start - timedelta(seconds=1), "certificate-not-yet-valid"),
        (end + timedelta(seconds=1), "certificate-expired"),
    ]:
        _, manifest, _ = signed(approval(), who)
        cms = sign_manifest(manifest, who.key, purpose="approval", at=NOW)
        given = trust(at=at - timedelta(hours=1))
        if code is None:
            assert verify_signature(cms, manifest, trust=given, at=at).subject == "mai"
        else:
            with pytest.raises(Invalid) as found:
                verify_signature(cms, manifest, trust=given, at=at)
            assert found.value.code == code


def test_an_expired_certificate_does_not_even_sign():
    """The client refuses before it asks the key."""
    who = person("old", not_after=NOW - timedelta(seconds=1))
    with pytest.raises(Invalid) as found:
        signed(approval(), who)
    assert found.value.code == "certificate-expired"


def test_revocation_is_judged_at_the_time():
    """Revoked after the act: valid. Revoked before, or in the very second: refused. Nothing known: undecidable."""
    ca = DemoAuthority.create("Revoking", at=NOW - timedelta(days=9))
    who = person("tam", by=ca)
    ca.revoke(who.certificate, NOW)
    record, manifest, cms = signed(approval(), who)
    for at, holds in [(NOW - timedelta(seconds=1), True), (NOW, False), (NOW + timedelta(seconds=1), False)]:
        given = trust(ca, at=NOW - timedelta(hours=1))
        if holds:
            verify_submission(record, manifest, cms, documents=DOCUMENTS, trust=given, at=at)
        else:
            with pytest.raises(Invalid) as found:
                verify_submission(record, manifest, cms, documents=DOCUMENTS, trust=given, at=at)
            assert found.value.code == "certificate-revoked"


def test_a_later_list_still_shows_an_earlier_revocation():
    """A list that was current does not hide what a later list says of that time."""
    ca = DemoAuthority.create("Late", at=NOW - timedelta(days=9))
    who = person("tam", by=ca)
    clean = ca.crls(NOW - timedelta(hours=1))
    ca.revoke(who.certificate, NOW - timedelta(minutes=5))
    given = Trust(roots=(ca.root,), intermediates=(ca.issuing,), crls=(*clean, *ca.crls(NOW + timedelta(days=1))))
    _, manifest, cms = signed(approval(), who)
    with pytest.raises(Invalid) as found:
        verify_signature(cms, manifest, trust=given, at=NOW)
    assert found.value.code == "certificate-revoked"


def test_unknown_revocation_is_undecidable():
    """No list, a stale one, one from the future, one by another authority, or one list of two: never passed."""
    ca, other = authority(), DemoAuthority.create("Other", at=NOW - timedelta(days=9))
    root_list, issuing_list = ca.crls(NOW - timedelta(hours=1))
    for crls in [
        (),
        ca.crls(NOW - timedelta(days=31)),
        ca.crls(NOW + timedelta(seconds=1)),
        other.crls(NOW - timedelta(hours=1)),
        (root_list,),
        (issuing_list,),
    ]:
        given = Trust(roots=(ca.root,), intermediates=(ca.issuing,), crls=crls)
        assert isinstance(refused("certificate-revocation-unknown", trust=given), Undecidable)


def test_a_chain_to_another_root_is_refused():
    """An authority that calls itself the same is not the same."""
    twin = DemoAuthority.create("Test", at=NOW - timedelta(days=365))
    refused("certificate-untrusted", trust=trust(twin))


def test_clocks_may_differ_a_little():
    """A signing time far from the record's and the judge's is refused."""
    _, manifest, _ = signed(approval(), known("lan"))
    for minutes in (-11, 11):
        cms = sign_manifest(manifest, known("lan").key, purpose="approval", at=NOW + timedelta(minutes=minutes))
        refused("signature-time", cms=cms)
    refused("signature-time", at=NOW - timedelta(minutes=11))


def test_a_list_counts_until_the_very_second_of_its_next_update():
    """±1 s at both ends of a CRL's life: undecidable outside, decided at the ends themselves."""
    _, manifest, cms = signed(approval(), known("lan"))
    issued, expires = NOW, NOW + timedelta(days=30)
    given = trust(at=issued)
    for at, decided in [
        (issued - timedelta(seconds=1), False),
        (issued, True),
        (expires, True),
        (expires + timedelta(seconds=1), False),
    ]:
        if decided:
            assert verify_signature(cms, manifest, trust=given, at=at).subject == "lan"
        else:
            with pytest.raises(Undecidable):
                verify_signature(cms, manifest, trust=given, at=at)


def test_an_act_is_not_initialled():
    """An act outside any task needs an approval; an initial under it is refused."""
    record, manifest, _ = signed(act(), known("admin"))
    cms = sign_manifest(manifest, known("admin").key, purpose="initial", at=NOW)
    with pytest.raises(Invalid) as found:
        verify_submission(record, manifest, cms, documents={}, trust=trust(), at=NOW)
    assert found.value.code == "signature-purpose"


def test_a_revoked_issuer_brings_down_its_officers():
    """What the root revoked cannot vouch for anybody."""
    from adapters.console.demo.authority import revocation_list

    ca = DemoAuthority.create("Fallen", at=NOW - timedelta(days=9))
    who = person("tam", by=ca)
    root_list = revocation_list(
        ca.root.subject, ca._root_key, {ca.issuing.serial_number: NOW}, NOW, NOW + timedelta(days=30)
    )
    given = Trust(roots=(ca.root,), intermediates=(ca.issuing,), crls=(root_list, ca.crls(NOW)[1]))
    _, manifest, cms = signed(approval(), who)
    with pytest.raises(Invalid) as found:
        verify_signature(cms, manifest, trust=given, at=NOW)
    assert found.value.code == "certificate-revoked"


def test_a_forged_list_does_not_revoke():
    """A list that only claims to be the authority's neither revokes anybody nor clears anybody."""
    from adapters.console.demo.authority import make_key, revocation_list

    ca, who = authority(), known("lan")
    forged = revocation_list(
        ca.issuing.subject, make_key("ec"), {who.certificate.serial_number: NOW}, NOW, NOW + timedelta(days=30)
    )
    _, manifest, cms = signed(approval(), who)
    given = Trust(roots=(ca.root,), intermediates=(ca.issuing,), crls=(forged, *ca.crls(NOW)))
    assert verify_signature(cms, manifest, trust=given, at=NOW).subject == "lan"
    given = Trust(roots=(ca.root,), intermediates=(ca.issuing,), crls=(forged, ca.crls(NOW)[0]))
    with pytest.raises(Undecidable):
        verify_signature(cms, manifest, trust=given, at=NOW)


def test_a_renewed_authority_still_vouches():
    """An authority with an expired and a renewed certificate for one key: the path goes through the valid one."""
    from adapters.console.demo.authority import authority_certificate

    ca = DemoAuthority.create("Renewed", at=NOW - timedelta(days=9))
    who = person("tam", by=ca)
    old = authority_certificate(
        ca.issuing.subject,
        ca._issuing_key,
        ca.root.subject,
        ca._root_key,
        NOW - timedelta(days=9),
        NOW - timedelta(days=1),
        path_length=0,
    )
    _, manifest, cms = signed(approval(), who)
    given = Trust(roots=(ca.root,), intermediates=(old, ca.issuing), crls=ca.crls(NOW))
    assert verify_signature(cms, manifest, trust=given, at=NOW).subject == "tam"
