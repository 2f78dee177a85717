"""Receipts held to themselves, to each other and to the server's present log.

Receipts of several officers are worth more than one's own: two signed checkpoints that do not fit are a fork, and the
two together prove it to anybody, whatever the server says afterwards.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from adapters.cli import receipts
from adapters.cli.client import NoAnswer
from adapters.cli.codes import in_words
from adapters.cli.errors import SIGNATURE, CommandFailed
from adapters.cli.following import with_earlier
from adapters.cli.language import _
from adapters.cli.log_keys import LogKeys, Signed
from adapters.cli.receipts import Held
from adapters.cli.terminal import escape, say
from adapters.cli.witness import Alarm, Witness, read_text
from signing.errors import SigningError
from signing.trail.checkpoint import Checkpoint

Json = dict[str, Any]
_OTHERS = frozenset({"profile.json", "successions.json", "config.json"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What does not hold: where, its code, in words; the signed checkpoints (`evidence`) that prove it to others."""

    file: str
    code: str
    message: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of a check. `compared`: how many leaves the log has to which all was held; None: no server was asked.

    `lost`: receipts of leaves that were lost with a restore that this profile accepted.
    """

    receipts: int
    checkpoints: int
    compared: int | None
    lost: tuple[str, ...]
    findings: tuple[Finding, ...]

    def to_json(self) -> Json:
        """The same for programs."""
        return {"verdict": "invalid" if self.findings else "valid", **asdict(self)}

    def lines(self) -> Iterator[str]:
        """The same for people; the verdict stands last."""
        for each in self.findings:
            yield f"{escape(each.file)}: {each.message}   [{each.code}]"
            for note in each.evidence:
                yield ""
                yield from (f"    {escape(line)}".rstrip() for line in note.splitlines())
        if self.lost:
            yield _("{count} receipts are of leaves that were lost with a restore.").format(count=len(self.lost))
        counts = {"count": self.receipts, "checkpoints": self.checkpoints, "size": self.compared}
        if self.compared is None:
            yield _("{count} receipts, {checkpoints} checkpoints, held to each other.").format(**counts)
        else:
            yield _("{count} receipts, {checkpoints} checkpoints, held to the log of {size} leaves.").format(**counts)
        yield _("INVALID: {count} findings").format(count=len(self.findings)) if self.findings else _("VALID")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    """A signed checkpoint, and where it lies."""

    file: str
    note: str
    signed: Signed

    @property
    def checkpoint(self) -> Checkpoint:
        return self.signed.checkpoint


@dataclass(slots=True, kw_only=True)
class _Check:
    """A check at work."""

    witness: Witness
    keys: LogKeys
    held: list[Held] = field(default_factory=list)
    points: list[_Point] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def find(self, file: object, failure: CommandFailed) -> None:
        told = "; ".join((_reason(failure), *failure.details))
        self.findings.append(Finding(file=str(file), code=failure.code, message=told))


def check_kept(witness: Witness) -> Checked:
    """Check what this profile keeps: each receipt by itself, and all against the server's present log."""
    check, folder = _Check(witness=witness, keys=witness.keys), witness.profile.directory
    head = _present(check)
    _read(check, receipts.kept(witness.profile), [folder / "checkpoint"])
    return _compared(check, head)


def check_gathered(witness: Witness, folder: Path) -> Checked:
    """Check receipts (`*.json`) and signed checkpoints (files named `checkpoint`) that lie in a folder, of many people.

    Where no server answers they are held to themselves and to each other.
    """
    if not folder.is_dir():
        raise CommandFailed("file-unknown", _("there is no folder {folder}").format(folder=folder))
    check = _Check(witness=witness, keys=witness.keys)
    try:
        head = _present(check)
    except NoAnswer as failure:
        say(failure.line)
        head = None
    files = sorted(path for path in folder.rglob("*.json") if path.name not in _OTHERS and "pending" not in path.parts)
    _read(check, ((path, receipts.read(path)) for path in files), sorted(folder.rglob("checkpoint")))
    return _compared(check, head)


def _reason(failure: CommandFailed) -> str:
    return (failure.reason if isinstance(failure, Alarm) else failure.message).rstrip(".")


def _present(check: _Check) -> _Point | None:
    """The server's checkpoint, where its signature holds; that it does not continue the kept one is found, and said."""
    witness, server = check.witness, check.witness.client.server
    try:
        witness.head()
    except NoAnswer:
        raise
    except CommandFailed as failure:
        if failure.exit_code != SIGNATURE:
            raise
        check.find(server, failure)
    check.keys, text = witness.keys, str(witness.present_text())
    with suppress(Alarm):  # it was found above: whoever follows reads all statements
        check.keys = with_earlier(witness)
    try:
        return _Point(file=server, note=text, signed=check.keys.read(text))
    except SigningError:
        return None


def _read(check: _Check, files: Iterable[tuple[Path, Mapping[str, Any]]], notes: Iterable[Path]) -> None:
    keys = check.keys
    for path, value in files:
        try:
            held = receipts.held(path, value, keys)
        except CommandFailed as failure:
            check.find(path, failure)
            continue
        check.held.append(held)
        check.points.append(_Point(file=str(path), note=held.note, signed=held.signed))
    for path in notes:
        if (text := read_text(path)) is None:
            continue
        try:
            check.points.append(_Point(file=str(path), note=text, signed=keys.read(text)))
        except SigningError as error:
            check.findings.append(
                Finding(file=str(path), code="checkpoint-invalid", message=in_words(error.code, error.message))
            )


def _compared(check: _Check, head: _Point | None) -> Checked:
    check.findings += [*_beyond(check.points), *_leaf_forks(check.held), *_root_forks(check.points)]
    if head is not None:
        _hold_to(check, head)
    return Checked(
        receipts=len(check.held),
        checkpoints=len({point.note for point in check.points}),
        compared=head.checkpoint.size if head is not None else None,
        lost=tuple(str(held.path) for held in check.held if held.lost),
        findings=tuple(check.findings),
    )


def _beyond(points: Iterable[_Point]) -> Iterator[Finding]:
    """Checkpoints that a retired key signed, and that its end denies."""
    for point in points:
        ended = point.signed.ended[0] if point.signed.ended else None
        if ended is None or point.checkpoint.size <= ended.known.size:
            continue
        code = "restore-conceals" if ended.lost else "log-key-retired"
        message = _("its {size} leaves were signed by a key that is known to have ended at {last}")
        told = message.format(size=point.checkpoint.size, last=ended.known.size)
        yield Finding(file=point.file, code=code, message=told, evidence=(point.note,))


def _leaf_forks(held: Iterable[Held]) -> Iterator[Finding]:
    """Two receipts for one place in the log, with other leaves."""
    first: dict[tuple[str, int], Held] = {}
    for each in held:
        of = each.signed.checkpoint.origin if each.lost else ""  # each log that was given up has its own
        other = first.setdefault((of, each.leaf.index), each)
        if other.leaf != each.leaf:
            message = _("leaf {index} is another one in {file}").format(index=each.leaf.index, file=other.path)
            yield _fork(str(each.path), message, other.note, each.note)


def _root_forks(points: Iterable[_Point]) -> Iterator[Finding]:
    """Two checkpoints of one size, with other roots."""
    first: dict[tuple[str, int], _Point] = {}
    for each in points:
        other = first.setdefault((each.checkpoint.origin, each.checkpoint.size), each)
        if other.checkpoint.root != each.checkpoint.root:
            message = _("at {size} leaves its root is not the one in {file}")
            told = message.format(size=each.checkpoint.size, file=other.file)
            yield _fork(each.file, told, other.note, each.note)


def _hold_to(check: _Check, head: _Point) -> None:
    """Have the server prove that each checkpoint, but those of lost leaves, is of its present log."""
    different = {point.checkpoint: point for point in reversed(check.points) if not point.signed.beyond}
    for point in different.values():
        try:
            check.witness.consistent(point.checkpoint, head.checkpoint)
        except NoAnswer:
            raise
        except CommandFailed as failure:
            message = _("it does not fit the server's checkpoint of {size} leaves").format(size=head.checkpoint.size)
            check.findings.append(_fork(point.file, f"{message}: {_reason(failure)}", point.note, head.note))


def _fork(file: str, message: str, one: str, other: str) -> Finding:
    return Finding(file=file, code="log-forked", message=message, evidence=(one, other))
