"""Cosign what continues: one decision at a time, and on the disk before it is told."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from adapters.witness.keeping import Folder, WitnessedLog
from adapters.witness.refusals import Refusals
from signing.errors import Invalid
from signing.trail.cosignature import WitnessKey
from signing.trail.note import split_note
from signing.trail.witnessing import check_continues, check_signed, log_name, parse_submission, submitted

SIZE = "text/x.tlog.size"
PLAIN = "text/plain; charset=utf-8"
# What is refused with which status (c2sp.org/tlog-witness).
STATUSES = {
    "submission-malformed": 400,
    "submission-cut": 400,
    "submission-unsigned": 403,
    "witness-log-unknown": 404,
    "submission-old": 409,
    "submission-fork": 409,
    "consistency-proof": 422,
}

_SUSPECT = frozenset({"submission-fork", "consistency-proof"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What the witness answers; `code` where it refused."""

    status: int
    body: bytes
    kind: str = PLAIN
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigner:
    """A witness over its folder."""

    folder: Folder
    key: WitnessKey
    clock: Callable[[], datetime]

    def add_checkpoint(self, body: bytes) -> Answered:
        """Cosign a checkpoint that continues what was cosigned before; else say why not. Raises Damaged."""
        try:
            submission = parse_submission(body)
            checkpoint = submitted(submission)
        except Invalid as error:
            return _refused(error)
        with self.folder.locked():
            log = self.folder.find(log_name(checkpoint.origin), self.key)
            try:
                if log is None or log.successor is not None:
                    raise Invalid("witness-log-unknown", "no log of this name is witnessed here")
                note = check_signed(submission, log.vkey)
            except Invalid as error:
                return _refused(error, log)
            try:
                check_continues(submission, checkpoint, log.held)
            except Invalid as error:
                if error.code in _SUSPECT:
                    Refusals(folder=self.folder, log=log).take(submission, note)
                return _refused(error, log)
            line = self.key.cosign(split_note(note)[0], self.clock())
            cosigned = replace(log, note=note + line)
            self.folder.put(cosigned)
            Refusals(folder=self.folder, log=cosigned).settle(checkpoint)
        return Answered(status=200, body=line.encode())

    def last(self, name: str) -> str | None:
        """The last checkpoint of a log that was cosigned, with both signatures. Raises Damaged."""
        log = self.folder.find(name, self.key)
        return log.note if log is not None else None


def _refused(error: Invalid, log: WitnessedLog | None = None) -> Answered:
    status = STATUSES[error.code]
    if status == 409 and log is not None:
        return Answered(status=status, body=f"{log.held.size}\n".encode(), kind=SIZE, code=error.code)
    return Answered(status=status, body=f"{error}\n".encode(), code=error.code)
