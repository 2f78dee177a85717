"""Certificate revocation lists (RFC 5280 §5): what each says of a certificate, and whether it may say so.

This reading is for statements *against* a certificate, from any list, old or new. That a list clears a certificate is
for `signing.chain`, with the library's rules on scopes, distribution points and deltas on top of these.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509

from signing.certificates import MAX_CRL_BYTES
from signing.errors import Invalid
from signing.names import issued, may_sign_lists, prepared, same_name
from signing.policy import accepted_hash
from signing.status import Status

MAX_CRLS = 4096
"""A dossier that lived for years has the lists of each of its acts."""
SMALL = 64 * 1024
"""Lists up to this size are kept when they were read, and not read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationList:
    """A list as read; nothing about it is checked. `scope`: its issuing distribution point; `indirect`: for others.

    `issuer`: its issuer's name, prepared for comparison. `sha256`: of its bytes.
    """

    crl: x509.CertificateRevocationList
    encoded: bytes
    sha256: bytes
    issuer: str | bytes
    scope: bytes
    indirect: bool
    delta: bool

    def current(self, at: datetime) -> bool:
        """Whether it was the newest of its kind at `at`."""
        until = self.crl.next_update_utc
        return until is not None and self.crl.last_update_utc <= at <= until


def read_lists(crls: Sequence[bytes]) -> tuple[RevocationList, ...]:
    """Read CRLs (DER), each once; Invalid `crl-malformed` where one cannot be read, or there are too many."""
    unique = dict.fromkeys(crls)
    if len(unique) > MAX_CRLS:
        raise Invalid("crl-malformed", f"{len(unique)} CRLs; at most {MAX_CRLS} are read")
    return tuple(_read_again(item) if len(item) <= SMALL else _read(item) for item in unique)


@lru_cache(maxsize=512)
def _read_again(encoded: bytes) -> RevocationList:
    """One pack has many signatures and few lists."""
    return _read(encoded)


def _read(encoded: bytes) -> RevocationList:
    if len(encoded) > MAX_CRL_BYTES:
        raise Invalid("crl-malformed", f"a CRL of {len(encoded)} bytes; at most {MAX_CRL_BYTES} are accepted")
    try:
        crl = x509.load_der_x509_crl(encoded)
        values = [item.value for item in crl.extensions]
    except Exception as error:
        raise Invalid("crl-malformed", "one of the CRLs given cannot be read") from error
    points = [item for item in values if isinstance(item, x509.IssuingDistributionPoint)]
    return RevocationList(
        crl=crl,
        encoded=encoded,
        sha256=hashlib.sha256(encoded).digest(),
        issuer=prepared(crl.issuer),
        scope=points[0].public_bytes() if points else b"",
        indirect=any(item.indirect_crl for item in points),
        delta=any(isinstance(item, x509.DeltaCRLIndicator) for item in values),
    )


def statuses_in_lists(
    certificate: x509.Certificate,
    path: Sequence[x509.Certificate],
    lists: Sequence[RevocationList],
    pool: Sequence[x509.Certificate],
) -> Iterator[tuple[Status, RevocationList]]:
    """Give what authentic lists say of a certificate: all that have it; where it is on hold, also those that do not.

    `path`: certificates that vouch for the list's signer: the issuer and those above it. `pool`: where a signer other
    than the issuer may be found (an indirect list, or a key of its own for lists).
    """
    names = list_issuers(certificate)
    about = [item for item in lists if item.issuer in names]
    entries = [(item, _entry(item, certificate)) for item in about]
    held = any(entry is not None and _reason(entry) is not None for _, entry in entries)
    for item, entry in entries:
        if (entry is not None or (held and not item.delta)) and _authentic(item.crl, path, pool):
            yield _status(item, entry), item


def _status(item: RevocationList, entry: x509.RevokedCertificate | None) -> Status:
    crl = item.crl
    reason = _reason(entry) if entry is not None else None
    gone = entry is None or reason == x509.ReasonFlags.remove_from_crl
    return Status(
        issued=crl.last_update_utc,
        until=crl.next_update_utc,
        source=item.scope,
        revoked=None if gone else entry.revocation_date_utc,  # type: ignore[union-attr]
        on_hold=reason == x509.ReasonFlags.certificate_hold,
    )


def _entry(item: RevocationList, certificate: x509.Certificate) -> x509.RevokedCertificate | None:
    if not item.indirect:
        return item.crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    # An entry without an issuer of its own is of the issuer named last before it (RFC 5280 §5.3.3).
    issuer = item.crl.issuer
    for entry in item.crl:
        issuer = _entry_issuer(entry) or issuer
        if entry.serial_number == certificate.serial_number and same_name(issuer, certificate.issuer):
            return entry
    return None


def _entry_issuer(entry: x509.RevokedCertificate) -> x509.Name | None:
    try:
        names = entry.extensions.get_extension_for_class(x509.CertificateIssuer).value
    except x509.ExtensionNotFound:
        return None
    return next((name for name in names.get_values_for_type(x509.DirectoryName)), None)


def _reason(entry: x509.RevokedCertificate) -> x509.ReasonFlags | None:
    """The reason where it takes something back or may be taken back; None for a revocation for good."""
    try:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except Exception:
        return None
    return reason if reason in (x509.ReasonFlags.certificate_hold, x509.ReasonFlags.remove_from_crl) else None


def list_issuers(certificate: x509.Certificate) -> set[str | bytes]:
    """Name, prepared for comparison, all whose lists may speak of a certificate: its issuer and whom it names."""
    return {prepared(name) for name in (certificate.issuer, *_named_signers(certificate))}


def _named_signers(certificate: x509.Certificate) -> list[x509.Name]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except Exception:
        return []
    named = (name for point in points for name in point.crl_issuer or ())
    return [name.value for name in named if isinstance(name, x509.DirectoryName)]


def _authentic(
    crl: x509.CertificateRevocationList, path: Sequence[x509.Certificate], pool: Sequence[x509.Certificate]
) -> bool:
    own = [item for item in path if same_name(item.subject, crl.issuer)]
    if any(_signed(crl, item) for item in own):
        return True
    others = [item for item in pool if same_name(item.subject, crl.issuer) and may_sign_lists(item)]
    return any(_signed(crl, item) and any(issued(item, above) for above in path) for item in others)


def _signed(crl: x509.CertificateRevocationList, signer: x509.Certificate) -> bool:
    try:
        digest = crl.signature_hash_algorithm
        plain = digest is not None and accepted_hash(digest.name, crl.last_update_utc)
        return plain and crl.is_signature_valid(signer.public_key())  # type: ignore[arg-type]
    except Exception:
        return False


def signed_by_authority(
    found: RevocationList,
    certificate: x509.Certificate,
    path: Sequence[x509.Certificate],
    pool: Sequence[x509.Certificate],
) -> bool:
    """Whether a list is by one who may speak of this certificate; arguments as for `statuses_in_lists`."""
    names = list_issuers(certificate)
    return found.issuer in names and _authentic(found.crl, path, pool)


def current_list_signers(
    lists: Sequence[RevocationList], pool: Sequence[x509.Certificate], path: Sequence[x509.Certificate]
) -> list[x509.Certificate]:
    """Give certificates beside the path that signed one of the lists, at most eight: the library needs them."""
    names = {item.issuer for item in lists}
    candidates = [item for item in pool if item not in path and may_sign_lists(item)]
    return [item for item in candidates if prepared(item.subject) in names][:8]
