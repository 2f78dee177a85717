"""What a witness is asked and what it demands (c2sp.org/tlog-witness): pure, for the witness and for who asks it.

A witness cosigns a checkpoint that continues the one it cosigned before, and no other. What it refuses with says whose
fault it is: its reader turns the code into the status that the protocol names.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from signing.errors import Invalid
from signing.trail.checkpoint import Checkpoint, parse_checkpoint_text
from signing.trail.note import decode_base64, read_vkey, split_note, verify_line, write_line
from signing.trail.succession import LogState, Succession
from signing.trail.tree import EMPTY_ROOT, shows_other_start, verify_consistency

MAX_PROOF_LINES = 63
MAX_REQUEST_BYTES = 64 * 1024
NOTHING = LogState(size=0, root=EMPTY_ROOT)
"""What a witness holds of a log of which it has cosigned nothing."""
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})", re.ASCII)
_SIZE = re.compile(rb"(0|[1-9][0-9]{0,18})\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A checkpoint that is to be cosigned, with the proof that it continues the log at `old` leaves; unverified."""

    old: int
    proof: tuple[bytes, ...]
    note: str

    def write(self) -> bytes:
        """Give the request's body."""
        hashes = "".join(f"{base64.b64encode(item).decode('ascii')}\n" for item in self.proof)
        return f"old {self.old}\n{hashes}\n{self.note}".encode()


def parse_submission(body: bytes) -> Submission:
    """Read a request's body strictly; Invalid `submission-malformed` otherwise. Nothing is verified."""
    try:
        head, separator, note = body.decode("utf-8").partition("\n\n")
    except UnicodeDecodeError as error:
        raise Invalid("submission-malformed", "the request is not UTF-8") from error
    first, *hashes = head.split("\n")
    old = _OLD.fullmatch(first)
    if len(body) > MAX_REQUEST_BYTES or not separator or old is None or len(hashes) > MAX_PROOF_LINES:
        message = "a request is `old` and a size, at most 63 hashes, an empty line and a checkpoint"
        raise Invalid("submission-malformed", message)
    proof = tuple(decode_base64(line, "submission-malformed", "a hash of the proof") for line in hashes)
    return Submission(old=int(old[1]), proof=proof, note=note)


def submitted(submission: Submission) -> Checkpoint:
    """Give the checkpoint that it claims to be, not verified; Invalid `submission-malformed` where it is none."""
    try:
        return parse_checkpoint_text(split_note(submission.note)[0])
    except Invalid as error:
        raise Invalid("submission-malformed", error.message) from error


def check_signed(submission: Submission, vkey: str) -> str:
    """Check that this log key signed it, whoever else did, and give the note with the log's line alone; Invalid
    `submission-unsigned` otherwise.
    """
    text, lines = split_note(submission.note)
    key = read_vkey(vkey)
    for line in lines:
        if (line.name, line.key_id) == (key.name, key.key_id):
            try:
                verify_line(line, key, text.encode("utf-8"))
            except Invalid as error:
                raise Invalid("submission-unsigned", error.message) from error
            return f"{text}\n{write_line(line.name, line.key_id, line.signature)}"
    raise Invalid("submission-unsigned", f"no signature of {key.name}+{key.key_id.hex()} is in the checkpoint")


def check_continues(submission: Submission, checkpoint: Checkpoint, held: LogState) -> None:
    """Check that the checkpoint continues what the witness holds, in the order that the protocol gives.

    Invalid `submission-cut`: the old size is beyond the new one; `submission-old`: it is not the size held;
    `submission-fork`: as many leaves, another root; `consistency-proof`.
    """
    if submission.old > checkpoint.size:
        raise Invalid("submission-cut", f"a log of {checkpoint.size} leaves does not continue one of {submission.old}")
    if submission.old != held.size:
        raise Invalid("submission-old", f"the last checkpoint cosigned has {held.size} leaves, not {submission.old}")
    if checkpoint.size == held.size:
        if checkpoint.root != held.root:
            raise Invalid("submission-fork", f"at {held.size} leaves the log had another root before")
        if submission.proof:
            raise Invalid("consistency-proof", "between logs of one size there is nothing to prove")
        return
    if held.size == 0:
        if submission.proof:
            raise Invalid("consistency-proof", "from an empty log there is nothing to prove")
        return
    verify_consistency(held.size, checkpoint.size, submission.proof, held.root, checkpoint.root)


def proves_fork(submission: Submission, checkpoint: Checkpoint, held: LogState) -> bool:
    """Whether a checkpoint that the log signed proves, with what is held, that the log shows two histories.

    It does where it has as many leaves and another root, or comes with a proof that it began otherwise. A proof that
    fails says nothing: anybody can send a true checkpoint with a false proof.
    """
    if checkpoint.size == held.size:
        return checkpoint.root != held.root
    return shows_other_start(held.size, checkpoint.size, submission.proof, held.root, checkpoint.root)


def begin_after(statement: Succession, seen: LogState) -> LogState:
    """Give the state that the successor of a log must continue for a witness that saw it so far.

    Invalid `succession-conceals`: the witness saw more than the statement admits there was, or another log.
    """
    for state in (statement.known, statement.kept):
        if state.size == seen.size and state.root != seen.root:
            message = f"at {seen.size} leaves the witness saw another root than the statement tells"
            raise Invalid("succession-conceals", message)
    if seen.size > statement.known.size:
        message = f"the statement admits {statement.known.size} leaves; the witness cosigned {seen.size}"
        raise Invalid("succession-conceals", message)
    return min(seen, statement.kept, key=lambda state: state.size)


def read_size(body: bytes) -> int:
    """Read the size that a witness answers with where it holds another; Invalid `witness-answer` otherwise."""
    found = _SIZE.fullmatch(body)
    if found is None:
        raise Invalid("witness-answer", "it names no size of the log that it holds")
    return int(found[1])


def log_name(origin: str) -> str:
    """Give the name under which a witness keeps and shows a log: the SHA-256 of its origin, in hex."""
    return hashlib.sha256(origin.encode("utf-8")).hexdigest()


def fingerprint(vkey: str) -> str:
    """Give the SHA-256 of a log's public key, in hex: to be compared by people."""
    return hashlib.sha256(read_vkey(vkey).public).hexdigest()


def cosignature_lines(body: bytes) -> Sequence[str]:
    """Split a witness's answer into its lines, unverified; Invalid `witness-answer` where it has no such form."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid("witness-answer", "its answer is not UTF-8") from error
    lines = text.split("\n")
    if lines.pop() or not lines:
        raise Invalid("witness-answer", "its answer is no sequence of signature lines")
    return lines
