"""Extend a signed PDF so that it can be judged from itself for as long as its last time stamp holds (PAdES B-LTA).

Two updates: a document security store with the certificates, CRLs and OCSP responses of every signature and of the
time-stamp authority, then a document time stamp over all of it. Nothing is fetched but the stamp.
"""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from cryptography import x509
from cryptography.x509 import ocsp
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_string
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.pdf_byterange import PdfSignedData

from signing.certificates import der, load_certificates
from signing.errors import Invalid
from signing.pdf.byte_range import Hole, bytes_covered, contents_of, hole_of, unpadded
from signing.pdf.fields import PRINT_AND_LOCKED, STAMP_FIELD
from signing.pdf.prepare import embed_in, with_range
from signing.pdf.reading import check_plain, closed, read_pdf
from signing.pdf.revisions import signed_fields
from signing.pdf.update import Update, dictionary, name
from signing.pdf.validation_data import ValidationData, read_validation_data
from signing.verify import Trust

SPARE = 1024
"""A stamp may be that much longer than the one before it (serial numbers, times)."""


class Place(Protocol):
    """Reads the file and appends to it: `place_for_stamp`, or that within limits."""

    def __call__(self, pdf: bytes, first: bytes, *, trust: Trust) -> tuple[bytes, Hole]:
        """Give the file with a place for a stamp, and that place."""
        ...


@closed
def place_for_stamp(pdf: bytes, first: bytes, *, trust: Trust) -> tuple[bytes, Hole]:
    """Append validation data and the place for a stamp like the `first`; all of `extend` that reads the file."""
    stored = _with_data(pdf, [*_signatures(pdf), first], trust)
    return _with_place(stored, len(first) + SPARE)


def extend(pdf: bytes, *, trust: Trust, stamp: Callable[[bytes], bytes], place: Place = place_for_stamp) -> bytes:
    """Append validation data from `trust`, and a document time stamp; the result starts with `pdf`. Raises Invalid.

    `stamp`: gives a token (RFC 3161, DER) for a SHA-256 digest; it is called twice, first to learn whose certificates
    the store must hold, and its errors pass through. Verify the result: whether data suffice, `verify_pdf` says.
    """
    written, hole = place(pdf, stamp(hashlib.sha256(pdf).digest()), trust=trust)
    return embed_in(written, hole, stamp(hashlib.sha256(bytes_covered(written, hole)).digest()))


def _signatures(pdf: bytes) -> list[bytes]:
    reader = read_pdf(pdf)
    check_plain(reader)
    values = signed_fields(reader).values()
    if not values:
        raise Invalid("pdf-unsigned", "the PDF has no signature; only a signed one is extended")
    return [unpadded(contents_of(value)) for value in values]


def _gather(signatures: Iterable[bytes], trust: Trust) -> ValidationData:
    """Collect what judging all signers and authorities needs, roots included, each once."""
    found: dict[bytes, x509.Certificate] = {}
    for signature in signatures:
        signer, others = _certificates(signature)
        pool = (*others, *trust.intermediates, *trust.roots, *trust.stamp_roots)
        found |= {der(item): item for item in _above(signer, pool)}
    names, serials = ({item.subject for item in found.values()}, {item.serial_number for item in found.values()})
    return ValidationData(
        certificates=tuple(found.values()),
        crls=tuple(item for item in trust.crls if x509.load_der_x509_crl(item).issuer in names),
        ocsps=tuple(item for item in trust.ocsps if _speaks_of(item, serials)),
    )


def _above(signer: x509.Certificate, pool: Iterable[x509.Certificate]) -> list[x509.Certificate]:
    """Collect a certificate and, by name, all that may lie above it; whether they do is the verifier's to judge."""
    found, rest = [signer], list(pool)
    for certificate in found:
        found += [item for item in rest if item.subject == certificate.issuer]
        rest = [item for item in rest if item.subject != certificate.issuer]
    return found


def _certificates(signature: bytes) -> tuple[x509.Certificate, list[x509.Certificate]]:
    from asn1crypto import cms

    data = cms.ContentInfo.load(signature, strict=True)["content"]
    held = [load_certificates(choice.chosen.dump())[0] for choice in data["certificates"]]
    sid = data["signer_infos"][0]["sid"].chosen
    issuer, serial = sid["issuer"].dump(), sid["serial_number"].native
    [signer] = [item for item in held if item.serial_number == serial and item.issuer.public_bytes() == issuer]
    return signer, held


def _speaks_of(response: bytes, serials: set[int]) -> bool:
    try:
        return ocsp.load_der_ocsp_response(response).serial_number in serials
    except ValueError:
        return False


def _with_data(pdf: bytes, signatures: Iterable[bytes], trust: Trust) -> bytes:
    """Append the store, with what it held before."""
    data = _gather(signatures, trust)
    update = Update(pdf)
    held = read_validation_data(update.root)
    store = update.root["/DSS"] if held else dictionary()
    wanted = {"Certs": [der(item) for item in data.certificates], "CRLs": data.crls, "OCSPs": data.ocsps}
    there = {"Certs": [der(item) for item in held.certificates], "CRLs": held.crls, "OCSPs": held.ocsps} if held else {}
    new = {role: [item for item in items if item not in there.get(role, ())] for role, items in wanted.items()}
    if not any(new.values()):
        return pdf
    for role, items in new.items():
        before = list(_references(store, role))
        streams = [update.add_object(_stream(item)) for item in items]
        if before or streams:
            store[name(role)] = generic.ArrayObject([*before, *streams])
    update.root[name("DSS")] = store if held and "/DSS" in update.root else update.add_object(store)
    update.update_root()
    return update.bytes_for("validation data")


def _references(store: Any, role: str) -> Iterable[Any]:
    array: Any = store.get(f"/{role}", ())
    return (array.raw_get(index) for index in range(len(array)))


def _stream(content: bytes) -> Any:
    stream = generic.StreamObject(stream_data=content)
    stream.compress()
    return stream


def _with_place(pdf: bytes, reserve: int) -> tuple[bytes, Hole]:
    """Append the place of a document time stamp (EN 319 142-1 §5.5), in an invisible field of its own."""
    update = Update(pdf)
    number = 1 + sum(field.startswith(STAMP_FIELD) for field in signed_fields(update))
    signature = PdfSignedData(name("DocTimeStamp"), SigSeedSubFilter.ETSI_RFC3161, bytes_reserved=2 * reserve)
    page, _ = update.find_page_for_modification(0)
    field = dictionary(
        Type=name("Annot"),
        Subtype=name("Widget"),
        FT=name("Sig"),
        T=pdf_string(f"{STAMP_FIELD}{number}"),
        F=generic.NumberObject(PRINT_AND_LOCKED),
        Rect=generic.ArrayObject([generic.NumberObject(0)] * 4),
        P=generic.IndirectObject(page.idnum, page.generation, update),
        V=update.add_object(signature),
    )
    form = update.root["/AcroForm"]
    form["/Fields"].append(update.add_object(field))
    update.update_container(form["/Fields"])
    written = with_range(update.bytes_for(f"stamp {number} {reserve}"), signature)
    reader = read_pdf(written)
    return written, hole_of(written, reader, signed_fields(reader)[f"{STAMP_FIELD}{number}"])
