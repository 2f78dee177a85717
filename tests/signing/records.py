"""Records to test with."""

from datetime import datetime
from typing import Any

from signing.canonical import sha256_hex
from signing.manifest import manifest_for
from signing.record import ActRecord, ApprovalRecord, DocumentReference, SeenCheckpoint, time_text
from signing.sign import sign_manifest
from tests.pki import NOW, Person

DOSSIER = "H29.5-261121-0001"
DRAFT = b"%PDF-1.7 draft"
DOCUMENTS = {"draft.pdf": DRAFT, "Giấy báo tử.pdf": b"%PDF-1.7 paper"}


def reference(name: str, content: bytes, media_type: str = "application/pdf") -> DocumentReference:
    return DocumentReference(name=name, media_type=media_type, sha256=sha256_hex(content), size=len(content))


def approval(**changes: Any) -> ApprovalRecord:
    values: dict[str, Any] = {
        "dossier": DOSSIER,
        "task": f"{DOSSIER}.3",
        "element": "approve",
        "process_key": "van-ban-di",
        "process_version": 1,
        "bundle_hash": "0" * 64,
        "officer": "lan",
        "capacity": "TM.",
        "delegation": None,
        "purpose": "approval",
        "decision": "approve",
        "data": {"decision": "approve", "amount": 1.5, "note": "Đồng ý"},
        "documents": tuple(reference(name, content) for name, content in DOCUMENTS.items()),
        "prior": (),
        "nonce": "n0-" + "a" * 40,
        "time": time_text(NOW),
        "seen_checkpoint": SeenCheckpoint(size=3, root="b" * 64),
    }
    return ApprovalRecord(**{**values, **changes})


def act(**changes: Any) -> ActRecord:
    values: dict[str, Any] = {
        "act": "certificate-bound",
        "subject": "lan",
        "body": {"certificate": "c" * 64},
        "officer": "admin",
        "nonce": "n1-" + "a" * 40,
        "time": time_text(NOW),
        "seen_checkpoint": None,
    }
    return ActRecord(**{**values, **changes})


def signed(record: ApprovalRecord | ActRecord, who: Person, at: datetime = NOW) -> tuple[bytes, bytes, bytes]:
    manifest = manifest_for(record)
    purpose = record.purpose if isinstance(record, ApprovalRecord) else "approval"
    return record.encode(), manifest, sign_manifest(manifest, who.key, purpose=purpose, at=at)
