"""Who may do what: one table, from acts to the roles that allow them and where these must be held.

Every route of the server names its act here, and whoever decides asks `refuses`. What an officer sees is decided by
their units (`Officer.sees`); what a task asks of who does it, by the task.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from engine.errors import Kind, Refusal
from engine.officer import (
    ADMINISTRATOR,
    AUDITOR,
    CLERK,
    HEAD,
    INTEGRATOR,
    MONITOR,
    OPERATOR,
    PROGRAMS,
    RELAY,
    WORKER,
    Officer,
)

ROLES = (AUDITOR, CLERK, HEAD, ADMINISTRATOR, INTEGRATOR, OPERATOR, WORKER, RELAY, MONITOR)
"""The roles that mean something to Hoso itself; all others mean something to a process."""


class Where(StrEnum):
    """Where a role must be held for an act."""

    ANYWHERE = "anywhere"  # in some unit
    UNIT = "in its unit"  # in the unit of who or what is acted on
    DOSSIER = "in the dossier's unit"  # the same; a refusal stands in the dossier's trail
    TOP = "in the top unit"  # it concerns all of them


class Nature(StrEnum):
    """What an act does to what is there."""

    READS = "reads"
    CHANGES = "changes"  # auditors never do
    OWN = "one's own"  # sign-in and devices: auditors, too
    OPEN = "open"  # before anybody has signed in


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """What an act needs: one of the roles (none named: to be in office), held there."""

    roles: tuple[str, ...] = ()
    where: Where = Where.ANYWHERE
    nature: Nature = Nature.CHANGES
    programs: bool = False  # also for who is a program and nothing else


def _reads(*roles: str, where: Where = Where.ANYWHERE, programs: bool = False) -> Right:
    return Right(roles=roles, where=where, nature=Nature.READS, programs=programs)


def _in(where: Where, *roles: str) -> Right:
    return Right(roles=roles, where=where)


RIGHTS: Mapping[str, Right] = {
    # Sign-in and one's own
    "sign in": Right(nature=Nature.OPEN, programs=True),
    "see who they are": _reads(programs=True),
    "keep their own device": Right(nature=Nature.OWN, programs=True),  # bind, renew, sign out
    "see devices": Right(nature=Nature.OWN),
    "revoke devices": Right(nature=Nature.OWN),
    "see others' devices": _reads(ADMINISTRATOR, AUDITOR, where=Where.UNIT),
    "revoke others' devices": _in(Where.UNIT, ADMINISTRATOR),
    # Seeing, always within the units of their sight
    "see the organisation": _reads(),
    "see processes": _reads(),
    "see dossiers": _reads(),
    "see tasks": _reads(),
    "see documents": _reads(),
    "see dispatches": _reads(),
    "export evidence": _reads(),
    "hand over parcels": _in(Where.UNIT, CLERK),
    "see messages": _reads(),
    "see incidents": _reads(),
    "see proposals": _reads(),
    "see jobs": _reads(ADMINISTRATOR, OPERATOR, AUDITOR),
    "see the log": _reads(),
    "export lists": _reads(ADMINISTRATOR, AUDITOR),
    "read the whole trail": _reads(AUDITOR),
    # Dossiers and their tasks: who does a task is the task's own question
    "upload documents": Right(),
    "start dossiers": Right(),
    "send messages": Right(),
    "claim tasks": Right(),
    "release tasks": Right(),
    "complete tasks": Right(),
    "hand on tasks": Right(),  # delegate, take back, return, put off, set the priority
    "reassign tasks": Right(),  # by a head, by position or role
    "comment on dossiers": Right(),
    "attach documents": Right(),
    "see to parcels": _in(Where.UNIT, ADMINISTRATOR, CLERK),  # of a dossier of the unit
    "record consents": Right(),  # to post, with their addresses and revocations
    "propose addresses": _reads(),
    "see visits": _reads(),
    "move visits": Right(),
    "give results": Right(),  # at the counter
    "see incoming parcels": _reads(),
    "receive parcels": Right(),  # those that come in: record, file, refuse, add to, give originals back
    # Interventions
    "suspend dossiers": _in(Where.DOSSIER, ADMINISTRATOR, OPERATOR),
    "resume dossiers": _in(Where.DOSSIER, ADMINISTRATOR, OPERATOR),
    "retry incidents": _in(Where.DOSSIER, ADMINISTRATOR, OPERATOR),
    "cancel dossiers": _in(Where.DOSSIER, ADMINISTRATOR),
    "move tokens": _in(Where.DOSSIER, ADMINISTRATOR),
    "migrate dossiers": _in(Where.DOSSIER, ADMINISTRATOR),
    "resolve incidents": _in(Where.DOSSIER, ADMINISTRATOR),
    "retry jobs": _in(Where.UNIT, ADMINISTRATOR, OPERATOR),  # one of no dossier: in the top unit
    "dismiss jobs": _in(Where.UNIT, ADMINISTRATOR),
    "see retention": _reads(ADMINISTRATOR, AUDITOR),
    "erase dossiers": _in(Where.UNIT, ADMINISTRATOR),
    # The organisation, certificates, procedures, processes
    "add units": _in(Where.UNIT, ADMINISTRATOR),
    "add officers": _in(Where.UNIT, ADMINISTRATOR),
    "change the organisation": Right(),  # one's own absence, too: each change says who may make it
    "import lists": _in(Where.ANYWHERE, ADMINISTRATOR),  # each change in its unit
    "decide proposals": Right(),  # by somebody else who has the right to what is proposed
    "set signature images": Right(),  # one's own
    "set others' signature images": _in(Where.UNIT, ADMINISTRATOR),
    "set the seal": _in(Where.TOP, ADMINISTRATOR),
    "reinstate certificates": _in(Where.UNIT, ADMINISTRATOR),
    "do signed acts": _in(Where.ANYWHERE, ADMINISTRATOR, INTEGRATOR),  # each act says more
    "send signed acts": _in(Where.ANYWHERE, ADMINISTRATOR, INTEGRATOR, CLERK),
    "bind certificates": _in(Where.UNIT, ADMINISTRATOR),
    "revoke certificates": _in(Where.UNIT, ADMINISTRATOR),
    "adopt procedures": _in(Where.TOP, ADMINISTRATOR),
    "see incoming mail": _reads(ADMINISTRATOR, CLERK, AUDITOR, where=Where.TOP),
    "release mail": _in(Where.TOP, ADMINISTRATOR, CLERK),
    "discard mail": _in(Where.TOP, ADMINISTRATOR, CLERK),
    "order parcels": _in(Where.UNIT, ADMINISTRATOR, OPERATOR, CLERK),  # decide what a carrier left unclear
    "send signals": _in(Where.TOP, ADMINISTRATOR),
    "deploy processes": _in(Where.ANYWHERE, INTEGRATOR),
    # Programs
    "see metrics": _reads(AUDITOR, OPERATOR, ADMINISTRATOR, MONITOR, programs=True),
    "do jobs": Right(roles=(WORKER,), programs=True),
    "report deliveries": Right(roles=(RELAY,), programs=True),
    "call back": Right(nature=Nature.OPEN, programs=True),  # a carrier, by its own secret
}


UNTOLD = frozenset({"see who they are", "see the log", "export evidence", "export lists", "see metrics"})
"""Reads that the trail does not tell of auditors: of themselves, what every client asks all the time to hold the server
to its log, and exports, which are a leaf of their own whoever makes them; and numbers without anybody's data.
"""


def refuses(officer: Officer, act: str, unit: str | None = None) -> Refusal | None:
    """Why the officer may not do the act to what belongs to that unit (None: not known yet, or all the same)."""
    right = RIGHTS[act]
    if right.nature == Nature.CHANGES and (refusal := refuses_change(officer, act)):
        return refusal
    if is_program(officer) and not right.programs:
        return _missing(f"{officer.id} may not {act}: a program does its own work alone", "use an officer's token")
    if not right.roles:
        return None
    told = " or ".join(right.roles)
    if officer.roles.isdisjoint(right.roles):
        return _missing(f"{officer.id} may not {act}: that needs the role {told}")
    if AUDITOR in officer.roles and AUDITOR in right.roles:
        return None  # wherever they are one, auditors read all
    if unit is None or right.where == Where.ANYWHERE or not officer.roles_in(unit).isdisjoint(right.roles):
        return None
    return _missing(f"{officer.id} may not {act} there: that needs the role {told} in the unit {unit}")


def is_program(officer: Officer) -> bool:
    """Whether it is a worker, a mail relay or a monitor, and no officer besides."""
    return bool(officer.roles) and officer.roles <= PROGRAMS


def refuses_early(officer: Officer, act: str) -> Refusal | None:
    """Why the officer may not do the act to anything at all; None where a dossier's trail must tell of the attempt."""
    right = RIGHTS[act]
    if right.nature == Nature.OPEN:
        return None
    refusal = refuses(officer, act)
    recorded = right.where == Where.DOSSIER and AUDITOR not in officer.roles and not is_program(officer)
    return None if recorded else refusal


def told_of(officer: Officer, act: str) -> bool:
    """Whether it is in the trail that this officer reads what the act shows: auditors see more than their work asks."""
    return AUDITOR in officer.roles and RIGHTS[act].nature != Nature.OPEN and act not in UNTOLD


def refuses_change(officer: Officer, act: str = "change anything") -> Refusal | None:
    """Why the officer changes nothing at all: auditors read, everywhere; no other role of theirs gives more."""
    if AUDITOR not in officer.roles:
        return None
    message = f"{officer.id} may not {act}: an auditor reads all and changes nothing"
    remedy = "leave it to an officer who is no auditor"
    return Refusal(kind=Kind.FORBIDDEN, code="auditor-changes-nothing", message=message, remedy=remedy)


def _missing(message: str, remedy: str = "ask an administrator who has it") -> Refusal:
    return Refusal(kind=Kind.FORBIDDEN, code="right-missing", message=message, remedy=remedy)
