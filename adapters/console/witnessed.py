"""How a witness tells of its logs."""

from typing import Any

from adapters.cli.language import _
from adapters.cli.terminal import escape, out
from adapters.witness.keeping import Folder, WitnessedLog
from adapters.witness.refusals import Refusals
from adapters.witness.trusting import KNOWN, NEW, RESTORED, Plan
from signing.record import time_text
from signing.trail.witnessing import fingerprint, log_name


def show(found: Plan) -> None:
    """Show a person what trusting the log comes to."""
    out(_("Log: {origin}").format(origin=escape(found.log.origin)))
    out(_("Fingerprint of its key (SHA-256): {fingerprint}").format(fingerprint=fingerprint(found.log.vkey)))
    if found.kind == KNOWN:
        out(_("It is trusted already."))
    elif found.kind == NEW:
        out(_("New here: its first checkpoint is taken as it comes."))
    if found.statement is None:
        return
    out(
        _("Stated at {time}: {reason}").format(
            time=time_text(found.statement.time), reason=escape(found.statement.reason)
        )
    )
    if found.kind == RESTORED and found.before is not None:
        lost = found.statement.lost
        out(_("It goes on in place of {origin}.").format(origin=escape(found.before.origin)))
        out(
            _("LOST: leaves {first} to {last}; this witness had cosigned {count} of them.").format(
                first=lost.start, last=lost.stop - 1, count=found.lost
            )
        )
    else:
        out(_("Nothing is lost; the log goes on under another key."))


def told(log: WitnessedLog) -> dict[str, Any]:
    """Give a log as programs read it."""
    return {
        "origin": log.origin,
        "vkey": log.vkey,
        "fingerprint": fingerprint(log.vkey),
        "size": log.held.size,
        "root": log.held.root.hex(),
        "time": time_text(log.cosigned) if log.cosigned else "",
        "successor": log.successor or "",
        "path": f"/checkpoints/{log_name(log.origin)}",
    }


def refused(folder: Folder, log: WitnessedLog) -> dict[str, Any]:
    """Give what was refused of a log, as programs read it."""
    kept = Refusals(folder=folder, log=log)
    return {"refused": kept.count, "forks": kept.forks}
