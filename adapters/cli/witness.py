"""This client as a witness of the log: it keeps the last checkpoint it verified, and accepts only what continues it.

Verified means: signed by the pinned log key, and consistent (RFC 9162 §2.1.4) with the one that is kept. A server that
cut its log back, edited it, or shows different logs to different officers is caught here, before anything is signed.
"""

from collections.abc import Sequence
from pathlib import Path

from adapters.cli.client import Client
from adapters.cli.codes import in_words
from adapters.cli.errors import FAILURE, SIGNATURE, CommandFailed
from adapters.cli.language import _
from adapters.cli.profiles import Profile, write_private
from signing.errors import SigningError
from signing.trail.checkpoint import Checkpoint, verify_checkpoint
from signing.trail.tree import verify_consistency


def alarm(code: str, reason: str) -> CommandFailed:
    """Return the failure for a log that is not what it was."""
    return CommandFailed(
        code,
        _("DO NOT SIGN. The server's log cannot be trusted: {reason}").format(reason=reason),
        remedy=_(
            "nothing was sent; keep this profile's folder as evidence and tell your administrator and the auditor"
        ),
        exit_code=SIGNATURE,
    )


class Witness:
    """The checkpoints of one profile."""

    def __init__(self, profile: Profile, client: Client) -> None:
        if not profile.log_key:
            raise CommandFailed(
                "log-key-missing",
                _("profile {name} has no log key pinned").format(name=profile.name),
                remedy=_("sign in with hoso login, which pins it"),
                exit_code=SIGNATURE,
            )
        self._key = profile.log_key
        self._path = profile.directory / "checkpoint"
        self._client = client

    def kept(self) -> Checkpoint | None:
        """Return the last checkpoint verified by this profile; its signature is checked again."""
        text = read_text(self._path)
        return None if text is None else self._verified(text, _("the checkpoint kept here"))

    def accept(self, text: object) -> Checkpoint:
        """Verify a checkpoint that the server gave, and keep it when it is newer than the kept one."""
        if not isinstance(text, str):
            raise alarm("checkpoint-missing", _("it gave no checkpoint"))
        found = self._verified(text, _("the checkpoint it gave"))
        kept = self.kept()
        if kept is not None:
            self._consistent(kept, found)
        if kept is None or found.size > kept.size:
            write_private(self._path, text.encode())
        return found

    def _verified(self, text: str, what: str) -> Checkpoint:
        try:
            return verify_checkpoint(text, self._key)
        except SigningError as error:
            raise alarm("checkpoint-invalid", f"{what}: {in_words(error.code, error.message)}") from None

    def _consistent(self, one: Checkpoint, other: Checkpoint) -> None:
        """Prove that the smaller tree is the beginning of the larger; the order in which they came does not matter."""
        old, new = sorted((one, other), key=lambda checkpoint: checkpoint.size)
        if old.size == 0:
            return
        proof = () if old.size == new.size else self._proof(old.size, new.size)
        try:
            verify_consistency(old.size, new.size, proof, old.root, new.root)
        except SigningError as error:
            raise alarm("log-inconsistent", in_words(error.code, error.message)) from None

    def _proof(self, old: int, new: int) -> tuple[bytes, ...]:
        try:
            answer = self._client.get("/v1/log/consistency", old=old, new=new)
        except CommandFailed as error:
            if error.exit_code == FAILURE and error.code == "no-connection":
                raise
            raise alarm(
                "log-inconsistent",
                _("it cannot prove that {new} leaves continue the {old} seen before ({code})").format(
                    old=old, new=new, code=error.code
                ),
            ) from None
        return hashes(next((answer[name] for name in ("proof", "consistency", "hashes") if name in answer), None))


def hashes(value: object) -> tuple[bytes, ...]:
    """Read a proof: a list of hex hashes."""
    if not isinstance(value, list):
        raise alarm("proof-malformed", _("a proof is missing"))
    try:
        return tuple(bytes.fromhex(item) for item in value)
    except (TypeError, ValueError):
        raise alarm("proof-malformed", _("a proof is not a list of hashes")) from None


def read_text(path: Path) -> str | None:
    """Return a file's text, or None when it does not exist."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailed("bad-profile", _("cannot read {path}: {reason}").format(path=path, reason=error)) from None


__all__: Sequence[str] = ("Witness", "alarm", "hashes", "read_text")
