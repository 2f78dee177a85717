"""Find the path from a certificate to a trusted root. Finding is not trusting: `signing.chain` checks the path."""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509

from signing.bounds import MAX_PATH, MAX_SIGNATURE_CHECKS, check_pool
from signing.certificates import der, subject_name
from signing.errors import Invalid
from signing.names import issued, same_name


def find_path(
    signer: x509.Certificate, spares: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], at: datetime
) -> tuple[x509.Certificate, ...]:
    """Find the shortest path by issuers whose signatures fit; each certificate is visited once, so it always ends.

    Signer first, root last. Raises Invalid `certificate-untrusted`, or what `check_pool` says.
    """
    pool = list({der(item): item for item in (*roots, *spares)}.values())
    check_pool([signer, *pool])
    # An authority renewed under the same name and key has two certificates; the one valid at the time goes first.
    pool.sort(key=lambda item: not item.not_valid_before_utc <= at <= item.not_valid_after_utc)
    trusted = {der(item) for item in roots}
    paths: list[tuple[x509.Certificate, ...]] = [(signer,)]
    seen, tried = {der(signer)}, 0
    for path in paths:
        if der(path[-1]) in trusted:
            return path
        for candidate in pool:
            if der(candidate) in seen or len(path) >= MAX_PATH or not same_name(path[-1].issuer, candidate.subject):
                continue
            tried += 1
            if tried > MAX_SIGNATURE_CHECKS:
                raise Invalid("certificate-path", f"more than {MAX_SIGNATURE_CHECKS} signatures to try for one path")
            if issued(path[-1], candidate):
                seen.add(der(candidate))
                paths.append((*path, candidate))
    raise Invalid(
        "certificate-untrusted",
        f"the certificate of {subject_name(signer)}, issued by {signer.issuer.rfc4514_string()}, leads to no trusted "
        "root; give the root that your organisation trusts",
    )
