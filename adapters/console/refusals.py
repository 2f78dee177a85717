"""Why a backup or a restore is refused, as one line in the reader's language."""

from collections.abc import Iterator
from contextlib import contextmanager

from adapters.backups.errors import BackupRefused
from adapters.cli.codes import in_words, remedy_in_words
from adapters.cli.errors import CONFLICT, REFUSED, CommandFailed
from adapters.cli.language import current

_CONFLICTS = frozenset({"backup-exists", "database-not-empty"})


@contextmanager
def clear_refusals() -> Iterator[None]:
    """Turn a refusal into its line: a reader of Vietnamese gets the meaning first, and then the words of the case."""
    try:
        yield
    except BackupRefused as refused:
        raise CommandFailed(
            refused.code,
            in_words(refused.code, refused.message),
            remedy=refused.remedy if current() == "en" else remedy_in_words(refused.code),
            exit_code=CONFLICT if refused.code in _CONFLICTS else REFUSED,
        ) from refused
    except OSError as error:  # such as a disk that is full: it names no file
        told = f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror)
        raise CommandFailed("file-error", told) from error
