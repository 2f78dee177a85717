"""Images that signatures show: of officers, and the agency's seal under no officer's name."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert, select

from adapters.database.store import Transaction
from adapters.database.tables import content, signature_image

AGENCY = ""
"""Whose image the seal is."""


def put_image(tx: Transaction, values: Mapping[str, Any]) -> None:
    """Keep an image in place of the one before; its bytes are there."""
    tx.execute(delete(signature_image).where(signature_image.c.of == values["of"]))
    tx.execute(insert(signature_image).values(**values))


def find_image(tx: Transaction, of: str) -> Mapping[Any, Any] | None:
    """The image with its `bytes`, or None."""
    query = select(signature_image, content.c.bytes).join(content, content.c.sha256 == signature_image.c.sha256)
    row = tx.execute(query.where(signature_image.c.of == of)).mappings().first()
    return dict(row) if row else None
