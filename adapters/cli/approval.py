"""Signing on this machine: from a statement and what the officer typed to record, manifest and signature.

The record is built here, from values that were checked here; nothing that the server prepared is signed.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.cli.codes import in_words
from adapters.cli.errors import SIGNATURE, CommandFailed
from adapters.cli.language import _
from adapters.cli.statement import Statement, references
from adapters.cli.terminal import escape
from signing.errors import SigningError
from signing.manifest import manifest_for
from signing.record import ActRecord, ApprovalRecord, DocumentReference, SeenCheckpoint, parse_time
from signing.sign import SigningKey, sign_manifest
from signing.trail.checkpoint import Checkpoint

ACT_PURPOSE = "approval"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What is sent: three byte strings that belong together, and the signatures of PDFs by the documents' names."""

    record: bytes
    manifest: bytes
    signature: bytes
    pdf: Mapping[str, bytes] = field(default_factory=dict)

    def to_json(self, statement: str) -> dict[str, Any]:
        """Return the body of the request, in base64."""
        parts = {"record": self.record, "manifest": self.manifest, "signature": self.signature}
        body: dict[str, Any] = {name: base64.b64encode(part).decode() for name, part in parts.items()}
        if self.pdf:
            listed = sorted(self.pdf.items())
            body["pdf"] = [{"name": name, "signature": base64.b64encode(part).decode()} for name, part in listed]
        return {"statement": statement, **body}


def approval_record(statement: Statement, data: Mapping[str, Any], seen: Checkpoint) -> ApprovalRecord:
    """Build the record of an approval; stops when the server's facts do not make one."""
    facts, decision = statement.facts, data.get("decision")
    try:
        return ApprovalRecord(
            dossier=facts["dossier"],
            task=facts["task"],
            element=facts["element"],
            process_key=facts["process_key"],
            process_version=facts["process_version"],
            bundle_hash=facts["bundle_hash"],
            officer=facts["officer"],
            capacity=facts["capacity"],
            delegation=facts.get("delegation"),
            purpose=facts["purpose"],
            decision=decision if isinstance(decision, str) else None,
            data=dict(data),
            documents=tuple(
                DocumentReference(**{name: item[name] for name in ("name", "media_type", "sha256", "size")})
                for item in references(facts)
            ),
            prior=tuple(facts["prior"]),
            nonce=statement.nonce,
            time=facts["time"],
            seen_checkpoint=_seen(seen),
        )
    except (SigningError, KeyError, TypeError) as error:
        raise _unusable(error) from None


def act_record(statement: Statement, body: Mapping[str, Any], seen: Checkpoint) -> ActRecord:
    """Build the record of an act outside any task."""
    facts = statement.facts
    try:
        return ActRecord(
            act=facts["act"],
            subject=facts["subject"],
            body=dict(body),
            officer=facts["officer"],
            nonce=statement.nonce,
            time=facts["time"],
            seen_checkpoint=_seen(seen),
        )
    except (SigningError, KeyError, TypeError) as error:
        raise _unusable(error) from None


def _seen(checkpoint: Checkpoint) -> SeenCheckpoint:
    return SeenCheckpoint(size=checkpoint.size, root=checkpoint.root.hex())


def _unusable(error: Exception) -> CommandFailed:
    reason = error.message if isinstance(error, SigningError) else _("{name} is missing").format(name=error)
    return CommandFailed(
        "statement-malformed",
        _("the server's statement cannot be signed: {reason}").format(reason=escape(reason)),
        remedy=_("nothing was signed; tell your administrator"),
        exit_code=SIGNATURE,
    )


def sign(record: ApprovalRecord | ActRecord, key: SigningKey) -> Signed:
    """Sign a record at the time it names."""
    purpose = record.purpose if isinstance(record, ApprovalRecord) else ACT_PURPOSE
    manifest = manifest_for(record)
    try:
        signature = sign_manifest(manifest, key, purpose=purpose, at=parse_time(record.time))
    except SigningError as error:
        raise CommandFailed(
            error.code,
            escape(in_words(error.code, error.message)),
            remedy=_("nothing was signed or sent"),
            exit_code=SIGNATURE,
        ) from None
    return Signed(record=record.encode(), manifest=manifest, signature=signature)
