"""The log keys of a profile: the one that is pinned, and those that it followed; each held to where it ended.

What was followed is kept in the profile's file `successions.json`: the statements, and which loss an officer accepted.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from adapters.cli.errors import CommandFailed
from adapters.cli.language import _
from adapters.cli.profiles import Profile, write_private
from signing.errors import Invalid, SigningError
from signing.trail.checkpoint import Checkpoint, verify_checkpoint
from signing.trail.succession import LogState, Succession, follow, present_key, verify_succession


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A statement that this profile followed. `seen`: the checkpoint that it had kept until then; `accepted`: when its
    officer accepted that leaves seen here were lost, None where none of these were.
    """

    note: str
    seen: str | None = None
    accepted: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A checkpoint whose signature holds. `ended`: the statement that ended its key, and those that came after it; none
    for the present key.
    """

    checkpoint: Checkpoint
    ended: tuple[Succession, ...] = ()

    @property
    def left(self) -> LogState | None:
        """What is left of the log as its key signed it; None: all. A later restore may reach back behind an earlier."""
        return min((each.kept for each in self.ended), key=lambda kept: kept.size, default=None)

    @property
    def beyond(self) -> bool:
        """Whether it has more leaves than are left of its key's: these were lost, or were never to be."""
        return self.left is not None and self.checkpoint.size > self.left.size


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKeys:
    """The pinned verifier key, and what leads from it to the present one."""

    pinned: str
    followed: tuple[Followed, ...] = ()

    @classmethod
    def of(cls, profile: Profile) -> "LogKeys":
        """Read those of a profile that has a log key."""
        return cls(pinned=str(profile.log_key), followed=tuple(_read(profile.directory / _FILE)))

    @property
    def present(self) -> str:
        """The key that signs now."""
        return present_key(self.pinned, follow(self.pinned, (each.note for each in self.followed)))

    def statements(self) -> tuple[Succession, ...]:
        """What was followed, in order."""
        return tuple(verify_succession(each.note) for each in self.followed)

    def read(self, text: str) -> Signed:
        """Check a signed checkpoint; Invalid `note-key` where no key of these signed it."""
        try:
            return Signed(checkpoint=verify_checkpoint(text, self.present))
        except Invalid as error:
            if error.code not in {"note-key", "checkpoint-origin"}:
                raise
            statements = self.statements()
            for at in reversed(range(len(statements))):
                if (found := _by(text, statements[at].before)) is not None:
                    return Signed(checkpoint=found, ended=statements[at:])
            raise

    def with_followed(self, more: Iterable[Followed]) -> "LogKeys":
        """These, and what was followed after them."""
        return LogKeys(pinned=self.pinned, followed=(*self.followed, *more))

    def save(self, profile: Profile) -> None:
        """Write what was followed, durable before it returns."""
        value = [asdict(each) for each in self.followed]
        text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
        write_private(profile.directory / _FILE, text.encode())


_FILE = "successions.json"


def _by(text: str, key: str) -> Checkpoint | None:
    try:
        return verify_checkpoint(text, key)
    except Invalid as error:
        if error.code not in {"note-key", "checkpoint-origin"}:
            raise
        return None


def _read(path: Path) -> Iterator[Followed]:
    try:
        for item in json.loads(path.read_bytes()):
            verify_succession(item["note"])
            yield Followed(**{name: item.get(name) for name in ("note", "seen", "accepted")})
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, TypeError, AttributeError, SigningError) as error:
        raise CommandFailed(
            "bad-profile",
            _("cannot read {path}: {reason}").format(path=path, reason=error),
            remedy=_("repair or remove that file, then run hoso login again"),
        ) from None
