"""Where a certificate says that its revocation data is: CRL distribution points and OCSP responders."""

from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

MOST = 3
"""Addresses of a kind that are tried for one certificate."""
LONGEST = 1000


def lists_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """Addresses of CRLs that speak of it; http and https alone (ldap is not asked)."""
    points = [item.value for item in certificate.extensions if isinstance(item.value, x509.CRLDistributionPoints)]
    names = [name for point in points for each in point for name in each.full_name or ()]
    return _usable([name.value for name in names if isinstance(name, x509.UniformResourceIdentifier)])


def responders_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """Addresses of OCSP responders that know it."""
    found = [item.value for item in certificate.extensions if isinstance(item.value, x509.AuthorityInformationAccess)]
    access = [each for item in found for each in item if each.access_method == AuthorityInformationAccessOID.OCSP]
    places = [each.access_location for each in access]
    return _usable([place.value for place in places if isinstance(place, x509.UniformResourceIdentifier)])


def _usable(urls: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(url for url in urls if _plain(url)))[:MOST]


def _plain(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return len(url) <= LONGEST and parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
