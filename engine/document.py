"""A document of a dossier: named, typed, its bytes addressed by their SHA-256."""

from dataclasses import dataclass

PDF = "application/pdf"
ENDINGS = {PDF: ".pdf", "image/png": ".png", "image/jpeg": ".jpg", "text/plain": ".txt"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One revision of a named document. `size` in bytes, `sha256` lower hex; revisions of a name count from 1."""

    name: str
    media_type: str
    sha256: str
    size: int
    revision: int = 1
    title: str = ""

    @property
    def file_name(self) -> str:
        """The name under which the document is shown and signed: with the ending of its type."""
        ending = ENDINGS.get(self.media_type, "")
        return self.name if self.name.endswith(ending) else f"{self.name}{ending}"
