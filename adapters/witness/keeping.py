"""What a witness keeps: its key, and one small file per log, which says how far it cosigned that log.

What it cosigned is on the disk before it says so: a witness that forgets could be led to cosign another history. So a
file is put in its place whole, and one that is missing something or was changed is never taken for an empty one.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from signing.errors import Invalid, SigningError
from signing.trail.checkpoint import parse_checkpoint_text
from signing.trail.cosignature import WitnessKey, verify_cosignature
from signing.trail.note import read_vkey, split_note
from signing.trail.succession import LogState, verify_succession
from signing.trail.witnessing import NOTHING, log_name

FORMAT = "hoso-witnessed-log/1"
_FIELDS = {"format", "log", "begun", "note", "followed", "successor"}


class Damaged(Exception):
    """A file of the witness is missing or not as it was written; the message names it and the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessedLog:
    """A log that the witness knows.

    `vkey`: the log's key now; `begun`: what the first checkpoint had to continue; `note`: the last one cosigned, with
    the log's line and the witness's; `followed`: the statements by which the log came to this key or name;
    `successor`: the log that goes on in its place: this one is not cosigned any more.
    """

    vkey: str
    begun: LogState = NOTHING
    note: str | None = None
    followed: tuple[str, ...] = field(default=())
    successor: str | None = None

    @property
    def origin(self) -> str:
        """The log's name."""
        return read_vkey(self.vkey).name

    @property
    def held(self) -> LogState:
        """What the next checkpoint must continue."""
        if self.note is None:
            return self.begun
        checkpoint = parse_checkpoint_text(split_note(self.note)[0])
        return LogState(size=checkpoint.size, root=checkpoint.root)

    @property
    def cosigned(self) -> datetime | None:
        """When the last checkpoint was cosigned."""
        if self.note is None:
            return None
        own = split_note(self.note)[1][-1]
        return datetime.fromtimestamp(int.from_bytes(own.signature[:8], "big"), UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """The folder of one witness."""

    path: Path

    @property
    def key_file(self) -> Path:
        """The witness's key (secret)."""
        return self.path / "witness.key"

    def make_key(self, name: str) -> WitnessKey:
        """Make the witness's key, readable by its owner alone; FileExistsError where there is one."""
        key = WitnessKey.generate(name)
        (self.path / "logs").mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(key.dump())
            _settle(file.fileno())
        _settle_folder(self.path)
        return key

    def key(self) -> WitnessKey:
        """The witness's key; raises Damaged."""
        try:
            return WitnessKey.load(self.key_file.read_text("utf-8"))
        except (OSError, ValueError, SigningError) as error:
            raise Damaged(f"{self.key_file} is missing or unreadable; run: hoso witness init NAME") from error

    def logs(self, key: WitnessKey) -> list[WitnessedLog]:
        """All logs that the witness knows, by name; raises Damaged."""
        found = (self._read(file, key) for file in (self.path / "logs").glob("*.json"))
        return sorted(found, key=lambda log: log.origin)

    def find(self, name: str, key: WitnessKey) -> WitnessedLog | None:
        """The log of that name (`log_name` of its origin); raises Damaged."""
        file = self._file(name)
        return self._read(file, key) if file.exists() else None

    def put(self, log: WitnessedLog) -> None:
        """Keep a log; once this returns it outlives a crash and a power cut."""
        file = self._file(log_name(log.origin))
        write_whole(file, json.dumps(_to_json(log), ensure_ascii=False, indent=1) + "\n")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep all others out, threads and processes, from reading a log until it is put."""
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _file(self, name: str) -> Path:
        return self.path / "logs" / f"{name}.json"

    def _read(self, file: Path, key: WitnessKey) -> WitnessedLog:
        try:
            log = _from_json(json.loads(file.read_text("utf-8")))
            if log_name(log.origin) != file.stem:
                raise Invalid("witness-file", "it is the file of another log")
            _check(log, key)
        except (OSError, ValueError, KeyError, TypeError, SigningError) as error:
            message = f"{file} was changed or damaged; put it back from the newest backup, and cosign nothing before"
            raise Damaged(message) from error
        return log


def write_whole(file: Path, text: str) -> None:
    """Put a file in its place whole; once this returns it outlives a crash and a power cut."""
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    with fresh.open("w", encoding="utf-8") as opened:
        opened.write(text)
        _settle(opened.fileno())
    fresh.replace(file)
    _settle_folder(file.parent)


def _check(log: WitnessedLog, key: WitnessKey) -> None:
    """Check that the note is one that this witness cosigned, of this log."""
    for statement in log.followed:
        verify_succession(statement)
    if log.note is None:
        return
    text, lines = split_note(log.note)
    verify_cosignature(text, lines[-1], key.vkey)
    if parse_checkpoint_text(text).origin != log.origin:
        raise Invalid("witness-file", "its checkpoint is of another log")


def _to_json(log: WitnessedLog) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "log": log.vkey,
        "begun": {"size": log.begun.size, "root": log.begun.root.hex()},
        "note": log.note,
        "followed": list(log.followed),
        "successor": log.successor,
    }


def _from_json(value: dict[str, Any]) -> WitnessedLog:
    if set(value) != _FIELDS or value["format"] != FORMAT:
        raise Invalid("witness-file", f"it is no file of the form {FORMAT}")
    begun = LogState(size=int(value["begun"]["size"]), root=bytes.fromhex(value["begun"]["root"]))
    return WitnessedLog(
        vkey=value["log"],
        begun=begun,
        note=value["note"],
        followed=tuple(value["followed"]),
        successor=value["successor"],
    )


def _settle(descriptor: int) -> None:
    os.fsync(descriptor)


def _settle_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
