"""Two signed checkpoints of one log: do they fit, and what lies between?"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.cli.codes import in_words
from adapters.cli.errors import SIGNATURE, USAGE, CommandFailed
from adapters.cli.input import read_file
from adapters.cli.language import _
from adapters.cli.log import accepted_head
from adapters.cli.log_keys import LogKeys, Signed
from adapters.cli.proven import ProvenLog
from adapters.cli.session import Session
from adapters.cli.terminal import escape
from signing.errors import SigningError
from signing.trail.checkpoint import Checkpoint
from signing.trail.cosignature import log_note

LARGEST = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What lies between two states of one log, the older first. `by_act`, `by_officer`: how many leaves."""

    origin: str
    older: Checkpoint
    newer: Checkpoint
    by_act: Counter[str]
    by_officer: Counter[str]

    def to_json(self) -> dict[str, Any]:
        """The same for programs."""
        states = {"older": self.older, "newer": self.newer}
        told = {name: {"size": each.size, "root": each.root.hex()} for name, each in states.items()}
        between = {"by_act": dict(self.by_act.most_common()), "by_officer": dict(self.by_officer.most_common())}
        return {"verdict": "consistent", "origin": self.origin, **told, **between}

    def lines(self) -> Iterator[str]:
        """Yield the lines for people; the last one is the verdict."""
        for title, counts in ((_("By act:"), self.by_act), (_("By officer:"), self.by_officer)):
            if counts:
                yield title
            yield from (f"  {count:>8}  {escape(name)}" for name, count in counts.most_common())
        yield _("CONSISTENT: the log of {new} leaves continues the one of {old}; {count} leaves lie between.").format(
            new=self.newer.size, old=self.older.size, count=self.newer.size - self.older.size
        )


def compare(session: Session, one: str, other: str) -> Difference:
    """Compare two checkpoints, each a file or a size; stops with exit code 5 where they cannot be of one log."""
    keys = LogKeys.of(session.profile)
    named = [_named(one, keys), _named(other, keys)]
    signed = [each for each in named if isinstance(each, Checkpoint)]
    if len(signed) == 2 and signed[0].size == signed[1].size and signed[0].root != signed[1].root:
        raise fork(signed[0].size)
    log = ProvenLog(session.client, accepted_head(session))
    older, newer = sorted((_state(log, each) for each in named), key=lambda state: state.size)
    by_act, by_officer = Counter[str](), Counter[str]()
    for page in log.leaves(older.size, newer.size):
        by_act.update(given.leaf.act for given in page)
        by_officer.update(given.leaf.actor for given in page)
    return Difference(origin=log.head.origin, older=older, newer=newer, by_act=by_act, by_officer=by_officer)


def fork(size: int) -> CommandFailed:
    """Return the failure for two signed checkpoints of one size."""
    words = _(
        "FORK: both are signed by the log's key over {size} leaves, and their roots differ. Two people were shown two"
        " logs; keep both files, they prove it"
    )
    return _misfit("log-forked", words.format(size=size))


def _named(text: str, keys: LogKeys) -> Checkpoint | int:
    """A signed checkpoint in a file (a receipt holds one, too), or a number of leaves."""
    if text.isascii() and text.isdigit() and not Path(text).exists():
        return int(text)
    content = read_file(Path(text), limit=LARGEST).decode("utf-8", "replace")
    try:
        signed = keys.read(log_note(_note(content)))
    except SigningError as error:
        raise CommandFailed(
            error.code,
            _("{file} holds no checkpoint that this log's key signed: {reason}").format(
                file=escape(text), reason=in_words(error.code, error.message)
            ),
            remedy=_("name a checkpoint's file, a receipt, or a number of leaves"),
            exit_code=SIGNATURE,
        ) from None
    return standing(signed, text)


def standing(signed: Signed, file: str) -> Checkpoint:
    """Give a checkpoint of which all is left; of one whose leaves a restore lost, as was stated, say so and stop."""
    if signed.left is None or not signed.beyond:
        return signed.checkpoint
    message = _(
        "{file} is of the log before it was restored: of its {size} leaves {left} were kept, and the others are lost,"
        " as the signed statement says"
    ).format(file=escape(file), size=signed.checkpoint.size, left=signed.left.size)
    raise CommandFailed("log-restored", message, remedy=_("compare with a checkpoint of at most that many leaves"))


def _note(content: str) -> str:
    import json

    if not content.startswith("{"):
        return content
    try:
        return str(json.loads(content)["checkpoint"])
    except (ValueError, KeyError, TypeError):
        return content


def _state(log: ProvenLog, named: Checkpoint | int) -> Checkpoint:
    """What was named, proven to be a beginning of the server's log."""
    if isinstance(named, int):
        if named > log.head.size:
            message = _("the log has {size} leaves, not {named}").format(size=log.head.size, named=named)
            raise CommandFailed("checkpoint-unknown", message, exit_code=USAGE)
        return Checkpoint(origin=log.head.origin, size=named, root=log.root_at(named))
    return held_state(log, named)


def held_state(log: ProvenLog, named: Checkpoint) -> Checkpoint:
    """A signed checkpoint, proven to be a beginning of the server's log; stops where it was cut back or forked."""
    if named.size > log.head.size:
        raise _misfit(
            "log-cut",
            _(
                "ROLLBACK: the checkpoint signs {size} leaves, and the server's log has {found} now. Leaves were taken"
                " away; keep the file, it proves it"
            ).format(size=named.size, found=log.head.size),
        )
    try:
        log.prove(named.size, named.root)
    except SigningError:
        raise _misfit(
            "log-forked",
            _(
                "FORK: the log of {found} leaves does not continue the one of {size} leaves that was signed. Leaves"
                " were changed, or two people were shown two logs; keep the file, it proves it"
            ).format(size=named.size, found=log.head.size),
        ) from None
    return named


def _misfit(code: str, words: str) -> CommandFailed:
    return CommandFailed(code, words, remedy=_("tell the agency, and sign nothing there"), exit_code=SIGNATURE)
