"""No slack in a CMS inside a PDF: parts of it that no signature covers must be what they must be.

The place of the last signature in a file is covered by nothing else. Version numbers, the list of digest algorithms and
spare certificates would be free to change there without anybody seeing it; so each has one accepted form.
"""

from collections.abc import Sequence

from asn1crypto import cms
from cryptography import x509

from signing.certificates import load_certificates
from signing.errors import Invalid


def check_tight(signature: bytes, *, version: str, known: Sequence[x509.Certificate]) -> None:
    """Check that the CMS (DER) is exactly its parts put together anew, and each certificate in it truly issued.

    `known`: certificates of authorities that may have issued those in it. Call it after the signature was verified.
    """
    data = cms.ContentInfo.load(signature, strict=True)["content"]
    if data["version"].native != version:
        raise Invalid("signature-slack", "the signature names another version of its form than it has")
    info = data["signer_infos"][0]
    parts = ("sid", "digest_algorithm", "signed_attrs", "signature_algorithm", "signature")
    signer = {"version": "v1", **{part: info[part] for part in parts}}
    anew = {
        "version": version,
        "digest_algorithms": [info["digest_algorithm"]],
        "encap_content_info": data["encap_content_info"],
        "certificates": data["certificates"],
        "signer_infos": [cms.SignerInfo(signer)],
    }
    put_together = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(anew)})
    if put_together.dump() != signature or info["digest_algorithm"]["parameters"].native is not None:
        raise Invalid("signature-slack", "the signature holds parts that nothing covers, in another form than ours")
    held = [load_certificates(each)[0] for each in carried(signature)]
    if not all(_issued(item, (*known, *held)) for item in held):
        raise Invalid("signature-slack", "the signature carries a certificate that none of its authorities issued")


def carried(signature: bytes) -> tuple[bytes, ...]:
    """The certificates (DER) that a CMS (DER) carries: all must be truly issued, whether on a path or not."""
    data = cms.ContentInfo.load(signature, strict=True)["content"]
    return tuple(choice.chosen.dump() for choice in data["certificates"])


def _issued(certificate: x509.Certificate, issuers: Sequence[x509.Certificate]) -> bool:
    for issuer in issuers:
        if issuer.subject == certificate.issuer:
            try:
                certificate.verify_directly_issued_by(issuer)
            except Exception:  # noqa: S112  the next may be the renewed one
                continue
            return True
    return False
