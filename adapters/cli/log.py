"""The whole log, fetched and computed again: nothing of what the server says about itself is taken on trust."""

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from adapters.cli import receipts
from adapters.cli.client import Client
from adapters.cli.language import _
from adapters.cli.profiles import Profile
from adapters.cli.session import Session
from adapters.cli.witness import Witness, alarm
from signing.errors import SigningError
from signing.trail import tree
from signing.trail.checkpoint import Checkpoint, parse_checkpoint_text, verify_checkpoint
from signing.trail.leaf import Leaf, decode_leaf

PAGE = 200  # what the server gives at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A log whose every leaf was read. `root`: hex; `receipts`: how many kept ones were found in it."""

    origin: str
    size: int
    root: str
    receipts: int

    def to_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {"verdict": "valid", **asdict(self)}


def verify_log(session: Session, *, tell: Callable[[str], None] | None) -> Verified:
    """Verify the log against its checkpoint, the kept checkpoint and the kept receipts; stops with exit code 5."""
    client = session.client
    witness = Witness(session.profile, client)
    held = _held(session.profile, witness)
    checkpoint = witness.accept(_checkpoint_text(client))
    roots = _roots_at(client, checkpoint, {item.size for item in held.checkpoints}, held.leaves, tell)
    for kept in held.checkpoints:
        if roots[kept.size] != kept.root:
            raise alarm(
                "log-inconsistent", _("at {size} leaves its root is not the one signed before").format(size=kept.size)
            )
    return Verified(
        origin=checkpoint.origin, size=checkpoint.size, root=checkpoint.root.hex(), receipts=len(held.leaves)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    checkpoints: tuple[Checkpoint, ...]
    leaves: Mapping[int, bytes]


def _held(profile: Profile, witness: Witness) -> _Held:
    """What this client knows of the log from earlier: checkpoints, and the leaves of its receipts."""
    kept = witness.kept()
    checkpoints = [kept] if kept else []
    leaves: dict[int, bytes] = {}
    for path, receipt in receipts.kept(profile):
        try:
            checkpoints.append(verify_checkpoint(str(receipt.get("checkpoint")), str(profile.log_key)))
            content = base64.b64decode(str(receipt.get("leaf")), validate=True)
            leaves[decode_leaf(content).index] = content
        except (SigningError, ValueError, binascii.Error):
            raise alarm("receipt-invalid", _("the receipt kept in {file} was damaged").format(file=path)) from None
    return _Held(checkpoints=tuple(checkpoints), leaves=leaves)


def _checkpoint_text(client: Client) -> object:
    """The server's checkpoint: a JSON object with it, or the signed note itself."""
    content = client.get_bytes("/v1/log/checkpoint")
    if content[:1] != b"{":
        return content.decode("utf-8", "replace")
    import json

    try:
        value = json.loads(content)
    except ValueError:
        return None
    return value.get("checkpoint") if isinstance(value, dict) else None


def _roots_at(
    client: Client,
    checkpoint: Checkpoint,
    sizes: set[int],
    known: Mapping[int, bytes],
    tell: Callable[[str], None] | None,
) -> dict[int, bytes]:
    """Compute the root at each of these sizes and at the checkpoint's; stops where the log differs."""
    frontier: tuple[bytes, ...] = ()
    roots = {0: tree.EMPTY_ROOT}
    wanted = sizes | {checkpoint.size}
    for index, content in enumerate(_leaves(client, checkpoint.size, tell)):
        if index in known and known[index] != content:
            raise alarm(
                "log-inconsistent", _("leaf {index} is not the one this client holds a receipt for").format(index=index)
            )
        frontier = tree.append(frontier, index, tree.leaf_hash(content)).frontier
        if index + 1 in wanted:
            roots[index + 1] = tree.root(frontier)
    if roots.get(checkpoint.size) != checkpoint.root:
        raise alarm("log-root", _("its leaves do not give the root that its checkpoint signs"))
    return roots


def _leaves(client: Client, size: int, tell: Callable[[str], None] | None) -> Iterator[bytes]:
    index = 0
    while index < size:
        page = client.get("/v1/log/leaves", **{"from": index, "limit": min(PAGE, size - index)}).get("items")
        if not isinstance(page, list) or not page:
            raise alarm(
                "log-truncated",
                _("it gives {count} leaves, its checkpoint signs {size}").format(count=index, size=size),
            )
        for item in page[: size - index]:
            yield _leaf(item, index)
            index += 1
        if tell is not None and index < size:
            tell(_("{count} of {size} leaves").format(count=index, size=size))


def _leaf(item: object, index: int) -> bytes:
    """Read one leaf; it must say the index that it stands at."""
    try:
        text = item["leaf"] if isinstance(item, dict) else item
        content = base64.b64decode(str(text), validate=True)
        leaf: Leaf = decode_leaf(content)
    except (SigningError, KeyError, ValueError, binascii.Error):
        raise alarm("leaf-malformed", _("leaf {index} is malformed").format(index=index)) from None
    if leaf.index != index:
        raise alarm("log-order", _("at place {index} it gives leaf {found}").format(index=index, found=leaf.index))
    return content


def kept_receipts(profile: Profile) -> Iterator[dict[str, Any]]:
    """Yield a line for each kept receipt."""
    for path, receipt in receipts.kept(profile):
        try:
            leaf = decode_leaf(base64.b64decode(str(receipt.get("leaf")), validate=True))
        except (SigningError, ValueError, binascii.Error):
            yield {"index": receipt.get("index"), "act": _("(damaged)"), "file": str(path)}
            continue
        size = _size(receipt.get("checkpoint"))
        yield {
            "index": leaf.index,
            "time": leaf.time,
            "act": leaf.act,
            "subject": leaf.subject,
            "checkpoint_size": size,
            "file": str(path),
        }


def _size(checkpoint: object) -> int | None:
    try:
        return parse_checkpoint_text(str(checkpoint).rpartition("\n\n")[0] + "\n").size
    except SigningError:
        return None
