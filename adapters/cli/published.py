"""The published checkpoints of a log, each verified here: by the pinned log key and by witnesses that are named."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from adapters.cli.codes import in_words
from adapters.cli.errors import SIGNATURE, CommandFailed
from adapters.cli.input import read_file
from adapters.cli.language import _
from adapters.cli.log_keys import LogKeys
from adapters.cli.session import Session
from adapters.cli.witness import alarm
from signing.errors import SigningError
from signing.record import time_text
from signing.trail.cosignature import log_note, verify_cosignature
from signing.trail.note import COSIGNATURE, Line, read_vkey, split_note

PAGE = 200  # what the server gives at most
_KEY_BYTES = 4096


def witness_keys(named: Sequence[str]) -> Mapping[tuple[str, bytes], str]:
    """Return verifier keys of witnesses, given as text or files, by the name and key ID that stand in their lines."""
    found = {}
    for each in named:
        text = each if each.count("+") >= 2 else read_file(Path(each), limit=_KEY_BYTES).decode("utf-8", "replace")
        try:
            key = read_vkey(text, COSIGNATURE)
        except SigningError as error:
            raise CommandFailed(error.code, in_words(error.code, error.message), exit_code=SIGNATURE) from None
        found[key.name, key.key_id] = text.strip()
    return found


def published(session: Session, witnesses: Mapping[tuple[str, bytes], str], *, after: int) -> Iterator[dict[str, Any]]:
    """Yield the published checkpoints behind a size; stops with exit code 5 where one does not hold."""
    if session.profile.log_key is None:
        raise CommandFailed(
            "log-key-missing",
            _("profile {name} has no log key pinned").format(name=session.profile.name),
            remedy=_("sign in with hoso login, which pins it"),
            exit_code=SIGNATURE,
        )
    keys = LogKeys.of(session.profile)
    while True:
        items = session.client.get("/v1/log/checkpoints", after=after, limit=PAGE).get("items")
        if not isinstance(items, list):
            raise alarm("checkpoint-missing", _("it gave no checkpoint"))
        for item in items:
            found = _verified(item, keys, witnesses)
            if found["size"] <= after:
                raise alarm("checkpoint-invalid", _("its checkpoints are not in the order of their sizes"))
            after = found["size"]
            yield found
        if len(items) < PAGE:
            return


def _verified(item: object, keys: LogKeys, witnesses: Mapping[tuple[str, bytes], str]) -> dict[str, Any]:
    note, time = (str(item.get(name)) if isinstance(item, dict) else "" for name in ("note", "time"))
    try:
        checkpoint = keys.read(log_note(note)).checkpoint
        text, lines = split_note(note)
        cosigned = [_cosigned(text, line, witnesses) for line in lines[1:]]
    except SigningError as error:
        what = _("a checkpoint that it published")
        raise alarm("checkpoint-invalid", f"{what}: {in_words(error.code, error.message)}") from None
    return {"size": checkpoint.size, "root": checkpoint.root.hex(), "time": time, "witnesses": cosigned, "note": note}


def _cosigned(text: str, line: Line, witnesses: Mapping[tuple[str, bytes], str]) -> dict[str, Any]:
    """Return what one cosignature tells; one of a witness that was named must hold."""
    vkey = witnesses.get((line.name, line.key_id))
    if vkey is None:
        return {"name": line.name, "verified": False, "time": ""}
    found = verify_cosignature(text, line, vkey)
    return {"name": found.witness, "verified": True, "time": time_text(found.time)}
