"""Upload a document: its bytes, under the SHA-256 that the caller computed."""

from adapters.application.answer import CREATED, Answer, refuse
from adapters.application.application import Application
from adapters.database import definitions
from engine.errors import Kind, Refusal
from engine.officer import Officer
from signing.canonical import sha256_hex


def upload(app: Application, officer: Officer, sha256: str, content: bytes) -> Answer:
    """Keep the bytes; they belong to a dossier once one is started with them."""
    if sha256_hex(content) != sha256:
        message = f"the bytes are not those of {sha256[:16]}"
        return refuse(Refusal(kind=Kind.INVALID, code="document-digest", message=message, remedy="send them again"))
    with app.store.write() as tx:
        definitions.put_upload(tx, sha256, content, officer.id)
    return Answer(status=CREATED, body={"sha256": sha256, "size": len(content)})
