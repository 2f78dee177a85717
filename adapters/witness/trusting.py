"""Which logs a witness cosigns: a new one by its operator's hand, another key or name of a known one by a statement.

Nothing over the network changes this. A log that says it was restored has lost leaves that this witness may have
cosigned: its operator is shown which, and decides.
"""

from dataclasses import dataclass, replace

from adapters.witness.keeping import Folder, WitnessedLog
from signing.trail.cosignature import WitnessKey
from signing.trail.note import read_vkey
from signing.trail.succession import Succession, verify_succession
from signing.trail.witnessing import begin_after, log_name

KNOWN, NEW, ROTATED, RESTORED = "known", "new", "rotated", "restored"


class Untrusted(Exception):
    """A log is not taken up as asked; carries a stable code and the remedy."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What trusting a log comes to. `before`: the log as it was known; `lost`: how many leaves that this witness
    cosigned are gone.
    """

    kind: str
    log: WitnessedLog
    before: WitnessedLog | None = None
    statement: Succession | None = None

    @property
    def lost(self) -> int:
        """The leaves that this witness cosigned and that the log does not keep."""
        if self.before is None or self.statement is None:
            return 0
        return max(0, self.before.held.size - self.statement.kept.size)


def plan(folder: Folder, key: WitnessKey, vkey: str, statement: str | None) -> Plan:
    """Say what trusting this log comes to; raises Untrusted, Damaged, or Invalid where the statement does not hold."""
    vkey = vkey.strip()
    known = folder.find(log_name(read_vkey(vkey).name), key)
    if known is not None and known.vkey == vkey and known.successor is None:
        return Plan(kind=KNOWN, log=known)
    if statement is None:
        if known is not None:
            message = f"{known.origin} is known here by another key"
            remedy = "give the statement by which it got this one: --succession FILE"
            raise Untrusted("witness-log-key", message, remedy)
        return Plan(kind=NEW, log=WitnessedLog(vkey=vkey))
    return _followed(folder, key, vkey, known, statement)


def trust(folder: Folder, key: WitnessKey, vkey: str, statement: str | None) -> Plan:
    """Take the log up as planned, and give the plan."""
    with folder.locked():
        found = plan(folder, key, vkey, statement)
        if found.kind == RESTORED and found.before is not None:
            # First the end of the old one: killed in between, neither is cosigned, and trusting goes on from here.
            folder.put(replace(found.before, successor=found.log.vkey))
        if found.kind != KNOWN:
            folder.put(found.log)
    return found


def _followed(folder: Folder, key: WitnessKey, vkey: str, known: WitnessedLog | None, statement: str) -> Plan:
    told = verify_succession(statement)
    before = folder.find(log_name(read_vkey(told.before).name), key)
    remedy = "ask the log's operator for the statement of this log that leads to this key"
    if told.after != vkey:
        raise Untrusted("witness-succession", "the statement leads to another key", remedy)
    if before is None or before.vkey != told.before or before.successor not in (None, vkey):
        raise Untrusted("witness-succession", "the statement begins with a key that is not trusted here", remedy)
    begun = begin_after(told, before.held)
    if not told.lost:
        log = replace(before, vkey=vkey, followed=(*before.followed, statement))
        return Plan(kind=ROTATED, log=log, before=before, statement=told)
    if known is not None:
        raise Untrusted("witness-log-key", f"{known.origin} is known here already", remedy)
    log = WitnessedLog(vkey=vkey, begun=begun, followed=(statement,))
    return Plan(kind=RESTORED, log=log, before=before, statement=told)
