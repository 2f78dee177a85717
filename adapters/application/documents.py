"""Upload a document: its bytes, under the SHA-256 that the caller computed."""

from adapters.application.answer import CREATED, Answer, refuse
from adapters.application.application import Application
from adapters.database import definitions
from adapters.database.store import Transaction
from engine import policy
from engine.document import Document
from engine.errors import Kind, Refusal, not_found
from engine.officer import Officer
from signing.canonical import sha256_hex
from signing.errors import SigningError
from signing.record import DocumentReference


def upload(app: Application, officer: Officer, sha256: str, content: bytes) -> Answer:
    """Keep the bytes; they belong to a dossier once one is started with them."""
    if refusal := policy.refuses(officer, "upload documents"):
        return refuse(refusal)
    if sha256_hex(content) != sha256:
        message = f"the bytes are not those of {sha256[:16]}"
        return refuse(Refusal(kind=Kind.INVALID, code="document-digest", message=message, remedy="send them again"))
    with app.store.write() as tx:
        definitions.put_upload(tx, sha256, content, officer.id)
    return Answer(status=CREATED, body={"sha256": sha256, "size": len(content)})


def uploaded(tx: Transaction, officer: Officer, name: str, media_type: str, sha256: str) -> Document | Refusal:
    """The document that the officer uploaded before, under that name, or why it cannot be one."""
    size = definitions.content_size(tx, sha256)
    if size is None or not definitions.uploaded(tx, sha256, officer.id):
        return not_found("document", sha256[:16], "upload it first: PUT /v1/documents/{sha256}")
    document = Document(name=name, media_type=media_type, sha256=sha256, size=size, title=name)
    try:
        DocumentReference(name=document.file_name, media_type=media_type, sha256=sha256, size=size)
    except SigningError as error:
        return Refusal(kind=Kind.INVALID, code="document-name", message=error.message, remedy="rename it")
    return document
