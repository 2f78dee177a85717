"""What the second person was shown: a proposal must say in full what its author signed by a digest or in brief."""

from collections.abc import Callable, Mapping
from typing import Any

from signing.bundle import bundle_hash
from signing.canonical import canonical, sha256_hex
from signing.errors import Invalid
from signing.evidence.running import DEPLOYED
from signing.evidence.story import ADOPTED, BOUND, CHANGED, REINSTATED
from signing.record import ActRecord

Json = Mapping[str, Any]
BY_AUTHOR = "signed"
"""In a proposal's body: what its author signed, by the SHA-256 of each part."""


def shows(proposal: Json, act: ActRecord) -> bool:
    """Whether what the proposal shows is what its author signed; False for what is never proposed."""
    read = _SIGNED.get(act.act)
    shown = {name: value for name, value in proposal["body"].items() if name != BY_AUTHOR}
    try:
        signed = read(shown, proposal) if read else None
        reason = proposal["reason"] == dict(act.body).get("reason")
    except (KeyError, TypeError, AttributeError, Invalid):
        return False
    return signed is not None and reason and canonical(signed) == canonical(dict(act.body))


def _whole(shown: Json, _proposal: Json) -> Json:
    return shown


def _adopted(shown: Json, _proposal: Json) -> Json:
    return dict(shown["procedure"])


def _deployed(shown: Json, _proposal: Json) -> Json:
    if not all(path.isprintable() for path in shown["files"]):  # a line of its own could look like another file
        raise Invalid("evidence-malformed", "a path in the proposal is not printable")
    said = {"although": shown["although"]} if "although" in shown else {}
    return {"bundle_hash": bundle_hash(shown["files"]), **said}


def _changed(shown: Json, proposal: Json) -> Json:
    lines = b"".join(canonical(each) + b"\n" for each in shown["changes"])
    told = {"changes": sha256_hex(lines), "count": len(shown["changes"])}
    return told if proposal["reason"] is None else {**told, "reason": proposal["reason"]}


_SIGNED: Mapping[str, Callable[[Json, Json], Json]] = {
    BOUND: _whole,
    REINSTATED: _whole,
    ADOPTED: _adopted,
    DEPLOYED: _deployed,
    CHANGED: _changed,
}
