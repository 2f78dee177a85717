"""This client as a witness of the log: it keeps the last checkpoint it verified, and accepts only what continues it.

Verified means: signed by the log's key, and consistent (RFC 9162 §2.1.4) with the one that is kept. A server that cut
its log back, edited it, or shows different logs to different officers is caught here, before anything is signed.
"""

from collections.abc import Mapping
from pathlib import Path

from adapters.cli.client import Client, NoAnswer
from adapters.cli.codes import in_words
from adapters.cli.errors import SIGNATURE, CommandFailed
from adapters.cli.language import _
from adapters.cli.log_keys import LogKeys, Signed
from adapters.cli.profiles import Profile, alone, load, write_private
from signing.errors import Invalid, SigningError
from signing.trail.checkpoint import Checkpoint
from signing.trail.succession import LogState
from signing.trail.tree import verify_consistency

State = Checkpoint | LogState


class Alarm(CommandFailed):
    """The log is not what it was: nothing may be signed. `reason`: the bare finding; `sent`: found after an act."""

    def __init__(self, code: str, reason: str, *, sent: bool = False) -> None:
        remedy = (
            _(
                "what was sent may be done; keep this profile's folder as evidence and tell your administrator and the"
                " auditor"
            )
            if sent
            else _(
                "nothing was sent; keep this profile's folder as evidence and tell your administrator and the auditor"
            )
        )
        words = _("DO NOT SIGN. The server's log cannot be trusted: {reason}").format(reason=reason)
        super().__init__(code, words, remedy=remedy, exit_code=SIGNATURE)
        self.reason = reason


def alarm(code: str, reason: str) -> Alarm:
    """Return the failure for a log that is not what it was."""
    return Alarm(code, reason)


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
        self.profile = profile
        self.client = client
        self.keys = LogKeys.of(profile)
        self._path = profile.directory / "checkpoint"

    def kept_text(self) -> str | None:
        """Return the last checkpoint verified by this profile, as it was signed."""
        return read_text(self._path)

    def kept(self) -> State | None:
        """Return the last checkpoint verified by this profile; its signature is checked again.

        Of one whose leaves were lost since, and the loss accepted, what the log kept of it.
        """
        text = self.kept_text()
        if text is None:
            return None
        signed = self._held(text)
        return signed.left if signed.left is not None and signed.beyond else signed.checkpoint

    def accept(self, text: object, proof: object = None) -> Checkpoint:
        """Verify a checkpoint that the server gave, and keep it when it is newer than the kept one.

        `proof`: what came with it, that it continues the one that this client told of. Where that is none, or one from
        another checkpoint (a repeated request gets its first answer again), the proof is asked for.
        """
        signed = self._given(text)
        found = signed.checkpoint
        if signed.left is not None and signed.beyond:
            raise _retired(found.size, signed.left.size)
        while True:
            before, kept = self.kept_text(), self.kept()
            if kept is not None:
                self.consistent(kept, found, proof)
            if kept is not None and found.size <= kept.size:
                return found
            with alone(self.profile):
                if self.kept_text() == before:  # else another process kept one meanwhile: it is compared with, too
                    self.keep(str(text), found.size)
                    return found

    def seen(self, text: object, proof: object = None) -> Checkpoint:
        """Accept a checkpoint, and return the newest that this profile verified: what the next record says was seen."""
        found, kept = self.accept(text, proof), self.kept()
        return kept if isinstance(kept, Checkpoint) and kept.size > found.size else found

    def head(self) -> Checkpoint:
        """Accept the checkpoint that the server has now, and hold it to every statement that it gives."""
        text = self.present_text()
        signed = self._given(text)
        if not signed.ended:
            self._not_ended(signed.checkpoint)
        return self.accept(text)

    def present_text(self) -> object:
        """The server's checkpoint, not verified: a JSON object with it, or the signed note itself."""
        content = self.client.get_bytes("/v1/log/checkpoint")
        if content[:1] != b"{":
            return content.decode("utf-8", "replace")
        import json

        try:
            value = json.loads(content)
        except ValueError:
            return None
        return value.get("checkpoint") if isinstance(value, dict) else None

    def keep(self, text: str, size: int) -> None:
        """Keep a verified checkpoint of so many leaves; the caller is `alone`, and compared it with what was kept."""
        write_private(self._path, text.encode())
        self.client.witnessed = size

    def read(self, text: str, what: str) -> Signed:
        """Check a checkpoint's signature by the keys of this profile; stops with what is wrong."""
        try:
            return self.keys.read(text)
        except SigningError as error:
            raise alarm("checkpoint-invalid", f"{what}: {in_words(error.code, error.message)}") from None

    def consistent(self, one: State, other: State, proof: object = None) -> None:
        """Prove that the smaller tree is the beginning of the larger; the order in which they came does not matter.

        `proof`: what came with `other`, from a tree before it; it says nothing where `other` is the smaller one.
        But for the empty tree: nothing proves where it belongs, and no log is empty once it has told of anything.
        """
        if other.size == 0 < one.size:
            message = _("it shows an empty log; {size} leaves of it were seen before").format(size=one.size)
            raise alarm("log-inconsistent", message)
        old, new = sorted((one, other), key=lambda state: state.size)
        if old.size == 0:
            return
        try:
            given = proof if new is other else None
            verify_consistency(old.size, new.size, self._proof(old.size, new.size, given), old.root, new.root)
        except SigningError as error:
            raise alarm("log-inconsistent", in_words(error.code, error.message)) from None

    def _held(self, text: str) -> Signed:
        """Check what is kept here; where its key is not known, another process may have pinned that meanwhile."""
        try:
            return self.keys.read(text)
        except SigningError:
            self.keys = LogKeys.of(load(self.profile.directory.parent.parent, self.profile.name))
            return self.read(text, _("the checkpoint kept here"))

    def _given(self, text: object) -> Signed:
        """Check the signature of what the server gave; where another key made it, follow how the log came to it."""
        if not isinstance(text, str):
            raise alarm("checkpoint-missing", _("it gave no checkpoint"))
        try:
            return self.keys.read(text)
        except Invalid as error:
            if error.code in {"note-key", "checkpoint-origin"}:
                from adapters.cli.following import follow_log

                follow_log(self)
        except SigningError:
            pass  # said below, in words
        return self.read(text, _("the checkpoint it gave"))

    def _not_ended(self, found: Checkpoint) -> None:
        """Stop where the server's own statements say that the key of its checkpoint was to sign no more."""
        from adapters.cli.following import steps

        following = steps(self)
        if following and found.size > following[0].kept.size:
            raise _retired(found.size, following[0].kept.size)

    def _proof(self, old: int, new: int, given: object) -> tuple[bytes, ...]:
        if old == new:
            return ()
        if isinstance(given, Mapping) and given.get("old") == old and given.get("new", new) == new:
            return hashes(given.get("proof"))
        try:
            answer = self.client.get("/v1/log/consistency", old=old, new=new)
        except NoAnswer:
            raise
        except CommandFailed as error:
            raise alarm(
                "log-inconsistent",
                _("it cannot prove that {new} leaves continue the {old} seen before ({code})").format(
                    old=old, new=new, code=error.code
                ),
            ) from None
        return hashes(next((answer[name] for name in ("proof", "consistency", "hashes") if name in answer), None))


def _retired(size: int, last: int) -> Alarm:
    return alarm(
        "log-key-retired",
        _("a key that signs no checkpoint beyond {last} leaves any more signed one of {size}").format(
            last=last, size=size
        ),
    )


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
