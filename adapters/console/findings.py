"""What a check of `hoso doctor` finds, and how long it may look."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass

from adapters.cli.language import N_, _

OK, WARNING, FAILED = "ok", "warning", "failed"
PATIENCE = 20.0  # seconds that a check may take; what it asks others has shorter times


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check's verdict: ok, warning or failed; what was found, and what to do about it."""

    name: str
    verdict: str
    message: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a check found, before it is told under its name."""

    verdict: str
    message: str
    remedy: str = ""


def well(message: str) -> Found:
    """All is well."""
    return Found(verdict=OK, message=message)


def doubtful(message: str, remedy: str = "") -> Found:
    """It works, and somebody should look."""
    return Found(verdict=WARNING, message=message, remedy=remedy)


def broken(message: str, remedy: str = "") -> Found:
    """It does not work, or proves nothing."""
    return Found(verdict=FAILED, message=message, remedy=remedy)


def looked(name: str, check: Callable[[], Found], seconds: float = PATIENCE) -> Finding:
    """What the check finds within its time; one that hangs, or breaks, is a finding, too."""
    answers: queue.Queue[Found] = queue.Queue()

    def look() -> None:
        try:
            answers.put(check())
        except Exception as error:  # a defect of one check must not hide what the others find
            message = _("the check itself broke: {kind}").format(kind=type(error).__name__)
            answers.put(broken(f"{message}: {_plain(error)}", _("tell whoever maintains Hoso")))

    threading.Thread(target=look, name=f"check {name}", daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except queue.Empty:
        message = _("no answer within {seconds} s").format(seconds=round(seconds))
        found = broken(message, _("see whether what it asks is reachable from this machine"))
    return Finding(name=name, verdict=found.verdict, message=found.message, remedy=found.remedy)


def _plain(error: Exception) -> str:
    """What it says in one line; a statement of the database and its values stay out."""
    return (str(error).splitlines() or [""])[0][:200]


NAMES = (
    *(N_("settings"), N_("data directory"), N_("disk"), N_("database"), N_("installation"), N_("log key")),
    *(N_("backup"), N_("trust"), N_("revocation lists"), N_("time stamps"), N_("signatures to stamp")),
    *(
        N_("witnesses"),
        N_("checkpoints"),
        N_("mail"),
        N_("carriers"),
        N_("identity provider"),
        N_("letters"),
        N_("jobs"),
    ),
)
"""The checks' names, which programs know in English."""
