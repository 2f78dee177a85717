"""Another hand at a dossier's documents, in between."""

from dataclasses import replace

from adapters.database import definitions, dossiers
from engine.document import Document
from engine.outcome import Outcome
from signing.canonical import sha256_hex
from tests.adapters.application.world import World

OTHER = b"%PDF-1.7 rewritten meanwhile"


def replace_result(world: World, code: str, content: bytes = OTHER) -> None:
    """What a letter job does: the next revision of the result."""
    with world.app.store.write() as tx:
        definitions.put_content(tx, sha256_hex(content), content)
        loaded = dossiers.load(tx, code, lock=True)
        assert loaded is not None
        known = loaded.documents["result"]
        made = Document(
            name="result",
            media_type="application/pdf",
            sha256=sha256_hex(content),
            size=len(content),
            revision=known.revision + 1,
        )
        outcome = Outcome(dossier=replace(loaded, revision=loaded.revision + 1), documents=(made,))
        dossiers.save(tx, loaded, outcome, world.clock.now)
