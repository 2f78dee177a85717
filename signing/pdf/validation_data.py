"""Validation data in a PDF: its document security store (EN 319 142-1 §5.4) with certificates, CRLs, OCSP responses."""

from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.x509 import ocsp

from signing.certificates import MAX_CERTIFICATES, load_certificates
from signing.errors import Invalid

MAX_REVOCATION_DATA = 256
_ROLES = {"/Certs", "/CRLs", "/OCSPs"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationData:
    """What a document security store holds; trusted for nothing. CRLs and OCSP responses are DER."""

    certificates: tuple[x509.Certificate, ...]
    crls: tuple[bytes, ...]
    ocsps: tuple[bytes, ...]


def read_validation_data(root: Any) -> ValidationData | None:
    """Read the store in a catalog, None where there is none; Invalid `pdf-validation-data` where it cannot be read."""
    if "/DSS" not in root:
        return None
    store = root["/DSS"]
    if store.keys() - _ROLES - {"/Type", "/VRI"}:
        raise Invalid("pdf-validation-data", "the validation data in the PDF are not what the standard knows")
    certificates, crls, ocsps = (_streams(store, role) for role in ("/Certs", "/CRLs", "/OCSPs"))
    if len(certificates) > MAX_CERTIFICATES or len(crls) + len(ocsps) > MAX_REVOCATION_DATA:
        raise Invalid("pdf-validation-data", "the PDF holds more validation data than are read")
    try:
        for crl in crls:
            x509.load_der_x509_crl(crl)
        for response in ocsps:
            ocsp.load_der_ocsp_response(response)
        found = tuple(load_certificates(item)[0] for item in certificates)
    except Exception as error:
        raise Invalid("pdf-validation-data", "the validation data in the PDF cannot be read") from error
    return ValidationData(certificates=found, crls=crls, ocsps=ocsps)


def _streams(store: Any, role: str) -> tuple[bytes, ...]:
    return tuple(bytes(item.get_object().data) for item in store.get(role, ()))
