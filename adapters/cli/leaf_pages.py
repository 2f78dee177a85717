"""Leaves of the server's log, page after page: read strictly, one after the other, with what opens them if asked."""

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from adapters.cli.client import Client
from adapters.cli.language import _
from adapters.cli.witness import alarm
from signing.errors import Invalid, SigningError
from signing.evidence.contents import Opened
from signing.evidence.walk import Walk, open_leaf
from signing.trail.leaf import Leaf, decode_leaf

PAGE = 1000  # what the server gives at most
OBJECTS = 100  # asked for at once
TOGETHER = 32  # leaves whose objects are held at the same time
SHARED_BYTES = 32 * 1024 * 1024  # of certificates and lists that many leaves name


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A leaf as the server gave it. `opened`: its evidence, or why it is not the leaf's; None: erased, or not asked."""

    leaf: Leaf
    encoded: bytes
    opened: Opened | SigningError | None = None
    dossier: str | None = None


def leaf_pages(client: Client, start: int, size: int, *, evidence: bool = False) -> Iterator[list[Given]]:
    """Yield the leaves from `start` to `size`; stops where the server gives fewer, others, or in another order."""
    index = start
    while index < size:
        query: dict[str, object] = {"from": index, "limit": min(PAGE, size - index)}
        page = client.get("/v1/log/leaves", **query, **({"evidence": "true"} if evidence else {})).get("items")
        if not isinstance(page, list) or not page:
            raise alarm(
                "log-truncated",
                _("it gives {count} leaves, its checkpoint signs {size}").format(count=index, size=size),
            )
        given = [_given(item, index + place, evidence) for place, item in enumerate(page[: size - index])]
        index += len(given)
        yield given


def _given(item: object, index: int, evidence: bool) -> Given:
    """Read one leaf; it must say the index that it stands at."""
    try:
        value = item if isinstance(item, dict) else {"leaf": item}
        encoded = base64.b64decode(str(value["leaf"]), validate=True)
        leaf = decode_leaf(encoded)
    except (SigningError, KeyError, ValueError, binascii.Error):
        raise alarm("leaf-malformed", _("leaf {index} is malformed").format(index=index)) from None
    if leaf.index != index:
        raise alarm("log-order", _("at place {index} it gives leaf {found}").format(index=index, found=leaf.index))
    opened = _opened(value, encoded, leaf) if evidence else None
    dossier = value.get("dossier")
    return Given(leaf=leaf, encoded=encoded, opened=opened, dossier=dossier if isinstance(dossier, str) else None)


def _opened(value: Mapping[str, Any], encoded: bytes, leaf: Leaf) -> Opened | SigningError | None:
    salt, evidence = value.get("salt"), value.get("evidence")
    if salt is None and evidence is None:
        return None
    try:
        return open_leaf(encoded, bytes.fromhex(str(salt)), base64.b64decode(str(evidence), validate=True), leaf)
    except SigningError as error:
        return error
    except (ValueError, binascii.Error):
        return Invalid("leaf-evidence", f"the evidence of leaf {leaf.index} is not what the trail recorded")


class Judge:
    """Leads a walk over pages, and fetches the objects that it needs: few at a time, shared ones once."""

    def __init__(self, client: Client, walk: Walk) -> None:
        self._client, self._walk = client, walk
        self._shared: dict[str, bytes] = {}

    def take(self, page: list[Given]) -> None:
        """Judge the leaves of a page."""
        for at in range(0, len(page), TOGETHER):
            together = page[at : at + TOGETHER]
            objects = self._objects(each.opened for each in together)
            for each in together:
                self._take(each, objects)

    def _take(self, given: Given, objects: Mapping[str, bytes]) -> None:
        if given.opened is None:
            self._walk.take_erased(given.leaf, given.dossier)
        elif isinstance(given.opened, SigningError):
            self._walk.blame(given.leaf, given.opened)
        else:
            self._walk.take(given.opened, objects)

    def _objects(self, opened: Iterable[object]) -> dict[str, bytes]:
        wanted: dict[str, None] = {}
        for item in opened:
            if isinstance(item, Opened):
                with suppress(SigningError):  # what names objects otherwise than it must is told when it is judged
                    wanted |= dict.fromkeys(self._walk.wanted(item))
        found = {digest: self._shared[digest] for digest in wanted if digest in self._shared}
        missing = [digest for digest in wanted if digest not in found]
        while missing:
            got = self._fetch(missing[:OBJECTS])
            found |= got
            missing = missing[len(got) :]
        self._share(found)
        return found

    def _fetch(self, digests: list[str]) -> dict[str, bytes]:
        """The first ones of these, as many as the server gives at once; one that it has not is empty."""
        answer = self._client.get("/v1/log/objects?" + "&".join(f"sha256={each}" for each in digests))
        try:
            items = answer["items"]
            found = {str(item["sha256"]): base64.b64decode(item["content"] or "", validate=True) for item in items}
        except (ValueError, KeyError, TypeError, binascii.Error):
            found = {}
        if not found or list(found) != digests[: len(found)]:
            raise alarm("leaf-malformed", _("it gives other objects than those asked for"))
        return found

    def _share(self, found: Mapping[str, bytes]) -> None:
        if sum(map(len, self._shared.values())) > SHARED_BYTES:
            self._shared.clear()
        self._shared |= found
