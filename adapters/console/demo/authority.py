"""A certificate authority for demonstrations and tests: a root, an issuing authority, key files, CRLs, OCSP answers.

Its private keys live in this process only; what it issues is as real as any other certificate.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(slots=True, kw_only=True)
class DemoAuthority:
    """A root and the issuing authority under it, both from `create`; keeps what it revoked.

    `url`: where its lists and its responder are said to be (`…/root.crl`, `…/issuing.crl`, `…/ocsp`); None: nowhere.
    """

    root: x509.Certificate
    issuing: x509.Certificate
    _root_key: PrivateKey = field(repr=False)
    _issuing_key: PrivateKey = field(repr=False)
    _revoked: dict[int, datetime] = field(default_factory=dict)
    url: str | None = None

    @classmethod
    def create(
        cls, name: str = "Hoso Demo", *, at: datetime, days: int = 3650, key: str = "ec", url: str | None = None
    ) -> "DemoAuthority":
        """Make both authorities, valid from `at` (aware) for `days`."""
        root_key, issuing_key = make_key(key), make_key(key)
        start = at.astimezone(UTC).replace(microsecond=0)
        end = start + timedelta(days=days)
        root_name, issuing_name = _name(f"{name} Root CA"), _name(f"{name} Issuing CA")
        root = authority_certificate(root_name, root_key, root_name, root_key, start, end, path_length=1)
        lists = f"{url}/root.crl" if url else None
        issuing = authority_certificate(
            issuing_name, issuing_key, root_name, root_key, start, end, path_length=0, lists=lists
        )
        return cls(root=root, issuing=issuing, _root_key=root_key, _issuing_key=issuing_key, url=url)

    def issue(
        self, name: str, email: str, *, pin: str, not_before: datetime, not_after: datetime, key: str = "ec"
    ) -> bytes:
        """Issue a signing certificate to a person, and give it with its key and chain as PKCS#12, locked by `pin`."""
        private = make_key(key)
        certificate = self.certify(private, name, email, not_before=not_before, not_after=not_after)
        return pkcs12.serialize_key_and_certificates(
            name.encode("utf-8"), private, certificate, [self.issuing], BestAvailableEncryption(pin.encode("utf-8"))
        )

    def certify(
        self,
        key: PrivateKey,
        name: str,
        email: str,
        *,
        not_before: datetime,
        not_after: datetime,
        usage: x509.KeyUsage | None = None,
        purposes: Sequence[x509.ObjectIdentifier] = (),
    ) -> x509.Certificate:
        """Issue a certificate for a key that somebody else holds (a token, a test, a time-stamp authority).

        `purposes`: the only ones that its key serves (extended key usage, critical); empty: any.
        """
        builder = _builder(_name(name, email), key, self.issuing.subject, not_before, not_after)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(
            usage or key_usage(digital_signature=True, content_commitment=True), critical=True
        )
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.RFC822Name(email)]), critical=False)
        if self.url:
            builder = _pointing(builder, lists=f"{self.url}/issuing.crl", responder=f"{self.url}/ocsp")
        if purposes:
            builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=True)
        return _signed_by(builder, self._issuing_key)

    def revoke(self, certificate: x509.Certificate, at: datetime) -> None:
        """Put a certificate on the list from now on, as revoked at `at` (aware)."""
        self._revoked[certificate.serial_number] = at.astimezone(UTC).replace(microsecond=0)

    def crls(self, at: datetime, *, days: int = 30) -> tuple[bytes, bytes]:
        """Give the current lists of both authorities (DER), issued at `at`, good for `days`."""
        end = at + timedelta(days=days)
        return (
            revocation_list(self.root.subject, self._root_key, {}, at, end),
            revocation_list(self.issuing.subject, self._issuing_key, self._revoked, at, end),
        )

    def answer(
        self,
        certificate: x509.Certificate,
        at: datetime,
        *,
        days: int = 1,
        responder: "Responder | None" = None,
        unknown: bool = False,
    ) -> bytes:
        """Answer by OCSP (DER) for a certificate of the issuing authority, as of `at`, by itself or a responder."""
        start = at.astimezone(UTC).replace(microsecond=0)
        revoked = self._revoked.get(certificate.serial_number)
        status = ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD
        by = responder or Responder(certificate=self.issuing, key=self._issuing_key)
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=certificate,
            issuer=self.issuing,
            algorithm=hashes.SHA256(),
            cert_status=ocsp.OCSPCertStatus.UNKNOWN if unknown else status,
            this_update=start,
            next_update=start + timedelta(days=days),
            revocation_time=None if unknown else revoked,
            revocation_reason=None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, by.certificate)
        builder = builder.certificates([by.certificate]) if responder else builder
        return builder.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def responder(self, *, not_before: datetime, not_after: datetime, no_check: bool = True) -> "Responder":
        """Certify a responder that may answer in the issuing authority's place."""
        key = make_key("ec")
        builder = _builder(_name("Responder"), key, self.issuing.subject, not_before, not_after)
        builder = builder.add_extension(key_usage(digital_signature=True), critical=True)
        purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
        builder = builder.add_extension(purposes, critical=True)
        if no_check:
            builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
        return Responder(certificate=_signed_by(builder, self._issuing_key), key=key)

    def roots_pem(self) -> bytes:
        """Give the root as PEM: what an auditor is told to trust."""
        return self.root.public_bytes(Encoding.PEM)

    def chain_pem(self) -> bytes:
        """Give the issuing authority as PEM."""
        return self.issuing.public_bytes(Encoding.PEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Responder:
    """Who signs OCSP answers."""

    certificate: x509.Certificate
    key: PrivateKey = field(repr=False)


def make_key(kind: str) -> PrivateKey:
    """Make a key: `ec` (P-256), `p384`, `rsa` (2048 bits)."""
    if kind == "rsa":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key({"ec": ec.SECP256R1(), "p384": ec.SECP384R1()}[kind])


def authority_certificate(
    subject: x509.Name,
    key: PrivateKey,
    issuer: x509.Name,
    issuer_key: PrivateKey,
    not_before: datetime,
    not_after: datetime,
    *,
    path_length: int,
    lists: str | None = None,
) -> x509.Certificate:
    """Issue the certificate of an authority. `lists`: where its issuer's CRL is."""
    builder = _builder(subject, key, issuer, not_before, not_after)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
    builder = builder.add_extension(key_usage(key_cert_sign=True, crl_sign=True), critical=True)
    if lists:
        builder = _pointing(builder, lists=lists)
    return _signed_by(builder, issuer_key)


def revocation_list(
    issuer: x509.Name, key: PrivateKey, revoked: dict[int, datetime], at: datetime, next_update: datetime
) -> bytes:
    """Sign a CRL (DER): serial number → time of revocation."""
    start = at.astimezone(UTC).replace(microsecond=0)
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer)
    builder = builder.last_update(start).next_update(next_update.astimezone(UTC).replace(microsecond=0))
    builder = builder.add_extension(x509.CRLNumber(int(start.timestamp())), critical=False)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    builder = builder.add_extension(identifier, critical=False)
    for serial, when in sorted(revoked.items()):
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(when)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def key_usage(
    *,
    digital_signature: bool = False,
    content_commitment: bool = False,
    key_encipherment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    """Say what a key may be used for."""
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_encipherment=key_encipherment,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _builder(
    subject: x509.Name, key: PrivateKey, issuer: x509.Name, not_before: datetime, not_after: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(not_before.astimezone(UTC).replace(microsecond=0))
    builder = builder.not_valid_after(not_after.astimezone(UTC).replace(microsecond=0))
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)


def _pointing(builder: x509.CertificateBuilder, *, lists: str, responder: str | None = None) -> x509.CertificateBuilder:
    """Say where revocation data is."""
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(lists)], None, None, None)
    builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    if responder is None:
        return builder
    access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(responder))
    return builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)


def _signed_by(builder: x509.CertificateBuilder, key: PrivateKey) -> x509.Certificate:
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    return builder.add_extension(identifier, critical=False).sign(key, hashes.SHA256())


def _name(common_name: str, user: str | None = None) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"), x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if user is not None:
        parts.append(x509.NameAttribute(NameOID.USER_ID, user))
    return x509.Name(parts)
