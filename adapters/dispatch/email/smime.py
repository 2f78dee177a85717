"""S/MIME (RFC 8551): the agency signs its mail by a key of its own, so that a recipient's program can tell it.

It says who sent the mail, and no more: what the result is worth, the signatures in the PDF say.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID

from adapters.dispatch.email.errors import Away, MailSettingError

OPTIONS = (pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary)  # what is signed has its CRLFs already


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Smime:
    """The agency's certificate for mail, the chain above it, and its key."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    key: RSAPrivateKey | EllipticCurvePrivateKey

    def sign(self, content: bytes) -> bytes:
        """A detached signature (CMS, DER) over those very bytes, certificate and chain within."""
        builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(self.certificate, self.key, SHA256())
        for above in self.chain:
            builder = builder.add_certificate(above)
        return builder.sign(Encoding.DER, OPTIONS)

    def demand_current(self, at: datetime) -> None:
        """Raise Away where the certificate is out of date: the mail waits, and does not go unsigned."""
        if not self.certificate.not_valid_before_utc <= at <= self.certificate.not_valid_after_utc:
            raise Away("smime-out-of-date", f"the S/MIME certificate is out of date: {_dates(self.certificate)}")


def open_key(file: Path, password: str | None, *, sender: str, at: datetime) -> Smime:
    """Read a PKCS#12 file; raises MailSettingError unless its certificate may sign mail of `sender` now."""
    try:
        mode = file.stat().st_mode
        key, certificate, chain = pkcs12.load_key_and_certificates(
            file.read_bytes(), password.encode() if password is not None else None
        )
    except (OSError, ValueError) as error:
        raise _unfit(f"{file} is missing, no PKCS#12 file, or the password is wrong") from error
    if mode & 0o077:
        raise _unfit(f"{file} can be read by others (mode {mode & 0o777:o}); run: chmod 600 {file}")
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey) or certificate is None:
        raise _unfit(f"{file} holds no RSA or EC key with its certificate")
    if wrong := _wrong(certificate, sender, at):
        raise _unfit(f"the certificate in {file} {wrong}")
    return Smime(certificate=certificate, chain=tuple(chain), key=key)


def _wrong(certificate: x509.Certificate, sender: str, at: datetime) -> str | None:
    """Why it may not sign mail of that sender (RFC 8550 §3, §4.4)."""
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        return f"is out of date: {_dates(certificate)}"
    if sender.lower() not in (named := _addresses(certificate)):
        return f"is of {', '.join(sorted(named)) or 'no email address'}, expected {sender}, the agency's"
    usage, extended = (_extension(certificate, kind) for kind in (x509.KeyUsage, x509.ExtendedKeyUsage))
    if isinstance(usage, x509.KeyUsage) and not (usage.digital_signature or usage.content_commitment):
        return "is not for signatures (key usage)"
    allowed = {ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    if isinstance(extended, x509.ExtendedKeyUsage) and allowed.isdisjoint(extended):
        return "is not for email (extended key usage)"
    return None


def _addresses(certificate: x509.Certificate) -> set[str]:
    names = _extension(certificate, x509.SubjectAlternativeName)
    within = names.get_values_for_type(x509.RFC822Name) if isinstance(names, x509.SubjectAlternativeName) else []
    subject = certificate.subject.get_attributes_for_oid(x509.NameOID.EMAIL_ADDRESS)
    return {str(each).lower() for each in (*within, *(item.value for item in subject))}


def _extension(certificate: x509.Certificate, kind: type[x509.ExtensionType]) -> x509.ExtensionType | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _dates(certificate: x509.Certificate) -> str:
    return f"{certificate.not_valid_before_utc:%Y-%m-%d} to {certificate.not_valid_after_utc:%Y-%m-%d}"


def _unfit(why: str) -> MailSettingError:
    return MailSettingError(f"HOSO_SMIME_KEY: {why}")
