"""Who vouches for the checkpoint of a pack: the log's key, or the one that followed it, and the witnesses who saw it.

Two kinds of leaves tell of that: `witness-appointed` (details `{"vkey"}`: the witness's verifier key) and
`log-succeeded` (objects `{"succession"}`: signed statements of how the log's keys followed one another). Neither is
taken on the log's word alone: a statement begins with the key that one pins, and the report says of each witness
whether one knows its key oneself.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from signing.errors import Invalid
from signing.evidence.contents import Opened, digests_of, stored_object
from signing.evidence.report import SuccessionLine, WitnessLine
from signing.record import time_text
from signing.trail.checkpoint import Checkpoint, parse_checkpoint_text
from signing.trail.cosignature import Anchored, verify_anchored
from signing.trail.note import COSIGNATURE, read_vkey, split_note
from signing.trail.succession import Succession, follow, present_key, verify_succession

APPOINTED, SUCCEEDED = "witness-appointed", "log-succeeded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A checkpoint that holds. `successions`: those that lead from the pinned key to the one that signed it."""

    checkpoint: Checkpoint
    cosigned: tuple[WitnessLine, ...]
    successions: tuple[SuccessionLine, ...]


def judge_anchor(
    note: str, opened: Sequence[Opened], stored: Mapping[str, bytes], *, log_key: str, witnesses: Collection[str] = ()
) -> Anchor:
    """Check a pack's checkpoint: signed by the pinned log key or by one that followed it, before that one was retired.

    `witnesses`: verifier keys of which each must have cosigned. Raises Invalid `log-key-retired`, `witness-missing`,
    and what notes and statements are refused with.
    """
    followed = follow(log_key, _statements(opened, stored))
    key = _signer(note, log_key, followed)
    told = [vkey for item in opened if item.leaf.act == APPOINTED for vkey in _key_told(item)]
    anchored = verify_anchored(note, key, [*witnesses, *told])
    _check_kept(opened, stored)
    return Anchor(
        checkpoint=anchored.checkpoint,
        cosigned=_cosigned(note, anchored, witnesses),
        successions=tuple(_line(each) for each in followed),
    )


def _statements(opened: Iterable[Opened], stored: Mapping[str, bytes]) -> tuple[str, ...]:
    """The statements in the pack, in the order of their leaves, each once."""
    named = (digest for item in opened if item.leaf.act == SUCCEEDED for digest in digests_of(item, "succession"))
    return tuple(_text(stored_object(stored, digest)) for digest in dict.fromkeys(named))


def _signer(note: str, log_key: str, followed: Sequence[Succession]) -> str:
    """The key of the log that signed; Invalid `log-key-retired` where another one had followed it by then."""
    text, (own, *_) = split_note(note)
    size = parse_checkpoint_text(text).size
    for each in followed:
        retired = read_vkey(each.before)
        if (own.name, own.key_id) == (retired.name, retired.key_id) and size > each.kept.size:
            message = f"the checkpoint of {size} leaves is signed by a key that was retired at {each.kept.size}"
            raise Invalid("log-key-retired", message)
    return present_key(log_key, followed)


def _key_told(item: Opened) -> tuple[str, ...]:
    vkey = item.details.get("vkey")
    return (vkey,) if isinstance(vkey, str) else ()


def _check_kept(opened: Iterable[Opened], stored: Mapping[str, bytes]) -> None:
    """The statement that a leaf tells is the first that the new key signed: right after the leaves that were kept."""
    for item in opened:
        if item.leaf.act == SUCCEEDED:
            newest = [verify_succession(_text(stored_object(stored, each))) for each in digests_of(item, "succession")]
            if not newest or newest[-1].kept.size != item.leaf.index:
                message = f"leaf {item.leaf.index} tells of a new log key, and is not the first one under it"
                raise Invalid("succession-wrong", message)


def _cosigned(note: str, anchored: Anchored, witnesses: Collection[str]) -> tuple[WitnessLine, ...]:
    """Who cosigned; Invalid `witness-missing` unless all of those that one pins did."""
    pinned = {(key.name, key.key_id) for each in witnesses for key in [read_vkey(each, COSIGNATURE)]}
    signed = [(line.name, line.key_id) for line in split_note(note)[1][1:]]
    if missing := sorted(pinned - set(signed)):
        raise Invalid("witness-missing", f"the witness {missing[0][0]} did not cosign the checkpoint")
    return tuple(
        WitnessLine(witness=each.witness, time=time_text(each.time), pinned=name in pinned)
        for each, name in zip(anchored.cosigned, signed, strict=True)
    )


def _line(succession: Succession) -> SuccessionLine:
    before, after = read_vkey(succession.before), read_vkey(succession.after)
    return SuccessionLine(
        before=f"{before.name}+{before.key_id.hex()}",
        after=f"{after.name}+{after.key_id.hex()}",
        time=time_text(succession.time),
        kept=succession.kept.size,
        lost=len(succession.lost),
        reason=succession.reason,
    )


def _text(statement: bytes) -> str:
    try:
        return statement.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid("succession-malformed", "a statement about the log's next key is no text") from error
