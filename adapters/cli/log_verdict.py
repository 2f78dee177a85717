"""What a reading of the whole log found, for people; the last line is the verdict."""

from collections.abc import Iterator

from adapters.cli.codes import in_words
from adapters.cli.language import _
from adapters.cli.log import Verified
from adapters.cli.terminal import escape
from signing.evidence.walk import MOST_FAULTS, Walk


def verdict_lines(found: Verified) -> Iterator[str]:
    """Yield the lines."""
    yield _("{count} leaves, root {root}: as signed in the checkpoint of {origin}.").format(
        count=found.size, root=found.root, origin=escape(found.origin)
    )
    if found.before:
        yield _("Of these, {count} had been read before (--again reads all).").format(count=found.before)
    yield _("{count} receipts kept here: each stands in this log.").format(count=found.receipts)
    if found.walk is not None:
        yield from _evidence(found.walk)
    yield {"valid": _("VALID"), "invalid": _("INVALID"), "undecidable": _("CANNOT BE DECIDED")}[found.word]


def _evidence(walk: Walk) -> Iterator[str]:
    yield _("{count} leaves were opened; {refused} of them tell of acts that were refused.").format(
        count=walk.counts["opened"], refused=walk.counts["refused"]
    )
    if walk.counts["erased"]:
        yield _("{count} leaves were erased: their hashes stand, and what they told is gone.").format(
            count=walk.counts["erased"]
        )
    if walk.untold():
        yield _("Of {count} erased leaves no act of erasing tells.").format(count=walk.untold())
    if walk.roots:
        yield _("{count} signatures hold, {stamps} time stamps hold.").format(
            count=walk.counts["signatures"], stamps=walk.counts["stamps"]
        )
    else:
        yield _("Signatures were not judged: name the root that you trust (--root).")
    for fault in walk.faults:
        words = escape(in_words(fault.code, fault.message))
        line = _("leaf {index} ({act}): {words}   [{code}]")
        yield line.format(index=fault.index, act=escape(fault.act), words=words, code=escape(fault.code))
    more = walk.counts["invalid"] + walk.counts["undecidable"] - len(walk.faults)
    if more > 0:
        yield _("and {count} more; only the first {most} are named").format(count=more, most=MOST_FAULTS)
