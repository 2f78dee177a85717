"""An evidence pack as it arrives: under which checkpoint it stands."""

from adapters.cli.errors import SIGNATURE, USAGE, CommandFailed
from adapters.cli.language import _
from signing.errors import SigningError
from signing.evidence.archive import read_archive
from signing.evidence.pack import read_contents, unverified_checkpoint

LATEST = "latest"


def asked_checkpoint(text: str | None) -> str | None:
    """Return which checkpoint is asked for, as the server reads it; stops with exit code 2 for what is none."""
    if text is None or text == LATEST or (text.isascii() and text.isdigit() and 0 < int(text) < 2**53):
        return text
    raise CommandFailed(
        "checkpoint-size",
        _("{text} is no size of a checkpoint").format(text=repr(text[:40])),
        remedy=_("name the number of its leaves, or latest"),
        exit_code=USAGE,
    )


def size_of(pack: bytes) -> int:
    """Return of how many leaves the checkpoint of a pack is, which nobody has verified yet."""
    try:
        return unverified_checkpoint(read_contents(read_archive(pack)).checkpoint).size
    except SigningError as error:
        raise CommandFailed(error.code, error.message, exit_code=SIGNATURE) from None
