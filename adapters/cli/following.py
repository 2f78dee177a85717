"""How this client follows a log to another key: a new key silently but for one line, a restored database with care.

The server's statements must lead from the pinned key to the one that signs now, and each must fit what was seen here:
one that tells less than was lost is caught, and one that tells a loss is accepted by the officer or not at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from adapters.cli import receipts
from adapters.cli.client import NoAnswer, Problem
from adapters.cli.codes import in_words
from adapters.cli.errors import SIGNATURE, CommandFailed
from adapters.cli.language import _
from adapters.cli.log_keys import Followed, LogKeys
from adapters.cli.profiles import alone, save
from adapters.cli.terminal import escape, say
from adapters.cli.times import local
from adapters.cli.witness import Alarm, State, Witness, alarm
from signing.errors import SigningError
from signing.record import time_text
from signing.trail.checkpoint import Checkpoint, verify_checkpoint
from signing.trail.succession import Succession, follow, present_key, verify_succession

Json = dict[str, Any]
NOT_FOUND = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Leaves that this profile saw and the log lost: the statement that says so, and the receipts kept here of them."""

    statement: Succession
    seen: State
    receipts: Sequence[Json]


Agree = Callable[[Loss], bool]


def steps(witness: Witness) -> tuple[Succession, ...]:
    """The server's statements that lead on from the present key; none where it has none."""
    return tuple(statement for statement, _note in _steps(witness))


def follow_log(witness: Witness, agree: Agree | None = None) -> bool:
    """Follow the log to its present key, and pin that; False where there is nothing to follow.

    Stops where a statement does not hold or does not fit what was seen here. `agree`: asked whether a loss of what was
    seen here is accepted; without it such a loss stops.
    """
    before, seen = witness.kept_text(), witness.kept()
    found = _steps(witness)
    if not found:
        return False
    key = present_key(witness.keys.present, [statement for statement, _note in found])
    text, head = _head(witness, key)
    keys, followed = witness.keys, list[Followed]()
    _check_order(witness, [statement for statement, _note in found], head)
    for statement, note in found:
        keys = keys.with_followed([Followed(note=note)])
        lost = _loses(statement, seen)
        if lost and seen is not None:
            _agreed(Loss(statement=statement, seen=seen, receipts=lost_receipts(witness, keys)), agree)
            seen = statement.kept
        accepted = time_text(datetime.now(UTC)) if lost else None
        followed.append(Followed(note=note, seen=before, accepted=accepted))
    if seen is not None:
        witness.consistent(seen, head)
    with alone(witness.profile):
        ours = witness.kept_text() == before
        if ours:
            _pin(witness, witness.keys.with_followed(followed), key)
            witness.keep(text, head.size)
    if not ours:  # another process kept something meanwhile: what it saw counts, too
        return follow_log(witness, agree)
    for each, (statement, _note) in zip(followed, found, strict=True):
        say(_told(statement, each))
    return True


def with_earlier(witness: Witness) -> LogKeys:
    """The keys of this profile, and those before the first that it pinned, as the server's statements lead to it: what
    others kept of the log may be older than this profile.
    """
    known, earlier = witness.keys.statements(), list[Followed]()
    first = known[0].before if known else witness.keys.present
    for note in reversed(_notes(witness)):
        try:
            statement = verify_succession(note)
        except SigningError as error:
            raise _invalid(error) from None
        if statement.after == first:
            first = statement.before
            earlier.insert(0, Followed(note=note))
    return LogKeys(pinned=first, followed=(*earlier, *witness.keys.followed))


def _steps(witness: Witness) -> list[tuple[Succession, str]]:
    notes = _notes(witness)
    try:
        found = follow(witness.keys.present, notes)
    except SigningError as error:
        raise _invalid(error) from None
    # They stand last: `follow` passes over those before the pinned key.
    return list(zip(found, notes[len(notes) - len(found) :], strict=True))


def _invalid(error: SigningError) -> Alarm:
    return alarm("succession-invalid", in_words(error.code, error.message))


def _notes(witness: Witness) -> list[str]:
    try:
        items = witness.client.get("/v1/log/successions").get("items")
    except CommandFailed as error:
        if isinstance(error, NoAnswer) or (isinstance(error, Problem) and error.status != NOT_FOUND):
            raise
        return []  # a server that knows no such thing has none to show
    if not isinstance(items, list):
        raise _malformed()
    return [_note(item) for item in items]


def _note(item: object) -> str:
    """A statement's note, which the server gives with the leaf that told of it."""
    note = item.get("note") if isinstance(item, dict) else item
    if not isinstance(note, str):
        raise _malformed()
    return note


def _malformed() -> Alarm:
    return alarm("succession-invalid", _("its statements of succession are malformed"))


def _head(witness: Witness, key: str) -> tuple[str, Checkpoint]:
    text = str(witness.present_text())
    try:
        return text, verify_checkpoint(text, key)
    except SigningError as error:
        raise alarm(
            "checkpoint-invalid", f"{_('the checkpoint it gave')}: {in_words(error.code, error.message)}"
        ) from None


def _check_order(witness: Witness, statements: Sequence[Succession], head: Checkpoint) -> None:
    """Each statement knows of all that the one before it kept, else it conceals; what none lost is in the log."""
    for one, other in pairwise(statements):
        _loses(other, one.kept)
    for at, each in enumerate(statements):
        if all(each.kept.size <= later.kept.size for later in statements[at + 1 :]):
            witness.consistent(each.kept, head)


def _loses(statement: Succession, seen: State | None) -> bool:
    """Hold a statement to what was seen of the log that it ends: whether it says that some of it is lost."""
    known = statement.known
    if seen is None:
        return False
    if seen.size > known.size or (statement.lost and seen.size == known.size and seen.root != known.root):
        raise _concealed(statement, seen)
    return seen.size > statement.kept.size


def _agreed(loss: Loss, agree: Agree | None) -> None:
    if agree is None or not agree(loss):
        raise _lost(loss)


def _concealed(statement: Succession, seen: State) -> CommandFailed:
    if not statement.lost:
        return alarm(
            "log-key-retired",
            _("its key ended at {last} leaves, and signed a checkpoint of {size} that is kept here").format(
                last=statement.kept.size, size=seen.size
            ),
        )
    return alarm(
        "restore-conceals",
        _("it says that its lost log had {known} leaves; a checkpoint of {size} is kept here that this denies").format(
            known=statement.known.size, size=seen.size
        ),
    )


def _lost(loss: Loss) -> CommandFailed:
    first, last = loss.statement.kept.size, loss.seen.size - 1
    return CommandFailed(
        "log-restored",
        _(
            "DO NOT SIGN yet. The server's log was restored from a backup on {time} ({reason}): leaves {first} to"
            " {last}, which this profile had seen, are lost"
        ).format(
            time=local(time_text(loss.statement.time)), reason=escape(loss.statement.reason), first=first, last=last
        ),
        remedy=_("ask your administrator whether this is so; then: hoso audit accept-restore"),
        exit_code=SIGNATURE,
        details=receipt_lines(loss.receipts),
    )


def receipt_lines(found: Sequence[Json]) -> list[str]:
    """One line for each receipt kept here of a lost leaf."""
    line = _("lost: {time} {act} {subject}, leaf {index}; its receipt: {file}")
    return [
        line.format(
            time=local(each.get("time")),
            act=escape(each.get("act")),
            subject=escape(each.get("subject")),
            index=each.get("index"),
            file=escape(each.get("file")),
        )
        for each in found
    ]


def lost_receipts(witness: Witness, keys: LogKeys) -> list[Json]:
    """The receipts kept here of leaves that were lost by the last statement of these keys, as they are listed."""
    before, found = LogKeys(pinned=keys.pinned, followed=keys.followed[:-1]), list[Json]()
    for path, value in receipts.kept(witness.profile):
        try:
            held, earlier = receipts.held(path, value, keys), receipts.held(path, value, before)
        except CommandFailed:
            continue  # damaged, or of another key: hoso audit receipts --check names it
        if held.lost and not earlier.lost:
            found.append(held.to_json())
    return found


def _pin(witness: Witness, keys: LogKeys, key: str) -> None:
    """Statements first: stopped in between, they lead from the key that is pinned still."""
    keys.save(witness.profile)
    save(replace(witness.profile, log_key=key))
    witness.keys = keys


def _told(statement: Succession, followed: Followed) -> str:
    words = {"time": local(time_text(statement.time)), "reason": escape(statement.reason), "count": len(statement.lost)}
    if not statement.lost:
        return _("The log has a new key since {time} ({reason}); it is pinned now.").format(**words)
    if followed.accepted:
        return _("The restore of {time} ({reason}) is accepted; the log goes on under its new name.").format(**words)
    return _(
        "The log was restored from a backup on {time} ({reason}). Lost leaves: {count}, none of them seen from here."
        " Its new key is pinned now."
    ).format(**words)
