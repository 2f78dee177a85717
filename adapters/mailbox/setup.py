"""What an installation says of its mailbox: where it is, its rules, and the secret of its reply addresses."""

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from adapters.mailbox.rules import Rules
from adapters.mailbox.server import MailboxServer, MailboxSettingError

RULES, SECRET = "mail-rules.json", "mailbox.key"
LARGEST_RULES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Setup:
    """Without `server` no mailbox is read; without rules, all that comes waits in quarantine."""

    server: MailboxServer | None = None
    rules: Rules = field(default_factory=Rules)
    secret: bytes = b""


def read_rules(file: Path) -> Rules:
    """The rules of that file, or none where it is missing; MailboxSettingError says what is wrong, and where."""
    try:
        written = file.read_bytes()[: LARGEST_RULES + 1]
    except FileNotFoundError:
        return Rules()
    except OSError as error:
        raise MailboxSettingError(f"{file} is unreadable: {error.strerror}") from error
    try:
        given = json.loads(written)
        return Rules.model_validate_json(json.dumps(given), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(each) for each in first["loc"]) or "the whole"
        raise MailboxSettingError(f"{file}: {where}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise MailboxSettingError(f"{file} is no JSON: {error}") from error


def read_secret(folder: Path) -> bytes:
    """The secret of the reply addresses; empty where none was made."""
    try:
        return bytes.fromhex((folder / SECRET).read_text("ascii").strip())
    except FileNotFoundError:
        return b""
    except (OSError, ValueError) as error:
        raise MailboxSettingError(f"{folder / SECRET} is unreadable; put it back") from error


def make_secret(folder: Path) -> bytes:
    """The secret, made where there is none yet; all machines of an installation need the same file."""
    try:
        descriptor = os.open(folder / SECRET, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return read_secret(folder)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
    return read_secret(folder)
