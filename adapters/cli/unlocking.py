"""Unlocking keys for a while, with the agent's help, and locking them again."""

from pathlib import Path
from typing import Any

from adapters.cli.key_faults import failure
from adapters.cli.keys import agent_folder, ask_pin, require_key, shown
from adapters.cli.language import _
from adapters.cli.session import Session
from adapters.keystore import agent
from adapters.keystore.naming import read_name
from signing.certificates import fingerprint, subject_name
from signing.errors import SigningError

Json = dict[str, Any]


def unlock(session: Session, key: str | None, pin_file: Path | None, seconds: int) -> Json:
    """Hand a key to the agent."""
    name = read_name(require_key(key, session, why=_("no key was named")))
    try:
        pin = ask_pin(name, pin_file)
        return _told(agent.unlock(agent_folder(), name, pin, idle=seconds))
    except SigningError as error:
        raise failure(error, name) from None


def lock() -> int:
    """Let the agent forget everything."""
    try:
        return agent.lock(agent_folder())
    except SigningError as error:
        raise failure(error) from None


def held() -> list[Json]:
    """What the agent holds."""
    try:
        return [_told(key) for key in agent.held_keys(agent_folder())]
    except SigningError as error:
        raise failure(error) from None


def _told(key: agent.AgentKey) -> Json:
    return {
        "key": shown(read_name(key.name)),
        "name": key.name,
        "subject": subject_name(key.certificate),
        "fingerprint": fingerprint(key.certificate),
        "left": key.left,
    }
