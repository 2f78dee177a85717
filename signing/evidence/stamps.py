"""The time stamps of a pack: which signature each is over, and the signature judged at the time that it proves.

A stamp is a leaf of its own, `signature-stamped`: subject = SHA-256 of the CMS, details `{"time", "record"}`, objects
`stamp`, `chain`, `crl`, `ocsp`. It comes after the act whose signature it stamps; a signature has one at most.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace

from signing.certificates import load_certificates
from signing.errors import Invalid
from signing.evidence.contents import Opened, digest_of, digests_of, signed_parts, stamp_uri, stored_object
from signing.evidence.readme import StampNote
from signing.record import parse_time, time_text
from signing.stamped import VerifiedStamped, proven_time, verify_stamped
from signing.timestamp import signature_value
from signing.verify import Trust

STAMPED = "signature-stamped"


def stamps_of(opened: Iterable[Opened]) -> dict[str, Opened]:
    """Give the leaves that stamp, by the SHA-256 of the signature; of several, the first."""
    found: dict[str, Opened] = {}
    for item in opened:
        if item.leaf.act == STAMPED:
            found.setdefault(item.leaf.subject, item)
    return found


def verify_with_stamp(
    item: Opened, whose: str, stamp: Opened, stored: Mapping[str, bytes], trust: Trust
) -> VerifiedStamped:
    """Verify an act's signature, its author's or its approver's (`whose`), with its stamp.

    `trust`: roots, and chain and lists of the act.
    """
    if stamp.leaf.index < item.leaf.index:
        raise Invalid("stamp-early", f"leaf {stamp.leaf.index} stamps a signature before the act that it signs")
    chain = [load_certificates(stored_object(stored, digest))[0] for digest in digests_of(stamp, "chain")]
    found = verify_stamped(
        *signed_parts(item, stored, whose),
        stored_object(stored, digest_of(stamp, "stamp")),
        trust=replace(trust, intermediates=(*trust.intermediates, *chain)),
        accepted=parse_time(item.leaf.time),
        at=parse_time(stamp.leaf.time),
    )
    if stamp.details != {"time": time_text(found.proven), "record": digest_of(item, f"{whose}record")}:
        raise Invalid("stamp-other-record", f"leaf {stamp.leaf.index} tells another time or record than its stamp")
    return found


def check_stamped(item: Opened, stamps: Mapping[str, Opened], signatures: Container[str]) -> None:
    """Check that a leaf that stamps is the one stamp of a signature before it; Invalid `stamp-*`."""
    if stamps[item.leaf.subject] is not item:
        raise Invalid("stamp-repeated", "this signature was stamped before; a signature has one stamp")
    if item.leaf.subject not in signatures:
        raise Invalid("stamp-other-record", "this stamp is over no signature that the pack holds before it")


def stamp_note(item: Opened, whose: str, stamps: Mapping[str, Opened], stored: Mapping[str, bytes]) -> StampNote | None:
    """Tell how the stamp of an act's signature is checked: what it claims, which nobody has proven yet.

    `whose` begins the role of the signature: of its author, or of who approved it.
    """
    signature = digest_of(item, f"{whose}signature")
    stamp = stamps.get(signature)
    if stamp is None:
        return None
    digest = digest_of(stamp, "stamp")
    return StampNote(
        uri=stamp_uri(digest),
        time=proven_time(stored_object(stored, digest), parse_time(item.leaf.time)),
        size=len(signature_value(stored_object(stored, signature))),
    )
