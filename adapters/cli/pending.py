"""What was sent and not yet answered: kept until the answer is known, so that running the command again is safe.

The same bytes go out again under the same Idempotency-Key: if the server did receive them, it answers as it did then.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from adapters.cli.language import _
from adapters.cli.profiles import Profile, write_private
from adapters.cli.terminal import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A request as it went out. `typed` is what the officer typed: another wish is not the same request."""

    task: str
    server: str
    where: str
    key: str
    typed: Mapping[str, Any]
    body: Mapping[str, Any]
    seen: int | None = None  # the revision of its dossier over which alone it is to be done


def _file(profile: Profile, task: str) -> Path:
    return profile.directory / "pending" / (re.sub(r"[^A-Za-z0-9._-]", "_", task) + ".json")


def keep(profile: Profile, submission: Submission) -> None:
    """Write it down before it is sent."""
    write_private(_file(profile, submission.task), json.dumps(asdict(submission), ensure_ascii=False).encode())


def find(profile: Profile, task: str, server: str) -> Submission | None:
    """Return what is still open for a task at this server."""
    submission = _read(_file(profile, task))
    return submission if submission and (submission.task, submission.server) == (task, server) else None


def find_all(profile: Profile, server: str) -> list[Submission]:
    """Return everything that is still open at this server."""
    found = [_read(file) for file in sorted((profile.directory / "pending").glob("*.json"))]
    return [submission for submission in found if submission and submission.server == server]


def _read(file: Path) -> Submission | None:
    try:
        return Submission(**json.loads(file.read_bytes()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError):
        say(_("warning: an earlier submission of {task} is unreadable and is left aside").format(task=file.stem))
        return None


def forget(profile: Profile, task: str) -> None:
    """The answer is known."""
    _file(profile, task).unlink(missing_ok=True)
