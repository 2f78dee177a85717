"""Verify a signature over a manifest, and a whole submission: record, manifest, documents and signature fit together.

A verdict is evidence or an exception: Invalid where something does not hold, Undecidable where proof is missing.
Whatever a library raises on broken input is Invalid too: this fails closed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from cryptography import x509

from signing.canonical import sha256_hex
from signing.certificates import der, fingerprint, load_certificates, subject_name
from signing.errors import Invalid, SigningError
from signing.manifest import MAX_MANIFEST_BYTES, manifest_for, parse_manifest
from signing.record import ActRecord, ApprovalRecord, DocumentReference, decode_record, parse_time

if TYPE_CHECKING:
    from signing.cms import SignedManifest

CLOCK_SKEW = timedelta(minutes=10)
"""How far the signer's clock may be off; the proven time is the server's and later the stamp's."""
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What a verifier goes by: roots it trusts, certificates that may help, CRLs and OCSP responses (DER).

    Nothing is fetched. `stamp_roots`: whom it trusts for time stamps (RFC 3161); empty: the same roots.
    """

    roots: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    stamp_roots: tuple[x509.Certificate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedSignature:
    """Who signed, proven. `fingerprint` and `chain` (issuer first, root last): SHA-256 of DER, hex.

    `purpose` is what the CMS commits to: `initial` or `approval`; `verify_submission` gives the record's own instead,
    which also tells `organ`. `signing_time` is the signer's claim. `path`: the certificates judged (DER), signer first.
    """

    fingerprint: str
    subject: str
    serial: int
    purpose: str
    signing_time: datetime
    certificate_der: bytes
    chain: tuple[str, ...]
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A submission that holds."""

    record: ApprovalRecord | ActRecord
    signature: VerifiedSignature


def verify_signature(cms: bytes, manifest: bytes, *, trust: Trust, at: datetime) -> VerifiedSignature:
    """Verify a detached CAdES signature (DER) over a manifest, judged at `at`: chain, dates, revocation, policy.

    Needs no running event loop in this thread. Codes: `signature-*`, `certificate-*`, `crl-malformed` (Invalid),
    `certificate-revocation-unknown` (Undecidable).
    """
    if at.tzinfo is None:
        raise Invalid("time-naive", "a signature cannot be judged at a time without a zone")
    if len(manifest) > MAX_MANIFEST_BYTES:
        raise Invalid("signature-manifest", f"a manifest of {len(manifest)} bytes; at most {MAX_MANIFEST_BYTES}")
    # pyHanko takes a quarter of a second to import: only those who verify pay for it.
    from signing.cms import read_signature

    signed = closed("signature-malformed", "the signature cannot be read", lambda: read_signature(cms, manifest))
    assert signed.signing_time is not None  # read_signature demands it
    return judge_signer(signed, claimed=signed.signing_time, trust=trust, at=at)


def verify_pdf_signature(
    cms: bytes, content: bytes, *, claimed: datetime, trust: Trust, at: datetime
) -> VerifiedSignature:
    """Verify the CMS of a PDF signature over the bytes it covers, judged at `at`; the PDF tells the claimed time."""
    from signing.cms import read_signature

    signed = closed(
        "signature-malformed", "the signature cannot be read", lambda: read_signature(cms, content, told=False)
    )
    return judge_signer(signed, claimed=claimed, trust=trust, at=at)


def judge_signer(signed: "SignedManifest", *, claimed: datetime, trust: Trust, at: datetime) -> VerifiedSignature:
    """Judge at `at` the certificate of a signature that fits what it is over: path, dates, revocation."""
    from signing.chain import check_chain

    # Records and leaves have whole seconds: the same act is judged at the same time here and by an auditor.
    at = at.astimezone(UTC).replace(microsecond=0)
    signer = load_certificates(signed.certificate)[0]
    spares = [load_certificates(item)[0] for item in signed.others]
    path = closed(
        "certificate-path",
        "the signer's certificate path cannot be read",
        lambda: check_chain(
            signer, (*trust.intermediates, *spares), roots=trust.roots, crls=trust.crls, ocsps=trust.ocsps, at=at
        ),
    )
    return VerifiedSignature(
        fingerprint=fingerprint(signer),
        subject=subject_name(signer),
        serial=signer.serial_number,
        purpose=signed.purpose,
        signing_time=claimed,
        certificate_der=signed.certificate,
        chain=tuple(fingerprint(item) for item in path[1:]),
        path=tuple(map(der, path)),
    )


def verify_submission(
    record: bytes,
    manifest: bytes,
    cms: bytes,
    *,
    documents: Mapping[str, bytes] | Sequence[DocumentReference] | None = None,
    trust: Trust,
    at: datetime,
) -> Verified:
    """Verify that record, manifest, documents and signature fit, judged at `at` (aware); Invalid or Undecidable.

    `documents`: all documents that the record names, by name with their bytes, or as references known to be right; None
    where the caller compares the record's own references with what it holds.
    Says nothing of whose certificate it is, nor whether the nonce is fresh: the caller's database knows.
    """
    found = decode_record(record)
    parse_manifest(manifest)
    if manifest != manifest_for(found):
        raise Invalid("signature-other-record", "the manifest does not fit the record; build it with manifest_for")
    if documents is not None:
        _check_documents(found, documents)
    signature = verify_signature(cms, manifest, trust=trust, at=at)
    purpose = found.purpose if isinstance(found, ApprovalRecord) else "approval"
    if (purpose == "initial") != (signature.purpose == "initial"):
        raise Invalid(
            "signature-purpose", f"the record says {purpose}, the signature commits to {signature.purpose}; sign again"
        )
    _check_time(parse_time(found.time), signature.signing_time, at)
    return Verified(record=found, signature=replace(signature, purpose=purpose))


def _check_documents(
    record: ApprovalRecord | ActRecord, documents: Mapping[str, bytes] | Sequence[DocumentReference]
) -> None:
    named = {item.name: item for item in record.documents} if isinstance(record, ApprovalRecord) else {}
    if isinstance(documents, Mapping):
        given = {name: (sha256_hex(content), len(content)) for name, content in documents.items()}
    else:
        given = {item.name: (item.sha256, item.size) for item in documents}
    for name in sorted(named.keys() | given.keys()):
        reference = named.get(name)
        if reference is None or given.get(name) != (reference.sha256, reference.size):
            raise Invalid(
                "signature-other-document", f"the document {name} is not the one that the record names; load it again"
            )


def _check_time(recorded: datetime, signed: datetime, at: datetime) -> None:
    if not recorded - CLOCK_SKEW <= signed <= at + CLOCK_SKEW or recorded > at + CLOCK_SKEW:
        raise Invalid(
            "signature-time",
            f"the signature claims {signed:%Y-%m-%dT%H:%M:%SZ}, the record {recorded:%Y-%m-%dT%H:%M:%SZ}, judged at "
            f"{at:%Y-%m-%dT%H:%M:%SZ}: more than {CLOCK_SKEW} apart; set the clock of the machine that signs",
        )


def closed(code: str, message: str, check: Callable[[], _Result]) -> _Result:
    """Run a check so that anything a library throws at broken input is one clear refusal."""
    try:
        return check()
    except (SigningError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a library written in Rust panics with something that is no Exception
        raise Invalid(code, message) from error
