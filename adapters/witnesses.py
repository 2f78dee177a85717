"""Have checkpoints cosigned by a witness over HTTP (c2sp.org/tlog-witness): bounded in size and time, no redirects.

Plain HTTP will do: what is sent is public, and what comes back is signed and verified here. Nothing that a witness
answers can do more than keep its own cosignature from us.
"""

import http.client
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from adapters.bounded_http import Answer, Place, Unanswered, read_web_address
from signing.errors import Invalid
from signing.record import time_text
from signing.trail.cosignature import verify_cosignature
from signing.trail.note import COSIGNATURE, MAX_LINES, parse_line, read_vkey, split_note
from signing.trail.witnessing import Submission, cosignature_lines, log_name, read_size

Prove = Callable[[int], Sequence[bytes]]
"""Gives the proof that the checkpoint continues the log at so many leaves, fewer than its own."""
MAX_WITNESSES = MAX_LINES - 1
SKEW = timedelta(minutes=5)
"""How far the clocks of the witness and of the server may be apart."""
SIZE = "text/x.tlog.size"
MAX_ANSWER_BYTES = 16 * 1024
_TRIES = 3
_TIMEOUT, _DEADLINE = 5.0, 10.0  # seconds: somebody may wait for a checkpoint to be published
_EXPECTED = "HOSO_WITNESSES: expected a verifier key and a URL, separated by a space, then a comma or a new line"


class WitnessSettingError(ValueError):
    """What names the witnesses cannot be used; the message says what is expected."""


class WitnessUnavailable(Exception):
    """No cosignature now: the witness is away, does not know the log, or answers what cannot be used; ask again."""


class WitnessRefuses(WitnessUnavailable):
    """The witness holds that the log is not what it was: it saw more of it, or another one. People must look."""

    def __init__(self, message: str, *, size: int | None = None) -> None:
        super().__init__(message)
        self.size = size


class CheckpointWitness(Protocol):
    """Whoever cosigns checkpoints."""

    @property
    def vkey(self) -> str:
        """The verifier key."""
        ...

    @property
    def name(self) -> str:
        """The name that stands in its cosignatures."""
        ...

    @property
    def is_here(self) -> bool:
        """Whether it runs on this very machine, so that it is nobody else's."""
        ...

    def cosign(self, note: str, size: int, prove: Prove, *, known: int, at: datetime) -> str:
        """Give the witness's line, with its newline, over a note of `size` leaves; else WitnessUnavailable.

        `known`: how many leaves it is thought to have seen.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpWitness:
    """A witness at a URL, known by its verifier key."""

    vkey: str
    place: Place

    @property
    def name(self) -> str:
        """The name that stands in its cosignatures."""
        return read_vkey(self.vkey, COSIGNATURE).name

    @property
    def is_here(self) -> bool:
        """Whether it runs on this very machine."""
        return self.place.is_here

    def cosign(self, note: str, size: int, prove: Prove, *, known: int, at: datetime) -> str:
        """Ask, and ask again where the witness has seen more or less of the log than was thought."""
        old = known if known <= size else size
        for _ in range(_TRIES):
            answer = self._ask(Submission(old=old, proof=_proof(old, size, prove), note=note))
            if answer.status == http.client.OK:
                return self._cosignature(answer.body, note, at)
            held = self._held(answer, note)
            if held > size:
                message = f"the witness {self.name} saw {held} leaves of this log, which has {size}"
                raise WitnessRefuses(message, size=held)
            if held == old:
                raise WitnessRefuses(f"the witness {self.name} saw another log of {held} leaves", size=held)
            old = held
        raise WitnessUnavailable(f"{self.place.url} names another size each time")

    def _ask(self, submission: Submission) -> Answer:
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        try:
            return self.place.post(submission.write(), headers, largest=MAX_ANSWER_BYTES)
        except Unanswered as error:
            raise WitnessUnavailable(str(error)) from error

    def _held(self, answer: Answer, note: str) -> int:
        """How many leaves the witness says that it saw; raises where it refused for another reason."""
        if answer.status == http.client.UNPROCESSABLE_ENTITY:
            raise WitnessRefuses(f"the witness {self.name} finds that the log does not continue what it saw before")
        if answer.status in {http.client.NOT_FOUND, http.client.FORBIDDEN}:
            origin = split_note(note)[0].partition("\n")[0]
            raise WitnessUnavailable(
                f"{self.place.url} does not trust the key of {origin} ({answer.status}, log {log_name(origin)[:16]}…);"
                " its operator must run: hoso witness trust"
            )
        if answer.status != http.client.CONFLICT or answer.kind != SIZE:
            raise WitnessUnavailable(f"{self.place.url} answers {answer.status} {answer.kind[:60]!r}")
        try:
            return read_size(answer.body)
        except Invalid as error:
            raise WitnessUnavailable(f"{self.place.url}: {error}") from error

    def _cosignature(self, body: bytes, note: str, at: datetime) -> str:
        """Find its own line among those it answers, and verify it; others are of nobody we know."""
        text, key = split_note(note)[0], read_vkey(self.vkey, COSIGNATURE)
        try:
            for written in cosignature_lines(body):
                line = parse_line(written)
                if (line.name, line.key_id) != (key.name, key.key_id):
                    continue
                found = verify_cosignature(text, line, self.vkey)
                if abs(found.time - at) > SKEW:
                    message = (
                        f"its cosignature is of {time_text(found.time)}, now it is {time_text(at)}: set the clocks"
                    )
                    raise Invalid("witness-answer", message)
                return f"{written}\n"
        except Invalid as error:
            raise WitnessUnavailable(f"{self.place.url}: {error}") from error
        raise WitnessUnavailable(f"{self.place.url} answers without a cosignature by the key of {self.name}")


def read_witnesses(text: str) -> tuple[HttpWitness, ...]:
    """Read `<vkey> <url>`, separated by commas or new lines; raises WitnessSettingError."""
    found = tuple(_entries(text))
    if len(found) > MAX_WITNESSES:
        raise WitnessSettingError(f"HOSO_WITNESSES: {len(found)} witnesses; a checkpoint takes {MAX_WITNESSES}")
    if len({each.vkey for each in found}) != len(found):
        raise WitnessSettingError("HOSO_WITNESSES: a witness is named twice")
    return found


def _entries(text: str) -> Iterator[HttpWitness]:
    for entry in filter(None, (part.strip() for part in re.split(r"[,\n]", text))):
        vkey, _, url = entry.partition(" ")
        address = read_web_address(url.strip())
        if address is None or address[0].username is not None or address[0].query:
            raise WitnessSettingError(_EXPECTED)
        try:
            read_vkey(vkey, COSIGNATURE)
        except Invalid as error:
            raise WitnessSettingError(f"HOSO_WITNESSES: {error.message}") from error
        parts, port = address
        path = f"{parts.path.rstrip('/')}/add-checkpoint"
        place = Place(
            scheme=parts.scheme, host=parts.hostname or "", port=port, path=path, timeout=_TIMEOUT, deadline=_DEADLINE
        )
        yield HttpWitness(vkey=vkey, place=place)


def _proof(old: int, size: int, prove: Prove) -> tuple[bytes, ...]:
    return () if old in (0, size) else tuple(prove(old))
