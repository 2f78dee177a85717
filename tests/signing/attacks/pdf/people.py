"""The PDF is whole, but the wrong person signed, at the wrong time, or with the wrong kind of signature."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

from asn1crypto import cms as asn1_cms
from asn1crypto import x509 as asn1_x509

import signing.cms  # noqa: F401  asn1crypto must know all attributes before it first writes one by name
from adapters.console.demo.authority import DemoAuthority
from signing.certificates import der
from signing.pdf.byte_range import unpadded
from signing.pdf.extend import extend
from signing.sign import sign_content
from signing.verify import Trust
from tests.pki import NOW, Person, known, person, trust
from tests.signing.attacks.pdf.attack import attack, with_cms
from tests.signing.pdfs import HEAD, by_head, letter, sign
from tests.stamps import stamps

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@cache
def revoking() -> tuple[DemoAuthority, Person]:
    """An authority of its own, and somebody whose certificate it revoked an hour after NOW."""
    authority = DemoAuthority.create("Revoking", at=NOW - 365 * DAY)
    who = person("lost", by=authority)
    authority.revoke(who.certificate, NOW + HOUR)
    return authority, who


def _revoked_trust() -> Trust:
    early, late = trust(revoking()[0]), trust(revoking()[0], at=NOW + HOUR)
    return replace(late, crls=early.crls + late.crls)


@cache
def stamped_before_the_revocation() -> bytes:
    authority, who = revoking()
    signed = sign(letter(), HEAD, who)
    return extend(signed, trust=_revoked_trust(), stamp=stamps(authority, clock=lambda: NOW + HOUR / 2).stamp)


@attack("certificate-revoked", twin=stamped_before_the_revocation, by=_revoked_trust, at=NOW + 2 * HOUR)
def stamped_after_the_revocation() -> bytes:
    authority, who = revoking()
    signed = sign(letter(), HEAD, who)
    return extend(signed, trust=_revoked_trust(), stamp=stamps(authority, clock=lambda: NOW + 1.5 * HOUR).stamp)


@attack("certificate-expired", twin=by_head)
def expired() -> bytes:
    who = person("old", not_before=NOW - 30 * DAY, not_after=NOW - DAY)
    return with_cms(lambda over: sign_content(over, who.key, purpose="approval", at=NOW - 2 * DAY, claimed=False))


@attack("certificate-not-yet-valid", twin=by_head)
def not_yet_valid() -> bytes:
    who = person("new", not_before=NOW + DAY, not_after=NOW + 30 * DAY)
    return with_cms(lambda over: sign_content(over, who.key, purpose="approval", at=NOW + 2 * DAY, claimed=False))


@attack("certificate-untrusted", twin=by_head)
def authority_forged() -> bytes:
    """An authority of the same name, with another key."""
    who = person("otto", by=DemoAuthority.create("Test", at=NOW - 365 * DAY))
    return with_cms(lambda over: sign_content(over, who.key, purpose="approval", at=NOW, claimed=False))


@attack("signature-purpose", twin=by_head)
def initial_in_the_place_of_an_approval() -> bytes:
    return with_cms(lambda over: sign_content(over, known("otto").key, purpose="initial", at=NOW, claimed=False))


@attack("signature-attributes", twin=by_head)
def second_time_in_the_signature() -> bytes:
    return with_cms(lambda over: sign_content(over, known("otto").key, purpose="approval", at=NOW, claimed=True))


@attack("signature-other-data", twin=by_head)
def signature_of_another_document() -> bytes:
    return with_cms(lambda over: _cms_of(by_head()))


@attack("signature-time", twin=by_head)
def time_in_the_future() -> bytes:
    def make(over: bytes) -> bytes:
        return sign_content(over, known("otto").key, purpose="approval", at=NOW, claimed=False)

    return with_cms(make, at=NOW + HOUR)


@attack("signature-unsigned-attributes", twin=by_head)
def attribute_that_nobody_signed() -> bytes:
    def make(over: bytes) -> bytes:
        signed = sign_content(over, known("otto").key, purpose="approval", at=NOW, claimed=False)
        info = asn1_cms.ContentInfo.load(signed)
        attribute = asn1_cms.CMSAttribute({"type": "content_type", "values": ["data"]})
        info["content"]["signer_infos"][0]["unsigned_attrs"] = asn1_cms.CMSAttributes([attribute])
        return bytes(info.dump(force=True))

    return with_cms(make)


@attack("signature-slack", twin=by_head)
def version_that_nobody_signed() -> bytes:
    def make(over: bytes) -> bytes:
        signed = sign_content(over, known("otto").key, purpose="approval", at=NOW, claimed=False)
        info = asn1_cms.ContentInfo.load(signed)
        info["content"]["version"] = "v3"
        return bytes(info.dump(force=True))

    return with_cms(make)


@attack("signature-slack", twin=by_head)
def certificate_of_a_stranger_beside() -> bytes:
    stranger = person("stranger", by=DemoAuthority.create("Elsewhere", at=NOW - 365 * DAY)).certificate

    def make(over: bytes) -> bytes:
        signed = sign_content(over, known("otto").key, purpose="approval", at=NOW, claimed=False)
        info = asn1_cms.ContentInfo.load(signed)
        choice = asn1_cms.CertificateChoices("certificate", asn1_x509.Certificate.load(der(stranger)))
        info["content"]["certificates"].append(choice)
        return bytes(info.dump(force=True))

    return with_cms(make)


def _cms_of(pdf: bytes) -> bytes:
    at = pdf.rindex(b"/Contents <") + 11
    return unpadded(bytes.fromhex(pdf[at : pdf.index(b">", at)].decode()))
