"""The ASiCManifest that a signature covers (EN 319 162-1 annex A.4): the record and each document by SHA-256.

The bytes are a function of the record alone (`manifest_for`), so a verifier builds them again and compares: whatever an
XML parser could be talked into seeing plays no part. References are the names of the entries in the evidence pack; the
signature's own name is in the manifest too, so it comes from the record (task id, or nonce of an act).
"""

import base64
import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from signing.canonical import sha256_hex
from signing.errors import Invalid
from signing.record import ActRecord, ApprovalRecord, DocumentReference

ASIC = "http://uri.etsi.org/02918/v1.2.1#"
DS = "http://www.w3.org/2000/09/xmldsig#"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
MAX_MANIFEST_BYTES = 256 * 1024
_STEM = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One file that the manifest covers. `uri`: its name in the pack; `sha256`: 64 lower-case hex digits."""

    uri: str
    media_type: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a manifest says: the signature's name in the pack, and the references, the record first."""

    signature_uri: str
    references: tuple[Reference, ...]


def record_stem(record: ApprovalRecord | ActRecord) -> str:
    """Name the record among all others of an installation: the task's id, or the nonce of an act."""
    return record.task if isinstance(record, ApprovalRecord) else record.nonce


def record_uri(stem: str) -> str:
    """Name of a record in the pack."""
    return f"records/{stem}.json"


def manifest_uri(stem: str) -> str:
    """Name of a manifest in the pack (EN 319 162-1 §4.4: META-INF/ASiCManifest*.xml)."""
    return f"META-INF/ASiCManifest-{stem}.xml"


def signature_uri(stem: str) -> str:
    """Name of a signature in the pack (EN 319 162-1 §4.4: META-INF/*signature*.p7s)."""
    return f"META-INF/signature-{stem}.p7s"


def document_uri(document: DocumentReference) -> str:
    """Name of a document in the pack: ASCII, so that it is the same as a URI, in a zip and on every disk."""
    return stored_document(document.sha256, document.name)


def stored_document(sha256: str, name: str) -> str:
    """Name of a document in the pack, from its SHA-256 (hex) and its own name."""
    letters = unicodedata.normalize("NFKD", name.replace("đ", "d").replace("Đ", "D"))
    ascii_name = re.sub(r"[^A-Za-z0-9._-]+", "-", letters.encode("ascii", "ignore").decode("ascii")).strip("-.")
    return f"documents/{sha256[:16]}-{ascii_name[:80] or 'document'}"


def manifest_for(record: ApprovalRecord | ActRecord) -> bytes:
    """Build the one manifest that fits this record."""
    documents = record.documents if isinstance(record, ApprovalRecord) else ()
    return build_manifest(record_stem(record), record.encode(), documents)


def build_manifest(record_name: str, record: bytes, documents: Sequence[DocumentReference]) -> bytes:
    """Write the manifest over a record and its documents: the same input, the same bytes.

    `record_name`: the record's stem (task id, or nonce of an act), or its whole URI `records/<stem>.json`.
    """
    stem = record_name.removeprefix("records/").removesuffix(".json")
    if not _STEM.fullmatch(stem):
        raise Invalid("manifest-name", f"a record cannot be stored under this name; it must match {_STEM.pattern}")
    references = [Reference(uri=record_uri(stem), media_type="application/json", sha256=sha256_hex(record))]
    for document in documents:
        reference = Reference(uri=document_uri(document), media_type=document.media_type, sha256=document.sha256)
        # The same bytes under two names that differ only in what ASCII cannot hold are one file of the pack.
        if reference.uri not in {item.uri for item in references}:
            references.append(reference)
    return _write(Manifest(signature_uri=signature_uri(stem), references=tuple(references)))


def parse_manifest(manifest: bytes) -> Manifest:
    """Read a manifest strictly: Invalid unless writing what was read gives the same bytes again."""
    if len(manifest) > MAX_MANIFEST_BYTES:
        raise Invalid(
            "signature-manifest", f"a manifest of {len(manifest)} bytes; at most {MAX_MANIFEST_BYTES} are accepted"
        )
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(manifest, parser)
        signature, *objects = list(root)
        found = Manifest(
            signature_uri=str(signature.attrib["URI"]), references=tuple(_reference(item) for item in objects)
        )
        again = _write(found)
    except (etree.XMLSyntaxError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise Invalid("signature-manifest", "this is no ASiCManifest as this program writes it") from error
    if again != manifest:
        raise Invalid("signature-manifest", "the manifest is not written as build_manifest writes it; build it again")
    return found


def _reference(element: etree._Element) -> Reference:
    digest = base64.b64decode(element[1].text or "", validate=True)
    return Reference(uri=str(element.attrib["URI"]), media_type=str(element.attrib["MimeType"]), sha256=digest.hex())


def _write(manifest: Manifest) -> bytes:
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<asic:ASiCManifest xmlns:asic="{ASIC}" xmlns:ds="{DS}">',
        f'<asic:SigReference URI={_quoted(manifest.signature_uri)} MimeType="application/pkcs7-signature"/>',
    ]
    for item in manifest.references:
        digest = base64.b64encode(bytes.fromhex(item.sha256)).decode("ascii")
        lines.append(f"<asic:DataObjectReference URI={_quoted(item.uri)} MimeType={_quoted(item.media_type)}>")
        lines.append(f'<ds:DigestMethod Algorithm="{SHA256}"/><ds:DigestValue>{digest}</ds:DigestValue>')
        lines.append("</asic:DataObjectReference>")
    lines.append("</asic:ASiCManifest>\n")
    return "\n".join(lines).encode("utf-8")


def _quoted(value: str) -> str:
    return f'"{html.escape(value)}"'
