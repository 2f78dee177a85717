"""With which key somebody signs, and whether they are asked before."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.cli.language import _

if TYPE_CHECKING:
    from adapters.cli.keys import Keys
    from adapters.cli.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What was typed of it."""

    key: str | None = None
    pin_file: Path | None = None
    assume_yes: bool = False

    def keys(self, session: Session) -> Keys:
        """Say early that a key is needed or not there, before anything is fetched; gives those to sign with."""
        from adapters.cli.keys import Keys

        keys = Keys(session, key=self.key, pin_file=self.pin_file)
        keys.require(why=_("this act must be signed"))
        return keys
