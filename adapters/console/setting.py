"""What every server command begins with: the data directory, and errors as one line."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from adapters.application.log_keys import LogKeyUnfit
from adapters.cli.errors import CommandFailed
from adapters.cli.language import _
from adapters.cli.terminal import escape, say
from adapters.database.store import StoreUnavailable
from adapters.dispatch.email.errors import MailSettingError
from adapters.settings import SettingError, unknown
from signing.errors import SigningError

DataOption = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help=_("The data directory (else HOSO_DATA, else hoso-data)."))
]


def warn_of_unknown() -> None:
    """Say which variables begin as ours do and are none: a mistyped name would be left out in silence."""
    for name, near in unknown():
        meant = _("did you mean {near}?").format(near=near) if near else _("see hoso setting list")
        say(_("warning: {name} is no setting; {meant}").format(name=escape(name), meant=meant))


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turn what an installation can get wrong into one line with its remedy. Its files are their owner's alone."""
    os.umask(0o077)
    try:
        yield
    except SettingError as error:
        raise CommandFailed("setting", str(error)) from error
    except MailSettingError as error:
        raise CommandFailed("setting", str(error)) from error
    except LogKeyUnfit as error:
        remedy = _("put the log.key of the server that changed it in this data directory")
        raise CommandFailed("log-key-unfit", str(error), remedy=remedy) from error
    except StoreUnavailable as error:
        remedy = _("check HOSO_DATABASE_URL and that the database runs")
        raise CommandFailed(
            "database-unavailable", _("no database: {reason}").format(reason=error), remedy=remedy
        ) from error
    except SigningError as error:
        raise CommandFailed(error.code, error.message) from error
